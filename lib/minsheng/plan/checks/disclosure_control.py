"""What is not shown outside: pages that exist, counts of persons, and no indicator that would have to be hidden too."""

from collections.abc import Iterable, Iterator

from minsheng.domain.indicator import Indicator, RatioMeasure, StatedMeasure, SumMeasure
from minsheng.domain.reporting import SUMMARY_NOTEBOOKS, Breakdown, Disclosure
from minsheng.domain.table import CellType, Column, Table
from minsheng.plan.checks.identifiers import YamlPlace, conditions, demand_known, demand_unique
from minsheng.plan.checks.table_contracts import field_fault
from minsheng.plan.plan_files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath

_FILE = "disclosure"

_PERSONS = frozenset({"人", "名", "人次", "位"})

_LEAST = 3

_COUNTS = frozenset({CellType.INTEGER})


def check(files: PlanFiles) -> None:
    """Note what cannot be kept, or would say nothing."""
    disclosure = files.whole(_FILE, Disclosure)
    if disclosure is None:
        return
    if disclosure.threshold and disclosure.threshold < _LEAST:
        # At 2, only a count of 1 is hidden: parts of a total of 2 are then known to be 1 and 1.
        message = f"threshold 不能是 {disclosure.threshold}"
        files.fault(_FILE, ("threshold",), message, f"0（不隐去），或 {_LEAST} 以上的整数")
    notebooks = [*files.ids("projects"), *SUMMARY_NOTEBOOKS]
    for n, notebook in enumerate(disclosure.outside):
        demand_known(files, (_FILE, ("outside", n)), "分析笔记本", notebook, notebooks)
    demand_unique(files, ((each, (_FILE, ("outside", n))) for n, each in enumerate(disclosure.outside)), "页面")
    ids = ((each.id, (_FILE, ("breakdowns", n, "id"))) for n, each in enumerate(disclosure.breakdowns))
    demand_unique(files, ids, "id")
    parts: list[tuple[str, YamlPlace]] = []
    for n, breakdown in enumerate(disclosure.breakdowns):
        path = ("breakdowns", n)
        sound = [_is_sound(files, (*path, key), getattr(breakdown, key)) for key in ("total", "parts")]
        if all(sound) and _tables_are_sound(files, (*breakdown.total, *breakdown.parts)):
            classes = _fields(files, breakdown.parts)
            parts += [(field, (_FILE, (*path, "parts"))) for field in classes]
            _classes(files, path, breakdown, classes)
            _uses(files, breakdown, frozenset(classes))
    demand_unique(files, parts, "分类数")


def _tables_are_sound(files: PlanFiles, patterns: Iterable[str]) -> bool:
    """Whether the classes can be counted: a table with faults of its own has no rows yet."""
    names = {pattern.split(".")[0] for pattern in patterns}
    return all(isinstance(files.tables.get(name), Table) and files.is_whole(f"tables/{name}") for name in names)


def _is_sound(files: PlanFiles, path: YamlPath, patterns: Iterable[str]) -> bool:
    sound = True
    for n, pattern in enumerate(patterns):
        fault = field_fault(files, pattern, _COUNTS)
        if fault is None and pattern.startswith("-"):
            fault = f"字段“{pattern}”不能带减号", "分类数和合计都是相加的"
        column = _column(files, pattern) if fault is None else None
        if column is not None and column.unit not in _PERSONS:
            fault = f"字段“{pattern}”的单位是{column.unit or '空'}，不是人数", "、".join(sorted(_PERSONS))
        if fault is not None:
            files.fault(_FILE, (*path, n), *fault)
            sound = False
    return sound


def _classes(files: PlanFiles, path: YamlPath, breakdown: Breakdown, classes: list[str]) -> None:
    if len(classes) < 2:
        files.fault(_FILE, (*path, "parts"), f"“{breakdown.name}”只有一类，隐去后用合计即可推出", "至少两类")
    total = _fields(files, breakdown.total)
    if sorted(total) != sorted(classes) and set(total) & set(classes):
        files.fault(
            _FILE, (*path, "total"), f"“{breakdown.name}”的合计里有它的部分分类数", "全部分类之和，或另一个字段"
        )


def _uses(files: PlanFiles, breakdown: Breakdown, classes: frozenset[str]) -> None:
    """Note an indicator or a condition on some classes only: its figure is always shown, so nothing could hide them."""
    for place, fields in _measures(files):
        used = classes & set(_fields(files, fields))
        taken_off = classes & set(_fields(files, [field for field in fields if field.startswith("-")]))
        if (used and used != classes) or taken_off:
            message = f"“{breakdown.name}”的一部分分类数是指标或条件，总要显示，不能再作为分类数隐去"
            files.fault(*place, message, "用全部分类之和，或从 disclosure.yaml 的 breakdowns 去掉这一组")


def _measures(files: PlanFiles) -> Iterator[tuple[YamlPlace, tuple[str, ...]]]:
    for path, indicator in files.sound("indicators", Indicator):
        match indicator.measure:
            case RatioMeasure() as ratio:
                yield ("indicators", (*path, "measure", "numerator")), ratio.numerator
                yield ("indicators", (*path, "measure", "denominator")), ratio.denominator
            case SumMeasure() as added:
                yield ("indicators", (*path, "measure", "fields")), added.fields
            case StatedMeasure() as stated:
                yield ("indicators", (*path, "measure", "field")), (stated.field, *stated.city_weight)
            case _:
                pass  # milestones are conditions
    for (name, path), condition in conditions(files):
        for n, test in enumerate(condition.tests):
            for side in ("left", "right"):
                yield (name, (*path, "tests", n, side)), getattr(test, side)


def _fields(files: PlanFiles, patterns: Iterable[str]) -> list[str]:
    """Write ``*`` out; a field that does not exist stays as it is and has a fault of its own."""
    fields = []
    for pattern in patterns:
        bare = pattern.removeprefix("-")
        table_id, *rest = bare.split(".")
        table = files.tables.get(table_id)
        if isinstance(table, Table) and rest[:1] == ["*"] and len(rest) == 2:
            fields += [table.field(rest[1], row.id) for row in table.rows]
        else:
            fields.append(bare)
    return fields


def _column(files: PlanFiles, pattern: str) -> Column | None:
    table_id, *rest = pattern.split(".")
    table = files.tables[table_id]
    return next((column for column in table.columns if column.id == rest[-1]), None) if table else None
