"""What a notebook seals: ``result.json``, and the frozen dossier that it is made from."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from minsheng.domain.area import WHOLE
from minsheng.domain.base import Exact, Frozen
from minsheng.domain.delivery import Evidence, Issue, ReturnStatus, RuleOutcome
from minsheng.domain.figure import (
    AreaFunds,
    AreaRow,
    Compared,
    ConditionState,
    FundGap,
    FundUse,
    KeyValue,
    Measurement,
    Outlook,
    ReturnNote,
    TrendPoint,
    Urgent,
)
from minsheng.domain.light import Tone
from minsheng.domain.period import Period
from minsheng.domain.reporting import ReportPart
from minsheng.domain.score_rows import (
    CityStanding,
    DeductionScore,
    ItemScore,
    PartScore,
    RankRow,
    ResultItem,
    ResultRow,
    SectionItemScore,
)

"""Measured figures and points stand in modules of their own and are part of a result all the same."""


class Assumption(Frozen):
    """A default of ours that a figure depends on."""

    id: str
    text: str


class _Figures(Frozen):
    schema_version: Literal[1] = 1
    plan: str
    whole: str = Field(default=WHOLE, exclude_if=lambda name: name == WHOLE)
    """What all areas together are called."""
    period: Period
    as_of: date | None
    """数据截至; of several returns the earliest."""
    data_label: str = ""
    schedule_at: Literal["month_end", "as_of"] = Field(default="month_end", exclude_if=lambda at: at == "month_end")
    """The day that counts are held to, see :class:`~minsheng.domain.plan.Schedule`."""
    before_notice: bool = False
    """方案印发前."""
    assumptions: tuple[Assumption, ...] = ()


class ProjectFigures(_Figures):
    """A project notebook: one project, one area or 全市."""

    kind: Literal["project"] = "project"
    project: str
    area: str
    area_name: str
    status: ReturnStatus
    measurements: tuple[Measurement, ...]
    duties: tuple[ConditionState, ...] = ()
    key_values: tuple[KeyValue, ...] = ()
    funds: tuple[FundUse, ...] = ()
    indicator_funds: tuple[FundUse, ...] = Field(default=(), exclude_if=lambda value: not value)
    """The money that serves each indicator, whole where several share it: these lines are not to be added up."""
    area_funds: tuple[AreaFunds, ...] = Field(default=(), exclude_if=lambda value: not value)
    fund_gap: FundGap | None = Field(default=None, exclude_if=lambda value: value is None)
    trend: tuple[TrendPoint, ...] = ()
    outlooks: tuple[Outlook, ...] = Field(default=(), exclude_if=lambda value: not value)
    compared: tuple[Compared, ...] = Field(default=(), exclude_if=lambda value: not value)
    """Its indicators with a number against the month before and, where the plan says what they continue, last year."""
    history: dict[str, tuple[Tone, ...]] = Field(default={}, exclude_if=lambda value: not value)
    """``area/indicator`` → the tone of its light, month by month from January; of a month without returns grey."""
    areas: tuple[AreaRow, ...] = ()
    """For 全市: every area with a duty."""
    returns: tuple[ReturnNote, ...] = ()
    issues: tuple[Issue, ...] = ()
    outcomes: tuple[RuleOutcome, ...] = ()
    narratives: dict[str, dict[str, str]] = {}
    """Area id → part id → text."""
    evidence: tuple[Evidence, ...] = ()


class ScoringFigures(_Figures):
    """The scoring notebook for one county-level bureau."""

    kind: Literal["scoring"] = "scoring"
    area: str
    area_name: str
    items: tuple[ItemScore, ...]
    parts: tuple[PartScore, ...] = Field(default=(), exclude_if=lambda value: not value)
    """Of a composite score."""
    deductions: tuple[DeductionScore, ...] = ()
    deducted: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    """What they take together, where a cap or floor makes it another number than their sum."""
    bonus: Exact | None = None
    bonus_formula: str = ""
    """How the bonus came about, with its numbers."""
    vetoed: tuple[str, ...] = ()
    scored_points: Exact
    """Sum of the rounded points of the scored items, or of the parts of a composite score."""
    scored_full_marks: Exact
    """Their full marks: what the provisional total is out of."""
    bound_full_marks: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    """Of a composite score: of all parts with a duty. Ranks compare totals with it."""
    total: Exact
    """After deductions, bonus and veto."""
    total_formula: str = ""
    """The total with its numbers put in."""
    provisional: bool
    """Whether an item is still 未评 or 未到期."""
    grade: str | None
    """Only for a total that is not provisional."""
    converted: Exact | None

    @property
    def points_taken(self) -> Decimal:
        """What the deductions take together."""
        total = sum((line.points for line in self.deductions), Decimal(0))
        return total if self.deducted is None else self.deducted


class RankingFigures(_Figures):
    """The scoring notebook for 全市."""

    kind: Literal["ranking"] = "ranking"
    rows: tuple[RankRow, ...]
    provisional: bool
    group_names: dict[str, str] = {}
    """Rubric group id → name, for the headers of ``RankRow.groups``."""


class ResultTableFigures(_Figures):
    """The result_table notebook: what goes to 督查室, from sealed scores."""

    kind: Literal["result_table"] = "result_table"
    rows: tuple[ResultRow, ...]
    group_names: dict[str, str]
    group_marks: dict[str, Exact]
    items: tuple[ResultItem, ...]
    standings: tuple[CityStanding, ...] = ()
    provisional: bool
    at_period_end: bool
    """Whether every figure is as of the period's end or later."""

    @property
    def groups(self) -> tuple[str, ...]:
        """The ids of the groups in the rubric's order, which a sealed mapping with sorted keys no longer has."""
        return tuple(dict.fromkeys(item.group for item in self.items))


class SectionScoringFigures(_Figures):
    """The section_scoring notebook."""

    kind: Literal["section_scoring"] = "section_scoring"
    section: str
    section_name: str
    items: tuple[SectionItemScore, ...]
    deducted: Exact
    proposed: Exact
    positive: Exact | None
    provisional: bool


class ProjectSummary(Frozen):
    """A project's city row and its areas, as a bulletin or monthly report needs them."""

    project: str
    name: str
    measurements: tuple[Measurement, ...]
    funds: tuple[FundUse, ...]
    areas: tuple[AreaRow, ...]
    narratives: dict[str, dict[str, str]]
    outlooks: tuple[Outlook, ...] = Field(default=(), exclude_if=lambda value: not value)
    compared: tuple[Compared, ...] = Field(default=(), exclude_if=lambda value: not value)
    """Its city row against the month before and last year."""
    owners: tuple[str, ...] = Field(default=(), exclude_if=lambda value: not value)
    """Who owns it, sections and persons; given where it is more than the one section in charge."""


class MonthlyReportFigures(_Figures):
    """The monthly_report notebook: the five parts of a section, or of both for 督查室."""

    kind: Literal["monthly_report"] = "monthly_report"
    section: str
    section_name: str
    addressee: str = ""
    """主送机关."""
    leader: str | None
    projects: tuple[ProjectSummary, ...]
    section_narratives: dict[str, dict[str, str]]
    """Project id → part id → text, from the section's own workbook."""
    returns: tuple[ReturnNote, ...]
    due: date


class BulletinFigures(_Figures):
    """The bulletin notebook."""

    kind: Literal["bulletin"] = "bulletin"
    returns: tuple[ReturnNote, ...]
    projects: tuple[ProjectSummary, ...]
    ranking: tuple[RankRow, ...]
    provisional: bool
    funds_total: FundUse | None = Field(default=None, exclude_if=lambda value: value is None)
    """All projects' money, a source that several share counted once; where the plan asks for it."""
    funds_by_level: tuple[FundUse, ...] = Field(default=(), exclude_if=lambda value: not value)
    """All projects' money by who pays, ``source`` being the levels; where the plan asks for sums over projects."""
    fund_gap: FundGap | None = Field(default=None, exclude_if=lambda value: value is None)
    urgent: tuple[Urgent, ...] | None = Field(default=None, exclude_if=lambda value: value is None)
    """重点督办; ``None`` in what a version sealed that did not know it."""
    previous_lights: dict[str, str] = {}
    """``area/indicator`` → last month's light word, for what changed since."""
    previous_tones: dict[str, Tone] = Field(default={}, exclude_if=lambda value: not value)
    """``area/indicator`` → the colour of last month's light."""


Figures = Annotated[
    ProjectFigures
    | ScoringFigures
    | RankingFigures
    | ResultTableFigures
    | SectionScoringFigures
    | MonthlyReportFigures
    | BulletinFigures,
    Field(discriminator="kind"),
]


class InputFile(Frozen):
    """One file that a result was made from."""

    file: str
    sha256: str


class Provenance(Frozen):
    """What a result was made with; a package update may change it, never the figures."""

    inputs: tuple[InputFile, ...]
    plan_sha256: str
    notebook_sha256: str
    package_version: str
    lock_sha256: str
    fonts: dict[str, str]


class Result(Frozen):
    """``result.json``."""

    figures: Figures
    provenance: Provenance


RESULT_TYPE = "application/vnd.minsheng.result+json"
"""MIME type under which an executed notebook keeps the sha256 of the result that it sealed; no page shows it."""


class DossierHeading(Frozen):
    """What stands at the top of a page."""

    issuer: str
    title: str
    subject: str
    """The area or section."""
    period_label: str
    as_of_label: str
    plan_title: str
    programme: str
    """What the reports are about, e.g. 民生工程及民生实事."""
    responsible: dict[str, str] = {}
    """Project id → 责任科室、责任人、责任领导, in words."""
    group: str = ""
    """领导小组 and 联络员, in words."""
    is_ranked: bool = True
    """Whether the plan has a rubric for areas: without one no page speaks of ranks."""
    left_out: dict[str, tuple[str, ...]] = {}
    """Project id → what the plan does not have for it (``funds``, ``duties``, ``key_figures``, ``evidence``): no page
    speaks of that."""
    data_label: str
    remark: str = ""
    """方案印发前, 暂定 and the like."""


class Dossier(Frozen):
    """All that a notebook shows about one notebook × period × area, as data."""

    notebook: str
    heading: DossierHeading
    figures: Figures
    provenance: Provenance
    sources: tuple[InputFile, ...] = ()
    parts: tuple[ReportPart, ...] = ()
    """The plan's parts of a report (五个方面), in order."""
