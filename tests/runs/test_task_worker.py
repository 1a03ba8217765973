"""What goes into a task and comes out: paths on this machine, bytes where they travel, and nothing left behind."""

import hashlib
import shutil
from pathlib import Path

import pytest

from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.files.hashing import sha256
from minsheng.files.writing import put
from minsheng.plan import load_plan
from minsheng.runs import folders, runner
from minsheng.runs.folders import packed
from minsheng.runs.graph import period_tasks
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.options import Quiet, RunOptions, RunSummary
from minsheng.runs.task_worker import make_task
from minsheng.workspace import MARKER, Workspace

MARKS = "2017-06/social_relief/section_scoring"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This process's own scratch folder, for one test."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(folders, "_own", lambda _: folder)
    return folder


@pytest.fixture
def made(june: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(june.root, tmp_path / "made")
    return Workspace.find(tmp_path / "made")


def _run(workspace: Workspace) -> RunSummary:
    wanted = {"areas": ["social_relief"], "notebooks": ["section_scoring"]}
    return run_month(workspace, "2017-06", RunOptions(force=True), **wanted, display=Quiet()).summary


def test_a_copy_may_be_spoiled(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes("民政".encode())
    for content in (kept, kept.read_bytes()):
        put(content, tmp_path / "copy")
        (tmp_path / "copy").write_bytes(b"spoiled")
        assert sha256(content) == hashlib.sha256("民政".encode()).hexdigest()
    assert packed({"a": kept, "b": b"1"}) == {"a": "民政".encode(), "b": b"1"}


def test_a_task_on_its_way_holds_what_it_reads(june: Workspace) -> None:
    plan = load_plan(june.params, 2017)
    preparer = Preparer(june, plan, fingerprint(june))
    task = next(u for u in period_tasks(plan, Period("2017-06")) if u.name == "2017-06/city/bulletin")
    here = preparer.work(task)
    inputs = {name for name in here.files if name.startswith(("data/accepted/2017-06/", "outputs/"))}
    assert {"data/accepted/2017-06/cangxi.csv", "outputs/2017-06/city/dibao/result.json"} <= inputs
    assert [name for name, content in here.files.items() if isinstance(content, bytes)] == [
        "data/accepted/2017-06/checked",
        MARKER,
        "plan.json",
    ]
    away = here.packed()
    assert (away.name, away.key) == (here.name, here.key)
    assert {name: sha256(content) for name, content in away.files.items()} == {
        name: sha256(content) for name, content in here.files.items()
    }
    assert all(isinstance(content, bytes) for content in away.files.values())


def test_what_a_task_made_goes_with_it_or_is_taken_away(june: Workspace, own: Path) -> None:
    plan = load_plan(june.params, 2017)
    task = next(u for u in period_tasks(plan, Period("2017-06")) if u.name == MARKS)
    made = make_task(Preparer(june, plan, fingerprint(june)).work(task))
    assert made.folder is not None
    published = {path.name: path.read_bytes() for path in (june.outputs / MARKS).iterdir()}
    away = made.packed()
    assert away.files == published
    assert away.folder is None
    assert list(own.iterdir()) == []


def test_a_run_leaves_no_temporary_folder(made: Workspace, own: Path) -> None:
    assert _run(made).made == [MARKS]
    notebook = made.notebooks / "section_scoring.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("publish", "1 / 0 or publish"), encoding="utf-8")
    assert list(_run(made).failed) == [MARKS]
    assert list(own.iterdir()) == []


def test_a_run_that_cannot_publish_leaves_none_either(
    made: Workspace, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(runner, "publish", full)
    with pytest.raises(OSError, match="no room"):
        _run(made)
    assert list(own.iterdir()) == []
