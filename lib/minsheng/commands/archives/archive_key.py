"""``minsheng archive key``: another key for the ledger, a recovery key, a second person who signs too."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from minsheng.archive.contents.outside import show_outside
from minsheng.archive.package.key_chain import KeyEvent
from minsheng.archive.package.key_changes import KeyChange, change_key
from minsheng.domain.clock import BEIJING, bureau_now
from minsheng.errors import Outcome, UsageError
from minsheng.runs.options import Display
from minsheng.workspace import Workspace

_ADVICE = {
    "rotate": "请把新公钥交给局外的人留存，并在别处另存一份私钥",
    "recovery": "恢复钥匙请由另一个人离线保管：私钥丢失或失窃时，只有它能让归档继续",
    "second": "以后每次归档要两把钥匙都在：在 minsheng.toml 的 second_keys 写明它在哪个文件夹",
}


@dataclass(frozen=True)
class KeyOutcome(Outcome):
    """The ledger's line, the chain's head, and what could not be shown outside."""

    archive: Path
    event: KeyEvent
    told: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return the outcome for a terminal."""
        made = [f"公钥：{self.archive / self.event.file}", _ADVICE[self.event.event]] if self.event.file else []
        return [
            f"账本第 {self.event.sequence} 行：{self.event.words}，由 {self.event.signed_by} 签名",
            *made,
            *(f"注意：{each}" for each in self.told),
            f"账本头：{self.event.head()}",
        ]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {
            "archive": str(self.archive),
            "line": self.event.model_dump(mode="json"),
            "head": self.event.head(),
            "notes": list(self.told),
        }


def change_archive_key(
    workspace: Workspace,
    event: Literal["rotate", "recovery", "second"],
    *,
    archive: Path | None,
    why: str,
    into: Path | None = None,
    recovery: Path | None = None,
    revokes: bool = False,
    since: datetime | None = None,
    display: Display,
) -> KeyOutcome:
    """Put a line that names another key into the ledger.

    Parameters
    ----------
    event
        ``rotate``, ``recovery`` or ``second``.
    archive
        The archive; by default as ``minsheng.toml`` says.
    why
        The reason, which stands in the ledger.
    into
        Where the new recovery key or the second person's key is made, or lies already.
    recovery
        Where the recovery key lies, if it signs in place of the current one.
    revokes, since
        Whether the key before is revoked, and from when on it was perhaps in other hands.

    Raises
    ------
    UsageError
        If no reason is given, nothing was sealed yet, or a folder does not serve.
    ArchiveInvalidError
        If the archive does not verify.
    MachineUnfitError
        If a key that must sign is not there.
    """
    said = " ".join(why.split())
    if not said:
        raise UsageError("请用 --why 写明原因：它记在账本上")
    folder = archive or workspace.archive
    change = KeyChange(
        event=event,
        at=bureau_now(),
        why=said,
        into=into,
        recovery=recovery,
        revokes=revokes,
        since=since.replace(tzinfo=BEIJING) if since else None,
    )
    made = change_key(folder, workspace.keys, workspace.second_keys, change, say=display.stage)
    return KeyOutcome(folder, made, tuple(show_outside(folder, workspace)))
