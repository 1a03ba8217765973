"""A workbook as plain data: values, addresses, merged ranges, what is hidden, which cells hold errors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from minsheng.domain.addresses import address, addresses, addresses_down, position
from minsheng.intake.spreadsheets.cells import Raw
from minsheng.intake.spreadsheets.guard_words import Said


@dataclass(frozen=True)
class Sheet:
    """One sheet, from A1 on."""

    name: str
    rows: tuple[tuple[Raw, ...], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row, last column, from 0, inclusive."""
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)
    """Address → error value (``#DIV/0!``)."""
    uncached: frozenset[str] = frozenset()
    """Addresses of formulas that were saved without a value."""
    pictures: bool = False
    """Whether pictures, drawings or text boxes lie on it; what they show is not read."""
    first_row: int = 0
    """The row of the file that ``rows[0]`` is, where one sheet was cut out of a longer one (csv)."""

    @cached_property
    def width(self) -> int:
        """The number of columns."""
        return max((len(row) for row in self.rows), default=0)

    @cached_property
    def unreadable(self) -> frozenset[str]:
        """The addresses of error cells and of formulas without a value."""
        return self.uncached | self.errors.keys()

    @cached_property
    def unreadable_rows(self) -> frozenset[int]:
        """The rows, from 0, in which such cells stand."""
        return frozenset(at[0] - self.first_row for each in self.unreadable if (at := position(each)))

    def at(self, row: int, column: int) -> Raw:
        """Return one cell; outside of the sheet it is blank."""
        if row < 0 or column < 0:
            return None
        try:
            return self.rows[row][column]
        except IndexError:
            return None

    def address(self, row: int, column: int) -> str:
        """Return a cell's address in the file: whoever reads a sheet takes addresses from here."""
        return address(row + self.first_row, column)

    def addresses(self, row: int, columns: Iterable[int]) -> list[str]:
        """Return the addresses of some cells of a row."""
        return addresses(row + self.first_row, columns)

    def addresses_down(self, rows: Iterable[int], columns: Iterable[int]) -> list[list[str]]:
        """Return the addresses of some rows' cells by column."""
        return addresses_down((row + self.first_row for row in rows), columns)

    def spread(self, last_row: int) -> dict[tuple[int, int], tuple[int, int]]:
        """Map each cell of a merged range that begins at or above ``last_row`` to the cell that holds its value."""
        owners: dict[tuple[int, int], tuple[int, int]] = {}
        for top, left, bottom, right in self.merged:
            if top <= last_row:
                for row in range(top, min(bottom, len(self.rows) - 1) + 1):
                    for column in range(left, min(right, self.width - 1) + 1):
                        owners[row, column] = (top, left)
        return owners

    def cut(self, first: int, last: int, name: str) -> "Sheet":
        """Return rows ``first`` to ``last`` (exclusive) as a sheet of its own."""
        return replace(self, name=name, rows=self.rows[first:last], first_row=self.first_row + first)


@dataclass(frozen=True)
class Workbook:
    """One delivered file."""

    format: str
    """``xlsx``, ``xls``, ``ods`` or ``csv``, recognised by content."""
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    """What was seen and ignored: ``macros``, ``external_links``."""
    said: tuple[Said, ...] = ()
    """Texts outside of all cells that may hold personal numbers."""
