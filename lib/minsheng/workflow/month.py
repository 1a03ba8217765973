"""All of a month: intake, notebooks, scoring to date, bulletin, site."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, UsageError
from minsheng.events import LogLevel, stage, took
from minsheng.execute.forked import fallbacks
from minsheng.execute.ledger import Ledger
from minsheng.plan import load_plan
from minsheng.workflow.checking import CheckOutcome, check_returns
from minsheng.workflow.disk import names_disk_faults
from minsheng.workflow.display import Display
from minsheng.workflow.fingerprint import fingerprint, workspace_fonts
from minsheng.workflow.preparing import Preparer
from minsheng.workflow.run_log import RunLog
from minsheng.workflow.run_page import write_run_page
from minsheng.workflow.runner import Runner, RunSummary, Submit
from minsheng.workflow.site import put_in_place
from minsheng.workflow.staleness import later_stale_months, nothing_to_do
from minsheng.workflow.turns import my_turn
from minsheng.workflow.unit_worker import cores, make_unit, press, template
from minsheng.workflow.units import UnitSpec, choose, period_units
from minsheng.workflow.versions import version_text
from minsheng.workspace import Workspace

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MonthOutcome:
    """What a run of a month came to.

    Parameters
    ----------
    checked
        The returns and their gaps.
    summary
        The notebooks made, skipped and failed.
    seconds
        Wall clock of the whole run.
    fallbacks
        How many notebooks ran on a normal kernel because the template could not fork.
    stale
        Later months that were made before a correction of this one.
    later
        Outcomes of those, where they were made again.
    """

    workspace: Workspace
    checked: CheckOutcome
    summary: RunSummary
    seconds: float
    fallbacks: int
    stale: tuple[Period, ...]
    later: tuple["MonthOutcome", ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """The highest that applies."""
        return max(
            self.summary.exit_code,
            self.checked.exit_code,
            *(outcome.exit_code for outcome in self.later),
            ExitCode.DONE,
        )

    def lines(self) -> list[str]:
        """Return the summary for a terminal."""
        summary, period = self.summary, self.checked.period
        lines = self.checked.gaps.lines()
        for name, failure in summary.failed.items():
            where = self.workspace.outputs / str(period) / "failed" / "/".join(name.split("/")[1:])
            lines.append(f"失败：{name}：{failure.kind.word}：{failure.message}（详见 {where}/traceback.txt）")
        lines += [f"未生成：{name}（等待 {other}）" for name, other in summary.waiting.items()]
        lines += [f"缺字：{name} 中的“{glyphs}”没有字形可用" for name, glyphs in summary.missing_glyphs.items()]
        if any(name.endswith("/monthly_report") for name in summary.made):
            lines += [f"字体：{told}" for told in [workspace_fonts(self.workspace).warning()] if told]
        if self.fallbacks:
            lines.append(f"有 {self.fallbacks} 个笔记本未能在预热进程中运行，改用了普通内核（较慢，结果相同）")
        if self.stale and not self.later:
            months = "、".join(month.label for month in self.stale)
            lines.append(f"以后月份已过期：{months}。重做：minsheng run {period} --stale")
        lines.append(
            f"{period.label}：新生成 {len(summary.made)} 份，未变化 {len(summary.skipped)} 份，"
            f"失败 {len(summary.failed)} 份，用时 {self.seconds:.1f} 秒 → {self.workspace.outputs}/{period}/index.html"
        )
        return [line for outcome in self.later for line in outcome.lines()] + lines


@names_disk_faults
def run_month(
    workspace: Workspace,
    month: str,
    *,
    areas: list[str],
    notebooks: list[str],
    jobs: int | None,
    force: bool,
    stale: bool,
    display: Display,
    log_level: LogLevel | None = None,
    scheduler: str = "",
    repeat_failures: bool = True,
) -> MonthOutcome:
    """Make all of a month; what is unchanged is not made again.

    Parameters
    ----------
    workspace
        Where everything lies.
    month
        ``YYYY-MM``.
    areas, notebooks
        Names to restrict the run to; what those read is made too.
    jobs
        Notebooks that run at once; by default the workspace's setting, else one per processor.
    force
        Make again what is unchanged.
    stale
        Make later months again that are older than a correction.
    display
        Told what happens.
    log_level
        What the run's log keeps; by default the workspace's setting.
    scheduler
        Address of a Dask scheduler whose workers make the units; empty for this machine.
    repeat_failures
        Try units again that failed with the same inputs.

    Raises
    ------
    UsageError
        If the period is no month, or a name does not exist.
    PlanInvalidError
        If the plan has faults.
    MachineUnfitError
        If the disk is full or cannot be written, or the cluster cannot be used.
    """
    started, period = time.monotonic(), Period(month)
    if period.kind != PeriodKind.MONTH:
        raise UsageError(f"run 只做月份（YYYY-MM），“{month}”请用 minsheng assess")
    plan = load_plan(workspace.params, period.year)
    planned = time.monotonic() - started
    chosen = choose(period_units(plan, period), plan, areas, notebooks)
    with my_turn(workspace, display), RunLog(workspace, period, "run", log_level) as log:
        took(_log, "plan", planned)
        outcome = _run_units_of(
            workspace,
            plan,
            period,
            chosen,
            started,
            log,
            jobs=jobs,
            force=force,
            display=display,
            scheduler=scheduler,
            repeat_failures=repeat_failures,
        )
        log.finish(seconds=outcome.seconds, summary=outcome.summary, exit_code=outcome.exit_code)
        write_run_page(workspace, plan, period, log)
    redone = tuple(
        run_month(
            workspace,
            str(later),
            areas=[],
            notebooks=[],
            jobs=jobs,
            force=False,
            stale=False,
            display=display,
            log_level=log_level,
            scheduler=scheduler,
            repeat_failures=repeat_failures,
        )
        for later in (outcome.stale if stale else ())
    )
    return replace(outcome, seconds=time.monotonic() - started, later=redone)


def _run_units_of(
    workspace: Workspace,
    plan: Plan,
    period: Period,
    chosen: list[UnitSpec],
    started: float,
    log: RunLog,
    *,
    jobs: int | None,
    force: bool,
    display: Display,
    scheduler: str,
    repeat_failures: bool,
) -> MonthOutcome:
    fallen_back = fallbacks.process.total
    with Ledger(workspace.ledger) as ledger:
        idle = not force and nothing_to_do(Preparer(workspace, plan, fingerprint(workspace)), ledger, chosen, period)
        if not idle and not scheduler:
            # The template boots beside the import of Great Expectations.
            template()
        checked = check_returns(workspace, plan, period, force=force, display=display)
        if idle:
            summary = _all_skipped(ledger, chosen, period, log=log.run_id)
        else:
            preparer = Preparer(workspace, plan, fingerprint(workspace))
            summary = run_units(
                workspace,
                preparer,
                ledger,
                chosen,
                period,
                jobs=jobs,
                force=force,
                display=display,
                log=log.run_id,
                scheduler=scheduler,
                repeat_failures=repeat_failures,
            )
        later = later_stale_months(workspace, plan, ledger, period)
    if summary.made or summary.failed or not (workspace.outputs / str(period) / "index.html").is_file():
        with stage(_log, "site"):
            _write_site(workspace, plan, period)
    return MonthOutcome(
        workspace=workspace,
        checked=checked,
        summary=summary,
        seconds=time.monotonic() - started,
        fallbacks=fallbacks.process.total - fallen_back + summary.fallbacks,
        stale=tuple(later),
    )


def _write_site(workspace: Workspace, plan: Plan, period: Period) -> None:
    """Write what is made from all results of a month; a servant reads them, so that its memory is theirs."""
    for path, function in (
        (f"{period}/progress.xlsx", "progress_workbook:progress_workbook"),
        ("index.html", "site_first:first_page"),
        # The month's own page comes last: while it is missing, a run that was killed here is taken up again.
        (f"{period}/index.html", "site:month_page"),
    ):
        content = press().call(f"minsheng.workflow.{function}", workspace, plan, period)
        put_in_place(workspace.outputs / path, content)


def run_units(
    workspace: Workspace,
    preparer: Preparer,
    ledger: Ledger,
    units: list[UnitSpec],
    period: Period,
    *,
    jobs: int | None,
    force: bool,
    display: Display,
    command: str = "run",
    log: str = "",
    scheduler: str = "",
    repeat_failures: bool = True,
) -> RunSummary:
    """Run units, here or on a cluster, and record the run; also what an assessment runs through."""
    run = ledger.start_run(
        started=datetime.now(UTC).isoformat(), period=str(period), command=command, product=version_text(), log=log
    )
    booting = not scheduler and template().waited is None
    with stage(_log, "units"), _pool(workspace, scheduler, jobs) as (submit, workers):
        runner = Runner(
            workspace,
            preparer,
            ledger,
            run=run,
            submit=submit,
            jobs=workers,
            force=force,
            progress=display.units,
            repeat_failures=repeat_failures,
        )
        summary = runner.run(units)
    if booting and (waited := template().waited) is not None:
        took(_log, "template", waited)
    _finish(ledger, run, summary)
    return summary


@contextmanager
def _pool(workspace: Workspace, scheduler: str, jobs: int | None) -> Iterator[tuple[Submit, int]]:
    """Yield what has a unit made, here or elsewhere, and how many are made at once."""
    if not scheduler:
        workers = jobs or workspace.settings.jobs or cores()
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="unit") as threads:
            yield lambda work: threads.submit(make_unit, work), workers
        return
    from minsheng.workflow.elsewhere import cluster_for, maker_elsewhere  # Dask is heavy

    fonts = workspace_fonts(workspace).font_set
    make = maker_elsewhere(fonts)
    with cluster_for(scheduler, fonts) as cluster:
        yield lambda work: cluster.submit(make, work.packed()), jobs or cluster.slots


def _all_skipped(ledger: Ledger, units: list[UnitSpec], period: Period, *, log: str) -> RunSummary:
    """Record a run that found every unit as it should be: looking once is enough."""
    run = ledger.start_run(
        started=datetime.now(UTC).isoformat(), period=str(period), command="run", product=version_text(), log=log
    )
    summary = RunSummary(skipped=[unit.name for unit in units])
    _finish(ledger, run, summary)
    return summary


def _finish(ledger: Ledger, run: int, summary: RunSummary) -> None:
    counts = {
        "made": len(summary.made),
        "skipped": len(summary.skipped),
        "failed": len(summary.failed),
        "waiting": len(summary.waiting),
    }
    ledger.finish_run(run, finished=datetime.now(UTC).isoformat(), summary=counts)
