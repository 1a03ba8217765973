"""What an OpenDocument sheet holds before any library opens it: extent, errors, what is hidden, merged, a percentage.

Only the standard library: this runs in the reading child.
"""

import re

from minsheng.domain.addresses import address
from minsheng.intake.spreadsheets.guard_parts import MAX_COLUMNS, MAX_ROWS, Elements, Scan, check_extent, local_name
from minsheng.intake.spreadsheets.guard_words import has_many_digits

_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!)|(?:Err|错误)[:：][0-9]{3}")
"""What a formula without a result shows: Excel and OpenOffice write it over a value of 0 or an empty text."""


class Manifest(Elements):
    """Whether an OpenDocument package is encrypted: its parts then are no XML."""

    encrypted = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        """Look for what says how a part is encrypted."""
        self.encrypted |= local_name(name) == "encryption-data"


class OpenDocument(Elements):
    """Looks at each table of an OpenDocument sheet, repeats multiplied out."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.parser.EndElementHandler = self.end
        self.sheets: dict[str, Scan] = {}
        self.table = ""
        self.row = self.column = self.repeat = 0
        self.bottom = self.right = 0
        self.cell = ""
        self.formula = False
        self.text: list[str] = []
        self._format = ""
        self._dividing: set[str] = set()
        """Names of number formats, and of cell styles with one, that show a figure divided."""
        self._columns: list[str] = []
        """The style of each column's cells that have none of their own."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at tables, rows, cells and notes as they begin."""
        match local_name(name):
            case "table":
                self.table = attributes.get("table:name", "")
                self.sheets[self.table] = Scan()
                self.row = self.bottom = self.right = self.column = 0
                self._columns = []
            case "table-column" if self.table in self.sheets:
                count = int(attributes.get("table:number-columns-repeated", 1))
                if attributes.get("table:visibility") == "collapse" and self.column + count < MAX_COLUMNS:
                    self.sheets[self.table].hidden_columns += range(self.column, self.column + count)
                self.column += count
                self._columns += [attributes.get("table:default-cell-style-name", "")] * min(count, MAX_COLUMNS)
            case "table-row":
                self.column = 0
                self.repeat = int(attributes.get("table:number-rows-repeated", 1))
                hidden = attributes.get("table:visibility") in {"collapse", "filter"}
                if hidden and self.repeat < MAX_ROWS:
                    self.sheets[self.table].hidden_rows += range(self.row, self.row + self.repeat)
            case "table-cell" | "covered-table-cell":
                self._cell(attributes)
            case "frame" | "custom-shape" if self.table in self.sheets:
                self.sheets[self.table].pictures = True
            case "annotation":
                self.text = []
                self.parser.CharacterDataHandler = self.text.append
            case "p" if self.formula:
                self.text = []
                self.parser.CharacterDataHandler = self.text.append
            case _:
                self._style(local_name(name), attributes)

    def _style(self, name: str, attributes: dict[str, str]) -> None:
        """Remember the styles whose format divides by thousands; they stand in front of all tables."""
        if name == "number-style":
            self._format = attributes.get("style:name", "")
        elif name == "number" and attributes.get("number:display-factor", "1") not in {"", "1"}:
            self._dividing.add(self._format)
        elif name == "style" and attributes.get("style:data-style-name", "-") in self._dividing:
            self._dividing.add(attributes.get("style:name", ""))

    def _cell(self, attributes: dict[str, str]) -> None:
        width = int(attributes.get("table:number-columns-repeated", 1))
        kind = attributes.get("office:value-type", "")
        formula = attributes.get("table:formula", "")
        scan = self.sheets[self.table]
        self.formula = bool(formula)
        self.cell = address(self.row, self.column)
        if kind or formula:
            self.bottom = max(self.bottom, self.row + self.repeat)
            self.right = max(self.right, self.column + width)
            check_extent(self.bottom, self.right, f"工作表“{self.table}”")
            if attributes.get("calcext:value-type") == "error":
                scan.errors[self.cell] = "#错误值"
            elif formula and not kind:
                scan.uncached.append(self.cell)
            elif kind == "percentage":
                rows, columns = range(self.row, self.row + self.repeat), range(self.column, self.column + width)
                scan.percents += [(row, column) for row in rows for column in columns]
            elif kind and self._dividing:
                own = attributes.get("table:style-name", "")
                rows = range(self.row, self.row + self.repeat)
                for column in range(self.column, self.column + width):
                    default = self._columns[column] if column < len(self._columns) else ""
                    if (own or default) in self._dividing:
                        scan.divided += [(row, column) for row in rows]
        if formula and kind:
            scan.formulas[self.cell] = formula
        down = int(attributes.get("table:number-rows-spanned", 1))
        across = int(attributes.get("table:number-columns-spanned", 1))
        if down > 1 or across > 1:
            scan.merged.append((self.row, self.column, self.row + down - 1, self.column + across - 1))
        self.column += width

    def end(self, name: str) -> None:
        """Count a row's repeats, and take a note's text or what a formula shows."""
        match local_name(name):
            case "table-row":
                self.row += self.repeat
            case "annotation":
                self.parser.CharacterDataHandler = None
                text = "".join(self.text)
                if has_many_digits(text) and self.table in self.sheets:
                    self.sheets[self.table].said.append((self.cell, "批注", text))
            case "p" if self.formula:
                self.parser.CharacterDataHandler = None
                shown = "".join(self.text).strip()
                if _ERROR.fullmatch(shown):
                    self.sheets[self.table].errors[self.cell] = shown
            case "table-cell":
                self.formula = False
