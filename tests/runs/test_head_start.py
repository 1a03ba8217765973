"""Which processes boot before anything is read: a guess by the times of files, which decides nothing but time."""

import os
import time
from pathlib import Path

import pytest
from tests.conftest import copy_workspace

from minsheng.domain.period import Period
from minsheng.runs import warm_processes
from minsheng.workspace import Workspace


@pytest.fixture
def shown(tmp_path: Path) -> Workspace:
    """A workspace in which a month was checked and shown after all that it was made of."""
    workspace = copy_workspace(tmp_path / "workspace", returns="2017-06")
    month = Period("2017-06")
    for path in (workspace.accepted(month) / "cangxi.json", workspace.run_page(month)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (time.time() + 1,) * 2)
    return workspace


def _booted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, *, force: bool = False) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(warm_processes.rules_apart, "start", lambda: found.append("rules"))
    monkeypatch.setattr(warm_processes, "template", lambda: found.append("notebooks"))
    warm_processes.head_start(workspace, "2017-06", force=force, elsewhere=False)
    return found


def _later(path: Path) -> None:
    os.utime(path, (time.time() + 9,) * 2)


def test_a_month_that_is_shown_boots_nothing_unless_all_is_made_anew(shown, monkeypatch):
    assert _booted(shown, monkeypatch) == []
    assert _booted(shown, monkeypatch, force=True) == ["rules", "notebooks"]


def test_what_was_taken_back_is_not_judged(shown, monkeypatch):
    _later(shown.data / "returns" / "register.csv")
    assert _booted(shown, monkeypatch) == ["notebooks"]


def test_a_notebook_is_not_judged(shown, monkeypatch):
    _later(shown.notebooks / "bulletin.ipynb")
    assert _booted(shown, monkeypatch) == ["notebooks"]


def test_a_changed_plan_is_judged_anew(shown, monkeypatch):
    _later(shown.params / "2017" / "expectations" / "dibao.yaml")
    assert _booted(shown, monkeypatch) == ["rules", "notebooks"]


def test_a_file_counts_from_when_it_came_however_old_its_sender_says_it_is(shown, monkeypatch):
    time.sleep(1.1)  # later than the page of the run
    came = shown.data / "returns" / "2017-06" / "cangxi.r2.xlsx"
    came.write_bytes(b"x")
    os.utime(came, (0, 0))
    assert _booted(shown, monkeypatch) == ["rules", "notebooks"]
