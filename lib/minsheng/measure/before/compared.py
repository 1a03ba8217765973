"""同比 and 环比: each figure of a project beside that of the same period of last year, and of the month before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from minsheng.domain.area import CITY
from minsheng.domain.figure import Compared, EarlierTime, Measurement
from minsheng.domain.indicator import Basis, Indicator, MilestoneMeasure, RatioMeasure
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.units import is_percent_unit
from minsheng.measure.before.year_before import YearBefore, closing_then, continued, month_then
from minsheng.measure.city import any_measurement
from minsheng.measure.fields import Returns
from minsheng.measure.rounding import exact, sealed


@dataclass(frozen=True)
class _Then:
    """Where the figure of then stands: whose plan, which indicator, which month of which returns."""

    plan: Plan
    indicator: Indicator
    month: Period
    returns: Returns


def compared(
    plan: Plan,
    area_id: str,
    period: Period,
    returns: Returns,
    rows: Sequence[Measurement],
    before: YearBefore | None,
) -> tuple[Compared, ...]:
    """Compare an area's figures with the month before, and with last year where the plan says what they continue.

    Parameters
    ----------
    rows
        The figures of now; milestones and what is no duty have none to compare.
    before
        Last year; ``None`` where its plan is not in the workspace.
    """
    found: list[Compared] = []
    for row in rows:
        indicator = plan.indicator(row.indicator)
        if row.has_duty and not isinstance(indicator.measure, MilestoneMeasure):
            found += _with_month(plan, indicator, area_id, period, returns, row=row, before=before)
            found += _with_year(plan, indicator, area_id, period, row, before)
    return tuple(found)


def _with_month(
    plan: Plan,
    indicator: Indicator,
    area_id: str,
    period: Period,
    returns: Returns,
    *,
    row: Measurement,
    before: YearBefore | None,
) -> Iterator[Compared]:
    month = plan.return_month(indicator.project, period)
    if period.kind != PeriodKind.MONTH or month is None:
        return
    last = plan.return_month(indicator.project, month.previous_month)
    if last is not None:
        yield _beside("month", indicator, area_id, row, _Then(plan, indicator, last, returns))
        return
    earlier = closing_then(plan, before.plan, indicator, period) if before is not None else None
    mine = continued(before.plan, indicator) if before is not None else None
    if before is None or mine is None or earlier is None:
        return
    if indicator.basis == Basis.SCHEDULE:
        why = f"累计数每年从1月起重新计算，不与{earlier.label}相比"
        yield Compared(indicator=indicator.id, to="month", period=earlier, state="other_length", because=why)
        return
    yield _beside("month", indicator, area_id, row, _Then(before.plan, mine, earlier, before.returns))


def _with_year(
    plan: Plan, indicator: Indicator, area_id: str, period: Period, row: Measurement, before: YearBefore | None
) -> Iterator[Compared]:
    if indicator.continues is None:
        return
    then, year = period.year_before, period.year - 1
    about = {"indicator": indicator.id, "to": "year", "period": then}
    if before is None:
        why = f"工作区里没有{year}年的方案和数据"
        yield Compared.model_validate({**about, "state": "no_base", "because": why})
        return
    mine = before.plan.indicator(indicator.continues)
    month = month_then(before.plan, indicator, period)
    now = plan.return_month(indicator.project, period)
    if area_id != CITY and area_id not in {area.id for area in before.plan.areas}:
        why = f"{year}年的方案没有这个地区"
        yield Compared.model_validate({**about, "state": "no_duty", "because": why})
    elif month is None or now is None:
        why = f"{year}年到{then.last_month}月还没有应报的数据"
        yield Compared.model_validate({**about, "state": "no_base", "because": why})
    elif why := _other_length(plan, before.plan, indicator, area_id, now=now, then=month):
        yield Compared.model_validate({**about, "state": "other_length", "because": why})
    else:
        found = _beside("year", indicator, area_id, row, _Then(before.plan, mine, month, before.returns))
        yield found.model_copy(update={"period": then})


def _other_length(plan: Plan, before: Plan, indicator: Indicator, area_id: str, *, now: Period, then: Period) -> str:
    """Say that figures run over different months: what has been added up for longer is more."""
    if now.last_month != then.last_month:
        return f"今年为1至{now.last_month}月的数，{then.year}年为1至{then.last_month}月的数"
    if indicator.basis != Basis.SCHEDULE or area_id == CITY:
        return ""
    first, first_then = _first_month(plan, area_id, now), _first_month(before, area_id, then)
    return "" if first == first_then else f"今年从{first}月起计，{then.year}年从{first_then}月起计"


def _first_month(plan: Plan, area_id: str, month: Period) -> int:
    """Return the month of a year from which an area's counts run: January, or that in which it was set up."""
    since = plan.area(area_id).since
    return since.first_month if since is not None and since.year == month.year else 1


def _beside(to: EarlierTime, indicator: Indicator, area_id: str, row: Measurement, then: _Then) -> Compared:
    """Put the figure of now beside that of then."""
    base = any_measurement(then.plan, then.indicator, area_id, then.month, then.returns)
    about = {"indicator": indicator.id, "to": to, "period": then.month}
    if why := _no_base(to, then.month, base):
        return Compared.model_validate({**about, "state": "no_base" if base.has_duty else "no_duty", "because": why})
    about |= {"base": base.actual, "formula": base.formula, "cells": () if area_id == CITY else base.cells}
    if base.missing_areas:
        why = f"{_called(to, then.month)}缺{'、'.join(base.missing_areas)}"
        return Compared.model_validate({**about, "state": "partial_base", "because": why})
    if row.actual is None or row.missing_areas:
        why = f"本期缺{'、'.join(row.missing_areas)}" if row.missing_areas else f"本期{row.light.word}"
        return Compared.model_validate({**about, "state": "no_figure", "because": why})
    then_figure = exact(base.actual or Decimal(0))
    change = exact(row.actual) - then_figure
    about |= {"change": sealed(change), "because": _counted_otherwise(indicator, row, then, base)}
    if is_percent_unit(indicator.unit):
        return Compared.model_validate({**about, "state": "compared"})
    if then_figure <= 0:
        # A rate of nothing, or of less than nothing, says nothing.
        return Compared.model_validate({**about, "state": "zero_base"})
    return Compared.model_validate({**about, "state": "compared", "rate": sealed(change / then_figure)})


def _no_base(to: EarlierTime, month: Period, base: Measurement) -> str:
    """Say why there is no figure of then; empty where there is one."""
    if not base.has_duty:
        return f"{_called(to, month)}没有此项任务"
    return f"{_called(to, month)}{base.light.word}" if base.actual is None else ""


def _called(to: EarlierTime, month: Period) -> str:
    return month.label if to == "year" else f"{month.last_month}月"


def _counted_otherwise(indicator: Indicator, row: Measurement, then: _Then, base: Measurement) -> str:
    """Say what of the figure of then was counted otherwise: by other words, or over other areas."""
    told = []
    words = [_measured_words(each) for each in (indicator, then.indicator)]
    if words[0] != words[1]:
        told.append(f"{then.month.year}年的口径为{words[1]}")
    if base.expected_areas != row.expected_areas:
        told.append(f"{then.month.year}年{base.expected_areas}个地区，今年{row.expected_areas}个")
    return "；".join(told)


def _measured_words(indicator: Indicator) -> str:
    match indicator.measure:
        case RatioMeasure() as ratio:
            return f"{ratio.numerator_label} ÷ {ratio.denominator_label}"
        case MilestoneMeasure():
            return ""
        case labelled:
            return labelled.label
