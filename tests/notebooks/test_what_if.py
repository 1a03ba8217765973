"""What if: changed targets, figures, rules and weights move points and ranks as the clause says; nothing is written."""

import re
import shutil
from decimal import Decimal

import papermill
import pytest
from tests.conftest import ROOT

from minsheng.domain.period import Period
from minsheng.domain.result import RankingFigures, Result
from minsheng.errors import UsageError
from minsheng.notebook import what_if
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.opening import open_dossier
from minsheng.notebook.what_if.amounts import changed
from minsheng.notebook.what_if.asking import Asking
from minsheng.notebook.what_if.changed_inputs import Case
from minsheng.notebook.what_if.side_by_side import comparison
from minsheng.notebook.what_if.rule_settings import changed_rule, rule_settings
from minsheng.notebook.what_if.asking import save
from minsheng.plan import load_plan
from minsheng.workspace import ENVIRONMENT, Workspace

BEDS = "elderly_care.beds_new_cumulative"


@pytest.fixture(scope="module")
def inputs(june):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(june.root))
        yield Inputs.for_period("2017-06")


def item(plan, name):
    return next(each for each in plan.county_rubric.items if each.id == name)


def page(inputs, *changes, area=""):
    return repr(comparison(inputs, {"情景": changes}, area))


def test_what_stands_is_what_the_month_sealed(inputs):
    sealed = Result.model_validate_json(inputs.workspace.result("2017-06", "city", "scoring").read_bytes()).figures
    assert isinstance(sealed, RankingFigures)
    now = comparison(inputs, {}).now.ranking
    assert [(row.area, row.total, row.rank) for row in now.rows] == [
        (row.area, row.total, row.rank) for row in sealed.rows
    ]


def test_a_changed_figure_changes_one_item_by_the_clause(inputs):
    # 昭化区's target is 70 beds, half by June: 8 × 28 ÷ 70 ÷ 50% = 6.40.
    text = page(inputs, what_if.actual(BEDS, "28", "昭化区"))
    assert "昭化区 10 → 28" in text
    assert "情景｜昭化区｜新增床位｜2.29｜6.4｜8 × 28 ÷ 70 ÷ 50%" in text
    assert text.count("｜新增床位｜") == 1


def test_a_figure_or_a_target_of_all_areas_changes_in_proportion(inputs):
    assert "昭化区 10 → 20" in page(inputs, what_if.actual(BEDS, "×2"))
    text = page(inputs, what_if.target("新增床位", "-50%"))
    assert "全市" not in text.partition("得分和名次")[0], "of the whole no points are made"
    assert "昭化区 70 → 35" in text
    assert "情景｜昭化区｜新增床位｜2.29｜4.57｜8 × 10 ÷ 35 ÷ 50%" in text
    # One area alone is shown, and all are ranked.
    alone = page(inputs, what_if.target("新增床位", "-50%"), area="昭化区")
    assert "苍溪县｜" not in alone
    assert next(line for line in text.splitlines() if line.startswith("昭化区｜")) in alone


def test_a_changed_target_gives_what_the_plan_with_this_target_gives(inputs, tmp_path, monkeypatch):
    found = comparison(inputs, {"少": [what_if.target("beds_new", "35", "zhaohua")]}).scenarios[0]
    for name in ("minsheng.toml", "params", "data"):
        (shutil.copytree if (inputs.workspace.root / name).is_dir() else shutil.copy)(
            inputs.workspace.root / name, tmp_path / name
        )
    path = tmp_path / "params" / "2017" / "indicators.yaml"
    text = path.read_text(encoding="utf-8")
    before, beds, after = text.partition("id: beds_new")
    after, areas = re.subn(r"zhaohua:( +)70\b", r"zhaohua:\g<1>35", after, count=1)
    after, wholes = re.subn(r"city:( +)1950\b", r"city:\g<1>1915", after, count=1)
    assert (areas, wholes) == (1, 1)
    path.write_text(before + beds + after, encoding="utf-8")
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    other = open_dossier("scoring", period="2017-06", area="city").figures
    assert [(row.area, row.total, row.rank) for row in found.ranking.rows] == [
        (row.area, row.total, row.rank) for row in other.rows
    ]


def test_a_changed_rule_changes_every_county_and_scenarios_stand_side_by_side(inputs):
    # Nothing counts below a threshold of 100 %: who has not half of its beds by June gets nothing.
    strict, more = what_if.rule("新增床位", "threshold", "1"), what_if.full_marks("goal.beds_new", "+2")
    found = comparison(inputs, {"从严": [strict], "加分": [strict, more]})
    text = repr(found)
    assert "从严｜昭化区｜新增床位｜2.29｜0｜" in text
    assert "从严｜利州区｜新增床位" not in text
    assert "加分｜利州区｜新增床位｜8｜10｜" in text
    assert "（总分 100 → 102）" in text
    frame = found.frame()
    assert list(frame["情景"].unique()) == ["从严", "加分"]
    zhaohua = frame[(frame["地区"] == "昭化区") & (frame["情景"] == "从严")].iloc[0]
    assert zhaohua["变化（分）"] == Decimal("-2.29")
    header = next(line for line in text.splitlines() if "从严" in line and "加分" in line)
    assert header.split("｜")[1:] == ["现行", "从严", "加分"]


def test_no_change_is_no_change(inputs):
    assert "没有小项的得分变化" in page(inputs)
    assert "还没有情景" in repr(comparison(inputs, {}))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (what_if.actual("elderly_care.nothing", "1", "zhaohua"), "没有“elderly_care.nothing”这个上报数"),
        (what_if.actual(BEDS, "很多", "zhaohua"), "“很多”不是数。写新的数（28）"),
        (what_if.actual(BEDS, "-11", "zhaohua"), "不能小于 0"),
        (what_if.actual(BEDS, "1", "无此县"), "没有“无此县”这个地区"),
        (what_if.target("床位", "1"), "没有“床位”这个指标，是不是"),
        (what_if.target("two_lines_done", "1"), "的目标都是文字"),
        (what_if.rule("goal.dibao", "weights", "0.5、0.4"), "合计为 1"),
        (what_if.rule("goal.dibao", "weights", "1"), "须有 2 个数"),
        (what_if.rule("goal.medical", "cap", "一倍"), "“一倍”不能作为“完成率最多计”"),
        (what_if.rule("goal.medical", "target", "1"), "这类规则没有“target”。可改的：cap（完成率最多计）"),
        (what_if.part_weights("0.5、0.5"), "得分不分部分"),
    ],
)
def test_what_cannot_be_is_refused_with_the_scenario_and_what_can(inputs, change, said):
    with pytest.raises(UsageError, match=r"^情景“情景”：") as refused:
        page(inputs, change)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "new"), [("28", "28"), ("＋10％", "77"), ("−10%", "63"), ("+ 5", "75"), ("x1.5", "105"), ("*0", "0")]
)
def test_a_change_of_an_amount_is_read_as_people_write_it(text, new):
    assert changed(Decimal(70), text) == Decimal(new)


def test_weights_and_levels_can_be_changed(june):
    plan = load_plan(june.params, 2017)
    dibao = item(plan, "goal.dibao").rule
    assert rule_settings(dibao)["weights"] == "0.5、0.5"
    assert [str(each.weight) for each in changed_rule(dibao, "weights", "0.7、0.3").indicators] == ["0.7", "0.3"]
    two_lines = item(plan, "goal.two_lines").rule
    assert str(changed_rule(two_lines, "levels.partial", "0.8").levels["partial"]) == "0.8"
    for each in plan.county_rubric.items:
        for setting, value in rule_settings(each.rule).items():
            assert changed_rule(each.rule, setting, value) == each.rule, (each.id, setting)


def test_every_plan_s_parts_marks_and_targets_can_be_changed():
    plan = load_plan(ROOT / "tests" / "other_city" / "params", 2026)
    case = Case(plan, {}, Period("2026-06"))
    rubric = plan.county_rubric
    weights = [part.weight for part in rubric.parts]
    turned, _ = what_if.part_weights("、".join(map(str, reversed(weights)))).apply(case)
    assert [part.weight for part in turned.plan.county_rubric.parts] == weights[::-1]
    for each in rubric.items:
        grown = what_if.full_marks(each.id, "+1").apply(case)[0].plan.county_rubric
        sums = {group.id: sum(entry.full_marks for entry in group.items if not getattr(entry, "extra", False))
                for group in grown.groups}  # fmt: skip
        assert sums == {group.id: group.full_marks for group in grown.groups}, each.id
    for indicator in plan.indicators:
        if any(target.has_number for area, target in indicator.targets.items() if area != "city"):
            what_if.target(indicator.id, "+10%").apply(case)


def test_the_widgets_ask_and_answer_and_write_nothing_until_asked(inputs, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in inputs.workspace.root.rglob("*") if path.is_file()}
    asking = Asking(inputs)
    assert asking.what.value == asking.what.options[0][1]
    asking.remove.click()
    assert "先在“已加入”里点选" in asking.fault.value
    asking.kind.value = "actual"
    asking.area.value = "zhaohua"
    asking.what.value = BEDS
    assert "现为 10 张" in asking.now.value
    asking.value.value = "35"
    asking.add.click()
    # 8 × 35 ÷ 70 ÷ 50% = 8.
    assert "8 × 35 ÷ 70 ÷ 50%" in asking.page.value
    asking.scenario.value = "另一个"
    asking.kind.value = "rule"
    asking.what.value = "goal.dibao"
    asking.setting.value = "weights"
    asking.value.value = "1、1"
    asking.add.click()
    assert "情景“另一个”：" in asking.fault.value
    assert "合计为 1" in asking.fault.value
    asking.value.value = "0.7、0.3"
    asking.add.click()
    assert asking.fault.value == ""
    assert [label.partition("：")[0] for label, _ in asking.listed.options] == ["情景一", "另一个"]
    asking.listed.value = ("情景一", 0)
    asking.remove.click()
    assert asking.listed.value is None
    asking.remove.click()
    assert [label.partition("：")[0] for label, _ in asking.listed.options] == ["另一个"]
    assert "8 × 35" not in asking.page.value
    for name, said in (("", "不能作名称"), ("scoring", "程序自带")):
        asking.file.value = name
        asking.keep.click()
        assert said in asking.kept.value
    assert before == {path: path.stat().st_mtime_ns for path in inputs.workspace.root.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_saved_notebook_runs_again_with_papermill(inputs, tmp_path, monkeypatch):
    root = tmp_path / "workspace"
    shutil.copytree(inputs.workspace.root, root, ignore=shutil.ignore_patterns("outputs"))
    own = Inputs(Workspace.find(root), inputs.plan, inputs.period)
    changes = [what_if.actual("养老服务·累计新增床位", "+10%"), what_if.rule("goal.dibao", "weights", "0.7、0.3")]
    path = save(own, "beds_more", {'床位“多”"一"成': changes, "降目标": [what_if.target("beds_new", "35", "zhaohua")]})
    assert path == root / "notebooks" / "own" / "beds_more.ipynb"
    with pytest.raises(UsageError, match="已经有了"):
        save(own, "beds_more", {"一": changes})
    with pytest.raises(UsageError, match="还没有情景"):
        save(own, "none", {})
    monkeypatch.setenv(ENVIRONMENT, str(root))
    done = papermill.execute_notebook(
        str(path), str(tmp_path / "done.ipynb"), {"period": "2017-05", "area": "昭化区"}, engine_name="forked",
        progress_bar=False,
    )  # fmt: skip
    outputs = [output.data for cell in done.cells for output in cell.get("outputs", ()) if "data" in output]
    text = outputs[0]["text/plain"]
    assert "2017年5月。只在此显示" in text
    assert '床位“多”"一"成：' in text
    assert "昭化区｜" in text
    assert "text/html" in outputs[1]
