"""Key figures without a target, e.g. 保障人数: summed, or the highest or lowest over rows and areas."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.plan import KeyFigure, Plan, Project
from minsheng.domain.result import CellRef, KeyValue
from minsheng.measure.city import Gathered
from minsheng.measure.fields import cell_of, sum_of
from minsheng.measure.rounding import sealed


def key_values(plan: Plan, project: Project, gathered: Gathered, *, is_city: bool) -> tuple[KeyValue, ...]:
    """Return a project's key figures; texts (文号) only where the page is one area's.

    Returns
    -------
    tuple of KeyValue
        Empty where no area reported; for 全市 each says of how many areas it is made.
    """
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
