from datetime import date
from decimal import Decimal

import pytest

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.period import Period
from minsheng.domain.result import ReturnNote
from minsheng.errors import PlanInvalidError, UsageError
from minsheng.measure.county_score import with_value
from minsheng.measure.money import total_of_sources
from minsheng.measure.project import project_figures
from minsheng.report import sentences

MARCH, MAY, JUNE = Period("2017-03"), Period("2017-05"), Period("2017-06")


def test_one_area_with_everything(plan, build):
    note = ReturnNote(area="cangxi", name="苍溪县", status=ReturnStatus.REPORTED)
    returns = {(JUNE, "cangxi"): build("2017-06", as_of=date(2017, 6, 23))}
    figures = project_figures(plan, "dibao", "cangxi", JUNE, returns, [note])
    assert (figures.area_name, figures.status, figures.as_of) == ("苍溪县", "reported", date(2017, 6, 23))
    assert [row.indicator for row in figures.measurements] == ["dibao_urban_avg", "dibao_rural_avg"]
    assert {duty.id: duty.state for duty in figures.duties} == {
        "dibao_by_household": "met",
        "dibao_standard_floor": "met",
    }
    assert figures.returns == (note,)
    assert figures.areas == ()
    assert not figures.before_notice
    values = {value.id: value.value for value in figures.key_values}
    assert values["urban_persons"] == 7600
    assert values["households"] == 34000
    assert values["rural_standard"] == 275
    assert values["joined"] is None, "a blank key figure is not zero"


def test_funds_in_yuan_with_execution(plan, build):
    figures = project_figures(plan, "dibao", "cangxi", JUNE, {(JUNE, "cangxi"): build("2017-06")}, ())
    upper, municipal, county, total = figures.funds
    assert (upper.label, upper.received, upper.disbursed) == ("争取中央、省补助", 80000000, 60000000)
    assert upper.execution == Decimal("0.75")
    assert upper.planned is None, "the notice gives no split by area"
    assert municipal.execution is None, "nothing was received"
    assert county.execution == 1
    assert (total.source, total.disbursed, total.execution) == ("total", 80000000, Decimal("0.8"))


def test_planned_funds_stand_in_the_city_row_only(plan, build):
    returns = {(JUNE, area.id): build("2017-06", area.id) for area in plan.areas_with("dibao")}
    upper, *_, total = project_figures(plan, "dibao", "city", JUNE, returns, ()).funds
    assert (upper.planned, upper.disbursed) == (506000000, 480000000)  # 50,600万元; 8 × 6,000万元
    assert total.planned == 610000000
    assert total.execution == Decimal("0.8")
    del returns[JUNE, "etdz"]
    upper, *_ = project_figures(plan, "dibao", "city", JUNE, returns, ()).funds
    assert (upper.disbursed, upper.execution) == (420000000, None)
    assert (upper.reported_areas, upper.expected_areas) == (7, 8)


def test_the_trend_runs_from_january_and_leaves_gaps_open(plan, build):
    returns = {
        (MAY, "cangxi"): build("2017-05", changes={"elderly_care.beds_new_cumulative": "125"}),
        (JUNE, "cangxi"): build("2017-06", changes={"elderly_care.beds_new_cumulative": "150"}),
    }
    figures = project_figures(plan, "elderly_care", "cangxi", JUNE, returns, ())
    beds = [point for point in figures.trend if point.indicator == "beds_new"]
    assert [point.actual for point in beds] == [None] * 4 + [125, 150]
    assert [point.schedule_target for point in beds] == [25, 50, 75, 100, 125, 150]
    assert beds[0].status == ReturnStatus.NOT_REPORTED


def test_a_city_month_with_an_area_missing_draws_no_dip(plan, build):
    returns = {(JUNE, area.id): build("2017-06", area.id) for area in plan.areas_with("elderly_care")}
    returns |= {(MAY, area.id): build("2017-05", area.id) for area in plan.areas_with("elderly_care")[1:]}
    beds = [
        point
        for point in project_figures(plan, "elderly_care", "city", JUNE, returns, ()).trend
        if point.indicator == "beds_new"
    ]
    assert beds[4].actual is None
    assert beds[5].actual == 2700  # 9 × 300


def test_city_duties_and_side_by_side(plan, build):
    returns = {(JUNE, area.id): build("2017-06", area.id) for area in plan.areas_with("dibao")}
    returns[JUNE, "lizhou"] = build("2017-06", "lizhou", {"dibao.urban.by_household_households": "3999"})
    figures = project_figures(plan, "dibao", "city", JUNE, returns, ())
    assert [row.name for row in figures.areas][:2] == ["苍溪县", "旺苍县"]
    by_household = figures.duties[0]
    assert by_household.state == "not_met"
    assert "未达到 1 个（利州区）" in by_household.because
    del returns[JUNE, "lizhou"]
    by_household = project_figures(plan, "dibao", "city", JUNE, returns, ()).duties[0]
    assert by_household.state == "unknown"
    assert "利州区" in by_household.because


def test_the_earliest_as_of_stands_for_the_city(plan, build):
    returns = {(JUNE, area.id): build("2017-06", area.id, as_of=date(2017, 6, 23)) for area in plan.areas_with("dibao")}
    returns[JUNE, "etdz"] = build("2017-06", "etdz", as_of=date(2017, 6, 20))
    assert project_figures(plan, "dibao", "city", JUNE, returns, ()).as_of == date(2017, 6, 20)


def test_nothing_reported_shows_no_figure(plan):
    figures = project_figures(plan, "dibao", "cangxi", MARCH, {}, ())
    assert (figures.status, figures.as_of, figures.key_values, figures.funds, figures.duties) == (
        "not_reported",
        None,
        (),
        (),
        (),
    )
    assert figures.before_notice
    assert all(row.actual is None and row.light.word == "未报送" for row in figures.measurements)


def test_defaults_that_the_figures_depend_on_are_listed(plan, build):
    def texts(project):
        figures = project_figures(plan, project, "cangxi", JUNE, {(JUNE, "cangxi"): build("2017-06")}, ())
        return "".join(assumption.text for assumption in figures.assumptions)

    assert "月份数除以12" in texts("elderly_care")
    assert "月份数除以12" not in texts("dibao")
    assert "只计低保金" in texts("dibao")
    assert "贫困线" in texts("two_lines")
    assert "亮灯标准" in texts("dibao")


def test_what_if_changes_one_value_and_nothing_else(plan, build):
    returns = {(JUNE, "cangxi"): build("2017-06")}
    changed = with_value(returns, JUNE, "cangxi", "elderly_care.beds_new_cumulative", Decimal(90))
    before = project_figures(plan, "elderly_care", "cangxi", JUNE, returns, ()).measurements[0]
    after = project_figures(plan, "elderly_care", "cangxi", JUNE, changed, ()).measurements[0]
    assert (before.actual, after.actual, after.light.word) == (300, 90, "进度滞后")  # 30 % against 50 %
    with pytest.raises(UsageError, match="没有字段"):
        with_value(returns, JUNE, "cangxi", "elderly_care.nonsense", Decimal(1))


def test_a_day_before_a_parameter_s_first_value_is_an_error(plan, build):
    parameter = plan.parameter("disability_standard").model_copy(update={"values": {date(2017, 7, 1): Decimal(70)}})
    others = tuple(p for p in plan.parameters if p.id != parameter.id)
    changed = plan.model_copy(update={"parameters": (*others, parameter)})
    with pytest.raises(PlanInvalidError, match="2017-07-01"):
        project_figures(changed, "disability_allowance", "cangxi", JUNE, {(JUNE, "cangxi"): build("2017-06")}, ())


def test_a_total_of_money_names_what_was_not_reported(plan, build):
    gone = {"funds.dibao_county.disbursed_yuan": None, "funds.dibao_municipal.allocated_yuan": None}
    gone |= {"funds.dibao_municipal.received_yuan": None, "funds.dibao_municipal.disbursed_yuan": None}
    returns = {(JUNE, "cangxi"): build("2017-06", changes=gone)}
    *lines, total = project_figures(plan, "dibao", "cangxi", JUNE, returns, ()).funds
    assert total.absent == ("市级安排", "县级安排（拨付）")
    assert (total.allocated, total.received, total.disbursed) == (110_000_000, 100_000_000, 60_000_000)
    assert total.execution is None
    assert not any(line.absent for line in lines), "a line says itself that it was not reported"
    said = sentences.funds(total)
    assert said == "资金合计（不含未报送的市级安排、县级安排（拨付））到位10,000.00万元，拨付6,000.00万元"
    returns[JUNE, "lizhou"] = build("2017-06", "lizhou")
    *lines, whole = project_figures(plan, "dibao", "city", JUNE, returns, ()).funds
    assert whole.absent[-2:] == ("苍溪县市级安排", "苍溪县县级安排（拨付）")
    assert "剑阁县" in whole.absent
    assert lines[2].absent[-1] == "苍溪县（拨付）"
    assert lines[0].label == "争取中央、省补助"
    assert sentences.funds(lines[0].model_copy(update={"label": "其他资金"})).startswith("其他资金（不含")


def test_money_of_all_projects_names_what_was_not_reported(plan, build):
    gone = {f"funds.dibao_county.{stage}_yuan": None for stage in ("allocated", "received", "disbursed")}
    returns = {(JUNE, area.id): build("2017-06", area.id) for area in plan.areas}
    returns[JUNE, "cangxi"] = build("2017-06", changes=gone)
    dibao = project_figures(plan, "dibao", "city", JUNE, returns, ()).funds
    total = total_of_sources([dibao])
    assert total.absent == ("苍溪县县级安排",)
    assert total.execution is None
