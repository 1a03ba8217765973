"""``minsheng status``: who has not reported comes first, then what is late, blocked, failed, stale, due next."""

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from minsheng.agenda.reminders import reminder_page
from minsheng.archive.contents.archived import ArchiveStanding, archive_standing
from minsheng.domain.area import Area, Section
from minsheng.domain.clock import bureau_day
from minsheng.domain.delivery import Delivery, Severity, Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, Outcome, UsageError
from minsheng.intake.returns.store import latest_deliveries, read_register, read_verdict
from minsheng.plan import load_plan
from minsheng.plan.calendar import due_date
from minsheng.runs.failures import FailureKind
from minsheng.runs.history import Attempt, RunHistory
from minsheng.signing.chains import check_registers
from minsheng.signing.standing import SectionState, Unfinished, section_states, unfinished
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class ReturnRow:
    """How one return stands: 未报送, 未到期, 待校验, 未通过校验, 迟报 or 已报送; its problems are counts in words."""

    id: str
    name: str
    word: str
    due: date | None
    received_on: date | None
    revision: int | None
    as_of: date | None
    problems: str


@dataclass(frozen=True)
class NextDue:
    """The next deadline after the day asked about, and the list of whom to remind, if ``minsheng tick`` wrote one."""

    period: Period
    what: str
    on: date
    reminders: Path | None

    def __str__(self) -> str:
        return f"{self.period.label}{self.what} {self.on}"


@dataclass(frozen=True)
class MonthStatus(Outcome):
    """The status of a month."""

    title: str
    period: Period
    as_of: date
    rows: tuple[ReturnRow, ...]
    made: int
    failed: dict[str, str]
    """Task → what kind of failure, and where its traceback lies."""
    stale: tuple[str, ...]
    next_due: NextDue | None
    archive: ArchiveStanding | None
    """Where the month stands with the archive; ``None`` while nothing is made."""
    names: dict[str, str]
    """Task that failed or is stale → what people call its report."""
    sections: tuple[SectionState, ...] = ()
    """One per section whose report a leader signs: signed by whom, handed to whom; none while nothing is made."""
    unfinished: Unfinished = field(default_factory=Unfinished)
    """Whose report is still to be signed or handed over."""
    failed_code: ExitCode = ExitCode.DONE
    """The highest that a failed task deserves."""
    registers: tuple[str, ...] = ()
    """What does not hold of the registers' own chains, in words."""

    @property
    def exit_code(self) -> ExitCode:
        """13 with a failed task, 12 where a gate refused one, 3 with a missing or blocked return, else 0."""
        if self.failed:
            return self.failed_code
        gaps = any(row.word in {"未报送", "未通过校验"} for row in self.rows)
        return ExitCode.GAPS if gaps else ExitCode.DONE

    @property
    def archived(self) -> str:
        """Where the month stands with the archive, in words; empty while nothing is made."""
        return str(self.archive) if self.archive else ""

    def lines(self) -> list[str]:
        """Return what stands below the tables: where traces lie, who signed what when."""
        lines = [f"已生成 {self.made} 份报告" if self.made else f"尚未生成：minsheng run {self.period}"]
        lines += [f"失败：{task}：{why}" for task, why in self.failed.items()]
        lines += [f"登记有误：{fault}。请从备份恢复；归档不会接受" for fault in self.registers]
        lines += [str(section) for section in self.sections]
        return [*lines, self.archived] if self.archived else lines

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {
            "period": str(self.period),
            "as_of": self.as_of.isoformat(),
            "returns": [
                {
                    "id": row.id,
                    "name": row.name,
                    "status": row.word,
                    "due": _iso(row.due),
                    "received_on": _iso(row.received_on),
                    "revision": row.revision,
                    "as_of": _iso(row.as_of),
                    "problems": row.problems,
                }
                for row in self.rows
            ],
            "made": self.made,
            "failed": self.failed,
            "stale": list(self.stale),
            "sections": [asdict(section) for section in self.sections],
            "archived": self.archived,
            "registers": list(self.registers),
            "next_due": {
                "period": str(self.next_due.period),
                "what": self.next_due.what,
                "on": self.next_due.on.isoformat(),
                "reminders": str(self.next_due.reminders) if self.next_due.reminders else None,
            }
            if self.next_due
            else None,
        }


def month_status(workspace: Workspace, month: str | None, as_of: str | None) -> MonthStatus:
    """Return the status of a month, by default of the newest with a return.

    Parameters
    ----------
    month
        ``YYYY-MM``.
    as_of
        A day, as people write it; by default the sections' due date, never the clock.

    Raises
    ------
    UsageError
        If the period or date is malformed, or there is no return at all.
    """
    register = read_register(workspace.data)
    period = Period(month).closing_month if month else _newest(register)
    plan = load_plan(workspace.params, period.year)
    day = bureau_day(as_of, option="--as-of", near=period) if as_of else None
    return status_of(workspace, plan, period, day)


def status_of(workspace: Workspace, plan: Plan, period: Period, as_of: date | None = None) -> MonthStatus:
    """Return the status of a month whose plan is loaded already; see :func:`month_status`."""
    register = read_register(workspace.data)
    day = as_of or due_date(plan, plan.reporting.sections, period)
    newest = latest_deliveries(workspace.data, period)
    rows = [_row(workspace, plan, owner, period, day, newest, register) for owner in plan.reporting_owners(period)]
    order = {"未报送": 0, "迟报": 1, "未通过校验": 2, "待校验": 3}
    attempts: dict[str, Attempt] = {}
    if workspace.history.is_file():
        with RunHistory(workspace.history) as history:
            attempts = history.last_attempts(f"{period}/")
    failed = {
        task: f"{FailureKind(last.failure).word}：{workspace.failed(*task.split('/')) / 'traceback.txt'}"
        for task, last in attempts.items()
        if last.state == "failed"
    }
    stale = _stale(workspace, plan, period)
    outputs = {name: last.outputs for name, last in attempts.items()}
    sections = section_states(workspace, plan, period, outputs) if attempts else ()
    return MonthStatus(
        title=workspace.settings.site_title,
        period=period,
        as_of=day,
        rows=tuple(sorted(rows, key=lambda row: order.get(row.word, 4))),
        made=len(attempts) - len(failed),
        failed=failed,
        stale=stale,
        next_due=_next_due(workspace, plan, day),
        archive=archive_standing(workspace, plan, period, attempts) if attempts else None,
        names={task: plan.report_name(task) for task in (*failed, *stale)},
        sections=sections,
        unfinished=unfinished(plan, period, sections),
        registers=tuple(f"{where}：{what}" for where, what in check_registers(workspace.data, (), {})),
        failed_code=max(
            (FailureKind(last.failure).exit_code for last in attempts.values() if last.state == "failed"),
            default=ExitCode.DONE,
        ),
    )


def _row(
    workspace: Workspace,
    plan: Plan,
    owner: Area | Section,
    period: Period,
    day: date,
    newest: dict[str, Delivery],
    register: list[Delivery],
) -> ReturnRow:
    reporting = plan.reporting
    due = due_date(plan, reporting.sections if isinstance(owner, Section) else reporting.counties, period)
    delivery = newest.get(owner.id)
    mine = [d for d in register if (d.period, d.id) == (period, owner.id) and not d.withdrawn]
    arrivals = [d.received_at.date() for d in mine]
    if delivery is None or min(arrivals) > day:
        word = "未报送" if day >= due else "未到期"
        return ReturnRow(owner.id, owner.name, word, due, None, None, None, "")
    verdict = read_verdict(workspace.data, period, owner.id)
    if verdict is not None and verdict.sha256 != delivery.sha256:
        verdict = None
    # The first revision's day counts: a correction after the due date makes no return late.
    late = min(arrivals) > due and period >= reporting.first_month
    return ReturnRow(
        id=owner.id,
        name=owner.name,
        word=_word(verdict, late=late),
        due=due,
        received_on=min(arrivals),
        revision=delivery.revision,
        as_of=verdict.as_of if verdict else None,
        problems=_problems(verdict) if verdict else "",
    )


def _word(verdict: Verdict | None, *, late: bool) -> str:
    if verdict is None:
        return "待校验"
    if not verdict.is_whole:
        return "未通过校验"
    return "迟报" if late else "已报送"


def _problems(verdict: Verdict) -> str:
    errors = sum(issue.severity == Severity.CRITICAL for issue in verdict.issues)
    open_warnings = sum(i.severity == Severity.WARNING and not i.explanation for i in verdict.issues)
    return "，".join([f"错误 {errors} 个"] * bool(errors) + [f"待说明 {open_warnings} 个"] * bool(open_warnings))


def _stale(workspace: Workspace, plan: Plan, period: Period) -> tuple[str, ...]:
    from minsheng.runs.staleness import stale_tasks

    if not workspace.history.is_file():
        return ()
    with RunHistory(workspace.history) as history:
        return stale_tasks(workspace, plan, history, period)


def _next_due(workspace: Workspace, plan: Plan, day: date) -> NextDue | None:
    """Return the next deadline of the plan's year."""
    reporting = plan.reporting
    found = [
        NextDue(month, who, due, reminder_page(workspace, month))
        for month in Period(str(plan.about.year)).months
        # Sections may owe a month that counties do not.
        if month >= reporting.first_month and plan.reporting_owners(month)
        for who, deadline in (("县区月报表", reporting.counties), ("科室月报", reporting.sections))
        if (due := due_date(plan, deadline, month)) > day
    ]
    return min(found, key=lambda each: each.on, default=None)


def _newest(register: list[Delivery]) -> Period:
    if not register:
        raise UsageError(
            "data/returns 中还没有报表：用 minsheng template 月份 写出空白表发给各单位，收到后用 minsheng receive 登记"
        )
    return max(delivery.period for delivery in register)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
