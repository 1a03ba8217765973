"""A delivered form: its sheets as rows of read cells; every fault is kept, none stops the reading."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from minsheng.domain.addresses import place
from minsheng.domain.base import plain
from minsheng.domain.delivery import Severity
from minsheng.domain.units import normal
from minsheng.intake.forms.layout import FormTable
from minsheng.intake.reading.parse_findings import Findings
from minsheng.intake.reading.parsing import read_table
from minsheng.intake.spreadsheets.cells import ParsedCell, is_blank
from minsheng.intake.spreadsheets.grid import Sheet

_SEPARATORS = str.maketrans({"；": "\n", ";": "\n"})


@dataclass
class DeliveredForm:
    """One delivered form: ``file`` relative to ``data/``, sheets by table id, evidence in a folder per item."""

    file: str
    evidence: Path
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    there: str = ""
    """The names of all sheets."""
    faults: list[str] = field(default_factory=list)

    def fault(self, where: str, message: str, allowed: str, action: str = "") -> None:
        """Keep one fault; ``where`` is ``sheet!cell``, or empty where the whole file is meant."""
        said = "，".join(filter(None, (self.file, where)))
        self.faults.append(f"{said}：{message}。应为：{allowed}{f'。{action}' if action else ''}")

    def rows(self, table: FormTable) -> Iterator["FormRow"]:
        """Yield the rows of a table that hold anything, as the reader of returns finds them."""
        sheet = self.sheets.get(table.id)
        if sheet is None:
            said = f"缺少工作表“{table.sheet}”（现有：{self.there}）"
            self.fault("", said, "用 minsheng template 生成的考评表填写，不删工作表")
            return
        findings = Findings()
        parsed = read_table(table, sheet, findings, rows=())
        for issue in findings.issues:
            if issue.severity != Severity.INFO:
                self.fault(place(issue.sheet, issue.cell), issue.message, issue.allowed, issue.action)
        for row in parsed.rows if parsed.complete else ():
            # Of a row with an error value nobody knows what else is wrong.
            if not any(cell.cell in sheet.unreadable for cell in row.cells.values()):
                yield FormRow(self, sheet.name, row.cells)


@dataclass
class FormRow:
    """One row; the getters return ``None`` or empty where the cell is blank or faulty."""

    form: DeliveredForm
    sheet: str
    cells: Mapping[str, ParsedCell]
    sound: bool = field(init=False)
    """Whether nothing has been found wrong with it."""

    def __post_init__(self) -> None:
        self.sound = all(cell.value is not None or is_blank(cell.raw) for cell in self.cells.values())

    def cell(self, column: str) -> str:
        """Return a cell's address as ``sheet!cell``."""
        return place(self.sheet, self.cells[column].cell)

    def fault(self, column: str, message: str, allowed: str) -> None:
        """Keep what is wrong with a cell."""
        self.sound = False
        self.form.fault(self.cell(column), message, allowed)

    def text(self, column: str) -> str:
        """Return a text; a blank mark such as 无 is empty."""
        cell = self.cells[column]
        return "" if is_blank(cell.raw) else str(cell.value or "")

    def number(self, column: str, least: Decimal = Decimal(0)) -> Decimal | None:
        """Return a number of at least 0, or another least."""
        value = self.cells[column].value
        if not isinstance(value, Decimal):
            return None
        if value < least:
            allowed = f"不小于 {plain(least)}" if least else "0 或正数"
            self.fault(column, f"“{self.cells[column].shown}”小于 {plain(least)}", allowed)
            return None
        return value

    def count(self, column: str, unit: str) -> int | None:
        """Return a whole number of at least 0."""
        value = self.number(column)
        if value is not None and value != value.to_integral_value():
            self.fault(column, f"“{self.cells[column].shown}”不是整数", f"0 或正整数（{unit}）")
            return None
        return None if value is None else int(value)

    def day(self, column: str) -> date | None:
        """Return a date."""
        value = self.cells[column].value
        return value if isinstance(value, date) else None

    def lines(self, column: str) -> tuple[str, ...]:
        """Return a list that stands one a line, or with semicolons between."""
        parts = self.text(column).translate(_SEPARATORS).splitlines()
        return tuple(part.strip() for part in parts if part.strip())

    def files(self, column: str, folder: str) -> tuple[str, ...]:
        """Return file names that all lie in a folder of the form's evidence; one without its ending is understood."""
        files = self.form.evidence / folder
        there = sorted(path.name for path in files.iterdir() if path.is_file()) if files.is_dir() else []
        found = []
        for name in self.lines(column):
            meant = _file_meant(name, there)
            if meant is not None:
                found.append(meant)
                continue
            near = get_close_matches(name, there, cutoff=_LIKE)
            probably = f"是不是 {'、'.join(near)}？" if near else ""
            where = f"data/evidence/{'/'.join(files.parts[-3:])}/"
            known = "、".join(there) or "该文件夹里没有文件"
            self.fault(column, f"印证资料“{name}”不存在", f"{probably}{where} 下的文件名（现有：{known}）")
        return tuple(dict.fromkeys(found))

    def demand(self, column: str, what: str, allowed: str = "") -> None:
        """Keep a fault where a cell that must be filled in is blank."""
        if not self.is_filled(column):
            self.fault(column, f"没有填{what}", allowed or what)

    def is_filled(self, *columns: str) -> bool:
        """Whether anything stands in one of these cells."""
        return any(not is_blank(self.cells[column].raw) for column in columns)


_LIKE = 0.4
"""How alike two names must be for one to be suggested for the other."""


def _file_meant(name: str, there: Sequence[str]) -> str | None:
    """Return the one file that a name means, but for width, spaces and ending; ``None`` for none or several."""
    if name in there:
        return name
    alike = [file for file in there if normal(name) in {normal(file), normal(Path(file).stem)}]
    return alike[0] if len(alike) == 1 else None
