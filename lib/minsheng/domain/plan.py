"""实施方案 of one year: everything that the bureau decides, cross-checked by ``minsheng.plan``."""

from typing import Annotated, Literal

from pydantic import Field

from minsheng.domain.about import About
from minsheng.domain.area import CITY, Area, Section, tree_of
from minsheng.domain.base import DatedValue, Frozen, choose_typed, flat
from minsheng.domain.indicator import FundLine, Indicator
from minsheng.domain.light import Lights
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.projects import NOTEBOOKS, Project
from minsheng.domain.reporting import (
    EVERYTHING_SHOWN,
    NO_SCHEDULE,
    Calendar,
    Disclosure,
    OwnNotebook,
    Reporting,
    Schedule,
)
from minsheng.domain.rubric import NO_COUNTY_RUBRIC, NO_SECTION_RUBRIC, CountyRubric, SectionRubric
from minsheng.domain.table import Table, TableKind
from minsheng.errors import UsageError


class Plan(Frozen):
    """One year's plan."""

    schema_version: int = 1
    about: About
    areas: Annotated[tuple[Area, ...], Field(min_length=1)]
    sections: tuple[Section, ...]
    projects: Annotated[tuple[Project, ...], Field(min_length=1)]
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    parameters: tuple[DatedValue, ...] = ()
    funds: tuple[FundLine, ...] = ()
    lights: Lights
    schedule: Schedule = NO_SCHEDULE
    county_rubric: CountyRubric = Field(default=NO_COUNTY_RUBRIC, exclude_if=lambda rubric: not rubric.is_there)
    section_rubric: SectionRubric = Field(default=NO_SECTION_RUBRIC, exclude_if=lambda rubric: not rubric.is_there)
    reporting: Reporting
    calendar: Calendar
    disclosure: Disclosure = EVERYTHING_SHOWN
    tables: tuple[Table, ...]
    own_notebooks: tuple[OwnNotebook, ...] = Field(default=(), exclude_if=lambda value: not value)
    """An analyst's own, from ``reports.yaml``; the product's follow from projects, sections and rubric."""
    sha256: str = ""
    """Of what the plan says, however it is written (``minsheng.plan.canonical``); set by the loader."""

    @property
    def whole(self) -> str:
        """What all areas together are called: 全市, 全区."""
        return self.about.whole_name

    @property
    def programme(self) -> str:
        """What the reports are about: 民生工程及民生实事; where no project says it, what the plan's title does."""
        named = "及".join(dict.fromkeys(project.programme for project in self.projects if project.programme))
        return self.about.programme or named or self.about.subject.removeprefix(f"{self.about.year}年")

    @property
    def assessed_areas(self) -> tuple[Area, ...]:
        """The bureaus that are scored and ranked, whenever they exist."""
        return self.assessed_at(None)

    def assessed_at(self, period: Period | None) -> tuple[Area, ...]:
        """Return the bureaus that are scored and ranked in a period; nobody where the plan has no rubric for them."""
        return tuple(
            area for area in self.areas if self.county_rubric.is_there and area.assessed and area.is_there(period)
        )

    @property
    def assessed_sections(self) -> tuple[Section, ...]:
        """The sections that are scored; none where the plan has no rubric for them."""
        return tuple(section for section in self.sections if self.section_rubric.is_there and section.assessed)

    @property
    def signing_sections(self) -> tuple[Section, ...]:
        """The sections whose leader signs a monthly report on their own projects."""
        return tuple(section for section in self.sections if section.leader and self.projects_of(section.id))

    @property
    def is_assessed(self) -> bool:
        """Whether anybody is assessed: there are half-years and years then."""
        return self.county_rubric.is_there or self.section_rubric.is_there

    @property
    def asks_for_words(self) -> bool:
        """Whether anybody writes about the month: without a table for it the sections send nothing."""
        return any(table.kind == TableKind.NARRATIVE for table in self.tables)

    def demand_rubric(self, whose: Literal["any", "county", "section"] = "any") -> None:
        """Raise :class:`UsageError` where the plan has no such rubric: then there is nothing to assess."""
        there = {"county": self.county_rubric.is_there, "section": self.section_rubric.is_there}
        if not there.get(whose, self.is_assessed):
            told = {"county": "县区考评细则（rubric_county.yaml）", "section": "科室考评细则（rubric_section.yaml）"}
            named = told.get(whose, f"{told['county']}，也没有{told['section']}")
            raise UsageError(
                f"《{self.about.title}》没有{named}，不作考评。要考评：在 params/{self.about.year}/ 写上它，"
                "再运行 minsheng plan check；写法见手册“方案编写”（minsheng handbook）"
            )

    def area(self, name: str) -> Area:
        """Return the area with this id, name, bureau or alias, or whose name stands in the text (广元市苍溪县).

        Raises
        ------
        UsageError
            If there is none; the message lists those that exist.
        """
        if (found := tree_of(self.areas).by_name.get(name)) is not None:
            return found
        said = flat(name)
        named = [
            area for area in self.areas if any(len(each) > 1 and each in said for each in (area.name, *area.aliases))
        ]
        if len(named) == 1:
            return named[0]
        known = "、".join(f"{area.name}（{area.id}）" for area in self.areas)
        names = {area.id: (area.name, area.id, area.bureau, *area.aliases) for area in self.areas}
        return self.area(choose_typed(name, names, "地区", f"方案中的地区：{known}", whole=True))

    def area_id(self, name: str) -> str:
        """Return the id of an area, or ``city`` for all of them."""
        return CITY if name in {CITY, self.whole, self.about.city} else self.area(name).id

    def area_name(self, area_id: str) -> str:
        """Return the name to print for an area id or ``city``."""
        return self.whole if area_id == CITY else self.area(area_id).name

    def section(self, name: str) -> Section:
        """Return the section with this id, name, or a part of one that no other has; else raise :class:`UsageError`."""
        for section in self.sections:  # what the product itself says; people's words are compared at length
            if section.id == name:
                return section
        known = "、".join(f"{section.name}（{section.id}）" for section in self.sections)
        names = {section.id: (section.name, section.id) for section in self.sections}
        chosen = choose_typed(name, names, "科室", f"方案中的科室：{known}")
        return next(section for section in self.sections if section.id == chosen)

    def owner(self, name: str) -> Area | Section:
        """Return the area or section that somebody typed, by id or name, else raise :class:`UsageError`."""
        if any(flat(name) in {section.id, section.name} for section in self.sections):
            return self.section(name)
        try:
            return self.area(name)
        except UsageError as no_area:
            try:
                return self.section(name)
            except UsageError as no_section:
                raise UsageError(f"{no_area}；{no_section}") from no_section

    def find_owner(self, owner_id: str) -> Area | Section | None:
        """Return the area or section with this id, ``None`` if there is none."""
        area = tree_of(self.areas).by_id.get(owner_id)
        return area or next((section for section in self.sections if section.id == owner_id), None)

    def owner_name(self, owner_id: str) -> str:
        """Return the name to print for an area, a section or ``city``; what the plan does not know keeps its id."""
        owner = self.find_owner(owner_id)
        return self.whole if owner_id == CITY else owner.name if owner else owner_id

    @property
    def notebook_names(self) -> dict[str, str]:
        """Return notebook → what people call its report, in the order of the pages."""
        own = {own.id: own.name for own in self.own_notebooks}
        return {project.id: project.short_name for project in self.projects} | NOTEBOOKS | own

    def report_name(self, task: str) -> str:
        """Return what people call a task's report (``2017-06/cangxi/dibao``: 苍溪县低保); else its name."""
        _, subject, notebook = task.split("/")
        owner, kind = self.find_owner(subject), self.notebook_names.get(notebook)
        if kind is None or (owner is None and subject != CITY):
            return task
        # A section's name ends as 科室倒扣分 begins.
        return f"{self.owner_name(subject)}{kind.removeprefix('科室') if isinstance(owner, Section) else kind}"

    def project(self, project_id: str) -> Project:
        """Return the project with this id, else raise :class:`UsageError`."""
        for project in self.projects:
            if project_id in {project.id, project.name, project.short_name}:
                return project
        known = "、".join(f"{project.name}（{project.id}）" for project in self.projects)
        raise UsageError(f"没有“{project_id}”这个项目。方案中的项目：{known}")

    def responsible(self, project: Project) -> str:
        """Return a project's 责任科室、责任人 and 责任领导 in words; a part that nobody fills is left out."""
        sections = [self.section(each) for each in project.sections]
        names = [
            f"{each.name}（牵头）" if not place and sections[1:] else each.name for place, each in enumerate(sections)
        ]
        told = (
            ("责任科室", names),
            ("责任人", project.owners or [each.owner for each in sections if each.owner]),
            ("责任领导", [each.leader for each in sections if each.leader]),
        )
        return "，".join(f"{word}：{'、'.join(dict.fromkeys(who))}" for word, who in told if who)

    def indicator(self, indicator_id: str) -> Indicator:
        """Return the indicator with this id, else raise :class:`UsageError`."""
        for indicator in self.indicators:
            if indicator.id == indicator_id:
                return indicator
        raise UsageError(f"方案中没有指标“{indicator_id}”：{'、'.join(i.id for i in self.indicators)}")

    def indicators_of(self, project_id: str) -> tuple[Indicator, ...]:
        """Return a project's indicators in the order of the annex table."""
        found = [indicator for indicator in self.indicators if indicator.project == project_id]
        return tuple(sorted(found, key=lambda indicator: indicator.column))

    def projects_of(self, section_id: str) -> tuple[Project, ...]:
        """Return the projects that a section owns, alone or with others."""
        return tuple(project for project in self.projects if section_id in project.sections)

    def report_projects(self, section: Section) -> tuple[Project, ...]:
        """Return the projects of a section's monthly report: its own, or all where it has none and collects."""
        return self.projects_of(section.id) or self.projects

    def report_writers(self, section: Section) -> tuple[str, ...]:
        """Return the ids of the sections whose words stand in a section's monthly report."""
        if self.projects_of(section.id):
            return (section.id,)
        return tuple(dict.fromkeys(each for project in self.projects for each in project.sections))

    def areas_with(self, project_id: str, period: Period | None = None) -> tuple[Area, ...]:
        """Return the areas with a duty in a project by the end of a period (``None``: ever), in the annex's order."""
        return tuple(area for area in self.areas if project_id in area.projects and area.is_there(period))

    def below(self, area_id: str, project_id: str, period: Period | None = None) -> tuple[Area, ...]:
        """Return the areas with a duty in a project that stand directly below an area, or below 全市."""
        parent = None if area_id == CITY else area_id
        directly = tree_of(self.areas).below.get(parent, ())
        return tuple(area for area in directly if project_id in area.projects and area.is_there(period))

    def reporters(self, project_id: str, area_id: str = CITY, period: Period | None = None) -> tuple[Area, ...]:
        """Return the areas whose returns an area's figures of a project are made of: itself, or the lowest below it."""
        return self.all_reporters(project_id, period).get(area_id, ())

    def all_reporters(self, project_id: str, period: Period | None = None) -> dict[str, tuple[Area, ...]]:
        """Return :meth:`reporters` of every area and of 全市 in one walk of the tree, by area id."""
        bound = self.areas_with(project_id, period)
        inner = {area.parent for area in bound}
        above = {area.id: area.parent for area in self.areas}
        found: dict[str, list[Area]] = {CITY: []}
        for area in (area for area in bound if area.id not in inner):
            line: list[str] = []
            at: str | None = area.id
            while at is not None and at not in line:
                line.append(at)
                at = above.get(at)
            for each in (*line, CITY):
                found.setdefault(each, []).append(area)
        return {area_id: tuple(areas) for area_id, areas in found.items()}

    def reports_itself(self, area_id: str, project_id: str, period: Period | None = None) -> bool:
        """Whether an area sends the figures of a project; 全市 and areas with others below them are sums."""
        return area_id != CITY and not self.below(area_id, project_id, period)

    def is_due(self, project_id: str, month: Period) -> bool:
        """Whether returns on a project are due for a month."""
        own = self.project(project_id).due_months
        return month.last_month in (own if own is not None else self.reporting.due_months)

    def return_month(self, project_id: str, period: Period | None) -> Period | None:
        """Return the last month up to a period's end with returns on a project; ``None`` before the year's first."""
        months = period.year_to_date if period is not None else []
        return next((month for month in reversed(months) if self.is_due(project_id, month)), None)

    def figures_period(self, project_id: str, period: Period) -> Period:
        """Return the period that a project's figures are of: between quarters, a month shows the last quarter's end."""
        if period.kind != PeriodKind.MONTH:
            return period
        return self.return_month(project_id, period) or period

    def projects_at(self, period: Period) -> tuple[Project, ...]:
        """Return the projects on which there can be figures by the end of a period."""
        return tuple(each for each in self.projects if self.return_month(each.id, period) is not None)

    def projects_due(self, owner: Area | Section, month: Period) -> tuple[str, ...]:
        """Return the ids of the projects that an owner's return of a month speaks about, in the plan's order."""
        due = [project for project in self.projects if self.is_due(project.id, month)]
        if isinstance(owner, Section):
            return tuple(project.id for project in due if owner.id in project.sections and self.asks_for_words)
        return tuple(
            project.id
            for project in due
            if project.id in owner.projects
            and owner.is_there(month)
            and self.reports_itself(owner.id, project.id, month)
        )

    def reporting_owners(self, month: Period) -> tuple[Area | Section, ...]:
        """Return all that owe a return for a month: areas in the annex's order, then the sections with projects."""
        owners: list[Area | Section] = [*self.areas, *self.sections]
        return tuple(owner for owner in owners if self.projects_due(owner, month))

    def funds_of(self, project_id: str) -> FundLine | None:
        """Return a project's fund line, if the plan arranges money for it."""
        return next((line for line in self.funds if line.project == project_id), None)

    def parameter(self, parameter_id: str) -> DatedValue:
        """Return the dated parameter with this id, else raise :class:`UsageError`."""
        for parameter in self.parameters:
            if parameter.id == parameter_id:
                return parameter
        raise UsageError(f"方案中没有参数“{parameter_id}”：{'、'.join(p.id for p in self.parameters)}")

    def table(self, table_id: str) -> Table:
        """Return the table with this id, else raise :class:`UsageError`."""
        for table in self.tables:
            if table.id == table_id:
                return table
        raise UsageError(f"方案中没有表“{table_id}”：{'、'.join(t.id for t in self.tables)}")
