"""A normal kernel with the limits of a fork: ``python -m papermill_forked.confined_kernel``, where no fork is possible.

Its settings come in an environment variable. Files are confined before the kernel has threads; sockets it needs itself,
so those are refused to cells and all that they start, not to the threads that carry its messages.
"""

import json
import os
import sys

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.manager import AsyncKernelManager

from papermill_forked.confinement import Confinement, confine, refuse_calls

SETTINGS = "PAPERMILL_FORKED_CONFINED"


class ConfinedKernelManager(AsyncKernelManager):
    """Starts this module where the kernel's own specification starts ipykernel."""

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the command line."""
        own = {"ipykernel_launcher": "papermill_forked.confined_kernel"}
        return [own.get(argument, argument) for argument in super().format_kernel_cmd(extra_arguments)]


def settings(confinement: Confinement, memory_limit: int | None) -> dict[str, str]:
    """Return the environment variable that tells a kernel its limits (bytes)."""
    told = {"read": confinement.read, "write": confinement.write, "memory": memory_limit}
    return {SETTINGS: json.dumps(told)}


class ConfinedKernel(IPythonKernel):
    """Does not look for its children in ``/proc`` when it ends; whoever started it ends them."""

    async def _progressively_terminate_all_children(self) -> None:
        """Do nothing."""


def main() -> None:
    """Run the kernel."""
    told = json.loads(os.environ.pop(SETTINGS))
    if sys.platform == "linux" and told["memory"] is not None:
        from papermill_forked import processes  # Linux only

        processes.limit(told["memory"], None)
    connection = sys.argv[sys.argv.index("-f") + 1]
    confine(Confinement((connection, *told["read"]), tuple(told["write"])), _say, sockets=True)
    app = IPKernelApp.instance(kernel_class=ConfinedKernel)
    app.initialize()  # type: ignore[no-untyped-call]
    refuse_calls()
    app.start()  # type: ignore[no-untyped-call]


def _say(refused: str) -> None:
    sys.stderr.write(f"refused: {refused}\n")


if __name__ == "__main__":
    main()
