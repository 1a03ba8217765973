"""What can go wrong with a worker, by name."""

import signal as signals
from dataclasses import dataclass
from typing import Any, Self


class ForkedError(RuntimeError):
    """Something went wrong outside the code that was asked to run."""


class TemplateError(ForkedError):
    """The template could not be started, or would not fork."""


class WorkerDiedError(ForkedError):
    """The worker's process ended before it had answered; ``end`` says how, where that is known."""

    def __init__(self, message: str, end: "WorkerEnd | None" = None) -> None:
        super().__init__(message)
        self.end = end


class WorkerMemoryError(WorkerDiedError, MemoryError):
    """The worker asked for more memory than its limit."""


class WorkerTimeoutError(ForkedError, TimeoutError):
    """The worker did not answer within its time limit, and was ended."""


class RemoteTracebackError(Exception):
    """Carries a worker's traceback as the cause of the exception raised here."""


@dataclass(frozen=True)
class WorkerEnd:
    """How a worker's process ended.

    Parameters
    ----------
    code
        Exit code, where the process ended by itself.
    signal
        Signal number, where it was killed.
    over_memory
        Whether it was, or probably was, its memory limit.
    peak_bytes
        Largest resident size of the process (bytes).
    template_died
        Whether the template went down, and the worker with it.
    """

    code: int | None = None
    signal: int | None = None
    over_memory: bool = False
    peak_bytes: int = 0
    template_died: bool = False

    def __str__(self) -> str:
        if self.template_died:
            return "its template died"
        if self.signal is None:
            return f"it exited with code {self.code}"
        name = signals.Signals(self.signal).name if self.signal in signals.valid_signals() else "unknown"
        if self.over_memory:
            return f"memory limit exceeded (signal {self.signal}, {name})"
        if self.signal == getattr(signals, "SIGXCPU", None):
            return f"processor time limit exceeded (signal {self.signal}, {name})"
        return f"it was killed by signal {self.signal} ({name})"

    @classmethod
    def from_report(cls, report: dict[str, Any]) -> Self:
        """Build it from what the template reports."""
        return cls(**{name: value for name, value in report.items() if name in cls.__dataclass_fields__})
