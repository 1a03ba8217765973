"""The tables of returns, what other files say about their rows, and the fields (``table.row.column``) they name."""

from collections.abc import Iterable

from minsheng.domain.base import plain
from minsheng.domain.indicator import (
    Comparison,
    Condition,
    FundLine,
    FundSource,
    Indicator,
    RatioMeasure,
    StatedMeasure,
    SumMeasure,
)
from minsheng.domain.projects import Project
from minsheng.domain.reporting import Reporting
from minsheng.domain.table import COVER_SHEET, CellType, Row, Table, TableKind
from minsheng.domain.units import is_money
from minsheng.plan.checks.identifiers import YamlPlace, conditions, demand_known, demand_unique
from minsheng.plan.plan_files import PlanFiles
from minsheng.plan.shorthand import YUAN_PER_WANYUAN
from minsheng.plan.strict_yaml import YamlPath

_LIST_COLUMNS = {TableKind.EVIDENCE: ("project", "name"), TableKind.EXPLANATION: ("rule", "cell", "text")}

FUNDS_TABLE = "funds"


def check(files: PlanFiles) -> None:
    """Note what does not fit in the tables."""
    tables = [(stem, table) for stem, table in files.tables.items() if isinstance(table, Table)]
    sheets: list[tuple[str, YamlPlace]] = []
    for stem, table in tables:
        name = f"tables/{stem}"
        if table.kind == TableKind.FORM:
            kinds = "、".join(kind for kind in TableKind if kind != TableKind.FORM)
            files.fault(name, ("kind",), "考评表的格式由系统规定，不写在 tables/ 里", kinds)
        if table.id != stem:
            files.fault(name, ("id",), f"表的 id“{table.id}”与文件名不符", stem)
        sheets += [(table.sheet, (name, ("sheet",)))]
        sheets += [(alias, (name, ("aliases", n))) for n, alias in enumerate(table.aliases)]
        _own(files, name, table)
        _projects(files, name, table)
    demand_unique(files, sheets, "工作表名")
    for word, (name, path) in sheets:
        if word == COVER_SHEET:
            files.fault(name, path, f"工作表名“{word}”留给封面")
    for kind in (TableKind.NARRATIVE, TableKind.EVIDENCE, TableKind.EXPLANATION):
        found = [stem for stem, table in tables if table.kind == kind]
        for stem in found[1:]:
            files.fault(f"tables/{stem}", ("kind",), f"kind: {kind} 的表只能有一张，已有 {found[0]}")
    _narrative(files)
    _lists(files)
    _funds(files)


def _own(files: PlanFiles, name: str, table: Table) -> None:
    """Note ids and headers of one table that mean two things, and money that is not named as money."""
    demand_unique(files, ((row.id, (name, ("rows", n, "id"))) for n, row in enumerate(table.rows)), "行 id")
    rows = (("、".join(row.labels), (name, ("rows", n, "labels"))) for n, row in enumerate(table.rows))
    demand_unique(files, rows, "行名")
    demand_unique(files, ((each.id, (name, ("columns", n, "id"))) for n, each in enumerate(table.columns)), "列 id")
    headers: list[tuple[str, YamlPlace]] = [(key, (name, ("keys", n))) for n, key in enumerate(table.keys)]
    for n, column in enumerate(table.columns):
        headers.append((column.label, (name, ("columns", n, "label"))))
        headers += [(alias, (name, ("columns", n, "aliases"))) for alias in column.aliases]
        for m, indicator in enumerate(column.indicators):
            known = files.ids("indicators")
            demand_known(files, (name, ("columns", n, "indicators", m)), "指标", indicator, known)
        if is_money(column.unit) and not column.id.endswith("_yuan"):
            place = (name, ("columns", n, "id"))
            files.fault(*place, f"列“{column.label}”的单位是{column.unit}，id“{column.id}”应以 _yuan 结尾")
    demand_unique(files, headers, "表头")


def _projects(files: PlanFiles, name: str, table: Table) -> None:
    known = files.ids("projects")
    if table.project is not None:
        demand_known(files, (name, ("project",)), "项目", table.project, known)
    for n, row in enumerate(table.rows):
        if row.project is not None:
            demand_known(files, (name, ("rows", n, "project")), "项目", row.project, known)
        for m, project in enumerate(row.shared_with):
            demand_known(files, (name, ("rows", n, "shared_with", m)), "项目", project, known)
    sound_names = files.sound("projects", Project)
    names = {each.id: each.name for path, each in sound_names if files.is_whole("projects", (*path, "name"))}
    for n, row in enumerate(table.rows):
        wanted = names.get(row.project) if row.project is not None else None
        if wanted is not None and row.labels[0] != wanted:
            message = f"行“{row.id}”写项目“{row.labels[0]}”，与 projects.yaml 的名称不符"
            files.fault(name, ("rows", n, "labels", 0), message, wanted)
    if table.kind == TableKind.EVIDENCE and known and len(names) == len(known):
        for n, column in enumerate(table.columns):
            sound = files.is_whole(name, ("columns", n)) and files.is_whole("projects")
            if column.id == "project" and sound and set(column.choices) != set(names.values()):
                files.fault(name, ("columns", n), "印证资料的项目选项与 projects.yaml 不符", "、".join(names.values()))


def _narrative(files: PlanFiles) -> None:
    """Note a 工作情况 whose columns are not the parts of the report, in their order."""
    reporting = files.whole("reporting", Reporting)
    found = [(s, t) for s, t in files.tables.items() if isinstance(t, Table) and t.kind == TableKind.NARRATIVE]
    if reporting is None:
        return
    parts = [(part.id, part.title) for part in reporting.parts]
    if not found and all(table is not None for table in files.tables.values()):
        _nobody_writes(files, reporting)
    for stem, table in found:
        if not files.is_whole(f"tables/{stem}") or not files.is_whole("reporting", ("parts",)):
            continue
        if [(column.id, column.label) for column in table.columns] != parts:
            allowed = "、".join(f"{title}（{part}）" for part, title in parts)
            files.fault(
                f"tables/{stem}", ("columns",), "工作情况表的列与 reporting.yaml 的各方面（parts）不一致", allowed
            )
        absent = [project for project in files.ids("projects") if project not in {row.project for row in table.rows}]
        if absent and {row.project for row in table.rows} <= {*files.ids("projects"), None}:
            files.fault(f"tables/{stem}", ("rows",), f"工作情况表缺少项目“{'、'.join(absent)}”的行")


def _nobody_writes(files: PlanFiles, reporting: Reporting) -> None:
    """Note parts of the report that no figures fill, of a plan without a table in which anybody would write them."""
    for n, part in enumerate(reporting.parts):
        if not part.is_from_data or (part.role == "funds" and not files.located["funds"].value):
            message = f"没有工作情况表，月报的方面“{part.title}”没有地方填写"
            allowed = "写上 tables/narrative.yaml（kind: narrative），或只留由数据生成的方面（role: progress、funds）"
            files.fault("reporting", ("parts", n), message, allowed)


def _lists(files: PlanFiles) -> None:
    """Note a list of documents or explanations without the columns that make an entry."""
    for stem, table in files.tables.items():
        if isinstance(table, Table) and table.kind in _LIST_COLUMNS:
            absent = [word for word in _LIST_COLUMNS[table.kind] if word not in {column.id for column in table.columns}]
            if absent and files.is_whole(f"tables/{stem}"):
                files.fault(f"tables/{stem}", ("columns",), f"缺少列“{'、'.join(absent)}”")


_NO_ROW = Row(id="", labels=())


def _shared(files: PlanFiles, table: Table, lines: list[tuple[YamlPath, FundLine]]) -> None:
    """Note a shared source that is not the same in each of its projects' lines."""
    for n, row in enumerate(table.rows):
        parts = [
            (line.project, (*path, "parts", m), part)
            for path, line in lines
            for m, part in enumerate(line.parts)
            if row.id in part.reported_in
        ]
        wanted = {row.project, *row.shared_with}
        if row.shared_with and {project for project, _, _ in parts} != wanted:
            message = (
                f"行“{row.id}”由 {'、'.join(sorted(filter(None, wanted)))} 共用，funds.yaml 里这些项目都要列出该来源"
            )
            files.fault(f"tables/{FUNDS_TABLE}", ("rows", n, "shared_with"), message, "各项目写同一个 id、名称和金额")
        for _, path, part in parts[1:]:
            if row.shared_with and part.id != parts[0][2].id:
                message = f"行“{row.id}”共用，这里的来源“{part.id}”与前一处不同"
                files.fault("funds", (*path, "id"), message, parts[0][2].id)
            elif row.shared_with and part.rows != parts[0][2].rows:
                message = f"共用来源“{part.id}”的 rows 与前一处不同"
                files.fault("funds", (*path, "rows"), message, "、".join(parts[0][2].reported_in))
            elif row.shared_with and part.amount_yuan != parts[0][2].amount_yuan:
                files.fault(
                    "funds",
                    (*path, "amount_yuan"),
                    f"共用来源“{row.id}”的金额与前一处不同",
                    plain(parts[0][2].amount_yuan / YUAN_PER_WANYUAN),
                )


def _sources(files: PlanFiles, rows: dict[str, Row], path: YamlPath, line: FundLine) -> None:
    """Note sources of one project's money that have no row in 资金, or one of another name."""
    for n, part in enumerate(line.parts):
        if not files.is_whole("funds", (*path, "project")) or not files.is_whole("funds", (*path, "parts", n)):
            continue
        _serving(files, (*path, "parts", n), line.project, part)
        for m, row_id in enumerate(part.reported_in):
            place = (*path, "parts", n, *(("rows", m) if part.rows else ("id",)))
            row = rows.get(row_id)
            if row is None and files.is_whole(f"tables/{FUNDS_TABLE}"):
                files.fault("funds", place, f"资金表没有行“{row_id}”（tables/funds.yaml）", "、".join(rows))
            elif line.project not in files.ids("projects") or not files.is_whole(f"tables/{FUNDS_TABLE}"):
                continue
            elif row is not None and not _is_of(row, line.project, part):
                message = f"“{row_id}”的项目或来源名称与资金表的行不一致"
                allowed = "、".join(filter(None, (row.project, *row.shared_with, row.labels[-1])))
                files.fault("funds", place, message, allowed)


def _is_of(row: Row, project: str, part: FundSource) -> bool:
    """Whether a row is of a project and, unless it is one of several, called as the source is."""
    return project in (row.project, *row.shared_with) and bool(part.rows or row.labels[-1] == part.label)


def _serving(files: PlanFiles, path: YamlPath, project: str, part: FundSource) -> None:
    """Note rows that a source names twice, and indicators that are none of the project's."""
    demand_unique(files, [(row, ("funds", (*path, "rows", n))) for n, row in enumerate(part.rows)], "行")
    demand_unique(
        files, [(each, ("funds", (*path, "indicators", n))) for n, each in enumerate(part.indicators)], "指标"
    )
    own = [each.id for _, each in files.sound("indicators", Indicator) if each.project == project]
    if files.ids("indicators"):
        for n, name in enumerate(part.indicators):
            demand_known(files, ("funds", (*path, "indicators", n)), f"“{project}”的指标", name, own)


def _funds(files: PlanFiles) -> None:
    """Note a source of the plan's money that has no row of its label in 资金, and a row that has no source."""
    table, lines = files.tables.get(FUNDS_TABLE), list(files.sound("funds", FundLine))
    if FUNDS_TABLE not in files.tables and files.tables and lines:
        files.fault("funds", ("funds",), "没有资金表", f"tables/{FUNDS_TABLE}.yaml")
    if not isinstance(table, Table):
        return
    whole = files.is_whole("funds") and files.is_whole(f"tables/{FUNDS_TABLE}")
    rows = {row.id: row for row in table.rows}
    named: list[tuple[str, YamlPlace]] = [
        (row, ("funds", (*path, "parts", n, *(("rows", m) if part.rows else ("id",)))))
        for path, line in lines
        for n, part in enumerate(line.parts)
        for m, row in enumerate(part.reported_in)
    ]
    for path, line in lines:
        demand_known(files, ("funds", (*path, "project")), "项目", line.project, files.ids("projects"))
        _sources(files, rows, path, line)
    if not whole:
        return
    _shared(files, table, lines)
    demand_unique(files, [each for each in named if not rows.get(each[0], _NO_ROW).shared_with], "资金表的行")
    for path, line in lines:
        # A row that projects share may still stand in one source of each alone.
        mine = [each for each in named if each[1][1][: len(path)] == path and rows.get(each[0], _NO_ROW).shared_with]
        demand_unique(files, mine, "资金表的行")
        ids = [(part.id, ("funds", (*path, "parts", n, "id"))) for n, part in enumerate(line.parts) if part.rows]
        demand_unique(files, ids, "id")
    for n, row in enumerate(table.rows):
        if row.id not in {word for word, _ in named}:
            files.fault(f"tables/{FUNDS_TABLE}", ("rows", n, "id"), f"行“{row.id}”在 funds.yaml 里没有对应的资金来源")


NUMBERS = frozenset({CellType.INTEGER, CellType.DECIMAL})

_TYPES = {
    CellType.INTEGER: "整数",
    CellType.DECIMAL: "数字",
    CellType.DATE: "日期",
    CellType.TEXT: "文字",
    CellType.CHOICE: "选项",
}


def check_fields(files: PlanFiles) -> None:
    """Note fields that no table has, or whose cells are of the wrong type."""
    for path, project in files.sound("projects", Project):
        for n, figure in enumerate(project.key_figures):
            place = (*path, "key_figures", n, "fields")
            _all(files, "projects", place, figure.fields, frozenset(CellType) if figure.how == "text" else NUMBERS)
    for path, indicator in files.sound("indicators", Indicator):
        measure = indicator.measure
        if isinstance(measure, RatioMeasure):
            _all(files, "indicators", (*path, "measure", "numerator"), measure.numerator, NUMBERS)
            _all(files, "indicators", (*path, "measure", "denominator"), measure.denominator, NUMBERS)
        elif isinstance(measure, SumMeasure):
            _all(files, "indicators", (*path, "measure", "fields"), measure.fields, NUMBERS)
        elif isinstance(measure, StatedMeasure):
            fault = field_fault(files, measure.field, NUMBERS, single=True)
            if fault:
                files.fault("indicators", (*path, "measure", "field"), *fault)
            if measure.city_weight:
                _all(files, "indicators", (*path, "measure", "city_weight"), measure.city_weight, NUMBERS)
    for place, condition in conditions(files):
        _condition(files, place, condition)


def _condition(files: PlanFiles, place: YamlPlace, condition: Condition) -> None:
    name, path = place
    for n, test in enumerate(condition.tests):
        _comparison(files, name, (*path, "tests", n), test)
    if condition.document_date is not None:
        fault = field_fault(files, condition.document_date, frozenset({CellType.DATE}))
        if fault:
            files.fault(name, (*path, "document_date"), *fault)
    elif not condition.tests:
        files.fault(name, (*path, "tests"), f"条件“{condition.id}”什么也不判断", "至少一项 tests 或 document_date")


def _comparison(files: PlanFiles, name: str, path: YamlPath, test: Comparison) -> None:
    _all(files, name, (*path, "left"), test.left, NUMBERS)
    if test.parameter is not None:
        known = files.ids("parameters") or (["（没有 parameters.yaml）"] if files.names_all("parameters") else [])
        demand_known(files, (name, (*path, "parameter")), "参数", test.parameter, known)
    else:
        _all(files, name, (*path, "right"), test.right, NUMBERS)


def _all(files: PlanFiles, name: str, path: YamlPath, fields: Iterable[str], wanted: frozenset[CellType]) -> None:
    fields = tuple(fields)
    if not fields:
        files.fault(name, path, "至少要有一个字段")
    for n, field in enumerate(fields):
        fault = field_fault(files, field, wanted)
        if fault:
            files.fault(name, (*path, n), *fault)


def field_fault(  # noqa: PLR0911 - one return for each thing that can be wrong
    files: PlanFiles, field: str, wanted: frozenset[CellType], *, single: bool = False
) -> tuple[str, str] | None:
    """Say what is wrong with a field, and what is allowed; ``None`` if it names cells of a ``wanted`` type.

    ``single``: it must name one cell, neither ``*`` nor ``-``.
    """
    table_id, *rest = field.removeprefix("" if single else "-").split(".")
    if table_id not in files.tables:
        return f"字段“{field}”：没有表“{table_id}”", "、".join(files.tables)
    table = files.tables[table_id]
    if not isinstance(table, Table):
        return None  # the table has faults of its own
    if table.kind != TableKind.FIGURES or table.open_rows:
        return f"字段“{field}”：表“{table_id}”的行不固定，不能取数", ""
    rows = [row.id for row in table.rows]
    if len(rest) != (2 if rows else 1):
        return f"字段“{field}”写法不对", f"{table_id}.行.列" if rows else f"{table_id}.列（该表只有一行）"
    if not files.is_whole(f"tables/{table_id}"):
        return None  # what is missing may be what has a fault
    if rows and rest[0] not in rows and (single or rest[0] != "*"):
        return f"字段“{field}”：表“{table_id}”没有行“{rest[0]}”", "、".join([*rows, *([] if single else ["*"])])
    column = next((column for column in table.columns if column.id == rest[-1]), None)
    if column is None:
        return f"字段“{field}”：表“{table_id}”没有列“{rest[-1]}”", "、".join(column.id for column in table.columns)
    if column.type not in wanted:
        allowed = "、".join(_TYPES[each] for each in CellType if each in wanted)
        return f"字段“{field}”是{_TYPES[column.type]}", allowed
    return None
