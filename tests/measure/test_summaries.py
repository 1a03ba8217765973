from datetime import date

import pytest

from minsheng.domain.assessment import SectionFacts
from minsheng.domain.period import Period
from minsheng.errors import UsageError
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.project import project_figures
from minsheng.measure.ranks import ranking_figures
from minsheng.measure.section_score import section_scoring_figures
from minsheng.measure.summaries import bulletin_figures, monthly_report_figures

MAY, JUNE = Period("2017-05"), Period("2017-06")


@pytest.fixture(scope="module")
def returns(plan, build):
    return {(month, area.id): build(month.text, area.id) for month in (MAY, JUNE) for area in plan.areas}


def cities(plan, returns, period):
    return [project_figures(plan, each.id, "city", period, returns, ()) for each in plan.projects]


def test_a_section_reports_on_its_own_projects_and_the_office_on_all(plan, returns):
    rows = cities(plan, returns, JUNE)
    narratives = {"dibao": {"progress": "按时发放"}, "elderly_care": {"progress": "床位建设"}}
    due = date(2017, 6, 26)
    relief = monthly_report_figures(plan, "social_relief", JUNE, rows, narratives, (), due)
    assert [project.project for project in relief.projects] == ["medical_aid", "dibao", "two_lines"]
    assert (relief.leader, relief.section_narratives) == ("沈友文", {"dibao": {"progress": "按时发放"}})
    assert relief.due == due
    office = monthly_report_figures(plan, "office", JUNE, rows, narratives, (), due)
    assert len(office.projects) == 5
    assert office.section_narratives == narratives
    with pytest.raises(UsageError, match="dibao"):
        monthly_report_figures(plan, "social_relief", JUNE, rows[:1], {}, (), due)


def test_the_bulletin_remembers_last_month_s_lights(plan, returns):
    scorings = []
    for area in plan.assessed_areas:
        projects = [project_figures(plan, each.id, area.id, JUNE, returns, ()) for each in plan.projects]
        scorings.append(scoring_figures(plan, area.id, JUNE, projects, None))
    ranking = ranking_figures(plan, JUNE, scorings)
    bulletin = bulletin_figures(plan, JUNE, cities(plan, returns, JUNE), ranking, cities(plan, returns, MAY), (), ())
    assert len(bulletin.ranking) == 8
    assert bulletin.previous_lights["cangxi/medical_aid_ratio"] == "达标"
    assert bulletin.previous_lights["municipal/daycare_centres"] == "无任务"
    assert bulletin.previous_lights["city/beds_new"] == "提前完成"
    assert bulletin_figures(plan, JUNE, cities(plan, returns, JUNE), ranking, None, (), ()).previous_lights == {}
    with pytest.raises(UsageError, match="2017年5月的简报拿到的是2017年6月的排名"):
        bulletin_figures(plan, MAY, cities(plan, returns, MAY), ranking, None, (), ())


def test_only_assessed_sections_are_scored(plan):
    with pytest.raises(UsageError, match="办公室不是考评对象"):
        section_scoring_figures(plan, "office", JUNE, SectionFacts(section="office", as_of=date(2017, 6, 26)), None)


def test_a_section_without_facts_or_form_is_not_assessed_and_not_clean(plan):
    facts = SectionFacts(section="welfare_charity", as_of=date(2017, 12, 31))
    figures = section_scoring_figures(plan, "welfare_charity", Period("2017"), facts, None)
    assert figures.provisional
    assert (figures.deducted, figures.proposed, figures.positive) == (0, 0, None)
    assert {item.state for item in figures.items} == {"none", "not_assessed"}
