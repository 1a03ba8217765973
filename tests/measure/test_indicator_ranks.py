"""Areas ranked by one indicator: by completion or by the figure, equals told apart as the plan says."""

from decimal import Decimal

import pytest

from minsheng.domain.base import Source
from minsheng.domain.figure import Place
from minsheng.domain.indicator import IndicatorRanking, Target, TieBreak
from minsheng.domain.period import Period
from minsheng.measure.project import project_figures
from minsheng.report.ranking import places_said

OURS = Source(document="ours", why="算例")
JUNE = Period("2017-06")
BEDS, RENEWED = "elderly_care.beds_new_cumulative", "elderly_care.beds_renovated_cumulative"
DONE = {"cangxi": ("60", "20"), "wangcang": ("30", "40"), "jiange": ("60", "30"), "qingchuan": ("50", "50")}
"""New and renovated beds; of each a hundred are asked for, of 旺苍县 fifty new ones. 市本级 is not assessed."""


@pytest.fixture(scope="module")
def ranks(plan, build):
    """Return what finds the places of areas in June by a ranking of beds_new."""
    returns = {
        (JUNE, area): build("2017-06", area, {BEDS: new, RENEWED: renewed})
        for area, (new, renewed) in {**DONE, "municipal": ("400", "0")}.items()
    }

    def find(**more):
        more["tie_break"] = TieBreak(**more["tie_break"], source=OURS) if "tie_break" in more else None
        ranking = IndicatorRanking(**more, source=OURS)
        aims = {
            area: Target(value=Decimal(50 if area == "wangcang" else 100))
            for area in (*DONE, "municipal", "lizhou", "city")
        }
        changed = tuple(
            each.model_copy(
                update={"targets": aims if each.id == "beds_new" else dict.fromkeys(aims, Target(value=Decimal(100)))}
                | ({"ranking": ranking} if each.id == "beds_new" else {})
            )
            if each.id in {"beds_new", "beds_renovated"}
            else each
            for each in plan.indicators
        )
        figures = project_figures(
            plan.model_copy(update={"indicators": changed}), "elderly_care", "city", JUNE, returns, ()
        )
        return {
            row.area: place
            for row in figures.areas
            for m in row.measurements
            if m.indicator == "beds_new" and (place := m.place)
        }

    return find


def numbers(places):
    return {area: place.rank for area, place in places.items()}


def test_equal_completions_share_a_rank_and_who_has_no_figures_has_none(ranks):
    places = ranks()
    # 60, 60 (30 of 50), 60 and 50 of a hundred; 利州区 has not reported, 市本级 is not assessed.
    assert numbers(places) == {"cangxi": 1, "wangcang": 1, "jiange": 1, "qingchuan": 4}
    assert not any(place.because or place.award for place in places.values())
    assert numbers(ranks(ties="dense"))["qingchuan"] == 2


def test_a_ranking_by_the_figure_itself(ranks):
    assert numbers(ranks(by="value")) == {"cangxi": 1, "jiange": 1, "qingchuan": 3, "wangcang": 4}


def test_another_indicator_or_the_figure_changes_the_ranks_of_equals(ranks):
    places = ranks(tie_break={"by": ["value", "beds_renovated"]})
    # 60 and 60 before 30; then 30 before 20 renovated.
    assert numbers(places) == {"jiange": 1, "cangxi": 2, "wangcang": 3, "qingchuan": 4}
    assert places["jiange"].because == "苍溪县、旺苍县、剑阁县相同，名次先后依次看完成数、维修改造床位完成率"
    assert not places["qingchuan"].because


def test_a_shared_rank_and_a_decided_award(ranks):
    places = ranks(tie_break={"by": ["beds_renovated"], "decides": "award"}, awards=2)
    assert numbers(places) == {"cangxi": 1, "wangcang": 1, "jiange": 1, "qingchuan": 4}
    assert {area: place.award for area, place in places.items() if place.award} == {
        "wangcang": "given",
        "jiange": "given",
    }
    places = ranks(awards=2)
    assert {area: place.award for area, place in places.items() if place.award} == dict.fromkeys(
        ("cangxi", "wangcang", "jiange"), "open"
    )


def test_no_rank_without_the_key(plan, build):
    figures = project_figures(plan, "elderly_care", "city", JUNE, {(JUNE, "cangxi"): build("2017-06", "cangxi")}, ())
    assert not any(m.place for row in figures.areas for m in row.measurements)


def test_what_decided_and_who_is_awarded_is_said(plan, build):
    places = {"cangxi": Place(rank=1, award="given"), "jiange": Place(rank=2, award="open", because="两县相同")}
    figures = project_figures(plan, "elderly_care", "city", JUNE, {(JUNE, "cangxi"): build("2017-06", "cangxi")}, ())
    rows = [
        row.model_copy(
            update={
                "measurements": tuple(
                    m.model_copy(update={"place": places.get(row.area)}) if m.indicator == "beds_new" else m
                    for m in row.measurements
                )
            }
        )
        for row in figures.areas
    ]
    said = (
        "名次：没有任务、没有数据的不排。新增床位：两县相同；新增床位表彰：苍溪县；"
        "新增床位表彰待定（名额不够，区分不开）：剑阁县。"
    )
    assert places_said(rows) == said
    assert places_said(figures.areas) == ""
