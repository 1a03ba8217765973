"""``ledger.jsonl``: one line per seal with the hash of the line before, and what else lies in the archive's folder.

The head is the sha256 of the last line with its line end, so that ``tail -n 1 ledger.jsonl | sha256sum`` prints it.
Looks into no bag; writes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.archive.package.key import signature_fault
from minsheng.archive.package.key_chain import (
    KEYS,
    LEDGER,
    PUBLIC_KEY,
    SECOND_SIGNATURE,
    SIGNATURE,
    KeyEntry,
    KeyEvent,
    KeyRing,
    NamedKey,
    key_ring,
    line_signature,
)
from minsheng.archive.package.profile import profile_bytes
from minsheng.archive.package.readme import README, readme_bytes
from minsheng.domain.period import Period
from minsheng.files.hashing import digests_of, sha256
from minsheng.files.writing import UNFINISHED

START = "0" * 64
"""What the first line carries instead of the hash of a line before it."""


class SealEntry(KeyEntry):
    """One seal.

    Parameters
    ----------
    bag
        The bag's folder: the period, from the second revision on with ``.rN``.
    digest
        sha256 of the bag's ``tagmanifest-sha256.txt``, which covers all of the bag.
    replaces
        The bag that this one replaces, for the reason in ``why``; both empty for the first of a period.
    registers
        Register under ``data/`` → head of its chain when this was sealed; empty in a line of an earlier version.
    """

    bag: str
    period: Period
    revision: int
    digest: str
    replaces: str
    registers: dict[str, str] = {}

    @property
    def words(self) -> str:
        """What the line records."""
        return f"归档 {self.bag}"

    def absent(self) -> set[str]:
        """Return the fields that are not written: lines of an earlier version know no registers."""
        return set() if self.registers else {"registers"}


def bag_name(period: Period, revision: int) -> str:
    """Return the folder of a revision: ``2017-06``, ``2017-06.r2``."""
    return str(period) if revision == 1 else f"{period}.r{revision}"


def read_ledger(content: bytes) -> tuple[list[KeyEntry], list[Fault]]:
    """Read a ledger and check its chain: the lines that can be read, and every fault by line."""
    lines: list[KeyEntry] = []
    faults = [] if content.endswith(b"\n") or not content else [Fault(LEDGER, "最后一行没有写完", FaultKind.CHAIN)]
    previous, revisions = START, dict[Period, int]()
    for number, written in enumerate(content.removesuffix(b"\n").split(b"\n") if content else (), start=1):
        where = f"{LEDGER} 第 {number} 行"
        try:
            line = _line(written)
        except (ValidationError, ValueError) as fault:
            del fault
            faults.append(Fault(where, "不是一条账本记录", FaultKind.CHAIN))
            previous = sha256(written + b"\n")
            continue
        if line.line() != written + b"\n":
            faults.append(Fault(where, "不是本系统写成的样子", FaultKind.CHAIN))
        faults += [Fault(where, what, kind) for what, kind in _breaks(line, number, previous)]
        if isinstance(line, SealEntry):
            last = revisions.get(line.period, 0)
            faults += [Fault(where, what, FaultKind.SEQUENCE) for what in _wrong_revision(line, last)]
            revisions[line.period] = line.revision
        lines.append(line)
        previous = sha256(written + b"\n")
    return lines, faults


def _line(written: bytes) -> KeyEntry:
    model: type[KeyEntry] = KeyEvent if b'"event":' in written else SealEntry
    return model.model_validate_json(written)


def seals(lines: Iterable[KeyEntry]) -> list[SealEntry]:
    """Return the lines that are seals."""
    return [line for line in lines if isinstance(line, SealEntry)]


def _breaks(line: KeyEntry, number: int, previous: str) -> list[tuple[str, FaultKind]]:
    """Return where a line does not continue the one before it."""
    found = []
    if line.sequence != number:
        found.append((f"序号是 {line.sequence}，应为 {number}：有记录被删去、插入或调换", FaultKind.SEQUENCE))
    # An insider can rewrite a bag and its line; the line of the next seal still carries the hash of what stood here.
    if line.previous != previous:
        found.append(("记着的上一行校验码与上一行不符：链断了", FaultKind.CHAIN))
    return found


def _wrong_revision(entry: SealEntry, last_revision: int) -> list[str]:
    """Return where a seal does not continue the seals of its period."""
    found = []
    if entry.revision != last_revision + 1:
        found.append(f"{entry.period} 的第 {entry.revision} 版之前应有第 {entry.revision - 1} 版")
    if entry.bag != bag_name(entry.period, entry.revision):
        found.append(f"包名 {entry.bag} 与报告期、版次不符")
    replaces = bag_name(entry.period, entry.revision - 1) if entry.revision > 1 else ""
    if entry.replaces != replaces or bool(entry.why) != (entry.revision > 1):
        found.append("没有写明代替哪一个包和原因" if replaces else "第一版不代替任何包")
    return found


def newest(entries: Sequence[SealEntry], period: Period) -> SealEntry | None:
    """Return the newest revision of a period."""
    return next((entry for entry in reversed(entries) if entry.period == period), None)


PROFILE_NAME = "bag-profile.json"

ANCHORS, TOKEN_SUFFIX = "anchors", ".tst"
"""Folder of the timestamps of heads; ``3.tst`` is that of the third line."""


@dataclass(frozen=True)
class ChainState:
    """An archive's ledger (empty before the first seal), the faults outside the bags, what an interrupted seal left."""

    folder: Path
    content: bytes
    lines: list[KeyEntry]
    ring: KeyRing
    faults: list[Fault]
    unfinished: list[str]

    @property
    def entries(self) -> list[SealEntry]:
        """The seals."""
        return seals(self.lines)

    @property
    def head(self) -> str:
        """The chain's head; empty where nothing was sealed."""
        return self.lines[-1].head() if self.lines else ""


def read_state(folder: Path, public: bytes | None = None) -> ChainState:
    """Read an archive.

    Parameters
    ----------
    public
        The public key to trust; by default the archive's own first one, which shows less.
    """
    content = read_bytes(folder / LEDGER)
    lines, faults = read_ledger(content)
    ring = key_ring(folder, content, lines, read_bytes(folder / PUBLIC_KEY))
    faults += _signature(folder, content, public, ring) + _beside(folder, lines) + ring.faults
    strangers, unfinished = _strangers(folder, lines)
    return ChainState(folder, content, lines, ring, faults + strangers, unfinished)


def read_newest(folder: Path, period: Period) -> SealEntry | None:
    """Return what the ledger says was sealed last for a period, without any check."""
    return newest(seals(read_ledger(read_bytes(folder / LEDGER))[0]), period)


def companions(public: bytes) -> dict[str, bytes]:
    """Return the files beside the bags, each written once and never changed."""
    return {README: readme_bytes(), PROFILE_NAME: profile_bytes(), PUBLIC_KEY: public}


def companion_name(folder: Path, name: str, content: bytes) -> str:
    """Return where a companion lies or may lie: what a newer program says stands beside, as ``README-2.txt``."""
    path, number = folder / name, 1
    while path.exists() and path.read_bytes() != content:
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path.name


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; none where it is absent."""
    return path.read_bytes() if path.is_file() else b""


def _signature(folder: Path, content: bytes, public: bytes | None, ring: KeyRing) -> list[Fault]:
    if not content:
        return [Fault(SIGNATURE, "有签名，没有账本", FaultKind.SIGNATURE)] if (folder / SIGNATURE).exists() else []
    if not (folder / SIGNATURE).is_file():
        return [Fault(SIGNATURE, "账本没有签名", FaultKind.SIGNATURE)]
    judge, faults = ring.current.content, []
    if public is not None and not ring.knows(public):
        what = "不是所信任的那把公钥：公钥被换过，或这是别处的归档"
        faults, judge = [Fault(PUBLIC_KEY, what, FaultKind.SIGNATURE)], public
    signed, second = read_bytes(folder / SIGNATURE), read_bytes(folder / SECOND_SIGNATURE)
    return faults + [
        Fault(name, what, FaultKind.SIGNATURE) for name, what in unsigned(content, signed, second, ring, judge)
    ]


def unsigned(
    content: bytes, signature: bytes, second: bytes, ring: KeyRing, judge: bytes | None = None
) -> list[tuple[str, str]]:
    """Return which of a ledger's signatures do not hold, and why."""
    found = []
    wrong = signature_fault(content, signature, judge or ring.current.content)
    for text, number in ring.revoked.items() if wrong else ():
        if not signature_fault(content, signature, NamedKey("", text).content):
            wrong = f"签名出自已吊销的钥匙（第 {number} 行吊销）"
    if wrong:
        found.append((SIGNATURE, wrong))
    if ring.second:
        wrong = signature_fault(content, second, ring.second.content) if second else "没有第二个人的签名"
        found += [(SECOND_SIGNATURE, wrong)] if wrong else []
    return found


def _beside(folder: Path, lines: Sequence[KeyEntry]) -> list[Fault]:
    faults = []
    for name, digest in lines[-1].beside.items() if lines else ():
        path = folder / name
        if not path.is_file():
            faults.append(Fault(name, "缺少这个文件", FaultKind.CHAIN))
        elif digests_of(path).sha256 != digest:
            faults.append(Fault(name, "内容与账本所记的不符：文件被改动", FaultKind.CHAIN))
    return faults


def _strangers(folder: Path, lines: Sequence[KeyEntry]) -> tuple[list[Fault], list[str]]:
    """Return what lies in the folder and belongs to no seal, and what an interrupted seal left."""
    known = {LEDGER, SIGNATURE, *companions(b""), *(entry.bag for entry in seals(lines))}
    known |= {SECOND_SIGNATURE for line in lines if isinstance(line, KeyEvent) and line.event == "second"}
    known |= {name for line in lines for name in line.beside}
    # A seal that was killed has written them and no ledger yet.
    known |= {companion_name(folder, name, content) for name, content in companions(b"").items() if content}
    signed = [line_signature(folder, line.sequence, second=s) for line in lines for s in (False, True)
              if isinstance(line, KeyEvent)]  # fmt: skip
    inside = {
        KEYS: {path.name for path in signed},
        ANCHORS: {f"{line.sequence}{TOKEN_SUFFIX}" for line in lines},
    }
    faults, unfinished = [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") and path.name.endswith(UNFINISHED):
            unfinished.append(path.name)
        elif path.name in inside and path.is_dir() and not path.is_symlink():
            others = [each.name for each in sorted(path.iterdir()) if each.name not in inside[path.name]]
            waiting = {
                name for name in others if name.split(".")[0] == str(len(lines) + 1) or name.endswith(UNFINISHED)
            }
            unfinished += [f"{path.name}/{name}" for name in others if name in waiting]
            faults += [Fault(f"{path.name}/{n}", "多出的文件", FaultKind.EXTRA) for n in others if n not in waiting]
        elif path.name not in known:
            what = "账本中没有这个包：可能是改了名、账本被截短或换成了旧的" if path.is_dir() else "多出的文件"
            faults.append(Fault(path.name, what, FaultKind.EXTRA))
    return faults, unfinished
