"""Figures that areas state and nobody may add up; the city's own return beside their sum; lights above the target."""

from decimal import Decimal

import pytest

from minsheng.domain.base import Source
from minsheng.domain.indicator import Indicator, StatedMeasure, Target
from minsheng.domain.light import Light, LightCase, LightScale, Span, Tone
from minsheng.domain.period import Period
from minsheng.measure.city import any_measurement, city_measurement
from minsheng.measure.ratios import ratio_of

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
        ("430", "；市本级填报全市 430张，与各地区汇总相差 -20张（偏差）"),
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


@pytest.mark.parametrize(
    ("direction", "figure", "places", "met"),
    [
        ("at_most", "4.54", 1, True),  # 4.5 against at most 4.5
        ("at_most", "4.55", 1, False),  # half up: 4.6
        ("at_most", "4.54", None, False),  # exactly 4.54
        ("at_least", "4.45", 1, True),
        ("at_least", "4.44", 1, False),
        ("at_least", "4.45", 2, False),
    ],
)
def test_a_stated_rate_is_compared_at_its_places_in_its_own_direction(plan, build, direction, figure, places, met):
    made = rate(stated("none")).model_copy(update={"direction": direction, "compared_decimals": places})
    returns = {(JUNE, "cangxi"): build("2017-06", "cangxi", {FIELD: figure})}
    row = any_measurement(plan, made, "cangxi", JUNE, returns)
    assert row.completion is not None
    assert (row.completion >= 1) == met
    assert (row.light.word == "达标") == met
    assert f"失业率 {figure}%（填报数）" in row.formula, "what was stated stands beside what is compared"
    assert row.numerator == Decimal(figure)
    # Points follow the same number as the light.
    assert (ratio_of(plan, made, row, JUNE, "cangxi").value >= 1) == met
    assert row.decimals == (2 if places is None else places)


def test_the_citys_own_figure_is_compared_at_the_same_places(plan, returns):
    weighted = stated("weighted", city_weight=(WEIGHT,), city_weight_label="劳动力")
    targets = {area: Target(value=Decimal("4.5")) for area in ("cangxi", "wangcang", "city")}
    made = rate(weighted, targets=targets, compared_with="jiange")
    told = [
        city_measurement(plan, made.model_copy(update={"compared_decimals": places}), JUNE, returns).formula
        for places in (None, 0)
    ]
    # (3.2 × 1000 + 4.1 × 3000) ÷ 4000 = 3.875 against 3.6: at whole numbers the same.
    assert told[0].endswith("与各地区汇总相差 -0.275%（偏好）")
    assert told[1].endswith("与剑阁县填报的全市数一致")


GREEN, YELLOW, RED = (
    {"id": name, "word": word, "shape": shape, "tone": tone}
    for name, word, shape, tone in (
        ("green", "绿灯", "●", Tone.GREEN), ("yellow", "黄灯", "▲", Tone.YELLOW), ("red", "红灯", "▼", Tone.RED),
    )
)  # fmt: skip

PUBLIC = {  # 完成率≥90%绿、70–90%黄、<70%红
    "intervals": [{**RED, "upper": "0.7"}, {**YELLOW, "lower": "0.7", "upper": "0.9"}, {**GREEN, "lower": "0.9"}],
    "source": OURS,
}


@pytest.mark.parametrize(
    ("scale", "done", "word"),
    [
        ({"on": "completion"}, 90, "绿灯"),
        ({"on": "completion"}, 89, "黄灯"),
        ({"on": "completion"}, 70, "黄灯"),
        ({"on": "completion"}, 69, "红灯"),
        # By June half of the year: 45 of 50 is nine tenths of what the schedule asks for.
        ({"on": "pace"}, 45, "绿灯"),
        ({"on": "pace"}, 44, "黄灯"),
        ({"on": "pace"}, 34, "红灯"),
        # 15 points behind is red, though it is seven tenths of what the schedule asks for.
        ({"on": "pace", "cases": [{**RED, "id": "late", "gap": {"upper": "-0.14"}}]}, 35, "红灯"),
        ({"on": "pace", "cases": [{**RED, "id": "late", "gap": {"upper": "-0.14"}}]}, 36, "黄灯"),
        (
            {
                "on": "completion",
                "cases": [LightCase(**{**GREEN, "word": "时间过半任务过半"}, completion=Span(lower=Decimal("0.5")))],
            },
            50,
            "时间过半任务过半",
        ),
        (
            {
                "on": "completion",
                "cases": [
                    {**YELLOW, "id": "near", "word": "略慢", "completion": {"lower": "0.4"}, "gap": {"lower": "-0.05"}}
                ],
            },
            46,
            "略慢",
        ),
        (
            {
                "on": "completion",
                "cases": [
                    {**YELLOW, "id": "near", "word": "略慢", "completion": {"lower": "0.4"}, "gap": {"lower": "-0.05"}}
                ],
            },
            44,
            "红灯",
        ),
    ],
)
def test_lights_by_intervals_of_completion_and_cases_beside_the_gap(plan, build, scale, done, word):
    beds = plan.indicator("beds_new").model_copy(
        update={
            "lights": LightScale.model_validate({**PUBLIC, **scale}),
            "targets": {"cangxi": Target(value=Decimal(100))},
            "schedule": {month: Decimal(month) / 12 for month in range(1, 13)},
        }
    )
    returns = {(JUNE, "cangxi"): build("2017-06", "cangxi", {"elderly_care.beds_new_cumulative": str(done)})}
    assert any_measurement(plan, beds, "cangxi", JUNE, returns).light.word == word
