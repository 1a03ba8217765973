"""What an OpenDocument sheet holds before any library opens it.

Only the standard library: this runs in the reading child.
"""

from minsheng.intake.addresses import address
from minsheng.intake.guard_parts import MAX_ROWS, Elements, Scan, check_extent, local_name
from minsheng.intake.guard_words import has_many_digits


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
