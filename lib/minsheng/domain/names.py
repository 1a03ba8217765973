"""What people call a report: whose it is and of what."""

from minsheng.domain.area import CITY, Section
from minsheng.domain.plan import Plan

NOTEBOOKS = {
    "scoring": "考评得分",
    "bulletin": "月通报",
    "result_table": "考评结果表",
    "section_scoring": "科室倒扣分",
    "monthly_report": "工作情况月报",
}


def notebook_names(plan: Plan) -> dict[str, str]:
    """Return notebook → what people call its report, in the order of the pages."""
    return {p.id: p.short_name for p in plan.projects} | NOTEBOOKS | {own.id: own.name for own in plan.own_notebooks}


def report_name(plan: Plan, task: str) -> str:
    """Return what people call a task's report (``2017-06/cangxi/dibao``: 苍溪县低保); an unknown one keeps its name."""
    _, subject, notebook = task.split("/")
    owner, kind = plan.find_owner(subject), notebook_names(plan).get(notebook)
    if kind is None or (owner is None and subject != CITY):
        return task
    # A section's name ends as 科室倒扣分 begins.
    return f"{plan.owner_name(subject)}{kind.removeprefix('科室') if isinstance(owner, Section) else kind}"
