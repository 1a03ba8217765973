"""The bureau's time, wherever the machine stands and whatever offset somebody gives."""

import time
from datetime import datetime, timedelta

import pytest

from minsheng.domain.clock import BEIJING, bureau_day, bureau_now, bureau_time
from minsheng.domain.period import Period
from minsheng.errors import UsageError


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
def test_now_is_beijings_now_on_any_machine(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        now = datetime.now(BEIJING)
        assert bureau_now().utcoffset() == timedelta(hours=8)
        assert abs(bureau_now() - now) < timedelta(seconds=5)
        assert abs(bureau_time(None, option="--at", example="x") - now.replace(tzinfo=None)) < timedelta(seconds=5)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2017-06-26T16:00", 16), ("2017-06-26T08:00+00:00", 16), ("2017-06-26T16:00+08:00", 16), ("2017-06-26", 0)],
)
def test_what_somebody_types_is_local_time_unless_it_says_otherwise(text: str, hour: int) -> None:
    assert bureau_time(text, option="--at", example="x") == datetime(2017, 6, 26, hour)  # noqa: DTZ001 - local


@pytest.mark.parametrize(
    "text",
    [
        "2017-7-26 9:30", "2017/7/26 9:30", "2017.7.26 09:30", "20170726 9:30", "2017年7月26日 上午9点半",
        "7月26日 9:30", "７月２６日９时30分", "7/26 9:30", "17年7月26号9:30",
    ],
)  # fmt: skip
def test_a_time_as_people_write_it(text: str) -> None:
    found = bureau_time(text, option="--at", example="x", near=Period("2017-07"))
    assert found == datetime(2017, 7, 26, 9, 30)  # noqa: DTZ001 - local


def test_a_day_without_a_year_is_the_first_since_the_period_began() -> None:
    december = Period("2017-12")
    assert bureau_day("12月31日", option="--at", near=december).year == 2017
    assert bureau_day("1月3日", option="--at", near=december).year == 2018
    assert bureau_day("8月1日", option="--on", near=Period("2017-H1")).year == 2017
    assert bureau_time("7月26日下午3点", option="--at", example="x", near=december).hour == 15
    # Without a period the last such day.
    assert bureau_day("1月1日", option="--on").year == bureau_now().year
    assert bureau_day("1月1日", option="--on") <= bureau_now().date()


@pytest.mark.parametrize("text", ["2017-02-30", "7月32日", "13月1日", "7月26日25点"])
def test_a_day_that_there_is_not_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="没有这一天或这个时刻"):
        bureau_time(text, option="--at", example="x", near=Period("2017-07"))


def test_what_is_no_time_is_refused_with_an_example() -> None:
    with pytest.raises(UsageError, match="--at “昨天”不是时间：例如 2017-06-26T16:00"):
        bureau_time("昨天", option="--at", example="2017-06-26T16:00")
