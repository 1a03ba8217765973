"""What a table becomes when it is read, and what every step of reading needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from minsheng.domain.table import Column, Table
from minsheng.domain.units import held_unit
from minsheng.intake.reading.headers import Header
from minsheng.intake.reading.parse_findings import Findings, Where
from minsheng.intake.spreadsheets.cells import ABSENT, ExactValue, ParsedCell, Raw, cell_parser
from minsheng.intake.spreadsheets.grid import Sheet


@dataclass(slots=True)
class ParsedRow:
    """One row of a table; ``id`` is empty where the table has one row, and a number from 1 where it has any number."""

    id: str
    project: str | None
    sheet: str
    row: int
    """The row of the sheet, from 0."""
    _cells: dict[str, ParsedCell] | None = None
    _read: "Callable[[ParsedRow], dict[str, ParsedCell]] | None" = field(default=None, repr=False)

    @property
    def cells(self) -> dict[str, ParsedCell]:
        """Its cells by column; those of a long table's rows are made for whoever asks, which few do."""
        if self._cells is None:
            self._cells = self._read(self) if self._read else {}
        return self._cells


class ParsedColumn(NamedTuple):
    """One column of a table from top to bottom."""

    values: Sequence[ExactValue]
    addresses: Sequence[str]
    unit: str


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
    columns: dict[str, ParsedColumn] = field(default_factory=dict, repr=False)
    """Those that were read as columns, or have been asked for, which rules do again and again."""

    def column(self, name: str) -> ParsedColumn:
        """Return a column; blank where the table does not have it."""
        known = self.columns.get(name)
        if known is None or len(known.values) != len(self.rows):
            cells = [row.cells.get(name, ABSENT) for row in self.rows]
            known = ParsedColumn(
                [cell.value for cell in cells], [cell.cell for cell in cells], cells[0].unit if cells else ""
            )
            self.columns[name] = known
        return known

    def values(self, column: str) -> Sequence[ExactValue]:
        """Return what a column holds."""
        return self.column(column).values


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
    """Addresses of figures that stand as text."""
    percentages: dict[str, str] = field(default_factory=dict)
    """Address → what is shown, of percentage cells that were read as they are shown."""
    serials: dict[str, str] = field(default_factory=dict)
    """Address → what was read, of days that stand as a spreadsheet's numbers."""

    @cached_property
    def parsers(self) -> list[tuple[Column, str, Callable[[Raw], ExactValue]]]:
        """Each column that is there, the unit of its values, and what reads its cells."""
        there = [column for column in self.columns if column.id in self.header.columns]
        return [(column, held_unit(column.id, column.unit), cell_parser(column)) for column in there]

    @cached_property
    def places(self) -> list[int]:
        """Where each of these columns stands in the sheet."""
        return [self.header.columns[column.id] for column, _, _ in self.parsers]

    @cached_property
    def absent(self) -> dict[str, ParsedCell]:
        """The cells of a row, before any of them is read."""
        return {column.id: ABSENT for column in self.columns}

    @cached_property
    def named(self) -> frozenset[int]:
        """The columns of the sheet that are columns or keys of the table."""
        return frozenset(self.header.columns.values())

    def raw(self, row: int, name: str) -> Raw:
        """Return the cell of a column in a row of the sheet."""
        return self.sheet.at(row, self.header.columns[name]) if name in self.header.columns else None

    def where(self, row: int, column: int, *, project: str | None = None, field: str = "") -> Where:
        """Return where a finding about a cell of the sheet stands; without another project it is the table's."""
        return {
            "sheet": self.sheet.name,
            "cell": self.sheet.address(row, column),
            "project": project or self.table.project,
            "field": field,
        }
