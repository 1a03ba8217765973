"""What a plan's targets ask of a month's figures, and how large a figure is that no target speaks of.

Areas differ, and so do their months: some are ahead of the schedule, some behind, so that pages show what they can.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from minsheng.domain.area import CITY, Area
from minsheng.domain.indicator import (
    Basis,
    Condition,
    Direction,
    FundSource,
    Indicator,
    MilestoneMeasure,
    RatioMeasure,
    StatedMeasure,
    SumMeasure,
    Target,
)
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import Column
from minsheng.domain.units import dimension, is_percent_unit
from minsheng.measure.completion import schedule_share

_LUCK = {Basis.SCHEDULE: (70, 115), Basis.FULL: (94, 104)}
"""What an area reaches of what is expected of it, in hundredths: levels vary less than counts."""

_USUAL = {
    "percent": (60, 95),
    "persons": (400, 3000),
    "households": (200, 1500),
    "months": (1, 1),
    "money a head": (100, 600),
    "money": (200_000, 2_000_000),
}
"""A month's figure of an area, where no target says how large it is."""

_OTHERS = (10, 60)

_STAGES = ("allocated_yuan", "received_yuan", "disbursed_yuan")

_SHARES = (Decimal("0.95"), Decimal("0.85"), Decimal("0.7"))
"""Of the year's money what is allocated, received and paid out by its end."""

_EARLY = Decimal("0.4")
"""Of what is allocated by the year's end what is there from the beginning."""


@dataclass(frozen=True)
class Expected:
    """What one indicator of an area should come to: Σ numerator ÷ Σ denominator × scale, or Σ numerator."""

    numerator: Sequence[str]
    denominator: Sequence[str]
    scale: Decimal
    value: Decimal


class Luck:
    """Chance that hangs on a seed and on what is drawn, not on the order in which things are drawn."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def between(self, low: int, high: int, *of: object) -> int:
        """Return a whole number between two, both included."""
        # A text as a seed is hashed by Random itself, the same in every process.
        return Random("/".join(map(str, (self._seed, *of)))).randint(low, high)  # noqa: S311 - no secret

    def around(self, *of: object) -> Decimal:
        """Return a number near 1."""
        return Decimal(self.between(85, 115, *of)) / 100


def usual(luck: Luck, area: Area, table: str, column: Column) -> Decimal:
    """Return a month's figure of a column that no target speaks of; a larger area has more of everything."""
    known = dimension(column.unit)
    kind = known[0] if known else ""
    if kind.startswith("money"):
        kind = "money a head" if "/" in column.unit else "money"
    low, high = _USUAL.get(kind, _OTHERS)
    drawn = Decimal(luck.between(low, high, "usual", table, column.id))
    if kind in {"percent", "months", "money a head"}:
        return drawn
    return (drawn * luck.between(60, 160, "size", area.id) / 100).to_integral_value()


def money(luck: Luck, part: FundSource, stage: str, areas: int, area: Area, month: Period) -> Decimal | None:
    """Return what of a source's money has reached a stage in an area by a month's end; ``None``: no stage is that."""
    if stage not in _STAGES:
        return None
    share = part.amount_yuan / areas * luck.around("money", part.id, area.id)
    elapsed = _EARLY + (1 - _EARLY) * month.last_month / 12
    return share * elapsed * _SHARES[_STAGES.index(stage)]


def expected(plan: Plan, luck: Luck, area: Area, month: Period) -> Iterator[Expected]:
    """Yield what the indicators of an area's projects ask of its return of a month."""
    for indicator in plan.indicators:
        if indicator.project not in plan.projects_due(area, month):
            continue
        target = indicator.targets.get(area.id) or (
            indicator.targets.get(CITY) if _is_the_citys(indicator, area) else None
        )
        wanted = _wanted(plan, luck, area, month, indicator, target) if target and target.has_number else None
        if wanted is None:
            continue
        match indicator.measure:
            case RatioMeasure() as ratio:
                yield Expected(ratio.numerator, ratio.denominator, ratio.scale, wanted)
            case SumMeasure(fields=fields):
                yield Expected(fields, (), Decimal(1), wanted)
            case StatedMeasure(field=field):
                yield Expected((field,), (), Decimal(1), wanted)


def _is_the_citys(indicator: Indicator, area: Area) -> bool:
    """Whether an area's return holds the city's own figure."""
    return area.id in {indicator.compared_with, getattr(indicator.measure, "city_area", None)}


def _wanted(plan: Plan, luck: Luck, area: Area, month: Period, indicator: Indicator, target: Target) -> Decimal | None:
    low, high = _LUCK[indicator.basis]
    mine = Decimal(luck.between(low, high, "luck", indicator.id, area.id)) / 100
    if target.value is None:
        lower, upper = target.lower or Decimal(0), target.upper or Decimal(0)
        return lower + (upper - lower) * luck.between(1, 9, "luck", indicator.id, area.id) / 10
    value = target.value
    if indicator.basis == Basis.SCHEDULE:
        share = schedule_share(plan, month, indicator)
        value *= Decimal(share.numerator) / Decimal(share.denominator)
    if indicator.direction == Direction.AT_MOST:
        mine = 2 - mine
    most = Decimal(100) if is_percent_unit(indicator.unit) and target.value <= 100 else value * mine
    return min(value * mine, most)


def milestones(plan: Plan, area: Area, month: Period) -> Iterator[Condition]:
    """Yield the conditions of an area's milestones and duties that exist in a month."""
    for project in (plan.project(each) for each in plan.projects_due(area, month)):
        of_indicators = (
            condition
            for indicator in plan.indicators_of(project.id)
            if isinstance(indicator.measure, MilestoneMeasure)
            for condition in indicator.measure.conditions
        )
        for condition in (*project.duties, *of_indicators):
            if condition.starts is None or condition.starts <= month.end:
                yield condition


def met_on(luck: Luck, area: Area, condition: Condition) -> date:
    """Return the day on which an area meets a condition: most in time, some a month late."""
    late = luck.between(0, 7, "late", condition.id, area.id) == 0
    due = Period.of_month(condition.due.year, condition.due.month)
    month = due if not late or due.last_month == 12 else Period.of_month(due.year, due.last_month + 1)
    latest = min(condition.due.day, 18) if not late else 18
    return date(month.year, month.last_month, luck.between(1, max(1, latest), "day", condition.id, area.id))
