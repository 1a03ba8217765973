"""Counting what could not run in a fork: never silent, never forgotten."""

import logging
import threading
from collections import Counter as _Counter

logger = logging.getLogger("minsheng.execute.forked")


class Counter:
    """How often something ran in another way, and why. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reasons: _Counter[str] = _Counter()

    @property
    def total(self) -> int:
        """Number of times."""
        with self._lock:
            return self._reasons.total()

    @property
    def reasons(self) -> dict[str, int]:
        """Number of times by reason."""
        with self._lock:
            return dict(self._reasons)

    def add(self, reason: str, what: str) -> None:
        """Count one, here and in ``fallbacks.process``, and log a warning.

        Parameters
        ----------
        reason
            Why no fork was possible.
        what
            What ran in another way.
        """
        logger.warning("%s does not run in a fork: %s", what, reason, extra={"event": "fallback", "reason": reason})
        for counter in {self, process}:
            with counter._lock:  # noqa: SLF001  # of this class
                counter._reasons[reason] += 1  # noqa: SLF001


process = Counter()
"""All fallbacks of this process, those of every template included."""
