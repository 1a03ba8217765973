"""Sums of accepted values by field pattern, with the cells that they came from; and what of a return is not used.

Whether a figure is used is decided per indicator: by the fields that it reads, and by those that intake withheld. Every
page and command that says 未采用 asks here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.delivery import AcceptedReturn, ReturnStatus, Value, Verdict
from minsheng.domain.figure import CellRef
from minsheng.domain.indicator import Condition, Indicator, MilestoneMeasure, RatioMeasure, StatedMeasure, SumMeasure
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import Table
from minsheng.domain.units import held_unit
from minsheng.measure.rounding import grouped

Returns = Mapping[tuple[Period, str], AcceptedReturn]


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


def last_used(plan: Plan, project: str, area_id: str, period: Period, returns: Returns) -> Period | None:
    """Return the last month up to a period's end of which an area's figures of a project are used."""
    months = (month for month in reversed(period.year_to_date) if plan.is_due(project, month))
    reported = ReturnStatus.REPORTED
    return next((month for month in months if status_of(returns.get((month, area_id)), project) == reported), None)


def fields_read(indicator: Indicator) -> tuple[str, ...]:
    """Return the field patterns, without their signs, that an indicator is measured by."""
    match indicator.measure:
        case RatioMeasure() as ratio:
            named = (*ratio.numerator, *ratio.denominator)
        case SumMeasure(fields=fields):
            named = fields
        case StatedMeasure(field=field, city_weight=weights):
            named = (field, *weights)
        case MilestoneMeasure(conditions=conditions):
            named = tuple(field for condition in conditions for field in condition_fields(condition))
    return tuple(dict.fromkeys(field.removeprefix("-") for field in named))


def without_duty(plan: Plan, owner: str) -> dict[str, str]:
    """Return field pattern → the indicator that it is read for, where the plan gives an owner no duty; else empty."""
    found: dict[str, str] = {}
    for indicator in plan.indicators:
        for field in fields_read(indicator):
            # Who states the city's own figure has no target for it, and fills it in all the same.
            is_its_own = owner in indicator.targets or owner in indicator.speaks_for_all
            found[field] = "" if is_its_own else found.get(field, indicator.name)
    return found


def condition_fields(condition: Condition) -> tuple[str, ...]:
    """Return the field patterns that a condition is judged by."""
    compared = (field for test in condition.tests for field in (*test.left, *test.right))
    return (*compared, *([condition.document_date] if condition.document_date else []))


def withheld_in(plan: Plan, accepted: AcceptedReturn, patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the fields among patterns whose cells were faulty, so that they are not used; blank ones are none."""
    withheld = set(accepted.verdict.withheld)
    if not withheld:
        return ()
    named = dict.fromkeys(field for _, field in signed_fields(plan, accepted, patterns))
    return tuple(field for field in named if field in withheld)


def indicator_status(plan: Plan, accepted: AcceptedReturn | None, indicator: Indicator) -> ReturnStatus:
    """Return how one indicator of an area stands: blocked where its project is, or where a cell that it reads is."""
    status = status_of(accepted, indicator.project)
    if accepted is None or status != ReturnStatus.REPORTED:
        return status
    return ReturnStatus.BLOCKED if withheld_in(plan, accepted, fields_read(indicator)) else status


def not_used(plan: Plan, verdict: Verdict) -> dict[str, tuple[str, ...]]:
    """Return, of each project of a return that is not used or not used in full, what of it is not.

    An empty tuple stands for all of it.
    """
    found: dict[str, tuple[str, ...]] = {}
    accepted = AcceptedReturn(verdict=verdict, values={})
    for project, status in verdict.projects.items():
        if status == ReturnStatus.BLOCKED:
            found[project] = ()
        elif mine := {field for field in verdict.withheld if project_of(plan, verdict, field) == project}:
            read: set[str] = set()
            names = []
            for indicator in plan.indicators_of(project):
                if fields := withheld_in(plan, accepted, fields_read(indicator)):
                    read.update(fields)
                    names += [indicator.short_name] * (verdict.id in indicator.targets)
            others = {_table_of(plan, field).sheet: None for field in verdict.withheld if field in mine - read}
            found[project] = (*names, *(f"“{sheet}”表的其他数" for sheet in others))
    return found


def not_used_words(plan: Plan, verdict: Verdict, of: Sequence[str] | None = None) -> tuple[str, ...]:
    """Return what of a return, or of some projects in it, is not used, in words: a project, or what of it."""
    return tuple(
        f"{plan.project(project).short_name}（{'、'.join(names)}）" if names else plan.project(project).short_name
        for project, names in not_used(plan, verdict).items()
        if of is None or project in of
    )


def _table_of(plan: Plan, field: str) -> Table:
    return plan.table(field.split(".", maxsplit=1)[0])


def project_of(plan: Plan, verdict: Verdict, field: str) -> str | None:
    """Return the project of a return that answers for a field; ``None``: no project does."""
    table, parts = _table_of(plan, field), field.split(".")
    row = next((row for row in table.rows if len(parts) == 3 and row.id == parts[1]), None)
    return table.project or (row.owner(tuple(verdict.projects)) if row else None)


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
    # A row whose figure is withheld is a row all the same: without it the sum would be too small.
    there = (*accepted.values, *accepted.verdict.withheld)
    return [field for field in there if field.startswith(prefix) and field.endswith(suffix)]


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
    return held_unit(column.id, column.unit) if column else ""


def absent_words(plan: Plan, accepted: AcceptedReturn, fields: Sequence[str]) -> str:
    """Say of fields without a value which were left blank and which were faulty."""
    withheld = set(accepted.verdict.withheld)
    blank = [label_of(plan, field) for field in fields if field not in withheld]
    faulty = [label_of(plan, field) for field in fields if field in withheld]
    said = [f"未填 {'、'.join(blank)}"] * bool(blank) + [f"未通过校验 {'、'.join(faulty)}"] * bool(faulty)
    return "，".join(said)


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
