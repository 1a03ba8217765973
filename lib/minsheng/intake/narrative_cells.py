"""Where in a return a part of 工作情况 is written: what a clerk is told when the part is empty."""

from minsheng.domain.area import Area, Section
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import TableKind
from minsheng.intake.addresses import address


def narrative_cell(plan: Plan, owner: Area | Section, project_id: str, part_id: str, month: Period) -> str:
    """Return the cell for one part of one project in the workbook that an owner fills in for a month.

    Returns
    -------
    str
        Sheet and address, e.g. ``工作情况!D4``; empty where the owner's workbook has no such cell.
    """
    from minsheng.intake.workbook_sheet import FIRST_ROW

    projects = plan.projects_due(owner, month)
    for table in plan.tables:
        if table.kind == TableKind.NARRATIVE:
            rows = [row.project for row in table.rows_for(projects)]
            columns = [column.id for column in table.columns]
            if project_id in rows and part_id in columns:
                place = len(table.keys) + columns.index(part_id)
                return f"{table.sheet}!{address(FIRST_ROW + rows.index(project_id), place)}"
    return ""
