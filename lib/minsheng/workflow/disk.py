"""Faults of the disk, in words: full, read-only, or closed to us."""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from minsheng.errors import MachineUnfitError
from minsheng.workspace import Workspace

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
