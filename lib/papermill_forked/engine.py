"""The papermill engine: a notebook in a fork, or in a normal kernel where there is none.

Import it from the package (``from papermill_forked import ForkedEngine``): papermill must come first.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from jupyter_client.kernelspec import KernelSpec, NoSuchKernel, get_kernel_spec
from papermill.engines import Engine, NotebookExecutionManager
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from papermill_forked import calls
from papermill_forked.client import StrictClient
from papermill_forked.confinement import Confinement, kept_environment
from papermill_forked.connection import ForkKernel
from papermill_forked.exceptions import ForkedError, TemplateError
from papermill_forked.template import Template, shared_template

_SPARE_BYTES = 1 << 23
"""What a message may hold above the limit of output, so that what is too much still comes, and is cut."""

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
        confinement: Confinement | None = None,
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
        confinement
            What the notebook may reach: see ``papermill_forked.confinement``. It keeps little of the environment,
            besides ``env``. What it was refused stands in the notebook's metadata, under ``refused``. A kernel
            that cannot be confined is not started.
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
        ForkedError
            If the notebook was to be confined and its kernel is not one that can be.

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
        if env is not None or confinement is not None:
            own = os.environ if confinement is None else kept_environment()
            surroundings["environment"] = {**own, **(env or {})}
        if folder is not None:
            surroundings["folder"] = folder
        obstacle = _obstacle(kernel_name, options)
        if obstacle is None:
            client = StrictClient(nb_man, **final)
            arguments = [*client.extra_arguments, f"--HistoryManager.hist_file={client.ipython_hist_file}"]
            order = {"kind": "notebook", "arguments": arguments, "confinement": confinement, **surroundings}
            cpu_limit = calls.cpu_limit(time_limit)
            kernels: list[ForkKernel] = []

            def make_kernel() -> ForkKernel:
                fork = template.fork(order, memory_limit=memory_limit, cpu_limit=cpu_limit)
                kernels.append(ForkKernel(fork, message_limit, dated=client.record_timing))
                return kernels[-1]

            client.make_kernel = make_kernel
            try:
                with _kept(nb_man):
                    return client.execute()
            except TemplateError as error:  # comes only before the first cell
                obstacle = str(error)
            finally:
                refused = [what for kernel in kernels for what in kernel.refused]
                if refused:
                    nb_man.nb.metadata["refused"] = refused
        template.fallbacks.add(obstacle, "a notebook")
        if confinement is not None:
            if _obstacle(kernel_name, options) is not None:
                raise ForkedError(f"a notebook that is to be confined was not run: {obstacle}")
            from papermill_forked import confined_kernel  # where everything is well nobody needs it

            final["kernel_manager_class"] = confined_kernel.ConfinedKernelManager
            surroundings["environment"] |= confined_kernel.settings(confinement, memory_limit)
        elif memory_limit is not None:
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
