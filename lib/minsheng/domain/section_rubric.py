"""科室考评: how points are taken from sections (倒扣分)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from minsheng.domain.base import Exact, Frozen, Source


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
