"""By hand: the what-if of a period, and the start page's overview."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minsheng.domain.period import Period
from minsheng.errors import UsageError
from minsheng.intake.returns.store import checked_months, read_register
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.readable_errors import show_errors_as_help
from minsheng.notebook.what_if.asking import Asking
from minsheng.plan import load_plan
from minsheng.render.html.markup import Element, Piece, callout, note, paragraph
from minsheng.render.html.tables import TableColumn, table
from minsheng.workspace import Workspace


def explore_what_if(period: str | None = None) -> Any:
    """Return the what-if of a period's scores: scenarios of other targets, figures, rules and weights side by side.

    Parameters
    ----------
    period
        A month, half-year or year; by default the newest month with figures. Nothing is written until somebody asks
        for a notebook.
    """
    workspace = Workspace.find()
    months = checked_months(workspace.data)
    if not months:
        return Piece(callout("还没有校验过的报表：请先运行 minsheng check 报告期"))
    inputs = Inputs.for_period(period or str(newest_with_data(workspace, months)))
    try:
        inputs.plan.demand_rubric("county")
    except UsageError as nothing_to_score:
        return Piece(callout(str(nothing_to_score)))
    return Asking(inputs).shown


def overview() -> Piece:
    """Return what the workspace holds: the plan, and each month's returns and reports."""
    show_errors_as_help()
    workspace = Workspace.find()
    register = read_register(workspace.data)
    months = sorted({delivery.period for delivery in register})
    if not months:
        return Piece(callout("还没有收到报表：先用 minsheng receive 登记"))
    plan = load_plan(workspace.params, months[-1].year)
    rows = []
    for month in months:
        received = len({d.id for d in register if d.period == month})
        checked = workspace.accepted(month).is_dir()
        made = (workspace.outputs / str(month) / "index.html").is_file()
        link = Element("a", "打开", href=f"../outputs/{month}/index.html") if made else "未生成"
        rows.append([month.label, str(received), "是" if checked else "否", link])
    columns = [
        TableColumn("月份", kind="row"),
        TableColumn("收到报表", "份"),
        TableColumn("已校验", kind="text"),
        TableColumn("报告", kind="text"),
    ]
    return Piece(
        paragraph(f"{plan.about.issuer}　{plan.about.title}"),
        table("各月报表与报告", columns, rows),
        note("生成一个月的报告：minsheng run 报告期"),
    )


def newest_with_data(workspace: Workspace, months: Sequence[Period]) -> Period:
    """Return the newest month in which anything was accepted: a month may be checked before its first return came."""
    filled = (month for month in reversed(months) if any(map(_has_values, workspace.accepted(month).glob("*.csv"))))
    return next(filled, months[-1])


def _has_values(path: Path) -> bool:
    with path.open(encoding="utf-8") as stream:
        return sum(1 for _ in zip(stream, range(2), strict=False)) > 1
