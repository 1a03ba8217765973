"""Commands that the desk has started: one at a time, each a process of its own, found again by its folder.

A job's folder under ``outputs/.desk/jobs/`` holds what was ordered, the command's words as they come, and how it ended.
While it runs its keeper (``keeper.py``) holds the folder, so that whoever looks needs no process number to know.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from minsheng.domain.base import Frozen
from minsheng.errors import UsageError
from minsheng.files.locks import hold, is_locked, locked
from minsheng.files.writing import growing, write_atomically
from minsheng.workspace import ENVIRONMENT, Workspace

ORDER, KEEPER, LOG, ANSWER, END = "order.json", "keeper", "log.txt", "answer.txt", "end.json"

_KEPT = 60
"""Jobs whose words are kept; what they did stands in registers and outputs."""

_READ = 256 * 1024
"""Bytes of a log that are read from its end."""

_COUNT = re.compile(r"(\d+)/(\d+) (.+?)(?: [\d.]+ 个/秒)?$")
"""How a command without a terminal says how far it is."""

_ID = re.compile(r"\d{8}T\d{6,12}-[0-9a-f]{8}")


class BusyError(UsageError):
    """Somebody's command runs; the message says whose and what."""


class CommandRequest(Frozen):
    """A command that somebody asks for; no password is in it."""

    form: str
    title: str
    line: str
    """The command as it is shown."""
    arguments: tuple[str, ...]
    by: str
    browser: str
    about: str = ""
    """What was chosen and sent, as people call it."""
    month: str = ""
    """What the desk showed."""
    values: dict[str, str] = {}
    """What was filled in, passwords left out: the form can be opened with it again."""
    uploads: tuple[str, ...] = ()
    """Folders of files that were sent for it, which go when it has ended."""


class StartedCommand(CommandRequest):
    """What was started, and when."""

    id: str
    began: datetime


class End(Frozen):
    """How a command ended."""

    code: int
    ended: datetime
    stopped: bool = False
    """By a person."""


@dataclass(frozen=True)
class Progress:
    """How far a command is: the stage in its words, and reports settled of all (0 of 0 where nothing is counted)."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True)
class Job:
    """One command that was started."""

    folder: Path
    order: StartedCommand
    end: End | None

    @property
    def runs(self) -> bool:
        """Whether it runs now."""
        return self.end is None and is_locked(self.folder)

    @property
    def log(self) -> str:
        """What the command said, least recent first."""
        return _tail(self.folder / LOG)

    @property
    def answer(self) -> str:
        """What the command came to, as it printed it."""
        path = self.folder / ANSWER
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    @property
    def progress(self) -> Progress:
        """How far it is, by its own words."""
        stage, done, total = "", 0, 0
        for line in self.log.splitlines():
            counted = _COUNT.match(line)
            if counted:
                stage, done, total = f"生成报告 {counted[3]}", int(counted[1]), int(counted[2])
            elif line.strip():
                stage, done, total = line.strip(), 0, 0
        return Progress(stage, done, total)


def desk_folder(workspace: Workspace) -> Path:
    """Return where the desk keeps what is its own, nobody else's to read."""
    folder = workspace.outputs / ".desk"
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def jobs(workspace: Workspace) -> list[Job]:
    """Return what was started, most recent first."""
    folders = sorted((desk_folder(workspace) / "jobs").glob("*"), reverse=True)
    return [found for folder in folders if (found := _read(folder)) is not None]


def job(workspace: Workspace, name: str) -> Job:
    """Return one job.

    Raises
    ------
    UsageError
        If there is none of that name.
    """
    found = _read(desk_folder(workspace) / "jobs" / name) if _ID.fullmatch(name) else None
    if found is None:
        raise UsageError("没有这次操作的记录")
    return found


def running(workspace: Workspace) -> Job | None:
    """Return the command that runs now."""
    return next((each for each in jobs(workspace) if each.runs), None)


def start(workspace: Workspace, asked: CommandRequest, passwords: Mapping[str, str]) -> Job:
    """Start a command, unless another one runs.

    Parameters
    ----------
    passwords
        Variable → password. They go to the command's environment through a pipe, to no file and no list of processes.

    Raises
    ------
    BusyError
        If a command runs: people take turns.
    """
    with locked(desk_folder(workspace)):
        busy = running(workspace)
        if busy is not None:
            raise BusyError(f"{busy.order.by}正在办“{busy.order.title}”（{busy.order.line}）：等它结束后再开始")
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        order = StartedCommand(**asked.model_dump(), id=name, began=now)
        folder = desk_folder(workspace) / "jobs" / name
        write_atomically(folder / ORDER, order.model_dump_json().encode())
        _forget_old(workspace)
        _keep(workspace, folder, passwords)
    return Job(folder, order, None)


def stop(found: Job) -> None:
    """Stop a command as Ctrl-C does; asked again, at once. What was published before stays whole either way."""
    if found.runs:
        # The keeper lives as long as its folder is held, so the number is still its own.
        os.kill(int((found.folder / KEEPER).read_text(encoding="ascii")), signal.SIGTERM)


def _keep(workspace: Workspace, folder: Path, passwords: Mapping[str, str]) -> None:
    environment = {
        **os.environ,
        ENVIRONMENT: str(workspace.root),
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "1000",  # a line is a line: nothing is folded for a terminal that is not there
    }
    held = hold(folder)
    try:
        with growing(folder / LOG) as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "minsheng.desk.keeper", str(folder)],
                cwd=workspace.root,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,  # nobody who ends the server ends the run
                pass_fds=(held,),
            )
    finally:
        os.close(held)
    write_atomically(folder / KEEPER, str(keeper.pid).encode())
    assert keeper.stdin is not None  # noqa: S101 - asked for above
    with keeper.stdin as pipe:
        pipe.write(json.dumps(passwords).encode())
    threading.Thread(target=keeper.wait, daemon=True).start()


def _read(folder: Path) -> Job | None:
    try:
        order = StartedCommand.model_validate_json((folder / ORDER).read_bytes())
    except (OSError, ValueError):
        return None
    path = folder / END
    return Job(folder, order, End.model_validate_json(path.read_bytes()) if path.is_file() else None)


def _tail(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _READ))
        return stream.read().decode("utf-8", errors="replace")


def _forget_old(workspace: Workspace) -> None:
    for old in jobs(workspace)[_KEPT:]:
        if not old.runs:
            shutil.rmtree(old.folder)
