"""Every construct of the second plan, written wrongly: the fault, its line, and what is allowed."""

# ruff: noqa: E501 - one fault a line reads best

import shutil
from pathlib import Path

import pytest

from minsheng.plan import plan_faults

HERE = Path(__file__).parent
LIMIT = "指标“overdue”（direction: at_most）不能用 proportional 规则。允许：lower_is_better、step"

FAULTS = [
    # the tree of areas
    ("areas.yaml", "[care], parent: north}", "[care], parent: nord}", "没有地区“nord”。允许：north"),
    ("areas.yaml", "[aid, care, works]}", "[aid, care, works], parent: qingshi}", "绕成一圈"),
    ("areas.yaml", "projects: [care], parent: north}", "projects: [care, aid, roads], parent: north}", "没有项目“roads”"),
    ("areas.yaml", "projects: [aid, care, works]}", "projects: [aid, works]}", "上级北湖县没有该项目。允许：给北湖县也写上该项目"),
    ("areas.yaml", "assessed: false, bureau: 青石镇", "assessed: true, bureau: 青石镇", "上下级只有一方写 assessed: true"),
    ("areas.yaml", "kind: township", "kind: village", "“kind”不能是“village”"),
    ("indicators.yaml", "qingshi: 40, baiyun: 20, ", "", "由下级汇总，但下级都没有目标。允许：写上目标：qingshi、baiyun"),
    ("indicators.yaml", "north: 60, qingshi", "qingshi", "它自己没有。允许：写上 north 的目标"),
    ("indicators.yaml", "qingshi: 40,", "qingshi: 41,", "各地目标合计 61张，与north 60张 不等"),
    # an area that appears later
    ("areas.yaml", "since: 2026-04", "since: 2026-13", "“2026-13”不是月份。允许：YYYY-MM"),
    ("areas.yaml", "since: 2026-04", "since: 2025-04", "起始月“2025-04”不是 2026 年的月份。允许：2026-01 至 2026-12"),
    # limits, words, ranges
    ("indicators.yaml", "direction: at_most", "direction: at_best", "“direction”不能是“at_best”"),
    ("rubric_county.yaml", "{kind: lower_is_better, formula: two_minus_ratio,", "{kind: proportional,", LIMIT),
    ("rubric_county.yaml", "formula: two_minus_ratio", "formula: minus", "“formula”不能是“minus”"),
    ("indicators.yaml", "city: {value: 4.3, text: 4.3%以内}", "city: {value: 4.3%, text: 4.3%以内}", "“value”应为数字"),
    ("indicators.yaml", "city: {lower: 60, upper: 80}", "city: {lower: 60}", "范围须同时写 lower 和 upper"),
    ("indicators.yaml", "city: {lower: 60, upper: 80}", "city: {lower: 90, upper: 80}", "lower 不能大于 upper"),
    ("indicators.yaml", "city: {lower: 60, upper: 80}", "city: 70", "与 direction（within） 不符。允许：{lower: 下限, upper: 上限}"),
    ("indicators.yaml", "city: {lower: 60, upper: 80}", "city: {value: 1, lower: 60, upper: 80}", "不能都写"),
    ("indicators.yaml", "city: 100, north: 60", "city: {lower: 1, upper: 2}, north: 60", "范围目标的 direction 写 within"),
    ("rubric_county.yaml", "{kind: qualitative, indicators: [paid_share]}", "{kind: proportional, indicators: [{indicator: paid_share}]}", "只有文字，不能按数值计分。允许：改用 qualitative"),
    ("rubric_county.yaml", "indicators: [paid_share]", "indicators: [paid]", "没有指标“paid”"),
    ("lights.yaml", "worded: {id", "wordy: {id", "不认识的键“wordy”"),
    # places of comparison, lights of its own
    ("indicators.yaml", "direction: at_most\n    basis: full", "direction: at_most\n    compared_decimals: 0\n    basis: full", "按 0 位小数比较，目标 4.3（city）的小数更多。允许：不少于目标的小数位数"),
    ("indicators.yaml", "direction: at_most\n    basis: full", 'direction: at_most\n    lights: {"on": pace, intervals: [{id: a, word: 甲, shape: △, tone: red, upper: 1}, {id: b, word: 乙, shape: ▽, tone: green, lower: 1}]}\n    basis: full', "“pace”看序时进度，水平类（basis: full）和上限、范围指标没有序时进度。允许：completion"),
    ("indicators.yaml", "direction: at_most\n    basis: full", 'direction: at_most\n    lights: {"on": completion, intervals: [{id: a, word: 未报送, shape: △, tone: red, upper: 1}, {id: b, word: 乙, shape: ▽, tone: green, lower: 1}]}\n    basis: full', "“未报送”与“未报送”的字（word）相同"),
    # owners
    ("projects.yaml", "with_sections: [elderly]", "with_sections: [elder]", "没有科室“elder”。允许：rescue、elderly、general"),
    ("projects.yaml", "with_sections: [elderly]", "with_sections: [rescue]", "责任科室“rescue”重复"),
    # funds
    ("funds.yaml", "levels: [other]", "levels: [others]", "不能是“others”" ),
    ("tables/funds.yaml", "shared_with: [works]", "shared_with: [roads]", "没有项目“roads”"),
    ("tables/funds.yaml", "shared_with: [works]", "shared_with: [works, aid]", "funds.yaml 里这些项目都要列出该来源"),
    ("tables/funds.yaml", "shared_with: [works], ", "", "与资金表的行不一致。允许：care、其他资金"),
    # due months
    ("projects.yaml", "due_months: [3, 6, 9, 12]", "due_months: [3, 6, 9, 13]", "没有 13 月。允许：1 至 12"),
    ("projects.yaml", "due_months: [3, 6, 9, 12]", "due_months: [3, 9, 6, 12]", "月份 6 不在 9 之后。允许：从小到大"),
    ("projects.yaml", "due_months: [3, 6, 9, 12]", "due_months: quarterly", "“due_months”"),
    # headings
    ("reporting.yaml", "role: plans", "role: funds", "role“funds”重复"),
    ("reporting.yaml", "role: plans", "role: next", "“role”不能是“next”"),
    ("reporting.yaml", "title: 问题和打算", "title: 打算", "与 reporting.yaml 的各方面（parts）不一致"),
    # composite scores
    ("rubric_county.yaml", "weight: 0.4, groups", "weight: 0.5, groups", "各部分权重合计 1.1。允许：合计为 1"),
    ("rubric_county.yaml", "groups: [opinion]", "groups: [manage]", "考评项目“manage”重复"),
    ("rubric_county.yaml", "groups: [opinion]", "groups: [option]", "没有考评项目“option”。允许：goals、manage、opinion"),
    ("rubric_county.yaml", "combine: min", "combine: least", "“combine”不能是“least”"),
    ("rubric_county.yaml", "weight: 0.4}", "weight: 0.5}", "各指标权重合计 1.1。允许：合计为 1"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "told"), FAULTS, ids=[f"{n}-{f[0]}" for n, f in enumerate(FAULTS)])
def test_a_fault_is_told_with_its_file_line_and_what_is_allowed(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    params = tmp_path / "params"
    shutil.copytree(HERE / "params", params)
    path = params / "2026" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = plan_faults(params, 2026)
    hits = [fault for fault in faults if told in str(fault)]
    assert hits, [str(fault) for fault in faults]
    assert all(str(fault).startswith(f"params/2026/{fault.file.split('/', 2)[2]}:{fault.line}") for fault in hits)
