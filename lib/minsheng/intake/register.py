"""Writing under ``data/returns/``: the register and the files it names, old or new at any instant, never half.

The register's replacement is the moment at which a file has been received. Before it the file already lies at its
place with a marker beside it, which says that it does not count yet; after it the marker only remains to be removed.
"""

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from minsheng.domain.delivery import Delivery
from minsheng.domain.period import Period
from minsheng.errors import UsageError
from minsheng.intake.store import (
    REGISTER_COLUMNS,
    delivered_path,
    marker_of,
    read_register,
    register_path,
    returns_dir,
)
from minsheng.locks import locked

REFUSED_COLUMNS = ("file", "sha256", "received_at", "sender", "original", "reason")
_READ_ONLY = 0o444
_FORMULA_SIGNS = "=+-@\t\r"


@contextmanager
def register_held(data_dir: Path) -> Iterator[None]:
    """Hold the register alone; what a killed predecessor left unfinished is undone first."""
    folder = register_path(data_dir).parent
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        _undo_unfinished(data_dir)
        yield


def _undo_unfinished(data_dir: Path) -> None:
    registered = {delivered_path(data_dir, line) for line in read_register(data_dir)}
    before, _, after = marker_of(Path("*")).name.partition("*")
    folder = register_path(data_dir).parent
    for marker in folder.glob(f"*/{before}*{after}"):
        path = marker.with_name(marker.name.removeprefix(before).removesuffix(after))
        if path not in registered:
            path.unlink(missing_ok=True)
        marker.unlink()
    for unfinished in (*folder.glob(".*.new"), *folder.glob("*/.*.new")):
        unfinished.unlink()


def add_delivery(data_dir: Path, delivery: Delivery, content: bytes) -> None:
    """Store a delivered file and append its line to the register; to be called within :func:`locked`.

    Raises
    ------
    UsageError
        If another file that was never registered lies at its place.
    """
    path = delivered_path(data_dir, delivery)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        if hashlib.sha256(path.read_bytes()).hexdigest() != delivery.sha256:
            raise UsageError(f"{path} 是一份没有登记的文件，占了本次的位置：请先把它移走，或先登记它")
        path.chmod(_READ_ONLY)
        _append(data_dir, delivery)
        return
    marker = marker_of(path)
    _write_durably(marker, b"")
    _write_durably(path, content, mode=_READ_ONLY)
    _append(data_dir, delivery)
    marker.unlink()


def _append(data_dir: Path, delivery: Delivery) -> None:
    lines = [_line(known) for known in (*read_register(data_dir), delivery)]
    _write_durably(register_path(data_dir), _csv(REGISTER_COLUMNS, lines))


def _line(delivery: Delivery) -> list[str]:
    fields = delivery.model_dump()
    return [*(str(fields[name]) for name in REGISTER_COLUMNS[:5]), delivery.received_at.isoformat(), delivery.sender]


def keep_refused(
    data_dir: Path, period: Period, original: str, content: bytes, *, received_at: str, sender: str, reason: str
) -> Path:
    """Keep a refused file, read-only, and say in ``refused/register.csv`` why; the same file is kept once.

    Returns
    -------
    Path
        Where it lies: ``data/returns/<month>/refused/<sha256, 12 digits>-<its name>``.
    """
    folder = returns_dir(data_dir, period) / "refused"
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{digest[:12]}-{_file_name(original)}"
    list_path = folder / "register.csv"
    known: list[list[str]] = []
    if list_path.exists():
        known = list(csv.reader(io.StringIO(list_path.read_text(encoding="utf-8"), newline="")))[1:]
    earlier = next((line for line in known if line[1] == digest and line[-1] == _text(reason)), None)
    if earlier is not None and (folder / earlier[0]).exists():
        return folder / earlier[0]
    if not path.exists():
        _write_durably(path, content, mode=_READ_ONLY)
    line = [path.name, digest, received_at, *map(_text, (sender, original, reason))]
    _write_durably(list_path, _csv(REFUSED_COLUMNS, [*known, line]))
    return path


def _file_name(original: str) -> str:
    """Return a sender's file name as one that every file system takes; the end, with its suffix, is kept."""
    safe = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in original)
    return safe.encode()[-160:].decode(errors="ignore") or "file"


def _text(value: str) -> str:
    """Return a text that a spreadsheet which opens the list does not take for a formula."""
    return f"'{value}" if value.startswith(tuple(_FORMULA_SIGNS)) else value


def _csv(header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue().encode()


def _write_durably(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file whole or not at all, on the disk when this returns; its folder's entry too."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    with temporary.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.chmod(mode)
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
