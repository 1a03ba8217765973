"""The graph of a period: which notebooks are executed for whom, and what each is made from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from minsheng.domain.area import CITY
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.reporting import ASSESSED, EVERY, OwnNotebook
from minsheng.errors import UsageError

OWN_FOLDER = "own/"
"""Where a bureau's own notebooks lie, below ``notebooks/``."""


@dataclass(frozen=True)
class Task:
    """One notebook × period × subject.

    Parameters
    ----------
    notebook
        The name of the report, and of its folder; a project's id, or one of the product's own notebooks.
    period
        The reporting period.
    subject
        An area id, a section id, or ``city``: the folder that its reports stand in.
    parameters
        What papermill injects.
    owners
        Whose accepted returns, year to date, it reads.
    forms
        Whose assessment forms it reads.
    words
        Sections whose words of the month (评定) it reads.
    after
        Names of the tasks whose sealed results it reads.
    beside
        Names of other periods' tasks whose sealed results it shows beside its own, where they are made.
    source
        The notebook's file name without ``.ipynb``, where it serves several projects; else ``notebook``.
    reads
        What a notebook of the bureau's own reads besides returns: files and folders of the workspace.
    is_own
        Whether it is one: it seals no result, and lies under ``notebooks/own/``.
    """

    notebook: str
    period: Period
    subject: str
    parameters: dict[str, str]
    owners: tuple[str, ...]
    forms: tuple[str, ...] = ()
    words: tuple[str, ...] = field(default=(), kw_only=True)
    after: tuple[str, ...] = field(default=())
    beside: tuple[str, ...] = ()
    source: str = ""
    reads: tuple[str, ...] = ()
    is_own: bool = False

    @property
    def name(self) -> str:
        """``2017-06/cangxi/dibao``: unique, and the folder under ``outputs/``."""
        return task_name(self.period, self.subject, self.notebook)

    @property
    def file(self) -> str:
        """The name of the notebook's file."""
        return f"{OWN_FOLDER if self.is_own else ''}{self.source or self.notebook}.ipynb"


def task_name(period: Period, subject: str, notebook: str) -> str:
    """Name a task."""
    return f"{period}/{subject}/{notebook}"


def period_tasks(plan: Plan, period: Period) -> list[Task]:
    """Return all tasks of a period, in an order in which every task comes after those that it reads.

    What the plan has no rubric for is scored nowhere: of such a half-year there is nothing to make.
    """
    if period.kind != PeriodKind.MONTH and not plan.is_assessed:
        return []
    tasks = [*_project_tasks(plan, period), *_scoring_tasks(plan, period), *_section_tasks(plan, period)]
    if period.kind == PeriodKind.MONTH:
        tasks += _monthly_tasks(plan, period)
    elif plan.county_rubric.is_there:
        tasks.append(_result_table_task(plan, period))
    return [*tasks, *own_tasks(plan, period)]


def own_tasks(plan: Plan, period: Period) -> list[Task]:
    """Return the tasks of the bureau's own notebooks: each reads all that is accepted, and what it declares."""
    everybody = (*(area.id for area in plan.areas), *(section.id for section in plan.sections))
    assessed = tuple(area.id for area in plan.assessed_at(period))
    return [
        Task(
            own.id, period, subject, {"period": str(period), "area": subject}, everybody, assessed,
            reads=own.reads, is_own=True,
        )
        for own in plan.own_notebooks
        if period.kind in own.periods
        for subject in _own_subjects(plan, period, own)
    ]  # fmt: skip


def _own_subjects(plan: Plan, period: Period, own: OwnNotebook) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in own.areas:
        match name:
            case each if each == EVERY:
                found |= dict.fromkeys(area.id for area in plan.areas if area.is_there(period))
            case each if each == ASSESSED:
                found |= dict.fromkeys(area.id for area in plan.assessed_at(period))
            case _:
                found[plan.area_id(name)] = None
    return tuple(found)


def choose(tasks: list[Task], plan: Plan, areas: Sequence[str], notebooks: Sequence[str]) -> list[Task]:
    """Return the tasks of the named areas and notebooks, with the tasks that those read.

    Raises
    ------
    UsageError
        If a name does not exist; the message lists those that do.
    """
    known = {task.notebook for task in tasks}
    unknown = [name for name in notebooks if name not in known]
    if unknown:
        raise UsageError(f"没有笔记本 {'、'.join(unknown)}。可用：{'、'.join(sorted(known))}")
    subjects = {_subject(plan, name) for name in areas}
    chosen = {
        task.name
        for task in tasks
        if (not subjects or task.subject in subjects) and (not notebooks or task.notebook in notebooks)
    }
    for task in reversed(tasks):
        if task.name in chosen:
            chosen.update(task.after)
    return [task for task in tasks if task.name in chosen]


def _subject(plan: Plan, name: str) -> str:
    return CITY if name in {CITY, plan.about.city, plan.area_name(CITY)} else plan.owner(name).id


def _project_tasks(plan: Plan, period: Period) -> list[Task]:
    tasks = []
    for project in plan.projects_at(period):
        ids = [area.id for area in plan.areas_with(project.id, period)]
        reporters = plan.all_reporters(project.id, period)
        is_assessed = plan.lights.assessed is not None and period.kind == PeriodKind.MONTH
        words = (project.section,) if is_assessed else ()
        for subject in (*ids, CITY):
            owners = tuple(area.id for area in reporters[subject])
            parameters = {"period": str(period), "area": subject}
            if project.notebook is not None:
                parameters["project"] = project.id
            source = project.notebook or ""
            tasks.append(Task(project.id, period, subject, parameters, owners, words=words, source=source))
    return tasks


def _below(plan: Plan, period: Period) -> dict[str, tuple[str, ...]]:
    """Return for every area those whose returns its figures are made of, itself first."""
    found: dict[str, dict[str, None]] = {area.id: {area.id: None} for area in plan.areas}
    for project in plan.projects:
        for area_id, reporters in plan.all_reporters(project.id, period).items():
            if area_id != CITY:
                found[area_id].update(dict.fromkeys(each.id for each in reporters))
    return {area_id: tuple(ids) for area_id, ids in found.items()}


def _scoring_tasks(plan: Plan, period: Period) -> list[Task]:
    if not plan.county_rubric.is_there:
        return []
    tasks = []
    assessed, there = plan.assessed_at(period), {project.id for project in plan.projects_at(period)}
    below = _below(plan, period)
    for area in assessed:
        after = tuple(task_name(period, area.id, project) for project in area.projects if project in there)
        parameters = {"period": str(period), "area": area.id}
        tasks.append(Task("scoring", period, area.id, parameters, below[area.id], (area.id,), after))
    ids = tuple(area.id for area in assessed)
    after = tuple(task_name(period, area, "scoring") for area in ids)
    owners = tuple(dict.fromkeys(each for area_id in ids for each in below[area_id]))
    return [*tasks, Task("scoring", period, CITY, {"period": str(period), "area": CITY}, owners, (), after)]


def _result_table_task(plan: Plan, period: Period) -> Task:
    scores = [task_name(period, area.id, "scoring") for area in plan.assessed_at(period)]
    cities = [task_name(period, CITY, project.id) for project in plan.projects_at(period)]
    after = (*cities, *scores, task_name(period, CITY, "scoring"))
    everyone = tuple(area.id for area in plan.areas)
    beside = tuple(task_name(half, CITY, "result_table") for half in period.halves)
    return Task("result_table", period, CITY, {"period": str(period)}, everyone, (), after, beside)


def _section_tasks(plan: Plan, period: Period) -> list[Task]:
    return [
        Task("section_scoring", period, s.id, {"period": str(period), "section": s.id}, (s.id,), (s.id,))
        for s in plan.assessed_sections
    ]


def _monthly_tasks(plan: Plan, period: Period) -> list[Task]:
    tasks = []
    there = plan.projects_at(period)
    for section in [s for s in plan.sections if plan.projects_of(s.id) or s.collects]:
        mine = [p for p in plan.report_projects(section) if p in there]
        areas = dict.fromkeys(area.id for p in mine for area in plan.reporters(p.id, CITY, period))
        after = tuple(task_name(period, CITY, p.id) for p in mine)
        parameters = {"period": str(period), "section": section.id}
        owners = (*areas, *plan.report_writers(section))
        tasks.append(Task("monthly_report", period, section.id, parameters, owners, (), after))
    everyone = tuple(area.id for area in plan.areas)
    ranking = [task_name(period, CITY, "scoring")] if plan.county_rubric.is_there else []
    after = (*(task_name(period, CITY, p.id) for p in there), *ranking)
    return [*tasks, Task("bulletin", period, CITY, {"period": str(period)}, everyone, (), after)]
