"""From a dossier to what people read: each function returns one piece of a page that a notebook displays.

Pieces never read files, never print and compute no figure: what they show stands in ``dossier.figures``.
"""

from minsheng.render.html.markup import Piece
from minsheng.report.areas import area_table, heat_table
from minsheng.report.bulletin.two_pages import heat_chart, money, prospects, ranking_line, red_items
from minsheng.report.bulletin.who_reported import changes, late_list, progress_matrix, reporting, who_is_missing
from minsheng.report.charts import area_chart, funds_chart, progress_chart
from minsheng.report.findings import findings, narrative_parts
from minsheng.report.funds import funds_table
from minsheng.report.head import areas, scores, summary, title
from minsheng.report.official import annexes, official_head, report_parts, signature_block
from minsheng.report.progress import duties, key_figures_table, progress_table
from minsheng.report.ranking import group_points_table, ranking_table
from minsheng.report.result_table import city_standing, evidence_index, item_points, result_signatures, result_table
from minsheng.report.returns import checks, evidence_list, issues_table
from minsheng.report.score import deductions_table, score_summary, score_table, section_table
from minsheng.report.sources import assumptions, sources
from minsheng.report.trends import ranking_chart, score_chart, trend_chart

__all__ = [
    "Piece",
    "annexes",
    "area_chart",
    "area_table",
    "areas",
    "assumptions",
    "changes",
    "checks",
    "city_standing",
    "deductions_table",
    "duties",
    "evidence_index",
    "evidence_list",
    "findings",
    "funds_chart",
    "funds_table",
    "group_points_table",
    "heat_chart",
    "heat_table",
    "issues_table",
    "item_points",
    "key_figures_table",
    "late_list",
    "money",
    "narrative_parts",
    "official_head",
    "progress_chart",
    "progress_matrix",
    "progress_table",
    "prospects",
    "ranking_chart",
    "ranking_line",
    "ranking_table",
    "red_items",
    "report_parts",
    "reporting",
    "result_signatures",
    "result_table",
    "score_chart",
    "score_summary",
    "score_table",
    "scores",
    "section_table",
    "signature_block",
    "sources",
    "summary",
    "title",
    "trend_chart",
    "who_is_missing",
]
