"""Points given and taken, item by item; rows of a ranking and of the result table (考评结果表), area by area."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from minsheng.domain.base import Exact, Frozen
from minsheng.domain.figure import Award, CellRef
from minsheng.domain.period import Period


class ItemScore(Frozen):
    """One rubric item's points, with everything needed to recompute them."""

    item: str
    name: str
    group: str
    branch: str = Field(default="", exclude_if=lambda value: not value)
    """The name of the item that it is a part of, where the rubric has three levels."""
    text: str
    full_marks: Exact
    extra: bool = Field(default=False, exclude_if=lambda value: not value)
    """Whether it adds or takes beside the full marks."""
    points: Exact | None
    """``None`` where the item is not counted (yet)."""
    exact_points: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    """Before rounding, where the plan rounds the total alone."""
    state: Literal["scored", "not_assessed", "not_due", "not_reported", "excluded"]
    """``not_assessed`` is 未评: left out of the provisional total, never guessed."""
    rule: str
    """The rule in words."""
    formula: str
    """The formula with its numbers put in."""
    because: str = ""
    """The assessor's reason, or why the item is not scored."""
    given: dict[str, str] = {}
    """What went in: completion by indicator, count, level."""
    evidence: tuple[str, ...] = ()
    """What was handed in."""
    evidence_required: str = ""
    """What the rubric asks for, in words."""
    clause: str
    uses_default: bool
    """Whether a default of ours was used."""
    cells: tuple[CellRef, ...] = ()


class PartScore(Frozen):
    """One weighted part of a composite score."""

    id: str
    name: str
    weight: Exact
    full_marks: Exact
    """Weight × the rubric's total."""
    assessed_marks: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    """Of these what is scored so far, where items with a duty are open."""
    points: Exact | None
    """``None`` while nothing in it is scored; two decimals more than the total, which alone is rounded to its own."""
    formula: str

    @property
    def is_bound(self) -> bool:
        """Whether the area has any duty in it."""
        return self.points is not None or self.assessed_marks is not None


class DeductionScore(Frozen):
    """Points taken for events (县区扣分)."""

    item: str
    name: str
    events: tuple[str, ...]
    points: Exact
    formula: str
    because: str = ""
    clause: str


class SectionItemScore(Frozen):
    """One reverse deduction of a section."""

    item: str
    group: str
    text: str
    state: Literal["confirmed", "proposed", "waived", "none", "not_assessed"]
    events: tuple[str, ...] = ()
    points: Exact | None
    """Points lost, ≥ 0; ``None`` where nobody has looked yet (未评)."""
    formula: str
    because: str = ""
    clause: str
    uses_default: bool


class _Scored(Frozen):
    """Points out of the full marks that were assessed."""

    total: Exact
    full_marks: Exact
    out_of: Exact | None = Field(default=None, exclude_if=lambda value: value is None)
    """The marks that its total is compared with, where these are not ``full_marks``."""

    @property
    def marks(self) -> Decimal:
        """已评满分: the marks that were assessed."""
        return self.full_marks if self.out_of is None else self.out_of

    @property
    def rate(self) -> Decimal | None:
        """得分率, by which areas are ranked where they were assessed on different marks."""
        return self.total / self.marks if self.marks else None


class RankRow(_Scored):
    """One line of the ranking."""

    rank: int | None
    area: str
    name: str
    grade: str | None
    converted: Exact | None
    groups: dict[str, Exact]
    """Points by rubric group id, of the groups in which anything is counted."""
    unreported_marks: Exact = Field(default=Decimal(0), exclude_if=lambda value: not value)
    """Full marks of what counts as zero for want of a return, which is no score of zero."""
    award: Award | None = Field(default=None, exclude_if=lambda value: value is None)
    because: str = Field(default="", exclude_if=lambda value: not value)
    """With whom its total is equal, and what then decides."""


class ResultItem(Frozen):
    """One sub-item of the rubric as a row of the result table."""

    item: str
    group: str
    name: str
    full_marks: Exact
    evidence_required: str = ""


class HalfYearRow(Frozen):
    """What a half-year's result table said of a bureau."""

    period: Period
    rank: int | None
    total: Exact
    full_marks: Exact


class ResultRow(_Scored):
    """One county-level bureau in the result table (考评结果表)."""

    rank: int | None
    area: str
    name: str
    groups: dict[str, Exact]
    """Points by rubric group id."""
    items: dict[str, Exact | None]
    """Points by item; ``None`` where the item is not counted (yet)."""
    states: dict[str, str]
    """Why, by item: the states of :class:`ItemScore`."""
    evidence: dict[str, tuple[str, ...]]
    """By item: what was handed in."""
    deducted: Exact
    bonus: Exact | None
    grade: str | None
    converted: Exact | None
    as_of: date | None
    assessed: bool
    """Whether the assessor's form was in."""
    half_years: tuple[HalfYearRow, ...] = Field(default=(), exclude_if=lambda rows: not rows)
    """In a year's table: what its half-years' tables said."""
    award: Award | None = Field(default=None, exclude_if=lambda value: value is None)


class CityStanding(Frozen):
    """One indicator: the city against its own target, beside the counties against theirs."""

    indicator: str
    label: str
    city: Literal["met", "not_met", "unknown"]
    city_said: str
    """Actual and target in words."""
    met: tuple[str, ...]
    """Names of the areas that meet their own target."""
    not_met: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    unknown_words: tuple[str, ...] = ()
    """Of each of these the light's word, which says why."""
