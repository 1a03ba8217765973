"""Writing so that it is on the disk when it is done.

Faults of the disk, in words: full, read-only, or closed to us.
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
from minsheng.workspace import Workspace

UNFINISHED = ".new"
"""Hidden names with this end are a seal that has not been completed."""


def unfinished(path: Path) -> Path:
    """Return where something lies until it is complete: beside its place, so that a rename puts it there."""
    return path.with_name(f".{path.name}{UNFINISHED}")


def write_synced(path: Path, content: bytes, *, mode: int) -> None:
    """Write a new file; its bytes are on the disk when this returns, its folder's entry is not yet."""
    # With its mode from the start: a secret key is never readable by others, not for an instant.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fchmod(stream.fileno(), mode)
        os.fsync(stream.fileno())


def write_durably(path: Path, content: bytes, *, mode: int) -> None:
    """Write a file whole or not at all; on the disk when this returns, its folder's entry too."""
    staged = unfinished(path)
    staged.unlink(missing_ok=True)
    write_synced(staged, content, mode=mode)
    staged.rename(path)
    sync_folder(path.parent)


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
        raise _fault(workspace, "账本写不进去", str(workspace.ledger)) from error


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
