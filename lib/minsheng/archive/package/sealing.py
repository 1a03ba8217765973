"""Sealing: stage, sync, rename, then the ledger's line and its signature; a killed seal is completed or undone first.

Writes the archive's folder alone, and the key's when the first seal makes it.
"""

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from minsheng.archive.package.bag import SM3_LIST, Payload, write_bag
from minsheng.archive.package.chain import START, ChainState, SealEntry, bag_name, newest, read_state
from minsheng.archive.package.faults import Fault, quoted
from minsheng.archive.package.key import open_signer
from minsheng.archive.package.key_chain import LEDGER, KeyEntry
from minsheng.archive.package.ledger_writing import (
    STAGED_BAG,
    Signers,
    beside_now,
    commit,
    discard,
    first_signers,
    open_signers,
    own_key,
    recover,
    refuse_earlier,
    refuse_faults,
    stage_line,
)
from minsheng.archive.package.package_check import check_tags, complaints
from minsheng.archive.package.profile import CHANGED_CODE, CHANGED_CODE_WHY, PROFILE_ID, PROFILES
from minsheng.domain.period import Period
from minsheng.errors import MachineUnfitError, MinshengError, UsageError
from minsheng.files.locks import locked
from minsheng.files.writing import sync_folder


@dataclass(frozen=True)
class SealingOrder:
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

    entry: SealEntry
    head: str
    is_new: bool
    completed: KeyEntry | None


def seal(
    folder: Path, keys: Path, order: SealingOrder, *, second: Path | None = None, say: Callable[[str], None]
) -> Sealed:
    """Seal a payload as the next revision of its period; the same content as before changes nothing.

    Parameters
    ----------
    folder
        The archive; made where it does not exist.
    keys
        Where the secret key lies.
    second
        Where the secret key of the second person lies, if two sign.
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
            return _seal(folder, keys, second, order)
    except OSError as fault:
        raise MachineUnfitError(_words(folder, fault)) from fault


def _seal(folder: Path, keys: Path, second: Path | None, order: SealingOrder) -> Sealed:
    is_first = not (folder / LEDGER).exists()
    first = open_signer(keys, make=True) if is_first else None
    completed = recover(folder, keys)
    state = read_state(folder, own_key(keys) if (folder / LEDGER).exists() else None)
    last = newest(state.entries, order.period)
    faults = state.faults
    if last is not None:
        before = check_tags(folder / last.bag) if (folder / last.bag).is_dir() else None
        faults = faults + (before.faults if before else [Fault(last.bag, "账本中有这个包，归档中没有")])
        if before and before.digest != last.digest:
            faults.append(Fault(last.bag, "不是账本所记的那个包：清单被重写"))
        changes = _changes(before.payload if before else {}, order.payload)
    refuse_faults(faults)
    if last is not None and not changes:
        return Sealed(last, state.head, is_new=False, completed=completed)
    refuse_earlier(state, order.sealed_at)
    why = " ".join(order.why.split())
    if last is not None and not why:
        raise UsageError(f"{last.bag} 已经归档，内容有变化：{'；'.join(changes)}。重新归档请用 --why 写明原因")
    signers = first_signers(first) if first and not state.lines else open_signers(keys, second, state.ring)
    try:
        # Beside its place first: bags that were written in place and killed could not be resumed.
        entry = _stage(folder, signers, order, state, last, why if last else "")
    except BaseException:
        discard(folder)
        raise
    commit(folder, entry.bag)
    return Sealed(entry, entry.head(), is_new=True, completed=completed)


def _stage(
    folder: Path, signers: Signers, order: SealingOrder, state: ChainState, last: SealEntry | None, why: str
) -> SealEntry:
    """Lay bag, ledger and signature beside their places, all on the disk."""
    revision = last.revision + 1 if last else 1
    beside = beside_now(folder, state, signers.first.public)
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
    entry = SealEntry(
        sequence=len(state.lines) + 1,
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
    stage_line(folder, state, entry, signers)
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
