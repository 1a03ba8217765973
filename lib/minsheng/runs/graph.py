"""The graph of a period: which notebooks are executed for whom, and what each is made from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from minsheng.domain.area import CITY
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError


@dataclass(frozen=True)
class UnitSpec:
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
    after
        Names of the units whose sealed results it reads.
    source
        The notebook's file name without ``.ipynb``, where it serves several projects; else ``notebook``.
    """

    notebook: str
    period: Period
    subject: str
    parameters: dict[str, str]
    owners: tuple[str, ...]
    forms: tuple[str, ...] = ()
    after: tuple[str, ...] = field(default=())
    source: str = ""

    @property
    def name(self) -> str:
        """``2017-06/cangxi/dibao``: unique, and the folder under ``outputs/``."""
        return unit_name(self.period, self.subject, self.notebook)

    @property
    def file(self) -> str:
        """The name of the notebook's file."""
        return f"{self.source or self.notebook}.ipynb"


def unit_name(period: Period, subject: str, notebook: str) -> str:
    """Name a unit."""
    return f"{period}/{subject}/{notebook}"


def period_units(plan: Plan, period: Period) -> list[UnitSpec]:
    """Return all units of a period, in an order in which every unit comes after those that it reads."""
    units = [*_project_units(plan, period), *_scoring_units(plan, period), *_section_units(plan, period)]
    if period.kind == PeriodKind.MONTH:
        units += _monthly_units(plan, period)
    else:
        units.append(_result_table_unit(plan, period))
    return units


def choose(units: list[UnitSpec], plan: Plan, areas: Sequence[str], notebooks: Sequence[str]) -> list[UnitSpec]:
    """Return the units of the named areas and notebooks, with the units that those read.

    Raises
    ------
    UsageError
        If a name does not exist; the message lists those that do.
    """
    known = {unit.notebook for unit in units}
    unknown = [name for name in notebooks if name not in known]
    if unknown:
        raise UsageError(f"没有笔记本 {'、'.join(unknown)}。可用：{'、'.join(sorted(known))}")
    subjects = {_subject(plan, name) for name in areas}
    chosen = {
        unit.name
        for unit in units
        if (not subjects or unit.subject in subjects) and (not notebooks or unit.notebook in notebooks)
    }
    for unit in reversed(units):
        if unit.name in chosen:
            chosen.update(unit.after)
    return [unit for unit in units if unit.name in chosen]


def _subject(plan: Plan, name: str) -> str:
    if any(name in {section.id, section.name} for section in plan.sections):
        return plan.section(name).id
    return plan.area_id(name)


def _project_units(plan: Plan, period: Period) -> list[UnitSpec]:
    units = []
    for project in plan.projects_at(period):
        ids = [area.id for area in plan.areas_with(project.id, period)]
        reporters = plan.all_reporters(project.id, period)
        for subject in (*ids, CITY):
            owners = tuple(area.id for area in reporters[subject])
            parameters = {"period": str(period), "area": subject}
            if project.notebook is not None:
                parameters["project"] = project.id
            units.append(UnitSpec(project.id, period, subject, parameters, owners, source=project.notebook or ""))
    return units


def _below(plan: Plan, period: Period) -> dict[str, tuple[str, ...]]:
    """Return for every area those whose returns its figures are made of, itself first."""
    found: dict[str, dict[str, None]] = {area.id: {area.id: None} for area in plan.areas}
    for project in plan.projects:
        for area_id, reporters in plan.all_reporters(project.id, period).items():
            if area_id != CITY:
                found[area_id].update(dict.fromkeys(each.id for each in reporters))
    return {area_id: tuple(ids) for area_id, ids in found.items()}


def _scoring_units(plan: Plan, period: Period) -> list[UnitSpec]:
    units = []
    assessed, there = plan.assessed_at(period), {project.id for project in plan.projects_at(period)}
    below = _below(plan, period)
    for area in assessed:
        after = tuple(unit_name(period, area.id, project) for project in area.projects if project in there)
        parameters = {"period": str(period), "area": area.id}
        units.append(UnitSpec("scoring", period, area.id, parameters, below[area.id], (area.id,), after))
    ids = tuple(area.id for area in assessed)
    after = tuple(unit_name(period, area, "scoring") for area in ids)
    owners = tuple(dict.fromkeys(each for area_id in ids for each in below[area_id]))
    return [*units, UnitSpec("scoring", period, CITY, {"period": str(period), "area": CITY}, owners, (), after)]


def _result_table_unit(plan: Plan, period: Period) -> UnitSpec:
    scores = [unit_name(period, area.id, "scoring") for area in plan.assessed_at(period)]
    cities = [unit_name(period, CITY, project.id) for project in plan.projects_at(period)]
    after = (*cities, *scores, unit_name(period, CITY, "scoring"))
    everyone = tuple(area.id for area in plan.areas)
    return UnitSpec("result_table", period, CITY, {"period": str(period)}, everyone, (), after)


def _section_units(plan: Plan, period: Period) -> list[UnitSpec]:
    return [
        UnitSpec("section_scoring", period, s.id, {"period": str(period), "section": s.id}, (s.id,), (s.id,))
        for s in plan.sections
        if s.assessed
    ]


def _monthly_units(plan: Plan, period: Period) -> list[UnitSpec]:
    units = []
    there = plan.projects_at(period)
    for section in [s for s in plan.sections if plan.projects_of(s.id) or s.collects]:
        mine = [p for p in plan.report_projects(section) if p in there]
        areas = dict.fromkeys(area.id for p in mine for area in plan.reporters(p.id, CITY, period))
        after = tuple(unit_name(period, CITY, p.id) for p in mine)
        parameters = {"period": str(period), "section": section.id}
        owners = (*areas, *plan.report_writers(section))
        units.append(UnitSpec("monthly_report", period, section.id, parameters, owners, (), after))
    everyone = tuple(area.id for area in plan.areas)
    cities = [unit_name(period, CITY, p.id) for p in there]
    after = (*cities, unit_name(period, CITY, "scoring"))
    return [*units, UnitSpec("bulletin", period, CITY, {"period": str(period)}, everyone, (), after)]
