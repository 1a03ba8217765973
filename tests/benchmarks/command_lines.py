"""Commands, measured: wall clock, processor time of all their processes, peak memory of the first."""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from minsheng.runs.graph import Task
from minsheng.workspace import Workspace

BIN = Path(sys.executable).parent
_LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Taken:
    """What a command took: seconds, seconds of processors, MiB."""

    wall: float
    processor: float
    peak_mib: float


def measure(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Taken:
    """Run one command to its end; one that fails raises."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            arguments, cwd=folder, env={**os.environ, **(environment or {})}, stdout=output, stderr=output
        )
        peak = [0.0]
        watcher = threading.Thread(target=_watch, args=(process, peak))
        watcher.start()
        code = process.wait()
        wall = time.perf_counter() - started
        watcher.join()
    if code != 0:
        raise RuntimeError(f"{arguments} ended with {code}: {(folder / 'output.txt').read_text(errors='replace')}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, processor, peak[0])


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                peak[0] = int(line.split()[1]) / 1024
        time.sleep(_LOOK_SECONDS)


def reference(workspace: Workspace, tasks: Sequence[Task], folder: Path, jobs: int) -> float:
    """Make reports with the command lines that everybody has; return the wall clock of all (seconds)."""

    def make(task: Task) -> None:
        target = folder / task.name.replace("/", "-")
        target.mkdir(parents=True)
        parameters = [word for name, value in task.parameters.items() for word in ("-r", name, value)]
        environment = {"MINSHENG_WORKSPACE": str(workspace.root), "MINSHENG_RESULT": str(target / "result.json")}
        for arguments in (
            ["papermill", str(workspace.notebooks / f"{task.notebook}.ipynb"), "out.ipynb", *parameters],
            ["jupyter", "nbconvert", "--to", "html", "out.ipynb"],
            ["weasyprint", "out.html", "out.pdf"],
        ):
            with (target / "output.txt").open("ab") as output:
                subprocess.run(
                    [BIN / arguments[0], *arguments[1:]],
                    cwd=target,
                    env={**os.environ, **environment},
                    stdout=output,
                    stderr=output,
                    check=True,
                )
        if (target / "out.pdf").stat().st_size == 0:
            raise RuntimeError(f"{task.name} has no PDF")

    started = time.perf_counter()
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(make, tasks))
    return time.perf_counter() - started
