"""考评结果表 as files for 督查室: the sealed result table as HTML, PDF and a workbook, side by side in one folder."""

from minsheng.domain.area import CITY
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import ResultTableFigures
from minsheng.domain.written import read_result
from minsheng.intake.printed_table import Cell, Group, write_printed_table
from minsheng.report.numbers import day
from minsheng.report.result_table import counted, differing, remarks
from minsheng.workflow.privacy_gate import check_privacy
from minsheng.workspace import Workspace

FOLDER = "result_table"
_COPIES = ("html", "pdf")


def sealed_result_table(workspace: Workspace, period: Period) -> ResultTableFigures | None:
    """Return the sealed result table of a period, or ``None`` where its notebook has not been made."""
    path = workspace.unit(period, CITY, FOLDER) / "result.json"
    figures = read_result(path, period).figures if path.is_file() else None
    return figures if isinstance(figures, ResultTableFigures) else None


def write_result_table(workspace: Workspace, plan: Plan, period: Period) -> None:
    """Write the folder that goes to 督查室; without a sealed table an older folder is taken away.

    Nothing is computed here: the workbook holds the sealed figures, page and PDF are those of the archived notebook.
    """
    folder = workspace.outputs / str(period) / FOLDER
    figures = sealed_result_table(workspace, period)
    made = workspace.unit(period, CITY, FOLDER)
    contents = {f"{FOLDER}.{kind}": made / f"report.{kind}" for kind in _COPIES}
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
    groups = [Group("名次", ("",), ("@",)), Group("县区", ("",), ("@",))]
    for group in figures.groups:
        items = [item for item in figures.items if item.group == group]
        parts = ("小计", *(f"{item.name}\n（{item.full_marks:f}）" for item in items))
        groups.append(
            Group(f"{figures.group_names[group]}（{figures.group_marks[group]:f}分）", parts, (points,) * len(parts))
        )
    groups.append(Group("结果", ("扣分", "加分", "得分", "已评满分"), (points, points, points, "0.##")))
    groups.append(Group("等次", ("",), ("@",)))
    groups.append(Group("折算得分", ("",), (points,)))
    rows: list[list[Cell]] = []
    for row in figures.rows:
        cells: list[Cell] = [None if row.rank is None else str(row.rank), row.name]
        for group in figures.groups:
            cells.append(row.groups[group] if counted(figures, row, group) else None)
            cells += [row.items[item.item] for item in figures.items if item.group == group]
        cells += [row.deducted, row.bonus, row.total, row.full_marks, row.grade, row.converted]
        rows.append(cells)
    told = [*remarks(figures), *differing(figures.standings), "空白的小项未评、未到期或无任务，不计入得分。"]
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
    target = workspace.outputs / str(period) / FOLDER / name
    staged = target.with_name(f".{name}.new")
    staged.write_bytes(content)
    staged.replace(target)
