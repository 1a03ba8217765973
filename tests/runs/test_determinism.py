"""The same inputs give the same bytes, in another folder and with another number of jobs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import copy_workspace

from minsheng.workspace import Workspace


def published(workspace: Workspace) -> dict[str, bytes]:
    """Return all that a run of June has published, without its account of itself: times and durations."""
    files = {"index.html": workspace.outputs / "index.html"}
    month = workspace.outputs / "2017-06"
    for path in month.rglob("*"):
        inside = path.relative_to(month)
        if path.is_file() and inside.parts[0] not in {"logs", "run.html"}:
            files[str(inside)] = path
    return {name: path.read_bytes() for name, path in files.items()}


def differing(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """Name the files that differ, or stand on one side only."""
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


@pytest.mark.slow
def test_another_folder_and_another_number_of_jobs_give_the_same_bytes(june: Workspace, tmp_path: Path) -> None:
    other = copy_workspace(tmp_path / "elsewhere" / "somewhere else")
    command = [sys.executable, "-m", "minsheng", "run", "2017-06", "--jobs", "1"]
    # Another number of jobs, another folder, another seed of hashes and another time zone.
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/Lima"}
    subprocess.run(command, cwd=other.root, env=environment, check=True, capture_output=True)
    expected = published(june)
    assert sum(name.endswith("report.pdf") for name in expected) == 61
    assert differing(published(other), expected) == []
