"""Every key has a sentence; what the plans here say is what their schemas allow, and typing mistakes are not."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from jsonschema import Draft7Validator

from minsheng.commands.plans.plan_schema import SCHEMA_FOLDER, modeline, schemas
from minsheng.domain.area import Area
from minsheng.domain.base import Frozen
from minsheng.domain.rubric import RubricBranch
from minsheng.domain.table import Table
from minsheng.handbook.plan_keys import written
from minsheng.intake.rules.rule import Derived, Rule
from minsheng.plan.located import Located
from minsheng.plan.plan_files import LISTS
from minsheng.plan.schemas import FILES, example, models_of, printed, sentence
from minsheng.plan.shorthand import share_of_heading, write_out
from minsheng.plan.strict_yaml import YamlFile, YamlPath, parse_yaml, read_texts
from minsheng.plan.validation import validate

ROOT = Path(__file__).parents[2]
SKELETON = ROOT / "lib/minsheng/skeleton/params/YEAR"
PLANS = (ROOT / "params/2017", ROOT / "tests/other_city/params/2026", SKELETON)
MADE = {name.removesuffix(".json"): json.loads(content) for name, content in schemas().items()}
MODELS: dict[str, list[type[Frozen]]] = {**{name: models_of(name) for name in FILES}, "expectations": [Rule, Derived]}
OURS = {"document": "ours", "why": "例子"}
WRITTEN = [(folder, path) for folder in PLANS for path in sorted(folder.rglob("*.yaml"))]


def as_json(value: Any) -> Any:
    match value:
        case dict():
            return {str(key): as_json(each) for key, each in value.items()}
        case list():
            return [as_json(each) for each in value]
        case Decimal():
            return float(value)
        case date():
            return value.isoformat()
        case _:
            return value


def faults(folder: Path, path: Path, content: str) -> list[str]:
    inner = path.relative_to(folder)
    value = parse_yaml(content.replace("YEAR", "2026").encode(), path.name).value
    return [
        error.message for error in Draft7Validator(MADE[inner.parent.name or inner.stem]).iter_errors(as_json(value))
    ]


def test_every_key_of_every_file_has_a_sentence_and_an_example_and_none_is_of_no_key() -> None:
    keys = [(model, key) for models in MODELS.values() for model in models for key in model.model_fields]
    for said, file in ((sentence, "keys.yaml"), (example, "examples.yaml")):
        lacking = {f"{model.__name__}.{key}" for model, key in keys if not _is_said(said, model, key)}
        assert not lacking, f"write a line into lib/minsheng/plan/{file} for each of {sorted(lacking)}"
        known = {key for _, key in keys} | {f"{model.__name__}.{key}" for model, key in keys}
        assert set(read_texts(ROOT / "lib/minsheng/plan" / file)) <= known


def _is_said(said: Callable[[type[Frozen], str], str], model: type[Frozen], key: str) -> bool:
    try:
        return bool(said(model, key))
    except KeyError:
        return False


@pytest.mark.parametrize("name", MODELS)
def test_every_example_is_read_as_the_file_would_be(name: str) -> None:
    """Each stands alone in a file: what the rest lacks is no fault of its own."""
    for model in MODELS[name]:
        for key in model.model_fields:
            line = f"{written(key)}: {example(model, key)}"
            parsed = parse_yaml(line.encode(), "例子")
            assert not parsed.faults, f"{model.__name__}.{key}: {parsed.faults}"
            root = model if name == "expectations" else FILES[name]
            value, path = _wrapped(root, model, key, parsed.value[printed(key)])
            inside = (name, 0) if name in LISTS else ()
            whole = {name: [value], "source": OURS} if name in LISTS else value
            located = Located(YamlFile("例子", whole, {(): 1, (*inside, *path): 2}))
            if name in LISTS:
                share_of_heading(located, name)
            write_out(name, located)
            validate(located, inside, root)
            faults = [str(fault) for fault in located.faults if fault.line == 2]
            assert not faults, f"lib/minsheng/plan/examples.yaml {model.__name__}.{key}: {faults}"


def _wrapped(annotation: Any, model: type[Frozen], key: str, example_value: Any) -> tuple[Any, YamlPath] | None:
    """Put an example where a file has it: in the first place that holds such a model."""
    if annotation is model:
        about = {"items": []} if model is RubricBranch and key != "items" else {}
        return {**_beside(model), **about, printed(key): example_value}, (printed(key),)
    is_model = isinstance(annotation, type) and issubclass(annotation, Frozen)
    fields = annotation.model_fields if is_model else {}
    inner = [(name, field.annotation) for name, field in fields.items()] or [
        ("", each) for each in get_args(annotation)
    ]
    for name, each in inner:
        found = _wrapped(each, model, key, example_value)
        if found and is_model:
            return {**_beside(annotation), printed(name): found[0]}, (printed(name), *found[1])
        if found:
            step = {dict: ("city",), tuple: (0,)}.get(get_origin(annotation), ())
            holder = {dict: {"city": found[0]}, tuple: [found[0]]}.get(get_origin(annotation), found[0])
            return holder, (*step, *found[1])
    return None


def _beside(model: type[Frozen]) -> dict[str, Any]:
    """Return what says which model it is, and what its parts take from it."""
    fields = model.model_fields
    kind = {"kind": get_args(fields["kind"].annotation)[0]} if "kind" in fields and model not in {Area, Table} else {}
    return {**kind, **({"source": OURS} if "source" in fields else {})}


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_schema_is_one_and_lies_where_the_plan_is(name: str) -> None:
    Draft7Validator.check_schema(MADE[name])
    assert (ROOT / "params" / SCHEMA_FOLDER / f"{name}.json").read_bytes() == schemas()[f"{name}.json"]


@pytest.mark.parametrize(("folder", "path"), WRITTEN, ids=lambda path: path.name)
def test_a_file_names_its_schema_first_and_keeps_to_it(folder: Path, path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    first = content.splitlines()[0]
    if folder == SKELETON:
        assert first == modeline(path, folder)  # init writes the schemas there
    else:
        name = path.parent.name if path.parent != folder else path.stem
        assert (path.parent / first.split("$schema=")[1]).resolve() == ROOT / "params" / SCHEMA_FOLDER / f"{name}.json"
    assert faults(folder, path, content) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("areas.yaml", "name: 苍溪县", "nmae: 苍溪县", "nmae"),
        ("areas.yaml", "kind: county", "kind: town", "town"),
        ("funds.yaml", "total_wanyuan: 8500", "total_yuan: 8500", "total_yuan"),
        ("indicators.yaml", "direction: at_least", "direction: at_best", "at_best"),
        ("rubric_county.yaml", "{kind: counted, target: 12", "{kind: counted, goal: 12", "goal"),
        ("tables/dibao.yaml", "type: integer", "type: number", "number"),
        ("expectations/dibao.yaml", "severity: critical", "severity: grave", "grave"),
    ],
)
def test_a_mistake_is_seen_while_typing(file: str, old: str, new: str, told: str) -> None:
    folder = PLANS[0]
    content = (folder / file).read_text(encoding="utf-8")
    assert old in content
    assert any(told in fault for fault in faults(folder, folder / file, content.replace(old, new, 1)))
