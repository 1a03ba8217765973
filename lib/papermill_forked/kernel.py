"""ipykernel in a forked process: the same application, kernel and shell, with one socket instead of five.

Everything that decides about output is ipykernel's own: ``dispatch_shell``, the asyncio loop that runs for the
whole notebook (so top-level ``await`` and background tasks work), the session, the display hooks. What is
replaced is what carries messages.
"""

import asyncio
import atexit
import importlib.util
import itertools
import os
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import ipykernel.ipkernel
import IPython.core.shellapp
import zmq
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel
from tornado.ioloop import IOLoop
from traitlets import Any as AnyTrait
from traitlets import Type, default
from traitlets.config import Config
from traitlets.config.loader import DeferredConfigString

from papermill_forked import wire
from papermill_forked.confinement import Confinement, confine
from papermill_forked.publisher import Publisher

_READ_BYTES = 1 << 20

_SETTING = re.compile(r"--([A-Z]\w*)\.(\w+)=(.*)", re.DOTALL)


class _NoShellChannelThread:
    """False, for there is none; ipykernel still asks it for the thread in which cells run."""

    parent_thread = threading.main_thread()

    def __bool__(self) -> bool:
        return False


class _NoModules:
    """The module ``sys`` as it looks before anything is imported."""

    modules: Mapping[str, ModuleType] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(sys, name, value)


@contextmanager
def _without_modules(module: ModuleType) -> Iterator[None]:
    """Hide from a module what has been imported: to look at each name of the template's modules is to copy its page."""
    vars(module)["sys"] = _NoModules()
    try:
        yield
    finally:
        vars(module)["sys"] = sys


MODULES: set[str] = set()
"""The modules that the template has imported, in a fork of it."""


class ShellStream:
    """The shell channel over the data socket."""

    def __init__(self, data: socket.socket, publisher: Publisher) -> None:
        self._data = data
        self._publisher = publisher
        self._decoder = wire.Decoder()
        self._callback: Callable[..., Any] | None = None
        self._tasks: set[asyncio.Future[Any]] = set()

    def on_recv(self, callback: Callable[..., Any], *, copy: bool = True) -> None:
        """Call a coroutine function with the frames of each request."""
        del copy
        self._callback = callback

    def send_multipart(self, msg: Sequence[wire.MessagePart], *_: Any, **__: Any) -> None:
        """Send a reply."""
        self._publisher.send_reply(msg)

    def listen(self) -> None:
        """Read requests in the running thread's loop."""
        IOLoop.current().add_handler(self._data, self._readable, IOLoop.READ)

    def _readable(self, *_: Any) -> None:
        data = self._data.recv(_READ_BYTES)
        if not data:
            IOLoop.current().stop()
        for channel, *frames in self._decoder.feed(data):
            if channel == b"control":  # the only word on it is "shutdown"
                IOLoop.current().stop()
            elif self._callback is not None:
                task = asyncio.ensure_future(self._callback([zmq.Frame(frame) for frame in frames]))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)


class ForkedKernel(IPythonKernel):
    """ipykernel's kernel without sockets, subshells and debugger connection."""

    shell_stream = AnyTrait()
    shell_channel_thread = AnyTrait(_NoShellChannelThread())
    _supports_kernel_subshells = False

    def __init__(self, **options: Any) -> None:
        # ipykernel lists the files of all modules for its debugger, which nobody can reach here: a fifth of all that a
        # notebook would copy.
        with _without_modules(ipykernel.ipkernel):
            super().__init__(**options)  # type: ignore[no-untyped-call]

    @default("_execute_sleep")
    def _no_sleep(self) -> float:
        # ipykernel waits 0.5 ms for its thread to have sent the output; here it has been sent.
        return 0.0

    def start(self) -> None:
        """Start, without the debugger's connection."""
        if self.shell:
            self.shell.exit_now = False
        Kernel.start(self)  # type: ignore[no-untyped-call]

    async def do_execute(self, *args: Any, **kwargs: Any) -> Any:
        """Execute a cell; a child of the cell's own ``os.fork`` that comes to its end too ends there."""
        reply = await super().do_execute(*args, **kwargs)  # type: ignore[no-untyped-call]
        if self.iopub_thread.in_fork:
            # It shares our sockets: it would answer for us and take our next request. A kernel leaves it idle for ever.
            self._stdout.flush()
            self._stderr.flush()
            os._exit(0)
        return reply

    def _publish_status(self, status: str, channel: str, parent: Any = None) -> None:
        if status == "idle":
            # Somebody may have replaced sys.stdout, which is all that ipykernel flushes.
            self._stdout.flush()
            self._stderr.flush()
        self.iopub_thread.holding = status == "busy"
        super()._publish_status(status, channel, parent)  # type: ignore[no-untyped-call]
        self.iopub_thread.holding = False

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Do nothing: the parent sends one request at a time."""


class ForkedKernelApp(IPKernelApp):
    """ipykernel's application, started with one socket.

    Profile, configuration files, start-up files, extensions and ``sys.path`` are handled by the base.
    """

    # A name of its own would make IPython look for other configuration files.
    name = "ipython-kernel"
    kernel_class = Type(ForkedKernel)
    data: socket.socket | None = None

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """Take ``--Class.trait=value`` as it stands: a parser for all that could be said takes longer than a cell."""
        found = [_SETTING.fullmatch(argument) for argument in argv or ()]
        if not all(found):
            super().parse_command_line(argv)
            return
        config = Config()
        for owner, trait, value in (match.groups() for match in found if match):
            config[owner][trait] = DeferredConfigString(value)
        self.cli_config = config
        self.update_config(config)

    def tell_refused(self, what: str) -> None:
        """Tell the parent what a confined notebook was refused."""
        if self.iopub_thread is not None:
            self.iopub_thread.send_control(b"refused", what.encode(errors="replace"))

    def init_connection_file(self) -> None:
        """Have no connection file."""

    def write_connection_file(self, **kwargs: Any) -> None:
        """Have no connection file."""

    def log_connection_info(self) -> None:
        """Have no connection."""

    def init_poller(self) -> None:
        """Need no poller: the template watches the parent."""

    def init_heartbeat(self) -> None:
        """Need no heartbeat: the template reports the end of the process."""

    def init_sockets(self) -> None:
        """Put the data socket where zmq sockets would be."""
        self.outstream_class = "papermill_forked.publisher.CapturedStream"
        self.capture_fd_output = self.capture_fd_output and self.data is not None
        self.session.auth = None  # as on the other side
        self.configure_tornado_logger()  # type: ignore[no-untyped-call]
        self.iopub_thread = Publisher(self.data, self.session)
        self.iopub_socket = self.iopub_thread
        if self.data is not None:
            self.shell_socket = ShellStream(self.data, self.iopub_thread)

    def init_code(self) -> None:
        """Run start-up files and what else comes before the first cell."""
        with _without_modules(IPython.core.shellapp):
            super().init_code()  # type: ignore[no-untyped-call]
        # The names of all modules, for ``%reset -f aggressive``: the template's are known, those that came since then
        # stand behind them. To look at all would be a tenth of all that a notebook copies.
        MODULES.update(itertools.islice(reversed(sys.modules), max(0, len(sys.modules) - len(MODULES))))
        shell: Any = self.shell
        shell._sys_modules_keys = MODULES  # noqa: SLF001  # as the base does

    def init_kernel(self) -> None:
        """Make the kernel."""
        if self.data is not None:
            self.iopub_thread.start()
        kernel = self.kernel_class.instance(
            parent=self,
            session=self.session,
            shell_stream=self.shell_socket,
            iopub_thread=self.iopub_thread,
            iopub_socket=self.iopub_socket,
            log=self.log,
            profile_dir=self.profile_dir,
            user_ns=self.user_ns,
        )
        self.kernel = kernel
        self.displayhook.get_execution_count = lambda: kernel.execution_count


def run(data: socket.socket, arguments: list[str], confinement: Confinement | None = None) -> int:
    """Run a kernel until the parent asks it to end; return the exit code of the process."""
    launcher = importlib.util.find_spec("ipykernel_launcher")
    # What a notebook that parses arguments would find in a real kernel.
    sys.argv = [str(launcher and launcher.origin), "-f", "forked.json", *arguments]
    asyncio.set_event_loop(asyncio.new_event_loop())
    app = ForkedKernelApp.instance()
    app.data = data
    if confinement is not None:  # before there is a second thread, which would stay free
        confine(confinement, app.tell_refused)
    app.initialize(arguments)  # type: ignore[no-untyped-call]
    app.kernel.start()
    app.shell_socket.listen()
    app.iopub_thread.send_control(b"ready")
    IOLoop.current().start()
    _keep_history(app.shell)
    # As at the end of a Python process; tearing down the interpreter itself would only cost time.
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001
    app.iopub_thread.stop()
    return 0


def _keep_history(shell: Any) -> None:
    """Leave a history in memory to the end of the process, which takes it along: to clear it away takes longer."""
    history = shell.history_manager
    finalizer = getattr(history, "_finalizer", None)
    if finalizer is not None and str(history.hist_file) == ":memory:":
        finalizer.detach()
