"""``minsheng tick``: does what is due and not done, in order, one at a time; says what people must do.

Also writes what makes a machine call it by itself: a systemd timer with its service, or a line for cron.
"""

import getpass
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from minsheng.agenda.due import Action, MonthState, Need, PeriodState, Step, due, needs
from minsheng.agenda.facts import facts_of, periods, write_refusal
from minsheng.agenda.reminders import Owed
from minsheng.commands.archives.archive_seal import seal_period
from minsheng.commands.assess import run_assessment
from minsheng.commands.run import run_month
from minsheng.domain.clock import BEIJING, bureau_time
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import (
    ExitCode,
    FileRefusedError,
    GateRefusedError,
    MachineUnfitError,
    MinshengError,
    Outcome,
    UsageError,
)
from minsheng.files.locks import locked
from minsheng.files.writing import disk_faults_named
from minsheng.plan import load_plan
from minsheng.plan.loader import plan_years
from minsheng.runs.options import Display, RunOptions
from minsheng.site.first_page import refresh_first_page
from minsheng.site.reminders_page import write_reminders
from minsheng.workspace import Workspace

# What failed is made again once returns, plan or program change: the same inputs would fail the same way.
_UNATTENDED = RunOptions(repeat_failures=False)


@dataclass(frozen=True)
class DoneStep:
    """One step that was done, and what it said."""

    action: Action
    lines: tuple[str, ...]


@dataclass
class TickOutcome(Outcome):
    """What a tick did by the bureau's local time, and what it left to people; nothing if another was running."""

    moment: datetime
    busy: bool = False
    done: list[DoneStep] = field(default_factory=list)
    needs: list[Need] = field(default_factory=list)
    reminders: dict[Period, tuple[Owed, ...]] = field(default_factory=dict)
    faults: list[Need] = field(default_factory=list)
    """Those of the needs that came of something that could not be done at all."""
    notices: list[str] = field(default_factory=list)
    """Who was told, and who could not be."""

    @property
    def exit_code(self) -> ExitCode:
        """0 when all that was due is done; else the worst of what the commands that could not would have ended with."""
        return max((need.exit_code for need in self.needs), default=ExitCode.DONE)

    def leave(self, need: Need) -> None:
        """Leave to people what could not be done."""
        self.needs.append(need)
        self.faults.append(need)

    def lines(self) -> list[str]:
        """Return the outcome for a terminal or a mail: what was done, who is to be reminded, what people must do."""
        if self.busy:
            return ["另一个 minsheng tick 正在进行，这一次什么也没有做"]
        lines = [f"已办：{each.action}：{each.lines[-1]}" for each in self.done]
        lines = lines or [f"{self.moment:%Y-%m-%d %H:%M}：没有到期未办的事项"]
        for period, owed in self.reminders.items():
            lines += [f"催报：{period.label}：{each}" for each in owed]
        return [*lines, *(f"待办：{need}" for need in self.needs), *self.notices]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {
            "date": self.moment.isoformat(timespec="minutes"),
            "busy": self.busy,
            "done": [
                {"step": each.action.step.value, "period": str(each.action.period), "lines": list(each.lines)}
                for each in self.done
            ],
            "reminders": {
                str(period): [asdict(each) | {"due": each.due.isoformat()} for each in owed]
                for period, owed in self.reminders.items()
            },
            "needs": [
                {"period": str(need.period) if need.period else None, "text": need.text, "code": int(need.exit_code)}
                for need in self.needs
            ],
            "notices": self.notices,
            "exit_code": int(self.exit_code),
        }


class _AnotherRunsError(Exception):
    """Another tick holds the lock."""


def tick(workspace: Workspace, date: str | None, *, display: Display) -> TickOutcome:
    """Do what is due and not done: every month and assessment of every plan, in order, up to a date.

    Parameters
    ----------
    date
        ``YYYY-MM-DD`` or ``YYYY-MM-DDTHH:MM``, local time of the bureau; by default now.

    Raises
    ------
    UsageError
        If the date is malformed.
    """
    # A day without a year is one of the newest plan's.
    newest = max(plan_years(workspace.params), default=None)
    near = Period(str(newest)) if newest is not None else None
    moment = bureau_time(date, option="--date", example="2017-06-26 或 2017-06-26T09:00", to_come=True, near=near)
    outcome = TickOutcome(moment)
    plans: list[Plan] = []
    try:
        with _alone(workspace):
            for year in plan_years(workspace.params):
                if year <= outcome.moment.year:
                    plans += _Year(workspace, outcome, display).settle(year)
    except _AnotherRunsError:
        outcome.busy = True
        return outcome
    except MachineUnfitError as fault:
        # Whatever comes next would fail the same way.
        outcome.leave(Need(None, str(fault), fault.exit_code))
    if workspace.settings.tells:
        from minsheng.agenda.notices import tell

        display.stage("通知")
        looked_at = [(plan, period) for plan in plans for period in periods(plan)]
        left = [need for need in outcome.needs if need.period and need.period.kind != PeriodKind.MONTH]
        needs_told = [*outcome.faults, *(need for need in left if need not in outcome.faults)]
        outcome.notices += tell(workspace, moment, looked_at, needs_told)
    return outcome


@contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace's lock, or raise if another tick holds it."""

    def another_runs() -> NoReturn:
        raise _AnotherRunsError

    # Not data/, which registers lock: who signs or hands over need not wait until a month is made.
    # The kernel frees the lock when this process ends, however it ends.
    with disk_faults_named(workspace), locked(workspace.root, exclusive=True, waiting=another_runs):
        yield


@dataclass(frozen=True)
class _Year:
    workspace: Workspace
    outcome: TickOutcome
    display: Display

    def settle(self, year: int) -> list[Plan]:
        """Do what is due of a year's plan; return it, if it has no faults."""
        try:
            plan = load_plan(self.workspace.params, year)
        except MinshengError as fault:
            self._note(None, f"{year}年方案有问题：{fault}", fault)
            return []
        for period in periods(plan):
            try:
                self._period(plan, period)
            except MachineUnfitError:
                raise
            except MinshengError as fault:
                # A fault of one period keeps no other from its turn.
                self._note(period, str(fault), fault)
        return [plan]

    def _period(self, plan: Plan, period: Period) -> None:
        """Do what is due of a period."""
        day, tried = self.outcome.moment.date(), set[Action]()
        # One step after another: each changes the facts that the next is planned from.
        while (facts := facts_of(self.workspace, plan, period, day)) is not None:
            action = next((each for each in due(facts, day) if each not in tried), None)
            if action is None:
                break
            tried.add(action)
            self._do(plan, action, facts)
        if facts is None:
            return
        self.outcome.needs += needs(facts, day)
        if isinstance(facts, MonthState) and facts.remind:
            self.outcome.reminders[period] = facts.remind

    def _do(self, plan: Plan, action: Action, facts: PeriodState) -> None:
        self.display.stage(str(action))
        try:
            lines = self._perform(plan, action, facts)
        except MachineUnfitError:
            raise
        except MinshengError as fault:
            if action.step == Step.ASSESS and isinstance(fault, FileRefusedError | GateRefusedError):
                # The facts say so from now on, until something of it changes.
                write_refusal(self.workspace, plan, action.period, str(fault), fault.exit_code)
            else:
                self._note(action.period, f"{action.step.word}没有完成：{fault}", fault)
            return
        self.outcome.done.append(DoneStep(action, tuple(lines)))

    def _perform(self, plan: Plan, action: Action, facts: PeriodState) -> list[str]:
        workspace, period = self.workspace, str(action.period)
        match action.step:
            case Step.REMIND:
                owed = facts.remind if isinstance(facts, MonthState) else ()
                write_reminders(workspace, plan, action.period, self.outcome.moment.date(), owed)
                refresh_first_page(workspace, plan)
                return [f"{len(owed)} 个单位还没有报" if owed else "都已报送或已到期限，名单已撤下"]
            case Step.RUN:
                return run_month(workspace, period, _UNATTENDED, display=self.display).lines()
            case Step.ASSESS:
                return run_assessment(workspace, period, _UNATTENDED, display=self.display).lines()
            case Step.SEAL:
                at = self.outcome.moment.replace(tzinfo=BEIJING).isoformat()
                sealed = seal_period(workspace, period, archive=None, why="", sealed_at=at, display=self.display)
                return sealed.lines()

    def _note(self, period: Period | None, text: str, fault: MinshengError) -> None:
        self.outcome.leave(Need(period, text, fault.exit_code))


KINDS = ("systemd", "cron")

_MINUTE, _FIRST_HOUR, _LAST_HOUR = 10, 7, 21

_PLAIN = re.compile(r"[A-Za-z0-9@._/+:,=-]+")

SERVICE, TIMER = "minsheng-tick.service", "minsheng-tick.timer"


def example(workspace: Workspace, kind: str) -> str:
    """Return a text to install, with this workspace's path and this program's.

    Raises
    ------
    UsageError
        If the kind is not known, a path has a line break, or the program's a quote, which systemd does not allow.
    """
    if kind not in KINDS:
        raise UsageError(f"--example “{kind}”不认识：可用 {'、'.join(KINDS)}")
    program = Path(sys.executable).with_name("minsheng")
    if "\n" in f"{workspace.root}{program}" or set(str(program)) & set("\"'\\"):
        raise UsageError(f"定时任务里不能写这样的路径：{program}（程序的路径不能有引号、反斜杠，路径都不能有换行）")
    if kind == "cron":
        return _cron(workspace.root, program)
    service, timer = systemd_units(workspace.root, program, getpass.getuser())
    return "\n".join(
        [
            f"# 第一个文件：/etc/systemd/system/{SERVICE}",
            service,
            f"# 第二个文件：/etc/systemd/system/{TIMER}",
            timer,
            f"# 装好后：systemctl daemon-reload && systemctl enable --now {TIMER}",
            f"# 看结果：systemctl list-timers；journalctl -u {SERVICE}\n",
        ]
    )


def systemd_units(root: Path, program: Path, user: str) -> tuple[str, str]:
    """Return the text of the service and of its timer."""
    service = f"""\
[Unit]
Description=Minsheng Workbook: what is due and not done

[Service]
Type=oneshot
User={user}
WorkingDirectory={str(root).replace("%", "%%")}
ExecStart={_systemd_word(program)} tick --workspace {_systemd_word(root).replace("$", "$$")}
# 3：有单位未报送或未通过校验，不是程序故障；其余非零返回码见 README。
SuccessExitStatus=3
Nice=10
"""
    timer = f"""\
[Unit]
Description=Minsheng Workbook: tick every hour of the working day

[Timer]
OnCalendar=*-*-* {_FIRST_HOUR:02d}..{_LAST_HOUR}:{_MINUTE}:00 Asia/Shanghai
# 关机期间错过的，开机后补一次。
Persistent=true

[Install]
WantedBy=timers.target
"""
    return service, timer


def _systemd_word(path: Path) -> str:
    """Quote one word of a command line as systemd reads it; variables it knows in arguments alone."""
    text = str(path).replace("%", "%%")
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _cron(root: Path, program: Path) -> str:
    log = root / "outputs" / "tick.log"
    command = f"{shlex.quote(str(program))} tick --workspace {shlex.quote(str(root))} >> {shlex.quote(str(log))} 2>&1"
    # In a crontab a percent sign ends the command, even within quotes.
    line = f"{_MINUTE} {_FIRST_HOUR}-{_LAST_HOUR} * * * {command}".replace("%", r"\%")
    return "\n".join(
        [
            "# 加进 crontab -e。钟点按本机时区；tick 自己按北京时间判断期限。",
            "# 关机期间错过的不另补：下一次 tick 会把到期未办的都办了。",
            f"{line}\n",
        ]
    )
