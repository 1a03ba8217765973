"""Personal numbers in a delivered workbook: masked before anything of it is read, and named by cell."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from minsheng.domain.base import plain
from minsheng.intake.reading.parse_findings import Findings
from minsheng.intake.spreadsheets.cells import Raw
from minsheng.intake.spreadsheets.grid import Sheet, Workbook
from minsheng.privacy.personal_numbers import masked_text, personal_numbers, rounded_number

NOTE = "批注"
"""The place of a number in a note beside a cell."""

_SHORTEST = 11

_LEAST = Decimal(10 ** (_SHORTEST - 1))

ALLOWED = "不含身份证号、手机号、银行卡号；联系电话填办公室座机"

ACTION = "请删去或改为“某某”后重新报送：报表要公开、归档，不得含个人信息"


@dataclass(frozen=True)
class PersonalCell:
    """One cell, note or property that holds personal numbers; ``masked`` is all that is kept of it."""

    sheet: str
    cell: str
    kinds: tuple[str, ...]
    masked: str
    place: str = ""
    """Where within the file, if not in the cell itself: 批注, 文件属性."""

    @property
    def message(self) -> str:
        """What is wrong, without the number."""
        return f"{self.place}含{'、'.join(self.kinds)}（{self.masked}）"


def mask_workbook(workbook: Workbook) -> tuple[Workbook, tuple[PersonalCell, ...]]:
    """Return a workbook with every personal number masked, and the cells, notes and properties that held one.

    Hidden sheets, and sheets that nothing else reads, are looked at too. Nothing after this sees the numbers, so that
    neither verdict nor receipt, log or page can repeat them.
    """
    found: list[PersonalCell] = []
    sheets = tuple(_masked_sheet(sheet, found) for sheet in workbook.sheets)
    found += _outside_cells(workbook, found)
    return (replace(workbook, sheets=sheets, said=()), tuple(found)) if found or workbook.said else (workbook, ())


def _outside_cells(workbook: Workbook, in_cells: list[PersonalCell]) -> list[PersonalCell]:
    """Find the numbers in notes, headers, drawings and properties; old formats tell those of cells once more."""
    known = {number for each in in_cells for number in each.masked.split("、")}
    found: dict[PersonalCell, None] = {}
    for said in workbook.said:
        numbers = [number for number in personal_numbers(said.text) if number.masked not in known]
        if numbers:
            kinds = tuple(dict.fromkeys(str(number.kind) for number in numbers))
            masked = "、".join(dict.fromkeys(number.masked for number in numbers))
            found[PersonalCell(masked_text(said.sheet), said.cell, kinds, masked, said.place)] = None
    return list(found)


def add_personal(findings: Findings, cells: tuple[PersonalCell, ...]) -> None:
    """Add a critical finding per cell, which blocks the whole return: a file with such a number cannot be kept."""
    for each in cells:
        findings.add(
            "READ-PERSONAL",
            each.message,
            allowed=ALLOWED,
            action=ACTION,
            sheet=each.sheet,
            cell=each.cell,
            value=each.masked,
        )


def masked_value(value: Raw) -> tuple[str, tuple[str, ...]] | None:
    """Return a cell's value with its personal numbers masked, and their kinds; ``None`` where it has none."""
    match value:
        case str() if len(value) >= _SHORTEST:
            text = value
        case Decimal() if value >= _LEAST and value == value.to_integral_value():
            text = plain(value)
            if (cut := rounded_number(text)) is not None:
                return cut[1], (cut[0],)
        case _:
            return None
    kinds = tuple(dict.fromkeys(str(number.kind) for number in personal_numbers(text)))
    return (masked_text(text), kinds) if kinds else None


def _masked_sheet(sheet: Sheet, found: list[PersonalCell]) -> Sheet:
    name = sheet.name
    if (title := masked_value(name)) is not None:
        name = title[0]
        found.append(PersonalCell(name, "", title[1], name))
    before = len(found)
    rows = list(sheet.rows)
    for at, row in enumerate(sheet.rows):
        for column, value in enumerate(row):
            if value is None or isinstance(value, date) or (isinstance(value, str) and len(value) < _SHORTEST):
                continue  # most cells
            masked = masked_value(value)
            if masked is not None:
                rows[at] = (*rows[at][:column], masked[0], *row[column + 1 :])
                shown = _only_numbers(value) if isinstance(value, str) else masked[0]
                found.append(PersonalCell(name, sheet.address(at, column), masked[1], shown))
    if len(found) == before:
        return sheet if name == sheet.name else replace(sheet, name=name)
    return replace(sheet, name=name, rows=tuple(rows))


def _only_numbers(text: str) -> str:
    return "、".join(dict.fromkeys(number.masked for number in personal_numbers(text)))
