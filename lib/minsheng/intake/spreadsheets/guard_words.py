"""Texts of a file that stand in no cell: notes, headers and footers, drawings, properties, names, links.

Only the standard library: this runs in the reading child. Only texts that may hold a personal number are kept.
"""

import re
from collections.abc import Mapping
from html import unescape
from typing import NamedTuple

from minsheng.intake.spreadsheets.guard_parts import XmlPart, local_name

HEADERS = frozenset({f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer")})

_FEWEST_DIGITS = 11

_MOST = 2000
"""More texts than this are one attack and not many notes; the first ones say enough."""

_LONGEST = 100_000

_WHOLE = frozenset({"comment", "threadedComment", "p"})
"""Elements whose text is read as one, however it is formatted within."""

_SPOKEN = frozenset(
    {"title", "descr", "tooltip", "display", "prompt", "error", "promptTitle", "errorTitle", "Target", "author"}
    | {"name", "v", "alt", "string", "subject", "keywords"}
)
"""Attributes that hold words of people."""

_HEADER_CODE = re.compile(r'&(?:[A-Za-z]|"[^"]*"|[0-9]{1,3})')

_BREAK = "\x1f"

_INLINE_TAG = re.compile(r"</?(?:font|b|i|u|span|r|t)\b[^<>]*>", re.IGNORECASE)
"""A number may run on through these."""

_TAG = re.compile(r"<[^<>]*>")

_ATTRIBUTE = re.compile(r"""=\s*("[^"<>]*"|'[^'<>]*')""")

_RUN = re.compile(r"[(（]?[0-9〇零一二三四五六七八九][0-9〇零一二三四五六七八九Xx ./·()（）-]{10,40}")


class Said(NamedTuple):
    """One such text and where it stands; without a cell it belongs to the sheet, or to the whole file."""

    sheet: str
    cell: str
    place: str
    text: str


def has_many_digits(text: str) -> bool:
    """Whether a text may hold a personal number; most texts need no closer look."""
    return len(text) >= _FEWEST_DIGITS and sum(map(str.isnumeric, text)) >= _FEWEST_DIGITS


def place_of(part: str) -> str:
    """Return what people call a part of a package."""
    name = part.lower()
    if "comment" in name:
        return "批注"
    if name.startswith("docprops/") or name == "meta.xml":
        return "文件属性"
    if "drawing" in name or "chart" in name:
        return "图形、图表或文本框"
    if name.endswith(".rels"):
        return "超链接"
    return "页眉、页脚或样式" if name == "styles.xml" else f"文件内部（{part}）"


def header_text(text: str) -> str:
    """Return a header or footer without its codes, which would join with the figures behind them."""
    return _HEADER_CODE.sub(_BREAK, text)


def spoken(attributes: Mapping[str, str]) -> list[str]:
    """Return those of an element's attributes that may hold a personal number."""
    return [text for key, text in attributes.items() if local_name(key) in _SPOKEN and has_many_digits(text)]


class WorkbookWords(XmlPart):
    """Collects the texts of one part.

    Parameters
    ----------
    name
        The part.
    sheet
        The sheet that it belongs to.
    """

    def __init__(self, name: str, sheet: str = "") -> None:
        super().__init__(name)
        self.said: list[Said] = []
        self._sheet = sheet
        self._cell = ""
        self._text: list[str] = []
        self._within = 0
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = local_name(name)
        if not self._within:
            self._text.clear()
        if local in _WHOLE:
            self._within += 1
            self._cell = attributes.get("ref", self._cell)
        for text in spoken(attributes):
            self._say(text)

    def _end(self, name: str) -> None:
        if local_name(name) in _WHOLE:
            self._within -= 1
        if not self._within:
            self._say("".join(self._text))
            self._text.clear()
            self._cell = ""

    def _say(self, text: str) -> None:
        if has_many_digits(text) and len(self.said) < _MOST:
            self.said.append(Said(self._sheet, self._cell, place_of(self.name), text[:_LONGEST]))


def loose_words(name: str, sheet: str, content: bytes) -> list[Said]:
    """Return the texts of a part that is no whole XML: what a reader would see of it, and its attributes."""
    source = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8", "replace")
    seen = _TAG.sub(_BREAK, _INLINE_TAG.sub("", source)).split(_BREAK)
    texts = (unescape(text) for text in (*seen, *_ATTRIBUTE.findall(source)))
    return [Said(sheet, "", place_of(name), text[:_LONGEST]) for text in texts if has_many_digits(text)][:_MOST]


def compound_words(data: bytes) -> list[Said]:
    """Return the runs of figures in an old binary workbook, whatever they belong to; those of cells are among them."""
    found: dict[str, None] = {}
    texts = (data.decode("latin-1"), *(data[at:].decode("utf-16-le", "replace") for at in (0, 1)))
    for text in texts:
        found |= dict.fromkeys(run for run in _RUN.findall(text) if has_many_digits(run))
    return [Said("", "", "批注、属性或文件内部", run) for run in list(found)[:_MOST]]
