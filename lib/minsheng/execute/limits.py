"""What one notebook may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one notebook may take.

    Parameters
    ----------
    seconds
        Wall clock for the whole notebook.
    memory_bytes
        Address space of its process.
    """

    seconds: float
    memory_bytes: int
