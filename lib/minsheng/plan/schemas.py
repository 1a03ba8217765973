"""What every key of the plan's files means, and JSON Schema for editors: made from the models that read the files."""

import warnings
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import PydanticJsonSchemaWarning

from minsheng.domain.base import Frozen
from minsheng.domain.table import Table
from minsheng.plan.canonical import models_in
from minsheng.plan.plan_files import LISTS, WHOLE
from minsheng.plan.strict_yaml import read_texts
from minsheng.plan.validation import PRINTED

_SENTENCES = Path(__file__).with_name("keys.yaml")

FILES: dict[str, type[BaseModel]] = {**WHOLE, **LISTS, "tables": Table}
"""File name without ending → the model of what it holds, or of one of its items."""

_NUMBER = {"type": "number"}

_MONTH = {"type": "string", "pattern": r"^\d{4}-\d{2}$"}


@cache
def _sentences() -> dict[str, str]:
    return {str(key): str(value) for key, value in read_texts(_SENTENCES).items()}


def sentence(model: type[BaseModel], key: str) -> str:
    """Return what a key of a model means; KeyError if nobody has said it."""
    said = _sentences()
    return said.get(f"{model.__name__}.{key}") or said[key]


def printed(key: str) -> str:
    """Return a key as the files write it."""
    return PRINTED.get(key, key)


def models_of(name: str) -> list[type[Frozen]]:
    """Return the models of a file, what it holds first, each once."""
    found: list[type[Frozen]] = []

    def visit(model: type[Frozen]) -> None:
        if model not in found:
            found.append(model)
            for field in model.model_fields.values():
                for inner in models_in(field.annotation):
                    visit(inner)

    for model in models_in(FILES[name]):
        visit(model)
    return found


def allowed(model: type[BaseModel], key: str) -> str:
    """Say what a key may hold, in words."""
    field = model.model_fields[key]
    words = "、".join(dict.fromkeys(_words(field.annotation)))
    bounds = [
        f"{word} {getattr(each, name)}"
        for each in field.metadata
        for name, word in (("ge", "不小于"), ("le", "不大于"), ("gt", "大于"), ("lt", "小于"))
        if getattr(each, name, None) is not None
    ]
    return "，".join(filter(None, [words, *bounds]))


def is_needed(model: type[BaseModel], key: str) -> bool:
    """Whether a key must stand in the file."""
    return model.model_fields[key].is_required()


def _words(annotation: Any) -> Iterator[str]:
    if get_origin(annotation) is Literal:
        yield from map(str, get_args(annotation))
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from (str(member) for member in annotation)
    elif annotation is bool:
        yield from ("true", "false")
    elif get_origin(annotation) is not dict:
        for each in get_args(annotation):
            yield from _words(each)


def schema_of(name: str, model: type[BaseModel] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of one kind of file, as it is written: with its shorthand, keys in Chinese words."""
    with warnings.catch_warnings():
        # Decimals' defaults are texts, which JSON Schema is not told.
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)
        made = (model or FILES[name]).model_json_schema(ref_template="#/$defs/{model}", mode="validation")
    definitions: dict[str, Any] = made.pop("$defs", {})
    known = {each.__name__: each for each in models_of(name)} if model is None else {}
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
