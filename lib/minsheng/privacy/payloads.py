"""What a text holds packed: data: URIs, base64, and compressed bytes. Nothing is unpacked beyond a budget."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from minsheng.errors import GateRefusedError

DEEPEST = 6
"""Containers within containers; deeper is a refusal."""
MOST_BYTES = 1 << 29
"""Unpacked from one file in all; more is a refusal."""

_DATA_URI = re.compile(r"data:([\w.+-]*/?[\w.+-]*(?:;[\w.+=-]+)*),([^\s\"'<>)\\]+)", re.IGNORECASE)
_BASE64 = re.compile(
    r"(?:[A-Za-z0-9+/]{56,}\r?\n)+[A-Za-z0-9+/]*={0,2}|(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{14,}={0,2}"
)
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+|[a-z_-]+|[A-Za-z]?[a-z]+")
_PRINTABLE = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]{11,}")
_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")
_MAGIC = (b"\x1f\x8b\x08", b"PK\x03\x04", b"%PDF-", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")


class Budget:
    """How much may still be unpacked from one file.

    Parameters
    ----------
    file
        Named in the refusal.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._left = MOST_BYTES

    def take(self, size: int) -> None:
        """Count bytes that were, or are to be, unpacked; raise :class:`GateRefusedError` beyond the limit."""
        self._left -= size
        if self._left < 0:
            raise GateRefusedError(f"{self._file}：解开后超过 {MOST_BYTES >> 20} MiB，疑为压缩炸弹，拒绝处理")

    def check_depth(self, depth: int) -> None:
        """Refuse what is packed too often."""
        if depth > DEEPEST:
            raise GateRefusedError(f"{self._file}：层层打包超过 {DEEPEST} 层，无法检查，拒绝处理")

    def inflate(self, content: bytes) -> bytes:
        """Unpack gzip or zlib, no further than the budget allows.

        Raises
        ------
        zlib.error
            If it is neither.
        """
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
    for match in _BASE64.finditer(rest):
        if _HEX.fullmatch(match[0]) is None:
            content = _unpacked(match[0])
            if _is_something(content):
                yield "base64 载荷", content


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
    except binascii.Error:  # pragma: no cover - the pattern lets only base64 through
        return b""
