"""The warm process that forks workers, and the one that a whole process shares."""

import atexit
import json
import os
import pickle
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from papermill_forked import calls, fallback, launch, wire
from papermill_forked.calls import MESSAGE_BYTES, Caller, Worker, readable, receive
from papermill_forked.exceptions import TemplateError
from papermill_forked.launch import DEFAULT_PRELOAD

_BOOT_SECONDS = 120.0

_END_SECONDS = 10.0

_LEAVE_SECONDS = 1.0


class Template(Caller):
    """A warm process that forks workers.

    Parameters
    ----------
    preload
        Modules to import once; one that ends in ``?`` may be missing.
    warm_up
        A function of a module, or ``module:function``: called once after the imports.
    key
        Whatever a template depends on besides the interpreter: a lock file's hash, a package's version.
        ``shared_template`` replaces a template whose key has changed.
    environment
        Variables to set for the imports, besides the parent's. Forks get the parent's own environment of
        the moment they are made.

    Notes
    -----
    Any number of threads may use it. It ends with its parent, however that ends.
    """

    def __init__(
        self,
        preload: Sequence[str] = DEFAULT_PRELOAD,
        warm_up: Callable[[], object] | str | None = None,
        *,
        key: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.preload = tuple(preload)
        self.warm_up = None if warm_up is None else calls.name_of(warm_up)
        self.key = key
        self.environment = dict(environment or {})
        settings = [*sorted(self.environment.items()), *launch.interpreter_settings()]
        self.identity: tuple[object, ...] = (*settings, self.preload, self.warm_up, key)
        self.fallbacks = fallback.Counter()
        self.starts = 0
        self.waited: float | None = None
        """How long the first fork waited for the boot to end (seconds), once there was one."""
        self._lock = threading.Lock()
        self._process: launch.TemplateProcess | None = None
        self._failure: str | None = None
        self._learnt: list[bytes] = []

    @property
    def pid(self) -> int | None:
        """Process id of the running template."""
        return self._process.popen.pid if self._process is not None else None

    def start(self) -> Self:
        """Start the process, unless it runs, and return at once: it boots in the background.

        Raises
        ------
        TemplateError
            If this platform has no template.
        """
        with self._lock:
            self._running()
        return self

    def _running(self) -> launch.TemplateProcess:
        """Return a live process; the lock is held."""
        if not launch.supported():
            raise TemplateError(f"no template on {sys.platform}: it needs Linux")
        if self._failure is not None:  # it would fail again, and take its time
            raise TemplateError(f"the template could not start:\n{self._failure}")
        if self._process is not None and self._process.is_alive:
            return self._process
        if self._process is not None and self._process.is_ours:
            self._process.end()
        self._process = launch.TemplateProcess(self.preload, self.warm_up, self.environment)
        self.starts += 1
        atexit.register(self.close)
        for request in self._learnt:
            self._process.control.send(request)
        return self._process

    def learn(self, function: Callable[..., object], *args: str) -> None:
        """Have a function called in the template itself: what it remembers, every later fork knows without any work.

        It comes back at once; a fork that is asked for afterwards is made afterwards. What the function raises stands
        in the template's output, and forks go on without it. It must start no thread.

        Parameters
        ----------
        function
            A function of a module.
        *args
            Its arguments, short ones: what is long goes into a file.
        """
        request = _lesson(function, args)
        with self._lock:
            if request not in self._learnt:
                self._learnt.append(request)
                if self._process is not None and self._process.is_alive:
                    with suppress(ConnectionError):  # it has ended; the next one is told all
                        self._process.control.send(request)

    def forget(self, function: Callable[..., object], *args: str) -> None:
        """Teach a template that has to start again no more of this: what it reads is going to be taken away."""
        request = _lesson(function, args)
        with self._lock, suppress(ValueError):
            self._learnt.remove(request)

    def close(self) -> None:
        """End the template and all its workers."""
        with self._lock:
            if self._process is not None and self._process.is_ours:
                self._process.end(_END_SECONDS)
            self._process = None
        atexit.unregister(self.close)

    def retire(self) -> None:
        """Let the template end when its present workers have ended."""
        with self._lock:
            if self._process is not None and self._process.is_alive:
                with suppress(ConnectionError):
                    self._process.control.send(b'{"do": "drain"}')

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def fork(
        self, order: Mapping[str, Any], *, memory_limit: int | None = None, cpu_limit: float | None = None
    ) -> Worker:
        """Make a worker with limits (bytes, processor seconds) and tell it what ``worker.run`` understands.

        Raises
        ------
        TemplateError
            If the template cannot start or refuses to fork.
        """
        # Made before the fork: what cannot be pickled costs no process.
        full = {"environment": dict(os.environ), "folder": str(Path.cwd()), **order}
        message = wire.encode([pickle.dumps(full, protocol=5)])
        request = json.dumps({"do": "fork", "memory": memory_limit, "cpu": cpu_limit}).encode()
        worker = self._request(request)
        # A template that was there and had died in the meantime is started again, once. Nothing runs twice: a fork does
        # nothing before its order, and the order is sent below, to the one worker that was reported.
        if worker is None:
            worker = self._request(request)
        if worker is None:
            raise TemplateError("the template ended without giving a reason")
        with suppress(ConnectionError):  # its end is on the status socket, with the reason
            worker.data.sendall(message)
        return worker

    def _request(self, request: bytes) -> Worker | None:
        """Ask for a fork; None if the template has ended meanwhile."""
        asked = time.perf_counter()
        with ExitStack() as sockets:
            data, their_data = map(sockets.enter_context, socket.socketpair())
            pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            status, their_status = map(sockets.enter_context, pair)
            with self._lock:
                process = self._running()
                with suppress(ConnectionError):  # the other ends are closed below: then nothing comes back
                    socket.send_fds(process.control, [request], [their_data.fileno(), their_status.fileno()])
            their_data.close()
            their_status.close()
            if not readable([status], _BOOT_SECONDS):
                raise TemplateError(f"the template did not answer within {_BOOT_SECONDS:.0f} s")
            report = receive(status, MESSAGE_BYTES)
            if not report:
                self._bury(process)
                return None
            answer = json.loads(report)
            if "refused" in answer:
                raise TemplateError(answer["refused"])
            if self.waited is None:
                self.waited = time.perf_counter() - asked
            sockets.pop_all()
        return Worker(answer["pid"], data, status)

    def _bury(self, process: launch.TemplateProcess) -> None:
        """Learn why the template ended, and forget it."""
        with self._lock:
            if self._process is process:  # else another thread has been here
                self._failure = process.failure()
                process.end()
                self._process = None

    def _answer(self, order: Mapping[str, Any], time_limit: float | None, memory_limit: int | None) -> list[bytes]:
        worker = self.fork(order, memory_limit=memory_limit, cpu_limit=calls.cpu_limit(time_limit))
        try:
            answer = calls.listen(worker, order["function"], time_limit)
            worker.wait(_LEAVE_SECONDS)  # it ends by itself now; what it leaves behind is swept away
            return answer
        finally:
            worker.close()


def _lesson(function: Callable[..., object], args: Sequence[str]) -> bytes:
    return json.dumps({"do": "learn", "function": calls.name_of(function), "args": args}).encode()


_shared: Template | None = None

_shared_lock = threading.Lock()


def shared_template(
    preload: Sequence[str] | None = None, warm_up: Callable[[], object] | str | None = None, *, key: str | None = None
) -> Template:
    """Return the template that the whole process shares, made on first use.

    Parameters
    ----------
    preload, warm_up, key
        As for ``Template``. Where they, or the interpreter's settings, differ from those of the template that
        is there, a new one takes its place and the old one ends when its present workers have ended. With
        none given, whatever template is there is the right one.

    Returns
    -------
    Template
        It starts when it is first used, or by ``start()``.
    """
    global _shared  # noqa: PLW0603  # one for the process is what it is for
    with _shared_lock:
        if _shared is not None and preload is None and warm_up is None and key is None:
            return _shared
        wanted = Template(DEFAULT_PRELOAD if preload is None else preload, warm_up, key=key or "")
        if _shared is None or _shared.identity != wanted.identity:
            if _shared is not None:
                _shared.retire()
            _shared = wanted
        return _shared
