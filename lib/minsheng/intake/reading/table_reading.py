"""What a table becomes when it is read, and what every step of reading needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from minsheng.domain.table import Column, Table
from minsheng.intake.reading.headers import Header
from minsheng.intake.reading.parse_findings import Findings
from minsheng.intake.spreadsheets.addresses import column_letters
from minsheng.intake.spreadsheets.cells import Parsed, Raw, cell_parser, show
from minsheng.intake.spreadsheets.grid import Sheet


class ParsedCell(NamedTuple):
    """One value and where it stands."""

    value: Decimal | date | str | None
    cell: str
    raw: Raw = None
    """As it stood in the file."""

    @property
    def shown(self) -> str:
        """What stood in the file, as text."""
        return show(self.raw)


@dataclass
class ParsedRow:
    """One row of a table; ``id`` is empty where the table has one row, and a number from 1 where it has any number."""

    id: str
    project: str | None
    row: int
    """The row of the sheet, from 0."""
    cells: dict[str, ParsedCell] = field(default_factory=dict)


_NOTHING = ParsedCell(None, "")


@dataclass
class ParsedTable:
    """One table as it was read."""

    table: Table
    sheet: str
    rows: list[ParsedRow] = field(default_factory=list)
    complete: bool = True
    """Whether header and all rows were found."""
    header: Header | None = None
    """Where its header stands; ``None`` where there is none."""
    _columns: dict[str, list[Decimal | date | str | None]] = field(default_factory=dict, repr=False)
    """Columns that have been asked for, which rules do again and again."""

    def values(self, column: str) -> Sequence[Decimal | date | str | None]:
        """Return a column from top to bottom; blank where the table does not have it."""
        known = self._columns.get(column)
        if known is None or len(known) != len(self.rows):
            known = self._columns[column] = [row.cells.get(column, _NOTHING).value for row in self.rows]
        return known


@dataclass
class Reading:
    """What reading one sheet needs at every step."""

    table: Table
    columns: Sequence[Column]
    sheet: Sheet
    header: Header
    findings: Findings
    owners: dict[tuple[int, int], tuple[int, int]]
    text_numbers: list[str] = field(default_factory=list)

    @cached_property
    def places(self) -> list[tuple[Column, int, str, Callable[[Raw], Parsed]]]:
        """Each column with where it stands in the sheet, as a number and as letters, and how its cells are read.

        The number is -1 where it is missing.
        """
        at = [self.header.columns.get(column.id, -1) for column in self.columns]
        return [
            (c, n, column_letters(n) if n >= 0 else "", cell_parser(c)) for c, n in zip(self.columns, at, strict=True)
        ]

    @cached_property
    def named(self) -> frozenset[int]:
        """The columns of the sheet that are columns or keys of the table."""
        return frozenset(self.header.columns.values())

    def raw(self, row: int, name: str) -> Raw:
        """Return the cell of a column in a row of the sheet."""
        return self.sheet.at(row, self.header.columns[name]) if name in self.header.columns else None

    def where(self, row: int, name: str) -> str:
        """Return that cell's address in the file."""
        return self.sheet.address(row, self.header.columns[name])
