"""The process that we run in: its garbage collector, its loggers, and modules that are loaded when used."""

import gc
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.util import find_spec, module_from_spec


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector; also a decorator."""
    # Reading and judging make millions of small objects and no cycles: to look at them again costs a third of the time
    # of a long table.
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def load_when_used(name: str) -> None:
    """Let a module be imported by whoever imports it, and loaded when anything of it is asked for."""
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    module, loader = module_from_spec(spec), spec.loader

    # Not Python's own ``LazyLoader``: that loads as soon as the module is imported a second time, or looked at by what
    # goes through ``sys.modules``.
    def load(attribute: str) -> object:
        del vars(module)["__getattr__"]
        loader.exec_module(module)
        return getattr(module, attribute)

    vars(module)["__getattr__"] = load
    sys.modules[name] = module
    package, _, part = name.rpartition(".")
    if package:
        setattr(sys.modules[package], part, module)


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
