"""The result table copies sealed points and sets the city beside its counties; expected states by hand."""

from datetime import date
from decimal import Decimal

import pytest

from minsheng.domain.area import CITY
from minsheng.domain.period import Period
from minsheng.errors import UsageError
from minsheng.measure.assessment_table import result_table_figures
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.project import project_figures
from minsheng.measure.ranks import ranking_figures
from minsheng.report.result_table import differing, remarks, result_sentence


def made(plan, build, period, changes, *, as_of=None, without=()):
    """Score all counties: each as in ``met.yaml`` (苍溪县's figures), with what differs by area."""
    closing = period.closing_month
    returns = {
        (closing, area.id): build(closing.text, area.id, changes.get(area.id, {}), as_of=as_of)
        for area in plan.areas
        if area.id not in without
    }
    scorings = []
    for area in plan.assessed_areas:
        own = {key: value for key, value in returns.items() if key[1] == area.id}
        projects = [project_figures(plan, project, area.id, period, own, ()) for project in area.projects]
        scorings.append(scoring_figures(plan, area.id, period, projects, None))
    cities = [project_figures(plan, each.id, CITY, period, returns, ()) for each in plan.projects]
    return result_table_figures(plan, period, ranking_figures(plan, period, scorings), scorings, cities), scorings


def test_a_years_table_shows_what_its_half_year_said(plan, build):
    half, _ = made(plan, build, Period("2017-H1"), {})
    year, scorings = made(plan, build, Period("2017"), {})
    assert year.rows[0].half_years == ()
    ranking = ranking_figures(plan, Period("2017"), scorings)
    beside = result_table_figures(plan, Period("2017"), ranking, scorings, [], [half])
    row, before = beside.rows[0], next(each for each in half.rows if each.area == beside.rows[0].area)
    (shown,) = row.half_years
    assert (shown.period, shown.rank, shown.total, shown.full_marks) == (
        half.period, before.rank, before.total, before.full_marks,
    )  # fmt: skip


def standing(table, indicator):
    return next(each for each in table.standings if each.indicator == indicator)


def test_every_county_but_one_may_pass_while_the_city_fails(plan, build):
    # Rural: every county pays 160 of its target 160; 剑阁县 pays 80, so Σ spending ÷ Σ person-months < 160.
    changes = {"jiange": {"dibao.rural.spending_cumulative_yuan": str(111360000 // 2)}}
    table, _ = made(plan, build, Period("2017"), changes)
    rural = standing(table, "dibao_rural_avg")
    assert rural.city == "not_met"
    assert rural.not_met == ("剑阁县",)
    assert len(rural.met) == 7
    # 7 × 160 + 80 = 1200, ÷ 8 = 150.
    assert rural.city_said == "150.00元，目标160元"
    assert any(line.startswith(f"{rural.label}：苍溪县") and "全市未达到" in line for line in differing(table))


def test_the_city_may_pass_while_a_county_fails(plan, build):
    # Urban: all pay 300 (city target 270); 苍溪县 pays 299.99 of 300.
    changes = {"cangxi": {"dibao.urban.spending_cumulative_yuan": str(27360000 - 912)}}
    table, _ = made(plan, build, Period("2017"), changes)
    urban = standing(table, "dibao_urban_avg")
    assert (urban.city, urban.not_met) == ("met", ("苍溪县",))
    assert f"{urban.label}：全市达到（{urban.city_said}），苍溪县未达到本县区目标。" in differing(table)


def test_a_count_is_judged_by_the_schedule_until_the_year_ends(plan, build):
    # 苍溪县's target is 300 beds, so 150 by the half-year.
    for beds, state in (("150", "met"), ("149", "not_met")):
        changes = {"cangxi": {"elderly_care.beds_new_cumulative": beds}}
        table, _ = made(plan, build, Period("2017-H1"), changes)
        assert "苍溪县" in getattr(standing(table, "beds_new"), state)
        year, _ = made(plan, build, Period("2017"), changes)
        assert "苍溪县" in standing(year, "beds_new").not_met


def test_with_a_county_missing_the_city_cannot_be_judged(plan, build):
    table, _ = made(plan, build, Period("2017"), {}, without=("jiange",))
    rural = standing(table, "dibao_rural_avg")
    assert rural.city == "unknown"
    assert rural.unknown == ("剑阁县",)


def test_points_are_those_that_were_sealed(plan, build):
    table, scorings = made(plan, build, Period("2017"), {})
    cangxi = next(row for row in table.rows if row.area == "cangxi")
    figures = next(each for each in scorings if each.area == "cangxi")
    assert cangxi.items == {item.item: item.points for item in figures.items}
    assert cangxi.total == Decimal(70)
    assert not cangxi.assessed
    assert "没有考评表" in result_sentence(table)


@pytest.mark.parametrize(
    ("as_of", "at_end", "said"),
    [
        (date(2017, 6, 20), False, "数据截至2017年6月20日，不是2017年6月30日的期末数"),
        (date(2017, 6, 30), True, "数据截至2017年6月30日，为期末数"),
    ],
)
def test_the_table_says_whether_it_stands_at_the_periods_end(plan, build, as_of, at_end, said):
    table, _ = made(plan, build, Period("2017-H1"), {}, as_of=as_of)
    assert table.at_period_end is at_end
    assert remarks(table)[0].startswith(said)


def test_a_ranking_without_its_scores_is_refused(plan, build):
    table, scorings = made(plan, build, Period("2017"), {})
    del table
    ranking = ranking_figures(plan, Period("2017"), scorings)
    with pytest.raises(UsageError, match="2017年的排名中有没有得分的地区"):
        result_table_figures(plan, Period("2017"), ranking, scorings[1:], [])
