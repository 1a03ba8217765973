"""资金 by source: what was arranged, issued (下达), received (到位) and paid out (拨付)."""

from collections.abc import Sequence
from decimal import Decimal

from minsheng.domain.result import Dossier, FundUse, ProjectFigures
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import figures_of, no_data
from minsheng.report.sentences import TOTAL
from minsheng.report.sources import reference


def funds_table(dossier: Dossier) -> Piece:
    """Return the money by source in 万元, with execution (拨付 ÷ 到位)."""
    figures = figures_of(dossier, ProjectFigures)
    if not figures.funds:
        why = no_data(figures) or paragraph(f"{figures.area_name}本项目没有资金数据。")
        return part("资金安排和使用", why)
    caption = f"{figures.area_name}本年累计资金情况"
    return part("资金安排和使用", no_data(figures), funds_by_source(caption, figures.funds, figures.whole))


def funds_by_source(caption: str, uses: Sequence[FundUse], whole: str) -> list[Element]:
    """Return the table and its remark; the plan's amounts only where the plan gives them."""
    planned = any(use.planned is not None for use in uses)
    ordered = sorted(uses, key=lambda use: use.source == TOTAL)
    columns = [
        TableColumn("资金来源", kind="row"),
        *([TableColumn("计划安排", "万元")] if planned else []),
        TableColumn("累计下达", "万元"),
        TableColumn("累计到位", "万元"),
        TableColumn("累计拨付", "万元"),
        TableColumn("执行率", "%"),
    ]
    rows: list[list[Content]] = [
        [
            [use.label, reference(number, "fund", use.source) if use.cells else None],
            *([_wan(use.planned)] if planned else []),
            _wan(use.allocated),
            _wan(use.received),
            _wan(use.disbursed),
            None if use.execution is None else numbers.percent_number(use.execution),
        ]
        for number, use in enumerate(ordered, start=1)
    ]
    totals = sum(use.source == TOTAL for use in ordered)
    remark = "执行率为累计拨付占累计到位的比重；没有资金到位的不计算。"
    if not planned:
        remark += f"方案只列{whole}资金安排，没有分地区安排。"
    partial = next((use for use in uses if use.reported_areas != use.expected_areas), None)
    if partial is not None:
        remark += f"金额为已报送的{partial.reported_areas}/{partial.expected_areas}个地区合计，不计算执行率。"
    absent = next((use.absent for use in uses if use.source == TOTAL and use.absent), ())
    if absent:
        remark += f"合计不含未报送的：{'、'.join(absent)}；不计算执行率。"
    return [table(caption, columns, rows, totals=totals), note(remark)]


def _wan(yuan: Decimal | None) -> str | None:
    return None if yuan is None else numbers.wan(yuan)
