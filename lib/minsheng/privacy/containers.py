"""What a text holds packed (data: URIs, base64, compressed bytes), markup as text, and workbooks by their XML."""

import base64
import re
import zlib
from collections.abc import Iterator, Mapping
from decimal import Context
from functools import lru_cache
from html import unescape
from urllib.parse import unquote_to_bytes

from minsheng.errors import GateRefusedError
from minsheng.privacy.personal_numbers import BREAK

DEEPEST = 6
"""Containers within containers; deeper is a refusal."""

MOST_BYTES = 1 << 29
"""Unpacked from one file in all; more is a refusal."""

_DATA_URI = re.compile(r"data:([\w.+-]*/?[\w.+-]*(?:;[\w.+=-]+)*),([^\s\"'<>)\\]+)", re.IGNORECASE)

_BASE64 = re.compile(
    r"(?:[A-Za-z0-9+/]{56,}\r?\n)+[A-Za-z0-9+/]*={0,2}|(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{14,}={0,2}"
)

_LONG = re.compile(r"[A-Za-z0-9+/_-]{14}")
"""How whatever the pattern above finds begins, found sooner."""

_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+|[a-z_-]+|[A-Za-z]?[a-z]+")

_PRINTABLE = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]{11,}")

_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")

_MAGIC = (b"\x1f\x8b\x08", b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")


class Budget:
    """How much may still be unpacked from one file, which a refusal names."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.left = MOST_BYTES

    def take(self, size: int) -> None:
        """Count bytes that were, or are to be, unpacked; raise :class:`GateRefusedError` beyond the limit."""
        self.left -= size
        if self.left < 0:
            raise GateRefusedError(f"{self._file}：解开后超过 {MOST_BYTES >> 20} MiB，疑为压缩炸弹，拒绝处理")

    def check_depth(self, depth: int) -> None:
        """Refuse what is packed too often."""
        if depth > DEEPEST:
            raise GateRefusedError(f"{self._file}：层层打包超过 {DEEPEST} 层，无法检查，拒绝处理")

    def inflate(self, content: bytes) -> bytes:
        """Unpack gzip or zlib, no further than the budget allows; ``zlib.error`` if it is neither."""
        parts = []
        rest = content
        while rest:
            machine = zlib.decompressobj(zlib.MAX_WBITS | 32)
            while rest and not machine.eof:
                part = machine.decompress(rest, 1 << 20)
                self.take(len(part))
                parts.append(part)
                rest = machine.unconsumed_tail if not machine.eof else b""
                if not part and not rest:
                    break
            rest = machine.unused_data.lstrip(b"\0") if machine.eof else b""
            if not rest.startswith(b"\x1f\x8b"):
                break
        return b"".join(parts)


def payloads(text: str) -> Iterator[tuple[str, bytes]]:
    """Yield what a text holds packed, with a word for where it was: data: URIs, then base64."""
    rest = text
    if "data:" in text or "DATA:" in text:
        for match in _DATA_URI.finditer(text):
            content = _of_uri(match[1], match[2])
            if content:
                yield "data: URI", content
        rest = _DATA_URI.sub(" ", text)
    for letters in _like_base64(rest):
        if _HEX.fullmatch(letters) is None:
            content = _unpacked(letters)
            if _is_something(content):
                yield "base64 载荷", content


def _like_base64(text: str) -> Iterator[str]:
    at = 0
    while (long := _LONG.search(text, at)) is not None:
        match = _BASE64.search(text, long.start())
        if match is None:
            return
        yield match[0]
        at = match.end()


def _is_something(content: bytes) -> bool:
    """Whether bytes that were perhaps base64 are a known format or a text, and not just letters that look like it."""
    if content.startswith(_MAGIC):
        return True
    if content.startswith(_ZLIB):
        try:
            return bool(zlib.decompressobj().decompress(content, 64))
        except zlib.error:
            return False
    try:
        return _PRINTABLE.fullmatch(content.decode("utf-8")) is not None
    except UnicodeDecodeError:
        return False


def _of_uri(kind: str, body: str) -> bytes:
    raw = unquote_to_bytes(body)
    return _unpacked(raw.decode("latin-1")) if kind.lower().endswith(";base64") else raw


def _unpacked(text: str) -> bytes:
    letters = re.sub(r"[\s=]", "", text).translate(str.maketrans("-_", "+/"))
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return base64.b64decode(letters + "=" * (-len(letters) % 4))
    except ValueError:  # what only says that it is base64 is looked at as the text that it is
        return b""


_COMMENT = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>|<!(?!--)[^>]*>|<\?[^>]*>", re.DOTALL)

_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)((?>(?:[^>\"']++|\"[^\"]*\"|'[^']*')*))>")

_VALUE = re.compile(r"""=\s*("[^"]*"|'[^']*'|[^\s>"']+)""")

_CDATA = ("<![CDATA[", "]]>")
# Elements that stand within a line: a number may run on through them.
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strong sub sup time tspan u "  # noqa: SIM905
    "var wbr text:span text:a text:s w:t w:r w:rpr w:prooferr w:bookmarkstart w:bookmarkend w:hyperlink w:ins "
    "w:smarttag a:t a:r a:rpr r t rpr rph x:t x:r".split()
)
# Elements that end a line: a number may be split over two of them.
_LINE = frozenset({"br", "text", "w:br", "w:p", "w:ppr", "a:p", "text:p", "text:line-break", "p", "div"})


def seen_text(source: str) -> str:
    """Return what a reader sees: tags gone, a line end kept where one is, cells apart."""
    first, *rest = _TAG.split(_COMMENT.sub(_kept_cdata, source))
    pieces = [first]
    for name, attributes, text in zip(rest[1::4], rest[2::4], rest[3::4], strict=True):
        pieces += (_between(name, is_broken="\n" in attributes), text)
    return unescape("".join(pieces))


def hidden_text(source: str) -> str:
    """Return what a reader does not see: the values of attributes, and comments."""
    told = (attributes for attributes in _TAG.split(source)[3::4] if "=" in attributes)
    # The same few classes stand all over a page; a picture is not kept.
    values = [value for each in told for value in (_short_values if len(each) < _SHORT else _values)(each)]
    comments = [match[0] for match in _COMMENT.finditer(source)]
    return unescape(BREAK.join((*values, *comments)))


def _kept_cdata(match: re.Match[str]) -> str:
    return "" if match[0] in _CDATA or match[0].startswith("<!--") else BREAK


@lru_cache(maxsize=1024)
def _between(name: str, *, is_broken: bool) -> str:
    """Return what stands for a tag; ``is_broken``: it runs over a line's end."""
    if name.lower() in _INLINE:
        return "\n" if is_broken else ""
    return "\n" if name.lower() in _LINE else BREAK


def _values(attributes: str) -> tuple[str, ...]:
    return tuple(match[1].strip("\"'") for match in _VALUE.finditer(attributes))


_SHORT = 200

_short_values = lru_cache(maxsize=1024)(_values)


_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)

_CELL_VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>(.*?)</(?:\w+:)?v>", re.DOTALL)

_STRING = re.compile(r"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)

_ATTRIBUTE = re.compile(r'\b(r|t)="([^"]*)"')

_SHEET = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>")

_NAME = re.compile(r'\bname="([^"]*)"')

_STATE = re.compile(r'\bstate="([^"]*)"')

_RELATION = re.compile(r'\b\w+:id="([^"]*)"')

_TARGET = re.compile(r"<Relationship\b[^>]*>")

_DOUBLE = Context(prec=15)
"""A double keeps this many digits; what a file says beyond them is noise."""

_LONGEST = 19

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[Ee]\+?[0-9]+)?")


def is_workbook(names: frozenset[str]) -> bool:
    """Whether a zip's names are those of an xlsx."""
    return "xl/workbook.xml" in names


def sheet_names(parts: Mapping[str, str]) -> dict[str, str]:
    """Return part name → the name of its sheet, with a word where it is hidden."""
    targets = {}
    for match in _TARGET.finditer(parts.get("xl/_rels/workbook.xml.rels", "")):
        found = dict(re.findall(r'\b(Id|Target)="([^"]*)"', match[0]))
        target = found.get("Target", "").lstrip("/")
        targets[found.get("Id", "")] = target if target.startswith("xl/") else f"xl/{target}"
    names = {}
    for match in _SHEET.finditer(parts.get("xl/workbook.xml", "")):
        name, relation, state = (p.search(match[1]) for p in (_NAME, _RELATION, _STATE))
        if name and relation:
            hidden = "（隐藏）" if state and state[1] != "visible" else ""
            names[targets.get(relation[1], "")] = f"工作表“{unescape(name[1])}”{hidden}"
    return names


def cells(part: str, strings: list[str]) -> Iterator[tuple[str, str]]:
    """Yield address and text of every cell of a sheet's XML; a number as its whole digits."""
    for match in _CELL.finditer(part):
        if match[2]:
            attributes = dict(_ATTRIBUTE.findall(match[1]))
            value = _CELL_VALUE.search(match[2])
            kind = attributes.get("t", "n")
            if kind == "s" and value:
                number = int(value[1]) if value[1].isdigit() else len(strings)
                text = strings[number] if number < len(strings) else ""
            else:
                text = seen_text(match[2]) if kind != "n" else whole_number(value[1] if value else "")
                text += BREAK + seen_text(match[2]) if "<f" in match[2] else ""
            yield attributes.get("r", ""), text


def shared_strings(part: str) -> list[str]:
    """Return the strings that cells name by number; the pieces of a formatted text are put together."""
    return [seen_text(match[1] or "") for match in _STRING.finditer(part)]


def whole_number(text: str) -> str:
    """Return a number that may be written with an exponent as its digits; a fraction stays as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    if "E" not in text.upper() and "." not in text:
        return text
    number = _DOUBLE.create_decimal(text)
    return f"{number:.0f}" if number == number.to_integral_value() and number.adjusted() < _LONGEST else text
