"""A month, against the command lines that everybody has and against the least that it could cost.

Each round measures everything in turn, so that whatever else the machine does meets all of them; medians are reported.
The reference makes a sample of the month's reports, every eighth in the order of the graph, so each kind weighs as in
the month; both sides are compared per report, with as many at a time. ``MINSHENG_BENCH_ROUNDS`` and
``MINSHENG_BENCH_STEP`` (1 is every report) make it longer.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest
from tests.benchmarks.command_lines import BIN, Taken, measure, reference
from tests.conftest import ROOT, copy_workspace
from tests.runs.copied_counties import MONTH as COPIED_MONTH
from tests.runs.copied_counties import copied_counties

from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.runs.graph import period_tasks
from minsheng.runs.task_worker import cores
from minsheng.workspace import Workspace

pytestmark = pytest.mark.bench
MONTH = "2017-06"
_ROUNDS = int(os.environ.get("MINSHENG_BENCH_ROUNDS", "3"))
_MORE_MIB = 72
"""What the coordinator may take more for ten times the areas, 1 MiB for each return: a month is judged as a whole."""
_STEP = int(os.environ.get("MINSHENG_BENCH_STEP", "8"))
_BUDGETS = {
    "processor time over the ideal": 1.6,
    "unchanged month (s)": 0.5,
    "one county changed (s)": 3.5,
    "minsheng --help (s)": 0.5,
    "minsheng status (s)": 1,
}


def _drop(workspace: Workspace, area: str) -> str:
    """Take a county's return away; return the register as it was."""
    register = workspace.data / "returns" / "register.csv"
    before = register.read_text(encoding="utf-8")
    kept = [line for line in before.splitlines(keepends=True) if not line.startswith(f"{MONTH},{area},")]
    register.write_text("".join(kept), encoding="utf-8")
    for path in (workspace.data / "returns" / MONTH).glob(f"{area}*.xlsx"):
        path.rename(workspace.root / path.name)
    return before


@pytest.mark.timeout(3600)
def test_a_month_against_command_lines_and_the_ideal(tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path / "workspace")
    tasks = period_tasks(load_plan(workspace.params, Period(MONTH).year), Period(MONTH))
    sample, jobs, run = tasks[::_STEP], cores(), [str(BIN / "minsheng"), "run", MONTH]
    measure(run, workspace.root)  # what later rounds find: earlier months checked, byte code compiled
    ours, theirs, ideals, unchanged = [], [], [], []
    for number in range(_ROUNDS):
        ours.append(measure([*run, "--force"], workspace.root))
        theirs.append(reference(workspace, sample, tmp_path / f"reference-{number}", jobs) / len(sample))
        arguments = [sys.executable, str(ROOT / "tests/benchmarks/ideal.py"), str(workspace.root), MONTH]
        ideals.append(float(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout))
        unchanged.append(measure(run, workspace.root).wall)
    helped = median(measure([str(BIN / "minsheng"), "--help"], workspace.root).wall for _ in range(5))
    status = median(measure([str(BIN / "minsheng"), "status", MONTH], workspace.root).wall for _ in range(5))
    _drop(workspace, "qingchuan")
    changed = _one_county(workspace, run)
    whole = median(taken.wall for taken in ours)
    rows = {
        "reports": len(tasks),
        "jobs": jobs,
        "rounds": _ROUNDS,
        "whole run (s)": round(whole, 1),
        "per report, ours (s)": round(whole / len(tasks), 3),
        f"per report, papermill + nbconvert + weasyprint, {len(sample)} of {len(tasks)} (s)": round(median(theirs), 2),
        "times faster": round(median(theirs) / whole * len(tasks), 1),
        "processor time of a run (s)": round(median(taken.processor for taken in ours), 1),
        "processor time, one warm process (s)": round(median(ideals), 1),
        f"that process on {jobs} processors without loss, times faster than the command lines": round(
            median(theirs) * len(tasks) * jobs / median(ideals), 1
        ),
        "processor time over the ideal": round(median(t.processor for t in ours) / median(ideals), 2),
        "peak memory of the coordinator (MiB)": round(max(taken.peak_mib for taken in ours)),
        "unchanged month (s)": round(median(unchanged), 2),
        "one county changed (s)": round(changed, 1),
        "minsheng --help (s)": round(helped, 2),
        "minsheng status (s)": round(status, 2),
    }
    _publish("run", rows)
    assert rows["times faster"] >= 20
    missed = {name: rows[name] for name, most in _BUDGETS.items() if rows[name] > most}
    assert missed == {}, f"budgets: {_BUDGETS}"


@pytest.mark.timeout(3600)
def test_time_and_memory_as_areas_grow(tmp_path: Path) -> None:
    taken: dict[int, Taken] = {}
    rows: dict[str, float] = {}
    for times in (1, 3, 10):
        workspace = copied_counties(tmp_path / str(times), times)
        run = [str(BIN / "minsheng"), "run", COPIED_MONTH, "--force"]
        taken[times] = measure(run, workspace.root)
        reports = len(list((workspace.outputs / COPIED_MONTH).rglob("report.pdf")))
        rows |= {
            f"{times} x the areas: reports": reports,
            f"{times} x the areas: wall clock (s)": round(taken[times].wall, 1),
            f"{times} x the areas: peak memory of the coordinator (MiB)": round(taken[times].peak_mib),
        }
    rows["10 x the areas take so many times the time (budget 7)"] = round(taken[10].wall / taken[1].wall, 2)
    _publish("areas", rows)
    assert taken[10].wall <= 7 * taken[1].wall
    assert taken[10].peak_mib <= taken[1].peak_mib + _MORE_MIB


def _one_county(workspace: Workspace, run: list[str]) -> float:
    """Return the wall clock of a run that ends with gaps (3), because a return was taken away."""
    return measure(["sh", "-c", f"{' '.join(run)}; test $? = 3"], workspace.root).wall


def _publish(name: str, rows: dict[str, float]) -> None:
    """Print a table, and keep it in ``outputs/benchmarks/``."""
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    head = f"{datetime.now(UTC):%Y-%m-%d}, {machine}, load {os.getloadavg()[0]:.1f}"
    table = "\n".join([head, "", "| | |", "|---|---|", *(f"| {row} | {value} |" for row, value in rows.items())])
    folder = ROOT / "outputs" / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(table + "\n", encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps({"measured": head, **rows}, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"\n{table}\n")
