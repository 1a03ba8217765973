"""What was measured (an indicator, a fund source, a key figure), down to its cells; what became of returns."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from minsheng.domain.addresses import place
from minsheng.domain.base import Exact, Frozen
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.light import Light
from minsheng.domain.period import Period


class CellRef(Frozen):
    """Where a figure came from: down to the cell of the county's own workbook."""

    area: str
    period: Period
    file: str
    sheet: str
    cell: str
    field: str
    value: str

    @property
    def place(self) -> str:
        """Where it stands in its file, for people."""
        return place(self.sheet, self.cell)


class ConditionState(Frozen):
    """How one condition of a milestone stands."""

    id: str
    name: str
    state: Literal["met", "met_late", "not_met", "not_due", "unknown"]
    """``met_late``: done after its date (逾期完成), from then on; ``unknown``: what it needs was not reported."""
    due: date
    document_date: date | None = None
    because: str
    """The comparison with its numbers put in."""


class LastKnown(Frozen):
    """How an indicator stood in the last month whose figures are used, where this month's are not."""

    period: Period
    actual: Exact | None = None
    completion: Exact | None = None
    light: Light


class AssessedWord(Frozen):
    """A word that an assessor gave an area's indicator for the month (评定): who, when, why, and what figures give."""

    light: Light
    computed: Light
    reason: str
    assessor: str
    on: date
    file: str
    cell: str


Award = Literal["given", "open"]
"""``given``: among the first that the plan awards; ``open``: as good as others for whom there are too few awards."""


class Place(Frozen):
    """An area's rank by one indicator."""

    rank: int
    award: Award | None = Field(default=None, exclude_if=lambda value: value is None)
    because: str = Field(default="", exclude_if=lambda value: not value)
    """With whom it is equal, and what then decides."""


class Measurement(Frozen):
    """One indicator of one area in one period.

    ``actual`` and ``target`` are in ``unit``; ``completion`` and ``schedule_progress`` are ratios (1 is 100 %).
    """

    indicator: str
    label: str
    short_label: str = ""
    """Fits a table header; :attr:`brief` falls back to ``label``."""
    unit: str
    decimals: int
    status: ReturnStatus
    basis: Literal["schedule", "full"]
    actual: Exact | None = None
    numerator: Exact | None = None
    denominator: Exact | None = None
    target: Exact | None = None
    target_text: str = ""
    target_lower: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    target_upper: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    """Of a range to stay within."""
    worded: bool = Field(default=False, exclude_if=lambda value: not value)
    """The target is in words (4.3%以内) beside a figure, which is something else than a milestone's 完成."""
    rate_decimals: int = Field(default=1, exclude_if=lambda value: value == 1)
    """Decimals with which its rates are printed, in hundredths."""
    completion: Exact | None = None
    schedule_progress: Exact | None = None
    light: Light
    level: Literal["done", "late", "stage", "in_progress", "partial", "not_done"] | None = None
    """``late``: all of it is done, some after its date (逾期完成).

    ``stage``: what has started is done (阶段任务已完成), and more is to come.
    """
    milestone_date: date | None = None
    """The document date on which the last condition was met."""
    conditions: tuple[ConditionState, ...] = ()
    formula: str
    """The formula with its numbers put in."""
    cells: tuple[CellRef, ...] = ()
    reported_areas: int | None = None
    """For a city row: how many of ``expected_areas`` it holds."""
    expected_areas: int | None = None
    missing_areas: tuple[str, ...] = ()
    """Names of those that are missing or blocked."""
    staged_areas: int = Field(default=0, exclude_if=lambda value: not value)
    """For a milestone's city row: how many areas are at ``stage``; ``numerator`` counts those that are done."""
    late_areas: int = Field(default=0, exclude_if=lambda value: not value)
    """For a milestone's city row: how many of those that are done were done after the date."""

    last_known: LastKnown | None = Field(default=None, exclude_if=lambda value: value is None)
    """Of an area whose figures are not there."""
    limit: bool = Field(default=False, exclude_if=lambda value: not value)
    """Whether the target is an upper limit: the lower, the better."""
    assessed: AssessedWord | None = Field(default=None, exclude_if=lambda value: value is None)
    """What an assessor says of it; ``light`` is the computed one still, or this one marked 评定, as the plan says."""
    place: Place | None = Field(default=None, exclude_if=lambda value: value is None)
    """Of an area beside others, where the plan ranks by the indicator."""

    @property
    def brief(self) -> str:
        """The label for headers, charts and sentences."""
        return self.short_label or self.label

    def bound(self, figure: Decimal) -> Decimal | None:
        """Return the number that a figure must not seem to be while it is not: of a range the bound that it misses."""
        if self.target_lower is None or self.target_upper is None:
            return self.target
        if figure < self.target_lower:
            return self.target_lower
        return self.target_upper if figure > self.target_upper else None

    @property
    def has_duty(self) -> bool:
        """Whether the plan gives the area a target here, as a number or as 完成."""
        return self.target is not None or self.target_lower is not None or bool(self.target_text)

    @property
    def is_milestone(self) -> bool:
        """Whether it is done or not done, rather than a figure."""
        return bool(self.target_text) and not self.worded


class FundUse(Frozen):
    """资金 by source, in yuan."""

    source: str
    label: str
    planned: Exact | None = None
    """City rows only: the notice gives no split by area."""
    allocated: Exact | None = None
    received: Exact | None = None
    disbursed: Exact | None = None
    arrival: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    """到位率: 到位 ÷ 下达; ``None`` where nothing was allocated, and where something is ``absent``."""
    execution: Exact | None = None
    """执行率: 拨付 ÷ 到位, or ÷ the year's plan; ``None`` where that is nothing, and where something is ``absent``."""
    base: Literal["received", "planned"] = Field(default="received", exclude_if=lambda value: value == "received")
    """What ``execution`` is a share of."""
    share: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    """Of a source: its part of all money received."""
    serves: tuple[str, ...] = Field(default=(), exclude_if=lambda value: not value)
    """Of a source: the indicators that it serves, where the plan says so; of an indicator: what it shares, and with
    whom."""
    absent: tuple[str, ...] = Field(default=(), exclude_if=lambda value: not value)
    """What a total, or a sum over areas, lacks: areas and lines that were not reported."""
    cells: tuple[CellRef, ...] = ()
    reported_areas: int | None = None
    """For a city row: how many of ``expected_areas`` it holds."""
    expected_areas: int | None = None


class AreaFunds(Frozen):
    """One area's money by source, its total last."""

    area: str
    name: str
    uses: tuple[FundUse, ...]


class FundGap(Frozen):
    """Where most money has stopped: issued and not received, or received and not paid out."""

    area: str
    name: str
    project: str
    source: str
    label: str
    stage: Literal["received", "disbursed"]
    """What it has not reached."""
    before: Exact
    after: Exact
    amount: Exact


class KeyValue(Frozen):
    """A key figure without a target."""

    id: str
    label: str
    unit: str
    value: Exact | None = None
    text: str = ""
    decimals: int = 0
    cells: tuple[CellRef, ...] = ()
    reported_areas: int | None = None
    """For a city row: how many of ``expected_areas`` it holds."""
    expected_areas: int | None = None


class TrendPoint(Frozen):
    """One month of one indicator."""

    period: Period
    indicator: str
    actual: Exact | None
    schedule_target: Exact | None
    """The target × schedule progress for counts, the full target for levels."""
    status: ReturnStatus


EarlierTime = Literal["year", "month"]
"""同比 or 环比."""


class Compared(Frozen):
    """One indicator's figure beside that of another time: 同比 (a year before) or 环比 (the month before)."""

    indicator: str
    to: EarlierTime
    period: Period
    """What it is compared with; of a figure that runs from January, up to this period's end."""
    state: Literal["compared", "zero_base", "no_base", "partial_base", "no_duty", "other_length", "no_figure"]
    """``no_figure``: there is none now; the others say why there is nothing to compare with, or no rate."""
    base: Exact | None = None
    """The figure of then."""
    change: Exact | None = None
    """What has been added since, in the indicator's unit; of percentages 个百分点."""
    rate: Exact | None = None
    """``change`` ÷ ``base``; ``None`` for percentages, which are compared by their difference alone."""
    because: str = ""
    """Why it is not compared, or what of the figure of then is counted otherwise."""
    formula: str = ""
    """Of the figure of then, with its numbers put in."""
    cells: tuple[CellRef, ...] = ()


class Outlook(Frozen):
    """Whether the year's target will be reached, were every month like the last three.

    ``pace`` and the like are in the indicator's unit a month: of a count what is added, of a level its change.
    """

    indicator: str
    at: Period
    """The last month with a figure."""
    actual: Exact | None = None
    """The figure of that month."""
    pace: Exact | None = None
    """Of that month; over a gap the mean of its months."""
    average: Exact | None = None
    """Of three months, or of as many as there are since the year's beginning."""
    needed: Exact | None = None
    """From now on, to reach the target by the year's end; of a limit what may be added. ``None`` once it is reached."""
    projected: Exact | None = None
    """At the year's end: the figure so far and ``average`` for every month that is left."""
    reached: Period | None = None
    """The month in which the target is reached, or a limit exceeded; ``None``: not within the year."""
    is_reached: bool = False


class AreaRow(Frozen):
    """One area's measurements, side by side with the others."""

    area: str
    name: str
    status: ReturnStatus
    measurements: tuple[Measurement, ...]


class ReturnNote(Frozen):
    """What a report says about a return: file, revision, when it came, whether late."""

    area: str
    name: str
    status: ReturnStatus
    """Blocked where nothing of it is used."""
    withheld: tuple[str, ...] = Field(default=(), exclude_if=lambda names: not names)
    """What of it is not used, in words: 两线合一, 养老（日间照料中心）."""
    file: str = ""
    sha256: str = ""
    revision: int = 0
    received_on: date | None = None
    """When the revision came whose figures are used."""
    first_received_on: date | None = Field(default=None, exclude_if=lambda day: day is None)
    """When the first revision came, where the one that is used corrects it."""
    due: date | None = None
    late: bool = False
    """Whether the first revision came after the due date: a correction makes no return late."""
    as_of: date | None = None

    @property
    def came_on(self) -> date | None:
        """The day that decides whether it came in time: that of the first revision."""
        return self.first_received_on or self.received_on

    @property
    def corrected_on(self) -> date | None:
        """When the correction came that is used; ``None`` where nothing was corrected."""
        return self.received_on if self.first_received_on is not None else None

    @property
    def partly_used(self) -> bool:
        """Whether some of it is used, and some is not."""
        return self.status == ReturnStatus.REPORTED and bool(self.withheld)


class Urgent(Frozen):
    """One thing of one area that somebody should ask about today (重点督办)."""

    area: str
    name: str
    project: str
    contact: str = ""
    """Whom to ask there; empty where no cover names anybody."""
    last_known: Period | None = None
    """The month that this is of, where the area's figures of the bulletin's month are not used."""
    kind: Literal["overdue", "red", "said", "due_soon"]
    """``said``: by the area's own words it will miss the day."""
    label: str
    due: date
    word: str = ""
    """The light's, of what is red."""
    unit: str = ""
    decimals: int = 0
    actual: Exact | None = None
    target: Exact | None = None
    lacking: Exact | None = None
    """To the year's target."""
    behind: Exact | None = None
    """Of a count: to what the schedule asks for by now."""
    because: str = ""
    said: str = ""
    months: int = 0
    """For how many months in a row, this one among them."""
