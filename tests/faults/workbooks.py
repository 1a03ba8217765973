"""Ways to spoil a good workbook: through openpyxl, in its XML, or by writing its cells in another format."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

Book = Any
Make = Callable[[bytes], bytes]


def edited(*edits: Callable[[Book], Any]) -> Make:
    """Open the good workbook, edit it, save it."""

    def make(good: bytes) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(good), data_only=True)
        for edit in edits:
            edit(book)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return make


def put(where: str, value: Any) -> Callable[[Book], None]:
    """Write one cell, ``低保!D4``; a text stays a text."""
    sheet, _, cell = where.partition("!")

    def edit(book: Book) -> None:
        book[sheet][cell] = value
        if isinstance(value, str) and not value.startswith(("#", "=")):
            book[sheet][cell].data_type = "s"

    return edit


def cells(**values: Any) -> Callable[[Book], None]:
    """Write cells of the sheet named by ``sheet``."""
    sheet = values.pop("sheet")
    return lambda book: [put(f"{sheet}!{cell}", value)(book) for cell, value in values.items()]


def delete_rows(sheet: str, row: int, count: int = 1) -> Callable[[Book], None]:
    return lambda book: _unmerged(book[sheet]).delete_rows(row, count)


def insert_rows(sheet: str, row: int, count: int = 1) -> Callable[[Book], None]:
    return lambda book: _unmerged(book[sheet]).insert_rows(row, count)


def insert_columns(sheet: str, column: int) -> Callable[[Book], None]:
    return lambda book: _unmerged(book[sheet]).insert_cols(column)


def _unmerged(sheet: Any) -> Any:
    """openpyxl does not move merged ranges along; titles and footers need none."""
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    return sheet


def write_row(sheet: str, row: int, values: list[Any]) -> Callable[[Book], None]:
    def edit(book: Book) -> None:
        for column, value in enumerate(values, 1):
            _unmerged(book[sheet]).cell(row, column).value = value

    return edit


def copy_row(sheet: str, source: int, target: int, first: int = 1) -> Callable[[Book], None]:
    def edit(book: Book) -> None:
        page = _unmerged(book[sheet])
        for column in range(first, page.max_column + 1):
            page.cell(target, column).value = page.cell(source, column).value

    return edit


def swap_columns(sheet: str, one: int, other: int, first_row: int = 3, last_row: int = 5) -> Callable[[Book], None]:
    def edit(book: Book) -> None:
        page = book[sheet]
        for row in range(first_row, last_row + 1):
            a, b = page.cell(row, one), page.cell(row, other)
            a.value, b.value = b.value, a.value

    return edit


def swap_cells(sheet: str, one: str, other: str) -> Callable[[Book], None]:
    def edit(book: Book) -> None:
        a, b = book[sheet][one], book[sheet][other]
        a.value, b.value = b.value, a.value

    return edit


def rename(sheet: str, name: str) -> Callable[[Book], None]:
    def edit(book: Book) -> None:
        book[sheet].title = name

    return edit


def drop(sheet: str) -> Callable[[Book], None]:
    return lambda book: book.remove(book[sheet])


def rezip(good: bytes, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None) -> bytes:
    """Rewrite the parts of a package: ``change`` returns the new bytes, or ``None`` to drop a part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            data = change(part.filename, source.read(part))
            if data is not None:
                target.writestr(part.filename, data)
        for name, data in (extra or {}).items():
            target.writestr(name, data)
    return out.getvalue()


def in_sheet(title: str, pattern: str, replacement: str) -> Make:
    """Replace within the XML of the sheet with that name; the pattern must be there."""

    def make(good: bytes) -> bytes:
        good = edited()(good)
        book = openpyxl.load_workbook(io.BytesIO(good))
        part = f"xl/worksheets/sheet{book.sheetnames.index(title) + 1}.xml"

        def change(name: str, data: bytes) -> bytes:
            if name != part:
                return data
            text, count = re.subn(pattern, replacement, data.decode(), count=1)
            assert count, f"{pattern} is not in {part}"
            return text.encode()

        return rezip(good, change)

    return make


def rows_of(good: bytes) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(good), data_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    return "" if value is None else str(value)


def as_csv(encoding: str, delimiter: str = ",") -> Make:
    """All sheets in one text file, each after a line with its name: what a county that has only a text editor sends."""
    import csv

    def make(good: bytes) -> bytes:
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, delimiter=delimiter)
        for name, rows in rows_of(good).items():
            writer.writerow([name])
            writer.writerows([_text(value) for value in row] for row in rows)
        return stream.getvalue().encode(encoding)

    return make


_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"""
_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def _ods_cell(value: Any) -> str:
    match value:
        case None:
            return "<table:table-cell/>"
        case datetime() | date():
            day = value.strftime("%Y-%m-%d")
            return (
                f'<table:table-cell office:value-type="date" office:date-value="{day}"><text:p>{day}</text:p>'
                "</table:table-cell>"
            )
        case int() | float():
            return (
                f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p>'
                "</table:table-cell>"
            )
        case _:
            return (
                f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'
            )


def ods_with(old: str, new: str) -> Make:
    """Write an ods with a piece of its content.xml replaced, which must be there."""

    def make(good: bytes) -> bytes:
        def change(name: str, data: bytes) -> bytes:
            assert name != "content.xml" or old.encode() in data
            return data.replace(old.encode(), new.encode(), 1) if name == "content.xml" else data

        return rezip(as_ods(good), change)

    return make


def as_ods(good: bytes) -> bytes:
    """The same cells as an OpenDocument sheet, written by hand: a zip with a content.xml."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in rows_of(good).items()
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        kind = zipfile.ZipInfo("mimetype")
        package.writestr(kind, "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", _CONTENT.format(tables))
        package.writestr("META-INF/manifest.xml", _MANIFEST)
    return out.getvalue()


def record(kind: int, data: bytes) -> bytes:
    """Return one record of an old binary workbook."""
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind: int, version: int = 0x0600) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", version, kind, 0x0DBB, 1996, 0, 6))


def _xls_cell(row: int, column: int, value: Any) -> bytes:
    match value:
        case None:
            return b""
        case datetime() | date():
            days = (value.date() if isinstance(value, datetime) else value) - date(1899, 12, 30)
            return record(0x0203, struct.pack("<HHHd", row, column, 1, days.days))
        case int() | float():
            return record(0x0203, struct.pack("<HHHd", row, column, 0, value))
        case _:
            text = str(value)[:3000]
            data = struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le")
            return record(0x0204, data)


def xls_with(
    cells: dict[tuple[str, int, int], bytes] | None = None,
    *,
    sheets: dict[str, bytes] | None = None,
    book: bytes = b"",
    version: int = 0x0600,
) -> Make:
    """Write an xls with some cells as given, records added to sheets and to the whole, or another version's number."""
    return lambda good: _xls(good, cells or {}, sheets or {}, book, version)


def as_xls(good: bytes) -> bytes:
    """The same cells as a BIFF8 workbook of Excel 97, written by hand into a compound file."""
    return _xls(good, {}, {}, b"", 0x0600)


def _xls(
    good: bytes, given: dict[tuple[str, int, int], bytes], within: dict[str, bytes], book: bytes, version: int
) -> bytes:
    sheets = []
    for name, rows in rows_of(good).items():
        body = within.get(name, b"") + b"".join(
            given.get((name, r, c), _xls_cell(r, c, value)) for r, row in enumerate(rows) for c, value in enumerate(row)
        )
        extent = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0)
        sheets.append(_bof(0x0010) + record(0x0200, extent) + body + record(0x000A, b""))
    names = list(rows_of(good))
    head = _bof(0x0005, version) + book + record(0x0042, struct.pack("<H", 1200))
    # Cell formats: general, a date and a percentage (built-in number formats 14 and 10), one of the file's own.
    head += b"".join(record(0x00E0, struct.pack("<HHHHIIHH", 0, n, 0, 0x20, 0, 0, 0, 0)) for n in (0, 14, 10, 164))
    bound = [struct.pack("<HBB", 0, len(name), 1) + name.encode("utf-16-le") for name in names]
    at = len(head) + sum(8 + len(data) for data in bound) + 4
    for data, sheet in zip(bound, sheets, strict=True):
        head += record(0x0085, struct.pack("<I", at) + data)
        at += len(sheet)
    return compound({"Workbook": head + record(0x000A, b"") + b"".join(sheets)})


def compound(streams: dict[str, bytes]) -> bytes:
    """Write streams into an OLE compound file: header, one allocation table per 128 sectors, directory."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    padded = {name: data.ljust(max(4096, -(-len(data) // 512) * 512), b"\0") for name, data in streams.items()}
    needed = sum(len(data) // 512 for data in padded.values()) + 1
    tables = 1
    while tables * 128 < needed + tables:
        tables += 1
    chain = [table] * tables
    entries = [("Root Entry", 5, end, 0, 1)]
    for number, (name, data) in enumerate(padded.items(), 1):
        first, count = len(chain), len(data) // 512
        chain += [*range(first + 1, first + count), end]
        right = number + 1 if number < len(padded) else free
        entries.append((name, 2, first, len(data), right))
    directory_at = len(chain)
    directory = b""
    for number, (name, kind, first, size, link) in enumerate(entries):
        text = (name + "\0").encode("utf-16-le")
        right, child = (free, link) if number == 0 else (link, free)
        directory += text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, free, right, child)
        directory += bytes(36) + struct.pack("<IQ", first, size)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    sectors = len(directory) // 512
    chain += [*range(directory_at + 1, directory_at + sectors), end]
    chain += [free] * (tables * 128 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, directory_at, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", *(list(range(tables)) + [free] * (109 - tables)))
    return header + struct.pack(f"<{len(chain)}I", *chain) + b"".join(padded.values()) + directory
