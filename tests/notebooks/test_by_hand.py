"""Notebooks as an analyst runs them: a real kernel, default parameters, nothing written under outputs/."""

import hashlib
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from minsheng.notebook.datasets.kept_tables import FOLDER
from minsheng.workspace import Workspace

NOTEBOOKS = sorted(path.stem for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def analyst(june: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """An analyst's own copy: what `data` keeps for the next question would change the one that tests share."""
    root = tmp_path_factory.mktemp("by-hand") / "workspace"
    shutil.copytree(june.root, root)
    return Workspace.find(root)


def _tree(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and "ledger" not in path.name)
    files = (path for path in files if FOLDER not in path.relative_to(folder).parts)
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
    name: str, analyst: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _tree(analyst.outputs)
    notebook = _execute(analyst, name, monkeypatch)
    assert _tree(analyst.outputs) == before
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert shown
    assert not [output for output in shown if output.output_type == "stream"]


def test_by_hand_the_result_is_shown_and_said_not_to_be_written(analyst: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = _execute(analyst, "elderly_care", monkeypatch)
    assert "不写入 outputs/" in notebook.cells[-1].outputs[0].data["text/html"]


def test_explore_shows_pickers(analyst: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = _execute(analyst, "explore", monkeypatch)
    assert "application/vnd.jupyter.widget-view+json" in notebook.cells[1].outputs[0].data
