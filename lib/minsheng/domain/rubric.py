"""评分细则: how points are given to counties, and taken from sections."""

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


class StepRule(Frozen):
    """Every ``step`` of completion short of the target costs ``cost`` points (每相差3%扣1分)."""

    kind: Literal["step"]
    indicators: Annotated[tuple[Weighted, ...], Field(min_length=1)]
    combine: Combine = Combine.WEIGHTED
    step: Exact
    """A ratio: 0.03 is three percentage points."""
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
    target: int = Field(ge=1)
    unit: str
    per_shortfall: Exact | None = None
    """Points lost per missing one; ``None`` gives full marks in proportion."""
    basis: Literal["schedule", "full"] = "schedule"
    """Before the year's end: whether the year's number is pro-rated by the schedule (全年12篇 → 半年6篇)."""
    source: Source


class QualitativeRule(Frozen):
    """An assessor's level with a reason."""

    kind: Literal["qualitative"]
    levels: dict[str, Exact]
    """Level word → share of the full marks."""
    indicators: tuple[str, ...] = ()
    """Indicators whose figures the assessor looks at: those with targets in words, which nothing can divide by."""
    source: Source


ItemRule = Annotated[
    ProportionalRule | LowerIsBetterRule | StepRule | MilestoneRule | CountedRule | QualitativeRule,
    Field(discriminator="kind"),
]

MeasuredRule = ProportionalRule | LowerIsBetterRule | StepRule | MilestoneRule


class RubricItem(Frozen):
    """One sub-item, e.g. 目标实施 · 医疗救助（8分）."""

    id: str
    name: str
    text: str
    """The words of the notice, typos included."""
    full_marks: Exact
    evidence: str
    """What proves it, in words: 印证资料."""
    rule: ItemRule
    source: Source


class RubricGroup(Frozen):
    """One item with its parts, e.g. 组织领导（5分）."""

    id: str
    name: str
    full_marks: Exact
    items: Annotated[tuple[RubricItem, ...], Field(min_length=1)]
    source: Source

    @model_validator(mode="after")
    def _parts_make_the_whole(self) -> Self:
        total = sum(item.full_marks for item in self.items)
        if total != self.full_marks:
            raise ValueError(f"“{self.name}”{self.full_marks}分，各小项合计 {total} 分，应相等")
        return self


class RubricPart(Frozen):
    """One weighted part of a composite score (综合得分), e.g. 目标任务 50%.

    Whatever its groups' marks add up to, the part is worth ``weight`` of the rubric's total. An item without a duty
    leaves its share to the others; one that is open (未评, 未到期) does not, so that nobody gains by it.
    """

    id: str
    name: str
    weight: Exact
    """0 to 1; the parts' weights add up to 1."""
    groups: Annotated[tuple[str, ...], Field(min_length=1)]
    full_marks: Exact | None = None
    """What its groups' full marks add up to, where the document says so: checked, never computed with."""
    source: Source


class EventDeduction(Frozen):
    """扣分: so many points per event; ``points`` of ``None`` leaves the number to the assessor, with a reason."""

    id: str
    name: str
    text: str
    points: Exact | None
    per: str = ""
    source: Source


class Bonus(Frozen):
    """加分项目."""

    cap: Exact | None
    breaks_ties: bool
    in_total: bool
    text: str
    source: Source


class Grade(Frozen):
    """A word for a total of at least ``lower`` (lower bound inclusive)."""

    word: str
    lower: Exact


class CountyRubric(Frozen):
    """县区考评: so many points in all (``total``), by groups or by weighted parts."""

    total: Exact
    groups: Annotated[tuple[RubricGroup, ...], Field(min_length=1)]
    parts: tuple[RubricPart, ...] = ()
    """Of a composite score; without them the groups' marks add up to ``total``."""
    deductions: tuple[EventDeduction, ...]
    same_event_counts_once: bool
    """Whether an event noticed at two levels costs only the higher deduction."""
    bonus: Bonus
    veto: tuple[str, ...] = ()
    """Events that make the total zero."""
    total_floor: Exact
    decimals: int = Field(ge=0, le=4)
    """Points are rounded to this, half up, once; where, says ``rounding``."""
    rounding: Literal["item", "total"] = "item"
    """``item`` rounds each item's points and adds the rounded ones; ``total`` rounds nothing but the total."""
    ties: Literal["competition", "dense"]
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    """From the best down; the last has lower bound 0."""
    conversion_factor: Exact
    """折算: total × factor goes to 督查室."""
    defaults: dict[str, Source]
    """Which of the settings above are ours, by field name."""
    source: Source

    @property
    def items(self) -> tuple[RubricItem, ...]:
        """All sub-items, in rubric order."""
        return tuple(item for group in self.groups for item in group.items)


class SectionCheck(StrEnum):
    """What finds a section's fault; ``manual`` ones come from the performance office's form."""

    MANUAL = "manual"
    LATE_REPORT = "late_report"
    EMPTY_PART = "empty_part"
    UNSIGNED = "unsigned"
    VERSIONS_DIFFER = "versions_differ"
    TOO_FEW = "too_few"
    TOO_FEW_PER_PROJECT = "too_few_per_project"
    DOUBLED_LOSS = "doubled_loss"


class SectionRule(Frozen):
    """One reverse deduction (倒扣分)."""

    id: str
    text: str
    check: SectionCheck
    points: Exact
    per: str
    target: int | None = None
    """For ``too_few``: 全年不少于6次."""
    unit: str = ""
    multiplier: Exact | None = None
    """For ``doubled_loss``: 加倍扣分."""
    source: Source


class SectionGroup(Frozen):
    """One item of the section rubric, e.g. 责任落实."""

    id: str
    name: str
    rules: tuple[SectionRule, ...]
    positive: bool = False
    """实行考评计分: a table that the bureau fills in, not a deduction."""
    text: str = ""
    source: Source


class ReviewItem(Frozen):
    """One thing that counties judge of every assessed section."""

    id: str
    name: str
    text: str
    full_marks: Exact


class Review(Frozen):
    """差异化综合评价: what counties judge the bureau by at the year's end, section by section."""

    rubric_item: str
    """The item of the county rubric that taking part is worth: the form is its evidence."""
    items: Annotated[tuple[ReviewItem, ...], Field(min_length=1)]
    source: Source


class SectionRubric(Frozen):
    """科室考评: 管理倒扣分 plus 实绩考评计分."""

    groups: tuple[SectionGroup, ...]
    review: Review | None = None
    item_floor: Exact | None
    total_cap: Exact | None
    """The most that deductions may add up to; ``None`` is no cap."""
    decimals: int = Field(ge=0, le=4)
    defaults: dict[str, Source]
    source: Source
