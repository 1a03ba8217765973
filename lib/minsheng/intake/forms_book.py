"""One form as a workbook being written: cover, sheets, lines, with bounds, drop-downs and protection."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from minsheng.domain.assessment import AssessmentForm, SectionForm
from minsheng.domain.period import Period
from minsheng.domain.table import COVER_SHEET, CellType
from minsheng.intake import forms
from minsheng.intake.forms import FormSheet
from minsheng.intake.workbook_sheet import FIRST_ROW, HEADER_ROW, CellValue
from minsheng.intake.workbook_style import Styles, finish_page, line_count
from minsheng.zip_stable import normalise_zip

_LINE_HEIGHT = 15
Values = Mapping[str, CellValue | None]


@dataclass(frozen=True)
class FormLine:
    """One row: what stands in it, what may not be filled in, and the choices and bounds of its cells."""

    values: Values
    locked: frozenset[str] = frozenset()
    checks: Mapping[str, dict[str, Any]] | None = None


class FormBook:
    """One form being written."""

    def __init__(self, title: str, period: Period) -> None:
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "default_format_properties": {"font_name": "宋体", "font_size": 11},
            },
        )
        created = datetime.combine(period.end, time.min)
        self._book.set_properties({"title": title, "subject": period.label, "created": created})
        self._styles = Styles(self._book, template=True)
        self._year = period.year

    def bytes(self) -> bytes:
        """Close the book and return it."""
        self._book.close()
        return normalise_zip(self._buffer.getvalue())

    def cover(
        self, title: str, subject: str, period: Period, guide: str, filled: AssessmentForm | SectionForm | None
    ) -> None:
        """Write the cover: whom, which period, who assesses, when."""
        sheet, styles = self._book.add_worksheet(COVER_SHEET), self._styles
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 64)
        sheet.set_row(0, 40)
        sheet.merge_range(0, 0, 0, 1, title, styles.title)
        values = {
            forms.SUBJECT: subject,
            forms.PERIOD: period.label,
            forms.ASSESSOR: filled.assessor if filled else "",
            forms.DATA_LABEL: filled.data_label if filled else "",
        }
        for row, label in enumerate(forms.COVER_LABELS, start=1):
            sheet.set_row(row, 24)
            sheet.write_string(row, 0, label, styles.key)
            if label == forms.ASSESSED_ON:
                day = filled.assessed_on if filled else None
                sheet.data_validation(row, 1, row, 1, styles.date_bounds(self._year, label, "考评完成的日期"))
                if day:
                    sheet.write_datetime(row, 1, day, styles.date)
                else:
                    sheet.write_blank(row, 1, None, styles.date)
                continue
            fixed = label in {forms.SUBJECT, forms.PERIOD}
            sheet.write_string(row, 1, values[label], styles.key_value if fixed else styles.text)
        last = len(forms.COVER_LABELS) + 1
        sheet.set_row(last, 84)
        sheet.write_string(last, 0, "填写说明", styles.key)
        sheet.write_string(last, 1, guide, styles.key_value)
        finish_page(sheet, styles, landscape=False)

    def sheet(
        self,
        form: FormSheet,
        lines: Sequence[FormLine],
        *,
        checks: Mapping[str, dict[str, Any]] | None = None,
        guide: str | None = None,
        open_rows: bool = True,
    ) -> None:
        """Write one sheet: the given lines, then blank ones to write in."""
        sheet, styles = self._book.add_worksheet(form.name), self._styles
        width = len(form.columns)
        for place, each in enumerate(form.columns):
            sheet.set_column(place, place, each.width)
            sheet.write_string(HEADER_ROW, place, each.column.header, styles.header)
            if each.column.note:
                sheet.write_comment(HEADER_ROW, place, each.column.note, {"x_scale": 1.5, "font_size": 10})
        sheet.set_row(0, 32)
        sheet.merge_range(0, 0, 0, width - 1, form.name, styles.title)
        said = guide or form.guide
        sheet.merge_range(1, 0, 1, width - 1, said, styles.key_value)
        across = sum(each.width for each in form.columns)
        sheet.set_row(1, line_count(said, across) * _LINE_HEIGHT + 6)
        sheet.set_row(HEADER_ROW, 34)
        blanks = form.blank_rows if open_rows else 0
        rows = [*lines, *([FormLine({})] * max(0, blanks - len(lines)))]
        for row, line in enumerate(rows, start=FIRST_ROW):
            self._line(sheet, form, row, line, {**(checks or {}), **(line.checks or {})})
        sheet.merge_range(
            FIRST_ROW + len(rows) + 1, 0, FIRST_ROW + len(rows) + 1, width - 1, forms.FOOTER, styles.footer
        )
        sheet.freeze_panes(FIRST_ROW, 0)
        sheet.repeat_rows(HEADER_ROW)
        finish_page(sheet, styles, landscape=True)

    def _line(
        self, sheet: Any, form: FormSheet, row: int, line: FormLine, checks: Mapping[str, dict[str, Any]]
    ) -> None:
        styles, height = self._styles, 1
        for place, each in enumerate(form.columns):
            column = each.column
            given = each.given or column.id in line.locked
            number = column.type in {CellType.INTEGER, CellType.DECIMAL}
            if number:
                style = styles.of(column, reference=given)
            elif column.type == CellType.DATE:
                style = styles.date
            else:
                style = styles.key_value if given else styles.text
            value = line.values.get(column.id)
            match value:
                case None | "":
                    sheet.write_blank(row, place, None, style)
                case str():
                    sheet.write_string(row, place, value, style)
                    height = max(height, line_count(value, each.width))
                case date():
                    sheet.write_datetime(row, place, value, style)
                case Decimal() | int():
                    sheet.write_number(row, place, value, style)
            if given:
                continue
            check = checks.get(column.id) or styles.bounds(column, self._year, column.choices, None)
            if check:
                sheet.data_validation(row, place, row, place, check)
        sheet.set_row(row, height * _LINE_HEIGHT + 5)
