"""How far: completion (完成率), schedule progress (序时进度), their gap, and the light that says it in a word."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.area import CITY
from minsheng.domain.indicator import Basis, Direction, Indicator, Target
from minsheng.domain.item_rules import LowerIsBetterRule
from minsheng.domain.light import Light
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import PlanInvalidError
from minsheng.measure.rounding import exact, half_up, sealed

TWO_MINUS_RATIO = "two_minus_ratio"

TARGET_OVER_ACTUAL = "target_over_actual"

_BEST_CONTROL = Fraction(2)
"""Completion of a controlled figure of zero: what 2 - 0 ÷ target gives, and target ÷ 0 does not."""


def completion(actual: Fraction, target: Fraction) -> Fraction:
    """Return actual ÷ target (完成率); 1 is exactly on target.

    A target of zero asks for nothing and is complete; an area whose count to reach is zero has no duty to begin with.

    Examples
    --------
    >>> completion(Fraction(120), Fraction(300)), completion(Fraction(0), Fraction(0))
    (Fraction(2, 5), Fraction(1, 1))
    """
    return actual / target if target else Fraction(1)


def control_completion(actual: Fraction, target: Fraction, formula: str) -> Fraction:
    """Return the completion of a controlled figure (控制类), the lower the better, by 眉山's formula or 贵阳's.

    Examples
    --------
    >>> control_completion(Fraction("4.17"), Fraction("4.3"), "target_over_actual") == Fraction(430, 417)
    True
    """
    # The limits, by either formula: a target of zero makes zero 1 and anything above 0; zero under any other is 2.
    if not target:
        return Fraction(0) if actual > 0 else Fraction(1)
    if actual <= 0:
        return _BEST_CONTROL
    # 眉山 divides, 贵阳 subtracts: they agree at the target only.
    return target / actual if formula == TARGET_OVER_ACTUAL else 2 - actual / target


def control_formula(plan: Plan, indicator_id: str) -> str:
    """Return the formula that the rubric scores a controlled indicator by, else target ÷ actual."""
    for item in plan.county_rubric.items:
        rule = item.rule
        if isinstance(rule, LowerIsBetterRule) and any(w.indicator == indicator_id for w in rule.indicators):
            return rule.formula
    return TARGET_OVER_ACTUAL


def range_completion(actual: Fraction, lower: Fraction, upper: Fraction, formula: str) -> Fraction:
    """Return 1 within a range, bounds included; below it actual ÷ lower, above it the control formula for ``upper``.

    Examples
    --------
    >>> [range_completion(Fraction(n), Fraction(90), Fraction(110), "target_over_actual") for n in (45, 110, 220)]
    [Fraction(1, 2), Fraction(1, 1), Fraction(1, 2)]
    """
    if actual < lower:
        # Below a bound of zero nothing divides: a figure that was corrected to less than nothing has missed it.
        return completion(actual, lower) if lower else Fraction(0)
    return Fraction(1) if actual <= upper else control_completion(actual, upper, formula)


def completion_of(
    plan: Plan, indicator: Indicator, actual: Fraction, target: Target, share: Fraction | None = None
) -> Fraction:
    """Return completion by the good side of a target; ``share`` is the part of the year's that is compared with."""
    part = Fraction(1) if share is None else share
    if indicator.direction == Direction.WITHIN:
        lower, upper = Fraction(target.lower or 0), Fraction(target.upper or 0)
        return range_completion(actual, lower * part, upper * part, control_formula(plan, indicator.id))
    goal = Fraction(target.value or 0) * part
    if indicator.direction == Direction.AT_LEAST:
        return completion(actual, goal)
    return control_completion(actual, goal, control_formula(plan, indicator.id))


def schedule_progress(
    plan: Plan, indicator: Indicator, period: Period, area_id: str = CITY, as_of: date | None = None
) -> Fraction | None:
    """Return the share (0 to 1) of the year's target expected by a period's end; ``None`` for a level.

    ``as_of`` is the day that a month's figures are of, to which the share is brought where the plan says so.
    """
    # A level is compared with its full target in every month.
    if indicator.basis == Basis.FULL:
        return None
    # Between two due months of a quarterly project the share is that at the last one, as the figures are.
    at = plan.figures_period(indicator.project, period)
    passed = _by_day(plan, indicator, at, as_of) if as_of is not None else schedule_share(plan, at, indicator)
    since = plan.area(area_id).since if area_id != CITY else None
    before = since.previous_month if since is not None else None
    if before is None:
        return passed
    skipped = schedule_share(plan, before, indicator)
    # An area that appears later in the year has the schedule of its remaining months stretched to the whole.
    return (passed - skipped) / (1 - skipped) if skipped < 1 else Fraction(1)


def _by_day(plan: Plan, indicator: Indicator, month: Period, as_of: date) -> Fraction:
    """Return the share expected by a day: within its month in proportion to the days, the day itself counted."""
    whole = schedule_share(plan, month, indicator)
    if plan.schedule.at != "as_of" or month.kind != PeriodKind.MONTH or as_of >= month.end:
        return whole
    before = month.previous_month
    start = schedule_share(plan, before, indicator) if before is not None else Fraction(0)
    days = max((as_of - month.start).days + 1, 0)
    return start + (whole - start) * Fraction(days, (month.end - month.start).days + 1)


def schedule_share(plan: Plan, period: Period, indicator: Indicator | None = None) -> Fraction:
    """Return the share of a year that has passed by the schedule of an indicator, or of the plan."""
    if period.kind == PeriodKind.YEAR:
        return Fraction(1)
    own = indicator.schedule if indicator is not None else None
    by_month = own if own is not None else plan.schedule.by_month
    if period.last_month not in by_month:
        where = f"指标“{indicator.id}”的 schedule" if indicator is not None and own is not None else "schedule.yaml"
        raise PlanInvalidError([f"{where} 没有 {period.last_month} 月的序时进度：须写全 1 至 12 月"])
    return exact(by_month[period.last_month])


def measured_light(plan: Plan, indicator: Indicator, done: Fraction, expected: Fraction | None) -> Light:
    """Return the light of a figure: against the schedule for counts, against the full target for levels."""
    scale = indicator.lights or (plan.lights.level if expected is None else plan.lights.schedule)
    by_now = Fraction(1) if expected is None else expected
    return scale.light(
        completion=sealed(done),
        gap=sealed(done - by_now),
        # While the schedule expects nothing yet, nobody is behind it.
        pace=sealed(done / by_now) if by_now else Decimal(1),
        can_exceed=indicator.direction == Direction.AT_LEAST,
    )


def compared_places(plan: Plan, indicator: Indicator) -> int | None:
    """Return the decimals to which an indicator's figures are rounded before they are compared; ``None``: exactly."""
    if indicator.compared_decimals is not None:
        return indicator.compared_decimals
    return indicator.decimals if plan.lights.as_printed else None


def as_compared(plan: Plan, indicator: Indicator, value: Fraction) -> Fraction:
    """Return a figure as it is compared: exact, or rounded half up where the plan says so."""
    places = compared_places(plan, indicator)
    return value if places is None else Fraction(half_up(value, places))
