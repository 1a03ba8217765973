"""Will we make it: pace, what is needed a month, the figure at the year's end, and when the target is reached."""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from minsheng.domain.area import CITY
from minsheng.domain.figure import Outlook, TrendPoint
from minsheng.domain.indicator import Direction, Indicator
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.measure.measurement import target_of
from minsheng.measure.rounding import exact, sealed

WINDOW = 3
"""Months of which the average is taken."""

_LAST_MONTH = 12

_WHOLE = Fraction(100)


class _MonthFigure(NamedTuple):
    """A month (0: before the year) and the figure at its end."""

    month: int
    figure: Fraction


def outlooks(plan: Plan, project_id: str, area_id: str, trend: Sequence[TrendPoint]) -> tuple[Outlook, ...]:
    """Return the outlook of each indicator of a project that has figures and a single number as its target.

    Parameters
    ----------
    trend
        The months of the year so far; those without a figure leave what is known as it was last.
    """
    return tuple(_outlooks(plan, project_id, area_id, trend))


def _outlooks(plan: Plan, project_id: str, area_id: str, trend: Sequence[TrendPoint]) -> Iterator[Outlook]:
    for indicator in plan.indicators_of(project_id):
        points = sorted((each for each in trend if each.indicator == indicator.id), key=lambda each: each.period)
        there = [(each.period, exact(each.actual)) for each in points if each.actual is not None]
        if not there:
            continue
        at = there[-1][0]
        target = target_of(plan, indicator, area_id, at)
        if target is None or target.value is None or indicator.direction == Direction.WITHIN:
            continue
        known = [
            *_start(plan, indicator, area_id),
            *(_MonthFigure(month.last_month, figure) for month, figure in there),
        ]
        yield _outlook(indicator, at, known, exact(target.value))


def _start(plan: Plan, indicator: Indicator, area_id: str) -> list[_MonthFigure]:
    """Return where a count begins: at nothing, before the year or before the area exists. A level has no beginning."""
    if indicator.basis != "schedule":
        return []
    since = plan.area(area_id).since if area_id != CITY else None
    return [_MonthFigure(since.first_month - 1 if since is not None else 0, Fraction(0))]


def _outlook(indicator: Indicator, at: Period, known: Sequence[_MonthFigure], target: Fraction) -> Outlook:
    now = known[-1]
    left = _LAST_MONTH - now.month
    pace = _slope(known[-2], now) if len(known) > 1 else None
    average = _slope(_window_start(known), now) if len(known) > 1 else None
    projected = None if average is None else _bounded(indicator, now.figure + average * left, known)
    is_limit = indicator.direction == Direction.AT_MOST
    is_reached = now.figure > target if is_limit else now.figure >= target
    needed = None if is_reached or not left else (target - now.figure) / left
    return Outlook(
        indicator=indicator.id,
        at=at,
        actual=sealed(now.figure),
        pace=None if pace is None else sealed(pace),
        average=None if average is None else sealed(average),
        needed=None if needed is None else sealed(needed),
        projected=None if projected is None else sealed(projected),
        reached=_reached(at, known, target, average, is_limit=is_limit),
        is_reached=is_reached,
    )


def _slope(before: _MonthFigure, now: _MonthFigure) -> Fraction:
    return (now.figure - before.figure) / (now.month - before.month)


def _window_start(known: Sequence[_MonthFigure]) -> _MonthFigure:
    """Return the last known figure at least :data:`WINDOW` months back, or the first that there is."""
    earlier = [each for each in known[:-1] if each.month <= known[-1].month - WINDOW]
    return earlier[-1] if earlier else known[0]


def _bounded(indicator: Indicator, projected: Fraction, known: Sequence[_MonthFigure]) -> Fraction:
    """Keep a share of something within what it can be: no figure of it was ever above the whole."""
    if indicator.unit == "%" and all(each.figure <= _WHOLE for each in known):
        projected = min(projected, _WHOLE)
    return max(projected, Fraction(0)) if all(each.figure >= 0 for each in known) else projected


def _reached(
    at: Period, known: Sequence[_MonthFigure], target: Fraction, average: Fraction | None, *, is_limit: bool
) -> Period | None:
    """Return the month since which the target is reached (a limit exceeded), or in which it will be."""

    def holds(figure: Fraction) -> bool:
        return figure > target if is_limit else figure >= target

    now = known[-1]
    if holds(now.figure):
        since = now.month
        for each in reversed(known):
            if not holds(each.figure):
                break
            since = each.month
        return Period.of_month(at.year, max(since, 1))
    if average is None or average <= 0:
        return None
    months = (target - now.figure) / average
    # Exactly at a limit it is not exceeded yet.
    needed = math.floor(months) + 1 if is_limit else math.ceil(months)
    return Period.of_month(at.year, now.month + needed) if now.month + needed <= _LAST_MONTH else None
