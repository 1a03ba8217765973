"""Conditions of milestones and duties (节点任务): met or not, judged by their documents' dates."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from minsheng.domain.delivery import AcceptedReturn, ReturnStatus
from minsheng.domain.figure import CellRef, ConditionState
from minsheng.domain.indicator import Comparison, Condition
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import PlanInvalidError
from minsheng.measure.fields import (
    Returns,
    absent_words,
    cell_of,
    date_in,
    fields_of,
    project_of,
    status_of,
    sum_of,
    unit_of,
    withheld_in,
)
from minsheng.measure.rounding import grouped

Level = Literal["done", "late", "stage", "in_progress", "partial", "not_done"]

MET = ("met", "met_late")


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


def judge(plan: Plan, period: Period, accepted: AcceptedReturn, condition: Condition, returns: Returns) -> Judged:
    """Judge a condition of one area: unmet it is ``not_due`` before ``due``, with figures absent then ``unknown``.

    Parameters
    ----------
    returns
        Accepted returns, year to date: what was done after its date is late from then on.
    """
    today = judged_on(period, accepted)
    if condition.starts is not None and today < condition.starts:
        return Judged(_state(condition, "not_due", f"自 {condition.starts} 起，截至 {today} 尚未开始"), ())
    compared = [_compare(plan, accepted, test, today) for test in condition.tests]
    if condition.document_date is None:
        document = _by_returns(plan, accepted, condition, returns)
    else:
        document = _documents(plan, accepted, condition.document_date, condition.due, period)
        # A document in time does not make good what a return that ends on the due date or later shows undone.
        shown = _by_returns(plan, accepted, condition, returns, ending_after_due=True)
        if document.stands and shown.late and not document.late:
            document = replace(document, text=f"{document.text}；{shown.text}", late=True)
    compared += [document.compared] if document.compared else []
    cells = (*(cell for each in compared for cell in each.cells), *document.cells)
    because = "；".join(filter(None, [*(each.text for each in compared), document.text]))
    if document.stands and all(each.holds for each in compared):
        return Judged(_state(condition, "met_late" if document.late else "met", because, document.dated), cells)
    if today < condition.due:
        text = f"{because}；期限 {condition.due}，截至 {today} 未到期"
        return Judged(_state(condition, "not_due", text, document.dated), cells)
    # One comparison that fails settles it, whatever the absent figures would say.
    unknown = document.stands and all(each.holds is not False for each in compared)
    text = f"{because}；期限 {condition.due} 已到"
    return Judged(_state(condition, "unknown" if unknown else "not_met", text, document.dated), cells)


def level_of(period: Period, accepted: AcceptedReturn, conditions: Sequence[Condition], states: Sequence[str]) -> Level:
    """Return how far a milestone is: done once every condition is met, those included that start later.

    Late once one of them was met after its date. Of the conditions that have started: a stage where all are met; in
    progress while nothing unmet is due; then partial if one is met, else not done.
    """
    today = judged_on(period, accepted)
    started = [
        state
        for condition, state in zip(conditions, states, strict=True)
        if condition.starts is None or today >= condition.starts
    ]
    if all(state in MET for state in states):
        return "late" if "met_late" in states else "done"
    if started and all(state in MET for state in started):
        return "stage"
    if all(state in {*MET, "not_due"} for state in started):
        return "in_progress"
    return "partial" if any(state in MET for state in started) else "not_done"


@dataclass(frozen=True, slots=True)
class _Document:
    """What the date of a condition's documents says of it; without one, what the due month's return does.

    ``stands`` is whether it is there by the period's end, ``late`` whether after the due date; ``compared`` is that it
    cannot be used.
    """

    text: str = ""
    dated: date | None = None
    stands: bool = True
    late: bool = False
    cells: tuple[CellRef, ...] = ()
    compared: _Compared | None = None


def _documents(plan: Plan, accepted: AcceptedReturn, pattern: str, due: date, period: Period) -> _Document:
    """Return what the dates in a field say, the latest of several rows; each row must have one."""
    fields = fields_of(plan, accepted, pattern)
    owners = {project_of(plan, accepted.verdict, field) for field in fields}
    faulty = any(owner is not None and status_of(accepted, owner) != ReturnStatus.REPORTED for owner in owners)
    if faulty or withheld_in(plan, accepted, [pattern]):
        return _Document(compared=_Compared(None, "文件日期未通过校验，无法判定", ()))
    dates = [date_in(accepted, field) for field in fields]
    there = [day for day in dates if day is not None]
    cells = tuple(
        cell_of(accepted, accepted.values[field]) for field, day in zip(fields, dates, strict=True) if day is not None
    )
    if not there or len(there) < len(dates):
        return _Document("未填文件日期", max(there, default=None), stands=False, cells=cells)
    dated = max(there)
    if dated > period.end:
        return _Document(f"文件日期 {dated}，晚于报告期末 {period.end}", dated, stands=False, cells=cells)
    if dated > due:
        return _Document(f"文件日期 {dated}，晚于期限 {due}", dated, late=True, cells=cells)
    return _Document(f"文件日期 {dated}", dated, cells=cells)


def _by_returns(
    plan: Plan, accepted: AcceptedReturn, condition: Condition, returns: Returns, *, ending_after_due: bool = False
) -> _Document:
    """Return what the area's first return from the due month on says: what it shows undone was not done in time.

    With ``ending_after_due`` the first whose figures go up to the due date: it alone settles it beside a document.
    """
    verdict = accepted.verdict
    for month in verdict.period.year_to_date[:-1]:
        if not ending_after_due and month.end < condition.due:
            continue
        earlier = returns.get((month, verdict.id))
        if earlier is None or (ending_after_due and earlier.verdict.as_of < condition.due):
            continue
        found = [_compare(plan, earlier, test, month.end) for test in condition.tests]
        if all(each.holds for each in found):
            return _Document()
        if any(each.holds is False for each in found):
            return _Document(f"{month.label}报表尚未达到，晚于期限 {condition.due}", late=True)
    return _Document()


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


def _state(
    condition: Condition,
    state: Literal["met", "met_late", "not_met", "not_due", "unknown"],
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
