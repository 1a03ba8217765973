"""Charts that answer, for JupyterLab: ``from minsheng.notebook import charts``. Keeps its scripts.

Writes ``outputs/.tables/`` alone.
"""

from minsheng.notebook.charts.answering import against_peers, funds_by_source, heat_map, ranking_over_time, trends

__all__ = ["against_peers", "funds_by_source", "heat_map", "ranking_over_time", "trends"]
