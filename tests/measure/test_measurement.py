from datetime import date
from decimal import Decimal

import pytest

from minsheng.domain.base import Source
from minsheng.domain.delivery import ReturnStatus, Value
from minsheng.domain.indicator import Basis, Direction
from minsheng.domain.item_rules import LowerIsBetterRule, Weighted
from minsheng.domain.period import Period
from minsheng.measure.city import city_measurement
from minsheng.measure.county_score import with_rule
from minsheng.measure.fields import sum_of
from minsheng.measure.measurement import measurement
from minsheng.measure.ratios import ratio_of
from minsheng.measure.rules import MeasuredArea, measured_points
from minsheng.report import sentences

MARCH, MAY, JUNE, JULY = Period("2017-03"), Period("2017-05"), Period("2017-06"), Period("2017-07")


def measure(plan, indicator, accepted, period=None):
    verdict = accepted.verdict
    period = period or verdict.period
    return measurement(plan, plan.indicator(indicator), verdict.id, period, {(verdict.period, verdict.id): accepted})


def test_luzhou_2010_as_published(plan, build):
    # 5,895.5万元 ÷ 326,514人次 = 180.56元, 122 % of its target of 148 (泸州 2010-06)
    urban = plan.indicator("dibao_urban_avg")
    target = urban.targets["cangxi"].model_copy(update={"value": Decimal(148)})
    changed = urban.model_copy(update={"targets": {"cangxi": target}})
    accepted = build(
        "2017-06",
        changes={
            "dibao.urban.spending_cumulative_yuan": "58955000",
            "dibao.urban.person_months_cumulative": "326514",
        },
    )
    row = measurement(plan, changed, "cangxi", JUNE, {(JUNE, "cangxi"): accepted})
    assert "58,955,000元 ÷ 326,514人次 = 180.56元" in row.formula
    assert "÷ 目标 148.00元 = 122.00%" in row.formula
    assert (row.numerator, row.denominator) == (Decimal(58955000), Decimal(326514))
    assert [cell.field for cell in row.cells] == [
        "dibao.urban.spending_cumulative_yuan",
        "dibao.urban.person_months_cumulative",
    ]


def test_costs_above_the_cap_leave_the_denominator(plan, build):
    row = measure(plan, "medical_aid_ratio", build("2017-06"))
    assert (row.numerator, row.denominator) == (Decimal(700000), Decimal(1000000))  # 300+400; 400+700-100 thousand
    assert (row.actual, row.completion, row.light.word) == (Decimal(70), Decimal(1), "达标")
    assert row.schedule_progress is None
    assert len(row.cells) == 6
    assert "700,000 = 300,000 + 400,000，1,000,000 = 400,000 + 700,000 - 0 - 100,000" in row.formula


def test_a_level_one_yuan_short_of_a_million_is_not_met(plan, build):
    row = measure(
        plan, "medical_aid_ratio", build("2017-06", changes={"medical_aid.tekun.aid_cumulative_yuan": "299999"})
    )
    assert row.completion is not None
    assert row.completion < 1
    assert row.light.word == "接近达标"
    assert "699,999元 ÷ 1,000,000元 = 69.9999%" in row.formula, "rounding must not seem to reach the target"
    assert "69.9999% ÷ 目标 70.00% = 99.9999%" in row.formula


def test_a_plan_may_compare_figures_as_they_are_printed(plan, build):
    printed = plan.model_copy(update={"lights": plan.lights.model_copy(update={"as_printed": True})})
    changes = {"medical_aid.tekun.aid_cumulative_yuan": "299950"}
    exactly, as_printed = (
        measure(each, "medical_aid_ratio", build("2017-06", changes=changes)) for each in (plan, printed)
    )
    assert (exactly.light.word, as_printed.light.word) == ("接近达标", "达标")
    assert (as_printed.actual, as_printed.completion) == (70, 1)
    assert (as_printed.numerator, as_printed.denominator) == (exactly.numerator, exactly.denominator)
    assert "= 69.995%（" in as_printed.formula
    assert "按2位小数比较为 70.00%；70.00% ÷ 目标 70.00%" in as_printed.formula
    finer = plan.model_copy(update={"lights": plan.lights.model_copy(update={"rate_decimals": 3})})
    row = measure(finer, "beds_new", build("2017-06", changes={"elderly_care.beds_new_cumulative": "100"}))
    assert row.formula.endswith("100张 ÷ 目标 300张 = 33.333%")
    assert "年度目标300张的33.333%" in sentences.standing(row)
    assert measure(plan, "beds_new", build("2017-06")).rate_decimals == 1
    indicator = plan.indicator("medical_aid_ratio")
    missed, reached = (ratio_of(each, indicator, exactly, JUNE, "cangxi") for each in (plan, printed))
    assert (missed.value < 1, reached.value) == (True, 1)
    assert reached.chain.startswith("70〔699,950 ÷ 1,000,000 × 100，按2位小数比较〕 ÷ 70")


def test_a_count_is_compared_with_the_year_and_with_the_schedule(plan, build):
    row = measure(plan, "beds_new", build("2017-05", changes={"elderly_care.beds_new_cumulative": "125"}))
    assert row.light.word == "达到序时进度"  # 125 ÷ 300 = 5/12 exactly
    assert row.completion == row.schedule_progress
    assert "125张 ÷ 目标 300张 = 41.67%" in row.formula


def test_blank_duty_missing_return_and_blocked_return_are_three_things(plan, build):
    municipal = measure(plan, "daycare_centres", build("2017-06", "municipal"))
    assert (municipal.light.word, municipal.target, municipal.completion) == ("无任务", None, None)
    absent = measurement(plan, plan.indicator("beds_new"), "cangxi", JUNE, {})
    assert (absent.status, absent.light.word, absent.actual) == (ReturnStatus.NOT_REPORTED, "未报送", None)
    assert absent.target == 300
    blocked = measure(plan, "beds_new", build("2017-06", status={"elderly_care": ReturnStatus.BLOCKED}))
    assert (blocked.status, blocked.light.word, blocked.actual) == (ReturnStatus.BLOCKED, "数据未通过校验", None)


def test_an_absent_field_is_not_zero(plan, build):
    row = measure(plan, "beds_new", build("2017-06", changes={"elderly_care.beds_new_cumulative": None}))
    assert (row.status, row.actual) == (ReturnStatus.NOT_REPORTED, None)
    assert "累计新增床位合计" in row.formula
    half = measure(plan, "medical_aid_ratio", build("2017-06", changes={"medical_aid.tekun.aid_cumulative_yuan": None}))
    assert (half.status, half.actual) == (ReturnStatus.NOT_REPORTED, None)
    zero = measure(plan, "beds_new", build("2017-06", changes={"elderly_care.beds_new_cumulative": "0"}))
    assert (zero.status, zero.actual, zero.completion) == (ReturnStatus.REPORTED, 0, 0)


def test_nothing_to_divide_by_is_said_and_not_a_rate(plan, build):
    nothing = dict.fromkeys(
        [
            "medical_aid.tekun.aid_cumulative_yuan",
            "medical_aid.tekun.self_paid_cumulative_yuan",
            "medical_aid.dibao.aid_cumulative_yuan",
            "medical_aid.dibao.self_paid_cumulative_yuan",
            "medical_aid.dibao.above_cap_cumulative_yuan",
        ],
        "0",
    )
    row = measure(plan, "medical_aid_ratio", build("2017-01", changes=nothing))
    assert (row.status, row.actual, row.completion) == (ReturnStatus.REPORTED, None, None)
    assert "无法计算" in row.formula
    assert (row.has_duty, row.light.word) == (True, "无发生额")


@pytest.mark.parametrize(
    ("month", "as_of", "changes", "level"),
    [
        # two of four conditions begin in July: what is due is done, the whole is not
        ("2017-06", date(2017, 6, 23), {}, "stage"),
        ("2017-06", date(2017, 6, 23), {"two_lines.rural.standard_now_yuan": "100"}, "stage"),
        # not yet: a report that ends on the 23rd cannot say what happened by the 30th
        ("2017-06", date(2017, 6, 23), {"two_lines.rural.by_household_document_date": None}, "in_progress"),
        ("2017-06", date(2017, 6, 30), {"two_lines.rural.by_household_document_date": None}, "partial"),
        ("2017-06", date(2017, 6, 30), {"two_lines.rural.by_difference_households": "29999"}, "partial"),
        # the document counts by its date, however late the return that shows it
        ("2017-06", date(2017, 7, 5), {"two_lines.rural.by_household_document_date": "2017-06-30"}, "stage"),
        ("2017-07", date(2017, 7, 31), {}, "done"),
        ("2017-07", date(2017, 7, 31), {"two_lines.rural.by_household_document_date": "2017-07-01"}, "late"),
        # 7月起: the new standard is a duty from July on, due by its end
        ("2017-07", date(2017, 7, 23), {"two_lines.urban.standard_now_yuan": "459"}, "in_progress"),
        ("2017-08", date(2017, 8, 23), {"two_lines.urban.standard_now_yuan": "459"}, "partial"),
        (
            "2017-06",
            date(2017, 6, 30),
            {"two_lines.rural.by_difference_households": "0", "two_lines.urban.by_difference_households": "0"},
            "not_done",
        ),
    ],
)
def test_two_lines_level(plan, build, month, as_of, changes, level):
    row = measure(plan, "two_lines_done", build(month, changes=changes, as_of=as_of))
    assert row.level == level
    assert row.light.id == level


def test_a_milestone_says_when_and_why(plan, build):
    done = measure(plan, "two_lines_done", build("2017-08"))
    assert done.milestone_date == date(2017, 7, 10)
    assert [state.state for state in done.conditions] == ["met"] * 4
    late = measure(
        plan, "two_lines_done", build("2017-08", changes={"two_lines.urban.by_household_document_date": "2017-07-03"})
    )
    assert (late.milestone_date, late.light.word) == (date(2017, 7, 10), "逾期完成")
    assert late.conditions[0].state == "met_late"
    assert "文件日期 2017-07-03，晚于期限 2017-06-30" in late.conditions[0].because
    assert "4,000户 ≥ 城市低保户数 4,000户" in late.conditions[0].because


def test_a_stage_says_how_much_of_the_milestone_is_met(plan, build):
    row = measure(plan, "two_lines_done", build("2017-06"))
    assert (row.light.word, row.numerator, row.denominator) == ("阶段任务已完成（2/4）", 2, 4)
    assert row.milestone_date is None


def test_an_assessment_judges_its_whole_period(plan, build):
    """A half-year's return that ends on 23 June leaves nothing open: what was not done by 30 June was not done."""
    accepted = build("2017-06", changes={"two_lines.rural.by_household_document_date": None}, as_of=date(2017, 6, 23))
    assert measure(plan, "two_lines_done", accepted).level == "in_progress"
    assert measure(plan, "two_lines_done", accepted, Period("2017-H1")).level == "partial"


def test_a_milestone_with_an_absent_figure_is_not_reported(plan, build):
    row = measure(
        plan, "disability_allowance_done", build("2017-12", changes={"disability_allowance.paid_persons": None})
    )
    assert (row.status, row.level) == (ReturnStatus.NOT_REPORTED, None)
    assert "未填" in row.formula
    assert "实补人数" in row.formula


@pytest.mark.parametrize(
    ("formula", "said"),
    [("target_over_actual", "4.30% ÷ 4.17% = 103.12%"), ("two_minus_ratio", "2 - 4.17% ÷ 4.30% = 103.02%")],
)
def test_a_controlled_figure_is_compared_as_the_rubric_scores_it(plan, build, formula, said):
    indicator = plan.indicator("medical_aid_ratio")
    target = indicator.targets["cangxi"].model_copy(update={"value": Decimal("4.3")})
    controlled = indicator.model_copy(update={"direction": Direction.AT_MOST, "targets": {"cangxi": target}})
    rule = LowerIsBetterRule(
        kind="lower_is_better",
        indicators=(Weighted(indicator="medical_aid_ratio"),),
        formula=formula,
        cap=1,
        floor=0,
        unreported="zero",
        source=Source(document="ours", why="算例"),
    )
    changes = {"medical_aid.tekun.aid_cumulative_yuan": "41700", "medical_aid.dibao.aid_cumulative_yuan": "0"}
    returns = {(JUNE, "cangxi"): build("2017-06", changes=changes)}
    row = measurement(with_rule(plan, "goal.medical", rule), controlled, "cangxi", JUNE, returns)
    assert said in row.formula
    assert row.light.word == "达标"


def test_a_target_of_zero_asks_for_nothing(plan, build):
    beds = plan.indicator("beds_new")
    target = beds.targets["cangxi"].model_copy(update={"value": Decimal(0)})
    free = beds.model_copy(update={"targets": {"cangxi": target}})
    row = measurement(plan, free, "cangxi", JUNE, {(JUNE, "cangxi"): build("2017-06")})
    assert (row.has_duty, row.completion, row.light.word) == (False, None, "无任务")
    assert row.formula == "目标为 0，没有任务"
    whole = beds.model_copy(update={"targets": {**beds.targets, "cangxi": target}, "city_total": False})
    city = city_measurement(plan, whole, JUNE, {})
    assert "苍溪县" not in city.missing_areas, "who has no duty is not missed"


@pytest.mark.parametrize(("actual", "points", "word"), [("0", 8, "达标"), ("1", 0, "未达标")])
def test_an_upper_limit_of_zero_is_kept_at_zero_and_broken_above(plan, build, actual, points, word):
    beds = plan.indicator("beds_new")
    target = beds.targets["cangxi"].model_copy(update={"value": Decimal(0)})
    limit = beds.model_copy(update={"targets": {"cangxi": target}, "direction": Direction.AT_MOST, "basis": Basis.FULL})
    others = tuple(limit if each.id == limit.id else each for each in plan.indicators)
    changed = plan.model_copy(update={"indicators": others})
    accepted = build("2017-06", changes={"elderly_care.beds_new_cumulative": actual})
    row = measurement(changed, limit, "cangxi", JUNE, {(JUNE, "cangxi"): accepted})
    assert row.light.word == word
    rule = LowerIsBetterRule(
        kind="lower_is_better",
        indicators=(Weighted(indicator="beds_new"),),
        formula="target_over_actual",
        cap=1,
        floor=0,
        unreported="zero",
        source=Source(document="ours", why="算例"),
    )
    facts = MeasuredArea(changed, "cangxi", JUNE, {"beds_new": row}, {})
    assert measured_points(facts, rule, Decimal(8), 2).points == points


def test_a_half_year_is_measured_by_its_closing_month(plan, build):
    row = measure(
        plan, "beds_new", build("2017-06", changes={"elderly_care.beds_new_cumulative": "150"}), Period("2017-H1")
    )
    assert (row.schedule_progress, row.light.word) == (Decimal("0.5"), "达到序时进度")


def test_open_rows_are_all_added_up(plan, build):
    accepted = build("2017-06")
    extra = {
        field: Value(field=field, value=text, unit="张或个", sheet="养老项目", cell=cell)
        for field, text, cell in (
            ("elderly_projects.1.quantity", "30", "C4"),
            ("elderly_projects.2.quantity", "45", "C5"),
        )
    }
    accepted = accepted.model_copy(update={"values": {**accepted.values, **extra}})
    found = sum_of(plan, accepted, ["elderly_projects.*.quantity"])
    assert (found.total, found.addends) == (75, "30 + 45")
