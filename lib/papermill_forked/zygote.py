"""The template process: imports everything once, then does nothing but fork.

Started by ``Template`` as ``python -c "… zygote.main()" <settings>``. It must stay single-threaded, so it
knows neither papermill nor zmq contexts, and it looks at ``/proc/self/task`` before each fork.

It is the subreaper of all its workers, and each worker is the subreaper of what it starts. So a child of ours
that we did not fork is left over from a worker that has ended, and is ended too.
"""

import gc
import json
import os
import selectors
import socket
import sys
import time
import traceback
import typing
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from papermill_forked import processes
from papermill_forked.calls import MESSAGE_BYTES
from papermill_forked.preloading import named, preload
from papermill_forked.worker import ForkTask, run

_MEMORY_LOOK_SECONDS = 0.25


@dataclass
class ForkedWorker:
    """One worker, as its template sees it."""

    pid: int
    status: socket.socket
    pidfd: int
    memory: int | None
    over_memory: bool = False


class Zygote:
    """Waits for requests, forks, reports how each fork ended."""

    def __init__(self, control: socket.socket, parent: int) -> None:
        self._control = control
        self._jobs: dict[int, ForkedWorker] = {}
        self._selector = selectors.DefaultSelector()
        self._parent_fd = os.pidfd_open(parent)
        self._base_memory = processes.private_memory(os.getpid())
        self._draining = False
        self._next_look = 0.0
        self._selector.register(control, selectors.EVENT_READ, self._accept)
        self._selector.register(self._parent_fd, selectors.EVENT_READ, self._end)

    def serve(self) -> ForkTask:
        """Serve until the parent goes away; return only in a fork, with what that fork has to do."""
        while True:
            limited = any(job.memory is not None for job in self._jobs.values())
            for key, _ in self._selector.select(_MEMORY_LOOK_SECONDS if limited else None):
                if key.fileobj not in self._selector.get_map():
                    continue  # an earlier event of this round ended it
                task = key.data() if callable(key.data) else self._job_event(key)
                if task is not None:
                    return task
            if limited and time.monotonic() >= self._next_look:
                self._look_at_memory()
            if self._draining and not self._jobs:
                self._end()

    def _end(self) -> None:
        for job in self._jobs.values():
            processes.kill_tree(job.pid)
        self._sweep(everything=True)
        os._exit(0)

    def _accept(self) -> ForkTask | None:
        try:
            raw, fds, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 2)
        except ConnectionError:
            raw, fds = b"", []
        if not raw:
            self._end()
        request = json.loads(raw)
        if request["do"] == "drain":
            self._draining = True
            return None
        if request["do"] == "learn":
            _learn(request)
            return None
        data, status = (socket.socket(fileno=fd) for fd in fds)
        return self._fork(request, data, status)

    def _fork(self, request: dict[str, Any], data: socket.socket, status: socket.socket) -> ForkTask | None:
        threads = processes.threads()
        if len(threads) != 1:
            refused = f"the template has {len(threads)} threads: {', '.join(sorted(threads))}"
            status.send(json.dumps({"refused": refused}).encode())
            status.close()
            data.close()
            return None
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # or every fork would print it again
        me = os.getpid()
        pid = os.fork()
        if pid == 0:
            processes.die_with_parent(me)
            os.setsid()
            processes.adopt_orphans()
            status.close()
            self._forget()
            return ForkTask(data, request["memory"], request["cpu"])
        data.close()
        job = ForkedWorker(pid, status, os.pidfd_open(pid), request["memory"])
        self._jobs[pid] = job
        self._selector.register(status, selectors.EVENT_READ, job)
        self._selector.register(job.pidfd, selectors.EVENT_READ, job)
        self._report(job, {"pid": pid})
        return None

    def _forget(self) -> None:
        """Close, in a new fork, all that belongs to the template and to other workers."""
        self._selector.close()
        self._control.close()
        os.close(self._parent_fd)
        for job in self._jobs.values():
            job.status.close()
            os.close(job.pidfd)
        self._jobs.clear()

    def _job_event(self, key: selectors.SelectorKey) -> ForkTask | None:
        job: ForkedWorker = key.data
        if key.fileobj == job.pidfd:
            self._finish(job)
        else:  # "kill", or the parent's end is closed: nobody wants this worker any more
            self._selector.unregister(job.status)
            processes.kill_tree(job.pid)
        return None

    def _finish(self, job: ForkedWorker) -> None:
        _, status, usage = os.wait4(job.pid, 0)
        self._selector.unregister(job.pidfd)
        os.close(job.pidfd)
        if job.status in self._selector.get_map():
            self._selector.unregister(job.status)
        del self._jobs[job.pid]
        self._sweep()
        peak = usage.ru_maxrss * 1024
        killed = os.WIFSIGNALED(status)
        # What is refused memory in C code usually aborts or touches address 0.
        near = job.memory is not None and killed and peak - self._base_memory > 0.8 * job.memory
        report = {
            "code": None if killed else os.WEXITSTATUS(status),
            "signal": os.WTERMSIG(status) if killed else None,
            "over_memory": job.over_memory or near,
            "peak_bytes": peak,
        }
        self._report(job, report)
        job.status.close()

    @staticmethod
    def _report(job: ForkedWorker, report: dict[str, Any]) -> None:
        with suppress(OSError):  # the parent no longer listens; its end of the socket tells us so as well
            job.status.send(json.dumps(report).encode())

    def _sweep(self, *, everything: bool = False) -> None:
        """End what workers left behind."""
        me = os.getpid()
        while left := [pid for pid in processes.children(me) if everything or pid not in self._jobs]:
            for pid in left:
                processes.kill_tree(pid)
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)

    def _look_at_memory(self) -> None:
        """End workers whose processes together hold more than the limit of one."""
        self._next_look = time.monotonic() + _MEMORY_LOOK_SECONDS
        for job in self._jobs.values():
            if job.memory is None:
                continue
            tree = [job.pid, *processes.descendants(job.pid)]
            # A fork's count includes the pages that it shares with us.
            held = sum(max(0, processes.private_memory(pid) - self._base_memory) for pid in tree)
            if held > job.memory:
                job.over_memory = True
                processes.kill_tree(job.pid)


def _learn(request: dict[str, Any]) -> None:
    """Call a function here, so that forks inherit what it remembers; they are made all the same where it fails."""
    try:
        named(request["function"])(*request["args"])
    except Exception:  # noqa: BLE001  # any function may fail in any way
        traceback.print_exc()
    gc.freeze()


def _tell(control: socket.socket, message: bytes) -> None:
    """Tell the parent how the boot ended; one that needed no template after all has closed its end meanwhile."""
    try:
        control.send(message)
    except ConnectionError:
        os._exit(0)


def main() -> None:
    """Run the template: settings are the only command-line argument, as JSON."""
    settings = json.loads(sys.argv[1])
    control = socket.socket(fileno=settings["control"])
    control.set_inheritable(False)
    sys.argv = [""]
    try:
        processes.adopt_orphans()
        gc.disable()  # what imports make stays: to look at it again and again would take a tenth of the boot
        preload(settings["preload"], settings["warm_up"])
        for forget in typing._cleanups:  # type: ignore[attr-defined]  # noqa: SLF001
            forget()  # a library does it at the end of every process, and would copy what it frees in each fork
        if (kernel := sys.modules.get("papermill_forked.kernel")) is not None:
            kernel.MODULES.clear()  # the rehearsal's had one more: they are counted
            kernel.MODULES.update(sys.modules)
        gc.collect()
        gc.freeze()
        gc.enable()
        zygote = Zygote(control, settings["parent"])
    except BaseException:
        _tell(control, traceback.format_exc()[-MESSAGE_BYTES // 2 :].encode())
        raise
    if os.getppid() != settings["parent"]:
        os._exit(0)
    _tell(control, b"ready")
    run(zygote.serve())
