"""One function per check of the section rubric (倒扣分): which faults there were, and what each costs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from minsheng.domain.assessment import MonthlyReportFacts, SectionFacts, SectionForm, SectionMark
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import SectionCheck, SectionRule
from minsheng.errors import FileRefusedError
from minsheng.measure.rounding import grouped


@dataclass(frozen=True, slots=True)
class ProposedFault:
    """One fault: ``key`` names it for the performance office's decision."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class PointsLost:
    """What a rule that people look after came to: points lost, how, and why."""

    points: Fraction
    formula: str
    events: tuple[str, ...]
    reason: str


def proposed_faults(plan: Plan, rule: SectionRule, period: Period, facts: SectionFacts) -> list[ProposedFault]:
    """Return the faults that the system finds itself.

    Parameters
    ----------
    rule
        One that is checked by the system: see :func:`is_automatic`.
    period
        A half-year or a year; months outside it are left out.
    facts
        What the system knows of the section's reports.

    Returns
    -------
    list of ProposedFault
        In order of months.
    """
    there = _reporting_months(plan, period)
    months = [month for month in sorted(facts.reports, key=lambda month: month.period) if month.period in there]
    return [fault for month in months for fault in _FINDERS[rule.check](plan, month, facts)]


def _reporting_months(plan: Plan, period: Period) -> list[Period]:
    # Months before the plan's first reporting month are back-filled and never at fault.
    return [month for month in period.months if month >= plan.reporting.first_month]


def was_proposed(plan: Plan, rule: SectionRule, period: Period, event: str, told: str) -> bool:
    """Return whether a form may decide on a fault that is found no longer: one that its template can have proposed.

    Once a return is corrected or a delivery entered, what was confirmed may be gone; the decision stands all the same.
    """
    month, _, part = event.partition("/")
    label = next((each.label for each in _reporting_months(plan, period) if each.text == month), None)
    parts = {each.id for each in plan.reporting.parts} if rule.check == SectionCheck.EMPTY_PART else {""}
    # Every proposal names its month in words: an event that was retyped does not fit the words beside it.
    return is_automatic(rule) and label is not None and part in parts and told.startswith(label)


def is_automatic(rule: SectionRule) -> bool:
    """Whether the system finds a rule's faults itself."""
    return rule.check in _FINDERS


def _late(plan: Plan, month: MonthlyReportFacts, facts: SectionFacts) -> Iterable[ProposedFault]:
    del plan
    if month.delivered_on is not None:
        if month.delivered_on > month.due:
            days = (month.delivered_on - month.due).days
            text = f"{month.period.label}月报期限 {month.due}，{month.delivered_on} 报送，迟 {days} 天"
            yield ProposedFault(month.period.text, text)
    elif facts.as_of > month.due:
        yield ProposedFault(month.period.text, f"{month.period.label}月报期限 {month.due}，截至 {facts.as_of} 未报送")


def _empty(plan: Plan, month: MonthlyReportFacts, facts: SectionFacts) -> Iterable[ProposedFault]:
    """Yield one fault per empty part of a month's report, whichever of its projects lack it."""
    del facts
    for part in plan.reporting.parts:
        lacking = [empty.project for empty in month.empty_parts if empty.part == part.id]
        if lacking:
            names = "、".join(plan.project(project).short_name for project in lacking)
            text = f"{month.period.label}月报“{part.title}”为空：{names}"
            yield ProposedFault(f"{month.period.text}/{part.id}", text)


def _unsigned(plan: Plan, month: MonthlyReportFacts, facts: SectionFacts) -> Iterable[ProposedFault]:
    if month.delivered_on is None:
        return
    # What stood on the deadline counts, or when a late report came; a signature that came afterwards is told.
    if month.signed_on is not None and month.signed_on <= max(month.due, month.delivered_on):
        return
    leader = plan.section(facts.section).leader or "分管领导"
    later = f"，补签于 {month.signed_on}" if month.signed_on is not None else ""
    yield ProposedFault(month.period.text, f"{month.period.label}月报未经分管领导（{leader}）签字{later}")


def _differing(plan: Plan, month: MonthlyReportFacts, facts: SectionFacts) -> Iterable[ProposedFault]:
    """Yield one fault per month whose two versions differ, with both wordings, or could not be compared."""
    del facts
    # For a person to look at: it must not pass as equal.
    if month.uncompared:
        text = f"{month.period.label}两份报告无法比对（{month.uncompared}），请人工核对后确认或免除"
        yield ProposedFault(month.period.text, text)
    titles = {part.id: part.title for part in plan.reporting.parts}
    told = [
        f"{plan.project(each.project).short_name}·{titles.get(each.part, each.part)}"
        f"：报办公室“{each.office}”，报省厅“{each.province}”"
        for each in month.differences
    ]
    if told:
        yield ProposedFault(month.period.text, f"{month.period.label}两份报告不一致：{'；'.join(told)}")


_Finder = Callable[[Plan, MonthlyReportFacts, SectionFacts], Iterable[ProposedFault]]

_FINDERS: Mapping[SectionCheck, _Finder] = {
    SectionCheck.LATE_REPORT: _late,
    SectionCheck.EMPTY_PART: _empty,
    SectionCheck.UNSIGNED: _unsigned,
    SectionCheck.VERSIONS_DIFFER: _differing,
}


def found_by_people(
    plan: Plan, rule: SectionRule, period: Period, section: str, form: SectionForm | None
) -> PointsLost | str:
    """Return what the performance office found for a rule, or why there is nothing to say yet (未评)."""
    mark = form.marks.get(rule.id) if form is not None else None
    if form is None or mark is None:
        return "未评：局绩效办公室尚未填写"
    match rule.check:
        case SectionCheck.TOO_FEW:
            return _too_few(rule, period, {"": _times(form, rule, mark)}, mark)
        case SectionCheck.TOO_FEW_PER_PROJECT:
            own = {project.id: project.short_name for project in plan.projects_of(section)}
            if mark.by_project.keys() != own.keys():
                _refuse(form, rule, mark, f"须逐个项目填次数：{'、'.join(own.values())}")
            return _too_few(rule, period, {own[project]: done for project, done in mark.by_project.items()}, mark)
        case SectionCheck.DOUBLED_LOSS:
            return _doubled(form, rule, mark)
        case _:
            times = _times(form, rule, mark)
            if times and not mark.reason.strip():
                _refuse(form, rule, mark, "扣分须写明理由")
            cost = times * Fraction(rule.points)
            formula = f"{grouped(rule.points)}分 × {times}{_per(rule)} = {grouped(cost)}分"
            return PointsLost(cost, formula, (mark.reason,) if times else (), mark.reason)


def _too_few(rule: SectionRule, period: Period, done: Mapping[str, int], mark: SectionMark) -> PointsLost | str:
    """Return the cost of what is missing to the year's number; before the year's end nothing is missing yet."""
    if rule.target is None:
        raise ValueError(f"{rule.id} has no target")
    counts = "、".join(f"{name}{number}{rule.unit}" for name, number in done.items())
    if period.kind != PeriodKind.YEAR:
        return f"全年不少于 {rule.target}{rule.unit}，年底计；目前 {counts}"
    short = {name: max(rule.target - number, 0) for name, number in done.items()}
    missing = sum(short.values())
    events = tuple(f"{name}{done[name]}{rule.unit}，少 {number}{rule.unit}" for name, number in short.items() if number)
    cost = missing * Fraction(rule.points)
    chain = " + ".join(f"（{rule.target} - {done[name]}）" for name, number in short.items() if number) or "0"
    formula = (
        f"{grouped(rule.points)}分 × [{chain}] = {grouped(cost)}分"
        if missing
        else f"{counts}，不少于 {rule.target}{rule.unit}，不扣分"
    )
    return PointsLost(cost, formula, events, mark.reason)


def _doubled(form: SectionForm, rule: SectionRule, mark: SectionMark) -> PointsLost:
    """加倍扣分: each loss that a superior took, times the multiplier."""
    if mark.losses is None:
        _refuse(form, rule, mark, "须填上级扣减的分值，没有的填 0")
    if rule.multiplier is None:
        raise ValueError(f"{rule.id} has no multiplier")
    losses = [loss for loss in mark.losses if loss]
    if not losses:
        return PointsLost(Fraction(0), "上级未扣减分值", (), mark.reason)
    lost = sum((Fraction(loss) for loss in losses), Fraction(0))
    cost = lost * Fraction(rule.multiplier)
    chain = " + ".join(grouped(loss) for loss in losses)
    formula = f"（{chain}）× {grouped(rule.multiplier)} = {grouped(cost)}分"
    return PointsLost(cost, formula, tuple(f"上级扣减 {grouped(loss)} 分" for loss in losses), mark.reason)


def _times(form: SectionForm, rule: SectionRule, mark: SectionMark) -> int:
    if mark.times is None:
        _refuse(form, rule, mark, "须填次数，没有的填 0")
    return mark.times


def _per(rule: SectionRule) -> str:
    return rule.per if len(rule.per) == 1 else "次"


def _refuse(form: SectionForm, rule: SectionRule, mark: SectionMark, fault: str) -> NoReturn:
    where = "，".join(filter(None, (form.file or f"{form.section} {form.period} 考评表", mark.cell)))
    raise FileRefusedError(f"{where}：{rule.id}“{rule.text}”{fault}")
