"""The workbooks of a period, with what goes beside them: ``progress.xlsx`` of a month, 考评结果表 for 督查室.

They show sealed figures and compute none.
"""

from collections.abc import Mapping
from fractions import Fraction

from minsheng.domain.area import CITY
from minsheng.domain.figure import Measurement
from minsheng.domain.indicator import Indicator
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import ProjectFigures, ResultTableFigures
from minsheng.files.writing import write_atomically
from minsheng.files.written import FOLDER, published_result_table
from minsheng.intake.spreadsheets.printed_table import ColumnGroup, Figure, PrintedValue, write_printed_table
from minsheng.measure.rounding import exact, short_of
from minsheng.privacy.gate import check_privacy
from minsheng.render.formats import HTML, PDF
from minsheng.render.html import numbers
from minsheng.render.html.numbers import day
from minsheng.report.lights import rank_word
from minsheng.report.progress import target_words
from minsheng.report.result_table import counted, differing, half_years, remarks
from minsheng.site.parts import PeriodResults
from minsheng.workspace import Workspace

PROGRESS = "progress.xlsx"

_WHOLE, _RATE = "#,##0", "0.00%"


def progress_workbook(workspace: Workspace, plan: Plan, period: Period) -> bytes:
    """Return the notice's annex table of a month, with actuals and completion beside the targets."""
    indicators = sorted(plan.indicators, key=lambda indicator: indicator.column)
    month = PeriodResults(workspace, plan, period)
    found: dict[tuple[str, str], Measurement] = {}
    absent, label, days = [], "", [period.end]
    for project in plan.projects_at(period):
        figures = month.figures(CITY, project.id)
        if not isinstance(figures, ProjectFigures):
            # A project whose city notebook failed leaves its columns blank, and a remark names it.
            absent.append(project.short_name)
            continue
        label = figures.data_label
        days += [figures.as_of] if figures.as_of else []
        found |= {(CITY, m.indicator): m for m in figures.measurements}
        for area_id in (CITY, *(area.id for area in plan.areas_with(project.id, period))):
            if not plan.reports_itself(area_id, project.id, period):
                found |= _rows_below(month, area_id, project.id)
    groups = [ColumnGroup("地区", ("",), ("@",)), *(_group(plan, indicator) for indicator in indicators)]
    rows: list[list[PrintedValue]] = []
    for area_id in (CITY, *(area.id for area in plan.areas)):
        row: list[PrintedValue] = [plan.area_name(area_id)]
        for indicator in indicators:
            shown = _cells(found.get((area_id, indicator.id)), milestone=indicator.measure.kind == "milestone")
            if area_id != CITY and indicator.project not in plan.area(area_id).projects:
                shown[0] = plan.lights.no_duty.word
            row += shown
        rows.append(row)
    remarks = [f"说明：{'；'.join(_remarks(plan, found))}。"]
    remarks += [f"未生成：{'、'.join(absent)}。"] * bool(absent) + [label] * bool(label)
    return write_printed_table(
        f"{plan.about.subject}目标任务完成情况表（{period.label}）",
        f"填报单位：{plan.about.issuer}　　　　数据截至：{numbers.day(min(days))}　　　　计量单位见表头",
        remarks,
        groups,
        rows,
        day=min(days),
        sheet="完成情况",
    )


def _rows_below(month: PeriodResults, area_id: str, project: str) -> dict[tuple[str, str], Measurement]:
    """Return the sealed figures of the areas directly below one, by area and indicator."""
    figures = month.figures(area_id, project)
    rows = figures.areas if isinstance(figures, ProjectFigures) else ()
    return {(row.area, m.indicator): m for row in rows for m in row.measurements}


def _group(plan: Plan, indicator: Indicator) -> ColumnGroup:
    """Return an indicator's columns under the headers of the annex table: programme, group, and a shared project."""
    project = plan.project(indicator.project)
    shared = len(plan.indicators_of(project.id)) > 1
    group = () if project.group in {"", project.programme, project.name} else (project.group,)
    above = tuple(filter(None, (project.programme, *group, *([project.name] if shared else []))))
    if indicator.measure.kind == "milestone":
        return ColumnGroup(indicator.name, ("目标", "状态"), ("@", "@"), above)
    number = _WHOLE + ("." + "0" * indicator.decimals if indicator.decimals else "")
    whole = all(target.value is None or target.value % 1 == 0 for target in indicator.targets.values())
    aims = _WHOLE if whole else number
    heading = f"{indicator.name}\n（{indicator.unit}）" if indicator.unit else indicator.name
    return ColumnGroup(heading, ("目标", "完成值", "完成率"), (aims, number, _rate(plan.lights.rate_decimals)), above)


def _cells(measurement: Measurement | None, *, milestone: bool) -> list[PrintedValue]:
    if measurement is None or not measurement.has_duty:
        return [measurement.light.word if measurement else None, *[None] * (1 if milestone else 2)]
    if milestone:
        return [measurement.target_text or None, measurement.light.word]
    target = (
        measurement.target if measurement.target is not None and not measurement.worded else target_words(measurement)
    )
    if measurement.actual is None and measurement.has_duty:
        return [target, measurement.light.word, None]
    return [target, _actual(measurement), _completion(measurement)]


def _actual(measurement: Measurement) -> PrintedValue:
    """Return a figure; with more decimals where its column's would show the target that it misses."""
    actual = measurement.actual
    bound = measurement.bound(actual) if actual is not None else None
    if actual is None or bound is None:
        return actual
    digits = short_of(exact(actual), exact(bound), measurement.decimals)
    return actual if digits == measurement.decimals else Figure(actual, f"{_WHOLE}.{'0' * digits}")


def _completion(measurement: Measurement) -> PrintedValue:
    """Return a completion; one short of the whole never shows 100.0%."""
    completion = measurement.completion
    if completion is None or completion >= 1:
        return completion
    digits = short_of(exact(completion) * 100, Fraction(100), measurement.rate_decimals)
    return completion if digits == measurement.rate_decimals else Figure(completion, _rate(digits))


def _rate(decimals: int) -> str:
    return f"0.{'0' * decimals}%" if decimals else "0%"


def _remarks(plan: Plan, found: Mapping[tuple[str, str], Measurement]) -> list[str]:
    """Say what blank cells mean, and which city figures lack an area."""
    said = ["空白为没有数据，不是零", "完成率为完成值占全年目标的比重"]
    missing = {name: None for measurement in found.values() for name in measurement.missing_areas}
    if missing:
        said.append(f"{'、'.join(missing)}没有数据，{plan.whole}数为其余地区合计，不计算完成率")
    return said


_COPIES = {f"{FOLDER}.html": HTML, f"{FOLDER}.pdf": PDF}


def write_result_table(workspace: Workspace, plan: Plan, period: Period) -> None:
    """Write the folder that goes to 督查室: the sealed result table as HTML, PDF and workbook, side by side.

    Without a sealed table an older folder is emptied; page and PDF are those of the archived notebook.
    """
    folder = workspace.outputs / str(period) / FOLDER
    figures = published_result_table(workspace, period)
    made = workspace.task(period, CITY, FOLDER)
    contents = {name: made / report for name, report in _COPIES.items()}
    if figures is None:
        for name in (*contents, f"{FOLDER}.xlsx"):
            (folder / name).unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in contents.items():
        # The copy lies one folder nearer to the files that its page links.
        content = source.read_bytes()
        nearer = (
            content.replace(b'href="../../../../data/', b'href="../../../data/') if name.endswith("html") else content
        )
        _replace(workspace, period, name, nearer)
    _replace(workspace, period, f"{FOLDER}.xlsx", result_workbook(plan, figures))


def result_workbook(plan: Plan, figures: ResultTableFigures) -> bytes:
    """Return the result table as a workbook: totals first, then every item in the rubric's order."""
    points = "0." + "0" * plan.county_rubric.decimals
    as_of = figures.as_of or figures.period.end
    groups = [ColumnGroup("名次", ("",), ("@",)), ColumnGroup("县区", ("",), ("@",))]
    for group in figures.groups:
        items = [item for item in figures.items if item.group == group]
        parts = ("小计", *(f"{item.name}\n（{item.full_marks:f}）" for item in items))
        groups.append(
            ColumnGroup(
                f"{figures.group_names[group]}（{figures.group_marks[group]:f}分）", parts, (points,) * len(parts)
            )
        )
    groups.append(
        ColumnGroup("结果", ("扣分", "加分", "得分", "已评满分", "得分率"), (points, points, points, "0.##", _RATE))
    )
    groups.append(ColumnGroup("等次", ("",), ("@",)))
    groups.append(ColumnGroup("折算得分", ("",), (points,)))
    shown = half_years(figures)
    groups += [ColumnGroup(half.label, ("得分", "已评满分", "名次"), (points, "0.##", "@")) for half in shown]
    rows: list[list[PrintedValue]] = []
    for row in figures.rows:
        cells: list[PrintedValue] = [rank_word(row.rank, row.award), row.name]
        for group in figures.groups:
            cells.append(row.groups[group] if counted(figures, row, group) else None)
            cells += [row.items[item.item] for item in figures.items if item.group == group]
        cells += [row.deducted, row.bonus, row.total, row.marks, row.rate, row.grade, row.converted]
        mine = {half.period: half for half in row.half_years}
        for each in (mine.get(half) for half in shown):
            rank = str(each.rank) if each and each.rank is not None else None
            cells += [each.total if each else None, each.full_marks if each else None, rank]
        rows.append(cells)
    told = [*remarks(figures), *differing(figures), "空白的小项未评、未到期或无任务，不计入得分。"]
    told += [figures.data_label] * bool(figures.data_label)
    told.append(f"{plan.about.issuer}（盖章）　　　　主要负责人：　　　　　　经办人：　　　　　　日期：")
    return write_printed_table(
        f"{plan.about.subject}考评结果表（{figures.period.label}）",
        f"填报单位：{plan.about.issuer}　　　　数据截至：{day(as_of)}　　　　计量单位：分",
        told,
        groups,
        rows,
        day=as_of,
        sheet="考评结果",
    )


def _replace(workspace: Workspace, period: Period, name: str, content: bytes) -> None:
    check_privacy({f"{FOLDER}/{name}": content})
    write_atomically(workspace.outputs / str(period) / FOLDER / name, content)
