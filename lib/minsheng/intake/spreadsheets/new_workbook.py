"""A workbook that we write: opened, its cover and cells filled, closed; the same content is the same bytes."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from minsheng.domain.table import COVER_SHEET
from minsheng.files.zips import normalise_zip
from minsheng.intake.spreadsheets.style import Styles, finish_page

CellValue = Decimal | int | date | str
"""What a cell may hold; money is in yuan."""


@dataclass(frozen=True, kw_only=True)
class CoverLine:
    """One line of a cover: a label, and beside it a text or a day."""

    label: str
    value: str | date | None
    """``None`` is a day that is to be filled in."""
    fixed: bool = False
    """Whether it stands there for whoever fills in the rest."""
    bounds: Mapping[str, Any] | None = None
    height: int = 24


class NewWorkbook:
    """A workbook being written.

    Parameters
    ----------
    title, subject, day
        The file's properties; the day is an input, never the clock.
    template, printed
        How it looks: to be filled in, or to be printed and signed.
    """

    def __init__(
        self, title: str, day: date, *, subject: str = "", template: bool = False, printed: bool = False
    ) -> None:
        import xlsxwriter  # a month that has not changed writes no workbook

        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                # A county's text is a text, whatever it begins with.
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "default_format_properties": {"font_name": "宋体", "font_size": 11},
            },
        )
        self._book.set_properties({"title": title, "subject": subject, "created": datetime.combine(day, time.min)})
        self.styles = Styles(self._book, template=template, printed=printed)

    def sheet(self, name: str) -> Any:
        """Return a new sheet, the last one."""
        return self._book.add_worksheet(name)

    def cover(self, title: str, lines: Sequence[CoverLine], *, width: int, height: int = 40) -> None:
        """Write the cover: labels in column A, values in column B, which is ``width`` wide; the title is ``height``."""
        sheet, styles = self.sheet(COVER_SHEET), self.styles
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, width)
        sheet.set_row(0, height)
        sheet.merge_range(0, 0, 0, 1, title, styles.title)
        for row, line in enumerate(lines, start=1):
            sheet.set_row(row, line.height)
            sheet.write_string(row, 0, line.label, styles.key)
            match line.value:
                case str():
                    sheet.write_string(row, 1, line.value, styles.key_value if line.fixed else styles.text)
                case _:
                    put_cell(sheet, row, 1, line.value, styles.date)
            if line.bounds:
                sheet.data_validation(row, 1, row, 1, line.bounds)
        finish_page(sheet, styles, landscape=False)

    def bytes(self) -> bytes:
        """Close the workbook and return it as a file."""
        self._book.close()
        return normalise_zip(self._buffer.getvalue())


def write_across(sheet: Any, row: int, last: int, text: str, style: Any) -> None:
    """Write a text over a row's cells from the first to ``last``; a table may have but one column."""
    if last:
        sheet.merge_range(row, 0, row, last, text, style)
    else:
        sheet.write_string(row, 0, text, style)


def put_cell(sheet: Any, row: int, place: int, value: CellValue | None, style: Any) -> None:
    """Write one cell; a text is always a text, and nothing is blank."""
    match value:
        case None | "":
            sheet.write_blank(row, place, None, style)
        case str():
            sheet.write_string(row, place, value, style)
        case date():
            sheet.write_datetime(row, place, value, style)
        case Decimal() | int():
            sheet.write_number(row, place, value, style)
