from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from minsheng.domain.assessment import AssessmentForm, BonusRow, Event, Mark, PositiveRow
from minsheng.domain.delivery import Evidence
from minsheng.domain.item_rules import CountedRule, MilestoneRule, Weighted
from minsheng.domain.period import Period
from minsheng.errors import FileRefusedError, PlanInvalidError, UsageError
from minsheng.measure.county_score import scoring_figures, with_rule
from minsheng.measure.project import project_figures
from minsheng.measure.ranks import ranking_figures

YEAR, JUNE = Period("2017"), Period("2017-06")


def projects_of(plan, build, period, area="cangxi", changes=None, **more):
    returns = {(period.closing_month, area): build(period.closing_month.text, area, changes, **more)}
    return [project_figures(plan, each.id, area, period, returns, ()) for each in plan.projects]


def test_only_assessed_areas_are_scored(plan):
    with pytest.raises(UsageError, match="市本级不是考评对象"):
        scoring_figures(plan, "municipal", YEAR, [], None)


def test_figures_and_form_must_be_of_the_same_area_and_period(plan, build):
    projects = projects_of(plan, build, YEAR)
    with pytest.raises(UsageError, match="拿到的却是 cangxi"):
        scoring_figures(plan, "jiange", YEAR, projects, None)
    form = AssessmentForm(area="jiange", period=YEAR, assessor="x", file="assessment/2017/jiange.xlsx")
    with pytest.raises(FileRefusedError, match=r"assessment/2017/jiange\.xlsx"):
        scoring_figures(plan, "cangxi", YEAR, projects, form)


def test_scoring_divides_what_was_sealed_and_not_the_rounded_actual(plan, build):
    """A third of the target at the sealed 28 digits would lose a hair; numerator and denominator do not."""
    changes = {"dibao.urban.spending_cumulative_yuan": "100", "dibao.urban.person_months_cumulative": "3"}
    figures = scoring_figures(plan, "cangxi", YEAR, projects_of(plan, build, YEAR, changes=changes), None)
    item = next(item for item in figures.items if item.item == "goal.dibao")
    assert "100 ÷ 3 ÷ 300" in item.formula
    assert item.points == Decimal("7.78")  # 7 × 100 ÷ 3 ÷ 300 = 0.7777…, + 7


def test_an_item_leads_from_points_to_cells(plan, build):
    figures = scoring_figures(plan, "cangxi", YEAR, projects_of(plan, build, YEAR), None)
    item = next(item for item in figures.items if item.item == "goal.beds_new")
    (cell,) = item.cells
    assert (cell.file, cell.field) == ("returns/2017-12/cangxi.xlsx", "elderly_care.beds_new_cumulative")
    assert item.clause == "三（二）1⑸"
    assert "未报送计 0 分" in item.rule
    assert item.uses_default
    assert item.given == {"新增床位": "完成率 100.00%，序时进度 100.00%"}
    assert "竣工验收" in item.evidence_required


def test_evidence_of_the_return_is_listed(plan, build):
    accepted = build("2017-12")
    papers = (Evidence(project="elderly_care", name="验收报告", number="苍民〔2017〕8号", dated=date(2017, 11, 2)),)
    accepted = accepted.model_copy(update={"verdict": accepted.verdict.model_copy(update={"evidence": papers})})
    returns = {(YEAR.closing_month, "cangxi"): accepted}
    projects = [project_figures(plan, each.id, "cangxi", YEAR, returns, ()) for each in plan.projects]
    items = {item.item: item for item in scoring_figures(plan, "cangxi", YEAR, projects, None).items}
    assert items["goal.beds_new"].evidence == ("验收报告，苍民〔2017〕8号，2017-11-02",)
    assert items["goal.medical"].evidence == ()


def test_before_the_year_ends_milestones_that_are_not_due_stay_out(plan, build):
    changes = {"disability_allowance.paid_persons": "4000"}
    figures = scoring_figures(plan, "cangxi", JUNE, projects_of(plan, build, JUNE, changes=changes), None)
    states = {item.item: item.state for item in figures.items}
    assert states["goal.disability"] == states["goal.two_lines"] == "not_due"
    assert states["org.1"] == "not_assessed"
    assert (figures.scored_full_marks, figures.provisional, figures.grade, figures.converted) == (54, True, None, None)


def test_the_defaults_behind_a_score_are_listed(plan, build):
    june = scoring_figures(plan, "cangxi", JUNE, projects_of(plan, build, JUNE), None)
    year = scoring_figures(plan, "cangxi", YEAR, projects_of(plan, build, YEAR), None)
    assert "月份数除以12" in "".join(each.text for each in june.assumptions)
    assert "月份数除以12" not in "".join(each.text for each in year.assumptions), "the year's end needs no schedule"
    assert "超额不加分" in "".join(each.text for each in year.assumptions)


def test_counted_items_may_cost_a_fixed_sum_each(plan, build):
    rule = CountedRule(
        kind="counted", target=12, unit="篇", per_shortfall="0.5", source=plan.county_rubric.items[0].rule.source
    )
    changed = with_rule(plan, "pub.1", rule)

    def points(count, period=YEAR):
        form = AssessmentForm(area="cangxi", period=period, assessor="x", marks={"pub.1": Mark(count=count)})
        figures = scoring_figures(changed, "cangxi", period, projects_of(plan, build, period), form)
        return next(item.points for item in figures.items if item.item == "pub.1")

    assert points(12) == 3
    assert points(9) == Decimal("1.5")  # 3 - 3 × 0.5
    assert points(2) == 0  # 3 - 10 × 0.5 < 0
    assert points(5, Period("2017-H1")) == Decimal("2.5")  # six are due by June
    with pytest.raises(UsageError, match="没有小项"):
        with_rule(plan, "nonsense", rule)


def test_a_rule_that_does_not_fit_its_indicator_is_a_fault_of_the_plan(plan, build):
    source = plan.county_rubric.items[0].rule.source
    rule = MilestoneRule(
        kind="milestone",
        indicators=(Weighted(indicator="beds_new"),),
        levels={"done": 1},
        unreported="zero",
        source=source,
    )
    projects = projects_of(plan, build, YEAR)
    with pytest.raises(PlanInvalidError, match="beds_new"):
        scoring_figures(with_rule(plan, "goal.beds_new", rule), "cangxi", YEAR, projects, None)
    proportional = plan.county_rubric.items[-2].rule.model_copy()
    wrong = next(item.rule for item in plan.county_rubric.items if item.id == "goal.beds_new").model_copy(
        update={"indicators": (Weighted(indicator="two_lines_done"),)}
    )
    assert proportional.kind == "milestone"
    with pytest.raises(PlanInvalidError, match="two_lines_done"):
        scoring_figures(with_rule(plan, "goal.beds_new", wrong), "cangxi", YEAR, projects, None)


def test_forms_refuse_what_they_cannot_hold():
    with pytest.raises(ValidationError, match="只填"):
        Mark(level="做到", count=3, reason="x")
    with pytest.raises(ValidationError, match="理由"):
        Mark(level="做到")
    with pytest.raises(ValidationError):
        Mark(count=-1)
    with pytest.raises(ValidationError):
        BonusRow(subject="x", points=Decimal(-1), reason="y")
    with pytest.raises(ValidationError, match="超过分值"):
        PositiveRow(name="低保", full_marks=Decimal(5), points=Decimal(6))


def test_unknown_events_and_changed_tariffs_are_refused(plan, build):
    projects = projects_of(plan, build, YEAR)

    def score(**event):
        events = (Event(on=date(2017, 5, 8), subject="x", cell="扣分!B3", **event),)
        form = AssessmentForm(area="cangxi", period=YEAR, assessor="x", events=events)
        return scoring_figures(plan, "cangxi", YEAR, projects, form)

    with pytest.raises(FileRefusedError, match=r"扣分!B3.*没有扣分事项"):
        score(kind="nonsense")
    with pytest.raises(FileRefusedError, match="每次扣 1 分，不能改为 5"):
        score(kind="ded.city", points=Decimal(5))
    found = score(kind="ded.city")
    assert (found.total, found.total_formula) == (69, "小项得分 70 - 扣分 1 = 69分")
    half = Period("2017-H1")
    late = (Event(kind="ded.city", on=date(2017, 7, 1), subject="x"),)
    form = AssessmentForm(area="cangxi", period=half, assessor="x", events=late)
    with pytest.raises(FileRefusedError, match="不在考评期内"):
        scoring_figures(plan, "cangxi", half, projects_of(plan, build, half), form)


def test_a_ranking_takes_one_scoring_per_area_and_one_period(plan, build):
    june = scoring_figures(plan, "cangxi", JUNE, projects_of(plan, build, JUNE), None)
    with pytest.raises(UsageError):
        ranking_figures(plan, JUNE, [june, june])
    with pytest.raises(UsageError):
        ranking_figures(plan, YEAR, [june])
    ranking = ranking_figures(plan, JUNE, [june])
    assert ranking.provisional
    assert ranking.rows[0].groups == {"goal": 62}, "what nobody has assessed yet is not zero"
    assert ranking.rows[0].unreported_marks == 0


def test_where_nobody_reported_nobody_has_a_rank(plan, build):
    def scored(area, returns):
        projects = [project_figures(plan, p, area, JUNE, returns, ()) for p in plan.area(area).projects]
        return scoring_figures(plan, area, JUNE, projects, None)

    absent = [scored(area, {}) for area in ("cangxi", "wangcang")]
    assert [row.rank for row in ranking_figures(plan, JUNE, absent).rows] == [None, None]
    there = scoring_figures(plan, "cangxi", JUNE, projects_of(plan, build, JUNE), None)
    assert [(row.area, row.rank) for row in ranking_figures(plan, JUNE, [there, absent[1]]).rows] == [
        ("cangxi", 1),
        ("wangcang", 2),
    ]


def test_points_of_what_has_nothing_to_measure_say_where_they_went(plan, build):
    nothing = {"dibao.urban.spending_cumulative_yuan": "0", "dibao.urban.person_months_cumulative": "0"}
    projects = projects_of(plan, build, YEAR, changes=nothing)
    urban = next(m for figures in projects for m in figures.measurements if m.indicator == "dibao_urban_avg")
    assert (urban.has_duty, urban.actual, urban.light.word) == (True, None, "无发生额")
    item = next(i for i in scoring_figures(plan, "cangxi", YEAR, projects, None).items if i.item == "goal.dibao")
    assert item.points == 14
    assert item.given["城市低保人均补助"] == "无发生额"
    assert item.because == (
        "城市低保人均补助本期没有发生额（分母为 0），其权重按比例并入农村低保人均补助"
        "（按权重合并时除以有数指标的权重之和）"
    )


def test_what_misses_its_target_by_a_hair_seems_to_reach_it_nowhere(plan, build):
    # 699,950 ÷ 1,000,000 = 69.995 %, of 70: 8 × 69.995 ÷ 70 = 7.99943.
    projects = projects_of(plan, build, YEAR, changes={"medical_aid.tekun.aid_cumulative_yuan": "299950"})
    item = next(i for i in scoring_figures(plan, "cangxi", YEAR, projects, None).items if i.item == "goal.medical")
    assert item.points == 8
    assert item.formula == "8 × 699,950 ÷ 1,000,000 × 100 ÷ 70 = 7.9994→8.00分"
