"""kill -9 at any instant: the next run completes the month, byte for byte, and nothing is left running."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count, islice
from pathlib import Path

import pytest
from tests.runs.test_determinism import differing, published

from minsheng.workspace import Workspace

_WHOLE = [sys.executable, "-m", "minsheng", "run", "2017-06"]
_RUN = [*_WHOLE, "--area", "social_relief", "--notebook", "section_scoring"]
_LONGEST_SECONDS = 120.0


@pytest.fixture(scope="module")
def undisturbed(june: Workspace) -> dict[str, bytes]:
    return _files(june.outputs / "2017-06/social_relief/section_scoring", june.outputs)


@pytest.fixture
def started(june: Workspace, tmp_path: Path) -> Workspace:
    """A workspace whose returns are checked, without any report."""
    root = tmp_path / "workspace"
    shutil.copytree(june.root, root, ignore=lambda folder, _: ["outputs"] if Path(folder) == june.root else [])
    return Workspace.find(root)


def _files(folder: Path, root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _ours(mark: str) -> list[int]:
    """List the live processes that carry a mark in their environment: all that a run has started."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                state = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
                if state not in "ZX" and f"KILL_TEST={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def _instants(seed: int) -> Iterator[tuple[int, float]]:
    """Yield how far a run may come, as the number of its processes, and how long after that it is killed (seconds).

    The coordinator is the first process, the template the second, then come the notebook's fork and the press: counting
    them hits every stage on a machine of any speed.
    """
    generator = random.Random(seed)  # the instants of a test
    for number in count():
        yield 1 + number % 4, generator.random() * 0.6


def _kill_once(workspace: Workspace, instant: tuple[int, float], *, group: bool, mark: str) -> bool:
    """Start a run, kill it once it has come far enough; return whether it was killed before its end."""
    processes, delay = instant
    process = subprocess.Popen(
        _RUN,
        cwd=workspace.root,
        env={**os.environ, "KILL_TEST": mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    seen: set[int] = set()
    while len(seen) < processes and process.poll() is None:
        seen.update(_ours(mark))
        time.sleep(0.01)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    ended = process.poll() is not None
    if not ended:
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return not ended


def _check(workspace: Workspace, undisturbed: dict[str, bytes], instants: list[tuple[int, float]], mark: str) -> None:
    killed = 0
    for number, instant in enumerate(instants):
        killed += _kill_once(workspace, instant, group=number % 2 == 0, mark=mark)
        give_up = time.monotonic() + _LONGEST_SECONDS
        while left := _ours(mark):
            assert time.monotonic() < give_up, f"still running: {left}"
            time.sleep(0.02)
        if workspace.history.is_file():
            with closing(sqlite3.connect(workspace.history)) as history, history:
                assert history.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        task = workspace.outputs / "2017-06/social_relief/section_scoring"
        assert _files(task, workspace.outputs) in ({}, undisturbed), "a report is there as a whole or not at all"
        if task.exists():  # begin again
            shutil.rmtree(workspace.outputs, ignore_errors=True)
    assert killed, "no run was killed before its end"
    subprocess.run(_RUN, cwd=workspace.root, check=True, capture_output=True)
    assert _files(workspace.outputs / "2017-06/social_relief/section_scoring", workspace.outputs) == undisturbed
    assert not list((workspace.outputs / ".staging").glob("*")), "what killed runs left is cleared away"


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_whole_month_killed_until_it_is_done(june: Workspace, started: Workspace) -> None:
    generator, kills = random.Random(7), 0
    while kills < 15:
        process = subprocess.Popen(
            _WHOLE, cwd=started.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(2 + generator.random() * 8)
        if process.poll() is not None:
            break  # what was made before each kill is kept: it may be done before we are
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills > 3
    subprocess.run(_WHOLE, cwd=started.root, check=True, capture_output=True)
    assert differing(published(started), published(june)) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_kills(started: Workspace, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    instants = list(islice(_instants(5), 10))
    _check(started, undisturbed, instants, tmp_path.name)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_hundred_kills(started: Workspace, undisturbed: dict[str, bytes], tmp_path: Path) -> None:
    instants = list(islice(_instants(6), 100))
    _check(started, undisturbed, instants, tmp_path.name)
