"""The papermill engine: nbclient's execution of cells over a fork.

nbclient and papermill do all the work that they do with a kernel; this module marks the cell at which anything went
wrong, says what, and watches the notebook's time limit.

Import it from the package (``from papermill_forked import ForkedEngine``): papermill must come first.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

from jupyter_client.kernelspec import KernelSpec, NoSuchKernel, get_kernel_spec
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from papermill_forked import calls
from papermill_forked.connection import ForkKernel
from papermill_forked.exceptions import TemplateError, WorkerEnd
from papermill_forked.template import Template, shared_template


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

_SPARE_BYTES = 1 << 23
"""What a message may hold above the limit of output, so that what is too much still comes, and is cut."""


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
            left = self._left(_size(msg["content"]), cell_index)
            if left is not None:
                text = msg["content"].get("text")
                if not isinstance(text, str):
                    return None
                msg["content"]["text"] = text.encode(errors="replace")[:left].decode(errors="ignore")
        kept: NotebookNode | None = super().process_message(msg, cell, cell_index)
        return kept

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
        while kernel.worker.end is None:
            await kernel.wait_for_news(None)

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


_OWN_KERNEL = ("km", "kernel_manager_class")


class ForkedEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Executes each notebook in a fork of a warm template, with the results of a normal kernel."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        time_limit: float | None = None,
        memory_limit: int | None = None,
        output_limit: int | None = None,
        cell_output_limit: int | None = None,
        template: Template | None = None,
        env: Mapping[str, str] | None = None,
        folder: str | None = None,
        **options: Any,
    ) -> Any:
        """Execute a notebook; papermill calls this.

        Parameters
        ----------
        nb_man
            papermill's manager of this execution.
        kernel_name
            The kernel asked for. One that is not this interpreter's ipykernel runs as a normal kernel.
        log_output, stdout_file, stderr_file, start_timeout, execution_timeout
            As for papermill's own engine; ``execution_timeout`` is seconds per cell.
        time_limit
            Seconds for all cells together.
        memory_limit
            Bytes that the notebook's processes may hold beyond what the template holds.
        output_limit, cell_output_limit
            Bytes of output that all cells together, and each of them, may give; what exceeds it is cut.
        template
            Whose forks to use; by default the one that the process shares.
        env
            Variables added to the environment of this notebook alone.
        folder
            Where this notebook runs; by default where the process is. papermill's own ``cwd`` moves the whole process,
            so it cannot serve several threads.
        **options
            Handed on to nbclient.

        Returns
        -------
        NotebookNode
            The executed notebook.

        Raises
        ------
        CellTimeoutError
            If a cell took longer than ``execution_timeout``.
        NotebookTimeoutError
            If the notebook took longer than ``time_limit``.
        NotebookOutputError
            If the notebook or a cell gave more output than ``output_limit`` or ``cell_output_limit``.
        NotebookMemoryError
            If the notebook's process was ended for its memory.
        NotebookDiedError
            If the notebook's process ended otherwise.

        Each of these has the notebook as far as it came as its attribute ``notebook``.
        """
        timeout = execution_timeout or options.get("timeout")
        kept = remove_args(["input_path", "timeout", "startup_timeout"], **options)
        final = merge_kwargs(
            kept,
            timeout=timeout,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        final |= {"time_limit": time_limit, "output_limit": output_limit, "cell_output_limit": cell_output_limit}
        limits = [limit for limit in (output_limit, cell_output_limit) if limit is not None]
        message_limit = min(limits) + _SPARE_BYTES if limits else None
        template = template or shared_template()
        surroundings: dict[str, Any] = {}
        if env is not None:
            surroundings["environment"] = {**os.environ, **env}
        if folder is not None:
            surroundings["folder"] = folder
        obstacle = _obstacle(kernel_name, options)
        if obstacle is None:
            client = StrictClient(nb_man, **final)
            arguments = [*client.extra_arguments, f"--HistoryManager.hist_file={client.ipython_hist_file}"]
            order = {"kind": "notebook", "arguments": arguments, **surroundings}
            cpu_limit = calls.cpu_limit(time_limit)
            client.make_kernel = lambda: ForkKernel(
                template.fork(order, memory_limit=memory_limit, cpu_limit=cpu_limit), message_limit
            )
            try:
                with _kept(nb_man):
                    return client.execute()
            except TemplateError as error:  # comes only before the first cell
                obstacle = str(error)
        template.fallbacks.add(obstacle, "a notebook")
        if memory_limit is not None:
            logger.warning("A normal kernel has no memory limit: %d bytes were asked for", memory_limit)
        names = {"environment": "env", "folder": "cwd"}  # as jupyter_client calls them
        with _kept(nb_man):
            return StrictClient(nb_man, **final).execute(**{names[name]: value for name, value in surroundings.items()})


@contextmanager
def _kept(nb_man: NotebookExecutionManager) -> Iterator[None]:
    """Let what ends a notebook carry it as far as it came: papermill saves none unless it saves at every cell."""
    try:
        yield
    except Exception as error:
        error.notebook = nb_man.nb  # type: ignore[attr-defined]
        raise


def _obstacle(kernel_name: str, options: dict[str, Any]) -> str | None:
    """Say why a notebook cannot run in a fork, if so."""
    for name in _OWN_KERNEL:
        if options.get(name) is not None:
            return f"{name} was given"
    return _kernel_obstacle(kernel_name)


@lru_cache
def _kernel_obstacle(kernel_name: str) -> str | None:
    try:
        spec = get_kernel_spec(kernel_name)
    except NoSuchKernel:
        return f"there is no kernel {kernel_name!r}"
    if spec.env or not _is_own_ipykernel(spec):
        return f"kernel {kernel_name!r} is not the plain ipykernel of this interpreter"
    return None


def _is_own_ipykernel(spec: KernelSpec) -> bool:
    program, *arguments = spec.argv
    major, minor, *_ = sys.version_info
    # jupyter_client puts its own interpreter in the place of these names.
    own = {"python", f"python{major}", f"python{major}.{minor}", sys.executable}
    arguments = [argument for argument in arguments if not argument.startswith("-X")]
    return program in own and arguments == ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
