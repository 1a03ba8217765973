"""``minsheng check``: bring the accepted returns of a period up to date, write receipts, say what is missing."""

import logging
import time
from dataclasses import dataclass

from minsheng.archive.contents.receipt_signatures import sign_returns
from minsheng.domain.delivery import Issue, Severity, Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, Outcome
from minsheng.files.writing import names_disk_faults
from minsheng.intake.forms.words import accept_words
from minsheng.intake.returns.checking import check_month, check_year_to_date
from minsheng.intake.returns.receipts import write_receipts
from minsheng.intake.returns.store import read_checked, read_verdict
from minsheng.measure.fields import not_used_words
from minsheng.plan import load_plan
from minsheng.process import LogLevel, stage, took
from minsheng.runs.log import RunLog
from minsheng.runs.options import Display
from minsheng.signing.deliveries import accept_deliveries
from minsheng.workspace import Workspace

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Gaps:
    """Who sent no return, who has which projects that were not accepted, and which file could not be read and why."""

    missing: tuple[str, ...]
    blocked: dict[str, tuple[str, ...]]
    refused: dict[str, str]

    @property
    def exit_code(self) -> ExitCode:
        """11 with a refused file, 3 with a gap, else 0; a late return alone is 0."""
        if self.refused:
            return ExitCode.FILE_REFUSED
        return ExitCode.GAPS if self.missing or self.blocked else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the gaps in words."""
        lines = [f"拒收：{file}：{why}" for file, why in sorted(self.refused.items())]
        if self.missing:
            lines.append(f"未报送：{'、'.join(self.missing)}")
        return lines + [f"未通过校验：{name}（{'、'.join(projects)}）" for name, projects in self.blocked.items()]


@dataclass(frozen=True)
class CheckOutcome(Outcome):
    """What the check of a month came to; of each return its file, how many issues, and every critical one in words."""

    period: Period
    gaps: Gaps
    returns: int
    told: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with."""
        return self.gaps.exit_code

    def lines(self) -> list[str]:
        """Return the summary for a terminal: counts per return, then every critical issue by cell."""
        return [f"{self.period.label}：收到 {self.returns} 份报表", *self.told, *self.gaps.lines()]


@names_disk_faults
def check_period(
    workspace: Workspace, period: str, *, force: bool, display: Display, log_level: LogLevel | None = None
) -> CheckOutcome:
    """Check the returns of a month, and of the months before it where they have changed.

    Parameters
    ----------
    period
        ``YYYY-MM``; of a longer period its last month.
    force
        Check again what is unchanged.
    log_level
        What the log keeps; by default the workspace's setting.
    """
    started, month = time.monotonic(), Period(period).closing_month
    plan = load_plan(workspace.params, month.year)
    planned = time.monotonic() - started
    with RunLog(workspace, month, "check", log_level) as log:
        took(_log, "plan", planned)
        outcome = check_returns(workspace, plan, month, force=force, display=display)
        accept_words(workspace.data, plan, month)
        log.finish(seconds=time.monotonic() - started, exit_code=outcome.exit_code)
    return outcome


def check_returns(
    workspace: Workspace, plan: Plan, month: Period, *, force: bool, display: Display, stands: bool = False
) -> CheckOutcome:
    """Check with a plan that is loaded already; ``stands`` says that the caller has just seen the returns unchanged."""
    display.stage(f"校验{month.label}报表")
    with stage(_log, "intake"):
        if stands:
            pass
        elif force:
            # Only this month is checked anew: the months before it are its inputs.
            if month.previous_month:
                check_year_to_date(plan, workspace.params, workspace.data, month.previous_month)
            check_month(plan, workspace.params, workspace.data, month, force=True)
        else:
            check_year_to_date(plan, workspace.params, workspace.data, month)
        with stage(_log, "intake.receipts"):
            write_receipts(plan, workspace.data, workspace.outputs, month)
            sign_returns(workspace, month)
        with stage(_log, "intake.deliveries"):
            accept_deliveries(workspace.data, plan, month)
    outcome = _look_at(workspace, plan, month)
    gaps = outcome.gaps
    counts = {"missing": len(gaps.missing), "blocked": len(gaps.blocked), "refused": len(gaps.refused)}
    _log.log(logging.WARNING if any(counts.values()) else logging.INFO, "returns_checked", extra=counts)
    return outcome


def _look_at(workspace: Workspace, plan: Plan, month: Period) -> CheckOutcome:
    """Read what the check wrote, one verdict at a time."""
    told: list[str] = []
    missing: list[str] = []
    blocked: dict[str, tuple[str, ...]] = {}
    returns = 0
    for owner in plan.reporting_owners(month):
        verdict = read_verdict(workspace.data, month, owner.id)
        if verdict is None:
            missing.append(owner.name)
            continue
        returns += 1
        told += _in_words(owner.name, verdict)
        if held := not_used_words(plan, verdict):
            blocked[owner.name] = held
    record = read_checked(workspace.data, month)
    not_read = (*record.refused, *record.unregistered) if record else ()
    refused = {fault.file: fault.message for fault in not_read}
    gaps = Gaps(missing=tuple(missing), blocked=blocked, refused=refused)
    return CheckOutcome(period=month, gaps=gaps, returns=returns, told=tuple(told))


def _in_words(name: str, verdict: Verdict) -> list[str]:
    counts = [
        f"{word} {number} 个"
        for severity, word in ((Severity.CRITICAL, "错误"), (Severity.WARNING, "提示"))
        if (number := sum(issue.severity == severity for issue in verdict.issues))
    ]
    critical = [issue for issue in verdict.issues if issue.severity == Severity.CRITICAL]
    return [
        f"  {name}（{verdict.file}）：{'，'.join(counts) or '没有问题'}",
        *(f"    {describe_issue(issue)}" for issue in critical),
    ]


def describe_issue(issue: Issue) -> str:
    """Return an issue in one line for a terminal: where, what, what is allowed, what to do."""
    value = f"“{issue.value}”：" if issue.value else ""
    return f"{issue.place} {value}{issue.message}（{issue.rule}）。应为：{issue.allowed}。{issue.action}"
