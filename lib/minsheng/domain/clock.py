"""The bureau's time: what people type and what the clock says, as local time of the bureau (Beijing)."""

from datetime import datetime, timedelta, timezone

from minsheng.errors import UsageError

BEIJING = timezone(timedelta(hours=8))
"""The register's times are local times of the bureau."""


def bureau_now() -> datetime:
    """Return the time by the clock, to the second, with Beijing's offset wherever the machine stands."""
    return datetime.now(BEIJING).replace(microsecond=0)


def bureau_time(text: str | None, *, option: str, example: str) -> datetime:
    """Return a time that somebody gave, by default now; without an offset, to the second at most.

    Parameters
    ----------
    text
        ISO date and time; one with an offset is brought to Beijing.
    option, example
        The option's name and a right value, for the message.

    Raises
    ------
    UsageError
        If the text is no time.
    """
    if text is None:
        return bureau_now().replace(tzinfo=None)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} “{text}”不是时间：例如 {example}") from error
    return moment.astimezone(BEIJING).replace(tzinfo=None) if moment.tzinfo else moment
