"""Charts of a project: progress against target and schedule, areas beside each other, funds by source."""

from collections.abc import Sequence
from decimal import Decimal

from minsheng.domain.area import CITY
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import AreaRow, FundUse, Measurement
from minsheng.domain.result import Dossier, ProjectFigures
from minsheng.render.html import drawing, numbers
from minsheng.render.html.drawing import Drawing
from minsheng.render.html.markup import Element, Piece, note
from minsheng.report import sentences
from minsheng.report.lights import NO_DUTY, STATUS_WORDS, figures_of, is_left_out

_MOST_SHOWN = 1.5
"""Completions beyond it are cut off, with an arrow; their figure stands beside the bar."""


def progress_chart(dossier: Dossier) -> Piece:
    """Return completion of each indicator as a bar against the target, the schedule marked."""
    figures = figures_of(dossier, ProjectFigures)
    shown = [m for m in figures.measurements if m.completion is not None and not m.is_milestone]
    if not shown:
        return Piece(note(_why_no_bars(figures)))
    left = [m.brief for m in figures.measurements if m.completion is None and m.target is not None]
    missing = f"未绘：{'、'.join(left)}，没有完成率。" if left else ""
    alt = f"{figures.area_name}完成率。" + "；".join(f"{sentences.progress(m)}，{m.light.word}" for m in shown) + "。"
    marked = "短竖线为序时进度，只用于数量类指标。" if any(m.basis == "schedule" for m in shown) else ""
    caption = f"完成率（年度目标为100%）。{marked}{missing}{source_note(figures)}"
    return Piece(_bullets(shown).figure(alt, caption))


def area_chart(dossier: Dossier) -> Piece:
    """Return a small chart per indicator with each area's completion."""
    figures = figures_of(dossier, ProjectFigures)
    indicators = [m for m in figures.measurements if m.target is not None]
    if not figures.areas:
        return Piece(note("本页只涉及一个地区，不绘分地区图。"))
    if not indicators:
        return Piece(note("本项目的目标是节点任务，没有可绘的完成率；各地区状态见上表。"))
    charts = [_area_figure(figures, indicator) for indicator in indicators]
    dashed = "，虚线为序时进度" if any(m.basis == "schedule" for m in indicators) else ""
    reading = f"条形为完成率，实线为年度目标（100%）{dashed}。{source_note(figures)}"
    return Piece(Element("div", charts, class_="multiples"), note(reading))


def funds_chart(dossier: Dossier) -> Piece:
    """Return money issued, received and paid out by source."""
    figures = figures_of(dossier, ProjectFigures)
    if is_left_out(dossier, "funds", figures.project):
        return Piece()
    uses = [use for use in figures.funds if use.source != sentences.TOTAL and any(_steps(use))]
    if not uses:
        return Piece(note("没有已下达、到位或拨付的资金，不绘资金图。"))
    alt = f"{figures.area_name}资金。" + "；".join(sentences.funds(use) for use in uses) + "。"
    caption = f"各来源本年累计下达、到位、拨付资金（万元）。{source_note(figures)}"
    return Piece(_fund_bars(uses).figure(alt, caption))


def source_note(figures: ProjectFigures) -> str:
    """Return what a chart's data is: reported by whom, as of when."""
    when = f"，数据截至{numbers.day(figures.as_of)}" if figures.as_of else ""
    label = f"（{figures.data_label}）" if figures.data_label else ""
    who = "各地区" if figures.area == CITY else figures.area_name
    return f"来源：{who}报送数据{when}{label}。"


def _why_no_bars(figures: ProjectFigures) -> str:
    if figures.status != ReturnStatus.REPORTED:
        return f"{STATUS_WORDS[figures.status]}，不绘进度图。"
    if any(m.missing_areas for m in figures.measurements):
        return f"有地区缺报，{figures.whole}不计算完成率，不绘进度图；各地区进展见分地区部分。"
    return "本项目的目标是节点任务，没有可绘的完成率；各项条件见节点任务表。"


def _bullets(shown: Sequence[Measurement]) -> Drawing:
    label, start, stop, row, top = 42.0, 45.0, 100.0, 10.5, 7.0
    sheet = Drawing(drawing.PAGE_WIDTH, top + row * len(shown) + 5)
    largest = min(max(1.0, *(float(m.completion or 0) for m in shown)), _MOST_SHOWN)
    unit = (stop - start) / largest
    bottom = top + row * len(shown)
    first_schedule = True
    for number, m in enumerate(shown):
        middle = top + row * number + row / 2
        lines = drawing.fitted(m.brief, 9, label)
        for place, line in enumerate(lines):
            sheet.text(0, middle + (place - (len(lines) - 1) / 2) * 3.9, line, size=9)
        share = float(m.completion or 0)
        sheet.bar(start, middle - 2.2, unit, 4.4, fill=drawing.TINT, edge=drawing.RULE)
        sheet.bar(start, middle - 1.4, unit * min(share, _MOST_SHOWN), 2.8)
        if share > _MOST_SHOWN:
            sheet.text(stop, middle, "▶", size=7, colour=drawing.BAR)
        if m.basis == "schedule" and m.schedule_progress is not None:
            mark = start + unit * float(m.schedule_progress)
            sheet.line([(mark, middle - 3.2), (mark, middle + 3.2)], colour=drawing.INK, width=1.4)
            if first_schedule:
                name = f"序时进度{numbers.percent(m.schedule_progress, m.rate_decimals)}"
                sheet.text(mark, middle - 5.9, name, size=8, anchor="center", colour=drawing.SECOND)
                first_schedule = False
        sheet.text(stop + 4, middle - 2, numbers.percent(m.completion or Decimal(0), m.rate_decimals), size=9)
        status = f"{m.light.shape} {m.light.word}"
        sheet.text(stop + 4, middle + 2, status, size=8, colour=drawing.TONES[m.light.tone])
    for share in (0.0, 0.5, 1.0):
        x = start + unit * share
        sheet.line([(x, bottom), (x, bottom + 1)], colour=drawing.SECOND)
        sheet.text(x, bottom + 3, f"{share:.0%}", size=8, anchor="center", colour=drawing.SECOND)
    sheet.line([(start, bottom), (stop, bottom)])
    sheet.line([(start + unit, top), (start + unit, bottom)], colour=drawing.SECOND, width=0.6)
    return sheet


def _area_figure(figures: ProjectFigures, indicator: Measurement) -> Element:
    entries = [(row, _find(row, indicator)) for row in figures.areas]
    told = [f"{row.name}{_share(row, m)}" for row, m in entries]
    alt = f"各地区{indicator.brief}完成率：{'；'.join(told)}。"
    schedule = next((m.schedule_progress for _, m in entries if m and m.schedule_progress is not None), None)
    caption = f"{indicator.brief}完成率" + (
        f"（序时进度{numbers.percent(schedule, indicator.rate_decimals)}）" if schedule is not None else ""
    )
    return _area_bars(entries, schedule).figure(alt, caption)


def _area_bars(entries: Sequence[tuple[AreaRow, Measurement | None]], schedule: Decimal | None) -> Drawing:
    start, stop, row, size = 24.5, 41.0, 5.2, 7.5
    sheet = Drawing(drawing.MULTIPLE_WIDTH, row * len(entries) + 1)
    shares = [float(m.completion) for _, m in entries if m is not None and m.completion is not None]
    unit = (stop - start) / min(max([1.0, *shares]), _MOST_SHOWN)
    for number, (area, m) in enumerate(entries):
        middle = row * number + row / 2
        sheet.text(0, middle, drawing.fitted(area.name, size, start - 0.5, lines=1)[0], size=size)
        if m is not None and m.completion is not None:
            sheet.bar(start, middle - 1.2, unit * min(float(m.completion), _MOST_SHOWN), 2.4)
            sheet.text(stop + 1, middle, numbers.percent(m.completion, m.rate_decimals), size=size)
        else:
            sheet.text(stop + 1, middle, _share(area, m), size=size, colour=drawing.SECOND)
    bottom = row * len(entries)
    sheet.line([(start, 0), (start, bottom)], colour=drawing.SECOND)
    sheet.line([(start + unit, 0), (start + unit, bottom)], colour=drawing.SECOND)
    if schedule is not None:
        mark = start + unit * float(schedule)
        sheet.line([(mark, 0), (mark, bottom)], colour=drawing.INK, width=0.8, dashed=True)
    return sheet


def _share(row: AreaRow, measurement: Measurement | None) -> str:
    if measurement is None:
        return NO_DUTY.word if row.status == ReturnStatus.REPORTED else STATUS_WORDS[row.status]
    return (
        measurement.light.word
        if measurement.completion is None
        else numbers.percent(measurement.completion, measurement.rate_decimals)
    )


def _find(row: AreaRow, indicator: Measurement) -> Measurement | None:
    return next((m for m in row.measurements if m.indicator == indicator.indicator), None)


def _fund_bars(uses: Sequence[FundUse]) -> Drawing:
    label, start, stop, bar = 34.0, 46.0, 116.0, 4.6
    group = 3 * bar + 3
    sheet = Drawing(drawing.PAGE_WIDTH, group * len(uses))
    unit = (stop - start) / float(max(amount for use in uses for amount in _steps(use)))
    styles = ((drawing.TINT, drawing.SECOND), (drawing.PALE, None), (drawing.BAR, None))
    for number, use in enumerate(uses):
        top = group * number + 1.5
        for place, line in enumerate(drawing.fitted(use.label, 9, label)):
            sheet.text(0, top + bar / 2 + place * 3.9, line, size=9)
        for place, (name, amount) in enumerate(zip(("下达", "到位", "拨付"), _steps(use), strict=True)):
            middle = top + bar * place + bar / 2
            fill, edge = styles[place]
            sheet.text(start - 1.5, middle, name, size=8, anchor="right", colour=drawing.SECOND)
            if amount:
                sheet.bar(start, middle - 1.5, unit * float(amount), 3, fill=fill, edge=edge)
            sheet.text(start + unit * float(amount) + 1.2, middle, numbers.wan(amount), size=8)
    sheet.line([(start, 0), (start, group * len(uses))], colour=drawing.SECOND)
    return sheet


def _steps(use: FundUse) -> tuple[Decimal, Decimal, Decimal]:
    zero = Decimal(0)
    return use.allocated or zero, use.received or zero, use.disbursed or zero
