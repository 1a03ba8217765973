"""The county's own workbook back: faulty cells coloured and commented, a first sheet 回执 with every issue."""

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook as NewWorkbook
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from minsheng.domain.addresses import position
from minsheng.domain.delivery import Issue, Severity, Verdict
from minsheng.files.zips import normalise_zip
from minsheng.intake.reading.masking import masked_value
from minsheng.intake.returns.receipt_words import COLUMNS, ReceiptWords, comment_text
from minsheng.intake.spreadsheets.cells import Raw
from minsheng.intake.spreadsheets.grid import Workbook
from minsheng.intake.spreadsheets.style import LINE_HEIGHT, PAPER_HEADER, SEVERITY_COLOURS, line_count

RECEIPT_SHEET = "回执"

_FILLS = {severity: PatternFill("solid", fgColor=f"FF{colour}") for severity, colour in SEVERITY_COLOURS.items()}

_ORDER = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)

_WIDTHS = (6, 17, 12, 8, 16, 44, 32, 36, 32, 19, 28)

_LABEL = 2
"""How many columns a label above the list of issues covers; what it says stands in all of the others."""

_WRAPPED = Alignment(wrap_text=True, vertical="top")

_MODIFIED = re.compile(rb"(<dcterms:(modified|created)[^>]*>)[^<]*(</dcterms:(?:modified|created)>)")

_MAX_COMMENT = 1500


def receipt_workbook(data: bytes | None, read: Workbook, verdict: Verdict, words: ReceiptWords) -> bytes:
    """Mark up a delivered xlsx, or a copy of what was read where ``data`` is none; the same inputs, the same bytes."""
    book = (_open(data) if data is not None else None) or _copy(read)
    # A receipt lies where pages lie, and its sender knows the numbers.
    _mask(book)
    _mark(book, verdict.issues)
    _write_sheet(book, words)
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
    return cell


def _mark(book: Any, issues: Iterable[Issue]) -> None:
    by_cell: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        if issue.sheet in book.sheetnames and position(issue.cell) is not None:
            by_cell.setdefault((issue.sheet, issue.cell), []).append(issue)
    for (sheet_name, reference), found in by_cell.items():
        sheet = book[sheet_name]
        cell = sheet[_owner(sheet, reference)]
        worst = max((issue.severity for issue in found), key=_ORDER.index)
        cell.fill = _FILLS[worst]
        text = ILLEGAL_CHARACTERS_RE.sub("", "\n\n".join(comment_text(issue) for issue in found))[:_MAX_COMMENT]
        comment = Comment(text, "审核")
        comment.width, comment.height = 360, 160
        cell.comment = comment


def _owner(sheet: Any, reference: str) -> str:
    """Return the cell that carries the value of a merged range: only that one can hold a comment."""
    for area in sheet.merged_cells.ranges:
        if reference in area:
            return str(area.start_cell.coordinate)
    return reference


def _write_sheet(book: Any, words: ReceiptWords) -> None:
    name = RECEIPT_SHEET
    while name in book.sheetnames:
        name += "_"
    sheet = book.create_sheet(name, 0)
    book.active = 0
    for other in book.worksheets[1:]:
        other.sheet_view.tabSelected = False
    _put(sheet, 1, 1, words.title).font = Font(bold=True, size=14)
    row = 3
    for label, text in (*words.facts, *words.projects, ("处理意见", words.advice)):
        _write_fact(sheet, row, label, text)
        row += 1
    row += 1
    for column, header in enumerate(COLUMNS, 1):
        cell = _put(sheet, row, column, header)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor=f"FF{PAPER_HEADER}")
        sheet.column_dimensions[cell.column_letter].width = _WIDTHS[column - 1]
    _set_up_paper(sheet, head=row)
    for issue, severity in zip(words.issues, words.severities, strict=True):
        row += 1
        for column, text in enumerate(issue, 1):
            _put(sheet, row, column, text).alignment = _WRAPPED
        sheet.row_dimensions[row].height = LINE_HEIGHT * max(map(line_count, issue, _WIDTHS))
        sheet.cell(row, 2).fill = _FILLS[severity]
    if not words.issues:
        _put(sheet, row + 1, 1, "没有发现问题。")
    _write_not_checked(sheet, row + 3, words)


def _write_fact(sheet: Any, row: int, label: str, text: str) -> None:
    _put(sheet, row, 1, label).font = Font(bold=True)
    _put(sheet, row, _LABEL + 1, text)
    for first, last in ((1, _LABEL), (_LABEL + 1, len(COLUMNS))):
        sheet.cell(row, first).alignment = _WRAPPED
        sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    widths = sum(_WIDTHS[:_LABEL]), sum(_WIDTHS[_LABEL:])
    sheet.row_dimensions[row].height = LINE_HEIGHT * max(
        line_count(label, widths[0], bold=True), line_count(text, widths[1])
    )


def _set_up_paper(sheet: Any, head: int) -> None:
    """Print on A4 across, all columns on a page, the header on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{head}:{head}"


def _write_not_checked(sheet: Any, row: int, words: ReceiptWords) -> None:
    if words.not_checked:
        _put(sheet, row, 1, "未检的规则").font = Font(bold=True)
    for at, (rule, project, reason) in enumerate(words.not_checked, row + 1):
        for column, text in ((1, rule), (3, project), (6, reason)):
            _put(sheet, at, column, text)


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
