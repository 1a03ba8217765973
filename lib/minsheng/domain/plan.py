"""实施方案 of one year: everything that the bureau decides, cross-checked by ``minsheng.plan``."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from minsheng.domain.area import CITY, Area, Section
from minsheng.domain.base import DatedValue, Exact, Frozen, Source
from minsheng.domain.fund import FundLine
from minsheng.domain.indicator import Condition, Indicator
from minsheng.domain.light import Lights
from minsheng.domain.period import Period
from minsheng.domain.rubric import CountyRubric, SectionRubric
from minsheng.domain.table import Table
from minsheng.errors import UsageError


class Document(Frozen):
    """A document that clauses cite."""

    id: str
    title: str
    number: str = ""
    issued_on: date | None = None
    in_hand: bool = True
    """Whether its text was at hand: a document that the notice only points at is not."""


class LeadingGroup(Frozen):
    """领导小组."""

    leader: str
    deputies: tuple[str, ...]
    members: tuple[str, ...]
    liaison: str
    source: Source


class About(Frozen):
    """What the plan is and who issued it."""

    id: str
    year: int
    title: str
    issuer: str
    issued_on: date
    city: str
    """全市 as a name: 广元市."""
    adcode: str
    documents: tuple[Document, ...]
    leading_group: LeadingGroup
    source: Source


class KeyFigure(Frozen):
    """A figure shown beside the indicators, e.g. 保障人数; it has no target."""

    id: str
    label: str
    unit: str
    fields: tuple[str, ...]
    how: Literal["sum", "max", "min", "text"]
    """How rows and areas combine; ``text`` shows the value of a single area as it stands."""
    decimals: int = Field(default=0, ge=0, le=4)


class Project(Frozen):
    """One of the 民生工程 and 民生实事; also the name of its notebook."""

    id: str
    name: str
    short_name: str
    programme: str
    """民生工程 or 民生实事."""
    group: str
    """扶贫解困工程, 社会保障工程, …"""
    section: str
    goal: str
    key_figures: tuple[KeyFigure, ...] = ()
    duties: tuple[Condition, ...] = ()
    """Duties without a column in the annex table (按户施保 by June): shown, and conditions of an item's points."""
    source: Source


Days = Annotated[frozenset[date], PlainSerializer(sorted, return_type=list[date])]
"""A set of days; sorted in JSON, so that the same days give the same bytes."""


class Calendar(Frozen):
    """A year's holidays, frozen: an archived report does not change with a package update."""

    year: int
    holidays: Days
    """Days off, weekends among them where the State Council's notice lists them."""
    workdays: Days
    """Saturdays and Sundays that are worked (调休)."""
    source: Source


class Deadline(Frozen):
    """A due day in every month."""

    day: Annotated[int, Field(ge=1, le=31)]
    """Beyond a month's end it means its last day."""
    inclusive: bool
    weekends_are_holidays: bool
    holiday_rule: Literal["earlier"]
    """遇到节假日只能提前，不能延后."""
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""


class Part(Frozen):
    """One of the five parts of a report."""

    id: str
    title: str


class Reporting(Frozen):
    """月报: who reports what to whom by when."""

    counties: Deadline
    sections: Deadline
    first_month: Period
    """Months before it are back-filled: never late, marked 方案印发前."""
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    carry_forward: bool
    """Whether a missing return is replaced by last month's in city rows."""
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""


class Schedule(Frozen):
    """序时进度: the share of the year's target expected by each month's end."""

    by_month: dict[int, Exact]
    source: Source


class Plan(Frozen):
    """One year's plan."""

    schema_version: int = 1
    about: About
    areas: Annotated[tuple[Area, ...], Field(min_length=1)]
    sections: tuple[Section, ...]
    projects: Annotated[tuple[Project, ...], Field(min_length=1)]
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    parameters: tuple[DatedValue, ...]
    funds: tuple[FundLine, ...]
    lights: Lights
    schedule: Schedule
    county_rubric: CountyRubric
    section_rubric: SectionRubric
    reporting: Reporting
    calendar: Calendar
    tables: tuple[Table, ...]
    sha256: str = ""
    """Of every file under ``params/<year>/``; set by the loader."""

    @property
    def assessed_areas(self) -> tuple[Area, ...]:
        """The county-level bureaus that are scored and ranked."""
        return tuple(area for area in self.areas if area.assessed)

    def area(self, name: str) -> Area:
        """Return the area with this id, name, bureau or alias.

        Raises
        ------
        UsageError
            If there is none; the message lists those that exist.
        """
        for area in self.areas:
            if area.answers_to(name):
                return area
        known = "、".join(f"{area.name}（{area.id}）" for area in self.areas)
        raise UsageError(f"没有“{name}”这个地区。方案中的地区：{known}")

    def area_id(self, name: str) -> str:
        """Return the id of an area, or ``city`` for 全市."""
        return CITY if name in {CITY, "全市", self.about.city} else self.area(name).id

    def area_name(self, area_id: str) -> str:
        """Return the name to print for an area id or ``city``."""
        return "全市" if area_id == CITY else self.area(area_id).name

    def section(self, name: str) -> Section:
        """Return the section with this id or name, else raise :class:`UsageError`."""
        for section in self.sections:
            if name in {section.id, section.name}:
                return section
        known = "、".join(f"{section.name}（{section.id}）" for section in self.sections)
        raise UsageError(f"没有“{name}”这个科室。方案中的科室：{known}")

    def project(self, project_id: str) -> Project:
        """Return the project with this id, else raise :class:`UsageError`."""
        for project in self.projects:
            if project_id in {project.id, project.name, project.short_name}:
                return project
        known = "、".join(f"{project.name}（{project.id}）" for project in self.projects)
        raise UsageError(f"没有“{project_id}”这个项目。方案中的项目：{known}")

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

    def areas_with(self, project_id: str) -> tuple[Area, ...]:
        """Return the areas with a duty in a project, in the order of the annex table."""
        return tuple(area for area in self.areas if project_id in area.projects)

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
