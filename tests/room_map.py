"""Draws the rooms of the house from the imports: ``make map`` writes ``room_map.svg``, a test holds it to the code.

Rows are rooms, from the top of the house to its ground; a mark in a row stands under the room that it imports. That no
mark stands left of the stairs is the rule of the house: a room knows only rooms below it.
"""

import ast
import re
from pathlib import Path
from xml.sax.saxutils import escape

from tests.test_rooms import HOUSE, LIB, LINE, _imports, _modules, _room

TARGET = Path(__file__).with_suffix(".svg")
ENGINE = "papermill_forked"

_ROW = 26
_COLUMN = 26
_LEFT = 590
_TOP = 128


def uses() -> dict[str, set[str]]:
    """Return each room with the rooms that its modules import."""
    found: dict[str, set[str]] = {}
    for path in _modules():
        if path.parent == HOUSE and path.stem.startswith("__"):
            continue
        room = _room(path)
        names = (name.split(".") for name in _imports(path))
        found.setdefault(room, set()).update(
            name[0] if name[0] == ENGINE else name[1]
            for name in names
            if name[0] == ENGINE or (name[0] == "minsheng" and name[1:])
        )
        found[room].discard(room)
    return found


def about(room: str) -> str:
    """Return what a room says that it holds: the first line of its docstring, up to its first stop."""
    package = LIB / room if room == ENGINE else HOUSE / room
    path = package / "__init__.py" if package.is_dir() else HOUSE / f"{room}.py"
    line = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]
    return re.split(r": |; |, and |\.$", line)[0].replace("``", "")


def rooms() -> list[str]:
    """Return all rooms from the top to the ground; the engine stands beside the house, and so at its foot."""
    return [room for floor in LINE for room in floor] + [ENGINE]


def drawing() -> str:
    """Return the map as an SVG."""
    order, known = rooms(), uses()
    width, height = _LEFT + _COLUMN * len(order) + 70, _TOP + _ROW * len(order) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        '<g font-family="sans-serif" font-size="13">',
        "<title>The rooms of the house, and which rooms each one imports</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for at, room in enumerate(order):
        x, y = _LEFT + _COLUMN * at, _TOP + _ROW * at
        if at % 2 == 0:
            parts.append(f'<rect x="10" y="{y}" width="{width - 70}" height="{_ROW}" fill="#f4f2ee"/>')
        parts += [
            f'<text x="20" y="{y + 17}" font-weight="bold">{room}</text>',
            f'<text x="170" y="{y + 17}" fill="#444">{escape(about(room))}</text>',
            f'<text transform="translate({x + 17} {_TOP - 8}) rotate(-60)">{room}</text>',
            f'<rect x="{x + 3}" y="{y + 3}" width="{_COLUMN - 6}" height="{_ROW - 6}" fill="#8a2b2b"/>',
        ]
        parts += [
            f'<circle cx="{_LEFT + _COLUMN * order.index(other) + 13}" cy="{y + 13}" r="5" fill="#3d5a73"/>'
            for other in sorted(known[room], key=order.index)
        ]
    return "\n".join([*parts, "</g>", "</svg>", ""])


if __name__ == "__main__":
    TARGET.write_text(drawing(), encoding="utf-8")
