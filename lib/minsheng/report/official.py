"""工作情况月报 in the form of an official document (GB/T 9704-2012): title, addressee, five parts, signatures, annexes.

An internal report carries no red head (版头): it has neither a document number nor a seal. What the standard says of
the body (主体) holds: 标题、主送机关、正文、附件说明、署名和成文日期、附件. How it is set on paper stands in
``render/styles/official.css``.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import AreaRow
from minsheng.domain.light import Tone
from minsheng.domain.reporting import ReportPart
from minsheng.domain.result import Dossier, MonthlyReportFigures, ProjectSummary
from minsheng.measure.summaries import is_empty_part
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, callout, one_line, paragraph, paragraphs
from minsheng.report import sentences
from minsheng.report.before.comparisons import comparison_sentences
from minsheng.report.lights import figures_of, unused, words_told
from minsheng.report.prospects import verdict
from minsheng.report.sources import assumptions, sources

SIGNATURE_PLACE = "signature-place"
"""Id of the blank on which a section's leader signs: the PDF's signature field is laid over it."""

_DIGITS = "一二三四五六七八九"

_BLANK = "　" * 8

_FIRST_WIDE = 0x2000


def official_head(dossier: Dossier) -> Piece:
    """Return the title (发文机关、事由、文种), the addressee (主送机关) and the sentence that opens the report."""
    figures, heading = figures_of(dossier, MonthlyReportFigures), dossier.heading
    lines = (f"{_sender(dossier)}关于{figures.period.label}", f"{heading.programme}工作情况的报告")
    return Piece(
        Element(
            "div",  # among JupyterLab's cells a header would be a second banner of its page
            paragraph(heading.data_label, class_="mark") if heading.data_label else None,
            Element("h1", [Element("span", line, class_="title-line") for line in lines]),
            class_="official-head",
        ),
        paragraph(f"{figures.addressee}：", class_="addressee") if figures.addressee else None,
        paragraph(f"按照《{heading.plan_title}》要求，现将{figures.period.label}{heading.programme}工作情况报告如下。"),
        paragraph(monthly_summary(figures), _before_notice(figures)),
        paragraph(overall(figures)) if figures.leader is None and figures.projects else None,
        paragraph(f"领导小组：{heading.group}。") if heading.group else None,
        _responsible(dossier, figures),
    )


def _responsible(dossier: Dossier, figures: MonthlyReportFigures) -> Element | None:
    """Say who answers for which projects, by the numbers of their headings: once for all of the same people."""
    alike: dict[str, list[str]] = {}
    for number, project in enumerate(figures.projects):
        if who := dossier.heading.responsible.get(project.project, ""):
            alike.setdefault(who, []).append(_ordinal(number))
    if not alike:
        return None
    if [len(numbers) for numbers in alike.values()] == [len(figures.projects)]:
        return paragraph(f"{next(iter(alike))}。")
    return paragraph("".join(f"{who}（第{'、'.join(numbers)}项）。" for who, numbers in alike.items()))


def monthly_summary(figures: MonthlyReportFigures) -> str:
    """Return what a reader who stops after the first sentence must know: as of when, which projects, who is missing."""
    when = f"数据截至{numbers.day(figures.as_of)}" if figures.as_of else "本月没有可用数据"
    absent = [entry.name for entry in figures.returns if entry.status != ReturnStatus.REPORTED]
    received = f"应报{len(figures.returns)}个单位，"
    received += f"可用{len(figures.returns) - len(absent)}个，缺{'、'.join(absent)}" if absent else "全部报送"
    partly = [f"{entry.name}的{'、'.join(entry.withheld)}" for entry in figures.returns if entry.partly_used]
    received += f"；{'，'.join(partly)}未通过校验，未采用" if partly else ""
    projects = "、".join(project.name for project in figures.projects)
    return f"本报告包括{projects}{len(figures.projects)}个项目。本月{received}；{when}。"


def overall(figures: MonthlyReportFigures) -> str:
    """Return how all targets stand together, and which will be reached: what a reader of all projects asks first."""
    measured = [m for project in figures.projects for m in project.measurements if m.has_duty]
    known = {m.indicator: m for m in measured}
    pairs = [(known[o.indicator], o) for p in figures.projects for o in p.outlooks if o.indicator in known]
    said = f"{figures.whole}{sentences.lights_in_words(measured)}。" if measured else ""
    return said + (verdict(pairs, figures.period.closing_month) if pairs else "")


def _ordinal(place: int) -> str:
    """Return the number of a heading, from place 0: 一, 十, 十二, 二十一."""
    tens, ones = divmod(place + 1, 10)
    ten = f"{_DIGITS[tens - 1] if tens > 1 else ''}十" if tens else ""
    return ten + (_DIGITS[ones - 1] if ones else "")


def report_parts(dossier: Dossier) -> Piece:
    """Return the body: per project the five parts in order, filled from data and from the section's narratives."""
    figures = figures_of(dossier, MonthlyReportFigures)
    if not figures.projects:
        return Piece(callout(f"{figures.section_name}没有承担本方案的项目，没有内容可报。"))
    said: dict[tuple[str, str], int] = {}
    return Piece(
        [_project(figures, project, number, dossier.parts, said) for number, project in enumerate(figures.projects)]
    )


def signature_block(dossier: Dossier) -> Piece:
    """Return the list of annexes, who reports and when (署名、成文日期), and where the leader in charge signs."""
    figures = figures_of(dossier, MonthlyReportFigures)
    # The day on which the report is due, since the clock is no input of a report; the leader's own date stands beside
    # the signature.
    sender, day = _sender(dossier), numbers.day(figures.due)
    name_gap, day_gap = _gaps(_width(sender), _width(day))
    closing = [
        _annex_list(dossier),
        Element("p", sender, class_="sender", style=f"padding-right:{name_gap:g}em"),
        Element("p", day, class_="dated", style=f"padding-right:{day_gap:g}em"),
    ]
    if figures.leader is None:
        told = f"（本报告由{figures.section_name}汇总，各科室部分以分管领导签字的科室月报为准。）"
        return Piece(Element("div", closing, paragraph(told, class_="remark"), class_="closing"))
    blank = Element("span", _BLANK, class_="blank", id=SIGNATURE_PLACE)
    signing = Element(
        "div",
        paragraph("分管领导签字：", blank, f"（{figures.leader}）"),
        paragraph("签字日期：　　　　年　　月　　日"),
        class_="signature",
    )
    return Piece(Element("div", closing, signing, class_="closing"))


def annexes(dossier: Dossier) -> Piece:
    """Return the annexes: what areas wrote, the defaults of ours, and where every figure comes from."""
    pieces = [(title, body) for title, body in _annexes(dossier)]
    return Piece(
        [
            Element(
                "section",
                paragraph(f"附件{number}" if len(pieces) > 1 else "附件", class_="annex-mark"),
                Element("h2", title),
                body,
                class_="annex",
            )
            for number, (title, body) in enumerate(pieces, start=1)
        ]
    )


def _annexes(dossier: Dossier) -> list[tuple[str, Content]]:
    figures = figures_of(dossier, MonthlyReportFigures)
    # Who collects hands on counties that lag; what the others wrote stands in the annexes of the sections' reports.
    collected = figures.leader is None
    written = [each for project in figures.projects for each in _area_words(project, dossier.parts, lagging=collected)]
    title = "未达标、滞后地区填写的情况" if collected else "各地区填写的情况"
    found: list[tuple[str, Content]] = [(title, written)] * bool(written)
    # Defaults of ours are the bureau's own business: no annex of a report that leaves it.
    for piece in (sources(dossier),) if collected else (assumptions(dossier), sources(dossier)):
        for element in piece.elements:
            if isinstance(element, Element):
                heading, *body = element.children
                found.append((heading.text().strip() if isinstance(heading, Element) else heading, body))
    return found


def _annex_list(dossier: Dossier) -> Element:
    titles = [title for title, _ in _annexes(dossier)]
    lines = [Element("span", f"{number}.{title}", class_="annex-name") for number, title in enumerate(titles, start=1)]
    return paragraph("附件：", lines, class_="annex-list")


def _sender(dossier: Dossier) -> str:
    """Return who reports: a section in its own name; without a leader of its own to sign, the bureau."""
    figures = figures_of(dossier, MonthlyReportFigures)
    return figures.section_name if figures.leader else dossier.heading.issuer


def _before_notice(figures: MonthlyReportFigures) -> str:
    return "本月在方案印发之前，数据为补录。" if figures.before_notice else ""


def _width(text: str) -> float:
    """Return how many characters of the grid a text takes; digits and Latin letters take half of one."""
    return sum(1 if ord(character) >= _FIRST_WIDE else 0.5 for character in text)


def _gaps(name: float, day: float) -> tuple[float, float]:
    """Return the blanks right of 署名 and 成文日期, in characters.

    Notes
    -----
    Source: GB/T 9704-2012, 7.3.5.2: the name ends two characters from the right edge, and the date begins two
    characters right of the name's beginning; where that would bring it closer to the edge, the date ends there and the
    name moves.
    """
    if day + 2 <= name:
        return 2, name - day
    return day + 4 - name, 2


def _project(
    figures: MonthlyReportFigures,
    project: ProjectSummary,
    number: int,
    parts: Sequence[ReportPart],
    said: dict[tuple[str, str], int],
) -> Element:
    """Return a project's five parts; ``said`` holds what a section wrote before, and for which project."""
    own = figures.section_narratives.get(project.project, {})
    content: list[Element] = []
    for place, each in enumerate(parts):
        content.append(Element("h3", f"（{_ordinal(place)}）{each.title}"))
        if is_empty_part(figures, project, each):
            told = f"“{each.title}”没有内容：科室未填写。补齐后方可报送。"
            content.append(callout(told, kind="not-reported"))
            continue
        from_data = _from_data(project, each, figures)
        words = own.get(each.id, "")
        before = said.setdefault((each.id, words), number)
        if each.is_from_data:
            words = _not_said_yet(words, from_data)
        elif before != number:
            words = f"同第{_ordinal(before)}项。"
        content += [*from_data, *paragraphs(words)]
    return Element("section", Element("h2", f"{_ordinal(number)}、{project.name}"), content, class_="part")


_NUMBER = re.compile(r"\d[\d,，]*(?:\.\d+)?")

_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|底|初|末|份)?|\d{4}年")


def _not_said_yet(words: str, above: Sequence[Element]) -> str:
    """Leave out the sentences of a section whose every figure stands above already, in another spelling or not.

    A figure that differs from those above by more than its last decimal is another one, and stays.
    """
    known = [_plain(each) for each in _NUMBER.findall(_DATE.sub("", "".join(element.text() for element in above)))]
    kept = []
    for sentence in _SENTENCE.findall(words):
        figures = [_plain(each) for each in _NUMBER.findall(_DATE.sub("", sentence))]
        if not figures or not all(any(_same(figure, other) for other in known) for figure in figures):
            kept.append(sentence)
    return "".join(kept).strip()


_SENTENCE = re.compile(r"[^。\n]+[。\n]?|\n")


def _plain(number: str) -> Decimal:
    return Decimal(number.replace(",", "").replace("，", ""))


def _same(one: Decimal, other: Decimal) -> bool:
    """Whether two figures are one, the longer rounded to the decimals of the shorter."""
    places = min(max(-int(each.as_tuple().exponent), 0) for each in (one, other))
    return numbers.rounded(one, places) == numbers.rounded(other, places)


def _from_data(project: ProjectSummary, each: ReportPart, figures: MonthlyReportFigures) -> list[Element]:
    match each.role:
        case "progress":
            told = [f"{figures.whole}{sentences.standing(m)}" for m in project.measurements]
            words = words_told((row.name, m) for row in project.areas for m in row.measurements)
            from_areas = [*_beside_last_year(project), *_unfinished(project)]
            return [paragraph("".join(told))] * bool(told) + from_areas + [paragraph(words)] * bool(words)
        case "funds":
            # The sum first, with every stage and both rates; what sources say beside it is how it is made up.
            total = [use for use in project.funds if use.source == sentences.TOTAL]
            # By source it stands in the section's own report, which whoever collects need not say again.
            by_source = figures.leader is not None or not total
            parts = [use for use in project.funds if use.source != sentences.TOTAL and by_source]
            clauses = [f"{sentences.funds_in_full(use)}。" for use in total]
            clauses += [f"其中{'；'.join(sentences.funds(use) for use in parts)}。"] * bool(parts)
            return [paragraph("".join(clauses))] * bool(clauses)
        case _:
            return []


def _beside_last_year(project: ProjectSummary) -> list[Element]:
    told = comparison_sentences(project.measurements, project.compared, "year")
    return [paragraph(f"与上年同期相比：{told}。")] * bool(told)


def _unfinished(project: ProjectSummary) -> list[Element]:
    tones = (Tone.RED, Tone.YELLOW)
    told = [said for _, said in sentences.areas_by_lights(project.measurements, project.areas, tones)]
    absent = [f"{row.name}（{said}）" for row in project.areas if (said := unused(row))]
    if absent:
        told.append(f"没有可用数据的地区：{'、'.join(absent)}。")
    return [paragraph("".join(told))] if told else []


def _area_words(project: ProjectSummary, parts: Sequence[ReportPart], *, lagging: bool) -> list[Element]:
    """Return a project's parts in its areas' own words, for the parts that no figure can fill; or of those that lag."""
    rows = [row for row in project.areas if not lagging or _lags(row)]
    told: list[Element] = []
    for each in parts:
        texts = [] if each.is_from_data else _area_texts(project, rows, each)
        told += [Element("h3", f"{project.name}：{each.title}"), *texts] if texts else []
    return told


def _lags(row: AreaRow) -> bool:
    return any(measurement.light.tone in {Tone.RED, Tone.YELLOW} for measurement in row.measurements)


def _area_texts(project: ProjectSummary, rows: Sequence[AreaRow], each: ReportPart) -> list[Element]:
    """Return what areas wrote, what several wrote said once."""
    written = {row.name: one_line(project.narratives.get(row.area, {}).get(each.id, "")) for row in rows}
    told = sentences.said_once({name: text for name, text in written.items() if text})
    return [
        paragraph(Element("span", f"{number}.{'、'.join(names)}。", class_="third"), text)
        for number, (names, text) in enumerate(told, start=1)
    ]
