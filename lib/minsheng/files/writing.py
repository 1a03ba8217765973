"""Writing files: whole or not at all, on the disk when it is said to be; the disk's faults in words.

What can be made again is written atomically; what is evidence, durably; what nobody reads before its folder is in
place, plainly.
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from minsheng.errors import MachineUnfitError
from minsheng.files.hashing import BLOCK, Digests, FileContent, Hasher, sha256
from minsheng.workspace import Workspace

UNFINISHED = ".new"
"""Hidden names with this end are a seal that has not been completed."""


def unfinished(path: Path) -> Path:
    """Return where something lies until it is complete: beside its place, so that a rename puts it there."""
    return path.with_name(f".{path.name}{UNFINISHED}")


def put(content: FileContent, target: Path) -> None:
    """Write a file of a folder that nobody reads yet; its own copy, that whoever reads it may spoil."""
    if isinstance(content, Path):
        shutil.copyfile(content, target)
    else:
        target.write_bytes(content)


def write_atomically(path: Path, content: bytes) -> str:
    """Write a file, with its folder, so that a reader sees the old bytes or the new ones; return their sha256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two commands may write the first page at once: each beside it under a name of its own.
    staged = unfinished(path.with_name(f"{path.name}.{os.getpid()}"))
    try:
        # Nothing waits for the disk: this can be made again, and its hash shows whether it is whole.
        staged.write_bytes(content)
        staged.replace(path)
    except OSError:  # a full disk: what was there stays, and nothing half-written takes room
        staged.unlink(missing_ok=True)
        raise
    return sha256(content)


def write_synced(path: Path, content: bytes, *, mode: int) -> None:
    """Write a new file; its bytes are on the disk when this returns, its folder's entry is not yet."""
    # With its mode from the start: a secret key is never readable by others, not for an instant.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fchmod(stream.fileno(), mode)
        os.fsync(stream.fileno())


def write_hashed(path: Path, content: FileContent, *, mode: int, sm3: bool = False) -> Digests:
    """Write a new file of any size as :func:`write_synced` does, and hash what is written on its way.

    Raises
    ------
    MachineUnfitError
        If SM3 is asked for and this machine cannot compute it.
    """
    hasher = Hasher(sm3=sm3)
    with path.open("xb", buffering=0) as stream:
        if isinstance(content, Path):
            with content.open("rb", buffering=0) as original:
                while block := original.read(BLOCK):
                    hasher.update(block)
                    _write_all(stream.fileno(), block)
        else:
            hasher.update(content)
            _write_all(stream.fileno(), content)
        os.fchmod(stream.fileno(), mode)
        os.fsync(stream.fileno())
    return hasher.digests()


def _write_all(descriptor: int, content: bytes) -> None:
    """Write every byte: a nearly full disk takes part of them before it refuses the rest."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_durably(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file whole or not at all; on the disk when this returns, its folder's entry too.

    One at a time may write a path: what a killed predecessor left beside it is written over.
    """
    staged = unfinished(path)
    staged.unlink(missing_ok=True)
    write_synced(staged, content, mode=mode)
    move_durably(staged, path)


def move_durably(source: Path, target: Path) -> None:
    """Put what lies ready beside its place there; on the disk when this returns."""
    source.rename(target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_tree(folder: Path) -> None:
    """Take away an unfinished bag, whose folders may be read-only already."""
    for parent, _, _ in os.walk(folder):
        Path(parent).chmod(0o700)
    shutil.rmtree(folder)


_P = ParamSpec("_P")

_T = TypeVar("_T")

_WORDS = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EROFS: "磁盘只读",
    errno.EACCES: "没有写入权限",
    errno.EPERM: "没有写入权限",
}


@contextmanager
def disk_faults_named(workspace: Workspace) -> Iterator[None]:
    """Turn an operating system's words about the disk into ours; other faults pass.

    Raises
    ------
    MachineUnfitError
        With what is wrong, where, and what to do; what was published before stays as it was.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _WORDS:
            raise
        raise _fault(workspace, _WORDS[error.errno], str(error.filename or "")) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}:
            raise
        raise _fault(workspace, "运行记录写不进去", str(workspace.history)) from error


def names_disk_faults(
    work: Callable[Concatenate[Workspace, _P], _T],
) -> Callable[Concatenate[Workspace, _P], _T]:
    """Let a function that writes into a workspace name the disk's faults."""

    @wraps(work)
    def named(workspace: Workspace, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        with disk_faults_named(workspace):
            return work(workspace, *args, **kwargs)

    return named


def _fault(workspace: Workspace, word: str, place: str) -> MachineUnfitError:
    where = f"（{place}）" if place else ""
    return MachineUnfitError(
        f"{word}{where}：请在 {workspace.root} 所在磁盘腾出空间或恢复写入权限后再运行一次；此前写好的文件都完好"
    )


_MINE = 0o600


@contextmanager
def growing(path: Path) -> Iterator[int]:
    """Open a file for a process to write its words to; only its owner may read it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _MINE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def append_part(path: Path, offset: int, content: bytes) -> int:
    """Append a part if it is the one that comes next, and return how long the file is now.

    Whoever sends may send a part again that arrived and was not answered: it is not written twice.
    """
    with growing(path) as descriptor:
        if os.fstat(descriptor).st_size == offset:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        return os.fstat(descriptor).st_size
