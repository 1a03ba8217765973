"""Scenarios kept as a notebook of their own, which runs again by hand, with papermill, or with the month."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from minsheng.errors import UsageError
from minsheng.files.writing import write_atomically
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.own_files import new_path, written
from minsheng.notebook.what_if.changed_inputs import InputChange, quoted

_ABOUT = """\
# 如果……

每个情景写改什么，再运行本笔记本。改的是目标（`target`）、上报数（`actual`）、评分规则（`rule`）、小项满分（`full_marks`）、各部分权重（`part_weights`）；
值写新的数，或怎样变（+10%、-5、×1.1）；不写地区的，各地区都改。用的是同一套计算，不改动方案、报表和正式报告。"""


def save(inputs: Inputs, name: str, scenarios: Mapping[str, Sequence[InputChange]]) -> Path:
    """Write the notebook under ``notebooks/own/``.

    Raises
    ------
    UsageError
        If there is no scenario, or the name is none or taken.
    """
    if not scenarios:
        raise UsageError("还没有情景：先加入一处改动")
    path = new_path(inputs.workspace, inputs.plan, name)
    lines = ["scenarios = {"]
    for scenario, changes in scenarios.items():
        lines += [f"    {quoted(scenario)}: [", *(f"        {change!r}," for change in changes), "    ],"]
    cells = (
        ("markdown", _ABOUT, ()),
        ("code", f'period = "{inputs.period}"  # 报告期\narea = "city"  # 只看一个地区时写它', ("parameters",)),
        ("code", "from minsheng.notebook import what_if", ()),
        ("code", "\n".join([*lines, "}"]), ()),
        ("code", "found = what_if.compare(period, scenarios, area)\nfound", ()),
        ("code", "found.frame()  # 同样的数，接着分析用", ()),
    )
    write_atomically(path, written(f"如果……（{name}）", cells))
    return path
