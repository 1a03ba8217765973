"""``minsheng doctor``: is this machine fit, and if not, what to do."""

from collections.abc import Callable
from pathlib import Path

from minsheng.commands.doctor.installation import installation
from minsheng.commands.doctor.machine import Finding, machine
from minsheng.commands.doctor.workspace import workspace


def examine(start: Path | None) -> list[Finding]:
    """Look at everything that a run needs; nothing is changed.

    Parameters
    ----------
    start
        Where to look for the workspace; by default the current folder, which may be none.
    """
    looks: list[Callable[[], list[Finding]]] = [installation, machine, lambda: workspace(start)]
    return [finding for look in looks for finding in look()]
