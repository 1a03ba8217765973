"""A papermill engine that runs each notebook in a fork of a warm process: for anybody's notebooks, on Linux.

README.md beside this file says how to use it, what differs from a kernel, and when it pays. Who does what:

====================  ==================================================================================
in the caller         ``engine`` (papermill's door), ``client`` (nbclient's, with limits), ``connection``
                      (the fork as nbclient sees it), ``template`` and ``servants`` (forks, and functions in
                      forks), ``calls`` (one fork and its answer), ``launch`` (the template's process),
                      ``fallback`` and ``confined_kernel`` (where no fork is possible); any number of threads
in the template       ``zygote`` (waits and forks), ``preloading`` and ``rehearsal`` (so that no fork is
                      the first to do anything); one thread, ever
in each fork          ``worker`` (takes the order), ``kernel`` and ``publisher`` (ipykernel over one socket),
                      ``confinement`` (what it may reach)
on both sides         ``wire``, ``processes``, ``exceptions``
====================  ==================================================================================
"""

import importlib
from typing import TYPE_CHECKING, Any

from papermill_forked.confinement import Confinement
from papermill_forked.exceptions import (
    ForkedError,
    RemoteTracebackError,
    TemplateError,
    WorkerDiedError,
    WorkerEnd,
    WorkerMemoryError,
    WorkerTimeoutError,
)
from papermill_forked.launch import DEFAULT_PRELOAD
from papermill_forked.servants import Servants
from papermill_forked.template import Template, shared_template

if TYPE_CHECKING:
    from papermill_forked.client import (
        NotebookDiedError,
        NotebookMemoryError,
        NotebookOutputError,
        NotebookTimeoutError,
    )
    from papermill_forked.engine import ForkedEngine

__all__ = [
    "DEFAULT_PRELOAD",
    "Confinement",
    "ForkedEngine",
    "ForkedError",
    "NotebookDiedError",
    "NotebookMemoryError",
    "NotebookOutputError",
    "NotebookTimeoutError",
    "RemoteTracebackError",
    "Servants",
    "Template",
    "TemplateError",
    "WorkerDiedError",
    "WorkerEnd",
    "WorkerMemoryError",
    "WorkerTimeoutError",
    "shared_template",
]

_WITH_PAPERMILL = {
    "ForkedEngine": "engine",
    "NotebookDiedError": "client",
    "NotebookMemoryError": "client",
    "NotebookOutputError": "client",
    "NotebookTimeoutError": "client",
}


def __getattr__(name: str) -> Any:
    # These alone stay lazy. They need papermill, which no fork may pay for (every fork imports this package), and
    # papermill loads its engines, ours too, while it is imported itself: it has to come first, whoever asks.
    if name not in _WITH_PAPERMILL:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    importlib.import_module("papermill.engines")
    return getattr(importlib.import_module(f"{__name__}.{_WITH_PAPERMILL[name]}"), name)
