"""Figures that areas state and nobody may add up; the city's own return beside their sum; lights above the target."""

from decimal import Decimal

import pytest

from minsheng.domain.base import Source
from minsheng.domain.indicator import Indicator, StatedMeasure, Target
from minsheng.domain.light import Light, Tone
from minsheng.domain.period import Period
from minsheng.measure.city import any_measurement, city_measurement

OURS = Source(document="ours", why="算例")
JUNE = Period("2017-06")
FIELD, WEIGHT = "dibao.urban.standard_yuan", "dibao.urban.persons"
RATES = {"cangxi": ("3.2", "1000"), "wangcang": ("4.1", "3000"), "jiange": ("3.6", "0")}


def stated(city, **more):
    return StatedMeasure(kind="stated", field=FIELD, label="失业率", city=city, source=OURS, **more)


def rate(measure, **more):
    targets = {area: Target(value=Decimal("4.5")) for area in (*RATES, "city")}
    return Indicator(
        id="rate", name="失业率", short_name="失业率", unit="%", decimals=2, project="dibao", column=10,
        direction="at_most", basis="full", measure=measure, city_total=False, source=OURS,
        targets=more.pop("targets", targets), **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def returns(build):
    return {
        (JUNE, area): build("2017-06", area, {FIELD: figure, WEIGHT: weight})
        for area, (figure, weight) in RATES.items()
    }


def test_an_area_states_its_own_figure(plan, returns):
    row = any_measurement(plan, rate(stated("none")), "cangxi", JUNE, returns)
    assert (row.actual, row.target, row.denominator) == (Decimal("3.2"), Decimal("4.5"), None)
    assert row.formula.startswith("失业率 3.20%（填报数）")
    assert row.completion is not None


def test_the_city_has_none_where_the_plan_says_so(plan, returns):
    row = city_measurement(plan, rate(stated("none")), JUNE, returns)
    assert (row.actual, row.formula) == (None, "由各地区分别填报，方案没有规定如何汇总")


def test_the_city_is_weighted_by_a_column(plan, returns):
    weighted = stated("weighted", city_weight=(WEIGHT,), city_weight_label="劳动力")
    row = city_measurement(plan, rate(weighted), JUNE, returns)
    # (3.2 × 1000 + 4.1 × 3000 + 3.6 × 0) ÷ 4000; their sum would be 10.9.
    assert row.actual == Decimal("3.875")
    assert "15,500 ÷ 4,000人 = 3.88%（各地区失业率 × 劳动力合计 ÷ 劳动力合计）" in row.formula
    assert (row.reported_areas, row.expected_areas) == (3, 3)
    nobody = {key: each for key, each in returns.items() if key[1] == "jiange"}
    assert city_measurement(plan, rate(weighted), JUNE, nobody).light.id == "no_base"


def test_the_city_is_what_one_area_reports(plan, returns):
    measure = stated("from_area", city_area="wangcang")
    row = city_measurement(plan, rate(measure), JUNE, returns)
    assert (row.actual, row.reported_areas, row.expected_areas) == (Decimal("4.1"), 1, 1)
    absent = {key: each for key, each in returns.items() if key[1] != "wangcang"}
    assert city_measurement(plan, rate(measure), JUNE, absent).actual is None


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ("450", "；与市本级填报的全市数一致"),
        ("430", "；市本级填报全市 430张，与各地区汇总相差 -20张"),
        (None, "；市本级没有填报全市数，未作比较"),
    ],
)
def test_the_citys_own_return_is_compared_with_the_areas_sum(plan, build, own, told):
    field = "elderly_care.beds_new_cumulative"
    beds = plan.indicator("beds_new")
    targets = {area: target for area, target in beds.targets.items() if area in {"cangxi", "wangcang", "city"}}
    beds = beds.model_copy(update={"targets": targets, "compared_with": "municipal"})
    returns = {
        (JUNE, area): build("2017-06", area, {field: str(n)}) for area, n in (("cangxi", 150), ("wangcang", 300))
    }
    if own is not None:
        returns[JUNE, "municipal"] = build("2017-06", "municipal", {field: own})
    row = city_measurement(plan, beds, JUNE, returns)
    assert row.actual == 450, "its own return is no part of the sum"
    assert row.formula.endswith(told)


def test_done_and_more_than_done_may_be_two_lights(plan, build):
    light = {
        name: Light(id=name, word=word, shape=shape, tone=Tone.GREEN)
        for name, word, shape in (("complete", "已完成", "★"), ("exceeded", "超额完成", "✦"))
    }
    scale = plan.lights.schedule.model_copy(update=light)
    changed = plan.model_copy(update={"lights": plan.lights.model_copy(update={"schedule": scale})})
    beds = plan.indicator("beds_new")
    goal = beds.targets["cangxi"].value
    assert goal is not None
    for number, word in ((goal, "已完成"), (goal + 1, "超额完成")):
        returns = {(JUNE, "cangxi"): build("2017-06", "cangxi", {"elderly_care.beds_new_cumulative": str(number)})}
        assert any_measurement(changed, beds, "cangxi", JUNE, returns).light.word == word
