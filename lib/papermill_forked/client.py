"""nbclient's client over a fork: it marks the cell at which anything went wrong, and keeps limits of time and output.

nbclient and papermill do all the work that they do with a kernel.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from typing import Any

from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode, from_dict
from papermill.clientwrap import PapermillNotebookClient

from papermill_forked.connection import ForkKernel
from papermill_forked.exceptions import WorkerEnd


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


class NotebookOutputError(RuntimeError):
    """A cell, or all cells of a notebook together, gave more output than their limit; what came until then is kept."""


_GRACE_SECONDS = 2.0
"""How long a cell that was interrupted may take to say where it was."""


class StrictClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """papermill's client, which marks the cell that failed, however it failed, and keeps limits of time and output.

    ``make_kernel`` makes the fork to use; without it, the kernel is a normal one.
    """

    def __init__(
        self,
        nb_man: Any,
        *,
        time_limit: float | None = None,
        output_limit: int | None = None,
        cell_output_limit: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(nb_man, **options)
        self._output_limits = {"the notebook": output_limit, "the cell": cell_output_limit}
        self._output_bytes = dict.fromkeys(self._output_limits, 0)
        self._too_much: NotebookOutputError | None = None
        self._ending: asyncio.Task[None] | None = None
        self._output_task: asyncio.Task[Any] | None = None
        self.make_kernel: Callable[[], ForkKernel] | None = None
        self._time_limit = time_limit
        self._deadline: float | None = None

    def create_kernel_manager(self) -> Any:
        """Make the fork, or a normal kernel's manager."""
        if self.make_kernel is None:
            return super().create_kernel_manager()
        self.km = self.make_kernel()
        return self.km

    def execute(self, **options: Any) -> Any:
        """Execute the notebook as papermill does; the event loop that this takes is closed with it."""
        # jupyter_core keeps one loop per context, and would leave it to whoever drops the thread.
        return Context().run(self._execute, options)

    def _execute(self, options: dict[str, Any]) -> Any:
        try:
            return super().execute(**options)
        finally:
            loop = ensure_event_loop()
            if not loop.is_running():
                loop.close()

    def papermill_execute_cells(self) -> None:
        """Execute all cells; a cell at which the process died or the time was up is marked as failed."""
        if self._time_limit is not None:
            self._deadline = time.monotonic() + self._time_limit
        for index, cell in enumerate(self.nb.cells):
            try:
                self.nb_man.cell_start(cell, index)
                self._output_bytes["the cell"] = 0
                self.execute_cell(cell, index)
                self._raise_if_too_much()
            except CellExecutionError as error:
                self.nb_man.cell_exception(self.nb.cells[index], cell_index=index, exception=error)
                self._raise_if_too_much()
                break
            except DeadKernelError as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                self._raise_if_too_much()
                raise self._death(cell, index) from None
            except BaseException as error:
                self.nb_man.cell_exception(cell, cell_index=index, exception=error)
                self.shutdown_kernel = "immediate"  # it is busy and would not hear a request to end
                raise
            finally:
                self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Keep an output, as far as the limits allow; the first that exceeds one is cut, and the cell is ended."""
        if msg["msg_type"] in _OUTPUTS:
            if self._too_much is not None:
                return None
            left = self._left(_size(msg["content"].get("text", msg["content"].get("data"))), cell_index)
            if left is not None:
                text = msg["content"].get("text")
                if not isinstance(text, str):
                    return None
                msg["content"]["text"] = text.encode(errors="replace")[:left].decode(errors="ignore")
        kept: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return kept

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Keep an output; one whose shape is seen at a glance is not held to nbformat's schema, which takes longer."""
        plain = plain_output(msg["msg_type"], msg["content"])
        hooked = self.output_hook_stack.get(msg["parent_header"].get("msg_id"))
        if plain is None or display_id or hooked or self.clear_before_next_output:
            kept: NotebookNode | None = super().output(outs, msg, display_id, cell_index)
            return kept
        outs.append(plain)
        return plain

    def _left(self, size: int, index: int) -> int | None:
        """Count an output; where a limit is exceeded, end the cell and return what of the output may stay (bytes)."""
        for what, limit in self._output_limits.items():
            before = self._output_bytes[what]
            self._output_bytes[what] += size
            if limit is not None and before + size > limit:
                self._too_much = NotebookOutputError(f"{what} gave more than {limit} bytes of output, in cell {index}")
                self._ending = asyncio.ensure_future(self._end_cell())
                return limit - before
        return None

    async def _end_cell(self) -> None:
        await self._interrupt()
        if self.task_poll_for_reply is not None:
            self.task_poll_for_reply.cancel()

    async def _interrupt(self) -> None:
        """Interrupt the running cell, so that its traceback says in which line it was, and wait for that."""
        kernel: Any = self.km
        with suppress(Exception):  # it may have ended by itself meanwhile
            if isinstance(kernel, ForkKernel):
                kernel.interrupt_cell()
            else:
                await ensure_async(kernel.interrupt_kernel())
        if self._output_task is not None:
            await asyncio.wait({self._output_task}, timeout=_GRACE_SECONDS)

    def _raise_if_too_much(self) -> None:
        if self._too_much is None and isinstance(self.kc, ForkKernel) and self.kc.too_large is not None:
            self._too_much = NotebookOutputError(f"more output at once than the limit: {self.kc.too_large}")
        if self._too_much is not None:
            self.shutdown_kernel = "immediate"
            raise self._too_much from None

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
        await kernel.wait_for_end()

    async def _async_poll_output_msg(self, parent_msg_id: str, cell: NotebookNode, cell_index: int) -> None:
        self._output_task = asyncio.current_task()
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
        over = self._deadline is not None and time.monotonic() >= self._deadline
        if over or not self.interrupt_on_timeout:
            await self._interrupt()
        if over:
            limit: Any = self._time_limit  # a number that goes into the message
            message = "The notebook exceeded its time limit in this cell"
            raise NotebookTimeoutError.error_from_timeout_and_cell(message, limit, cell or self.nb.cells[0])
        return await super()._async_handle_timeout(timeout, cell)


def plain_output(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    """Return the output that a message becomes where all it shows is text, which nbformat's schema always allows."""
    match kind, content:
        case "stream", {"name": "stdout" | "stderr" as name, "text": str(text)}:
            found: dict[str, Any] = {"name": name, "text": text}
        case "display_data" | "execute_result", {"data": dict(data), "metadata": dict(metadata)} if all(
            isinstance(each, str) for each in data.values()
        ):
            found = {"metadata": metadata, "data": data}
            if kind == "execute_result":
                found["execution_count"] = content["execution_count"]
        case _:
            return None
    output: NotebookNode = from_dict({"output_type": kind, **found})  # type: ignore[no-untyped-call]
    return output


_OUTPUTS = {"stream", "display_data", "execute_result", "update_display_data"}
"""Messages that become outputs and count; an error is kept always, it says what happened."""


def _size(content: Any) -> int:
    """Return about how many bytes of text a message holds."""
    match content:
        case str():
            return len(content.encode(errors="replace"))
        case dict():
            return sum(map(_size, content.values()))
        case list():
            return sum(map(_size, content))
        case _:
            return 1
