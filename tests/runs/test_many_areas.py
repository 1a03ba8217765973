"""Many areas: every report is made, and the coordinator's memory does not grow with their number."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.runs.copied_counties import MONTH as COPIED_MONTH
from tests.runs.copied_counties import copied_counties
from tests.runs.many_areas import MONTH, many_areas

from minsheng.plan import load_plan
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow

_SIX = ("medical_aid", "dibao", "elderly_care", "disability_allowance", "two_lines", "scoring")
_FLAT_MB = 30
"""What the coordinator may take more from the first report to the last of three thousand."""
_MB_PER_RETURN = 0.4
"""What checking may take for each return: a month's returns are judged together, so that areas can be compared."""


@dataclass(frozen=True)
class _Memory:
    """The coordinator's resident memory (MB): when the first report was there, the most after that, the most of all."""

    first: int
    later: int
    peak: int


def _run(workspace: Workspace, month: str) -> _Memory:
    """Run a month in a process of its own."""
    command = [sys.executable, "-m", "minsheng", "run", month, "--force", "--workspace", str(workspace.root)]
    first = later = peak = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while process.poll() is None:
            now, peak = _megabytes(process.pid, "VmRSS"), max(peak, _megabytes(process.pid, "VmHWM"))
            if first or any((workspace.outputs / month).glob("*/*/report.pdf")):
                first, later = first or now, max(later, now)
            time.sleep(0.2)
        assert process.stdout is not None
        said = process.stdout.read()
    assert process.returncode == 0, said
    return _Memory(first, later, peak)


def _megabytes(pid: int, which: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith(which)), 0)


def _reports(workspace: Workspace, month: str) -> set[str]:
    folder = workspace.outputs / month
    return {path.parent.relative_to(folder).as_posix() for path in folder.rglob("report.pdf")}


def test_thirty_areas(tmp_path: Path) -> None:
    workspace, count = many_areas(tmp_path / "workspace", 30), 30
    _run(workspace, MONTH)
    made = _reports(workspace, MONTH)
    for number in range(1, count + 1):
        assert {f"a{number:03d}/elder_services", f"a{number:03d}/scoring"} <= made
    figures = json.loads((workspace.outputs / MONTH / "city/elder_services/result.json").read_bytes())["figures"]
    beds = figures["measurements"][0]
    assert (beds["reported_areas"], beds["expected_areas"]) == (count, count)
    assert int(beds["actual"]) == sum(number % 11 for number in range(1, count + 1))


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_hundred_areas_of_six_notebooks_in_flat_memory(tmp_path: Path) -> None:
    few, many = copied_counties(tmp_path / "few", 4), copied_counties(tmp_path / "many", 63)
    before, after = _run(few, COPIED_MONTH), _run(many, COPIED_MONTH)
    made = _reports(many, COPIED_MONTH)
    sys.stdout.write(f"\n32 areas: {before}; 504 areas: {after}; {len(made)} reports\n")
    areas = {area.id for area in load_plan(many.params, 2017).areas if area.assessed}
    assert len(areas) == 504
    assert {f"{area}/{notebook}" for area in areas for notebook in _SIX} <= made
    assert after.later <= after.first + _FLAT_MB
    assert after.peak <= before.peak + _MB_PER_RETURN * (504 - 32)
