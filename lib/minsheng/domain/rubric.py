"""评分细则: how points are given to counties, and taken from sections."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from minsheng.domain.base import Exact, Frozen, Source
from minsheng.domain.indicator import TieBreak


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
    lowest: Exact = Decimal(0)
    """The fewest points, ``from`` in the file: below zero an item that can take points, above zero a floor."""
    extra: bool = False
    """Whether it adds or takes beside the full marks, which it does not count in."""
    applies_to: tuple[str, ...] = ()
    """Ids of the areas that it is for; empty: all. For the others it is no item at all."""
    assessed_by: str = ""
    """The id of the section that assesses it; empty: whoever fills in the form."""
    veto: tuple[str, ...] = ()
    """Events that make this item zero, not the total (弄虚作假的本项不得分)."""
    source: Source

    def is_for(self, area_id: str) -> bool:
        """Whether an area has this item."""
        return not self.applies_to or area_id in self.applies_to


class RubricBranch(Frozen):
    """A level between group and item: what an item is whose parts are scored each by its own rule (三级指标)."""

    id: str
    name: str
    full_marks: Exact
    items: Annotated[tuple[RubricItem, ...], Field(min_length=1)]
    source: Source


def _level(value: Any) -> str:
    has_items = "items" in value if isinstance(value, dict) else isinstance(value, RubricBranch)
    return "branch" if has_items else "item"


RubricEntry = Annotated[
    Annotated[RubricBranch, Tag("branch")] | Annotated[RubricItem, Tag("item")], Discriminator(_level)
]


class RubricGroup(Frozen):
    """One item with its parts, e.g. 组织领导（5分）."""

    id: str
    name: str
    full_marks: Exact
    items: Annotated[tuple[RubricEntry, ...], Field(min_length=1)]
    source: Source

    @property
    def leaves(self) -> tuple[RubricItem, ...]:
        """What is scored: its items, and those of its branches, in their order."""
        return tuple(
            leaf for entry in self.items for leaf in (entry.items if isinstance(entry, RubricBranch) else (entry,))
        )

    @property
    def branches(self) -> dict[str, RubricBranch]:
        """The branch of each item that is in one, by the item's id."""
        inner = [entry for entry in self.items if isinstance(entry, RubricBranch)]
        return {leaf.id: branch for branch in inner for leaf in branch.items}

    def with_leaf(self, changed: RubricItem) -> "RubricGroup":
        """Return the same group with one item, found by its id, changed."""

        def put(items: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(
                each.model_copy(update={"items": put(each.items)})
                if isinstance(each, RubricBranch)
                else (changed if each.id == changed.id else each)
                for each in items
            )

        return self.model_copy(update={"items": put(self.items)})


class RubricPart(Frozen):
    """One weighted part of a composite score (综合得分), e.g. 目标任务 50%.

    It is worth ``weight`` of the total. An item without a duty leaves its share to the others, an open one does not.
    """

    id: str
    name: str
    weight: Exact
    """0 to 1; the parts' weights add up to 1."""
    groups: Annotated[tuple[str, ...], Field(min_length=1)]
    full_marks: Exact | None = None
    """What its groups' full marks add up to, where the document says so: checked, never computed with."""
    cap: Exact | None = None
    """The most that its groups' points count, on their scale; ``None``: no cap. Asked for beside ``extra`` items."""
    source: Source


class EventDeduction(Frozen):
    """扣分: so many points per event; ``points`` of ``None`` leaves the number to the assessor, with a reason."""

    id: str
    name: str
    text: str
    points: Exact | None
    at_least: Exact | None = None
    """The fewest that the assessor may take for one event, where ``points`` leaves it to them (酌情扣1至5分)."""
    at_most: Exact | None = None
    per: str = ""
    once: bool = False
    """Whether it costs once, however often it happened."""
    cap: Exact | None = None
    """The most that events of this kind cost together."""
    floor: Exact | None = None
    """The least that they cost together, where any happened."""
    source: Source


class BonusKind(Frozen):
    """One kind of bonus: so many points per event; ``points`` of ``None`` leaves the number to the assessor."""

    id: str
    name: str
    text: str
    points: Exact | None = None
    per: str = ""
    once: bool = False
    """Whether it brings its points once, however often it happened."""
    cap: Exact | None = None
    """The most that this kind brings."""
    floor: Exact | None = None
    """The least that it brings, where there is any."""
    source: Source


class Bonus(Frozen):
    """加分项目."""

    cap: Exact | None
    """The most that all kinds bring together."""
    floor: Exact | None = None
    """The least that they bring together, where there is any."""
    kinds: tuple[BonusKind, ...] = ()
    """Without any, whatever the assessor writes down is a bonus."""
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
    deductions_cap: Exact | None = None
    """The most that all deductions take together; ``None`` is no cap."""
    deductions_floor: Exact | None = None
    """The least that they take together, where there is any."""
    same_event_counts_once: bool
    """Whether an event noticed at two levels costs only the higher deduction."""
    bonus: Bonus
    veto: tuple[str, ...] = ()
    """Events that make the total zero."""
    carried_into_year: tuple[Literal["bonus", "veto"], ...] = ()
    """What of the half-years' forms counts in the year's total too; what costs points always does."""
    total_floor: Exact
    total_cap: Exact | None = None
    """The most that a total comes to, bonus included; ``None`` is no cap. Asked for beside ``extra`` items."""
    decimals: int = Field(ge=0, le=4)
    """Points are rounded to this, half up, once; where, says ``rounding``."""
    rounding: Literal["item", "total"] = "item"
    """``item`` rounds each item's points and adds the rounded ones; ``total`` rounds nothing but the total."""
    ties: Literal["competition", "dense"]
    tie_break: TieBreak | None = None
    """What tells equal totals apart; ``None``: they share a rank (or see ``breaks_ties``)."""
    awards: int | None = Field(default=None, ge=1)
    """How many of the first are awarded (表彰), once nothing is provisional; ``None``: nobody."""
    grades: Annotated[tuple[Grade, ...], Field(min_length=1)]
    """From the best down; the last has lower bound 0."""
    conversion_factor: Exact
    """折算: total × factor goes to 督查室."""
    defaults: dict[str, Source]
    """Which of the settings above are ours, by field name."""
    source: Source

    @property
    def items(self) -> tuple[RubricItem, ...]:
        """All sub-items, those within branches too, in rubric order."""
        return tuple(item for group in self.groups for item in group.leaves)

    @property
    def is_there(self) -> bool:
        """Whether the plan has one: its file may be left out, and then nobody is scored."""
        return bool(self.groups)

    @property
    def vetoes(self) -> dict[str, tuple[str, str]]:
        """What a form may say under 一票否决 → the word, and the id of the item that it makes zero, else empty."""
        of_items = {f"{item.name}：{word}": (word, item.id) for item in self.items for word in item.veto}
        return {word: (word, "") for word in self.veto} | of_items
