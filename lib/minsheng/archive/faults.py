"""What verification finds wrong: one line each, which file and what."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that does not verify.

    Parameters
    ----------
    where
        The file or folder, relative to the archive.
    what
        What is wrong with it, in words.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}：{self.what}"


def quoted(names: list[str], most: int = 10) -> str:
    """Return names for one line; of many the first ``most`` and how many there are."""
    shown = "、".join(names[:most])
    return f"{shown} 等 {len(names)} 个" if len(names) > most else shown
