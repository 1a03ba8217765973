"""Framing of multi-part messages on a stream socket, the same on both sides.

A message is a list of byte strings: a count and the lengths, big-endian, then the parts.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

MessagePart: TypeAlias = bytes | bytearray | memoryview

_COUNT = struct.Struct("!I")

_LENGTH = struct.Struct("!Q")


def encode(parts: Sequence[MessagePart]) -> bytes:
    """Return one message as bytes for the wire.

    Examples
    --------
    >>> [list(message) for message in Decoder().feed(encode([b"shell", b""]))]
    [[b'shell', b'']]
    """
    views = [memoryview(part).cast("B") if len(part) else memoryview(b"") for part in parts]
    header = _COUNT.pack(len(views)) + b"".join(_LENGTH.pack(view.nbytes) for view in views)
    return b"".join((header, *views))


class TooLargeError(ValueError):
    """A message is larger than whoever reads it can take."""


class Decoder:
    """Collects bytes and gives back whole messages; TooLargeError at the head of one above ``limit`` (bytes)."""

    def __init__(self, limit: int | None = None) -> None:
        self._buffer = bytearray()
        self._needed = _COUNT.size
        self._limit = limit

    def feed(self, data: MessagePart) -> Iterator[list[bytes]]:
        """Take in bytes, cut anywhere; yield the parts of every message that is now complete."""
        self._buffer += data
        while len(self._buffer) >= self._needed:
            message = self._take()
            if message is None:
                return
            yield message

    def _take(self) -> list[bytes] | None:
        buffer = self._buffer
        (count,) = _COUNT.unpack_from(buffer)
        start = _COUNT.size + count * _LENGTH.size
        if len(buffer) < start:
            self._needed = start
            return None
        lengths = [_LENGTH.unpack_from(buffer, _COUNT.size + i * _LENGTH.size)[0] for i in range(count)]
        end = start + sum(lengths)
        if self._limit is not None and end > self._limit:
            raise TooLargeError(f"a message of {end} bytes, at most {self._limit} are taken")
        if len(buffer) < end:
            # Large messages arrive in many pieces: not looking again before the end keeps this linear.
            self._needed = end
            return None
        message = list(_split(buffer, start, lengths))
        del buffer[:end]
        self._needed = _COUNT.size
        return message


def _split(buffer: bytearray, start: int, lengths: Iterable[int]) -> Iterator[bytes]:
    with memoryview(buffer) as view:
        for length in lengths:
            yield bytes(view[start : start + length])
            start += length
