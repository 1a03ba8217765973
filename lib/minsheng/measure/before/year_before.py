"""Last year: its plan and accepted returns, and which of them a project's 同比 needs."""

from collections.abc import Iterator
from dataclasses import dataclass

from minsheng.domain.area import CITY
from minsheng.domain.indicator import Indicator, StatedMeasure
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.measure.fields import Returns


@dataclass(frozen=True)
class YearBefore:
    """The year before as it is in the workspace.

    Parameters
    ----------
    plan
        Its own plan: what was measured then, and for whom.
    returns
        Its accepted returns; those that are not needed may be absent.
    """

    plan: Plan
    returns: Returns


def continued(before: Plan, indicator: Indicator) -> Indicator | None:
    """Return last year's indicator that one continues; ``None`` where it continues none."""
    return before.indicator(indicator.continues) if indicator.continues is not None else None


def month_then(before: Plan, indicator: Indicator, period: Period) -> Period | None:
    """Return the month of last year whose returns an indicator of a period is compared with."""
    then = continued(before, indicator)
    return before.return_month(then.project, period.year_before) if then is not None else None


def closing_then(plan: Plan, before: Plan, indicator: Indicator, period: Period) -> Period | None:
    """Return last year's last month of returns, where the month before a period is in last year."""
    then, month = continued(before, indicator), plan.return_month(indicator.project, period)
    if then is None or month is None or period.kind != PeriodKind.MONTH:
        return None
    if plan.return_month(indicator.project, month.previous_month) is not None:
        return None
    return before.return_month(then.project, Period(str(before.about.year)))


def returns_needed(plan: Plan, before: Plan, project_id: str, area_id: str, period: Period) -> set[tuple[Period, str]]:
    """Return month and area of every accepted return of last year that a project's page may compare with."""
    found = set()
    for indicator in plan.indicators_of(project_id):
        then = continued(before, indicator)
        if then is None:
            continue
        owners = set(_owners(before, then, area_id, period.year_before))
        for month in (month_then(before, indicator, period), closing_then(plan, before, indicator, period)):
            months = [month] if month is not None else []
            # Where last year's plan replaces a missing return by the month before, that one is needed too.
            earlier = before.return_month(then.project, month.previous_month) if month is not None else None
            months += [earlier] if before.reporting.carry_forward and earlier is not None else []
            found |= {(each, owner) for each in months for owner in owners}
    return found


def _owners(before: Plan, then: Indicator, area_id: str, period: Period) -> Iterator[str]:
    known = area_id == CITY or any(area.id == area_id for area in before.areas)
    if not known:
        return
    # Areas that came during the year report by its end.
    for end in (period, Period(str(period.year))):
        if before.reports_itself(area_id, then.project, end):
            yield area_id
        yield from (area.id for area in before.reporters(then.project, area_id, end))
    # One area's return may hold the city's own figure.
    named = (then.compared_with, then.measure.city_area if isinstance(then.measure, StatedMeasure) else None)
    yield from (each for each in named if each is not None and area_id == CITY)
