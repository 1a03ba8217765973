"""What our own expectation types decide, cell by cell: pure functions over columns of exact values.

A frame is a mapping of column → values, all of the same length; values are ``Decimal``, ``date``, ``str`` or ``None``.
Money is held in yuan as ``Decimal`` objects, so that every comparison is exact: a tolerance exists only where a rule
states one. (Integers of fen would be faster, but 万元 columns may carry more digits than fen, and what a county typed
must be compared as typed.) Of one cell a judgement says ``None`` where it is in order, :data:`BLANK` where something
that it needs is blank, and where it is a fault the text of what was computed (an empty one: there is nothing to add to
the rule's own words).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from minsheng.domain.base import plain

Frame = Mapping[str, Sequence[Any]]


class Blank:
    """The type of :data:`BLANK`."""

    def __repr__(self) -> str:
        return "BLANK"


BLANK: Final = Blank()

Finding = str | Blank | None


class CellFinding(NamedTuple):
    """One cell that is not in order, or could not be judged."""

    row: int
    """Its running number in the frame."""
    column: str
    detail: str | None = ""
    """What was computed of a fault; ``None`` where something that the judgement needs is blank."""


PREVIOUS = "prev_"

ZERO = Decimal(0)


def show(number: Decimal) -> str:
    """Write a computed figure, at most four digits after the point."""
    if number == number.to_integral_value():
        return plain(number)
    return plain(number.quantize(Decimal("0.0001"), ROUND_HALF_UP))


def rows_of(frame: Frame) -> range:
    """Return the row numbers of a frame."""
    return range(len(frame["area"]))


def each(frame: Frame, columns: Iterable[str], judge: Callable[[str, int], Finding]) -> list[CellFinding]:
    """Judge every row of each column."""
    found = []
    for column in columns:
        for row in rows_of(frame):
            finding = judge(column, row)
            if finding is not None:
                found.append(CellFinding(row, column, None if isinstance(finding, Blank) else finding))
    return found


def numbers(frame: Frame, columns: Iterable[str], row: int) -> list[Decimal] | None:
    """Return the figures of a row; ``None`` if one is blank."""
    values = [frame[column][row] for column in columns]
    return values if all(isinstance(value, Decimal) for value in values) else None


def signed(columns: Iterable[str]) -> list[tuple[int, str]]:
    """Split the leading ``-`` off column names: (1 or -1, column)."""
    return [(-1, c[1:]) if c.startswith("-") else (1, c) for c in columns]


def signed_sum(frame: Frame, columns: Iterable[str], row: int) -> Decimal | None:
    """Add columns, subtracting those with a leading ``-``; ``None`` if one is blank."""
    total = ZERO
    for sign, column in signed(columns):
        value = frame[column][row]
        if not isinstance(value, Decimal):
            return None
        total += sign * value
    return total


def product_of(frame: Frame, factors: Sequence[str], row: int) -> Decimal | None:
    """Multiply the figures of a row; ``None`` if one is blank."""
    values = numbers(frame, factors, row)
    if values is None:
        return None
    result = Decimal(1)
    for value in values:
        result *= value
    return result
