"""Units made here or on a cluster, and the run that made them put on record: what a month and an assessment share."""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from minsheng.domain.period import Period
from minsheng.events import stage, took
from minsheng.execute.forked import fallbacks
from minsheng.execute.ledger import Ledger
from minsheng.workflow.display import Display
from minsheng.workflow.fingerprint import workspace_fonts
from minsheng.workflow.preparing import Preparer
from minsheng.workflow.run_log import RunLog
from minsheng.workflow.run_options import RunOptions
from minsheng.workflow.run_summary import RunSummary
from minsheng.workflow.runner import Runner, Submit
from minsheng.workflow.unit_worker import cores, make_unit, template
from minsheng.workflow.units import UnitSpec
from minsheng.workflow.versions import version_text
from minsheng.workspace import Workspace

_log = logging.getLogger(__name__)


def run_units(
    preparer: Preparer,
    ledger: Ledger,
    units: Sequence[UnitSpec],
    period: Period,
    options: RunOptions,
    *,
    command: str,
    log: RunLog,
    display: Display,
) -> RunSummary:
    """Run units of a period and record the run.

    Parameters
    ----------
    preparer, ledger
        What hands inputs to workers, and what remembers.
    units
        In an order in which every unit comes after those that it reads.
    period
        Theirs.
    options
        How.
    command
        ``run`` or ``assess``.
    log
        The log of this run.
    display
        Told what happens.

    Raises
    ------
    MachineUnfitError
        If the disk is full or cannot be written, or the cluster cannot be used.
    """
    workspace, before = preparer.workspace, fallbacks.process.total
    run = _begin(ledger, period, command, log)
    booting = not options.scheduler and template().waited is None
    with stage(_log, "units"), _pool(workspace, options) as (submit, workers):
        runner = Runner(
            workspace,
            preparer,
            ledger,
            run=run,
            submit=submit,
            jobs=workers,
            force=options.force,
            progress=display.units,
            repeat_failures=options.repeat_failures,
        )
        summary = runner.run(units)
    if booting and (waited := template().waited) is not None:
        took(_log, "template", waited)
    summary.fallbacks += fallbacks.process.total - before
    _finish(ledger, run, summary)
    return summary


def all_skipped(ledger: Ledger, units: Sequence[UnitSpec], period: Period, *, log: RunLog) -> RunSummary:
    """Record a run that found every unit as it should be: looking once is enough."""
    run = _begin(ledger, period, "run", log)
    summary = RunSummary(skipped=[unit.name for unit in units])
    _finish(ledger, run, summary)
    return summary


@contextmanager
def _pool(workspace: Workspace, options: RunOptions) -> Iterator[tuple[Submit, int]]:
    """Yield what has a unit made, here or elsewhere, and how many are made at once."""
    if not options.scheduler:
        workers = options.jobs or workspace.settings.jobs or cores()
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="unit") as threads:
            yield lambda work: threads.submit(make_unit, work), workers
        return
    from minsheng.workflow.elsewhere import cluster_for, maker_elsewhere  # Dask is heavy

    fonts = workspace_fonts(workspace).font_set
    make = maker_elsewhere(fonts)
    with cluster_for(options.scheduler, fonts) as cluster:
        yield lambda work: cluster.submit(make, work.packed()), options.jobs or cluster.slots


def _begin(ledger: Ledger, period: Period, command: str, log: RunLog) -> int:
    started = datetime.now(UTC).isoformat()
    return ledger.start_run(
        started=started, period=str(period), command=command, product=version_text(), log=log.run_id
    )


def _finish(ledger: Ledger, run: int, summary: RunSummary) -> None:
    counts = {
        "made": len(summary.made),
        "skipped": len(summary.skipped),
        "failed": len(summary.failed),
        "waiting": len(summary.waiting),
    }
    ledger.finish_run(run, finished=datetime.now(UTC).isoformat(), summary=counts)
