"""matplotlib's state: used when warming up, and then as new as in a process that has just imported it.

A kernel's pyplot picks its backend at the first figure, and the inline backend meets the shell when it is
imported for that. So the template imports everything, draws, and then forgets that it ever had a backend.
"""

import os
import sys
from typing import Any

_BACKEND = "matplotlib_inline.backend_inline"


def settings() -> dict[str, Any] | None:
    """Return matplotlib's settings, to be given to ``forget`` later; None where it is not loaded."""
    matplotlib = sys.modules.get("matplotlib")
    return None if matplotlib is None else dict.copy(matplotlib.rcParams)


def forget(before: dict[str, Any] | None) -> None:
    """Make pyplot as it was before the first figure.

    Parameters
    ----------
    before
        The settings to go back to.
    """
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    pyplot.close("all")
    pyplot._backend_mod = None  # type: ignore[attr-defined]  # noqa: SLF001  # where it keeps its choice
    hook = pyplot._ReplDisplayHook  # noqa: SLF001  # it must meet the next shell as well
    pyplot._REPL_DISPLAYHOOK = hook.NONE  # type: ignore[attr-defined]  # noqa: SLF001
    if before is not None:
        dict.update(pyplot.rcParams, before)
    choose_backend()
    if sys.modules.pop(_BACKEND, None) is not None:
        del sys.modules["matplotlib_inline"].backend_inline
        sys.modules["matplotlib_inline.config"].InlineBackend.clear_instance()


def choose_backend() -> None:
    """Take the backend from MPLBACKEND, as importing matplotlib does; the first figure loads it."""
    matplotlib = sys.modules.get("matplotlib")
    backend = os.environ.get("MPLBACKEND")
    if matplotlib is not None and backend:
        dict.__setitem__(matplotlib.rcParams, "backend", backend)
