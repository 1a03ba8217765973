"""How a command ends: with an outcome, or with an error that the product raises on purpose; each has its exit code.

Data faults speak Chinese, because a clerk reads them: which file, sheet and cell, what is allowed, what to do.
Program faults speak English, because an engineer reads them.
"""

from abc import ABC, abstractmethod
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended; where several apply, the highest wins."""

    DONE = 0
    PROGRAM_FAULT = 1
    USAGE = 2
    GAPS = 3
    PLAN_INVALID = 10
    FILE_REFUSED = 11
    GATE_REFUSED = 12
    NOTEBOOK_FAILED = 13
    ARCHIVE_INVALID = 14
    MACHINE_UNFIT = 15


class Outcome(ABC):
    """What a command came to: the base of what every command returns and the command line prints."""

    @property
    def exit_code(self) -> ExitCode:
        """By default 0: what a command could not do at all, it raises."""
        return ExitCode.DONE

    @abstractmethod
    def lines(self) -> list[str]:
        """Return it for a terminal."""

    def as_json(self) -> object:
        """Return it for a machine; by default the same words."""
        return {"lines": self.lines(), "exit_code": int(self.exit_code)}


class MinshengError(Exception):
    """The root of our errors; a bare one is a fault of the program."""

    exit_code = ExitCode.PROGRAM_FAULT


class UsageError(MinshengError):
    """A period, area, notebook or file was named that does not exist."""

    exit_code = ExitCode.USAGE


class VersionError(UsageError):
    """A file was written by another version of the product; the message says which, and what to do."""


class PlanInvalidError(MinshengError):
    """The plan under ``params/`` has faults; ``faults`` lists them all, one ``file:line: …`` each."""

    exit_code = ExitCode.PLAN_INVALID

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class FileRefusedError(MinshengError):
    """A delivered file is unreadable, hostile, or belongs to another area or month."""

    exit_code = ExitCode.FILE_REFUSED


class GateRefusedError(MinshengError):
    """A gate is closed: evidence is missing, personal data was found, or a part is empty."""

    exit_code = ExitCode.GATE_REFUSED


class NotebookFailedError(MinshengError):
    """A notebook raised, died, ran over a limit, or left no result."""

    exit_code = ExitCode.NOTEBOOK_FAILED


class ArchiveInvalidError(MinshengError):
    """A sealed package does not verify."""

    exit_code = ExitCode.ARCHIVE_INVALID


class MachineUnfitError(MinshengError):
    """The machine lacks something that the product needs; the message says what to install."""

    exit_code = ExitCode.MACHINE_UNFIT
