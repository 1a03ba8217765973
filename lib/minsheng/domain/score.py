"""Points: of one rubric item, of one part of a composite score, and those taken for events."""

from typing import Literal

from minsheng.domain.base import Exact, Frozen
from minsheng.domain.figure import CellRef


class ItemScore(Frozen):
    """One rubric item's points, with everything needed to recompute them."""

    item: str
    name: str
    group: str
    text: str
    full_marks: Exact
    points: Exact | None
    """``None`` where the item is not counted (yet)."""
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
    points: Exact | None
    """``None`` while nothing in it is scored."""
    formula: str


class DeductionScore(Frozen):
    """Points taken for events (县区扣分)."""

    item: str
    name: str
    events: tuple[str, ...]
    points: Exact
    formula: str
    because: str = ""
    clause: str
