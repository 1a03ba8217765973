"""The kinds of rules (计分办法) by which an item of a rubric gives points."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from minsheng.domain.base import Exact, Frozen, Source


class Weighted(Frozen):
    """One indicator within an item."""

    indicator: str
    weight: Exact = Field(default="1", validate_default=True)


class Combine(StrEnum):
    """How several indicators of one item become one ratio."""

    WEIGHTED = "weighted"
    MEAN = "mean"
    MIN = "min"


class Unreported(StrEnum):
    """What an item costs whose figures were not reported."""

    ZERO = "zero"
    EXCLUDE = "exclude"


class ProportionalRule(Frozen):
    """Full marks × completion, within bounds."""

    kind: Literal["proportional"]
    indicators: Annotated[tuple[Weighted, ...], Field(min_length=1)]
    combine: Combine = Combine.WEIGHTED
    cap: Exact
    """Completion counted at most (1: no marks for exceeding the target)."""
    floor: Exact
    """Completion counted at least."""
    threshold: Exact | None = None
    """Below this completion the item scores nothing."""
    requires: tuple[str, ...] = ()
    """Ids of duties; while one that is due is not met, only ``unmet_share`` of the points is given."""
    unmet_share: Exact = Field(default="1", validate_default=True)
    late: Exact = Field(default="0.5", validate_default=True)
    """The share of the points while every duty is met, one of them after its date (逾期完成)."""
    unreported: Unreported
    source: Source


class LowerIsBetterRule(Frozen):
    """A controlled indicator: the lower, the better (控制类指标)."""

    kind: Literal["lower_is_better"]
    indicators: Annotated[tuple[Weighted, ...], Field(min_length=1)]
    combine: Combine = Combine.WEIGHTED
    formula: Literal["two_minus_ratio", "target_over_actual"]
    cap: Exact
    floor: Exact
    unreported: Unreported
    source: Source


class AllOrNothingRule(Frozen):
    """Full marks where the target is met (a limit kept), else none (达标得满分，未达标不得分)."""

    kind: Literal["all_or_nothing"]
    indicators: Annotated[tuple[Weighted, ...], Field(min_length=1)]
    combine: Combine = Combine.WEIGHTED
    unreported: Unreported
    source: Source


class StepRule(Frozen):
    """Every ``step`` short of the target, or beyond a limit, costs ``cost`` points (每相差3%扣1分)."""

    kind: Literal["step"]
    indicators: Annotated[tuple[Weighted, ...], Field(min_length=1)]
    combine: Combine = Combine.WEIGHTED
    of: Literal["completion", "value"] = "completion"
    """What is short: the completion, or the value itself in its unit (每降1个百分点扣0.5分)."""
    step: Exact
    """Of the completion a ratio (0.03 is 3%); of the value in its unit (1 is one percentage point where that is %)."""
    cost: Exact
    count: Literal["started", "full"]
    """Whether a step that has only begun counts."""
    unreported: Unreported
    source: Source


class MilestoneRule(Frozen):
    """Points by the level that a milestone reached (完成、部分完成、未完成)."""

    kind: Literal["milestone"]
    indicators: Annotated[tuple[Weighted, ...], Field(min_length=1)]
    combine: Combine = Combine.WEIGHTED
    levels: dict[Literal["done", "stage", "partial", "not_done"], Exact]
    """Level → share of the full marks; without ``stage`` (阶段任务已完成) the item waits until all of it is due."""
    late: Exact = Field(default="0.5", validate_default=True)
    """The share of the full marks for what was done after its date (逾期完成)."""
    unreported: Unreported
    source: Source


class CountedRule(Frozen):
    """Points for a number of things done (全年不少于12篇), counted by the assessor."""

    kind: Literal["counted"]
    target: int | None = Field(default=None, ge=1)
    targets: dict[str, Annotated[int, Field(ge=0)]] = {}
    """By area id, where areas have numbers of their own; 0 asks for none. The others have ``target``."""
    unit: str
    per_shortfall: Exact | None = None
    """Points lost per missing one; ``None`` gives full marks in proportion."""
    basis: Literal["schedule", "full"] = "schedule"
    """Before the year's end: whether the year's number is pro-rated by the schedule (全年12篇 → 半年6篇)."""
    source: Source

    @model_validator(mode="after")
    def _some_target(self) -> Self:
        if self.target is None and not self.targets:
            raise ValueError("counted 须写 target（各地区相同的数量）或 targets（分地区的数量）")
        return self

    def target_of(self, area_id: str) -> int:
        """Return how many an area is to have; 0 where it is to have none."""
        return self.targets.get(area_id, self.target or 0)


class QualitativeRule(Frozen):
    """An assessor's level with a reason."""

    kind: Literal["qualitative"]
    levels: dict[str, Exact]
    """Level word → share of the full marks; below zero only in an item with ``from``."""
    levels_only: bool = False
    """Whether the assessor chooses a level and may not give points outright."""
    indicators: tuple[str, ...] = ()
    """Indicators whose figures the assessor looks at: those with targets in words, which nothing can divide by."""
    source: Source


class Price(Frozen):
    """What one kind of event costs, or brings, within an item."""

    id: str
    name: str
    points: Exact
    per: str = "次"
    once: bool = False
    """Whether it counts once, however often it happened."""
    cap: Exact | None = None
    """The most that it costs or brings in all."""


class EventsRule(Frozen):
    """Events with prices: taken from the full marks, or added up from none; the assessor counts them."""

    kind: Literal["events"]
    prices: Annotated[tuple[Price, ...], Field(min_length=1)]
    start: Literal["full", "none"] = "full"
    """``full`` takes each price off the full marks, down to the item's ``from``; ``none`` adds up to the full marks."""
    source: Source


ItemRule = Annotated[
    ProportionalRule
    | LowerIsBetterRule
    | AllOrNothingRule
    | StepRule
    | MilestoneRule
    | CountedRule
    | QualitativeRule
    | EventsRule,
    Field(discriminator="kind"),
]

MeasuredRule = ProportionalRule | LowerIsBetterRule | AllOrNothingRule | StepRule | MilestoneRule
