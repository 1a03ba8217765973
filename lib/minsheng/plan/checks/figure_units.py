"""Units of figures: an indicator is in the unit of what it reads, and a ratio is scaled to the unit that it prints."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from minsheng.domain.base import plain
from minsheng.domain.indicator import Indicator, RatioMeasure, StatedMeasure, SumMeasure
from minsheng.domain.projects import Project
from minsheng.domain.table import Column, Table
from minsheng.domain.units import agree, dimension, held_unit, is_money, is_percent_unit, normal
from minsheng.plan.plan_files import PlanFiles
from minsheng.plan.strict_yaml import YamlPath

_PER_MILLE = "‰"


def check(files: PlanFiles) -> None:
    """Note figures that are not in their unit: nothing would convert them, and they would print wrong."""
    for path, project in files.sound("projects", Project):
        for n, figure in enumerate(project.key_figures):
            for field, column in _columns(files, figure.fields if figure.how != "text" else ()):
                unit = held_unit(column.id, column.unit)
                if not agree(figure.unit, unit):
                    message = f"“{figure.label}”的单位是{figure.unit}，字段“{field}”的列“{column.label}”以{unit}计"
                    files.fault("projects", (*path, "key_figures", n, "unit"), message, unit)
    for path, indicator in files.sound("indicators", Indicator):
        _same_unit(files, path, indicator)
        if isinstance(indicator.measure, RatioMeasure):
            _scaled_to_unit(files, path, indicator, indicator.measure)


def _same_unit(files: PlanFiles, path: YamlPath, indicator: Indicator) -> None:
    measure = indicator.measure
    fits: Callable[[str, str], bool]
    if isinstance(measure, SumMeasure | StatedMeasure):
        fields = measure.fields if isinstance(measure, SumMeasure) else (measure.field,)
        fits, allowed = agree, "与列的单位一致（金额一律以元计）"
    elif isinstance(measure, RatioMeasure) and is_money(indicator.unit):
        # What is divided may have any unit, but money comes of money alone.
        fields, fits, allowed = measure.numerator, lambda _, theirs: is_money(theirs), "分子是金额"
    else:
        return
    for field, column in _columns(files, fields):
        unit = held_unit(column.id, column.unit)
        if fits(indicator.unit, unit):
            continue
        counted = f"以{unit}计" if unit else "没有单位"
        own = f"的单位是{indicator.unit}" if indicator.unit else "没有单位"
        message = f"“{indicator.name}”{own}，字段“{field}”的列“{column.label}”{counted}"
        both = is_money(indicator.unit) and is_money(unit)
        remedy = f"unit: {unit}，目标也以{unit}计；报表的列仍可写{column.unit}" if both else allowed
        files.fault("indicators", (*path, "unit"), message, remedy)


def _columns(files: PlanFiles, fields: tuple[str, ...]) -> Iterator[tuple[str, Column]]:
    """Yield the column of each field, of tables without faults."""
    for field in fields:
        table = files.tables.get(field.removeprefix("-").split(".")[0])
        if isinstance(table, Table) and files.is_whole(f"tables/{table.id}"):
            yield from ((field, column) for column in table.columns if column.id == field.split(".")[-1])


def _scaled_to_unit(files: PlanFiles, path: YamlPath, indicator: Indicator, measure: RatioMeasure) -> None:
    """Note a ratio whose ``scale`` does not give its unit: 0.75 printed as 0.75%, yuan printed as 万元."""
    place, unit = (*path, "measure", "scale"), dimension(indicator.unit)
    if is_money(indicator.unit) and unit is not None and unit[1] != 1 and measure.scale >= 1:
        message = f"“{indicator.name}”的单位是{indicator.unit}，分子以元计，scale 写 {plain(measure.scale)}"
        files.fault("indicators", place, message, f"scale: {plain(1 / unit[1])}，或 unit: 元，目标也以元计")
    whole = 100 if is_percent_unit(indicator.unit) else 1000 if normal(indicator.unit) == _PER_MILLE else None
    if whole is None:
        return
    above, below = (
        {_times(column) for _, column in _columns(files, fields)} for fields in (measure.numerator, measure.denominator)
    )
    if len(above) == len(below) == 1:
        wanted = whole * above.pop() / below.pop()
        if measure.scale != wanted:
            message = f"“{indicator.name}”的单位是{indicator.unit}，scale 写 {plain(measure.scale)}"
            files.fault("indicators", place, message, plain(wanted))


def _times(column: Column) -> Decimal:
    """Return how many of its things a column counts by one: 10000 of a column in 万人."""
    known = dimension(held_unit(column.id, column.unit))
    return known[1] if known is not None else Decimal(1)
