"""The recipes of the handbook (怎样修改) and that of a rule kind, followed literally on a small workspace, then run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.filling import blank, fill

from minsheng.commands.init import start_workspace
from minsheng.commands.plans.plan_check import check_plans
from minsheng.commands.receive import receive_files
from minsheng.commands.run import run_month
from minsheng.commands.template import write_templates
from minsheng.domain.result import Result
from minsheng.errors import ExitCode
from minsheng.plan.calendar import freeze_calendar
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow

YEAR = 2026
BEDS = {"本月新增床位": 10, "累计新增床位": 10, "应发人数": 100, "实发人数": 95}
MONEY = {"累计下达": 5, "累计到位": 4, "累计拨付": 2}
SOURCE = "{document: ours, why: 测试}"


@pytest.fixture
def bureau(tmp_path: Path) -> Workspace:
    """A new workspace as ``minsheng init`` makes it."""
    start_workspace(tmp_path / "bureau", YEAR)
    return Workspace.find(tmp_path / "bureau")


def _change(workspace: Workspace, file: str, *pairs: tuple[str, str], year: int = YEAR) -> None:
    path = workspace.params / str(year) / file
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, (file, old, text.count(old))
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def _add(workspace: Workspace, file: str, lines: str, year: int = YEAR) -> None:
    path = workspace.params / str(year) / file
    path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")


def _deliver(workspace: Workspace, month: str, sheets: Mapping[str, Mapping], by_area: Mapping[str, Mapping]) -> None:
    """Fill every template of a month and receive it."""
    faults = check_plans(workspace, int(month[:4])).faults
    assert faults == (), [str(fault) for fault in faults]
    files = []
    for who, path in write_templates(workspace, month, None).items():
        is_section = who == "elder_section"
        mine = {} if is_section else {**sheets, **by_area.get(who, {})}
        as_of = date(int(month[:4]), int(month[5:]), 15)
        target = workspace.root.parent / f"{month}-{path.name}"
        files.append(fill(path, target, as_of=as_of, sheets=mine, words="按计划推进"))
    outcome = receive_files(workspace, month, files, received_at=f"{month}-16T09:00", sender="", display=Quiet())
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()


def _run(workspace: Workspace, month: str, area: str, notebook: str):
    outcome = run_month(workspace, month, areas=[area], notebooks=[notebook], display=Quiet())
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()
    path = workspace.outputs / month / area / notebook / "result.json"
    return Result.model_validate_json(path.read_bytes()).figures


def _sheets() -> dict[str, Mapping]:
    return {"养老服务": {"": BEDS}, "资金": {"争取中央、省补助": MONEY, "市县安排": MONEY}}


def test_a_county(bureau: Workspace) -> None:
    """CONTRIBUTING: 一个新县区 - params only."""
    _add(
        bureau,
        "areas.yaml",
        """  - id: north
    name: 北岭县
    adcode: null
    kind: county
    assessed: true
    bureau: 北岭县民政局
    projects: [elder_services]
""",
    )
    _change(
        bureau,
        "indicators.yaml",
        ("{city: 300, east: 200, west: 100}", "{city: 350, east: 200, west: 100, north: 50}"),
        ("{city: 95, east: 95, west: 95}", "{city: 95, east: 95, west: 95, north: 95}"),
    )
    _deliver(bureau, "2026-01", _sheets(), {})
    city = _run(bureau, "2026-01", "city", "elder_services")
    beds = city.measurements[0]
    assert (beds.actual, beds.target, beds.expected_areas) == (30, 350, 3)
    assert [row.name for row in city.areas] == ["东河县", "西山区", "北岭县"]


def test_an_indicator(bureau: Workspace) -> None:
    """CONTRIBUTING: 一个新指标 - a column of the table, the indicator, an item of the rubric."""
    _add(
        bureau,
        "tables/elder_services.yaml",
        "  - {id: visits_cumulative, label: 累计上门服务, unit: 人次, type: integer, cumulative: true}\n",
    )
    _add(
        bureau,
        "indicators.yaml",
        f"""  - id: visits
    name: 上门服务人次
    short_name: 上门服务
    unit: 人次
    decimals: 0
    project: elder_services
    column: 3
    direction: at_least
    basis: schedule
    measure: {{kind: sum, fields: [elder_services.visits_cumulative], label: 累计上门服务, source: {SOURCE}}}
    targets: {{city: 2400, east: 1200, west: 1200}}
    city_total: true
""",
    )
    _change(
        bureau,
        "rubric_county.yaml",
        (
            "        full_marks: 30\n        evidence: 发放名册\n",
            "        full_marks: 20\n        evidence: 发放名册\n",
        ),
        (
            "    source: {document: ours, why: 示例，请换成本单位的}\ndeductions:",
            f"""      - id: goals.3
        name: 上门服务
        text: 完成上门服务任务
        full_marks: 10
        evidence: 服务记录
        rule: {{kind: proportional, indicators: [{{indicator: visits}}]}}
        source: {SOURCE}
    source: {SOURCE}
deductions:""",
        ),
    )
    sheets = {**_sheets(), "养老服务": {"": {**BEDS, "累计上门服务": 75}}}
    _deliver(bureau, "2026-01", sheets, {})
    scores = _run(bureau, "2026-01", "east", "scoring")
    # 75 of 1200 × 1/12 = 100 due: 0.75 of 10 points.
    assert next(item.points for item in scores.items if item.item == "goals.3") == 7.5


def test_a_rule_kind(bureau: Workspace, tmp_path: Path) -> None:
    """CONTRIBUTING: 一种新的评分办法 - followed on a copy of the package, which the commands then run from."""
    package = tmp_path / "lib"
    shutil.copytree(ROOT / "lib", package, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    _edit(
        package / "minsheng/domain/item_rules.py",
        (
            "class CountedRule(Frozen):",
            '''class ReachedRule(Frozen):
    """Full marks at the target or above it, else none."""

    kind: Literal["reached"]
    indicators: Annotated[tuple[Weighted, ...], Field(min_length=1)]
    combine: Combine = Combine.MIN
    unreported: Unreported
    source: Source


class CountedRule(Frozen):''',
        ),
        (
            "    | MilestoneRule\n    | CountedRule",
            "    | MilestoneRule\n    | ReachedRule\n    | CountedRule",
        ),
        (
            "MeasuredRule = ProportionalRule | LowerIsBetterRule | AllOrNothingRule",
            "MeasuredRule = ReachedRule | ProportionalRule | LowerIsBetterRule | AllOrNothingRule",
        ),
    )
    _edit(
        package / "minsheng/measure/rules.py",
        ("from minsheng.domain.item_rules import (", "from minsheng.domain.item_rules import (\n    ReachedRule,"),
        (
            "        case AllOrNothingRule():\n            terms",
            """        case ReachedRule():
            whole = combined([_term(facts, each, there) for each in counted], rule.combine)
            reached = int(whole.value >= 1)
            return full * reached, f"{marks} × {reached}〔{quoted(whole.chain)} = {percent(whole.value)}〕", ""
        case AllOrNothingRule():
            terms""",
        ),
    )
    _edit(
        package / "minsheng/measure/wording.py",
        ("from minsheng.domain.item_rules import (", "from minsheng.domain.item_rules import (\n    ReachedRule,"),
        (
            "        case AllOrNothingRule():\n            said",
            """        case ReachedRule():
            return "达到目标得满分，达不到不得分"
        case AllOrNothingRule():
            said""",
        ),
    )
    _edit(
        package / "minsheng/plan/checks/rubrics.py",
        ('Direction.AT_LEAST: ("proportional",', 'Direction.AT_LEAST: ("proportional", "reached",'),
    )
    _edit(
        package / "minsheng/handbook/rule_cases.py",
        ('    "counted": "按数量计分",', '    "reached": "达到才得分",\n    "counted": "按数量计分",'),
    )
    rule = "{kind: reached, unreported: zero, indicators: [{indicator: beds_new}], source: " + SOURCE + "}"
    path = bureau.params / str(YEAR) / "rubric_county.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{kind: proportional, indicators: [{indicator: beds_new}]}", rule), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(package)}

    def minsheng(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "minsheng", *words],
            cwd=bureau.root, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    minsheng("plan", "check")
    minsheng("template", "2026-01")
    # East: 20 of 200 × 1/12 = 16.7 due, reached. West: 5 of 100 × 1/12 = 8.3, not reached.
    for area, beds in (("east", 20), ("west", 5)):
        template = blank(bureau.outputs / "2026-01" / "templates", bureau.root, area)
        sheets = {**_sheets(), "养老服务": {"": {**BEDS, "本月新增床位": beds, "累计新增床位": beds}}}
        filled = fill(template, tmp_path / f"{area}.xlsx", as_of=date(YEAR, 1, 15), sheets=sheets, words="推进")
        minsheng("receive", "2026-01", str(filled), "--received-at", "2026-01-16T09:00")
    environment["MINSHENG_JOBS"] = "2"
    ran = subprocess.run(
        [sys.executable, "-m", "minsheng", "run", "2026-01", "--notebook", "scoring"],
        cwd=bureau.root, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == ExitCode.GAPS, ran.stdout + ran.stderr  # the section has not reported
    points = {}
    for area in ("east", "west"):
        path = bureau.outputs / "2026-01" / area / "scoring" / "result.json"
        items = Result.model_validate_json(path.read_bytes()).figures.items
        points[area] = next((item.points, item.rule) for item in items if item.item == "goals.1")
    assert points == {"east": (50, "达到目标得满分，达不到不得分"), "west": (0, "达到目标得满分，达不到不得分")}


def _edit(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, (path, old, text.count(old))
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def test_a_year(tmp_path: Path) -> None:
    """CONTRIBUTING: 一个新年度 - copy the folder, freeze the calendar, change year and targets; last year stays."""
    start_workspace(tmp_path / "bureau", YEAR - 1)
    bureau = Workspace.find(tmp_path / "bureau")
    _deliver(bureau, "2025-12", _sheets(), {})
    before = _run(bureau, "2025-12", "city", "elder_services")
    sealed = (bureau.outputs / "2025-12" / "city" / "elder_services" / "result.json").read_bytes()
    new = bureau.params / str(YEAR)
    shutil.copytree(bureau.params / str(YEAR - 1), new)
    for path in new.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace(str(YEAR - 1), str(YEAR))
        path.write_text(text, encoding="utf-8")
    (new / "calendar.yaml").write_text(freeze_calendar(YEAR), encoding="utf-8")
    _change(bureau, "indicators.yaml", ("{city: 300, east: 200, west: 100}", "{city: 400, east: 300, west: 100}"))
    _deliver(bureau, "2026-01", _sheets(), {})
    now = _run(bureau, "2026-01", "city", "elder_services")
    assert (before.measurements[0].target, now.measurements[0].target) == (300, 400)
    _run(bureau, "2025-12", "city", "elder_services")
    assert (bureau.outputs / "2025-12" / "city" / "elder_services" / "result.json").read_bytes() == sealed


def test_a_project(bureau: Workspace) -> None:
    """CONTRIBUTING: 一个新项目 - params only, with the general notebook."""
    _add(
        bureau,
        "projects.yaml",
        """  - id: meals
    name: 老年助餐
    short_name: 助餐
    programme: 民生实事
    group: 社会保障
    section: elder_section
    notebook: project
    goal: 建成助餐点 24 个
""",
    )
    areas = bureau.params / str(YEAR) / "areas.yaml"
    text = areas.read_text(encoding="utf-8")
    areas.write_text(text.replace("[elder_services]", "[elder_services, meals]"), encoding="utf-8")
    (bureau.params / str(YEAR) / "tables" / "meals.yaml").write_text(
        """id: meals
kind: figures
sheet: 助餐
title: 老年助餐情况表
project: meals
columns:
  - {id: points_cumulative, label: 累计建成, unit: 个, type: integer, cumulative: true}
""",
        encoding="utf-8",
    )
    (bureau.params / str(YEAR) / "expectations" / "meals.yaml").write_text(
        """table: meals
rules:
  - id: MEA-001
    type: expect_cells_to_be_filled
    kwargs: {columns: [points_cumulative]}
    severity: critical
    blank: ignore
    message: 不能空白
    allowed: 一个数；没有发生的填 0
    action: 请补填
    basis: 空白不等于 0
    bad: [{points_cumulative: null}]
""",
        encoding="utf-8",
    )
    _add(
        bureau,
        "indicators.yaml",
        f"""  - id: meal_points
    name: 建成助餐点
    short_name: 助餐点
    unit: 个
    decimals: 0
    project: meals
    column: 3
    direction: at_least
    basis: schedule
    measure: {{kind: sum, fields: [meals.points_cumulative], label: 累计建成, source: {SOURCE}}}
    targets: {{city: 24, east: 12, west: 12}}
    city_total: true
""",
    )
    row = "{id: elder_services, project: elder_services, labels: [社会养老服务体系建设]}\n"
    _change(bureau, "tables/narrative.yaml", (row, row + "  - {id: meals, project: meals, labels: [老年助餐]}\n"))
    _change(bureau, "tables/evidence.yaml", ("[社会养老服务体系建设]", "[社会养老服务体系建设, 老年助餐]"))
    last = "{id: elder_local, project: elder_services, labels: [社会养老服务体系建设, 市县安排]}\n"
    money = "  - {id: meals_local, project: meals, labels: [老年助餐, 市级安排]}\n"
    _change(bureau, "tables/funds.yaml", (last, last + money))
    _add(
        bureau,
        "funds.yaml",
        """  - project: meals
    total_wanyuan: 60
    parts: [{id: meals_local, label: 市级安排, levels: [municipal], amount_wanyuan: 60}]
""",
    )
    _change(
        bureau,
        "rubric_county.yaml",
        (
            "{kind: proportional, indicators: [{indicator: beds_new}]}",
            "{kind: proportional, combine: mean, indicators: [{indicator: beds_new}, {indicator: meal_points}]}",
        ),
    )
    sheets = {**_sheets(), "助餐": {"": {"累计建成": 3}}}
    sheets["资金"] = {**sheets["资金"], "市级安排": MONEY}
    _deliver(bureau, "2026-01", sheets, {})
    city = _run(bureau, "2026-01", "city", "meals")
    assert (city.measurements[0].actual, city.measurements[0].target) == (6, 24)
    total = next(use for use in city.funds if use.source == "total")
    assert (total.planned, total.disbursed) == (600_000, 40_000)
