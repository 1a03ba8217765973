"""Sections that one notebook shows for 全市 and for a county, with what belongs to each."""

from minsheng.domain.result import Dossier, ProjectFigures, RankingFigures, ScoringFigures
from minsheng.report.areas import area_table, heat_table
from minsheng.report.kinds import figures_of
from minsheng.report.markup import Piece
from minsheng.report.ranking import group_points_table, ranking_table
from minsheng.report.scoring import deductions_table, score_table


def areas(dossier: Dossier) -> Piece:
    """Return, for 全市, the areas side by side as figures, lights and bars; a county's page is about itself alone."""
    from minsheng.report.charts import area_chart

    if not figures_of(dossier, ProjectFigures).areas:
        return Piece()
    return _together(area_table(dossier), heat_table(dossier), area_chart(dossier))


def scores(dossier: Dossier) -> Piece:
    """Return a county's items and deductions, or the ranking for 全市."""
    from minsheng.report.score_charts import ranking_chart, score_chart

    if isinstance(figures_of(dossier, ScoringFigures, RankingFigures), RankingFigures):
        return _together(ranking_table(dossier), ranking_chart(dossier), group_points_table(dossier))
    return _together(score_table(dossier), score_chart(dossier), deductions_table(dossier))


def _together(*pieces: Piece) -> Piece:
    return Piece(*(element for piece in pieces for element in piece.elements))
