"""``data/evidence/<period>/waivers.csv``: which missing evidence somebody answers for, and why."""

import csv
import io
from pathlib import Path

from minsheng.domain.base import Frozen
from minsheng.domain.period import Period
from minsheng.errors import FileRefusedError

COLUMNS = ("id", "item", "who", "why")


class Waiver(Frozen):
    """One gap that is let pass; printed in the book and the catalogue."""

    id: str
    """The county or section."""
    item: str
    who: str
    """Who answers for it."""
    why: str


def waivers_path(data_dir: Path, period: Period) -> Path:
    """Return where a period's waivers stand."""
    return data_dir / "evidence" / str(period) / "waivers.csv"


def read_waivers(data_dir: Path, period: Period) -> dict[tuple[str, str], Waiver]:
    """Return the waivers by body and item; none where there is no file.

    Raises
    ------
    FileRefusedError
        If a line names nobody or no reason, or an item twice; all faults at once, by line.
    """
    path = waivers_path(data_dir, period)
    if not path.is_file():
        return {}
    name = path.relative_to(data_dir).as_posix()
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise FileRefusedError(f"{name} 第 1 行：表头应为 {','.join(COLUMNS)}")
    found: dict[tuple[str, str], Waiver] = {}
    faults = []
    for row in reader:
        cells = {column: (row[column] or "").strip() for column in COLUMNS}
        empty = [column for column, text in cells.items() if not text]
        if empty or (cells["id"], cells["item"]) in found:
            why = f"{'、'.join(empty)} 没有填：免交须写明谁同意、为什么" if empty else f"{cells['item']} 写了两次"
            faults.append(f"{name} 第 {reader.line_num} 行：{why}")
        else:
            found[cells["id"], cells["item"]] = Waiver(**cells)
    if faults:
        raise FileRefusedError("\n".join(faults))
    return found
