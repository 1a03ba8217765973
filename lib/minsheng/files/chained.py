"""Registers whose lines hold on to each other: each carries the sha256 of the line before, and when it was written.

A line that is deleted, altered or put in between breaks the chain at the line behind it; what was cut off at the end is
missed by whoever keeps an earlier head. The head is the sha256 of the last line with its line end, so that
``tail -n 1 register.csv | sha256sum`` prints it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from minsheng.domain.clock import bureau_now
from minsheng.domain.delivery import Recorded
from minsheng.errors import FileRefusedError
from minsheng.files.hashing import sha256
from minsheng.files.registers import csv_bytes, rows
from minsheng.files.writing import write_durably

TRACE_COLUMNS = ("recorded_at", "event", "why", "chain")
"""The last columns of a chained register."""

BACKFILLED = "补录"
"""Stands for ``recorded_at`` where nobody knows when a line was written: before registers said it."""

START = "0" * 64
"""What the first line carries where there was no register before."""

_WRITABLE = 0o644


def recorded_in(line: dict[str, str]) -> Recorded:
    """Return what a line of a register says of itself; one of an earlier version says nothing."""
    at = line.get("recorded_at", BACKFILLED)
    return Recorded(
        recorded_at=None if at == BACKFILLED else datetime.fromisoformat(at),
        event=line.get("event", ""),
        why=line.get("why", ""),
    )


def bureau_clock() -> datetime:
    """Return the time of recording: the bureau's local time, to the second, as registers hold it."""
    return bureau_now().replace(tzinfo=None)


@dataclass(frozen=True)
class Chain:
    """What a register's chain shows.

    Parameters
    ----------
    heads
        The chain's head before the first line, and behind each line; empty for a register of an earlier version.
    faults
        Where a line does not continue the one before it, in words.
    """

    heads: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def head(self) -> str:
        """The head behind the last line; of an absent register its start."""
        return self.heads[-1] if self.heads else START


def read_chain(path: Path) -> Chain:
    """Return the chain of a register; an absent one has none. One that is no CSV text raises FileRefusedError."""
    header, *lines = list(rows(path)) if path.is_file() else [[]]
    if tuple(header[-len(TRACE_COLUMNS) :]) != TRACE_COLUMNS:
        return Chain()
    lines = [line for line in lines if line]
    kept = {sha256(each.read_bytes()): each for each in earlier_versions(path)}
    start = lines[0][-1] if lines else next(reversed(kept), START)
    heads, faults = [start], [*_beginning(path, start, lines, kept)]
    for number, line in enumerate(lines, start=2):
        if line[-1] != heads[-1]:
            faults.append(f"第 {number} 行记着的上一行校验码与上一行不符：有行被改动、删去或插入")
        heads.append(sha256(csv_line(line)))
    return Chain(tuple(heads), tuple(faults))


def _beginning(path: Path, start: str, lines: Sequence[Sequence[str]], kept: Mapping[str, Path]) -> Iterator[str]:
    """Yield what is wrong with how a chain begins: with nothing, or with the register that was ``kept`` as it was."""
    if start == START and not kept:
        return
    if start not in kept:
        yield f"链的起点是原登记的校验码，保留的原登记（{path.stem}.v1.csv）不在或被改动"
        return
    old = [line for line in list(rows(kept[start]))[1:] if line]
    if [line[: len(was)] for line, was in zip(lines, old, strict=False)] != old:
        yield f"开头的行与保留的原登记 {kept[start].name} 不符：有行被改动或删去"


def earlier_versions(path: Path) -> list[Path]:
    """Return the registers that were kept byte for byte when this one was chained."""
    return sorted(path.parent.glob(f"{path.stem}.v1*.csv"))


def csv_line(cells: Sequence[object]) -> bytes:
    """Return one line as a register holds it: what its hash is taken of."""
    return csv_bytes([str(cell) for cell in cells], ())


def chained(lines: Iterable[Sequence[object]], *, event: str, start: str = START) -> Iterator[list[object]]:
    """Yield lines that nobody recorded when they came (补录), each with the hash of the one before."""
    head = start
    for cells in lines:
        line = [*cells, BACKFILLED, event, "", head]
        head = sha256(csv_line(line))
        yield line


def append_line(
    path: Path, columns: Sequence[str], cells: Sequence[object], *, recorded_at: datetime, event: str, why: str = ""
) -> None:
    """Add a line to a register, made where it is absent; its lines stay as they are, byte for byte.

    Parameters
    ----------
    columns
        The register's, without those of :data:`TRACE_COLUMNS`.
    cells
        The line's, by ``columns``.
    """
    chain_register(path, columns, event=event)
    content = path.read_bytes() if path.is_file() else csv_line((*columns, *TRACE_COLUMNS))
    line = csv_line((*cells, recorded_at.isoformat(), event, why, read_chain(path).head))
    end = b"" if content.endswith(b"\n") else b"\n"
    write_durably(path, content + end + line, mode=_WRITABLE)


def chain_register(path: Path, columns: Sequence[str], *, event: str) -> bool:
    """Bring a register of an earlier version up to date, and say whether it was one.

    It is kept byte for byte beside the new one, whose chain starts with its sha256; its lines say 补录. A kill at any
    moment leaves the old register or the new one.
    """
    if not path.is_file():
        return False
    old = path.read_bytes()
    header, *lines = list(rows(path)) or [[]]
    if len(header) == len(columns) + len(TRACE_COLUMNS):
        return False
    if tuple(header) != tuple(columns[: len(header)]):
        raise FileRefusedError(f"{path} 的表头应为 {','.join(columns)}，现为 {','.join(header)}：请从备份恢复")
    kept, number = path.with_name(f"{path.stem}.v1.csv"), 1
    while kept.exists() and kept.read_bytes() != old:
        number += 1
        kept = path.with_name(f"{path.stem}.v1-{number}.csv")
    write_durably(kept, old, mode=_WRITABLE)
    filled = ([*line, *[""] * (len(columns) - len(line))] for line in lines if line)
    content = csv_bytes((*columns, *TRACE_COLUMNS), chained(filled, event=event, start=sha256(old)))
    write_durably(path, content, mode=_WRITABLE)
    return True
