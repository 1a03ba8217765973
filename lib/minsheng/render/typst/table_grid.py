"""An HTML table as a grid: which cell stands where, however it spans, and rows that all have every column.

Browsers forgive a row that is short and a span that leads nowhere; Typst would let the next row's cells flow into the
gap. So a gap becomes an empty cell here, and a span ends where the table does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

_MOST_SPAN = 1000
"""As in browsers; a wider one would be a table of its own."""
_SECTIONS = frozenset({"thead", "tbody", "tfoot"})


@dataclass(frozen=True)
class Cell:
    """A cell at its place."""

    element: Any  # ``th`` or ``td``; ``None`` for a gap
    column: int  # where it begins, from 0
    columns: int = 1  # how far it reaches, at least 1, as ``rows``
    rows: int = 1

    @property
    def names_row(self) -> bool:
        """Whether it is a header; in a body's row, the row's."""
        return self.element is not None and self.element.tag == "th"


@dataclass(frozen=True)
class GridRow:
    """The cells that begin in a row, and its element (``None`` for none)."""

    element: Any
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """A table."""

    columns: int  # how many there are
    head: tuple[GridRow, ...]  # rows that are repeated on every sheet
    body: tuple[GridRow, ...]  # all other rows

    def row_headers(self) -> int:
        """Return how many columns at the left name rows: at most all but one."""
        counts = [_leading_headers(row) for row in self.body if len(row.cells) > 1]
        return min(max(counts, default=0), self.columns - 1)

    def part(self, kept: int, first: int, last: int) -> "Grid":
        """Return the columns that name rows, and those from ``first`` up to before ``last``; a span is cut at edges."""
        chosen = [*range(kept), *range(first, last)]
        place = {column: number for number, column in enumerate(chosen)}
        return Grid(len(chosen), _narrowed(self.head, place), _narrowed(self.body, place))


def grid_of(table: Any) -> Grid:
    """Place the cells of a ``table`` element; tables within its cells are their own affair."""
    rows = list(_rows(table))
    head = [row for row in rows if row.getparent().tag == "thead"]
    body = [row for row in rows if row.getparent().tag != "thead"]
    if not head:  # a table without one may still begin with rows that only name columns
        count = next((at for at, row in enumerate(body) if any(cell.tag != "th" for cell in _cells(row))), 0)
        head, body = body[:count], body[count:]
    if not body:  # a head repeats above something
        head, body = [], head
    placed = _placed(head), _placed(body)
    columns = max((cell.column + 1 for section in placed for row in section for cell in row.cells), default=0)
    return Grid(columns, *(_filled(section, columns) for section in placed))


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in _SECTIONS:
            yield from (row for row in child if row.tag == "tr")


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row if cell.tag in {"td", "th"}]


def _placed(rows: Sequence[Any]) -> list[GridRow]:
    taken: dict[int, int] = {}  # column → rows for which a cell from above still stands there
    placed = []
    for at, row in enumerate(rows):
        column, cells = 0, []
        for element in _cells(row):
            while taken.get(column):
                column += 1
            wide = _span(element, "colspan", _MOST_SPAN)
            room = next((step for step in range(1, wide) if taken.get(column + step)), wide)
            cells.append(Cell(element, column, room, _span(element, "rowspan", len(rows) - at)))
            column += room
        taken = {each: left - 1 for each, left in taken.items() if left > 1}
        for cell in cells:
            if cell.rows > 1:
                taken |= dict.fromkeys(range(cell.column, cell.column + cell.columns), cell.rows - 1)
        placed.append(GridRow(row, tuple(cells)))
    return placed


def _span(element: Any, name: str, most: int) -> int:
    text = (element.get(name) or "1").strip()
    number = int(text) if text.isascii() and text.isdigit() else 1
    return most if name == "rowspan" and number == 0 else max(1, min(number, most))


def _filled(rows: Iterable[GridRow], columns: int) -> tuple[GridRow, ...]:
    taken: dict[int, int] = {}
    filled = []
    for row in rows:
        cells = [replace(cell, columns=min(cell.columns, columns - cell.column)) for cell in row.cells]
        there = {each for cell in cells for each in range(cell.column, cell.column + cell.columns)}
        there |= taken.keys()
        cells += [Cell(None, column) for column in range(columns) if column not in there]
        taken = {each: left - 1 for each, left in taken.items() if left > 1}
        for cell in cells:
            if cell.rows > 1:
                taken |= dict.fromkeys(range(cell.column, cell.column + cell.columns), cell.rows - 1)
        filled.append(GridRow(row.element, tuple(sorted(cells, key=lambda cell: cell.column))))
    return tuple(filled)


def _narrowed(rows: Iterable[GridRow], place: dict[int, int]) -> tuple[GridRow, ...]:
    return tuple(GridRow(row.element, tuple(_shown(row, place))) for row in rows)


def _shown(row: GridRow, place: dict[int, int]) -> Iterator[Cell]:
    for cell in row.cells:
        within = [place[column] for column in range(cell.column, cell.column + cell.columns) if column in place]
        for first, count in _runs(within):
            yield replace(cell, column=first, columns=count)


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield places[start], at - start
            start = at


def _leading_headers(row: GridRow) -> int:
    count = 0
    for cell in row.cells:
        if not cell.names_row or cell.column != count:
            break
        count += cell.columns
    return count
