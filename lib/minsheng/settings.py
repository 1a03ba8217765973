"""Typed settings from ``minsheng.toml`` and the environment: every key of a model, whatever keys it has."""

import json
import os
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from minsheng.errors import UsageError

S = TypeVar("S", bound=BaseModel)

PREFIX = "MINSHENG_"

_NEAR = 0.75
"""How much of two names must be the same, from 0 to 1, for one to be a slip for the other."""


def variable(key: str) -> str:
    """Return the environment variable that sets a key: ``jobs`` is ``MINSHENG_JOBS``, ``fonts.folder`` has ``_``."""
    return f"{PREFIX}{key.replace('.', '_').upper()}"


def read_settings(
    path: Path,
    model: type[S],
    environment: Mapping[str, str] | None = None,
    *,
    others: Collection[str] = (),
    before: Callable[[Path, Mapping[str, object]], None] | None = None,
) -> S:
    """Read a file's settings, each overridden by its environment variable.

    Parameters
    ----------
    path
        A TOML file; values are taken as they are typed there (``jobs = "4"`` is no number).
    model
        Names the keys, their types, bounds and defaults; a model as a key's type is a table of the file.
    environment
        By default the process's. A name that is nearly one of ours is a slip and is refused; others are none of ours.
    others
        Variables with our prefix that are no settings.
    before
        Called with the path and all that the file holds before its keys are judged: a newer version's file may have
        keys that this program does not know.

    Raises
    ------
    UsageError
        With every fault: file or variable, key, value, what is allowed.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise UsageError(f"{path} 无法读取：{fault}") from fault
    if before is not None:
        before(path, values)
    reading = _Reading(path, os.environ if environment is None else environment, [])
    found = reading.table(values, model, "")
    reading.faults.extend(_slips(reading.environment, {*map(variable, _keys(model, "", values)), *others}))
    if reading.faults:
        raise UsageError("\n".join(reading.faults))
    return model.model_validate(found)


@dataclass(frozen=True)
class _Reading:
    path: Path
    environment: Mapping[str, str]
    faults: list[str]

    def table(self, values: Mapping[str, Any], model: type[BaseModel], above: str) -> dict[str, Any]:
        """Return the values of one table that are set, in the file or by the environment."""
        unknown = sorted(f"{above}{key}" for key in set(values) - set(model.model_fields))
        if unknown:
            known = "、".join(f"{above}{key}" for key in model.model_fields)
            self.faults.append(f"{self.path} 中有不认识的设置 {'、'.join(unknown)}；可用的设置：{known}")
        found: dict[str, Any] = {}
        for key, field in model.model_fields.items():
            name = f"{above}{key}"
            inner, named = _inner(field.annotation)
            if inner is not None:
                table = values.get(key, {})
                if not isinstance(table, Mapping):
                    self.faults.append(f"{self.path} 的 {name}：“{table}”不能用。应为一个表 [{name}]")
                elif named:
                    found |= {key: self._tables(table, inner, f"{name}.")}
                else:
                    found |= {key: self.table(table, inner, f"{name}.")}
            elif variable(name) in self.environment or key in values:
                self._value(name, field, values.get(key), found, key)
        return found

    def _tables(self, values: Mapping[str, Any], model: type[BaseModel], above: str) -> dict[str, Any]:
        """Return tables that a person named: ``[notices.office]``."""
        found = {}
        for name, table in values.items():
            if isinstance(table, Mapping):
                found[name] = self.table(table, model, f"{above}{name}.")
            else:
                self.faults.append(f"{self.path} 的 {above}{name}：“{table}”不能用。应为一个表 [{above}{name}]")
        return found

    def _value(self, name: str, field: FieldInfo, given: Any, found: dict[str, Any], key: str) -> None:
        text = self.environment.get(variable(name))
        where = f"{self.path} 的 {name}" if text is None else f"环境变量 {variable(name)}"
        kind: Any = Annotated[field.annotation, field]
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        try:
            if text is None:
                found[key] = adapter.validate_json(json.dumps(given, default=str), strict=True)
            elif get_origin(field.annotation) is tuple:
                found[key] = adapter.validate_python(text.replace("，", ",").split(","))
            else:
                found[key] = adapter.validate_strings(text)
        except ValidationError:
            shown = given if text is None else text
            self.faults.append(f"{where}：“{shown}”不能用。应为{allowed(field)}")


def _inner(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model of a table, and whether there are several, each under a name that a person gave."""
    several = get_origin(annotation) is dict
    kind = get_args(annotation)[1] if several else annotation
    return (kind, several) if isinstance(kind, type) and issubclass(kind, BaseModel) else (None, False)


def _keys(model: type[BaseModel], above: str, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of every setting; those of a table after its name and a point."""
    for key, field in model.model_fields.items():
        inner, named = _inner(field.annotation)
        table = values.get(key)
        within = table if isinstance(table, Mapping) else {}
        if inner is None:
            yield f"{above}{key}"
        elif named:
            for name in within:
                yield from _keys(inner, f"{above}{key}.{name}.", {})
        else:
            yield from _keys(inner, f"{above}{key}.", within)


def _slips(environment: Mapping[str, str], known: Collection[str]) -> list[str]:
    """Return in words which variables are nearly the name of one that we read."""
    bare = {name.removeprefix(PREFIX): name for name in known}
    found = []
    for name in sorted(set(environment) - set(known)):
        if not name.upper().startswith(PREFIX):
            continue
        # Every letter counts once the prefix is gone, which they all share.
        near = get_close_matches(name.removeprefix(PREFIX).upper(), bare, n=1, cutoff=_NEAR)
        if near:
            found.append(f"环境变量 {name} 不认识，可能想写 {bare[near[0]]}：请改名或删去（unset {name}）")
    return found


def allowed(field: FieldInfo) -> str:
    """Say in Chinese what a setting may be: its kind and its bounds."""
    said = _kind(field.annotation)
    for rule in field.metadata:
        for name, words in _BOUNDS.items():
            bound = getattr(rule, name, None)
            if bound is not None:
                said += words.format(bound)
    return said


_BOUNDS = {
    "ge": "，不小于 {}",
    "gt": "，大于 {}",
    "le": "，不大于 {}",
    "lt": "，小于 {}",
    "min_length": "，不能空着",
    "pattern": "，写法 {}",
}

_KINDS = {bool: "true 或 false", int: "整数", float: "数字", str: "文字", Path: "路径"}


def _kind(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return "、".join(str(each) for each in get_args(annotation))
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    if origin is tuple:
        return f"一项或几项（文件中写成 […]，环境变量中用逗号隔开），每项为{_kind(get_args(annotation)[0])}"
    if origin in {Union, UnionType}:
        return "或".join(_kind(each) for each in get_args(annotation) if each is not type(None))
    return _KINDS.get(annotation, getattr(annotation, "__name__", str(annotation)))
