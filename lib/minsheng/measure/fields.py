"""Sums of accepted values by field pattern, with the cells that they came from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.delivery import AcceptedReturn, ReturnStatus, Value
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import CellRef
from minsheng.measure.rounding import grouped

Returns = Mapping[tuple[Period, str], AcceptedReturn]

_PRINTED_ONLY = {"万元"}
"""Units that exist at the edges: intake holds such columns in yuan."""


@dataclass(frozen=True, slots=True)
class FieldSum:
    """A sum of fields: ``total`` is ``None`` while a field that it needs is absent, which is not zero."""

    total: Fraction | None
    cells: tuple[CellRef, ...]
    absent: tuple[str, ...]
    unit: str
    addends: str
    """``300,000 + 400,000 - 100,000`` where it is made of several cells, else empty."""


def status_of(accepted: AcceptedReturn | None, project: str) -> ReturnStatus:
    """Return how a project of an area stands; no return, or none for this project, is not reported."""
    if accepted is None:
        return ReturnStatus.NOT_REPORTED
    return accepted.verdict.projects.get(project, ReturnStatus.NOT_REPORTED)


def number_of(value: Value) -> Fraction:
    """Return an accepted value as an exact number; intake holds money in yuan."""
    return Fraction(Decimal(value.value))


def cell_of(accepted: AcceptedReturn, value: Value) -> CellRef:
    """Return where a value stands in its workbook."""
    verdict = accepted.verdict
    return CellRef(
        area=verdict.id,
        period=verdict.period,
        file=verdict.file,
        sheet=value.sheet,
        cell=value.cell,
        field=value.field,
        value=value.value,
    )


def fields_of(plan: Plan, accepted: AcceptedReturn, pattern: str) -> list[str]:
    """Expand a pattern without its sign: ``*`` is every fixed row that concerns the area, or every row there is."""
    table_id, *rest = pattern.split(".")
    if rest[:1] != ["*"]:
        return [pattern]
    table = plan.table(table_id)
    column = rest[1]
    if table.rows:
        reported = tuple(accepted.verdict.projects)
        return [table.field(column, row.id) for row in table.rows_for(reported)]
    prefix, suffix = f"{table_id}.", f".{column}"
    return [field for field in accepted.values if field.startswith(prefix) and field.endswith(suffix)]


def sum_of(plan: Plan, accepted: AcceptedReturn, patterns: Sequence[str]) -> FieldSum:
    """Add up field patterns in one return, exactly and in yuan; a row may be ``*``, a leading ``-`` subtracts."""
    total = Fraction(0)
    cells: list[CellRef] = []
    absent: list[str] = []
    addends = ""
    for sign, field in signed_fields(plan, accepted, patterns):
        value = accepted.values.get(field)
        if value is None:
            absent.append(field)
            continue
        number = number_of(value)
        total += sign * number
        cells.append(cell_of(accepted, value))
        operator = ("" if sign > 0 else "-") if not addends else (" + " if sign > 0 else " - ")
        addends += f"{operator}{grouped(number)}"
    if len(cells) == 1:
        addends = ""
    return FieldSum(None if absent else total, tuple(cells), tuple(absent), unit_of(plan, patterns), addends)


def signed_fields(plan: Plan, accepted: AcceptedReturn, patterns: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield each field that patterns name, with +1 or -1."""
    for pattern in patterns:
        sign = -1 if pattern.startswith("-") else 1
        for field in fields_of(plan, accepted, pattern.removeprefix("-")):
            yield sign, field


def unit_of(plan: Plan, patterns: Sequence[str]) -> str:
    """Return the unit in which a sum of patterns is written: the column's, money in 元."""
    parts = patterns[0].removeprefix("-").split(".")
    column = next((c for c in plan.table(parts[0]).columns if c.id == parts[-1]), None)
    unit = column.unit if column else ""
    return "元" if unit in _PRINTED_ONLY else unit


def label_of(plan: Plan, field: str) -> str:
    """Return a field as a clerk knows it: sheet, row, column."""
    parts = field.split(".")
    table = plan.table(parts[0])
    column = next((c.header for c in table.columns if c.id == parts[-1]), parts[-1])
    row = next((r for r in table.rows if len(parts) == 3 and r.id == parts[1]), None)
    return "·".join((table.sheet, *(row.labels if row else ()), column))


def date_in(accepted: AcceptedReturn, field: str) -> date | None:
    """Return the day in a date field, ``None`` where it is blank."""
    value = accepted.values.get(field)
    return date.fromisoformat(value.value[:10]) if value is not None and value.value else None
