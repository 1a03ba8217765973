"""接续: which of last year's indicators one goes on with (同比); held to last year's file where that is there."""

from collections.abc import Iterator
from pathlib import Path

from minsheng.domain.indicator import Indicator, MilestoneMeasure, RatioMeasure
from minsheng.plan.located import Located
from minsheng.plan.plan_files import PlanFiles, read_list
from minsheng.plan.strict_yaml import read_yaml

_NAME = "indicators"


def check(files: PlanFiles, params_dir: Path, year: int) -> None:
    """Note what continues an indicator that is not there, or one that measures something else."""
    named = [(path, each) for path, each in files.sound(_NAME, Indicator) if each.continues is not None]
    for path, each in named:
        if isinstance(each.measure, MilestoneMeasure):
            message = f"“{each.name}”是节点任务，没有可以同比的数"
            files.fault(_NAME, (*path, "continues"), message, "去掉 continues")
    file = params_dir / str(year - 1) / f"{_NAME}.yaml"
    if not named or not file.is_file():
        return
    shown = f"{params_dir.name}/{year - 1}/{_NAME}.yaml"
    located = Located(read_yaml(file, shown))
    entries = read_list(_NAME, located) if located.readable else []
    known = {each.raw.get("id"): each for each in entries}
    for path, each in named:
        place = (*path, "continues")
        then = known.get(each.continues)
        if then is None:
            if known:
                message = f"{year - 1} 年的方案没有指标“{each.continues}”（{shown}）"
                files.fault(_NAME, place, message, "、".join(str(name) for name in known))
        elif isinstance(then.model, Indicator):
            line = located.line(then.path)
            for what, mine, theirs in _differing(each, then.model):
                message = (
                    f"“{each.name}”的{what}为 {mine}，{year - 1} 年的“{then.model.name}”为 {theirs}（{shown}:{line}）"
                )
                files.fault(_NAME, place, message, "只接续单位和算法相同的指标；不同的去掉 continues")


def _differing(now: Indicator, then: Indicator) -> Iterator[tuple[str, str, str]]:
    """Yield in which setting two indicators do not measure the same, with both values."""
    scales = [str(each.measure.scale) if isinstance(each.measure, RatioMeasure) else "" for each in (now, then)]
    pairs = (
        ("单位（unit）", now.unit, then.unit),
        ("算法（measure.kind）", now.measure.kind, then.measure.kind),
        ("倍数（scale）", *scales),
        ("比较方式（basis）", str(now.basis), str(then.basis)),
    )
    yield from ((what, mine, theirs) for what, mine, theirs in pairs if mine != theirs and mine and theirs)
