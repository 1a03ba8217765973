"""``minsheng notebook new``: a first notebook of the bureau's own, and the lines that let it join the month."""

from collections.abc import Mapping
from pathlib import Path

from minsheng.errors import UsageError
from minsheng.files.writing import write_atomically
from minsheng.intake.returns.store import checked_months
from minsheng.notebook.own_files import new_path, written
from minsheng.plan import load_plan
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
    months = checked_months(workspace.data)
    if not months:
        raise UsageError("还没有校验过的报表，笔记本没有数据可用：请先运行 minsheng check 报告期")
    plan = load_plan(workspace.params, months[-1].year)
    path = new_path(workspace, plan, name)
    named = {"{name}": title or name, "{period}": str(months[-1])}
    cells = [(kind, _filled(source, named), tags) for kind, source, tags in _CELLS]
    write_atomically(path, written(title or name, cells))
    lines = [
        f"  - id: {name}",
        f"    name: {title or name}",
        "    areas: [city]",
        "    periods: [month]",
        "    reads: []",
    ]
    target = workspace.params / str(plan.about.year) / "reports.yaml"
    return path, [f"试一次：minsheng notebook try {name}", f"加入各月：在 {target} 写", "reports:", *lines]


def _filled(source: str, named: Mapping[str, str]) -> str:
    for name, text in named.items():
        source = source.replace(name, text)
    return source
