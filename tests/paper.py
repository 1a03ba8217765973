"""What stands where on the pages of a PDF, ours or a browser's: words with their boxes, and rows of tables by page."""

import io
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from xml.etree import ElementTree as ET

import pikepdf

_XHTML = "{http://www.w3.org/1999/xhtml}"
_CORE = 0.15
"""Half of a letter's body as a share of its box: the packaged fonts claim 2.6 times the height of a letter."""
_OPENING, _CLOSING = "（《〈「『【〔〖“‘", "）》〉」』】〕〗”’，。、；：！？．"
"""Marks that fill one half of their square: where two meet, their blank halves are set over each other."""
_TOUCH = 0.12
"""Letters may reach so far into each other, as a share of the lower one's body: 标点 and italics lean."""

MARGINS = {"official": (28, 20, 26, 20), "receipt": (16, 12, 16, 8), "report": (21, 12, 21, 8)}
"""Left, above, right and below of what may be printed, running header and page number included, in millimetres."""


@dataclass(frozen=True)
class Word:
    """A run of letters; edges in points from the sheet's upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Word") -> bool:
        """Whether letters of both cover each other."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        least = _TOUCH * min(self.bottom - self.top, other.bottom - other.top)
        return across > least and down > least


@dataclass(frozen=True)
class Sheet:
    """One page."""

    width: float
    height: float
    words: tuple[Word, ...]

    def overlapping(self) -> list[str]:
        """Return the pairs of words that cover each other."""
        return [f"{one.text} / {other.text}" for one, other in combinations(self.words, 2) if one.overlaps(other)]

    def outside(self, left: float, top: float, right: float, bottom: float) -> list[str]:
        """Return the words beyond margins, which are given in millimetres; a hair's breadth is none."""
        x, y, over, under = (72 / 25.4 * margin for margin in (left, top, right, bottom))
        return [
            word.text
            for word in self.words
            if word.left < x - 1
            or word.top < y - 1
            or word.right > self.width - over + 1
            or word.bottom > self.height - under + 1
        ]


def sheets(pdf: bytes) -> list[Sheet]:
    """Return the pages of a PDF with their words."""
    command = ["pdftotext", "-q", "-bbox", "-", "-"]
    told = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    clean = bytes(byte for byte in told if byte >= 0x20 or byte in b"\t\r\n")
    return [
        Sheet(float(page.get("width")), float(page.get("height")), tuple(_words(page)))
        for page in ET.fromstring(clean).iter(f"{_XHTML}page")  # noqa: S314 - poppler's own
    ]


def _words(page: ET.Element) -> Iterator[Word]:
    for word in page.iter(f"{_XHTML}word"):
        left, top, right, bottom = (float(word.get(edge)) for edge in ("xMin", "yMin", "xMax", "yMax"))
        middle, half = (top + bottom) / 2, (bottom - top) * _CORE
        if word.text and word.text.strip():
            blank = (right - left) / sum(2 if ord(letter) > 0x2000 else 1 for letter in word.text)
            left += blank * (word.text[0] in _OPENING)
            right -= blank * (word.text[-1] in _CLOSING)
            yield Word(word.text, left, middle - half, right, middle + half)


def rows(pdf: bytes) -> list[list[set[int]]]:
    """Return per table of a tagged PDF, and per row, the pages on which it stands."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        numbers = {page.obj.objgen: number for number, page in enumerate(opened.pages)}
        tables = [element for element in _elements(opened.Root.StructTreeRoot) if element.get("/S") == "/Table"]
        return [[_pages(row, None, numbers) for row in _elements(table) if row.get("/S") == "/TR"] for table in tables]


def _kids(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array | list) else [kids]


def _elements(root: pikepdf.Object) -> Iterator[pikepdf.Object]:
    for kid in _kids(root):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _elements(kid)


def _pages(element: pikepdf.Object, page: pikepdf.Object | None, numbers: dict[tuple[int, int], int]) -> set[int]:
    page = element.get("/Pg", page)
    found: set[int] = set()
    for kid in _kids(element):
        if not isinstance(kid, pikepdf.Dictionary):
            found.add(numbers[page.objgen])
        elif "/S" in kid:
            found |= _pages(kid, page, numbers)
        elif kid.get("/Type") == "/MCR":
            found.add(numbers[kid.get("/Pg", page).objgen])
    return found
