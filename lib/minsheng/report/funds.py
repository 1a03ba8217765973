"""资金 by source: what was arranged, issued (下达), received (到位) and paid out (拨付)."""

from collections.abc import Sequence
from decimal import Decimal

from minsheng.domain.figure import FundGap, FundUse
from minsheng.domain.result import BulletinFigures, Dossier, ProjectFigures
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import figures_of, is_left_out, no_data
from minsheng.report.sentences import TOTAL, some_of
from minsheng.report.sources import reference


def funds_table(dossier: Dossier) -> Piece:
    """Return the money by source in 万元, of the city's page by county too, and where most of it has stopped."""
    figures = figures_of(dossier, ProjectFigures)
    if is_left_out(dossier, "funds", figures.project):
        return Piece()
    if not figures.funds:
        why = no_data(figures) or paragraph(f"{figures.area_name}本项目没有资金数据。")
        return part("资金安排和使用", why)
    caption = f"{figures.area_name}本年累计资金情况"
    gap = [paragraph(stopped(figures.fund_gap, whose=bool(figures.area_funds)))] if figures.fund_gap else []
    by_area = _by_area(figures) if figures.area_funds else None
    by_indicator = _by_indicator(figures) if figures.indicator_funds else None
    tables = funds_by_source(caption, figures.funds, figures.whole)
    return part("资金安排和使用", no_data(figures), gap, tables, by_indicator, by_area)


def money_section(dossier: Dossier, most: int | None = None) -> Piece:
    """Return every project's money, by who pays where the plan adds up, and where most of it has stopped.

    ``most`` is how many projects there is room for; the others are counted, and stand in their own reports.
    """
    figures = figures_of(dossier, BulletinFigures)
    if figures.projects and all(is_left_out(dossier, "funds", project.project) for project in figures.projects):
        return Piece()
    lines = [(p.name, use) for p in figures.projects for use in p.funds if use.source == TOTAL]
    if not lines:
        return part("资金", paragraph("没有资金数据。"))
    rows = [_line(name, use, planned=True) for name, use in lines[:most]]
    total = [figures.funds_total] if figures.funds_total else []
    rows += [_line(use.label, use, planned=True) for use in (*figures.funds_by_level, *total)]
    columns = [TableColumn("项目", kind="row"), *(TableColumn(each.label) for each in _columns(planned=True))]
    said = paragraph(stopped(figures.fund_gap)) if figures.fund_gap else None
    lacking = some_of(list(dict.fromkeys(each for _, use in lines for each in use.absent)), 120 if most is None else 60)
    told = _rates_said(lines[0][1])
    left = len(lines[len(lines[:most]) :])
    told += f"本表之外还有{left}个项目，见{figures.whole}各项目报告的“资金安排和使用”。" if left else ""
    told += f"合计不含未报送或未采用的：{lacking}。" if lacking else ""
    shown = table(f"{figures.whole}本年累计资金（万元，率为%）", columns, rows, totals=len(total), style="ranking")
    return part("资金", said, shown, note(told))


def stopped(gap: FundGap, *, whose: bool = True) -> str:
    """Name the largest gap: 差额最大的是昭化区养老服务县级安排资金：下达60万元、到位30万元，30万元没有到位."""
    before, after = ("下达", "到位") if gap.stage == "received" else ("到位", "拨付")
    where = f"{gap.name}{gap.project}" if whose else ""
    label = f"{gap.label.removesuffix('资金')}资金"
    told = f"{before}{numbers.money(gap.before)}、{after}{numbers.money(gap.after) if gap.after else '为零'}"
    return f"差额最大的是{where}{label}：{told}，{numbers.money(gap.amount)}没有{after}。"


def _by_area(figures: ProjectFigures) -> list[Element]:
    columns = [TableColumn("地区", kind="row"), TableColumn("资金来源", kind="text"), *_columns(planned=False)]
    rows: list[list[Content]] = []
    for area in figures.area_funds:
        for number, use in enumerate(area.uses):
            name, *rest = _line(use.label, use, planned=False)
            rows.append([area.name if not number else "", name, *rest])
    return [table("各地区资金到位和拨付", columns, rows)]


def _by_indicator(figures: ProjectFigures) -> list[Element]:
    """Return the money that serves each indicator; what several share stands in full with each, and is said."""
    uses = figures.indicator_funds
    planned = any(use.planned is not None for use in uses)
    columns = [TableColumn("指标", kind="row"), *_columns(planned=planned)]
    rows = [_line(use.label, use, planned=planned) for use in uses]
    shared = [f"{use.label}：{'，'.join(use.serves)}" for use in uses if use.serves]
    remark = f"共用的资金在各指标下全额列出，不分摊，因此各行不能相加。{'；'.join(shared)}。" if shared else ""
    lacking = "、".join(dict.fromkeys(each for use in uses for each in use.absent))
    remark += f"不含未报送或未采用的：{lacking}。" if lacking else ""
    shown = table(f"{figures.area_name}各指标本年累计资金", columns, rows)
    return [shown, note(remark)] if remark else [shown]


def _columns(*, planned: bool) -> list[TableColumn]:
    stages = (["计划安排"] if planned else []) + ["累计下达", "累计到位", "累计拨付"]
    return [*(TableColumn(stage, "万元") for stage in stages), TableColumn("到位率", "%"), TableColumn("执行率", "%")]


def _line(name: str, use: FundUse, *, planned: bool) -> list[Content]:
    rates = (use.arrival, use.execution)
    return [
        name,
        *([_wan(use.planned)] if planned else []),
        *(_wan(amount) for amount in (use.allocated, use.received, use.disbursed)),
        *(None if rate is None else numbers.percent_number(rate) for rate in rates),
    ]


def _rates_said(use: FundUse) -> str:
    base = "累计到位" if use.base == "received" else "全年计划安排"
    return f"到位率为累计到位占累计下达的比重，执行率为累计拨付占{base}的比重；除数为零的不计算。"


def funds_by_source(caption: str, uses: Sequence[FundUse], whole: str) -> list[Element]:
    """Return the table and its remark; the plan's amounts only where the plan gives them."""
    planned = any(use.planned is not None for use in uses)
    shared = any(use.share is not None for use in uses)
    ordered = sorted(uses, key=lambda use: use.source == TOTAL)
    columns = [TableColumn("资金来源", kind="row"), *_columns(planned=planned)]
    columns += [TableColumn("占到位", "%")] if shared else []
    rows: list[list[Content]] = []
    for number, use in enumerate(ordered, start=1):
        name, *rest = _line(use.label, use, planned=planned)
        share = [None if use.share is None else numbers.percent_number(use.share)] if shared else []
        rows.append([[name, reference(number, "fund", use.source) if use.cells else None], *rest, *share])
    totals = sum(use.source == TOTAL for use in ordered)
    remark = _rates_said(ordered[0])
    # Not as a column: amounts would no longer fit into theirs.
    served = [f"{use.label}用于{'、'.join(use.serves)}" for use in ordered if use.serves]
    remark += f"{'；'.join(served)}。" if served else ""
    if not planned:
        remark += f"方案只列{whole}资金安排，没有分地区安排。"
    partial = next((use for use in uses if use.reported_areas != use.expected_areas), None)
    if partial is not None:
        remark += f"金额为已报送的{partial.reported_areas}/{partial.expected_areas}个地区合计，不计算到位率、执行率。"
    absent = next((use.absent for use in uses if use.source == TOTAL and use.absent), ())
    if absent:
        remark += f"合计不含未报送或未采用的：{'、'.join(absent)}；不计算到位率、执行率。"
    return [table(caption, columns, rows, totals=totals), note(remark)]


def _wan(yuan: Decimal | None) -> str | None:
    return None if yuan is None else numbers.wan(yuan)
