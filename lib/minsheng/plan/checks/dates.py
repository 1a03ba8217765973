"""Days: the plan's year, its frozen calendar, deadlines, and values that are needed before they begin."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from minsheng.domain.about import About
from minsheng.domain.base import DatedValue
from minsheng.domain.period import PeriodKind
from minsheng.domain.reporting import Calendar, Deadline, Reporting
from minsheng.plan.calendar import SATURDAY
from minsheng.plan.checks.identifiers import conditions
from minsheng.plan.plan_files import PlanFiles


def check(files: PlanFiles, year: int) -> None:
    """Note days that do not fit the plan's year or each other."""
    about = files.whole("plan", About)
    if about is not None and about.year != year:
        files.fault("plan", ("year",), f"年度为 {about.year}，与文件夹名 {year} 不符", str(year))
    calendar = files.whole("calendar", Calendar)
    if calendar is not None:
        _calendar(files, calendar, year)
    reporting = files.whole("reporting", Reporting)
    if reporting is not None:
        _reporting(files, reporting, year)
    if reporting is not None and calendar is not None:
        _following_month(files, reporting, calendar)
    for path, parameter in files.sound("parameters", DatedValue):
        if not parameter.values:
            files.fault("parameters", (*path, "values"), f"参数“{parameter.name}”没有值", "至少一个“日期: 数值”")
    _conditions(files, year)


def _calendar(files: PlanFiles, calendar: Calendar, year: int) -> None:
    if calendar.year != year:
        files.fault(
            "calendar",
            ("year",),
            f"节假日表是 {calendar.year} 年的，方案为 {year} 年",
            f"minsheng plan calendar {year}",
        )
    if calendar.through is not None and calendar.through.year != calendar.year + 1:
        message = f"through 是 {calendar.through}，它只用来写明节假日表延到次年的哪一天"
        allowed = f"{calendar.year + 1}-01-01 至 {calendar.year + 1}-12-31；不延则不写"
        files.fault("calendar", ("through",), message, allowed)
    raw = files.located["calendar"].value
    for key in ("holidays", "workdays"):
        seen: set[date] = set()
        for n, day in _days(raw.get(key)):
            if not date(calendar.year, 1, 1) <= day <= calendar.last:
                until = f"，也不在其后到 {calendar.through} 为止" if calendar.through else ""
                files.fault("calendar", (key, n), f"{day} 不在 {calendar.year} 年{until}")
            if day in seen:
                files.fault("calendar", (key, n), f"{day} 重复")
            seen.add(day)
    for n, day in _days(raw.get("workdays")):
        if day in calendar.holidays:
            files.fault("calendar", ("workdays", n), f"{day} 既列为放假又列为上班", "只列一处")
        if day.weekday() < SATURDAY:
            files.fault("calendar", ("workdays", n), f"{day} 不是周末，不能列为调休上班", "只列周六、周日")


def _days(days: Any) -> Iterable[tuple[int, date]]:
    return [(n, day) for n, day in enumerate(days if isinstance(days, list) else ()) if isinstance(day, date)]


def _reporting(files: PlanFiles, reporting: Reporting, year: int) -> None:
    first = reporting.first_month
    if first.kind != PeriodKind.MONTH or first.year != year:
        files.fault(
            "reporting", ("first_month",), f"首个报送月“{first}”不是 {year} 年的月份", f"{year}-01 至 {year}-12"
        )
    counties, sections = reporting.counties, reporting.sections
    sound = files.is_whole("reporting", ("counties",)) and files.is_whole("reporting", ("sections",))
    if sound and (counties.month == "next", counties.day) > (sections.month == "next", sections.day):
        message = f"县区报送日（{_said(counties)}）晚于科室报送日（{_said(sections)}）"
        files.fault("reporting", ("counties", "day"), message, f"不晚于{_said(sections)}")
    seen: set[str] = set()
    for n, part in enumerate(reporting.parts):
        if part.id in seen:
            files.fault("reporting", ("parts", n, "id"), f"id“{part.id}”重复", "互不相同")
        seen.add(part.id)


def _said(deadline: Deadline) -> str:
    return f"{'次月' if deadline.month == 'next' else ''}{deadline.day}日"


def _following_month(files: PlanFiles, reporting: Reporting, calendar: Calendar) -> None:
    """Note a deadline of the following month whose December lies beyond the calendar."""
    for key, deadline in (("counties", reporting.counties), ("sections", reporting.sections)):
        last = date(calendar.year + 1, 1, deadline.day)
        if deadline.month == "next" and calendar.last < last:
            message = f"12月的期限在 {last}，节假日表只到 {calendar.last}"
            remedy = f"在 calendar.yaml 写 through: {calendar.year + 1}-01-31，并列出 {calendar.year + 1} 年1月的放假日"
            files.fault("reporting", (key, "month"), message, remedy)


def _conditions(files: PlanFiles, year: int) -> None:
    """Note conditions outside the plan's year, and parameters that begin after they are first needed."""
    parameters = {each.id: each for _, each in files.sound("parameters", DatedValue)}
    for (name, path), condition in conditions(files):
        if condition.due.year != year:
            files.fault(name, (*path, "due"), f"“{condition.name}”的期限 {condition.due} 不在 {year} 年")
        if condition.starts is not None and condition.starts > condition.due:
            files.fault(name, (*path, "starts"), f"“{condition.name}”的起始日晚于期限", f"不晚于 {condition.due}")
        needed = condition.starts or date(year, 1, 1)
        for n, test in enumerate(condition.tests):
            parameter = parameters.get(test.parameter or "")
            if parameter is None or not parameter.values:
                continue
            first = min(parameter.values)
            if first > needed:
                message = f"“{condition.name}”自 {needed} 起要用参数“{parameter.id}”，但它自 {first} 才有值"
                files.fault(
                    name, (*path, "tests", n, "parameter"), message, f"在 parameters.yaml 补上 {needed} 或更早的值"
                )
