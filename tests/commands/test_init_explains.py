"""The workspace of ``init`` explains itself: each file says what it is and what to change first, and each is needed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.conftest import ROOT

from minsheng.commands.init import start_workspace
from minsheng.commands.plans.plan_schema import modeline
from minsheng.plan import load_plan, plan_faults
from minsheng.plan.plan_files import LISTS
from minsheng.plan.strict_yaml import read_yaml
from minsheng.workspace import Settings

YEAR = 2026
FIRST = "# 先改："


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("init") / "bureau"
    start_workspace(root, YEAR)
    return root


def _comment(path: Path) -> list[str]:
    """Return a file's first comment block."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return lines[: next(n for n, line in enumerate(lines) if not line.startswith("#"))]


def test_each_file_of_the_plan_begins_with_its_schema_what_it_is_and_what_to_change_first(root: Path) -> None:
    folder = root / "params" / str(YEAR)
    files = sorted(folder.rglob("*.yaml"))
    assert len(files) > 20
    for path in files:
        schema, about, first, *_ = _comment(path)
        assert schema == modeline(path, folder), path
        assert re.match(r"# .*[\u4e00-\u9fff]", about), path
        assert first.startswith(FIRST), f"{path.name}: 第三行应为“{FIRST}…”：这个文件先改什么"


def test_every_other_file_explains_itself(root: Path) -> None:
    assert any(line.startswith(FIRST) for line in _comment(root / "minsheng.toml"))
    assert _comment(root / ".gitignore")
    for folder in (root, root / "data", root / "outputs", root / "notebooks"):
        assert re.search("[\u4e00-\u9fff]", (folder / "README.md").read_text(encoding="utf-8")), folder
    notebooks = root / "notebooks"
    assert named_in(notebooks / "README.md", "ipynb") == {path.name for path in notebooks.glob("*.ipynb")}


def named_in(readme: Path, ending: str) -> set[str]:
    return set(re.findall(rf"`(\w+\.{ending})`", readme.read_text(encoding="utf-8").split("小样没有")[0]))


def test_the_readme_names_every_file_that_is_there_and_no_other(root: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    there = {path.name for path in (root / "params" / str(YEAR)).glob("*.yaml")}
    assert named_in(root / "README.md", "yaml") == there
    for path in root.iterdir():
        assert f"`{path.name}{'/' * path.is_dir()}" in readme or path.name in {"README.md", ".gitignore", "params"}, (
            path
        )


def test_the_plan_has_nothing_that_nothing_needs(root: Path) -> None:
    folder = root / "params" / str(YEAR)
    assert plan_faults(root / "params", YEAR) == []
    plan = load_plan(root / "params", YEAR)
    texts = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")}
    ids = {
        "projects": [each.id for each in plan.projects],
        "indicators": [each.id for each in plan.indicators],
        "parameters": [each.id for each in plan.parameters],
        "funds": [part.id for line in plan.funds for part in line.parts],
    }
    assert set(ids) <= set(LISTS)
    for name, own in ids.items():
        for each in own:
            others = [text for path, text in texts.items() if path != folder / f"{name}.yaml"]
            assert any(re.search(rf"\b{each}\b", text) for text in others), f"{name}.yaml 的 {each} 没有文件用到"
        assert own or not (folder / f"{name}.yaml").exists()
    for path in texts:
        assert read_yaml(path).value, path


def _settings(model: type[BaseModel]) -> Iterator[str]:
    for key, field in model.model_fields.items():
        yield key
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _settings(inner)


@pytest.mark.parametrize("path", [ROOT / "minsheng.toml", ROOT / "lib/minsheng/skeleton/minsheng.toml"])
def test_each_setting_stands_in_the_settings_file_with_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for key in _settings(Settings):
        said = re.search(rf"\b{key}\b", text)
        assert said, f"{path} 没有写到设置 {key}：加一行（没有设的以 # 开头）和说明"


def test_both_settings_files_say_the_same() -> None:
    ours, new = ((ROOT / each / "minsheng.toml").read_text(encoding="utf-8") for each in (".", "lib/minsheng/skeleton"))
    own = re.compile(r"^(site_title|# fonds) = .*$", re.MULTILINE)
    assert own.sub("", ours) == own.sub("", new)
