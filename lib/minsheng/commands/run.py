"""``minsheng run``: all of a month, intake, notebooks, scoring to date, bulletin, site."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Thread

from minsheng.commands.check import CheckOutcome, check_returns
from minsheng.domain.clock import bureau_now
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, MinshengError, Outcome, UsageError
from minsheng.files.writing import names_disk_faults
from minsheng.intake.forms.words import accept_words
from minsheng.plan import load_plan
from minsheng.process import stage, took
from minsheng.runs.graph import Task, choose, period_tasks
from minsheng.runs.history import RunHistory
from minsheng.runs.keys import Preparer, fingerprint, workspace_fonts
from minsheng.runs.log import RunLog
from minsheng.runs.options import AS_SET, Display, RunOptions, RunSummary, holding_outputs
from minsheng.runs.runner import all_skipped, run_tasks
from minsheng.runs.staleness import later_stale_months, nothing_to_do
from minsheng.runs.version import package_commit
from minsheng.runs.warm_processes import import_ahead, template
from minsheng.signing.deliveries import accept_deliveries
from minsheng.site.run_page import write_run_page
from minsheng.workspace import Workspace

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MonthOutcome(Outcome):
    """What a run of a month came to, with the later months that a correction made stale, and theirs if made again."""

    workspace: Workspace
    checked: CheckOutcome
    summary: RunSummary
    seconds: float
    stale: tuple[Period, ...]
    later: tuple["MonthOutcome", ...] = ()
    notices: tuple[str, ...] = ()
    """Who was told of it, and who could not be."""

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
        lines = [*self.checked.gaps.lines(), *summary.lines(self.workspace)]
        if any(name.endswith("/monthly_report") for name in summary.made):
            lines += [f"字体：{told}" for told in [workspace_fonts(self.workspace).warning()] if told]
        if self.stale and not self.later:
            months = "、".join(month.label for month in self.stale)
            lines.append(f"以后月份已过期：{months}。重做：minsheng run {period} --stale")
        page = self.workspace.outputs / str(period) / "index.html"
        lines.append(f"{period.label}：{summary.counts(self.seconds)} → {page}")
        return [*(line for outcome in self.later for line in outcome.lines()), *lines, *self.notices]


@names_disk_faults
def run_month(
    workspace: Workspace,
    month: str,
    options: RunOptions = AS_SET,
    *,
    areas: Sequence[str] = (),
    notebooks: Sequence[str] = (),
    stale: bool = False,
    notices: bool = False,
    display: Display,
) -> MonthOutcome:
    """Make all of a month; what is unchanged is not made again.

    Parameters
    ----------
    month
        ``YYYY-MM``.
    areas, notebooks
        Names to restrict the run to; what those read is made too.
    stale
        Make later months again that are older than a correction.
    notices
        Tell whom the settings name, once all is made.

    Raises
    ------
    UsageError
        If the period is no month, or a name does not exist.
    PlanInvalidError
        If the plan has faults.
    FileRefusedError
        If an assessor's words of the month have faults: all of them at once, and nothing is made.
    MachineUnfitError
        If the disk is full or cannot be written, or the cluster cannot be used.
    """
    started, period = time.monotonic(), Period(month)
    if period.kind != PeriodKind.MONTH:
        raise UsageError(f"run 只做月份（YYYY-MM），“{month}”请用 minsheng assess")
    Thread(target=_look_ahead, args=(workspace,), daemon=True).start()
    plan = load_plan(workspace.params, period.year)
    planned = time.monotonic() - started
    chosen = choose(period_tasks(plan, period), plan, areas, notebooks)
    with holding_outputs(workspace, display), RunLog(workspace, period, "run", options.log_level) as log:
        took(_log, "plan", planned)
        checked, summary, late = _run(workspace, plan, period, chosen, options, log=log, display=display)
        outcome = MonthOutcome(workspace, checked, summary, time.monotonic() - started, late)
        log.finish(seconds=outcome.seconds, summary=summary, exit_code=outcome.exit_code)
        write_run_page(workspace, plan, period, log)
    again = replace(options, force=False)
    redone = tuple(run_month(workspace, str(each), again, display=display) for each in (late if stale else ()))
    told: list[str] = []
    if notices and workspace.settings.tells:
        from minsheng.agenda.notices import tell

        made = [period, *(each.checked.period for each in redone)]
        told = tell(workspace, bureau_now().replace(tzinfo=None), [(plan, each) for each in made])
    return replace(outcome, seconds=time.monotonic() - started, later=redone, notices=tuple(told))


def _look_ahead(workspace: Workspace) -> None:
    """Hash the fonts and ask for the version, beside the reading of the plan: neither keeps the interpreter busy."""
    package_commit()
    with suppress(MinshengError):  # whoever needs them says what is wrong
        workspace_fonts(workspace).font_set.digests()


def _run(
    workspace: Workspace,
    plan: Plan,
    period: Period,
    chosen: list[Task],
    options: RunOptions,
    *,
    log: RunLog,
    display: Display,
) -> tuple[CheckOutcome, RunSummary, tuple[Period, ...]]:
    """Check the returns, make the tasks and the site; return what came of it, and the later months that are stale."""
    force = options.force
    # Sections are scored from what was handed over: a delivery since the last run is something to do.
    accept_deliveries(workspace.data, plan, period)
    accept_words(workspace.data, plan, period)
    with RunHistory(workspace.history) as history:
        idle = not force and nothing_to_do(Preparer(workspace, plan, fingerprint(workspace)), history, chosen, period)
        if not idle and not options.scheduler:
            template()
            import_ahead("minsheng.site.pages")
        checked = check_returns(workspace, plan, period, force=force, display=display, stands=idle)
        if idle:
            summary = all_skipped(history, chosen, period, log=log)
        else:
            preparer = Preparer(workspace, plan, fingerprint(workspace))
            summary = run_tasks(preparer, history, chosen, period, options, command="run", log=log, display=display)
        late = later_stale_months(workspace, plan, history, period)
    if summary.made or summary.failed or not (workspace.outputs / str(period) / "index.html").is_file():
        with stage(_log, "site"):
            from minsheng.site.pages import write_pages  # workbooks are heavy, and an unchanged month writes none

            write_pages(workspace, plan, period)
    return checked, summary, tuple(late)
