"""Verifying an archive: every bag end to end, the chain, the signature, gaps, strangers, and an anchor from outside."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.archive.package.bag import SM3_LIST
from minsheng.archive.package.chain import ChainState, SealEntry, read_state
from minsheng.archive.package.faults import Fault, FaultKind
from minsheng.archive.package.key_chain import LEDGER
from minsheng.archive.package.package_check import BagCheck, check_bag, check_tags
from minsheng.archive.package.profile import tag_files
from minsheng.errors import UsageError
from minsheng.files.hashing import digests_of
from minsheng.files.locks import locked


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
    entry: SealEntry
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
    sm3
        How many SM3 digests were computed anew.
    without_sm3
        Bags that an older version sealed, without a list of them.
    """

    faults: list[Fault] = field(default_factory=list)
    bags: list[str] = field(default_factory=list)
    files: int = 0
    size: int = 0
    seconds: float = 0.0
    head: str = ""
    holdings: list[Holding] = field(default_factory=list)
    sm3: int = 0
    without_sm3: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """About the ledger's keys."""


def verify_archive(
    folder: Path,
    *,
    public: bytes | None = None,
    head: str = "",
    only: Collection[str] | None = None,
    sm3: bool = False,
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
    sm3
        Whether SM3 digests are computed anew too.
    say
        Told when a seal has to be waited for.

    Raises
    ------
    UsageError
        If there is no archive, or a bag does not exist.
    MachineUnfitError
        If ``sm3`` is asked for and this machine cannot compute it.
    """
    started = time.monotonic()
    if not folder.is_dir():
        raise UsageError(f"没有归档文件夹 {folder}：用 --archive 指明，或先归档一个月")
    with locked(folder, exclusive=False, waiting=lambda: say("正在归档，等它结束")):
        state = read_state(folder, public)
        found = Verification(faults=list(state.faults), head=state.head, notes=list(state.ring.notes))
        found.faults += _unfinished(state) + _anchor(state, head)
        if not state.content:
            found.faults.append(Fault(LEDGER, "没有账本", FaultKind.CHAIN))
        for entry in state.entries:
            if only is None or entry.bag in only:
                _bag(found, folder, entry, sm3=sm3)
    found.seconds = time.monotonic() - started
    return found


def verify_alone(folder: Path, *, sm3: bool = False) -> Verification:
    """Verify one bag that lies outside an archive: its content, not where it comes from."""
    started = time.monotonic()
    found = Verification()
    _add(found, folder.name, check_bag(folder, sm3=sm3))
    found.seconds = time.monotonic() - started
    return found


def find_file(folder: Path, file: Path) -> list[Holding]:
    """Return where the bytes of a file are sealed, by what the manifests list; nothing is checked."""
    return find_digest(folder, digests_of(file.resolve()).sha256)


def find_digest(folder: Path, digest: str) -> list[Holding]:
    """Return where bytes with this sha256 are sealed, by what the manifests list; nothing is checked."""
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


def _bag(found: Verification, folder: Path, entry: SealEntry, *, sm3: bool) -> None:
    path = folder / entry.bag
    if not path.is_dir() or path.is_symlink():
        found.faults.append(Fault(entry.bag, "账本中有这个包，归档中没有", FaultKind.MISSING))
        return
    check = check_bag(path, sm3=sm3)
    _add(found, entry.bag, check)
    if check.digest and check.digest != entry.digest:
        what = f"不是账本第 {entry.sequence} 行所记的那个包：清单被重写，或与别的包调换"
        found.faults.append(Fault(entry.bag, what, FaultKind.CHAIN))
    wanted = {
        "Minsheng-Period": str(entry.period),
        "Minsheng-Revision": str(entry.revision),
        "Bagging-Date": entry.sealed_at.date().isoformat(),
    }
    if check.info and wanted != {label: " ".join(check.info.get(label, [])) for label in wanted}:
        found.faults.append(Fault(f"{entry.bag}/bag-info.txt", "报告期、版次或归档日期与账本不符", FaultKind.CHAIN))


def _add(found: Verification, name: str, check: BagCheck) -> None:
    found.bags.append(name)
    found.faults += check.faults
    found.files += check.files
    found.size += check.size
    found.sm3 += check.sm3
    found.without_sm3 += [] if SM3_LIST in tag_files(check.profile) else [name]


def _unfinished(state: ChainState) -> list[Fault]:
    what = "归档没有做完（中途停止）：再归档一次即会补完或撤销"
    return [Fault(name, what, FaultKind.EXTRA) for name in state.unfinished]


def _anchor(state: ChainState, head: str) -> list[Fault]:
    known = {line.head() for line in state.lines}
    if not head or head.lower() in known:
        return []
    # A shortened archive is whole by itself: only a head that lies outside shows what was cut off.
    what = f"交接单上的账本头 {head} 不在链上：账本被截短、换成了旧的，或整本换过"
    return [Fault(LEDGER, what, FaultKind.CHAIN)]
