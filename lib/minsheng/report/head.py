"""What stands first on a page: title block, one sentence, and the sections that 全市 and a county show differently."""

from collections.abc import Sequence
from typing import assert_never

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import Measurement
from minsheng.domain.light import WORST_FIRST, Tone
from minsheng.domain.result import (
    BulletinFigures,
    Dossier,
    MonthlyReportFigures,
    ProjectFigures,
    RankingFigures,
    ResultTableFigures,
    ScoringFigures,
    SectionScoringFigures,
)
from minsheng.render.html.markup import Element, Piece, paragraph
from minsheng.report import sentences
from minsheng.report.areas import area_table
from minsheng.report.bulletin.who_reported import bulletin_summary
from minsheng.report.lights import figures_of, not_accepted
from minsheng.report.official import monthly_summary
from minsheng.report.ranking import group_points_table, ranking_summary, ranking_table
from minsheng.report.result_table import result_sentence
from minsheng.report.score import deductions_table, score_sentence, score_table, section_sentence


def title(dossier: Dossier) -> Piece:
    """Return the title block: issuer, name of the report, area, period, as of, plan, remark, data label."""
    heading = dossier.heading
    facts = [
        ("对象", heading.subject),
        ("报告期", heading.period_label),
        ("数据截至", heading.as_of_label),
        ("实施方案", heading.plan_title),
        *_responsible(dossier),
        ("说明", heading.remark),
    ]
    listed = [Element("div", Element("dt", name), Element("dd", value)) for name, value in facts if value]
    return Piece(
        Element(
            "div",  # among JupyterLab's cells a header would be a second banner of its page
            paragraph(heading.issuer, class_="issuer"),
            Element("h1", heading.title),
            Element("dl", listed, class_="facts"),
            paragraph(heading.data_label, class_="data-label") if heading.data_label else None,
            class_="title-block",
        )
    )


def _responsible(dossier: Dossier) -> list[tuple[str, str]]:
    """Return who answers for a project's page: each part under its own word."""
    if not isinstance(dossier.figures, ProjectFigures):
        return []
    told = dossier.heading.responsible.get(dossier.figures.project, "")
    return [(word, who) for word, _, who in (each.partition("：") for each in told.split("，")) if who]


def summary(dossier: Dossier) -> Piece:
    """Return what a reader who stops here must know, in one or two sentences."""
    match dossier.figures:
        case ProjectFigures() as figures:
            return Piece(not_accepted(figures) or paragraph(_project(figures), class_="summary"))
        case ScoringFigures() as figures:
            text = score_sentence(figures)
        case RankingFigures() as figures:
            text = ranking_summary(figures)
        case ResultTableFigures() as figures:
            text = result_sentence(figures)
        case SectionScoringFigures() as figures:
            text = section_sentence(figures)
        case MonthlyReportFigures() as figures:
            text = monthly_summary(figures)
        case BulletinFigures() as figures:
            text = bulletin_summary(figures)
        case _ as unknown:
            assert_never(unknown)
    return Piece(paragraph(text, class_="summary"))


def _project(figures: ProjectFigures) -> str:
    before = "（方案印发前补录数据）" if figures.before_notice else ""
    opening = f"{sentences.opening(figures)}{before}"
    partial = next((m for m in figures.measurements if m.missing_areas), None)
    if partial is not None and all(m.missing_areas for m in figures.measurements if m.has_duty):
        whole = f"{opening}“{partial.light.word}”：{sentences.coverage(partial)}"
        return f"{whole}。不计算{figures.whole}完成率，不作状态判定。{_money(figures)}"
    match [measurement for measurement in figures.measurements if measurement.has_duty]:
        case []:
            return f"{opening}在本项目没有量化指标。{_money(figures)}"
        case [single]:
            return f"{opening}{sentences.standing(single)}{_money(figures)}"
        case several:
            return f"{opening}{sentences.lights_in_words(several)}。{_worst(several)}{_money(figures)}"


def _worst(measurements: Sequence[Measurement]) -> str:
    """Name the indicator that most needs attention; nothing where all is well."""
    open_ones = [m for m in measurements if m.light.tone in {Tone.RED, Tone.YELLOW}]
    if not open_ones:
        return ""
    worst = min(open_ones, key=lambda m: (WORST_FIRST.index(m.light.tone), m.completion or 0))
    return f"最需关注的是：{sentences.progress(worst)}。"


def _money(figures: ProjectFigures) -> str:
    total = next((use for use in figures.funds if use.source == sentences.TOTAL), None)
    if total is None or figures.status != ReturnStatus.REPORTED:
        return ""
    return f"{sentences.funds(total)}。"


def areas(dossier: Dossier) -> Piece:
    """Return, for 全市, the areas side by side with their lights, now and by month; a county's page is about itself."""
    if not figures_of(dossier, ProjectFigures).areas:
        return Piece()
    from minsheng.report.heat import history_chart

    history = history_chart(figures_of(dossier, ProjectFigures))
    return _together(area_table(dossier), history)


def scores(dossier: Dossier) -> Piece:
    """Return a county's items and deductions, or the ranking for 全市."""
    from minsheng.report.trends import ranking_chart, score_chart

    if isinstance(figures_of(dossier, ScoringFigures, RankingFigures), RankingFigures):
        return _together(ranking_table(dossier), ranking_chart(dossier), group_points_table(dossier))
    return _together(score_table(dossier), score_chart(dossier), deductions_table(dossier))


def _together(*pieces: Piece) -> Piece:
    return Piece(*(element for piece in pieces for element in piece.elements))
