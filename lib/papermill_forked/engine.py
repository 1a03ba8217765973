"""The papermill engine: nbclient's execution of cells over a fork.

nbclient and papermill do all the work that they do with a kernel; this module marks the cell at which anything went
wrong, says what, and watches the notebook's time limit.

Import it from the package (``from papermill_forked import ForkedEngine``): papermill must come first.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from jupyter_client.kernelspec import KernelSpec, NoSuchKernel, get_kernel_spec
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, CellTimeoutError, DeadKernelError
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


class StrictClient(PapermillNotebookClient):  # type: ignore[misc]  # papermill has no types
    """papermill's client, which marks the cell that failed, however it failed, and keeps a time limit (seconds).

    ``make_kernel`` makes the fork to use; without it, the kernel is a normal one.
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
        NotebookMemoryError
            If the notebook's process was ended for its memory.
        NotebookDiedError
            If the notebook's process ended otherwise.
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
        final["time_limit"] = time_limit
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
                template.fork(order, memory_limit=memory_limit, cpu_limit=cpu_limit)
            )
            try:
                return client.execute()
            except TemplateError as error:  # comes only before the first cell
                obstacle = str(error)
        template.fallbacks.add(obstacle, "a notebook")
        if memory_limit is not None:
            logger.warning("A normal kernel has no memory limit: %d bytes were asked for", memory_limit)
        names = {"environment": "env", "folder": "cwd"}  # as jupyter_client calls them
        return StrictClient(nb_man, **final).execute(**{names[name]: value for name, value in surroundings.items()})


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
