"""What is said to an area or section itself: that its return has not come, or what in it is open, with the receipt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from minsheng.agenda.notices.happenings import Happening, MonthNews, left_in_words, step_of
from minsheng.agenda.status import ReturnRow
from minsheng.intake.returns.receipt_words import ReceiptEntry, receipt_words
from minsheng.intake.returns.receipts import receipts_dir
from minsheng.intake.returns.store import read_refused, read_verdict
from minsheng.workspace import Workspace

_MOST = 20
"""Open points in a text; the receipt has all."""

_STALE_NEWS = timedelta(days=31)
"""Who was answered a month ago is not reminded of it today."""


@dataclass(frozen=True)
class Reminder:
    """What one area or section is told, with the receipts that go with it by mail."""

    owner: str
    title: str
    happening: Happening
    receipts: tuple[Path, ...] = ()


def reminders(workspace: Workspace, news: MonthNews, day: date, days: Sequence[int]) -> Iterator[Reminder]:
    """Yield what is to be said about a month; of one that is sealed, nothing."""
    archive = news.status.archive
    if archive is not None and archive.entry is not None:
        return
    period = news.status.period
    refused = {each.id: each for each in read_refused(workspace.data, period)}
    for row in news.status.rows:
        about = f"{row.name}{period.label}报表"
        step = step_of(news, row, day, days)
        if row.id in refused:
            fault = refused[row.id]
            lines = (f"收到的文件没有采用：{fault.message}", "请按回执改正后重新报送。")
            found = Happening("blocked", period, lines, f"refused {fault.message}")
            yield Reminder(row.id, f"{about}：文件没有采用", found, _receipts(workspace, news, row.id))
        elif step is not None and row.due is not None:
            lines = (f"{about}还没有收到。", f"报送期限：{row.due}（{left_in_words(row.due, day)}）。")
            yield Reminder(row.id, f"{about}还没有收到", Happening("due", period, lines, f"{row.due} {step}"))
        elif row.received_on is not None and day - row.received_on <= _STALE_NEWS:
            yield from _open_points(workspace, news, row, about)


def _open_points(workspace: Workspace, news: MonthNews, row: ReturnRow, about: str) -> Iterator[Reminder]:
    period = news.status.period
    verdict = read_verdict(workspace.data, period, row.id)
    if verdict is None or verdict.revision != row.revision:
        return
    words = receipt_words(news.plan, verdict)
    if not words.entries:
        return
    rest = len(words.entries) - _MOST
    lines = (
        f"{about}（第 {row.revision} 版）有 {len(words.entries)} 处须改正或说明：",
        *(_said(entry) for entry in words.entries[:_MOST]),
        *([f"……另有 {rest} 处，见回执。"] if rest > 0 else ()),
        words.advice,
    )
    found = Happening("blocked" if row.word == "未通过校验" else "todo", period, lines, f"{row.revision} {lines}")
    yield Reminder(row.id, f"{about}：{len(words.entries)} 处须改正或说明", found, _receipts(workspace, news, row.id))


def _said(entry: ReceiptEntry) -> str:
    value = f"“{entry.value}”" if entry.value else ""
    return f"· {entry.place} {value}：{entry.todo}。{entry.why}"


def _receipts(workspace: Workspace, news: MonthNews, owner: str) -> tuple[Path, ...]:
    """Return the receipt: a workbook, or the page where there is none."""
    folder = receipts_dir(workspace.outputs, news.status.period)
    found = [path for kind in ("xlsx", "html") if (path := folder / f"{owner}.{kind}").is_file()]
    return tuple(found[:1])
