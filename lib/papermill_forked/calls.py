"""Waiting for the answer of a function that runs in a worker.

The parent's handle of one fork.
"""

import json
import os
import pickle
import select
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from papermill_forked import wire
from papermill_forked.exceptions import (
    RemoteTracebackError,
    WorkerDiedError,
    WorkerEnd,
    WorkerMemoryError,
    WorkerTimeoutError,
)

_MESSAGE_BYTES = 1 << 16

_KILL_SECONDS = 30.0


def readable(sockets: Sequence[socket.socket], seconds: float | None) -> list[socket.socket]:
    """Wait until a socket has something to read, or its other end is closed.

    Parameters
    ----------
    sockets
        What to watch.
    seconds
        How long; None is for ever.

    Returns
    -------
    list of socket
        Those that are ready; empty when the time is up.
    """
    poll = select.poll()  # select() fails on descriptors above 1023
    for one in sockets:
        poll.register(one, select.POLLIN)
    ready = {fd for fd, _ in poll.poll(None if seconds is None else max(0.0, seconds) * 1000)}
    return [one for one in sockets if one.fileno() in ready]


def receive(one: socket.socket, size: int, flags: int = 0) -> bytes:
    """Receive; nothing means that the other end is closed.

    A socket whose other end was closed before it had read everything says so once, as an error, and only
    then gives out what is still in it.

    Parameters
    ----------
    one
        Where from.
    size, flags
        As for ``socket.recv``.

    Returns
    -------
    bytes
        What came.
    """
    try:
        return one.recv(size, flags)
    except ConnectionResetError:
        return one.recv(size, flags)


class Worker:
    """One fork of the template, seen from the parent.

    Parameters
    ----------
    pid
        Its process id, which is its session id too.
    data
        The socket that it works on.
    status
        The socket on which the template reports its end.
    """

    def __init__(self, pid: int, data: socket.socket, status: socket.socket) -> None:
        self.pid = pid
        self.data = data
        self.status = status
        self.end: WorkerEnd | None = None

    def kill(self) -> None:
        """Ask for the end of the process and all that descend from it."""
        with suppress(OSError):
            self.status.send(b"kill")

    def poll(self) -> WorkerEnd | None:
        """Look whether it has ended, without waiting.

        Returns
        -------
        WorkerEnd or None
            How it ended.
        """
        return self.wait(0)

    def wait(self, seconds: float | None = None) -> WorkerEnd | None:
        """Wait for its end.

        Parameters
        ----------
        seconds
            How long; None is for ever.

        Returns
        -------
        WorkerEnd or None
            How it ended, or None if it still runs.
        """
        if self.end is None and readable([self.status], seconds):
            if report := receive(self.status, _MESSAGE_BYTES):
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
            self.kill()
            if self.wait(_KILL_SECONDS) is None:
                self._clean_up_after_template()  # it hangs

    def close(self) -> None:
        """Stop it and close its sockets."""
        self.stop()
        self.data.close()
        self.status.close()


_READ_BYTES = 1 << 20

_END_SECONDS = 1.0


def cpu_limit(time_limit: float | None) -> float | None:
    """Bound the processor time where the time is bounded.

    It matters only if the parent, which watches the clock, hangs.

    Parameters
    ----------
    time_limit
        Seconds, or None.

    Returns
    -------
    float or None
        Processor seconds.
    """
    if time_limit is None:
        return None
    return time_limit * (os.cpu_count() or 1) + 1


def await_answer(worker: Worker, function: str, time_limit: float | None) -> list[bytes]:
    """Wait for the answer, the worker's end, or the end of the time; the worker is gone then.

    Parameters
    ----------
    worker
        Who answers.
    function
        Its name, for messages.
    time_limit
        Seconds from now, or None.

    Returns
    -------
    list of bytes
        What ``unpack`` takes.

    Raises
    ------
    WorkerTimeoutError
        When the time is up.
    WorkerDiedError
        If it ended without an answer.
    """
    try:
        answer = listen(worker, function, time_limit)
        worker.wait(_END_SECONDS)  # it ends by itself now; what it leaves behind is swept away
        return answer
    finally:
        worker.close()


def listen(worker: Worker, function: str, time_limit: float | None) -> list[bytes]:
    """Wait for an answer as ``await_answer`` does, but leave the worker as it is.

    Parameters
    ----------
    worker, function, time_limit
        As for ``await_answer``.

    Returns
    -------
    list of bytes
        What ``unpack`` takes.

    Raises
    ------
    WorkerTimeoutError
        When the time is up.
    WorkerDiedError
        If it ended without an answer.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    decoder = wire.Decoder()
    while True:
        left = None if deadline is None else deadline - time.monotonic()
        ready = readable([worker.data, worker.status], left)
        if not ready:
            raise _late(function, time_limit)
        data = receive(worker.data, _READ_BYTES) if worker.data in ready else None
        if data:
            for answer in decoder.feed(data):
                return answer
        else:  # it has said all that it will say; what counts now is its end
            if (end := worker.wait(left)) is None:
                raise _late(function, time_limit)
            raise _died(function, end)


def _late(function: str, time_limit: float | None) -> WorkerTimeoutError:
    return WorkerTimeoutError(f"{function} took longer than its time limit of {time_limit:g} s")


def _died(function: str, end: WorkerEnd) -> WorkerDiedError:
    kind = WorkerMemoryError if end.over_memory else WorkerDiedError
    return kind(f"the process of {function} ended without an answer: {end}", end)


def ran_out_of_memory(answer: list[bytes]) -> bool:
    """Tell whether the function met the limit of its process's memory, which then is of no use to the next call."""
    return answer[0] == b"error" and b"MemoryError" in answer[2]


def unpack(answer: list[bytes], function: str, memory_limit: int | None) -> Any:
    """Return the result, or raise what the function raised.

    Parameters
    ----------
    answer
        From ``await_answer``.
    function
        Its name, for messages.
    memory_limit
        Bytes, or None.

    Returns
    -------
    Any
        The function's result.

    Raises
    ------
    WorkerMemoryError
        If the function ran into its limit.
    """
    if answer[0] == b"result":
        return pickle.loads(answer[1])  # noqa: S301  # from our own worker
    text = answer[2].decode(errors="replace")
    cause = RemoteTracebackError(f"\n{text}")
    error = pickle.loads(answer[1]) if answer[1] else WorkerDiedError(f"{function} failed:\n{text}")  # noqa: S301
    if isinstance(error, MemoryError) and memory_limit is not None:
        error = WorkerMemoryError(f"{function} exceeded its memory limit of {memory_limit} bytes")
    raise error from cause
