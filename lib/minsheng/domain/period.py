"""报告期: a month (``2017-06``), a half-year (``2017-H1``) or a year (``2017``)."""

import calendar
import re
from datetime import date
from enum import StrEnum
from functools import lru_cache, total_ordering
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from minsheng.domain.base import flat
from minsheng.errors import UsageError

_FORM = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>\d{2})|H(?P<half>[12])))?")


class PeriodKind(StrEnum):
    """The three cycles of the notice: 月考核、半年考评、年底考评."""

    MONTH = "month"
    HALF_YEAR = "half_year"
    YEAR = "year"


@total_ordering
class Period:
    """One reporting period, ordered by its end and then by its length.

    Parameters
    ----------
    text
        ``YYYY-MM``, ``YYYY-H1``, ``YYYY-H2`` or ``YYYY``.

    Raises
    ------
    UsageError
        If the text is none of these.

    Examples
    --------
    >>> Period("2017-06").end, Period("2017-H1").months[-1], Period("2017").label
    (datetime.date(2017, 6, 30), Period('2017-06'), '2017年')
    """

    __slots__ = ("half", "month", "text", "year")

    def __init__(self, text: str) -> None:
        match = _FORM.fullmatch(text)
        month = int(match["month"]) if match and match["month"] else None
        if match is None or (month is not None and not 1 <= month <= 12):
            raise UsageError(f"报告期“{text}”无法识别：应为月度 YYYY-MM、半年 YYYY-H1 或 YYYY-H2、年度 YYYY")
        self.text = text
        self.year = int(match["year"])
        self.month = month
        self.half = int(match["half"]) if match["half"] else None

    @classmethod
    def of_month(cls, year: int, month: int) -> Self:
        """Return the month ``month`` (1-12) of ``year``."""
        return cls(f"{year:04d}-{month:02d}")

    @property
    def kind(self) -> PeriodKind:
        """Whether this is a month, a half-year or a year."""
        if self.month is not None:
            return PeriodKind.MONTH
        return PeriodKind.HALF_YEAR if self.half is not None else PeriodKind.YEAR

    @property
    def first_month(self) -> int:
        """The number of the first month (1-12)."""
        return self.month or (1 if self.half in {None, 1} else 7)

    @property
    def last_month(self) -> int:
        """The number of the last month (1-12)."""
        return self.month or (6 if self.half == 1 else 12)

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, self.first_month, 1)

    @property
    def end(self) -> date:
        """The last day."""
        return date(self.year, self.last_month, calendar.monthrange(self.year, self.last_month)[1])

    @property
    def months(self) -> list["Period"]:
        """The months that it covers, in order."""
        return [Period.of_month(self.year, m) for m in range(self.first_month, self.last_month + 1)]

    @property
    def halves(self) -> list["Period"]:
        """The half-years of a year, in order; none of a half-year or month."""
        return [type(self)(f"{self.year:04d}-H{half}") for half in (1, 2)] if self.kind == PeriodKind.YEAR else []

    @property
    def closing_month(self) -> "Period":
        """The last month that it covers: the one whose returns carry its cumulative figures."""
        return Period.of_month(self.year, self.last_month)

    @property
    def year_to_date(self) -> list["Period"]:
        """The months from January to the closing month, in order."""
        return list(_year_to_date(self.year, self.last_month))

    @property
    def previous_month(self) -> "Period | None":
        """The month before within the same year; ``None`` in January, where cumulative figures start anew."""
        if self.last_month == 1:
            return None
        return Period.of_month(self.year, self.last_month - 1)

    @property
    def year_before(self) -> "Period":
        """The same period of last year."""
        return type(self)(f"{self.year - 1:04d}{self.text[4:]}")

    @property
    def label(self) -> str:
        """The period as people write it: 2017年6月, 2017年上半年, 2017年."""
        match self.kind:
            case PeriodKind.MONTH:
                return f"{self.year}年{self.month}月"
            case PeriodKind.HALF_YEAR:
                return f"{self.year}年{'上' if self.half == 1 else '下'}半年"
            case PeriodKind.YEAR:
                return f"{self.year}年"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Period({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Period) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __lt__(self, other: "Period") -> bool:
        return (self.end, -self.first_month) < (other.end, -other.first_month)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: object, _handler: object) -> dict[str, str]:
        return {"type": "string"}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let models hold a period; in JSON it is its text."""
        del source, handler
        from_text = core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls(value)
        )
        return core_schema.json_or_python_schema(
            json_schema=from_text,
            python_schema=from_text,
            serialization=core_schema.plain_serializer_function_ser_schema(str, when_used="json"),
        )


PERIOD_FORMS = "月份写 2017-06 或 2017年6月，半年写 2017-H1 或 2017年上半年，全年写 2017 或 2017年"

_YEAR = r"(?P<year>\d{4}|\d{2}(?=年))"

_MONTH = re.compile(_YEAR + r"(?:(?:年|[-/.])(?P<month>\d{1,2})|(?P<month2>\d{2}))(?:月份?)?")

_HALF = re.compile(_YEAR + r"(?:年度?|[-/.])?(?:(?P<h>[Hh])?(?(h)(?P<number>[12])|(?P<half>[上下])半年))(?:度)?")

_SPAN = re.compile(_YEAR + r"(?:年|[-/.])?(?P<first>1|7)月?[-~至到—](?P<last>6|12)月(?:份)?")

_WHOLE = re.compile(_YEAR + r"(?:年度?|全年|年全年)?")

_DAY = re.compile(
    _YEAR + r"(?:[年/.-](?P<month>\d{1,2})[月/.-](?P<day>\d{1,2})[日号]?|(?P<month2>\d{2})(?P<day2>\d{2}))"
)

_HAN = str.maketrans("〇零一二三四五六七八九", "00123456789")

_HAN_YEAR = re.compile("[〇零一二三四五六七八九]{4}(?=年)")

_HAN_MONTH = re.compile("(?<=年)(十[一二]?|[一二三四五六七八九])(?=月)")


def period_typed(text: str) -> Period:
    """Return the period that somebody typed: 2017年7月, 2017-7, 201707, 2017年上半年, 2017年1-6月, 二〇一七年七月.

    Raises
    ------
    UsageError
        If it is none; the message says what was probably meant and how periods are written.
    """
    said = _HAN_YEAR.sub(lambda match: match[0].translate(_HAN), flat(text))
    said = _HAN_MONTH.sub(lambda match: str(_number(match[0])), said)
    if match := _HALF.fullmatch(said):
        first = match["number"] == "1" or match["half"] == "上"
        return Period(f"{_year(match)}-H{1 if first else 2}")
    if (match := _SPAN.fullmatch(said)) and int(match["last"]) - int(match["first"]) == 5:
        return Period(f"{_year(match)}-H{1 if match['first'] == '1' else 2}")
    if re.fullmatch(_YEAR + r"(?:年|[-/.])?1月?[-~至到—]12月", said) or _WHOLE.fullmatch(said):
        return Period(str(_year(re.match(_YEAR, said))))
    if (match := _MONTH.fullmatch(said)) and 1 <= _month(match) <= 12:
        return Period.of_month(_year(match), _month(match))
    raise UsageError(f"“{text}”不是报告期{_meant(said)}。{PERIOD_FORMS}")


def _year(match: re.Match[str] | None) -> int:
    digits = match["year"] if match else "0"
    return int(digits) if len(digits) > 2 else 2000 + int(digits)


def _month(match: re.Match[str]) -> int:
    return int(match["month"] or match["month2"])


@lru_cache(maxsize=256)
def _year_to_date(year: int, month: int) -> tuple[Period, ...]:
    """Return the months from January to one: each figure of each area asks for them."""
    return tuple(Period.of_month(year, each) for each in range(1, month + 1))


def _number(han: str) -> int:
    ones = "〇一二三四五六七八九".find(han[-1]) % 10 if han[-1] != "十" else 0
    return ones + (10 if "十" in han else 0)


def _meant(said: str) -> str:
    """Say what was probably meant, or what is missing."""
    if (match := _DAY.fullmatch(said)) and 1 <= _month(match) <= 12:
        return f"，是一天；是不是 {Period.of_month(_year(match), _month(match))}"
    if re.search("季度?|Q[1-4]", said):
        return "：没有按季的报告期，请写季末的月份"
    if re.fullmatch(r"\d{1,2}月?份?|[上下]半年|H[12]|全年|[上本下]个?月", said):
        return "：缺年度"
    if match := _MONTH.fullmatch(said):
        return f"：没有 {_month(match)} 月"
    return ""


def year_typed(text: str) -> int:
    """Return the year that somebody typed: 2017, 2017年, 2017年度, ２０１７.

    Raises
    ------
    UsageError
        If it is none.
    """
    match = re.fullmatch(r"(\d{4})(?:年度?)?", flat(text))
    if match is None:
        raise UsageError(f"“{text}”不是年度：写 2017 或 2017年")
    return int(match[1])
