from decimal import Decimal

import pytest

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.period import Period
from minsheng.measure.city import city_measurement
from minsheng.measure.project import project_figures

JUNE, MAY = Period("2017-06"), Period("2017-05")
# New beds by June, by hand: 200 + 150 + 125 + 110 + 90 + 185 + 35 + 40 + 40 = 975, half of 1,950.
BEDS = {
    "municipal": 200,
    "cangxi": 150,
    "wangcang": 125,
    "jiange": 110,
    "qingchuan": 90,
    "lizhou": 185,
    "zhaohua": 35,
    "chaotian": 40,
    "etdz": 40,
}


@pytest.fixture
def june(build):
    return {
        (JUNE, area): build("2017-06", area, {"elderly_care.beds_new_cumulative": str(beds)})
        for area, beds in BEDS.items()
    }


def test_beds_add_up_with_the_municipal_row(plan, june):
    row = city_measurement(plan, plan.indicator("beds_new"), JUNE, june)
    assert (row.actual, row.target, row.completion) == (975, 1950, Decimal("0.5"))
    assert (row.reported_areas, row.expected_areas, row.missing_areas) == (9, 9, ())
    assert row.light.word == "达到序时进度"
    assert len(row.cells) == 9


def test_a_city_rate_is_a_quotient_of_sums_not_a_mean(plan, build):
    # 青川 300 a head for 1 person-month, everyone else 200 for 1,000: the mean of rates would be 212.5.
    returns = {}
    for area in plan.areas_with("dibao"):
        spending, months = ("300", "1") if area.id == "qingchuan" else ("200000", "1000")
        returns[JUNE, area.id] = build(
            "2017-06",
            area.id,
            {"dibao.urban.spending_cumulative_yuan": spending, "dibao.urban.person_months_cumulative": months},
        )
    row = city_measurement(plan, plan.indicator("dibao_urban_avg"), JUNE, returns)
    assert (row.numerator, row.denominator) == (1400300, 7001)
    assert "1,400,300元 ÷ 7,001人次 = 200.01元" in row.formula


@pytest.mark.parametrize("gone", ["absent", "blocked"])
def test_a_missing_area_leaves_a_partial_sum_without_completion(plan, build, june, gone):
    if gone == "absent":
        del june[JUNE, "jiange"]
    else:
        june[JUNE, "jiange"] = build("2017-06", "jiange", status={"elderly_care": ReturnStatus.BLOCKED})
    row = city_measurement(plan, plan.indicator("beds_new"), JUNE, june)
    assert (row.actual, row.completion, row.light.word) == (865, None, "汇总不全")
    assert row.missing_areas == ("剑阁县",)
    assert "含 8/9，缺 剑阁县" in row.formula


def test_nobody_reported(plan):
    row = city_measurement(plan, plan.indicator("beds_new"), JUNE, {})
    assert (row.status, row.actual, row.light.word) == (ReturnStatus.NOT_REPORTED, None, "未报送")
    assert row.reported_areas == 0


def test_carrying_forward_is_a_setting(plan, build, june):
    del june[JUNE, "jiange"]
    june[MAY, "jiange"] = build("2017-05", "jiange", {"elderly_care.beds_new_cumulative": "100"})
    off = city_measurement(plan, plan.indicator("beds_new"), JUNE, june)
    assert off.missing_areas == ("剑阁县",)
    reporting = plan.reporting.model_copy(update={"carry_forward": True})
    on = city_measurement(plan.model_copy(update={"reporting": reporting}), plan.indicator("beds_new"), JUNE, june)
    assert (on.actual, on.missing_areas) == (965, ())
    assert on.completion is not None
    assert "剑阁县用上月数" in on.formula


def test_the_order_of_areas_changes_nothing(plan, june):
    expected = city_measurement(plan, plan.indicator("beds_new"), JUNE, june)
    keys = list(june)
    for turn in range(len(keys)):
        shuffled = {key: june[key] for key in reversed(keys[turn:] + keys[:turn])}
        assert city_measurement(plan, plan.indicator("beds_new"), JUNE, shuffled) == expected


def test_a_city_milestone_is_done_only_when_every_area_is(plan, build):
    returns = {(JUNE, area.id): build("2017-06", area.id) for area in plan.areas_with("two_lines")}
    indicator = plan.indicator("two_lines_done")
    stage = city_measurement(plan, indicator, JUNE, returns)
    assert (stage.level, stage.numerator, stage.denominator, stage.staged_areas) == ("stage", 0, 8, 8)
    assert stage.light.word == "阶段任务已完成（2/4）"
    august = Period("2017-08")
    later = {(august, area.id): build("2017-08", area.id) for area in plan.areas_with("two_lines")}
    done = city_measurement(plan, indicator, august, later)
    assert (done.level, done.numerator, done.denominator, done.staged_areas) == ("done", 8, 8, 0)
    returns[JUNE, "lizhou"] = build("2017-06", "lizhou", {"two_lines.rural.by_household_document_date": None})
    partial = city_measurement(plan, indicator, JUNE, returns)
    assert (partial.level, partial.staged_areas, partial.light.word) == ("partial", 7, "部分完成")
    assert "部分完成 1 个（利州区）" in partial.formula
    del returns[JUNE, "lizhou"]
    unknown = city_measurement(plan, indicator, JUNE, returns)
    assert (unknown.level, unknown.light.word, unknown.missing_areas) == (None, "汇总不全", ("利州区",))


def test_every_county_may_meet_its_target_while_the_city_fails(plan, build):
    """270 is no mean of rows: many person-months in 青川 (175) and 利州 (245) pull the city below it."""
    returns = {}
    for area in plan.areas_with("dibao"):
        target = plan.indicator("dibao_urban_avg").targets[area.id].value
        months = 100_000 if area.id in {"qingchuan", "lizhou"} else 1_000
        returns[JUNE, area.id] = build(
            "2017-06",
            area.id,
            {
                "dibao.urban.spending_cumulative_yuan": str(target * months),
                "dibao.urban.person_months_cumulative": str(months),
            },
        )
    figures = project_figures(plan, "dibao", "city", JUNE, returns, ())
    assert all(row.measurements[0].completion == 1 for row in figures.areas)
    # (175 + 245) × 100,000 + 6 × 300 × 1,000 = 43,800,000; ÷ 206,000 = 212.62
    assert "43,800,000元 ÷ 206,000人次 = 212.62元" in figures.measurements[0].formula
    assert figures.measurements[0].light.word == "未达标"
