"""Who has not reported comes first, then what is not used, who was late, how all stand, and what changed."""

from collections.abc import Iterator
from typing import NamedTuple

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import AreaRow, Measurement, ReturnNote
from minsheng.domain.light import WORST_FIRST, Tone
from minsheng.domain.result import BulletinFigures, Dossier, ProjectSummary
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, callout, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.report import sentences
from minsheng.report.areas import matrix
from minsheng.report.bulletin.supervision import supervision_sentence
from minsheng.report.lights import FINDING_TONES, STATUS_WORDS, figures_of
from minsheng.report.returns import arrival, punctuality


class Standing(NamedTuple):
    """One indicator of one area, with where it belongs."""

    project: ProjectSummary
    row: AreaRow
    measurement: Measurement


def who_is_missing(dossier: Dossier) -> Piece:
    """Return who has not reported and whose data was blocked."""
    figures = figures_of(dossier, BulletinFigures)
    told = _who_is_missing(figures)
    return part("未报送和未采用", told or paragraph(f"{len(figures.returns)}个地区全部报送，数据全部采用。"))


def _who_is_missing(figures: BulletinFigures) -> list[Element]:
    return [callout(said, kind=kind) for kind, said in _missing_words(figures)]


def _missing_words(figures: BulletinFigures) -> Iterator[tuple[str, str]]:
    absent, blocked = _missing(figures), _blocked(figures)
    if absent:
        names = sentences.some_of([entry.name for entry in absent])
        yield "not-reported", f"未报送（{len(absent)}个）：{names}。未报送不等于零，{figures.whole}数不含这些单位。"
    if blocked:
        names = sentences.some_of([_lost(entry) for entry in blocked])
        yield "blocked", f"数据未通过校验，未采用，须改正后重新报送：{names}。"


def reporting(dossier: Dossier) -> Piece:
    """Return who has not reported, what is not used, and who was late by how much, in a few lines."""
    figures = figures_of(dossier, BulletinFigures)
    late = [f"{entry.name}（{punctuality(entry)}）" for entry in figures.returns if entry.late]
    told = _who_is_missing(figures)
    told += [paragraph(f"迟报：{sentences.some_of(late, 80)}。")] * bool(late and not figures.before_notice)
    told += [paragraph("本月在方案印发之前，数据为补录，不计迟报。")] * figures.before_notice
    # Where all is in, the first sentence has said so.
    return part("报送情况", told) if told else Piece()


def late_list(dossier: Dossier) -> Piece:
    """Return who reported late, and by how much."""
    figures = figures_of(dossier, BulletinFigures)
    if figures.before_notice:
        return part("迟报", paragraph("本月在方案印发之前，数据为补录，不计迟报。"))
    late = [entry for entry in figures.returns if entry.late]
    if not late:
        return part("迟报", paragraph("已报送的单位均按时报送。"))
    columns = [
        TableColumn("单位", kind="row"),
        TableColumn("期限", kind="text"),
        TableColumn("收到日期", kind="text"),
        TableColumn("迟报情况", kind="text"),
    ]
    rows: list[list[Content]] = [
        [
            entry.name,
            numbers.day(entry.due) if entry.due else None,
            *arrival(entry),
        ]
        for entry in late
    ]
    return part("迟报", table(f"{figures.period.label}迟报单位", columns, rows))


def progress_matrix(dossier: Dossier) -> Piece:
    """Return all areas and indicators as lights."""
    figures = figures_of(dossier, BulletinFigures)
    indicators = [measurement for project in figures.projects for measurement in project.measurements]
    if not indicators:
        return part("进展一览", paragraph("本月没有可通报的指标。"))
    caption = f"{figures.period.label}进展一览"
    return part("进展一览", matrix(caption, indicators, _merged(figures), indicators, figures.whole))


def changes(dossier: Dossier) -> Piece:
    """Return the lights that differ from last month's."""
    figures = figures_of(dossier, BulletinFigures)
    title = "与上月相比"
    if not figures.previous_lights:
        return part(title, paragraph("没有上月状态可比。"))
    changed = [
        (standing, before)
        for standing in _standings(figures)
        if (before := figures.previous_lights.get(f"{standing.row.area}/{standing.measurement.indicator}"))
        and before != standing.measurement.light.word
        and standing.measurement.status == ReturnStatus.REPORTED
    ]
    unknown = [
        Element("li", f"{entry.name}本月没有可用数据（{STATUS_WORDS[entry.status]}），不作比较。", class_="bad")
        for entry in figures.returns
        if entry.status != ReturnStatus.REPORTED
    ]
    if not changed and not unknown:
        return part(title, paragraph("各地区各指标的状态均与上月相同。"))
    changed.sort(key=lambda change: WORST_FIRST.index(change[0].measurement.light.tone))
    same: dict[tuple[str, str, str, Tone], list[str]] = {}
    for standing, before in changed:
        light = standing.measurement.light
        same.setdefault((standing.measurement.brief, before, light.word, light.tone), []).append(standing.row.name)
    lines = [
        Element("li", f"{brief}由“{before}”变为“{word}”：{'、'.join(names)}。", class_=FINDING_TONES[tone])
        for (brief, before, word, tone), names in same.items()
    ]
    return part(title, Element("ul", unknown, lines, class_="findings"))


def bulletin_summary(figures: BulletinFigures) -> str:
    """Return the bulletin's first sentence: reporting first, then red items."""
    absent, blocked = _missing(figures), _blocked(figures)
    said = f"{figures.period.label}应报{len(figures.returns)}个地区，已报{len(figures.returns) - len(absent)}个"
    if absent:
        said += f"，未报送{len(absent)}个（{sentences.some_of([entry.name for entry in absent], 80)}）"
    late = sum(entry.late for entry in figures.returns)
    said += f"，迟报{late}个" if late else "，均按时" if not absent and not figures.before_notice else ""
    said += f"，数据未通过校验{len(blocked)}个" if blocked else ""
    total = f"全部项目{sentences.funds(figures.funds_total)}（共用的来源只计一次）。" if figures.funds_total else ""
    return f"{said}。{supervision_sentence(figures)}{total}"


def _missing(figures: BulletinFigures) -> list[ReturnNote]:
    return [entry for entry in figures.returns if entry.status == ReturnStatus.NOT_REPORTED]


def _blocked(figures: BulletinFigures) -> list[ReturnNote]:
    """Return those of whose data nothing is used, or not all of it."""
    return [entry for entry in figures.returns if entry.status == ReturnStatus.BLOCKED or entry.partly_used]


def _lost(entry: ReturnNote) -> str:
    which = "全部项目" if entry.status == ReturnStatus.BLOCKED else "、".join(entry.withheld)
    return f"{entry.name}（{which}）"


def _standings(figures: BulletinFigures) -> Iterator[Standing]:
    for project in figures.projects:
        for row in project.areas:
            for measurement in row.measurements:
                yield Standing(project, row, measurement)


def _merged(figures: BulletinFigures) -> list[AreaRow]:
    """Put the areas of all projects together, in the order of the returns, which is the plan's."""
    merged: dict[str, AreaRow] = {}
    for project in figures.projects:
        for row in project.areas:
            known = merged.get(row.area)
            together = (*known.measurements, *row.measurements) if known else row.measurements
            merged[row.area] = row.model_copy(update={"measurements": together})
    order = {entry.area: number for number, entry in enumerate(figures.returns)}
    return sorted(merged.values(), key=lambda row: order.get(row.area, len(order)))
