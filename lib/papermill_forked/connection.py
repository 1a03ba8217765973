"""A fork in the shapes of the kernel manager and the kernel client that nbclient talks to.

Messages go in and out without ever blocking the event loop.
"""

import asyncio
import os
import signal
import socket
import time
from collections import deque
from contextlib import suppress
from queue import Empty
from typing import Any

from jupyter_client.session import DELIM, Session
from nbclient.exceptions import DeadKernelError

from papermill_forked import wire
from papermill_forked.calls import READ_BYTES, Worker, readable, receive
from papermill_forked.exceptions import TemplateError

_SHUTDOWN_SECONDS = 5.0

_MESSAGES_AHEAD = 64

_REFUSED_KEPT = 100


class Channel:
    """One of the two channels that nbclient reads."""

    def __init__(self, link: "Link") -> None:
        self._link = link
        self.messages: deque[dict[str, Any]] = deque()

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # noqa: ASYNC109  # nbclient's name
        """Return the next message; Empty when the time is up, DeadKernelError when a dead process has no more."""
        # A cell that prints without end must not keep the clock from being looked at.
        await asyncio.sleep(0)
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.messages:
            if self._link.worker.end is not None:
                raise DeadKernelError("Kernel died")
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Empty
            await self._link.wait_for_news(left)
        message = self.messages.popleft()
        self._link.read_on()
        return message

    def send(self, message: dict[str, Any]) -> None:
        """Send a request."""
        self._link.send(message)


class Link:
    """Messages to and from a worker; ``dated``: somebody asks when they were sent."""

    def __init__(self, worker: Worker, message_limit: int | None = None, *, dated: bool = True) -> None:
        self.worker = worker
        self._dated = dated
        self.refused: list[str] = []
        """What a confined notebook has tried to do, in order."""
        self.too_large: str | None = None
        """Of a message that was not taken, and over which the worker was ended: how large it was."""
        self.session = Session()
        self.session.auth = None  # nobody else can write to a socket pair: there is nothing to sign
        self.shell_channel = Channel(self)
        self.iopub_channel = Channel(self)
        self.ready = False
        self._decoder = wire.Decoder(message_limit)
        self._reading = False
        self._outgoing = bytearray()
        self._waiting: set[asyncio.Future[None]] = set()
        self._waiting_for_end: set[asyncio.Future[None]] = set()

    def send(self, message: dict[str, Any]) -> str:
        """Send one request, without ever waiting for the other side to read; return its id."""
        self.send_parts([b"shell", *self.session.serialize(message)])
        return str(message["header"]["msg_id"])

    def send_parts(self, parts: list[bytes]) -> None:
        """Send a channel's name and the frames of a message."""
        self._outgoing += wire.encode(parts)
        self.flush()

    def flush(self) -> None:
        """Send as much of what waits as the other side takes now."""
        # Both sides could wait for ever if this one waited while the other one writes its output.
        with suppress(ConnectionError, BlockingIOError):
            while self._outgoing:
                sent = self.worker.data.send(self._outgoing, socket.MSG_DONTWAIT)
                del self._outgoing[:sent]

    def receive(self) -> bool:
        """Take in what is there; False if there is nothing now, or nothing more."""
        try:
            data = receive(self.worker.data, READ_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        try:
            self._take(data)
        except wire.TooLargeError as error:
            self.too_large = str(error)
            self.worker.stop()
        return bool(data)

    def _take(self, data: bytes) -> None:
        for channel, *frames in self._decoder.feed(data):
            if channel == b"control":
                self._told(*frames)
                continue
            message = self._message(frames[frames.index(DELIM) + 1 :])
            queue = self.shell_channel if channel == b"shell" else self.iopub_channel
            queue.messages.append(message)

    def _message(self, frames: list[bytes]) -> dict[str, Any]:
        """Return a message as jupyter_client would; where nobody asks when it was sent, its dates stay text."""
        if self._dated:
            dated: dict[str, Any] = self.session.deserialize(frames)
            return dated
        header, parent, metadata, content = map(self.session.unpack, frames[1:5])
        return {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": header["msg_type"],
            "parent_header": parent,
            "metadata": metadata,
            "content": content,
            "buffers": [memoryview(frame) for frame in frames[5:]],
        }

    def _told(self, word: bytes, *rest: bytes) -> None:
        if word == b"ready":
            self.ready = True
        elif len(self.refused) < _REFUSED_KEPT:
            self.refused.append(rest[0].decode(errors="replace"))

    def receive_rest(self) -> None:
        """Take in all that a dead process has left in the socket."""
        while self.too_large is None and self.receive():
            pass

    def drain(self, seconds: float) -> None:
        """Read until the process has ended, so that it is not held up by its own output."""
        deadline = time.monotonic() + seconds
        while self.worker.poll() is None and (left := deadline - time.monotonic()) > 0:
            self.flush()
            readable([self.worker.data, self.worker.status], left)
            if not self.receive():
                self.worker.wait(left)

    async def wait_for_news(self, seconds: float | None) -> None:
        """Wait until something has arrived, the process has ended, or the time is up."""
        self._read()
        if self._outgoing:
            asyncio.get_running_loop().add_writer(self.worker.data.fileno(), self._on_writable)
        await _told_in(self._waiting, seconds)

    async def wait_for_end(self) -> None:
        """Wait until the process has ended."""
        self._read()
        if self.worker.end is None:
            await _told_in(self._waiting_for_end, None)

    async def let_go(self) -> None:
        """End all waiting, once the process has ended, and listen no more."""
        while self._waiting or self._waiting_for_end:
            _tell(self._waiting)
            _tell(self._waiting_for_end)
            await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        for each in (self.worker.data, self.worker.status):
            loop.remove_reader(each.fileno())
        loop.remove_writer(self.worker.data.fileno())
        self._reading = False

    # A loop is told descriptors: of a socket that it does not know yet it would write the name into an error each time.
    def _read(self) -> None:
        """Listen to the process, from the first time that somebody waits until it is let go."""
        if not self._reading:
            self._reading = True
            loop = asyncio.get_running_loop()
            loop.add_reader(self.worker.data.fileno(), self._on_data)
            if self.worker.end is None:
                loop.add_reader(self.worker.status.fileno(), self._on_status)

    def _pause(self) -> None:
        self._reading = False
        asyncio.get_running_loop().remove_reader(self.worker.data.fileno())

    def read_on(self) -> None:
        """Read again, now that somebody has taken a message."""
        if self._waiting and not self.iopub_channel.messages:
            self._read()

    def _on_data(self) -> None:
        if len(self.iopub_channel.messages) >= _MESSAGES_AHEAD:
            # Who reads faster than messages are taken in keeps all that a cell prints twice.
            self._pause()
            return
        if not self.receive():  # closed: only its end, on the other socket, is news now
            self._pause()
        _tell(self._waiting)

    def _on_status(self) -> None:
        self.worker.poll()
        asyncio.get_running_loop().remove_reader(self.worker.status.fileno())
        self.receive_rest()
        _tell(self._waiting)
        _tell(self._waiting_for_end)

    def _on_writable(self) -> None:
        self.flush()
        if not self._outgoing:
            asyncio.get_running_loop().remove_writer(self.worker.data.fileno())


async def _told_in(waiting: "set[asyncio.Future[None]]", seconds: float | None) -> None:
    """Wait until somebody tells those who wait, or the time is up."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting.add(future)
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(future, seconds)
    finally:
        waiting.discard(future)


def _tell(waiting: "set[asyncio.Future[None]]") -> None:
    for future in waiting:
        if not future.done():
            future.set_result(None)


class ForkKernel(Link):
    """A fork in the shapes of a kernel manager and a kernel client, as far as nbclient uses them."""

    def __init__(self, worker: Worker, message_limit: int | None = None, *, dated: bool = True) -> None:
        super().__init__(worker, message_limit, dated=dated)
        self.allow_stdin = False
        self.has_kernel = True

    # What nbclient asks of a manager.

    def client(self) -> "ForkKernel":
        """Return the client, which is the same."""
        return self

    def is_alive(self) -> bool:
        """Tell whether the process lives."""
        return self.worker.poll() is None

    def interrupt_kernel(self) -> None:
        """Send SIGINT, as jupyter_client does, to the notebook's process group."""
        with suppress(ProcessLookupError):
            os.killpg(self.worker.pid, signal.SIGINT)

    def interrupt_cell(self) -> None:
        """Send SIGINT to the kernel alone: what it has forked is ended with it, and need not say where it was."""
        with suppress(ProcessLookupError):
            os.kill(self.worker.pid, signal.SIGINT)

    def shutdown_kernel(self, *, now: bool = False) -> None:
        """End the process; ``now`` spares it its exit handlers."""
        if not now:
            self.send_parts([b"control", b"shutdown"])
            self.drain(_SHUTDOWN_SECONDS)
        self.worker.stop()

    async def cleanup_resources(self) -> None:
        """Close everything, and let go what still waits for messages."""
        self.worker.stop()
        await self.let_go()
        self.worker.close()

    # What nbclient asks of a client.

    def start_channels(self) -> None:
        """Do nothing: there is one socket and it is open."""

    def stop_channels(self) -> None:
        """Do nothing: ``cleanup_resources`` does it."""

    def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel in the fork has started; TemplateError if it does not."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.ready:
            left = None if deadline is None else deadline - time.monotonic()
            if not readable([self.worker.data, self.worker.status], left):
                raise TemplateError(f"the kernel in the fork did not start within {timeout} s")
            self.receive()
            if not self.ready and (end := self.worker.poll()):
                raise TemplateError(f"the kernel in the fork did not start: {end}")

    def execute(self, code: str, *, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Send one cell; return the request's id."""
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": self.allow_stdin,
            "stop_on_error": stop_on_error,
        }
        return self.send(self.session.msg("execute_request", content))

    def kernel_info(self) -> str:
        """Ask for the kernel's description; return the request's id."""
        return self.send(self.session.msg("kernel_info_request", {}))
