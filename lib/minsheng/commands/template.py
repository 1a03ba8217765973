"""``minsheng template``: blank returns of a month, or blank assessment forms of a half-year or year."""

import re
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path

from minsheng.commands.assess import write_form_templates
from minsheng.domain.area import Area, Section
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.files.writing import names_disk_faults, write_atomically
from minsheng.intake.returns.return_template import Aids, write_workbook
from minsheng.intake.returns.store import read_accepted
from minsheng.intake.returns.template_sums import template_sums
from minsheng.intake.rules.suites import load_suites
from minsheng.intake.spreadsheets.table_sheet import Sum
from minsheng.plan import load_plan
from minsheng.plan.calendar import due_date
from minsheng.workspace import Workspace

_NO_NAME = re.compile(r'[\\/:*?"<>|\s]+')
"""What no system takes in a file's name."""


@names_disk_faults
def write_templates(workspace: Workspace, period: str, out: Path | None) -> dict[str, Path]:
    """Write one blank workbook per area and section; return their paths by the owner's id.

    A month's returns show last month's cumulative figures beside the cells; a half-year's or year's are the forms of
    assessors and of the performance office.

    Raises
    ------
    UsageError
        If the period does not exist.
    """
    month = Period(period)
    plan = load_plan(workspace.params, month.year)
    folder = out or workspace.outputs / str(month) / "templates"
    if month.kind != PeriodKind.MONTH:
        return {path.stem: path for path in write_form_templates(workspace, plan, month, folder)}
    owners = plan.reporting_owners(month)
    if not owners:
        due = [each.label for each in Period(str(month.year)).months if plan.reporting_owners(each)]
        raise UsageError(f"{month.label}没有应报的报表。应报月份：{'、'.join(due)}")
    sums = template_sums(load_suites(plan, workspace.params), first_month=month.previous_month is None)
    written = {}
    for owner in owners:
        # Whoever gets it knows it again by its name.
        path = written[owner.id] = folder / _NO_NAME.sub("_", f"{owner.name}{month.label}报表.xlsx")
        write_atomically(path, write_workbook(plan, owner, month, aids=_aids(workspace, plan, owner, month, sums)))
    return written


def _aids(
    workspace: Workspace, plan: Plan, owner: Area | Section, month: Period, sums: Mapping[str, Mapping[str, Sum]]
) -> Aids:
    deadline = plan.reporting.sections if isinstance(owner, Section) else plan.reporting.counties
    before = month.previous_month
    months = dict.fromkeys(plan.return_month(project, before) for project in plan.projects_due(owner, month))
    previous = {}
    for last in sorted(each for each in months if each is not None):
        accepted = read_accepted(workspace.data, last, owner.id)
        for name, value in (accepted.values if accepted else {}).items():
            # Texts and dates have no cumulative figure to show.
            with suppress(InvalidOperation):
                previous[name] = Decimal(value.value)
    return Aids(due=due_date(plan, deadline, month), previous=previous, sums=sums)
