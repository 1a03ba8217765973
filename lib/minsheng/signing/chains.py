"""The workspace's registers as chains: brought up to date, their heads for a seal, and what does not hold."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from minsheng.files.chained import BACKFILLED, START, chain_register, csv_line, read_chain
from minsheng.files.hashing import sha256
from minsheng.files.locks import locked
from minsheng.files.registers import records, rows
from minsheng.files.writing import write_durably
from minsheng.intake.forms.reviews import reviews_register_path
from minsheng.intake.returns.store import RECEIVED, REGISTER_COLUMNS, register_path
from minsheng.signing.deliveries import DELIVERED, DELIVERY_COLUMNS, NOTE_COLUMNS, deliveries_path
from minsheng.signing.signatures import COLUMNS, SIGNED, signed_register_path
from minsheng.workspace import MARKER, WORKSPACE_VERSION, Workspace

LATE_RECORD = timedelta(days=1)
"""From which distance on a line's own time and the time of its recording are shown side by side."""


UNKNOWN = "补录，登记的时间不详"

_SHOWN = 5


@dataclass(frozen=True)
class Register:
    """One of the four.

    Parameters
    ----------
    time
        The column that says when, as somebody claimed it.
    event
        What lines of an earlier version were.
    """

    path: Callable[[Path], Path]
    columns: Sequence[str]
    time: str
    event: str


REGISTERS = (
    Register(register_path, REGISTER_COLUMNS, "received_at", RECEIVED),
    Register(signed_register_path, COLUMNS, "signed_at", SIGNED),
    Register(reviews_register_path, REGISTER_COLUMNS, "received_at", RECEIVED),
    Register(deliveries_path, (*DELIVERY_COLUMNS, *NOTE_COLUMNS), "delivered_at", DELIVERED),
)


def bring_up_to_date(workspace: Workspace) -> list[str]:
    """Chain the registers of an older workspace and write its version; return what was done, a line each."""
    if workspace.settings.workspace_version >= WORKSPACE_VERSION:
        return []
    done = []
    for register in REGISTERS:
        path = register.path(workspace.data)
        if not path.is_file():
            continue
        with locked(path.parent):
            if chain_register(path, register.columns, event=register.event):
                done.append(f"登记 data/{path.relative_to(workspace.data)} 改为逐行相扣：原登记另存，原有各行记为补录")
    marker = workspace.root / MARKER
    with locked(workspace.root):
        text = marker.read_text(encoding="utf-8")
        said = f"workspace_version = {WORKSPACE_VERSION}"
        # Last: a workspace whose registers are not all chained still says that it is an older one.
        new, found = re.subn(r"(?m)^workspace_version\s*=\s*\d+", said, text, count=1)
        write_durably(marker, (new if found else f"{said}\n{text}").encode(), mode=marker.stat().st_mode & 0o777)
    return done


def register_heads(data_dir: Path) -> dict[str, str]:
    """Return the head of each register's chain, by its path under ``data/``; of those that are chained."""
    chains = {path: read_chain(path) for path in (register.path(data_dir) for register in REGISTERS)}
    return {str(path.relative_to(data_dir)): chain.head for path, chain in chains.items() if chain.heads}


def check_registers(
    data_dir: Path, sealed: Sequence[tuple[str, Mapping[str, str]]], packed: Mapping[str, Path]
) -> list[tuple[str, str]]:
    """Return what does not hold of the registers, as pairs of place and words.

    Parameters
    ----------
    sealed
        Package and the heads that its seal recorded, by path under ``data/``.
    packed
        Package → its own ``data`` folder, whose registers hold part of the lines.
    """
    faults: list[tuple[str, str]] = []
    for register in REGISTERS:
        path = register.path(data_dir)
        name = path.relative_to(data_dir).as_posix()
        chain = read_chain(path)
        found = [*chain.faults]
        # The start of a chain is no head of an absent register.
        heads = {START, *chain.heads}
        found += [
            f"归档 {package} 时的链头不在现在的链上：归档之后有行被改动或删去"
            for package, recorded in sealed
            if recorded.get(name, START) not in heads
        ]
        found += _missing(heads, register, packed)
        faults += [(f"data/{name}", fault) for fault in found]
    return faults


def _missing(heads: Collection[str], register: Register, packed: Mapping[str, Path]) -> Iterator[str]:
    """Yield which packages hold chained lines that the register no longer has."""
    for package, data in packed.items():
        path = register.path(data)
        if not read_chain(path).heads:  # of an earlier version, or not there
            continue
        lines = [line for line in list(rows(path))[1:] if line]
        gone = [line for line in lines if sha256(csv_line(line)) not in heads]
        if gone:
            yield f"归档包 {package} 中的 {len(gone)} 行现在没有（{' '.join(gone[0][:3])} 等）：有行被改动或删去"


def time_notes(data_dir: Path, name: str) -> list[str]:
    """Return in words, a line a register, whose times stand apart from when they were recorded.

    Parameters
    ----------
    name
        What the folder ``data`` is called in the words.
    """
    notes = []
    for register in REGISTERS:
        path = register.path(data_dir)
        if not path.is_file():
            continue
        gaps = [
            (line["period"], gap_words(line[register.time], line.get("recorded_at", BACKFILLED)))
            for line in records(path)
        ]
        backfilled = sum(words == UNKNOWN for _, words in gaps)
        late = [f"{period} {words}" for period, words in gaps if words not in {"", UNKNOWN}]
        where = f"{name}/{path.relative_to(data_dir)}"
        if backfilled:
            notes.append(f"{where}：{backfilled} 行{UNKNOWN}")
        if late:
            told = "；".join(late[:_SHOWN]) + ("……" if late[_SHOWN:] else "")
            notes.append(f"{where}：{len(late)} 行登记的时间与所记的相差一天以上：{told}")
    return notes


def gap_words(claimed: str, recorded: str) -> str:
    """Return what is to be said of a claimed time beside that of its recording; empty within a day of it."""
    if recorded == BACKFILLED:
        return UNKNOWN
    said, at = (datetime.fromisoformat(text).replace(tzinfo=None) for text in (claimed, recorded))
    if abs(at - said) <= LATE_RECORD:
        return ""
    side = "晚" if at > said else "早"
    return f"所记 {said:%Y-%m-%d %H:%M}，登记于 {at:%Y-%m-%d %H:%M}，{side} {abs(at - said).days} 天"
