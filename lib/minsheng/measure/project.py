"""All that a project notebook shows about one area or 全市, and the year so far, month by month."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from minsheng.domain.area import CITY, Area
from minsheng.domain.assessment import WordForm
from minsheng.domain.base import Source
from minsheng.domain.delivery import AcceptedReturn, ReturnStatus, Verdict
from minsheng.domain.figure import AreaRow, AssessedWord, FundUse, LastKnown, Measurement, ReturnNote, TrendPoint
from minsheng.domain.indicator import Basis, Indicator, MilestoneMeasure, Target
from minsheng.domain.light import Tone
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.projects import Project
from minsheng.domain.result import ProjectFigures
from minsheng.errors import UsageError
from minsheng.measure.ahead.outlook import outlooks
from minsheng.measure.before.compared import compared
from minsheng.measure.before.year_before import YearBefore
from minsheng.measure.city import Gathered, any_measurement, duty_states, gather
from minsheng.measure.completion import schedule_progress
from minsheng.measure.fields import Returns, status_of
from minsheng.measure.measurement import target_of
from minsheng.measure.money import area_funds, fund_uses, indicator_funds, key_values, largest_gap
from minsheng.measure.ranks import with_places
from minsheng.measure.rounding import exact, sealed
from minsheng.measure.wording import collected, ours


def trend(plan: Plan, project: Project, area_id: str, period: Period, returns: Returns) -> tuple[TrendPoint, ...]:
    """Return the months of the year so far, per indicator with a number."""
    points = []
    for indicator in plan.indicators_of(project.id):
        if isinstance(indicator.measure, MilestoneMeasure):
            continue
        for month in period.year_to_date:
            target = target_of(plan, indicator, area_id, month)
            if target is None or not plan.is_due(project.id, month):
                continue
            row = any_measurement(plan, indicator, area_id, month, returns)
            # A city month with an area missing has no figure: a partial sum would be drawn as a dip.
            whole = not row.missing_areas
            points.append(
                TrendPoint(
                    period=month,
                    indicator=indicator.id,
                    actual=row.actual if whole else None,
                    schedule_target=_schedule_target(plan, indicator, month, target, area_id, row),
                    status=row.status if whole else ReturnStatus.NOT_REPORTED,
                )
            )
    return tuple(points)


def _schedule_target(
    plan: Plan, indicator: Indicator, month: Period, target: Target, area_id: str, row: Measurement
) -> Decimal | None:
    if target.value is None:
        return None
    expected = schedule_progress(plan, indicator, month, area_id)
    if plan.schedule.at == "as_of" and row.schedule_progress is not None:
        expected = exact(row.schedule_progress)
    return target.value if expected is None else sealed(exact(target.value) * expected)


@dataclass(frozen=True)
class ProjectSubject:
    """One project of one area, or of 全市, in one period, with the returns that its figures are made of."""

    plan: Plan
    project: Project
    area: str
    """The area's id, or ``city``."""
    period: Period
    returns: Returns
    closing: tuple[AcceptedReturn | None, ...]
    """What each area sent for the period's last due month."""
    gathered: Gathered
    is_sum: bool
    """Of 全市, and of an area with others below it: sums of returns."""

    @classmethod
    def of(cls, plan: Plan, project_id: str, area_id: str, period: Period, returns: Returns) -> Self:
        """Return who is asked for and what came; for the rest see :func:`project_figures`."""
        project = plan.project(project_id)
        month = plan.return_month(project.id, period)
        if month is None:
            raise UsageError(f"“{project.name}”到{period.label}还没有应报的数据：首次报送月见 due_months")
        subject = CITY if area_id == CITY else plan.area(area_id).id
        is_sum = not plan.reports_itself(subject, project.id, period)
        areas = plan.reporters(project.id, subject, period) if is_sum else (plan.area(subject),)
        return cls(
            plan=plan,
            project=project,
            area=subject,
            period=period,
            returns=returns,
            closing=tuple(returns.get((month, area.id)) for area in areas),
            gathered=gather(plan, project.id, areas, period, returns)
            if is_sum
            else _own(project, areas[0], month, returns),
            is_sum=is_sum,
        )

    @property
    def own(self) -> Verdict | None:
        """The verdict on an area's own return."""
        return None if self.is_sum or self.closing[0] is None else self.closing[0].verdict

    @property
    def funds(self) -> tuple[FundUse, ...]:
        """Money by source; nothing where nobody reported."""
        if not self.gathered.found:
            return ()
        return fund_uses(self.plan, self.project.id, self.area, self.gathered, is_sum=self.is_sum)


def project_figures(
    plan: Plan,
    project_id: str,
    area_id: str,
    period: Period,
    returns: Returns,
    notes: Sequence[ReturnNote],
    words: Sequence[WordForm] = (),
    before: YearBefore | None = None,
) -> ProjectFigures:
    """Measure one project of one area, or of 全市, in one period.

    Parameters
    ----------
    area_id
        An area's id, or ``city``.
    period
        A half-year or year is measured by the returns of its closing month.
    returns
        Accepted returns, year to date, of the area or of all areas with a duty.
    notes
        What is known about each return: shown as it stands.
    words
        What assessors said of the month; it changes no figure.
    before
        Last year, for 同比; ``None`` where its plan is not in the workspace.

    Returns
    -------
    ProjectFigures
        ``as_of`` is the earliest 数据截至 of the returns used.

    Raises
    ------
    UsageError
        If the plan has no such project or area.
    PlanInvalidError
        If the plan lacks a dated value or a month's schedule that the figures need.
    """
    of = ProjectSubject.of(plan, project_id, area_id, period, returns)
    project, subject, gathered, is_city, own = of.project, of.area, of.gathered, of.is_sum, of.own
    split = area_funds(plan, project.id, gathered.expected, gathered)
    months = trend(plan, project, subject, period, returns)
    rows = _measurements(plan, project, subject, period, returns)
    return ProjectFigures(
        **_scored(of, rows, words),
        assumptions=collected(_defaults(plan, project, area_id, gathered)),
        key_values=key_values(plan, project, gathered, is_city=is_city),
        funds=of.funds,
        indicator_funds=(
            indicator_funds(plan, project.id, subject, gathered, is_sum=is_city) if gathered.found else ()
        ),
        area_funds=split if is_city else (),
        fund_gap=largest_gap(project.short_name, split),
        trend=months,
        outlooks=outlooks(plan, project.id, subject, months),
        compared=compared(plan, subject, period, returns, rows, before),
        history=_history(plan, project, subject, period, returns) if is_city else {},
        areas=_side_by_side(plan, project, subject, period, returns, words) if is_city else (),
        returns=tuple(notes),
        issues=tuple(issue for issue in own.issues if issue.project in {None, project.id}) if own else (),
        outcomes=tuple(outcome for outcome in own.outcomes if outcome.project in {None, project.id}) if own else (),
        narratives={
            accepted.verdict.id: accepted.verdict.narratives[project.id]
            for accepted in of.closing
            if accepted is not None and project.id in accepted.verdict.narratives
        },
    )


def table_figures(
    of: ProjectSubject, words: Sequence[WordForm] = (), before: YearBefore | None = None
) -> ProjectFigures:
    """Measure what a table of indicators holds: rows and comparisons, not what a page shows beside them."""
    rows = _rows(of.plan, of.project, of.area, of.period, of.returns)
    beside = compared(of.plan, of.area, of.period, of.returns, rows, before)
    return ProjectFigures(**_scored(of, rows, words), compared=beside)


def scored_figures(of: ProjectSubject, words: Sequence[WordForm] = ()) -> ProjectFigures:
    """Measure what points are given for, and nothing else."""
    return ProjectFigures(**_scored(of, _rows(of.plan, of.project, of.area, of.period, of.returns), words))


def _scored(of: ProjectSubject, rows: Sequence[Measurement], words: Sequence[WordForm]) -> dict[str, Any]:
    plan, project = of.plan, of.project
    used = [accepted for _, accepted in of.gathered.found]
    dates = [accepted.verdict.as_of for accepted in (used or [each for each in of.closing if each is not None])]
    return {
        "plan": plan.about.id,
        "whole": plan.whole,
        "period": of.period,
        "as_of": min(dates) if dates else None,
        "data_label": _data_label(of.closing),
        "schedule_at": plan.schedule.at,
        "before_notice": of.period.closing_month < plan.reporting.first_month,
        "project": project.id,
        "area": of.area,
        "area_name": plan.area_name(of.area),
        "status": _status(of.closing, project, is_city=of.is_sum),
        "measurements": _with_words(plan, of.area, rows, words),
        "duties": duty_states(plan, project, of.period, of.gathered, of.returns, is_city=of.is_sum),
        "evidence": tuple(piece for piece in of.own.evidence if piece.project == project.id) if of.own else (),
    }


def _own(project: Project, area: Area, month: Period, returns: Returns) -> Gathered:
    accepted = returns.get((month, area.id))
    reported = accepted is not None and status_of(accepted, project.id) == ReturnStatus.REPORTED
    return Gathered((area,), ((area, accepted),) if reported and accepted is not None else (), ())


def _status(closing: Sequence[AcceptedReturn | None], project: Project, *, is_city: bool) -> ReturnStatus:
    """Return the area's status; 全市 is reported once one area is."""
    states = [status_of(accepted, project.id) for accepted in closing]
    if is_city:
        return ReturnStatus.REPORTED if ReturnStatus.REPORTED in states else ReturnStatus.NOT_REPORTED
    return states[0]


def _data_label(closing: Sequence[AcceptedReturn | None]) -> str:
    labels = (accepted.verdict.data_label for accepted in closing if accepted is not None)
    return "；".join(dict.fromkeys(label for label in labels if label))


def _measurements(
    plan: Plan, project: Project, area_id: str, period: Period, returns: Returns
) -> tuple[Measurement, ...]:
    rows = _rows(plan, project, area_id, period, returns)
    return tuple(_with_last_known(plan, row, area_id, period, returns) for row in rows)


def _rows(plan: Plan, project: Project, area_id: str, period: Period, returns: Returns) -> tuple[Measurement, ...]:
    return tuple(any_measurement(plan, each, area_id, period, returns) for each in plan.indicators_of(project.id))


def _with_last_known(plan: Plan, row: Measurement, area_id: str, period: Period, returns: Returns) -> Measurement:
    """Keep what was known last of an area whose figures are not there; it counts nowhere, it is only shown."""
    if row.status == ReturnStatus.REPORTED or not row.has_duty:
        return row
    indicator = plan.indicator(row.indicator)
    closing = plan.return_month(indicator.project, period) or period.closing_month
    for month in reversed(closing.year_to_date[:-1]):
        if not plan.is_due(indicator.project, month):
            continue
        then = any_measurement(plan, indicator, area_id, month, returns)
        if then.status == ReturnStatus.REPORTED and not then.missing_areas:
            last = LastKnown(period=month, actual=then.actual, completion=then.completion, light=then.light)
            return row.model_copy(update={"last_known": last})
    return row


def _history(
    plan: Plan, project: Project, subject: str, period: Period, returns: Returns
) -> dict[str, tuple[Tone, ...]]:
    """Return how each area's lights stood, month by month."""
    found = {}
    for area in plan.below(subject, project.id, period):
        for indicator in plan.indicators_of(project.id):
            if area.id not in indicator.targets:
                continue
            found[f"{area.id}/{indicator.id}"] = tuple(
                any_measurement(plan, indicator, area.id, month, returns).light.tone
                if plan.is_due(project.id, month) and target_of(plan, indicator, area.id, month) is not None
                else Tone.GREY
                for month in period.year_to_date
            )
    return found


def _with_words(
    plan: Plan, area_id: str, rows: Sequence[Measurement], words: Sequence[WordForm]
) -> tuple[Measurement, ...]:
    """Put what assessors said beside what was measured; a figure that is not there is not judged away."""
    rules = plan.lights.assessed
    given = {word.indicator: (form, word) for form in words for word in form.words if word.area == area_id}
    lights = {light.word: light for light in rules.words} if rules is not None else {}

    def put(row: Measurement) -> Measurement:
        if row.indicator not in given or not row.has_duty:
            return row
        form, word = given[row.indicator]
        light = lights.get(word.word)
        if light is None or rules is None:
            return row
        said = AssessedWord(
            light=light,
            computed=row.light,
            reason=word.reason,
            assessor=form.assessor,
            on=form.assessed_on,
            file=form.file,
            cell=word.cell,
        )
        judged = row.completion is not None or row.level is not None
        marked = light.model_copy(update={"word": f"{light.word}（评定）"})
        told = f"评定“{light.word}”（{form.assessor}，{form.assessed_on}，{form.file} {word.cell}）：{word.reason}"
        update: dict[str, Any] = {
            "assessed": said,
            "formula": f"{row.formula}；按数据为“{row.light.word}”；{told}",
            "light": marked if judged and rules.shown == "instead" else row.light,
        }
        return row.model_copy(update=update)

    return tuple(map(put, rows))


def _side_by_side(
    plan: Plan, project: Project, subject: str, period: Period, returns: Returns, words: Sequence[WordForm]
) -> tuple[AreaRow, ...]:
    """Return the areas directly below the subject, those that are sums themselves among them."""
    month = plan.return_month(project.id, period)
    rows = []
    for area in plan.below(subject, project.id, period):
        itself = plan.reports_itself(area.id, project.id, period)
        reporters = (area,) if itself else plan.reporters(project.id, area.id, period)
        states = [status_of(returns.get((month, each.id)) if month else None, project.id) for each in reporters]
        rows.append(
            AreaRow(
                area=area.id,
                name=area.name,
                status=ReturnStatus.REPORTED if ReturnStatus.REPORTED in states else states[0],
                measurements=_with_words(plan, area.id, _measurements(plan, project, area.id, period, returns), words),
            )
        )
    return with_places(plan, rows)


def _defaults(plan: Plan, project: Project, area_id: str, gathered: Gathered) -> Iterator[tuple[str, Source]]:
    """Yield the defaults of ours behind the figures shown."""
    areas = {area_id, *(area.id for area in gathered.expected)}
    for indicator in plan.indicators_of(project.id):
        shown = indicator.model_copy(
            update={"targets": {area: target for area, target in indicator.targets.items() if area in areas}}
        )
        if not shown.targets:
            continue
        yield from ours(f"indicator.{indicator.id}", shown)
        if indicator.basis == Basis.SCHEDULE and indicator.schedule is None:
            yield from ours("schedule", plan.schedule)
        yield from _lights(plan, indicator)
    conditions = [
        *project.duties,
        *(
            condition
            for indicator in plan.indicators_of(project.id)
            if isinstance(indicator.measure, MilestoneMeasure)
            for condition in indicator.measure.conditions
        ),
    ]
    yield from ours(f"project.{project.id}.duties", project.duties)
    for parameter in dict.fromkeys(test.parameter for c in conditions for test in c.tests if test.parameter):
        yield from ours(f"parameter.{parameter}", plan.parameter(parameter))
    yield from ours(f"funds.{project.id}", plan.funds_of(project.id))
    if gathered.missing or gathered.carried:
        carry = plan.reporting.defaults.get("carry_forward")
        yield from ours("reporting.carry_forward", carry)


def _lights(plan: Plan, indicator: Indicator) -> Iterator[tuple[str, Source]]:
    lights = plan.lights
    yield from ours("lights.assessed", lights.assessed)
    if isinstance(indicator.measure, MilestoneMeasure):
        yield from ours("lights.milestone", lights.milestone)
    elif indicator.lights is not None:
        return  # among the indicator's own
    elif indicator.basis == Basis.SCHEDULE:
        yield from ours("lights.schedule", lights.schedule)
    else:
        yield from ours("lights.level", lights.level)
