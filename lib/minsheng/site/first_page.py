"""The first page of the site: every month and assessment, and where the newest month stands; it computes no figure."""

from minsheng.agenda.attention import Matter, left_open, matters
from minsheng.agenda.status import MonthStatus, status_of
from minsheng.domain.area import CITY
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import ReturnNote
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.result import RankingFigures
from minsheng.errors import VersionError
from minsheng.files.writing import write_atomically
from minsheng.plan import load_plan
from minsheng.privacy.gate import check_privacy
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph
from minsheng.render.html.numbers import day
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.bulletin.supervision import supervised
from minsheng.report.bulletin.who_reported import bulletin_summary
from minsheng.report.heat import heat_figure
from minsheng.report.trends import rank_chart
from minsheng.runs.graph import period_tasks
from minsheng.site.parts import PeriodResults, header, is_published, matrix, section
from minsheng.site.workbooks import PROGRESS
from minsheng.workspace import Workspace

HANDBOOK = "handbook/index.html"
"""The handbook's page of contents under ``outputs/``, where ``minsheng handbook`` has written it."""


def write_first_page(workspace: Workspace, plan: Plan, now: Period) -> None:
    """Write the first page; see :func:`first_page`."""
    write_atomically(workspace.outputs / "index.html", first_page(workspace, plan, now))


def first_page(workspace: Workspace, plan: Plan, now: Period) -> bytes:
    """Return the page that lists every month and every assessment.

    Parameters
    ----------
    plan
        The plan of the year that is worked on.
    now
        The period that is worked on: it is listed although its page may not be there yet.
    """
    periods = sorted({now, *_made_periods(workspace)})
    months = [PeriodResults(workspace, plan, period) for period in periods if period.kind == PeriodKind.MONTH]
    assessed = [PeriodResults(workspace, plan, period) for period in periods if period.kind != PeriodKind.MONTH]
    newest = _newest(months)
    bulletin = newest.bulletin() if newest else None
    later = [month for month in months if newest is not None and month.period > newest.period]
    title = workspace.settings.site_title
    body = Piece(
        header(plan, title, bulletin),
        paragraph(bulletin_summary(bulletin), class_="summary") if bulletin else None,
        [paragraph(_waiting(workspace, month), class_="summary") for month in later],
        section("进展一览", heat_figure(bulletin)) if bulletin and bulletin.projects else None,
        section("重点督办", *supervised(bulletin)) if bulletin and bulletin.urgent else None,
        _attention(newest, later) if newest else None,
        _months(months) if months else paragraph("还没有生成过报告。"),
        _assessments(assessed) if assessed else None,
        _ranks(months, newest) if newest else None,
        matrix(newest, f"{newest.period}/") if newest else None,
        _where(workspace, plan),
    )
    content = page(title, body._repr_html_(), wide=True)
    check_privacy({"index.html": content})
    return content


def refresh_first_page(workspace: Workspace, plan: Plan) -> None:
    """Write the first page again after something but a run has changed; not before there is one."""
    made = _made_periods(workspace)
    if made and (workspace.outputs / "index.html").is_file():
        newest = max(made)
        own = plan if newest.year == plan.about.year else load_plan(workspace.params, newest.year)
        write_first_page(workspace, own, newest)


def _made_periods(workspace: Workspace) -> set[Period]:
    return {Period(path.parent.name) for path in workspace.outputs.glob("[0-9]*/index.html")}


def _newest(months: list[PeriodResults]) -> PeriodResults | None:
    """Return the newest month of which anything is used; a month that nobody has reported yet takes no page."""
    readable = [month for month in reversed(months) if _is_readable(month)]
    return next((month for month in readable if _has_data(month)), readable[0] if readable else None)


def _has_data(month: PeriodResults) -> bool:
    bulletin = month.bulletin()
    return bulletin is not None and any(entry.status == ReturnStatus.REPORTED for entry in bulletin.returns)


def _waiting(workspace: Workspace, month: PeriodResults) -> str:
    """Say of a month without data who has not reported, and until when they may."""
    rows = status_of(workspace, month.plan, month.period).rows
    words: dict[str, list[str]] = {}
    for row in rows:
        words.setdefault(row.word, []).append(row.name)
    told = "，".join(f"{word}{len(names)}个（{'、'.join(names)}）" for word, names in words.items())
    return f"{month.period.label}还没有可用数据，以上为此前最近一个月的情况。{month.period.label}：{told}。"


def _ranks(months: list[PeriodResults], newest: PeriodResults) -> Element | None:
    """Return how ranks have moved over the months of the newest one's year."""
    found = [
        month.figures(CITY, "scoring")
        for month in months
        if month.period.year == newest.period.year and _is_readable(month)
    ]
    chart = rank_chart([figures for figures in found if isinstance(figures, RankingFigures)])
    return section("名次变化", chart) if chart is not None else None


_WITHOUT_DATA = frozenset({"not_reported", "unchecked", "blocked"})
"""Of a month without data nothing else can be done yet, and what failed there failed for that."""


def _attention(newest: PeriodResults, later: list[PeriodResults]) -> Element:
    """Return what ``minsheng status`` lists first and somebody must do; what is well is not listed."""
    rows: list[list[Content]] = []
    for month in [newest, *later]:
        status = status_of(month.workspace, month.plan, month.period)
        open_ones = [each for each in matters(status) if each.items and each.remedy]
        if month is not newest:
            open_ones = [each for each in open_ones if each.kind in _WITHOUT_DATA]
        last = later[-1] if later else newest
        open_ones += [each for each in matters(status) if each.kind == "due_next" and month is last]
        rows += [
            [
                month.period.label if each.kind != "due_next" else None,
                each.word,
                str(len(each.items)) if each.kind != "due_next" else None,
                _items(status, each),
            ]
            for each in open_ones
            if each.items
        ]
    rows += [
        [period.label, each.word, str(len(each.items)), _items(None, each)]
        for period, left in left_open(newest.workspace, newest.plan, newest.period)
        for each in left
    ]
    if not rows:
        return section("办理情况", paragraph("没有需要办理的事项。"))
    columns = [
        TableColumn("月份", kind="text"),
        TableColumn("事项", kind="row"),
        TableColumn("数量"),
        TableColumn("内容和办法", kind="long"),
    ]
    remark = note("以各月科室月报的报送期限为准；其他日子：minsheng status 月份 --as-of 日期。未报送的含科室。")
    return section("办理情况", table("需要办理的事项", columns, rows, style="issues"), remark)


def _items(status: MonthStatus | None, matter: Matter) -> list[Content]:
    """Return what a matter concerns and, on a line of its own, what to do."""
    said: list[Content] = ["、".join(matter.items)]
    if matter.kind == "due_next" and status and status.next_due and status.next_due.reminders:
        said += ["　", Element("a", "催报名单", href=f"{status.next_due.period}/{status.next_due.reminders.name}")]
    return [*said, Element("br"), f"办法：{matter.remedy}"] if matter.remedy else said


def _months(months: list[PeriodResults]) -> Element:
    columns = [
        TableColumn("月份", kind="row"),
        TableColumn("数据截至", kind="text"),
        TableColumn("未报送", kind="text"),
        TableColumn("迟报", kind="text"),
        TableColumn("月通报", kind="text"),
        TableColumn("完成情况表", kind="text"),
        TableColumn("已生成报告", "份"),
    ]
    return section(
        "各月报告", table("各月报送和报告（新的在前）", columns, [_month(month) for month in reversed(months)])
    )


def _is_readable(month: PeriodResults) -> bool:
    """Whether this version of the product made a month; one before an upgrade must not keep the others from a page."""
    try:
        month.bulletin()
    except VersionError:
        return False
    return True


def _month(month: PeriodResults) -> list[Content]:
    try:
        bulletin = month.bulletin()
    except VersionError:
        told = f"由另一版本生成，请重做：minsheng run {month.period}"
        return [Element("a", month.period.label, href=f"{month.period}/index.html"), told, *[None] * 4, _made(month)]
    notes = bulletin.returns if bulletin else ()
    annex = month.workspace.outputs / str(month.period) / PROGRESS
    return [
        Element("a", month.period.label, href=f"{month.period}/index.html"),
        day(bulletin.as_of) if bulletin and bulletin.as_of else None,
        _named([entry for entry in notes if entry.status == "not_reported"]) if bulletin else None,
        _named([entry for entry in notes if entry.late]) if bulletin else None,
        month.links(CITY, "bulletin", f"{month.period}/"),
        Element("a", "Excel", href=f"{month.period}/{PROGRESS}") if annex.is_file() else None,
        _made(month),
    ]


def _named(entries: list[ReturnNote]) -> str:
    return "、".join(entry.name for entry in entries) or "无"


def _assessments(assessed: list[PeriodResults]) -> Element:
    ranks = any(each.plan.county_rubric.is_there for each in assessed)
    table_column = [TableColumn("考评结果表", kind="text")] if ranks else []
    columns = [TableColumn("考评期", kind="row"), *table_column, TableColumn("已生成报告", "份")]
    rows: list[list[Content]] = [
        [
            Element("a", each.period.label, href=f"{each.period}/index.html"),
            *([each.links(CITY, "result_table", f"{each.period}/")] if ranks else []),
            _made(each),
        ]
        for each in reversed(assessed)
    ]
    return section("考评", table("半年和年度考评", columns, rows))


def _made(period: PeriodResults) -> str:
    tasks = period_tasks(period.plan, period.period)
    return f"{sum(is_published(period.workspace, task) for task in tasks)}/{len(tasks)}"


def _where(workspace: Workspace, plan: Plan) -> Element:
    scored = "考评得分，" if plan.county_rubric.is_there else ""
    lines: list[Content] = [
        f"月份页：谁未报送、谁迟报，各地回执，各项目状态，{scored}全部报告。",
        "报告：每个数字旁的圆圈数字指向算式，算式写明所取的文件、工作表和单元格；文件名可点开报表原件。",
        "PDF与网页内容相同，可存档；附件中有机器可读的结果。",
    ]
    if (workspace.outputs / HANDBOOK).is_file():
        lines.append([Element("a", "手册", href=HANDBOOK), "：填报、办理、方案编写、归档与核验、运行维护。"])
    remark = note("状态由方案规定的标准判定，以文字、图形和颜色同时表示。")
    return section("怎样使用", Element("ul", [Element("li", line) for line in lines]), remark)
