"""同比 and 环比: what is compared with what, and the word of each thing that is not."""

from decimal import Decimal

import pytest

from minsheng.domain.indicator import Target
from minsheng.domain.period import Period
from minsheng.measure.before.compared import compared
from minsheng.measure.before.year_before import YearBefore, returns_needed
from minsheng.measure.city import any_measurement
from minsheng.measure.project import project_figures
from minsheng.report.before.comparisons import comparison_remark, comparison_sentence, rate_text

JUNE, MAY, THEN = Period("2017-06"), Period("2017-05"), Period("2016-06")
BEDS, RATIO = "elderly_care.beds_new_cumulative", "medical_aid.dibao.aid_cumulative_yuan"


def continuing(plan, **changes):
    """Return a plan whose beds and aid ratio go on with last year's, which had other ids."""
    named = {"beds_new": "beds_2016", "medical_aid_ratio": "aid_2016"}
    indicators = [i.model_copy(update={"continues": named.get(i.id), **changes}) for i in plan.indicators]
    return plan.model_copy(update={"indicators": tuple(indicators)})


def last_years(plan, **changes):
    named = {"beds_new": "beds_2016", "medical_aid_ratio": "aid_2016"}
    about = plan.about.model_copy(update={"year": 2016})
    indicators = [i.model_copy(update={"id": named.get(i.id, i.id), **changes}) for i in plan.indicators]
    return plan.model_copy(update={"about": about, "indicators": tuple(indicators)})


def beside(plan, build, before, now="140", month=JUNE, area="cangxi", indicator="beds_new", returns=None):
    """Return 环比 and 同比 of one indicator; ``None`` where there is none."""
    if returns is None:
        changes = {BEDS: now} if now is not None else {BEDS: None}
        returns = {(month, area): build(str(month), area, changes)}
    row = any_measurement(plan, plan.indicator(indicator), area, month, returns)
    found = {each.to: each for each in compared(plan, area, month, returns, [row], before)}
    return row, found.get("month"), found.get("year")


def year(plan, build, beds, area="cangxi", **changes):
    return YearBefore(last_years(plan, **changes), {(THEN, area): build("2016-06", area, {BEDS: beds})})


def test_a_count_is_compared_by_its_rate_with_last_year_and_the_month_before(plan, build):
    returns = {(m, "cangxi"): build(str(m), "cangxi", {BEDS: n}) for m, n in ((MAY, "60"), (JUNE, "140"))}
    row, month, then = beside(continuing(plan), build, year(plan, build, "120"), returns=returns)
    assert (month.period, month.base, month.change, month.rate) == (MAY, 60, 80, Decimal(80) / 60)
    assert (then.period, then.base, then.change, then.rate) == (THEN, 120, 20, Decimal(20) / 120)
    assert then.cells[0].file == "returns/2016-06/cangxi.xlsx"
    assert rate_text(row, then) == "+16.7%"
    assert comparison_sentence(row, then) == "新增床位比上年同期（2016年6月，120张）增加20张（16.7%）"
    assert comparison_remark([row], [month, then]).startswith("环比与5月比，同比与2016年6月比")


def test_a_percentage_is_compared_by_its_points_alone(plan, build):
    now = {(JUNE, "cangxi"): build("2017-06", "cangxi")}
    before = YearBefore(last_years(plan), {(THEN, "cangxi"): build("2016-06", "cangxi", {RATIO: "1000"})})
    row, _, then = beside(continuing(plan), build, before, indicator="medical_aid_ratio", returns=now)
    assert (then.state, then.rate) == ("compared", None)
    assert then.change == row.actual - then.base
    assert rate_text(row, then).endswith("个百分点")
    assert "提高" in comparison_sentence(row, then)


@pytest.mark.parametrize(
    ("beds", "state", "cell", "why"),
    [("0", "zero_base", "基数为零", ""), (None, "no_base", "没有数据", "2016年6月未报送")],
)
def test_zero_and_a_missing_base_have_their_own_words(plan, build, beds, state, cell, why):
    row, _, then = beside(continuing(plan), build, year(plan, build, beds))
    assert (then.state, rate_text(row, then), then.because) == (state, cell, why)
    assert then.rate is None


def test_no_figure_now_no_duty_then_and_no_plan_have_theirs(plan, build):
    row, _, then = beside(continuing(plan), build, year(plan, build, "120"), now=None)
    assert (then.state, rate_text(row, then)) == ("no_figure", "本期无数")
    none = {"targets": {"city": Target(value=Decimal(1))}}
    row, _, then = beside(continuing(plan), build, year(plan, build, "120", **none))
    assert (then.state, rate_text(row, then)) == ("no_duty", "无此任务")
    _, _, then = beside(continuing(plan), build, None)
    assert (then.state, then.because) == ("no_base", "工作区里没有2016年的方案和数据")
    gone = last_years(plan).model_copy(update={"areas": tuple(a for a in plan.areas if a.id != "cangxi")})
    _, _, then = beside(continuing(plan), build, YearBefore(gone, {}))
    assert then.because == "2016年的方案没有这个地区"
    _, month, then = beside(plan, build, None)
    assert (month.because, then) == ("5月未报送", None), (
        "what continues nothing is compared with the month before alone"
    )


def test_another_length_of_time_is_not_compared(plan, build):
    quarters = last_years(plan)
    projects = [p.model_copy(update={"due_months": (3, 6, 9, 12)}) for p in plan.projects]
    quarters = quarters.model_copy(update={"projects": tuple(projects)})
    row, _, then = beside(continuing(plan), build, YearBefore(quarters, {}), month=MAY)
    assert (then.state, then.because) == ("other_length", "今年为1至5月的数，2016年为1至3月的数")
    assert rate_text(row, then) == "期间不同"
    areas = [a.model_copy(update={"since": Period("2016-04")}) if a.id == "cangxi" else a for a in plan.areas]
    begun = last_years(plan).model_copy(update={"areas": tuple(areas)})
    _, _, then = beside(continuing(plan), build, YearBefore(begun, {}))
    assert then.because == "今年从1月起计，2016年从4月起计"


def test_january_goes_on_with_last_december_where_figures_are_levels(plan, build):
    january, december = Period("2017-01"), Period("2016-12")
    before = YearBefore(last_years(plan), {(december, "cangxi"): build("2016-12", "cangxi")})
    needed = returns_needed(continuing(plan), before.plan, "medical_aid", "cangxi", january)
    assert needed == {(december, "cangxi"), (Period("2016-01"), "cangxi")}
    returns = {(january, "cangxi"): build("2017-01", "cangxi")}
    _, month, _ = beside(continuing(plan), build, before, month=january, indicator="medical_aid_ratio", returns=returns)
    assert (month.period, month.state) == (december, "compared")
    _, month, _ = beside(continuing(plan), build, before, month=january, returns=returns)
    assert (month.state, month.because) == ("other_length", "累计数每年从1月起重新计算，不与2016年12月相比")


def test_the_city_is_compared_where_nobody_is_missing_and_says_how_many_areas_there_were(plan, build):
    areas = [area.id for area in plan.areas if "beds_new" in plan.indicator("beds_new").id and area.projects]
    mine = [each for each in areas if each in plan.indicator("beds_new").targets]
    now = {(JUNE, each): build("2017-06", each) for each in mine}
    then = {(THEN, each): build("2016-06", each) for each in mine}
    _, _, found = beside(continuing(plan), build, YearBefore(last_years(plan), then), area="city", returns=now)
    assert (found.state, found.change, found.cells) == ("compared", 0, ())
    del then[THEN, mine[-1]]
    row, _, found = beside(continuing(plan), build, YearBefore(last_years(plan), then), area="city", returns=now)
    assert (found.state, rate_text(row, found)) == ("partial_base", "数据不全")
    beds = plan.indicator("beds_new")
    fewer = {area: target for area, target in beds.targets.items() if area != mine[-1]}
    older = last_years(plan, targets=fewer)
    _, _, found = beside(continuing(plan), build, YearBefore(older, then), area="city", returns=now)
    assert found.because == f"2016年{len(mine) - 1}个地区，今年{len(mine)}个"


def test_a_half_year_has_no_month_before_and_its_own_half_of_last_year(plan, build):
    half = Period("2017-H1")
    before = year(plan, build, "120")
    returns = {(JUNE, "cangxi"): build("2017-06", "cangxi", {BEDS: "140"})}
    found = project_figures(continuing(plan), "elderly_care", "cangxi", half, returns, (), before=before).compared
    assert {(each.indicator, each.to) for each in found} == {("beds_new", "year")}
    assert (found[0].period, found[0].change) == (Period("2016-H1"), 20)
