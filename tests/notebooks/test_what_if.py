"""What if: one changed figure or rule moves points and ranks as the clause says, and nothing is written."""

import pytest

from minsheng.errors import UsageError
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.what_if import (Question, changed_rule, rule_settings, what_if)
from minsheng.notebook.what_if import what_if_widgets
from minsheng.plan import load_plan


@pytest.fixture
def inputs(june, monkeypatch):
    monkeypatch.chdir(june.root)
    return Inputs.for_period("2017-06")


def item(plan, name):
    return next(each for each in plan.county_rubric.items if each.id == name)


def test_a_changed_figure_changes_one_item_by_the_clause(inputs):
    # 昭化区's target is 70 beds, half by June: 8 × 28 ÷ 70 ÷ 50% = 6.40.
    question = Question(area="zhaohua", field="elderly_care.beds_new_cumulative", value="28")
    text = repr(what_if(inputs, question))
    assert "10 → 28" in text
    assert "昭化区｜新增床位｜2.29｜6.4｜8 × 28 ÷ 70 ÷ 50%" in text
    assert text.count("新增床位｜") == 1


def test_a_changed_rule_changes_every_county(inputs):
    # Nothing counts below a threshold of 100 %: who has not half of its beds by June gets nothing.
    question = Question(item="goal.beds_new", setting="threshold", setting_value="1")
    text = repr(what_if(inputs, question))
    assert "昭化区｜新增床位｜2.29｜0｜" in text
    assert "利州区｜新增床位" not in text


def test_no_change_is_no_change(inputs):
    assert "没有小项的得分变化" in repr(what_if(inputs, Question()))


@pytest.mark.parametrize(
    "question",
    [
        Question(area="zhaohua", field="elderly_care.nothing", value="1"),
        Question(area="zhaohua", field="elderly_care.beds_new_cumulative", value="很多"),
        Question(item="goal.dibao", setting="weights", setting_value="0.5、0.4"),
        Question(item="goal.dibao", setting="weights", setting_value="1"),
        Question(item="goal.medical", setting="cap", setting_value="一倍"),
        Question(item="goal.medical", setting="target", setting_value="1"),
    ],
)
def test_what_cannot_be_is_refused(inputs, question):
    with pytest.raises(UsageError):
        what_if(inputs, question)


def test_weights_and_levels_can_be_changed(june):
    plan = load_plan(june.params, 2017)
    dibao = item(plan, "goal.dibao").rule
    assert rule_settings(dibao)["weights"] == "0.5、0.5"
    assert [str(each.weight) for each in changed_rule(dibao, "weights", "0.7、0.3").indicators] == ["0.7", "0.3"]
    two_lines = item(plan, "goal.two_lines").rule
    assert str(changed_rule(two_lines, "levels.partial", "0.8").levels["partial"]) == "0.8"


def test_the_widgets_ask_and_answer_and_write_nothing(inputs):
    before = {path: path.stat().st_mtime_ns for path in inputs.workspace.root.rglob("*") if path.is_file()}
    box = what_if_widgets(inputs)
    (area, field, value), (rule, setting, setting_value), button, page = (
        box.children[0].children,
        box.children[1].children,
        box.children[2],
        box.children[3],
    )
    area.value = "zhaohua"
    field.value = "elderly_care.beds_new_cumulative"
    assert value.value == "10"
    value.value = "35"
    button.click()
    # 8 × 35 ÷ 70 ÷ 50% = 8.
    assert "8 × 35 ÷ 70 ÷ 50%" in page.value
    rule.value = "goal.dibao"
    setting.value = "weights"
    setting_value.value = "1、1"
    button.click()
    assert "合计为 1" in page.value
    assert before == {path: path.stat().st_mtime_ns for path in inputs.workspace.root.rglob("*") if path.is_file()}
