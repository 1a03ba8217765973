"""What a use case tells whoever watches it; the command line draws it, tests record it."""

from typing import Protocol

from minsheng.workflow.run_summary import RunSummary


class Display(Protocol):
    """Watches a use case."""

    def stage(self, text: str) -> None:
        """Say what begins now."""

    def units(self, summary: RunSummary, total: int, name: str) -> None:
        """Say that a unit was settled."""


class Quiet:
    """Watches nothing."""

    def stage(self, text: str) -> None:
        """Ignore it."""

    def units(self, summary: RunSummary, total: int, name: str) -> None:
        """Ignore it."""
