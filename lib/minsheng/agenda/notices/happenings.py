"""What happened in a period and what is due, kind by kind, each with what makes it another one than before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from minsheng.agenda.attention import Matter, matters
from minsheng.agenda.due import Need
from minsheng.agenda.status import MonthStatus, ReturnRow, status_of
from minsheng.archive.contents.archived import sealed_files
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode
from minsheng.files.hashing import sha256
from minsheng.intake.returns.store import read_checked
from minsheng.runs.history import RunHistory
from minsheng.workspace import NoticeKind, Workspace

WORDS: dict[NoticeKind, str] = {
    "failed": "失败",
    "blocked": "未通过校验",
    "due": "未报送",
    "sealed": "已归档",
    "made": "已生成",
    "todo": "待办",
}

_PEOPLE = {ExitCode.DONE, ExitCode.GAPS, ExitCode.GATE_REFUSED, ExitCode.USAGE}
"""What ends with one of these waits for people; with any other, something failed."""

_STALE_NEWS = timedelta(days=31)
"""Who has not reported a month after the deadline has been told so by then."""

_SEALED_LATELY = timedelta(days=7)
"""What was sealed before is no news to somebody who is named in the settings today."""

OVERDUE = -1


@dataclass(frozen=True)
class Happening:
    """One thing to tell.

    Parameters
    ----------
    period
        ``None`` where it concerns no period: a plan with faults.
    lines
        It in words, one line per thing.
    state
        What makes it another one than before: the same state is told once.
    """

    kind: NoticeKind
    period: Period | None
    lines: tuple[str, ...]
    state: str

    @property
    def mark(self) -> tuple[str, str, str]:
        """What a register knows it by: kind, period, and a hash that stands for the state."""
        return self.kind, str(self.period or ""), sha256(self.state.encode())[:16]


@dataclass(frozen=True)
class MonthNews:
    """A month as it stands today, looked at once for everybody who is told."""

    plan: Plan
    status: MonthStatus
    happenings: tuple[Happening, ...]
    """All but who has not reported: how many days before a deadline that is told depends on whom."""


def month_news(workspace: Workspace, plan: Plan, period: Period, day: date) -> MonthNews:
    """Look at a month on a day."""
    status = status_of(workspace, plan, period, day)
    return MonthNews(plan, status, tuple(_happenings(workspace, status, day)))


def _happenings(workspace: Workspace, status: MonthStatus, day: date) -> Iterator[Happening]:
    period, found = status.period, {each.kind: each for each in matters(status)}
    attempts = {}
    if workspace.history.is_file():
        with RunHistory(workspace.history) as history:
            attempts = history.last_attempts(f"{period}/")
    if status.failed:
        # What failed, was mended and failed again was made from something else: its key is another.
        yield Happening(
            "failed", period, _told(found["failed"]), repr(sorted((t, attempts[t].key) for t in status.failed))
        )
    is_sealed = status.archive is not None and status.archive.entry is not None
    if not is_sealed:
        record = read_checked(workspace.data, period)
        unread = [
            f"不能读取 {each.file}：{each.message}"
            for each in ((*record.refused, *record.unregistered) if record else ())
        ]
        blocked = [row for row in status.rows if row.word == "未通过校验"]
        if blocked or unread:
            lines = (*(_told(found["blocked"]) if blocked else ()), *unread)
            yield Happening(
                "blocked", period, lines, repr([*((r.id, r.revision, r.problems) for r in blocked), *unread])
            )
    if status.made and not status.stale and not status.failed:
        outputs = sorted((task, sorted(one.outputs.items())) for task, one in attempts.items())
        yield Happening("made", period, (f"已生成 {status.made} 份报告：outputs/{period}/index.html",), repr(outputs))
    todo = [line for kind in ("unsigned", "undelivered") for line in _told(found[kind])]
    if status.archive is not None and status.archive.changed:
        todo.append(str(status.archive))
    if todo:
        yield Happening("todo", period, tuple(todo), repr(todo))
    if status.archive is None or status.archive.stands:
        yield from sealed_news(workspace, period, day)


def sealed_news(workspace: Workspace, period: Period, day: date) -> Iterator[Happening]:
    """Yield that a period was sealed, if that is news."""
    entry = sealed_files(workspace, period)[0]
    if entry is not None and timedelta() <= day - entry.sealed_at.date() <= _SEALED_LATELY:
        line = f"已归档：{entry.bag}（{entry.sealed_at.date()}），包的校验码 {entry.digest}"
        yield Happening("sealed", period, (line,), entry.digest)


def not_reported(news: MonthNews, day: date, days: Sequence[int]) -> Iterator[Happening]:
    """Yield who has not reported, by deadline, on the days before it that somebody wants to be told."""
    owing = [row for row in news.status.rows if step_of(news, row, day, days) is not None]
    for due in sorted({row.due for row in owing if row.due}):
        rows = [row for row in owing if row.due == due]
        names = "、".join(row.name for row in rows)
        line = f"{due}（{left_in_words(due, day)}）截止，还有 {len(rows)} 个单位没有报：{names}"
        # Who has reported since is no other state: nobody is told at every return that comes in.
        yield Happening("due", news.status.period, (line,), f"{due} {step_of(news, rows[0], day, days)}")


def step_of(news: MonthNews, row: ReturnRow, day: date, days: Sequence[int]) -> int | None:
    """Return how near a deadline is: one of a setting's days, or OVERDUE; ``None`` where nothing is to be said."""
    is_owed = row.received_on is None and row.due and news.status.period >= news.plan.reporting.first_month
    if not is_owed or row.due is None or day - row.due > _STALE_NEWS:
        return None
    if news.status.archive is not None and news.status.archive.entry is not None:
        return None
    left = (row.due - day).days
    return OVERDUE if left < 0 else min((each for each in days if each >= left), default=None)


def left_in_words(due: date, day: date) -> str:
    """Say how many days are left until a deadline, or have passed."""
    left = (due - day).days
    if left < 0:
        return f"已过 {-left} 天"
    return f"还有 {left} 天" if left else "今天"


def needs_of_people(needs: Iterable[Need]) -> Iterator[Happening]:
    """Yield what a tick left to people: by period, what failed and what is to be done."""
    found: dict[tuple[NoticeKind, Period | None], list[str]] = {}
    for need in needs:
        kind: NoticeKind = "todo" if need.exit_code in _PEOPLE else "failed"
        found.setdefault((kind, need.period), []).append(need.text)
    for (kind, period), lines in found.items():
        yield Happening(kind, period, tuple(lines), repr(lines))


def _told(matter: Matter) -> tuple[str, ...]:
    remedy = f"（{matter.remedy}）" if matter.remedy and matter.items else ""
    return (f"{matter.word}：{'、'.join(matter.items)}{remedy}",) if matter.items else ()
