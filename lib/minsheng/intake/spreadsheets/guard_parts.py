"""One XML part of a package, read by a streaming parser: whole, without a DTD, within limits, or refused.

Only the standard library: this runs in the reading child.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol
from xml.parsers import expat

MAX_ROWS = 200_000

MAX_COLUMNS = 500

MAX_AREA = 4_000_000
"""Rows × columns of the smallest rectangle around a sheet's cells: libraries allocate all of it."""

_CHUNK = 1 << 18


SAVE_AGAIN = "请用 Excel 或 WPS 打开后另存为 xlsx 再报"
"""What to do about a file that only its owner's program can open."""


class RefusedError(Exception):
    """The file is hostile or broken; the text says why, in Chinese."""


class BrokenPartError(RefusedError):
    """A part is no whole XML."""


@dataclass
class Scan:
    """What the guard saw in one sheet."""

    errors: dict[str, str] = field(default_factory=dict)
    uncached: list[str] = field(default_factory=list)
    formulas: dict[str, str] = field(default_factory=dict)
    """Address → formula, where its text stands in its own cell."""
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    percents: list[tuple[int, int]] = field(default_factory=list)
    """Row and column of the figures that are shown as percentages: 0.7344 as 73.44 %."""
    divided: list[tuple[int, int]] = field(default_factory=list)
    """Row and column of the figures that are shown divided by thousands: 123456 as 123."""
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Ranges that no library tells, as :class:`~minsheng.intake.spreadsheets.grid.Sheet` has them."""
    pictures: bool = False
    """Whether pictures, drawings or text boxes lie on it."""
    said: list[tuple[str, str, str]] = field(default_factory=list)
    """Cell, place and text of what stands in no cell and may hold a personal number."""


def check_extent(rows: int, columns: int, where: str) -> None:
    """Refuse a sheet whose cells span more than real returns do."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_AREA:
        raise RefusedError(
            f"{where}的单元格范围达到 {rows} 行 × {columns} 列，超过上限（{MAX_ROWS} 行、{MAX_COLUMNS} 列、"
            f"共 {MAX_AREA} 格）：请删除远处的多余单元格后另存"
        )


@lru_cache(maxsize=1024)
def local_name(name: str) -> str:
    """Return an element's or attribute's name without its namespace prefix."""
    return name.rpartition(":")[2]


class Readable(Protocol):
    """What bytes are read from, piece by piece."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many of the next bytes; none at the end."""


class XmlPart:
    """Streams one XML part, which must be whole and without a DTD."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        raise RefusedError(f"{self.name} 含有 DTD（文档类型声明），可能是恶意文件：{SAVE_AGAIN}")

    def feed(self, stream: Readable) -> None:
        """Read the whole part."""
        try:
            while chunk := stream.read(_CHUNK):
                self.parser.Parse(chunk)
            self.parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by position
        except expat.ExpatError as error:
            raise BrokenPartError(
                f"{self.name} 不是完好的 XML（{error}）：文件已损坏，请用 Excel 或 WPS 打开后另存为 xlsx 再报"
            ) from error


class Elements(XmlPart, ABC):
    """A part whose elements are looked at as they begin."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.parser.StartElementHandler = self.start

    @abstractmethod
    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at an element's beginning."""
