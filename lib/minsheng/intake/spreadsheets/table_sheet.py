"""A table as a sheet: title, a line below it, headers, rows, 合计, footer, and in a template the aids around them.

The one writer of every sheet that is filled in and read again: returns (报表) and assessors' forms (考评表).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from minsheng.domain.addresses import address, column_letters
from minsheng.domain.table import CellType, Column, Table, TableKind
from minsheng.domain.units import yuan_scale
from minsheng.intake.spreadsheets.new_workbook import CellValue, NewWorkbook, put_cell, write_across
from minsheng.intake.spreadsheets.style import (
    LAST_MONTH,
    LINE_HEIGHT,
    display_width,
    finish_page,
    line_count,
    reference_header,
)

TOTAL_LABEL = "合计"

HEADER_ROW = 2

FIRST_ROW = 3

_TITLE_SIZE = 1.5
"""Of a title's letters, as against those of the cells."""

_PAGE_WIDTH = 140
"""Half-width characters across A4 in landscape, at nine tenths of their size."""

_HOW = {
    CellType.INTEGER: "填整数，没有发生填 0",
    CellType.DECIMAL: "填数字，没有发生填 0",
    CellType.DATE: "填年月日，例如 2017-06-20",
    CellType.CHOICE: "从下拉列表中选",
    CellType.TEXT: "填文字",
}
"""The hint of a column, behind its own."""

_NUMBERS = {CellType.INTEGER, CellType.DECIMAL}


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What a figure adds up to, as a formula that may be overwritten."""

    terms: tuple[tuple[int, tuple[str, ...]], ...]
    """Sign and factors, columns of the same row, of each addend."""
    from_last: bool = False
    """Whether last month's cumulative figure is added."""


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """One row: what stands in it, by column id, and what may be filled in."""

    labels: tuple[str, ...] = ()
    """In the table's key columns."""
    values: Mapping[str, CellValue | None] = field(default_factory=dict)
    last: Mapping[str, CellValue] = field(default_factory=dict)
    """Last month's figures: beside cumulative columns, and the least that these may hold."""
    months: Mapping[str, str] = field(default_factory=dict)
    """Of those that are not last month's the month: what came since is not known, so nothing is added to them."""
    locked: frozenset[str] = frozenset()
    """Columns that are not filled in."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The words allowed in this row, where they are others than the column's own."""
    most: Mapping[str, Decimal] = field(default_factory=dict)
    """The largest number allowed."""
    fewest: Mapping[str, Decimal] = field(default_factory=dict)
    """The least that a cell may hold, where that is not 0."""
    sums: Mapping[str, Sum] = field(default_factory=dict)
    """Columns that are computed where nothing stands in them."""

    def then(self, column: str) -> str:
        """Return what the month is called that a last figure is of."""
        return self.months.get(column, LAST_MONTH)


def shown(column: Column, value: CellValue) -> CellValue:
    """Return a figure as its cell shows it: yuan become 万元 or 亿元, exactly, where the column says so.

    Examples
    --------
    >>> shown(Column(id="received_yuan", label="到位", unit="万元", type="decimal"), Decimal("123456.78"))
    Decimal('12.345678')
    """
    scale = yuan_scale(column.id, column.unit)
    return Decimal(value) / scale if scale != 1 and isinstance(value, Decimal | int) else value


@dataclass(frozen=True)
class _Slot:
    """One sheet column: a table column, or the grey reference beside it."""

    column: Column
    reference: bool


class TableSheet:
    """Writes one table; shapes are rows × (keys + columns + reference columns).

    Parameters
    ----------
    book
        The workbook that the sheet becomes the last one of.
    table
        Supplies sheet, title, keys and columns.
    lines
        The rows, from the top.
    footer
        The last line, where it is signed.
    year
        Of the period, for the bounds of dates.
    widths
        Of the columns, in half-width characters; as wide as what stands in them where none are given.
    references
        Whether last month's figures stand beside the cumulative columns.
    """

    def __init__(
        self,
        book: NewWorkbook,
        table: Table,
        lines: Sequence[SheetRow],
        *,
        footer: str,
        year: int,
        widths: Sequence[float] = (),
        references: bool = False,
    ) -> None:
        self._sheet = book.sheet(table.sheet)
        self._styles = book.styles
        self._table = table
        self._lines = lines
        self._footer = footer
        self._year = year
        self._slots = [
            _Slot(column, reference)
            for column in _side_by_side(table.columns, lines)
            for reference in ((True, False) if column.cumulative and references else (False,))
        ]
        self._width = len(table.keys) + len(self._slots)
        self._widths = list(widths) or self._fitting_widths()
        # A template of few columns is as wide as its title and the line where it is signed.
        lacking = max(_TITLE_SIZE * display_width(table.title), display_width(footer) + 1) - sum(self._widths)
        if lacking > 0 and not widths and book.styles.template:
            self._widths = [width + lacking / self._width for width in self._widths]

    def write(self, *, said: str = "", guide: str = "") -> None:
        """Write the sheet; below the title stands what it is about, or how it is to be filled in."""
        self._frame(said, guide)
        for row, line in enumerate(self._lines, start=FIRST_ROW):
            self._row(row, line)
        end = FIRST_ROW + len(self._lines)
        if self._table.total_row:
            self._total(end)
            end += 1
        write_across(self._sheet, end + 1, self._width - 1, self._footer, self._styles.footer)
        if self._styles.template:
            self._aids()
        self._sheet.freeze_panes(FIRST_ROW, len(self._table.keys))
        self._sheet.repeat_rows(HEADER_ROW)
        finish_page(self._sheet, self._styles, landscape=True)
        if self._styles.template and sum(self._widths) > _PAGE_WIDTH:
            self._sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.5)  # inches; it prints as large as it can

    def _fitting_widths(self) -> list[float]:
        keys: list[float] = [
            min(34, max(display_width(text) for text in (key, *(line.labels[place] for line in self._lines))) + 2)
            for place, key in enumerate(self._table.keys)
        ]
        widths = keys
        # Labels on one line are easiest to read; where a page across would print too small, they take up to three.
        for lines in (1, 2, 3):
            widths = keys + [self._slot_width(slot, lines) for slot in self._slots]
            if sum(widths) <= _PAGE_WIDTH or not self._styles.template:
                break
        return widths

    def _slot_width(self, slot: _Slot, label_lines: int) -> float:
        if self._table.kind == TableKind.NARRATIVE:
            return 34 if self._styles.template else 44
        longest = max((display_width(_printed(slot.column, line.values)) for line in self._lines), default=0)
        if self._styles.template and slot.column.cumulative:
            # What will be typed in is no shorter than last month's total.
            last = shown(slot.column, self._sum(slot.column, last=True))
            longest = max(longest, display_width(f"{last:,}"))
        lines = [display_width(line) for line in self._header(slot).split("\n")]
        if slot.column.type in _NUMBERS:
            if len(lines) > 1:  # the unit stands on a line of its own
                header = max(-(-lines[0] // label_lines), *lines[1:])
            else:
                header = -(-lines[0] // (label_lines + 1))
            return min(22, max(14 - 2 * label_lines, longest + 2, header + 2))
        blank = 36 if slot.column.type == CellType.TEXT and self._styles.template else 14
        return min(56, max(blank, longest + 2, lines[0] + 2))

    def _header(self, slot: _Slot) -> str:
        """Return a column's header; in a template the unit has a line of its own and never breaks."""
        column = slot.column
        if slot.reference:
            return reference_header(line.then(column.id) for line in self._lines if column.id in line.last)
        split = self._styles.template and column.type in _NUMBERS and column.unit
        return f"{column.label}\n（{column.unit}）" if split else column.header

    def _frame(self, said: str, guide: str) -> None:
        sheet, styles = self._sheet, self._styles
        for place, width in enumerate(self._widths):
            sheet.set_column(place, place, width)
        sheet.set_row(0, 32)
        write_across(sheet, 0, self._width - 1, self._table.title, styles.title)
        sheet.set_row(1, line_count(guide, sum(self._widths)) * LINE_HEIGHT + 6 if guide else 20)
        write_across(sheet, 1, self._width - 1, guide or said, styles.key_value if guide else styles.subtitle)
        headers = [*self._table.keys, *(self._header(slot) for slot in self._slots)]
        lines = max(line_count(header, width) for header, width in zip(headers, self._widths, strict=True))
        sheet.set_row(HEADER_ROW, lines * LINE_HEIGHT + 6)
        for place, header in enumerate(headers):
            sheet.write_string(HEADER_ROW, place, header, styles.header)

    def _row(self, row: int, line: SheetRow) -> None:
        for place, label in enumerate(line.labels):
            self._sheet.write_string(row, place, label, self._styles.key)
        lines = [1, *(line_count(label, width) for label, width in zip(line.labels, self._widths, strict=False))]
        narrative = self._table.kind == TableKind.NARRATIVE
        for place, slot in enumerate(self._slots, start=len(self._table.keys)):
            column = slot.column
            locked = slot.reference or column.id in line.locked
            style = self._styles.long_text if narrative else self._styles.of(column, locked=locked)
            value = (line.last if slot.reference else line.values).get(column.id)
            if value is None and not slot.reference and (formula := self._formula(row, line, column)):
                self._sheet.write_formula(row, place, formula, style, "")
                continue
            put_cell(self._sheet, row, place, None if value is None else shown(column, value), style)
            if isinstance(value, str):
                lines.append(line_count(value, self._widths[place]))
        if narrative and self._styles.template:
            lines.append(10)  # room to write in
        self._sheet.set_row(row, max(lines) * LINE_HEIGHT + 5)

    def _formula(self, row: int, line: SheetRow, column: Column) -> str:
        """Return what computes a cell once all that it needs is filled in; empty where nothing does."""
        total = line.sums.get(column.id)
        if total is None or not self._styles.template or column.id in line.locked:
            return ""
        # What the owner does not report adds nothing.
        terms = [(sign, factors) for sign, factors in total.terms if line.locked.isdisjoint(factors)]
        places = {(slot.column.id, slot.reference): n for n, slot in enumerate(self._slots, len(self._table.keys))}
        needs = [(name, False) for _, factors in terms for name in factors]
        needs += [(column.id, True)] if total.from_last else []
        last = column.id in line.last and column.id not in line.months
        if any(need not in places for need in needs) or (total.from_last and not last):
            return ""
        cells = {need: address(row, places[need]) for need in needs}
        said = "".join(
            f"{'-' if sign < 0 else '+'}{'*'.join(cells[name, False] for name in factors)}" for sign, factors in terms
        )
        said = (f"{cells[column.id, True]}{said}" if total.from_last else said).removeprefix("+")
        return f'=IF(COUNT({",".join(dict.fromkeys(cells.values()))})<{len(cells)},"",{said})'

    def _hinted(self, column: Column) -> Column:
        """Return a column with a hint for whoever fills it in: its own, and how its cells are to be filled."""
        computed = any(self._formula(row, line, column) for row, line in enumerate(self._lines, FIRST_ROW))
        how = "自动算出，有更正时可直接改写" if computed else _HOW[column.type]
        if column.note and not column.required and column.type in _NUMBERS:
            how = how.partition("，")[0]  # whether it may stay empty, and what for, its own hint says
        unit = f"单位：{column.unit}" if column.unit and column.type in _NUMBERS else ""
        return column.model_copy(update={"note": "。".join(filter(None, (column.note, how, unit)))})

    def _total(self, row: int) -> None:
        """Write 合计 as formulas with their values, so that readers without a calculator see them too."""
        self._sheet.write_string(row, 0, TOTAL_LABEL, self._styles.total)
        for place in range(1, len(self._table.keys)):
            self._sheet.write_blank(row, place, None, self._styles.total)
        for place, slot in enumerate(self._slots, start=len(self._table.keys)):
            if slot.column.type not in _NUMBERS:
                self._sheet.write_blank(row, place, None, self._styles.total)
                continue
            name = column_letters(place)
            formula = f"=SUM({name}{FIRST_ROW + 1}:{name}{row})"
            value = shown(slot.column, self._sum(slot.column, last=slot.reference))
            self._sheet.write_formula(row, place, formula, self._styles.total, value)

    def _sum(self, column: Column, *, last: bool) -> Decimal:
        """Return what a column's rows add up to, in the column's unit as stored."""
        parts = [(line.last if last else line.values).get(column.id) for line in self._lines]
        return sum((Decimal(part) for part in parts if isinstance(part, Decimal | int)), Decimal(0))

    def _aids(self) -> None:
        """Add notes on headers, and drop-downs and bounds on input cells."""
        for place, slot in enumerate(self._slots, start=len(self._table.keys)):
            if slot.reference:
                continue
            column = self._hinted(slot.column)
            self._sheet.write_comment(HEADER_ROW, place, column.note, {"x_scale": 1.5, "font_size": 10})
            bounds = [self._bounds(column, line) for line in self._lines]
            first, last = FIRST_ROW, FIRST_ROW + len(bounds) - 1
            if self._table.open_rows and bounds and all(each == bounds[0] for each in bounds):
                # One range: rows that are inserted fall into it.
                spans = [(first, last, bounds[0])]
            else:
                spans = [(row, row, each) for row, each in enumerate(bounds, start=first)]
            for top, bottom, each in spans:
                if each:
                    self._sheet.data_validation(top, place, bottom, place, each)

    def _bounds(self, column: Column, line: SheetRow) -> dict[str, Any]:
        if column.id in line.locked:
            return {}
        last = line.last.get(column.id) if column.cumulative else None
        least = Decimal(last) / yuan_scale(column.id, column.unit) if isinstance(last, Decimal | int) else None
        least = line.fewest.get(column.id, least)
        choices = line.choices.get(column.id, column.choices)
        return self._styles.bounds(
            column, self._year, choices, least, line.most.get(column.id), then=line.then(column.id)
        )


def _side_by_side(columns: Sequence[Column], lines: Sequence[SheetRow]) -> list[Column]:
    """Return columns in order, the month's figure moved beside the cumulative one that it is added to."""
    months = {
        column: total.terms[0][1][-1]
        for line in lines
        for column, total in line.sums.items()
        if total.from_last and len(total.terms) == 1
    }
    known = {column.id: column for column in columns}
    ordered: list[Column] = []
    for column in columns:
        if months.get(column.id) in known:
            month = known[months[column.id]]
            ordered = [each for each in ordered if each != month] + [month]
        ordered += [column] * (column not in ordered)
    return ordered


def _printed(column: Column, values: Mapping[str, CellValue | None]) -> str:
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
