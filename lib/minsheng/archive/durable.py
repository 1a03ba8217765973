"""Writing so that it is on the disk when it is done."""

import os
import shutil
from pathlib import Path

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
