"""The year so far, month by month."""

from decimal import Decimal

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.indicator import Indicator, MilestoneMeasure, Target
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan, Project
from minsheng.domain.result import TrendPoint
from minsheng.measure.city import any_measurement
from minsheng.measure.fields import Returns
from minsheng.measure.measurement import target_of
from minsheng.measure.progress import schedule_progress
from minsheng.measure.rounding import exact, sealed


def trend(plan: Plan, project: Project, area_id: str, period: Period, returns: Returns) -> tuple[TrendPoint, ...]:
    """Return the months of the year so far, per indicator with a number.

    A city month with an area missing has no figure: a partial sum would be drawn as a dip.
    """
    points = []
    for indicator in plan.indicators_of(project.id):
        if isinstance(indicator.measure, MilestoneMeasure):
            continue
        for month in period.year_to_date:
            target = target_of(plan, indicator, area_id, month)
            if target is None or not plan.is_due(project.id, month):
                continue
            row = any_measurement(plan, indicator, area_id, month, returns)
            whole = not row.missing_areas
            points.append(
                TrendPoint(
                    period=month,
                    indicator=indicator.id,
                    actual=row.actual if whole else None,
                    schedule_target=_schedule_target(plan, indicator, month, target, area_id),
                    status=row.status if whole else ReturnStatus.NOT_REPORTED,
                )
            )
    return tuple(points)


def _schedule_target(plan: Plan, indicator: Indicator, month: Period, target: Target, area_id: str) -> Decimal | None:
    if target.value is None:
        return None
    expected = schedule_progress(plan, indicator, month, area_id)
    return target.value if expected is None else sealed(exact(target.value) * expected)
