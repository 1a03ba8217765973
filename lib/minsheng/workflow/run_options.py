"""How a period is run; what is run, is named beside it."""

from dataclasses import dataclass

from minsheng.events import LogLevel


@dataclass(frozen=True)
class RunOptions:
    """How units are made. By default as the workspace sets it, and only what is not made yet.

    Parameters
    ----------
    jobs
        Notebooks that run at once; by default the workspace's setting, else one per processor.
    force
        Make again what is unchanged.
    log_level
        What the run's log keeps; by default the workspace's setting.
    scheduler
        Address of a Dask scheduler whose workers make the units; empty for this machine.
    repeat_failures
        Try units again that failed with the same inputs; else their failure stands as it is on record.
    """

    jobs: int | None = None
    force: bool = False
    log_level: LogLevel | None = None
    scheduler: str = ""
    repeat_failures: bool = True


AS_SET = RunOptions()
"""As the workspace sets it."""
