"""The bureau's time: what people type and what the clock says, as local time of the bureau (Beijing)."""

from datetime import datetime, timedelta, timezone

from minsheng.errors import UsageError

BEIJING = timezone(timedelta(hours=8))
"""The register's times are local times of the bureau."""


def bureau_now() -> datetime:
    """Return the time by the clock, to the second, with Beijing's offset wherever the machine stands."""
    return datetime.now(BEIJING).replace(microsecond=0)


def bureau_time(text: str | None, *, option: str, example: str, to_come: bool = False) -> datetime:
    """Return a time that somebody gave, by default now; without an offset, to the second at most.

    Parameters
    ----------
    text
        ISO date and time; one with an offset is brought to Beijing.
    option, example
        The option's name and a right value, for the message.
    to_come
        Whether it may lie in the future: what is registered has happened.

    Raises
    ------
    UsageError
        If the text is no time, or lies in the future.
    """
    if text is None:
        return bureau_now().replace(tzinfo=None)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} “{text}”不是时间：例如 {example}") from error
    moment = moment.astimezone(BEIJING).replace(tzinfo=None) if moment.tzinfo else moment
    if not to_come:
        demand_past(moment, option)
    return moment


def demand_past(moment: datetime, what: str) -> None:
    """Refuse a time that the clock has not reached: what is registered has happened."""
    now = bureau_now().replace(tzinfo=None)
    if moment > now:
        times = f"{moment:%Y-%m-%d %H:%M} 在将来（本机时间 {now:%Y-%m-%d %H:%M}）"
        raise UsageError(f"{what} {times}：请核对所写的时间和本机时钟")
