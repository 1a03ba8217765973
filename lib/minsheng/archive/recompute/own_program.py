"""A month made again by the program in its package, with the libraries of its lock, in an environment of its own.

Writes a scratch folder alone. Starts what the package holds: only for packages that verify and are trusted.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from minsheng.errors import MachineUnfitError, NotebookFailedError
from minsheng.workspace import Workspace

_PATIENCE = 3600
"""Seconds."""

_OURS = ("MINSHENG_", "PYTHON")
"""Variables that would lead the other program to this one's files and settings."""


def make_environment(
    folder: Path, lock: Path, wheel: Path, libraries: Path | None, *, say: Callable[[str], None]
) -> Path:
    """Make an empty virtual environment with a lock's libraries, each by its hash, and a wheel; return its Python.

    Parameters
    ----------
    libraries
        A folder with the libraries' files; by default they come from the registry that pip is set to.

    Raises
    ------
    MachineUnfitError
        If a library cannot be had, or is another one than the lock's.
    """
    say("建一个空的虚拟环境，按锁定的校验码安装依赖")
    python = folder / "bin" / "python"
    _run([sys.executable, "-m", "venv", str(folder)], folder.parent)
    source = ["--no-index", "--find-links", str(libraries.resolve())] if libraries else []
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "--require-hashes", *source, "-r", str(lock)], folder.parent)
    _run([*pip, "--no-deps", "--no-index", str(wheel)], folder.parent)
    return python


def run_there(python: Path, workspace: Workspace, month: str, jobs: int | None) -> None:
    """Run a month with the program of another environment; NotebookFailedError if it does not come to an end."""
    command = [str(python), "-m", "minsheng", "run", month, "--workspace", str(workspace.root)]
    done = _start([*command, *(["--jobs", str(jobs)] if jobs else [])], workspace.root)
    # With gaps (3) all that could be made was made.
    if done.returncode not in {0, 3}:
        raise NotebookFailedError(f"包中的程序没有做成 {month}（退出码 {done.returncode}）：{_last(done)}")


def _run(command: Sequence[str], folder: Path) -> None:
    done = _start(command, folder)
    if done.returncode:
        raise MachineUnfitError(f"虚拟环境没有建成（{' '.join(command[1:4])} …）：{_last(done)}")


def _start(command: Sequence[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    try:
        return subprocess.run(
            command, cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired as fault:
        raise MachineUnfitError(f"{_PATIENCE // 60} 分钟没有做完：{' '.join(command[1:4])} …") from fault


def _last(done: "subprocess.CompletedProcess[str]") -> str:
    lines = (done.stderr or done.stdout).strip().splitlines()
    return "；".join(lines[-3:]) or "没有说明原因"
