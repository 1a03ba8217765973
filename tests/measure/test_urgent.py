"""重点督办: what is red, overdue or about to be, what counties say themselves, since when and whom to ask."""

from datetime import date

import pytest

from minsheng.domain.period import Period
from minsheng.measure.ahead.urgent import urgent_items, will_miss
from minsheng.plan.calendar import due_date

JUNE = Period("2017-06")
BULLETIN = date(2017, 6, 26)
BEHIND = {"elderly_care.beds_new_cumulative": "30"}
UNSIGNED = {"dibao.urban.by_household_households": "0"}


@pytest.mark.parametrize(
    ("text", "missed"),
    [
        ("进场道路未通，不能按期完成改造。已多次协调。", True),
        ("文件还在会签，无法在6月底前印发", True),
        ("预计8月底完成按户核定", True),
        ("按户核定推迟到7月上旬", True),
        ("预计7月中旬办结；此前逐户走访", True),
        ("预计明年3月底投用", True),
        ("力争6月底前完成", False),
        ("预计6月上旬办结", False),
        ("倒排工期，避免延期", False),
        ("确保不逾期", False),
        ("7月起按新标准发放", False),
        ("", False),
    ],
)
def test_a_county_that_says_it_will_miss_the_day_is_quoted(text: str, missed: bool) -> None:
    assert bool(will_miss({"problems": text}, date(2017, 6, 30))) == missed


def _returns(build, months, changes, **more):
    return {(Period(month), "cangxi"): build(month, "cangxi", changes, **more) for month in months}


def test_red_items_say_how_much_is_lacking_and_since_when(plan, build) -> None:
    returns = _returns(build, ("2017-04", "2017-05", "2017-06"), BEHIND)
    (beds,) = [each for each in urgent_items(plan, JUNE, returns, BULLETIN) if each.label == "新增床位"]
    # 苍溪县: target 300, by June 150; 30 are there. In April 10 % against 33 % were 进度滞后, which is yellow.
    assert (beds.kind, beds.due, beds.months) == ("red", date(2017, 12, 31), 2)
    assert (beds.lacking, beds.behind) == (270, 120)


def test_what_was_known_last_stays_on_the_list(plan, build) -> None:
    returns = _returns(build, ("2017-04", "2017-05"), BEHIND)
    (beds,) = [each for each in urgent_items(plan, JUNE, returns, BULLETIN) if each.label == "新增床位"]
    assert (beds.last_known, beds.months) == (Period("2017-05"), 1)


def test_a_duty_is_on_the_list_before_it_is_due_and_afterwards(plan, build) -> None:
    def duty(month: str, day: date, plan=plan):
        bulletin = due_date(plan, plan.reporting.sections, Period(month))
        found = urgent_items(plan, Period(month), _returns(build, (month,), UNSIGNED, as_of=day), bulletin)
        return [(each.kind, each.due) for each in found if each.label == "6月底前以户为单位施保"]

    due = date(2017, 6, 30)
    assert duty("2017-05", date(2017, 5, 20)) == []
    assert duty("2017-06", date(2017, 6, 20)) == [("due_soon", due)]  # the report of 26 June, ten days before
    assert duty("2017-07", date(2017, 7, 20)) == [("overdue", due)]
    eager = plan.model_copy(update={"reporting": plan.reporting.model_copy(update={"watch_days": 40})})
    assert duty("2017-05", date(2017, 5, 20), eager) == [("due_soon", due)]
    lazy = plan.model_copy(update={"reporting": plan.reporting.model_copy(update={"watch_days": 0})})
    assert duty("2017-06", date(2017, 6, 20), lazy) == []


def test_whom_to_ask_is_named_by_the_newest_cover_that_names_somebody(plan, build) -> None:
    returns = _returns(build, ("2017-05", "2017-06"), BEHIND)
    assert {each.contact for each in urgent_items(plan, JUNE, returns, BULLETIN)} == {""}
    may = returns[Period("2017-05"), "cangxi"]
    named = may.model_copy(update={"verdict": may.verdict.model_copy(update={"contact": "王芳"})})
    again = urgent_items(plan, JUNE, {**returns, (Period("2017-05"), "cangxi"): named}, BULLETIN)
    assert {each.contact for each in again} == {"王芳"}


def test_a_years_target_that_is_not_reached_falls_due_with_the_year(plan, build) -> None:
    december = Period("2017-12")
    nearly = {"elderly_care.beds_new_cumulative": "270"}

    def beds(day: date, changes=nearly, month=december):
        returns = _returns(build, (str(month),), changes)
        return [each for each in urgent_items(plan, month, returns, day) if each.label == "新增床位"]

    (soon,) = beds(date(2017, 12, 26))  # 90 % are near to the schedule, but not there
    assert (soon.kind, soon.word, soon.lacking, soon.due) == ("due_soon", "基本同步", 30, date(2017, 12, 31))
    assert [each.kind for each in beds(date(2018, 1, 2))] == ["overdue"]
    assert beds(date(2017, 11, 24), month=Period("2017-11")) == []
    assert beds(date(2017, 12, 26), {"elderly_care.beds_new_cumulative": "300"}) == []
