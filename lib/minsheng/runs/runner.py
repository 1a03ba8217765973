"""Runs units in the order of their graph in a bounded pool; only this coordinator writes.

Units made here or on a cluster, and the run that made them put on record: what a month and an assessment share.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from minsheng.domain.period import Period
from minsheng.files.hashing import sha256
from minsheng.files.staging import clear_staging, publish, remove
from minsheng.process import stage, took
from minsheng.runs.failures import Failure, FailureKind, UnitFailedError
from minsheng.runs.graph import UnitSpec
from minsheng.runs.history import Ledger, files_intact
from minsheng.runs.keys import Preparer, workspace_fonts
from minsheng.runs.log import RunLog
from minsheng.runs.options import Display, RunOptions, RunSummary
from minsheng.runs.unit_worker import UnitMade, UnitWork, cores, make_unit, remains, template
from minsheng.runs.version import version_text
from minsheng.workspace import Workspace
from papermill_forked import fallback

_log = logging.getLogger(__name__)

Progress = Callable[[RunSummary, int, str], None]
"""Called with the summary so far, the number of units, and the unit that was just settled."""

Submit = Callable[[UnitWork], "Future[UnitMade]"]
"""Has a unit made, by a local thread with a fork of the template or on a cluster; it returns at once."""


class Runner:
    """One run over the units of a period.

    Parameters
    ----------
    workspace, preparer, ledger
        Where to write, what to hand to workers, what to remember.
    run
        The ledger's id of this run.
    submit
        Has a unit made; what it gives raises only where no unit could be made.
    jobs
        How many are made at once.
    force
        Make units again that are unchanged.
    repeat_failures
        Try units again that failed with the same inputs; else their failure stands as it is on record.
    progress
        Told after every unit.
    """

    def __init__(
        self,
        workspace: Workspace,
        preparer: Preparer,
        ledger: Ledger,
        *,
        run: int,
        submit: Submit,
        jobs: int,
        force: bool,
        progress: Progress,
        repeat_failures: bool = True,
    ) -> None:
        self._workspace = workspace
        self._preparer = preparer
        self._ledger = ledger
        self._run = run
        self._submit = submit
        self._jobs = jobs
        self._force = force
        self._progress = progress
        self._repeat_failures = repeat_failures
        self._there: set[str] = set()
        """Units whose results others may read."""

    def run(self, units: Sequence[UnitSpec]) -> RunSummary:
        """Make every unit that is not made yet from the same inputs; one failure never stops the others."""
        clear_staging(self._workspace)
        summary = RunSummary()
        pending = {unit.name: unit for unit in units}
        running: dict[Future[UnitMade], UnitSpec] = {}
        retry: list[UnitSpec] = []
        try:
            while pending or running or retry:
                self._fill(pending, running, summary, len(units))
                if running:
                    self._take(running, retry, summary, len(units))
                elif retry:
                    unit = retry.pop(0)
                    self._settle(unit, make_unit(self._preparer.work(unit)), summary, len(units), attempt=2)
                elif pending:
                    self._leave_waiting(pending, summary, len(units))
        finally:
            for future in running:  # a run that cannot go on takes along what nobody will publish
                future.add_done_callback(_discard)
        return summary

    def _take(
        self, running: dict[Future[UnitMade], UnitSpec], retry: list[UnitSpec], summary: RunSummary, total: int
    ) -> None:
        """Wait for whatever is made next, and settle it; what is worth a retry waits until it can be alone."""
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            unit = running.pop(future)
            made = _outcome(unit, future)
            if made.failure and made.failure.kind.worth_a_retry and unit not in retry:
                retry.append(unit)
                _log.warning("unit_retried", extra={"unit": unit.name, "failure": made.failure.kind.value})
            else:
                self._settle(unit, made, summary, total)

    def _fill(
        self,
        pending: dict[str, UnitSpec],
        running: dict[Future[UnitMade], UnitSpec],
        summary: RunSummary,
        total: int,
    ) -> None:
        """Start what is ready; a few more than there are workers, so that none waits for the coordinator."""
        for name, unit in list(pending.items()):
            if len(running) >= 2 * self._jobs:
                return
            if not self._there.issuperset(unit.after):
                continue
            del pending[name]
            if self._is_made(unit):
                summary.skipped.append(name)
                self._there.add(name)
                _log.debug("unit_skipped", extra={"unit": name})
                self._progress(summary, total, name)
            elif (known := self._known_failure(unit)) is not None:
                summary.failed[name] = known
                self._progress(summary, total, name)
            else:
                running[self._submit(self._preparer.work(unit))] = unit

    def _is_made(self, unit: UnitSpec) -> bool:
        return not self._force and is_made(self._workspace, self._preparer, self._ledger, unit)

    def _known_failure(self, unit: UnitSpec) -> Failure | None:
        return None if self._repeat_failures or self._force else unchanged_failure(self._preparer, self._ledger, unit)

    def _settle(self, unit: UnitSpec, made: UnitMade, summary: RunSummary, total: int, *, attempt: int = 1) -> None:
        try:
            self._publish(unit, made, summary, attempt)
        finally:
            made.discard()
        self._progress(summary, total, unit.name)

    def _publish(self, unit: UnitSpec, made: UnitMade, summary: RunSummary, attempt: int) -> None:
        failed, started = made.failure, time.perf_counter()
        hashes = {name: sha256(content) for name, content in made.files.items()}
        summary.fallbacks += made.fallbacks
        folder = self._workspace.unit(unit.period, unit.subject, unit.notebook)
        failed_folder = self._workspace.failed(unit.period, unit.subject, unit.notebook)
        if failed is None:
            publish(self._workspace, folder, made.files)
            remove(self._workspace, failed_folder)
            for left in (failed_folder.parent, failed_folder.parent.parent):
                with suppress(OSError):  # other failures are in it
                    left.rmdir()
            self._preparer.forget_sealed(folder)
            summary.made.append(unit.name)
            self._there.add(unit.name)
            if made.missing_glyphs:
                summary.missing_glyphs[unit.name] = made.missing_glyphs
        else:
            publish(self._workspace, failed_folder, made.files)
            # A report of other inputs must not stand where this one failed.
            remove(self._workspace, folder)
            summary.failed[unit.name] = failed
        seconds = {**made.seconds, "publish": time.perf_counter() - started}
        key = self._preparer.key(unit)
        _tell_settled(unit, key, attempt, failed, seconds, failed_folder.relative_to(self._workspace.root))
        self._ledger.record(
            self._run,
            unit.name,
            key,
            inputs=self._preparer.inputs_key(unit),
            failure=failed.kind.value if failed else "",
            message=failed.message if failed else "",
            seconds=seconds,
            outputs=hashes,
        )

    def _leave_waiting(self, pending: dict[str, UnitSpec], summary: RunSummary, total: int) -> None:
        for name, unit in list(pending.items()):
            culprits = [other for other in unit.after if other in summary.failed or other in summary.waiting]
            summary.waiting[name] = culprits[0]
            _log.warning("unit_waiting", extra={"unit": name, "waits_for": culprits[0]})
            del pending[name]
            remove(self._workspace, self._workspace.outputs / name)
            self._progress(summary, total, name)


def _tell_settled(
    unit: UnitSpec, key: str, attempt: int, failed: Failure | None, seconds: Mapping[str, float], kept: Path
) -> None:
    """Tell the log how a unit ended; of a failure its class and where the rest stands, never its words."""
    facts = {
        "unit": unit.name,
        "key": key,
        "attempt": attempt,
        "stages": {name: round(value, 4) for name, value in seconds.items()},
    }
    if failed is None:
        _log.info("unit_made", extra=facts)
    else:
        where = f"{kept.as_posix()}/traceback.txt"
        _log.error("unit_failed", extra={**facts, "failure": failed.kind.value, "cell": failed.cell, "where": where})


def _outcome(unit: UnitSpec, future: Future[UnitMade]) -> UnitMade:
    try:
        return future.result()
    except UnitFailedError as error:  # the machine died, not the unit's own process
        return UnitMade(unit.name, remains(error), error.failure)


def _discard(future: "Future[UnitMade]") -> None:
    if not future.cancelled() and future.exception() is None:
        future.result().discard()


def is_made(workspace: Workspace, preparer: Preparer, ledger: Ledger, unit: UnitSpec) -> bool:
    """Whether a unit was made from the same inputs, and its files are still what was made."""
    last = ledger.last_attempt(unit.name)
    if last is None or last.state != "done" or last.key != preparer.key(unit):
        return False
    return files_intact(workspace.outputs / unit.name, last.outputs)


def unchanged_failure(preparer: Preparer, ledger: Ledger, unit: UnitSpec) -> Failure | None:
    """Return how a unit failed that would be made from the same inputs again; ``None`` where a new try makes sense.

    A fault of the disk is no fault of the inputs: what failed so is always worth a new try.
    """
    last = ledger.last_attempt(unit.name)
    if last is None or last.state != "failed" or last.key != preparer.key(unit):
        return None
    kind = FailureKind(last.failure)
    return None if kind == FailureKind.IO else Failure(kind=kind, message=last.message)


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
    workspace, before = preparer.workspace, fallback.process.total
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
    summary.fallbacks += fallback.process.total - before
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
    from minsheng.runs.cluster import cluster_for, maker_elsewhere  # Dask is heavy

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
