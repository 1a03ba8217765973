"""``minsheng template``: blank returns of a month, or blank assessment forms of a half-year or year."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from minsheng.commands.assess import write_form_templates
from minsheng.domain.area import Area, Section
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.files.writing import names_disk_faults, write_atomically
from minsheng.intake.forms.form_workbook import write_words_form
from minsheng.intake.forms.layout import word_rows
from minsheng.intake.returns.frames import compared_with
from minsheng.intake.returns.months_before import MonthsBefore
from minsheng.intake.returns.return_template import Aids, tables_for, template_sums, write_workbook
from minsheng.intake.rules.duties import unasked_fields
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
    suites = load_suites(plan, workspace.params)
    sums = template_sums(suites, first_month=month.previous_month is None)
    written = {}
    for owner in owners:
        # Whoever gets it knows it again by its name.
        path = written[owner.id] = folder / _NO_NAME.sub("_", f"{owner.name}{month.label}报表.xlsx")
        aids = replace(
            _aids(workspace, plan, owner, month, sums),
            unasked=frozenset(field for suite in suites.values() for field in unasked_fields(plan, suite, owner.id))
            if isinstance(owner, Area)
            else frozenset(),
        )
        write_atomically(path, write_workbook(plan, owner, month, aids=aids))
    return written | _words_forms(plan, month, folder)


def _words_forms(plan: Plan, month: Period, folder: Path) -> dict[str, Path]:
    """Write the forms of the words that sections' assessors may give for a month, where the plan has such words."""
    written = {}
    for section in plan.sections if plan.lights.assessed is not None else ():
        if word_rows(plan, section.id, month):
            # The name under which it is read, see the form's own words.
            path = written[f"{section.id}-words"] = folder / f"{section.id}.xlsx"
            write_atomically(path, write_words_form(plan, section.id, month))
    return written


def _aids(
    workspace: Workspace, plan: Plan, owner: Area | Section, month: Period, sums: Mapping[str, Mapping[str, Sum]]
) -> Aids:
    deadline = plan.reporting.sections if isinstance(owner, Section) else plan.reporting.counties
    before = MonthsBefore(plan, workspace.data, month)
    previous: dict[str, Decimal] = {}
    months: dict[str, str] = {}
    for project, fields in _fields(plan, owner, month):
        for name, earlier in before.find(owner.id, project, fields).figures.items():
            previous[name] = earlier.value
            if earlier.missed:
                months[name] = compared_with(earlier, month.previous_month).name
    return Aids(due=due_date(plan, deadline, month), previous=previous, months=months, sums=sums)


def _fields(plan: Plan, owner: Area | Section, month: Period) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the fields of an owner's cumulative figures, with the project that each row is about."""
    projects = plan.projects_due(owner, month)
    for table in tables_for(plan, owner, month):
        columns = [column.id for column in table.columns if column.cumulative]
        for row in table.rows_for(projects) if table.rows else (None,):
            project = (row.project if row else None) or table.project
            yield project, [table.field(column, row.id if row else None) for column in columns]
