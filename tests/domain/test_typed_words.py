"""What people type: periods, years and names, understood or answered with what was meant."""

import pytest

from minsheng.domain.period import Period, period_typed, year_typed
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.signing.standing import receiver_typed


@pytest.mark.parametrize(
    ("period", "texts"),
    [
        (
            "2017-06",
            "2017-06 2017-6 2017/6 2017.6 201706 2017年6月 2017年06月份 ２０１７年６月 17年6月 二〇一七年六月",
        ),
        ("2017-12", "2017-12 二零一七年十二月 2017年十二月"),
        ("2017-H1", "2017-H1 2017h1 2017年上半年 2017上半年 2017年度上半年 2017年1-6月"),
        ("2017-H1", "2017年1月至6月 “2017-H1”"),
        ("2017-H2", "2017H2 2017年下半年 2017年7～12月"),
        ("2017", "2017 2017年 2017年度 2017全年 2017年1-12月"),
    ],
)
def test_a_period_as_people_write_it(period: str, texts: str) -> None:
    assert {str(period_typed(text)) for text in texts.split()} == {period}
    assert period_typed(f" {Period(period).label.replace('年', ' 年 ')} ") == Period(period)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("6月", "缺年度"),
        ("上月", "缺年度"),
        ("2017-13", "没有 13 月"),
        ("201713", "没有 13 月"),
        ("2017年6月20日", "是一天；是不是 2017-06"),
        ("20170620", "是一天；是不是 2017-06"),
        ("2017年二季度", "没有按季的报告期"),
        ("2017年3-6月", "半年写 2017-H1 或 2017年上半年"),
        ("20171", "月份写 2017-06 或 2017年6月"),
        ("苍溪", "全年写 2017 或 2017年"),
    ],
)
def test_what_is_no_period_is_answered_with_what_was_meant(text: str, answer: str) -> None:
    with pytest.raises(UsageError, match=answer):
        period_typed(text)


def test_a_year_as_people_write_it() -> None:
    assert {year_typed(text) for text in ("2017", "２０１７年", "2017年度")} == {2017}
    with pytest.raises(UsageError, match="“2017-06”不是年度"):
        year_typed("2017-06")


@pytest.mark.parametrize(
    ("who", "texts"),
    [
        ("cangxi", "苍溪 苍溪县 苍溪县民政局 广元市苍溪县 CANGXI 苍溪县民政局社会救助股"),
        ("etdz", "经开区 广元经济技术开发区"),
        ("social_relief", "社会救助科 救助科 social_relief"),
        ("welfare_charity", "福利科 社会福利和慈善事业科"),
        ("office", "办公室 局办公室"),
        ("performance_office", "局绩效办公室 绩效办公室 绩效办"),
    ],
)
def test_an_area_or_section_as_people_call_it(plan: Plan, who: str, texts: str) -> None:
    assert {plan.owner(text).id for text in texts.split()} == {who}


@pytest.mark.parametrize(
    ("text", "answer"),
    [("苍西县", "是不是 苍溪县"), ("广元", "是不是 市本级、广元经济技术开发区"), ("科室", "方案中的科室：社会救助科")],
)
def test_nobody_is_guessed_where_two_may_be_meant(plan: Plan, text: str, answer: str) -> None:
    with pytest.raises(UsageError, match=answer):
        plan.owner(text)
    with pytest.raises(UsageError, match="是不是 社会救助科、社会福利和慈善事业科"):
        plan.section("社会科")


def test_to_whom_a_report_goes_as_people_call_it() -> None:
    assert {receiver_typed(text) for text in ("省厅", "省民政厅", " 省 厅 ", "province")} == {"province"}
    assert {receiver_typed(text) for text in ("办公室", "局办", "局办公室", "Office")} == {"office"}
    assert {receiver_typed(text) for text in ("督查室", "市委市政府督查室")} == {"supervision"}
    with pytest.raises(UsageError, match="可写 --to 办公室、--to 省厅 或 --to 督查室"):
        receiver_typed("科室")
