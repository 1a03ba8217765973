"""How a run is made and how it ended: its options, its summary, who watches, and whose turn it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from minsheng.errors import ExitCode
from minsheng.files.locks import locked
from minsheng.process import LogLevel
from minsheng.runs.failures import Failure
from minsheng.workspace import Workspace


@dataclass
class RunSummary:
    """What a run made, skipped and could not make, by task name."""

    made: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Unchanged: made from the same inputs before."""
    failed: dict[str, Failure] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    """Not made because a task that they read failed → that task."""
    refused: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What notebooks tried to reach that is none of their inputs."""
    missing_glyphs: dict[str, str] = field(default_factory=dict)
    fallbacks: int = 0
    """Notebooks that ran on a normal kernel because the template could not fork."""

    @property
    def exit_code(self) -> ExitCode:
        """The highest that a failed task deserves; 0 without one."""
        return max((failure.kind.exit_code for failure in self.failed.values()), default=ExitCode.DONE)

    @property
    def settled(self) -> int:
        """How many tasks are settled, one way or another."""
        return len(self.made) + len(self.skipped) + len(self.failed) + len(self.waiting)

    def lines(self, workspace: Workspace) -> list[str]:
        """Return in words what was not made or not as it should be, and where to look."""
        lines = []
        for name, failure in self.failed.items():
            where = workspace.failed(*name.split("/")) / "traceback.txt"
            lines.append(f"失败：{name}：{failure.kind.word}：{failure.message}（详见 {where}）")
        lines += [f"未生成：{name}（等待 {other}）" for name, other in self.waiting.items()]
        lines += [f"缺字：{name} 中的“{glyphs}”没有字形可用" for name, glyphs in self.missing_glyphs.items()]
        lines += [
            f"拒绝：{name} 试图使用不属于它的来源，未能得逞：{'、'.join(tried)}。请核对该笔记本"
            for name, tried in self.refused.items()
        ]
        if self.fallbacks:
            lines.append(f"有 {self.fallbacks} 个笔记本未能在预热进程中运行，改用了普通内核（较慢，结果相同）")
        return lines

    def counts(self, seconds: float) -> str:
        """Return in words how many tasks ended how."""
        made, skipped, failed = len(self.made), len(self.skipped), len(self.failed)
        return f"新生成 {made} 份，未变化 {skipped} 份，失败 {failed} 份，用时 {seconds:.1f} 秒"


class Display(Protocol):
    """Watches a use case."""

    def stage(self, text: str) -> None:
        """Say what begins now."""

    def tasks(self, summary: RunSummary, total: int, name: str) -> None:
        """Say that a task was settled, by what people call its report."""


class Quiet:
    """Watches nothing."""

    def stage(self, text: str) -> None:
        """Ignore it."""

    def tasks(self, summary: RunSummary, total: int, name: str) -> None:
        """Ignore it."""


# Runs of one workspace take turns: two at once would take each other's reports away.
@contextmanager
def holding_outputs(workspace: Workspace, display: Display) -> Iterator[None]:
    """Hold ``outputs/`` alone; the kernel lets go of it when this process ends, however it ends."""

    def wait() -> None:
        display.stage("另一个 minsheng 正在这个工作区生成报告，等它结束")

    workspace.outputs.mkdir(parents=True, exist_ok=True)
    with locked(workspace.outputs, exclusive=True, waiting=wait):
        yield


@dataclass(frozen=True)
class RunOptions:
    """How tasks are made. By default as the workspace sets it, and only what is not made yet.

    Parameters
    ----------
    jobs
        Notebooks that run at once; by default the workspace's setting, else one per processor.
    force
        Make again what is unchanged.
    log_level
        What the run's log keeps; by default the workspace's setting.
    scheduler
        Address of a Dask scheduler whose workers make the tasks; empty for this machine.
    repeat_failures
        Try tasks again that failed with the same inputs; else their failure stands as it is on record.
    """

    jobs: int | None = None
    force: bool = False
    log_level: LogLevel | None = None
    scheduler: str = ""
    repeat_failures: bool = True


AS_SET = RunOptions()
"""As the workspace sets it."""
