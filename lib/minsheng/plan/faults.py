"""One fault of the plan's files, and how it is written."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class PlanFault:
    """What is wrong on one line of a file under ``params/``."""

    file: str
    """As a clerk would look it up: ``params/<year>/areas.yaml``."""
    line: int
    """From 1."""
    message: str
    allowed: str = ""
    """What would be right, where that can be listed."""

    def __str__(self) -> str:
        allowed = f"。允许：{self.allowed}" if self.allowed else ""
        return f"{self.file}:{self.line}: {self.message}{allowed}"


def in_order(faults: Iterable[PlanFault]) -> list[PlanFault]:
    """Return faults by file and line, each once."""
    return sorted(set(faults))
