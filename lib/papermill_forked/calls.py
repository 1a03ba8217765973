"""One fork as its parent holds it, and a function's way into it and back."""

import json
import os
import pickle
import select
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any, TypeVar, overload

from papermill_forked import fallback, wire
from papermill_forked.exceptions import (
    RemoteTracebackError,
    TemplateError,
    WorkerDiedError,
    WorkerEnd,
    WorkerMemoryError,
)

CallResult = TypeVar("CallResult")

MESSAGE_BYTES = 1 << 16
"""More than any message on a control or status socket has."""

READ_BYTES = 1 << 20

_KILL_SECONDS = 30.0


def readable(sockets: Sequence[socket.socket], seconds: float | None) -> list[socket.socket]:
    """Return the sockets that have something to read or whose other end is closed; none when the time is up."""
    poll = select.poll()  # select() fails on descriptors above 1023
    for one in sockets:
        poll.register(one, select.POLLIN)
    ready = {fd for fd, _ in poll.poll(None if seconds is None else max(0.0, seconds) * 1000)}
    return [one for one in sockets if one.fileno() in ready]


def receive(one: socket.socket, size: int, flags: int = 0) -> bytes:
    """Receive; nothing means that the other end is closed."""
    try:
        return one.recv(size, flags)
    except ConnectionResetError:
        # An end that was closed before it had read everything says so once, as an error, and only then gives out what
        # is still in it.
        return one.recv(size, flags)


class Worker:
    """One fork: its process id (its session's too), the socket it works on, the one on which its end is reported."""

    def __init__(self, pid: int, data: socket.socket, status: socket.socket) -> None:
        self.pid = pid
        self.data = data
        self.status = status
        self.end: WorkerEnd | None = None

    def poll(self) -> WorkerEnd | None:
        """Return how it ended, without waiting; None if it still runs."""
        return self.wait(0)

    def wait(self, seconds: float | None = None) -> WorkerEnd | None:
        """Wait for its end and return how it ended; None if it still runs then."""
        if self.end is None and readable([self.status], seconds):
            if report := receive(self.status, MESSAGE_BYTES):
                self.end = WorkerEnd.from_report(json.loads(report))
            else:
                self._clean_up_after_template()
        return self.end

    def _clean_up_after_template(self) -> None:
        # The worker itself died with the template; what it had started did not.
        from papermill_forked import processes  # Linux only, and rarely needed

        processes.kill_sessions([self.pid])
        self.end = WorkerEnd(template_died=True)

    def stop(self) -> None:
        """End it, whatever it does, and wait until it and its descendants are gone."""
        if self.end is None:
            with suppress(OSError):
                self.status.send(b"kill")
            if self.wait(_KILL_SECONDS) is None:
                self._clean_up_after_template()  # it hangs

    def close(self) -> None:
        """Stop it and close its sockets."""
        self.stop()
        self.data.close()
        self.status.close()


def name_of(function: Callable[..., object] | str) -> str:
    """Return ``module:qualname``, by which another process finds a function; text is taken as it is.

    Raises
    ------
    ValueError
        If another process would not find it there: a lambda, a function within a function, an object's method, or one
        of ``__main__``, which is another module in a fork.

    Examples
    --------
    >>> name_of(json.dumps)
    'json:dumps'
    """
    if isinstance(function, str):
        return function
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    with suppress(AttributeError, KeyError):
        if module != "__main__" and attrgetter(name)(sys.modules[str(module)]) == function:
            return f"{module}:{name}"
    raise ValueError(f"{function!r} cannot be found in another process: it takes a function of an importable module")


class Caller:
    """Who can call a function in another process: a template in a new fork, servants in one that waits."""

    fallbacks: fallback.Counter

    @overload
    def call(
        self,
        function: Callable[..., CallResult],
        *args: Any,
        time_limit: float | None = None,
        memory_limit: int | None = None,
        **kwargs: Any,
    ) -> CallResult: ...

    @overload
    def call(
        self,
        function: str,
        *args: Any,
        time_limit: float | None = None,
        memory_limit: int | None = None,
        **kwargs: Any,
    ) -> Any: ...

    def call(
        self,
        function: Callable[..., CallResult] | str,
        *args: Any,
        time_limit: float | None = None,
        memory_limit: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call a function in a fork and return what it returns; it runs at most once, whatever happens.

        Parameters
        ----------
        function
            A function of a module; or ``module:function``, where this process is not to import the module.
        *args, **kwargs
            Its arguments; they are pickled.
        time_limit
            Seconds.
        memory_limit
            Bytes beyond what the template holds, the function's own processes counted in. A servant has it for all
            its calls together.

        Returns
        -------
        Any
            The function's result, pickled on its way.

        Raises
        ------
        WorkerTimeoutError
            If it took longer than ``time_limit``; it and its descendants are gone.
        WorkerMemoryError
            If it ran into ``memory_limit``.
        WorkerDiedError
            If its process ended without an answer.
        ValueError
            If another process would not find the function: see ``name_of``.
        Exception
            Whatever the function raised, with the worker's traceback as its cause.
        """
        name = name_of(function)
        order = {"kind": "call", "function": name, "args": args, "kwargs": kwargs}
        try:
            answer = self._answer(order, time_limit, memory_limit)
        except TemplateError as error:  # comes only before anything has run
            self.fallbacks.add(str(error), f"a call of {name}")
            answer = fallback.call(order, time_limit=time_limit, memory_limit=memory_limit)
        return _unpacked(answer, name, memory_limit)

    def _answer(self, order: Mapping[str, Any], time_limit: float | None, memory_limit: int | None) -> list[bytes]:
        """Have an order answered in a fork; TemplateError where there is none."""
        raise NotImplementedError


def cpu_limit(time_limit: float | None) -> float | None:
    """Return the processor time (seconds) that a time limit leaves, should whoever watches the clock hang."""
    if time_limit is None:
        return None
    return time_limit * (os.cpu_count() or 1) + 1


def listen(worker: Worker, function: str, time_limit: float | None) -> list[bytes]:
    """Wait for the answer, the worker's end, or the end of the time; the last two are raised."""
    deadline = None if time_limit is None else time.monotonic() + time_limit
    decoder = wire.Decoder()
    while True:
        left = None if deadline is None else deadline - time.monotonic()
        ready = readable([worker.data, worker.status], left)
        if not ready:
            raise fallback.late(function, time_limit)
        data = receive(worker.data, READ_BYTES) if worker.data in ready else None
        if data:
            for answer in decoder.feed(data):
                return answer
        else:  # it has said all that it will say; what counts now is its end
            if (end := worker.wait(left)) is None:
                raise fallback.late(function, time_limit)
            raise fallback.died(function, end)


def ran_out_of_memory(answer: list[bytes]) -> bool:
    """Tell whether the function met the limit of its process's memory, which then is of no use to the next call."""
    return answer[0] == b"error" and b"MemoryError" in answer[2]


def _unpacked(answer: list[bytes], function: str, memory_limit: int | None) -> Any:
    if answer[0] == b"result":
        return pickle.loads(answer[1])  # noqa: S301  # from our own worker
    text = answer[2].decode(errors="replace")
    cause = RemoteTracebackError(f"\n{text}")
    error = pickle.loads(answer[1]) if answer[1] else WorkerDiedError(f"{function} failed:\n{text}")  # noqa: S301
    if isinstance(error, MemoryError) and memory_limit is not None:
        error = WorkerMemoryError(f"{function} exceeded its memory limit of {memory_limit} bytes")
    raise error from cause
