"""评分细则: how points are given to counties, and taken from sections."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from minsheng.domain.base import Exact, Frozen, Source
from minsheng.domain.indicator import TieBreak
from minsheng.domain.item_rules import CountedRule, ItemRule


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
        """Whether an area has this item: not where so and so many are asked of others, and none of it."""
        asked = not isinstance(self.rule, CountedRule) or self.rule.target_of(area_id) > 0
        return asked and (not self.applies_to or area_id in self.applies_to)


class RubricBranch(Frozen):
    """A level between group and item: what an item is whose parts are scored each by its own rule (三级指标)."""

    id: str
    name: str
    full_marks: Exact
    items: Annotated[tuple[RubricItem, ...], Field(min_length=1)]
    source: Source


def _level(value: Any) -> str:
    return "branch" if ("items" in value if isinstance(value, dict) else isinstance(value, RubricBranch)) else "item"


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

    @property
    def is_there(self) -> bool:
        """Whether the plan has one: its file may be left out, and then no section is scored."""
        return bool(self.groups)


_NO_RUBRIC = Source(document="ours", why="方案没有考评细则")

# Without items, so that whoever walks through them finds none; a file that is there must have some.
NO_COUNTY_RUBRIC = CountyRubric.model_construct(
    total=Decimal(0),
    groups=(),
    deductions=(),
    same_event_counts_once=True,
    bonus=Bonus(cap=None, breaks_ties=False, in_total=False, text="", source=_NO_RUBRIC),
    total_floor=Decimal(0),
    decimals=2,
    ties="competition",
    grades=(),
    conversion_factor=Decimal(1),
    defaults={},
    source=_NO_RUBRIC,
)
"""What a plan without rubric_county.yaml has."""

NO_SECTION_RUBRIC = SectionRubric(
    groups=(),
    item_floor=None,
    total_cap=None,
    decimals=2,
    defaults={},
    source=_NO_RUBRIC,
)
"""What a plan without rubric_section.yaml has."""
