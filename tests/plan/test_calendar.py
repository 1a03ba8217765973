"""Due dates of 2017: holidays and weekends only earlier, working Saturdays count."""

import sys
from datetime import date

import pytest

from minsheng.domain.base import Source
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.reporting import Calendar, Deadline
from minsheng.errors import MachineUnfitError, PlanInvalidError, UsageError
from minsheng.plan.calendar import due_date, freeze_calendar, is_workday
from minsheng.plan.strict_yaml import parse_yaml

OURS = Source(document="ours", why="测试")


def deadline(day: int, *, inclusive: bool = True, weekends: bool = True) -> Deadline:
    return Deadline(day=day, inclusive=inclusive, weekends_are_holidays=weekends, holiday_rule="earlier", source=OURS)


@pytest.mark.parametrize(
    ("month", "day"),
    list(enumerate([26, 24, 24, 26, 26, 26, 26, 25, 26, 26, 24, 26], start=1)),
)
def test_sections_report_by_the_26th(plan: Plan, month: int, day: int) -> None:
    assert due_date(plan, plan.reporting.sections, Period.of_month(2017, month)) == date(2017, month, day)


@pytest.mark.parametrize(
    ("month", "day"),
    # 23 April and 23 July are Sundays, 23 September and 23 December Saturdays.
    list(enumerate([23, 23, 23, 21, 23, 23, 21, 23, 22, 23, 23, 22], start=1)),
)
def test_counties_report_by_the_23rd(plan: Plan, month: int, day: int) -> None:
    assert due_date(plan, plan.reporting.counties, Period.of_month(2017, month)) == date(2017, month, day)


@pytest.mark.parametrize(
    ("day", "month", "expected"),
    [
        (27, 5, date(2017, 5, 27)),  # a working Saturday
        (27, 1, date(2017, 1, 26)),  # Spring Festival begins on a Friday
        (30, 1, date(2017, 1, 26)),
        (30, 4, date(2017, 4, 28)),
        (30, 5, date(2017, 5, 27)),  # over the holiday to the working Saturday
        (20, 5, date(2017, 5, 19)),
        (20, 8, date(2017, 8, 18)),
        (31, 2, date(2017, 2, 28)),  # beyond the month's end: its last day
        (31, 9, date(2017, 9, 30)),  # a working Saturday
    ],
)
def test_other_due_days_move_only_earlier(plan: Plan, day: int, month: int, expected: date) -> None:
    assert due_date(plan, deadline(day), Period.of_month(2017, month)) == expected


def test_where_weekends_are_no_holidays_the_26th_stays_all_year(plan: Plan) -> None:
    found = {due_date(plan, deadline(26, weekends=False), month).day for month in Period("2017").months}
    assert found == {26}


def test_holidays_still_move_where_weekends_do_not(plan: Plan) -> None:
    assert due_date(plan, deadline(8, weekends=False), Period("2017-10")) == date(2017, 9, 30)


def test_an_exclusive_day_is_due_the_day_before(plan: Plan) -> None:
    assert due_date(plan, deadline(26, inclusive=False), Period("2017-06")) == date(2017, 6, 23)  # 25 June is a Sunday


def test_a_longer_period_is_due_with_its_closing_month(plan: Plan) -> None:
    assert due_date(plan, deadline(26), Period("2017-H1")) == date(2017, 6, 26)


@pytest.mark.parametrize(
    ("day", "period", "expected"),
    [
        (3, "2017-06", date(2017, 7, 3)),
        (3, "2017-05", date(2017, 6, 2)),  # a Saturday
        (1, "2017-04", date(2017, 4, 28)),  # Labour Day, and a weekend before it
        (31, "2017-01", date(2017, 2, 28)),  # beyond that month's end
        (3, "2017-H1", date(2017, 7, 3)),
        (3, "2017-12", date(2018, 1, 3)),
        (1, "2017-12", date(2017, 12, 29)),  # New Year's Day
    ],
)
def test_a_day_in_the_following_month(plan: Plan, day: int, period: str, expected: date) -> None:
    calendar = plan.calendar.model_copy(
        update={"through": date(2018, 1, 31), "holidays": plan.calendar.holidays | {date(2018, 1, 1)}}
    )
    following = deadline(day).model_copy(update={"month": "next"})
    assert due_date(plan.model_copy(update={"calendar": calendar}), following, Period(period)) == expected


def test_a_day_in_the_following_month_beyond_the_table_fails_loudly(plan: Plan) -> None:
    following = deadline(3).model_copy(update={"month": "next"})
    with pytest.raises(PlanInvalidError, match="只有 2017 年，无法判断 2018-01-03"):
        due_date(plan, following, Period("2017-12"))
    assert due_date(plan, deadline(1, inclusive=False).model_copy(update={"month": "next"}), Period("2017-05")) == date(
        2017, 5, 31
    )


@pytest.mark.parametrize(("period", "day"), [("2018-01", 26), ("2016-12", 26), ("2017-01", 2)])
def test_a_day_outside_the_frozen_year_fails_loudly(plan: Plan, period: str, day: int) -> None:
    # 2 January 2017 is a holiday, and so is the day before: the due day would fall in 2016.
    with pytest.raises(PlanInvalidError, match=r"minsheng plan calendar 201[68]"):
        due_date(plan, deadline(day), Period(period))


def test_workdays(plan: Plan) -> None:
    assert is_workday(plan.calendar, date(2017, 2, 4))  # Saturday, worked
    assert not is_workday(plan.calendar, date(2017, 2, 5))
    assert not is_workday(plan.calendar, date(2017, 1, 27))
    assert is_workday(plan.calendar, date(2017, 1, 26))


def test_freezing_2017_again_gives_the_days_of_the_plan(plan: Plan) -> None:
    read = parse_yaml(freeze_calendar(2017).encode(), "calendar.yaml")
    assert read.faults == ()
    frozen = Calendar.model_validate(read.value)
    assert (frozen.holidays, frozen.workdays) == (plan.calendar.holidays, plan.calendar.workdays)
    assert frozen.source.is_ours


def test_a_year_that_nobody_announced_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="没有 2100 年的放假安排"):
        freeze_calendar(2100)


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", None)
    with pytest.raises(MachineUnfitError, match="pip install chinesecalendar"):
        freeze_calendar(2017)
