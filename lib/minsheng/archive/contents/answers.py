"""What somebody answers for by name and with a reason, in two registers beside a period's evidence.

``waivers.csv`` lets an item pass without its evidence, ``unchecked.csv`` a file that cannot be looked into for personal
numbers. Writes these two alone.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from minsheng.domain.base import Frozen
from minsheng.domain.period import Period
from minsheng.errors import FileRefusedError, UsageError
from minsheng.files.registers import csv_bytes, records
from minsheng.files.writing import write_durably

WAIVER_COLUMNS = ("id", "item", "who", "why")

UNCHECKED_COLUMNS = ("sha256", "who", "why")

_OPEN = 0o644
"""People correct these registers by hand, too."""

_SHA256 = re.compile("[0-9a-f]{64}")


class Waiver(Frozen):
    """One gap that is let pass; printed in the book and the catalogue."""

    id: str
    """The county or section."""
    item: str
    who: str
    """Who answers for it."""
    why: str


class Answer(Frozen):
    """Who has looked through a file that the program cannot look into, and what that person says of it."""

    who: str
    why: str


def evidence_dir(data_dir: Path, period: Period) -> Path:
    """Return the folder of a period's evidence."""
    return data_dir / "evidence" / str(period)


def waivers_path(data_dir: Path, period: Period) -> Path:
    """Return where a period's waivers stand."""
    return evidence_dir(data_dir, period) / "waivers.csv"


def unchecked_path(data_dir: Path, period: Period) -> Path:
    """Return where it stands who answers for what could not be looked into."""
    return evidence_dir(data_dir, period) / "unchecked.csv"


def read_waivers(data_dir: Path, period: Period) -> dict[tuple[str, str], Waiver]:
    """Return the waivers by body and item; lines that name nobody, no reason or an item twice are refused together."""
    lines = _read(data_dir, waivers_path(data_dir, period), WAIVER_COLUMNS, 2, "免交须写明谁同意、为什么")
    return {(line["id"], line["item"]): Waiver(**line) for line in lines}


def read_unchecked(data_dir: Path, period: Period) -> dict[str, Answer]:
    """Return who answers for what by sha256; refused as :func:`read_waivers` does, and where a sha256 is none."""
    path = unchecked_path(data_dir, period)
    lines = _read(data_dir, path, UNCHECKED_COLUMNS, 1, "须写明谁看过、为什么可以归档")
    found = {line["sha256"].lower(): Answer(who=line["who"], why=line["why"]) for line in lines}
    wrong = [digest for digest in found if not _SHA256.fullmatch(digest)]
    if wrong:
        name = path.relative_to(data_dir).as_posix()
        raise FileRefusedError("\n".join(f"{name}：“{each}”不是 sha256：应为 64 位十六进制数字" for each in wrong))
    return found


def add_waiver(data_dir: Path, period: Period, waiver: Waiver) -> bool:
    """Write a waiver down; false where it stands there already.

    Raises
    ------
    UsageError
        If the item is waived by somebody else or for another reason.
    FileRefusedError
        If a line of the register has a fault.
    """
    known = {key: Answer(who=each.who, why=each.why) for key, each in read_waivers(data_dir, period).items()}
    added = {(waiver.id, waiver.item): Answer(who=waiver.who, why=waiver.why)}
    return any(_add(data_dir, waivers_path(data_dir, period), WAIVER_COLUMNS, known, added))


def add_unchecked(data_dir: Path, period: Period, answers: Mapping[str, Answer]) -> list[str]:
    """Write down who answers for what by sha256, and return what is new. Refused as a waiver is."""
    known = {(digest,): each for digest, each in read_unchecked(data_dir, period).items()}
    added = {(digest,): each for digest, each in answers.items()}
    return [digest for (digest,) in _add(data_dir, unchecked_path(data_dir, period), UNCHECKED_COLUMNS, known, added)]


_Key = TypeVar("_Key", bound=tuple[str, ...])


def _add(
    data_dir: Path, path: Path, columns: Sequence[str], known: Mapping[_Key, Answer], added: Mapping[_Key, Answer]
) -> list[_Key]:
    """Write what is new at the end of a register, and return it; what somebody has said otherwise is refused."""
    other = [f"{'、'.join(key)}（{old.who}：{old.why}）" for key, old in known.items() if added.get(key, old) != old]
    if other:
        name = path.relative_to(data_dir.parent).as_posix()
        raise UsageError(f"{name} 中已有别的说法：{'；'.join(other)}。要改的，请改那一行")
    new = [key for key in added if key not in known]
    if new:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = ((*key, said.who, said.why) for key, said in {**known, **added}.items())
        write_durably(path, csv_bytes(columns, lines), mode=_OPEN)
    return new


def _read(data_dir: Path, path: Path, columns: Sequence[str], keys: int, need: str) -> list[dict[str, str]]:
    """Return the lines of one of the two; all of its faults at once."""
    if not path.is_file():
        return []
    name = path.relative_to(data_dir).as_posix()
    reader = records(path)
    if tuple(reader.fieldnames or ()) != tuple(columns):
        raise FileRefusedError(f"{name} 第 1 行：表头应为 {','.join(columns)}")
    found: dict[tuple[str, ...], dict[str, str]] = {}
    faults = []
    for row in reader:
        cells = {column: (row[column] or "").strip() for column in columns}
        key = tuple(cells[column] for column in columns[:keys])
        empty = [column for column, text in cells.items() if not text]
        if empty or key in found:
            why = f"{'、'.join(empty)} 没有填：{need}" if empty else f"{key[-1]} 写了两次"
            faults.append(f"{name} 第 {reader.line_num} 行：{why}")
        else:
            found[key] = cells
    if faults:
        raise FileRefusedError("\n".join(faults))
    return list(found.values())
