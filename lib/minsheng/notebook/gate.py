"""The gate of 月报: a report with an empty part is shown to whoever works on it, and never sealed."""

from minsheng.domain.plan import Plan
from minsheng.domain.result import Figures, MonthlyReportFigures
from minsheng.errors import GateRefusedError
from minsheng.intake.narrative_cells import narrative_cell
from minsheng.measure.completeness import empty_parts

_COUNTS = "一二三四五六七八九十"


def refuse_empty_parts(figures: Figures, plan: Plan) -> None:
    """Let pass a report whose parts all hold something; any other notebook's figures pass too.

    Raises
    ------
    GateRefusedError
        Names section, project and part of every empty part, and the workbook, sheet and cell to fill in.
    """
    if not isinstance(figures, MonthlyReportFigures):
        return
    holes = [
        _hole(plan, figures, project.project, project.name, part.id, part.title)
        for project, part in empty_parts(figures, plan.reporting.parts)
    ]
    if holes:
        count = _COUNTS[len(plan.reporting.parts) - 1]
        raise GateRefusedError(
            f"{figures.section_name}{figures.period.label}月报有{len(holes)}处没有内容，{count}个方面缺一不可，不予生成："
            f"{'；'.join(holes)}。补填后用 minsheng receive {figures.period} 登记，再运行 minsheng run {figures.period}"
        )


def _hole(plan: Plan, figures: MonthlyReportFigures, project: str, name: str, part_id: str, title: str) -> str:
    writer = plan.section(plan.project(project).section)
    note = next((entry for entry in figures.returns if entry.area == writer.id), None)
    file = note.file if note and note.file else f"returns/{figures.period}/{writer.id}.xlsx（尚未报送）"
    month = plan.return_month(project, figures.period) or figures.period
    cell = narrative_cell(plan, writer, project, part_id, month)
    return f"“{name}”的“{title}”（{writer.name}填写 {file} 的 {cell}，或由各地区在本地报表的同名栏填写）"
