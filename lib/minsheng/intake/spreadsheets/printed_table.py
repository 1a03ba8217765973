"""A printed table as a workbook: what the bureau sends on (目标任务完成情况表, 考评结果表), not what comes in."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from minsheng.files.zips import normalise_zip
from minsheng.intake.spreadsheets.style import LINE, SPARE, digits, lines

if TYPE_CHECKING:
    import xlsxwriter

Cell = str | Decimal | None
"""A text, a number, or blank: blank is no duty or no data, never zero."""

_NARROWEST, _WIDEST = 5.0, 18.0

"""Widths of a column, in digits: a longer text takes a second line."""


@dataclass(frozen=True)
class Group:
    """Columns under one header.

    Parameters
    ----------
    label
        The header of the columns.
    parts
        The lower headers, at least two; or a single empty one, which merges with the header.
    formats
        Excel number formats, one per part.
    above
        Headers over this one, from the top; neighbours with the same ones share their cells.
    """

    label: str
    parts: tuple[str, ...]
    formats: tuple[str, ...]
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Heading:
    """A header with the cells that it covers."""

    text: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int


def write_printed_table(
    title: str,
    subtitle: str,
    remarks: Sequence[str],
    groups: Sequence[Group],
    rows: Sequence[Sequence[Cell]],
    *,
    day: date,
    sheet: str,
) -> bytes:
    """Write a titled table with levels of headers, ready to print on one page across.

    Parameters
    ----------
    title
        First row.
    subtitle
        Second row: who issues it, as of when.
    remarks
        Lines below the table.
    groups
        The columns, from the left; the first is the row's name.
    rows
        One cell per column.
    day
        The date in the file's properties: an input, never the clock.
    sheet
        Name of the sheet.

    Returns
    -------
    bytes
        The same for the same arguments.
    """
    import xlsxwriter  # a month that has not changed writes no table

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": datetime.combine(day, time.min)})
    page = book.add_worksheet(sheet)
    styles = _Styles(book)
    patterns = [pattern for group in groups for pattern in group.formats]
    widths = [
        _column_width([row[column] for row in rows], part, pattern)
        for column, (part, pattern) in enumerate(
            pair for group in groups for pair in zip(group.parts, group.formats, strict=True)
        )
    ]
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    top = _write_head(page, styles, (title, subtitle), groups, widths)
    formats = [styles.number(pattern) for pattern in patterns]
    for number, row in enumerate(rows, start=top):
        page.set_row(number, LINE * max(2, *(_lines(cell, widths[n]) for n, cell in enumerate(row))))
        for column, cell in enumerate(row):
            match cell:
                case None:
                    page.write_blank(number, column, None, styles.text)
                case Decimal():
                    page.write_number(number, column, float(cell), formats[column])
                case str():
                    page.write_string(number, column, cell, styles.text)
    last = len(widths) - 1
    for number, remark in enumerate(remarks, start=top + len(rows)):
        page.merge_range(number, 0, number, last, remark, styles.remark)
        page.set_row(number, LINE * max(1.2, _lines(remark, sum(widths))))
    _set_up_paper(page, top, last_row=top + len(rows) + len(remarks) - 1, last_column=last)
    book.close()
    return normalise_zip(buffer.getvalue())


def _set_up_paper(page: Any, top: int, *, last_row: int, last_column: int) -> None:
    page.freeze_panes(top, 1)
    page.set_landscape()
    page.set_paper(9)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.center_horizontally()
    page.fit_to_pages(1, 0)
    page.repeat_rows(2, top - 1)
    page.print_area(0, 0, last_row, last_column)
    page.set_footer("&C第&P页 共&N页")


class _Styles:
    """The formats of one workbook."""

    def __init__(self, book: "xlsxwriter.Workbook") -> None:
        self._book = book
        plain = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "text_wrap": True}
        self._base = {**plain, "border": 1}
        self.text = book.add_format({**self._base, "align": "center"})
        self.head = book.add_format({**self._base, "align": "center", "bold": True, "bg_color": "#F2F2F2"})
        self.title = book.add_format({**plain, "font_size": 18, "bold": True, "align": "center"})
        self.remark = book.add_format({**plain, "align": "left"})

    def number(self, pattern: str) -> Any:
        return self._book.add_format({**self._base, "num_format": pattern, "align": "right"})


def _write_head(
    page: Any, styles: _Styles, titles: tuple[str, str], groups: Sequence[Group], widths: Sequence[float]
) -> int:
    """Write titles and headers; return the row where the table's body begins."""
    last = len(widths) - 1
    for row, (text, style, height) in enumerate(
        zip(titles, (styles.title, styles.remark), (34, 1.4 * LINE), strict=True)
    ):
        page.merge_range(row, 0, row, last, text, style)
        page.set_row(row, height)
    headings = list(_headings(groups, first_row=len(titles)))
    bottom = max(heading.last_row for heading in headings)
    heights = dict.fromkeys(range(len(titles), bottom + 1), 1.2)
    for each in sorted(headings, key=lambda heading: heading.last_row - heading.first_row):
        covered = range(each.first_row, each.last_row + 1)
        need = _lines(each.text, sum(widths[each.first_column : each.last_column + 1]), bold=True)
        lacking = need - sum(heights[row] for row in covered)
        if lacking > 0:
            heights[each.last_row - (each.last_row == bottom and len(covered) > 1)] += lacking
        corners = (each.first_row, each.first_column, each.last_row, each.last_column)
        if len(covered) == 1 and each.first_column == each.last_column:
            page.write_string(*corners[:2], each.text, styles.head)
        else:
            page.merge_range(*corners, each.text, styles.head)
    for row, height in heights.items():
        page.set_row(row, LINE * height)
    return bottom + 1


def _headings(groups: Sequence[Group], first_row: int) -> Iterator[_Heading]:
    """Yield every header with its cells: shared ones over their groups, each group's own, and its parts'."""
    above = max(len(group.above) for group in groups)
    bottom = first_row + above + (1 if any(group.parts != ("",) for group in groups) else 0)
    starts = [sum(len(group.parts) for group in groups[:number]) for number in range(len(groups) + 1)]
    for level in range(above):
        numbered = enumerate(groups)
        for path, shared in groupby(numbered, key=lambda pair: pair[1].above[: level + 1]):
            numbers = [number for number, _ in shared]
            if len(path) > level:
                row = first_row + level
                yield _Heading(path[level], row, row, starts[numbers[0]], starts[numbers[-1] + 1] - 1)
    for number, group in enumerate(groups):
        own, first, last = first_row + len(group.above), starts[number], starts[number + 1] - 1
        if group.parts == ("",):
            yield _Heading(group.label, own, bottom, first, last)
            continue
        yield _Heading(group.label, own, bottom - 1, first, last)
        for offset, part in enumerate(group.parts):
            yield _Heading(part, bottom, bottom, first + offset, first + offset)


def _column_width(cells: Sequence[Cell], part: str, pattern: str) -> float:
    """Return a width that holds every figure on one line, and texts on a few."""
    figures = [digits(_printed(cell, pattern)) for cell in cells if isinstance(cell, Decimal)]
    texts = [min(digits(cell), _WIDEST) for cell in cells if isinstance(cell, str)]
    return max(_NARROWEST, min(digits(part), _NARROWEST), *figures, *texts) + SPARE


def _printed(value: Decimal, pattern: str) -> str:
    decimals = len(pattern.rstrip("%").partition(".")[2])
    return f"{value:,.{decimals}%}" if pattern.endswith("%") else f"{value:,.{decimals}f}"


def _lines(cell: Cell, width: float, *, bold: bool = False) -> int:
    return lines(cell, width, bold=bold) if isinstance(cell, str) else 1
