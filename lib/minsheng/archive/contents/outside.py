"""What shows from outside that a ledger was not shortened or replaced: got at each seal, looked at by ``verify``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from minsheng.archive.contents.archived import is_own
from minsheng.archive.package.anchors import keep_token, notes_of, tell_witness, token_path, tokens_in
from minsheng.archive.package.chain import ANCHORS, ChainState, read_state
from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.archive.package.key_chain import LEDGER, KeyEntry
from minsheng.errors import MachineUnfitError
from minsheng.signing.chains import gap_words
from minsheng.signing.timestamps import check_token, request_token
from minsheng.workspace import Workspace

_SKEW = timedelta(minutes=10)
"""By how much two clocks may differ."""


def show_outside(archive: Path, workspace: Workspace) -> list[str]:
    """Have the newest head attested by a timestamp server and kept by a witness, as the settings say.

    Neither can block: what did not come about is returned in words, and is tried again by the next seal.
    """
    lines, told = read_state(archive).lines, []
    last, settings = lines[-1], workspace.settings
    if settings.timestamp_url and not token_path(archive, last.sequence).is_file():
        try:
            keep_token(archive, last.sequence, request_token(last.head(), settings.timestamp_url))
        except (MachineUnfitError, OSError) as fault:
            told.append(f"账本头没有时间戳：{fault}；下次归档时再取")
    if workspace.witness is not None:
        try:
            tell_witness(workspace.witness, last, last.head())
        except OSError as fault:
            told.append(f"账本头没有送到见证文件夹 {workspace.witness}（{fault.strerror}）：下次归档时再送")
    return told


@dataclass
class Outside:
    """What was found.

    Parameters
    ----------
    means
        What attests a head from outside, in words.
    anchored
        Number of the newest line that something outside attests; 0 where nothing does.
    last
        Number of the ledger's last line.
    """

    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    means: list[str] = field(default_factory=list)
    anchored: int = 0
    last: int = 0

    def add(self, means: str, sequence: int) -> None:
        """Count something that attests the head of a line."""
        self.means.append(means)
        self.anchored = max(self.anchored, sequence)

    @property
    def conclusion(self) -> str:
        """What a verification without a fault says at its end."""
        if not self.anchored:
            return (
                "核验通过，但无外部锚点：账本若被整本换过或截短，从归档本身看不出来。请用 --head 给出交接单上的账本头，"
                "或用 timestamp_url、witness 设置时间戳和见证"
            )
        upto = "" if self.anchored == self.last else f"，只到账本第 {self.anchored} 行（共 {self.last} 行）"
        return f"核验通过，外部锚点：{'；'.join(self.means)}{upto}"


def check_outside(archive: Path, workspace: Workspace | None, roots: Sequence[Path], head: str) -> Outside:
    """Look at what attests an archive's heads from outside.

    Parameters
    ----------
    workspace
        Whose witness is asked, if the archive is its own.
    roots
        Files of the root certificates of timestamp authorities that are trusted.
    head
        A head from outside, as printed on a delivery note; empty for none.
    """
    state = read_state(archive)
    found = Outside(last=len(state.lines))
    heads = {line.head(): line.sequence for line in state.lines}
    if head in heads:
        found.add("给出的账本头", heads[head])
    _tokens(found, archive, state, roots)
    if workspace is not None and workspace.witness and is_own(archive, workspace, state.ring):
        _witness(found, workspace.witness, heads)
    return found


def _tokens(found: Outside, archive: Path, state: ChainState, roots: Sequence[Path]) -> None:
    lines = {line.sequence: line for line in state.lines}
    trusted: list[int] = []
    unverified: dict[str, int] = {}
    for sequence, path in tokens_in(archive):
        if sequence not in lines:
            continue
        line = lines[sequence]
        check = check_token(path.read_bytes(), line.head(), roots=roots)
        fault = check.fault or _early(line, check.at)
        if fault or check.at is None:
            found.faults.append(Fault(f"{ANCHORS}/{path.name}", fault, FaultKind.SIGNATURE))
            continue
        gap = gap_words(line.sealed_at.isoformat(), check.at.astimezone(line.sealed_at.tzinfo).isoformat())
        if gap:
            found.notes.append(f"{ANCHORS}/{path.name}：{line.words} {gap.replace('登记于', '时间戳')}")
        if check.trusted:
            trusted.append(sequence)
        else:
            unverified[check.authority] = sequence
    if trusted:
        found.add(f"时间戳 {len(trusted)} 份", max(trusted))
    for authority in unverified:
        found.notes.append(
            f"时间戳出自 {authority}，未验证颁发者，不算外部锚点：请用 --trust（或 trust_roots）给出时间戳机构的根证书"
        )


def _early(line: KeyEntry, at: datetime | None) -> str:
    """Say that a line claims a time after it was attested."""
    if at is not None and line.sealed_at > at + _SKEW:
        return f"{line.words} 所记的时间 {line.sealed_at:%Y-%m-%d %H:%M} 晚于时间戳 {at:%Y-%m-%d %H:%M}"
    return ""


def _witness(found: Outside, witness: Path, heads: dict[str, int]) -> None:
    if not witness.is_dir():
        found.notes.append(f"见证文件夹 {witness} 不在：没有与它比较")
        return
    notes = notes_of(witness)
    for note in notes:
        if heads.get(note.head) != note.sequence:
            what = f"见证文件夹中第 {note.sequence} 行的账本头 {note.head} 不在链上：账本被截短、换成了旧的，或整本换过"
            found.faults.append(Fault(LEDGER, what, FaultKind.CHAIN))
    kept = [note.sequence for note in notes if note.head in heads]
    if kept:
        found.add(f"见证文件夹的 {len(kept)} 个账本头", max(kept))
