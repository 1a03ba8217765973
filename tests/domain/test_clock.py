"""The bureau's time, wherever the machine stands and whatever offset somebody gives."""

import time
from datetime import datetime, timedelta

import pytest

from minsheng.domain.clock import BEIJING, bureau_now, bureau_time
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


def test_what_is_no_time_is_refused_with_an_example() -> None:
    with pytest.raises(UsageError, match="--at “昨天”不是时间：例如 2017-06-26T16:00"):
        bureau_time("昨天", option="--at", example="2017-06-26T16:00")
