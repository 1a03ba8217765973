"""The loader of suites: whatever would make a rule check nothing is refused, all faults at once, with their lines."""

import shutil
from pathlib import Path

import pytest
from good_returns import PARAMS

from minsheng.domain.plan import Plan
from minsheng.errors import PlanInvalidError
from minsheng.intake.rules.suites import expectation_faults, load_suites, rules_sha256

RULE = """table: elderly_projects
rules:
  - id: PRJ-001
    type: {type}
    kwargs: {kwargs}
    severity: critical
    blank: ignore
    message: 错
    allowed: 对
    action: 改
    basis: 附件
    {more}
"""
GOOD = {"type": "expect_cells_to_be_whole", "kwargs": "{columns: [quantity]}", "more": 'bad: {quantity: "1.5"}'}


@pytest.fixture
def params(tmp_path: Path) -> Path:
    shutil.copytree(PARAMS / "2017", tmp_path / "params" / "2017")
    return tmp_path / "params"


def faults(plan: Plan, params: Path, text: str) -> list[str]:
    (params / "2017" / "expectations" / "elderly_projects.yaml").write_text(text, encoding="utf-8")
    return [str(fault) for fault in expectation_faults(plan, params)]


def test_the_suites_of_the_plan_have_no_fault(plan: Plan) -> None:
    assert expectation_faults(plan, PARAMS) == []


def test_a_good_rule_passes(plan: Plan, params: Path) -> None:
    assert faults(plan, params, RULE.format(**GOOD)) == []


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        ({"more": 'bad: {quantity: "2"}'}, 12, "这处改动不会触发 PRJ-001"),
        ({"more": "bad: [{quantity: 1.5}, {name: 甲}]"}, 12, "这处改动不会触发 PRJ-001"),
        (
            {
                "type": "expect_column_values_to_be_in_set",
                "kwargs": "{column: status, value_set: [完工, 验收]}",
                "more": "bad: {status: 验收}",
            },
            12,
            "这处改动不会触发 PRJ-001",
        ),
        (
            {
                "type": "expect_cells_to_be_at_most",
                "kwargs": "{pairs: {quantity: prev_quantity}}",
                "more": "needs: previous_month\n    bad: {quantity: 1, prev_quantity: 1}",
            },
            13,
            "这处改动不会触发 PRJ-001",
        ),
        ({"type": "expect_magic"}, 4, "没有“expect_magic”这种规则"),
        ({"type": "expect_table_row_count_to_equal"}, 4, "没有"),
        ({"kwargs": "{columns: [beds]}"}, 5, "没有列“beds”"),
        ({"kwargs": "{columns: [quantity], mostly: 0.9}"}, 5, "mostly"),
        ({"kwargs": "{columns: [quantity], low: 1}"}, 5, "没有参数 low"),
        ({"kwargs": "{columns: []}"}, 5, "写法不对。允许：[列名, 列名]"),
        (
            {"type": "expect_cells_to_be_at_most", "kwargs": "{pairs: {quantity: quantity}, factor: 0}"},
            5,
            "“0”不在允许的范围。允许：大于 0 的数",
        ),
        (
            {"type": "expect_cells_to_agree", "kwargs": "{pairs: {quantity: quantity}, tolerance: -1}"},
            5,
            "“-1”不在允许的范围。允许：0 或大于 0 的数",
        ),
        (
            {"type": "expect_figures_to_differ_between_areas", "kwargs": "{columns: [quantity], filled: 1.5}"},
            5,
            "“1.5”不在允许的范围。允许：0 或正整数",
        ),
        ({"type": "expect_cells_to_be_between", "kwargs": "{columns: [quantity], low: 多}"}, 5, "“多”不是数字"),
        (
            {
                "type": "expect_ratio_to_be_between",
                "kwargs": "{column: quantity, numerator: [quantity], denominator: [quantity], limit: half}",
            },
            5,
            "写法不对。允许：target_over_actual、two_minus_ratio",
        ),
        ({"more": ""}, 3, "缺少“bad”"),
        ({"more": "bad: []"}, 12, "bad"),
        ({"more": "bad: {beds: 1}"}, 12, "beds"),
        ({"more": "extra: 1\n    bad: {quantity: 1}"}, 12, "extra"),
        ({"more": "needs: previous_month\n    bad: {quantity: 1}"}, 3, "不应写 needs"),
    ],
)
def test_each_fault_names_its_line(plan: Plan, params: Path, change: dict[str, str], line: int, said: str) -> None:
    found = faults(plan, params, RULE.format(**(GOOD | change)))
    assert any(f"elderly_projects.yaml:{line}:" in fault and said in fault for fault in found), found


def test_an_empty_suite_a_missing_suite_and_a_repeated_id(plan: Plan, params: Path) -> None:
    assert any("空的规则文件" in f for f in faults(plan, params, "table: elderly_projects\nrules: []\n"))
    assert any("DIB-001 重复" in f for f in faults(plan, params, RULE.format(**GOOD).replace("PRJ-001", "DIB-001")))
    (params / "2017" / "expectations" / "elderly_projects.yaml").unlink()
    assert any("没有规则文件" in str(f) for f in expectation_faults(plan, params))
    with pytest.raises(PlanInvalidError):
        load_suites(plan, params)


def test_the_hash_follows_the_rules_not_their_spelling(plan: Plan, params: Path) -> None:
    before = rules_sha256(plan, params)
    path = params / "2017" / "expectations" / "dibao.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"# 一行注释\n{text}", encoding="utf-8")
    assert rules_sha256(plan, params) == before
    path.write_text(text.replace("severity: warning", "severity: error", 1), encoding="utf-8")
    assert rules_sha256(plan, params) != before
    path.write_text(f"{text}\t", encoding="utf-8")
    broken = rules_sha256(plan, params)
    path.write_text(f"{text}\t\t", encoding="utf-8")
    assert len({before, broken, rules_sha256(plan, params)}) == 3
