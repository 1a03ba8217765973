"""``progress.xlsx``: the notice's annex table with actuals and completion beside the targets."""

from minsheng.domain.area import CITY
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import Measurement, ProjectFigures
from minsheng.domain.written import read_result
from minsheng.intake.printed_table import Cell, Group, write_printed_table
from minsheng.report.progress import target_words
from minsheng.workflow.privacy_gate import check_privacy
from minsheng.workspace import Workspace

_WHOLE, _PERCENT = "#,##0", "0.0%"


def write_progress(workspace: Workspace, plan: Plan, period: Period) -> None:
    """Write the table of a month from the sealed city results; nothing is computed here.

    A project whose city notebook failed leaves its columns blank, and a remark names it.
    """
    indicators = sorted(plan.indicators, key=lambda indicator: indicator.column)
    found: dict[tuple[str, str], Measurement] = {}
    absent, label, days = [], "", [period.end]
    for project in plan.projects_at(period):
        path = workspace.unit(period, CITY, project.id) / "result.json"
        figures = read_result(path, period).figures if path.is_file() else None
        if not isinstance(figures, ProjectFigures):
            absent.append(project.short_name)
            continue
        label = figures.data_label
        days += [figures.as_of] if figures.as_of else []
        found |= {(CITY, m.indicator): m for m in figures.measurements}
        for area_id in (CITY, *(area.id for area in plan.areas_with(project.id, period))):
            if not plan.reports_itself(area_id, project.id, period):
                found |= _rows_below(workspace, period, area_id, project.id)
    groups = [Group("地区", ("",), ("@",))]
    for indicator in indicators:
        number = _WHOLE + ("." + "0" * indicator.decimals if indicator.decimals else "")
        heading = f"{indicator.name}（{indicator.unit}）"
        if indicator.measure.kind == "milestone":
            groups.append(Group(indicator.name, ("目标", "状态"), ("@", "@")))
        else:
            groups.append(Group(heading, ("目标", "完成数", "完成率"), (number, number, _PERCENT)))
    rows: list[list[Cell]] = []
    for area_id in (CITY, *(area.id for area in plan.areas)):
        row: list[Cell] = [plan.area_name(area_id)]
        for indicator in indicators:
            row += _cells(found.get((area_id, indicator.id)), milestone=indicator.measure.kind == "milestone")
        rows.append(row)
    remarks = [f"数据截至：{min(days).isoformat()}", "空白表示没有任务或没有数据，不是零。"]
    remarks += [label] * bool(label) + [f"未生成：{'、'.join(absent)}"] * bool(absent)
    content = write_printed_table(
        f"{plan.about.title}目标任务完成情况表（{period.label}）",
        remarks,
        groups,
        rows,
        day=min(days),
        sheet="完成情况",
    )
    check_privacy({"progress.xlsx": content})
    target = workspace.outputs / str(period) / "progress.xlsx"
    staged = target.with_name(".progress.xlsx.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.write_bytes(content)
    staged.replace(target)


def _rows_below(workspace: Workspace, period: Period, area_id: str, project: str) -> dict[tuple[str, str], Measurement]:
    """Return the sealed figures of the areas directly below one, by area and indicator."""
    path = workspace.unit(period, area_id, project) / "result.json"
    figures = read_result(path, period).figures if path.is_file() else None
    rows = figures.areas if isinstance(figures, ProjectFigures) else ()
    return {(row.area, m.indicator): m for row in rows for m in row.measurements}


def _cells(measurement: Measurement | None, *, milestone: bool) -> list[Cell]:
    if measurement is None:
        return [None] * (2 if milestone else 3)
    if milestone:
        return [measurement.target_text or None, measurement.light.word]
    target = (
        measurement.target if measurement.target is not None and not measurement.worded else target_words(measurement)
    )
    return [target, measurement.actual, measurement.completion]
