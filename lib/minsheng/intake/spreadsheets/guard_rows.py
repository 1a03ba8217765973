"""The plain rows of a long worksheet, looked at many at a time: a parser that calls Python for each cell takes seconds.

A stretch of rows that are written as office programs write them, and hold values alone, is taken out of the XML on its
way to the parser, and an empty element put in its place. Where the parser meets that element, the rows stood between
other elements as rows do, and what they say counts. All else the parser reads itself: errors, formulas, what is hidden,
every unusual spelling, the rows around each stretch. Nothing is taken out of a part that has a comment, CDATA or an
instruction, within which a row is none. Whoever finds anything amiss reads the whole part without this.

Only the standard library: this runs in the reading child.
"""

import re
from collections import deque
from collections.abc import Collection
from functools import lru_cache

from minsheng.domain.addresses import position
from minsheng.intake.spreadsheets.guard_parts import Readable

PLAIN_ROWS = "plain-rows"
"""The element that stands for a stretch of them."""

_MARK = f"<{PLAIN_ROWS}/>".encode()

_DECLARED = re.compile(rb"""<\?xml version=["']1\.0["'] encoding=["']utf-8["']""", re.IGNORECASE)

_NO_ELEMENT = re.compile(rb"<[!?]")

_ROW = (
    rb'<row r="([1-9][0-9]{0,6}+)"(?>(?: [A-Za-z][A-Za-z0-9:]*+="[A-Za-z0-9:.-]*+")*)>'
    rb'(?>(?:<c r="[A-Z]{1,3}+\1"(?>(?: s="[0-9]++")?)(?>(?: t="(?:s|n|b|d|str|inlineStr)")?)'
    rb"(?:/>|>(?:<v>[^<>&\x00-\x1f\x7f-\xff]*+</v>"
    rb'|<is><t(?>(?: xml:space="preserve")?)>[^<>&\x00-\x1f\x7f]*+</t></is>)</c>))+)</row>'
)
"""A row whose cells lie in it and say so; ``\\1`` is its number."""

_STRETCH = b"(?>(?:%b)+)" % _ROW
"""Compiled when a part has a second piece, which few have."""

_HEAD = re.compile(rb'<row r="([0-9]+)"([^>]*)>')

_LETTERS = re.compile(rb'<c r="([A-Z]+)')

_NO_CHARACTERS = re.compile(rb"\xef\xbf[\xbe\xbf]")


class PlainRows:
    """Some of them, one after another."""

    def __init__(self, xml: bytes) -> None:
        heads = _HEAD.findall(xml)
        self._xml = xml
        self._attributes = {attributes for _, attributes in heads}
        self.bottom = max(int(number) for number, _ in heads) - 1
        columns = (position(f"{letters.decode()}1") for letters in set(_LETTERS.findall(xml)))
        self.right = max(at[1] for at in columns if at)

    @property
    def are_plain(self) -> bool:
        """Whether a parser would find nothing to object to, and nothing that is hidden."""
        try:
            self._xml.decode()
        except UnicodeDecodeError:
            return False
        return not _NO_CHARACTERS.search(self._xml) and all(map(_says_little, self._attributes))

    def with_styles(self, styles: Collection[str]) -> list[tuple[int, int]]:
        """Return row and column of the values in one of these styles."""
        if not styles:
            return []
        wanted = re.compile(rb'<c r="([A-Z]+[0-9]+)" s="(?:%b)"[^>/]*+>' % "|".join(sorted(styles)).encode())
        return [at for reference in wanted.findall(self._xml) if (at := position(reference.decode()))]


@lru_cache(maxsize=256)
def _says_little(attributes: bytes) -> bool:
    """Whether the attributes of a row are each there once, and none of them hides it."""
    names = [attribute.partition(b"=")[0] for attribute in attributes.split()]
    return len({b"r", *names}) == len(names) + 1 and (b"hidden" not in names or b'hidden="false"' in attributes.split())


class WithoutPlainRows:
    """The XML of a worksheet without its plain rows; :attr:`taken` are those that the parser has not come to yet."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._before = b""
        self._leaves_out: bool | None = None
        self.taken: deque[PlainRows] = deque()

    def read(self, size: int) -> bytes:
        """Return what follows; the first piece is whole."""
        before, piece = self._before, self._stream.read(size)
        self._before = piece
        if not before or not piece:  # most parts have one piece, and cost no look
            return piece
        if self._leaves_out is None:
            declared = _DECLARED.match(before)
            self._leaves_out = declared is not None and not _NO_ELEMENT.search(before, declared.end())
        self._leaves_out = self._leaves_out and not _NO_ELEMENT.search(before[-1:] + piece)
        return re.sub(_STRETCH, self._take, piece) if self._leaves_out else piece

    def _take(self, stretch: re.Match[bytes]) -> bytes:
        # The last one the parser reads itself, so that it knows where it is.
        xml, last, cells = stretch[0].rpartition(b"<row ")
        rows = PlainRows(xml) if xml else None
        if rows is None or not rows.are_plain:
            return stretch[0]
        self.taken.append(rows)
        return _MARK + last + cells
