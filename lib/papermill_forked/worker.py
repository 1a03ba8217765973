"""What a fork does: become the process that the parent asked for, then run a function or a notebook."""

import gc
import importlib
import os
import pickle
import random
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from papermill_forked import wire
from papermill_forked.preloading import choose_backend, named

_READ_BYTES = 1 << 20


@dataclass(frozen=True)
class ForkTask:
    """What a new fork has to do: where its order comes from, and its limits."""

    data: socket.socket
    memory: int | None
    cpu: float | None


def run(task: ForkTask) -> NoReturn:
    """Take the order from the data socket and carry it out; never return."""
    code = 1
    try:
        orders = _orders(task)
        order = next(orders, None)
        if order is None:
            raise EOFError("the parent went away before it said what to do")  # noqa: TRY301
        _become(order)
        _limit(task)
        if order["kind"] == "notebook":
            kernel = importlib.import_module("papermill_forked.kernel")
            code = kernel.run(task.data, order["arguments"], order.get("confinement"))
        elif order["kind"] == "servant":
            # What a call leaves behind goes with this process, before looking for cycles in it would pay.
            gc.disable()
            for call in orders:
                task.data.sendall(wire.encode(answer(call)))
            code = 0
        else:
            task.data.sendall(wire.encode(answer(order)))
            code = 0
    except BaseException:  # noqa: BLE001  # a fork must never return into the template's code
        traceback.print_exc()
    finally:
        os._exit(code)


def _orders(task: ForkTask) -> Iterator[dict[str, Any]]:
    decoder = wire.Decoder()
    while data := task.data.recv(_READ_BYTES):
        for (order,) in decoder.feed(data):
            yield pickle.loads(order)  # noqa: S301  # from our own parent


def _limit(task: ForkTask) -> None:
    from papermill_forked import processes  # Linux only, loaded by the template

    processes.limit(task.memory, task.cpu)


def _become(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    tempfile.tempdir = None  # the template's; the order's environment may name another
    choose_backend()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    random.seed()
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        # All forks inherit the same generator: without this, all draw the same numbers.
        numpy_random.seed()


def answer(order: dict[str, Any]) -> list[bytes]:
    """Call the function of an order; return ``result`` and its pickle, or ``error``, its pickle and its traceback."""
    try:
        parts = [b"result", pickle.dumps(named(order["function"])(*order["args"], **order["kwargs"]), protocol=5)]
    except BaseException as error:  # noqa: BLE001  # it is raised again in the parent
        parts = [b"error", _pickled(error), traceback.format_exc().encode()]
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return parts


def _pickled(error: BaseException) -> bytes:
    """Pickle an exception if it survives the journey; nothing where it cannot be built again."""
    try:
        data = pickle.dumps(error, protocol=5)
        pickle.loads(data)  # noqa: S301  # our own pickle, to see that it can be read
    except Exception:  # noqa: BLE001  # any class may fail in any way; the caller then gets the text
        return b""
    return data
