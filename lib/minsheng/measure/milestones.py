"""Conditions of milestones and duties (节点任务): met or not, judged by their documents' dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from minsheng.domain.delivery import AcceptedReturn
from minsheng.domain.indicator import Comparison, Condition
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.result import CellRef, ConditionState
from minsheng.errors import PlanInvalidError
from minsheng.measure.fields import absent_words, cell_of, date_in, sum_of, unit_of, withheld_in
from minsheng.measure.rounding import grouped

Level = Literal["done", "stage", "in_progress", "partial", "not_done"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition's state and the cells that it was judged by."""

    state: ConditionState
    cells: tuple[CellRef, ...]


@dataclass(frozen=True, slots=True)
class _Compared:
    holds: bool | None
    """``None``: a field that it needs is absent."""
    text: str
    cells: tuple[CellRef, ...]


def judged_on(period: Period, accepted: AcceptedReturn) -> date:
    """Return the day on which duties of a period are judged."""
    if period.kind != PeriodKind.MONTH:
        # An assessment (half-year, year) judges its whole period: what was not done by its end was not done.
        return period.end
    # A month's report knows nothing after its 数据截至: a duty due later in that month is not due yet.
    return min(accepted.verdict.as_of, period.end)


def judge(plan: Plan, period: Period, accepted: AcceptedReturn, condition: Condition) -> Judged:
    """Judge a condition of one area: unmet it is ``not_due`` before ``due``, with figures absent then ``unknown``."""
    today = judged_on(period, accepted)
    if condition.starts is not None and today < condition.starts:
        return Judged(_state(condition, "not_due", f"自 {condition.starts} 起，截至 {today} 尚未开始"), ())
    compared = [_compare(plan, accepted, test, today) for test in condition.tests]
    cells = [cell for each in compared for cell in each.cells]
    texts = [each.text for each in compared]
    signed: date | None = None
    in_time = True
    if condition.document_date is not None and withheld_in(plan, accepted, [condition.document_date]):
        compared.append(_Compared(None, "文件日期未通过校验，无法判定", ()))
        texts.append(compared[-1].text)
    elif condition.document_date is not None:
        signed = date_in(accepted, condition.document_date)
        in_time, text = _document(signed, condition.due, period)
        texts.append(text)
        if signed is not None:
            cells.append(cell_of(accepted, accepted.values[condition.document_date]))
    because = "；".join(texts)
    overdue = today >= condition.due
    if in_time and all(each.holds for each in compared):
        return Judged(_state(condition, "met", because, signed), tuple(cells))
    if not overdue:
        text = f"{because}；期限 {condition.due}，截至 {today} 未到期"
        return Judged(_state(condition, "not_due", text, signed), tuple(cells))
    # One comparison that fails settles it, whatever the absent figures would say.
    unknown = in_time and all(each.holds is not False for each in compared)
    text = f"{because}；期限 {condition.due} 已到"
    return Judged(_state(condition, "unknown" if unknown else "not_met", text, signed), tuple(cells))


def level_of(period: Period, accepted: AcceptedReturn, conditions: Sequence[Condition], states: Sequence[str]) -> Level:
    """Return how far a milestone is: done once every condition is met, those included that start later.

    Of the conditions that have started: a stage where all are met; in progress while nothing unmet is due; then partial
    if one is met, else not done.
    """
    today = judged_on(period, accepted)
    started = [
        (condition, state)
        for condition, state in zip(conditions, states, strict=True)
        if condition.starts is None or today >= condition.starts
    ]
    if all(state == "met" for state in states):
        return "done"
    if started and all(state == "met" for _, state in started):
        return "stage"
    if all(state in {"met", "not_due"} for _, state in started):
        return "in_progress"
    return "partial" if any(state == "met" for _, state in started) else "not_done"


def _compare(plan: Plan, accepted: AcceptedReturn, test: Comparison, today: date) -> _Compared:
    left = sum_of(plan, accepted, test.left)
    cells, absent = left.cells, left.absent
    right: Fraction | None
    if test.parameter is not None:
        parameter = plan.parameter(test.parameter)
        try:
            right = Fraction(parameter.on(today))
        except ValueError as before_first:
            raise PlanInvalidError([str(before_first)]) from before_first
        right_unit = parameter.unit
    else:
        right_sum = sum_of(plan, accepted, test.right)
        right, right_unit = right_sum.total, unit_of(plan, test.right)
        cells, absent = cells + right_sum.cells, absent + right_sum.absent
    if left.total is None or right is None:
        return _Compared(None, f"{absent_words(plan, accepted, absent)}，无法判定", cells)
    product = left.total * Fraction(test.factor)
    holds = product >= right if test.op == ">=" else product == right
    times = f" × {grouped(test.factor)}" if test.factor != 1 else ""
    equals = f" = {grouped(product)}" if test.factor != 1 else ""
    said = {">=": ("≥", "<"), "==": ("=", "≠")}[test.op][0 if holds else 1]
    return _Compared(
        holds,
        f"{test.left_label} {grouped(left.total)}{left.unit}{times}{equals} {said} "
        f"{test.right_label} {grouped(right)}{right_unit}",
        cells,
    )


def _document(signed: date | None, due: date, period: Period) -> tuple[bool, str]:
    """Return whether a document's date keeps the deadline, and how to say so."""
    if signed is None:
        return False, "未填文件日期"
    if signed > due:
        return False, f"文件日期 {signed}，晚于期限 {due}"
    if signed > period.end:
        return False, f"文件日期 {signed}，晚于报告期末 {period.end}"
    return True, f"文件日期 {signed}"


def _state(
    condition: Condition,
    state: Literal["met", "not_met", "not_due", "unknown"],
    because: str,
    signed: date | None = None,
) -> ConditionState:
    return ConditionState(
        id=condition.id,
        name=condition.name,
        state=state,
        due=condition.due,
        document_date=signed,
        because=because,
    )
