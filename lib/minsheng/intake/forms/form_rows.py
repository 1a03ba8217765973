"""One sheet of a delivered form as rows of read cells; every fault is kept, none stops the reading."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from minsheng.intake.forms.layout import FormSheet
from minsheng.intake.spreadsheets.cells import CellFaultError, Raw, is_blank, parse_date, parse_number, show
from minsheng.intake.spreadsheets.grid import Sheet, Workbook
from minsheng.intake.spreadsheets.units import normal

_SCAN_ROWS = 12

_FOOTER = "考评人签字"

_SEPARATORS = str.maketrans({"；": "\n", ";": "\n"})


@dataclass
class Faults:
    """What is wrong with one form: each with file, sheet, cell, and what is allowed."""

    file: str
    found: list[str] = field(default_factory=list)

    def add(self, where: str, message: str, allowed: str) -> None:
        """Keep one fault; ``where`` is ``sheet!cell``, or empty where the whole file is meant."""
        self.found.append(f"{'，'.join(filter(None, (self.file, where)))}：{message}。应为：{allowed}")


@dataclass(frozen=True)
class FormRow:
    """One row; the getters return ``None`` or empty where the cell is blank or faulty, and keep the fault."""

    sheet: Sheet
    row: int
    places: dict[str, int]
    faults: Faults

    def cell(self, column: str) -> str:
        """Return a cell's address as ``sheet!cell``."""
        return f"{self.sheet.name}!{self.sheet.address(self.row, self.places[column])}"

    def raw(self, column: str) -> Raw:
        """Return a cell as it stands."""
        return self.sheet.at(self.row, self.places[column])

    def text(self, column: str) -> str:
        """Return a text; a blank mark such as 无 is empty."""
        raw = self.raw(column)
        return "" if is_blank(raw) else show(raw).strip()

    def number(self, column: str, unit: str = "") -> Decimal | None:
        """Return a number of at least 0."""
        try:
            value = parse_number(self.raw(column), unit)
        except CellFaultError as fault:
            self.faults.add(self.cell(column), fault.message, fault.allowed)
            return None
        if not isinstance(value, Decimal):
            return None
        if value < 0:
            self.faults.add(self.cell(column), f"“{show(self.raw(column))}”小于 0", "0 或正数")
            return None
        return value

    def count(self, column: str, unit: str) -> int | None:
        """Return a whole number of at least 0."""
        value = self.number(column, unit)
        if value is not None and value != value.to_integral_value():
            self.faults.add(self.cell(column), f"“{show(self.raw(column))}”不是整数", f"0 或正整数（{unit}）")
            return None
        return None if value is None else int(value)

    def day(self, column: str) -> date | None:
        """Return a date."""
        try:
            return parse_date(self.raw(column))
        except CellFaultError as fault:
            self.faults.add(self.cell(column), fault.message, fault.allowed)
            return None

    def lines(self, column: str) -> tuple[str, ...]:
        """Return a list that stands one a line, or with semicolons between."""
        parts = self.text(column).translate(_SEPARATORS).splitlines()
        return tuple(part.strip() for part in parts if part.strip())

    def files(self, column: str, folder: Path) -> tuple[str, ...]:
        """Return file names that all lie in ``folder``."""
        names = self.lines(column)
        there = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        for name in names:
            if name not in there:
                shown = "/".join(folder.parts[-3:])
                known = "、".join(there) or "该文件夹里没有文件"
                self.faults.add(
                    self.cell(column), f"印证资料“{name}”不存在", f"data/evidence/{shown}/ 下的文件名（现有：{known}）"
                )
        return tuple(name for name in names if name in there)

    def demand(self, column: str, what: str, allowed: str = "") -> None:
        """Keep a fault where a cell that must be filled in is blank."""
        if not self.is_filled((column,)):
            self.faults.add(self.cell(column), f"没有填{what}", allowed or what)

    def is_filled(self, columns: tuple[str, ...]) -> bool:
        """Whether anything stands in one of these cells."""
        return any(not is_blank(self.raw(column)) for column in columns)


def form_rows(workbook: Workbook, form: FormSheet, faults: Faults) -> Iterator[FormRow]:
    """Yield the rows of one sheet that hold anything, from below the header to the footer."""
    sheet = next((each for each in workbook.sheets if normal(each.name) == normal(form.name)), None)
    if sheet is None:
        names = "、".join(each.name for each in workbook.sheets)
        faults.add("", f"缺少工作表“{form.name}”（现有：{names}）", "用 minsheng template 生成的考评表填写，不删工作表")
        return
    header = _header(sheet, form)
    if header is None:
        labels = "、".join(each.column.header for each in form.columns)
        faults.add(form.name, "表头不全", f"同一行有这些列：{labels}")
        return
    row, places = header
    columns = tuple(places)
    for number in range(row + 1, len(sheet.rows)):
        if any(normal(show(sheet.at(number, column))).startswith(_FOOTER) for column in range(sheet.width)):
            return
        found = FormRow(sheet, number, places, faults)
        broken = [place for place in places.values() if sheet.address(number, place) in _unread(sheet)]
        for place in broken:
            faults.add(f"{sheet.name}!{sheet.address(number, place)}", "公式没有算出结果", "直接填写的值")
        if not broken and found.is_filled(columns):
            yield found


def _header(sheet: Sheet, form: FormSheet) -> tuple[int, dict[str, int]] | None:
    wanted = {normal(text): each.column.id for each in form.columns for text in (each.column.label, each.column.header)}
    for row in range(min(_SCAN_ROWS, len(sheet.rows))):
        places: dict[str, int] = {}
        for place in range(sheet.width):
            name = wanted.get(normal(show(sheet.at(row, place))))
            if name is not None:
                places.setdefault(name, place)
        if len(places) == len(form.columns):
            return row, places
    return None


def _unread(sheet: Sheet) -> frozenset[str]:
    return sheet.uncached | frozenset(sheet.errors)
