"""清河市: a plan that says only what it must.

No projects, funds, parameters, rubrics, words, disclosure, leading group, short names, programme; a count without a
unit. 便民桥 is 东山县's alone: 南溪区 has no target, and 新北县's of 0 is none either.
"""

import shutil
from pathlib import Path

from minsheng.commands.init import start_workspace
from minsheng.workspace import Workspace

YEAR = 2026

_SOURCE = "source: {document: ours, why: 测试用的虚构方案}\n"

_OURS = "source: {document: ours, why: 测试}"

FILES = {
    "plan.yaml": f"""\
id: qinghe-2026
year: 2026
title: 2026年民生实事实施方案
issuer: 清河市民政局
issued_on: 2026-01-04
city: 清河市
documents: []
{_SOURCE}""",
    "areas.yaml": f"""\
areas:
  - {{id: dongshan, name: 东山县, adcode: null, kind: county, bureau: 东山县民政局}}
  - {{id: nanxi, name: 南溪区, adcode: null, kind: county, bureau: 南溪区民政局}}
  - {{id: xinbei, name: 新北县, adcode: null, kind: county, bureau: 新北县民政局}}
{_SOURCE}""",
    "sections.yaml": f"""\
sections:
  - {{id: civil, name: 社会事务科, leader: 王明}}
  - {{id: office, name: 办公室, collects: true}}
{_SOURCE}""",
    "indicators.yaml": f"""\
indicators:
  - id: events
    name: 组织社区活动
    decimals: 0
    column: 1
    direction: at_least
    basis: schedule
    measure: {{kind: sum, fields: [works.events_total], label: 累计活动, {_OURS}}}
    targets: {{city: 300, dongshan: 150, nanxi: 100, xinbei: 50}}
    city_total: true
  - id: bridges
    name: 便民桥
    unit: 座
    decimals: 0
    column: 2
    direction: at_least
    basis: schedule
    measure: {{kind: sum, fields: [works.bridges_total], label: 累计便民桥, {_OURS}}}
    targets: {{city: 24, dongshan: 24, xinbei: 0}}
    city_total: true
{_SOURCE}""",
    "tables/works.yaml": """\
id: works
kind: figures
sheet: 社区服务
title: 社区服务情况表
columns:
  - {id: events_month, label: 本月活动, type: integer}
  - {id: events_total, label: 累计活动, type: integer, cumulative: true}
  - {id: bridges_month, label: 本月便民桥, unit: 座, type: integer}
  - {id: bridges_total, label: 累计便民桥, unit: 座, type: integer, cumulative: true}
  - {id: bridges_repaired, label: 维修便民桥, unit: 座, type: integer, indicators: [bridges]}
  - {id: volunteers, label: 志愿者, type: integer}
""",
    "expectations/works.yaml": """\
table: works
rules:
  - id: WOR-001
    type: expect_cells_to_be_filled
    kwargs: {columns: [events_month, events_total, bridges_month, bridges_total, bridges_repaired, volunteers]}
    severity: critical
    blank: ignore
    message: 不能空白
    allowed: 一个数；没有发生的填 0
    action: 请补填
    basis: 空白不等于 0
    bad: [{events_total: null}]
  - id: WOR-002
    type: expect_cumulative_to_grow_by_month
    kwargs: {pairs: {events_total: events_month, bridges_total: bridges_month}}
    severity: critical
    needs: previous_month
    blank: not_checked
    message: 不等于上月累计加本月数
    allowed: 上月累计 + 本月数
    action: 请核对
    basis: 累计数的定义
    bad: [{events_month: 99999}]
  - id: WOR-003
    type: expect_cumulative_to_not_fall
    kwargs: {columns: [events_total, bridges_total]}
    severity: critical
    needs: previous_month
    blank: not_checked
    message: 比上月减少
    allowed: 不小于上月累计数
    action: 请核对
    basis: 累计数只增不减
    bad: [{events_total: -1}]
""",
}

_GONE = (
    "projects.yaml",
    "disclosure.yaml",
    "funds.yaml",
    "parameters.yaml",
    "rubric_county.yaml",
    "rubric_section.yaml",
    "tables/funds.yaml",
    "tables/elder_services.yaml",
    "tables/evidence.yaml",
    "tables/narrative.yaml",
    "expectations/funds.yaml",
    "expectations/elder_services.yaml",
    "expectations/narrative.yaml",
)


def bare_workspace(root: Path) -> Workspace:
    """Start a workspace as ``minsheng init`` does and make its plan the bare one."""
    start_workspace(root, YEAR)
    shutil.rmtree(root / "params" / "schema")
    folder = root / "params" / str(YEAR)
    for name in _GONE:
        (folder / name).unlink(missing_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    reporting = folder / "reporting.yaml"
    lines = reporting.read_text(encoding="utf-8").splitlines(keepends=True)
    # What nobody writes: of the parts only what figures fill.
    kept = [line for line in lines if not line.startswith("  - {id:") or "role: progress" in line]
    reporting.write_text("".join(kept), encoding="utf-8")
    return Workspace.find(root)
