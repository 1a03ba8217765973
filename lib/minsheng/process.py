"""The process that we run in: its garbage collector, and what the package tells its loggers about a run.

Reading and judging make millions of small objects and no cycles: the collector would only look at them again. Loggers
are told, from any room, how severe an event is and how long a stage took.
"""

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector; also a decorator. It costs a third of the time of a long table."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


STAGE = "stage"
"""The event that says how long a stage took."""


class LogLevel(StrEnum):
    """The least severe events that a run's log keeps."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def number(self) -> int:
        """As the standard library counts."""
        return logging.getLevelNamesMapping()[self.name]


@contextmanager
def stage(log: logging.Logger, name: str) -> Iterator[None]:
    """Tell ``log`` how long the block took (seconds), once it has ended well.

    Parameters
    ----------
    log
        The module's logger.
    name
        What the block does, e.g. ``intake.read``; a dot says of what it is a part.
    """
    started = time.perf_counter()
    yield
    took(log, name, time.perf_counter() - started)


def took(log: logging.Logger, name: str, seconds: float) -> None:
    """Tell ``log`` how long a stage took that was measured in another way (seconds)."""
    log.info(STAGE, extra={"stage": name, "seconds": round(seconds, 4)})
