"""What has changed since it was made: nothing, this month, or a month before it."""

from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.execute.ledger import Ledger
from minsheng.intake.checking import is_up_to_date
from minsheng.workflow.fingerprint import fingerprint
from minsheng.workflow.preparing import Preparer
from minsheng.workflow.runner import is_made
from minsheng.workflow.units import UnitSpec, period_units
from minsheng.workspace import Workspace


def nothing_to_do(preparer: Preparer, ledger: Ledger, units: list[UnitSpec], period: Period) -> bool:
    """Whether a run would make nothing: returns are checked as they stand, and every unit is made from them."""
    workspace = preparer.workspace
    if not is_up_to_date(preparer.plan, workspace.params, workspace.data, period):
        return False
    return all(is_made(workspace, preparer, ledger, unit) for unit in units)


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
