"""Who ends ``minsheng lab`` ends JupyterLab; a workspace opens on the desk if it has one."""

import os
import signal
import subprocess
import sys
import time

import pytest

from minsheng.commands.lab import lab_command

_OUTER = """
import os, sys
from pathlib import Path
from minsheng.commands.lab import run_until_ended
inner = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
sys.exit(run_until_ended([sys.executable, "-c", inner], dict(os.environ), Path.cwd()) != -15)
"""


@pytest.mark.slow
def test_what_it_runs_ends_with_it() -> None:
    with subprocess.Popen([sys.executable, "-c", _OUTER], stdout=subprocess.PIPE, text=True) as outer:
        assert outer.stdout is not None
        inner = int(outer.stdout.readline())
        os.kill(outer.pid, signal.SIGTERM)
        assert outer.wait(20) == 0
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(inner, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("it still runs")


def test_a_workspace_that_is_older_than_the_desk_opens_on_its_start_page(workspace) -> None:
    assert "--LabApp.default_url=/doc/tree/notebooks/desk.ipynb" in lab_command(workspace, browser=True, port=1)
    (workspace.notebooks / "desk.ipynb").unlink()
    assert "--LabApp.default_url=/lab/tree/notebooks/start.ipynb" in lab_command(workspace, browser=True, port=1)
