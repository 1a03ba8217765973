"""A file's values against the domain's models: every fault with its line, in Chinese, with what is allowed."""

import re
import types
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from minsheng.plan.located import Located
from minsheng.plan.strict_yaml import YamlPath

M = TypeVar("M", bound=BaseModel)

PRINTED = {"total_yuan": "total_wanyuan", "amount_yuan": "amount_wanyuan", "lowest": "from"}
"""Names that a file writes in another unit, or that Python keeps for itself."""


def validate(located: Located, path: YamlPath, model: type[M]) -> M | None:
    """Turn the value at ``path`` into a model.

    Returns
    -------
    M | None
        ``None`` where it has faults; all of them are then noted in ``located``.
    """
    raw = located.at(path)
    before = len(located.faults)
    _refuse_lookalikes(located, path, model)
    try:
        found = model.model_validate(raw)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _note(located, path, model, detail)
        return None
    return found if len(located.faults) == before else None


def _note(located: Located, root: YamlPath, model: type[BaseModel], detail: ErrorDetails) -> None:
    found, absent = path_in(located.at(root), detail["loc"])
    path = (*root, *found)
    name = PRINTED.get(str(path[-1]), path[-1]) if path else ""
    kind, context = detail["type"], detail.get("ctx", {})
    value = detail["input"]
    if kind == "missing":
        if not located.stands(path):  # what stands there and was refused has its own fault
            located.fault(path[:-1], f"缺少“{name}”", _allowed_of(model, path[len(root) : -1], located, root))
    elif kind == "extra_forbidden":
        located.fault(path, f"不认识的键“{name}”", _allowed_of(model, path[len(root) : -1], located, root))
    elif kind == "too_short" and isinstance(value, list) and len(value) >= context["min_length"]:
        pass  # pydantic counts the items without faults, and each has its own
    elif kind == "value_error":
        if located.is_whole(path):  # else it may follow from what has a fault of its own
            located.fault(path, str(context["error"]))
    else:
        where = (*path, "kind") if kind == "union_tag_invalid" else path
        located.fault(where, *_said(name, kind, value, context, absent=absent))


def _said(name: object, kind: str, value: Any, context: dict[str, Any], *, absent: bool) -> tuple[str, str]:
    """Return what is wrong with a value, and what is allowed."""
    if kind in {"literal_error", "enum"}:
        return f"{_label(name)}不能是“{value}”", _listed(context["expected"])
    if kind == "union_tag_invalid":
        return f"不认识的 kind“{context['tag']}”", _listed(context["expected_tags"])
    if kind == "string_type" and isinstance(value, int | Decimal | date) and not isinstance(value, bool):
        return f"{_label(name)}应为文字，现为没有引号的 {value}", f'加引号："{value}"'
    allowed = _PATTERNS.get(context["pattern"], context["pattern"]) if kind == "string_pattern_mismatch" else ""
    return f"{_label(name)}{_WORDS.get(kind, '写法不对')}{_bounds(context)}{_shown(value, absent)}", allowed


_PATTERNS = {
    r"[A-Z]{3}-[0-9]{3}": "三个大写字母、连字符、三位数字，例如 AID-001",
    r"^[a-z][a-z0-9_]*$": "小写字母开头，其余是小写字母、数字、下划线，例如 road_map",
}


def _listed(expected: object) -> str:
    return str(expected).replace("'", "").replace(" or ", "、").replace(", ", "、")


def _label(name: object) -> str:
    return f"第 {name + 1} 项" if isinstance(name, int) else f"“{name}”"


_WORDS = {
    "string_type": "应为文字",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "date_type": "应为日期（YYYY-MM-DD）",
    "date_parsing": "应为日期（YYYY-MM-DD）",
    "date_from_datetime_parsing": "应为日期（YYYY-MM-DD）",
    "date_from_datetime_inexact": "应为日期（YYYY-MM-DD）",
    "tuple_type": "应为列表",
    "frozen_set_type": "应为列表",
    "dict_type": "应为“键: 值”",
    "model_type": "应为“键: 值”",
    "too_short": "不能是空列表",
    "string_too_short": "不能是空文字",
    "string_pattern_mismatch": "格式不对",
    "greater_than": "太小",
    "less_than": "太大",
    "finite_number": "应为有限的数",
    "int_parsing_size": "位数太多",
    "missing_argument": "不完整",
    "is_instance_of": "写法不对",
    "value_error": "写法不对",
    "dict_attributes_type": "应为“键: 值”",
    "mapping_type": "应为“键: 值”",
    "list_type": "应为列表",
    "union_tag_not_found": "缺少“kind”",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
    "model_attributes_type": "应为“键: 值”",
}


def _bounds(context: dict[str, Any]) -> str:
    words = {"ge": "不得小于", "le": "不得大于", "gt": "应大于", "lt": "应小于"}
    return "".join(f"，{word} {context[key]}" for key, word in words.items() if context.get(key) is not None)


def _shown(value: Any, absent: bool) -> str:
    if absent or isinstance(value, dict | list | tuple):
        return ""
    return f"，现为 {'null' if value is None else value}"


def path_in(value: Any, loc: tuple[int | str, ...]) -> tuple[YamlPath, bool]:
    """Return the path in a value for pydantic's location, which also names union members and ``[key]``.

    Returns
    -------
    tuple
        The path, and whether nothing stands there.
    """
    path: YamlPath = ()
    for position, step in enumerate(loc):
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            path, value = (*path, step), value[step]
        elif isinstance(value, dict) and (key := _key_like(value, step)) is not None:
            path, value = (*path, key), value[key]
        elif position == len(loc) - 1 and isinstance(step, str) and step != "[key]" and isinstance(value, dict):
            return (*path, step), True
    return path, False


def _key_like(value: dict[Any, Any], step: int | str) -> Any:
    return next((key for key in value if key == step or str(key) == str(step)), None)


def _allowed_of(model: type[BaseModel], path: YamlPath, located: Located, root: YamlPath) -> str:
    found = type_at(model, path, located.at(root))
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        return ""
    return "、".join(PRINTED.get(name, name) for name in found.model_fields)


_LOOKALIKE = re.compile(r"\s*[-+.]?\d[\d.e+_-]*\s*$|(?:true|false|yes|no|on|off|[tfyn])$", re.IGNORECASE)


def _refuse_lookalikes(located: Located, root: YamlPath, model: type[BaseModel]) -> None:
    """Refuse what pydantic would quietly turn into another type: ``true`` as 1, 0 as a day, quoted digits and words."""
    raw = located.at(root)
    for path, value in _leaves(raw, ()):
        if not isinstance(value, bool | int) and not (isinstance(value, str) and _LOOKALIKE.match(value)):
            continue
        wanted = type_at(model, path, raw)
        if wanted not in {int, Decimal, bool, date}:
            continue
        place, name = (*root, *path), _label(path[-1])
        right = "日期（YYYY-MM-DD）" if wanted is date else "数字"
        if wanted is bool:
            if isinstance(value, bool):
                continue
            located.fault(place, f"{name}应为 true 或 false，不加引号，现为 {value}")
        elif type(value) is int:
            if wanted is not date:
                continue
            located.fault(place, f"{name}应为{right}，现为 {value}")
        elif isinstance(value, bool):
            located.fault(place, f"{name}应为{right}，现为 {'true' if value else 'false'}")
        else:
            located.fault(place, f"{name}应为{right}，写半角、不加引号，现为“{value}”")
        located.leave_out((), {}, {place})


def _leaves(value: Any, path: YamlPath) -> Iterator[tuple[YamlPath, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _leaves(each, (*path, index))
    else:
        yield path, value


def type_at(annotation: Any, path: YamlPath, raw: Any) -> Any:
    """Return what the models want at a path; ``None`` where they know of no such thing."""
    wanted = _plain_type(annotation, raw)
    for step in path:
        inner: Any = None
        if isinstance(wanted, type) and issubclass(wanted, BaseModel):
            field = wanted.model_fields.get(step) if isinstance(step, str) else None
            inner = field.annotation if field is not None else None
        elif get_origin(wanted) in {tuple, frozenset, list}:
            inner = get_args(wanted)[0]
        elif get_origin(wanted) is dict:
            inner = get_args(wanted)[1]
        if inner is None:
            return None
        raw = raw.get(step) if isinstance(raw, dict) else raw[step] if isinstance(raw, list) else None
        wanted = _plain_type(inner, raw)
    return wanted


def _plain_type(annotation: Any, raw: Any) -> Any:
    """Strip ``Annotated`` and ``| None``; of several models take the one that ``kind`` names."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) not in {Union, types.UnionType}:
        return annotation
    members = [_plain_type(member, raw) for member in get_args(annotation) if member is not type(None)]
    if len(members) == 1:
        return members[0]
    if isinstance(raw, dict) and all("items" in getattr(each, "model_fields", ()) for each in members[:1]):
        return members[0] if "items" in raw else members[1]
    kind = raw.get("kind") if isinstance(raw, dict) else None
    return next((member for member in members if kind in _kinds(member)), None)


def _kinds(member: Any) -> tuple[Any, ...]:
    if not (isinstance(member, type) and issubclass(member, BaseModel)) or "kind" not in member.model_fields:
        return ()
    annotation = member.model_fields["kind"].annotation
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(annotation) if isinstance(annotation, type) and issubclass(annotation, Enum) else ()
