"""``minsheng doctor``: is this machine fit, and if not, what to do."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from minsheng.commands.doctor.installation import installation
from minsheng.commands.doctor.machine import Observation, machine
from minsheng.commands.doctor.workspace import workspace
from minsheng.errors import ExitCode, Outcome


@dataclass(frozen=True)
class DoctorOutcome(Outcome):
    """Everything that was looked at."""

    findings: tuple[Observation, ...]

    @property
    def exit_code(self) -> ExitCode:
        """15 with a fault, else 0."""
        return ExitCode.MACHINE_UNFIT if any(each.is_fault for each in self.findings) else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return a line per finding."""
        return [str(finding) for finding in self.findings]

    def as_json(self) -> list[object]:
        """Return the same for a machine."""
        return [asdict(finding) for finding in self.findings]


def examine(start: Path | None) -> DoctorOutcome:
    """Look at everything that a run needs; nothing is changed.

    Parameters
    ----------
    start
        Where to look for the workspace; by default the current folder, which may be none.
    """
    looks: list[Callable[[], list[Observation]]] = [installation, machine, lambda: workspace(start)]
    return DoctorOutcome(tuple(finding for look in looks for finding in look()))
