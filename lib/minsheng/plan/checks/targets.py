"""目标值 in the form their measures need, 亮灯 that can be told apart, and sums that must add up."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise

from minsheng.domain.about import About
from minsheng.domain.area import CITY, WHOLE, Area
from minsheng.domain.base import plain
from minsheng.domain.indicator import (
    Basis,
    Direction,
    FundLine,
    Indicator,
    IndicatorRanking,
    MilestoneMeasure,
    StatedMeasure,
    SumMeasure,
    Target,
    TieBreak,
)
from minsheng.domain.light import AssessedLights, Light, Lights, LightScale, Span
from minsheng.domain.reporting import Schedule
from minsheng.domain.table import BLANK_MARKS
from minsheng.domain.units import is_percent_unit, normal
from minsheng.plan.checks.identifiers import YamlPlace, demand_known
from minsheng.plan.plan_files import PlanFiles
from minsheng.plan.shorthand import YUAN_PER_WANYUAN
from minsheng.plan.strict_yaml import YamlPath


def check(files: PlanFiles) -> None:
    """Note targets of the wrong form, of areas without the duty, or missing."""
    for path, indicator in files.sound("indicators", Indicator):
        _targets(files, path, indicator)
        _addable(files, path, indicator)
        _compared(files, path, indicator)
        _ranking(files, path, indicator)
        if indicator.direction == Direction.WITHIN and indicator.basis != Basis.FULL:
            message = f"“{indicator.name}”是范围目标（direction: within），每月都与全年目标比"
            files.fault("indicators", (*path, "basis"), message, "full")
        if isinstance(indicator.measure, MilestoneMeasure) and indicator.direction != Direction.AT_LEAST:
            message = f"“{indicator.name}”是节点任务，没有上限或范围"
            files.fault("indicators", (*path, "direction"), message, "at_least")


def _compared(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    """Note comparing at places that make a target another number, or where nothing is compared."""
    places = indicator.compared_decimals
    if places is None:
        return
    place = (*path, "compared_decimals")
    if isinstance(indicator.measure, MilestoneMeasure):
        files.fault("indicators", place, f"“{indicator.name}”是节点任务，没有数可比", "去掉")
    for area, target in indicator.targets.items():
        bounds = [bound for bound in (target.value, target.lower, target.upper) if bound is not None]
        if any(bound != round(bound, places) for bound in bounds):
            message = f"“{indicator.name}”按 {places} 位小数比较，目标 {plain(bounds[0])}（{area}）的小数更多"
            files.fault("indicators", place, message, "不少于目标的小数位数")
            return


def _ranking(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    """Note ranking by what has no order, and tie-breakers that tell nothing apart."""
    rules = indicator.ranking
    if rules is None:
        return
    place = (*path, "ranking")
    if isinstance(indicator.measure, MilestoneMeasure):
        files.fault("indicators", place, f"“{indicator.name}”是节点任务，没有完成率可排", "去掉 ranking")
        return
    worded = [area for area, target in indicator.targets.items() if not target.has_number]
    if rules.by == "completion" and worded:
        message = f"“{indicator.name}”的目标（{'、'.join(worded)}）只有文字，没有完成率可排"
        files.fault("indicators", (*place, "by"), message, "by: value，或把目标写成数字")
    if rules.by == "value" and indicator.direction == Direction.WITHIN:
        files.fault("indicators", (*place, "by"), f"“{indicator.name}”的目标是范围，数大数小不分好坏", "by: completion")
    if rules.tie_break is not None:
        _told_apart(files, (*place, "tie_break"), indicator, rules, rules.tie_break)


def _told_apart(
    files: PlanFiles, path: YamlPath, indicator: Indicator, rules: IndicatorRanking, breaker: TieBreak
) -> None:
    others = {each.id: each for _, each in files.sound("indicators", Indicator)}
    ids = files.ids("indicators")
    own = [key for key in ("completion", "value") if key != rules.by]
    for n, key in enumerate(breaker.by):
        at = (*path, "by", n)
        if ids:
            known = [*own, *(each for each in ids if each != indicator.id)]
            demand_known(files, ("indicators", at), "相同时比较的数", key, known)
        other = others.get(key)
        if other is not None and (isinstance(other.measure, MilestoneMeasure) or other.project != indicator.project):
            why = "是节点任务" if other.project == indicator.project else "是别的项目的指标"
            files.fault("indicators", at, f"“{other.name}”{why}，不能用来区分", "同一项目里有完成率的指标")
        if key == "value" and indicator.direction == Direction.WITHIN:
            files.fault("indicators", at, f"“{indicator.name}”的目标是范围，数大数小不分好坏", "别的指标")
    if breaker.decides == "award" and rules.awards is None:
        message = "相同只定表彰（decides: award），却没有写表彰几名（awards）"
        files.fault("indicators", (*path, "decides"), message, "写上 awards: 名额，或 decides: rank")


def _addable(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    """Note percentages of several areas that would be added up, and who is named for the city's own figure."""
    measure = indicator.measure
    areas = [area for area in indicator.targets if area != CITY]
    if isinstance(measure, SumMeasure) and is_percent_unit(indicator.unit) and len(areas) > 1:
        message = f"“{indicator.name}”是百分比，{len(areas)} 个地区的数不能相加"
        allowed = "有分子、分母的写 kind: ratio；只有填报数的写 kind: stated 和 city（from_area、weighted、none）"
        files.fault("indicators", (*path, "measure", "kind"), message, allowed)
    ids = files.ids("areas")
    if isinstance(measure, StatedMeasure) and measure.city_area is not None:
        demand_known(files, ("indicators", (*path, "measure", "city_area")), "地区", measure.city_area, ids)
    if indicator.compared_with is not None:
        place = (*path, "compared_with")
        demand_known(files, ("indicators", place), "地区", indicator.compared_with, ids)
        if indicator.compared_with in indicator.targets:
            message = f"{indicator.compared_with} 填报的是各地区合计的数，又有自己的目标，会被重复相加"
            files.fault("indicators", place, message, "不给它写目标")


def _targets(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    # One that does not say its projects has a fault of its own.
    every = files.sound("areas", Area)
    areas = {area.id: area for at, area in every if files.stands("areas", (*at, "projects"))}
    ids = files.ids("areas")
    known = [CITY, *ids] if ids else []
    no_city = isinstance(indicator.measure, StatedMeasure) and indicator.measure.city == "none"
    if no_city and CITY in indicator.targets:
        message = f"“{indicator.name}”不汇总（city: none），不能有{_whole(files)}目标"
        files.fault("indicators", (*path, "targets", CITY), message, "去掉，或写 city: from_area、city: weighted")
    if not no_city and CITY not in indicator.targets and not files.stands("indicators", (*path, "targets", CITY)):
        files.fault("indicators", (*path, "targets"), f"“{indicator.name}”缺少{_whole(files)}目标（{CITY}）")
    for area_id, target in indicator.targets.items():
        place = (*path, "targets", area_id)
        demand_known(files, ("indicators", place), "地区", area_id, known)
        area = areas.get(area_id)
        sound = files.is_whole("indicators", (*path, "project")) and files.is_whole("areas")
        if area is not None and not set(area.projects) <= set(files.ids("projects")):
            continue  # the project that is not there may be the one that is misspelt
        if area is not None and sound and indicator.project and indicator.project not in area.projects:
            message = f"{area.name}有“{indicator.name}”的目标，但在 areas.yaml 里没有项目“{indicator.project}”"
            files.fault("indicators", place, message, "没有任务的地区不写目标，或给该地区加上项目")
        fault = _form_fault(indicator, target)
        if fault:
            files.fault("indicators", place, f"“{indicator.name}”的目标写法与 {fault[0]} 不符", fault[1])
        lights = files.whole("lights", Lights)
        if lights is not None and lights.worded is None and _is_worded(indicator, target):
            message = f"目标“{target.text}”只有文字，lights.yaml 里没有 worded（只有文字目标时的状态）"
            files.fault("indicators", place, message, "在 lights.yaml 写上 worded，或写成 {value: 数字, text: 文字}")


def _form_fault(indicator: Indicator, target: Target) -> tuple[str, str] | None:
    """Return which setting a target does not fit, and what would."""
    if isinstance(indicator.measure, MilestoneMeasure):
        return ("measure", "文字，例如 完成") if target.text is None or target.has_number else None
    if indicator.direction == Direction.WITHIN:
        allowed = "{lower: 下限, upper: 上限}"
        return ("direction（within）", allowed) if target.lower is None else None
    if target.lower is not None:
        return f"direction（{indicator.direction}）", "一个数；范围目标的 direction 写 within"
    if target.text == "完成" and target.value is None:
        return "measure", "数字；没有任务的地区不写"
    return None


def _is_worded(indicator: Indicator, target: Target) -> bool:
    return not isinstance(indicator.measure, MilestoneMeasure) and not target.has_number


_NAME = "lights"


def check_lights(files: PlanFiles) -> None:
    """Note scales measured on the wrong thing, and lights that look alike."""
    lights = files.whole(_NAME, Lights)
    if lights is None:
        return
    # The model holds the intervals together; here the words and shapes must tell lights apart.
    _scale(files, (_NAME, ("schedule",)), lights.schedule, scheduled=True)
    _scale(files, (_NAME, ("level",)), lights.level, scheduled=False)
    apart = ("not_reported", "blocked", "no_duty", "no_base", "incomplete", "worded")
    # A plan that does not name one has the product's own, and cannot be told to change it.
    named = [key for key in apart if key in lights.model_fields_set and getattr(lights, key) is not None]
    others = [((key,), getattr(lights, key)) for key in named]
    for key in ("schedule", "level"):
        _tell_apart(files, _NAME, [*_of_scale((key,), getattr(lights, key)), *others])
    for path, indicator in files.sound("indicators", Indicator):
        if indicator.lights is not None:
            _own_lights(files, (*path, "lights"), indicator)
            both = [*others, *_of_scale((*path, "lights"), indicator.lights)]
            _tell_apart(files, "indicators", both)
    if lights.assessed is not None:
        _assessed_words(files, lights, lights.assessed)
    keys = [key for key in type(lights.milestone).model_fields if key in lights.milestone.model_fields_set - {"source"}]
    _tell_apart(files, _NAME, [*((("milestone", key), getattr(lights.milestone, key)) for key in keys), *others])


def _assessed_words(files: PlanFiles, lights: Lights, assessed: AssessedLights) -> None:
    """Note words that no form can hold, and those that look like another light without being it."""
    words: list[tuple[YamlPath, Light]] = [(("assessed", "words", n), each) for n, each in enumerate(assessed.words)]
    for path, light in words:
        if normal(light.word).upper() in BLANK_MARKS:
            files.fault(_NAME, (*path, "word"), f"“{light.word}”填在表里等于没有填", "另写一个词")
    _tell_apart(files, _NAME, words)
    for key in ("schedule", "level"):
        scale = _of_scale((key,), getattr(lights, key))
        looks = {(each.word, each.shape) for _, each in scale}
        _tell_apart(files, _NAME, [*scale, *(each for each in words if (each[1].word, each[1].shape) not in looks)])


def _own_lights(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    if indicator.lights is None:
        return
    if isinstance(indicator.measure, MilestoneMeasure):
        files.fault("indicators", path, f"“{indicator.name}”是节点任务，亮灯按 lights.yaml 的 milestone", "去掉 lights")
        return
    scheduled = indicator.basis == Basis.SCHEDULE and indicator.direction == Direction.AT_LEAST
    _scale(files, ("indicators", path), indicator.lights, scheduled=scheduled)


def _scale(files: PlanFiles, place: YamlPlace, scale: LightScale, *, scheduled: bool) -> None:
    """Note a scale measured on what there is not, and cases that say nothing or can never be asked."""
    name, path = place
    if not scheduled and scale.on != "completion":
        message = f"“{scale.on}”看序时进度，水平类（basis: full）和上限、范围指标没有序时进度"
        files.fault(name, (*path, "on"), message, "completion")
    for n, case in enumerate(scale.cases):
        at = (*path, "cases", n)
        if not scheduled and case.gap != Span():
            files.fault(name, (*at, "gap"), f"“{case.word}”没有序时进度可比", "只写 completion")
        if case.gap == case.completion == Span():
            files.fault(name, at, f"“{case.word}”没有写条件", "completion、gap 至少写一个，各有 lower 或 upper")
        for key in ("completion", "gap"):
            span: Span = getattr(case, key)
            if span.lower is not None and span.upper is not None and span.lower >= span.upper:
                files.fault(name, (*at, key), f"“{case.word}”的 {key} 不成范围", "lower 小于 upper")
        done = scale.complete is not None and case.completion.lower is not None and case.completion.lower >= 1
        before = next(
            (b for b in scale.cases[:n] if b.completion.covers(case.completion) and b.gap.covers(case.gap)), None
        )
        if done and scale.complete is not None:
            message = f"完成率到 1 时已亮“{scale.complete.word}”（complete），“{case.word}”永远轮不到"
            files.fault(name, at, message, "completion 的 lower 小于 1，或去掉 complete")
        elif before is not None:
            message = f"“{case.word}”永远轮不到：“{before.word}”在前，包含了它的条件"
            files.fault(name, at, message, "条件窄的写在前面")


def _of_scale(key: YamlPath, scale: LightScale) -> list[tuple[YamlPath, Light]]:
    found: list[tuple[YamlPath, Light]] = [((*key, "intervals", n), each) for n, each in enumerate(scale.intervals)]
    found += [((*key, "cases", n), each) for n, each in enumerate(scale.cases)]
    whole = [((*key, name), getattr(scale, name)) for name in ("complete", "exceeded")]
    return [*found, *((path, light) for path, light in whole if light is not None)]


def _tell_apart(files: PlanFiles, name: str, lights: list[tuple[YamlPath, Light]]) -> None:
    """Lights that can stand side by side differ in word and shape: colour alone says nothing in print."""
    for what, key in (("字", "word"), ("形状", "shape")):
        seen: dict[str, Light] = {}
        for path, light in lights:
            value = getattr(light, key)
            if value in seen:
                message = f"“{light.word}”与“{seen[value].word}”的{what}（{key}）相同：{value}"
                files.fault(name, path, message, "互不相同，黑白打印也能分清")
            seen.setdefault(value, light)


_MONTHS = 12


def check_sums(files: PlanFiles) -> None:
    """Note sums that do not come out."""
    for path, indicator in files.sound("indicators", Indicator):
        if indicator.city_total:
            _city_total(files, path, indicator)
        if indicator.schedule is not None:
            _rising(files, "indicators", (*path, "schedule"), indicator.schedule)
    for path, line in files.sound("funds", FundLine):
        parts = sum((part.amount_yuan for part in line.parts), Decimal(0))
        if parts != line.total_yuan and files.is_whole("funds", path):
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


def _whole(files: PlanFiles) -> str:
    about = files.whole("plan", About)
    return about.whole_name if about is not None else WHOLE


def _city_total(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    values = {area: target.value for area, target in indicator.targets.items() if target.value is not None}
    if not files.is_whole("indicators", (*path, "targets")):
        return  # a target with a fault of its own adds nothing
    if len(values) != len(indicator.targets):
        message = f"“{indicator.name}”有的目标不是一个数，不能相加（city_total: true）"
        files.fault("indicators", (*path, "city_total"), message, "false，或把目标都写成数字")
        return
    areas = [area for _, area in files.sound("areas", Area)]
    if not files.is_whole("areas"):
        return  # the areas have faults of their own
    for whole in [CITY, *(area.id for area in areas)]:
        parent = None if whole == CITY else whole
        parts = [values[a.id] for a in areas if a.parent == parent and a.id in values]
        if whole not in values or not parts:
            continue
        total, named = sum(parts, Decimal(0)), _whole(files) if whole == CITY else whole
        if total != values[whole]:
            message = (
                f"“{indicator.name}”各地目标合计 {plain(total)}{indicator.unit}，"
                f"与{named} {plain(values[whole])}{indicator.unit} 不等"
            )
            files.fault("indicators", (*path, "targets", whole), message)


def _rising(files: PlanFiles, name: str, path: YamlPath, by_month: Mapping[int, Decimal]) -> None:
    """Note a schedule that lacks a month, falls, leaves 0 to 1 or does not end with the whole year."""
    months = list(range(1, _MONTHS + 1))
    if not files.is_whole(name, path):
        return
    if sorted(by_month) != months:
        files.fault(name, path, f"序时进度的月份为 {'、'.join(str(month) for month in by_month)}", "1 至 12 月各一个")
        return
    within = [month for month in months if 0 <= by_month[month] <= 1]
    for month in (month for month in months if month not in within):
        files.fault(name, (*path, month), f"{month} 月序时进度 {plain(by_month[month])} 超出范围", "0 至 1")
    for before, month in pairwise(within):
        if by_month[month] < by_month[before]:
            files.fault(name, (*path, month), f"{month} 月序时进度低于 {before} 月", "逐月不减")
    if _MONTHS in within and by_month[_MONTHS] != 1:
        files.fault(name, (*path, _MONTHS), f"12 月序时进度为 {plain(by_month[_MONTHS])}", "1")
