"""分析与提示: sentences that change with the figures; and the parts of a report (五个方面 in 2017) in areas' words."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from minsheng.domain.area import CITY
from minsheng.domain.delivery import NARRATIVE_RULE, Issue, ReturnStatus, Severity
from minsheng.domain.figure import ConditionState, FundUse, Measurement
from minsheng.domain.light import Tone
from minsheng.domain.result import Dossier, ProjectFigures
from minsheng.render.html.markup import Element, Piece, code, note, one_line, paragraph, paragraphs, part
from minsheng.report import sentences
from minsheng.report.lights import FINDING_TONES, FindingTone, figures_of, is_left_out, no_data, unused

_CONDITION_TONES: dict[str, FindingTone] = {
    "met": "good",
    "met_late": "watch",
    "not_met": "watch",
    "not_due": "plain",
    "unknown": "watch",
}


class Finding(NamedTuple):
    """One sentence and how it sounds."""

    tone: FindingTone
    text: str


def findings(dossier: Dossier) -> Piece:
    """Return what follows from the figures, the city's missing areas first."""
    figures = figures_of(dossier, ProjectFigures)
    listed = [
        *_missing_areas(figures),
        *(finding for measurement in _due(figures) for finding in _of_indicator(figures, measurement)),
        *(_of_condition(figures, state) for state in figures.duties),
        *_behind(figures),
        *_of_funds(figures),
        *_issues(figures.issues),
    ]
    if figures.status != ReturnStatus.REPORTED:
        listed = [Finding("bad", _without_data(figures)), *_issues(figures.issues)]
    if not listed:
        return part("分析与提示", no_data(figures) or paragraph("本项目没有可分析的数据。"))
    return part("分析与提示", Element("ul", [Element("li", f.text, class_=f.tone) for f in listed], class_="findings"))


def _due(figures: ProjectFigures) -> list[Measurement]:
    return [measurement for measurement in figures.measurements if measurement.has_duty]


def _without_data(figures: ProjectFigures) -> str:
    if figures.status == ReturnStatus.BLOCKED:
        return f"{figures.area_name}{figures.period.label}数据未通过校验，不能分析进度；请先改正阻断性问题并重新报送。"
    return f"{figures.area_name}{figures.period.label}未报送，不能分析进度；请尽快补报。"


def _of_indicator(figures: ProjectFigures, measurement: Measurement) -> Iterator[Finding]:
    tone = FINDING_TONES[measurement.light.tone]
    if measurement.missing_areas:
        yield Finding(tone, sentences.partial(measurement))
        return
    said = f"{figures.area_name}{sentences.standing(measurement)}"
    yield Finding(tone, said + sentences.remaining(measurement, figures.period))
    for state in measurement.conditions:
        yield _of_condition(figures, state)


def _missing_areas(figures: ProjectFigures) -> Iterator[Finding]:
    if figures.area != CITY:
        return
    absent = [row for row in figures.areas if row.status != ReturnStatus.REPORTED]
    if absent:
        named = "、".join(f"{row.name}（{unused(row)}）" for row in absent)
        yield Finding(
            "bad",
            f"{len(figures.areas)}个地区中{len(absent)}个没有可用数据：{named}。{figures.whole}数为其余地区合计，不计算完成率，不作状态判定。",
        )
    partly = [f"{row.name}（{said}）" for row in figures.areas if row not in absent and (said := unused(row))]
    if partly:
        lost = f"部分数据未采用：{'、'.join(partly)}"
        yield Finding("bad", f"{lost}。这些指标的{figures.whole}数为其余地区合计，不计算完成率。")


def _behind(figures: ProjectFigures) -> Iterator[Finding]:
    """Name the areas that are behind, by word; what the same areas are behind at is said together."""
    for tone, text in sentences.areas_by_lights(figures.measurements, figures.areas, (Tone.RED, Tone.YELLOW)):
        yield Finding(FINDING_TONES[tone], text)


def _of_funds(figures: ProjectFigures) -> Iterator[Finding]:
    """Say the total and its parts; a source that paid out more than it received gets a line of its own.

    Of 全市 only the latter: the first sentence and the table have said the rest.
    """
    parts = [use for use in figures.funds if use.source != sentences.TOTAL]
    exceeded = [use for use in parts if sentences.overpaid(use)]
    if not figures.areas:
        yield from (Finding(*_fund(use)) for use in figures.funds if use.source == sentences.TOTAL)
        if usual := [use for use in parts if use not in exceeded]:
            yield Finding("plain", f"{'；'.join(map(sentences.funds, usual))}。")
    yield from (Finding(*_fund(use)) for use in exceeded)


def _fund(use: FundUse) -> tuple[FindingTone, str]:
    return "watch" if sentences.overpaid(use) else "plain", f"{sentences.funds(use)}。"


def _issues(issues: tuple[Issue, ...]) -> Iterator[Finding]:
    blocking = sum(issue.blocks for issue in issues)
    if blocking:
        yield Finding("bad", f"有{blocking}个阻断性校验问题，有关数据未采用。")
    waiting = sum(issue.severity == Severity.WARNING and not issue.explanation for issue in issues)
    if waiting:
        yield Finding("watch", f"有{waiting}条校验提示尚未说明，请填报单位补充说明。")


def _of_condition(figures: ProjectFigures, state: ConditionState) -> Finding:
    overdue = state.due < (figures.as_of or figures.period.end)
    tone = "bad" if state.state == "not_met" and overdue else _CONDITION_TONES[state.state]
    return Finding(tone, sentences.condition(state))


def narrative_parts(dossier: Dossier) -> Piece:
    """Return what the area wrote, part by part; for 全市 what each area wrote."""
    figures = figures_of(dossier, ProjectFigures)
    if is_left_out(dossier, "narrative", figures.project):
        return Piece()
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
    differing = [issue for issue in figures.issues if issue.rule == NARRATIVE_RULE]
    if differing:
        content.append(Element("h3", "文字与表不一致之处"))
        content += [note(code(issue.place), " ", issue.message, "。") for issue in differing]
    return part("工作情况", content)


def _area_texts(
    narratives: Mapping[str, Mapping[str, str]], part_id: str, names: Mapping[str, str], *, alone: bool
) -> list[Element]:
    written = {area: text for area, parts in narratives.items() if (text := parts.get(part_id, "").strip())}
    if alone:
        return [line for text in written.values() for line in paragraphs(text)] or [paragraph("未填写。")]
    told = sentences.said_once({names.get(area, area): one_line(text) for area, text in written.items()})
    lines = [paragraph(f"{'、'.join(who)}：{text}") for who, text in told]
    silent = [names.get(area, area) for area in narratives if area not in written]
    if silent:
        lines.append(paragraph(f"未填写：{'、'.join(silent)}。"))
    return lines
