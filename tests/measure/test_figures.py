from datetime import date
from decimal import Decimal

import pytest

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import ReturnNote
from minsheng.domain.period import Period
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


def test_a_plan_may_hold_figures_to_the_day_that_they_are_of(plan, build):
    beds = {"elderly_care.beds_new_cumulative": "120"}
    returns = {(JUNE, "cangxi"): build("2017-06", changes=beds, as_of=date(2017, 6, 20))}
    by_day = plan.model_copy(update={"schedule": plan.schedule.model_copy(update={"at": "as_of"})})

    def row(plan):
        figures = project_figures(plan, "elderly_care", "cangxi", JUNE, returns, ())
        return next(each for each in figures.measurements if each.indicator == "beds_new"), figures

    at_end, _ = row(plan)
    assert (at_end.schedule_progress, at_end.light.word) == (Decimal("0.5"), "基本同步")
    # By 20 June 5/12 and 20/30 of the sixth twelfth: 17/36; 120 of 300 are 40 %, 7.2 points behind.
    by_then, figures = row(by_day)
    assert float(by_then.schedule_progress) == pytest.approx(17 / 36)
    assert figures.schedule_at == "as_of"
    june = next(each for each in figures.trend if each.indicator == "beds_new" and each.period == JUNE)
    assert float(june.schedule_target) == pytest.approx(300 * 17 / 36)


def test_money_is_followed_from_county_to_county_and_the_largest_gap_is_named(plan, build):
    returns = {(JUNE, area.id): build("2017-06", area.id) for area in plan.areas_with("dibao")}
    short = {"funds.dibao_upper.disbursed_yuan": "10000000"}
    returns[JUNE, "zhaohua"] = build("2017-06", "zhaohua", short)
    figures = project_figures(plan, "dibao", "city", JUNE, returns, ())
    rows = {row.name: row.uses for row in figures.area_funds}
    assert list(rows) == [area.name for area in plan.areas_with("dibao")]
    upper, *_, total = rows["苍溪县"]
    assert (upper.arrival, upper.execution, upper.share) == (
        upper.received / upper.allocated,
        Decimal("0.75"),
        Decimal("0.8"),
    )
    assert total.share is None
    gap = figures.fund_gap
    # 80 million were received; elsewhere 60 of them are paid out.
    assert (gap.name, gap.project, gap.label, gap.stage) == (
        "昭化区",
        plan.project("dibao").short_name,
        "争取中央、省补助",
        "disbursed",
    )
    assert (gap.before, gap.after, gap.amount) == (80000000, 10000000, 70000000)


def test_execution_may_be_a_share_of_the_years_plan(plan, build):
    by_plan = plan.model_copy(update={"reporting": plan.reporting.model_copy(update={"execution_base": "planned"})})
    returns = {(JUNE, area.id): build("2017-06", area.id) for area in plan.areas_with("dibao")}
    upper, *_ = project_figures(by_plan, "dibao", "city", JUNE, returns, ()).funds
    assert (upper.base, upper.execution) == ("planned", upper.disbursed / upper.planned)
    county, *_ = project_figures(by_plan, "dibao", "cangxi", JUNE, returns, ()).funds
    assert county.execution is None, "the plan arranges nothing by county"


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


def test_what_is_done_after_its_date_is_late_from_then_on_in_every_period(plan, build):
    """The county's document of 4 July: H1, July, the duty and the milestone give one verdict."""
    undone = {f"{table}_households": "3999" for table in ("dibao.urban.by_household", "two_lines.urban.by_difference")}
    undated = {f"two_lines.{row}.by_household_document_date": None for row in ("urban", "rural")}
    dated = dict.fromkeys(undated, "2017-07-04")
    july, august = Period("2017-07"), Period("2017-08")
    returns = {(JUNE, "cangxi"): build("2017-06", "cangxi", {**undone, **undated})}
    returns |= {(month, "cangxi"): build(str(month), "cangxi", dated) for month in (july, august)}

    def verdicts(period):
        dibao, lines = (
            project_figures(plan, project, "cangxi", period, returns, ()) for project in ("dibao", "two_lines")
        )
        return dibao.duties[0].state, lines.measurements[0].level

    assert verdicts(Period("2017-H1")) == ("not_met", "not_done")
    assert verdicts(july) == verdicts(august) == ("met_late", "late")
    duty = project_figures(plan, "dibao", "cangxi", july, returns, ()).duties[0]
    assert (duty.document_date, "文件日期 2017-07-04，晚于期限 2017-06-30" in duty.because) == (date(2017, 7, 4), True)
    # One county late: the city is done, and says how many were late.
    for area in plan.areas_with("two_lines")[1:]:
        returns[july, area.id] = build("2017-07", area.id)
    city = project_figures(plan, "two_lines", "city", july, returns, ()).measurements[0]
    assert (city.level, city.light.word, city.numerator, city.late_areas) == ("late", "逾期完成", 8, 1)
    assert sentences.standing(city).startswith("两线合一：逾期完成（2017年7月10日），8个地区中8个已完成（其中1个逾期）")
    duty = project_figures(plan, "dibao", "city", july, returns, ()).duties[0]
    assert (duty.state, "逾期达到 1 个（苍溪县）" in duty.because) == ("met_late", True)


def test_without_a_document_the_due_months_return_shows_whether_it_was_in_time(plan, build):
    plan = _without_documents(plan)
    undone, july, august = {"dibao.urban.by_household_households": "3999"}, Period("2017-07"), Period("2017-08")
    done = {(month, "cangxi"): build(str(month), "cangxi") for month in (JUNE, july, august)}

    def state(period, returns):
        return project_figures(plan, "dibao", "cangxi", period, returns, ()).duties[0].state

    late = {**done, (JUNE, "cangxi"): build("2017-06", "cangxi", undone)}
    assert [state(period, late) for period in (Period("2017-H1"), july, august)] == ["not_met", "met_late", "met_late"]
    # What was done in time and fell behind for a month was done in time.
    again = {**done, (july, "cangxi"): build("2017-07", "cangxi", undone)}
    assert [state(period, again) for period in (JUNE, july, august)] == ["met", "not_met", "met"]
    # Nobody can say of a month that was not reported.
    del late[JUNE, "cangxi"]
    assert state(july, late) == "met"


def test_a_document_in_time_does_not_make_good_what_was_done_later(plan, build):
    """The document is of June; by the return that ends on 20 July a household was still missing."""
    undone, july, august = {"dibao.urban.by_household_households": "3999"}, Period("2017-07"), Period("2017-08")

    def state(june_ends, july_changes):
        returns = {
            (JUNE, "cangxi"): build("2017-06", "cangxi", undone, as_of=june_ends),
            (july, "cangxi"): build("2017-07", "cangxi", july_changes, as_of=date(2017, 7, 20)),
            (august, "cangxi"): build("2017-08", "cangxi", as_of=date(2017, 8, 20)),
        }
        return project_figures(plan, "dibao", "cangxi", august, returns, ()).duties[0].state

    # A return that ends before the due date leaves it open: then the document counts.
    assert state(date(2017, 6, 20), {}) == "met"
    assert state(date(2017, 6, 30), {}) == "met_late"
    assert state(date(2017, 6, 20), undone) == "met_late"


def _without_documents(plan):
    projects = tuple(
        project.model_copy(
            update={"duties": tuple(duty.model_copy(update={"document_date": None}) for duty in project.duties)}
        )
        for project in plan.projects
    )
    return plan.model_copy(update={"projects": projects})


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
    assert said == "资金合计（不含未报送或未采用的市级安排、县级安排（拨付））到位10,000.00万元，拨付6,000.00万元"
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
    total = total_of_sources(plan, [dibao])
    assert total.absent == ("苍溪县县级安排",)
    assert total.execution is None
