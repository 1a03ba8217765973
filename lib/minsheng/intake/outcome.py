"""How a rule ended on a frame, without knowing what ran it."""

from dataclasses import dataclass, field

from minsheng.intake.rules import Rule


@dataclass(frozen=True)
class CellFault:
    """One faulty cell: the row's running number, the column, and what was computed."""

    row: int
    column: str
    detail: str = ""


@dataclass
class RuleRun:
    """How one rule ended on one frame."""

    rule: Rule
    faults: list[CellFault] = field(default_factory=list)
    blank_rows: frozenset[int] = frozenset()
    """Rows that could not be judged because something the rule needs is blank."""
    error: str = ""
    """Why the rule could not run; then nothing else is known."""
