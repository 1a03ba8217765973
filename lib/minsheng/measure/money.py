"""资金 by source in yuan, from plan to disbursement; key figures without a target, e.g. 保障人数."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from minsheng.domain.area import CITY, Area
from minsheng.domain.figure import AreaFunds, CellRef, FundGap, FundUse, KeyValue
from minsheng.domain.indicator import FundSource
from minsheng.domain.plan import Plan
from minsheng.domain.projects import KeyFigure, Project
from minsheng.measure.city import Gathered
from minsheng.measure.fields import cell_of, number_of, sum_of
from minsheng.measure.rounding import exact, sealed

FUNDS_TABLE = "funds"
"""The table whose rows are the fund sources of the plan."""

TOTAL = "total"
"""The source id of the line that adds up the others."""

_STAGES = {"allocated": "下达", "received": "到位", "disbursed": "拨付"}


def fund_uses(plan: Plan, project: str, area_id: str, gathered: Gathered, *, is_sum: bool) -> tuple[FundUse, ...]:
    """Return a line (yuan, from January) per source of a project, and their total; ``is_sum`` over several areas."""
    line = plan.funds_of(project)
    if line is None:
        return ()
    labels = _row_labels(plan, line.parts)
    uses = []
    for part in line.parts:
        # A line of one area says itself which of its stages are not reported, but for one of several rows.
        named = {row: labels[row] if part.rows else "" for row in part.reported_in} if is_sum or part.rows else {}
        lent = _MoneyLine(part.id, part.label, part.reported_in, part.amount_yuan, named, _serves(plan, part))
        uses.append(_use(plan, lent, area_id, gathered, is_sum=is_sum))
    whole = _MoneyLine(TOTAL, "合计", tuple(labels), line.total_yuan, labels)
    uses.append(_use(plan, whole, area_id, gathered, is_sum=is_sum).model_copy(update={"cells": ()}))
    return _with_shares(uses)


def indicator_funds(plan: Plan, project: str, area_id: str, gathered: Gathered, *, is_sum: bool) -> tuple[FundUse, ...]:
    """Return the money that serves each indicator of a project, whole where several share it; empty if none is named.

    Nothing is split: the plan does not say how, so what is shared stands in full with each that shares it.
    """
    line = plan.funds_of(project)
    found = []
    for indicator in plan.indicators_of(project) if line is not None else ():
        parts = [part for part in line.parts if indicator.id in part.indicators] if line else []
        if not parts:
            continue
        labels = _row_labels(plan, parts)
        shared = tuple(
            f"{part.label}与{'、'.join(others)}共用"
            for part in parts
            if (others := [name for name in _serves(plan, part) if name != indicator.short_name])
        )
        planned = sum((part.amount_yuan for part in parts), Decimal(0))
        lent = _MoneyLine(indicator.id, indicator.short_name, tuple(labels), planned, labels, shared)
        found.append(_use(plan, lent, area_id, gathered, is_sum=is_sum))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _MoneyLine:
    """A line of money: which rows it is made of, and what it says beside its amounts."""

    source: str
    label: str
    rows: tuple[str, ...]
    planned: Decimal
    named: Mapping[str, str]
    """How a row is called that was not reported; of one that is not named nothing is said."""
    serves: tuple[str, ...] = ()


def _use(plan: Plan, line: _MoneyLine, area_id: str, gathered: Gathered, *, is_sum: bool) -> FundUse:
    amounts, cells, absent = _amounts(plan, line.rows, gathered, line.named, is_sum=is_sum)
    # The notice gives no split by area.
    planned = line.planned if area_id == CITY else None
    return FundUse(
        source=line.source,
        label=line.label,
        planned=planned,
        **{stage: None if amount is None else sealed(amount) for stage, amount in amounts.items()},
        **_rates(plan, amounts, planned, whole=not absent),
        serves=line.serves,
        cells=cells,
        absent=absent,
        reported_areas=len(gathered.found) if is_sum else None,
        expected_areas=len(gathered.expected) if is_sum else None,
    )


def _row_labels(plan: Plan, parts: Sequence[FundSource]) -> dict[str, str]:
    """Return the rows of sources, each once, with what they are called: their own names where a source has several."""
    own = {row.id: row.labels[-1] for row in plan.table(FUNDS_TABLE).rows}
    return {row: own.get(row, part.label) if part.rows else part.label for part in parts for row in part.reported_in}


def _serves(plan: Plan, part: FundSource) -> tuple[str, ...]:
    """Return the short names of all indicators that a source serves, in every project that shares it."""
    sharing = [each for line in plan.funds for each in line.parts if each.id == part.id]
    served = dict.fromkeys(name for each in sharing for name in each.indicators)
    return tuple(plan.indicator(name).short_name for name in served)


def _rates(
    plan: Plan, amounts: Mapping[str, Fraction | None], planned: Decimal | None, *, whole: bool
) -> dict[str, Any]:
    """Return 到位率 and 执行率; nothing where there is nothing to divide by, nor in a sum that lacks something."""
    allocated, received, disbursed = (amounts[stage] for stage in _STAGES)
    by_plan = plan.reporting.execution_base == "planned"
    base = (None if planned is None else exact(planned)) if by_plan else received
    return {
        "arrival": sealed(received / allocated) if whole and allocated and received is not None else None,
        "execution": sealed(disbursed / base) if whole and base and disbursed is not None else None,
        "base": plan.reporting.execution_base,
    }


def _with_shares(uses: Sequence[FundUse]) -> tuple[FundUse, ...]:
    """Say of each source which part of all money received it is."""
    total = next((use for use in uses if use.source == TOTAL), None)
    if total is None or not total.received or total.absent:
        return tuple(uses)
    whole = exact(total.received)
    return tuple(
        use
        if use.source == TOTAL or use.received is None
        else use.model_copy(update={"share": sealed(exact(use.received) / whole)})
        for use in uses
    )


def area_funds(plan: Plan, project: str, areas: Sequence[Area], gathered: Gathered) -> tuple[AreaFunds, ...]:
    """Return each area's money by source, of the returns that a sum is made of."""
    reported = {each.id: (each, accepted) for each, accepted in gathered.found}
    found = []
    for area in (each for each in areas if each.id in reported):
        uses = fund_uses(plan, project, area.id, Gathered((area,), (reported[area.id],), ()), is_sum=False)
        if uses:
            found.append(AreaFunds(area=area.id, name=area.name, uses=uses))
    return tuple(found)


def largest_gap(project: str, areas: Sequence[AreaFunds]) -> FundGap | None:
    """Return where most money of a project has stopped; ``None`` where all that was issued was paid out."""
    gaps = [
        FundGap(
            area=row.area,
            name=row.name,
            project=project,
            source=use.source,
            label=use.label,
            stage=stage,
            before=before,
            after=after,
            amount=before - after,
        )
        for row in areas
        for use in row.uses
        if use.source != TOTAL
        for stage, before, after in (
            ("received", use.allocated, use.received),
            ("disbursed", use.received, use.disbursed),
        )
        if before is not None and after is not None and before > after
    ]
    return max(gaps, key=lambda gap: gap.amount, default=None)


_LEVELS = {"central": "中央", "provincial": "省级", "municipal": "市级", "county": "县级", "other": "其他"}


def by_level(plan: Plan, projects: Sequence[Sequence[FundUse]]) -> tuple[FundUse, ...]:
    """Add up the money of several projects by who pays; a source that projects share counts once."""
    levels = {part.id: part.levels for line in plan.funds for part in line.parts}
    found = []
    for some in sorted(set(levels.values()), key=lambda each: list(_LEVELS).index(each[0])):
        mine = [[use for use in uses if levels.get(use.source) == some] for uses in projects]
        total = total_of_sources(plan, mine)
        if total is not None:
            label = "、".join(_LEVELS[level] for level in some)
            found.append(total.model_copy(update={"source": "+".join(some), "label": label, "cells": ()}))
    return tuple(found)


def total_of_sources(plan: Plan, projects: Sequence[Sequence[FundUse]]) -> FundUse | None:
    """Add up the money of several projects; none is executed while a return is missing."""
    uses = [use for lines in projects for use in lines if use.source != TOTAL]
    if not uses:
        return None
    # An area's amount of a source, of the newest return that has it: several projects share sources.
    newest: dict[tuple[str, str], CellRef] = {}
    for cell in (cell for use in uses for cell in use.cells):
        known = newest.get((cell.area, cell.field))
        if known is None or known.period < cell.period:
            newest[cell.area, cell.field] = cell
    sums: dict[str, Decimal | None] = {}
    for stage in _STAGES:
        amounts = [Decimal(cell.value) for (_, field), cell in newest.items() if field.endswith(f".{stage}_yuan")]
        sums[stage] = sum(amounts, Decimal(0)) if amounts else None
    absent = tuple(
        dict.fromkeys(each for lines in projects for use in lines if use.source == TOTAL for each in use.absent)
    )
    whole = not absent and all(use.received is not None for use in uses)
    planned = {use.source: use.planned for use in uses if use.planned is not None}
    amount = sum(planned.values(), Decimal(0)) if planned else None
    added = {stage: None if value is None else exact(value) for stage, value in sums.items()}
    return FundUse(
        source=TOTAL,
        label="各项目合计",
        planned=amount,
        **_rates(plan, added, amount, whole=whole),
        cells=tuple(newest.values()),
        absent=absent,
        **sums,
    )


def _amounts(
    plan: Plan, rows: tuple[str, ...], gathered: Gathered, named: Mapping[str, str], *, is_sum: bool
) -> tuple[dict[str, Fraction | None], tuple[CellRef, ...], tuple[str, ...]]:
    """Add up the stages of fund rows over returns, and name what was not reported, which is unknown and not zero."""
    table = plan.table(FUNDS_TABLE)
    fields = {row: {stage: table.field(f"{stage}_yuan", row) for stage in _STAGES} for row in rows}
    amounts: dict[str, Fraction | None] = dict.fromkeys(_STAGES)
    cells: list[CellRef] = []
    absent = [area.name for area in gathered.missing] if is_sum else []
    for area, accepted in gathered.found:
        for row in rows:
            lacking = []
            for stage, field in fields[row].items():
                value = accepted.values.get(field)
                if value is None:
                    lacking.append(_STAGES[stage])
                    continue
                amounts[stage] = (amounts[stage] or Fraction(0)) + number_of(value)
                cells.append(cell_of(accepted, value))
            if lacking and row in named:
                stages = f"（{'、'.join(lacking)}）" if len(lacking) < len(_STAGES) else ""
                absent.append(f"{area.name if is_sum else ''}{named[row]}{stages}")
    return amounts, tuple(cells), tuple(absent)


def key_values(plan: Plan, project: Project, gathered: Gathered, *, is_city: bool) -> tuple[KeyValue, ...]:
    """Return a project's key figures; texts (文号) only where the page is one area's."""
    if not gathered.found:
        return ()
    shown = [key for key in project.key_figures if not (is_city and key.how == "text")]
    return tuple(_key_value(plan, key, gathered, is_city=is_city) for key in shown)


def _key_value(plan: Plan, key: KeyFigure, gathered: Gathered, *, is_city: bool) -> KeyValue:
    if key.how == "text":
        return _text_value(key, gathered)
    cells: list[CellRef] = []
    numbers: list[Fraction] = []
    areas = 0
    for _, accepted in gathered.found:
        found = sum_of(plan, accepted, key.fields)
        if found.total is None:
            continue
        areas += 1
        cells += found.cells
        numbers += [Fraction(Decimal(cell.value)) for cell in found.cells] if key.how != "sum" else [found.total]
    value = _combined(key, numbers) if numbers else None
    return KeyValue(
        id=key.id,
        label=key.label,
        unit=key.unit,
        value=None if value is None else sealed(value),
        decimals=key.decimals,
        cells=tuple(cells),
        reported_areas=areas if is_city else None,
        expected_areas=len(gathered.expected) if is_city else None,
    )


def _text_value(key: KeyFigure, gathered: Gathered) -> KeyValue:
    _, accepted = gathered.found[0]
    values = [accepted.values[field] for field in key.fields if field in accepted.values]
    return KeyValue(
        id=key.id,
        label=key.label,
        unit=key.unit,
        text="、".join(value.value for value in values),
        cells=tuple(cell_of(accepted, value) for value in values),
    )


def _combined(key: KeyFigure, numbers: Sequence[Fraction]) -> Fraction:
    match key.how:
        case "max":
            return max(numbers)
        case "min":
            return min(numbers)
        case _:
            return sum(numbers, Fraction(0))
