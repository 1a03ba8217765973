"""The five parts (五个方面) in the words of counties and sections, and a section's report made of them."""

from collections.abc import Mapping, Sequence

from minsheng.domain.area import CITY
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.light import Tone
from minsheng.domain.result import Dossier, MonthlyReportFigures, ProjectFigures, ProjectSummary
from minsheng.report import numbers, sentences
from minsheng.report.kinds import figures_of, no_data
from minsheng.report.lights import STATUS_WORDS
from minsheng.report.markup import Element, Piece, callout, one_line, paragraph, paragraphs, part

_FIVE_PARTS = (
    ("progress", "进展情况"),
    ("funds", "资金拨付"),
    ("measures", "采取措施"),
    ("problems", "存在的问题"),
    ("next_steps", "下步打算"),
)
"""三（二）2⑵; a dossier that carries the plan's own parts overrides them."""

_FROM_DATA = frozenset({"progress", "funds"})
"""The parts that figures fill."""

_ORDINALS = "一二三四五六七八九十"


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
        told = "、".join(heading for part_id, heading in parts if part_id in _FROM_DATA)
        content.append(paragraph(f"{told}以本页数据为准，各地区的文字见该地区报告。", class_="note"))
        parts = [(part_id, heading) for part_id, heading in parts if part_id not in _FROM_DATA]
    for part_id, heading in parts:
        content.append(Element("h3", heading))
        content += _area_texts(figures.narratives, part_id, names, alone=figures.area != CITY)
    return part("工作情况", content)


def report_parts(dossier: Dossier) -> Piece:
    """Return a section's report: per project the five parts in order, filled from data and from narratives."""
    figures = figures_of(dossier, MonthlyReportFigures)
    if not figures.projects:
        return Piece(callout(f"{figures.section_name}没有承担本方案的项目，没有内容可报。"))
    titles = five_parts(dossier)
    return Piece([_project_report(figures, project, number, titles) for number, project in enumerate(figures.projects)])


def signature_block(dossier: Dossier) -> Piece:
    """Return where the leader in charge signs."""
    figures = figures_of(dossier, MonthlyReportFigures)
    if figures.leader is None:
        return Piece(
            paragraph(f"本报告由{figures.section_name}汇总，各科室部分以分管领导签字的科室月报为准。", class_="note")
        )
    blank = Element("span", "　", class_="blank")
    return Piece(
        Element(
            "div",
            paragraph(figures.section_name),
            paragraph(f"分管领导（{figures.leader}）签字：", blank),
            paragraph("日期：　　　　年　　月　　日"),
            class_="signature",
        )
    )


def monthly_summary(figures: MonthlyReportFigures) -> str:
    """Return the first sentence of a section's report."""
    when = f"截至{numbers.day(figures.as_of)}" if figures.as_of else figures.period.label
    absent = [entry.name for entry in figures.returns if entry.status != ReturnStatus.REPORTED]
    received = f"应报{len(figures.returns)}个单位，"
    received += f"可用{len(figures.returns) - len(absent)}个，缺{'、'.join(absent)}" if absent else "全部报送"
    projects = "、".join(project.name for project in figures.projects)
    return (
        f"{when}，{figures.section_name}汇总{len(figures.projects)}个项目（{projects}）：{received}。"
        f"本报告报送期限为{numbers.day(figures.due)}。"
    )


def five_parts(dossier: Dossier) -> Sequence[tuple[str, str]]:
    """Return the ids and headings of the parts, in order."""
    return [(item.id, item.title) for item in dossier.parts] or _FIVE_PARTS


def _project_report(
    figures: MonthlyReportFigures, project: ProjectSummary, number: int, titles: Sequence[tuple[str, str]]
) -> Element:
    own = figures.section_narratives.get(project.project, {})
    content: list[Element] = []
    for place, (part_id, heading) in enumerate(titles):
        content.append(Element("h3", f"（{_ORDINALS[place]}）{heading}"))
        filled = [*_from_data(project, part_id), *paragraphs(own.get(part_id, ""))]
        filled += _county_texts(project, part_id)
        content += filled or [
            callout(f"“{heading}”没有内容：科室和各地区均未填写。补齐后方可报送。", kind="not-reported")
        ]
    return Element("section", Element("h2", f"{_ORDINALS[number]}、{project.name}"), content, class_="part")


def _from_data(project: ProjectSummary, part_id: str) -> list[Element]:
    match part_id:
        case "progress":
            told = [f"全市{sentences.standing(m)}" for m in project.measurements]
            return [paragraph("".join(told))] * bool(told) + _unfinished(project)
        case "funds":
            clauses = [f"{sentences.funds(use)}。" for use in project.funds]
            return [paragraph("".join(clauses))] * bool(clauses)
        case _:
            return []


def _unfinished(project: ProjectSummary) -> list[Element]:
    told = []
    for indicator in project.measurements:
        behind = [
            f"{row.name}（{m.light.word}）"
            for row in project.areas
            for m in row.measurements
            if m.indicator == indicator.indicator and m.light.tone in {Tone.RED, Tone.YELLOW}
        ]
        if behind:
            told.append(f"{indicator.brief}落后的地区：{'、'.join(behind)}。")
    absent = [
        f"{row.name}（{STATUS_WORDS[row.status]}）" for row in project.areas if row.status != ReturnStatus.REPORTED
    ]
    if absent:
        told.append(f"没有可用数据的地区：{'、'.join(absent)}。")
    return [paragraph("".join(told))] if told else []


def _county_texts(project: ProjectSummary, part_id: str) -> list[Element]:
    """Counties' own words, for the parts that no figure can fill."""
    if part_id in _FROM_DATA:
        return []
    texts = [
        (row.name, text)
        for row in project.areas
        if (text := one_line(project.narratives.get(row.area, {}).get(part_id, "")))
    ]
    return [paragraph(f"{name}：{text}") for name, text in texts]


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
