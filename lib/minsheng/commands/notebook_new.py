"""``minsheng notebook new``: a first notebook of the bureau's own, and the lines that let it join the month."""

import json
from pathlib import Path

from minsheng.domain.names import NOTEBOOKS
from minsheng.domain.own_notebook import OwnNotebook
from minsheng.errors import UsageError
from minsheng.files.writing import write_atomically
from minsheng.intake.returns.store import checked_months
from minsheng.plan import load_plan
from minsheng.runs.graph import OWN_FOLDER
from minsheng.workspace import Workspace

_TABLE = """\
rows = data.indicators(period, area)
rows[["项目", "指标", "完成数", "目标", "单位", "亮灯"]].style.hide(axis="index")"""

_CHART = """\
money = data.funds(period, area).query("合计行").set_index("项目")
money[["下达（元）", "到位（元）", "拨付（元）"]].div(10_000).plot.barh(xlabel="万元");"""

_CELLS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("markdown", "# {name}\n\n这里写这份报告说明什么。文字、表格、图表都会进入网页和 PDF。", ()),
    (
        "code",
        'period = "{period}"  # 报告期\narea = "city"  # 地区：编号、名称或别名；city 为各地区合计',
        ("parameters",),
    ),
    ("code", "from minsheng.notebook import data", ()),
    ("markdown", "## 指标", ()),
    ("code", _TABLE, ()),
    ("markdown", "## 资金", ()),
    ("code", _CHART, ()),
)


def new_notebook(workspace: Workspace, name: str, title: str) -> tuple[Path, list[str]]:
    """Write a first notebook; return where it lies, and what to write into ``reports.yaml``.

    Raises
    ------
    UsageError
        If the name is none, one of the product's, or taken.
    """
    try:
        OwnNotebook(id=name, name=title or name)
    except ValueError:  # pydantic says which letter, in English
        raise UsageError(
            f"“{name}”不能作名称：用小写拉丁字母开头，只含小写字母、数字和下划线，例如 beds_by_town"
        ) from None
    months = checked_months(workspace.data)
    if not months:
        raise UsageError("还没有校验过的报表，笔记本没有数据可用：请先运行 minsheng check 报告期")
    plan = load_plan(workspace.params, months[-1].year)
    if name in {*NOTEBOOKS, *(project.id for project in plan.projects)}:
        raise UsageError(f"“{name}”是程序自带的笔记本或项目的名称：请换一个")
    path = workspace.notebooks / OWN_FOLDER / f"{name}.ipynb"
    if path.exists():
        raise UsageError(f"{path} 已经有了：请换一个名称，或直接修改它")
    write_atomically(path, _written(title or name, str(months[-1])))
    lines = [
        f"  - id: {name}",
        f"    name: {title or name}",
        "    areas: [city]",
        "    periods: [month]",
        "    reads: []",
    ]
    target = workspace.params / str(plan.about.year) / "reports.yaml"
    return path, [f"试一次：minsheng notebook try {name}", f"加入各月：在 {target} 写", "reports:", *lines]


def _written(title: str, period: str) -> bytes:
    cells: list[dict[str, object]] = []
    for number, (kind, source, tags) in enumerate(_CELLS):
        cell = {
            "cell_type": kind,
            "id": f"cell-{number}",
            "metadata": {"tags": list(tags)} if tags else {},
            "source": source.replace("{name}", title).replace("{period}", period),
        }
        cells.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
        "language_info": {"name": "python"},
        "minsheng": {"title": title},
    }
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
