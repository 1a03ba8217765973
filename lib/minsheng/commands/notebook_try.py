"""``minsheng notebook try``: a notebook of the bureau's own for one area, as a run would make it, unpublished."""

import shutil
from pathlib import Path

from minsheng.domain.period import Period
from minsheng.domain.reporting import OwnNotebook
from minsheng.errors import GateRefusedError, NotebookFailedError, UsageError
from minsheng.files.writing import write_atomically
from minsheng.intake.returns.store import checked_months
from minsheng.plan import load_plan
from minsheng.render.formats import HTML
from minsheng.runs.failures import FailureKind
from minsheng.runs.graph import OWN_FOLDER, own_tasks
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.task_worker import make_task
from minsheng.workspace import Workspace

FOLDER = ".try"
"""Below ``outputs/``: no part of any month."""


def try_notebook(workspace: Workspace, name: str, *, period: str | None, area: str | None) -> Path:
    """Make a notebook's report and return its page.

    Parameters
    ----------
    name
        The file's name under ``notebooks/own/``, without its ending; ``reports.yaml`` need not name it yet.
    period
        By default the newest month that was checked.
    area
        By default the first that ``reports.yaml`` names, else 全市.

    Raises
    ------
    UsageError
        If there is no such notebook, period or area.
    NotebookFailedError
        With the class of failure; the notebook as far as it came lies beside the page's place.
    GateRefusedError
        If the report holds a personal number.
    """
    if not (workspace.notebooks / OWN_FOLDER / f"{name}.ipynb").is_file():
        there = sorted(path.stem for path in (workspace.notebooks / OWN_FOLDER).glob("*.ipynb"))
        raise UsageError(f"notebooks/{OWN_FOLDER} 中没有 {name}.ipynb。有：{'、'.join(there) or '一个也没有'}")
    months = checked_months(workspace.data)
    if not period and not months:
        raise UsageError("还没有校验过的报表：请先运行 minsheng check 报告期")
    chosen = Period(period) if period else months[-1]
    plan = load_plan(workspace.params, chosen.year)
    known = next((own for own in plan.own_notebooks if own.id == name), OwnNotebook(id=name, name=name))
    asked = known.model_copy(
        update={"areas": (plan.area_id(area) if area else known.areas[0],), "periods": (chosen.kind,)}
    )
    task = own_tasks(plan.model_copy(update={"own_notebooks": (asked,)}), chosen)[0]
    made = make_task(Preparer(workspace, plan, fingerprint(workspace)).work(task))
    folder = workspace.outputs / FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    try:
        for file, content in made.files.items():
            write_atomically(folder / file, content.read_bytes() if isinstance(content, Path) else content)
    finally:
        made.discard()
    if made.failure is not None:
        said = f"{made.failure.kind.word}：{made.failure.message}\n{folder / 'traceback.txt'}"
        refused = made.failure.kind == FailureKind.PERSONAL_DATA
        raise (GateRefusedError if refused else NotebookFailedError)(said)
    return folder / HTML
