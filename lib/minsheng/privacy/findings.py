"""What a scan found, and what it could not look into."""

from dataclasses import dataclass

from minsheng.domain.personal import PersonalKind


@dataclass(frozen=True)
class Hit:
    """One personal number.

    Parameters
    ----------
    kind
        What it identifies.
    file
        The file that was scanned.
    place
        Where in it, through every container: ``附件 a.xlsx，工作表“表1”B7``.
    masked
        The number with its middle hidden.
    """

    kind: PersonalKind
    file: str
    place: str
    masked: str

    def __str__(self) -> str:
        """Return the line that a refusal prints."""
        return f"{self.file}：{self.place}：{self.kind} {self.masked}"


@dataclass(frozen=True)
class Unseen:
    """A part that could not be looked into (未检), which is not the same as clean."""

    file: str
    place: str
    why: str

    def __str__(self) -> str:
        """Return the line for a list of what was not checked."""
        return f"{self.file}：{self.place}：未检：{self.why}" if self.place else f"{self.file}：未检：{self.why}"


@dataclass(frozen=True)
class Inspection:
    """All that is to be said of one file."""

    hits: tuple[Hit, ...]
    unseen: tuple[Unseen, ...]
