"""The keys of a ledger: lines that name another key, each signed by a key that was in force before it.

``keys/3.minisig`` is the signature of the ledger's first three lines by the key that the third one says signed it, so
that whoever trusts the first key can follow to the newest by hand. Writes nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.archive.package.key import key_text, signature_fault
from minsheng.domain.base import Frozen
from minsheng.files.hashing import sha256
from minsheng.files.written import canonical_line

LEDGER, SIGNATURE, PUBLIC_KEY = "ledger.jsonl", "ledger.jsonl.minisig", "minisign.pub"

SECOND_SIGNATURE = "ledger.jsonl.second.minisig"

KEYS = "keys"
"""Folder of the signatures of lines that name keys."""


class KeyEntry(Frozen):
    """One line of the ledger.

    Parameters
    ----------
    sequence
        1, 2, 3 … without a gap.
    previous
        sha256 of the line before.
    why
        The reason; empty where none is needed.
    beside
        File beside the bags that never changes → sha256.
    """

    sequence: int
    previous: str
    why: str
    sealed_at: datetime
    beside: dict[str, str]

    @property
    def words(self) -> str:
        """What the line records."""
        raise NotImplementedError

    def absent(self) -> set[str]:
        """Return the fields that are not written."""
        return set()

    def line(self) -> bytes:
        """Return the one line: sorted keys, so that it can be written in one way only."""
        # Its sha256 is the head, so that `tail -n 1 ledger.jsonl | sha256sum` prints it.
        return f"{canonical_line(self.model_dump(mode='json', exclude=self.absent()))}\n".encode()

    def head(self) -> str:
        """Return the head of the chain when this is its last line."""
        return sha256(self.line())


class KeyEvent(KeyEntry):
    """Another key from here on.

    Parameters
    ----------
    event
        ``rotate``: the key that signs the ledger; ``recovery``: the one that may name another when that is lost or
        stolen; ``second``: the one of a second person, who signs too.
    key
        The public key, as the second line of its file says it; empty where a second person signs no more.
    file
        Where the public key lies beside the ledger.
    signed_by
        The file of the key that signed ``keys/<sequence>.minisig``.
    revokes
        Whether the key before must not be believed any more.
    since
        From when on it was perhaps in other hands.
    """

    event: Literal["rotate", "recovery", "second"]
    key: str
    file: str
    signed_by: str
    revokes: bool = False
    since: datetime | None = None

    @property
    def words(self) -> str:
        """What the line records."""
        if self.event == "second" and not self.key:
            return "第二个人不再签名"
        revoked = "，吊销原来的" if self.revokes else ""
        return f"{_EVENTS[self.event]} {self.file}{revoked}"


_EVENTS = {"rotate": "换签名的钥匙", "recovery": "登记恢复钥匙", "second": "登记第二个人的钥匙"}


class NamedKey(NamedTuple):
    """A public key and the file beside the ledger that holds it."""

    file: str
    text: str

    @property
    def content(self) -> bytes:
        """The file, as ``minisign -p`` takes it."""
        return f"untrusted comment: minisign public key\n{self.text}\n".encode()


@dataclass
class KeyRing:
    """Which keys are in force behind a ledger's last line.

    Parameters
    ----------
    history
        Every key that signed the ledger, the current one last.
    recovery, second
        Where there is one.
    revoked
        Key → number of the line that revokes it.
    faults
        Lines that name a key and are not signed as they must be: they count for nothing.
    notes
        What a reader should know.
    """

    history: list[NamedKey]
    recovery: NamedKey | None = None
    second: NamedKey | None = None
    revoked: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def current(self) -> NamedKey:
        """The key that signs the ledger."""
        return self.history[-1]

    def knows(self, public: bytes) -> bool:
        """Whether a key is one of those that signed the ledger, so that the lines lead from it to the current one."""
        return key_text(public) in {key.text for key in self.history}


def key_ring(folder: Path, content: bytes, lines: Sequence[KeyEntry], first: bytes) -> KeyRing:
    """Follow the keys from the first one through a ledger.

    Parameters
    ----------
    first
        The archive's first public key, as its file holds it.
    """
    ring = KeyRing([NamedKey(PUBLIC_KEY, key_text(first))])
    written = content.split(b"\n")
    for line in lines:
        if isinstance(line, KeyEvent):
            faults = list(_faults(folder, b"\n".join(written[: line.sequence]) + b"\n", line, ring))
            ring.faults += faults
            if not faults:
                _apply(ring, line, lines)
    return ring


def allowed_signers(ring: KeyRing, event: str) -> list[NamedKey]:
    """Return the keys that may sign a line that names another."""
    # Whoever stole the key must not be able to put another recovery key in place of the one that takes it from him.
    if event == "recovery" and ring.recovery:
        return [ring.recovery]
    return [ring.current, *([ring.recovery] if ring.recovery else [])]


def line_signature(folder: Path, sequence: int, *, second: bool = False) -> Path:
    """Return where the signature of a line that names a key lies."""
    return folder / KEYS / f"{sequence}{'.second' if second else ''}.minisig"


def _faults(folder: Path, content: bytes, line: KeyEvent, ring: KeyRing) -> Iterator[Fault]:
    where = f"{LEDGER} 第 {line.sequence} 行"
    allowed = allowed_signers(ring, line.event)
    signer = next((key for key in allowed if key.file == line.signed_by), None)
    if signer is None:
        names = "或 ".join(key.file for key in allowed)
        yield Fault(where, f"{line.words}：写着由 {line.signed_by} 签名，应由 {names} 签名", FaultKind.SIGNATURE)
        return
    wanted = [(line_signature(folder, line.sequence), signer)]
    if ring.second and signer is not ring.recovery:
        wanted.append((line_signature(folder, line.sequence, second=True), ring.second))
    for path, key in wanted:
        wrong = signature_fault(content, path.read_bytes(), key.content) if path.is_file() else "没有这份签名"
        if wrong:
            yield Fault(f"{KEYS}/{path.name}", f"{line.words}（第 {line.sequence} 行）：{wrong}", FaultKind.SIGNATURE)
    if line.key and line.key in {*ring.revoked, *(key.text for key in ring.history)}:
        yield Fault(where, f"{line.words}：这把钥匙用过或已吊销", FaultKind.SIGNATURE)
    path = folder / line.file
    if line.file and path.is_file() and key_text(path.read_bytes()) != line.key:
        yield Fault(line.file, f"不是第 {line.sequence} 行登记的公钥：公钥被换过", FaultKind.SIGNATURE)


def _apply(ring: KeyRing, line: KeyEvent, lines: Sequence[KeyEntry]) -> None:
    named = NamedKey(line.file, line.key) if line.key else None
    if line.event == "second":
        ring.second = named
    elif named is not None and line.event == "recovery":
        ring.recovery = named
    elif named is not None:
        ring.notes.append(f"第 {line.sequence} 行（{line.sealed_at.date()}）{line.words}：{line.why}")
        if line.revokes:
            ring.revoked[ring.current.text] = line.sequence
            before = [each for each in lines if each.sequence < line.sequence and not isinstance(each, KeyEvent)]
            doubtful = [each.words for each in before if line.since and each.sealed_at >= line.since]
            if doubtful:
                told = f"在被吊销的钥匙可能失窃（{line.since:%Y-%m-%d}）之后签名"
                ring.notes.append(f"{told}：{'、'.join(doubtful)}，请另行核对")
        ring.history.append(named)
