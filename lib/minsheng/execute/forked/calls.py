"""Waiting for the answer of a function that runs in a worker."""

import os
import pickle
import time
from typing import Any

from minsheng.execute.forked import wire
from minsheng.execute.forked.errors import (
    RemoteTracebackError,
    WorkerDiedError,
    WorkerEnd,
    WorkerMemoryError,
    WorkerTimeoutError,
)
from minsheng.execute.forked.workers import Worker, readable, receive

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
