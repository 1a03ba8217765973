"""指标 (from which fields, against which target) and 资金 (planned by source, reported as 下达, 到位 and 拨付)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from minsheng.domain.base import Exact, Frozen, Source, same_as_name
from minsheng.domain.light import LightScale


class Basis(StrEnum):
    """What a month's figure is compared with."""

    SCHEDULE = "schedule"
    """Counts: the year's target and the schedule (序时进度)."""
    FULL = "full"
    """Levels: the full target in every month, never pro-rated."""


class Direction(StrEnum):
    """Which side of the target is good."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN = "within"
    """Neither below the lower nor above the upper bound of its target."""


class RatioMeasure(Frozen):
    """Σ numerator ÷ Σ denominator × scale, over the rows and areas concerned."""

    kind: Literal["ratio"]
    numerator: tuple[str, ...]
    """Fields ``table.row.column``; ``*`` stands for every row, a leading ``-`` subtracts."""
    numerator_label: str
    denominator: tuple[str, ...]
    denominator_label: str
    scale: Exact
    """100 where the unit is %, else 1."""
    source: Source


class SumMeasure(Frozen):
    """The sum of fields; a city row is the sum of its areas."""

    kind: Literal["sum"]
    fields: tuple[str, ...]
    label: str
    source: Source


class StatedMeasure(Frozen):
    """A figure that areas state as it is, and that cannot be added up: a rate without its numerator (失业率)."""

    kind: Literal["stated"]
    field: str
    """The field that holds it, ``table.row.column``."""
    label: str
    city: Literal["from_area", "weighted", "none"]
    """Where 全市's comes from: one area's return, the areas' figures weighted by a column, or nowhere."""
    city_area: str | None = None
    """For ``from_area``: the area whose return holds the city's own figure."""
    city_weight: tuple[str, ...] = ()
    """For ``weighted``: the fields that weigh (户籍人口), as in a sum."""
    city_weight_label: str = ""
    source: Source

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if (self.city == "from_area") != (self.city_area is not None):
            raise ValueError("city_area（地区）只用于、且必须用于 city: from_area")
        if (self.city == "weighted") != bool(self.city_weight):
            raise ValueError("city_weight（权重字段）只用于、且必须用于 city: weighted")
        return self


class Comparison(Frozen):
    """Σ ``left`` × ``factor`` compared with Σ ``right``, or with the value of a dated parameter."""

    left: tuple[str, ...]
    left_label: str
    factor: Exact = Field(default="1", validate_default=True)
    op: Literal[">=", "=="]
    right: tuple[str, ...] = ()
    right_label: str
    parameter: str | None = None
    """The id of a dated parameter, instead of ``right``."""

    @model_validator(mode="after")
    def _one_right_side(self) -> Self:
        if bool(self.right) == (self.parameter is not None):
            raise ValueError("比较的右边须是 right（字段）或 parameter（参数）之一")
        return self


class Condition(Frozen):
    """One thing that must hold for a milestone (节点任务) to be done."""

    id: str
    name: str
    tests: tuple[Comparison, ...]
    document_date: str | None = None
    """A date field, ``*`` for every row: judged by the date of its documents, the latest of several, not by the day it
    was reported. Without one the first return from the due month on shows whether it was done in time."""
    starts: date | None = None
    """Before this day the duty does not exist yet."""
    due: date
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""


class MilestoneMeasure(Frozen):
    """Done when every condition that has started is met."""

    kind: Literal["milestone"]
    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    source: Source


Measure = Annotated[RatioMeasure | SumMeasure | StatedMeasure | MilestoneMeasure, Field(discriminator="kind")]


class Target(Frozen):
    """目标值 of one area: a number in the indicator's unit, a range, or words.

    Words (完成, 应补尽补, 4.3%以内) are never parsed as a number; they stand alone or beside the number that they mean.
    """

    value: Exact | None = None
    lower: Exact | None = None
    upper: Exact | None = None
    text: str | None = Field(default=None, min_length=1)
    source: Source | None = None
    """Where it differs from the source of the indicator's targets."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        bounds = (self.lower, self.upper)
        if self.value is not None and any(bound is not None for bound in bounds):
            raise ValueError("目标值写一个数（value），或写范围（lower 和 upper），不能都写")
        if (self.lower is None) != (self.upper is None):
            raise ValueError("范围须同时写 lower 和 upper")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError("范围的 lower 不能大于 upper")
        if self.value is None and self.lower is None and self.text is None:
            raise ValueError("目标值须是数字、范围（lower 和 upper）或文字（例如 完成）")
        return self

    @property
    def has_number(self) -> bool:
        """Whether there is something to divide by."""
        return self.value is not None or self.lower is not None


class TieBreak(Frozen):
    """What tells apart those whose totals, or figures, are the same."""

    by: Annotated[tuple[str, ...], Field(min_length=1)]
    """Asked in their order, the better first. Of totals: ``bonus``, ids of groups or items of the rubric. Of an
    indicator: ``completion``, ``value``, or ids of other indicators, of each the completion.
    """
    decides: Literal["rank", "award"] = "rank"
    """``rank``: whoever is better there has the better rank; ``award``: the rank is shared, and only who of them is
    awarded follows from it.
    """
    source: Source


class IndicatorRanking(Frozen):
    """How areas are ranked by one indicator: those that are assessed, or all where none of them is."""

    by: Literal["completion", "value"] = "completion"
    """``value`` ranks by the figure itself, the better in the indicator's direction first."""
    ties: Literal["competition", "dense"] = "competition"
    """Whether ranks after a shared one stay empty (1, 1, 3) or follow (1, 1, 2)."""
    tie_break: TieBreak | None = None
    """``None``: whoever is equal shares the rank."""
    awards: int | None = Field(default=None, ge=1)
    """How many of the first are awarded (表彰); ``None``: nobody."""
    source: Source


class Indicator(Frozen):
    """One column of the annex table."""

    id: str
    name: str
    short_name: str = Field(default_factory=same_as_name)
    """Fits a table header; the name itself where none is given."""
    unit: str = ""
    """The unit of actual and target as printed: ``%``, 元, 张, 个, 名, 完成 for a milestone; empty: a bare number."""
    decimals: int = Field(ge=0, le=4)
    """Decimals shown; figures are computed and sealed exactly."""
    compared_decimals: int | None = Field(default=None, ge=0, le=4)
    """Decimals to which its figures are rounded before they are compared, with the target in its own direction and with
    the city's own figure; they are shown so, and sealed exactly beside. ``None`` follows ``as_printed`` of the lights.
    """
    lights: LightScale | None = None
    """Its own lights; ``None`` follows the plan's, for counts or for levels."""
    ranking: IndicatorRanking | None = None
    """How areas are ranked by it; ``None``: they are not."""
    project: str = ""
    """The id of its project; a plan without ``projects.yaml`` has one for all."""
    column: int
    """The column of the annex table, from the left."""
    direction: Direction
    basis: Basis
    measure: Measure
    targets: dict[str, Target]
    """By area id, and ``city`` for 全市. An area that is absent has no duty here, which is not a target of zero."""
    city_total: bool
    """Whether the areas' targets add up to the city's (counts), which the loader then checks."""
    compared_with: str | None = None
    """The id of an area whose return holds the city's own figure: it is no part of the sum, and compared with it."""
    continues: str | None = None
    """The id of last year's indicator that it goes on with: what 同比 compares it with."""
    schedule: dict[int, Exact] | None = None
    """Schedule progress by month (1-12), 0 to 1; ``None`` follows the plan's own schedule."""
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""

    @property
    def speaks_for_all(self) -> frozenset[str]:
        """The areas whose return holds the city's own figure: they need no target for it."""
        city_area = self.measure.city_area if isinstance(self.measure, StatedMeasure) else None
        return frozenset(filter(None, (self.compared_with, city_area)))

    def target_of(self, area_id: str) -> Target | None:
        """Return what an area is to reach; ``None`` where it has no duty: no target, or a count of none to reach."""
        target = self.targets.get(area_id)
        # An upper limit of zero is a duty like any other.
        nothing = target is not None and target.value == 0 and self.direction == Direction.AT_LEAST
        return None if nothing else target

    def is_asked_of(self, area_id: str) -> bool:
        """Whether an area's return must hold its figures."""
        return area_id in self.speaks_for_all or self.target_of(area_id) is not None


class FundLevel(StrEnum):
    """Who pays."""

    CENTRAL = "central"
    PROVINCIAL = "provincial"
    MUNICIPAL = "municipal"
    COUNTY = "county"
    OTHER = "other"


class FundSource(Frozen):
    """One source of a project's money, with its label as printed (争取中央、省补助; 省级安排; …).

    Projects may share a source: it then stands in the lines of each with the same id, and a total over projects counts
    it once (剔除重复).
    """

    id: str
    label: str
    levels: tuple[FundLevel, ...]
    amount_yuan: Exact
    """The year's amount in yuan; the YAML holds 万元 as printed and the loader converts."""
    rows: tuple[str, ...] = ()
    """Ids of the rows of 资金 that report it, where these are several; empty: the row of its own id."""
    indicators: tuple[str, ...] = ()
    """Ids of the indicators that it serves; empty: the project as a whole."""
    source: Source

    @property
    def reported_in(self) -> tuple[str, ...]:
        """The rows of 资金 that report it."""
        return self.rows or (self.id,)


class FundLine(Frozen):
    """计划安排 of one project: city totals; the notice gives no split by area or month."""

    project: str
    total_yuan: Exact
    parts: tuple[FundSource, ...]
    note: str = ""
    source: Source
