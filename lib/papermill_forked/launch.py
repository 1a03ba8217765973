"""The template's process as its parent holds it: what is imported, with which settings, and how it is ended."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from papermill_forked.calls import MESSAGE_BYTES, readable, receive

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

# A library that starts threads when it is imported makes every later fork unsafe. pyarrow, which pandas imports where
# it is installed, starts one of its allocator; that is asked once, when it is loaded, so forks need not be told.
_SINGLE_THREADED = {"JE_ARROW_MALLOC_CONF": "background_thread:false"} | dict.fromkeys(
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
    """The template's process and the socket on which it takes requests; it boots by itself."""

    def __init__(self, preload: Sequence[str], warm_up: str | None, environment: Mapping[str, str]) -> None:
        self._owner = os.getpid()
        # Packets, not a stream: a request is read whole, together with the descriptors that come with it.
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        settings = {"control": theirs.fileno(), "parent": self._owner, "preload": list(preload), "warm_up": warm_up}
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
        """Return the traceback with which it could not start, once it has ended; None if it had started."""
        words = None
        while readable([self.control], 0) and (message := receive(self.control, MESSAGE_BYTES)):
            words = None if message == b"ready" else message.decode(errors="replace")
        return words

    def end(self, seconds: float = 0) -> None:
        """End it, and so all its workers; it may take some seconds to do so by itself."""
        self.control.close()  # it sees the end of the file, ends its workers and leaves
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(seconds)
        self.popen.kill()
        self.popen.wait()
