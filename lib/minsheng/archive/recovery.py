"""A seal that was killed: completed if all of it was on the disk already, else undone.

A seal first lays the bag, the ledger's next state and its signature beside their places under hidden names, then
renames the three in this order. The signature proves that the ledger waiting there is ours: a stranger who drops a bag
and a ledger into the folder cannot have the next seal adopt them.
"""

from pathlib import Path

from minsheng.archive.checking import check_bag
from minsheng.archive.durable import UNFINISHED, remove_tree, sync_folder, unfinished
from minsheng.archive.ledger import LEDGER, SIGNATURE, Entry, read_ledger
from minsheng.archive.signing import signature_fault

STAGED_BAG = f".bag{UNFINISHED}"


def recover(folder: Path, public: bytes) -> Entry | None:
    """Complete or undo what a killed seal left; to be called with the archive locked.

    Parameters
    ----------
    folder
        The archive.
    public
        The key that a waiting ledger must be signed with.

    Returns
    -------
    Entry or None
        The seal that was completed.
    """
    ledger, signature = folder / LEDGER, folder / SIGNATURE
    waiting, waiting_signature = unfinished(ledger), unfinished(signature)
    completed = None
    if waiting_signature.is_file():
        content = (
            (waiting if waiting.is_file() else ledger).read_bytes() if (waiting.exists() or ledger.exists()) else b""
        )
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
    """Put a seal in place: bag, ledger, signature, each on the disk before the next.

    Parameters
    ----------
    folder
        The archive.
    bag
        The bag's name; empty where it has it already.
    """
    if bag:
        (folder / STAGED_BAG).rename(folder / bag)
        sync_folder(folder)
    for name in (LEDGER, SIGNATURE):
        if unfinished(folder / name).exists():
            unfinished(folder / name).rename(folder / name)
            sync_folder(folder)


def discard(folder: Path) -> None:
    """Take away whatever an unfinished seal left; the ledger first, so that what remains can never be completed."""
    first = unfinished(folder / LEDGER)
    for path in sorted(folder.glob(f".*{UNFINISHED}"), key=lambda path: path != first):
        if path.is_dir() and not path.is_symlink():
            remove_tree(path)
        else:
            path.unlink()
