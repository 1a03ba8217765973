"""What a template does before its first fork: import, draw once, and be as new as a process that has just imported.

A kernel's pyplot picks its backend at the first figure, and the inline backend meets the shell when it is
imported for that. So the template imports everything, draws, and then forgets that it ever had a backend.
"""

import gc
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from operator import attrgetter
from types import MappingProxyType
from typing import Any

_BACKEND = "matplotlib_inline.backend_inline"

_EXTRAS: dict[str, Sequence[str]] = {"jsonschema": ("rfc3987_syntax",)}
"""Library → what it imports for a feature nobody here uses: jsonschema, which nbformat, papermill and others import,
builds a whole grammar in two seconds to check IRIs, and no notebook's schema holds one."""

_DEBUGGER = "ipykernel.debugger"
"""What a kernel asks whether it can be debugged. Nobody can connect to a fork of ours, and the debugger itself is fifty
modules; a notebook that imports it gets it."""


def preload(names: Sequence[str], warm_up: str | None) -> None:
    """Import modules (one that ends in ``?`` only where it is installed), then call ``module:function``."""
    import_without_extras({_DEBUGGER: ("debugpy",)} if _DEBUGGER in names else {})
    for name in names:
        module = name.removesuffix("?")
        if name.endswith("?") and find_spec(module.partition(".")[0]) is None:
            continue
        importlib.import_module(module)
    gc.freeze()  # what imports made stays: to look at it all for what a rehearsal leaves takes a tenth of the boot
    matplotlib = sys.modules.get("matplotlib")
    settings = None if matplotlib is None else dict.copy(matplotlib.rcParams)
    # A template for functions alone has no kernel to rehearse, and must not import one for it.
    if "ipykernel.kernelapp" in sys.modules:
        importlib.import_module("papermill_forked.rehearsal").rehearse()
    if warm_up is not None:
        named(warm_up)()
    _forget_charts(settings)


def named(name: str) -> Any:
    """Return what ``module:qualified.name`` names."""
    module, _, function = name.partition(":")
    return attrgetter(function)(importlib.import_module(module))


def import_without_extras(more: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
    """Import such libraries once without their extras; the extras themselves can be imported afterwards as ever.

    Parameters
    ----------
    more
        Library → extras, for a process that needs other libraries' extras no more than these.
    """
    for library, extras in (_EXTRAS | dict(more)).items():
        if library in sys.modules or find_spec(library) is None:
            continue
        hidden = [name for name in extras if name not in sys.modules]
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment]  # Python's own way to say: this import fails
        try:
            importlib.import_module(library)
        finally:
            for name in hidden:
                del sys.modules[name]


def _forget_charts(settings: dict[str, Any] | None) -> None:
    """Make pyplot as it was before the first figure, with the settings of then."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    pyplot.close("all")
    pyplot._backend_mod = None  # type: ignore[attr-defined]  # noqa: SLF001  # where it keeps its choice
    hook = pyplot._ReplDisplayHook  # noqa: SLF001  # it must meet the next shell as well
    pyplot._REPL_DISPLAYHOOK = hook.NONE  # type: ignore[attr-defined]  # noqa: SLF001
    if settings is not None:
        dict.update(pyplot.rcParams, settings)
    choose_backend()
    if sys.modules.pop(_BACKEND, None) is not None:
        del sys.modules["matplotlib_inline"].backend_inline
        sys.modules["matplotlib_inline.config"].InlineBackend.clear_instance()


def choose_backend() -> None:
    """Take the backend from MPLBACKEND, as importing matplotlib does; the first figure loads it."""
    matplotlib = sys.modules.get("matplotlib")
    backend = os.environ.get("MPLBACKEND")
    if matplotlib is not None and backend:
        # Not by matplotlib's own setter: it would load the backend now, in the template's surroundings.
        dict.__setitem__(matplotlib.rcParams, "backend", backend)
