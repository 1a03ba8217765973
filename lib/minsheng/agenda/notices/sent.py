"""``data/notices.csv``: what was told to whom; written before a notice goes out, so that none goes out twice."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from minsheng.files.chained import TRACE_COLUMNS, append_line, bureau_clock, recorded_in
from minsheng.files.locks import locked
from minsheng.files.registers import read_lines
from minsheng.workspace import Workspace

COLUMNS = ("to", "kind", "period", "state")

SENT, NOT_SENT = "发出", "没有送出"


class SentNotice(NamedTuple):
    """What was told to whom: ``state`` is a hash that stands for how the period was."""

    to: str
    kind: str
    period: str
    state: str


def notices_path(workspace: Workspace) -> Path:
    """Return the register of notices."""
    return workspace.data / "notices.csv"


def read_sent(workspace: Workspace) -> set[SentNotice]:
    """Return what was told and is not to be told again: what did not arrive is."""
    found: set[SentNotice] = set()
    for mark, event in read_lines(notices_path(workspace), COLUMNS, _line, later=TRACE_COLUMNS):
        (found.discard if event == NOT_SENT else found.add)(mark)
    return found


def _line(cells: dict[str, str]) -> tuple[SentNotice, str]:
    return SentNotice(*(cells[name] for name in COLUMNS)), recorded_in(cells).event


def claim(workspace: Workspace, marks: Iterable[SentNotice]) -> list[SentNotice]:
    """Write down what is going to be told; return what no other command has claimed since it was looked for."""
    with locked(workspace.data):
        done = read_sent(workspace)
        mine = [mark for mark in dict.fromkeys(marks) if mark not in done]
        _append(workspace, mine, SENT)
    return mine


def give_back(workspace: Workspace, marks: Iterable[SentNotice]) -> None:
    """Write down that it did not arrive, so that the next command tells it."""
    with locked(workspace.data):
        _append(workspace, marks, NOT_SENT)


def _append(workspace: Workspace, marks: Iterable[SentNotice], event: str) -> None:
    for mark in marks:
        append_line(notices_path(workspace), COLUMNS, mark, recorded_at=bureau_clock(), event=event)
