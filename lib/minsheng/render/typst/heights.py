"""How high a piece of a page is on paper: a bound from above, for pages that must not become more.

What gives way where a page is full is the piece's own affair. This knows what the template (``report.typ``) sets, block
by block, and what :mod:`arrangement` says of tables; ``tests/render/test_heights.py`` holds it to printed pages.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any, NamedTuple

import lxml.html  # type: ignore[import-untyped]
from lxml import etree

from minsheng.render.html.markup import Content, Piece
from minsheng.render.html.page import look
from minsheng.render.typst.arrangement import UPRIGHT, arrange, text_width
from minsheng.render.typst.cell_styles import classes_of
from minsheng.render.typst.table_grid import Cell, GridRow, grid_of

PAGE, TEXT_WIDTH = 251.0, 168.0
"""Millimetres of a page between its margins, down and across."""

_MM = 25.4 / 72
_WIDTH = UPRIGHT[""]
_UNIT = re.compile(r"[!-~]+|.", re.DOTALL)
"""What stays on one line: a run of Latin letters and digits, or a character."""
_SIZE = re.compile(rb'width="([\d.]+)mm" height="([\d.]+)mm"')
_GAP = 15.75
"""Points between paragraphs, 1.5 ems; a block beside one that says its own blank wins, whichever is larger."""


class _Look(NamedTuple):
    """A kind of text: size and line as in the template; blanks above, below and within, at its sides, in points."""

    size: float
    line: float
    above: float | None = None
    below: float | None = None
    padding: float = 0.0
    sides: float = 0.0


class _Block(NamedTuple):
    """A block with the blanks around it, in points; of two that meet the larger counts."""

    above: float | None
    height: float
    below: float | None


def _points(name: str) -> float:
    return float(look()[name].removesuffix("pt"))


_BODY = _Look(_points("body_size"), _points("body_line"))
_NOTE = _Look(_points("note_size"), _points("note_line"), 8.4, 8.4)
_LOOKS = {
    "note": _NOTE,
    "figcaption": _NOTE._replace(above=5.25, below=0.0),
    "summary": _Look(11.3, 1.72, _GAP, 13.7),
    "callout": _Look(10.0, 1.7, _GAP, _GAP, padding=14.7, sides=24.0),
    "issuer": _Look(10.0, 1.0, 0.0, 9.5),
    "h1": _Look(18.4, 1.72, 7.5, 12.0),
    "h2": _Look(13.2, 1.72, 26.5, 13.3),
    "h3": _Look(10.8, 1.72, 18.4, 10.8),
}


def height_of(*content: Content | Piece) -> float:
    """Return how many millimetres of a page pieces of a report take, one below the other, at most."""
    flat = [each for one in content for each in (one.elements if isinstance(one, Piece) else [one])]
    html = Piece(*flat)._repr_html_()
    high, gap = 0.0, None
    if html.strip():
        for number, block in enumerate(_blocks(lxml.html.fragment_fromstring(html, create_parent="main"))):
            # Blanks at the edges of a page are dropped.
            high += (_between(gap, block.above) if number else 0.0) + block.height
            gap = block.below
    return high * _MM


def _between(below: float | None, above: float | None) -> float:
    own = [blank for blank in (below, above) if blank is not None]
    return max(own, default=_GAP)


def lines_of(text: str, room: float) -> int:
    """Return how many lines of ``room`` ems a text takes, filled as a typesetter does; a long word is broken."""
    if text_width(text) <= room:
        return 1
    count, used = 1, 0.0
    # A mark that must not begin a line takes the letter before it along.
    usable = max(room - 1.0, 1.0)
    for unit in _UNIT.findall(text):
        width = text_width(unit)
        if used + width > usable:
            count += max(1, ceil(width / usable)) if used else ceil(width / usable) - 1
            used = width % usable if width > usable else width
        else:
            used += width
    return count


def _blocks(element: Any) -> Iterator[_Block]:
    """Yield the blocks of an element in their order."""
    for child in element:
        classes = classes_of(child)
        name = next((each for each in ("callout", "summary", "note", "issuer") if each in classes), child.tag)
        if "data-label" in classes:  # hangs beside the title
            continue
        if "facts" in classes:
            yield _facts(child)
        elif child.tag == "table":
            yield _table(child)
        elif child.tag == "img":
            yield _picture(child)
        elif child.tag in {"p", "li", "figcaption", "h1", "h2", "h3"}:
            yield _text(child, _LOOKS.get(name, _BODY))
        else:
            yield from _blocks(child)


def _said(element: Any) -> str:
    """Return an element's text, a line for each ``br`` and for the unit in a table's head."""
    told = []
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            own_line = each.tag == "br" or ("unit" in classes_of(each) and element.get("scope") == "col")
            told.append("\n" * own_line + (each.text or ""))
        elif each is not element:
            told.append(each.tail or "")
    return "".join(told)


def _text(element: Any, look_: _Look) -> _Block:
    room = (_WIDTH - look_.sides) / look_.size
    lines = sum(lines_of(line, room) for line in _said(element).split("\n"))
    high = look_.size * (1 + (lines - 1) * look_.line) + look_.padding
    return _Block(look_.above, high, look_.below)


def _facts(element: Any) -> _Block:
    """Return the block of facts: boxes of two lines beside each other, as many as a line holds."""
    size, blank = 8.8, 2.1
    room, used, rows = _WIDTH / size, 0.0, 1
    for pair in element:
        width = min(room, max(text_width(_said(each)) for each in pair) + blank)
        if used and used + width > room:
            rows, used = rows + 1, 0.0
        used += width
    return _Block(10.5, rows * 2.54 * size + (rows - 1) * 0.9 * size + 12.6, _GAP)


def _table(table: Any) -> _Block:
    how = arrange(table, grid_of(table), "", _said, upright=_WIDTH, may_turn=False)
    caption = table.find("caption")
    named = 0.0 if caption is None else (lines_of(_said(caption), _WIDTH / how.size) * 1.45 + 0.1) * how.size
    rows = [(row, part) for part in how.parts for row in (*part.grid.head, *part.grid.body)]
    high = sum(_row(row, part.rooms) for row, part in rows) * how.size + named * len(how.parts)
    return _Block(8.4, high + 8.4 * (len(how.parts) - 1), 8.4)


def _row(row: GridRow, rooms: Sequence[float]) -> float:
    """Return how high a row is, in ems: its highest cell; of one that spans rows, its part of each."""
    return max((_cell_lines(cell, rooms) * 1.45 + 0.72) / cell.rows for cell in row.cells)


def _cell_lines(cell: Cell, rooms: Sequence[float]) -> int:
    room = sum(rooms[cell.column : cell.column + cell.columns])
    return sum(lines_of(line, room) for line in _said(cell.element).split("\n")) if cell.element is not None else 1


def _picture(image: Any) -> _Block:
    _, _, content = (image.get("src") or "").partition("base64,")
    found = _SIZE.search(b64decode(content)) if content else None
    width, height = (float(each) for each in found.groups()) if found else (1.0, 1.0)
    return _Block(14.7, _WIDTH * height / width, 14.7)
