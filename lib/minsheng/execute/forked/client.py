"""nbclient's execution of cells over a fork.

nbclient and papermill do all the work that they do with a kernel; this module marks the cell at which anything
went wrong, says what, and watches the notebook's time limit.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient

from minsheng.execute.forked.connection import ForkKernel
from minsheng.execute.forked.errors import WorkerEnd


class NotebookDiedError(DeadKernelError):
    """A notebook's process ended while a cell ran.

    Parameters
    ----------
    message
        Cell and reason, for people.
    cell_index
        The cell's position in the notebook, from 0.
    end
        How the process ended.
    """

    def __init__(self, message: str, cell_index: int, end: WorkerEnd) -> None:
        super().__init__(message)
        self.cell_index = cell_index
        self.end = end


class NotebookMemoryError(NotebookDiedError, MemoryError):
    """A notebook's processes held more memory than their limit."""


class NotebookTimeoutError(CellTimeoutError):
    """A notebook took longer than its time limit."""


class StrictClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """papermill's client, which marks the cell that failed, however it failed, and keeps a time limit.

    Parameters
    ----------
    nb_man
        papermill's manager of one execution.
    time_limit
        Seconds for all cells together.
    **options
        nbclient's and papermill's.

    Attributes
    ----------
    make_kernel
        Makes the kernel to use; None for a normal one.
    """

    def __init__(
        self,
        nb_man: Any,
        *,
        time_limit: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(nb_man, **options)
        self.make_kernel: Callable[[], ForkKernel] | None = None
        self._time_limit = time_limit
        self._deadline: float | None = None

    def create_kernel_manager(self) -> Any:
        """Make the fork, or a normal kernel's manager."""
        if self.make_kernel is None:
            return super().create_kernel_manager()
        self.km = self.make_kernel()
        return self.km

    def papermill_execute_cells(self) -> None:
        """Execute all cells; a cell at which the process died or the time was up is marked as failed."""
        if self._time_limit is not None:
            self._deadline = time.monotonic() + self._time_limit
        for index, cell in enumerate(self.nb.cells):
            try:
                self.nb_man.cell_start(cell, index)
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
                break
            except DeadKernelError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                raise self._death(cell, index) from None
            except BaseException as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                self.shutdown_kernel = "immediate"  # it is busy and would not hear a request to end
                raise
            finally:
                self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)

    def _death(self, cell: NotebookNode, index: int) -> DeadKernelError:
        """Say in which cell and how the process died, after keeping the last it has said."""
        if not isinstance(self.kc, ForkKernel):
            return DeadKernelError(f"the kernel died in cell {index}")
        self.kc.receive_rest()
        with suppress(CellExecutionComplete):
            while self.kc.iopub_channel.messages:
                self.process_message(self.kc.iopub_channel.messages.popleft(), cell, index)
        end = self.kc.worker.wait() or WorkerEnd()
        kind = NotebookMemoryError if end.over_memory else NotebookDiedError
        source = cell.source.strip()
        first = source.splitlines()[0] if source else ""
        return kind(f"the notebook's process ended in cell {index} ({first!r}): {end}", index, end)

    async def _async_poll_kernel_alive(self) -> None:
        """Leave it to the channels, which notice a death at once; nbclient looks every second."""
        kernel = self.kc
        if not isinstance(kernel, ForkKernel):
            await super()._async_poll_kernel_alive()
            return
        while kernel.worker.end is None:
            await kernel.wait_for_news(None)

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        # A death shows where the reply is awaited. If the reply is there already, the cell is complete.
        if isinstance(self.kc, ForkKernel):
            with suppress(DeadKernelError):
                await super()._async_poll_output_msg(parent_msg_id, cell, cell_index)
        else:
            await super()._async_poll_output_msg(parent_msg_id, cell, cell_index)

    def _get_timeout(self, cell: NotebookNode | None) -> float | None:
        timeout: float | None = super()._get_timeout(cell)
        if self._deadline is None:
            return timeout
        left = max(self._deadline - time.monotonic(), 0.001)
        return left if timeout is None else min(timeout, left)

    async def _async_handle_timeout(  # nbclient's signature
        self,
        timeout: float,  # noqa: ASYNC109
        cell: NotebookNode | None = None,
    ) -> Any:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            limit: Any = self._time_limit  # a number that goes into the message
            message = "The notebook exceeded its time limit in this cell"
            raise NotebookTimeoutError.error_from_timeout_and_cell(message, limit, cell or self.nb.cells[0])
        return await super()._async_handle_timeout(timeout, cell)
