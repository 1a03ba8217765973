"""What a plan does not have is not asked for: each part that may be left out, by itself and with all others."""

import re
import shutil
from pathlib import Path

import pytest
from tests.bare_city.bare import FILES, YEAR, bare_workspace
from tests.conftest import ROOT

from minsheng.agenda.facts import periods
from minsheng.commands.assess import run_assessment
from minsheng.commands.init import start_workspace
from minsheng.commands.plans.plan_check import check_plans
from minsheng.commands.template import write_templates
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, UsageError
from minsheng.intake.rules.duties import unasked_fields
from minsheng.intake.rules.suites import load_suites
from minsheng.measure.fields import without_duty
from minsheng.measure.measurement import measurement
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.opening import dossier_from
from minsheng.plan import load_plan, plan_from_json
from minsheng.plan.loader import compile_plan
from minsheng.runs.graph import period_tasks
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

JANUARY, HALF = Period("2026-01"), Period("2026-H1")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return bare_workspace(tmp_path_factory.mktemp("bare") / "workspace")


@pytest.fixture(scope="module")
def plan(bare: Workspace) -> Plan:
    return load_plan(bare.params, YEAR)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("started") / "workspace"
    start_workspace(root, YEAR)
    return root


@pytest.fixture
def fresh(started: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(started, tmp_path / "workspace")
    return Workspace.find(tmp_path / "workspace")


def _remove(workspace: Workspace, name: str) -> None:
    for path in (workspace.params / str(YEAR)).rglob(f"{name}.yaml"):
        path.unlink()


def _replace(workspace: Workspace, file: str, old: str, new: str) -> None:
    path = workspace.params / str(YEAR) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _write(workspace: Workspace, file: str, text: str) -> None:
    (workspace.params / str(YEAR) / file).write_text(text, encoding="utf-8")


def test_a_bare_plan_is_sound_and_nothing_is_asked_back(bare: Workspace, plan: Plan) -> None:
    outcome = check_plans(bare, YEAR)
    assert outcome.lines() == [f"{YEAR}年方案没有问题：3 个地区，1 个项目，2 项指标，不考评县区"]
    assert plan_from_json(compile_plan(plan)) == plan
    (project,) = plan.projects
    assert (plan.programme, project.name, project.sections) == ("民生实事", "民生实事", ("civil",))
    # Nobody writes anything: the sections owe no return.
    assert [owner.id for owner in plan.reporting_owners(JANUARY)] == ["dongshan", "nanxi", "xinbei"]


def test_with_projects_everybody_says_in_which(tmp_path: Path) -> None:
    found = bare_workspace(tmp_path / "workspace")
    _write(
        found, "projects.yaml", "projects: [{id: a, name: 甲, section: civil, notebook: project}]\n"
        "source: {document: ours, why: 测试}\n",
    )  # fmt: skip
    said = [str(fault).partition(": ")[2] for fault in check_plans(found, YEAR).faults]
    assert said == [
        *(f"{name}缺少“projects”（承担的项目）。允许：a" for name in ("东山县", "南溪区", "新北县")),
        *(f"“{name}”缺少“project”（所属的项目）。允许：a" for name in ("组织社区活动", "便民桥")),
    ]


def test_an_area_without_a_target_is_told_so_and_not_where_a_word_was_misread(tmp_path: Path) -> None:
    found = bare_workspace(tmp_path / "workspace")
    _replace(found, "indicators.yaml", "nanxi: 100, xinbei: 50}", "xinbei: 150}")
    (fault,) = check_plans(found, YEAR).faults
    assert str(fault).endswith("指标都没有给南溪区目标。允许：在 indicators.yaml 写上目标，或去掉该地区")
    _replace(found, "indicators.yaml", "dongshan: 150, xinbei: 150}", "dongshan: 150, xinbei: 50, n: 100}")
    assert ["含义不清" in str(each) for each in check_plans(found, YEAR).faults] == [True]


def test_what_is_held_to_a_schedule_asks_for_one(tmp_path: Path) -> None:
    found = bare_workspace(tmp_path / "workspace")
    _remove(found, "schedule")
    assert [str(fault).partition(": ")[2] for fault in check_plans(found, YEAR).faults] == [
        f"“{name}”按序时进度比较（basis: schedule），没有 schedule.yaml。"
        "允许：写上 schedule.yaml，或给它写 schedule，或 basis: full"
        for name in ("组织社区活动", "便民桥")
    ]
    _replace(found, "indicators.yaml", "basis: schedule", "basis: full")
    assert check_plans(found, YEAR).faults == ()
    assert load_plan(found.params, YEAR).schedule.source.is_ours


def test_parts_that_nobody_could_write_are_faults(tmp_path: Path) -> None:
    found = bare_workspace(tmp_path / "workspace")
    _replace(found, "reporting.yaml", "  - {id: progress,", "  - {id: problems, title: 存在的问题}\n  - {id: progress,")
    (fault,) = check_plans(found, YEAR).faults
    assert "没有工作情况表，月报的方面“存在的问题”没有地方填写。允许：写上 tables/narrative.yaml" in str(fault)


def test_the_rows_of_a_table_of_words_are_the_projects(fresh: Workspace) -> None:
    """What the rest of the plan says anyway need not be written again."""
    written = load_plan(fresh.params, YEAR).tables
    folder = fresh.params / str(YEAR) / "tables"
    for name in ("narrative.yaml", "evidence.yaml"):
        text = (folder / name).read_text(encoding="utf-8")
        text = re.sub(r"^keys: .*\n|^rows:\n(?:  .*\n)+|, choices: \[[^]]*\]", "", text, flags=re.MULTILINE)
        (folder / name).write_text(text, encoding="utf-8")
        assert "社会养老服务体系建设" not in text.split("columns:")[1]
    assert check_plans(fresh, YEAR).faults == ()
    assert load_plan(fresh.params, YEAR).tables == written


@pytest.mark.parametrize("name", ["funds", "parameters", "rubric_county", "rubric_section"])
def test_each_file_is_left_out_by_itself(fresh: Workspace, name: str) -> None:
    _remove(fresh, name)
    assert check_plans(fresh, YEAR).faults == ()
    plan = load_plan(fresh.params, YEAR)
    made = {task.notebook for task in period_tasks(plan, HALF)} | {t.notebook for t in period_tasks(plan, JANUARY)}
    assert ("scoring" in made, "result_table" in made) == (name != "rubric_county",) * 2
    assert ("section_scoring" in made) == (name != "rubric_section")
    assert {"elder_services", "bulletin", "monthly_report"} <= made
    for task in period_tasks(plan, JANUARY):
        assert set(task.after) <= {other.name for other in period_tasks(plan, JANUARY)}


def test_a_part_that_money_fills_is_asked_of_the_sections_where_there_is_none(fresh: Workspace) -> None:
    _remove(fresh, "funds")
    (note,) = [line for line in check_plans(fresh, YEAR).summaries if line.startswith("提示")]
    assert note == "提示：reporting.yaml 的方面“资金拨付”（role: funds）没有资金可填，由科室填写；不要的删去"


def test_a_plan_without_rubrics_says_so_where_it_is_to_assess(bare: Workspace, plan: Plan, tmp_path: Path) -> None:
    assert period_tasks(plan, HALF) == []
    assert [period for period in periods(plan) if period.kind != JANUARY.kind] == []
    both = "没有县区考评细则（rubric_county.yaml），也没有科室考评细则（rubric_section.yaml）"
    with pytest.raises(UsageError, match="不作考评") as caught:
        run_assessment(bare, "2026-H1", display=Quiet())
    assert f"{both}，不作考评。要考评：在 params/2026/ 写上它" in str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE
    with pytest.raises(UsageError, match="不作考评"):
        write_templates(bare, "2026", tmp_path)
    for notebook, whose in (
        ("scoring", "县区考评细则"),
        ("result_table", "县区考评细则"),
        ("section_scoring", "科室考评细则"),
    ):
        with pytest.raises(UsageError, match=whose):
            dossier_from(Inputs(workspace=bare, plan=plan, period=JANUARY), notebook, area="city", section="civil")


def test_whether_one_is_assessed_is_asked_where_there_is_a_rubric(fresh: Workspace) -> None:
    _replace(fresh, "areas.yaml", "    assessed: true\n", "")
    _replace(fresh, "sections.yaml", "    assessed: true\n", "")
    said = [str(fault) for fault in check_plans(fresh, YEAR).faults]
    assert [text.partition(": ")[2] for text in said] == [
        "东河县缺少“assessed”（是否为考评对象）。允许：有 rubric_county.yaml 的方案写 true 或 false",
        "西山区缺少“assessed”（是否为考评对象）。允许：有 rubric_county.yaml 的方案写 true 或 false",
        "养老服务科缺少“assessed”（是否为考评对象）。允许：有 rubric_section.yaml 的方案写 true 或 false",
    ]
    _remove(fresh, "rubric_county")
    _remove(fresh, "rubric_section")
    assert check_plans(fresh, YEAR).faults == ()


def test_a_review_needs_an_item_of_the_countys_rubric(fresh: Workspace) -> None:
    _remove(fresh, "rubric_county")
    review = (
        "review:\n  rubric_item: manage.1\n  items: [{id: a, name: 服务, text: 服务, full_marks: 100}]\n"
        "  source: {document: ours, why: 测试}\nitem_floor"
    )
    _replace(fresh, "rubric_section.yaml", "item_floor", review)
    (fault,) = check_plans(fresh, YEAR).faults
    assert "没有县区考评细则，review 的小项无处计分" in str(fault)


# cells of an area without the duty


def test_cells_of_an_indicator_are_asked_of_those_who_have_it(bare: Workspace, plan: Plan) -> None:
    suite = load_suites(plan, bare.params)["works"]
    bridges = {"works.bridges_month", "works.bridges_total", "works.bridges_repaired"}
    assert unasked_fields(plan, suite, "dongshan") == frozenset()
    # 本月便民桥 is read by no indicator: a rule ties it to 累计便民桥. 维修便民桥 is nothing but named by its column.
    assert unasked_fields(plan, suite, "nanxi") == bridges
    # A target of none is no duty either.
    assert unasked_fields(plan, suite, "xinbei") == bridges


def test_a_row_goes_with_what_its_indicators_read(tmp_path: Path) -> None:
    """Rows of their own: what nothing ties or reads goes with its row, and a key figure is asked of everybody."""
    found = bare_workspace(tmp_path / "workspace")
    rows = "keys: [类别]\nrows: [{id: town, labels: [城镇]}, {id: village, labels: [农村]}]\ncolumns:"
    _replace(found, "tables/works.yaml", "columns:", rows)
    _replace(found, "indicators.yaml", "[works.events_total]", "[works.town.events_total]")
    _replace(
        found,
        "indicators.yaml",
        "[works.bridges_total]",
        '[works.village.bridges_total, "-works.village.bridges_month"]',
    )
    key = "key_figures: [{id: k, label: 志愿者, unit: 人, fields: [works.*.volunteers], how: sum}]"
    of_its_own = f"{{id: programme, name: 社区服务, section: civil, notebook: project, {key}}}"
    _write(found, "projects.yaml", f"projects: [{of_its_own}]\nsource: {{document: ours, why: 测试}}\n")
    _replace(found, "areas.yaml", "民政局}", "民政局, projects: [programme]}")
    _replace(found, "indicators.yaml", "    column:", "    project: programme\n    column:")
    _replace(found, "tables/works.yaml", "columns:\n", "project: programme\ncolumns:\n")
    plan = load_plan(found.params, YEAR)
    unasked = unasked_fields(plan, load_suites(plan, found.params)["works"], "nanxi")
    village = {f"works.village.{name}" for name in ("events_month", "events_total", "bridges_month", "bridges_total")}
    assert unasked == village | {"works.village.bridges_repaired", "works.town.bridges_repaired"}


def test_who_speaks_for_all_is_asked_without_a_target(tmp_path: Path, plan: Plan) -> None:
    assert without_duty(plan, "nanxi")["works.bridges_total"] == "便民桥"
    found = bare_workspace(tmp_path / "workspace")
    _replace(
        found,
        "indicators.yaml",
        "targets: {city: 24, dongshan: 24, xinbei: 0}",
        "compared_with: nanxi\n    targets: {city: 24, dongshan: 24, xinbei: 0}",
    )
    plan = load_plan(found.params, YEAR)
    suite = load_suites(plan, found.params)["works"]
    assert unasked_fields(plan, suite, "nanxi") == frozenset()
    assert unasked_fields(plan, suite, "xinbei")
    # Nor is it told that what it was asked for is none of its business.
    assert not without_duty(plan, "nanxi")["works.bridges_total"]


def test_an_indicator_that_a_column_names_exists(tmp_path: Path) -> None:
    found = bare_workspace(tmp_path / "workspace")
    _replace(found, "tables/works.yaml", "indicators: [bridges]", "indicators: [brdges]")
    (fault,) = check_plans(found, YEAR).faults
    assert str(fault).endswith("没有指标“brdges”。允许：events、bridges")


# whole numbers


def test_whole_number_columns_are_held_to_whole_numbers_from_zero(bare: Workspace, plan: Plan) -> None:
    held = {rule.id: rule for rule in load_suites(plan, bare.params)["works"].rules}
    whole, least = held["WOR-999"], held["WOR-998"]
    every = ["events_month", "events_total", "bridges_month", "bridges_total", "bridges_repaired", "volunteers"]
    assert (whole.type, whole.kwargs["columns"]) == ("expect_cells_to_be_whole", every)
    assert (least.type, least.kwargs["columns"], least.kwargs["low"]) == ("expect_cells_to_be_between", every, 0)


def test_a_rule_of_its_own_says_otherwise(fresh: Workspace) -> None:
    """The plan of ``init`` has rules for each of its columns; a lower bound below zero is one."""
    plan = load_plan(fresh.params, YEAR)
    before = [rule.id for rule in load_suites(plan, fresh.params)["elder_services"].rules]
    assert before == ["ELD-001", "ELD-002", "ELD-003", "ELD-004", "ELD-005"]
    _replace(fresh, "expectations/elder_services.yaml", "low: 0}", "low: -10}")
    assert [rule.id for rule in load_suites(plan, fresh.params)["elder_services"].rules] == before


# units


@pytest.mark.parametrize(
    ("column", "indicator", "fault"),
    [
        ("", "", ""),
        ("", "unit: 场", ""),
        ("unit: 场, ", "", ""),
        ("unit: 元, ", "", "没有单位，字段“works.events_total”的列“累计活动”以元计"),
        ("", 'unit: "%"', "的单位是%，字段“works.events_total”的列“累计活动”没有单位"),
        ("", "unit: 万人", "的单位是万人，字段“works.events_total”的列“累计活动”没有单位"),
        ("unit: 公里, ", "unit: 场", "的单位是场，字段“works.events_total”的列“累计活动”以公里计"),
    ],
)
def test_a_bare_count_fits_any_count_and_nothing_else(tmp_path: Path, column: str, indicator: str, fault: str) -> None:
    found = bare_workspace(tmp_path / "workspace")
    name = "events_total_yuan" if "元" in column else "events_total"
    label = "label: 累计活动, "
    _replace(found, "tables/works.yaml", f"id: events_total, {label}", f"id: {name}, {label}{column}")
    _replace(
        found,
        "indicators.yaml",
        "name: 组织社区活动\n",
        f"name: 组织社区活动\n{f'    {indicator}' if indicator else ''}\n",
    )
    if name != "events_total":
        _replace(found, "indicators.yaml", "works.events_total", f"works.{name}")
        _replace(found, "expectations/works.yaml", "events_total", name)
        fault = fault.replace("events_total", name)
    said = [str(each) for each in check_plans(found, YEAR).faults]
    assert any(fault in text for text in said) == bool(fault), said
    assert bool(said) == bool(fault), said


def test_what_the_repository_says_of_a_bare_plan_is_what_is_tested(plan: Plan) -> None:
    """The handbook's list of what may be left out, and the bare plan."""
    chapter = (ROOT / "lib/minsheng/handbook/chapters/plan_author.md").read_text(encoding="utf-8")
    for word in ("rubric_county.yaml", "leading_group", "short_name", "programme", "group", "goal"):
        assert word in chapter
        assert not any(word.removesuffix(".yaml") in text for text in FILES.values())
    row = measurement(plan, plan.indicator("bridges"), "nanxi", JANUARY, {})
    assert (row.has_duty, row.light.word) == (False, "无任务")
