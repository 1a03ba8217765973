"""A real scheduler and real workers on this machine: every report made once, none lost, the bytes of a local run."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from minsheng.errors import ExitCode, MachineUnfitError
from minsheng.runs.cluster import Cluster
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow

_RUN = [sys.executable, "-m", "minsheng", "run", "2017-06", "--area", "cangxi", "--force"]
_LONGEST_SECONDS = 300.0
_Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[_Start]:
    """Start a Dask process in a folder of its own, with nothing of ours but the package; ended with the test."""
    with ExitStack() as ends:

        def begin(name: str, *arguments: str) -> subprocess.Popen[bytes]:
            folder = tmp_path / name
            folder.mkdir()
            log = ends.enter_context((folder / "log.txt").open("wb"))
            command = [sys.executable, "-m", "dask", *arguments]
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
            ends.callback(process.wait)
            ends.callback(process.kill)
            return process

        yield begin


@pytest.fixture
def address(start: _Start, tmp_path: Path) -> str:
    start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    found = _wait_for(lambda: re.search(r"tcp://127\.0\.0\.1:\d+", (tmp_path / "scheduler/log.txt").read_text()))
    return found[0]


def _worker(start: _Start, name: str, address: str) -> subprocess.Popen[bytes]:
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0", "--name", name]
    return start(name, "worker", address, *options)


def _wait_for(look):
    give_up = time.monotonic() + _LONGEST_SECONDS
    while not (found := look()):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    return found


def _files(workspace: Workspace) -> dict[str, bytes]:
    folder = workspace.outputs / "2017-06" / "cangxi"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def checked(june: Workspace, tmp_path: Path) -> Workspace:
    """A workspace whose returns are checked, without any report."""
    root = tmp_path / "workspace"
    shutil.copytree(june.root, root, ignore=lambda folder, _: ["outputs"] if Path(folder) == june.root else [])
    return Workspace.find(root)


@pytest.mark.slow
def test_a_worker_killed_at_work_costs_nothing(
    checked: Workspace, june: Workspace, start: _Start, address: str
) -> None:
    first, second = (_worker(start, name, address) for name in ("first", "second"))
    assert first.poll() is second.poll() is None
    with (checked.root / "run.txt").open("wb") as output:
        run = subprocess.Popen(
            [*_RUN, "--notebook", "scoring", "--scheduler", address], cwd=checked.root, stdout=output, stderr=output
        )
        _wait_for(lambda: list((checked.outputs / "2017-06").glob("cangxi/*/report.pdf")) or run.poll() is not None)
        os.kill(first.pid, signal.SIGKILL)
        code = run.wait(_LONGEST_SECONDS)
    said = (checked.root / "run.txt").read_text(encoding="utf-8")
    assert code == ExitCode.DONE, said
    assert "新生成 6 份，未变化 0 份，失败 0 份" in said
    assert "普通内核" not in said, "a worker's template could not fork"
    assert _files(checked) == _files(june)


def test_nobody_at_the_address_and_nobody_at_work_are_named(address: str) -> None:
    with pytest.raises(MachineUnfitError, match=r"连不上调度器 tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9")
    with pytest.raises(MachineUnfitError, match="没有一个工作进程"):
        Cluster(address, patience_seconds=0.5)


def test_the_last_worker_gone_is_said_and_not_waited_for_for_ever(start: _Start, address: str) -> None:
    worker = _worker(start, "only", address)
    with Cluster(address, patience_seconds=10) as cluster:
        assert cluster.slots == 1
        assert cluster.submit(len, "abc").result(_LONGEST_SECONDS) == 3
        with pytest.raises(ZeroDivisionError):
            cluster.submit(divmod, 1, 0).result(_LONGEST_SECONDS)
        waiting = cluster.submit(time.sleep, 3600)
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(MachineUnfitError, match="没有一个工作进程"):
            waiting.result(_LONGEST_SECONDS)


def test_a_machine_that_would_give_other_bytes_refuses() -> None:
    from minsheng.render.fonts import packaged_fonts
    from minsheng.runs.cluster import deciding_versions, remote_maker

    make = remote_maker(packaged_fonts())
    other = tuple((deciding_versions() | {"typst": "0.1", "zlib": "1.0"}).items())
    with pytest.raises(MachineUnfitError, match=r"与本机不同.*typst .*（应为 0\.1）、zlib .*（应为 1\.0）"):
        make.func(other, *make.args[1:], None)
