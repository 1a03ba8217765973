"""全市: areas side by side, as figures and as lights."""

from collections.abc import Sequence

from minsheng.domain.figure import AreaRow, Measurement
from minsheng.domain.result import Dossier, ProjectFigures
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import NO_DUTY, figures_of, standing_badge, unused
from minsheng.report.progress import actual_text, target_words
from minsheng.report.ranking import places_said
from minsheng.report.sources import anchor

_MOST_COLUMNS = 4
"""Indicators beside each other in a matrix that still fit a sheet of A4."""


def area_table(dossier: Dossier) -> Piece:
    """Return each area's targets and actuals, and the city's below them."""
    figures = figures_of(dossier, ProjectFigures)
    if not figures.areas:
        return part("分地区进展", paragraph("本页只涉及一个地区，没有分地区数据。"))
    # With a rank beside each, two indicators leave no room for their figures.
    ranked = any(m.place for row in figures.areas for m in row.measurements)
    tables = [_area_table(figures, some) for some in _in_turn(figures.measurements, 1 if ranked else 2)]
    remark = f"—表示没有数据，不是零。{_whose(figures)}地区名指向文末该地区的计算依据。"
    remark += places_said(figures.areas)
    return part("分地区进展", tables, note(remark), _missing(figures))


def _whose(figures: ProjectFigures) -> str:
    """Say of the indicators that only some areas have whose they are: the whole's figures are of those alone."""
    told = []
    for indicator in figures.measurements:
        rows = [(row.name, _find(row.measurements, indicator)) for row in figures.areas]
        bound = [name for name, m in rows if m is not None and m.has_duty]
        others = {name: m.light.word if m else NO_DUTY.word for name, m in rows if name not in bound}
        if not indicator.has_duty or not bound or not others:
            continue
        word = next(iter(others.values()))
        if len(bound) <= len(others):
            told.append(f"{indicator.brief}由{'、'.join(bound)}承担，其余{len(others)}个地区{word}。")
        else:
            told.append(f"{indicator.brief}：{'、'.join(others)}{word}，由其余{len(bound)}个地区承担。")
    return "".join(told)


def heat_table(dossier: Dossier) -> Piece:
    """Return areas × indicators with a light and the completion in each cell."""
    figures = figures_of(dossier, ProjectFigures)
    if not figures.areas:
        return Piece(note("本页只涉及一个地区，没有分地区状态。"))
    return Piece(matrix("分地区状态", figures.measurements, figures.areas, figures.measurements, figures.whole))


def matrix(
    caption: str, indicators: Sequence[Measurement], areas: Sequence[AreaRow], city: Sequence[Measurement], whole: str
) -> list[Element]:
    """Return areas × indicators as lights, in as many tables as the width of a page needs."""
    chunks = _in_turn(indicators, _MOST_COLUMNS)
    tables = []
    for number, chunk in enumerate(chunks, start=1):
        columns = [
            TableColumn("地区", kind="row"),
            *(TableColumn(indicator.brief, kind="light") for indicator in chunk),
        ]
        rows = [[area.name, *_lights(area.measurements, chunk)] for area in areas]
        rows.append([whole, *_lights(city, chunk)])
        title = f"{caption}（{number}/{len(chunks)}）" if len(chunks) > 1 else caption
        tables.append(table(title, columns, rows, totals=1, style="matrix"))
    return tables


def _area_table(figures: ProjectFigures, indicators: Sequence[Measurement]) -> Element:
    columns = [TableColumn("地区", kind="row")]
    by_rank = {m.indicator for row in figures.areas for m in row.measurements if m.place}
    for indicator in indicators:
        if indicator.is_milestone:
            columns += [TableColumn("目标", kind="text"), TableColumn("状态", kind="text")]
        else:
            columns += [
                TableColumn("目标", indicator.unit),
                TableColumn("完成数", indicator.unit),
                TableColumn("状态", kind="light"),
                *([TableColumn("名次")] if indicator.indicator in by_rank else []),
            ]
    widths = [2 if i.is_milestone else 3 + (i.indicator in by_rank) for i in indicators]
    groups = [(indicator.brief, width) for indicator, width in zip(indicators, widths, strict=True)]
    rows: list[list[Content]] = []
    for row in figures.areas:
        name = Element("a", row.name, href=f"#{anchor('area', row.area)}")
        shown = zip(indicators, widths, strict=True)
        rows.append([name, *(cell for i, width in shown for cell in _cells(_find(row.measurements, i), i, width))])
    shown = zip(indicators, widths, strict=True)
    rows.append([figures.whole, *(cell for i, width in shown for cell in _cells(i, i, width))])
    named = "、".join(indicator.brief for indicator in indicators)
    return table(f"各地区{named}", columns, rows, groups=groups, totals=1)


def _cells(measurement: Measurement | None, indicator: Measurement, width: int) -> list[Content]:
    if measurement is None or not measurement.has_duty:
        # Its own word, once: dashes would read as figures that are missing.
        return [(measurement.light if measurement else NO_DUTY).word, *[""] * (width - 1)]
    if indicator.is_milestone:
        return [measurement.target_text or None, standing_badge(measurement)]
    ranked: list[Content] = [str(measurement.place.rank) if measurement.place else None] if width > _UNRANKED else []
    return [target_words(measurement), actual_text(measurement), _light(measurement), *ranked]


_UNRANKED = 3
"""Columns of an indicator by which nobody is ranked."""


def _lights(measurements: Sequence[Measurement], indicators: Sequence[Measurement]) -> list[Content]:
    return [_light(_find(measurements, indicator)) for indicator in indicators]


def _light(measurement: Measurement | None) -> Content:
    """Return a light with the completion beside it."""
    if measurement is None or not measurement.has_duty:
        word = (measurement.light if measurement else NO_DUTY).word
        return Element("span", word, class_="light light-none")
    if measurement.completion is None:
        return standing_badge(measurement)
    share = Element("span", numbers.percent(measurement.completion, measurement.rate_decimals), class_="unit")
    return [*standing_badge(measurement), share]


def _find(measurements: Sequence[Measurement], indicator: Measurement) -> Measurement | None:
    return next((m for m in measurements if m.indicator == indicator.indicator), None)


def _missing(figures: ProjectFigures) -> list[Element]:
    absent = [f"{row.name}（{said}）" for row in figures.areas if (said := unused(row))]
    if not absent:
        return []
    named = "、".join(absent)
    return [note(f"缺{named}。{figures.whole}行只含已报送的地区，不计算完成率。")]


def _in_turn(indicators: Sequence[Measurement], most: int) -> list[Sequence[Measurement]]:
    """Split indicators into parts of nearly the same size, none larger than ``most``."""
    parts = -(-len(indicators) // most)
    size = -(-len(indicators) // parts) if parts else 0
    return [indicators[start : start + size] for start in range(0, len(indicators), size)] if size else []
