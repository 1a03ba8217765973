"""``open_dossier``: from the names of a notebook, a period and a subject to all that the notebook shows."""

from collections.abc import Callable, Sequence

from minsheng.domain.area import CITY, Area, Section
from minsheng.domain.assessment import WordForm
from minsheng.domain.delivery import AcceptedReturn
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.projects import Project
from minsheng.domain.result import (
    BulletinFigures,
    Dossier,
    Figures,
    InputFile,
    MonthlyReportFigures,
    ProjectFigures,
    RankingFigures,
    ResultTableFigures,
    ScoringFigures,
    SectionScoringFigures,
)
from minsheng.errors import UsageError
from minsheng.measure.ahead.urgent import urgent_items
from minsheng.measure.assessment_table import result_table_figures
from minsheng.measure.before.year_before import YearBefore
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.disclosure import for_readers_of
from minsheng.measure.fields import Returns
from minsheng.measure.project import project_figures
from minsheng.measure.ranks import ranking_figures
from minsheng.measure.section_score import section_scoring_figures
from minsheng.measure.summaries import bulletin_figures, monthly_report_figures
from minsheng.notebook.inputs import Inputs, form_input, read_form, read_section_facts, read_section_form, read_words
from minsheng.notebook.readable_errors import show_errors_as_help
from minsheng.plan.calendar import due_date
from minsheng.report.dossiers import dossier_of


def open_dossier(notebook: str, *, period: str, area: str | None = None, section: str | None = None) -> Dossier:
    """Open all that a notebook shows about one period and subject, as frozen data.

    Parameters
    ----------
    notebook
        A project's id, or ``scoring``, ``result_table``, ``section_scoring``, ``monthly_report``, ``bulletin``.
    period
        ``YYYY-MM``, ``YYYY-H1``, ``YYYY-H2`` or ``YYYY``.
    area
        An area's id, name or alias, or ``city`` (全市), for project notebooks and ``scoring``.
    section
        A section's id or name, for ``section_scoring`` and ``monthly_report``.

    Raises
    ------
    UsageError
        If a name does not exist in the plan, or the period's returns have not been checked yet.
    PlanInvalidError
        If the plan of that year has faults.
    """
    show_errors_as_help()
    return dossier_from(Inputs.for_period(period), notebook, area=area, section=section)


def dossier_from(inputs: Inputs, notebook: str, *, area: str | None = None, section: str | None = None) -> Dossier:
    """Open the same from inputs that are at hand: what a notebook shows can be computed without it."""
    opener = _OPENERS.get(notebook)
    if opener is not None:
        figures, used = opener(inputs, area, section)
    elif notebook in inputs.project_ids:
        figures, used = _project(inputs, notebook, _area_id(inputs, area))
    else:
        known = "、".join((*inputs.project_ids, *_OPENERS))
        raise UsageError(f"没有“{notebook}”这个笔记本。可用：{known}")
    figures = for_readers_of(inputs.plan, notebook, figures, used)
    provenance = inputs.provenance(notebook, used)
    forms = _forms(inputs, figures)
    if forms:
        provenance = provenance.model_copy(update={"inputs": (*provenance.inputs, *forms)})
    return dossier_of(inputs.plan, notebook, figures, provenance)


def _area_id(inputs: Inputs, area: str | None) -> str:
    if area is None:
        raise UsageError("这个笔记本需要参数 area（地区）")
    return inputs.plan.area_id(area)


def _reporters(inputs: Inputs, project: str, area_id: str) -> tuple[Area, ...]:
    if area_id == CITY or not inputs.plan.reports_itself(area_id, project, inputs.period):
        return inputs.plan.reporters(project, area_id, inputs.period)
    return (inputs.plan.area(area_id),)


def _project(inputs: Inputs, project: str, area_id: str) -> tuple[ProjectFigures, Returns]:
    areas = _reporters(inputs, project, area_id)
    returns = inputs.returns(tuple(area.id for area in areas))
    words, before = read_words(inputs, project), inputs.year_before(project, area_id)
    figures = _project_from(inputs, project, area_id, returns, words, before)
    return figures, {**(before.returns if before is not None else {}), **returns}


def _project_from(
    inputs: Inputs,
    project: str,
    area_id: str,
    returns: Returns,
    words: Sequence[WordForm] = (),
    before: YearBefore | None = None,
) -> ProjectFigures:
    month = inputs.plan.return_month(project, inputs.period) or inputs.period.closing_month
    notes = [inputs.note(a, returns.get((month, a.id)), project) for a in _reporters(inputs, project, area_id)]
    return project_figures(inputs.plan, project, area_id, inputs.period, returns, notes, words, before)


def _sealed_or_live(inputs: Inputs, project: str, area_id: str) -> ProjectFigures:
    if not inputs.is_sealed:
        return _project(inputs, project, area_id)[0]
    figures = inputs.sealed(area_id, project)
    if not isinstance(figures, ProjectFigures):
        raise _other_kind(inputs, area_id, project)
    return figures


def _scoring_of(inputs: Inputs, area_id: str) -> ScoringFigures:
    if inputs.is_sealed:
        figures = inputs.sealed(area_id, "scoring")
        if isinstance(figures, ScoringFigures):
            return figures
    projects = [_sealed_or_live(inputs, p, area_id) for p in _own_projects(inputs, area_id)]
    return scoring_figures(inputs.plan, area_id, inputs.period, projects, read_form(inputs, area_id))


def scores_and_ranking(inputs: Inputs) -> tuple[list[ScoringFigures], RankingFigures]:
    """Return the points of every assessed area, and their ranking."""
    scores = [_scoring_of(inputs, each.id) for each in inputs.plan.assessed_at(inputs.period)]
    return scores, ranking_figures(inputs.plan, inputs.period, scores)


def _own_projects(inputs: Inputs, area_id: str) -> list[str]:
    """Return the projects of an area on which there can be figures by now."""
    there = {project.id for project in inputs.plan.projects_at(inputs.period)}
    return [project for project in inputs.plan.area(area_id).projects if project in there]


def _below(inputs: Inputs, ids: Sequence[str]) -> tuple[str, ...]:
    """Return the areas whose returns the figures of areas are made of: themselves, and those below them."""
    plan = inputs.plan
    found = {each.id for p in plan.projects for one in ids for each in plan.reporters(p.id, one, inputs.period)}
    return tuple(area.id for area in plan.areas if area.id in {*found, *ids})


def _scoring(inputs: Inputs, area: str | None, section: str | None) -> tuple[ScoringFigures | RankingFigures, Returns]:
    del section
    inputs.plan.demand_rubric("county")
    area_id = _area_id(inputs, area)
    if area_id == CITY:
        ids = tuple(a.id for a in inputs.plan.assessed_at(inputs.period))
        return scores_and_ranking(inputs)[1], _closing(inputs, _below(inputs, ids))
    if not inputs.plan.area(area_id).assessed:
        assessed = "、".join(a.name for a in inputs.plan.assessed_areas)
        raise UsageError(f"{inputs.plan.area_name(area_id)}不是考评对象。考评对象：{assessed}")
    projects = [_sealed_or_live(inputs, p, area_id) for p in _own_projects(inputs, area_id)]
    form = read_form(inputs, area_id)
    figures = scoring_figures(inputs.plan, area_id, inputs.period, projects, form)
    return figures, _closing(inputs, _below(inputs, (area_id,)))


def _ranking(inputs: Inputs) -> RankingFigures:
    ranking = inputs.sealed(CITY, "scoring") if inputs.is_sealed else _scoring(inputs, CITY, None)[0]
    if not isinstance(ranking, RankingFigures):
        raise _other_kind(inputs, CITY, "scoring")
    return ranking


def _other_kind(inputs: Inputs, subject: str, notebook: str) -> UsageError:
    where = f"{inputs.period.label}{inputs.plan.area_name(subject)}的 {notebook}"
    return UsageError(f"{where} 的 result.json 不是这种报告的结果：请重新运行它")


def _result_table(inputs: Inputs, area: str | None, section: str | None) -> tuple[ResultTableFigures, Returns]:
    del area, section
    inputs.plan.demand_rubric("county")
    ids = tuple(a.id for a in inputs.plan.assessed_at(inputs.period))
    scores = [_scoring_of(inputs, one) for one in ids]
    ranking = _ranking(inputs)
    cities = [_sealed_or_live(inputs, project, CITY) for project in _projects_at(inputs)]
    halves = [table for half in inputs.period.halves if (table := inputs.result_table_of(half)) is not None]
    figures = result_table_figures(inputs.plan, inputs.period, ranking, scores, cities, halves)
    return figures, _closing(inputs, tuple(a.id for a in inputs.plan.areas))


def _forms(inputs: Inputs, figures: Figures) -> tuple[InputFile, ...]:
    """Return the assessment forms that figures were made from."""
    match figures:
        case ProjectFigures():
            return tuple(file for form in read_words(inputs, figures.project) for file in form_input(form))
        case ScoringFigures():
            return form_input(read_form(inputs, figures.area))
        case SectionScoringFigures():
            return form_input(read_section_form(inputs, figures.section))
        case _:
            return ()


def _projects_at(inputs: Inputs) -> tuple[str, ...]:
    return tuple(project.id for project in inputs.plan.projects_at(inputs.period))


def _closing(inputs: Inputs, owners: tuple[str, ...]) -> Returns:
    """Return the returns that figures of this period are made of: of its last due months."""
    months = {inputs.plan.return_month(project.id, inputs.period) for project in inputs.plan.projects}
    return inputs.returns(owners, months)


def _section_scoring(inputs: Inputs, area: str | None, section: str | None) -> tuple[SectionScoringFigures, Returns]:
    del area
    inputs.plan.demand_rubric("section")
    chosen = inputs.plan.section(section or "")
    used = inputs.returns((chosen.id,))
    facts = read_section_facts(inputs, chosen, used)
    form = read_section_form(inputs, chosen.id)
    return section_scoring_figures(inputs.plan, chosen.id, inputs.period, facts, form), used


def _monthly_report(inputs: Inputs, area: str | None, section: str | None) -> tuple[MonthlyReportFigures, Returns]:
    del area
    plan, chosen = inputs.plan, inputs.plan.section(section or "")
    mine = [p for p in plan.report_projects(chosen) if p in plan.projects_at(inputs.period)]
    cities = [_sealed_or_live(inputs, p.id, CITY) for p in mine]
    writers = plan.report_writers(chosen)
    areas = {a.id: a for p in mine for a in plan.reporters(p.id, CITY, inputs.period)}
    used = _closing(inputs, (*areas, *writers))
    month = inputs.period.closing_month
    narratives = {p.id: _written(plan, p, writers, inputs.period, used) for p in mine}
    writing = [plan.section(writer) for writer in writers] if plan.asks_for_words else []
    owners: list[Area | Section] = [*areas.values(), *writing]
    about = [project.id for project in mine]
    notes = [inputs.note(owner, _latest(plan, owner, inputs.period, used), about=about) for owner in owners]
    due = inputs.note(plan.section(writers[0]), None).due
    if due is None:
        raise UsageError(f"{month.label}没有报送期限")
    told = {project: parts for project, parts in narratives.items() if parts}
    return monthly_report_figures(plan, chosen.id, inputs.period, cities, told, notes, due), used


def _written(plan: Plan, project: Project, writers: Sequence[str], period: Period, used: Returns) -> dict[str, str]:
    """Return a project's words by part; where several sections own it, each paragraph says whose it is."""
    month = plan.return_month(project.id, period)
    mine = [plan.section(each) for each in project.sections if each in writers]
    told: dict[str, list[str]] = {}
    for section in mine:
        accepted = used.get((month, section.id)) if month is not None else None
        for part, text in (accepted.verdict.narratives.get(project.id, {}) if accepted else {}).items():
            told.setdefault(part, []).append(f"{section.name}：{text}" if len(mine) > 1 else text)
    return {part: "\n".join(texts) for part, texts in told.items()}


def _latest(plan: Plan, owner: Area | Section, period: Period, used: Returns) -> AcceptedReturn | None:
    """Return an owner's return of the last month that it owed one for."""
    months = [month for month in period.year_to_date if plan.projects_due(owner, month)]
    return used.get((months[-1], owner.id)) if months else None


def _bulletin(inputs: Inputs, area: str | None, section: str | None) -> tuple[BulletinFigures, Returns]:
    del area, section
    plan, month = inputs.plan, inputs.period.closing_month
    cities = [_sealed_or_live(inputs, p, CITY) for p in _projects_at(inputs)]
    ranking = _ranking(inputs) if plan.county_rubric.is_there else None
    returns = inputs.returns(tuple(a.id for a in plan.areas))
    previous = _previous(inputs, returns)
    owners = [a for a in plan.areas if plan.projects_due(a, month)]
    notes = [inputs.note(a, returns.get((month, a.id))) for a in owners]
    urgent = urgent_items(plan, inputs.period, returns, due_date(plan, plan.reporting.sections, month))
    figures = bulletin_figures(plan, inputs.period, cities, ranking, previous, notes, urgent)
    return figures, _closing(inputs, tuple(a.id for a in plan.areas))


def _previous(inputs: Inputs, returns: Returns) -> list[ProjectFigures] | None:
    before = inputs.period.previous_month
    if before is None:
        return None
    then = Inputs(workspace=inputs.workspace, plan=inputs.plan, period=before)
    until = {key: value for key, value in returns.items() if key[0] <= before}
    return [_project_from(then, project, CITY, until) for project in _projects_at(then)]


_Opener = Callable[[Inputs, str | None, str | None], tuple[Figures, Returns]]

_OPENERS: dict[str, _Opener] = {
    "scoring": _scoring,
    "result_table": _result_table,
    "section_scoring": _section_scoring,
    "monthly_report": _monthly_report,
    "bulletin": _bulletin,
}
