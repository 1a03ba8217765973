"""``ledger.jsonl``: one line per seal, each carrying the hash of the line before it.

The head is the sha256 of the last line with its line end, so that ``tail -n 1 ledger.jsonl | sha256sum`` prints it.
"""

import hashlib
import json
from datetime import datetime

from pydantic import ValidationError

from minsheng.archive.faults import Fault, FaultKind
from minsheng.domain.base import Frozen
from minsheng.domain.period import Period

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

    def line(self) -> bytes:
        """Return the entry's one line: sorted keys, so that it can be written in one way only."""
        document = self.model_dump(mode="json")
        return (json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()

    def head(self) -> str:
        """Return the head of the chain when this is its last entry."""
        return hashlib.sha256(self.line()).hexdigest()


def bag_name(period: Period, revision: int) -> str:
    """Return the folder of a revision: ``2017-06``, ``2017-06.r2``."""
    return str(period) if revision == 1 else f"{period}.r{revision}"


def read_ledger(content: bytes) -> tuple[list[Entry], list[Fault]]:
    """Read a ledger and check its chain.

    Returns
    -------
    tuple
        The entries of lines that can be read, and every fault by line.
    """
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
            previous = hashlib.sha256(line + b"\n").hexdigest()
            continue
        if entry.line() != line + b"\n":
            faults.append(Fault(where, "不是本系统写成的样子", FaultKind.CHAIN))
        last = revisions.get(entry.period, 0)
        faults += [Fault(where, what, kind) for what, kind in _breaks(entry, number, previous, last)]
        entries.append(entry)
        revisions[entry.period] = entry.revision
        previous = hashlib.sha256(line + b"\n").hexdigest()
    return entries, faults


def _breaks(entry: Entry, number: int, previous: str, last_revision: int) -> list[tuple[str, FaultKind]]:
    """Return where an entry does not continue the lines before it."""
    found = []
    if entry.sequence != number:
        found.append((f"序号是 {entry.sequence}，应为 {number}：有记录被删去、插入或调换", FaultKind.SEQUENCE))
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
