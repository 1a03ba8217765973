"""The bureau's time: what people type and what the clock says, as local time of the bureau (Beijing)."""

import re
from datetime import date, datetime, timedelta, timezone

from minsheng.domain.base import flat
from minsheng.domain.period import Period
from minsheng.errors import UsageError

BEIJING = timezone(timedelta(hours=8))
"""The register's times are local times of the bureau."""


_DAY = (
    r"(?:(?:(?P<year>\d{4}|\d{2}(?=年))[年/.-])?(?P<month>\d{1,2})[月/.-](?P<day>\d{1,2})[日号]?"
    r"|(?P<year8>\d{4})(?P<month8>\d{2})(?P<day8>\d{2}))"
)

_TIME = (
    r"(?:T?(?P<part>上午|早上|中午|下午|晚上)?(?P<hour>\d{1,2})"
    r"(?:[:点时](?:(?P<minute>\d{1,2})分?|(?P<half>半))?(?::(?P<second>\d{2}))?))?"
)

_MOMENT = re.compile(_DAY + _TIME)

_NOON = 12


def bureau_now() -> datetime:
    """Return the time by the clock, to the second, with Beijing's offset wherever the machine stands."""
    return datetime.now(BEIJING).replace(microsecond=0)


def bureau_time(
    text: str | None, *, option: str, example: str, to_come: bool = False, near: Period | None = None
) -> datetime:
    """Return a time that somebody gave, by default now; without an offset, to the second at most.

    Parameters
    ----------
    text
        ISO date and time, where one with an offset is brought to Beijing, or as people write it: 2017/7/26,
        7月26日 9:30, 20170726, 2017年7月26日下午3点.
    option, example
        The option's name and a right value, for the message.
    to_come
        Whether it may lie in the future: what is registered has happened.
    near
        The period that it is about: a day without a year is the first such day since that began. Without one, the last
        such day by the clock.

    Raises
    ------
    UsageError
        If the text is no time, or lies in the future.
    """
    if text is None:
        return bureau_now().replace(tzinfo=None)
    try:
        moment = _typed(text, near)
    except ValueError as error:
        why = "没有这一天或这个时刻" if _MOMENT.fullmatch(flat(text)) else "不是时间"
        raise UsageError(f"{option} “{text}”{why}：例如 {example}，也可写 7月26日、2017/7/26 9:30") from error
    moment = moment.astimezone(BEIJING).replace(tzinfo=None) if moment.tzinfo else moment
    if not to_come:
        demand_past(moment, option)
    return moment


def bureau_day(text: str, *, option: str, near: Period | None = None) -> date:
    """Return a day that somebody gave, as :func:`bureau_time` reads it; it may lie in the future."""
    return bureau_time(text, option=option, example="2017-07-26", to_come=True, near=near).date()


def _typed(text: str, near: Period | None) -> datetime:
    """Return a time as people write it; a ``ValueError`` where it is none."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        match = _MOMENT.fullmatch(flat(text))
        if match is None:
            raise
    month, day = (int(match[name] or match[f"{name}8"]) for name in ("month", "day"))
    hour, minute = int(match["hour"] or 0), 30 if match["half"] else int(match["minute"] or 0)
    if match["part"] in {"下午", "晚上"} and hour < _NOON:
        hour += _NOON
    found = match["year"] or match["year8"]
    year = int(found) + (2000 if len(found) == 2 else 0) if found else _year_of(month, day, near)
    return datetime(year, month, day, hour, minute, int(match["second"] or 0))  # noqa: DTZ001 - the bureau's own


def _year_of(month: int, day: int, near: Period | None) -> int:
    """Return the year of a day that was typed without one."""
    if near is not None:
        # December's returns come in January.
        return near.year + ((month, day) < (near.first_month, 1))
    today = bureau_now()
    return today.year - ((month, day) > (today.month, today.day))


def demand_past(moment: datetime, what: str) -> None:
    """Refuse a time that the clock has not reached: what is registered has happened."""
    now = bureau_now().replace(tzinfo=None)
    if moment > now:
        times = f"{moment:%Y-%m-%d %H:%M} 在将来（本机时间 {now:%Y-%m-%d %H:%M}）"
        raise UsageError(f"{what} {times}：请核对所写的时间和本机时钟")
