"""A package's parts under the names by which Office knows them, within limits, and what was seen in all of it.

Only the standard library: this runs in the reading child.
"""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from minsheng.intake.spreadsheets.guard_parts import BrokenPartError, RefusedError, Scan, XmlPart
from minsheng.intake.spreadsheets.guard_words import Said, WorkbookWords, loose_words

MAX_PARTS = 3000

MAX_UNPACKED = 300 * 2**20

MAX_RATIO = 200
"""Unpacked ÷ packed of one part above 1 MB; real sheets reach about 40."""

_P = TypeVar("_P", bound=XmlPart)


@dataclass
class Package:
    """What the guard saw in a file."""

    format: str
    notes: list[str] = field(default_factory=list)
    sheets: dict[str, Scan] = field(default_factory=dict)
    """By sheet name."""
    said: list[Said] = field(default_factory=list)
    irregular: bool = False
    """Whether its parts have names that libraries do not find."""


class Members:
    """The parts of a zip by name, which some programs write with backslashes or another case; none is unpacked yet."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._package = package
        _check_sizes(package.infolist())
        self._parts = {_key(info.filename): info for info in package.infolist() if not info.is_dir()}
        names = [info.filename for info in package.infolist()]
        self.irregular = any("\\" in name or name.startswith("/") for name in names) or len(set(names)) < len(names)

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._parts

    def __iter__(self) -> Iterator[str]:
        return (_regular(info.filename) for info in self._parts.values())

    def feed(self, part: _P, name: str = "") -> _P:
        """Let ``part`` read the part of that name, its own by default; one that is broken refuses the file."""
        with self._package.open(self._parts[_key(name or part.name)]) as stream:
            part.feed(stream)
        return part

    def feed_if_whole(self, part: _P) -> _P:
        """Let ``part`` read a part without figures: what a broken one, or none, does not say is not known."""
        if part.name in self:
            with suppress(BrokenPartError):  # its words are looked at by :meth:`words`
                self.feed(part)
        return part

    def words(self, name: str, sheet: str = "") -> list[Said]:
        """Return the texts of a part without figures; where it is no whole XML, those of its bytes.

        Office programs write empty parts, and notes and buttons in a markup of the nineties (``<br>``): neither is a
        reason to refuse the figures beside them.
        """
        try:
            return self.feed(WorkbookWords(name, sheet)).said
        except BrokenPartError:
            return loose_words(name, sheet, self._package.read(self._parts[_key(name)]))

    def rewritten(self) -> bytes:
        """Return the package with every part under its regular name."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            for info in self._parts.values():
                target.writestr(_regular(info.filename), self._package.read(info))
        return out.getvalue()


def _regular(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


def _key(name: str) -> str:
    return _regular(name).lower()


def _check_sizes(parts: list[zipfile.ZipInfo]) -> None:
    advice = "请用 Excel 或 WPS 打开，只留要报的表后另存为 xlsx 再报"
    if len(parts) > MAX_PARTS:
        raise RefusedError(f"压缩包内有 {len(parts)} 个部件，超过上限 {MAX_PARTS}，不是正常的工作簿：{advice}")
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RefusedError(f"解压后超过 {MAX_UNPACKED >> 20} MB，不是正常的报表：{advice}")
    for part in parts:
        if part.file_size > 1 << 20 and part.file_size > MAX_RATIO * max(1, part.compress_size):
            raise RefusedError(
                f"{part.filename} 的压缩比异常（{part.file_size // max(1, part.compress_size)} 倍），"
                f"疑似压缩炸弹：{advice}"
            )
        if part.flag_bits & 1:
            raise RefusedError("压缩包设了密码：请取消密码后另存再报")
