"""报告期: a month (``2017-06``), a half-year (``2017-H1``) or a year (``2017``)."""

import calendar
import re
from datetime import date
from enum import StrEnum
from functools import total_ordering
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

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
        return [Period.of_month(self.year, m) for m in range(1, self.last_month + 1)]

    @property
    def previous_month(self) -> "Period | None":
        """The month before within the same year; ``None`` in January, where cumulative figures start anew."""
        if self.last_month == 1:
            return None
        return Period.of_month(self.year, self.last_month - 1)

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
