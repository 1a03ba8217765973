"""How a table gets onto a sheet: widths of its columns, size, upright or across, whole, or in parts side by side.

Our own tables come with the widths of their columns (``table.set`` with a ``colgroup``). Any other is measured: upright
in the usual size if that holds its words, else smaller, else across, else in parts that repeat the columns which name
the rows. Nothing is ever wider than its column: a longer word is broken (:func:`breakable`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any

from minsheng.render.typst.cell_styles import classes_of
from minsheng.render.typst.table_grid import Cell, Grid, GridRow

# Advance widths of printable ASCII in thousandths of an em, the larger of 宋体 and 黑体; a test reads them from fonts.
_ASCII = (
    256, 323, 474, 574, 555, 923, 779, 278, 364, 364, 478, 580, 327, 347, 327, 392, 557, 555, 558, 557, 555, 558, 558,
    555, 558, 562, 327, 327, 580, 580, 580, 474, 946, 718, 670, 691, 770, 652, 629, 741, 853, 405, 535, 731, 625, 975,
    796, 767, 641, 767, 715, 596, 659, 797, 714, 1053, 700, 687, 605, 344, 392, 344, 580, 563, 606, 563, 638, 538, 629,
    554, 388, 566, 663, 332, 311, 607, 334, 974, 661, 606, 638, 620, 462, 473, 377, 653, 548, 838, 564, 552, 498, 374,
    316, 374, 580,
)  # fmt: skip
_FIRST, _LAST = 0x20, 0x7E
_WORD = re.compile(r"[^\s\u2e80-\U0010ffff]+")
_STEP = 4
"""Letters of a word too long for its line that stay together."""

_MM = 72 / 25.4
UPRIGHT = {"": 168 * _MM, "official": 156 * _MM}
"""Form of a page → width of its text, in points."""
_ACROSS = {"": 255 * _MM, "official": 243 * _MM}
_SHEET, _SHEET_ACROSS = 251 * _MM * 0.85, 164 * _MM * 0.85
"""Points of height that may surely be kept together: the estimate of a row's height is a bound from above, its head and
caption come on top."""
_SIZES = ((9.0, False), (8.0, False), (7.0, False), (8.0, True), (7.0, True))
"""Size of a measured table and whether it lies across, best first."""
_DENSE = 8.6
_INSET, _INSET_NARROW = 0.7, 0.45
_LINE, _ROW_AIR = 1.45, 0.72
_MOST, _MOST_WORD, _LEAST = 30.0, 12.0, 5.0
"""Ems: an entry wraps beyond the first; a word breaks beyond the second; text is not squeezed below the third."""
_AIR, _NARROWEST = 1.3, 50
_WHOLE = frozenset({"figures", "matrix", "ranking", "scores"})
_PERCENT = re.compile(r"width:\s*([\d.]+)%")
_FIRST_OF_EVEN, _TEXT_OF_EVEN, _FIRST_OF_MATRIX = 27.0, 17.0, 13.0


@dataclass(frozen=True)
class TablePart:
    """A table, or the columns of one that stand on a sheet together."""

    grid: Grid
    shares: tuple[float, ...]  # of the table's width, per column
    rooms: tuple[float, ...]  # ems for text, per column
    # bounds from above in points, per row of the head and of the body
    heights: tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Arrangement:
    """How a table is set."""

    parts: tuple[TablePart, ...]  # several for a table that is too wide for any sheet
    size: float  # of its text, in points
    inset: float  # blank at either side of an entry, in ems
    across: bool  # on sheets of its own, turned
    width: float  # of the table, in per cent
    whole: bool  # stays on one sheet
    sheet: float  # points that a row may be high and stay together


def text_width(text: str) -> float:
    """Return a bound from above of a text's width, in ems."""
    return sum(_ASCII[ord(each) - _FIRST] if each <= "~" else 1000 for each in text if each >= " ") / 1000


def longest_word(text: str) -> float:
    """Return the width of the longest run of letters in which no line may end, in ems."""
    return max(map(text_width, _WORD.findall(text)), default=0.0)


def breakable(text: str, room: float) -> Iterator[str]:
    """Yield the pieces of a text between which a line may end where a word is wider than ``room`` ems."""
    if len(text) * 1.06 <= room:
        yield text
        return
    begin = 0
    for found in _WORD.finditer(text):
        if text_width(found[0]) > room:
            for at in range(found.start() + _STEP, found.end(), _STEP):
                yield text[begin:at]
                begin = at
    yield text[begin:]


def arrange(
    table: Any, grid: Grid, form: str, text_of: Callable[[Any], str], *, upright: float, may_turn: bool
) -> Arrangement:
    """Decide how a table is set; ``upright`` is the width in points where it stands, ``form`` ``official`` or empty."""
    classes = classes_of(table)
    measured = _Measured(grid, text_of)
    given = _given_shares(table, grid, classes)
    if given is not None:
        size, width = (_DENSE if {"issues", "ranking"} & classes else 9.0), _width(table)
        room = upright * width / 100 / size
        part = _part(measured, grid, [share * room for share in given], size, _INSET)
        return _arranged((part,), size, across=False, width=width, inset=_INSET, classes=classes)
    for size, across in (each for each in _SIZES if may_turn or not each[1]):
        room = (_ACROSS[form] if across else upright) / size
        inset = _INSET if size == _SIZES[0][0] else _INSET_NARROW
        ems = _shared(measured.least, measured.natural, room, inset)
        if ems is not None:
            width = 100.0 if sum(ems) >= room else min(100.0, max(_NARROWEST, round(100 * _AIR * sum(ems) / room)))
            whole = [each * room * width / 100 / sum(ems) for each in ems]
            part = _part(measured, grid, whole, size, inset)
            return _arranged((part,), size, across=across, width=width, inset=inset, classes=classes)
    return _split(measured, grid, _ACROSS[form] if may_turn else upright, classes, across=may_turn)


class _Measured:
    """What the columns of a grid need, in ems, and what its cells say."""

    def __init__(self, grid: Grid, text_of: Callable[[Any], str]) -> None:
        self._text_of = text_of
        self._texts: dict[Any, str] = {}
        self.natural, self.least = [_LEAST / 2] * grid.columns, [1.0] * grid.columns
        for row in (*grid.head, *grid.body):
            for cell in row.cells:
                if cell.columns == 1 and cell.element is not None:
                    text = self.text(cell)
                    natural = min(_MOST, max(map(text_width, text.split("\n"))))
                    word = min(_MOST_WORD, longest_word(text))
                    column = cell.column
                    self.natural[column] = max(self.natural[column], natural, word)
                    self.least[column] = max(self.least[column], word, min(natural, _LEAST))

    def text(self, cell: Cell) -> str:
        if cell.element is None:
            return ""
        if cell.element not in self._texts:
            self._texts[cell.element] = self._text_of(cell.element)
        return self._texts[cell.element]


def _given_shares(table: Any, grid: Grid, classes: frozenset[str]) -> list[float] | None:
    """Return the shares that the page sets: by its ``colgroup``, or in the ways that ``.even`` stands for."""
    columns = [_PERCENT.search(column.get("style") or "") for column in table.findall("./colgroup/col")]
    shares = [float(found[1]) for found in columns if found]
    if not shares and "even" in classes and grid.head and len(grid.head[-1].cells) == grid.columns:
        first = _FIRST_OF_MATRIX if "matrix" in classes else _FIRST_OF_EVEN
        fixed = {0: first} | {
            cell.column: _TEXT_OF_EVEN for cell in grid.head[-1].cells[1:] if "text" in classes_of(cell.element)
        }
        rest = (100 - sum(fixed.values())) / max(grid.columns - len(fixed), 1)
        shares = [fixed.get(column, rest) for column in range(grid.columns)]
    whole = sum(shares)
    return [share / whole for share in shares] if len(shares) == grid.columns and whole > 0 else None


def _width(table: Any) -> float:
    found = _PERCENT.search(table.get("style") or "")
    return min(float(found[1]), 100.0) if found else 100.0


def _shared(least: Sequence[float], natural: Sequence[float], room: float, inset: float) -> list[float] | None:
    """Return the columns' widths in ems; ``None`` where not even the least fit."""
    blank = 2 * inset
    if sum(natural) + blank * len(natural) <= room:
        return [need + blank for need in natural]
    spare = room - sum(least) - blank * len(least)
    if spare < 0:
        return None
    wanted = sum(natural) - sum(least)
    return [low + blank + spare * (high - low) / wanted for low, high in zip(least, natural, strict=True)]


def _split(measured: _Measured, grid: Grid, width: float, classes: frozenset[str], *, across: bool) -> Arrangement:
    """Set columns side by side as far as a sheet holds them; each part repeats what names the rows."""
    size, inset = _SIZES[-1][0], _INSET_NARROW
    room = width / size
    kept = grid.row_headers()
    needs = [need + 2 * inset for need in measured.least]
    left = sum(needs[:kept])
    if left > room / 2:
        needs[:kept] = [need * room / 2 / left for need in needs[:kept]]
        left = room / 2
    bounds, used = [kept], left
    for column in range(kept, grid.columns):
        if used + needs[column] > room and column > bounds[-1]:
            bounds.append(column)
            used = left
        used += needs[column]
    bounds.append(grid.columns)
    parts: list[TablePart] = []
    for first, last in pairwise(bounds):
        own = [*needs[:kept], *needs[first:last]]
        scale = max(1.0, room / sum(own)) if len(parts) < len(bounds) - 2 else min(1.5, room / sum(own))
        parts.append(_part(measured, grid.part(kept, first, last), [each * scale for each in own], size, inset))
    return _arranged(tuple(parts), size, across=across, width=100.0, inset=inset, classes=classes)


def _part(measured: _Measured, grid: Grid, ems: Sequence[float], size: float, inset: float) -> TablePart:
    rooms = [max(each - 2 * inset, 1.0) for each in ems]

    def height(row: GridRow) -> float:
        return max((_height(measured.text(cell), cell, rooms, size) for cell in row.cells), default=0.0)

    heights = tuple(map(height, grid.head)), tuple(map(height, grid.body))
    return TablePart(grid, tuple(ems), tuple(rooms), heights)


def _height(text: str, cell: Cell, rooms: Sequence[float], size: float) -> float:
    """Return a bound from above of how high a cell is; of one that spans rows, its part of each."""
    room = sum(rooms[cell.column : cell.column + cell.columns])
    # A line may end early by most of a word, which for 汉字 is one and a mark that must not begin the next.
    usable = max(room - min(longest_word(text) + 1, room / 2), 1.0)
    lines = sum(1 if width <= room else ceil(width / usable) for width in map(text_width, text.split("\n")))
    return (lines * _LINE + _ROW_AIR) * size / cell.rows


def _arranged(
    parts: tuple[TablePart, ...], size: float, *, across: bool, width: float, inset: float, classes: frozenset[str]
) -> Arrangement:
    sheet = _SHEET_ACROSS if across else _SHEET
    high = max(sum(part.heights[0]) + sum(part.heights[1]) for part in parts)
    whole = bool(_WHOLE & classes) and "over-pages" not in classes and high < sheet
    return Arrangement(parts, size, inset, across, width, whole, sheet)
