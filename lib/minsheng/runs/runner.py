"""Runs tasks in the order of their graph in a bounded pool and puts the run on record; only this coordinator writes."""

import gc
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

from minsheng.domain.period import Period
from minsheng.files.hashing import sha256
from minsheng.files.staging import clear_staging, publish, remove
from minsheng.process import stage, took
from minsheng.runs.failures import Failure, FailureKind, TaskFailedError, attempt_in_words
from minsheng.runs.graph import Task
from minsheng.runs.history import RunHistory, files_intact
from minsheng.runs.keys import Preparer, workspace_fonts
from minsheng.runs.log import RunLog
from minsheng.runs.options import Display, RunOptions, RunSummary
from minsheng.runs.task_worker import TaskMade, TaskWork, cores, make_task, plan_taught, remains
from minsheng.runs.version import version_text
from minsheng.runs.warm_processes import template
from minsheng.workspace import Workspace
from papermill_forked import fallback

_log = logging.getLogger(__name__)

TellSettled = Callable[[RunSummary, int, str], None]
"""Called with the summary so far, the number of tasks, and the task that was just settled."""

Submit = Callable[[TaskWork], "Future[TaskMade]"]
"""Has a task made, by a local thread with a fork of the template or on a cluster; it returns at once."""


class Runner:
    """One run over the tasks of a period; ``submit`` gives a future that raises only where no task could be made."""

    def __init__(
        self,
        workspace: Workspace,
        preparer: Preparer,
        history: RunHistory,
        *,
        run: int,
        submit: Submit,
        jobs: int,
        force: bool,
        progress: TellSettled,
        repeat_failures: bool = True,
    ) -> None:
        self._workspace = workspace
        self._preparer = preparer
        self._history = history
        self._run = run
        self._submit = submit
        self._jobs = jobs
        self._force = force
        self._progress = progress
        self._repeat_failures = repeat_failures
        self._there: set[str] = set()
        """Tasks whose results others may read."""

    def run(self, tasks: Sequence[Task]) -> RunSummary:
        """Make every task that is not made yet from the same inputs; one failure never stops the others."""
        clear_staging(self._workspace)
        summary = RunSummary()
        pending = {task.name: task for task in in_turn(tasks)}
        running: dict[Future[TaskMade], Task] = {}
        retry: list[Task] = []
        try:
            while pending or running or retry:
                self._fill(pending, running, summary, len(tasks))
                if running:
                    self._take(running, retry, summary, len(tasks))
                elif retry:
                    task = retry.pop(0)
                    self._settle(task, make_task(self._preparer.work(task)), summary, len(tasks), attempt=2)
                elif pending:
                    self._leave_waiting(pending, summary, len(tasks))
        finally:
            for future in running:  # a run that cannot go on takes along what nobody will publish
                future.add_done_callback(_discard)
        return summary

    def _take(self, running: dict[Future[TaskMade], Task], retry: list[Task], summary: RunSummary, total: int) -> None:
        """Wait for whatever is made next, and settle it; what is worth a retry waits until it can be alone."""
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            task = running.pop(future)
            made = _outcome(task, future)
            if made.failure and made.failure.kind.worth_a_retry and task not in retry:
                retry.append(task)
                _log.warning("unit_retried", extra={"unit": task.name, "failure": made.failure.kind.value})
            else:
                self._settle(task, made, summary, total)

    def _fill(
        self,
        pending: dict[str, Task],
        running: dict[Future[TaskMade], Task],
        summary: RunSummary,
        total: int,
    ) -> None:
        """Start what is ready; a few more than there are workers, so that none waits for the coordinator."""
        for name, task in list(pending.items()):
            if len(running) >= 2 * self._jobs:
                return
            if not self._there.issuperset(task.after):
                continue
            del pending[name]
            if self._is_made(task):
                summary.skipped.append(name)
                self._there.add(name)
                _log.debug("unit_skipped", extra={"unit": name})
                self._progress(summary, total, name)
            elif (known := self._known_failure(task)) is not None:
                summary.failed[name] = known
                self._progress(summary, total, name)
            else:
                running[self._submit(self._preparer.work(task))] = task

    def _is_made(self, task: Task) -> bool:
        return not self._force and is_made(self._workspace, self._preparer, self._history, task)

    def _known_failure(self, task: Task) -> Failure | None:
        return None if self._repeat_failures or self._force else unchanged_failure(self._preparer, self._history, task)

    def _settle(self, task: Task, made: TaskMade, summary: RunSummary, total: int, *, attempt: int = 1) -> None:
        try:
            self._publish(task, made, summary, attempt)
        finally:
            made.discard()
        self._progress(summary, total, task.name)

    def _publish(self, task: Task, made: TaskMade, summary: RunSummary, attempt: int) -> None:
        failed, started = made.failure, time.perf_counter()
        hashes = {name: sha256(content) for name, content in made.files.items()}
        summary.fallbacks += made.fallbacks
        folder = self._workspace.task(task.period, task.subject, task.notebook)
        failed_folder = self._workspace.failed(task.period, task.subject, task.notebook)
        if failed is None:
            publish(self._workspace, folder, made.files)
            remove(self._workspace, failed_folder)
            for left in (failed_folder.parent, failed_folder.parent.parent):
                with suppress(OSError):  # other failures are in it
                    left.rmdir()
            self._preparer.forget_sealed(folder)
            summary.made.append(task.name)
            self._there.add(task.name)
            if made.refused:
                summary.refused[task.name] = tried = tuple(map(attempt_in_words, made.refused))
                _log.warning("unit_refused", extra={"unit": task.name, "refused": list(tried)})
            if made.missing_glyphs:
                summary.missing_glyphs[task.name] = made.missing_glyphs
        else:
            publish(self._workspace, failed_folder, made.files)
            # A report of other inputs must not stand where this one failed.
            remove(self._workspace, folder)
            summary.failed[task.name] = failed
        seconds = {**made.seconds, "publish": time.perf_counter() - started}
        key = self._preparer.key(task)
        _tell_settled(task, key, attempt, failed, seconds, failed_folder.relative_to(self._workspace.root))
        self._history.record(
            self._run,
            task.name,
            key,
            inputs=self._preparer.inputs_key(task),
            failure=failed.kind.value if failed else "",
            message=failed.message if failed else "",
            seconds=seconds,
            outputs=hashes,
        )

    def _leave_waiting(self, pending: dict[str, Task], summary: RunSummary, total: int) -> None:
        for name, task in list(pending.items()):
            culprits = [other for other in task.after if other in summary.failed or other in summary.waiting]
            summary.waiting[name] = culprits[0]
            _log.warning("unit_waiting", extra={"unit": name, "waits_for": culprits[0]})
            del pending[name]
            remove(self._workspace, self._workspace.outputs / name)
            self._progress(summary, total, name)


def _tell_settled(
    task: Task, key: str, attempt: int, failed: Failure | None, seconds: Mapping[str, float], kept: Path
) -> None:
    """Tell the log how a task ended; of a failure its class and where the rest stands, never its words."""
    facts = {
        "unit": task.name,
        "key": key,
        "attempt": attempt,
        "stages": {name: round(value, 4) for name, value in seconds.items()},
    }
    if failed is None:
        _log.info("unit_made", extra=facts)
    else:
        where = f"{kept.as_posix()}/traceback.txt"
        _log.error("unit_failed", extra={**facts, "failure": failed.kind.value, "cell": failed.cell, "where": where})


def _outcome(task: Task, future: Future[TaskMade]) -> TaskMade:
    try:
        return future.result()
    except TaskFailedError as error:  # the machine died, not the task's own process
        return TaskMade(task.name, remains(error), error.failure)


def _discard(future: "Future[TaskMade]") -> None:
    if not future.cancelled() and future.exception() is None:
        future.result().discard()


def in_turn(tasks: Sequence[Task]) -> list[Task]:
    """Return tasks in the order in which to start them: first those that the longest chain of others waits for.

    Else a run ends with one task that could have begun long before, and idle processors. Among equals those that read
    most come first, for they take longest; a task still comes after those that it reads.
    """
    chain = dict.fromkeys((task.name for task in tasks), 0)
    for task in reversed(tasks):
        for other in chain.keys() & set(task.after):
            chain[other] = max(chain[other], chain[task.name] + 1)
    return sorted(tasks, key=lambda task: (-chain[task.name], -len(task.after)))


def is_made(workspace: Workspace, preparer: Preparer, history: RunHistory, task: Task) -> bool:
    """Whether a task was made from the same inputs, and its files are still what was made."""
    last = history.last_made(task.name)
    return (
        last is not None
        and last.key == preparer.key(task)
        and files_intact(workspace.outputs / task.name, last.outputs)
    )


def unchanged_failure(preparer: Preparer, history: RunHistory, task: Task) -> Failure | None:
    """Return how a task failed that would be made from the same inputs again; ``None`` where a new try makes sense."""
    last = history.last_attempt(task.name)
    if last is None or last.state != "failed" or last.key != preparer.key(task):
        return None
    kind = FailureKind(last.failure)
    # A fault of the disk is no fault of the inputs: what failed so is always worth a new try.
    return None if kind == FailureKind.IO else Failure(kind=kind, message=last.message)


def run_tasks(
    preparer: Preparer,
    history: RunHistory,
    tasks: Sequence[Task],
    period: Period,
    options: RunOptions,
    *,
    command: str,
    log: RunLog,
    display: Display,
) -> RunSummary:
    """Run tasks of a period and record the run.

    Parameters
    ----------
    preparer, history
        What hands inputs to workers, and what remembers.
    tasks
        In an order in which every task comes after those that it reads.
    command
        ``run`` or ``assess``.

    Raises
    ------
    MachineUnfitError
        If the disk is full or cannot be written, or the cluster cannot be used.
    """
    workspace, before = preparer.workspace, fallback.process.total
    run = _begin(history, period, command, log)
    gc.freeze()  # what is there by now stays for the run: the collector need not look at it again
    booting = not options.scheduler and template().waited is None
    taught = nullcontext() if options.scheduler else plan_taught(preparer.compiled)
    with stage(_log, "units"), taught, _pool(workspace, options) as (submit, workers):
        runner = Runner(
            workspace,
            preparer,
            history,
            run=run,
            submit=submit,
            jobs=workers,
            force=options.force,
            progress=lambda so_far, total, name: display.tasks(so_far, total, preparer.plan.report_name(name)),
            repeat_failures=options.repeat_failures,
        )
        summary = runner.run(tasks)
    if booting and (waited := template().waited) is not None:
        took(_log, "template", waited)
    summary.fallbacks += fallback.process.total - before
    _finish(history, run, summary)
    return summary


def all_skipped(history: RunHistory, tasks: Sequence[Task], period: Period, *, log: RunLog) -> RunSummary:
    """Record a run that found every task as it should be: looking once is enough."""
    run = _begin(history, period, "run", log)
    summary = RunSummary(skipped=[task.name for task in tasks])
    _finish(history, run, summary)
    return summary


@contextmanager
def _pool(workspace: Workspace, options: RunOptions) -> Iterator[tuple[Submit, int]]:
    """Yield what has a task made, here or elsewhere, and how many are made at once."""
    if not options.scheduler:
        workers = options.jobs or workspace.settings.jobs or cores()
        with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="unit") as threads:
            yield lambda work: threads.submit(make_task, work), workers
        return
    from minsheng.runs.cluster import cluster_for, remote_maker  # Dask is heavy

    fonts = workspace_fonts(workspace).font_set
    make = remote_maker(fonts)
    with cluster_for(options.scheduler, fonts) as cluster:
        yield lambda work: cluster.submit(make, work.packed()), options.jobs or cluster.slots


def _begin(history: RunHistory, period: Period, command: str, log: RunLog) -> int:
    started = datetime.now(UTC).isoformat()
    return history.start_run(
        started=started, period=str(period), command=command, product=version_text(), log=log.run_id
    )


def _finish(history: RunHistory, run: int, summary: RunSummary) -> None:
    counts = {
        "made": len(summary.made),
        "skipped": len(summary.skipped),
        "failed": len(summary.failed),
        "waiting": len(summary.waiting),
    }
    history.finish_run(run, finished=datetime.now(UTC).isoformat(), summary=counts)
