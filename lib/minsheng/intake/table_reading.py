"""What a table becomes when it is read, and what every step of reading needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from minsheng.domain.table import Column, Table
from minsheng.intake.cells import Raw
from minsheng.intake.findings import Findings
from minsheng.intake.grid import Sheet
from minsheng.intake.headers import Header


@dataclass(frozen=True)
class ParsedCell:
    """One value and where it stands."""

    value: Decimal | date | str | None
    cell: str
    raw: str = ""


@dataclass
class ParsedRow:
    """One row of a table; ``id`` is empty where the table has one row, and a number from 1 where it has any number."""

    id: str
    project: str | None
    cells: dict[str, ParsedCell] = field(default_factory=dict)


@dataclass
class ParsedTable:
    """One table as it was read."""

    table: Table
    sheet: str
    rows: list[ParsedRow] = field(default_factory=list)
    complete: bool = True
    """Whether header and all rows were found."""


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

    def raw(self, row: int, name: str) -> Raw:
        """Return the cell of a column in a row of the sheet."""
        return self.sheet.at(row, self.header.columns[name]) if name in self.header.columns else None

    def where(self, row: int, name: str) -> str:
        """Return that cell's address in the file."""
        return self.sheet.address(row, self.header.columns[name])
