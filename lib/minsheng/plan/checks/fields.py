"""Fields of returns (``table.row.column``) that measures, key figures and conditions name."""

from collections.abc import Iterable

from minsheng.domain.indicator import Comparison, Condition, Indicator, RatioMeasure, SumMeasure
from minsheng.domain.plan import Project
from minsheng.domain.table import CellType, Table, TableKind
from minsheng.plan.checks.names import Place, conditions
from minsheng.plan.checks.references import demand_known
from minsheng.plan.files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath

NUMBERS = frozenset({CellType.INTEGER, CellType.DECIMAL})
_TYPES = {
    CellType.INTEGER: "整数",
    CellType.DECIMAL: "数字",
    CellType.DATE: "日期",
    CellType.TEXT: "文字",
    CellType.CHOICE: "选项",
}


def check(files: PlanFiles) -> None:
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
    for place, condition in conditions(files):
        _condition(files, place, condition)


def _condition(files: PlanFiles, place: Place, condition: Condition) -> None:
    name, path = place
    for n, test in enumerate(condition.tests):
        _comparison(files, name, (*path, "tests", n), test)
    if condition.document_date is not None:
        fault = field_fault(files, condition.document_date, frozenset({CellType.DATE}), single=True)
        if fault:
            files.fault(name, (*path, "document_date"), *fault)
    elif not condition.tests:
        files.fault(name, (*path, "tests"), f"条件“{condition.id}”什么也不判断", "至少一项 tests 或 document_date")


def _comparison(files: PlanFiles, name: str, path: YamlPath, test: Comparison) -> None:
    _all(files, name, (*path, "left"), test.left, NUMBERS)
    if test.parameter is not None:
        demand_known(files, (name, (*path, "parameter")), "参数", test.parameter, files.ids("parameters"))
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
    if rows and rest[0] not in rows and (single or rest[0] != "*"):
        return f"字段“{field}”：表“{table_id}”没有行“{rest[0]}”", "、".join([*rows, *([] if single else ["*"])])
    column = next((column for column in table.columns if column.id == rest[-1]), None)
    if column is None:
        return f"字段“{field}”：表“{table_id}”没有列“{rest[-1]}”", "、".join(column.id for column in table.columns)
    if column.type not in wanted:
        allowed = "、".join(_TYPES[each] for each in CellType if each in wanted)
        return f"字段“{field}”是{_TYPES[column.type]}", allowed
    return None
