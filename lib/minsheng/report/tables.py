"""Tables: units in headers, figures to the right, what is absent marked as absent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from minsheng.report.markup import Content, Element
from minsheng.report.numbers import ABSENT

_LONG_NAME = 14
"""Characters of a row's name from which on it may wrap."""

Kind = Literal["row", "num", "text", "long", "light"]


@dataclass(frozen=True)
class Column:
    """One column.

    Parameters
    ----------
    label
        The header.
    unit
        Printed below it.
    kind
        ``row`` names the row, ``num`` is a figure, ``long`` running text, ``light`` a light.
    """

    label: str
    unit: str = ""
    kind: Kind = "num"


def table(
    caption: str,
    columns: Sequence[Column],
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
    inner = Element("table", Element("caption", caption), Element("thead", head), Element("tbody", body), class_=style)
    return Element("div", inner, class_="table-wrap", role="region", tabindex="0", aria_label=caption)


def _header(column: Column) -> Element:
    unit = Element("span", column.unit, class_="unit") if column.unit else None
    return Element("th", column.label, unit, scope="col", class_="num" if column.kind == "num" else "text")


def _cell(column: Column, content: Content) -> Element:
    if column.kind == "row":
        header = Element("th", content, scope="row")
        if len(header.text()) > _LONG_NAME:
            header.attributes["class"] = "long"
        return header
    if content is None:
        return Element("td", ABSENT, class_="num absent" if column.kind == "num" else "absent")
    classes: dict[Kind, str] = {"num": "num", "long": "long"}
    return Element("td", content, class_=classes.get(column.kind))
