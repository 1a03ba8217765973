"""Scans any file by its content, not its name: HTML, PDF, notebooks, JSON, CSV, workbooks, documents, archives."""

import csv
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from minsheng.domain.result import Result
from minsheng.privacy.containers import (
    Budget,
    cells,
    hidden_text,
    is_workbook,
    payloads,
    seen_text,
    shared_strings,
    sheet_names,
)
from minsheng.privacy.personal_numbers import (
    BREAK,
    PersonalKind,
    has_few_digits,
    masked_text,
    normalised,
    personal_numbers,
    rounded_number,
)


@dataclass(frozen=True)
class Hit:
    """One personal number.

    Parameters
    ----------
    kind
        What it identifies.
    file
        The file that was scanned.
    place
        Where in it, through every container: ``附件 a.xlsx，工作表“表1”B7``.
    masked
        The number with its middle hidden.
    """

    kind: PersonalKind
    file: str
    place: str
    masked: str

    def __str__(self) -> str:
        """Return the line that a refusal prints."""
        return f"{self.file}：{self.place}：{self.kind} {self.masked}"


@dataclass(frozen=True)
class Unseen:
    """A part that could not be looked into (未检), which is not the same as clean."""

    file: str
    place: str
    why: str
    partly: bool = False
    """Whether its words and numbers were looked at all the same."""

    def __str__(self) -> str:
        """Return the line for a list of what was not checked."""
        return f"{self.file}：{self.place}：未检：{self.why}" if self.place else f"{self.file}：未检：{self.why}"


@dataclass(frozen=True)
class Inspection:
    """All that is to be said of one file."""

    hits: tuple[Hit, ...]
    unseen: tuple[Unseen, ...]


_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")

_PACKED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

_OTHER_ARCHIVES = {b"Rar!": "RAR 压缩包", b"7z\xbc\xaf": "7z 压缩包", b"BZh": "bzip2 压缩包", b"\xfd7zXZ": "xz 压缩包"}

_MARKUP = re.compile(r"\s*<(?:!doctype|!--|\?xml|[a-z])", re.IGNORECASE)

_TAGGED = re.compile(r"<[A-Za-z!/]")

_BIFF_NUMBER = re.compile(rb"\x03\x02\x0e\x00.{6}(.{8})", re.DOTALL)

_NOT_PLAIN = re.compile("[^\\x20-\\x7e]+")

_NOT_WIDE = re.compile("[^\\x20-\\x7e\\u4e00-\\u9fff]+")

_ENCRYPTED = 0x1

_SHORTEST = 11
"""Digits of a mobile number."""

_CLEAN: set[str] = set()
"""Texts that hold nothing, packed or not: code, titles and units are the same from report to report."""

_KEPT, _KEPT_LENGTH = 4096, 4096


def scan(name: str, content: bytes) -> tuple[Hit, ...]:
    """Return the personal numbers of a file; see :func:`inspect`, which also says what could not be looked into."""
    return inspect(name, content).hits


def inspect(name: str, content: bytes) -> Inspection:
    """Look for personal numbers in a file and in all that it holds.

    Parameters
    ----------
    name
        The file's path, for the findings. An ending ``.csv`` or ``.tsv`` is believed; all else is told from the bytes.
    content
        The whole file.

    Returns
    -------
    Inspection
        Each number once per place, masked; the same bytes give the same findings.

    Raises
    ------
    GateRefusedError
        If the file unpacks beyond the limits of :mod:`~minsheng.privacy.containers`: what cannot be checked is refused.
    """
    looker = _NumberLooker(masked_text(name))
    looker.look_at_name(name)
    looker.look(name, content, "", 0)
    return Inspection(tuple(dict.fromkeys(looker.hits)), tuple(dict.fromkeys(looker.unseen)))


class _NumberLooker:
    def __init__(self, file: str) -> None:
        self.hits: list[Hit] = []
        self.unseen: list[Unseen] = []
        self._file = file
        self._budget = Budget(file)

    def look_at_name(self, name: str) -> None:
        """Look at the name of the file itself; a path's folders are not its own."""
        self._text(PurePosixPath(name).name, "文件名")

    def look(self, name: str, content: bytes, place: str, depth: int) -> None:
        """Look into bytes; ``place`` is where they stand, empty for the file itself."""
        self._budget.check_depth(depth)
        if content.startswith(b"PK\x03\x04"):
            self._zip(content, place, depth)
        elif content.lstrip(b"\xef\xbb\xbf \t\r\n")[:5] == b"%PDF-":
            self._pdf(content, place, depth)
        elif content.startswith(_PACKED) and self._inflated(name, content, place, depth):
            return
        elif content.startswith(_OLE):
            self._ole(content, place)
        elif content.startswith(_PICTURES):
            self._not_seen(place, "图片中的内容没有识别")
            self._text(content.decode("latin-1"), _at(place, "图片属性"))
        elif (kind := next((word for magic, word in _OTHER_ARCHIVES.items() if content.startswith(magic)), "")) != "":
            self._not_seen(place, f"{kind}，请改为 zip 或直接放入")
        else:
            self._decoded(name, content, place, depth)

    # What cannot be looked into is said to be unseen (未检), never passed over.
    def _not_seen(self, place: str, why: str, *, partly: bool = False) -> None:
        self.unseen.append(Unseen(self._file, masked_text(place), why, partly))

    def _hit(self, kind: PersonalKind, masked: str, place: str) -> None:
        self.hits.append(Hit(kind, self._file, masked_text(place), masked))

    def _text(self, text: str, place: str, *, lines: bool = False) -> None:
        found = personal_numbers(text)
        if not found:
            return
        if not lines:
            for number in found:
                self._hit(number.kind, number.masked, place or "正文")
            return
        plain, line, at = normalised(text), 1, 0
        for number in found:
            line, at = line + plain.count("\n", at, number.start), number.start
            self._hit(number.kind, number.masked, _at(place, f"第 {line} 行"))

    def _inflated(self, name: str, content: bytes, place: str, depth: int) -> bool:
        try:
            inner = self._budget.inflate(content)
        except zlib.error:
            return False
        self.look(PurePosixPath(name).stem, inner, _at(place, "压缩内容"), depth + 1)
        return True

    def _decoded(self, name: str, content: bytes, place: str, depth: int) -> None:
        text = _as_text(content)
        if text is None:
            self._not_seen(place, "不认识的二进制格式")
            text = content.decode("latin-1")
            self._text(text, place)
            self._text(content.decode("utf-16-le", "replace"), place)
            return
        head = text.lstrip("\ufeff \t\r\n")[:1]
        if head in {"{", "["} and self._json(text, place, depth):
            return
        if _MARKUP.match(text.lstrip("\ufeff")):
            self._markup(text, place, depth, lines=True)
        elif name.lower().endswith((".csv", ".tsv")):
            self._csv(text, place, depth, "\t" if name.lower().endswith(".tsv") else ",")
        else:
            self._text(text, place, lines=True)
            self._payloads(text, place, depth)

    def _payloads(self, text: str, place: str, depth: int) -> None:
        for what, content in payloads(text):
            self._budget.take(len(content))
            self.look("", content, _at(place, what), depth + 1)

    def _markup(self, text: str, place: str, depth: int, *, lines: bool = False) -> None:
        # What is seen and what is hidden are pieces of the text, but for characters that are written by name or number.
        if "&" in text or not has_few_digits(text):
            self._text(seen_text(text), place, lines=lines)
            self._text(hidden_text(text), _at(place, "属性或注释"))
        self._payloads(text, place, depth)

    def _words(self, text: str, place: str, depth: int) -> None:
        """Look at a text of unknown kind that stands within something."""
        if len(text) < _SHORTEST or text in _CLEAN:
            return
        before = len(self.hits), len(self.unseen), self._budget.left
        if _TAGGED.search(text):
            self._markup(text, place, depth)
        else:
            self._text(text, place)
            self._payloads(text, place, depth)
        if (len(self.hits), len(self.unseen), self._budget.left) == before and len(text) < _KEPT_LENGTH:
            if len(_CLEAN) >= _KEPT:
                _CLEAN.clear()
            _CLEAN.add(text)

    def _json(self, text: str, place: str, depth: int) -> bool:
        try:
            document = json.loads(text.lstrip("\ufeff"), parse_int=str, parse_float=str)
        except (ValueError, RecursionError):
            return False
        if isinstance(document, dict) and isinstance(document.get("cells"), list) and "nbformat" in document:
            for number, cell in enumerate(document["cells"], 1):
                self._values(cell, _at(place, f"第 {number} 个单元"), depth)
            self._values(document.get("metadata", {}), _at(place, "笔记本属性"), depth)
        else:
            self._values(_texts_of_result(document, text.lstrip("\ufeff")), place, depth)
        return True

    def _values(self, value: Any, place: str, depth: int, path: str = "") -> None:
        match value:
            case dict():
                for key, inner in value.items():
                    if len(key) >= _SHORTEST:
                        self._words(key, _at(place, path or "键名"), depth)
                    self._values(inner, place, depth, f"{path}.{key}" if path else key)
            case list():
                if value and all(isinstance(inner, str) for inner in value) and any(i.endswith("\n") for i in value):
                    self._words("".join(value), _at(place, path), depth)
                    return
                for number, inner in enumerate(value):
                    self._values(inner, place, depth, f"{path}[{number}]")
            case str() if len(value) >= _SHORTEST:
                self._words(value, _at(place, path), depth)

    def _csv(self, text: str, place: str, depth: int, delimiter: str) -> None:
        # The limit is the process's: registers are read with Python's own.
        limit = csv.field_size_limit(len(text) + 1)
        try:
            for row in (reader := csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter)):
                for column, cell in enumerate(row, 1):
                    self._words(cell, _at(place, f"第 {reader.line_num} 行第 {column} 列"), depth)
        except csv.Error:
            self._text(text, place, lines=True)
            self._payloads(text, place, depth)
        finally:
            csv.field_size_limit(limit)

    def _pdf(self, content: bytes, place: str, depth: int) -> None:
        from minsheng.render.pdf_text import read_pdf  # pikepdf is heavy

        found = read_pdf(content)
        for number, text in enumerate(found.pages, 1):
            self._text(text, _at(place, f"第 {number} 页"))
        for text in found.strings:
            self._words(text, _at(place, "PDF 属性、书签或批注"), depth)
        self._words(found.metadata, _at(place, "PDF 元数据"), depth)
        for name, inner in found.attachments.items():
            self._budget.take(len(inner))
            self.look(name, inner, _at(place, f"附件 {name}"), depth + 1)
        for where, why in found.unseen.items():
            self._not_seen(_at(place, where) if where else place, why)

    def _zip(self, content: bytes, place: str, depth: int) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = dict(self._parts(archive, place))
                if archive.comment:
                    self._text(archive.comment.decode("utf-8", "replace"), _at(place, "压缩包注释"))
        except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error, OSError, ValueError) as error:
            self._not_seen(place, f"压缩包损坏或不支持（{error}）")
            return
        named = self._workbook(parts, place) if is_workbook(frozenset(parts)) else frozenset()
        for name, inner in parts.items():
            self._text(name, _at(place, "文件名"))
            before = len(self.hits)
            self.look(name, inner, _at(place, name), depth + 1)
            if name.startswith(("xl/worksheets/", "xl/sharedStrings")):
                # The same numbers once more, without an address.
                self.hits[before:] = [hit for hit in self.hits[before:] if hit.masked not in named]

    def _parts(self, archive: zipfile.ZipFile, place: str) -> Iterator[tuple[str, bytes]]:
        """Yield what a zip holds; sizes are counted while unpacking, because a bomb lies about its own."""
        for part in archive.infolist():
            if part.is_dir():
                continue
            if part.flag_bits & _ENCRYPTED:
                self._not_seen(_at(place, part.filename), "已加密")
                continue
            pieces = []
            with archive.open(part) as stream:
                while piece := stream.read(1 << 20):
                    self._budget.take(len(piece))
                    pieces.append(piece)
            yield part.filename, b"".join(pieces)

    def _workbook(self, parts: dict[str, bytes], place: str) -> frozenset[str]:
        """Name the cells of an xlsx that hold numbers, and return those; what is no cell is found in the parts' XML."""
        texts = {name: _as_text(content) or "" for name, content in parts.items() if name.endswith((".xml", ".rels"))}
        strings = shared_strings(texts.get("xl/sharedStrings.xml", ""))
        named = sheet_names(texts)
        before = len(self.hits)
        for name in (name for name in texts if name.startswith("xl/worksheets/") and name.endswith(".xml")):
            sheet = _at(place, named.get(name, name))
            for address, text in cells(texts[name], strings):
                if len(text) >= _SHORTEST:
                    self._text(text, f"{sheet}{address}")
                    if (rounded := rounded_number(text)) is not None:
                        self._hit(*rounded, f"{sheet}{address}（末几位已被表格软件抹去）")
        return frozenset(hit.masked for hit in self.hits[before:])

    def _ole(self, content: bytes, place: str) -> None:
        if _ENCRYPTED_PACKAGE in content:
            self._not_seen(place, "Office 文件已加密")
        else:
            self._not_seen(place, "旧式 Office 文件只查看了文字和数值，没有逐项解析", partly=True)
        self._text(_NOT_PLAIN.sub(BREAK, content.decode("latin-1")), place)
        for offset in (0, 1):
            self._text(_NOT_WIDE.sub(BREAK, content[offset:].decode("utf-16-le", "replace")), place)
        for raw in _BIFF_NUMBER.findall(content):
            (number,) = struct.unpack("<d", raw)
            if 1e10 < number < 1e19 and number.is_integer():
                self._text(str(int(number)), place or "数值单元格")


def _at(place: str, where: str) -> str:
    return "，".join(filter(None, (place, where)))


def _as_text(content: bytes) -> str | None:
    """Decode a text; ``None`` for what is none."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:4096]:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _texts_of_result(document: Any, text: str) -> Any:
    """Return a result without its exact figures; any other document, and a result that is not valid, as it is."""
    if not isinstance(document, dict) or document.keys() != Result.model_fields.keys():
        return document
    try:
        result = Result.model_validate_json(text)
    except ValueError:
        return document
    # Only a sealed result's texts can hold a person's number: a sum may well have eleven digits.
    bare = json.dumps(result.model_dump(), default=lambda value: None if isinstance(value, Decimal) else str(value))
    return json.loads(bare, parse_int=str, parse_float=str)
