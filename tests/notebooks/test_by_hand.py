"""Notebooks as an analyst runs them: a real kernel, default parameters, nothing written under outputs/."""

import hashlib
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from minsheng.workspace import Workspace

NOTEBOOKS = sorted(path.stem for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def _tree(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and "ledger" not in path.name)
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _execute(workspace: Workspace, name: str, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    for variable in ("MINSHENG_RESULT", "MINSHENG_PLAN", "MINSHENG_PROVENANCE", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("MINSHENG_WORKSPACE", str(workspace.root))
    notebook = nbformat.read(workspace.notebooks / f"{name}.ipynb", as_version=4)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(workspace.notebooks)}})
    return client.execute()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_runs_top_to_bottom_and_writes_nothing(
    name: str, june: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _tree(june.outputs)
    notebook = _execute(june, name, monkeypatch)
    assert _tree(june.outputs) == before
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert shown
    assert not [output for output in shown if output.output_type == "stream"]


def test_by_hand_the_result_is_shown_and_said_not_to_be_written(june: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = _execute(june, "elderly_care", monkeypatch)
    assert "不写入 outputs/" in notebook.cells[-1].outputs[0].data["text/html"]


def test_explore_shows_pickers(june: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = _execute(june, "explore", monkeypatch)
    assert "application/vnd.jupyter.widget-view+json" in notebook.cells[1].outputs[0].data
