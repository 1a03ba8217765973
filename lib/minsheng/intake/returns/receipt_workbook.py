"""The county's own workbook back: a first sheet 回执 of what to do, linked with the marked cells, and its record."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook as NewWorkbook
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from minsheng.domain.addresses import position
from minsheng.domain.delivery import Issue, Severity, Verdict
from minsheng.files.zips import normalise_zip
from minsheng.intake.reading.masking import masked_value
from minsheng.intake.returns.receipt_words import COLUMNS, ENTRY_COLUMNS, ReceiptEntry, ReceiptWords, comment_text
from minsheng.intake.spreadsheets.cells import Percentage, Raw
from minsheng.intake.spreadsheets.grid import Workbook
from minsheng.intake.spreadsheets.style import LINE_HEIGHT, PAPER_HEADER, SEVERITY_COLOURS, line_count

RECEIPT_SHEET = "回执"

RECORD_SHEET = "回执备查"

_FILLS = {severity: PatternFill("solid", fgColor=f"FF{colour}") for severity, colour in SEVERITY_COLOURS.items()}

_ENTRY_WIDTHS = (20, 20, 66)

_RECORD_WIDTHS = (6, 17, 12, 8, 16, 44, 32, 36, 32, 19, 28)

_LABEL = 2
"""How many columns of the record a label covers; what it says stands in all of the others."""

_WRAPPED = Alignment(wrap_text=True, vertical="top")

_MODIFIED = re.compile(rb"(<dcterms:(modified|created)[^>]*>)[^<]*(</dcterms:(?:modified|created)>)")

_MAX_COMMENT = 1500

_TOOLTIP = 255

_HIGHEST = 400
"""Points: what Excel takes for a row, and a screen can show."""

_SECOND, _LINK, _RULE = "FF595959", "FF0563C1", "FFA6A6A6"


def receipt_workbook(data: bytes | None, read: Workbook, verdict: Verdict, words: ReceiptWords) -> bytes:
    """Mark up a delivered xlsx, or a copy of what was read where ``data`` is none; the same inputs, the same bytes."""
    book = (_open(data) if data is not None else None) or _copy(read)
    # A receipt lies where pages lie, and its sender knows the numbers.
    _mask(book)
    _mark(book, verdict.issues, words)
    _write_to_do(book, words)
    _write_record(book, words)
    stream = io.BytesIO()
    book.save(stream)
    return normalise_zip(_fix_times(stream.getvalue(), verdict.received_at))


def _open(data: bytes) -> Any | None:
    try:
        # Formulas come back as the values that were read, so that nothing in a returned file can run.
        return load_workbook(io.BytesIO(data), data_only=True, keep_links=False, keep_vba=False)
    except Exception:  # noqa: BLE001 - whatever openpyxl makes of a strange file, its county gets a receipt
        return None


def _mask(book: Any) -> None:
    """Mask the personal numbers of cells, notes and file properties."""
    for sheet in book.worksheets:
        if (title := masked_value(sheet.title)) is not None:
            sheet.title = title[0].replace("*", "x")[:31]
        # Only the cells that there are: iterating by rows would make one for each place up to the last that is styled.
        for cell in list(sheet._cells.values()):  # noqa: SLF001 - openpyxl gives no other way to them
            value = cell.value
            number = isinstance(value, int | float) and not isinstance(value, bool)
            masked = masked_value(Decimal(repr(value)) if number else value)
            if masked is not None:
                _put(sheet, cell.row, cell.column, masked[0])
            if getattr(cell, "comment", None) is not None and (said := masked_value(cell.comment.text)) is not None:
                cell.comment = Comment(said[0], "原批注")
    for name in ("creator", "lastModifiedBy", "title", "subject", "description", "keywords", "category"):
        if (said := masked_value(getattr(book.properties, name))) is not None:
            setattr(book.properties, name, said[0])


def _copy(read: Workbook) -> Any:
    book = NewWorkbook()
    book.remove(book.active)
    for number, sheet in enumerate(read.sheets, 1):
        name = re.sub(r"[\[\]:*?/\\]", "_", sheet.name)[:31] or f"表{number}"
        target = book[name] if name in book.sheetnames else book.create_sheet(name)
        for row, cells in enumerate(sheet.rows, 1 + sheet.first_row):
            for column, value in enumerate(cells, 1):
                if value is not None:
                    _put(target, row, column, value)
    return book


def _put(sheet: Any, row: int, column: int, value: Raw) -> Any:
    """Write one cell; a text is always a text."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
        # Also one that begins with ``=``.
        cell.quotePrefix = True
    else:
        cell.value = value
        if isinstance(value, Percentage):
            # As the sender saw it: 73.44%, not 0.7344.
            cell.number_format = "0.00%" if value.shown == round(value.shown, 2) else "0.00####%"
    return cell


def _mark(book: Any, issues: Iterable[Issue], words: ReceiptWords) -> None:
    """Colour the cells that are to be put right, and write at every cell what was found there."""
    by_cell: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        if issue.sheet in book.sheetnames and position(issue.cell) is not None:
            by_cell.setdefault((issue.sheet, issue.cell), []).append(issue)
    said = {at: "\n\n".join(map(comment_text, found)) for at, found in by_cell.items()}
    marked: set[tuple[str, str]] = set()
    for entry in sorted(words.entries, key=lambda entry: entry.severity != Severity.CRITICAL):
        if entry.sheet in book.sheetnames and position(entry.cell) is not None:
            sheet, at = book[entry.sheet], (entry.sheet, entry.cell)
            said[at] = f"{entry.todo}\n{said.get(at) or entry.why}"
            owner = (entry.sheet, _owner(sheet, entry.cell))
            if owner not in marked:  # of cells merged into one the worst counts
                sheet[owner[1]].fill = _FILLS[entry.severity]
            marked.add(owner)
    by_owner: dict[tuple[str, str], list[str]] = {}
    for (name, cell), text in said.items():
        by_owner.setdefault((name, _owner(book[name], cell)), []).append(text)
    for (name, cell), texts in by_owner.items():
        comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", "\n\n".join(texts))[:_MAX_COMMENT], "审核")
        comment.width, comment.height = 360, 160
        book[name][cell].comment = comment


def _owner(sheet: Any, reference: str) -> str:
    """Return the cell that carries the value of a merged range: only that one can hold a comment."""
    for area in sheet.merged_cells.ranges:
        if reference in area:
            return str(area.start_cell.coordinate)
    return reference


def _new_sheet(book: Any, name: str, place: int) -> Any:
    while name in book.sheetnames:
        name += "_"
    return book.create_sheet(name, place)


def _write_to_do(book: Any, words: ReceiptWords) -> None:
    """Write the first sheet: one row a cell, linked with it, what follows folded under it."""
    sheet = _new_sheet(book, RECEIPT_SHEET, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    sheet.sheet_properties.outlinePr.summaryBelow = False
    facts = "　　".join(f"{label}：{text}" for label, text in words.facts)
    _write_line(sheet, 1, words.title).font = Font(bold=True, size=16)
    _write_line(sheet, 2, words.advice).font = Font(bold=True)
    _write_line(sheet, 3, facts)
    _write_header(sheet, 4, ENTRY_COLUMNS, _ENTRY_WIDTHS)
    _set_up_paper(sheet, head=4, landscape=False)
    row = 5
    for entry in words.entries:
        why = "".join(f"\n{text}" for text in (entry.why, entry.help) if text)
        _write_row(sheet, row, (entry.place, entry.value or "（空白）", entry.todo + why), _ENTRY_WIDTHS)
        todo, said = (ILLEGAL_CHARACTERS_RE.sub("", text) for text in (entry.todo, why))
        sheet.cell(row, 3).value = CellRichText(TextBlock(InlineFont(b=True), todo), said)
        for column in range(1, len(ENTRY_COLUMNS) + 1):
            sheet.cell(row, column).border = Border(top=Side("thin", color=_RULE))
        sheet.cell(row, 1).fill = _FILLS[entry.severity]
        _link(book, sheet, row, entry)
        for text in (entry.folded, *entry.follows) if entry.follows else ():
            row += 1
            _write_row(sheet, row, ("", "", f"　· {text}" if text != entry.folded else text), _ENTRY_WIDTHS)
            sheet.cell(row, 3).font = Font(color=_SECOND)
            if text != entry.folded:
                sheet.row_dimensions[row].outlineLevel, sheet.row_dimensions[row].hidden = 1, True
            else:
                sheet.row_dimensions[row].collapsed = True
        row += 1
    last = [words.rest] * bool(words.rest) + [f"各项目审核结果、逐条记录和未检的规则见“{RECORD_SHEET}”。"]
    for number, text in enumerate(last, row + 1):
        _write_line(sheet, number, text)


def _link(book: Any, sheet: Any, row: int, entry: ReceiptEntry) -> None:
    """Link an entry with its cell, and the cell with its entry."""
    if entry.sheet not in book.sheetnames:
        return
    there = book[entry.sheet]
    at = _owner(there, entry.cell) if position(entry.cell) is not None else "A1"
    _set_link(sheet.cell(row, 1), entry.sheet, at)
    sheet.cell(row, 1).font = Font(underline="single", color=_LINK)
    # A link in a blank cell is taken for its content by programs; the sheet's title leads back then.
    back = next((there[name] for name in (at, "A1") if there[name].value is not None), None)
    if back is not None:
        _set_link(back, sheet.title, f"A{row}")


def _set_link(cell: Any, sheet: str, at: str) -> None:
    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(
        ref=cell.coordinate, location=f"'{quoted}'!{at}", tooltip=f"转到 {sheet} {at}"[:_TOOLTIP]
    )


def _write_line(sheet: Any, row: int, text: str) -> Any:
    cell = _put(sheet, row, 1, text)
    cell.alignment = _WRAPPED
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_ENTRY_WIDTHS))
    size = 2 if row == 1 else line_count(text, sum(_ENTRY_WIDTHS), bold=True)
    sheet.row_dimensions[row].height = LINE_HEIGHT * size
    return cell


def _write_header(sheet: Any, row: int, labels: Sequence[str], widths: Sequence[int]) -> None:
    for column, (label, width) in enumerate(zip(labels, widths, strict=True), 1):
        cell = _put(sheet, row, column, label)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=f"FF{PAPER_HEADER}")
        sheet.column_dimensions[cell.column_letter].width = width


def _write_row(sheet: Any, row: int, texts: Sequence[str], widths: Sequence[int]) -> None:
    for column, text in enumerate(texts, 1):
        _put(sheet, row, column, text).alignment = _WRAPPED
    sheet.row_dimensions[row].height = min(_HIGHEST, LINE_HEIGHT * max(map(line_count, texts, widths)) + 4)


def _write_record(book: Any, words: ReceiptWords) -> None:
    """Write what is kept for reference: every issue, results by project, the file, the rules that were not run."""
    sheet = _new_sheet(book, RECORD_SHEET, 1)
    row = 1
    _write_header(sheet, row, COLUMNS, _RECORD_WIDTHS)
    _set_up_paper(sheet, head=row, landscape=True)
    for issue, severity in zip(words.issues, words.severities, strict=True):
        row += 1
        _write_row(sheet, row, issue, _RECORD_WIDTHS)
        sheet.cell(row, 2).fill = _FILLS[severity]
    if not words.issues:
        row += 1
        _put(sheet, row, 1, "没有发现问题。")
    unchecked = ((f"未检：{rule}", f"{project}：{reason}") for rule, project, reason in words.not_checked)
    for number, (label, text) in enumerate((*words.projects, *words.record, *unchecked), row + 2):
        _write_fact(sheet, number, label, text)


def _write_fact(sheet: Any, row: int, label: str, text: str) -> None:
    _put(sheet, row, 1, label).font = Font(bold=True)
    _put(sheet, row, _LABEL + 1, text)
    for first, last in ((1, _LABEL), (_LABEL + 1, len(COLUMNS))):
        sheet.cell(row, first).alignment = _WRAPPED
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    widths = sum(_RECORD_WIDTHS[:_LABEL]), sum(_RECORD_WIDTHS[_LABEL:])
    sheet.row_dimensions[row].height = LINE_HEIGHT * max(
        line_count(label, widths[0], bold=True), line_count(text, widths[1])
    )


def _set_up_paper(sheet: Any, head: int, *, landscape: bool) -> None:
    """Print on A4, all columns on a page, the header on each; on the screen it stays in view."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape" if landscape else "portrait", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{head}:{head}"
    sheet.freeze_panes = f"A{head + 1}"


def _fix_times(content: bytes, moment: datetime) -> bytes:
    """Replace the time of saving, which openpyxl stamps, by the time at which the return was received."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", data)
            target.writestr(part, data)
    return out.getvalue()
