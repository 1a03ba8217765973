"""Verifying an archive: every bag end to end, the chain, the signature, gaps, strangers, and an anchor from outside."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.archive.checking import BagCheck, check_bag, check_tags
from minsheng.archive.durable import locked
from minsheng.archive.faults import Fault
from minsheng.archive.hashing import digests_of
from minsheng.archive.ledger import LEDGER, Entry
from minsheng.archive.state import State, read_state
from minsheng.errors import UsageError


@dataclass(frozen=True)
class Holding:
    """Where the bytes of a file are sealed.

    Parameters
    ----------
    path
        Bag and path inside it.
    entry
        The seal.
    replaced_by
        The newest revision of the period where that is another one; else empty.
    """

    path: str
    entry: Entry
    replaced_by: str


@dataclass
class Verification:
    """What was verified and what does not hold.

    Parameters
    ----------
    bags
        Names of the bags that were checked end to end.
    files, size
        How many files were hashed, and their bytes.
    head
        The chain's head.
    holdings
        Of a single file: where its bytes are sealed.
    """

    faults: list[Fault] = field(default_factory=list)
    bags: list[str] = field(default_factory=list)
    files: int = 0
    size: int = 0
    seconds: float = 0.0
    head: str = ""
    holdings: list[Holding] = field(default_factory=list)


def verify_archive(
    folder: Path,
    *,
    public: bytes | None = None,
    head: str = "",
    only: Collection[str] | None = None,
    say: Callable[[str], None],
) -> Verification:
    """Verify an archive, or some of its bags with the whole chain.

    Parameters
    ----------
    folder
        The archive; nothing in it is written.
    public
        The public key to trust, as ``minisign.pub`` holds it; by default the archive's own.
    head
        A head from outside, as printed on a delivery note: it must be in the chain.
    only
        Names of the bags to check; by default all.
    say
        Told when a seal has to be waited for.

    Raises
    ------
    UsageError
        If there is no archive, or a bag does not exist.
    """
    started = time.monotonic()
    if not folder.is_dir():
        raise UsageError(f"没有归档文件夹 {folder}：用 --archive 指明，或先归档一个月")
    with locked(folder, exclusive=False, waiting=lambda: say("正在归档，等它结束")):
        state = read_state(folder, public)
        found = Verification(faults=list(state.faults), head=state.head)
        found.faults += _unfinished(state) + _anchor(state, head)
        if not state.content:
            found.faults.append(Fault(LEDGER, "没有账本"))
        for entry in state.entries:
            if only is None or entry.bag in only:
                _bag(found, folder, entry)
    found.seconds = time.monotonic() - started
    return found


def verify_alone(folder: Path) -> Verification:
    """Verify one bag that lies outside an archive: its content, not where it comes from."""
    started = time.monotonic()
    found = Verification()
    _add(found, folder.name, check_bag(folder))
    found.seconds = time.monotonic() - started
    return found


def find_file(folder: Path, file: Path) -> list[Holding]:
    """Return where the bytes of a file are sealed, by what the manifests list; nothing is checked."""
    digest = digests_of(file.resolve()).sha256
    state = read_state(folder)
    newest = {entry.period: entry.bag for entry in state.entries}
    held = []
    for entry in state.entries:
        if not (folder / entry.bag).is_dir():
            continue
        replaced_by = "" if newest[entry.period] == entry.bag else newest[entry.period]
        listed = check_tags(folder / entry.bag).payload
        held += [Holding(f"{entry.bag}/data/{n}", entry, replaced_by) for n, d in listed.items() if d == digest]
    return held


def _bag(found: Verification, folder: Path, entry: Entry) -> None:
    path = folder / entry.bag
    if not path.is_dir() or path.is_symlink():
        found.faults.append(Fault(entry.bag, "账本中有这个包，归档中没有"))
        return
    check = check_bag(path)
    _add(found, entry.bag, check)
    if check.digest and check.digest != entry.digest:
        found.faults.append(Fault(entry.bag, f"不是账本第 {entry.sequence} 行所记的那个包：清单被重写，或与别的包调换"))
    said = {label: " ".join(check.info.get(label, [])) for label in ("Minsheng-Period", "Minsheng-Revision")}
    if check.info and said != {"Minsheng-Period": str(entry.period), "Minsheng-Revision": str(entry.revision)}:
        found.faults.append(Fault(f"{entry.bag}/bag-info.txt", "报告期或版次与账本不符"))


def _add(found: Verification, name: str, check: BagCheck) -> None:
    found.bags.append(name)
    found.faults += check.faults
    found.files += check.files
    found.size += check.size


def _unfinished(state: State) -> list[Fault]:
    what = "归档没有做完（中途停止）：再归档一次即会补完或撤销"
    return [Fault(name, what) for name in state.unfinished]


def _anchor(state: State, head: str) -> list[Fault]:
    known = {entry.head() for entry in state.entries}
    if not head or head.lower() in known:
        return []
    return [Fault(LEDGER, f"交接单上的账本头 {head} 不在链上：账本被截短、换成了旧的，或整本换过")]
