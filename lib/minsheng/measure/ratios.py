"""The ratio that an item's points follow, divided anew from what was sealed, and written as it was computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from minsheng.domain.area import CITY
from minsheng.domain.figure import Measurement
from minsheng.domain.indicator import Direction, Indicator, RatioMeasure
from minsheng.domain.item_rules import Combine
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import PlanInvalidError
from minsheng.measure.completion import (
    TARGET_OVER_ACTUAL,
    as_compared,
    compared_places,
    completion,
    control_completion,
    control_formula,
    range_completion,
    schedule_progress,
)
from minsheng.measure.rounding import exact, grouped, half_up, percent


@dataclass(frozen=True, slots=True)
class Term:
    """One indicator's ratio within an item, with its weight."""

    name: str
    value: Fraction
    chain: str
    """Arithmetic that anyone can type into a calculator, and exact (``120 ÷ 300 ÷ 50%``); 〔〕 explains, uncomputed."""
    weight: Fraction = Fraction(1)


def ratio_of(
    plan: Plan,
    indicator: Indicator,
    measured: Measurement,
    period: Period,
    area_id: str = CITY,
    formula: str | None = None,
) -> Term:
    """Return the unbounded ratio that counts for points: over the schedule for a count, over the target for a level."""
    if measured.numerator is None or (measured.target is None and measured.target_upper is None):
        text = f"指标“{indicator.id}”没有数字目标，不能按完成率计分：rule.kind 应为 milestone"
        raise PlanInvalidError([f"rubric_county.yaml: {text}"])
    actual, actual_chain = _actual(plan, indicator, measured)
    share = _due_by_now(plan, indicator, measured, period, area_id)
    if indicator.direction == Direction.WITHIN:
        return _range_term(plan, indicator, measured, formula)
    if measured.target is None:
        raise PlanInvalidError([f"indicators.yaml: 指标“{indicator.id}”的目标是范围，direction 应为 within"])
    goal = Fraction(measured.target) * share
    goal_chain = f"{grouped(measured.target)}{'' if share == 1 else f' × {_share(share)}'}"
    if indicator.direction == Direction.AT_MOST:
        formula = formula or control_formula(plan, indicator.id)
        value = control_completion(actual, goal, formula)
        chain = _control_chain(actual, actual_chain, goal, goal_chain, formula)
        return Term(indicator.short_name, value, chain)
    value = completion(actual, goal)
    if not goal:
        return Term(indicator.short_name, value, "100%〔目标为 0，视为完成〕")
    over = f" ÷ {grouped(measured.target)}{'' if share == 1 else f' ÷ {_share(share)}'}"
    return Term(indicator.short_name, value, f"{actual_chain}{over}")


def _due_by_now(plan: Plan, indicator: Indicator, measured: Measurement, period: Period, area_id: str) -> Fraction:
    """Return the share of the target that a figure is held to: all of it for a level."""
    share = schedule_progress(plan, indicator, period, area_id)
    if plan.schedule.at == "as_of" and measured.schedule_progress is not None:
        # Points are held to the same day as the light.
        share = exact(measured.schedule_progress)
    return Fraction(1) if share is None else share


def shortfall_of(
    plan: Plan, indicator: Indicator, measured: Measurement, period: Period, area_id: str = CITY
) -> tuple[Fraction, str]:
    """Return by how much, in its unit, a value is short of its target or beyond its limit, and how that is worked out.

    Of a count that follows the schedule, the target by now.
    """
    actual, chain = _actual(plan, indicator, measured)
    share = _due_by_now(plan, indicator, measured, period, area_id)
    if indicator.direction == Direction.WITHIN:
        lower, upper = Fraction(measured.target_lower or 0), Fraction(measured.target_upper or 0)
        short = max(lower - actual, actual - upper, Fraction(0))
        return short, f"{quoted(chain)}，目标 {grouped(lower)} 至 {grouped(upper)}"
    if measured.target is None:
        raise PlanInvalidError([f"indicators.yaml: 指标“{indicator.id}”没有数字目标，不能按数值分档"])
    goal = Fraction(measured.target) * share
    goal_chain = f"{grouped(measured.target)}{'' if share == 1 else f' × {_share(share)}'}"
    short = actual - goal if indicator.direction == Direction.AT_MOST else goal - actual
    return max(short, Fraction(0)), f"{quoted(chain)}，目标 {goal_chain}"


def _range_term(plan: Plan, indicator: Indicator, measured: Measurement, formula: str | None) -> Term:
    actual, chain = _actual(plan, indicator, measured)
    lower, upper = Fraction(measured.target_lower or 0), Fraction(measured.target_upper or 0)
    how = formula or control_formula(plan, indicator.id)
    value = range_completion(actual, lower, upper, how)
    if actual < lower:
        short = f"{chain} ÷ {grouped(lower)}" if lower else f"0%〔{chain}，低于 0〕"
        return Term(indicator.short_name, value, short)
    if actual <= upper:
        shown = f"100%〔{chain}，在 {grouped(lower)} 至 {grouped(upper)} 之内〕"
        return Term(indicator.short_name, value, shown)
    return Term(indicator.short_name, value, _control_chain(actual, chain, upper, grouped(upper), how))


def bounded(term: Term, floor: Fraction, cap: Fraction) -> Term:
    """Return a term within ``[floor, cap]``; what was cut stays readable as an explanation."""
    limit, word = (cap, "封顶") if term.value > cap else (floor, "最低按")
    if floor <= term.value <= cap:
        return term
    chain = f"{exact_percent(limit)}〔{quoted(term.chain)} = {percent(term.value)}，{word} {exact_percent(limit)}〕"
    return Term(term.name, limit, chain, term.weight)


def combined(terms: Sequence[Term], how: Combine) -> Term:
    """Join the terms of one item: by weight (divided by the sum of weights), mean, or the least."""
    if len(terms) == 1:
        return terms[0]
    name = "、".join(term.name for term in terms)
    match how:
        case Combine.WEIGHTED:
            weights = sum((term.weight for term in terms), Fraction(0))
            value = sum((term.weight * term.value for term in terms), Fraction(0)) / weights
            inner = " + ".join(f"{grouped(term.weight)} × {term.chain}" for term in terms)
            return Term(name, value, f"（{inner}）" + ("" if weights == 1 else f" ÷ {grouped(weights)}"))
        case Combine.MEAN:
            value = sum((term.value for term in terms), Fraction(0)) / len(terms)
            return Term(name, value, f"（{' + '.join(term.chain for term in terms)}） ÷ {len(terms)}")
        case Combine.MIN:
            return Term(name, min(term.value for term in terms), f"min（{'；'.join(term.chain for term in terms)}）")


def quoted(chain: str) -> str:
    """Put a chain into an explanation: no explanation within an explanation."""
    return chain.replace("〔", "（").replace("〕", "）")


def exact_percent(ratio: Fraction) -> str:
    """Write a ratio as a percentage without rounding: 50%, 33.5%."""
    return f"{grouped(ratio * 100)}%"


def _actual(plan: Plan, indicator: Indicator, measured: Measurement) -> tuple[Fraction, str]:
    """Return the figure that is compared and its chain: exact, or as it is printed where the plan says so."""
    value, chain = _exact(indicator, measured)
    rounded = as_compared(plan, indicator, value)
    if rounded == value:
        return value, chain
    return rounded, f"{grouped(rounded)}〔{chain}，按{compared_places(plan, indicator)}位小数比较〕"


def _exact(indicator: Indicator, measured: Measurement) -> tuple[Fraction, str]:
    above = Fraction(measured.numerator or 0)
    if measured.denominator is None:
        return above, grouped(above)
    below = Fraction(measured.denominator)
    scale = Fraction(indicator.measure.scale) if isinstance(indicator.measure, RatioMeasure) else Fraction(1)
    chain = f"{grouped(above)} ÷ {grouped(below)}{'' if scale == 1 else f' × {grouped(scale)}'}"
    return above / below * scale, chain


def _control_chain(actual: Fraction, actual_chain: str, goal: Fraction, goal_chain: str, formula: str) -> str:
    if not goal:
        return f"{0 if actual > 0 else 100}%〔控制目标为 0，实际 {grouped(actual)}〕"
    if actual <= 0:
        return "200%〔实际为 0〕" if not actual else f"200%〔实际为 {grouped(actual)}〕"
    if formula == TARGET_OVER_ACTUAL:
        return f"{goal_chain} ÷ （{actual_chain}）"
    return f"（2 - {actual_chain} ÷ （{goal_chain}））"


def _share(share: Fraction) -> str:
    """Write a schedule so that nothing is lost: 50%, or （5 ÷ 12）."""
    percentage = share * 100
    if half_up(percentage, 6) == percentage:
        return exact_percent(share)
    return f"（{share.numerator} ÷ {share.denominator}）"
