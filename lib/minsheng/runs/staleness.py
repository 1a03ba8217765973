"""What has changed since it was made: nothing, this month, or a month before it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.intake.returns.checking import is_up_to_date
from minsheng.runs.failures import Failure
from minsheng.runs.graph import Task, period_tasks
from minsheng.runs.history import RunHistory, files_intact
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.runner import is_made, unchanged_failure
from minsheng.workspace import Workspace


def nothing_to_do(preparer: Preparer, history: RunHistory, tasks: list[Task], period: Period) -> bool:
    """Whether a run would make nothing: returns are checked as they stand, and every task is made from them."""
    workspace = preparer.workspace
    made = [(task, last) for task in tasks if (last := history.last_made(task.name))]
    if len(made) < len(tasks):
        return False
    with ThreadPoolExecutor(1) as beside:  # hashing large files lets this thread go on
        intact = beside.submit(
            lambda: all(files_intact(workspace.outputs / task.name, last.outputs) for task, last in made)
        )
        stands = is_up_to_date(preparer.plan, workspace.params, workspace.data, period)
        return stands and all(last.key == preparer.key(task) for task, last in made) and intact.result()


@dataclass(frozen=True)
class Unsettled:
    """What of a period is not made from what is there now."""

    to_make: tuple[str, ...]  # what a run would make
    failed: Mapping[str, Failure]  # inputs are the same since: a run that repeats no failures leaves them
    waiting: tuple[str, ...]  # for those


def unsettled(preparer: Preparer, history: RunHistory, tasks: list[Task]) -> Unsettled:
    """Look at every task of a period, in an order in which each comes after those that it reads."""
    to_make: list[str] = []
    waiting: list[str] = []
    failed: dict[str, Failure] = {}
    for task in tasks:
        if any(other in failed or other in waiting for other in task.after):
            waiting.append(task.name)
        elif not is_made(preparer.workspace, preparer, history, task):
            failure = unchanged_failure(preparer, history, task)
            if failure is None:
                to_make.append(task.name)
            else:
                failed[task.name] = failure
    return Unsettled(tuple(to_make), failed, tuple(waiting))


def later_stale_months(workspace: Workspace, plan: Plan, history: RunHistory, period: Period) -> list[Period]:
    """Return the later months of the year with a report made from returns that have been corrected since."""
    months = [Period.of_month(period.year, m) for m in range(period.last_month + 1, 13)]
    return [month for month in months if stale_tasks(workspace, plan, history, month)]


def stale_tasks(workspace: Workspace, plan: Plan, history: RunHistory, month: Period) -> tuple[str, ...]:
    """Return the tasks of a month that were made from returns that have changed since."""
    made = {name: last for name, last in history.last_attempts(f"{month}/").items() if last.state == "done"}
    if not made:
        return ()
    preparer = Preparer(workspace, plan, fingerprint(workspace))
    tasks = period_tasks(plan, month)
    return tuple(u.name for u in tasks if u.name in made and made[u.name].inputs != preparer.inputs_key(u))
