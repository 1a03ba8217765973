"""What was looked at, how it stands, and what to do."""

from dataclasses import dataclass

FINE, HINT, FAULT = "正常", "提示", "故障"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    what
        In words.
    state
        ``正常``, ``提示`` (works, with less) or ``故障``.
    remedy
        What to do; empty where nothing needs doing.
    """

    what: str
    state: str = FINE
    remedy: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether the machine is unfit because of it."""
        return self.state == FAULT

    def __str__(self) -> str:
        return f"[{self.state}] {self.what}" + (f"。处理：{self.remedy}" if self.remedy else "")
