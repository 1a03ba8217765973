"""What every key of the plan's files means, and JSON Schema for editors: made from the models that read the files."""

import types
import warnings
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import PydanticJsonSchemaWarning

from minsheng.domain.base import Frozen, plain
from minsheng.domain.period import Period
from minsheng.domain.table import Column, Table
from minsheng.plan.canonical import models_in
from minsheng.plan.plan_files import LISTS, WHOLE
from minsheng.plan.strict_yaml import read_texts
from minsheng.plan.validation import PRINTED

_SENTENCES = Path(__file__).with_name("keys.yaml")

_EXAMPLES = Path(__file__).with_name("examples.yaml")

FILES: dict[str, type[BaseModel]] = {**WHOLE, **LISTS, "tables": Table}
"""File name without ending → the model of what it holds, or of one of its items."""

_NUMBER = {"type": "number"}

_MONTH = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}


@cache
def _said(path: Path) -> dict[str, str]:
    return {str(key): str(value) for key, value in read_texts(path).items()}


def sentence(model: type[BaseModel], key: str) -> str:
    """Return what a key of a model means; KeyError if nobody has said it."""
    said = _said(_SENTENCES)
    return said.get(f"{model.__name__}.{key}") or said[key]


def example(model: type[BaseModel], key: str) -> str:
    """Return what a file may write after a key: of a few words the first; KeyError if nobody has given one."""
    said = _said(_EXAMPLES)
    given = said.get(f"{model.__name__}.{key}")
    words = list(_choices(model.model_fields[key].annotation))
    # What looks like a number or a comparison is quoted in the file that gives it.
    return given or (words[0] if words else said[key])


def printed(key: str) -> str:
    """Return a key as the files write it."""
    return PRINTED.get(key, key)


def models_of(name: str) -> list[type[Frozen]]:
    """Return the models of a file, what it holds first, each once."""
    return [each for model in models_in(FILES[name]) for each in within(model)]


def within(model: type[Frozen]) -> list[type[Frozen]]:
    """Return a model and those that its keys hold, at any depth, each once."""
    found: list[type[Frozen]] = []

    def visit(model: type[Frozen]) -> None:
        if model not in found:
            found.append(model)
            for field in model.model_fields.values():
                for inner in models_in(field.annotation):
                    visit(inner)

    visit(model)
    return found


def allowed(model: type[BaseModel], key: str) -> str:
    """Say what a key may hold, in words: its kind, its words, its bounds."""
    field = model.model_fields[key]
    bounds = [
        f"{word} {getattr(each, name)}"
        for each in field.metadata
        for name, word in (("ge", "不小于"), ("le", "不大于"), ("gt", "大于"), ("lt", "小于"), ("pattern", "形如"))
        if getattr(each, name, None) is not None
    ]
    # A null says no more than leaving the key out does, where that is allowed.
    kind = _kind(field.annotation).removesuffix("" if field.is_required() else "或null")
    unless = field.get_default()
    told = plain(unless) if isinstance(unless, Decimal) else str(unless).lower() if isinstance(unless, bool) else unless
    default = f"不写即 {told}" if isinstance(told, str | int) and told != "" else ""
    return "，".join(filter(None, [kind, *bounds, default]))


def is_needed(model: type[BaseModel], key: str) -> bool:
    """Whether a key must stand in the file."""
    return model.model_fields[key].is_required()


_KINDS: dict[Any, str] = {
    str: "文字", Decimal: "数", int: "整数", date: "日期", bool: "true、false", Period: "月份（YYYY-MM）",
    type(None): "null", Any: "照规则种类",
}  # fmt: skip


def _kind(annotation: Any) -> str:
    """Say what an annotation means to whoever writes a file."""
    choices, origin = "、".join(_choices(annotation)), get_origin(annotation)
    if annotation in _KINDS:
        return _KINDS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation.__name__
    if origin is dict:
        key, value = (_kind(each) for each in get_args(annotation))
        return f"{{{key}: {value}}}"
    if origin in {tuple, frozenset}:
        return f"[{_kind(get_args(annotation)[0])}]"
    if origin is Annotated:
        return _kind(get_args(annotation)[0])
    return choices or "或".join(dict.fromkeys(_kind(each) for each in get_args(annotation)))


def _choices(annotation: Any) -> Iterator[str]:
    """Iterate over the words that a key may hold, where there are only a few."""
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from (str(member) for member in annotation)
    elif annotation is bool:
        yield from ("true", "false")
    elif get_origin(annotation) in {Union, types.UnionType}:
        some = [each for each in get_args(annotation) if each is not type(None)]
        yield from _choices(some[0]) if len(some) == 1 else ()


def schema_of(name: str, model: type[Frozen] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of one kind of file, as it is written: with its shorthand, keys in Chinese words."""
    with warnings.catch_warnings():
        # Decimals' defaults are texts, which JSON Schema is not told.
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)
        made = (model or FILES[name]).model_json_schema(ref_template="#/$defs/{model}", mode="validation")
    definitions: dict[str, Any] = made.pop("$defs", {})
    known = {each.__name__: each for each in (models_of(name) if model is None else within(model))}
    for title, definition in {**definitions, made.get("title", ""): made}.items():
        # What a model is said to be is English, for whoever changes the program.
        definition.pop("description", None)
        if title in known:
            _described(known[title], definition)
    _as_written(name, definitions, made)
    if name in LISTS:
        shared = {"source": {"$ref": "#/$defs/Source"}, "defaults": {"type": "object"}}
        title = made["title"]
        definitions[title] = made
        made = {
            "type": "object",
            "properties": {name: {"type": "array", "items": {"$ref": f"#/$defs/{title}"}}, **shared},
            "required": [name],
            "additionalProperties": False,
        }
    return {"$schema": "http://json-schema.org/draft-07/schema#", **made, "$defs": definitions}


def _described(model: type[BaseModel], definition: dict[str, Any]) -> None:
    properties = definition.get("properties", {})
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    for key in list(properties):
        told = {"description": sentence(model, key)}
        properties[printed(key)] = {**_plain(properties.pop(key)), **told}
    # Sources and a rule's settings may stand once at the head of a file.
    lent = {"source"} if "kind" not in properties else set(required) - {"kind"}
    definition["required"] = [printed(key) for key in required if key not in lent]
    definition["additionalProperties"] = False


def _plain(value: Any) -> Any:
    """Write decimals, which JSON writes as text, as the numbers that a file holds; leave out titles and defaults."""
    match value:
        case {"anyOf": [*some]} if _NUMBER in some:
            rest = [each for each in some if each != _NUMBER and "pattern" not in each]
            told = {key: _plain(each) for key, each in value.items() if key not in {"anyOf", "title", "default"}}
            return {**told, "anyOf": [_NUMBER, *rest]} if rest else {**told, **_NUMBER}
        case dict():
            return {key: _plain(each) for key, each in value.items() if key not in {"title", "default"}}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def _as_written(name: str, definitions: dict[str, Any], made: dict[str, Any]) -> None:
    """Allow what the files say shortly."""
    fraction = {"anyOf": [_NUMBER, {"type": "string", "pattern": r"^\d+/\d+$"}]}
    if name == "indicators":
        target = {"anyOf": [_NUMBER, {"type": "string"}, {"$ref": "#/$defs/Target"}]}
        made["properties"]["targets"]["additionalProperties"] = target
        shared = {"type": "object", "additionalProperties": fraction}
        made["properties"]["schedule"] = {**made["properties"]["schedule"], "anyOf": [shared, {"type": "null"}]}
    if name == "schedule":
        made["properties"]["by_month"]["additionalProperties"] = fraction
    if name == "rubric_county":
        made["properties"]["rule_defaults"] = {
            "type": "object",
            "description": "各种计分办法共用的设置：{kind: {键: 值}}，小项没有写的照此",
        }
    for definition in (*definitions.values(), made):
        for key in ("first_month", "since"):
            if key in definition.get("properties", {}):
                told = definition["properties"][key].get("description", "")
                definition["properties"][key] = {**_MONTH, "description": told}


def expectations_schema(rule: type[Frozen], derived: type[Frozen]) -> dict[str, Any]:
    """Return the schema of one file under ``expectations/``."""
    made = {model.__name__: schema_of("tables", model) for model in (rule, derived, Column)}
    definitions: dict[str, Any] = {}
    for schema in made.values():
        definitions |= schema.pop("$defs", {})
        schema.pop("$schema", None)
    definitions |= made
    rules = definitions[rule.__name__]["properties"]
    # One change, or several.
    rules["bad"] = {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}

    def list_of(model: type[Frozen]) -> dict[str, Any]:
        return {"type": "array", "items": {"$ref": f"#/$defs/{model.__name__}"}}

    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {
            "table": {"type": "string", "description": "表的编号，与文件名相同"},
            "printed": {**list_of(Column), "description": "表上印着、可由别的数核对的列"},
            "derive": {**list_of(derived), "description": "由别的表或方案算出、供规则用的列"},
            "rules": {**list_of(rule), "description": "校验规则，至少一条"},
        },
        "required": ["table", "rules"],
        "additionalProperties": False,
        "$defs": definitions,
    }
