"""The five parts (五个方面) in the words of counties and sections."""

from collections.abc import Mapping, Sequence

from minsheng.domain.area import CITY
from minsheng.domain.result import Dossier, ProjectFigures
from minsheng.report.kinds import figures_of, no_data
from minsheng.report.markup import Element, Piece, one_line, paragraph, paragraphs, part

_FIVE_PARTS = (
    ("progress", "进展情况"),
    ("funds", "资金拨付"),
    ("measures", "采取措施"),
    ("problems", "存在的问题"),
    ("next_steps", "下步打算"),
)
"""三（二）2⑵; a dossier that carries the plan's own parts overrides them."""

FROM_DATA = frozenset({"progress", "funds"})
"""The parts that figures fill."""


def narrative_parts(dossier: Dossier) -> Piece:
    """Return what the area wrote, part by part; for 全市 what each area wrote."""
    figures = figures_of(dossier, ProjectFigures)
    if not figures.narratives:
        why = no_data(figures) or paragraph("没有报送工作情况。")
        return part("工作情况", why)
    names = {row.area: row.name for row in figures.areas} | {entry.area: entry.name for entry in figures.returns}
    content: list[Element] = []
    parts = five_parts(dossier)
    if figures.area == CITY:
        told = "、".join(heading for part_id, heading in parts if part_id in FROM_DATA)
        content.append(paragraph(f"{told}以本页数据为准，各地区的文字见该地区报告。", class_="note"))
        parts = [(part_id, heading) for part_id, heading in parts if part_id not in FROM_DATA]
    for part_id, heading in parts:
        content.append(Element("h3", heading))
        content += _area_texts(figures.narratives, part_id, names, alone=figures.area != CITY)
    return part("工作情况", content)


def five_parts(dossier: Dossier) -> Sequence[tuple[str, str]]:
    """Return the ids and headings of the parts, in order."""
    return [(item.id, item.title) for item in dossier.parts] or _FIVE_PARTS


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
