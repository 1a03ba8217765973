"""A task's files between coordinator and worker, and the folder of this process's own in which tasks are made."""

import atexit
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from minsheng.files.hashing import FileContent
from minsheng.files.locks import is_locked, locked


# A city's results grow with its areas: the coordinator hands them on as paths, so that its own memory does not; bytes
# only travel to another machine.
def packed(files: Mapping[str, FileContent]) -> dict[str, bytes]:
    """Return the bytes of files that are to travel."""
    return {name: found.read_bytes() if isinstance(found, Path) else found for name, found in files.items()}


# A task's folder holds dozens of small files for a second; on a disk, making and removing them takes a twentieth of a
# run.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108  # where Linux keeps files in memory; folders made in it are private

_ROOM_BYTES = 1 << 30

_PREFIX = "minsheng-units-"

_NEW_SECONDS = 60
"""A folder younger than this may just not be locked yet."""

_held = ExitStack()


def scratch_folder() -> Path:
    """Make an empty folder; whoever asked for it takes it away."""
    return Path(tempfile.mkdtemp(dir=_own(os.getpid())))


@cache
def _own(process: int) -> Path:
    """Make a process's folder and hold it as long as the process lives."""
    base = _base()
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
    _held.enter_context(locked(folder))

    def clear() -> None:
        if os.getpid() == process:  # not in a child that ends
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(clear)
    return folder


def _base() -> Path:
    """Return where temporary files belong: where the environment says, else in memory, else where the system says."""
    told = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    if not told and os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free >= _ROOM_BYTES:
        return _IN_MEMORY
    return Path(tempfile.gettempdir())


def _sweep(base: Path) -> None:
    """Take away what processes that were killed left behind: folders of ours that nobody holds."""
    for left in base.glob(f"{_PREFIX}*"):
        try:
            facts = left.lstat()
            ours = left.is_dir() and not left.is_symlink() and facts.st_uid == os.getuid()
            if ours and time.time() - facts.st_mtime > _NEW_SECONDS and not is_locked(left):
                shutil.rmtree(left, ignore_errors=True)
        except OSError:  # another process sweeps too
            continue
