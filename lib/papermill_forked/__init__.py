"""A papermill engine that runs each notebook in a fork of a warm process.

A new Jupyter kernel costs seconds, nearly all of them imports. Here one process, the template, imports
everything once; each notebook then runs in a fork of it: a process of its own, that starts in some tens of
milliseconds and shares nothing that it changes. What the notebook gives is what a normal kernel gives, since
the kernel, the shell and the client are ipykernel's, IPython's and nbclient's own; only the five sockets
between them are replaced by one.

Usage
-----
With papermill, where this package is installed::

    papermill --engine forked in.ipynb out.ipynb

    import papermill
    papermill.execute_notebook(
        "in.ipynb", "out.ipynb", engine_name="forked",
        execution_timeout=60,         # seconds per cell, as ever
        time_limit=300,               # seconds for all cells together
        memory_limit=2 * 1024**3,     # bytes beyond what the template holds
    )

The gain is in one process that executes many notebooks, in as many threads as there are processors: the
command line pays for the template at every call. A template of one's own knows what one's notebooks import,
boots while the parent does something else, and can run functions in the same kind of worker::

    from papermill_forked import DEFAULT_PRELOAD, Template, shared_template

    with Template([*DEFAULT_PRELOAD, "nbconvert?", "my.reports"], "my.reports:warm_up") as template:
        papermill.execute_notebook(nb, None, engine_name="forked", template=template)
        html = template.call("my.render:to_html", nb, time_limit=30, memory_limit=2**30)

``shared_template(preload, warm_up, key=…)`` makes the one that engine calls use when they name none; a new key
(a lock file's hash, a package's version) replaces it.

Limits and failures
-------------------
=========================  =====================================================================
a cell is too slow         ``nbclient.exceptions.CellTimeoutError``
the notebook is too slow   ``NotebookTimeoutError``, a ``CellTimeoutError``
memory                     ``MemoryError`` in the cell where Python can raise it (each process has
                           the limit as address space), else ``NotebookMemoryError`` (all of the
                           notebook's processes together, looked at four times a second)
the process ends           ``NotebookDiedError``, a ``DeadKernelError``, with cell, signal or code
an error in a cell         ``papermill.PapermillExecutionError``, as ever
=========================  =====================================================================

The cell concerned is marked ``failed`` in papermill's metadata, and cells after it stay ``pending``; papermill
with a normal kernel calls them all ``completed``. When a notebook ends, however it ends, so do all processes
that it has started, daemons included. When the parent ends, however it ends, so do the template and all
notebooks. ``Template.call`` raises ``WorkerTimeoutError``, ``WorkerMemoryError``, ``WorkerDiedError``, or what
the function raised with the worker's traceback as its cause.

Where no fork is possible (not Linux; a module of the preload cannot be imported or starts threads; a kernel
that is not this interpreter's plain ipykernel; ``km`` or ``kernel_manager_class`` given), a notebook runs in a
normal kernel and a function in a new process. Each time is logged as a warning and counted with its reason,
in ``template.fallbacks`` and in ``fallbacks.process``.

What differs from a normal kernel
---------------------------------
- Nobody can connect: no front end, debugger, subshells or GUI event loops. Widgets work and leave their state
  in the notebook, as nbclient records it.
- Modules of the preload are imported already: what they print or warn of when imported is not in the
  notebook, and they saw the template's environment. BLAS keeps the one thread that it had there.
- All forks of a template share its hash seed. The generators of ``random`` and ``numpy.random`` are seeded
  anew; a library that keeps another global generator has to be seeded by the notebook.
- Output of subprocesses is in the notebook, not on the terminal as well, and always in the order in which it
  was written; a kernel leaves that to chance. The stack below a cell is some frames shorter.
- Sockets, locks, threads and open files do not survive a fork well: a module that makes them when it is
  imported does not belong in the preload. A template with a second thread refuses to fork.

Platform: Linux 5.3 or later, CPython 3.11 or later. Nothing here imports anything else of the product.
"""

import importlib
from typing import Any

_HOME = {
    "ForkedEngine": "engine",
    "NotebookDiedError": "engine", "NotebookMemoryError": "engine", "NotebookTimeoutError": "engine",
    "Template": "template", "shared_template": "template", "DEFAULT_PRELOAD": "launch",
    "ForkedError": "exceptions", "RemoteTracebackError": "exceptions", "TemplateError": "exceptions",
    "WorkerDiedError": "exceptions", "WorkerEnd": "exceptions", "WorkerMemoryError": "exceptions", "WorkerTimeoutError": "exceptions",
}  # fmt: skip

_NEEDS_PAPERMILL = {"engine"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if _HOME[name] in _NEEDS_PAPERMILL:
        # papermill loads all engines, this one too, while it is imported itself: it has to come first.
        importlib.import_module("papermill.engines")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
