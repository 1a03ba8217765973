"""Putting a line into the ledger: who signs it, what lies beside it, and an interrupted one completed or undone.

Writes the archive's folder and gives a waiting pair of keys its name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from minsheng.archive.package.chain import (
    ANCHORS,
    TOKEN_SUFFIX,
    ChainState,
    SealEntry,
    companion_name,
    companions,
    read_bytes,
    read_ledger,
    unsigned,
)
from minsheng.archive.package.faults import Fault
from minsheng.archive.package.key import (
    SECOND_PASSWORD,
    Signer,
    newest_public,
    open_signer,
    secret_path,
    use_waiting_pair,
)
from minsheng.archive.package.key_chain import (
    KEYS,
    LEDGER,
    PUBLIC_KEY,
    SECOND_SIGNATURE,
    SIGNATURE,
    KeyEntry,
    KeyEvent,
    KeyRing,
    key_ring,
)
from minsheng.archive.package.package_check import check_bag
from minsheng.errors import ArchiveInvalidError, MachineUnfitError, UsageError
from minsheng.files.hashing import digests_of
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

READ_ONLY = 0o444


def recover(folder: Path, keys: Path) -> KeyEntry | None:
    """Complete or undo what a killed seal left, and return what was completed; to be called with the archive locked."""
    waiting = [unfinished(folder / name) for name in (LEDGER, SIGNATURE, SECOND_SIGNATURE)]
    completed = None
    if any(path.is_file() for path in waiting[1:]):
        content, signature, second = (
            read_bytes(path if path.is_file() else folder / name)
            for path, name in zip(waiting, (LEDGER, SIGNATURE, SECOND_SIGNATURE), strict=True)
        )
        lines, faults = read_ledger(content)
        ring = key_ring(folder, content, lines, read_bytes(folder / PUBLIC_KEY))
        # The signature proves that the waiting ledger is ours: a stranger who drops a bag and a ledger into the folder
        # cannot have the next seal adopt them.
        ours = lines and secret_path(keys, ring.current.text).is_file() and _is_ours(keys, ring)
        if ours and not faults and not unsigned(content, signature, second, ring):
            completed = _complete(folder, content, lines)
            use_waiting_pair(keys, ring.current.text)
    discard(folder)
    return completed


def _is_ours(keys: Path, ring: KeyRing) -> bool:
    own = newest_public(keys)
    return own is not None and ring.knows(own.read_bytes())


def _complete(folder: Path, content: bytes, lines: Sequence[KeyEntry]) -> KeyEntry | None:
    current, last = read_bytes(folder / LEDGER), lines[-1]
    if content not in {current, current + last.line()}:
        return None
    if isinstance(last, SealEntry):
        if not (folder / last.bag).is_dir():
            return None
        check = check_bag(folder / last.bag)
        if check.faults or check.digest != last.digest:
            return None
    commit(folder, also=last.file if isinstance(last, KeyEvent) else "")
    return last


def commit(folder: Path, bag: str = "", also: str = "") -> None:
    """Put a line in place, each part on the disk before the next; without ``bag`` the bag has its name already.

    ``also`` is the public key that the line names.
    """
    if bag:
        move_durably(folder / STAGED_BAG, folder / bag)
    # In this order: a ledger's line never names a bag or a key that is not there.
    for name in (*filter(None, [also]), LEDGER, SIGNATURE, SECOND_SIGNATURE):
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
    written = read_bytes(folder / LEDGER).count(b"\n")
    for path in (folder / KEYS).glob("*.minisig"):
        if path.name.split(".")[0] == str(written + 1):
            path.unlink()


def own_key(keys: Path) -> bytes | None:
    """Return the newest public key in use of a folder of keys."""
    own = newest_public(keys)
    return own.read_bytes() if own else None


def refuse_faults(faults: Sequence[Fault]) -> None:
    """Put nothing on top of what does not verify."""
    if faults:
        lines = "\n".join(str(fault) for fault in faults)
        raise ArchiveInvalidError(f"现有的归档核验不通过，不能再往里添加：\n{lines}")


def refuse_earlier(state: ChainState, at: datetime) -> None:
    """Refuse a time before that of the line before."""
    before_it = max((line.sealed_at for line in state.lines), default=at)
    if at < before_it:
        raise UsageError(
            f"--sealed-at {at:%Y-%m-%d %H:%M} 早于账本上一行的时间 {before_it:%Y-%m-%d %H:%M}："
            "归档时间只能往后，请改写或不写（用本机时间）"
        )


@dataclass(frozen=True)
class Signers:
    """Who signs the ledger: the bureau's key, and the second person's where two sign."""

    first: Signer
    second: Signer | None


def first_signers(first: Signer) -> Signers:
    """Return who signs a ledger's first line."""
    return Signers(first, None)


def open_signers(keys: Path, second: Path | None, ring: KeyRing) -> Signers:
    """Open the keys that must sign behind a ledger's last line; a MachineUnfitError names the one that is not there."""
    first = open_signer(keys, make=False, public=ring.current.text)
    if ring.second is None:
        if second is not None:
            raise UsageError(
                "minsheng.toml 写了 second_keys，账本还没有登记第二个人的钥匙：minsheng archive key second"
            )
        return Signers(first, None)
    if second is None:
        raise MachineUnfitError("账本要两个人签名：请在 minsheng.toml 的 second_keys 写明第二个人的钥匙在哪个文件夹")
    return Signers(first, open_signer(second, make=False, public=ring.second.text, password_from=SECOND_PASSWORD))


def beside_now(folder: Path, state: ChainState, public: bytes) -> dict[str, str]:
    """Lay what stands beside the bags there, and return all of it with its sha256."""
    beside = dict(state.lines[-1].beside) if state.lines else {}
    for base, content in companions(public).items():
        # A first seal that never came to its ledger may have left companions of another key or program.
        name = companion_name(folder, base, content) if state.lines else base
        if not (folder / name).exists() or not state.lines:
            write_durably(folder / name, content, mode=READ_ONLY)
        beside[name] = digests_of(folder / name).sha256
    for line in state.lines:
        token = folder / ANCHORS / f"{line.sequence}{TOKEN_SUFFIX}"
        if token.is_file():
            beside[f"{ANCHORS}/{token.name}"] = digests_of(token).sha256
    return beside


def stage_line(folder: Path, state: ChainState, line: KeyEntry, signers: Signers) -> None:
    """Lay the ledger with one more line and its signatures beside their places, all on the disk."""
    content = state.content + line.line()
    comment = f"sequence:{line.sequence}\thead:{line.head()}"
    # The signatures first: a waiting ledger always has them beside it.
    for name, signer in ((SIGNATURE, signers.first), (SECOND_SIGNATURE, signers.second)):
        if signer is not None:
            write_synced(unfinished(folder / name), signer.sign(content, comment), mode=READ_ONLY)
    write_synced(unfinished(folder / LEDGER), content, mode=READ_ONLY)
    sync_folder(folder)
