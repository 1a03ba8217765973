"""A plan's files from the annex of its notice: complete, by the rules that ``plan check`` holds plans to.

What the annex does not say (who reports what by when, how points are given) is written as a default of ours with why,
for a person to look through; ids are numbered and may be renamed.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from minsheng.authoring.annex_goals import Goal, ours, quoted
from minsheng.authoring.annex_table import AnnexCell, AnnexRow, AnnexTable, Placed, placed
from minsheng.authoring.new_tables import evidence_table, figures_table, narrative_table, rules_file
from minsheng.domain.area import CITY, AreaKind
from minsheng.domain.base import plain

KEPT = (
    "lights.yaml",
    "schedule.yaml",
    "reporting.yaml",
    "disclosure.yaml",
    "rubric_section.yaml",
    "tables/explanation.yaml",
    "expectations/cover.yaml",
    "expectations/narrative.yaml",
)
"""Files of the sample plan that say nothing of areas, projects and indicators."""

_GOALS = Decimal(80)
"""Of a rubric's 100 points those for the targets, where nothing says it."""

_SECTION = "s1"


@dataclass(frozen=True)
class NewPlan:
    """What a person says of a new plan."""

    year: int
    city: str
    issuer: str
    title: str
    section: str
    annex: AnnexTable

    @property
    def notice(self) -> str:
        """The id of the document that its figures cite."""
        return f"notice-{self.year}"


def plan_files(new: NewPlan) -> dict[str, str]:
    """Return the text of each file that the annex decides, by its path below the year's folder."""
    areas = {f"a{n}": row for n, row in enumerate(new.annex.areas, start=1)}
    projects = _projects(new.annex)
    goals = _goals(new, areas, projects)
    ids = {placed_at.project: f"p{n}" for n, placed_at in enumerate(projects, start=1)}
    named = {ids[each.project]: each for each in projects}
    tables = {project: [goal for goal in goals if goal.project == project] for project in named}
    short = {project: _short(each.project) for project, each in named.items()}
    texts = {
        "plan.yaml": _plan(new),
        "areas.yaml": _areas(new, areas, tables),
        "sections.yaml": _sections(new),
        "projects.yaml": _project_list(new, named, short),
        "indicators.yaml": _indicators(new, goals),
        "rubric_county.yaml": _rubric(goals),
        "tables/narrative.yaml": narrative_table(named),
        "tables/evidence.yaml": evidence_table(named),
    }
    for number, (project, mine) in enumerate(tables.items(), start=1):
        texts[f"tables/{project}.yaml"] = figures_table(project, named[project].project, short[project], mine)
        texts[f"expectations/{project}.yaml"] = rules_file(project, number, mine)
    return texts


def _projects(annex: AnnexTable) -> list[Placed]:
    found: dict[str, Placed] = {}
    for each in placed(annex.columns):
        found.setdefault(each.project, each)
    return list(found.values())


def _goals(new: NewPlan, areas: Mapping[str, AnnexRow], projects: Sequence[Placed]) -> list[Goal]:
    ids = {each.project: f"p{n}" for n, each in enumerate(projects, start=1)}
    names = Counter(column.name for column in new.annex.columns)
    shorts = Counter(column.short_name for column in new.annex.columns)
    goals = []
    for number, (column, at) in enumerate(zip(new.annex.columns, placed(new.annex.columns), strict=True)):
        cells = {who: cell for who, row in areas.items() if (cell := row.cells[number]) is not None}
        whole = new.annex.whole.cells[number] if new.annex.whole else None
        if whole is not None and not cells:
            # 完成 stands once, for all: it is every county's, and none of the city's own row.
            cells = {who: whole for who, row in areas.items() if row.kind != AreaKind.MUNICIPAL_ROW}
        city = whole or _city_cell(column.quote, list(cells.values()))
        goals.append(
            Goal(
                number=number + 1,
                column=column,
                project=ids[at.project],
                name=column.name if names[column.name] == 1 else f"{at.project}：{column.name}",
                short_name=column.short_name if shorts[column.short_name] == 1 else f"{column.short_name}{number + 1}",
                cells={CITY: city, **cells},
                year=new.year,
            )
        )
    return goals


def _city_cell(quote: str, cells: Sequence[AnnexCell]) -> AnnexCell:
    """Return the city's target where the annex has no row of it: the areas' own where they agree, else their sum."""
    if len({(cell.number, cell.text) for cell in cells}) == 1 and not _counts(quote, cells):
        return cells[0]
    return AnnexCell(sum((cell.number or Decimal(0) for cell in cells), Decimal(0)), "")


def _counts(quote: str, cells: Sequence[AnnexCell]) -> bool:
    return all(cell.number is not None for cell in cells) and not any(
        word in quote for word in ("率", "比例", "人均", "%")
    )


def _short(name: str) -> str:
    """Return a name that a sheet can have."""
    return "".join(c for c in name if c not in "[]:*?/\\'“”（）()，。、")[:14]


def _plan(new: NewPlan) -> str:
    return f"""\
# 方案概况。由 plan new 按附件生成：每个数的出处是附件；写 document: ours 的是系统补的默认值，请逐条核对。
# 改完运行 minsheng plan check。
id: plan-{new.year}
year: {new.year}
title: {quoted(new.title)}
issuer: {quoted(new.issuer)}
issued_on: {new.year}-01-04     # 印发日期，请改
city: {quoted(new.city)}
adcode: "000000"        # 行政区划代码，请改

documents:
  - id: {new.notice}
    title: {quoted(f"关于印发{new.title}的通知")}

leading_group:          # 领导小组，请改
  leader: 待填
  deputies: []
  members: []
  liaison: 待填
  source: {ours()}

source: {{document: {new.notice}, clause: 附件, quote: {quoted(new.title)}}}
"""


def _areas(new: NewPlan, areas: Mapping[str, AnnexRow], tables: Mapping[str, Sequence[Goal]]) -> str:
    lines = [
        "# 地区：附件目标任务分解表的各行，次序相同。id 是上报文件名，可以改，其他文件里一起改。没有任务的项目不写。",
        f"source: {{document: {new.notice}, clause: 附件, quote: 地区}}",
        "areas:",
    ]
    for who, row in areas.items():
        projects = [project for project, goals in tables.items() if any(who in goal.cells for goal in goals)]
        municipal = row.kind == AreaKind.MUNICIPAL_ROW
        bureau = f"{new.issuer}（{row.name}）" if municipal else f"{row.name}民政局"
        lines += [
            f"  - id: {who}",
            f"    name: {quoted(row.name)}",
            "    adcode: null",
            f"    kind: {row.kind.value}",
            f"    assessed: {str(not municipal).lower()}",
            f"    bureau: {quoted(bureau)}     # 填报单位，请核对",
            f"    projects: [{', '.join(projects)}]",
        ]
    return "\n".join(lines) + "\n"


def _sections(new: NewPlan) -> str:
    return f"""\
# 科室：责任人、责任领导、月报的主送机关。几个科室分管的，照此增加，并改 projects.yaml 的 section。
source: {ours()}
sections:
  - id: {_SECTION}
    name: {quoted(new.section)}
    owner: 待填
    leader: 待填
    addressee: 局办公室
    assessed: true
  - id: office
    name: 办公室
    addressee: 市人民政府督查室
    assessed: false
    collects: true
"""


def _project_list(new: NewPlan, named: Mapping[str, Placed], short: Mapping[str, str]) -> str:
    lines = [
        "# 项目：附件表头中的各项。section 是牵头科室；notebook: project 是通用的笔记本。",
        f"source: {{document: {new.notice}, clause: 附件, quote: 目标任务}}",
        "projects:",
    ]
    for project, each in named.items():
        lines += [
            f"  - id: {project}",
            f"    name: {quoted(each.project)}",
            f"    short_name: {quoted(short[project])}",
            f"    programme: {quoted(each.programme)}",
            f"    group: {quoted(each.group)}",
            f"    section: {_SECTION}",
            "    notebook: project",
            f"    goal: {quoted(f'完成附件下达的{each.project}任务')}",
        ]
    return "\n".join(lines) + "\n"


def _indicators(new: NewPlan, goals: Sequence[Goal]) -> str:
    lines = [
        "# 指标：附件的各列，column 为从左数的列号。怎样算（measure）附件没有写，是系统补的，请逐项核对。",
        f"source: {{document: {new.notice}, clause: 附件, quote: 目标任务分解表}}",
        "indicators:",
    ]
    for goal in goals:
        lines += [
            f"  - id: {goal.id}",
            f"    name: {quoted(goal.name)}",
            f"    short_name: {quoted(goal.short_name)}",
            f"    unit: {quoted(goal.unit)}",
            f"    decimals: {goal.decimals}",
            f"    project: {goal.project}",
            f"    column: {goal.number}",
            f"    direction: {'at_most' if goal.is_limit else 'at_least'}",
            f"    basis: {'full' if goal.is_level or goal.is_milestone else 'schedule'}",
            "    measure:",
            *(f"      {line}" for line in goal.measure),
            "    targets:",
            *(f"      {who}: {goal.target(cell)}" for who, cell in goal.cells.items()),
            f"    city_total: {str(goal.adds_up and not goal.is_level).lower()}",
            f"    source: {{document: {new.notice}, clause: 附件, quote: {quoted(goal.column.quote)}}}",
        ]
    return "\n".join(lines) + "\n"


def _rubric(goals: Sequence[Goal]) -> str:
    marks = _marks(len(goals))
    source = ours("附件没有写考评细则：100 分，组织管理 20 分，目标实施 80 分由各指标平分，请换成本单位的细则")
    lines = [
        "# 地区考评细则。附件没有写，是系统补的样子：请换成本单位的细则；规则种类见手册“规则和算例”。",
        "total: 100",
        "rule_defaults:",
        "  qualitative:",
        "    levels: {做到: 1, 基本做到: 0.5, 未做到: 0}",
        f"    source: {source}",
        "groups:",
        "  - id: manage",
        "    name: 组织管理",
        f"    full_marks: {100 - _GOALS}",
        "    items:",
        "      - id: manage.1",
        "        name: 责任落实",
        "        text: 有专人负责，按时报送",
        f"        full_marks: {100 - _GOALS}",
        "        evidence: 分工文件、报送登记",
        "        rule: {kind: qualitative}",
        f"        source: {source}",
        f"    source: {source}",
        "  - id: goals",
        "    name: 目标实施",
        f"    full_marks: {_GOALS}",
        "    items:",
    ]
    for goal, full in zip(goals, marks, strict=True):
        lines += [
            f"      - id: goals.{goal.number}",
            f"        name: {quoted(goal.short_name)}",
            f"        text: {quoted(goal.name)}",
            f"        full_marks: {plain(full)}",
            "        evidence: 报表和验收、发放等资料",
            f"        rule: {goal.rule(source)}",
            f"        source: {source}",
        ]
    lines += [
        f"    source: {source}",
        "deductions: []",
        "same_event_counts_once: true",
        f"bonus: {{cap: 5, breaks_ties: false, in_total: true, text: 没有加分规定, source: {source}}}",
        "veto: []",
        "total_floor: 0",
        "decimals: 2",
        "ties: competition",
        "grades: [{word: 优秀, lower: 90}, {word: 良好, lower: 80}, {word: 合格, lower: 60}, {word: 不合格, lower: 0}]",
        "conversion_factor: 1",
        "defaults: {}",
        f"source: {source}",
    ]
    return "\n".join(lines) + "\n"


def _marks(number: int) -> list[Decimal]:
    """Split the goals' points in tenths; the first have what is left over."""
    tenths, over = divmod(int(_GOALS * 10), number)
    return [Decimal(tenths + (n < over)) / 10 for n in range(number)]
