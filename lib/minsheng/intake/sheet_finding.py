"""Which sheet of a workbook holds which table: by name, alias, title or its whole header; and which is a twin of it."""

import re
from collections.abc import Sequence

from minsheng.domain.period import Period
from minsheng.domain.table import COVER_SHEET, Table
from minsheng.intake.cells import arabic, show
from minsheng.intake.grid import Sheet, Workbook
from minsheng.intake.headers import find_header
from minsheng.intake.units import normal

_TITLE_ROWS = 3
_MONTH = re.compile("([0-9]{1,2})月")


def split_text(workbook: Workbook, tables: Sequence[Table]) -> Workbook:
    """Cut one text file into sheets: a line with only a sheet's name or title begins that sheet."""
    names = {normal(COVER_SHEET): COVER_SHEET}
    for table in tables:
        names |= {normal(text): table.sheet for text in (table.sheet, table.title, *table.aliases)}
    (whole,) = workbook.sheets
    starts: list[tuple[int, str]] = []
    for at, row in enumerate(whole.rows):
        filled = [normal(show(cell)) for cell in row if normal(show(cell))]
        if len(filled) == 1 and filled[0] in names and (not starts or starts[-1][1] != names[filled[0]]):
            starts.append((at, names[filled[0]]))
    if not starts or starts[0][0] > 0:
        starts.insert(0, (0, COVER_SHEET))
    ends = [at for at, _ in starts[1:]] + [len(whole.rows)]
    sheets = tuple(whole.cut(at, end, name) for (at, name), end in zip(starts, ends, strict=True))
    return Workbook(workbook.format, sheets, workbook.notes)


def find_sheets(workbook: Workbook, tables: Sequence[Table], taken: str) -> dict[str, Sheet]:
    """Find the sheet of each table.

    Parameters
    ----------
    workbook
        As read.
    tables
        The tables of the plan.
    taken
        The sheet of the cover, which is no table's for its header alone.

    Returns
    -------
    dict of str to Sheet
        By table; without those that are not there.
    """
    found = {table.id: sheet for table in tables if (sheet := _by_name(workbook, table)) is not None}
    claimed = {sheet.name for sheet in found.values()} | {taken}
    free = [sheet for sheet in workbook.sheets if sheet.name not in claimed]
    for table in tables:
        if table.id not in found and free:
            whole = [sheet for sheet in free if _has_whole_header(sheet, table)]
            if len(whole) == 1:  # of two that would do, nobody knows which is meant
                found[table.id] = whole[0]
    return found


def _by_name(workbook: Workbook, table: Table) -> Sheet | None:
    wanted = [normal(text) for text in (table.sheet, *table.aliases, table.title)]
    for name in wanted:
        for sheet in workbook.sheets:
            if normal(sheet.name) == name:
                return sheet
    # What is hidden is more likely the old one.
    titled = [sheet for sheet in workbook.sheets if _has_title(sheet, table)]
    return next(iter(sorted(titled, key=lambda sheet: sheet.hidden)), None)


def _has_title(sheet: Sheet, table: Table) -> bool:
    title = normal(table.title)
    return any(title in normal(show(cell)) for row in sheet.rows[:_TITLE_ROWS] for cell in row)


def _has_whole_header(sheet: Sheet, table: Table) -> bool:
    header = find_header(sheet, table.columns, table.keys)
    wanted = {column.id for column in table.columns if column.required} | set(table.keys)
    return header is not None and len(wanted) > 1 and wanted <= set(header.columns)


def twin_of(extra: Sheet, found: dict[str, Sheet], tables: Sequence[Table], period: Period) -> Sheet | None:
    """Return the sheet that was read in place of ``extra``, where both claim the same table and their cells differ.

    One that is hidden, or that names another month (5月低保), is kept for reference and is no twin.
    """
    month = _MONTH.search(arabic("年" + normal(extra.name)))
    if extra.hidden or (month and int(month[1]) != period.start.month):
        return None
    for table in tables:
        read = found.get(table.id)
        if read is not None and _has_title(extra, table) and _filled(extra) != _filled(read):
            return read
    return None


def _filled(sheet: Sheet) -> list[list[str]]:
    texts = [[normal(show(cell)) for cell in row if cell is not None] for row in sheet.rows]
    return [row for row in texts if row]
