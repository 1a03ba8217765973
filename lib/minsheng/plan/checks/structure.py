"""The tree of areas, when areas appear, and in which months returns are due."""

from itertools import pairwise

from minsheng.domain.area import Area
from minsheng.domain.indicator import Basis, Indicator
from minsheng.domain.item_rules import CountedRule
from minsheng.domain.period import PeriodKind
from minsheng.domain.projects import Project
from minsheng.domain.reporting import Reporting
from minsheng.domain.rubric import CountyRubric
from minsheng.plan.checks.identifiers import demand_known
from minsheng.plan.checks.rubrics import rubric_items
from minsheng.plan.plan_files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath

_MONTHS = 12


def check(files: PlanFiles, year: int) -> None:
    """Note areas that do not fit into a tree or the year, and due months that are none."""
    areas = {area.id: (path, area) for path, area in files.sound("areas", Area)}
    for path, area in areas.values():
        _parent(files, areas, path, area)
        _since(files, path, area, year)
    _targets_above(files, areas)
    for path, project in files.sound("projects", Project):
        if project.due_months is not None:
            _months(files, "projects", (*path, "due_months"), project.due_months)
    _schedule(files)
    reporting = files.whole("reporting", Reporting)
    if reporting is not None:
        _months(files, "reporting", ("due_months",), reporting.due_months)
        _roles(files, reporting)


def _schedule(files: PlanFiles) -> None:
    """Note what is held to the schedule of a plan that has none."""
    located = files.located["schedule"]
    if not located.readable or located.value:
        return
    for path, indicator in files.sound("indicators", Indicator):
        if indicator.basis == Basis.SCHEDULE and indicator.schedule is None:
            message = f"“{indicator.name}”按序时进度比较（basis: schedule），没有 schedule.yaml"
            files.fault(
                "indicators", (*path, "basis"), message, "写上 schedule.yaml，或给它写 schedule，或 basis: full"
            )
    rubric = files.whole("rubric_county", CountyRubric)
    for path, item in rubric_items(rubric) if rubric is not None else ():
        if isinstance(item.rule, CountedRule) and item.rule.basis == "schedule":
            message = f"“{item.name}”年底以前按序时进度折算数量（basis: schedule），没有 schedule.yaml"
            files.fault("rubric_county", (*path, "rule"), message, "写上 schedule.yaml，或在 rule 写 basis: full")


def _parent(files: PlanFiles, areas: dict[str, tuple[YamlPath, Area]], path: YamlPath, area: Area) -> None:
    if area.parent is None:
        return
    place = (*path, "parent")
    demand_known(files, ("areas", place), "地区", area.parent, files.ids("areas"))
    line, at = [area.id], area.parent
    while at in areas and at not in line:
        line.append(at)
        at = areas[at][1].parent or ""
    if at:
        if at in line:
            files.fault("areas", place, f"{area.name}的上级绕成一圈：{' → '.join([*line, at])}", "上级不能是自己的下级")
        return
    above = [areas[each][1] for each in line[1:]]
    if area.assessed and any(each.assessed for each in above):
        message = f"{area.name}和它的上级都是考评对象：一张考评细则只考评一级"
        files.fault("areas", (*path, "assessed"), message, "上下级只有一方写 assessed: true")
    for n, project in enumerate(area.projects):
        if project not in above[0].projects and files.is_whole("areas"):
            message = f"{area.name}承担项目“{project}”，它的上级{above[0].name}没有该项目"
            files.fault("areas", (*path, "projects", n), message, f"给{above[0].name}也写上该项目，或去掉")
    if above[0].since is not None and (area.since is None or area.since < above[0].since):
        message = f"{area.name}早于它的上级{above[0].name}（{above[0].since}）"
        files.fault("areas", (*path, "since") if area.since else path, message, f"不早于 {above[0].since}")


def _since(files: PlanFiles, path: YamlPath, area: Area, year: int) -> None:
    since = area.since
    if since is not None and (since.kind != PeriodKind.MONTH or since.year != year):
        files.fault(
            "areas", (*path, "since"), f"{area.name}的起始月“{since}”不是 {year} 年的月份", f"{year}-01 至 {year}-12"
        )


def _targets_above(files: PlanFiles, areas: dict[str, tuple[YamlPath, Area]]) -> None:
    """Note a target of an area that is a sum, where nothing below it has one, and targets below that nothing sums."""
    if not files.is_whole("areas"):
        return
    for path, indicator in files.sound("indicators", Indicator):
        bound = [area for area_id, (_, area) in areas.items() if area_id in indicator.targets]
        for _, area in areas.values():
            below = [
                each for _, each in areas.values() if each.parent == area.id and indicator.project in each.projects
            ]
            place = (*path, "targets", area.id)
            if not below or not files.is_whole("indicators", (*path, "targets")):
                continue
            if area in bound and not any(each in bound for each in below):
                message = f"{area.name}的“{indicator.name}”由下级汇总，但下级都没有目标"
                files.fault("indicators", place, message, f"写上目标：{'、'.join(each.id for each in below)}")
            if area not in bound and any(each in bound for each in below):
                message = f"{area.name}的下级有“{indicator.name}”的目标，它自己没有"
                files.fault("indicators", (*path, "targets"), message, f"写上 {area.id} 的目标")


def _months(files: PlanFiles, name: str, path: YamlPath, months: tuple[int, ...]) -> None:
    for n, month in enumerate(months):
        if not 1 <= month <= _MONTHS:
            files.fault(name, (*path, n), f"没有 {month} 月", "1 至 12")
    for n, (before, month) in enumerate(pairwise(months), start=1):
        if month <= before:
            files.fault(name, (*path, n), f"月份 {month} 不在 {before} 之后", "从小到大，每个月写一次")


def _roles(files: PlanFiles, reporting: Reporting) -> None:
    seen: set[str] = set()
    for n, part in enumerate(reporting.parts):
        if part.role is not None and part.role in seen:
            files.fault("reporting", ("parts", n, "role"), f"role“{part.role}”重复", "每种 role 只用于一个方面")
        seen |= {part.role} if part.role else set()
