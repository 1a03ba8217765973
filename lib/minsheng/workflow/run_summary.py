"""How the units of a run ended."""

from dataclasses import dataclass, field

from minsheng.errors import ExitCode
from minsheng.execute.failures import Failure
from minsheng.workspace import Workspace


@dataclass
class RunSummary:
    """What a run made, skipped and could not make, by unit name."""

    made: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Unchanged: made from the same inputs before."""
    failed: dict[str, Failure] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    """Not made because a unit that they read failed → that unit."""
    missing_glyphs: dict[str, str] = field(default_factory=dict)
    fallbacks: int = 0
    """Notebooks that ran on a normal kernel because the template could not fork."""

    @property
    def exit_code(self) -> ExitCode:
        """The highest that a failed unit deserves; 0 without one."""
        return max((failure.kind.exit_code for failure in self.failed.values()), default=ExitCode.DONE)

    @property
    def settled(self) -> int:
        """How many units are settled, one way or another."""
        return len(self.made) + len(self.skipped) + len(self.failed) + len(self.waiting)

    def lines(self, workspace: Workspace) -> list[str]:
        """Return in words what was not made or not as it should be, and where to look."""
        lines = []
        for name, failure in self.failed.items():
            where = workspace.failed(*name.split("/")) / "traceback.txt"
            lines.append(f"失败：{name}：{failure.kind.word}：{failure.message}（详见 {where}）")
        lines += [f"未生成：{name}（等待 {other}）" for name, other in self.waiting.items()]
        lines += [f"缺字：{name} 中的“{glyphs}”没有字形可用" for name, glyphs in self.missing_glyphs.items()]
        if self.fallbacks:
            lines.append(f"有 {self.fallbacks} 个笔记本未能在预热进程中运行，改用了普通内核（较慢，结果相同）")
        return lines

    def counts(self, seconds: float) -> str:
        """Return in words how many units ended how."""
        made, skipped, failed = len(self.made), len(self.skipped), len(self.failed)
        return f"新生成 {made} 份，未变化 {skipped} 份，失败 {failed} 份，用时 {seconds:.1f} 秒"
