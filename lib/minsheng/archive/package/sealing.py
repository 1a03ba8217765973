"""Sealing: stage, sync, rename, then the ledger's line and its signature; a killed seal is completed or undone first.

Writes the archive's folder alone, and the key's when the first seal makes it.
"""

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from minsheng.archive.package.bag import SM3_LIST, Payload, write_bag
from minsheng.archive.package.chain import (
    LEDGER,
    SIGNATURE,
    START,
    Entry,
    State,
    bag_name,
    companion_name,
    companions,
    newest,
    read_ledger,
    read_state,
)
from minsheng.archive.package.faults import Fault, quoted
from minsheng.archive.package.key import Signer, open_signer, signature_fault
from minsheng.archive.package.package_check import check_bag, check_tags, complaints
from minsheng.archive.package.profile import CHANGED_CODE, CHANGED_CODE_WHY, PROFILE_ID, PROFILES
from minsheng.domain.period import Period
from minsheng.errors import ArchiveInvalidError, MachineUnfitError, MinshengError, UsageError
from minsheng.files.hashing import digests_of
from minsheng.files.locks import locked
from minsheng.files.writing import (
    UNFINISHED,
    move_durably,
    remove_tree,
    sync_folder,
    unfinished,
    write_durably,
    write_synced,
)

STAGED_BAG = f".bag{UNFINISHED}"


def recover(folder: Path, public: bytes) -> Entry | None:
    """Complete or undo what a killed seal left, and return what was completed; to be called with the archive locked."""
    ledger, signature = folder / LEDGER, folder / SIGNATURE
    waiting, waiting_signature = unfinished(ledger), unfinished(signature)
    completed = None
    if waiting_signature.is_file():
        content = (
            (waiting if waiting.is_file() else ledger).read_bytes() if (waiting.exists() or ledger.exists()) else b""
        )
        # The signature proves that the waiting ledger is ours: a stranger who drops a bag and a ledger into the folder
        # cannot have the next seal adopt them.
        if not signature_fault(content, waiting_signature.read_bytes(), public):
            completed = _complete(folder, content)
    discard(folder)
    return completed


def _complete(folder: Path, content: bytes) -> Entry | None:
    entries, faults = read_ledger(content)
    current = (folder / LEDGER).read_bytes() if (folder / LEDGER).is_file() else b""
    if faults or not entries:
        return None
    last = entries[-1]
    if content not in {current, current + last.line()} or not (folder / last.bag).is_dir():
        return None
    check = check_bag(folder / last.bag)
    if check.faults or check.digest != last.digest:
        return None
    commit(folder)
    return last


def commit(folder: Path, bag: str = "") -> None:
    """Put a seal in place, each part on the disk before the next; without ``bag`` it has its name already."""
    if bag:
        move_durably(folder / STAGED_BAG, folder / bag)
    # In this order: a ledger's line never names a bag that is not there.
    for name in (LEDGER, SIGNATURE):
        if unfinished(folder / name).exists():
            move_durably(unfinished(folder / name), folder / name)


def discard(folder: Path) -> None:
    """Take away whatever an unfinished seal left."""
    # The ledger first, so that what remains can never be completed.
    first = unfinished(folder / LEDGER)
    for path in sorted(folder.glob(f".*{UNFINISHED}"), key=lambda path: path != first):
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        else:
            path.unlink()


_READ_ONLY = 0o444


@dataclass(frozen=True)
class Order:
    """What to seal and how to describe it.

    Parameters
    ----------
    period
        The month, half-year or year: the bag's name.
    kind
        ``month`` or ``evidence``.
    description
        In words.
    plan
        Id of the plan.
    software
        Program and version.
    describe
        Writes what describes the package, by file name, in agreement with its ``bag-info.txt``.
    sealed_at
        The one clock value, with its offset.
    why
        Why an earlier revision is replaced; empty for the first.
    registers
        Register under ``data/`` → head of its chain.
    changed_code
        What of the code that made the reports is not the release's, and is sealed for the reason that ``why`` gives.
    """

    period: Period
    kind: str
    organization: str
    description: str
    plan: str
    software: str
    payload: Payload
    describe: Callable[[Mapping[str, str]], Mapping[str, bytes]]
    sealed_at: datetime
    why: str = ""
    registers: Mapping[str, str] = field(default_factory=dict)
    changed_code: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sealed:
    """How a seal ended.

    Parameters
    ----------
    entry
        The ledger's entry of the content.
    head
        The chain's head.
    is_new
        ``False`` where the same content had been sealed before.
    completed
        An interrupted seal that was completed first.
    """

    entry: Entry
    head: str
    is_new: bool
    completed: Entry | None


def seal(folder: Path, keys: Path, order: Order, *, say: Callable[[str], None]) -> Sealed:
    """Seal a payload as the next revision of its period; the same content as before changes nothing.

    Parameters
    ----------
    folder
        The archive; made where it does not exist.
    keys
        Where the secret key lies.
    say
        Told when another seal has to be waited for.

    Raises
    ------
    UsageError
        If the content has changed since the last revision and no reason is given; the message names what changed.
    ArchiveInvalidError
        If what the archive holds does not verify: nothing is put on top of it.
    GateRefusedError
        If a file changed while it was copied.
    MachineUnfitError
        If the disk is full or cannot be written, or the key is not there.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
        with locked(folder, exclusive=True, waiting=lambda: say("另一个归档正在进行，等它结束")):
            return _seal(folder, keys, order)
    except OSError as fault:
        raise MachineUnfitError(_words(folder, fault)) from fault


def _seal(folder: Path, keys: Path, order: Order) -> Sealed:
    signer = open_signer(keys, make=not (folder / LEDGER).exists())
    completed = recover(folder, signer.public)
    state = read_state(folder, signer.public if (folder / LEDGER).exists() else None)
    last = newest(state.entries, order.period)
    faults = state.faults
    if last is not None:
        before = check_tags(folder / last.bag) if (folder / last.bag).is_dir() else None
        faults = faults + (before.faults if before else [Fault(last.bag, "账本中有这个包，归档中没有")])
        if before and before.digest != last.digest:
            faults.append(Fault(last.bag, "不是账本所记的那个包：清单被重写"))
        changes = _changes(before.payload if before else {}, order.payload)
    # Nothing is put on top of what does not verify.
    if faults:
        lines = "\n".join(str(fault) for fault in faults)
        raise ArchiveInvalidError(f"现有的归档核验不通过，不能再往里添加：\n{lines}")
    if last is not None and not changes:
        return Sealed(last, state.head, is_new=False, completed=completed)
    before_it = max((entry.sealed_at for entry in state.entries), default=order.sealed_at)
    if order.sealed_at < before_it:
        raise UsageError(
            f"--sealed-at {order.sealed_at:%Y-%m-%d %H:%M} 早于上一次归档的时间 {before_it:%Y-%m-%d %H:%M}："
            "归档时间只能往后，请改写或不写（用本机时间）"
        )
    why = " ".join(order.why.split())
    if last is not None and not why:
        raise UsageError(f"{last.bag} 已经归档，内容有变化：{'；'.join(changes)}。重新归档请用 --why 写明原因")
    try:
        # Beside its place first: bags that were written in place and killed could not be resumed.
        entry = _stage(folder, signer, order, state, last, why if last else "")
    except BaseException:
        discard(folder)
        raise
    commit(folder, entry.bag)
    return Sealed(entry, entry.head(), is_new=True, completed=completed)


def _stage(folder: Path, signer: Signer, order: Order, state: State, last: Entry | None, why: str) -> Entry:
    """Lay bag, ledger and signature beside their places, all on the disk."""
    revision = last.revision + 1 if last else 1
    beside = dict(state.entries[-1].beside) if state.entries else {}
    for base, content in companions(signer.public).items():
        # A first seal that never came to its ledger may have left companions of another key or program.
        name = companion_name(folder, base, content) if state.entries else base
        if not (folder / name).exists() or not state.entries:
            write_durably(folder / name, content, mode=_READ_ONLY)
        beside[name] = digests_of(folder / name).sha256
    info = [
        ("BagIt-Profile-Identifier", PROFILE_ID),
        ("Source-Organization", order.organization),
        ("External-Identifier", bag_name(order.period, revision)),
        ("External-Description", order.description),
        ("Bagging-Date", order.sealed_at.date().isoformat()),
        ("Bag-Software-Agent", order.software),
        ("Minsheng-Kind", order.kind),
        ("Minsheng-Period", str(order.period)),
        ("Minsheng-Revision", str(revision)),
        ("Minsheng-Plan", order.plan),
    ]
    info += [("Minsheng-Replaces", last.bag), ("Minsheng-Why", why)] if last else []
    if order.changed_code:
        info += [(CHANGED_CODE, "；".join(order.changed_code)), (CHANGED_CODE_WHY, " ".join(order.why.split()))]
    described_by = PROFILES[PROFILE_ID]["Tag-Files-Required"]
    tags = {name: content for name, content in order.describe(dict(info)).items() if name in described_by}
    digest = write_bag(folder / STAGED_BAG, order.payload, info, tags, sm3=SM3_LIST in described_by)
    # The Library of Congress's own program looks at every bag before it is put in place.
    objection = complaints(folder / STAGED_BAG)
    if objection:
        raise MinshengError(f"bagit-python does not agree with the bag that was written: {objection}")
    entry = Entry(
        sequence=len(state.entries) + 1,
        bag=bag_name(order.period, revision),
        period=order.period,
        revision=revision,
        digest=digest,
        previous=state.head or START,
        replaces=last.bag if last else "",
        why=why,
        sealed_at=order.sealed_at,
        beside=beside,
        registers=dict(order.registers),
    )
    content = state.content + entry.line()
    signature = signer.sign(content, f"sequence:{entry.sequence}\thead:{entry.head()}")
    # The signature first: a waiting ledger always has its signature beside it.
    write_synced(unfinished(folder / SIGNATURE), signature, mode=_READ_ONLY)
    write_synced(unfinished(folder / LEDGER), content, mode=_READ_ONLY)
    sync_folder(folder)
    return entry


def _changes(before: dict[str, str], payload: Payload) -> list[str]:
    """Return in words how a payload differs from what was sealed."""
    now = {name: source.sha256 for name, source in payload.items()}
    groups = {
        "改动": sorted(name for name in now.keys() & before.keys() if now[name] != before[name]),
        "新增": sorted(now.keys() - before.keys()),
        "减少": sorted(before.keys() - now.keys()),
    }
    return [f"{word} {quoted(names)}" for word, names in groups.items() if names]


def _words(folder: Path, fault: OSError) -> str:
    if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"磁盘已满，没有归档：{folder}。已有的包没有变化；请腾出空间后再归档一次"
    if fault.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return f"归档文件夹不能写入：{folder}（{fault.strerror}）。请检查磁盘是否只读、账户有没有权限"
    return f"归档时读写失败：{fault}。请检查磁盘后再归档一次"
