"""Every key has a sentence; what the plans here say is what their schemas allow, and typing mistakes are not."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from minsheng.commands.plan_schema import SCHEMA_FOLDER, modeline, schemas
from minsheng.handbook.plan_keys import keys_chapter
from minsheng.plan.schemas import FILES, models_of, sentence
from minsheng.plan.strict_yaml import parse_yaml, read_texts

ROOT = Path(__file__).parents[2]
SKELETON = ROOT / "lib/minsheng/skeleton/params/YEAR"
PLANS = (ROOT / "params/2017", ROOT / "tests/other_city/params/2026", SKELETON)
MADE = {name.removesuffix(".json"): json.loads(content) for name, content in schemas().items()}
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


def test_every_key_of_every_file_has_a_sentence_and_no_sentence_is_of_no_key() -> None:
    named = {(model.__name__, key) for name in FILES for model in models_of(name) for key in model.model_fields}
    for name in FILES:
        for model in models_of(name):
            for key in model.model_fields:
                assert sentence(model, key), f"{model.__name__}.{key}"
    known = {key for _, key in named} | {f"{model}.{key}" for model, key in named}
    assert set(read_texts(ROOT / "lib/minsheng/plan/keys.yaml")) <= known


def test_the_chapter_of_keys_is_the_one_that_the_models_give() -> None:
    assert (ROOT / "lib/minsheng/handbook/chapters/plan_keys.md").read_text(encoding="utf-8") == keys_chapter()


@pytest.mark.parametrize("name", sorted(MADE))
def test_a_schema_is_one_and_lies_where_the_plan_is(name: str) -> None:
    Draft7Validator.check_schema(MADE[name])
    assert (ROOT / "params" / SCHEMA_FOLDER / f"{name}.json").read_bytes() == schemas()[f"{name}.json"]


@pytest.mark.parametrize(("folder", "path"), WRITTEN, ids=lambda path: path.name)
def test_a_file_names_its_schema_first_and_keeps_to_it(folder: Path, path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert content.splitlines()[0] == modeline(path, folder)
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
