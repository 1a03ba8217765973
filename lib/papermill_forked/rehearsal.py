"""One kernel, started and thrown away in the template, so that no fork is the first to do anything.

The second kernel of a process starts three times faster than the first; the first traceback, the first chart and
the first table of a process each cost as much as a small notebook.
"""

import asyncio
import atexit
import builtins
import contextlib
import logging
import os
import pdb  # noqa: T100  # ipykernel replaces its classes, which is undone here
import signal
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import comm
import ipykernel.ipkernel
import nbformat
from IPython.core.interactiveshell import InteractiveShell
from tornado.ioloop import IOLoop

from papermill_forked.kernel import ForkedKernelApp

_CELLS = (
    "1 + 1",
    "print('a')",
    "import subprocess; subprocess.run(['true'])",
    "await __import__('asyncio').sleep(0)",
    "1 / 0",
)

_CELLS_BY_MODULE = {
    "pandas": "import pandas; pandas.DataFrame({'a': [1.5], 'b': ['x']})",
    "matplotlib.pyplot": (
        "%matplotlib inline\n"
        "import matplotlib.pyplot as plt; figure, axes = plt.subplots(); axes.bar(['a', 'b'], [3, 4]);"
        " axes.plot([1, 2]); axes.set_title('a'); plt.show()"
    ),
}


@contextlib.contextmanager
def _restored() -> Iterator[None]:
    """Put back what a kernel changes in its process."""
    values: dict[tuple[Any, str], Any] = {
        (owner, name): getattr(owner, name, None)
        for owner, name in (
            (sys, "stdout"), (sys, "stderr"), (sys, "displayhook"), (sys, "excepthook"), (sys, "argv"),
            (pdb, "Pdb"), (pdb, "set_trace"), (comm, "create_comm"), (comm, "get_comm_manager"),
        )
    }  # fmt: skip
    mappings = [vars(builtins), os.environ, sys.modules]
    copies: list[dict[Any, Any]] = [dict(vars(builtins)), dict(os.environ), {"__main__": sys.modules["__main__"]}]
    path, folder, filters = list(sys.path), Path.cwd(), list(warnings.filters)
    handlers = {name: list(logging.getLogger(name).handlers) for name in ("", "tornado")}
    interrupt = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        for (owner, name), value in values.items():
            setattr(owner, name, value)
        for mapping, copy in zip(mappings[:2], copies[:2], strict=True):
            for key in set(mapping) - set(copy):
                del mapping[key]
        for mapping, copy in zip(mappings, copies, strict=True):
            mapping.update(copy)
        sys.path[:] = path
        os.chdir(folder)
        warnings.filters[:] = filters  # type: ignore[index]  # a list, whatever typeshed says
        for name, kept in handlers.items():
            logging.getLogger(name).handlers[:] = kept
        signal.signal(signal.SIGINT, interrupt)


def rehearse() -> None:
    """Start a kernel without threads and sockets, run a few cells, and clear it all away."""
    # The first use compiles the schema.
    nbformat.validate(nbformat.v4.new_notebook(), version=4)  # type: ignore[no-untyped-call]
    with _restored():
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        app = ForkedKernelApp.instance()
        app.initialize(["--HistoryManager.hist_file=:memory:"])  # type: ignore[no-untyped-call]
        shell = app.shell
        cells = [*_CELLS, *(cell for name, cell in _CELLS_BY_MODULE.items() if name in sys.modules)]
        for cell in cells:
            loop.run_until_complete(_run(app, cell))
        _clear(app, shell)
        IOLoop.clear_current()
        loop.close()
        asyncio.set_event_loop(None)


async def _run(app: Any, cell: str) -> None:
    IOLoop.current()  # imports what it needs
    await app.kernel.do_execute(cell, silent=False, store_history=False)


def _clear(app: Any, shell: Any) -> None:
    atexit.unregister(shell.atexit_operations)
    shell.history_manager.end_session()
    app.kernel.comm_manager.comms.clear()
    ipykernel.ipkernel._comm_manager = None  # noqa: SLF001  # a fork must make its own
    app.iopub_thread.close()
    type(app.kernel).clear_instance()
    type(shell).clear_instance()
    ForkedKernelApp.clear_instance()
    InteractiveShell.clear_instance()
