"""Notebooks are thin: the product's own rules say so of every one, and name whatever breaks them."""

import json
from pathlib import Path

import pytest

from minsheng.runs.released_code import OriginKind, notebook_origin
from minsheng.runs.thin_notebooks import broken_rules

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
BY_HAND = {"desk", "start", "explore", "rules"}
SKELETON = Path(__file__).parents[2] / "lib" / "minsheng" / "skeleton" / "notebooks"
ALL = sorted([*NOTEBOOKS.glob("*.ipynb"), *(path for path in SKELETON.glob("*.ipynb") if not path.is_symlink())])
THIN = [path for path in ALL if path.stem not in BY_HAND]


def test_every_notebook_of_the_architecture_is_there() -> None:
    assert {path.stem for path in ALL} >= BY_HAND - {"rules"} | {
        "medical_aid", "dibao", "elderly_care", "disability_allowance", "two_lines",
        "scoring", "section_scoring", "monthly_report", "bulletin",
    }  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_nothing_that_a_run_made_is_kept(path: Path) -> None:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.parametrize("path", THIN, ids=lambda path: path.stem)
def test_a_notebook_keeps_the_rules(path: Path) -> None:
    assert broken_rules(path.read_bytes()) == []


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_notebook_is_the_one_that_the_release_lists(path: Path) -> None:
    """``make digests`` writes the list anew."""
    assert notebook_origin(path.name, path).kind == OriginKind.RELEASED
    assert notebook_origin(path.name, path).words == ""


def changed(cell: int, more: str, name: str = "scoring") -> bytes:
    notebook = json.loads((NOTEBOOKS / f"{name}.ipynb").read_bytes())
    code = [each for each in notebook["cells"] if each["cell_type"] == "code"]
    code[cell]["source"] = ["".join(code[cell]["source"]) + more]
    return json.dumps(notebook).encode()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (changed(1, "\nfor each in (): pass"), "第 2 个代码格有赋值、调用、导入以外的语句"),
        (changed(1, "\nx = [each for each in ()]"), "第 2 个代码格有带循环、条件或定义的表达式"),
        (changed(1, "\nx = dossier if dossier else None"), "第 2 个代码格有带循环"),
        (changed(1, "\nimport os"), "第 2 个代码格导入了 os"),
        (changed(1, "\nfrom pathlib import Path"), "第 2 个代码格导入了 pathlib"),
        (changed(1, "\na = 1\nb = 2\nc = 3"), "第 2 个代码格有 7 行，至多 6 行"),
        (changed(2, "\n%time 1"), "第 3 个代码格不是 Python 语句"),
        (changed(0, "\nlimit = 3"), "参数格应只有"),
        (b"{}", "不是能读的笔记本"),
        (b"\xff", "不是能读的笔记本"),
        (b'{"cells": []}', "标签应以 parameters"),
        (b'{"cells": [{"cell_type": "code"}]}', "不是能读的笔记本"),
    ],
)
def test_a_changed_notebook_is_named_with_the_rules_that_it_breaks(content: bytes, rule: str) -> None:
    origin = notebook_origin("scoring.ipynb", content)
    assert origin.kind == OriginKind.CHANGED
    assert any(each.startswith(rule) or rule in each for each in origin.breaks), origin.breaks
    assert origin.words.startswith("改动过的笔记本 scoring.ipynb：与程序发布的不同，并且")


def test_a_thin_change_is_a_change_and_a_bureau_s_own_notebook_is_none() -> None:
    content = changed(1, "\n")
    assert broken_rules(content) == []
    assert notebook_origin("scoring.ipynb", content).words == "改动过的笔记本 scoring.ipynb：与程序发布的不同"
    own = notebook_origin("heating.ipynb", b"whatever it is")
    assert (own.kind, own.words) == (OriginKind.OWN, "本单位笔记本 heating.ipynb")
