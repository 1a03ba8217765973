"""The parent's handle of one fork."""

import json
import select
import socket
from collections.abc import Sequence
from contextlib import suppress

from minsheng.execute.forked.errors import WorkerEnd

_MESSAGE_BYTES = 1 << 16
_KILL_SECONDS = 30.0


def readable(sockets: Sequence[socket.socket], seconds: float | None) -> list[socket.socket]:
    """Wait until a socket has something to read, or its other end is closed.

    Parameters
    ----------
    sockets
        What to watch.
    seconds
        How long; None is for ever.

    Returns
    -------
    list of socket
        Those that are ready; empty when the time is up.
    """
    poll = select.poll()  # select() fails on descriptors above 1023
    for one in sockets:
        poll.register(one, select.POLLIN)
    ready = {fd for fd, _ in poll.poll(None if seconds is None else max(0.0, seconds) * 1000)}
    return [one for one in sockets if one.fileno() in ready]


def receive(one: socket.socket, size: int, flags: int = 0) -> bytes:
    """Receive; nothing means that the other end is closed.

    A socket whose other end was closed before it had read everything says so once, as an error, and only
    then gives out what is still in it.

    Parameters
    ----------
    one
        Where from.
    size, flags
        As for ``socket.recv``.

    Returns
    -------
    bytes
        What came.
    """
    try:
        return one.recv(size, flags)
    except ConnectionResetError:
        return one.recv(size, flags)


class Worker:
    """One fork of the template, seen from the parent.

    Parameters
    ----------
    pid
        Its process id, which is its session id too.
    data
        The socket that it works on.
    status
        The socket on which the template reports its end.
    """

    def __init__(self, pid: int, data: socket.socket, status: socket.socket) -> None:
        self.pid = pid
        self.data = data
        self.status = status
        self.end: WorkerEnd | None = None

    def kill(self) -> None:
        """Ask for the end of the process and all that descend from it."""
        with suppress(OSError):
            self.status.send(b"kill")

    def poll(self) -> WorkerEnd | None:
        """Look whether it has ended, without waiting.

        Returns
        -------
        WorkerEnd or None
            How it ended.
        """
        return self.wait(0)

    def wait(self, seconds: float | None = None) -> WorkerEnd | None:
        """Wait for its end.

        Parameters
        ----------
        seconds
            How long; None is for ever.

        Returns
        -------
        WorkerEnd or None
            How it ended, or None if it still runs.
        """
        if self.end is None and readable([self.status], seconds):
            if report := receive(self.status, _MESSAGE_BYTES):
                self.end = WorkerEnd.from_report(json.loads(report))
            else:
                self._clean_up_after_template()
        return self.end

    def _clean_up_after_template(self) -> None:
        # The worker itself died with the template; what it had started did not.
        from minsheng.execute.forked import processes  # Linux only, and rarely needed

        processes.kill_sessions([self.pid])
        self.end = WorkerEnd(template_died=True)

    def stop(self) -> None:
        """End it, whatever it does, and wait until it and its descendants are gone."""
        if self.end is None:
            self.kill()
            if self.wait(_KILL_SECONDS) is None:
                self._clean_up_after_template()  # it hangs

    def close(self) -> None:
        """Stop it and close its sockets."""
        self.stop()
        self.data.close()
        self.status.close()
