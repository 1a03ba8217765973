"""The loaded plan against the figures of the notice, typed from its text and its annex table."""

from datetime import date
from decimal import Decimal

import pytest

from minsheng.domain.area import AreaKind
from minsheng.domain.plan import Plan

COLUMNS = (
    "medical_aid_ratio",
    "dibao_urban_avg",
    "dibao_rural_avg",
    "beds_new",
    "beds_renovated",
    "daycare_centres",
    "home_care_persons",
)
ANNEX = {  # 附件: the numeric columns, left to right; None is a blank cell
    "全市": (70, 270, 160, 1950, 1050, 69, 84540),
    "市本级": (None, None, None, 400, 120, None, None),
    "苍溪县": (70, 300, 160, 300, 150, 17, 21000),
    "旺苍县": (70, 300, 160, 250, 150, 9, 13400),
    "剑阁县": (70, 300, 160, 220, 150, 7, 22760),
    "青川县": (70, 175, 160, 180, 100, 9, 2340),
    "利州区": (70, 245, 160, 370, 150, 18, 11940),
    "昭化区": (70, 300, 160, 70, 100, 4, 2400),
    "朝天区": (70, 300, 160, 80, 100, 1, 5000),
    "广元经济开发区": (70, 300, 160, 80, 30, 4, 5700),
}
FUNDS = {  # 二（一）–（五）, 万元: total, label of the upper levels, upper, city, county
    "medical_aid": ("8500", "争取中央、省补助", "7500", "200", "800"),
    "dibao": ("61000", "争取中央、省补助", "50600", "600", "9800"),
    "elderly_care": ("7260", "争取中央、省补助", "3070", "490", "3700"),
    "disability_allowance": ("2700", "省级安排", "1020", "60", "1620"),
    "two_lines": ("1952.60", "中央、省补助", "745", "5.6", "1202"),
}
COUNTY_POINTS = {  # 三（二）1⑴–⑸
    "组织领导": (1, 2, 2),
    "综合管理、监督检查及评价": (2, 2, 2, 2, 2, 2),
    "宣传报道": (3, 5),
    "政务公开": (2, 3),
    "目标实施及考评": (8, 14, 8, 8, 8, 8, 8, 8),
}


@pytest.mark.parametrize("row", ANNEX)
def test_targets_are_those_of_the_annex_table(plan: Plan, row: str) -> None:
    found = [plan.indicator(column).targets.get(plan.area_id(row)) for column in COLUMNS]
    assert [None if target is None else target.value for target in found] == list(ANNEX[row])


@pytest.mark.parametrize("column", range(3, 7))
def test_additive_columns_sum_to_the_city_in_the_notice_itself(column: int) -> None:
    assert sum(row[column] or 0 for name, row in ANNEX.items() if name != "全市") == ANNEX["全市"][column]


def test_the_nine_columns_stand_in_the_order_of_the_annex_table(plan: Plan) -> None:
    ordered = sorted(plan.indicators, key=lambda indicator: indicator.column)
    assert [i.id for i in ordered] == [*COLUMNS, "two_lines_done", "disability_allowance_done"]


@pytest.mark.parametrize("indicator", ["two_lines_done", "disability_allowance_done"])
def test_text_targets_stay_text_and_the_blank_cells_of_counties_are_our_reading(plan: Plan, indicator: str) -> None:
    targets = dict(plan.indicator(indicator).targets)
    assert {target.text for target in targets.values()} == {"完成"}
    assert set(targets) == {"city", *(area.id for area in plan.assessed_areas)}
    city = targets.pop("city").source
    assert city is not None
    assert not city.is_ours
    assert all(target.source is not None and target.source.is_ours for target in targets.values())


def test_eight_bureaus_are_assessed_and_the_citys_own_row_has_duties_but_no_assessment(plan: Plan) -> None:
    assert [area.name for area in plan.assessed_areas] == [*list(ANNEX)[2:9], "广元经济技术开发区"]
    municipal = plan.area("市本级")
    assert (municipal.assessed, municipal.kind, municipal.projects) == (
        False,
        AreaKind.MUNICIPAL_ROW,
        ("elderly_care",),
    )
    codes = {area.name: area.adcode for area in plan.areas if area.adcode}
    assert codes == {
        "苍溪县": "510824",
        "旺苍县": "510821",
        "剑阁县": "510823",
        "青川县": "510822",
        "利州区": "510802",
        "昭化区": "510811",
        "朝天区": "510812",
    }


@pytest.mark.parametrize("name", ["广元经济技术开发区", "广元经济开发区", "开发区", "广元经济技术开发区社会事务管理局"])
def test_the_development_zone_answers_to_all_its_names(plan: Plan, name: str) -> None:
    assert plan.area_id(name) == "etdz"


@pytest.mark.parametrize("project", FUNDS)
def test_funds_are_those_of_the_notice_in_yuan_with_labels_as_printed(plan: Plan, project: str) -> None:
    line = plan.funds_of(project)
    assert line is not None
    total, label, *amounts = FUNDS[project]
    assert line.total_yuan == Decimal(total) * 10000
    assert [part.label for part in line.parts] == [label, "市级安排", "县级安排"]
    assert [part.amount_yuan for part in line.parts] == [Decimal(amount) * 10000 for amount in amounts]
    central = "central" in line.parts[0].levels
    assert central == (project != "disability_allowance")


def test_the_county_rubric_is_that_of_the_notice(plan: Plan) -> None:
    rubric = plan.county_rubric
    found = {group.name: tuple(item.full_marks for item in group.items) for group in rubric.groups}
    assert found == COUNTY_POINTS
    assert [group.full_marks for group in rubric.groups] == [5, 12, 8, 5, 70]
    assert rubric.total == 100
    assert [event.points for event in rubric.deductions] == [1, 2, None]
    counted = {item.id: getattr(item.rule, "target", None) for item in rubric.groups[2].items}
    assert counted == {"pub.1": 12, "pub.2": 4}


def test_the_section_rubric_takes_two_tenths_for_each_of_seventeen_duties(plan: Plan) -> None:
    # 三（二）2⑴–⑸: 2 + 4 + 6 + 3 + 2 duties; ⑹ counts positively.
    groups = plan.section_rubric.groups
    assert [(group.name, len(group.rules)) for group in groups] == [
        ("责任落实", 2),
        ("综合管理", 4),
        ("业务指导、督促检查", 6),
        ("对上协调及评价", 3),
        ("宣传报道", 2),
        ("目标实施及考评", 0),
    ]
    assert {rule.points for group in groups for rule in group.rules} == {Decimal("0.2")}
    targets = {rule.id: rule.target for group in groups for rule in group.rules if rule.target}
    assert targets == {"sec.guide.2": 6, "sec.pub.1": 3}


def test_people_are_those_of_the_notice(plan: Plan) -> None:
    people = {section.name: (section.owner, section.leader) for section in plan.sections if section.assessed}
    assert people == {"社会救助科": ("陈铭", "沈友文"), "社会福利和慈善事业科": ("石斌", "何道芬")}
    group = plan.about.leading_group
    assert (group.leader, group.deputies, group.liaison) == ("安永平", ("何道芬", "赵铮", "沈友文"), "殷蛟")


def test_dated_values_hold_from_their_day(plan: Plan) -> None:
    standard = plan.parameter("disability_standard")
    assert (standard.on(date(2016, 12, 31)), standard.on(date(2017, 1, 1))) == (60, 70)
    with pytest.raises(ValueError, match="2015-12-31 无值可用"):
        standard.on(date(2015, 12, 31))


def test_the_two_lines_milestone_has_its_two_steps(plan: Plan) -> None:
    conditions = plan.indicator("two_lines_done").measure.conditions  # type: ignore[union-attr]
    steps = {(condition.starts, condition.due) for condition in conditions}
    assert steps == {(None, date(2017, 6, 30)), (date(2017, 7, 1), date(2017, 7, 31))}
    assert all(condition.document_date for condition in conditions)


@pytest.mark.parametrize(
    ("gap", "completion", "word"),
    [
        ("0", "0.5", "达到序时进度"),
        ("-0.0001", "0.5", "基本同步"),
        ("-0.10", "0.4", "基本同步"),
        ("-0.1001", "0.4", "进度滞后"),
        ("-0.30", "0.2", "进度滞后"),
        ("-0.3001", "0.2", "严重滞后"),
        ("0.5", "1", "提前完成"),
    ],
)
def test_lights_against_the_schedule_change_at_their_bounds(plan: Plan, gap: str, completion: str, word: str) -> None:
    assert plan.lights.schedule.light(completion=Decimal(completion), gap=Decimal(gap), pace=Decimal(1)).word == word


@pytest.mark.parametrize(
    ("completion", "word"), [("1", "达标"), ("0.9999", "接近达标"), ("0.95", "接近达标"), ("0.9499", "未达标")]
)
def test_lights_against_the_full_target_change_at_their_bounds(plan: Plan, completion: str, word: str) -> None:
    assert plan.lights.level.light(completion=Decimal(completion), gap=Decimal(0), pace=Decimal(1)).word == word


def test_every_light_has_a_shape_that_the_packaged_font_can_draw(plan: Plan) -> None:
    from pathlib import Path

    import pylopdf_fonts_zh_cn
    from fontTools.ttLib import TTFont

    with TTFont(Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf", lazy=True) as font:
        drawn = font.getBestCmap()
    lights = plan.lights
    shown = [*lights.schedule.intervals, *lights.level.intervals, lights.schedule.complete]
    shown += [lights.milestone.done, lights.milestone.in_progress, lights.milestone.partial, lights.milestone.not_done]
    shown += [lights.not_reported, lights.blocked, lights.no_duty, lights.incomplete]
    assert [light.shape for light in shown if light and ord(light.shape) not in drawn] == []


def test_whatever_the_notice_leaves_open_is_marked_as_ours_with_a_reason(plan: Plan) -> None:
    ours = [
        plan.schedule.source,
        plan.lights.schedule.source,
        plan.lights.level.source,
        plan.reporting.counties.source,
        plan.reporting.sections.defaults["inclusive"],
        plan.reporting.sections.defaults["weekends_are_holidays"],
        plan.reporting.defaults["carry_forward"],
        plan.county_rubric.defaults["conversion_factor"],
        plan.county_rubric.defaults["ties"],
        plan.section_rubric.defaults["total_cap"],
        plan.indicator("dibao_urban_avg").measure.source,
        plan.indicator("medical_aid_ratio").measure.source,
        plan.parameter("dibao_floor_rural").source,
        *(item.rule.source for item in plan.county_rubric.items),
    ]
    assert all(source.is_ours and source.why for source in ours)
    assert not plan.reporting.sections.source.is_ours
