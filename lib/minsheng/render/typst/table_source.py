"""A table of a page → Typst source: cells with their spans, sides and colours, in one part or in several."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from minsheng.render.typst.arrangement import Arrangement, TablePart, arrange
from minsheng.render.typst.cell_styles import CellStyles, classes_of, fill, is_bold, paint, side
from minsheng.render.typst.table_grid import Cell, GridRow, grid_of

_RIGHT_HEADS = frozenset({"figures", "ranking", "scores"})
_LOOKED_AT = 40
"""Rows that say to which side a column's entries go."""
_MOST_HEAD = 0.4
"""Of a sheet: a higher head is not repeated, or nothing would fit below it."""


class Writer(Protocol):
    """What writes the content of cells."""

    styles: CellStyles
    unit: str
    room: float
    width: float
    form: str
    made: Any

    def inner(self, element: Any) -> list[str]:
        """Write texts and elements in their order."""

    def may_turn(self, element: Any) -> bool:
        """Whether a table may lie on a sheet of its own."""

    def said(self, element: Any) -> str:
        """Return an element's text, with a line end for each ``br``."""


def call_of(name: str, arguments: Iterable[str]) -> str:
    """Write a call."""
    return f"{name}({', '.join(arguments)})"


def array_of(items: Iterable[str]) -> str:
    """Write an array."""
    return f"({''.join(f'{item},' for item in items)})"


def write_table(writer: Writer, table: Any) -> str:
    """Write a table, and note for each row below its head which cells name it."""
    grid = grid_of(table)
    caption = table.find("caption")
    said = call_of("span", writer.inner(caption)) if caption is not None else "none"
    if not grid.columns:
        return call_of("p", [said]) if caption is not None else "group()"
    how = arrange(table, grid, writer.form, writer.said, upright=writer.width, may_turn=writer.may_turn(table))
    before = writer.room, writer.width, writer.unit
    written = [
        _Table(writer, table, how, part).write(said if at == 1 else "none", (at, len(how.parts)))
        for at, part in enumerate(how.parts, start=1)
    ]
    writer.room, writer.width, writer.unit = before
    whole = written[0] if len(written) == 1 else call_of("group", written)
    return call_of("landscape", [whole]) if how.across else whole


class _Table:
    def __init__(self, writer: Writer, table: Any, how: Arrangement, part: TablePart) -> None:
        self._writer, self._table, self._how, self._part = writer, table, how, part
        self._classes = classes_of(table)
        self._sides = [self._usual_side(column) for column in range(part.grid.columns)]

    def write(self, caption: str, place: tuple[int, int]) -> str:
        how, part = self._how, self._part
        self._writer.unit = "unit-below"
        head = [self._cell(cell, row, is_head=True, tall=False) for row in part.grid.head for cell in row.cells]
        self._writer.unit = "unit-beside"
        body = []
        for at, row in enumerate(part.grid.body):
            for cell in row.cells:
                high = sum(part.heights[1][at : at + cell.rows])
                body.append(self._cell(cell, row, is_head=False, tall=high > how.sheet))
            if row.cells:
                naming = tuple(place for place, cell in enumerate(row.cells) if cell.names_row)
                self._writer.made.row_headers.append(naming)
        above = self._table.getparent()
        after = above.getnext() if above is not None else None
        named = {
            "caption": caption,
            "widths": array_of(f"{share:.4g}" for share in part.shares),
            "aligns": array_of(f"{each} + top" for each in self._sides),
            "width": f"{how.width:g}%",
            "whole": str(how.whole).lower(),
            "size": f"{how.size:g}pt",
            "inset": f"{how.inset:g}em",
            "keep": str(how.whole and after is not None and "note" in classes_of(after)).lower(),
            "head": array_of(head),
            "repeat": str(sum(part.heights[0]) < _MOST_HEAD * how.sheet).lower(),
            "part": array_of(map(str, place)) if place[1] > 1 else "none",
        }
        return call_of("rows", [*(f"{name}: {value}" for name, value in named.items()), *body])

    def _cell(self, cell: Cell, row: GridRow, *, is_head: bool, tall: bool) -> str:
        declared = self._declared(cell, row)
        spans = [f"{name}: {count}" for name, count in (("colspan", cell.columns), ("rowspan", cell.rows)) if count > 1]
        aligned = self._side(cell, declared, is_head=is_head)
        options = list(spans)
        if is_head:
            options += [f"align: {aligned} + bottom"] if cell.columns == 1 else []
        elif aligned != self._sides[cell.column]:
            options.append(f"align: {aligned} + top")
        background = fill(declared)
        options += [f'fill: rgb("{background}")'] if background else []
        options += ["breakable: true"] if tall else []
        self._writer.room = sum(self._part.rooms[cell.column : cell.column + cell.columns])
        self._writer.width = self._writer.room * self._how.size
        parts = self._writer.inner(cell.element) if cell.element is not None else []
        content = parts[0] if len(parts) == 1 else call_of("span", parts) if parts else "none"
        told = [f'paint: rgb("{found}")' for found in [paint(declared)] if found]
        told += ["plain: false"] if is_bold(declared) else []
        content = call_of("styled", [*told, content]) if told and parts else content
        if row.element is not None and "total" in classes_of(row.element):
            return call_of("total", [*options, content])
        if is_head and cell.columns > 1:
            return call_of("spanning", [*options, content])
        return call_of("cell", [*options, content]) if options else content

    def _declared(self, cell: Cell, row: GridRow) -> dict[str, str]:
        own = self._writer.styles.of(cell.element) if cell.element is not None else {}
        inherited = row.element.get("style") if row.element is not None else None
        return {**self._writer.styles.of(row.element), **own} if inherited else own

    def _side(self, cell: Cell, declared: dict[str, str], *, is_head: bool) -> str:
        told = side(declared)
        if told or cell.element is None:
            return told or "left"
        own = classes_of(cell.element)
        if "num" in own:
            return "right"
        if "dataframe" in self._classes:
            return "left" if cell.element.tag == "th" and not is_head else "right"
        by_head = is_head and _RIGHT_HEADS & self._classes and cell.column > 0 and "text" not in own
        return "right" if by_head else "left"

    def _usual_side(self, column: int) -> str:
        seen: Sequence[GridRow] = self._part.grid.body[:_LOOKED_AT]
        cells = [
            (cell, row) for row in seen for cell in row.cells if cell.column == column and cell.element is not None
        ]
        counts = Counter(self._side(cell, self._declared(cell, row), is_head=False) for cell, row in cells)
        return counts.most_common(1)[0][0] if counts else "left"
