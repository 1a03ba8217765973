"""The least that a month can cost: one warm process runs all cells and renders all pages. Prints processor seconds.

Usage: ``python ideal.py WORKSPACE MONTH``. No isolation, no limits, no messages, no start-up: nobody could publish so.
"""

import gc
import os
import sys
import time
from pathlib import Path

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.plan.loader import compile_plan
from minsheng.render.report import render_report, warm_up
from minsheng.runs.graph import Task, period_tasks
from minsheng.workspace import Workspace


def make(workspace: Workspace, shell: InteractiveShell, task: Task) -> None:
    """Run the cells of a notebook, and render the one that the runner has executed."""
    folder = workspace.outputs / task.name
    executed = (folder / "executed.ipynb").read_text(encoding="utf-8")
    with capture_output():
        for cell in nbformat.reads(executed, as_version=4).cells:
            if cell.cell_type == "code":
                shell.run_cell(cell.source).raise_error()
    render_report(executed, attachments={"result.json": (folder / "result.json").read_bytes()})


def main() -> None:
    """Measure all tasks after a first one that warms everything."""
    workspace, period = Workspace.find(Path(sys.argv[1])), Period(sys.argv[2])
    os.environ["MINSHENG_WORKSPACE"] = str(workspace.root)
    plan = load_plan(workspace.params, period.year)
    tasks = period_tasks(plan, period)
    # As the runner hands it to every notebook: checked and compiled once.
    compiled = workspace.root / "compiled-plan.json"
    compiled.write_bytes(compile_plan(plan))
    os.environ["MINSHENG_PLAN"] = str(compiled)
    # And what others sealed is read, not computed again.
    os.environ["MINSHENG_RESULT"] = str(workspace.root / "sealed-by-the-ideal.json")
    shell = InteractiveShell.instance()
    warm_up()
    make(workspace, shell, tasks[0])
    gc.freeze()
    started = time.process_time()
    for task in tasks:
        make(workspace, shell, task)
    sys.stdout.write(f"{time.process_time() - started:.2f}\n")


if __name__ == "__main__":
    # A process that is no fork has another one print its pages, whose time nobody would count: this must be the one.
    if os.fork() == 0:
        main()
        sys.stdout.flush()
        os._exit(0)
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
