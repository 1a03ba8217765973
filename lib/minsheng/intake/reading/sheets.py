"""Which sheet of a workbook holds which table: by name, alias, title or its whole header; and which is a twin of it.

Whose figures a sheet says that it holds: texts above its header and names in its rows, against the cover.
"""

import re
from collections.abc import Iterator, Sequence

from minsheng.domain.addresses import place
from minsheng.domain.area import Area
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import COVER_SHEET, Table, TableKind
from minsheng.domain.units import normal
from minsheng.intake.reading.cover import Cover
from minsheng.intake.reading.headers import find_header
from minsheng.intake.reading.parse_findings import Findings
from minsheng.intake.reading.table_reading import ParsedTable
from minsheng.intake.spreadsheets.cells import Raw, arabic, show
from minsheng.intake.spreadsheets.grid import Sheet, Workbook

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
    """Find the sheet of each table that is there; ``taken`` is the cover's, no table's for its header alone."""
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
    if table.kind == TableKind.FORM:
        return None  # the titles of a form's sheets stand within each other: 考评, 实绩考评
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


_MONTH_NAMED = re.compile(r"(?P<year>20[0-9]{2})年(?:[0-9]{1,2}月?[-—–~至])?(?P<month>[0-9]{1,2})月(?![0-9]{1,2}日)")


def check_whose(parsed: ParsedTable, sheet: Sheet, cover: Cover, plan: Plan, findings: Findings) -> None:
    """Compare what a sheet says about itself with the cover.

    A title of another county or month is often only an old title, so it asks for an explanation; a row that names
    another county holds that county's figures, and blocks.
    """
    if parsed.header is None or cover.is_section:
        return
    own = plan.area(cover.id)
    others = [area for area in plan.areas if area.id != own.id and area.name not in own.name]
    _check_titles(parsed, sheet, cover, own, others, findings)
    if parsed.table.kind == TableKind.FIGURES and not parsed.table.open_rows:
        _check_rows(parsed, sheet, own, others, findings)


def _check_titles(
    parsed: ParsedTable, sheet: Sheet, cover: Cover, own: Area, others: list[Area], findings: Findings
) -> None:
    for row, column, text in _texts(sheet, range(parsed.header.row if parsed.header else 0)):
        said = [area.name for area in others if area.name in text and own.name not in text]
        months = [(int(found["year"]), int(found["month"])) for found in _MONTH_NAMED.finditer(text)]
        if months and (cover.period.year, cover.period.start.month) not in months:
            said.append(f"{months[0][0]}年{months[0][1]}月")
        if said:
            findings.add(
                "READ-TITLE",
                f"表头上方写的是“{'、'.join(said)}”，封面是“{own.name} {cover.period.label}”",
                allowed=f"与封面一致：{own.name}、{cover.period.label}",
                action="若只是标题没有改，请改正；若数字也是别处或别月的，请换成本单位本月的数；确实无误请说明",
                sheet=sheet.name,
                cell=sheet.address(row, column),
                project=parsed.table.project,
                value="、".join(said),
            )


def title_lines(parsed: ParsedTable, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Yield place and words of what stands above a table."""
    for row, column, text in _texts(sheet, range(parsed.header.row if parsed.header else 0)):
        yield place(sheet.name, sheet.address(row, column)), text


def _check_rows(parsed: ParsedTable, sheet: Sheet, own: Area, others: list[Area], findings: Findings) -> None:
    names = {normal(name): area.name for area in others for name in (area.name, area.bureau, *area.aliases) if name}
    for row in parsed.rows:
        for column in parsed.header.extra if parsed.header else ():
            name = names.get(normal(sheet.at(row.row, column) or ""))
            if name is not None:
                findings.add(
                    "READ-OWNER",
                    f"这一行写的是“{name}”，封面是“{own.name}”",
                    allowed=f"{own.name}的数",
                    action=f"请填{own.name}的数，或改正行里的名称",
                    sheet=sheet.name,
                    cell=sheet.address(row.row, column),
                    project=row.project or parsed.table.project,
                    value=name,
                )


def _texts(sheet: Sheet, rows: range) -> Iterator[tuple[int, int, str]]:
    for row in rows:
        cells: tuple[Raw, ...] = sheet.rows[row] if row < len(sheet.rows) else ()
        for column, cell in enumerate(cells):
            if isinstance(cell, str) and cell.strip():
                yield row, column, normal(cell)
