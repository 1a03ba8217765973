"""The log of one run: JSON lines beside its outputs, one event a line.

Whatever the package tells its loggers while a run goes on is written to ``outputs/<period>/logs/<run>.jsonl``. Logs
hold clock times: they are no reports, take no part in any report's bytes, and are never sealed.

Only the facts that are named here are written. A message's own words are not, because they may repeat a cell, a name
or a part of a narrative: what failed stands in ``failed/…/traceback.txt``, and the log says where.
"""

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from minsheng.domain.period import Period
from minsheng.errors import ExitCode, MinshengError
from minsheng.process import LogLevel
from minsheng.runs.options import RunSummary
from minsheng.runs.version import version_text
from minsheng.workspace import Workspace

FACTS = (
    "command",
    "period",
    "product",
    "jobs",
    "stage",
    "unit",
    "key",
    "attempt",
    "failure",
    "cell",
    "where",
    "waits_for",
    "reason",
    "seconds",
    "stages",
    "units",
    "made",
    "skipped",
    "failed",
    "waiting",
    "fallbacks",
    "missing",
    "blocked",
    "refused",
    "exit_code",
)
"""The only facts that a line may carry besides time, level, run and event, in this order."""

LoggedEvent = Mapping[str, Any]

_PACKAGES = ("minsheng", "papermill_forked")
"""Ours, and the engine, which says when a notebook did not run in a fork."""


class RunLog(logging.Handler):
    """Listens to the package's loggers for one run; a context manager.

    Parameters
    ----------
    workspace
        Its outputs hold the log.
    command
        ``run``, ``assess`` or ``check``.
    least
        The least severe events that are written; by default what the workspace sets.

    Attributes
    ----------
    run_id
        The run's id: when it began (UTC).
    path
        The log's file.
    events
        What happened, least severe ``info``, whatever is written.
    """

    def __init__(self, workspace: Workspace, period: Period, command: str, least: LogLevel | None = None) -> None:
        super().__init__(logging.DEBUG)
        now = datetime.now(UTC)
        self.run_id = now.strftime("%Y%m%dT%H%M%S.%fZ")
        self.path = logs(workspace, period) / f"{self.run_id}.jsonl"
        self.events: list[LoggedEvent] = []
        self._least = (least or workspace.settings.log_level).number
        self._opening = {"command": command, "period": str(period), "product": version_text()}
        self._loggers = [logging.getLogger(name) for name in _PACKAGES]

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("x", encoding="utf-8")
        self._levels_before = [logger.level for logger in self._loggers]
        for logger in self._loggers:
            logger.setLevel(min(self._least, logging.INFO))
            logger.addHandler(self)
        self.tell("run_started", logging.INFO, **self._opening)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if isinstance(error, MinshengError):
            self.tell("run_refused", logging.ERROR, failure=type(error).__name__, exit_code=int(error.exit_code))
        elif error is not None:
            # Where it happened, not its words: these may repeat a cell.
            frames = [f"{_short(f.filename)}:{f.lineno} {f.name}" for f in traceback.extract_tb(tb)]
            self.tell("run_crashed", logging.ERROR, failure=type(error).__name__, where=frames)
        for logger, level in zip(self._loggers, self._levels_before, strict=True):
            logger.removeHandler(self)
            logger.setLevel(level)
        self._file.close()
        self.close()

    def finish(self, *, seconds: float, exit_code: ExitCode, summary: RunSummary | None = None) -> None:
        """Write how the run ended."""
        counts: dict[str, object] = {}
        if summary is not None:
            counts = {
                "units": {"skipped": summary.skipped, "waiting": list(summary.waiting)},
                "made": len(summary.made),
                "skipped": len(summary.skipped),
                "failed": len(summary.failed),
                "waiting": len(summary.waiting),
            }
        level = logging.INFO if exit_code == ExitCode.DONE else logging.WARNING
        self.tell("run_finished", level, seconds=round(seconds, 4), exit_code=int(exit_code), **counts)

    def tell(self, event: str, level: int = logging.INFO, **facts: object) -> None:
        """Write an event of the run itself."""
        logging.getLogger(__name__).log(level, event, extra=facts)

    def emit(self, record: logging.LogRecord) -> None:
        """Take what a logger was told."""
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "run": self.run_id,
            "event": getattr(record, "event", record.msg),
            "logger": record.name,
        } | {name: record.__dict__[name] for name in FACTS if name in record.__dict__}
        if record.levelno >= logging.INFO:
            self.events.append(event)
        if record.levelno >= self._least:
            try:
                self._file.write(json.dumps(event, ensure_ascii=False) + "\n")
                self._file.flush()
            except OSError:
                # A full disk fails the run's reports, which say so; its log is not what it fails for.
                self._least = logging.CRITICAL + 1


def logs(workspace: Workspace, period: Period) -> Path:
    """Return the folder of a period's logs."""
    return workspace.outputs / str(period) / "logs"


def _short(filename: str) -> str:
    """Return a source file without the folders of this machine."""
    path = Path(filename)
    parts = path.parts
    return str(Path(*parts[parts.index("minsheng") :])) if "minsheng" in parts else path.name
