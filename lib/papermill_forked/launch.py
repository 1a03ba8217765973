"""Starting the template's process.

Imports that libraries try for a feature nobody here uses, at the price of seconds.
"""

import importlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec

from papermill_forked.calls import readable, receive

_MESSAGE_BYTES = 1 << 16

DEFAULT_PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "ipykernel_launcher",
    "IPython.core.completer",
    "multiprocessing.popen_fork",
    "nbformat.validator",
    "psutil?",
    "pandas?",
    "matplotlib.pyplot?",
    "matplotlib_inline.backend_inline?",
)
"""What a template imports unless told otherwise; a name that ends in ``?`` may be missing."""

# A library that starts threads when it is imported makes every later fork unsafe.
_SINGLE_THREADED = dict.fromkeys(
    (
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)

_QUIET = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # the debugger prints advice when it is imported
}

_BOOT = (
    "import sys; sys.path[:1] = []; "  # the folder we happen to be in is not a place to import from
    "from papermill_forked.zygote import main; main()"
)


def supported() -> bool:
    """Tell whether this platform has what the template needs (Linux)."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def interpreter_settings() -> tuple[object, ...]:
    """Return what the interpreter of a template depends on."""
    python = sorted(item for item in os.environ.items() if item[0].startswith("PYTHON"))
    return (sys.executable, sys.version, *python)


class TemplateProcess:
    """The template's process and the socket on which it takes requests; it boots by itself.

    Parameters
    ----------
    preload, warm_up, environment
        As for ``Template``.
    """

    def __init__(self, preload: Sequence[str], warm_up: str | None, environment: Mapping[str, str]) -> None:
        self._owner = os.getpid()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {
            "control": theirs.fileno(),
            "parent": self._owner,
            "preload": list(preload),
            "warm_up": warm_up,
        }
        with theirs:
            self.popen = subprocess.Popen(
                [sys.executable, "-c", _BOOT, json.dumps(settings)],
                stdin=subprocess.DEVNULL,
                env={**os.environ, **_QUIET, **_SINGLE_THREADED, **environment},
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the parent, which then ends its workers itself
            )

    @property
    def is_ours(self) -> bool:
        """Whether this process started it, rather than inherited it by a fork."""
        return self._owner == os.getpid()

    @property
    def is_alive(self) -> bool:
        """Whether requests make sense."""
        return self.is_ours and self.popen.poll() is None

    def failure(self) -> str | None:
        """Say why it could not start, once it has ended.

        Returns
        -------
        str or None
            Its traceback; None if it had started, or did not say.
        """
        words = None
        while readable([self.control], 0) and (message := receive(self.control, _MESSAGE_BYTES)):
            words = None if message == b"ready" else message.decode(errors="replace")
        return words

    def end(self, seconds: float = 0) -> None:
        """End it, and so all its workers.

        Parameters
        ----------
        seconds
            How long it may take to do so by itself.
        """
        self.control.close()  # it sees the end of the file, ends its workers and leaves
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(seconds)
        self.popen.kill()
        self.popen.wait()


_EXTRAS = {"jsonschema": ("rfc3987_syntax",)}
"""jsonschema, which nbformat, papermill and others import, builds a whole grammar in two seconds to check IRIs: no
notebook's schema holds one."""


def import_without_extras() -> None:
    """Import such libraries once without their extras; the extras themselves can be imported afterwards as ever."""
    for library, extras in _EXTRAS.items():
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
