"""The objects of a PDF as Typst writes it, to change some of them: each by itself, with a classic table of offsets.

A file of another layout is refused, not guessed at; the version of Typst is pinned, and tests read what comes out.
"""

import re
import zlib
from itertools import pairwise

from minsheng.render.html.offline import PaperError

_BEGIN = re.compile(rb"(\d+) 0 obj\n")
_END = b"\nendobj\n"
_ENTRY = re.compile(rb"(\d{10}) 00000 n")
_LENGTH = re.compile(rb"/Length (\d+)")
_PACKED = b"/Filter/FlateDecode"


class PdfObjects:
    """A whole file taken apart; PaperError if it is laid out in another way."""

    def __init__(self, pdf: bytes) -> None:
        try:
            start = int(pdf[pdf.rindex(b"startxref") + 9 :].split()[0])
            table, _, rest = pdf[start:].partition(b"trailer\n")
            bounds = sorted([*(int(found[1]) for found in _ENTRY.finditer(table)), start])
            self.trailer = rest[: rest.index(b"startxref")].strip()
        except (ValueError, IndexError) as fault:
            raise PaperError(f"Typst wrote a file of another layout: {fault}") from fault
        self._head = pdf[: bounds[0]]
        self._objects: dict[int, bytes] = {}
        for begin, end in pairwise(bounds):
            found = _BEGIN.match(pdf, begin)
            if found is None or not pdf.endswith(_END, begin, end):
                raise PaperError(f"Typst wrote a file of another layout: there is no object at {begin}")
            self._objects[int(found[1])] = pdf[found.end() : end - len(_END)]

    def __getitem__(self, number: int) -> bytes:
        """Return an object's text."""
        return self._objects[number]

    def __setitem__(self, number: int, text: bytes) -> None:
        """Change an object."""
        self._objects[number] = text

    def items(self) -> list[tuple[int, bytes]]:
        """Return all objects by number."""
        return list(self._objects.items())

    def find(self, beginning: bytes, *, holding: bytes = b"") -> int | None:
        """Return the number of the first object that begins so and holds that."""
        found = (number for number, text in self._objects.items() if text.startswith(beginning) and holding in text)
        return next(found, None)

    def add(self, text: bytes) -> int:
        """Add an object; return its number."""
        number = max(self._objects) + 1
        self._objects[number] = text
        return number

    def written(self) -> bytes:
        """Return the whole file."""
        out, offsets = bytearray(self._head), {}
        for number, text in sorted(self._objects.items()):
            offsets[number] = len(out)
            out += b"%d 0 obj\n%b%b" % (number, text, _END)
        start, count = len(out), max(offsets) + 1
        out += b"xref\n0 %d\n0000000000 65535 f\r\n" % count
        out += b"".join(b"%010d 00000 n\r\n" % offsets[number] for number in range(1, count))
        trailer = re.sub(rb"/Size \d+", b"/Size %d" % count, self.trailer, count=1)
        return bytes(out + b"trailer\n" + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % start)


def reference(number: int) -> bytes:
    """Write a reference to an object."""
    return b"%d 0 R" % number


def text_string(text: str) -> bytes:
    """Write a text."""
    return b"<FEFF%b>" % text.encode("utf-16-be").hex().upper().encode()


def stream_of(head: bytes, content: bytes) -> bytes:
    """Write a stream, packed; one that would end in CR in a way that it does not."""
    data, times = zlib.compress(content), 1
    # With the line end that follows a validator would see CRLF. The last byte of a packed stream belongs to a checksum
    # of the content, so that another strength of packing would not help; packing the packed does.
    if data.endswith(b"\r") and not content.endswith(b"\r"):
        data, times = content, 0
    while data.endswith(b"\r"):
        data, times = zlib.compress(data), times + 1
    filters = b"/Filter[%b]" % (b"/FlateDecode" * times) if times > 1 else _PACKED * times
    return b"<<%b/Length %d%b>>\nstream\n%b\nendstream" % (head, len(data), filters, data)


def stream_parts(text: bytes) -> tuple[bytes, bytes] | None:
    """Return head (without length and filter) and content of a stream that is packed at most once; else nothing."""
    head, mark, rest = text.partition(b">>\nstream\n")
    length = _LENGTH.search(head)
    if not mark or length is None:
        return None
    data = rest[: int(length[1])]
    bare = head.removeprefix(b"<<").replace(length[0], b"", 1)
    if _PACKED in bare:
        return bare.replace(_PACKED, b"", 1), zlib.decompress(data)
    return None if b"/Filter" in bare else (bare, data)


def ends_in_return(text: bytes) -> bool:
    """Whether an object is a stream whose last byte is CR."""
    return text.endswith(b"\r\nendstream")
