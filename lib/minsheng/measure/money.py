"""资金 by source in yuan, from plan to disbursement; key figures without a target, e.g. 保障人数."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.area import CITY
from minsheng.domain.plan import KeyFigure, Plan, Project
from minsheng.domain.result import CellRef, FundUse, KeyValue
from minsheng.measure.city import Gathered
from minsheng.measure.fields import cell_of, sum_of
from minsheng.measure.rounding import sealed

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
    is_city = area_id == CITY
    labels = {part.id: part.label for part in line.parts}
    sources: list[tuple[str, str, tuple[str, ...], Decimal]] = [
        (part.id, part.label, (part.id,), part.amount_yuan) for part in line.parts
    ]
    sources.append((TOTAL, "合计", tuple(part.id for part in line.parts), line.total_yuan))
    uses = []
    for source, label, rows, planned in sources:
        # A line of one area says itself which of its stages are not reported.
        named = labels if source == TOTAL else dict.fromkeys(rows, "") if is_sum else {}
        amounts, cells, absent = _amounts(plan, rows, gathered, named, is_sum=is_sum)
        received, disbursed = amounts["received"], amounts["disbursed"]
        # Nothing to divide by where nothing was received; none in a city row with an area missing.
        execution = sealed(disbursed / received) if not absent and received and disbursed is not None else None
        uses.append(
            FundUse(
                source=source,
                label=label,
                # The notice gives no split by area.
                planned=planned if is_city else None,
                **{stage: None if amount is None else sealed(amount) for stage, amount in amounts.items()},
                execution=execution,
                cells=() if source == TOTAL else cells,
                absent=absent,
                reported_areas=len(gathered.found) if is_sum else None,
                expected_areas=len(gathered.expected) if is_sum else None,
            )
        )
    return tuple(uses)


def total_of_sources(projects: Sequence[Sequence[FundUse]]) -> FundUse | None:
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
    received, disbursed = sums["received"], sums["disbursed"]
    absent = tuple(
        dict.fromkeys(each for lines in projects for use in lines if use.source == TOTAL for each in use.absent)
    )
    whole = not absent and all(use.received is not None for use in uses)
    planned = {use.source: use.planned for use in uses if use.planned is not None}
    return FundUse(
        source=TOTAL,
        label="各项目合计",
        planned=sum(planned.values(), Decimal(0)) if planned else None,
        execution=sealed(Fraction(disbursed) / Fraction(received)) if whole and received and disbursed else None,
        cells=tuple(newest.values()),
        absent=absent,
        **sums,
    )


def _amounts(
    plan: Plan, rows: tuple[str, ...], gathered: Gathered, named: Mapping[str, str], *, is_sum: bool
) -> tuple[dict[str, Fraction | None], tuple[CellRef, ...], tuple[str, ...]]:
    """Add up the stages of fund rows over returns, and name what was not reported, which is unknown and not zero."""
    table = plan.table(FUNDS_TABLE)
    amounts: dict[str, Fraction | None] = dict.fromkeys(_STAGES)
    cells: list[CellRef] = []
    absent = [area.name for area in gathered.missing] if is_sum else []
    for area, accepted in gathered.found:
        for row in rows:
            lacking = []
            for stage, word in _STAGES.items():
                found = sum_of(plan, accepted, [table.field(f"{stage}_yuan", row)])
                if found.total is None:
                    lacking.append(word)
                    continue
                amounts[stage] = (amounts[stage] or Fraction(0)) + found.total
                cells += found.cells
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
