"""One picture of a month: all areas against all targets, the number in every cell, dark where it is bad."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from minsheng.domain.area import CITY
from minsheng.domain.figure import Measurement
from minsheng.domain.light import WORST_FIRST, Tone
from minsheng.domain.result import BulletinFigures, Dossier, ProjectFigures
from minsheng.render.html import drawing, numbers
from minsheng.render.html.drawing import Drawing
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.page import look
from minsheng.report.lights import NO_DUTY, figures_of, words_said
from minsheng.report.progress import schedule_note, target_words

_FILLS = {
    tone: look()[f"heat_{name}"]
    for tone, name in ((Tone.GREEN, "good"), (Tone.YELLOW, "watch"), (Tone.RED, "bad"), (Tone.GREY, "quiet"))
}
"""The worse, the darker: a copier keeps the order."""

_INKS = {Tone.RED: "#ffffff", Tone.GREY: drawing.SECOND}

_NAMES = 25.0
"""Millimetres for the names of areas."""

_MOST = 10
"""Columns side by side."""

_ROW, _HEAD, _SIZE, _SMALL = 5.0, 11.5, 7.5, 6.5

_UNITS_LINE = 3.0


class _Cell(NamedTuple):
    """What a cell shows, and what it says to whoever cannot see it."""

    text: str
    tone: Tone
    said: str


def heat_section(dossier: Dossier, most: int | None = None, columns: int | None = None) -> Piece:
    """Return all areas against all targets as one picture; ``most`` and ``columns``: see :func:`heat_figure`."""
    figures = figures_of(dossier, BulletinFigures)
    if not any(project.measurements for project in figures.projects):
        return part("进展一览", paragraph("本月没有可通报的指标。"))
    whose = [(figures.whole, m) for project in figures.projects for m in project.measurements]
    whose += [(row.name, m) for project in figures.projects for row in project.areas for m in row.measurements]
    words = words_said(whose)
    if words and most is not None:
        words = [note(f"评定由评定人给出的{sum(m.assessed is not None for _, m in whose)}项，理由见各地区报告。")]
    return part("进展一览", heat_figure(figures, most, columns), words)


def heat_figure(figures: BulletinFigures, most: int | None = None, columns: int | None = None) -> Element:
    """Return the picture with its caption; its alternative text says every cell, row by row.

    Parameters
    ----------
    most, columns
        How many areas and indicators there is room for: those come first that stand worst, in the plan's order; how
        many are left out is said, and where they stand.
    """
    every = [m for project in figures.projects for m in project.measurements]
    found = {
        (row.area, m.indicator): m for project in figures.projects for row in project.areas for m in row.measurements
    }
    names = {row.area: row.name for project in figures.projects for row in project.areas}
    order = {entry.area: number for number, entry in enumerate(figures.returns)}
    of_area = {area: [m for (whose, _), m in found.items() if whose == area] for area in names}
    of_indicator = {m.indicator: [m, *(each for (_, i), each in found.items() if i == m.indicator)] for m in every}
    areas = sorted(names, key=lambda area: order.get(area, len(order)))
    areas = _worst(areas, most, lambda area: of_area[area])
    indicators = _worst(every, columns, lambda m: of_indicator[m.indicator])
    bands = -(-len(indicators) // _MOST)
    size = -(-len(indicators) // bands)
    chunks = [indicators[start : start + size] for start in range(0, len(indicators), size)]
    height = _band_height(len(areas))
    sheet = Drawing(drawing.PAGE_WIDTH, drawn_height(len(areas), len(indicators)))
    told: list[str] = []
    for number, chunk in enumerate(chunks):
        rows = [
            (names[area], [_cell(found.get((area, m.indicator)), _before(figures, area, m)) for m in chunk])
            for area in areas
        ]
        rows.append((figures.whole, [_cell(m, _before(figures, CITY, m)) for m in chunk]))
        _draw(sheet, number * (height + 3), chunk, rows)
        told += [_row_said(name, chunk, cells) for name, cells in rows]
    left = _left_out(figures, len(names) - len(areas), len(every) - len(indicators))
    picture = sheet.figure(
        f"{figures.period.label}各地区各项目标完成情况。{'；'.join(told)}。", _caption(figures, left)
    )
    return Element(
        "div", picture, class_="chart-wrap", role="region", tabindex="0", aria_label="各地区各项目标完成情况图"
    )


def _band_height(areas: int) -> float:
    return _HEAD + _ROW * (areas + 1) + 1


def drawn_height(areas: int, columns: int) -> float:
    """Return how high the picture is drawn, in millimetres of a drawing that is ``drawing.PAGE_WIDTH`` wide."""
    bands = -(-columns // _MOST) or 1
    return _band_height(areas) * bands + 3 * (bands - 1)


_Item = TypeVar("_Item")


def _worst(items: Sequence[_Item], most: int | None, measured: Callable[[_Item], Sequence[Measurement]]) -> list[_Item]:
    """Return so many of the items, the worst in their own order; ``measured`` returns what an item is made of."""
    if most is None or most >= len(items):
        return list(items)

    def standing(at: int) -> tuple[int, ...]:
        tones = [m.light.tone for m in measured(items[at]) if m.has_duty]
        return tuple(-tones.count(tone) for tone in WORST_FIRST)

    return [items[at] for at in sorted(sorted(range(len(items)), key=standing)[:most])]


def _left_out(figures: BulletinFigures, areas: int, indicators: int) -> str:
    counted = [f"{count}{unit}" for count, unit in ((areas, "个地区"), (indicators, "项指标")) if count]
    if not counted:
        return ""
    return f"先列状态较差的；图外还有{'、'.join(counted)}，见本月网页（{figures.period}/index.html）的“进展”。"


def _draw(sheet: Drawing, top: float, chunk: Sequence[Measurement], rows: Sequence[tuple[str, list[_Cell]]]) -> None:
    width = (drawing.PAGE_WIDTH - _NAMES) / len(chunk)
    for place, indicator in enumerate(chunk):
        middle = _NAMES + width * (place + 0.5)
        lines = drawing.fitted(indicator.brief, _SIZE, width - 0.8, lines=3)
        bottom = top + _HEAD - _UNITS_LINE - 1.4
        for line, text in enumerate(reversed(lines)):
            sheet.text(middle, bottom - line * 3.1, text, size=_SIZE, anchor="center")
        aim = drawing.fitted(_aim(indicator), _SMALL, width - 0.4, lines=1)[0]
        sheet.text(middle, top + _HEAD - 1.5, aim, size=_SMALL, anchor="center", colour=drawing.SECOND)
    for number, (name, cells) in enumerate(rows):
        y = top + _HEAD + _ROW * number + (1 if number == len(rows) - 1 else 0)
        sheet.text(0, y + _ROW / 2, drawing.fitted(name, _SIZE, _NAMES - 0.5, lines=1)[0], size=_SIZE)
        for place, cell in enumerate(cells):
            x = _NAMES + width * place
            sheet.bar(x + 0.2, y + 0.2, width - 0.4, _ROW - 0.4, fill=_FILLS[cell.tone], edge=drawing.RULE)
            ink = _INKS.get(cell.tone, drawing.INK)
            size = _SIZE if drawing.text_width(cell.text, _SIZE) < width - 0.8 else _SMALL - 0.5
            sheet.text(x + width / 2, y + _ROW / 2, cell.text, size=size, anchor="center", colour=ink)


def _before(figures: BulletinFigures, area: str, indicator: Measurement) -> Tone | None:
    return figures.previous_tones.get(f"{area}/{indicator.indicator}")


def _cell(measurement: Measurement | None, before: Tone | None = None) -> _Cell:
    if measurement is None or not measurement.has_duty:
        light = measurement.light if measurement else NO_DUTY
        return _Cell(light.word[:4], Tone.GREY, light.word)
    last, places = measurement.last_known, measurement.rate_decimals
    if last is not None:
        month = f"{last.period.last_month}月"
        known = numbers.percent_number(last.completion, places) if last.completion is not None else last.light.word[:2]
        said = f"{measurement.light.word}，{month}为{last.light.word}"
        said += f"{numbers.percent(last.completion, places)}" if last.completion is not None else ""
        return _Cell(f"{last.light.shape}{known}({month})", Tone.GREY, said)
    light = measurement.light
    arrow, changed = _changed(light.tone, before)
    if measurement.completion is None:
        return _Cell(f"{light.shape}{_short(measurement)}{arrow}", light.tone, f"{light.word}{changed}")
    said = f"{numbers.percent(measurement.completion, places)}，{light.word}{changed}"
    return _Cell(f"{light.shape}{numbers.percent_number(measurement.completion, places)}{arrow}", light.tone, said)


def _changed(now: Tone, before: Tone | None) -> tuple[str, str]:
    """Return a sign and words where the colour is another than last month's; what is grey is not compared."""
    if before is None or now == before or Tone.GREY in {now, before}:
        return "", ""
    if WORST_FIRST.index(now) < WORST_FIRST.index(before):
        return "↓", "（比上月变差）"
    return "↑", "（比上月变好）"


def _short(measurement: Measurement) -> str:
    """Return a milestone's state or a missing figure in at most four characters."""
    if measurement.level == "stage":
        done = measurement.staged_areas or measurement.numerator
        of = measurement.expected_areas or measurement.denominator
        return f"阶段{done}/{of}" if measurement.expected_areas else f"{done}/{of}"
    words = {"done": "完成", "in_progress": "推进中", "partial": "部分", "not_done": "未完成"}
    return words.get(measurement.level or "", measurement.light.word[:4])


def _aim(indicator: Measurement) -> str:
    return f"{target_words(indicator) or ''}{'' if indicator.is_milestone or indicator.worded else indicator.unit}"


def _row_said(name: str, chunk: Sequence[Measurement], cells: Sequence[_Cell]) -> str:
    return f"{name}：" + "，".join(f"{m.brief}{cell.said}" for m, cell in zip(chunk, cells, strict=True))


def _caption(figures: BulletinFigures, left: str) -> Content:
    shown = [
        m for p in figures.projects for m in (*p.measurements, *(each for r in p.areas for each in r.measurements))
    ]
    lights = {m.light.word.partition("（")[0]: m.light for m in shown if m.has_duty}
    order = list(_FILLS)
    words = sorted(lights.values(), key=lambda light: order.index(light.tone))
    signs = "，".join(f"{light.shape}{light.word.partition('（')[0]}" for light in words)
    said = f"数字为完成率（%），列名下为{figures.whole}年度目标；颜色越深越差：{signs}。"
    said += "↑↓为颜色比上月变好、变差。" if figures.previous_tones else ""
    if any(m.last_known for m in shown):
        said += "括号内为最近一次可用数据的月份。"
    return left + said + schedule_note(figures, shown)


def history_chart(figures: ProjectFigures) -> Piece:
    """Return area × month as dots, a small chart an indicator; nothing before there are two months."""
    charts = list(_histories(figures))
    if not charts:
        return Piece()
    reading = "逐月状态：空心为绿灯，浅色为黄灯，深色为红灯，×为没有可用数据。"
    return Piece(Element("div", charts, class_="multiples"), note(reading))


def _histories(figures: ProjectFigures) -> Iterator[Element]:
    words = {Tone.GREEN: "绿灯", Tone.YELLOW: "黄灯", Tone.RED: "红灯", Tone.GREY: "无数据"}
    start, row, size = 24.5, 5.0, 7.5
    for indicator in figures.measurements:
        entries = [
            (r.name, tones) for r in figures.areas if (tones := figures.history.get(f"{r.area}/{indicator.indicator}"))
        ]
        if not entries or len(entries[0][1]) < 2:
            continue
        months = len(entries[0][1])
        step = (drawing.MULTIPLE_WIDTH - start) / 12
        sheet = Drawing(drawing.MULTIPLE_WIDTH, row * (len(entries) + 1))
        for number, (name, tones) in enumerate(entries):
            middle = row * number + row / 2
            sheet.text(0, middle, drawing.fitted(name, size, start - 1, lines=1)[0], size=size)
            for month, tone in enumerate(tones):
                _dot(sheet, start + step * (month + 0.5), middle, tone)
        for month in sorted({1, months}):
            x = start + step * (month - 0.5)
            sheet.text(x, row * len(entries) + row / 2, f"{month}月", size=6.5, anchor="center", colour=drawing.SECOND)
        told = "；".join(
            f"{name}" + "、".join(f"{month}月{words[tone]}" for month, tone in enumerate(tones, start=1))
            for name, tones in entries
        )
        yield sheet.figure(f"{indicator.brief}逐月状态：{told}。", f"{indicator.brief}逐月状态")


def _dot(sheet: Drawing, x: float, y: float, tone: Tone) -> None:
    match tone:
        case Tone.GREY:
            sheet.dots([(x, y)], marker="x", size=4)
        case _:
            sheet.disc(x, y, 0.95, fill=look()["heat_dot"] if tone == Tone.YELLOW else _FILLS[tone])
