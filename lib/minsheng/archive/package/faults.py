"""What verification finds wrong: one line each, which file and what."""

from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """What a fault speaks against: each kind is an item of the inspection of a package (四性检测)."""

    FORM = "form"
    """Not a bag of our profile: declaration, lists, ``bag-info.txt``."""
    CONTENT = "content"
    """A file is not the one that was sealed."""
    MISSING = "missing"
    EXTRA = "extra"
    """Something lies there that nothing lists."""
    COUNT = "count"
    """Number of files and bytes."""
    RIGHTS = "rights"
    CHAIN = "chain"
    """The ledger's lines, and the package that a line names."""
    SEQUENCE = "sequence"
    """Numbers of seals and revisions."""
    SIGNATURE = "signature"
    """The ledger's signature and its key."""
    METADATA = "metadata"
    STATEMENT = "statement"
    """The statement of provenance."""
    SM3 = "sm3"
    RECOMPUTED = "recomputed"
    """What a report says is not what its workbooks and plan give."""


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that does not verify.

    Parameters
    ----------
    where
        The file or folder, relative to the archive.
    what
        What is wrong with it, in words.
    kind
        What it speaks against.
    """

    where: str
    what: str
    kind: FaultKind = field(default=FaultKind.FORM, compare=False)

    def __str__(self) -> str:
        return f"{self.where}：{self.what}"


def quoted(names: list[str], most: int = 10) -> str:
    """Return names for one line; of many the first ``most`` and how many there are."""
    shown = "、".join(names[:most])
    return f"{shown} 等 {len(names)} 个" if len(names) > most else shown
