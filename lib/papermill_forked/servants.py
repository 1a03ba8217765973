"""Workers that answer call after call: for functions whose caches are worth more than a new process each time.

``Template.call`` makes a process for one call and throws it away with all that it has learnt: fonts found, styles
matched, memory already its own. A servant keeps it, for a number of calls; then a new one takes its place, so that
memory stays bounded and nothing can pile up unseen. One call at a time is in a servant. A call that fails takes its
servant with it, unless the function itself raised.
"""

import os
import pickle
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

from papermill_forked import calls, wire
from papermill_forked.calls import Caller, Worker
from papermill_forked.template import Template

_CALLS_EACH = 12


class Servants(Caller):
    """A pool of workers that answer calls; a context manager.

    Parameters
    ----------
    template
        Whose forks they are.
    calls_each
        How many calls one answers before a new one takes its place.

    Notes
    -----
    Any number of threads may call; there are as many servants as there were calls at one time. A process that was
    itself forked from the one that made the pool starts with an empty one.
    """

    def __init__(self, template: Template, *, calls_each: int = _CALLS_EACH) -> None:
        self._template = template
        self.fallbacks = template.fallbacks
        self._calls_each = calls_each
        self._lock = threading.Lock()
        self._idle: list[tuple[Worker, int]] = []
        self._owner = os.getpid()
        self.made = 0

    def _answer(self, order: Mapping[str, Any], time_limit: float | None, memory_limit: int | None) -> list[bytes]:
        message = wire.encode([pickle.dumps(order, protocol=5)])
        worker, served = self._take(time_limit, memory_limit)
        fit = False
        try:
            with suppress(ConnectionError):  # it has ended; the status socket says how
                worker.data.sendall(message)
            answer = calls.listen(worker, order["function"], time_limit)
            fit = served + 1 < self._calls_each and not calls.ran_out_of_memory(answer)
        finally:
            if fit:
                with self._lock:
                    self._idle.append((worker, served + 1))
            else:
                worker.close()
        return answer

    def _take(self, time_limit: float | None, memory_limit: int | None) -> tuple[Worker, int]:
        """Return a servant that lives, and how many calls it has answered."""
        while True:
            with self._lock:
                if self._owner != os.getpid():
                    self._idle, self._owner = [], os.getpid()
                if not self._idle:
                    break
                worker, served = self._idle.pop()
            # One that waits has nothing to say: its socket is readable only when it is closed, and that shows at once,
            # while the report of its end comes through the template.
            if worker.poll() is None and not calls.readable([worker.data], 0):
                return worker, served
            worker.close()
        limit = calls.cpu_limit(None if time_limit is None else time_limit * self._calls_each)
        self.made += 1
        return self._template.fork({"kind": "servant"}, memory_limit=memory_limit, cpu_limit=limit), 0

    def close(self) -> None:
        """End the servants that wait for a call."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker, _ in idle:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
