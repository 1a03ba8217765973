"""A run's notebook reaches nothing but its inputs; what it tried is told."""

import json
import shutil
from pathlib import Path

from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.runs.graph import period_tasks
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.options import Quiet
from minsheng.runs.task_worker import make_task
from minsheng.workspace import Workspace

TASK = "2017-06/cangxi/dibao"


def test_what_a_notebook_hides_is_named_at_the_end_of_the_run(june: Workspace, tmp_path: Path) -> None:
    shutil.copytree(june.root, tmp_path / "w")
    workspace = Workspace.find(tmp_path / "w")
    secret = workspace.root / "data" / "returns" / "register.csv"
    path = workspace.notebooks / "dibao.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    setup = f"import contextlib\nwith contextlib.suppress(OSError):\n    open({str(secret)!r})\n"
    notebook["cells"][1]["source"] = setup + "".join(notebook["cells"][1]["source"])
    path.write_text(json.dumps(notebook), encoding="utf-8")
    summary = run_month(workspace, "2017-06", areas=["cangxi"], notebooks=["dibao"], display=Quiet()).summary
    assert summary.made == [TASK]
    assert f"读取 {secret}" in "\n".join(summary.lines(workspace))
    assert f"读取 {secret}" in (workspace.outputs / "2017-06" / "run.html").read_text(encoding="utf-8")


def test_a_task_reaches_for_nothing_that_it_may_not_have(june: Workspace) -> None:
    plan = load_plan(june.params, 2017)
    preparer = Preparer(june, plan, fingerprint(june))
    task = next(each for each in period_tasks(plan, Period("2017-06")) if each.name == TASK)
    made = make_task(preparer.work(task))
    assert made.refused == ()
    made.discard()
