"""Work days and due dates, from the holidays that the plan has frozen (遇到节假日只能提前，不能延后)."""

from calendar import monthrange
from datetime import date, timedelta
from importlib.metadata import version

from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.reporting import Calendar, Deadline
from minsheng.errors import MachineUnfitError, PlanInvalidError, UsageError

SATURDAY = 5

_WEEKDAYS = "一二三四五六日"

_PACKAGE = "chinesecalendar"


def is_workday(calendar: Calendar, day: date) -> bool:
    """Whether offices work on ``day``: neither a holiday nor a weekend, unless the weekend is worked (调休)."""
    _demand_known(calendar, day)
    return day in calendar.workdays or (day.weekday() < SATURDAY and day not in calendar.holidays)


def due_date(plan: Plan, deadline: Deadline, period: Period) -> date:
    """Return the day on which a report is due.

    Parameters
    ----------
    plan
        Supplies the frozen calendar.
    deadline
        The due day and how it moves: over holidays, and over weekends where they count as holidays, and only earlier.
    period
        A month; of a longer period its closing month.

    Raises
    ------
    PlanInvalidError
        If the due day, or a day that it moves to, lies outside the calendar.

    Notes
    -----
    Source: ``deadline.source`` (for sections 三（二）2⑴).
    """
    first = period.closing_month.start
    if deadline.month == "next":
        first = period.end + timedelta(days=1)
    day = first.replace(day=min(deadline.day, monthrange(first.year, first.month)[1]))
    if not deadline.inclusive:
        day -= timedelta(days=1)
    while _is_off(plan.calendar, deadline, day):
        day -= timedelta(days=1)
    return day


def _is_off(calendar: Calendar, deadline: Deadline, day: date) -> bool:
    if deadline.weekends_are_holidays:
        return not is_workday(calendar, day)
    _demand_known(calendar, day)
    return day in calendar.holidays


def _demand_known(calendar: Calendar, day: date) -> None:
    # The frozen table is the only truth for its year, so that an archived report does not change with a package update.
    # Of a day outside it nothing is known, and to guess would move a due date without a word.
    if not date(calendar.year, 1, 1) <= day <= calendar.last:
        known = f"方案的节假日表只有 {calendar.year} 年"
        if calendar.through:
            known += f"，到 {calendar.through}"
        remedy = f"用 minsheng plan calendar {day.year} 生成该年的节假日表，放进该年的方案"
        raise PlanInvalidError([f"{known}，无法判断 {day} 是否工作日：{remedy}"])


def freeze_calendar(year: int) -> str:
    """Write a year's ``calendar.yaml`` from the package chinesecalendar, for a person to check and keep.

    Raises
    ------
    UsageError
        If the package does not know the year, e.g. because it has not been announced.
    MachineUnfitError
        If the package is not installed.
    """
    try:
        from chinese_calendar import constants
    except ImportError as missing:
        raise MachineUnfitError(f"没有安装 {_PACKAGE}：运行 pip install {_PACKAGE}") from missing
    holidays = {day: _chinese(name) for day, name in constants.holidays.items() if day.year == year}
    workdays = {day: f"{_chinese(name)}调休" for day, name in constants.workdays.items() if day.year == year}
    if not holidays:
        first, last = min(constants.holidays).year, max(constants.holidays).year
        raise UsageError(
            f"{_PACKAGE} {version(_PACKAGE)} 没有 {year} 年的放假安排（有 {first}—{last} 年）。"
            f"放假安排公布后升级该软件包，或照上一年的 calendar.yaml 按国务院办公厅通知手工填写"
        )
    source = f"{_PACKAGE} {version(_PACKAGE)}"
    lines = [
        f"# {year}年节假日，已固定：以后日历数据更新，不影响已归档的报告。",
        "# 先改：与国务院办公厅当年的放假通知核对，把 source 改为该通知。",
        "# holidays 为国务院办公厅通知列明的放假日（连休中的周末也列入）；workdays 为调休上班的周六、周日；",
        "# 其余周末照常休息，不必列。新的年度：minsheng plan calendar 年份",
        f"year: {year}",
        "holidays:",
        *_day_lines(holidays),
        "workdays:" if workdays else "workdays: []",
        *_day_lines(workdays),
        "source:",
        "  document: ours",
        f"  why: 由 {source} 生成；请与国务院办公厅当年的放假通知核对，并把出处改为该通知",
    ]
    return "\n".join(lines) + "\n"


def _chinese(name: str) -> str:
    from chinese_calendar import Holiday

    return str(next(holiday.chinese for holiday in Holiday if holiday.value == name))


def _day_lines(days: dict[date, str]) -> list[str]:
    """Write one line per day; the reason stands where it changes."""
    lines, before = [], ""
    for day, reason in sorted(days.items()):
        said = f" {reason}" if reason != before else ""
        lines.append(f"  - {day} # 周{_WEEKDAYS[day.weekday()]}{said}")
        before = reason
    return lines
