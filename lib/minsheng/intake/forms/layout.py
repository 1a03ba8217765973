"""What assessment forms (考评表) look like: sheets and columns that their writer and their reader share.

Row 1 of a sheet is its title, row 2 says how to fill it in, row 3 holds the headers, data begins in row 4 and ends at
the footer that begins with 考评人. The cover (封面) stands first, label in column A and value in column B.
"""

from dataclasses import dataclass

from minsheng.domain.plan import Plan
from minsheng.domain.rubric import CountedRule, EventDeduction, QualitativeRule, RubricItem, SectionCheck, SectionRule
from minsheng.domain.table import CellType, Column

MANUAL_RULES = (CountedRule, QualitativeRule)
"""The rule kinds that an assessor marks; all others are computed from returns."""

AUTOMATIC_CHECKS = frozenset(
    {SectionCheck.LATE_REPORT, SectionCheck.EMPTY_PART, SectionCheck.UNSIGNED, SectionCheck.VERSIONS_DIFFER}
)
"""What the system finds in a section's reporting itself; the performance office only confirms or waives it."""

SUBJECT, PERIOD, ASSESSOR, ASSESSED_ON, DATA_LABEL = "考评对象", "考评期", "考评人", "考评日期", "数据性质"

COVER_LABELS = (SUBJECT, PERIOD, ASSESSOR, ASSESSED_ON, DATA_LABEL)

FOOTER = "考评人签字：　　　　　　　　日期："

TAKEN, WAIVED = "确认", "免除"

FILES_HINT = "只写文件名，一行一个；文件放在"


@dataclass(frozen=True)
class FormColumn:
    """One column of a form.

    Parameters
    ----------
    column
        Header and type.
    width
        In half-width characters.
    given
        Whether the template fills it in and locks it.
    """

    column: Column
    width: int
    given: bool = False


@dataclass(frozen=True)
class FormSheet:
    """One sheet of a form."""

    name: str
    guide: str
    columns: tuple[FormColumn, ...]
    blank_rows: int = 0
    """Lines to write in, where the rows are not given."""

    def place(self, column_id: str) -> int:
        """Return a column's place, from 0."""
        return [each.column.id for each in self.columns].index(column_id)


def _text(name: str, label: str, width: int, note: str = "", *, given: bool = False) -> FormColumn:
    return FormColumn(Column(id=name, label=label, type=CellType.TEXT, note=note), width, given)


def _number(
    name: str, label: str, unit: str, note: str = "", *, whole: bool = False, given: bool = False
) -> FormColumn:
    kind = CellType.INTEGER if whole else CellType.DECIMAL
    return FormColumn(Column(id=name, label=label, unit=unit, type=kind, note=note), 12, given)


_REASON = _text("reason", "理由", 34)

_FILES = _text("evidence", "印证资料文件", 26, f"{FILES_HINT} data/evidence/考评期/单位/小项/ 下")

MARKS = FormSheet(
    "考评",
    "每个小项只填等次、数量、给分之一：填法列写明可填什么。等次、给分须写理由；没有评定的留空，按未评处理，不计分。",
    (
        _text("item", "编号", 9, given=True),
        _text("name", "考评项目", 16, given=True),
        _text("text", "考评内容", 40, given=True),
        _number("full_marks", "满分", "分", given=True),
        _text("required", "应附印证资料", 24, given=True),
        _text("allowed", "填法", 22, given=True),
        _text("level", "等次", 12),
        _number("count", "数量", "", whole=True),
        _number("points", "给分", "分", "不用等次时直接给分，0 至满分"),
        _REASON,
        _FILES,
    ),
)

EVENTS = FormSheet(
    "扣分事项",
    "一件事一行。同一件事被两级通报的，事由写成一样。分值由细则定的，扣分栏留空；酌情扣分的须填扣分和理由。",
    (
        _text("kind", "类别", 18),
        FormColumn(Column(id="on", label="日期", type=CellType.DATE), 14),
        _text("subject", "事由", 40),
        _text("documents", "文号", 28),
        _number("points", "扣分", "分", "只有酌情扣分的才填"),
        _REASON,
    ),
    blank_rows=15,
)

BONUS = FormSheet(
    "加分",
    "按综合绩效考核办法应予加分的事项，一件一行，写明理由和依据文件。",
    (_text("subject", "事由", 40), _number("points", "加分", "分"), _REASON, _FILES),
    blank_rows=10,
)

VETO = FormSheet(
    "一票否决",
    "只填方案列出的一票否决事项，一件一行，写明理由。",
    (_text("word", "事项", 28), _REASON, _text("documents", "文号", 28)),
    blank_rows=5,
)

SECTION_MARKS = FormSheet(
    "考评",
    "每一行按填法列填：没有发生的填 0；扣分的须写理由。没有看过的留空，按未评处理。",
    (
        _text("rule", "编号", 14, given=True),
        _text("text", "考评内容", 46, given=True),
        _text("project", "项目", 16, given=True),
        _text("allowed", "填法", 30, given=True),
        _number("times", "次数", "次", whole=True),
        _text("losses", "上级扣减分值（分）", 16, "每次扣减写一个数，用分号隔开，例如 0.5；0.3；没有的填 0"),
        _REASON,
        _FILES,
    ),
)

PROPOSALS = FormSheet(
    "拟扣分",
    "系统按报送登记、签字和两份报告的比对提出，逐条填“确认”或“免除”；免除须写理由。留空的仍为待确认，不计入扣分。",
    (
        _text("rule", "编号", 14, given=True),
        _text("text", "考评内容", 34, given=True),
        _text("event", "事项", 16, given=True),
        _text("told", "情况", 60, given=True),
        _number("points", "拟扣", "分", given=True),
        FormColumn(Column(id="decision", label="处理", type=CellType.CHOICE, choices=(TAKEN, WAIVED)), 10),
        _REASON,
    ),
)

POSITIVE = FormSheet(
    "实绩考评",
    "按绩效目标体系逐项填写分值和得分；得分不超过分值。",
    (
        _text("name", "目标名称", 46),
        _number("full_marks", "分值", "分"),
        _number("points", "得分", "分"),
        _text("basis", "计分依据", 44),
    ),
    blank_rows=20,
)


@dataclass(frozen=True)
class Proposal:
    """A deduction that the system proposes for a section, for the performance office to confirm or waive."""

    rule: str
    event: str
    """Names the fault: the month, or month and part."""
    told: str


def manual_items(plan: Plan) -> tuple[RubricItem, ...]:
    """Return the county rubric's items that an assessor marks, in rubric order."""
    return tuple(item for item in plan.county_rubric.items if isinstance(item.rule, MANUAL_RULES))


def manual_section_rules(plan: Plan) -> tuple[SectionRule, ...]:
    """Return the section rubric's rules that the performance office looks after, in rubric order."""
    return tuple(
        rule for group in plan.section_rubric.groups for rule in group.rules if rule.check not in AUTOMATIC_CHECKS
    )


def own_projects(plan: Plan, section: str) -> dict[str, str]:
    """Return the projects of a section, id → short name."""
    return {project.id: project.short_name for project in plan.projects_of(section)}


def allowed_mark(item: RubricItem) -> str:
    """Say what may be filled in for an item."""
    match item.rule:
        case CountedRule() as rule:
            return f"填数量（{rule.unit}），全年不少于 {rule.target}{rule.unit}"
        case QualitativeRule() as rule:
            return f"选等次：{'、'.join(rule.levels)}；或直接给分"
        case _:
            raise TypeError(f"{item.id} is measured, not marked")


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
