"""What a unit reads and what becomes of it: paths on this machine, bytes where they travel to another.

A city's results grow with its areas. The coordinator hands them on as paths, so that its own memory does not.
"""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

Content: TypeAlias = bytes | Path
"""A file's bytes, or where they lie."""


def packed(files: Mapping[str, Content]) -> dict[str, bytes]:
    """Return the bytes of files that are to travel."""
    return {name: found.read_bytes() if isinstance(found, Path) else found for name, found in files.items()}


def put(content: Content, target: Path) -> None:
    """Write a file; its own copy, that whoever reads it may spoil."""
    if isinstance(content, Path):
        shutil.copyfile(content, target)
    else:
        target.write_bytes(content)


def sha256(content: Content) -> str:
    """Return the hash of a file's bytes."""
    if isinstance(content, Path):
        with content.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    return hashlib.sha256(content).hexdigest()
