"""A fork, in the shapes of the kernel manager and the kernel client that nbclient talks to."""

import os
import signal
import time
from contextlib import suppress

from papermill_forked.calls import Worker, readable
from papermill_forked.exceptions import TemplateError
from papermill_forked.link import Link

_SHUTDOWN_SECONDS = 5.0


class ForkKernel(Link):
    """A fork in the shapes of a kernel manager and a kernel client, as far as nbclient uses them.

    Parameters
    ----------
    worker
        A worker of kind ``notebook``.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
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

    def shutdown_kernel(self, *, now: bool = False) -> None:
        """End the process.

        Parameters
        ----------
        now
            Do not let it run its exit handlers.
        """
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
        """Wait until the kernel in the fork has started.

        Parameters
        ----------
        timeout
            Seconds.

        Raises
        ------
        TemplateError
            If it does not start: no cell has run yet, so a normal kernel may take over.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.ready:
            left = None if deadline is None else deadline - time.monotonic()
            if not readable([self.worker.data, self.worker.status], left):
                raise TemplateError(f"the kernel in the fork did not start within {timeout} s")
            self.receive()
            if not self.ready and (end := self.worker.poll()):
                raise TemplateError(f"the kernel in the fork did not start: {end}")

    def execute(self, code: str, *, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Send one cell.

        Parameters
        ----------
        code
            Its source.
        store_history, stop_on_error
            As in Jupyter's protocol.

        Returns
        -------
        str
            The request's id.
        """
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
        """Ask for the kernel's description.

        Returns
        -------
        str
            The request's id.
        """
        return self.send(self.session.msg("kernel_info_request", {}))
