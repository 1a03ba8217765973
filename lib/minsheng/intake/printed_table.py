"""A printed table as a workbook: what the bureau sends on (目标任务完成情况表, 考评结果表), not what comes in."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from minsheng.zip_stable import normalise_zip

if TYPE_CHECKING:
    import xlsxwriter

Cell = str | Decimal | None
"""A text, a number, or blank: blank is no duty or no data, never zero."""


@dataclass(frozen=True)
class Group:
    """Columns under one header.

    Parameters
    ----------
    label
        The upper header.
    parts
        The lower headers, at least two; or a single empty one, which merges both levels.
    formats
        Excel number formats, one per part.
    """

    label: str
    parts: tuple[str, ...]
    formats: tuple[str, ...]


def write_printed_table(
    title: str,
    remarks: Sequence[str],
    groups: Sequence[Group],
    rows: Sequence[Sequence[Cell]],
    *,
    day: date,
    sheet: str,
) -> bytes:
    """Write a titled table with two levels of headers, ready to print on one page across.

    Parameters
    ----------
    title
        First row.
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
    _write_head(page, styles, title, groups)
    formats = [styles.number(pattern) for group in groups for pattern in group.formats]
    for number, row in enumerate(rows, start=3):
        for column, cell in enumerate(row):
            match cell:
                case None:
                    page.write_blank(number, column, None, styles.text)
                case Decimal():
                    page.write_number(number, column, float(cell), formats[column])
                case str():
                    page.write_string(number, column, cell, styles.text)
    for number, remark in enumerate(remarks, start=3 + len(rows)):
        page.write_string(number, 0, remark)
    page.freeze_panes(3, 1)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(1, 2)
    book.close()
    return normalise_zip(buffer.getvalue())


class _Styles:
    """The formats of one workbook."""

    def __init__(self, book: "xlsxwriter.Workbook") -> None:
        self._book = book
        self._base = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True}
        self.text = book.add_format(self._base)
        self.head = book.add_format({**self._base, "align": "center", "bold": True, "bg_color": "#F2F2F2"})
        self.title = book.add_format({"font_name": "宋体", "font_size": 16, "align": "center", "valign": "vcenter"})

    def number(self, pattern: str) -> Any:
        return self._book.add_format({**self._base, "num_format": pattern, "align": "right"})


def _write_head(page: Any, styles: _Styles, title: str, groups: Sequence[Group]) -> None:
    width = sum(len(group.parts) for group in groups)
    page.merge_range(0, 0, 0, width - 1, title, styles.title)
    page.set_row(0, 32)
    page.set_row(1, 58)
    column = 0
    for group in groups:
        last = column + len(group.parts) - 1
        if group.parts == ("",):
            page.merge_range(1, column, 2, column, group.label, styles.head)
        else:
            page.merge_range(1, column, 1, last, group.label, styles.head)
            for offset, part in enumerate(group.parts):
                page.write_string(2, column + offset, part, styles.head)
        page.set_column(column, last, 16 if column == 0 else 10)
        column = last + 1
