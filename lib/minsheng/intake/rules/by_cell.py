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

RowFinding = str | Blank | None


class CellFinding(NamedTuple):
    """One cell that is not in order, or could not be judged."""

    row: int
    """Its running number in the frame."""
    column: str
    detail: str | None = ""
    """What was computed of a fault; ``None`` where something that the judgement needs is blank."""


PREVIOUS = "prev_"

COMPARED = "compared"
"""The column of a frame that says of each row with which month its figures are compared."""


class ComparedMonth(NamedTuple):
    """With what a figure of an earlier month is compared."""

    name: str
    """As a sentence calls that month: 上月（5月）, 8月, 年初."""
    gap: int = 0
    """How many months since have no accepted figure although one was due."""
    missed: str = ""
    """Those months: 9月."""


LAST_MONTH = ComparedMonth("上月")

ZERO = Decimal(0)


def show(number: Decimal, places: Decimal = Decimal("0.0001")) -> str:
    """Write a computed figure, by default with at most four digits after the point."""
    if number == number.to_integral_value():
        return plain(number)
    return plain(number.quantize(places, ROUND_HALF_UP))


Units = Mapping[str, tuple[Decimal, str]]
"""Column → what its figures are multiplied with once they are read, and the unit in which they are written."""


class Columns(dict[str, Sequence[Any]]):
    """A frame that knows how counties write its figures."""

    def __init__(self, columns: Frame, units: Units) -> None:
        super().__init__(columns)
        self.units = units


def written(frame: Frame, column: str, beside: str = "") -> Callable[[Decimal], str]:
    """Return what writes a figure as those of a column are written: 1329.48万元, and not 13294800.

    Divided by one of ``beside`` that is written to another scale it is written as it is held, or the sum on the page
    would not come out: 1300000元 ÷ 1000人 = 1300.
    """
    (scale, unit), (other, _) = (_unit(frame, name) for name in (column, beside or column))
    if scale != other:
        scale, unit = Decimal(1), "元" if scale != 1 else unit
    places = Decimal("0.0001") / scale  # to the fen, however large the unit

    return lambda number: f"{show(number / scale, places)}{unit}"


def ratio_unit(frame: Frame, numerator: str, denominator: str, scale: Decimal) -> str:
    """Return the unit of one column divided by another and multiplied: % of its own kind, 元/人次, or none."""
    above, below = ("元" if size != 1 else unit for size, unit in (_unit(frame, numerator), _unit(frame, denominator)))
    if above == below:
        return "%" if above and scale == 100 else ""
    return f"{above}/{below}" if above and below and scale == 1 else ""


def _unit(frame: Frame, column: str) -> tuple[Decimal, str]:
    known: Units = frame.units if isinstance(frame, Columns) else {}
    return known.get(column.removeprefix("-").removeprefix(PREVIOUS), (Decimal(1), ""))


def compared(frame: Frame, column: str, row: int) -> ComparedMonth:
    """Return with which month a figure is compared; a frame that does not say means last month."""
    known = frame.get(COMPARED)
    return known[row].get(column, LAST_MONTH) if known else LAST_MONTH


def rows_of(frame: Frame) -> range:
    """Return the row numbers of a frame."""
    return range(len(frame["area"]))


def each(frame: Frame, columns: Iterable[str], judge: Callable[[str, int], RowFinding]) -> list[CellFinding]:
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
