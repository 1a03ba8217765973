"""What the parts of an xlsx package hold before any library opens it: sheets, errors, what is hidden, a percentage.

Only the standard library: this runs in the reading child.
"""

import posixpath
from contextlib import suppress

from minsheng.domain.addresses import address, position
from minsheng.intake.spreadsheets.formulas import shifted
from minsheng.intake.spreadsheets.guard_package import Members, Package
from minsheng.intake.spreadsheets.guard_parts import (
    MAX_COLUMNS,
    Elements,
    Readable,
    RefusedError,
    Scan,
    check_extent,
    local_name,
)
from minsheng.intake.spreadsheets.guard_rows import PLAIN_ROWS, WithoutPlainRows
from minsheng.intake.spreadsheets.guard_words import HEADERS, has_many_digits, header_text, spoken
from minsheng.intake.spreadsheets.number_formats import PERCENT_FORMATS, is_percent, thousands

_DIGITS = "0123456789"

_TABLES = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".csv")


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


class _Styles(Elements):
    """Which of the styles that cells name by number show a percentage, or a figure divided by thousands."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.percents: set[str] = set()
        self.divided: set[str] = set()
        self._formats = set(map(str, PERCENT_FORMATS))
        self._dividing: set[str] = set()
        self._of_cells = False
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match local_name(name):
            case "numFmt":
                number = attributes.get("numFmtId", "")
                self._formats.discard(number)
                if is_percent(attributes.get("formatCode", "")):
                    self._formats.add(number)
                if thousands(attributes.get("formatCode", "")):
                    self._dividing.add(number)
            case "cellXfs":
                self._of_cells = True
            case "xf" if self._of_cells:
                if attributes.get("numFmtId") in self._formats:
                    self.percents.add(str(self._count))
                if attributes.get("numFmtId") in self._dividing:
                    self.divided.add(str(self._count))
                self._count += 1
            case "cellStyles" | "dxfs" | "cellStyleXfs":
                self._of_cells = False


_SPEAKING = {"dataValidation": "输入提示", "hyperlink": "超链接"}
"""Elements of a worksheet whose attributes hold words, and what people call them."""


class Worksheet(Elements):
    """Extent, error cells, formulas without a value, hidden rows and columns.

    Nearly every element is a cell or its value, so only their beginnings are looked at; the end of a cell is waited
    for where it is an error or a formula. ``briefly`` plain rows are not read cell by cell: what is refused then is to
    be read again, for the right words.
    """

    def __init__(self, name: str, percents: set[str], divided: set[str], *, briefly: bool = False) -> None:
        super().__init__(name)
        self.scan = Scan()
        self.briefly = briefly and "0" not in percents | divided  # the style of cells that name none
        self.left_out: WithoutPlainRows | None = None
        self.percents = percents
        self.divided = divided
        self.row = -1
        self.column = -1
        self.bottom = self.right = -1
        self.formula = False
        self.attributes: dict[str, str] = {}
        """Those of the cell."""
        self.text: list[str] = []
        self.written: list[str] = []
        """The cell's formula."""
        self.columns: dict[str, int] = {}
        """Letters → column, of the columns met so far."""
        self.waiting = False
        self.digits = ""
        """The row of the last cell as its address writes it."""
        self.shared = ""
        """The number of the formula that the cell shares with others."""
        self.masters: dict[str, tuple[int, int, str]] = {}
        """By that number row, column and formula of the first of them."""

    def feed(self, stream: Readable) -> None:
        """Read the whole part."""
        if not self.briefly:
            super().feed(stream)
            return
        self.left_out = WithoutPlainRows(stream)
        super().feed(self.left_out)
        if self.left_out.taken:
            raise RefusedError(f"{self.name}: rows that are none")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at an element's beginning."""
        match name if ":" not in name else local_name(name):
            case "v" | "is":
                self._value()
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
                self.written = []
                self.shared = attributes.get("si", "") if attributes.get("t") == "shared" else ""
                # The formula of an array is not its cell's alone, where it has more than one.
                if attributes.get("t") != "array" or ":" not in attributes.get("ref", ""):
                    self.parser.CharacterDataHandler = self.written.append
            case other:
                self._around(other, attributes)

    def _value(self) -> None:
        # Only a cell beyond all before it can take the sheet over its limits.
        if self.row > self.bottom or self.column > self.right:
            self._occupied()
        if self.percents and self.attributes.get("s", "0") in self.percents:
            self.scan.percents.append((self.row, self.column))
        if self.divided and self.attributes.get("s", "0") in self.divided:
            self.scan.divided.append((self.row, self.column))
        if self.waiting:
            self.parser.CharacterDataHandler = self.text.append

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
        elif name == PLAIN_ROWS and self.left_out:
            self._pass_plain_rows(self.left_out)

    def _pass_plain_rows(self, left_out: WithoutPlainRows) -> None:
        if self.waiting or not left_out.taken:  # rows within a cell, or an element of that name in the file itself
            raise RefusedError(f"{self.name}: rows that are none")
        rows = left_out.taken.popleft()
        self.scan.percents += rows.with_styles(self.percents)
        self.scan.divided += rows.with_styles(self.divided)
        self.row, self.column = rows.bottom, rows.right
        self._occupied()

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
        """Look at the end of what was waited for."""
        match local_name(name):
            case "v" | "is" | "f":
                self.parser.CharacterDataHandler = None
            case "c":
                text, kind = "".join(self.text), self.attributes.get("t", "")
                if kind == "e":
                    self.scan.errors[address(self.row, self.column)] = text or "#错误值"
                elif self.formula and not text and kind != "str":
                    self.scan.uncached.append(address(self.row, self.column))
                elif self.formula and (formula := self._formula()):
                    self.scan.formulas[address(self.row, self.column)] = formula
                self._waited()
            case local if local in HEADERS:
                text = header_text("".join(self.text))
                if has_many_digits(text):
                    self.scan.said.append(("", "页眉或页脚", text))
                self._waited()

    def _formula(self) -> str:
        """Return the cell's formula; of a shared one only the first cell has the text."""
        text = "".join(self.written)
        if self.shared and text:
            self.masters[self.shared] = (self.row, self.column, text)
        elif self.shared in self.masters:
            row, column, text = self.masters[self.shared]
            return shifted(text, self.row - row, self.column - column)
        return text

    def _waited(self) -> None:
        self.waiting = self.formula = False
        self.parser.CharacterDataHandler = None
        self.parser.EndElementHandler = None


def _other_office(part: str) -> str:
    """Return what people call a package whose main part is that one, if it is no workbook."""
    return {"word": " Word 文档", "ppt": "演示文稿"}.get(part.partition("/")[0], "")


def _no_workbook(members: Members) -> str:
    tables = sorted(name for name in members if name.lower().endswith(_TABLES))
    if tables:
        shown = "、".join(posixpath.basename(name) for name in tables[:3]) + ("等" if tables[3:] else "")
        return f"是压缩包，里面有 {len(tables)} 个表格文件（{shown}）：请解压后把表格原件报来，不要打包"
    return "压缩包里没有工作簿：不是表格文件，或文件已损坏，请报送 Excel 或 WPS 表格原件（xlsx）"


def _target(folder: str, target: str) -> str:
    """Return the part that a relationship of a part in ``folder`` names."""
    target = target.replace("\\", "/")
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))


def scan_xlsx(members: Members, found: Package) -> set[str]:
    """Scan the worksheets that the workbook names; return the parts that were read."""
    roots = members.feed_if_whole(_Relations("_rels/.rels")).by_id.values()
    targets = [target for kind, target in roots if kind == "officeDocument"]
    book_name = _target("", targets[0]) if targets else "xl/workbook.xml"
    if book_name not in members:
        raise RefusedError(_no_workbook(members))
    if not posixpath.basename(book_name).startswith("workbook") and (kind := _other_office(book_name)):
        raise RefusedError(f"是{kind}，不是表格：请报送 Excel 或 WPS 表格原件（xlsx）")
    if book_name.endswith(".bin"):
        raise RefusedError("是 xlsb（二进制工作簿），无法安全读取：请另存为 xlsx")
    folder = posixpath.dirname(book_name)
    book = members.feed(_Book(book_name))
    relations_name = posixpath.join(folder, "_rels", posixpath.basename(book_name) + ".rels")
    relations = members.feed(_Relations(relations_name)).by_id if relations_name in members else {}
    found.said += members.words(book_name)
    styles_name = next((_target(folder, target) for kind, target in relations.values() if kind == "styles"), "")
    styles = members.feed(_Styles(styles_name)) if styles_name in members else _Styles("")
    read = {"_rels/.rels", book_name, relations_name}
    for sheet, relation in book.sheets:
        kind, target = relations.get(relation, ("", ""))
        path = _target(folder, target)
        if kind == "worksheet" and path in members:
            found.sheets[sheet] = _scan_sheet(members, f"工作表“{sheet}”", path, styles)
            read.add(path)
            read |= _scan_around(members, found, sheet, path)
    if any(posixpath.basename(name) == "vbaProject.bin" for name in members):
        found.notes.append("macros")
    if any("/externalLinks/" in name for name in members):
        found.notes.append("external_links")
    return read


def _scan_sheet(members: Members, name: str, path: str, styles: _Styles) -> Scan:
    with suppress(RefusedError):
        return members.feed(Worksheet(name, styles.percents, styles.divided, briefly=True), path).scan
    return members.feed(Worksheet(name, styles.percents, styles.divided), path).scan


def _scan_around(members: Members, found: Package, sheet: str, path: str) -> set[str]:
    """Read the notes and drawings of a sheet; return the parts that were read."""
    folder, base = posixpath.split(path)
    relations_name = posixpath.join(folder, "_rels", base + ".rels")
    if relations_name not in members:
        return set()
    found.said += members.words(relations_name, sheet)
    read = {relations_name}
    for kind, target in members.feed_if_whole(_Relations(relations_name)).by_id.values():
        part = _target(folder, target)
        found.sheets[sheet].pictures |= kind == "drawing"
        if kind in {"comments", "threadedComment", "drawing"} and part in members:
            found.said += members.words(part, sheet)
            read.add(part)
    return read
