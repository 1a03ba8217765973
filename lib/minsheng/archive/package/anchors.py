"""What shows from outside that a ledger was not shortened or replaced: timestamps of its heads, and a witness.

Timestamps lie in ``anchors/`` beside the ledger, ``3.tst`` for the line with the number 3. A witness is a folder that
somebody else keeps: a note with the head goes there at each seal. Knows neither who makes timestamps nor who looks at
them; writes these two folders alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from minsheng.archive.package.chain import ANCHORS, TOKEN_SUFFIX
from minsheng.archive.package.key_chain import LEDGER, KeyEntry
from minsheng.files.writing import write_durably

_NOTE = re.compile(r"账本头-(\d+)-([0-9a-f]{64})\.txt")

_MODE = 0o444


def token_path(folder: Path, sequence: int) -> Path:
    """Return where the timestamp of a ledger's line lies."""
    return folder / ANCHORS / f"{sequence}{TOKEN_SUFFIX}"


def keep_token(folder: Path, sequence: int, token: bytes) -> None:
    """Lay a timestamp beside the ledger."""
    path = token_path(folder, sequence)
    path.parent.mkdir(exist_ok=True)
    write_durably(path, token, mode=_MODE)


def tokens_in(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the timestamps that lie beside a ledger, by the number of their line; what has another name is skipped."""
    for path in sorted((folder / ANCHORS).glob(f"*{TOKEN_SUFFIX}")):
        if path.stem.isdigit():
            yield int(path.stem), path


@dataclass(frozen=True)
class WitnessNote:
    """A head that a witness keeps, by the name of its note."""

    sequence: int
    head: str


def notes_of(witness: Path) -> list[WitnessNote]:
    """Return the heads that a witness keeps, in order."""
    found = [_NOTE.fullmatch(path.name) for path in witness.iterdir()] if witness.is_dir() else []
    return sorted((WitnessNote(int(each[1]), each[2]) for each in found if each), key=lambda note: note.sequence)


def tell_witness(witness: Path, line: KeyEntry, head: str) -> None:
    """Write down a head where the witness keeps it; a note that is there stays.

    Raises
    ------
    OSError
        If the folder is not there, or cannot be written.
    """
    path = witness / f"账本头-{line.sequence}-{head}.txt"
    if not path.exists():
        said = f"{LEDGER} 第 {line.sequence} 行：{line.words}\n{line.sealed_at}\n{head}\n"
        write_durably(path, f"民生工程报送归档的账本头\n{said}".encode(), mode=_MODE)
