"""Strict YAML: what a clerk sees in the file is what the program reads, or it is a fault with its line.

YAML guesses: a code 010101 becomes 4161, ``no`` becomes false, 12:30 becomes 750, a second key of the same name
silently replaces the first. Here each of these is refused, and every value remembers its line. Beyond plain text
there are ``null``, ``true`` and ``false``, whole numbers (``int``), numbers with a point (``Decimal``, never float) and
dates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # it is there, but not in __all__
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from minsheng.plan.scalars import ScalarRefusedError, read_scalar


@dataclass(frozen=True, order=True, slots=True)
class PlanFault:
    """What is wrong on one line of a file under ``params/``."""

    file: str
    """As a clerk would look it up: ``params/<year>/areas.yaml``."""
    line: int
    """From 1."""
    message: str
    allowed: str = ""
    """What would be right, where that can be listed."""

    def __str__(self) -> str:
        allowed = f"。允许：{self.allowed}" if self.allowed else ""
        return f"{self.file}:{self.line}: {self.message}{allowed}"


def in_order(faults: Iterable[PlanFault]) -> list[PlanFault]:
    """Return faults by file and line, each once."""
    return sorted(set(faults))


YamlPath = tuple[Any, ...]
"""Keys and list positions from the root of a file to a value."""

_DEPTH = 40

_SYNTAX = {
    "found a tab character": "缩进用了制表符（Tab），只能用空格",
    "mapping values are not allowed in this context": "冒号的位置不对：检查缩进，含冒号的文字要加引号",
    "could not find expected ':'": "缺少冒号（半角冒号后要有空格）",
    "did not find expected key": "缩进不齐，或括号、引号没有配对",
    "did not find expected '-' indicator": "列表的缩进不齐",
    "did not find expected ',' or ']'": "方括号没有配对，或缺少逗号",
    "did not find expected ',' or '}'": "花括号没有配对，或缺少逗号",
    "found unexpected end of stream": "引号或括号没有配对",
    "did not find expected node content": "多了符号，或该写值的地方没有值",
    "did not find expected alphabetic or numeric character": "文字以 & 或 * 开头，要加引号",
    "found unexpected ':'": "多了冒号，含冒号的文字要加引号",
    "did not find expected <document start>": "最外层的写法不一致：检查缩进和冒号",
    "control characters are not allowed": "文件里有不可见的控制字符",
}


@dataclass(frozen=True)
class YamlFile:
    """What was read from one file."""

    file: str
    """The name used in messages."""
    value: Any = None
    """``None`` also where the file could not be read at all; then ``faults`` says why."""
    lines: Mapping[YamlPath, int] = field(default_factory=dict)
    faults: tuple[PlanFault, ...] = ()

    def line(self, path: YamlPath) -> int:
        """Return the line of a value, or of the nearest thing around it that stands in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def read_yaml(path: Path, name: str | None = None) -> YamlFile:
    """Read one file.

    Parameters
    ----------
    path
        The file; UTF-8, with or without BOM.
    name
        What messages call it; the path itself by default.

    Returns
    -------
    YamlFile
        With every fault found; it never raises for what is in the file, or for its absence.
    """
    name = name or str(path)
    # A pipe would be waited for without end.
    if path.exists() and not path.is_file():
        return YamlFile(name, faults=(PlanFault(name, 1, "不是文件（是文件夹、管道或设备）", "普通文件"),))
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return YamlFile(name, faults=(PlanFault(name, 1, "没有这个文件"),))
    except OSError as error:
        return YamlFile(name, faults=(PlanFault(name, 1, f"无法读取：{error.strerror}"),))
    return parse_yaml(content, name)


def parse_yaml(content: bytes, name: str) -> YamlFile:
    """Read the bytes of one file; see :func:`read_yaml`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return YamlFile(name, faults=(PlanFault(name, line, "不是 UTF-8 编码的文字", "另存为 UTF-8 编码"),))
    reader = _EventReader(text, name)
    try:
        value = reader.read()
    except YAMLError as error:
        return YamlFile(name, faults=(*reader.faults, _syntax_fault(error, text, name)))
    return YamlFile(name, value, reader.lines, tuple(reader.faults))


def read_texts(path: Path) -> Any:
    """Read a file in which every value is text and anchors may be used: worked cases (算例), which are no plan data.

    Raises
    ------
    YAMLError
        If the file is no YAML, or holds a key twice.
    """
    return YAML(typ="base").load(path)


def _syntax_fault(error: YAMLError, text: str, name: str) -> PlanFault:
    mark = getattr(error, "problem_mark", None)
    # A reader's error (a control character) has a position instead of a mark, but the mark says where it stopped.
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    if mark is not None:
        line = mark.line + 1
    else:
        at = getattr(error, "position", None)
        line = text.encode().count(b"\n", 0, at) + 1 if isinstance(at, int) else 1
    if "cannot start any token" in problem and mark is not None:
        said = _bad_start(text.splitlines()[mark.line][mark.column])
    else:
        said = next((chinese for english, chinese in _SYNTAX.items() if english in problem), problem)
    return PlanFault(name, max(line, 1), f"YAML 写法有误：{said}")


def _bad_start(character: str) -> str:
    if character == "\t":
        return "缩进或分隔用了制表符（Tab），只能用空格"
    return f"文字不能以 {character} 开头，要加引号"


class _Refused:
    """Stands for a value that was refused: it is left out, so that it causes no second fault."""


_REFUSED = _Refused()


class _EventReader:
    """Builds values from the parser's events: they still show anchors, tags, quotes and lines."""

    def __init__(self, text: str, name: str) -> None:
        self._parser = CParser(text)
        self._name = name
        self.lines: dict[YamlPath, int] = {}
        self.faults: list[PlanFault] = []

    def _fault(self, event: Any, message: str, allowed: str = "") -> None:
        self.faults.append(PlanFault(self._name, event.start_mark.line + 1, message, allowed))

    def read(self) -> Any:
        """Read the only document of the stream."""
        self._parser.get_event()
        if self._parser.check_event(StreamEndEvent):
            self.faults.append(PlanFault(self._name, 1, "文件是空的"))
            return None
        start = self._parser.get_event()
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            self._fault(start, "不能用 YAML 指令（%）")
        value = self._value(())
        self._parser.get_event()
        if not self._parser.check_event(StreamEndEvent):
            self._fault(self._parser.get_event(), "一个文件里只能有一份内容（多了 ---）")
        return None if value is _REFUSED else value

    def _value(self, path: YamlPath) -> Any:
        event = self._parser.get_event()
        self.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, AliasEvent):
            self._fault(event, f"不能用引用（*{event.anchor}）", "把内容原样写出来；一段文字以 * 开头的要加引号")
            return _REFUSED
        if event.anchor is not None:
            self._fault(event, f"不能用锚点（&{event.anchor}）", "把内容原样写出来；一段文字以 & 开头的要加引号")
        if event.tag is not None:
            self._fault(event, f"不能用类型标记（{event.tag}）", "直接写值；一段文字以 ! 开头的要加引号")
        if len(path) > _DEPTH:
            raise MarkedYAMLError(problem=f"嵌套超过 {_DEPTH} 层", problem_mark=event.start_mark)
        match event:
            case ScalarEvent():
                return self._scalar(event)
            case MappingStartEvent():
                return self._mapping(path)
            case SequenceStartEvent():
                return self._sequence(path)
            case _:
                raise AssertionError(f"unexpected event {event!r}")

    def _scalar(self, event: Any) -> Any:
        if not event.implicit[0]:
            return event.value  # quoted or a block: always text
        try:
            return read_scalar(event.value)
        except ScalarRefusedError as refused:
            self._fault(event, refused.message, refused.allowed)
            return _REFUSED

    def _mapping(self, path: YamlPath) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        while not self._parser.check_event(MappingEndEvent):
            at = self._parser.peek_event()
            key = self._key()
            if key is _REFUSED:
                self._value((*path, _REFUSED))
                continue
            inner = (*path, key)
            if key in found:
                self._fault(at, f"键“{key}”重复，前一个在第 {self.lines[inner]} 行", "同一处每个键只写一次")
                self._value((*path, _REFUSED))
                continue
            self.lines[inner] = at.start_mark.line + 1
            value = self._value(inner)
            if value is not _REFUSED:
                found[key] = value
        self._parser.get_event()
        return found

    def _key(self) -> Any:
        at = self._parser.peek_event()
        if not isinstance(at, ScalarEvent):
            self._value((_REFUSED,))
            self._fault(at, "键须是一个词", "不能用列表、映射或引用作键")
            return _REFUSED
        key = self._value((_REFUSED,))
        if at.implicit[0] and at.value == "<<":
            self._fault(at, "不能用合并键（<<）", "把内容原样写出来")
            return _REFUSED
        if key is None or isinstance(key, bool):
            self._fault(at, f"“{at.value}”不能作键")
            return _REFUSED
        return key

    def _sequence(self, path: YamlPath) -> list[Any]:
        found: list[Any] = []
        while not self._parser.check_event(SequenceEndEvent):
            value = self._value((*path, len(found)))
            if value is _REFUSED:
                self.lines.pop((*path, len(found)), None)
            else:
                found.append(value)
        self._parser.get_event()
        return found
