"""年内走势: a small chart per indicator over the months, with the schedule as a dashed line."""

import math
from collections.abc import Sequence

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.result import Dossier, Measurement, ProjectFigures, TrendPoint
from minsheng.report import drawing, numbers
from minsheng.report.charts import source_note
from minsheng.report.drawing import Sheet
from minsheng.report.kinds import figures_of, no_data
from minsheng.report.lights import STATUS_WORDS
from minsheng.report.markup import Element, Piece, note, paragraph, part

_LEFT, _RIGHT, _TOP, _BOTTOM = 11.0, 48.0, 4.0, 30.0
_HEIGHT = 36.0
_SIZE = 7.5
_MONTHS = 12
_GAP = 1.4
"""Millimetres between a point and its figure."""
_TICKS = 4


def trend_chart(dossier: Dossier) -> Piece:
    """Return the year to date of each indicator; months that were not reported are gaps, and said to be."""
    figures = figures_of(dossier, ProjectFigures)
    charts, without = [], []
    for indicator in figures.measurements:
        points = sorted((p for p in figures.trend if p.indicator == indicator.indicator), key=lambda p: p.period)
        if any(point.actual is not None for point in points):
            charts.append(_chart(figures, indicator, points))
        else:
            without.append(indicator.brief)
    notice = no_data(figures)
    if not charts:
        return part("年内走势", notice or paragraph("本项目没有可绘走势的数量数据。"))
    absent = note(f"没有数量数据、不绘走势：{'、'.join(without)}。") if without else None
    return part("年内走势", notice, Element("div", charts, class_="multiples"), note(_reading(figures)), absent)


def _chart(figures: ProjectFigures, indicator: Measurement, points: Sequence[TrendPoint]) -> Element:
    told = [f"{p.period.last_month}月{_told(p, indicator)}" for p in points]
    alt = f"{figures.area_name}{indicator.brief}走势：{'，'.join(told)}。"
    return _draw(indicator, points).figure(alt, f"{indicator.brief}（{indicator.unit}）")


def _reading(figures: ProjectFigures) -> str:
    bases = {m.basis for m in figures.measurements if m.target is not None}
    lines = ["实线为完成数。"]
    lines += ["数量类指标虚线为按序时进度应完成数。"] if "schedule" in bases else []
    lines += ["水平类指标虚线为年度目标，纵轴不从零起。"] if "full" in bases else []
    lines += ["×为没有可用数据的月份。"] if any(p.actual is None for p in figures.trend) else []
    return "".join(lines) + source_note(figures)


def _told(point: TrendPoint, indicator: Measurement) -> str:
    if point.actual is None and indicator.expected_areas is not None:
        return "有地区缺报"
    if point.actual is None:
        return STATUS_WORDS[point.status] if point.status != ReturnStatus.REPORTED else "无数据"
    return numbers.quantity(point.actual, indicator.unit, indicator.decimals)


def _draw(indicator: Measurement, points: Sequence[TrendPoint]) -> Sheet:
    sheet = Sheet(drawing.MULTIPLE_WIDTH, _HEIGHT)
    values = [float(v) for p in points for v in (p.actual, p.schedule_target) if v is not None]
    low, high, step = _scale(values, from_zero=indicator.basis == "schedule")
    for number in range(round((high - low) / step) + 1):
        value = low + number * step
        y = _y(value, low, high)
        sheet.line([(_LEFT, y), (_RIGHT, y)], colour=drawing.TINT if number else drawing.SECOND)
        sheet.text(_LEFT - 0.8, y, f"{value:,.10g}", size=_SIZE, anchor="right", colour=drawing.SECOND)
    for month in (1, 6, 12):
        sheet.text(_x(month), _BOTTOM + 3, f"{month}月", size=_SIZE, anchor="center", colour=drawing.SECOND)
    aims = [
        (_x(p.period.last_month), _y(float(p.schedule_target), low, high))
        for p in points
        if p.schedule_target is not None
    ]
    if aims:
        sheet.line(_lengthened(aims), colour=drawing.INK, width=0.8, dashed=True)
    for run in _runs(points):
        sheet.line(
            [(_x(p.period.last_month), _y(float(p.actual or 0), low, high)) for p in run], colour=drawing.BAR, width=1.3
        )
    known = [p for p in points if p.actual is not None]
    sheet.dots([(_x(p.period.last_month), _y(float(p.actual or 0), low, high)) for p in known])
    gaps = [(_x(p.period.last_month), _BOTTOM - 1.2) for p in points if p.actual is None]
    if gaps:
        sheet.dots(gaps, marker="x", size=3)
    _label_last(sheet, indicator, known[-1], low, high)
    return sheet


def _label_last(sheet: Sheet, indicator: Measurement, last: TrendPoint, low: float, high: float) -> None:
    if last.actual is None:
        return
    text = numbers.fixed(last.actual, indicator.decimals)
    x, y = _x(last.period.last_month), _y(float(last.actual), low, high)
    width = drawing.text_width(text, _SIZE)
    if x + _GAP + width <= drawing.MULTIPLE_WIDTH:
        sheet.text(x + _GAP, y, text, size=_SIZE)
        return
    # No room beside the last point: above the line where the year's aim is below it, else under it.
    above = last.schedule_target is None or last.actual >= last.schedule_target
    sheet.text(drawing.MULTIPLE_WIDTH, y - 2.6 if above else y + 2.8, text, size=_SIZE, anchor="right")


def _runs(points: Sequence[TrendPoint]) -> list[list[TrendPoint]]:
    """Split the months into stretches without a gap; a line over a gap would claim what nobody reported."""
    runs: list[list[TrendPoint]] = [[]]
    for point in points:
        if point.actual is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _lengthened(aims: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Make a single month's aim a line that can be seen."""
    if len(aims) > 1:
        return aims
    ((x, y),) = aims
    return [(x - 1.5, y), (x + 1.5, y)]


def _scale(values: Sequence[float], *, from_zero: bool) -> tuple[float, float, float]:
    """Return the ends of an axis and its step, all round numbers."""
    low, high = (0.0 if from_zero else min(values)), max(values)
    spread = (high - low) or abs(high) or 1.0
    if not from_zero:
        padded = low - spread * 0.15
        low, high = (max(padded, 0.0) if low >= 0 else padded), high + spread * 0.15
        spread = high - low
    raw = spread / (_TICKS - 1)
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= raw * (1 - 1e-9))
    return math.floor(low / step) * step, math.ceil(round(high / step, 9)) * step, step


def _x(month: int) -> float:
    return _LEFT + 1.5 + (month - 1) * (_RIGHT - _LEFT - 3) / (_MONTHS - 1)


def _y(value: float, low: float, high: float) -> float:
    return _BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP)
