"""What a spreadsheet package holds before any library opens it: limits, and what libraries do not tell.

Only the standard library: this runs in the reading child. Every XML part is read by a streaming parser, because
patterns over bytes are bypassed by single quotes, attribute order and rows without ``r``.

What an OpenDocument sheet holds before any library opens it.

Only the standard library: this runs in the reading child.
"""

import posixpath
import zipfile
from dataclasses import dataclass, field
from typing import IO, TypeVar

from minsheng.domain.addresses import address, position
from minsheng.intake.spreadsheets.guard_parts import (
    MAX_COLUMNS,
    MAX_ROWS,
    Elements,
    Part,
    RefusedError,
    Scan,
    check_extent,
    local_name,
)
from minsheng.intake.spreadsheets.guard_words import HEADERS, Said, Words, has_many_digits, header_text, spoken


class Manifest(Elements):
    """Whether an OpenDocument package is encrypted: its parts then are no XML."""

    encrypted = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """Look for what says how a part is encrypted."""
        self.encrypted |= local_name(name) == "encryption-data"


class OpenDocument(Elements):
    """Extent of each table of an OpenDocument sheet, repeats multiplied out; its errors and hidden rows."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.parser.EndElementHandler = self.end
        self.sheets: dict[str, Scan] = {}
        self.table = ""
        self.row = self.column = self.repeat = 0
        self.bottom = self.right = 0
        self.cell = ""
        self.text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at tables, rows, cells and notes as they begin."""
        match local_name(name):
            case "table":
                self.table = attributes.get("table:name", "")
                self.sheets[self.table] = Scan()
                self.row = self.bottom = self.right = 0
            case "table-row":
                self.column = 0
                self.repeat = int(attributes.get("table:number-rows-repeated", 1))
                if attributes.get("table:visibility") == "collapse" and self.repeat < MAX_ROWS:
                    self.sheets[self.table].hidden_rows += range(self.row, self.row + self.repeat)
            case "table-cell" | "covered-table-cell":
                width = int(attributes.get("table:number-columns-repeated", 1))
                kind = attributes.get("office:value-type", "")
                formula = attributes.get("table:formula", "")
                if kind or formula:
                    self.bottom = max(self.bottom, self.row + self.repeat)
                    self.right = max(self.right, self.column + width)
                    check_extent(self.bottom, self.right, f"工作表“{self.table}”")
                    if attributes.get("calcext:value-type") == "error":
                        self.sheets[self.table].errors[address(self.row, self.column)] = "#错误值"
                    elif formula and not kind:
                        self.sheets[self.table].uncached.append(address(self.row, self.column))
                self.cell = address(self.row, self.column)
                self.column += width
            case "frame" | "custom-shape" if self.table in self.sheets:
                self.sheets[self.table].pictures = True
            case "annotation":
                self.text = []
                self.parser.CharacterDataHandler = self.text.append

    def end(self, name: str) -> None:
        """Count a row's repeats, and take a note's text."""
        match local_name(name):
            case "table-row":
                self.row += self.repeat
            case "annotation":
                self.parser.CharacterDataHandler = None
                text = "".join(self.text)
                if has_many_digits(text) and self.table in self.sheets:
                    self.sheets[self.table].said.append((self.cell, "批注", text))


MAX_PARTS = 3000

MAX_UNPACKED = 300 * 2**20

MAX_RATIO = 200
"""Unpacked ÷ packed of one part above 1 MB; real sheets reach about 40."""

_DIGITS = "0123456789"

_TABLES = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv")


@dataclass
class Package:
    """What the guard saw in a package."""

    format: str
    notes: list[str] = field(default_factory=list)
    sheets: dict[str, Scan] = field(default_factory=dict)
    """By sheet name."""
    said: list[Said] = field(default_factory=list)


_P = TypeVar("_P", bound=Part)


class _Relations(Elements):
    """Relationship id → target; type → target."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.by_id: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local_name(name) == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.by_id[attributes.get("Id", "")] = (kind, attributes.get("Target", ""))


class _Book(Elements):
    """Sheet name → relationship id."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sheets: list[tuple[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if local_name(name) == "sheet":
            relation = next((v for k, v in attributes.items() if local_name(k) == "id" and k != "id"), "")
            self.sheets.append((attributes.get("name", ""), relation))


_SPEAKING = {"dataValidation": "输入提示", "hyperlink": "超链接"}
"""Elements of a worksheet whose attributes hold words, and what people call them."""


class _Worksheet(Elements):
    """Extent, error cells, formulas without a value, hidden rows and columns.

    Nearly every element is a cell or its value, so only their beginnings are looked at; the end of a cell is waited
    for where it is an error or a formula.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.scan = Scan()
        self.row = -1
        self.column = -1
        self.bottom = self.right = -1
        self.formula = False
        self.attributes: dict[str, str] = {}
        """Those of the cell."""
        self.text: list[str] = []
        self.columns: dict[str, int] = {}
        """Letters → column, of the columns met so far."""
        self.waiting = False
        self.digits = ""
        """The row of the last cell as its address writes it."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name if ":" not in name else local_name(name):
            case "v" | "is":
                # Only a cell beyond all before it can take the sheet over its limits.
                if self.row > self.bottom or self.column > self.right:
                    self._occupied()
                if self.waiting:
                    self.parser.CharacterDataHandler = self.text.append
            case "c":
                reference = attributes.get("r", "")
                # Most cells stand in the row of the one before them, and in a column that has been met.
                column = self.columns.get(reference.removesuffix(self.digits))
                if column is not None:
                    self.column = column
                else:
                    self._go_to(reference, reference.rstrip(_DIGITS))
                self.attributes = attributes
                if attributes.get("t") == "e":
                    self._wait()
            case "f":
                self.formula = True
                self._occupied()
                self._wait()
            case other:
                self._around(other, attributes)

    def _around(self, name: str, attributes: dict[str, str]) -> None:
        hidden = attributes.get("hidden") in {"1", "true"}
        if name == "row":
            reference = attributes.get("r", "")
            self.row = int(reference) - 1 if reference.isascii() and reference.isdigit() else self.row + 1
            self.column = -1
            self.digits = ""
            if hidden:
                self.scan.hidden_rows.append(self.row)
        elif name == "col" and hidden:
            first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
            self.scan.hidden_columns += range(first - 1, min(last, MAX_COLUMNS))
        elif name in HEADERS:
            self._wait()
            self.parser.CharacterDataHandler = self.text.append
        elif name in _SPEAKING:
            first_cell = attributes.get("sqref", attributes.get("ref", "")).split(" ")[0].partition(":")[0]
            self.scan.said += [(first_cell, _SPEAKING[name], text) for text in spoken(attributes)]

    def _go_to(self, reference: str, letters: str) -> None:
        """Go to the cell with that address, or to the next one where it has none."""
        if at := position(reference):
            self.row, self.column = at
            self.columns[letters] = self.column
            self.digits = reference[len(letters) :]
        else:
            self.row, self.column = max(self.row, 0), self.column + 1

    def _occupied(self) -> None:
        self.bottom, self.right = max(self.bottom, self.row), max(self.right, self.column)
        check_extent(self.bottom + 1, self.right + 1, self.name)

    def _wait(self) -> None:
        self.text = []
        self.waiting = True
        self.parser.EndElementHandler = self.end

    def end(self, name: str) -> None:
        match local_name(name):
            case "v" | "is":
                self.parser.CharacterDataHandler = None
            case "c":
                text, kind = "".join(self.text), self.attributes.get("t", "")
                if kind == "e":
                    self.scan.errors[address(self.row, self.column)] = text or "#错误值"
                elif self.formula and not text and kind != "str":
                    self.scan.uncached.append(address(self.row, self.column))
                self._waited()
            case local if local in HEADERS:
                text = header_text("".join(self.text))
                if has_many_digits(text):
                    self.scan.said.append(("", "页眉或页脚", text))
                self._waited()

    def _waited(self) -> None:
        self.waiting = self.formula = False
        self.parser.CharacterDataHandler = None
        self.parser.EndElementHandler = None


def _parse(package: zipfile.ZipFile, part: _P) -> _P:
    with package.open(part.name) as stream:
        part.feed(stream)
    return part


def _check_sizes(package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > MAX_PARTS:
        raise RefusedError(f"压缩包内有 {len(parts)} 个部件，超过上限 {MAX_PARTS}：不是正常的工作簿")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RefusedError(f"解压后超过 {MAX_UNPACKED >> 20} MB：不是正常的报表")
    for part in parts:
        if part.file_size > 1 << 20 and part.file_size > MAX_RATIO * max(1, part.compress_size):
            raise RefusedError(
                f"{part.filename} 的压缩比异常（{part.file_size // max(1, part.compress_size)} 倍），疑似压缩炸弹"
            )
        if part.flag_bits & 1:
            raise RefusedError("压缩包设了密码：请取消密码后另存")


def _other_office(part: str) -> str:
    """Return what people call a package whose main part is that one, if it is no workbook."""
    return {"word": " Word 文档", "ppt": "演示文稿"}.get(part.partition("/")[0], "")


def _no_workbook(names: set[str]) -> str:
    tables = sorted(name for name in names if name.lower().endswith(_TABLES))
    if tables:
        shown = "、".join(posixpath.basename(name) for name in tables[:3]) + ("等" if tables[3:] else "")
        return f"是压缩包，里面有 {len(tables)} 个表格文件（{shown}）：请解压后把表格原件报来，不要打包"
    return "压缩包里没有工作簿：不是表格文件，或文件已损坏"


def _scan_xlsx(package: zipfile.ZipFile, names: set[str], found: Package) -> set[str]:
    """Scan the worksheets that the workbook names; return the parts that were read."""
    roots = _parse(package, _Relations("_rels/.rels")) if "_rels/.rels" in names else None
    targets = [target for kind, target in roots.by_id.values() if kind == "officeDocument"] if roots else []
    book_name = posixpath.normpath(targets[0].lstrip("/")) if targets else "xl/workbook.xml"
    if book_name not in names:
        raise RefusedError(_no_workbook(names))
    if not posixpath.basename(book_name).startswith("workbook") and (kind := _other_office(book_name)):
        raise RefusedError(f"是{kind}，不是表格：请报送 Excel 或 WPS 表格原件（xlsx）")
    if book_name.endswith(".bin"):
        raise RefusedError("是 xlsb（二进制工作簿），无法安全读取：请另存为 xlsx")
    folder = posixpath.dirname(book_name)
    book = _parse(package, _Book(book_name))
    relations_name = posixpath.join(folder, "_rels", posixpath.basename(book_name) + ".rels")
    relations = _parse(package, _Relations(relations_name)).by_id if relations_name in names else {}
    found.said += _parse(package, Words(book_name)).said
    read = {"_rels/.rels", book_name, relations_name}
    for sheet, relation in book.sheets:
        kind, target = relations.get(relation, ("", ""))
        path = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
        if kind == "worksheet" and path in names:
            worksheet = _Worksheet(path)
            worksheet.name = f"工作表“{sheet}”"
            with package.open(path) as stream:
                worksheet.feed(stream)
            found.sheets[sheet] = worksheet.scan
            read.add(path)
            read |= _scan_around(package, names, found, sheet, path)
    if any(posixpath.basename(name) == "vbaProject.bin" for name in names):
        found.notes.append("macros")
    if any("/externalLinks/" in name for name in names):
        found.notes.append("external_links")
    return read


def _scan_around(package: zipfile.ZipFile, names: set[str], found: Package, sheet: str, path: str) -> set[str]:
    """Read the notes and drawings of a sheet; return the parts that were read."""
    folder, base = posixpath.split(path)
    relations_name = posixpath.join(folder, "_rels", base + ".rels")
    if relations_name not in names:
        return set()
    found.said += _parse(package, Words(relations_name, sheet)).said
    read = {relations_name}
    for kind, target in _parse(package, _Relations(relations_name)).by_id.values():
        part = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
        found.sheets[sheet].pictures |= kind == "drawing"
        if kind in {"comments", "threadedComment", "drawing"} and part in names:
            found.said += _parse(package, Words(part, sheet)).said
            read.add(part)
    return read


def scan_package(stream: IO[bytes]) -> Package:
    """Look through an xlsx or ods package.

    Raises
    ------
    RefusedError
        If it is hostile (bomb, far cells, DTD), encrypted, broken, or no spreadsheet.
    """
    try:
        with zipfile.ZipFile(stream) as package:
            _check_sizes(package)
            names = set(package.namelist())
            if "content.xml" in names:
                found = Package("ods")
                if "META-INF/manifest.xml" in names and _parse(package, Manifest("META-INF/manifest.xml")).encrypted:
                    raise RefusedError("文件设了打开密码：请取消密码后另存")
                document = _parse(package, OpenDocument("content.xml"))
                found.sheets = document.sheets
                read = {"content.xml"}
                if any(name.startswith("Basic/") for name in names):
                    found.notes.append("macros")
            else:
                found = Package("xlsx")
                read = _scan_xlsx(package, names, found)
            for name in sorted(names - read):
                if name.lower().endswith((".xml", ".rels", ".vml")):
                    # Shared strings are the cells' own and have been looked at there.
                    own = name.lower().endswith("sharedstrings.xml")
                    if own:
                        _parse(package, Part(name))
                    else:
                        found.said += _parse(package, Words(name)).said
            found.said += [Said(sheet, *said) for sheet, scan in found.sheets.items() for said in scan.said]
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise RefusedError(f"压缩包已损坏（{error}）：请用 Excel 或 WPS 打开后另存") from error
    return found
