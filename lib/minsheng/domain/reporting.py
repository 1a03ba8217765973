"""月报: who reports what by when, the schedule, 对外口径, and 本单位笔记本 that join a month (``reports.yaml``)."""

from datetime import date
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer

from minsheng.domain.base import Exact, Frozen, Source
from minsheng.domain.period import Period, PeriodKind

Days = Annotated[frozenset[date], PlainSerializer(sorted, return_type=list[date])]
"""A set of days; sorted in JSON, so that the same days give the same bytes."""


class Calendar(Frozen):
    """A year's holidays, frozen: an archived report does not change with a package update."""

    year: Annotated[int, Field(ge=1900, le=2999)]
    holidays: Days
    """Days off, weekends among them where the State Council's notice lists them."""
    workdays: Days
    """Saturdays and Sundays that are worked (调休)."""
    through: date | None = None
    """The last day that the table knows, where December's reports are due in January; else the year's last."""
    source: Source

    @property
    def last(self) -> date:
        """The last day of which the table says whether it is worked."""
        return self.through or date(self.year, 12, 31)


class Deadline(Frozen):
    """A due day in every month."""

    day: Annotated[int, Field(ge=1, le=31)]
    """Beyond a month's end it means its last day."""
    month: Literal["same", "next"] = "same"
    """Whether the day lies in the month that is reported, or in the one after."""
    inclusive: bool
    weekends_are_holidays: bool
    holiday_rule: Literal["earlier"]
    """遇到节假日只能提前，不能延后."""
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""


class ReportPart(Frozen):
    """One part of a report, e.g. one of the five of 三（二）2⑵."""

    id: str
    title: str
    role: Literal["progress", "funds", "plans"] | None = None
    """What the system does with it: fills it from the figures (``progress``, ``funds``), or quotes it beside red items
    (``plans``: 下步打算)."""

    @property
    def is_from_data(self) -> bool:
        """Whether figures fill it."""
        return self.role in {"progress", "funds"}


Months = Annotated[tuple[int, ...], Field(min_length=1)]
"""Months of the year (1-12), rising."""

EVERY_MONTH = tuple(range(1, 13))


class Reporting(Frozen):
    """月报: who reports what to whom by when."""

    counties: Deadline
    sections: Deadline
    first_month: Period
    """Months before it are back-filled: never late, marked 方案印发前."""
    parts: Annotated[tuple[ReportPart, ...], Field(min_length=1)]
    due_months: Months = EVERY_MONTH
    """The months with returns: each, or the quarters' ends (3, 6, 9, 12). A project may have its own."""
    watch_days: int = Field(default=10, ge=0)
    """A duty that is not met is 重点督办 from so many days before it is due."""
    funds_total: bool = False
    """Whether the projects' money is added up; a source that projects share counts once."""
    execution_base: Literal["received", "planned"] = "received"
    """What 执行率 is a share of: the money received, or the year's plan (where the plan gives an amount)."""
    carry_forward: bool
    """Whether a missing return is replaced by last month's in city rows."""
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""


class Schedule(Frozen):
    """序时进度: the share of the year's target expected by each month's end."""

    by_month: dict[int, Exact]
    at: Literal["month_end", "as_of"] = "month_end"
    """The day that a month's figures are held to: its end, or the day that they are of (数据截至), in proportion."""
    source: Source


_LEFT_OUT = Source(document="ours", why="方案没有写")

# Never read: a plan without one has nothing that is held to it.
NO_SCHEDULE = Schedule(by_month={month: Decimal(month) / 12 for month in EVERY_MONTH}, source=_LEFT_OUT)
"""What a plan without schedule.yaml has."""

SUPPRESSED = "＊"
"""Stands for a count that is not shown (不予显示)."""

SUMMARY_NOTEBOOKS = ("scoring", "result_table", "section_scoring", "monthly_report", "bulletin")
"""The notebooks that are no project's; a project's notebook has the project's id."""


class Breakdown(Frozen):
    """Person counts by class: ``parts`` of ``total``.

    Fields are written ``table.row.column`` (``table.column`` where the table has one row); ``*`` is every row, each a
    class.
    """

    id: str
    name: str
    total: Annotated[tuple[str, ...], Field(min_length=1)]
    """What is always shown: the parts add up to it, or are among it."""
    parts: Annotated[tuple[str, ...], Field(min_length=1)]


class Disclosure(Frozen):
    """When the counts of a breakdown are not shown (不予显示)."""

    threshold: int
    """Counts from 1 to one below it are not shown; 0 shows all. Never 1 or 2, see the plan's checks."""
    outside: tuple[str, ...]
    """Notebooks whose pages leave the bureau."""
    breakdowns: tuple[Breakdown, ...]
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""


EVERYTHING_SHOWN = Disclosure(threshold=0, outside=(), breakdowns=(), source=_LEFT_OUT)
"""What a plan without disclosure.yaml has."""

EVERY, ASSESSED = "all", "assessed"
"""Words for areas: each area of the plan, each that is scored; others are names, and ``city``."""

_CLOSED = ("outputs", "data/keys", "data/archive", ".")


def _inside(path: str) -> str:
    parts = PurePosixPath(path)
    closed = any(parts == PurePosixPath(each) or PurePosixPath(each) in parts.parents for each in _CLOSED[:3])
    if parts.is_absolute() or ".." in parts.parts or not parts.parts or closed:
        raise ValueError("应为工作区内的相对路径，例如 data/extra/人口.csv；outputs、data/keys、data/archive 不能读")
    return path


class OwnNotebook(Frozen):
    """One notebook under ``notebooks/own/``: for whom, of which periods, and what it reads besides the returns."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Its file's name without ``.ipynb``, and the folder of its reports."""
    name: str = Field(min_length=1)
    """What people call its report."""
    areas: Annotated[tuple[str, ...], Field(min_length=1)] = ("city",)
    periods: Annotated[tuple[PeriodKind, ...], Field(min_length=1)] = (PeriodKind.MONTH,)
    reads: tuple[Annotated[str, AfterValidator(_inside)], ...] = ()
    """Files and folders of the workspace, relative to it: inputs like a return, and open to it alone."""
