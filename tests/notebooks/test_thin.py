"""Notebooks are thin: straight-line calls, text parameters, no outputs kept."""

import ast
import json
from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
BY_HAND = {"start", "explore", "rules"}
SKELETON = Path(__file__).parents[2] / "lib" / "minsheng" / "skeleton" / "notebooks"
ALL = sorted([*NOTEBOOKS.glob("*.ipynb"), *(path for path in SKELETON.glob("*.ipynb") if not path.is_symlink())])
THIN = [path for path in ALL if path.stem not in BY_HAND]
ALLOWED = (ast.Assign, ast.Expr, ast.Import, ast.ImportFrom)
MODULES = {"minsheng", "minsheng.notebook", "minsheng.report"}


def _cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def _code(path: Path) -> list[dict]:
    return [cell for cell in _cells(path) if cell["cell_type"] == "code"]


def test_every_notebook_of_the_architecture_is_there() -> None:
    assert {path.stem for path in ALL} >= BY_HAND - {"rules"} | {
        "medical_aid", "dibao", "elderly_care", "disability_allowance", "two_lines",
        "scoring", "section_scoring", "monthly_report", "bulletin",
    }  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_nothing_that_a_run_made_is_kept(path: Path) -> None:
    for cell in _code(path):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.parametrize("path", THIN, ids=lambda path: path.stem)
def test_a_notebook_is_straight_line_calls(path: Path) -> None:
    cells = _code(path)
    assert len(cells) <= 20
    for cell in cells:
        source = "".join(cell["source"])
        assert len(source.splitlines()) <= 6
        for node in ast.parse(source).body:
            assert isinstance(node, ALLOWED), ast.unparse(node)
            if isinstance(node, ast.ImportFrom):
                assert node.module in MODULES


@pytest.mark.parametrize("path", THIN, ids=lambda path: path.stem)
def test_cells_are_tagged_and_end_with_the_result(path: Path) -> None:
    tags = [cell["metadata"].get("tags", []) for cell in _code(path)]
    assert tags[0] == ["parameters"]
    assert tags[1] == ["setup"]
    assert tags[-1] == ["result"]
    assert all(len(tag) == 1 for tag in tags)


@pytest.mark.parametrize("path", THIN, ids=lambda path: path.stem)
def test_parameters_are_text_literals(path: Path) -> None:
    for node in ast.parse("".join(_code(path)[0]["source"])).body:
        assert isinstance(node, ast.Assign)
        assert isinstance(ast.literal_eval(node.value), str)
