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

    @property
    def seconds_in_words(self) -> str:
        """The limit of time, and where to change it."""
        return f"每个笔记本 {self.seconds:g} 秒；确实需要更久时，调大 minsheng.toml 的 time_limit_seconds"

    @property
    def memory_in_words(self) -> str:
        """The limit of memory, and where to change it."""
        megabytes = self.memory_bytes / 2**20
        return f"每个笔记本 {megabytes:.0f} MiB；确实需要更多时，调大 minsheng.toml 的 memory_limit_mib"
