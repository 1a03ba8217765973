"""A printed table as a workbook: what the bureau sends on (目标任务完成情况表, 考评结果表), not what comes in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from minsheng.intake.spreadsheets.new_workbook import NewWorkbook, put_cell, write_across
from minsheng.intake.spreadsheets.style import LINE_HEIGHT, Styles, display_width, line_count


class Figure(NamedTuple):
    """A number with a format of its own, where the column's would seem to reach what it misses."""

    value: Decimal
    format: str


PrintedValue = str | Decimal | Figure | None
"""A text, a number, or blank: blank is no duty or no data, never zero."""

_NARROWEST, _WIDEST, _SPARE = 5, 18, 1.2
"""Widths of a column, in digits, and what its edges take: a longer text takes a second line."""


@dataclass(frozen=True)
class ColumnGroup:
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
    groups: Sequence[ColumnGroup],
    rows: Sequence[Sequence[PrintedValue]],
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
    book = NewWorkbook(title, day, printed=True)
    page, styles = book.sheet(sheet), book.styles
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
    for number, row in enumerate(rows, start=top):
        page.set_row(number, LINE_HEIGHT * max(2, *(_lines(cell, widths[n]) for n, cell in enumerate(row))))
        for column, cell in enumerate(row):
            match cell:
                case Figure(value=value, format=own):
                    put_cell(page, number, column, value, styles.figure(own))
                case Decimal():
                    put_cell(page, number, column, cell, styles.figure(patterns[column]))
                case _:
                    put_cell(page, number, column, cell, styles.centred)
    last = len(widths) - 1
    for number, remark in enumerate(remarks, start=top + len(rows)):
        write_across(page, number, last, remark, styles.remark)
        page.set_row(number, LINE_HEIGHT * max(1.2, _lines(remark, sum(widths))))
    _set_up_paper(page, top, last_row=top + len(rows) + len(remarks) - 1, last_column=last)
    return book.bytes()


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


def _write_head(
    page: Any, styles: Styles, titles: tuple[str, str], groups: Sequence[ColumnGroup], widths: Sequence[float]
) -> int:
    """Write titles and headers; return the row where the table's body begins."""
    last = len(widths) - 1
    for row, (text, style, height) in enumerate(
        zip(titles, (styles.title, styles.remark), (34, 1.4 * LINE_HEIGHT), strict=True)
    ):
        write_across(page, row, last, text, style)
        page.set_row(row, height)
    headings = list(_headings(groups, first_row=len(titles)))
    bottom = max(heading.last_row for heading in headings)
    heights = dict.fromkeys(range(len(titles), bottom + 1), 1.2)
    for each in sorted(headings, key=lambda heading: heading.last_row - heading.first_row):
        covered = range(each.first_row, each.last_row + 1)
        need = line_count(each.text, sum(widths[each.first_column : each.last_column + 1]), bold=True)
        lacking = need - sum(heights[row] for row in covered)
        if lacking > 0:
            heights[each.last_row - (each.last_row == bottom and len(covered) > 1)] += lacking
        corners = (each.first_row, each.first_column, each.last_row, each.last_column)
        if len(covered) == 1 and each.first_column == each.last_column:
            page.write_string(*corners[:2], each.text, styles.header)
        else:
            page.merge_range(*corners, each.text, styles.header)
    for row, height in heights.items():
        page.set_row(row, LINE_HEIGHT * height)
    return bottom + 1


def _headings(groups: Sequence[ColumnGroup], first_row: int) -> Iterator[_Heading]:
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


def _column_width(cells: Sequence[PrintedValue], part: str, pattern: str) -> float:
    """Return a width that holds every figure on one line, and texts on a few."""
    figures = [display_width(_printed(cell, pattern)) for cell in cells if isinstance(cell, Decimal)]
    figures += [display_width(_printed(cell.value, cell.format)) for cell in cells if isinstance(cell, Figure)]
    texts = [min(display_width(cell), _WIDEST) for cell in cells if isinstance(cell, str)]
    return max(_NARROWEST, min(display_width(part), _NARROWEST), *figures, *texts) + _SPARE


def _printed(value: Decimal, pattern: str) -> str:
    decimals = len(pattern.rstrip("%").partition(".")[2])
    return f"{value:,.{decimals}%}" if pattern.endswith("%") else f"{value:,.{decimals}f}"


def _lines(cell: PrintedValue, width: float) -> int:
    return line_count(cell, width) if isinstance(cell, str) else 1
