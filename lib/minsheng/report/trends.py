"""Charts of 年内走势 (an indicator over the months, schedule dashed) and of an assessment (points, ranked totals)."""

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import Measurement, Outlook, TrendPoint
from minsheng.domain.result import BulletinFigures, Dossier, ProjectFigures, RankingFigures, ScoringFigures
from minsheng.render.html import drawing, numbers
from minsheng.render.html.drawing import Drawing
from minsheng.render.html.markup import Element, Piece, note, paragraph, part
from minsheng.render.html.numbers import fixed, trimmed
from minsheng.report.charts import source_note
from minsheng.report.lights import STATUS_WORDS, figures_of, no_data
from minsheng.report.prospects import prospects_of
from minsheng.report.ranking import nobody_reported, ranked, ranked_name
from minsheng.report.score import STATES, decimals_of

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
        elif indicator.has_duty:
            without.append(indicator.brief)
    notice = no_data(figures)
    if not charts:
        return part("年内走势", notice or paragraph("本项目没有可绘走势的数量数据。"))
    absent = note(f"没有数量数据、不绘走势：{'、'.join(without)}。") if without else None
    ahead = prospects_of(f"{figures.area_name}年底预计", figures, figures.measurements, figures.outlooks)
    return part("年内走势", notice, Element("div", charts, class_="multiples"), note(_reading(figures)), absent, ahead)


def _chart(figures: ProjectFigures, indicator: Measurement, points: Sequence[TrendPoint]) -> Element:
    told = [f"{p.period.last_month}月{_told(p, indicator)}" for p in points]
    ahead = next((each for each in figures.outlooks if each.indicator == indicator.indicator), None)
    end = ""
    if ahead is not None and ahead.projected is not None and ahead.at.last_month < _MONTHS:
        shown = numbers.quantity(ahead.projected, indicator.unit, indicator.decimals, indicator.target)
        end = f"年底预计{shown}"
    alt = f"{figures.area_name}{indicator.brief}走势：{'，'.join(filter(None, (*told, end)))}。"
    beside = "，".join(filter(None, (indicator.unit, end)))
    beside = f"（{beside}）" if beside else ""
    return _draw(indicator, points, ahead if end else None).figure(alt, f"{indicator.brief}{beside}")


def _reading(figures: ProjectFigures) -> str:
    bases = {m.basis for m in figures.measurements if m.target is not None}
    lines = ["实线为完成数。"]
    lines += ["点线为按近三月平均推算到年底。"] if any(each.projected is not None for each in figures.outlooks) else []
    lines += ["数量类指标虚线为按序时进度应完成数。"] if "schedule" in bases else []
    lines += ["水平类指标虚线为年度目标，纵轴不从零起。"] if "full" in bases else []
    lines += ["×为没有可用数据的月份。"] if any(p.actual is None for p in figures.trend) else []
    return "".join(lines) + source_note(figures)


def _told(point: TrendPoint, indicator: Measurement) -> str:
    if point.actual is None and indicator.expected_areas is not None:
        return "有地区缺报"
    if point.actual is None:
        return STATUS_WORDS[point.status] if point.status != ReturnStatus.REPORTED else "无数据"
    return numbers.quantity(point.actual, indicator.unit, indicator.decimals, indicator.bound(point.actual))


def _draw(indicator: Measurement, points: Sequence[TrendPoint], ahead: Outlook | None) -> Drawing:
    sheet = Drawing(drawing.MULTIPLE_WIDTH, _HEIGHT)
    values = [float(v) for p in points for v in (p.actual, p.schedule_target) if v is not None]
    values += [float(ahead.projected)] if ahead is not None and ahead.projected is not None else []
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
    if ahead is not None and ahead.projected is not None:
        start = (_x(known[-1].period.last_month), _y(float(known[-1].actual or 0), low, high))
        end = (_x(_MONTHS), _y(float(ahead.projected), low, high))
        sheet.line([start, end], colour=drawing.BAR, width=1.0, dotted=True)
        sheet.disc(*end, 0.7, fill="#ffffff")
    sheet.dots([(_x(p.period.last_month), _y(float(p.actual or 0), low, high)) for p in known])
    gaps = [(_x(p.period.last_month), _BOTTOM - 1.2) for p in points if p.actual is None]
    if gaps:
        sheet.dots(gaps, marker="x", size=3)
    _label_last(sheet, indicator, known[-1], low, high)
    return sheet


def _label_last(sheet: Drawing, indicator: Measurement, last: TrendPoint, low: float, high: float) -> None:
    if last.actual is None:
        return
    text = numbers.below(last.actual, indicator.bound(last.actual), indicator.decimals)
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
    # Corrections can be negative: an axis from zero then reaches below it.
    low, high = (min(0.0, *values), max(0.0, *values)) if from_zero else (min(values), max(values))
    spread = (high - low) or abs(high) or 1.0
    if not from_zero:
        padded = low - spread * 0.15
        low, high = (max(padded, 0.0) if low >= 0 else padded), high + spread * 0.15
        spread = high - low
    raw = spread / (_TICKS - 1)
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= raw * (1 - 1e-9))
    bottom = math.floor(low / step) * step
    # Nothing but zeros has an axis too.
    return bottom, max(math.ceil(round(high / step, 9)) * step, bottom + step), step


def _x(month: int) -> float:
    return _LEFT + 1.5 + (month - 1) * (_RIGHT - _LEFT - 3) / (_MONTHS - 1)


def _y(value: float, low: float, high: float) -> float:
    return _BOTTOM - (value - low) / (high - low) * (_BOTTOM - _TOP)


def score_chart(dossier: Dossier) -> Piece:
    """Return each item's points within its full marks; what is not scored stays hollow."""
    figures = figures_of(dossier, ScoringFigures)
    if not figures.items:
        return Piece(note("没有考评项目，不绘得分图。"))
    label, start, stop, row, size = 62.0, 64.0, 122.0, 5.0, 8.0
    sheet = Drawing(drawing.PAGE_WIDTH, row * len(figures.items) + 1)
    unit = (stop - start) / float(max(item.full_marks for item in figures.items))
    told = []
    for number, item in enumerate(figures.items):
        middle = row * number + row / 2
        sheet.text(0, middle, drawing.fitted(item.name, size, label, lines=1)[0], size=size)
        full = unit * float(item.full_marks)
        sheet.bar(start, middle - 1.4, full, 2.8, fill="none", edge=drawing.SECOND)
        if item.points:
            sheet.bar(start, middle - 1.4, unit * float(item.points), 2.8)
        got = STATES[item.state] if item.points is None else trimmed(item.points)
        sheet.text(start + full + 1.5, middle, f"{got}/{trimmed(item.full_marks)}", size=size)
        told.append(f"{item.name}{got}（满分{trimmed(item.full_marks)}）")
    alt = f"{figures.area_name}各项得分：{'；'.join(told)}。"
    return Piece(
        sheet.figure(alt, "各项得分与满分（分）。空框为满分，实条为得分；未评的只有空框。来源：本页评分明细。")
    )


def ranking_chart(dossier: Dossier) -> Piece:
    """Return the totals by rank."""
    figures = figures_of(dossier, RankingFigures, BulletinFigures)
    rows = ranked(figures)
    if not rows:
        return Piece(note("没有考评结果，不绘排名图。"))
    start, stop, height, size = 42.0, 108.0, 6.2, 9.0
    sheet = Drawing(drawing.PAGE_WIDTH, height * len(rows) + 1)
    largest = max(*(row.marks for row in rows), *(row.total for row in rows), Decimal(1))
    unit = (stop - start) / float(largest)
    places, rate_places = decimals_of([row.total for row in rows]), numbers.rate_decimals(row.rate for row in rows)
    for number, row in enumerate(rows):
        middle = height * number + height / 2
        sheet.text(4, middle, str(row.rank) if row.rank is not None else "—", size=size, anchor="right")
        sheet.text(7, middle, drawing.fitted(ranked_name(row), size, start - 8, lines=1)[0], size=size)
        sheet.bar(start, middle - 1.9, unit * float(row.marks), 3.8, fill=drawing.TINT, edge=drawing.RULE)
        if row.total > 0:
            sheet.bar(start, middle - 1.9, unit * float(row.total), 3.8)
        out_of = f"{fixed(row.total, places)}/{trimmed(row.marks)}"
        sheet.text(
            stop + 2,
            middle,
            f"{out_of}　{numbers.rate(row.rate, rate_places)}%" if row.rate is not None else out_of,
            size=8,
        )
    told = [(f"第{row.rank}名" if row.rank else "") + f"{ranked_name(row)}{trimmed(row.total)}分" for row in rows]
    word = "暂定" if figures.provisional else ""
    return Piece(
        sheet.figure(
            f"{word}考评得分：{'；'.join(told)}。",
            f"{word}得分/已评满分（分）和得分率，浅色为已评项目满分。来源：各地区评分报告。",
        )
    )


def rank_chart(rankings: Sequence[RankingFigures]) -> Element | None:
    """Return the ranks of a year month by month, a line an area named at its end; ``None`` before there are two."""
    months = sorted((e for e in rankings if ranked(e) and not nobody_reported(e.rows)), key=lambda each: each.period)
    if len(months) < 2:
        return None
    latest = {row.area: row for row in ranked(months[-1])}
    ranks = {area: [_rank_in(each, area) for each in months] for area in latest}
    deepest = max((rank for line in ranks.values() for rank in line if rank), default=1)
    left, right, top, row = 8.0, 100.0, 4.0, 6.4
    step = (right - left) / max(len(months) - 1, 1)
    sheet = Drawing(drawing.PAGE_WIDTH, top + row * deepest + 5)
    for number, figures in enumerate(months):
        x = left + step * number
        label = f"{figures.period.last_month}月"
        sheet.text(x, top + row * deepest + 2, label, size=8, anchor="center", colour=drawing.SECOND)
    ended: dict[int, list[str]] = {}
    for area, line in ranks.items():
        points = [
            (left + step * number, top + row * (rank - 0.5)) if rank else None for number, rank in enumerate(line)
        ]
        for start, end in pairwise(points):
            if start and end:
                sheet.line([start, end], colour=drawing.PALE, width=1.0)
        for point, rank in zip(points, line, strict=True):
            if point:
                sheet.disc(*point, 2.1, fill="#ffffff")
                sheet.text(*point, str(rank), size=7.5, anchor="center")
        if rank := line[-1]:
            ended.setdefault(rank, []).append(ranked_name(latest[area]))
    for rank, names in ended.items():
        text = drawing.fitted("、".join(names), 8.5, drawing.PAGE_WIDTH - right - 5, lines=1)[0]
        sheet.text(right + 4, top + row * (rank - 0.5), text, size=8.5)
    told = "；".join(
        f"{latest[area].name}"
        + "、".join(f"{each.period.last_month}月{rank or '无名次'}" for each, rank in zip(months, line, strict=True))
        for area, line in ranks.items()
    )
    return sheet.figure(f"各地区名次逐月变化：{told}。", "圈内为当月名次，右边为地区；各月为至当月的考评名次。")


def _rank_in(figures: RankingFigures, area: str) -> int | None:
    return next((row.rank for row in figures.rows if row.area == area), None)
