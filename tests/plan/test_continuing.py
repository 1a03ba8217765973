"""``continues``: held to last year's indicators, by file and line, where last year's plan is there."""

import shutil
from pathlib import Path

import pytest

from minsheng.plan import plan_faults

PARAMS = Path(__file__).parents[2] / "params"


@pytest.fixture
def params(tmp_path):
    folder = tmp_path / "params"
    shutil.copytree(PARAMS / "2017", folder / "2017")
    (folder / "2016").mkdir()
    shutil.copy(PARAMS / "2017" / "indicators.yaml", folder / "2016")
    return folder


def go_on(params, name, with_id):
    path = params / "2017" / "indicators.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"  - id: {name}\n", f"  - id: {name}\n    continues: {with_id}\n"), encoding="utf-8")
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "continues" in line)


def test_the_same_indicator_of_last_year_is_right(params):
    go_on(params, "beds_new", "beds_new")
    assert plan_faults(params, 2017) == []


def test_one_that_is_not_there_is_named_with_file_and_line(params):
    line = go_on(params, "beds_new", "beds_old")
    (fault,) = plan_faults(params, 2017)
    assert (fault.file, fault.line) == ("params/2017/indicators.yaml", line)
    assert fault.message == "2016 年的方案没有指标“beds_old”（params/2016/indicators.yaml）"
    assert "beds_new" in fault.allowed


def test_one_that_measures_something_else_is_refused(params):
    go_on(params, "beds_new", "medical_aid_ratio")
    said = [fault.message for fault in plan_faults(params, 2017)]
    differing = {each.partition("的")[2].partition("为")[0] for each in said}
    assert differing == {"单位（unit）", "算法（measure.kind）", "比较方式（basis）"}
    assert all("（params/2016/indicators.yaml:" in each for each in said)


def test_a_milestone_has_nothing_to_compare(params):
    go_on(params, "two_lines_done", "two_lines_done")
    (fault,) = plan_faults(params, 2017)
    assert fault.message.endswith("是节点任务，没有可以同比的数")


def test_without_last_year_nothing_can_be_held_to_it(params):
    go_on(params, "beds_new", "anything")
    shutil.rmtree(params / "2016")
    assert plan_faults(params, 2017) == []


def test_a_list_that_cannot_be_read_leaves_the_rest_to_be_checked(params):
    from minsheng.commands.plans.plan_check import check_plans
    from minsheng.workspace import Settings, Workspace

    (params / "2017" / "indicators.yaml").write_text("indicators: [", encoding="utf-8")
    outcome = check_plans(Workspace(params.parent, params, Settings()), 2017)
    assert any(fault.file.endswith("2017/indicators.yaml") for fault in outcome.faults)
