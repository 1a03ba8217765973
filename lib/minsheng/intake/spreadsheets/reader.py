"""Delivered bytes → a plain :class:`Workbook`, read in a child process that a hostile file can only kill."""

import json
import os
import select
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import TracebackType
from typing import Any, Self

from minsheng.errors import FileRefusedError, MinshengError
from minsheng.intake.spreadsheets.cells import Divided, Percentage
from minsheng.intake.spreadsheets.grid import Sheet, Workbook
from minsheng.intake.spreadsheets.guard_words import Said

MEMORY_BYTES = 1536 * 2**20

SECONDS = 30

MAX_FILE_BYTES = 64 * 2**20

_CHILD = "minsheng.intake.spreadsheets.child"
"""Known by its name alone: it loads what reads spreadsheets, which this process shall not."""

_LESS = "请只留要报的表，另存为 xlsx 再报"

_HEADER = struct.Struct(">Q")

_TAGGED: dict[str, Callable[[str], Any]] = {
    "d": date.fromisoformat,
    "t": datetime.fromisoformat,
    "x": str,
    "p": Percentage,
    "k": Divided,
}
"""The kinds of cells that JSON has no type for."""


_whole = lru_cache(maxsize=4096)(Decimal)
"""The same small numbers stand all down a long table."""


def _cell(text: dict[str, Any]) -> Any:
    """Turn a tagged cell back into a date; other objects of the answer pass through."""
    if len(text) == 1:
        ((kind, value),) = text.items()
        if kind in _TAGGED and isinstance(value, str):
            return _TAGGED[kind](value)
    return text


def _workbook(answer: dict[str, Any]) -> Workbook:
    sheets = tuple(
        Sheet(
            name=sheet["name"],
            rows=tuple(tuple(row) for row in sheet["rows"]),
            merged=tuple(tuple(map(int, area)) for area in sheet["merged"]),  # type: ignore[misc]
            hidden=sheet["hidden"],
            hidden_rows=frozenset(map(int, sheet["hidden_rows"])),
            hidden_columns=frozenset(map(int, sheet["hidden_columns"])),
            errors=sheet["errors"],
            uncached=frozenset(sheet["uncached"]),
            pictures=sheet["pictures"],
        )
        for sheet in answer["sheets"]
    )
    said = tuple(Said(*map(str, one)) for one in answer["said"])
    return Workbook(format=answer["format"], sheets=sheets, notes=tuple(answer["notes"]), said=said)


def too_large(size: int) -> str:
    """Return in words why a file of so many bytes is not read; empty for one that may be."""
    limit = MAX_FILE_BYTES >> 20
    return f"文件大小 {size / 2**20:.1f} MB，超过上限 {limit} MB：{_LESS}" if size > MAX_FILE_BYTES else ""


class Reader:
    """One reading child, started at the first file and again after a file that killed it.

    Parameters
    ----------
    seconds
        The longest that one file may take.
    memory_bytes
        The most address space that the child may have.
    """

    def __init__(self, seconds: float = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _start(self) -> subprocess.Popen[bytes]:
        # The limit on processor time belongs to the child's whole life, so it is generous; each file has its own.
        limits = [str(self._memory_bytes), str(int(self._seconds) * 20 + 60)]
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", _CHILD, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        # A child that cannot even start is our fault, not the file's.
        if child.stdout is None or os.read(child.stdout.fileno(), 1) != b"R":
            child.kill()
            raise MinshengError(f"the reading child did not start: python -m {_CHILD}")
        return child

    def read(self, data: bytes) -> Workbook:
        """Read one file.

        Raises
        ------
        FileRefusedError
            If it is hostile, encrypted, broken, or no spreadsheet, or runs over a limit.
        """
        if said := too_large(len(data)):
            raise FileRefusedError(said)
        if self._child is None:
            self._child = self._start()
        try:
            answer = self._exchange(self._child, data)
        except TimeoutError as error:
            self._stop()
            raise FileRefusedError(f"读取超过 {self._seconds:g} 秒，已中止，不是正常的报表：{_LESS}") from error
        except (EOFError, BrokenPipeError) as error:
            self._stop()
            raise FileRefusedError(f"读取时超出内存或使读取程序崩溃，已中止，不是正常的报表：{_LESS}") from error
        if "refused" in answer:
            raise FileRefusedError(answer["refused"])
        return _workbook(answer["workbook"])

    def _exchange(self, child: subprocess.Popen[bytes], data: bytes) -> dict[str, Any]:
        if child.stdin is None or child.stdout is None:  # pragma: no cover - both are pipes
            raise EOFError
        child.stdin.write(_HEADER.pack(len(data)) + data)
        child.stdin.flush()
        deadline = time.monotonic() + self._seconds
        descriptor = child.stdout.fileno()
        size = _HEADER.unpack(b"".join(_receive(descriptor, _HEADER.size, deadline)))[0]
        text = b"".join(_receive(descriptor, size, deadline))
        answer: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=_whole, object_hook=_cell)
        return answer


def _receive(descriptor: int, size: int, deadline: float) -> Iterator[bytes]:
    """Yield ``size`` bytes; raise ``EOFError`` when the child dies and ``TimeoutError`` when it takes too long."""
    while size:
        if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise TimeoutError
        chunk = os.read(descriptor, min(size, 1 << 20))
        if not chunk:
            raise EOFError
        size -= len(chunk)
        yield chunk
