"""Findings follow the figures: whatever crosses a bound changes its words."""

from datetime import date
from decimal import Decimal

import pytest

from minsheng import report
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.period import Period
from minsheng.report import sentences


def test_the_sentence_of_a_count_behind_schedule(build):
    assert sentences.progress(build.count("129", "300")) == (
        "新增床位129张，完成年度目标300张的43.0%，低于序时进度7.0个百分点"
    )


@pytest.mark.parametrize(
    ("actual", "words", "tone"),
    [
        ("0", "新增床位尚为零，年度目标300张，低于序时进度50.0个百分点，状态为“严重滞后”", "bad"),
        ("100", "完成年度目标300张的33.3%，低于序时进度16.7个百分点，状态为“进度滞后”", "watch"),
        ("150", "完成年度目标300张的50.0%，与序时进度持平，状态为“达到序时进度”", "good"),
        ("299", "完成年度目标300张的99.7%，高于序时进度49.7个百分点", "good"),
        ("300", "新增床位300张，完成年度目标300张，状态为“提前完成”", "good"),
        ("313", "超额完成年度目标300张，完成率104.3%，超出13张，状态为“提前完成”", "good"),
    ],
)
def test_words_change_as_the_actual_crosses_its_target(build, actual, words, tone):
    html = report.findings(build.project(measurements=(build.count(actual, "300"),)))._repr_html_()
    assert words in html
    assert f'<li class="{tone}">苍溪县新增床位' in html


def test_what_remains_vanishes_once_the_target_is_met(build):
    below = repr(report.findings(build.project(measurements=(build.count("299", "300"),))))
    met = repr(report.findings(build.project(measurements=(build.count("300", "300"),))))
    assert "还差1张，年内还有6个月，平均每月至少需完成1张" in below
    assert "还差" not in met


def test_in_december_no_month_remains(build):
    figures = build.project(measurements=(build.count("280", "300", schedule="1"),), period=Period("2017-12"))
    assert "还差20张，年内已无剩余月份" in repr(report.findings(figures))


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        ("283.57", "城市低保人均补助283.57元，比300元的目标低16.43元"),
        ("299.996", "城市低保人均补助299.996元，比300元的目标低不足0.01元"),
        ("300", "与300元的目标持平"),
        ("304.1", "比300元的目标高4.10元"),
    ],
)
def test_levels_are_compared_with_the_full_target(build, actual, words):
    said = sentences.progress(build.level(actual, "300"))
    assert words in said
    assert "序时" not in said


def test_percentages_differ_by_percentage_points(build):
    ratio = build.level("68.8", "70", label="医疗救助比例", unit="%")
    assert sentences.progress(ratio) == "医疗救助比例68.80%，比70%的目标低1.20个百分点"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("done", "两线合一：已完成"),
        ("stage", "两线合一：阶段任务已完成（2/4）"),
        ("in_progress", "两线合一：正在推进，尚未到期"),
        ("partial", "两线合一：部分完成"),
        ("not_done", "两线合一：未完成"),
    ],
)
def test_milestones_say_their_state(build, state, words):
    assert words in repr(report.findings(build.milestone_project(state)))
    assert words in repr(report.summary(build.milestone_project(state)))


@pytest.mark.parametrize(
    ("state", "dated", "words", "tone"),
    [
        ("met", date(2017, 6, 12), "已落实，文件日期2017年6月12日（应于2017年6月30日前完成）", "good"),
        ("met_late", date(2017, 7, 3), "逾期完成，文件日期2017年7月3日（应于2017年6月30日前完成）", "watch"),
        ("met", None, "按户差额发放：已落实。", "good"),
        ("not_met", None, "未落实，应于2017年6月30日前完成", "watch"),
        ("not_due", None, "尚未到期，应于2017年6月30日前完成", "plain"),
        ("unknown", None, "无法判定", "watch"),
    ],
)
def test_conditions_say_their_state(build, state, dated, words, tone):
    html = report.findings(build.project(duties=(build.condition(state, dated=dated),)))._repr_html_()
    line = next(line for line in html.split("<li") if "按户差额发放：" in line)
    assert words in line
    assert f'class="{tone}"' in line


def test_an_overdue_condition_sounds_worse(build):
    overdue = build.condition("not_met", dated=None, due=date(2017, 6, 1))
    assert '<li class="bad">按户差额发放：未落实' in report.findings(build.project(duties=(overdue,)))._repr_html_()


def test_funds_are_said_with_execution(build):
    text = repr(report.findings(build.project()))
    # 5,200,000 ÷ 8,600,000 = 60.47 %
    assert "争取中央、省补助资金到位860.00万元，拨付520.00万元，执行率60.5%" in text
    assert "市级安排资金到位120.00万元，尚未拨付；县级安排" in text
    assert "县级安排资金尚无到位" in text
    assert text.index("资金合计") < text.index("争取中央")


def test_more_paid_out_than_received_is_pointed_at(build):
    html = report.findings(build.project(funds=(build.money(received="100000", disbursed="120000"),)))._repr_html_()
    assert '<li class="watch">争取中央、省补助资金到位10.00万元，拨付12.00万元，执行率120.0%，拨付大于到位' in html


def test_a_city_with_a_missing_area_has_no_completion(build):
    dossier = build.city("jiange")
    text = repr(report.findings(dossier))
    assert "5个地区中1个没有可用数据：剑阁县（未报送）" in text
    assert "已报送的4个地区新增床位合计" in text
    assert text.count("缺剑阁县") == 0  # said once, in the first sentence
    assert "含4/5个地区，缺剑阁县" in repr(report.summary(dossier))


def test_areas_behind_are_named_by_word(build):
    text = repr(report.findings(build.city()))
    assert "剑阁县新增床位“严重滞后”。" in text
    assert "市本级新增床位“进度滞后”。" in text


def test_indicators_without_a_duty_are_left_out(build):
    none = build.count("1", "1", indicator="daycare_centres", label="日间照料中心", unit="个").model_copy(
        update={"target": None, "actual": None, "completion": None, "light": build.lights["no_duty"]}
    )
    dossier = build.project(measurements=(build.count("129", "300"), none))
    assert "日间照料中心" not in repr(report.findings(dossier))
    assert "无任务" in repr(report.progress_table(dossier))


def test_unexplained_warnings_are_asked_for(build):
    waiting = build.project(issues=(build.issue(),))
    explained = build.project(issues=(build.issue(explanation="补录了5月漏报的8张"),))
    assert "有1条校验提示尚未说明" in repr(report.findings(waiting))
    assert "尚未说明" not in repr(report.findings(explained))


@pytest.mark.parametrize("status", [ReturnStatus.NOT_REPORTED, ReturnStatus.BLOCKED])
def test_without_data_there_is_no_analysis_of_figures(build, status):
    text = repr(report.findings(build.unreported(status)))
    assert "不能分析进度" in text
    assert "完成年度目标" not in text
    if status == ReturnStatus.BLOCKED:
        assert "有1个阻断性校验问题" in text


def test_the_summary_counts_lights_and_names_the_worst(build):
    text = repr(report.summary(build.project()))
    # 129/300 is 7 points behind, 80/150 ahead, 17/17 met, 4100/21000 is 30.5 points behind
    assert "苍溪县4项指标中，1项基本同步、1项达到序时进度、1项提前完成、1项严重滞后" in text
    assert "最需关注的是：居家养老服务4,100名，完成年度目标21,000名的19.5%" in text


def test_months_before_the_notice_say_so(build):
    assert "方案印发前补录数据" in repr(report.summary(build.project(before_notice=True)))


def test_controlled_figures_are_good_below_their_target(build):
    good = build.level("4.1", "4.3").model_copy(update={"completion": Decimal("1.05")})
    bad = build.level("4.5", "4.3").model_copy(update={"completion": Decimal("0.95")})
    assert "控制在4.3元的目标以内，低0.20元" in sentences.progress(good)
    assert "超过4.3元的控制目标，高0.20元" in sentences.progress(bad)


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        ("0", "新增床位尚为零，年度目标30000张，低于序时进度50.0个百分点"),
        ("1", "新增床位1张，完成年度目标30000张的不足0.1%，低于序时进度50.0个百分点"),
        ("14999", "新增床位14,999张，完成年度目标30000张的50.0%，低于序时进度不足0.1个百分点"),
        ("15000", "新增床位15,000张，完成年度目标30000张的50.0%，与序时进度持平"),
        ("29999", "新增床位29,999张，完成年度目标30000张的99.997%，高于序时进度50.0个百分点"),
        ("30000", "新增床位30,000张，完成年度目标30000张"),
        ("30001", "新增床位30,001张，超额完成年度目标30000张，完成率100.003%，超出1张"),
    ],
)
def test_counts_at_the_edges(build, actual, said):
    assert sentences.progress(build.count(actual, "30000")) == said.replace("30000", "30,000")


def test_an_actual_that_is_missing_is_no_zero(build):
    missing = build.count("1", "300").model_copy(
        update={"actual": None, "completion": None, "light": build.lights["not_reported"]}
    )
    assert sentences.progress(missing) == "新增床位无数据（未报送）"


def test_what_a_condition_was_judged_by_reads_as_prose_and_says_a_day_once(build):
    state = build.condition("met", dated=date(2017, 6, 12)).model_copy(
        update={"because": "发放户数 4,518户 ≥ 低保户数 4,518户；文件日期 2017-06-12"}
    )
    said = sentences.condition(state)
    assert said.endswith("依据：发放户数4,518户 ≥ 低保户数4,518户。")
    assert said.count("6月12日") == 1
    late = state.model_copy(update={"because": "文件日期 2017-07-03，晚于期限 2017-06-30", "document_date": None})
    assert "依据：文件日期2017年7月3日，晚于期限2017年6月30日。" in sentences.condition(late)
