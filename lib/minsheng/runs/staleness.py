"""What has changed since it was made: nothing, this month, or a month before it."""

from collections.abc import Mapping
from dataclasses import dataclass

from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.intake.returns.checking import is_up_to_date
from minsheng.runs.failures import Failure
from minsheng.runs.graph import UnitSpec, period_units
from minsheng.runs.history import Ledger
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.runner import is_made, unchanged_failure
from minsheng.workspace import Workspace


def nothing_to_do(preparer: Preparer, ledger: Ledger, units: list[UnitSpec], period: Period) -> bool:
    """Whether a run would make nothing: returns are checked as they stand, and every unit is made from them."""
    workspace = preparer.workspace
    if not is_up_to_date(preparer.plan, workspace.params, workspace.data, period):
        return False
    return all(is_made(workspace, preparer, ledger, unit) for unit in units)


@dataclass(frozen=True)
class Unsettled:
    """What of a period is not made from what is there now.

    Parameters
    ----------
    to_make
        Units that a run would make.
    failed
        Units that failed, and whose inputs are the same since: a run that repeats no failures leaves them.
    waiting
        Units that wait for those.
    """

    to_make: tuple[str, ...]
    failed: Mapping[str, Failure]
    waiting: tuple[str, ...]


def unsettled(preparer: Preparer, ledger: Ledger, units: list[UnitSpec]) -> Unsettled:
    """Look at every unit of a period, in an order in which each comes after those that it reads."""
    to_make: list[str] = []
    waiting: list[str] = []
    failed: dict[str, Failure] = {}
    for unit in units:
        if any(other in failed or other in waiting for other in unit.after):
            waiting.append(unit.name)
        elif not is_made(preparer.workspace, preparer, ledger, unit):
            failure = unchanged_failure(preparer, ledger, unit)
            if failure is None:
                to_make.append(unit.name)
            else:
                failed[unit.name] = failure
    return Unsettled(tuple(to_make), failed, tuple(waiting))


def later_stale_months(workspace: Workspace, plan: Plan, ledger: Ledger, period: Period) -> list[Period]:
    """Return the later months of the year with a report made from returns that have been corrected since."""
    months = [Period.of_month(period.year, m) for m in range(period.last_month + 1, 13)]
    return [month for month in months if stale_units(workspace, plan, ledger, month)]


def stale_units(workspace: Workspace, plan: Plan, ledger: Ledger, month: Period) -> tuple[str, ...]:
    """Return the units of a month that were made from returns that have changed since."""
    made = {name: last for name, last in ledger.last_attempts(f"{month}/").items() if last.state == "done"}
    if not made:
        return ()
    preparer = Preparer(workspace, plan, fingerprint(workspace))
    units = period_units(plan, month)
    return tuple(u.name for u in units if u.name in made and made[u.name].inputs != preparer.inputs_key(u))
