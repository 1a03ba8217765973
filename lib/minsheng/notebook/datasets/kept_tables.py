"""Tables as texts, kept by period under ``outputs/.tables/``: a year of 504 counties is read in a second.

A column is its different texts and a number per row, so that what repeats is read, typed and compared once. A file is a
line of JSON and the numbers' bytes: nothing of it is executed, it opens in milliseconds, and no further library is
needed (pyarrow starts threads, after which no notebook may be forked).
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minsheng.files.hashing import sha256
from minsheng.files.writing import write_atomically

FOLDER = ".tables"

_FORMAT = 1

Text = str | None
"""What a cell of a table holds; ``None`` where there is nothing."""


@dataclass(frozen=True)
class Coded:
    """A column: its different texts, and for each row the place of its own among them."""

    texts: tuple[Text, ...]
    codes: NDArray[Any]

    def spread(self, made: Sequence[object]) -> NDArray[Any]:
        """Return for each row what was made of its text."""
        whole = np.empty(len(made), dtype=object)
        whole[:] = made
        spread: NDArray[Any] = whole[self.codes]
        return spread


KeptTable = Mapping[str, Coded]


def coded(columns: Sequence[str], rows: Iterable[Sequence[Text]]) -> KeptTable:
    """Return rows of texts as a table."""
    places: list[dict[Text, int]] = [{} for _ in columns]
    numbers: list[list[int]] = [[] for _ in columns]
    for row in rows:
        for text, known, codes in zip(row, places, numbers, strict=True):
            codes.append(known.setdefault(text, len(known)))
    return {
        name: Coded(tuple(known), np.array(codes, dtype=np.int32))
        for name, known, codes in zip(columns, places, numbers, strict=True)
    }


def joined(columns: Sequence[str], tables: Sequence[KeptTable]) -> KeptTable:
    """Return tables one below the other."""
    whole = {}
    for name in columns:
        known: dict[Text, int] = {}
        places = [[known.setdefault(text, len(known)) for text in table[name].texts] for table in tables]
        size = narrowest(len(known))
        codes = [np.array(each, dtype=size)[table[name].codes] for each, table in zip(places, tables, strict=True)]
        whole[name] = Coded(tuple(known), np.concatenate(codes) if codes else np.empty(0, dtype=size))
    return whole


def narrowest(count: int) -> "np.dtype[Any]":
    """Return the smallest signed integer for so many texts: a table of a million rows is mostly these."""
    return next(np.dtype(size) for size in (np.int8, np.int16, np.int32) if count <= np.iinfo(size).max)


def _content(table: KeptTable) -> bytes:
    narrow = {name: column.codes.astype(narrowest(len(column.texts))) for name, column in table.items()}
    head = {name: (str(codes.dtype), len(codes), table[name].texts) for name, codes in narrow.items()}
    written = json.dumps(head, ensure_ascii=False).encode()
    return b"\n".join((written, b"".join(codes.tobytes() for codes in narrow.values())))


def _table(path: Path, columns: Sequence[str]) -> KeptTable:
    content = path.read_bytes()
    at = content.index(b"\n") + 1  # JSON writes the line ends within texts as escapes
    found = {}
    for name, (size, count, texts) in json.loads(content[: at - 1]).items():
        codes = np.frombuffer(content, dtype=size, count=count, offset=at)
        at += codes.nbytes
        found[name] = Coded(tuple(texts), codes)
    return {name: found[name] for name in columns}


def kept(
    outputs: Path, name: str, key: str, columns: Sequence[str], make: Callable[[], Iterable[Sequence[Text]]]
) -> KeptTable:
    """Return a table that was kept under a key, or make it and keep it; an older one of that name goes."""
    folder = outputs / FOLDER
    path = folder / f"{name}-{key}.table"
    try:
        return _table(path, columns)
    except (OSError, KeyError, ValueError):  # none yet, or a damaged one: it is made again
        table = coded(columns, make())
    try:
        for older in folder.glob(f"{name}-*.table"):
            older.unlink(missing_ok=True)
        write_atomically(path, _content(table))
    except OSError:
        # A workspace that one may only read, or a full disk: the next one to ask waits again, and gets the same.
        return table
    return table


def fingerprint(words: Iterable[str], folders: Iterable[Path]) -> str:
    """Return a short hash of words and of what lies in folders, by name, size and time: no file is opened."""
    lines = [str(_FORMAT), *words]
    for folder in folders:
        lines.append(folder.name)
        lines += sorted(_entries(folder, ""))
    return sha256("\n".join(lines).encode())[:20]


def _entries(folder: Path, below: str) -> list[str]:
    found: list[str] = []
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return found
    for entry in entries:
        if entry.is_dir():
            found += _entries(Path(entry.path), f"{below}{entry.name}/")
        elif not entry.name.endswith(".pyc"):
            stat = entry.stat()
            found.append(f"{below}{entry.name} {stat.st_size} {stat.st_mtime_ns}")
    return found
