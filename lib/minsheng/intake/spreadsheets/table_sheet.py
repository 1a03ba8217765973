"""One table of a return as a sheet: title, headers, rows, 合计, footer, and in a template the aids around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from minsheng.domain.period import Period
from minsheng.domain.table import CellType, Column, Table, TableKind
from minsheng.intake.spreadsheets.style import REFERENCE_HEADER, Styles, display_width, finish_page, line_count

CellValue = Decimal | int | date | str
"""What a cell may hold; money is in yuan."""

Line = tuple[tuple[str, ...], Mapping[str, CellValue]]
"""Key labels, and values by column id."""

TOTAL_LABEL = "合计"

FOOTER = "填表人：　　　　　　　　审核人：　　　　　　　　填表日期："

YUAN_PER_WAN = Decimal(10000)

HEADER_ROW = 2

FIRST_ROW = 3

_BLANK_LIST_ROWS = 30

_LINE_HEIGHT = 15

_NUMBERS = {CellType.INTEGER, CellType.DECIMAL}


@dataclass(frozen=True, kw_only=True)
class Content:
    """What all sheets of one workbook share."""

    unit: str
    period: Period
    projects: tuple[str, ...]
    project_names: tuple[str, ...]
    figures: Mapping[str, CellValue]
    narratives: Mapping[str, Mapping[str, str]]
    previous: Mapping[str, CellValue]


def shown(column: Column, value: CellValue) -> CellValue:
    """Return a figure as its cell shows it: yuan become 万元, exactly, where the column says 万元.

    Examples
    --------
    >>> shown(Column(id="received_yuan", label="到位", unit="万元", type="decimal"), Decimal("123456.78"))
    Decimal('12.345678')
    """
    if column.unit == "万元" and isinstance(value, Decimal | int):
        return Decimal(value) / YUAN_PER_WAN
    return value


@dataclass(frozen=True)
class _Slot:
    """One sheet column: a table column, or the grey reference beside it."""

    column: Column
    reference: bool


class SheetWriter:
    """Writes one table; shapes are rows × (keys + columns + reference columns)."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        styles: Styles,
        table: Table,
        content: Content,
        rows: Sequence[Mapping[str, CellValue]],
    ) -> None:
        self._sheet = book.add_worksheet(table.sheet)
        self._styles = styles
        self._table = table
        self._content = content
        self._open_rows = rows
        self._slots = [
            _Slot(column, reference)
            for column in table.columns
            for reference in ((False, True) if column.cumulative and content.previous else (False,))
        ]
        self._width = len(table.keys) + len(self._slots)
        self._used: set[str] = set()

    def write(self) -> set[str]:
        """Write the sheet and return the fields whose figures it took."""
        rows = self._rows()
        widths = self._widths(rows)
        self._frame(widths)
        for offset, (labels, values) in enumerate(rows):
            self._row(FIRST_ROW + offset, labels, values, widths)
        end = FIRST_ROW + len(rows)
        if self._table.total_row:
            self._total(end)
            end += 1
        self._sheet.merge_range(end + 1, 0, end + 1, self._width - 1, FOOTER, self._styles.footer)
        if self._styles.template:
            self._aids(len(rows))
        self._sheet.freeze_panes(FIRST_ROW, len(self._table.keys))
        self._sheet.repeat_rows(HEADER_ROW)
        finish_page(self._sheet, self._styles, landscape=True, width=sum(widths))
        return self._used

    def _rows(self) -> list[Line]:
        """Return key labels and values by column id, row by row."""
        table = self._table
        if table.open_rows:
            blanks = _BLANK_LIST_ROWS if self._styles.template else 0
            lines: list[Line] = [((), row) for row in self._open_rows]
            return lines + [((), {})] * max(0, blanks - len(lines))
        fixed = table.rows_for(self._content.projects)
        if table.kind == TableKind.NARRATIVE:
            return [(row.labels, self._content.narratives.get(row.project or row.id, {})) for row in fixed]
        if not table.rows:
            return [((), self._figures(None))]
        return [(row.labels, self._figures(row.id)) for row in fixed]

    def _figures(self, row: str | None) -> dict[str, CellValue]:
        found: dict[str, CellValue] = {}
        for column in self._table.columns:
            field = self._table.field(column.id, row)
            if field in self._content.figures:
                found[column.id] = self._content.figures[field]
                self._used.add(field)
        return found

    def _widths(self, rows: list[Line]) -> list[float]:
        """Return the width of every sheet column in half-width characters."""
        keys: list[float] = [
            min(34, max(display_width(text) for text in (key, *(labels[place] for labels, _ in rows))) + 2)
            for place, key in enumerate(self._table.keys)
        ]
        return keys + [self._slot_width(slot, rows) for slot in self._slots]

    def _slot_width(self, slot: _Slot, rows: list[Line]) -> float:
        if self._table.kind == TableKind.NARRATIVE:
            return 44
        longest = max((display_width(_printed(slot.column, values)) for _, values in rows), default=0)
        if self._styles.template and slot.column.cumulative:
            # What will be typed in is no shorter than last month's total.
            last = shown(slot.column, self._sum(slot.column, self._content.previous))
            longest = max(longest, display_width(f"{last:,}"))
        lines = [display_width(line) for line in self._header(slot).split("\n")]
        if slot.column.type in _NUMBERS:
            # Two lines of header are readable; a third one only where the label is very long.
            header = max(lines) if len(lines) > 1 else -(-lines[0] // 2)
            return min(22, max(12, longest + 2, header + 2))
        blank = 36 if slot.column.type == CellType.TEXT and self._styles.template else 14
        return min(56, max(blank, longest + 2, lines[0] + 2))

    def _header(self, slot: _Slot) -> str:
        """Return a column's header; in a template the unit has a line of its own and never breaks."""
        header = REFERENCE_HEADER if slot.reference else slot.column.header
        label, opened, unit = header.rpartition("（")
        split = self._styles.template and slot.column.type in _NUMBERS and label and unit.endswith("）")
        return f"{label}\n{opened}{unit}" if split else header

    def _frame(self, widths: list[float]) -> None:
        sheet, styles, content = self._sheet, self._styles, self._content
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.set_row(0, 32)
        sheet.merge_range(0, 0, 0, self._width - 1, self._table.title, styles.title)
        said = f"填报单位：{content.unit}　　　　报告期：{content.period.label}"
        sheet.set_row(1, 20)
        sheet.merge_range(1, 0, 1, self._width - 1, said, styles.subtitle)
        headers = [
            *self._table.keys,
            *(self._header(slot) for slot in self._slots),
        ]
        lines = max(line_count(header, width) for header, width in zip(headers, widths, strict=True))
        sheet.set_row(HEADER_ROW, lines * _LINE_HEIGHT + 6)
        for place, header in enumerate(headers):
            sheet.write_string(HEADER_ROW, place, header, styles.header)

    def _row(self, row: int, labels: tuple[str, ...], values: Mapping[str, CellValue], widths: list[float]) -> None:
        for place, label in enumerate(labels):
            self._sheet.write_string(row, place, label, self._styles.key)
        lines = 1
        narrative = self._table.kind == TableKind.NARRATIVE
        for place, slot in enumerate(self._slots, start=len(self._table.keys)):
            if slot.reference:
                self._reference(row, place, slot.column)
                continue
            value = values.get(slot.column.id)
            style = self._styles.long_text if narrative else self._styles.of(slot.column)
            self._cell(row, place, None if value is None else shown(slot.column, value), style)
            if isinstance(value, str):
                lines = max(lines, line_count(value, widths[place]))
        lines = max([lines, *(line_count(label, width) for label, width in zip(labels, widths, strict=False))])
        if narrative and self._styles.template:
            lines = max(lines, 8)  # room to write in
        self._sheet.set_row(row, lines * _LINE_HEIGHT + 5)

    def _cell(self, row: int, place: int, value: CellValue | None, style: Any) -> None:
        match value:
            case None | "":
                self._sheet.write_blank(row, place, None, style)
            case str():
                self._sheet.write_string(row, place, value, style)
            case date():
                self._sheet.write_datetime(row, place, value, style)
            case Decimal() | int():
                self._sheet.write_number(row, place, value, style)

    def _reference(self, row: int, place: int, column: Column) -> None:
        last = self._previous(row - FIRST_ROW, column)
        self._cell(row, place, last, self._styles.of(column, reference=True))

    def _previous(self, offset: int, column: Column) -> CellValue | None:
        """Return last month's figure of a data row, as its cell would show it."""
        fixed = self._table.rows_for(self._content.projects)
        row = fixed[offset].id if fixed else None
        value = self._content.previous.get(self._table.field(column.id, row))
        return None if value is None else shown(column, value)

    def _total(self, row: int) -> None:
        """Write 合计 as formulas with their values, so that readers without a calculator see them too."""
        self._sheet.write_string(row, 0, TOTAL_LABEL, self._styles.total)
        for place in range(1, len(self._table.keys)):
            self._sheet.write_blank(row, place, None, self._styles.total)
        for place, slot in enumerate(self._slots, start=len(self._table.keys)):
            if slot.column.type not in _NUMBERS:
                self._sheet.write_blank(row, place, None, self._styles.total)
                continue
            name = xl_col_to_name(place)
            value = self._sum(slot.column, self._content.previous if slot.reference else self._content.figures)
            self._sheet.write_formula(
                row, place, f"=SUM({name}{FIRST_ROW + 1}:{name}{row})", self._styles.total, shown(slot.column, value)
            )

    def _sum(self, column: Column, source: Mapping[str, CellValue]) -> Decimal:
        """Return what a column's rows add up to, in the column's unit as stored."""
        rows: list[str | None] = [line.id for line in self._table.rows_for(self._content.projects)] or [None]
        parts = [source.get(self._table.field(column.id, row), 0) for row in rows]
        return sum((Decimal(part) for part in parts if isinstance(part, Decimal | int)), Decimal(0))

    def _aids(self, count: int) -> None:
        """Add notes on headers, and drop-downs and bounds on input cells."""
        year = self._content.period.year
        for place, slot in enumerate(self._slots, start=len(self._table.keys)):
            if slot.reference:
                continue
            if slot.column.note:
                self._sheet.write_comment(HEADER_ROW, place, slot.column.note, {"x_scale": 1.5, "font_size": 10})
            choices = self._choices(slot.column)
            for offset in range(count):
                last = None
                if slot.column.cumulative and not self._table.open_rows:
                    last = self._previous(offset, slot.column)
                least = Decimal(last) if isinstance(last, Decimal | int) else None
                bounds = self._styles.bounds(slot.column, year, choices, least)
                row = FIRST_ROW + offset
                if self._table.open_rows:
                    if bounds:
                        self._sheet.data_validation(FIRST_ROW, place, FIRST_ROW + count - 1, place, bounds)
                    break
                if bounds:
                    self._sheet.data_validation(row, place, row, place, bounds)

    def _choices(self, column: Column) -> tuple[str, ...]:
        """Return a column's choices; of project names, only the owner's own."""
        own = tuple(choice for choice in column.choices if choice in self._content.project_names)
        return own or column.choices


def _printed(column: Column, values: Mapping[str, CellValue]) -> str:
    """Return a value roughly as its cell prints it, to measure its width."""
    value = values.get(column.id)
    match value:
        case None:
            return ""
        case str():
            return max(value.split("\n"), key=display_width)
        case date():
            return value.isoformat()
        case Decimal() | int():
            number = shown(column, value)
            return f"{number:,.2f}" if column.type == CellType.DECIMAL else f"{number:,}"
