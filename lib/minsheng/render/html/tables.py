"""Tables: units in headers, figures to the right, what is absent marked as absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from minsheng.render.html.markup import Content, Element, spoken
from minsheng.render.html.numbers import ABSENT, ems

_LONG_NAME = 14
"""Characters of a row's name from which on it may wrap."""

_PADDING_EM = 1.5
"""Blank beside a cell's text."""

_PAGE_EM = 44.0
"""Width of the page in the letters of a table."""

_LEAST_LONG_EM = 8.0

_ROOT = 0.7

_LONG_HEADER = 5.0
"""Longer headers may take two lines where the page is narrow."""

_NAME_BESIDE_TEXT_EM = 7.0
"""Longer names wrap where running text wants the room."""

_WHOLE = 100

_LEAST_WIDTH = 50
"""Per cent of the page."""

_AIR = 1.3
"""How much wider than its entries a narrow table is."""

_MOST_ROWS = 30
"""Rows that may be kept on one sheet; a longer table runs over pages, its header repeated."""

TableColumnKind = Literal["row", "num", "text", "long", "light"]


_MOST_EM: dict[TableColumnKind, float] = {"row": 14, "num": 30, "text": 12, "long": 30, "light": 14}
"""Entries longer than this wrap."""


@dataclass(frozen=True)
class TableColumn:
    """One column.

    Parameters
    ----------
    label
        The header.
    unit
        Printed below it.
    kind
        ``row`` names the row, ``num`` is a figure, ``text`` a few words, ``long`` running text, ``light`` a light.
    """

    label: str
    unit: str = ""
    kind: TableColumnKind = "num"


def table(
    caption: str,
    columns: Sequence[TableColumn],
    rows: Sequence[Sequence[Content]],
    *,
    groups: Sequence[tuple[str, int]] = (),
    totals: int = 0,
    style: str = "figures",
) -> Element:
    """Return a table in a region that scrolls where the page is narrow.

    Parameters
    ----------
    caption
        What it shows; also the region's name.
    columns
        From the left; one of them is the row's name.
    rows
        Cells in the order of the columns; ``None`` is absent, which is not zero.
    groups
        Headers over several columns, after the first column: label and number of columns.
    totals
        How many of the last rows are totals.
    style
        Class of the table.
    """
    head = [Element("tr", [_header(column) for column in columns])]
    if groups:
        over = [Element("th", label, scope="colgroup", colspan=str(width)) for label, width in groups]
        head.insert(0, Element("tr", Element("td"), over))
    body = [
        Element(
            "tr",
            [_cell(column, content) for column, content in zip(columns, row, strict=True)],
            class_="total" if number >= len(rows) - totals else None,
        )
        for number, row in enumerate(rows)
    ]
    shares, width = _shares(columns, rows)
    columns_set = Element("colgroup", [Element("col", style=f"width:{share:.1f}%") for share in shares])
    parts = [Element("caption", caption), columns_set, Element("thead", head), Element("tbody", body)]
    over_pages = " over-pages" if len(rows) > _MOST_ROWS else ""
    inner = Element(
        "table", parts, class_=f"{style} set{over_pages}", style=f"width:{width}%" if width < _WHOLE else None
    )
    return Element("div", inner, class_="table-wrap", role="region", tabindex="0", aria_label=caption)


# With widths given the printer need not measure every cell, and a table of three short columns does not spread over the
# whole page, where the eye loses the row on its way from a name to its figure.
def _shares(columns: Sequence[TableColumn], rows: Sequence[Sequence[Content]]) -> tuple[list[float], int]:
    """Return each column's share of the width, and the table's of the page, all in per cent."""
    needs = _needs(columns, rows, header_lines=1)
    if sum(needs) > _PAGE_EM:
        needs = _needs(columns, rows, header_lines=2)
    # Short columns get what their longest entry needs; columns of running text share the rest.
    running = [number for number, column in enumerate(columns) if column.kind == "long"]
    if running:
        needs = [
            min(need, _PADDING_EM + _NAME_BESIDE_TEXT_EM) if column.kind == "row" else need
            for need, column in zip(needs, columns, strict=True)
        ]
    spare = _PAGE_EM - sum(need for number, need in enumerate(needs) if number not in running)
    # The more there is to read, the wider, so that rows are low; a root keeps short remarks from being squeezed.
    weights = {number: (max((ems(spoken(row[number])) for row in rows), default=1) + 1) ** _ROOT for number in running}
    for number, weight in weights.items():
        needs[number] = max(_LEAST_LONG_EM, spare * weight / sum(weights.values()))
    whole = sum(needs)
    width = _WHOLE if running else min(_WHOLE, max(_LEAST_WIDTH, round(_WHOLE * _AIR * whole / _PAGE_EM)))
    return [_WHOLE * need / whole for need in needs], width


def _needs(columns: Sequence[TableColumn], rows: Sequence[Sequence[Content]], header_lines: int) -> list[float]:
    """Return what each column needs for its longest entry and for its header, long ones in so many lines."""
    needs = []
    for number, column in enumerate(columns):
        label = ems(column.label)
        header = max(ceil(label / header_lines) if label > _LONG_HEADER else label, ems(column.unit))
        needs.append(max(_PADDING_EM + header, *(_need(column, row[number]) for row in rows), 0))
    return needs


def _need(column: TableColumn, content: Content) -> float:
    most = _MOST_EM[column.kind]
    return _PADDING_EM + min(most, max(map(ems, spoken(content).splitlines()), default=0))


def _header(column: TableColumn) -> Element:
    unit = Element("span", column.unit, class_="unit") if column.unit else None
    return Element("th", column.label, unit, scope="col", class_="num" if column.kind == "num" else "text")


def _cell(column: TableColumn, content: Content) -> Element:
    if column.kind == "row":
        header = Element("th", content, scope="row")
        if len(header.text()) > _LONG_NAME:
            header.attributes["class"] = "long"
        return header
    if content is None:
        return Element("td", ABSENT, class_="num absent" if column.kind == "num" else "absent")
    classes: dict[TableColumnKind, str] = {"num": "num", "long": "long"}
    return Element("td", content, class_=classes.get(column.kind))
