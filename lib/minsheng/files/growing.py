"""Files that grow: written piece by piece, as a process speaks or a network brings them, and read meanwhile."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
