"""A folder held against other processes; the kernel lets go of it when its holder ends, however it ends."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(folder: Path, *, exclusive: bool = True, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold a folder: alone to write, together with others to read.

    Parameters
    ----------
    folder
        The lock is on the folder itself, so that one that cannot be written can be held to read.
    exclusive
        To write.
    waiting
        Called once if another holds it.
    """
    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting is not None:
                waiting()
            fcntl.flock(descriptor, kind)
        yield
    finally:
        os.close(descriptor)


def hold(folder: Path) -> int:
    """Hold a folder for a process that is about to be started: it inherits the descriptor, which is closed here."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def is_locked(folder: Path) -> bool:
    """Whether another process holds a folder now."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
