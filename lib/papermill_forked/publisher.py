"""Where a notebook's process sends its messages, and the output streams that feed it.

ipykernel hands its messages to a thread that owns zmq sockets. Here they go straight to one socket, under
a lock; a thread remains for what comes by itself: output that lies about for 0.2 s, and bytes that somebody
wrote to file descriptors 1 and 2.
"""

import array
import codecs
import heapq
import itertools
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from ipykernel.iostream import IOPubThread, OutStream
from tornado.log import app_log

from papermill_forked import wire

_READ_BYTES = 1 << 16

_COLLECT_BYTES = 1 << 24

_DATAGRAM_BYTES = 1 << 16

MESSAGE_CHARACTERS = 1 << 20
"""So much text is sent at once, however fast it is printed."""

_RESULT = b"execute_result"


class Publisher(IOPubThread):
    """Stands where ipykernel has its IOPub thread and socket; without a socket to the parent it throws all away."""

    def __init__(self, data: socket.socket | None, session: Any) -> None:
        # IOPubThread's own __init__ would make zmq sockets; OutStream needs nothing of it but the type.
        self.session = session
        self.socket: Any = self
        self.background_socket: Any = self
        self.io_loop: Any = self
        self._data = data
        self.in_fork = False
        # Written by processes that the notebook forked; a datagram is whole or not there at all.
        self._from_forks, self._to_master = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._lock = threading.RLock()
        self._held = b""
        self.holding = False
        """Whether what is sent now waits for its successor: a message costs less than waking the parent for it."""
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._order = itertools.count()
        self._streams: dict[int, tuple[CapturedStream, codecs.IncrementalDecoder]] = {}
        self._poll = select.poll()
        self._poll.register(self._from_forks, select.POLLIN)
        self._stopping = False
        self.thread = threading.Thread(target=self._run, name="IOPub", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        # A fork while the thread holds the lock would leave it locked in the child for ever.
        os.register_at_fork(
            before=self._lock.acquire, after_in_parent=self._lock.release, after_in_child=self._after_fork
        )
        self.thread.start()

    def _after_fork(self) -> None:
        self.in_fork = True
        self._lock.release()

    def stop(self) -> None:
        """End the thread after it has sent what it has."""
        self._stopping = True
        os.eventfd_write(self._wake, 1)
        if self.thread.is_alive():
            self.thread.join()

    def close(self) -> None:
        """Close what is not the parent's; for a publisher that was never started."""
        os.close(self._wake)
        self._from_forks.close()
        self._to_master.close()

    def schedule(self, f: Callable[[], object]) -> None:
        """Call a function under the lock, now."""
        with self._lock:
            error = _failure(f)
        if error is not None:
            # As tornado does it in a kernel's thread: what cannot be sent (half a character) is told of in the
            # notebook, and the cell goes on. Not under the lock: the words go through a pipe that we may have to empty.
            app_log.error("Uncaught exception while output was sent", exc_info=error)

    def call_later(self, delay: float, function: Callable[[], object]) -> None:
        """Have the thread call a function later."""
        with self._lock:
            heapq.heappush(self._due, (time.monotonic() + delay, next(self._order), function))
        os.eventfd_write(self._wake, 1)

    def send_multipart(self, msg: Sequence[wire.MessagePart], *_: Any, **__: Any) -> None:
        """Send one message to the parent; the reply follows the last expression's result at once."""
        self._send([b"iopub", *msg], hold=self.holding or msg[0] == _RESULT)

    def send_reply(self, frames: Sequence[wire.MessagePart]) -> None:
        """Send one reply to the parent, with the idle state that follows it."""
        self._send([b"shell", *frames], hold=True)

    def send_control(self, *parts: bytes) -> None:
        """Send a word of our own to the parent."""
        self._send([b"control", *parts])

    def _send(self, parts: Sequence[wire.MessagePart], *, hold: bool = False) -> None:
        data = wire.encode(parts)
        with self._lock:
            if self.in_fork:
                self._send_as_fork(data)
            elif hold:
                self._held += data
            else:
                self._pass_on(data)

    def _pass_on(self, data: bytes) -> None:
        held, self._held = self._held, b""
        if self._data is not None:
            self._data.sendall(held + data)

    def _send_as_fork(self, data: bytes) -> None:
        if len(data) <= _DATAGRAM_BYTES:
            self._to_master.send(data)
            return
        # Too large for a datagram: send a file in memory instead.
        fd = os.memfd_create("output")
        with open(fd, "wb") as file:  # noqa: PTH123  # a descriptor has no path
            file.write(data)
            file.flush()
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
            self._to_master.sendmsg([b"\0"], rights)

    def watch(self, fd: int, stream: "CapturedStream") -> None:
        """Read a pipe (its reading end) into a stream from now on."""
        os.set_blocking(fd, False)
        self._streams[fd] = (stream, codecs.getincrementaldecoder("utf-8")("replace"))
        self._poll.register(fd, select.POLLIN)

    def collect(self) -> None:
        """Take in what was written to file descriptors and by forks until now.

        It is called before each write to a stream as well, so that ``print`` and a subprocess keep their
        order; a kernel leaves that to chance.
        """
        if self.in_fork:
            return
        with self._lock:
            taken = 0
            # A process that writes for ever must not hold up the cell for ever.
            while taken < _COLLECT_BYTES and (ready := self._poll.poll(0)):
                for fd, _ in ready:
                    taken += self._take(fd)

    def _take(self, fd: int) -> int:
        if fd == self._from_forks.fileno():
            data, fds, _, _ = socket.recv_fds(self._from_forks, 2 * _DATAGRAM_BYTES, 1)
            if fds:
                with open(fds[0], "rb") as file:  # noqa: PTH123  # a descriptor has no path
                    file.seek(0)
                    data = file.read()
            self._pass_on(data)
            return len(data)
        stream, decoder = self._streams[fd]
        with suppress(BlockingIOError):
            data = os.read(fd, _READ_BYTES)
            stream.add(decoder.decode(data))
            if not data:
                # The notebook closed or replaced its descriptor, and with it the last way into the pipe. A pipe without
                # writers is always ready, so it would be read for ever.
                self._poll.unregister(fd)
                del self._streams[fd]
            return len(data)
        return 0

    def _run(self) -> None:
        watching = select.poll()
        watching.register(self._wake, select.POLLIN)
        watching.register(self._from_forks, select.POLLIN)
        watched = set(self._streams)
        for fd in watched:
            watching.register(fd, select.POLLIN)
        while not self._stopping:
            wait = None if not self._due else max(0.0, self._due[0][0] - time.monotonic()) * 1000
            watching.poll(wait)
            with suppress(BlockingIOError):
                os.eventfd_read(self._wake)
            with self._lock:
                self.collect()
                for fd in watched - self._streams.keys():
                    watching.unregister(fd)
                    watched.remove(fd)
                now = time.monotonic()
                due = []
                while self._due and self._due[0][0] <= now:
                    due.append(heapq.heappop(self._due)[2])
            for function in due:
                self.schedule(function)


def _failure(function: Callable[[], object]) -> Exception | None:
    try:
        function()
    except Exception as error:  # noqa: BLE001  # whatever it is, the caller says it
        return error
    return None


class CapturedStream(OutStream):
    """ipykernel's output stream, with the file descriptor watched by the publisher."""

    def __init__(self, session: Any, pub_thread: Publisher, name: str, *, watchfd: bool = True, **options: Any) -> None:
        # "force", because ipykernel leaves descriptors alone where it sees pytest.
        watch: Any = "force" if watchfd else False
        self._waiting = 0
        super().__init__(session, pub_thread, name, watchfd=watch, **options)  # type: ignore[no-untyped-call]

    def _setup_stream_redirects(self, name: str) -> None:
        read, write = os.pipe()
        fd = self._original_stdstream_fd = 1 if name == "stdout" else 2
        getattr(sys, f"__{name}__").flush()
        self._original_stdstream_copy = os.dup(fd)
        os.dup2(write, fd)
        os.close(write)
        self.pub_thread.watch(read, self)

    def write(self, string: str) -> int | None:  # type: ignore[override]  # as in ipykernel
        """Write text."""
        self.pub_thread.collect()
        return self.add(string)

    def add(self, string: str) -> int | None:
        """Write text, in messages of a size that the parent can keep the first of where there is too much."""
        if not isinstance(string, str) or len(string) + self._waiting < MESSAGE_CHARACTERS:
            self._waiting += len(string)
            return super().write(string)
        for start in range(0, len(string), MESSAGE_CHARACTERS):
            super().write(string[start : start + MESSAGE_CHARACTERS])
            self._waiting = 0
            self.pub_thread.schedule(self._flush)
        return len(string)

    def flush(self) -> None:
        """Send what is there, file descriptors included."""
        self.pub_thread.collect()
        self._waiting = 0
        super().flush()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Stop taking text; the descriptors stay as they are until the process ends."""
        self.pub_thread = None
