"""The papermill engine.

Import it from the package (``from minsheng.execute.forked import ForkedEngine``): papermill loads its engines
while it is imported itself, so papermill must come first.
"""

import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jupyter_client.kernelspec import KernelSpec, NoSuchKernel, get_kernel_spec
from papermill.engines import Engine, NotebookExecutionManager
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from minsheng.execute.forked import calls
from minsheng.execute.forked.client import StrictClient
from minsheng.execute.forked.connection import ForkKernel
from minsheng.execute.forked.errors import TemplateError
from minsheng.execute.forked.shared import shared_template
from minsheng.execute.forked.template import Template

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
