"""Who is told what: gathers what happened for each, leaves out what was told before, and sends what is left.

What was told to whom stands in ``data/notices.csv``, written before a notice goes out, so that none goes out twice.
What does not arrive is said, and told by the next command; no command fails for it.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from minsheng.agenda.due import Need
from minsheng.agenda.notices.contacts import Contact, by_owner, read_contacts
from minsheng.agenda.notices.happenings import (
    WORDS,
    Happening,
    MonthNews,
    month_news,
    needs_of_people,
    not_reported,
    sealed_news,
)
from minsheng.agenda.notices.reminding import reminders
from minsheng.agenda.notices.sending import INSTALL, can_send, mail_to, send, with_secrets
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import MinshengError, UsageError
from minsheng.files.chained import TRACE_COLUMNS, append_line, bureau_clock, recorded_in
from minsheng.files.locks import locked
from minsheng.files.registers import read_lines
from minsheng.files.writing import disk_faults_named
from minsheng.plan.calendar import due_date
from minsheng.privacy.gate import personal_lines
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


_END = "（本通知由民生工程报送工作簿自动发出，同一情形只发一次。）"


@dataclass(frozen=True)
class _Letter:
    """What one person is to be told, and what goes with it."""

    to: str
    url: str
    title: str
    happenings: tuple[Happening, ...]
    files: tuple[Path, ...] = ()

    @property
    def marks(self) -> list[SentNotice]:
        return [SentNotice(self.to, *each.mark) for each in self.happenings]


def tell(
    workspace: Workspace, moment: datetime, months: Iterable[tuple[Plan, Period]], needs: Iterable[Need] = ()
) -> list[str]:
    """Tell everybody whom settings and contacts name what they were not told yet; return in words what became of it.

    Parameters
    ----------
    moment
        The bureau's time.
    months
        The periods that are looked at, each with its plan.
    needs
        What was left to people beside: of half-years and years, and what could not be done at all.
    """
    told: list[str] = []
    try:
        with disk_faults_named(workspace):
            _Round(workspace, moment, list(months), list(needs), told).go()
    except (MinshengError, OSError) as fault:
        told.append(f"通知没有发出：{fault}")
    return told


@dataclass(frozen=True)
class _Round:
    workspace: Workspace
    moment: datetime
    periods: list[tuple[Plan, Period]]
    needs: list[Need]
    told: list[str]

    def go(self) -> None:
        done = read_sent(self.workspace)
        letters = [*self._to_the_bureau(done), *self._to_those_who_report(done)]
        if letters and not can_send():
            self.told.append(f"通知没有发出：{INSTALL}")
            return
        for letter in letters:
            try:
                said = self._send(letter)
            except UsageError as fault:
                said = f"没有发出：{fault}"
            if said:
                self.told.append(f"通知 {letter.to}：{said}")

    @cached_property
    def _news(self) -> list[MonthNews]:
        """Every month for which it is not too early."""
        settings, day = self.workspace.settings, self.moment.date()
        days = [each.days for each in settings.notices.values()] + [settings.reminders.days]
        most = max((number for each in days for number in each), default=0)
        found = []
        for plan, period in self.periods:
            if period.kind != PeriodKind.MONTH:
                continue
            first = min(due_date(plan, each, period) for each in (plan.reporting.counties, plan.reporting.sections))
            if day >= first - timedelta(days=most):
                found.append(month_news(self.workspace, plan, period, day))
        return found

    @cached_property
    def _happenings(self) -> list[Happening]:
        day = self.moment.date()
        others = [p for _, p in self.periods if p.kind != PeriodKind.MONTH]
        return [
            *needs_of_people(self.needs),
            *(each for news in self._news for each in news.happenings),
            *(each for period in others for each in sealed_news(self.workspace, period, day)),
        ]

    def _to_the_bureau(self, done: set[SentNotice]) -> Iterator[_Letter]:
        day = self.moment.date()
        for name, setting in self.workspace.settings.notices.items():
            due = [each for news in self._news for each in not_reported(news, day, setting.days)]
            wanted = [each for each in (*self._happenings, *due) if each.kind in setting.what]
            new = [each for each in wanted if SentNotice(name, *each.mark) not in done]
            if new:
                title = f"{self.workspace.settings.site_title}：{_headline(new)}"
                yield _Letter(name, setting.url, title, tuple(new))

    def _to_those_who_report(self, done: set[SentNotice]) -> Iterator[_Letter]:
        setting, day = self.workspace.settings.reminders, self.moment.date()
        if not setting.url:
            return
        faults: dict[str, None] = {}
        for news in self._news:
            contacts, wrong = read_contacts(self.workspace, news.plan)
            faults |= dict.fromkeys(wrong)
            people = dict(by_owner(contacts))
            for reminder in reminders(self.workspace, news, day, setting.days):
                for contact in people.get(reminder.owner, ()):
                    files = reminder.receipts if contact.is_mail else ()
                    title = f"{news.plan.about.issuer}：{reminder.title}"
                    letter = _Letter(contact.to, self._url(contact), title, (reminder.happening,), files)
                    if not done.issuperset(letter.marks):
                        yield letter
        self.told.extend(f"通知：{fault}" for fault in faults)

    def _url(self, contact: Contact) -> str:
        return mail_to(self.workspace.settings.reminders.url, contact.address) if contact.is_mail else contact.address

    def _send(self, letter: _Letter) -> str:
        """Send a letter that nobody else has sent meanwhile; return what became of it, empty where somebody has."""
        if not letter.url:
            raise UsageError(f"没有网址：minsheng.toml 的 [notices.{letter.to}] 写 url")
        url, secrets = with_secrets(letter.url, os.environ)
        body = "\n".join([*_paragraphs(letter.happenings), "", _END])
        if lines := personal_lines({"通知.txt": f"{letter.title}\n{body}".encode()}):
            raise UsageError(f"里面有个人信息（{'；'.join(lines)}）")
        files = [path for path in letter.files if not personal_lines({path.name: path.read_bytes()})]
        kept = "（回执中有个人信息，没有附上）" if len(files) < len(letter.files) else ""
        mine = claim(self.workspace, letter.marks)
        if not mine:
            return ""
        sender = self.workspace.settings.site_title
        fault = send(url, sender=sender, title=letter.title, body=body, files=files, secrets=secrets)
        if fault:
            give_back(self.workspace, mine)
            return f"{fault}。下一次再发"
        return f"已发出：{_headline(letter.happenings)}{kept}"


def _headline(happenings: Sequence[Happening]) -> str:
    """Say in a line which periods and which kinds of things."""
    periods = dict.fromkeys(each.period.label for each in happenings if each.period)
    kinds = dict.fromkeys(WORDS[each.kind] for each in happenings)
    shown = [*periods][:3]
    of = "、".join(shown) + (f"等 {len(periods)} 期" if len(periods) > len(shown) else "")
    return f"{of} {'、'.join(kinds)}".strip()


def _paragraphs(happenings: Sequence[Happening]) -> Iterator[str]:
    """Yield the lines of a notice, by period."""
    periods = sorted({each.period for each in happenings if each.period})
    for period in (None, *periods):
        mine = [each for each in happenings if each.period == period]
        if mine and len(happenings) > 1 and period is not None:
            yield f"【{period.label}】"
        for each in mine:
            yield from each.lines
