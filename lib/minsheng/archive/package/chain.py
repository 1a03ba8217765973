"""``ledger.jsonl``: one line per seal with the hash of the line before, and what else lies in the archive's folder.

The head is the sha256 of the last line with its line end, so that ``tail -n 1 ledger.jsonl | sha256sum`` prints it.
Looks into no bag; writes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.archive.package.key import signature_fault
from minsheng.archive.package.profile import profile_bytes
from minsheng.archive.package.readme import README, readme_bytes
from minsheng.domain.base import Frozen
from minsheng.domain.period import Period
from minsheng.files.hashing import digests_of, sha256
from minsheng.files.writing import UNFINISHED
from minsheng.files.written import canonical_line

LEDGER, SIGNATURE, PUBLIC_KEY = "ledger.jsonl", "ledger.jsonl.minisig", "minisign.pub"

START = "0" * 64
"""What the first line carries instead of the hash of a line before it."""


class Entry(Frozen):
    """One seal.

    Parameters
    ----------
    sequence
        1, 2, 3 … without a gap.
    bag
        The bag's folder: the period, from the second revision on with ``.rN``.
    digest
        sha256 of the bag's ``tagmanifest-sha256.txt``, which covers all of the bag.
    previous
        sha256 of the line before.
    replaces, why
        The bag that this one replaces, and the reason; both empty for the first of a period.
    beside
        File beside the bags that never changes → sha256.
    registers
        Register under ``data/`` → head of its chain when this was sealed; empty in a line of an earlier version.
    """

    sequence: int
    bag: str
    period: Period
    revision: int
    digest: str
    previous: str
    replaces: str
    why: str
    sealed_at: datetime
    beside: dict[str, str]
    registers: dict[str, str] = {}

    def line(self) -> bytes:
        """Return the entry's one line: sorted keys, so that it can be written in one way only."""
        # Its sha256 is the head, so that `tail -n 1 ledger.jsonl | sha256sum` prints it.
        absent = set() if self.registers else {"registers"}
        return f"{canonical_line(self.model_dump(mode='json', exclude=absent))}\n".encode()

    def head(self) -> str:
        """Return the head of the chain when this is its last entry."""
        return sha256(self.line())


def bag_name(period: Period, revision: int) -> str:
    """Return the folder of a revision: ``2017-06``, ``2017-06.r2``."""
    return str(period) if revision == 1 else f"{period}.r{revision}"


def read_ledger(content: bytes) -> tuple[list[Entry], list[Fault]]:
    """Read a ledger and check its chain: the entries of lines that can be read, and every fault by line."""
    entries: list[Entry] = []
    faults = [] if content.endswith(b"\n") or not content else [Fault(LEDGER, "最后一行没有写完", FaultKind.CHAIN)]
    previous, revisions = START, dict[Period, int]()
    for number, line in enumerate(content.removesuffix(b"\n").split(b"\n") if content else (), start=1):
        where = f"{LEDGER} 第 {number} 行"
        try:
            entry = Entry.model_validate_json(line)
        except (ValidationError, ValueError) as fault:
            del fault
            faults.append(Fault(where, "不是一条封存记录", FaultKind.CHAIN))
            previous = sha256(line + b"\n")
            continue
        if entry.line() != line + b"\n":
            faults.append(Fault(where, "不是本系统写成的样子", FaultKind.CHAIN))
        last = revisions.get(entry.period, 0)
        faults += [Fault(where, what, kind) for what, kind in _breaks(entry, number, previous, last)]
        entries.append(entry)
        revisions[entry.period] = entry.revision
        previous = sha256(line + b"\n")
    return entries, faults


def _breaks(entry: Entry, number: int, previous: str, last_revision: int) -> list[tuple[str, FaultKind]]:
    """Return where an entry does not continue the lines before it."""
    found = []
    if entry.sequence != number:
        found.append((f"序号是 {entry.sequence}，应为 {number}：有记录被删去、插入或调换", FaultKind.SEQUENCE))
    # An insider can rewrite a bag and its line; the line of the next seal still carries the hash of what stood here.
    if entry.previous != previous:
        found.append(("记着的上一行校验码与上一行不符：链断了", FaultKind.CHAIN))
    if entry.revision != last_revision + 1:
        what = f"{entry.period} 的第 {entry.revision} 版之前应有第 {entry.revision - 1} 版"
        found.append((what, FaultKind.SEQUENCE))
    if entry.bag != bag_name(entry.period, entry.revision):
        found.append((f"包名 {entry.bag} 与报告期、版次不符", FaultKind.SEQUENCE))
    replaces = bag_name(entry.period, entry.revision - 1) if entry.revision > 1 else ""
    if entry.replaces != replaces or bool(entry.why) != (entry.revision > 1):
        what = "没有写明代替哪一个包和原因" if replaces else "第一版不代替任何包"
        found.append((what, FaultKind.SEQUENCE))
    return found


def newest(entries: list[Entry], period: Period) -> Entry | None:
    """Return the newest revision of a period."""
    return next((entry for entry in reversed(entries) if entry.period == period), None)


PROFILE_NAME = "bag-profile.json"


@dataclass(frozen=True)
class State:
    """An archive's ledger (empty before the first seal), the faults outside the bags, what an interrupted seal left."""

    folder: Path
    content: bytes
    entries: list[Entry]
    faults: list[Fault]
    unfinished: list[str]

    @property
    def head(self) -> str:
        """The chain's head; empty where nothing was sealed."""
        return self.entries[-1].head() if self.entries else ""


def read_state(folder: Path, public: bytes | None = None) -> State:
    """Read an archive.

    Parameters
    ----------
    public
        The public key to trust; by default the archive's own, which shows less.
    """
    content = _read(folder / LEDGER)
    entries, faults = read_ledger(content)
    faults += _signature(folder, content, public) + _beside(folder, entries)
    strangers, unfinished = _strangers(folder, entries)
    return State(folder, content, entries, faults + strangers, unfinished)


def read_newest(folder: Path, period: Period) -> Entry | None:
    """Return what the ledger says was sealed last for a period, without any check."""
    return newest(read_ledger(_read(folder / LEDGER))[0], period)


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


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def _signature(folder: Path, content: bytes, public: bytes | None) -> list[Fault]:
    if not content:
        return [Fault(SIGNATURE, "有签名，没有账本", FaultKind.SIGNATURE)] if (folder / SIGNATURE).exists() else []
    if not (folder / SIGNATURE).is_file():
        return [Fault(SIGNATURE, "账本没有签名", FaultKind.SIGNATURE)]
    own = _read(folder / PUBLIC_KEY)
    faults = (
        [Fault(PUBLIC_KEY, "不是所信任的那把公钥：公钥被换过，或这是别处的归档", FaultKind.SIGNATURE)]
        if public not in {None, own}
        else []
    )
    wrong = signature_fault(content, _read(folder / SIGNATURE), public if public is not None else own)
    return faults + ([Fault(SIGNATURE, wrong, FaultKind.SIGNATURE)] if wrong else [])


def _beside(folder: Path, entries: list[Entry]) -> list[Fault]:
    faults = []
    for name, digest in entries[-1].beside.items() if entries else ():
        path = folder / name
        if not path.is_file():
            faults.append(Fault(name, "缺少这个文件", FaultKind.CHAIN))
        elif digests_of(path).sha256 != digest:
            faults.append(Fault(name, "内容与账本所记的不符：文件被改动", FaultKind.CHAIN))
    return faults


def _strangers(folder: Path, entries: list[Entry]) -> tuple[list[Fault], list[str]]:
    """Return what lies in the folder and belongs to no seal, and what an interrupted seal left."""
    known = {LEDGER, SIGNATURE, *companions(b""), *(entry.bag for entry in entries)}
    known |= {name for entry in entries for name in entry.beside}
    # A seal that was killed has written them and no ledger yet.
    known |= {companion_name(folder, name, content) for name, content in companions(b"").items() if content}
    faults, unfinished = [], []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") and path.name.endswith(UNFINISHED):
            unfinished.append(path.name)
        elif path.name not in known:
            what = "账本中没有这个包：可能是改了名、账本被截短或换成了旧的" if path.is_dir() else "多出的文件"
            faults.append(Fault(path.name, what, FaultKind.EXTRA))
    return faults, unfinished
