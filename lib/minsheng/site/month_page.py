"""The page of a month: who reported what when, how every area stands, the ranking, all reports."""

from collections.abc import Sequence

from minsheng.domain.area import CITY
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import ReturnNote
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import RankingFigures
from minsheng.render.formats import HTML
from minsheng.render.html.markup import Content, Element, Piece, joined, note, paragraph
from minsheng.render.html.numbers import day, fixed, rate, trimmed
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.bulletin.supervision import supervised
from minsheng.report.bulletin.who_reported import bulletin_summary
from minsheng.report.lights import standing_of
from minsheng.report.ranking import ranked_name, unreported
from minsheng.report.returns import arrival
from minsheng.site.parts import PeriodResults, back_to_first, header, matrix, reports, run_summary, section
from minsheng.workspace import Workspace


def month_page(workspace: Workspace, plan: Plan, period: Period, links: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return the page of a month; ``links``: file beside the page and words for it, of what was written before."""
    month = PeriodResults(workspace, plan, period)
    title = f"{period.label}{plan.programme}"
    bulletin = month.bulletin()
    body = Piece(
        header(plan, title, bulletin, back=back_to_first(plan)),
        paragraph(bulletin_summary(bulletin), class_="summary") if bulletin else None,
        _returns(month),
        section("重点督办", *supervised(bulletin, plan.reporting.parts)) if bulletin and bulletin.urgent else None,
        matrix(month),
        _ranking(month),
        reports(month, links),
        run_summary(month),
    )._repr_html_()
    return page(f"{plan.about.issuer} {title}", body, wide=True)


def _returns(month: PeriodResults) -> Element:
    bulletin = month.bulletin()
    if bulletin is None:
        return section("报送情况", paragraph("月通报未生成，报送情况见 minsheng status。"))
    rows: list[list[Content]] = [
        [
            entry.name,
            standing_of(entry),
            *arrival(entry),
            day(entry.as_of) if entry.as_of else None,
            _files(month, entry),
        ]
        for entry in sorted(bulletin.returns, key=_urgency)
    ]
    columns = [
        TableColumn("地区", kind="row"),
        TableColumn("报送情况", kind="text"),
        TableColumn("收到日期", kind="text"),
        TableColumn("是否按时", kind="text"),
        TableColumn("数据截至", kind="text"),
        TableColumn("回执和原件", kind="text"),
    ]
    remark = note("回执（表）是在报表原件上标出问题的副本；原件按收到时的样子保存，更正另存一版。")
    return section("报送情况", table(f"{month.period.label}各地报送情况", columns, rows), remark)


def _urgency(entry: ReturnNote) -> tuple[bool, bool, bool]:
    reported = entry.status == ReturnStatus.REPORTED
    return (entry.status != ReturnStatus.NOT_REPORTED, reported, not entry.late)


def _files(month: PeriodResults, entry: ReturnNote) -> Content:
    """Return links to the receipt, on the page and as the marked workbook, and to the file as delivered."""
    folder = month.workspace.outputs / str(month.period)
    places = [(f"receipts/{entry.area}.{kind}", word) for kind, word in (("html", "回执"), ("xlsx", "回执（表）"))]
    links = [Element("a", word, href=place) for place, word in places if (folder / place).is_file()]
    if entry.file:
        links.append(Element("a", "原件", href=f"../../data/{entry.file}"))
    return joined(links, " ") or None


def _ranking(month: PeriodResults) -> Element | None:
    if not month.plan.county_rubric.is_there:
        return None
    figures = month.figures(CITY, "scoring")
    if not isinstance(figures, RankingFigures):
        return section("得分", paragraph("得分未生成。"))
    rows: list[list[Content]] = [
        [
            str(row.rank or "—"),
            ranked_name(row),
            fixed(row.total, 2),
            trimmed(row.marks),
            rate(row.rate),
            Element("a", "得分表", href=f"{row.area}/scoring/{HTML}"),
        ]
        for row in figures.rows
    ]
    columns = [
        TableColumn("名次", kind="text"),
        TableColumn("县区", kind="row"),
        TableColumn("得分", "分"),
        TableColumn("已评满分", "分"),
        TableColumn("得分率", "%"),
        TableColumn("依据", kind="text"),
    ]
    said = ("暂定：未评、未到期的小项不计入。" if figures.provisional else "") + unreported(figures.rows)
    return section("得分", table("至本月的考评得分", columns, rows), note(said) if said else None)
