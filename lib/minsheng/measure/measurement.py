"""One indicator of one area in one period: actual, completion, light, and the formula with its numbers put in."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, assert_never

from minsheng.domain.area import CITY
from minsheng.domain.delivery import AcceptedReturn, ReturnStatus
from minsheng.domain.figure import CellRef, Measurement
from minsheng.domain.indicator import (
    Direction,
    Indicator,
    MilestoneMeasure,
    RatioMeasure,
    StatedMeasure,
    SumMeasure,
    Target,
)
from minsheng.domain.light import Light
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.measure.completion import (
    as_compared,
    compared_places,
    completion_of,
    measured_light,
    schedule_progress,
)
from minsheng.measure.fields import (
    Returns,
    absent_words,
    fields_read,
    indicator_status,
    label_of,
    sum_of,
    unit_of,
    withheld_in,
)
from minsheng.measure.milestones import MET, Level, judge, level_of
from minsheng.measure.rounding import grouped, percent, sealed, short_of


@dataclass(frozen=True, slots=True)
class Parts:
    """Numerator and denominator (``None`` for a plain sum) of an indicator, before any division."""

    numerator: Fraction
    denominator: Fraction | None
    cells: tuple[CellRef, ...]
    addends: tuple[str, ...] = ()
    """What sums of several cells of one return are made of, numerator first."""


def measurement(plan: Plan, indicator: Indicator, area_id: str, period: Period, returns: Returns) -> Measurement:
    """Measure an area's indicator by the return of the period's closing month, whose figures run from January."""
    area = plan.area(area_id)
    month = plan.return_month(indicator.project, period) or period.closing_month
    accepted = returns.get((month, area.id))
    status = indicator_status(plan, accepted, indicator)
    target = target_of(plan, indicator, area.id, period)
    if target is None:
        why = "目标为 0，没有任务" if area.id in indicator.targets else "方案没有下达此项任务（没有写目标，不是 0）"
        return blank(indicator, status, plan.lights.no_duty, why)
    if accepted is None or status == ReturnStatus.NOT_REPORTED:
        return not_reported(plan, indicator, period, target, f"{area.name}未报送 {month} 报表", area.id)
    if status == ReturnStatus.BLOCKED:
        fields = withheld_in(plan, accepted, fields_read(indicator))
        which = "、".join(label_of(plan, field) for field in fields)
        text = f"{area.name} {month} 报表{f'的 {which} ' if fields else ''}未通过校验，数据不采用"
        expected = _expected(plan, indicator, period, area.id)
        return blank(indicator, status, plan.lights.blocked, text, target, schedule_progress=expected)
    match indicator.measure:
        case MilestoneMeasure() as measure:
            return _milestone(plan, indicator, area_id, period, accepted, returns=returns, measure=measure)
        case RatioMeasure() | SumMeasure() | StatedMeasure():
            parts = parts_of(plan, indicator, accepted)
            if isinstance(parts, Parts):
                return measured(plan, indicator, period, parts, target, area_id=area.id, as_of=accepted.verdict.as_of)
            return not_reported(plan, indicator, period, target, absent_words(plan, accepted, parts), area.id)
        case _ as never:
            assert_never(never)


def target_of(plan: Plan, indicator: Indicator, area_id: str, period: Period) -> Target | None:
    """Return an area's target; ``None`` where it has no duty, or does not exist yet."""
    there = area_id == CITY or plan.area(area_id).is_there(period)
    return indicator.target_of(area_id) if there else None


def parts_of(plan: Plan, indicator: Indicator, accepted: AcceptedReturn) -> Parts | tuple[str, ...]:
    """Return an indicator's numerator and denominator in one return, or the fields that are absent."""
    match indicator.measure:
        case RatioMeasure(numerator=above, denominator=below):
            top, bottom = sum_of(plan, accepted, above), sum_of(plan, accepted, below)
            if top.total is None or bottom.total is None:
                return (*top.absent, *bottom.absent)
            return Parts(top.total, bottom.total, top.cells + bottom.cells, (top.addends, bottom.addends))
        case SumMeasure(fields=fields):
            found = sum_of(plan, accepted, fields)
            return found.absent if found.total is None else Parts(found.total, None, found.cells, (found.addends,))
        case StatedMeasure(field=field):
            found = sum_of(plan, accepted, (field,))
            return found.absent if found.total is None else Parts(found.total, None, found.cells)
        case MilestoneMeasure():
            raise TypeError(f"milestone {indicator.id} has conditions, not parts")
        case _ as never:
            assert_never(never)


def measured(
    plan: Plan,
    indicator: Indicator,
    period: Period,
    parts: Parts,
    target: Target,
    *,
    area_id: str = CITY,
    complete: bool = True,
    note: str = "",
    as_of: date | None = None,
) -> Measurement:
    """Divide, compare and say so; not ``complete`` is a sum with an area missing: no completion, no light."""
    expected = schedule_progress(plan, indicator, period, area_id, as_of)
    actual = actual_of(indicator, parts)
    text = _division(plan, indicator, parts, actual, _bound(target, actual))
    if actual is not None and (places := compared_places(plan, indicator)) is not None:
        exactly, actual = actual, as_compared(plan, indicator, actual)
        # From here on it is shown as it is compared; what it is made of stands in the formula, and is sealed.
        indicator = indicator.model_copy(update={"decimals": places})
        text += f"，按{places}位小数比较为 {figure(indicator, actual)}" if actual != exactly else ""
    common: dict[str, Any] = {
        "target": target,
        "numerator": sealed(parts.numerator),
        "denominator": None if parts.denominator is None else sealed(parts.denominator),
        "schedule_progress": None if expected is None else sealed(expected),
        "rate_decimals": plan.lights.rate_decimals,
        "cells": parts.cells,
    }
    if actual is None:
        text = f"{text}，无法计算：本期没有发生额{note}"
        return blank(indicator, ReturnStatus.REPORTED, plan.lights.no_base, text, **common)
    common["actual"] = sealed(actual)
    if not complete:
        return blank(indicator, ReturnStatus.REPORTED, plan.lights.incomplete, f"{text}{note}", **common)
    if not target.has_number:
        light = plan.lights.worded or plan.lights.incomplete
        text = f"{text}；目标为“{target.text}”，不折算完成率{note}"
        return blank(indicator, ReturnStatus.REPORTED, light, text, **common)
    done = completion_of(plan, indicator, actual, target)
    text = f"{text}；{_comparison(indicator, actual, target, done, plan.lights.rate_decimals)}{note}"
    if expected is not None and indicator.direction != Direction.AT_LEAST:
        # A limit that is used up over the year is a level: what counts is its part so far, not the year's limit.
        so_far = completion_of(plan, indicator, actual, target, expected)
        light = measured_light(plan, indicator, so_far, None)
    else:
        light = measured_light(plan, indicator, done, expected)
    return blank(indicator, ReturnStatus.REPORTED, light, text, completion=sealed(done), **common)


def actual_of(indicator: Indicator, parts: Parts) -> Fraction | None:
    """Return the figure of an indicator in its unit; ``None`` where the denominator is zero."""
    if parts.denominator is None:
        return parts.numerator
    scale = Fraction(indicator.measure.scale) if isinstance(indicator.measure, RatioMeasure) else Fraction(1)
    return parts.numerator / parts.denominator * scale if parts.denominator else None


def not_reported(
    plan: Plan, indicator: Indicator, period: Period, target: Target, text: str, area_id: str = CITY
) -> Measurement:
    """Return the measurement of an area whose figures are not there."""
    expected = _expected(plan, indicator, period, area_id)
    light = plan.lights.not_reported
    known: dict[str, Any] = {"schedule_progress": expected, "rate_decimals": plan.lights.rate_decimals}
    return blank(indicator, ReturnStatus.NOT_REPORTED, light, text, target, **known)


def blank(
    indicator: Indicator, status: ReturnStatus, light: Light, formula: str, target: Target | None = None, **known: Any
) -> Measurement:
    """Return a measurement that holds what is known, and nothing else."""
    return Measurement(
        indicator=indicator.id,
        label=indicator.name,
        short_label=indicator.short_name,
        unit=indicator.unit,
        decimals=indicator.decimals,
        status=status,
        basis=indicator.basis.value,
        light=light,
        formula=formula,
        target=target.value if target else None,
        target_text=(target.text or "") if target else "",
        limit=indicator.direction == Direction.AT_MOST,
        target_lower=target.lower if target else None,
        target_upper=target.upper if target else None,
        worded=target is not None and target.text is not None and not isinstance(indicator.measure, MilestoneMeasure),
        **known,
    )


def milestone_light(plan: Plan, level: Level, share: str) -> Light:
    """Return the light of a milestone's level; ``share`` (2/4) is how many of its conditions a stage has met."""
    lights = plan.lights.milestone
    match level:
        case "done":
            return lights.done
        case "late":
            return lights.late
        case "stage":
            return lights.stage.model_copy(update={"word": f"{lights.stage.word}（{share}）"})
        case "in_progress":
            return lights.in_progress
        case "partial":
            return lights.partial
        case "not_done":
            return lights.not_done
        case _ as never:
            assert_never(never)


LEVEL_WORDS: dict[Level, str] = {
    "done": "完成",
    "late": "逾期完成",
    "stage": "阶段任务已完成",
    "in_progress": "推进中",
    "partial": "部分完成",
    "not_done": "未完成",
}


def _milestone(
    plan: Plan,
    indicator: Indicator,
    area_id: str,
    period: Period,
    accepted: AcceptedReturn,
    *,
    returns: Returns,
    measure: MilestoneMeasure,
) -> Measurement:
    judged = [judge(plan, period, accepted, condition, returns) for condition in measure.conditions]
    states = [each.state for each in judged]
    target = indicator.targets[area_id]
    cells = tuple(cell for each in judged for cell in each.cells)
    if any(state.state == "unknown" for state in states):
        text = "；".join(f"{state.name}：{state.because}" for state in states if state.state == "unknown")
        return not_reported(plan, indicator, period, target, text, area_id).model_copy(
            update={"conditions": tuple(states), "cells": cells}
        )
    level = level_of(period, accepted, measure.conditions, [state.state for state in states])
    met = [state for state in states if state.state in MET]
    dates = [state.document_date for state in met if state.document_date is not None]
    return blank(
        indicator,
        ReturnStatus.REPORTED,
        milestone_light(plan, level, f"{len(met)}/{len(states)}"),
        "；".join(f"{state.name}：{_STATE_WORDS[state.state]}（{state.because}）" for state in states),
        target,
        numerator=Decimal(len(met)),
        denominator=Decimal(len(states)),
        level=level,
        milestone_date=max(dates) if level in {"done", "late"} and dates else None,
        conditions=tuple(states),
        cells=cells,
    )


_STATE_WORDS = {
    "met": "已达到",
    "met_late": "逾期达到",
    "not_met": "未达到",
    "not_due": "未到期",
    "unknown": "无法判定",
}


def _expected(plan: Plan, indicator: Indicator, period: Period, area_id: str) -> Decimal | None:
    if isinstance(indicator.measure, MilestoneMeasure):
        return None
    expected = schedule_progress(plan, indicator, period, area_id)
    return None if expected is None else sealed(expected)


def _division(plan: Plan, indicator: Indicator, parts: Parts, actual: Fraction | None, goal: Fraction | None) -> str:
    """Write the figure as a division with units: 58,955,000元 ÷ 326,514人次 = 180.56元."""
    match indicator.measure:
        case RatioMeasure() as measure:
            above = f"{grouped(parts.numerator)}{unit_of(plan, measure.numerator)}"
            below = f"{grouped(parts.denominator or 0)}{unit_of(plan, measure.denominator)}"
            times = f" × {grouped(measure.scale)}" if measure.scale != 1 and indicator.unit != "%" else ""
            labels = f"（{measure.numerator_label} ÷ {measure.denominator_label}）"
            result = "" if actual is None else f" = {figure(indicator, actual, goal)}"
            return f"{above} ÷ {below}{times}{result}{labels}{_made_of(parts)}"
        case StatedMeasure() as stated if parts.denominator is not None:
            weights = f"{grouped(parts.denominator)}{unit_of(plan, stated.city_weight)}"
            result = "" if actual is None else f" = {figure(indicator, actual, goal)}"
            weight = stated.city_weight_label or "权重"
            told = f"各地区{stated.label} × {weight}合计 ÷ {weight}合计"
            return f"{grouped(parts.numerator)} ÷ {weights}{result}（{told}）"
        case StatedMeasure(label=label):
            return f"{label} {figure(indicator, parts.numerator)}（填报数）"
        case SumMeasure(label=label):
            return f"{label} {figure(indicator, parts.numerator)}{_made_of(parts)}"
        case MilestoneMeasure():
            raise TypeError(f"milestone {indicator.id} is not divided")
        case _ as never:
            assert_never(never)


def _made_of(parts: Parts) -> str:
    """Show what was added up, so that a sum can be followed to its cells."""
    numbers = (parts.numerator, parts.denominator)
    shown = [
        f"{grouped(number or 0)} = {addends}"
        for number, addends in zip(numbers, parts.addends, strict=False)
        if addends
    ]
    return f"，其中 {'，'.join(shown)}" if shown else ""


def _bound(target: Target, actual: Fraction | None) -> Fraction | None:
    """Return the number that a figure is held against: of a range the bound that it misses, else the nearer one."""
    if target.lower is None or target.upper is None or actual is None:
        return None if target.value is None else Fraction(target.value)
    lower, upper = Fraction(target.lower), Fraction(target.upper)
    if lower <= actual <= upper:
        return None
    return lower if actual < lower else upper


def _comparison(indicator: Indicator, actual: Fraction, target: Target, done: Fraction, places: int) -> str:
    goal = _bound(target, actual)
    if goal is None:
        bounds = (Fraction(target.lower or 0), Fraction(target.upper or 0))
        return f"在目标范围 {'～'.join(figure(indicator, bound) for bound in bounds)} 之内"
    if not goal:
        return f"目标 {figure(indicator, goal)}，视为{'完成' if done >= 1 else '超出'}"
    # A formula is followed by hand: it shows no fewer decimals than the pages.
    shown = percent(done, max(places, 2))
    mine = figure(indicator, actual, goal)
    if actual and done == goal / actual and done != actual / goal:
        return f"{figure(indicator, goal)} ÷ {mine} = {shown}"
    if done != actual / goal:
        return f"2 - {mine} ÷ {figure(indicator, goal)} = {shown}"
    return f"{mine} ÷ 目标 {figure(indicator, goal)} = {shown}"


def figure(indicator: Indicator, value: Fraction, goal: Fraction | None = None) -> str:
    """Write a figure of an indicator with its unit, rounded for reading, but not up to a target that it misses."""
    decimals = indicator.decimals if goal is None else short_of(value, goal, indicator.decimals)
    return f"{grouped(value, decimals)}{indicator.unit}"
