"""What a rule answers stands in the column's unit, as the county wrote it."""

from decimal import Decimal

import pytest

from minsheng.intake.rules import across_returns as across
from minsheng.intake.rules import within_return as within
from minsheng.intake.rules.by_cell import Columns

WAN, ONE = Decimal(10000), Decimal(1)
UNITS = {
    "disbursed_yuan": (WAN, "万元"),
    "received_yuan": (WAN, "万元"),
    "month_yuan": (WAN, "万元"),
    "persons": (ONE, "人"),
    "standard_yuan": (ONE, "元"),
    "ratio": (ONE, "%"),
}


def frame(**columns: str) -> Columns:
    return Columns({"area": ["cangxi"]} | {name: [Decimal(text)] for name, text in columns.items()}, UNITS)


def told(findings) -> str:
    (finding,) = findings
    return finding.detail


def test_money_in_ten_thousands_is_answered_in_ten_thousands():
    row = frame(disbursed_yuan="13294800", received_yuan="12294800", prev_disbursed_yuan="14000000")
    pairs = {"disbursed_yuan": "received_yuan"}
    assert told(within.at_most(row, pairs=pairs)) == "填报 1329.48万元，大于 1229.48万元"
    assert told(within.agree(row, pairs=pairs)) == "填报 1329.48万元，对应的是 1229.48万元"
    said = told(within.between(row, columns=["disbursed_yuan"], low=Decimal(0), high=Decimal(10**7)))
    assert said == "1329.48万元 大于 1000万元"
    fall = told(across.not_fall(row, columns=["disbursed_yuan"]))
    assert fall == "上月 1400万元，本月 1329.48万元，减少 70.52万元"


def test_one_fen_more_is_seen():
    row = frame(disbursed_yuan="13294800.01", received_yuan="13294800")
    said = told(within.at_most(row, pairs={"disbursed_yuan": "received_yuan"}))
    assert said == "填报 1329.480001万元，大于 1329.48万元"


def test_sums_and_growth_keep_the_unit():
    row = frame(disbursed_yuan="500000", prev_disbursed_yuan="100000", month_yuan="200000", received_yuan="300000")
    said = told(across.grow_by_month(row, pairs={"disbursed_yuan": "month_yuan"}))
    assert said == "上月累计 10万元 + 本月 20万元 = 30万元，填报 50万元"
    said = told(within.total_of_parts(row, total="disbursed_yuan", parts=["received_yuan", "-month_yuan"]))
    assert said == "应为 10万元，填报 50万元"
    said = told(across.change_within(row, columns=["disbursed_yuan"], factor=Decimal(3)))
    assert said == "上月 10万元，本月 50万元，相差 5 倍"


def test_each_factor_has_its_own_unit():
    row = frame(disbursed_yuan="500000", standard_yuan="100", persons="3000")
    said = told(within.product(row, column="disbursed_yuan", factors=["standard_yuan", "persons"]))
    assert said == "100元 × 3000人 = 30万元，填报 50万元"


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ({"received_yuan": "200000"}, "50万元 ÷ 20万元 = 2.5，大于 1"),
        ({"persons": "1000"}, "500000元 ÷ 1000人 = 500元/人，大于 1元/人"),
    ],
)
def test_a_division_comes_out_as_it_is_written(below, said):
    row = frame(disbursed_yuan="500000", **below)
    found = within.ratio_between(
        row, column="disbursed_yuan", numerator=["disbursed_yuan"], denominator=[*below], high=ONE
    )
    assert told(found) == said


def test_a_stated_ratio_names_its_unit():
    row = frame(ratio="0.7344", disbursed_yuan="734400", received_yuan="1000000")
    parts = {"numerator": ["disbursed_yuan"], "denominator": ["received_yuan"], "scale": Decimal(100)}
    said = told(within.ratio_between(row, column="ratio", stated="ratio", **parts))
    assert said == "73.44万元 ÷ 100万元 × 100 = 73.44%，填报 0.7344%"


def test_a_share_of_its_own_kind_is_a_percentage():
    row = frame(disbursed_yuan="1200000", received_yuan="1000000")
    parts = {"numerator": ["disbursed_yuan"], "denominator": ["received_yuan"], "scale": Decimal(100)}
    said = told(within.ratio_between(row, column="disbursed_yuan", high=Decimal(100), **parts))
    assert said == "120万元 ÷ 100万元 × 100 = 120%，大于 100%"
