"""The items of an inspection after DA/T 70 (四性检测): result, how it was checked, what was found."""

from dataclasses import dataclass
from enum import StrEnum

from minsheng.archive.faults import quoted


class Quality(StrEnum):
    """The four."""

    AUTHENTICITY = "真实性"
    INTEGRITY = "完整性"
    USABILITY = "可用性"
    SECURITY = "安全性"


class Verdict(StrEnum):
    """How an item ended: what was not checked in full is never a pass."""

    PASSED = "通过"
    FAILED = "不通过"
    NOT_CHECKED = "未检"


@dataclass(frozen=True)
class Checked:
    """One item.

    Parameters
    ----------
    id
        Stable, for machines.
    how
        What was looked at with which means.
    faults
        What speaks against it.
    unchecked
        What could not be looked at, and why.
    note
        What a reader should know although it decides nothing.
    """

    id: str
    quality: Quality
    name: str
    how: str
    faults: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        """不通过 with a fault, else 未检 where something was not looked at, else 通过."""
        if self.faults:
            return Verdict.FAILED
        return Verdict.NOT_CHECKED if self.unchecked else Verdict.PASSED

    @property
    def found(self) -> str:
        """What was found, in words; empty where there is nothing to say."""
        parts = [quoted(list(self.faults), 5)] if self.faults else []
        unchecked = quoted(list(self.unchecked), 5)
        parts += [f"未检：{unchecked}" if self.faults else unchecked] if unchecked else []
        return "；".join([*parts, *([self.note] if self.note else [])])
