"""What assessment forms (考评表) look like: tables that their writer and the reader of returns share.

Row 1 of a sheet is its title, row 2 says how to fill it in, row 3 holds the headers, data begins in row 4 and ends at
the footer that begins with 考评人. The cover (封面) stands first, label in column A and value in column B.
"""

from dataclasses import dataclass

from minsheng.domain.area import CITY
from minsheng.domain.base import plain
from minsheng.domain.item_rules import CountedRule, EventsRule, Price, QualitativeRule
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import BonusKind, EventDeduction, RubricItem, SectionCheck, SectionRule
from minsheng.domain.table import CellType, Column, CoverField, Table, TableKind
from minsheng.measure.section_rules import is_automatic

COVER = (
    CoverField(id="subject", label="考评对象", required=True),
    CoverField(id="period", label="考评期", required=True),
    CoverField(id="assessor", label="考评人", required=True),
    CoverField(id="assessed_on", label="考评日期", required=False),
    CoverField(id="data_label", label="数据性质", required=False),
)

REVIEW_COVER = tuple(
    each.model_copy(update={"label": label})
    for each, label in zip(COVER, ("评价单位", "评价期", "评价人", "评价日期", "数据性质"), strict=True)
)

WORDS_COVER = tuple(
    each.model_copy(update={"label": label, "required": each.required or each.id == "assessed_on"})
    for each, label in zip(COVER, ("评定科室", "评定月份", "评定人", "评定日期", "数据性质"), strict=True)
)

FOOTER = "考评人签字：　　　　　　　　日期："

TAKEN, WAIVED = "确认", "免除"

FILES_HINT = "只写文件名，一行一个；文件放在"


class FormTable(Table):
    """A sheet of a form: a table with any number of rows, and how it is laid out."""

    kind: TableKind = TableKind.FORM
    open_rows: bool = True
    guide: str
    """How it is filled in."""
    widths: tuple[int, ...]
    """Of the columns, in half-width characters: together they read well on A4."""
    given: frozenset[str]
    """Columns that the template fills in and locks."""
    blank_rows: int
    """Lines to write in, where the rows are not given."""


@dataclass(frozen=True)
class _Wide:
    column: Column
    width: int
    given: bool = False


def _form(name: str, sheet: str, guide: str, *columns: _Wide, blank_rows: int = 0) -> FormTable:
    return FormTable(
        id=name,
        sheet=sheet,
        title=sheet,
        columns=tuple(each.column for each in columns),
        guide=guide,
        widths=tuple(each.width for each in columns),
        given=frozenset(each.column.id for each in columns if each.given),
        blank_rows=blank_rows,
    )


def _text(name: str, label: str, width: int, note: str = "") -> _Wide:
    return _Wide(Column(id=name, label=label, type=CellType.TEXT, note=note), width)


def _given(name: str, label: str, width: int, *, required: bool = False) -> _Wide:
    """Return a column that tells the assessor something; what tells the rows apart is ``required`` on reading too."""
    return _Wide(Column(id=name, label=label, type=CellType.TEXT, required=required), width, given=True)


def _number(name: str, label: str, unit: str, note: str = "", *, whole: bool = False, given: bool = False) -> _Wide:
    kind = CellType.INTEGER if whole else CellType.DECIMAL
    return _Wide(Column(id=name, label=label, unit=unit, type=kind, note=note, required=not given), 12, given)


_REASON = _text("reason", "理由", 34)

_FILES = _text("evidence", "印证资料文件", 26, f"{FILES_HINT} data/evidence/考评期/单位/小项/ 下")

MARKS = _form(
    "marks",
    "考评",
    "每个小项只填等次、数量、给分之一：填法列写明可填什么。等次、给分须写理由；没有评定的留空，按未评处理，不计分。",
    _given("item", "编号", 9, required=True),
    _given("name", "考评项目", 16),
    _given("text", "考评内容", 40),
    _number("full_marks", "满分", "分", given=True),
    _given("required", "应附印证资料", 24),
    _given("allowed", "填法", 22),
    _text("level", "等次", 12),
    _number("count", "数量", "", whole=True),
    _number("points", "给分", "分", "不用等次时直接给分，0 至满分"),
    _REASON,
    _FILES,
)

EVENTS = _form(
    "events",
    "扣分事项",
    "一件事一行。同一件事被两级通报的，事由写成一样。分值由细则定的，扣分栏留空；酌情扣分的须填扣分和理由。",
    _text("kind", "类别", 18),
    _Wide(Column(id="on", label="日期", type=CellType.DATE), 14),
    _text("subject", "事由", 40),
    _text("documents", "文号", 28),
    _number("points", "扣分", "分", "只有酌情扣分的才填"),
    _REASON,
    blank_rows=15,
)

BONUS = _form(
    "bonus",
    "加分",
    "按综合绩效考核办法应予加分的事项，一件一行，写明理由和依据文件。",
    _text("subject", "事由", 40),
    _number("points", "加分", "分"),
    _REASON,
    _FILES,
    blank_rows=10,
)

BONUS_BY_KIND = _form(
    "bonus",
    "加分",
    "按细则的加分类别填写，一件一行，写明理由和依据文件。分值由细则定的，照填或留空。",
    _text("kind", "类别", 18),
    _text("subject", "事由", 40),
    _number("points", "加分", "分"),
    _REASON,
    _FILES,
    blank_rows=10,
)

VETO = _form(
    "veto",
    "一票否决",
    "只填方案列出的一票否决事项，一件一行，写明理由。",
    _text("word", "事项", 28),
    _REASON,
    _text("documents", "文号", 28),
    blank_rows=5,
)

SECTION_MARKS = _form(
    "section_marks",
    "考评",
    "每一行按填法列填：没有发生的填 0；扣分的须写理由。没有看过的留空，按未评处理。",
    _given("rule", "编号", 14, required=True),
    _given("text", "考评内容", 46),
    _given("project", "项目", 16, required=True),
    _given("allowed", "填法", 30),
    _number("times", "次数", "次", whole=True),
    _Wide(
        Column(
            id="losses",
            label="上级扣减分值",
            unit="分",
            type=CellType.TEXT,
            note="每次扣减写一个数，用分号隔开，例如 0.5；0.3；没有的填 0",
        ),
        16,
    ),
    _REASON,
    _FILES,
)

PROPOSALS = _form(
    "proposals",
    "拟扣分",
    "系统按报送登记、签字和两份报告的比对提出，逐条填“确认”或“免除”；免除须写理由。留空的仍为待确认，不计入扣分。",
    _given("rule", "编号", 14, required=True),
    _given("text", "考评内容", 34),
    _given("event", "事项", 16, required=True),
    _given("told", "情况", 60),
    _number("points", "拟扣", "分", given=True),
    _Wide(Column(id="decision", label="处理", type=CellType.CHOICE, choices=(TAKEN, WAIVED)), 10),
    _REASON,
)

POSITIVE = _form(
    "positive",
    "实绩考评",
    "按绩效目标体系逐项填写分值和得分；得分不超过分值。",
    _text("name", "目标名称", 46),
    _number("full_marks", "分值", "分"),
    _number("points", "得分", "分"),
    _text("basis", "计分依据", 44),
    blank_rows=20,
)

REVIEW = _form(
    "review",
    "综合评价",
    "对每个科室逐项给分，0 至满分；各科室应有差异，给满分或低于满分六成的写明理由。",
    _given("key", "编号", 26, required=True),
    _given("section", "科室", 22),
    _given("text", "评价内容", 40),
    _number("full_marks", "满分", "分", given=True),
    _number("points", "给分", "分"),
    _REASON,
)

WORDS = _form(
    "words",
    "评定",
    "只填要另作评定的：选评定，写理由；不评定的留空，按数据判定。评定不改变数据和计分。",
    _given("key", "编号", 30, required=True),
    _given("area", "地区", 18),
    _given("indicator", "指标", 34),
    _text("word", "评定", 16),
    _REASON,
)

SECTION_FORM = (SECTION_MARKS, PROPOSALS, POSITIVE)


REVIEW_PROOF = "差异化综合评价表-"
"""How the files begin that prove that a county judged the bureau; the revision (``.r2``) follows its id."""


@dataclass(frozen=True)
class Proposal:
    """A deduction that the system proposes for a section, for the performance office to confirm or waive."""

    rule: str
    event: str
    """Names the fault: the month, or month and part."""
    told: str


@dataclass(frozen=True)
class MarkRow:
    """One line of 考评: an item, or one price of an item that has several."""

    item: RubricItem
    price: Price | None = None

    @property
    def id(self) -> str:
        """What stands under 编号."""
        return f"{self.item.id}/{self.price.id}" if self.price else self.item.id

    @property
    def name(self) -> str:
        """What stands under 考评项目."""
        return f"{self.item.name}：{self.price.name}" if self.price else self.item.name


def mark_rows(plan: Plan, area: str) -> tuple[MarkRow, ...]:
    """Return the lines that an assessor fills in for an area, in rubric order."""
    rows: list[MarkRow] = []
    for item in plan.county_rubric.items:
        match item.rule:
            case _ if not item.is_for(area):
                pass
            case EventsRule(prices=prices):
                rows += [MarkRow(item, price) for price in prices]
            case CountedRule() as rule if not rule.target_of(area):
                pass
            case CountedRule() | QualitativeRule():
                rows.append(MarkRow(item))
    return tuple(rows)


def bonus_table(plan: Plan) -> FormTable:
    """Return the sheet of bonuses: with their kinds, where the rubric has kinds."""
    kinds = plan.county_rubric.bonus.kinds
    return BONUS_BY_KIND if kinds else BONUS


def area_form(plan: Plan) -> tuple[FormTable, ...]:
    """Return the sheets of a county's form."""
    return (MARKS, EVENTS, bonus_table(plan), VETO)


def manual_section_rules(plan: Plan) -> tuple[SectionRule, ...]:
    """Return the section rubric's rules that the performance office looks after, in rubric order."""
    return tuple(rule for group in plan.section_rubric.groups for rule in group.rules if not is_automatic(rule))


def own_projects(plan: Plan, section: str) -> dict[str, str]:
    """Return the projects of a section, id → short name."""
    return {project.id: project.short_name for project in plan.projects_of(section)}


def word_rows(plan: Plan, section: str, month: Period) -> tuple[tuple[str, str], ...]:
    """Return the areas (全市 last) and indicators that a section may give a word for: of what it is in charge of."""
    rows = []
    for project in (each for each in plan.projects_of(section) if each.section == section):
        areas = [area.id for area in plan.areas_with(project.id, month)]
        for indicator in plan.indicators_of(project.id):
            rows += [(area, indicator.id) for area in (*areas, CITY) if area in indicator.targets]
    return tuple(rows)


def allowed_mark(plan: Plan, area: str, row: MarkRow) -> str:
    """Say what may be filled in on a line, and who assesses it where the rubric says."""
    match row.item.rule:
        case CountedRule() as rule:
            said = f"填数量（{rule.unit}），全年不少于 {rule.target_of(area)}{rule.unit}"
        case QualitativeRule() as rule:
            said = f"选等次：{'、'.join(rule.levels)}" + ("" if rule.levels_only else "；或直接给分")
        case EventsRule() as rule if row.price is not None:
            word = "扣" if rule.start == "full" else "得"
            said = f"填数量（{row.price.per}），每{row.price.per}{word} {plain(row.price.points)} 分，没有的填 0"
        case _:
            raise TypeError(f"{row.id} is measured, not marked")
    by = row.item.assessed_by
    return f"{said}；由{plan.section(by).name}考评" if by else said


def allowed_section_mark(rule: SectionRule) -> str:
    """Say what may be filled in for a section's rule."""
    match rule.check:
        case SectionCheck.TOO_FEW:
            return f"填实际次数（全年不少于 {rule.target}{rule.unit}，年底计）"
        case SectionCheck.TOO_FEW_PER_PROJECT:
            return f"逐个项目填实际次数（各不少于 {rule.target}{rule.unit}，年底计）"
        case SectionCheck.DOUBLED_LOSS:
            return "填上级扣减的分值，没有的填 0"
        case _:
            return f"填出现问题的次数（每{rule.per}扣 {rule.points} 分），没有的填 0"


def event_kinds(plan: Plan) -> dict[str, EventDeduction]:
    """Return what an event's 类别 may be: by its name and by its id."""
    kinds = plan.county_rubric.deductions
    return {kind.id: kind for kind in kinds} | {kind.name: kind for kind in kinds}


def bonus_kinds(plan: Plan) -> dict[str, BonusKind]:
    """Return what a bonus's 类别 may be: by its name and by its id."""
    kinds = plan.county_rubric.bonus.kinds
    return {kind.id: kind for kind in kinds} | {kind.name: kind for kind in kinds}
