"""重点督办: what is red, overdue or about to be, what a county says it will not manage, and whom to ask there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from minsheng.domain.area import Area
from minsheng.domain.delivery import AcceptedReturn
from minsheng.domain.figure import ConditionState, Measurement, Urgent
from minsheng.domain.indicator import Condition, MilestoneMeasure
from minsheng.domain.light import Tone
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.projects import Project
from minsheng.measure.city import any_measurement
from minsheng.measure.fields import Returns, last_used
from minsheng.measure.milestones import MET, judge
from minsheng.measure.rounding import exact, sealed
from minsheng.measure.wording import clauses_of

_DONE = "(?:完成|完工|建成|办结|落实|到位|投用|竣工|达标|达到)"

_WILL_NOT = re.compile(
    r"(?:"
    r"(?:不能|无法|难以|未能|很难|不可能)(?:在?(?:按期|按时|如期|期限内|\d{1,2}月(?:底|末|\d{1,2}日)?前|年底前|年内))"
    rf"(?:[^，。；]{{0,8}}{_DONE})?"
    r"|预计(?:会|将|要)?(?:逾期|延期|超期)"
    r")"
)
"""What somebody writes who will miss a day: 不能按期完成, 预计逾期."""

_KEEPS = re.compile(r"不(?:会|再|得|能)?(?:逾期|延期|推迟|超期)|(?:避免|防止|杜绝|未)(?:逾期|延期|推迟|超期)")

_MONTH = (
    r"(?P<next>明年|次年)?(?:(?P<year>20\d\d)年)?(?P<month>1[0-2]|[1-9])月(?P<day>[1-3]?\d日|底|末|上旬|中旬|下旬)?"
)

_BY = (
    re.compile(
        rf"(?:预计|估计|计划|力争|争取|拟于|将于|要到|须到|需到)(?:在|于|到|至)?{_MONTH}[^，。；]{{0,16}}?{_DONE}"
    ),
    re.compile(rf"(?:推迟|延期|延后|顺延|拖)(?:到|至){_MONTH}"),
)
"""A month that somebody names for being done: 预计8月底完成, 推迟到9月."""

_PRESSING = ("overdue", "red", "said", "due_soon")

_TENTHS = {"上旬": 10, "中旬": 20}


class _Duty(NamedTuple):
    """A dated duty of a project."""

    id: str
    condition: Condition


def urgent_items(plan: Plan, period: Period, returns: Returns, today: date) -> tuple[Urgent, ...]:
    """Return what needs a call today, area by area, the most pressing first.

    An area that has not reported keeps what was known last, marked with its month.

    Parameters
    ----------
    returns
        Accepted returns of all areas, year to date.
    today
        The day of the bulletin, from which duties that are due soon are counted.
    """
    projects = plan.projects_at(period)
    found = [
        sorted(
            (each for project in projects for each in _of(plan, area, project, period, returns, today)),
            key=lambda each: _PRESSING.index(each.kind),
        )
        for area in plan.areas
        if area.is_there(period) and area.parent is None
    ]
    listed = sorted(filter(None, found), key=lambda mine: _PRESSING.index(mine[0].kind))
    return tuple(each for mine in listed for each in mine)


def _of(plan: Plan, area: Area, project: Project, period: Period, returns: Returns, today: date) -> Iterator[Urgent]:
    if project.id not in area.projects:
        return
    month = last_used(plan, project.id, area.id, period, returns)
    accepted = returns.get((month, area.id)) if month is not None else None
    current = plan.return_month(project.id, period)
    about = {
        "area": area.id,
        "name": area.name,
        "project": project.id,
        "contact": _contact(returns, area.id, period),
        "last_known": month if month != current else None,
    }
    is_sum = not plan.reports_itself(area.id, project.id, period)
    if month is None and not is_sum:
        return
    for indicator in plan.indicators_of(project.id):
        at = period if is_sum or month is None else month
        row = any_measurement(plan, indicator, area.id, at, returns)
        if row.light.tone == Tone.RED and not row.is_milestone:
            months = _streak(plan, area.id, indicator.id, at, returns)
            yield Urgent(**about, **_short_of(row), kind="red", label=row.brief, due=_year_end(plan), months=months)
        elif kind := _falls_due(row, _year_end(plan), today, plan.reporting.watch_days):
            yield Urgent(**about, **_short_of(row), kind=kind, label=row.brief, due=_year_end(plan))
    if accepted is None or month is None:
        return
    judged = [
        (duty, judge(plan, month, accepted, duty.condition, returns).state) for duty in _duties(plan, project, area.id)
    ]
    for duty, state in judged:
        if kind := _how_urgent(state, today, plan.reporting.watch_days):
            late = [m for m in month.year_to_date if _is_overdue(plan, project, area.id, m, returns, duty.condition)]
            yield Urgent(**about, kind=kind, label=state.name, due=state.due, because=state.because, months=len(late))
    open_days = [state.due for _, state in judged if state.state not in MET]
    if said := will_miss(accepted.verdict.narratives.get(project.id, {}), min(open_days, default=_year_end(plan))):
        due = min(open_days, default=_year_end(plan))
        yield Urgent(**about, kind="said", label=project.short_name, due=due, said=said)


def _falls_due(row: Measurement, year_end: date, today: date, watch_days: int) -> str:
    """Say of a year's target that is not reached whether the year ends soon or has ended; what is a limit is kept."""
    if row.completion is None or row.completion >= 1 or row.limit or row.is_milestone or not row.has_duty:
        return ""
    if year_end < today:
        return "overdue"
    return "due_soon" if year_end <= today + timedelta(days=watch_days) else ""


def _year_end(plan: Plan) -> date:
    return Period(str(plan.about.year)).end


def _duties(plan: Plan, project: Project, area_id: str) -> Iterator[_Duty]:
    """Yield the conditions of an area's milestones, and the project's duties that no condition repeats."""
    for indicator in plan.indicators_of(project.id):
        if isinstance(indicator.measure, MilestoneMeasure) and area_id in indicator.targets:
            for condition in indicator.measure.conditions:
                yield _Duty(condition.id, condition)
    for duty in project.duties:
        yield _Duty(duty.id, duty)


def _how_urgent(state: ConditionState, today: date, watch_days: int) -> str:
    if state.state in MET:
        return ""
    if state.due < today or state.state in {"not_met", "unknown"}:
        return "overdue"
    return "due_soon" if state.due <= today + timedelta(days=watch_days) else ""


def _is_overdue(
    plan: Plan, project: Project, area_id: str, month: Period, returns: Returns, condition: Condition
) -> bool:
    accepted = returns.get((month, area_id))
    if accepted is None or project.id not in accepted.verdict.projects or not plan.is_due(project.id, month):
        return False
    return judge(plan, month, accepted, condition, returns).state.state in {"not_met", "unknown"}


def _streak(plan: Plan, area_id: str, indicator_id: str, until: Period, returns: Returns) -> int:
    """Return for how many months in a row an indicator has been red, this one counted; one without figures ends it."""
    indicator = plan.indicator(indicator_id)
    count = 0
    for month in reversed(until.year_to_date):
        if not plan.is_due(indicator.project, month):
            continue
        if any_measurement(plan, indicator, area_id, month, returns).light.tone != Tone.RED:
            break
        count += 1
    return count


def _short_of(row: Measurement) -> dict[str, object]:
    """Return how much is lacking: to the year's target, and of a count to what the schedule asks for by now."""
    told: dict[str, object] = {"word": row.light.word, "unit": row.unit, "decimals": row.decimals}
    if row.actual is None or row.target is None:
        return told
    actual, target = exact(row.actual), exact(row.target)
    told |= {"actual": row.actual, "target": row.target, "lacking": sealed(abs(target - actual))}
    if row.schedule_progress is not None:
        told["behind"] = sealed(abs(target * exact(row.schedule_progress) - actual))
    return told


def _contact(returns: Returns, area_id: str, period: Period) -> str:
    """Return whom the newest cover that names somebody names."""
    covers: Iterable[AcceptedReturn | None] = (returns.get((month, area_id)) for month in reversed(period.year_to_date))
    return next((each.verdict.contact for each in covers if each is not None and each.verdict.contact), "")


def will_miss(narratives: Mapping[str, str], due: date) -> str:
    """Return the clause in which a county says that it will not be done by a day; empty where it says nothing such.

    Examples
    --------
    >>> will_miss({"problems": "进场道路未通，不能按期完成改造。已多次协调。"}, date(2017, 6, 30))
    '不能按期完成改造'
    >>> will_miss({"next_steps": "预计8月底完成按户核定；不会逾期。"}, date(2017, 6, 30))
    '预计8月底完成按户核定'
    >>> will_miss({"next_steps": "力争6月底前完成；倒排工期，避免延期。"}, date(2017, 6, 30))
    ''
    """
    for text in narratives.values():
        for clause in clauses_of(text):
            if (_WILL_NOT.search(clause) and not _KEEPS.search(clause)) or _names_a_later_day(clause, due):
                return clause
    return ""


def _names_a_later_day(clause: str, due: date) -> bool:
    found = next((match for each in _BY if (match := each.search(clause))), None)
    if found is None:
        return False
    year = int(found["year"]) if found["year"] else due.year + bool(found["next"])
    return _last_day(year, int(found["month"]), found["day"] or "") > due


def _last_day(year: int, month: int, said: str) -> date:
    """Return the last day that a month, or part of one, allows."""
    end = Period(f"{year}-{month:02}").end
    day = _TENTHS.get(said) or (int(said[:-1]) if said[:1].isdigit() else end.day)
    return end.replace(day=min(day, end.day))
