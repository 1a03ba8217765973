"""What must add up: areas to the city, parts of funds to their total, and the schedule to the whole year."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

from minsheng.domain.area import CITY, Area
from minsheng.domain.base import plain
from minsheng.domain.fund import FundLine
from minsheng.domain.indicator import Indicator
from minsheng.domain.plan import Schedule
from minsheng.plan.files import PlanFiles
from minsheng.plan.shorthand import YUAN_PER_WANYUAN
from minsheng.plan.strict_yaml import YamlPath

_MONTHS = 12


def check(files: PlanFiles) -> None:
    """Note sums that do not come out."""
    for path, indicator in files.sound("indicators", Indicator):
        if indicator.city_total:
            _city_total(files, path, indicator)
        if indicator.schedule is not None:
            _rising(files, "indicators", (*path, "schedule"), indicator.schedule)
    for path, line in files.sound("funds", FundLine):
        parts = sum((part.amount_yuan for part in line.parts), Decimal(0))
        if parts != line.total_yuan:
            message = f"“{line.project}”各来源合计 {_wanyuan(parts)} 万元，与总额 {_wanyuan(line.total_yuan)} 万元不等"
            files.fault("funds", (*path, "total_yuan"), message)
        negative = [n for n, part in enumerate(line.parts) if part.amount_yuan < 0]
        for n in negative:
            files.fault("funds", (*path, "parts", n, "amount_yuan"), "金额不能为负")
    schedule = files.whole("schedule", Schedule)
    if schedule is not None:
        _rising(files, "schedule", ("by_month",), schedule.by_month)


def _wanyuan(amount: Decimal) -> str:
    return plain(amount / YUAN_PER_WANYUAN)


def _city_total(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    values = {area: target.value for area, target in indicator.targets.items() if target.value is not None}
    if len(values) != len(indicator.targets):
        message = f"“{indicator.name}”有的目标不是一个数，不能相加（city_total: true）"
        files.fault("indicators", (*path, "city_total"), message, "false，或把目标都写成数字")
        return
    areas = [area for _, area in files.sound("areas", Area)]
    if len(areas) != len(files.entries("areas")):
        return  # the areas have faults of their own
    for whole in [CITY, *(area.id for area in areas)]:
        parent = None if whole == CITY else whole
        parts = [values[a.id] for a in areas if a.parent == parent and a.id in values]
        if whole not in values or not parts:
            continue
        total, named = sum(parts, Decimal(0)), "全市" if whole == CITY else whole
        if total != values[whole]:
            message = (
                f"“{indicator.name}”各地目标合计 {plain(total)}{indicator.unit}，"
                f"与{named} {plain(values[whole])}{indicator.unit} 不等"
            )
            files.fault("indicators", (*path, "targets", whole), message)


def _rising(files: PlanFiles, name: str, path: YamlPath, by_month: Mapping[int, Decimal]) -> None:
    """Note a schedule that lacks a month, falls, leaves 0 to 1 or does not end with the whole year."""
    months = list(range(1, _MONTHS + 1))
    if sorted(by_month) != months:
        files.fault(name, path, f"序时进度的月份为 {'、'.join(str(month) for month in by_month)}", "1 至 12 月各一个")
        return
    for month in months:
        if not 0 <= by_month[month] <= 1:
            files.fault(name, (*path, month), f"{month} 月序时进度 {plain(by_month[month])} 超出范围", "0 至 1")
    for before, month in pairwise(months):
        if by_month[month] < by_month[before]:
            files.fault(name, (*path, month), f"{month} 月序时进度低于 {before} 月", "逐月不减")
    if by_month[_MONTHS] != 1:
        files.fault(name, (*path, _MONTHS), f"12 月序时进度为 {plain(by_month[_MONTHS])}", "1")
