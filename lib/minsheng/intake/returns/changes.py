"""What a new revision of a return changed, cell by cell: by field, so that a row moved or inserted is no change."""

from collections.abc import Iterator
from dataclasses import dataclass

from minsheng.domain.addresses import place
from minsheng.domain.table import COVER_FIELDS, TableKind
from minsheng.intake.reading.parsing import ParsedReturn
from minsheng.intake.reading.table_reading import ParsedTable
from minsheng.intake.spreadsheets.cells import ParsedCell, is_blank

_OF_PERSONS = frozenset({"contact", "phone"})

_WORDS = frozenset({TableKind.NARRATIVE, TableKind.EXPLANATION})


@dataclass(frozen=True)
class CellChange:
    """One cell whose content is not what it was; an empty text is a blank or a cell that is not there."""

    sheet: str
    cell: str
    """In the new revision; where it is gone there, in the old one."""
    label: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{place(self.sheet, self.cell)} {self.label}：{self.before or '（空白）'} → {self.after or '（空白）'}"


@dataclass(frozen=True)
class _ComparedCell:
    sheet: str
    cell: str
    label: str
    shown: str
    """For a terminal and logs: of what people wrote about people only how long it is."""
    means: object
    """What is compared: a number written as text is the number, a blank mark is a blank."""


def revision_changes(before: ParsedReturn, after: ParsedReturn) -> tuple[CellChange, ...]:
    """Compare two readings of one owner's return, in the order of tables; a file only saved again has not changed."""
    old, new = dict(_places(before)), dict(_places(after))
    changes = []
    for name in dict.fromkeys((*new, *old)):
        was, now = old.get(name), new.get(name)
        place = now if now is not None and (now.cell or was is None) else was
        if place is not None and (was.means if was else "") != (now.means if now else ""):
            shown = (was.shown if was else "", now.shown if now else "")
            changes.append(CellChange(place.sheet, place.cell, place.label, *shown))
    return tuple(changes)


def _places(parsed: ParsedReturn) -> Iterator[tuple[str, _ComparedCell]]:
    cover = parsed.cover
    for field in COVER_FIELDS:
        if field.id in cover.cells:
            at, text = cover.cells[field.id].cell, cover.cells[field.id].shown
            shown = _length(text) if field.id in _OF_PERSONS else text
            yield f"cover.{field.id}", _ComparedCell(cover.sheet, at, field.label, shown, text)
    for table in parsed.tables.values():
        for row in table.rows:
            for column in table.table.columns:
                cell = row.cells[column.id]
                if cell.cell:
                    label = "·".join(filter(None, (column.label, _row_label(table, row.id))))
                    shown = _length(cell.shown) if table.table.kind in _WORDS else cell.shown
                    place = _ComparedCell(table.sheet, cell.cell, label, shown, _meaning(cell))
                    yield table.table.field(column.id, row.id), place


def _length(text: str) -> str:
    return f"（文字 {len(text)} 字）" if text else ""


def _meaning(cell: ParsedCell) -> object:
    return cell.value if cell.value is not None else "" if is_blank(cell.raw) else cell.shown


def _row_label(table: ParsedTable, row: str) -> str:
    fixed = next((known for known in table.table.rows if known.id == row), None)
    if fixed is not None:
        return " / ".join(fixed.labels)
    return f"第 {row} 行" if row else ""
