"""The parts of a report (五个方面 in 2017) in the words of areas."""

from collections.abc import Mapping

from minsheng.domain.result import Dossier, ProjectFigures
from minsheng.report.kinds import figures_of, no_data
from minsheng.report.markup import Element, Piece, one_line, paragraph, paragraphs, part


def narrative_parts(dossier: Dossier) -> Piece:
    """Return what the area wrote, part by part; for 全市 what each area wrote."""
    figures = figures_of(dossier, ProjectFigures)
    if not figures.narratives:
        why = no_data(figures) or paragraph("没有报送工作情况。")
        return part("工作情况", why)
    names = {row.area: row.name for row in figures.areas} | {entry.area: entry.name for entry in figures.returns}
    content: list[Element] = []
    parts = dossier.parts
    if figures.areas:
        told = "、".join(each.title for each in parts if each.is_from_data)
        if told:
            content.append(paragraph(f"{told}以本页数据为准，各地区的文字见该地区报告。", class_="note"))
        parts = tuple(each for each in parts if not each.is_from_data)
    for each in parts:
        content.append(Element("h3", each.title))
        content += _area_texts(figures.narratives, each.id, names, alone=not figures.areas)
    return part("工作情况", content)


def _area_texts(
    narratives: Mapping[str, Mapping[str, str]], part_id: str, names: Mapping[str, str], *, alone: bool
) -> list[Element]:
    written = {area: text for area, parts in narratives.items() if (text := parts.get(part_id, "").strip())}
    if alone:
        return [line for text in written.values() for line in paragraphs(text)] or [paragraph("未填写。")]
    lines = [paragraph(f"{names.get(area, area)}：{one_line(text)}") for area, text in written.items()]
    silent = [names.get(area, area) for area in narratives if area not in written]
    if silent:
        lines.append(paragraph(f"未填写：{'、'.join(silent)}。"))
    return lines
