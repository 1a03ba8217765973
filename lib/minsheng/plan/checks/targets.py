"""目标值: each in the form that its measure and direction need, for areas that have the duty."""

from minsheng.domain.area import CITY, Area
from minsheng.domain.indicator import Basis, Direction, Indicator, MilestoneMeasure, Target
from minsheng.domain.light import Lights
from minsheng.plan.checks.references import demand_known
from minsheng.plan.files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath


def check(files: PlanFiles) -> None:
    """Note targets of the wrong form, of areas without the duty, or missing."""
    for path, indicator in files.sound("indicators", Indicator):
        _targets(files, path, indicator)
        if indicator.direction == Direction.WITHIN and indicator.basis != Basis.FULL:
            message = f"“{indicator.name}”是范围目标（direction: within），每月都与全年目标比"
            files.fault("indicators", (*path, "basis"), message, "full")
        if isinstance(indicator.measure, MilestoneMeasure) and indicator.direction != Direction.AT_LEAST:
            message = f"“{indicator.name}”是节点任务，没有上限或范围"
            files.fault("indicators", (*path, "direction"), message, "at_least")


def _targets(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    areas = {area.id: area for _, area in files.sound("areas", Area)}
    known = [CITY, *files.ids("areas")]
    if CITY not in indicator.targets:
        files.fault("indicators", (*path, "targets"), f"“{indicator.name}”缺少全市目标（{CITY}）")
    for area_id, target in indicator.targets.items():
        place = (*path, "targets", area_id)
        demand_known(files, ("indicators", place), "地区", area_id, known)
        area = areas.get(area_id)
        if area is not None and indicator.project not in area.projects:
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
