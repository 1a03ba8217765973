"""A function in a new process, where there is no template to fork; and a count of how often that was, and why."""

import logging
import os
import pickle
import subprocess
import sys
import threading
from collections import Counter as _Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from papermill_forked import wire
from papermill_forked.exceptions import WorkerDiedError, WorkerEnd, WorkerMemoryError, WorkerTimeoutError

_BOOT = "import sys; sys.path[:1] = []; from papermill_forked.fallback import main; main()"


def call(order: Mapping[str, Any], *, time_limit: float | None, memory_limit: int | None) -> list[bytes]:
    """Run an order of kind ``call`` in a new process; answer and errors are those of a fork."""
    # What the fork would find: the folder and the environment are the parent's as they are now.
    with subprocess.Popen(
        [sys.executable, "-c", _BOOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(pickle.dumps({**order, "memory": memory_limit}), time_limit)
        except subprocess.TimeoutExpired:
            raise late(order["function"], time_limit) from None
        finally:
            _end(process)
    for answer in wire.Decoder().feed(output):
        return answer
    code = process.returncode
    raise died(order["function"], WorkerEnd(code=code) if code >= 0 else WorkerEnd(signal=-code))


def late(function: str, time_limit: float | None) -> WorkerTimeoutError:
    """Return what is raised when the time is up."""
    return WorkerTimeoutError(f"{function} took longer than its time limit of {time_limit:g} s")


def died(function: str, end: WorkerEnd) -> WorkerDiedError:
    """Return what is raised for an end without an answer."""
    kind = WorkerMemoryError if end.over_memory else WorkerDiedError
    return kind(f"the process of {function} ended without an answer: {end}", end)


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, 9)
    process.kill()
    process.wait()


def main() -> None:
    """Run in the new process: order on standard input, answer on standard output."""
    from papermill_forked import worker  # the parent needs only ``call``

    order = pickle.load(sys.stdin.buffer)  # noqa: S301  # from our own parent
    with os.fdopen(os.dup(1), "wb") as channel:
        os.dup2(2, 1)  # what the function prints must not get into the answer
        if order["memory"] is not None and sys.platform == "linux":
            from papermill_forked import processes  # Linux only

            processes.limit(order["memory"], None)
        channel.write(wire.encode(worker.answer(order)))


logger = logging.getLogger("papermill_forked")


class Counter:
    """How often something ran in another way, and why. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reasons: _Counter[str] = _Counter()

    @property
    def total(self) -> int:
        """Number of times."""
        with self._lock:
            return self._reasons.total()

    @property
    def reasons(self) -> dict[str, int]:
        """Number of times by reason."""
        with self._lock:
            return dict(self._reasons)

    def add(self, reason: str, what: str) -> None:
        """Count one, here and in ``fallbacks.process``, and log a warning: never silent, never forgotten."""
        logger.warning("%s does not run in a fork: %s", what, reason, extra={"event": "fallback", "reason": reason})
        for counter in {self, process}:
            with counter._lock:  # noqa: SLF001  # of this class
                counter._reasons[reason] += 1  # noqa: SLF001


process = Counter()
"""All fallbacks of this process, those of every template included."""
