"""Our own notebooks give the same outputs through a fork and through a normal kernel."""

from pathlib import Path

import nbformat
import pytest

from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.runs.graph import period_tasks
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.notebook import execute_strictly
from minsheng.runs.task_worker import lay_out
from minsheng.runs.warm_processes import template
from minsheng.workspace import Workspace

SUBJECTS = {"cangxi", "city", "social_relief"}


def _tasks():
    root = Path(__file__).parents[2]
    plan = load_plan(root / "params", 2017)
    return [task for task in period_tasks(plan, Period("2017-06")) if task.subject in SUBJECTS]


@pytest.mark.slow
@pytest.mark.parametrize("task", _tasks(), ids=lambda task: task.name)
def test_a_report_is_the_same_through_a_normal_kernel(task, june: Workspace, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    work = Preparer(june, load_plan(june.params, 2017), fingerprint(june)).work(task)
    engines = {
        "fork": {"engine_name": "forked", "template": template()},
        "kernel": {"engine_name": "forked", "kernel_manager_class": "jupyter_client.AsyncKernelManager"},
    }
    made = {}
    for name, engine in engines.items():
        folder, environment = lay_out(work, tmp_path / name)
        made[name] = execute_strictly(
            nbformat.reads(work.notebook, as_version=4),
            work.parameters,
            folder=folder,
            environment=environment,
            limits=work.limits,
            engine=engine,
        )
    assert made["fork"].result.read_bytes() == made["kernel"].result.read_bytes()
    for forked, normal in zip(made["fork"].notebook.cells, made["kernel"].notebook.cells, strict=True):
        assert forked == normal
