"""What an old binary workbook (.xls, .et) holds: errors, hidden rows and columns, percentages; which Excel wrote it.

Files that Excel encrypted with its built-in password, as it does to protect a workbook's structure, open without being
asked for one, so they are opened here too. This runs in the reading child.
"""

import io
import struct
from collections.abc import Iterator
from enum import IntEnum

import olefile

from minsheng.domain.addresses import address
from minsheng.intake.spreadsheets.biff_formulas import formula_text, shared_by
from minsheng.intake.spreadsheets.guard import PASSWORD
from minsheng.intake.spreadsheets.guard_package import Package
from minsheng.intake.spreadsheets.guard_parts import MAX_COLUMNS, RefusedError, Scan
from minsheng.intake.spreadsheets.guard_words import compound_words
from minsheng.intake.spreadsheets.number_formats import PERCENT_FORMATS, is_percent, thousands

_BUILT_IN_PASSWORD = "VelvetSweatshop"  # noqa: S105 - the one that Excel tries first, published by Microsoft

_OTHER_KINDS = {"WordDocument": " Word 文档", "PowerPoint Document": "演示文稿", "__properties_version1.0": "邮件"}
"""A stream of a compound file → what people call the file."""

_BIFF8 = 0x0600

_OLD = "是 Excel 5.0/95 或更早的工作簿，其中的汉字无法可靠读取：请用 Excel 或 WPS 打开，另存为 xlsx 再报"

_OLD_STARTS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00\x00\x05")
"""First bytes of workbooks from before there were compound files (BIFF 2 to 5)."""


class _Record(IntEnum):
    """The records of a workbook that are looked at, as [MS-XLS] numbers them."""

    FORMULA = 0x0006
    EOF = 0x000A
    FILE_PASS = 0x002F
    OBJECT = 0x005D
    COLUMNS = 0x007D
    SHEET = 0x0085
    MANY_NUMBERS = 0x00BD
    STYLE = 0x00E0
    NUMBER = 0x0203
    ERROR = 0x0205
    ROW = 0x0208
    SHORT_NUMBER = 0x027E
    FORMAT = 0x041E
    SHARED_FORMULA = 0x04BC
    BOF = 0x0809


_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}

_IS_ERROR = 2
"""The kind of a formula's result that is no figure, where it is an error."""

_DRAWN = frozenset({0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x09, 0x1E})
"""Kinds of objects that hold what people see: shapes, charts, text boxes, pictures; not notes and buttons."""


def is_old(data: bytes) -> bool:
    """Whether a file is a workbook from before there were compound files."""
    return data.startswith(_OLD_STARTS)


def refuse_old() -> RefusedError:
    """Return the refusal of a workbook that is older than Unicode."""
    return RefusedError(_OLD)


def scan_compound(data: bytes) -> tuple[bytes, Package]:
    """Look through a compound file; return the workbook, which may be a package once it is decrypted.

    Raises
    ------
    RefusedError
        If it needs a password, is of an Excel that wrote no Unicode, or is no spreadsheet.
    """
    found = Package("xls", said=compound_words(data))
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            streams = {"/".join(path): path for path in compound.listdir()}
            name = next((each for each in ("Workbook", "WORKBOOK", "Book", "BOOK") if each in streams), "")
            stream = compound.openstream(streams[name]).read() if name else b""
    except (OSError, ValueError, struct.error, IndexError, TypeError):
        # Libraries forgive more than this one: what they read is used, and what was not looked at is said.
        found.notes.append("unscanned")
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise RefusedError(PASSWORD) from None
        return data, found
    if "EncryptedPackage" in streams:
        return _decrypted(data), found
    if not name:
        kind = next((word for each, word in _OTHER_KINDS.items() if each in streams), "旧式文件，里面没有工作簿")
        raise RefusedError(f"是{kind}，不是表格：请报送 Excel 或 WPS 表格原件（xlsx）")
    if any("_VBA_PROJECT" in each for each in streams):
        found.notes.append("macros")
    scan = _Workbook(stream)
    if scan.version != _BIFF8:
        raise refuse_old()
    if scan.encrypted:
        return scan_compound(_decrypted(data))
    try:
        found.sheets = scan.sheets()
    except (struct.error, IndexError, ValueError):
        found.notes.append("unscanned")
    return data, found


def _decrypted(data: bytes) -> bytes:
    import msoffcrypto  # brings cryptography along, which few files need

    out = io.BytesIO()
    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
        if file.format == "ooxml":
            file.load_key(password=_BUILT_IN_PASSWORD, verify_password=True)
        else:
            file.load_key(password=_BUILT_IN_PASSWORD)
        file.decrypt(out)
    except Exception as error:
        # Another password, or an encryption that the library does not know: to the sender it is the same.
        raise RefusedError(PASSWORD) from error
    return out.getvalue()


class _Workbook:
    """The records of a workbook's stream."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self.version = struct.unpack_from("<H", stream, 4)[0] if len(stream) > 6 else 0
        self.encrypted = any(kind == _Record.FILE_PASS for kind, _ in self._records(0))
        self._percents: list[bool] = []
        self._divided: list[bool] = []

    def _records(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Yield the records of one substream; those of a chart within it are left out."""
        depth = 0
        while at + 4 <= len(self._stream):
            kind, size = struct.unpack_from("<HH", self._stream, at)
            at += 4
            depth += (kind == _Record.BOF) - (kind == _Record.EOF)
            if depth == 1:
                yield kind, self._stream[at : at + size]
            if depth <= 0:
                return
            at += size

    def sheets(self) -> dict[str, Scan]:
        """Scan every sheet, by name."""
        places: dict[str, int] = {}
        formats = set(PERCENT_FORMATS)
        dividing: set[int] = set()
        styles: list[int] = []
        for kind, body in self._records(0):
            match kind:
                case _Record.SHEET:
                    places[_text(body[6:], body[6], 1)] = struct.unpack_from("<I", body)[0]
                case _Record.FORMAT:
                    number, length = struct.unpack_from("<HH", body)
                    formats.discard(number)
                    code = _text(body[2:], length, 2)
                    if is_percent(code):
                        formats.add(number)
                    if thousands(code):
                        dividing.add(number)
                case _Record.STYLE:
                    styles.append(struct.unpack_from("<H", body, 2)[0])
        self._percents = [number in formats for number in styles]
        self._divided = [number in dividing for number in styles]
        return {name: self._sheet(at) for name, at in places.items()}

    def _sheet(self, at: int) -> Scan:
        scan = Scan(formulas=self._formulas(at))
        for kind, body in self._records(at):
            match kind:
                case _Record.ROW:
                    if body[12] & 0x20:
                        scan.hidden_rows.append(struct.unpack_from("<H", body)[0])
                case _Record.COLUMNS:
                    first, last, _, _, flags = struct.unpack_from("<HHHHH", body)
                    if flags & 1:
                        scan.hidden_columns += range(first, min(last + 1, MAX_COLUMNS))
                case _Record.OBJECT:
                    scan.pictures |= struct.unpack_from("<H", body, 4)[0] in _DRAWN
                case _:
                    self._cell(scan, kind, body)
        return scan

    def _formulas(self, at: int) -> dict[str, str]:
        """Return the formulas of a sheet by address, those that can be told."""
        own: dict[tuple[int, int], bytes] = {}
        shared: dict[tuple[int, int], bytes] = {}
        last = (0, 0)
        for kind, body in self._records(at):
            if kind == _Record.FORMULA and _has_value(body):
                last = struct.unpack_from("<HH", body)
                own[last] = body[22 : 22 + struct.unpack_from("<H", body, 20)[0]]
            elif kind == _Record.SHARED_FORMULA:
                # It stands behind the first of the cells that share it.
                shared[last] = body[10 : 10 + struct.unpack_from("<H", body, 8)[0]]
        found = {}
        for (row, column), tokens in own.items():
            first = shared_by(tokens)
            text = formula_text(shared.get(first, b"") if first else tokens, row, column)
            if text:
                found[address(row, column)] = text
        return found

    def _cell(self, scan: Scan, kind: int, body: bytes) -> None:
        match kind:
            case _Record.NUMBER | _Record.SHORT_NUMBER:
                self._figure(scan, *struct.unpack_from("<HHH", body))
            case _Record.MANY_NUMBERS:
                row, first = struct.unpack_from("<HH", body)
                for n in range((len(body) - 6) // 6):
                    self._figure(scan, row, first + n, struct.unpack_from("<H", body, 4 + 6 * n)[0])
            case _Record.FORMULA:
                row, column, style = struct.unpack_from("<HHH", body)
                if body[12:14] != b"\xff\xff":
                    self._figure(scan, row, column, style)
                elif body[6] == _IS_ERROR:
                    scan.errors[address(row, column)] = _ERRORS.get(body[8], "#错误值")
            case _Record.ERROR:
                row, column = struct.unpack_from("<HH", body)
                if body[7]:
                    scan.errors[address(row, column)] = _ERRORS.get(body[6], "#错误值")

    def _figure(self, scan: Scan, row: int, column: int, style: int) -> None:
        if style < len(self._percents) and self._percents[style]:
            scan.percents.append((row, column))
        if style < len(self._divided) and self._divided[style]:
            scan.divided.append((row, column))


def _has_value(body: bytes) -> bool:
    """Whether a formula's stored result is a figure or a text; an error or a truth is none that can be computed."""
    return body[12:14] != b"\xff\xff" or body[6] in {0, 3}


def _text(body: bytes, length: int, prefix: int) -> str:
    """Decode a text that stands behind its length and a byte which says whether its characters are wide."""
    if body[prefix] & 1:
        return body[prefix + 1 : prefix + 1 + 2 * length].decode("utf-16-le")
    return body[prefix + 1 : prefix + 1 + length].decode("latin-1")
