"""The site: static pages that open from a folder. It shows sealed results and links; it computes no figure."""

from dataclasses import dataclass
from pathlib import Path

from minsheng.domain.area import CITY
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.names import notebook_names
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import (
    BulletinFigures,
    Figures,
    Measurement,
    ProjectFigures,
    RankingFigures,
    Result,
    ReturnNote,
)
from minsheng.files.writing import write_atomically
from minsheng.files.written import read_result
from minsheng.privacy.gate import check_privacy
from minsheng.render.html.markup import Content, Element, Piece, joined, note, paragraph
from minsheng.render.html.numbers import day, fixed
from minsheng.render.html.page import page
from minsheng.render.html.tables import Column, table
from minsheng.report.bulletin import bulletin_summary
from minsheng.report.lights import STATUS_WORDS, light_badge
from minsheng.report.ranking import ranked_name, unreported
from minsheng.report.returns import punctuality
from minsheng.runs.graph import UnitSpec, period_units
from minsheng.workspace import Workspace

_REPORTS = (("report.html", "网页"), ("report.pdf", "PDF"), ("report.docx", "Word"))


@dataclass(frozen=True)
class Sealed:
    """The sealed results of one period."""

    workspace: Workspace
    plan: Plan
    period: Period

    def result(self, subject: str, notebook: str) -> Result | None:
        """Return what a notebook sealed, with what it was made from."""
        path = self.workspace.unit(self.period, subject, notebook) / "result.json"
        return read_result(path, self.period) if path.is_file() else None

    def figures(self, subject: str, notebook: str) -> Figures | None:
        """Return the figures that a notebook sealed."""
        result = self.result(subject, notebook)
        return result.figures if result else None

    def bulletin(self) -> BulletinFigures | None:
        """Return what the month's bulletin sealed."""
        figures = self.figures(CITY, "bulletin")
        return figures if isinstance(figures, BulletinFigures) else None

    def links(self, subject: str, notebook: str, at: str = "") -> list[Content]:
        """Return links to a unit's reports, ``at`` being the period's folder; a failed or missing one says so."""
        folder = self.workspace.unit(self.period, subject, notebook)
        found = [
            Element("a", word, href=f"{at}{subject}/{notebook}/{name}")
            for name, word in _REPORTS
            if (folder / name).is_file()
        ]
        if found:
            return joined(found, " ")
        failed = self.workspace.failed(self.period, subject, notebook)
        traceback = failed / "traceback.txt"
        if traceback.is_file():
            said = traceback.read_text(encoding="utf-8").partition("（")[0]
            return [Element("a", said, href=f"{at}failed/{subject}/{notebook}/traceback.txt")]
        return ["未生成"]


def month_page(workspace: Workspace, plan: Plan, period: Period) -> bytes:
    """Return the page of a month.

    Parameters
    ----------
    workspace
        Where results lie.
    plan
        The plan of the period's year.
    period
        A month.
    """
    month = Sealed(workspace, plan, period)
    title = f"{period.label}民生工程及民生实事"
    bulletin = month.bulletin()
    body = Piece(
        header(plan, title, bulletin, back=("各月和各次考评目录", "../index.html")),
        paragraph(bulletin_summary(bulletin), class_="summary") if bulletin else None,
        _returns(month),
        matrix(month),
        _ranking(month),
        reports(month),
        run_summary(month),
    )._repr_html_()
    content = page(f"{plan.about.issuer} {title}", body, wide=True)
    check_privacy({f"{period}/index.html": content})
    return content


def header(plan: Plan, title: str, about: Figures | None, *, back: tuple[str, str] | None = None) -> Element:
    """Return the title block of a page: issuer, title, what the figures are as of, and the way back."""
    facts = [("实施方案", plan.about.title)]
    if about is not None:
        as_of = [("数据截至", day(about.as_of))] if about.as_of else []
        facts = [("报告期", about.period.label), *as_of, *facts]
    listed: list[Content] = [Element("div", Element("dt", name), Element("dd", value)) for name, value in facts]
    if back is not None:
        link = Element("a", back[0], href=back[1])
        listed.append(Element("div", Element("dt", "返回"), Element("dd", link)))
    label = Element("p", about.data_label, class_="data-label") if about is not None and about.data_label else None
    issuer = Element("p", plan.about.issuer, class_="issuer")
    return Element(
        "header", issuer, Element("h1", title), Element("dl", listed, class_="facts"), label, class_="title-block"
    )


def section(title: str, *content: Content) -> Element:
    """Return a section of a page under its heading."""
    return Element("section", Element("h2", title), *content, class_="part")


def _returns(month: Sealed) -> Element:
    bulletin = month.bulletin()
    if bulletin is None:
        return section("报送情况", paragraph("月通报未生成，报送情况见 minsheng status。"))
    rows: list[list[Content]] = [
        [
            entry.name,
            STATUS_WORDS[entry.status],
            day(entry.received_on) if entry.received_on else None,
            punctuality(entry) if entry.received_on else None,
            day(entry.as_of) if entry.as_of else None,
            _files(month, entry),
        ]
        for entry in sorted(bulletin.returns, key=_urgency)
    ]
    columns = [
        Column("地区", kind="row"),
        Column("报送情况", kind="text"),
        Column("收到日期", kind="text"),
        Column("是否按时", kind="text"),
        Column("数据截至", kind="text"),
        Column("回执和原件", kind="text"),
    ]
    remark = note("回执（表）是在报表原件上标出问题的副本；原件按收到时的样子保存，更正另存一版。")
    return section("报送情况", table(f"{month.period.label}各地报送情况", columns, rows), remark)


def _urgency(entry: ReturnNote) -> tuple[bool, bool, bool]:
    reported = entry.status == ReturnStatus.REPORTED
    return (entry.status != ReturnStatus.NOT_REPORTED, reported, not entry.late)


def _files(month: Sealed, entry: ReturnNote) -> Content:
    """Return links to the receipt, on the page and as the marked workbook, and to the file as delivered."""
    folder = month.workspace.outputs / str(month.period)
    places = [(f"receipts/{entry.area}.{kind}", word) for kind, word in (("html", "回执"), ("xlsx", "回执（表）"))]
    links = [Element("a", word, href=place) for place, word in places if (folder / place).is_file()]
    if entry.file:
        links.append(Element("a", "原件", href=f"../../data/{entry.file}"))
    return joined(links, " ") or None


def matrix(month: Sealed, at: str = "") -> Element:
    """Return areas × projects as lights, each the way to its report; ``at`` is where the month's reports lie."""
    projects = [(p, month.figures(CITY, p.id)) for p in month.plan.projects_at(month.period)]
    known = [(p, figures) for p, figures in projects if isinstance(figures, ProjectFigures)]
    indicators = [(p, m) for p, figures in known for m in figures.measurements]
    columns = [Column("地区", kind="row"), *(Column(m.brief, kind="light") for _, m in indicators)]
    groups = [(p.short_name, len(figures.measurements)) for p, figures in known]
    rows: list[list[Content]] = []
    for area in (area for area in month.plan.areas if area.is_there(month.period)):
        cells: list[Content] = [area.name]
        for project, figures in known:
            above = figures if area.parent is None else month.figures(area.parent, project.id)
            side_by_side = above.areas if isinstance(above, ProjectFigures) else ()
            row = next((row for row in side_by_side if row.area == area.id), None)
            shown = {m.indicator: m for m in row.measurements} if row else {}
            for indicator in figures.measurements:
                found = shown.get(indicator.indicator)
                linked = f"{at}{area.id}/{project.id}/report.html"
                cells.append(_light(found, linked) if found and found.has_duty else None)
        rows.append(cells)
    rows.append(["全市", *(_light(m, f"{at}{CITY}/{p.id}/report.html") for p, m in indicators)])
    remark = note("点状态看该项目的报告和计算依据。—表示没有任务。")
    return section(
        "进展", table("各地区各项目进展状态", columns, rows, groups=groups, totals=1, style="matrix"), remark
    )


def _light(measurement: Measurement, href: str) -> Content:
    return Element("a", light_badge(measurement.light), href=href)


def _ranking(month: Sealed) -> Element:
    figures = month.figures(CITY, "scoring")
    if not isinstance(figures, RankingFigures):
        return section("得分", paragraph("得分未生成。"))
    rows: list[list[Content]] = [
        [
            str(row.rank or "—"),
            ranked_name(row),
            fixed(row.total, 2),
            fixed(row.full_marks, 0),
            Element("a", "得分表", href=f"{row.area}/scoring/report.html"),
        ]
        for row in figures.rows
    ]
    columns = [
        Column("名次", kind="text"),
        Column("县区", kind="row"),
        Column("得分", "分"),
        Column("已评满分", "分"),
        Column("依据", kind="text"),
    ]
    said = ("暂定：未评、未到期的小项不计入。" if figures.provisional else "") + unreported(figures.rows)
    return section("得分", table("至本月的考评得分", columns, rows), note(said) if said else None)


def reports(month: Sealed) -> Element:
    """Return links to every report of the period, by area and section."""
    names = notebook_names(month.plan)
    units = period_units(month.plan, month.period)
    subjects = sorted(dict.fromkeys(unit.subject for unit in units), key=lambda subject: subject != CITY)
    shown = {(unit.subject, unit.notebook) for unit in units}
    areas = {CITY, *(area.id for area in month.plan.areas)}
    tables = []
    for caption, mine in (("地区报告", areas), ("科室报告", {*subjects} - areas)):
        kinds = [name for name in names if any((subject, name) in shown for subject in mine)]
        columns = [Column("单位", kind="row"), *(Column(names[kind], kind="text") for kind in kinds)]
        rows: list[list[Content]] = [
            [
                month.plan.owner_name(subject),
                *(month.links(subject, kind) if (subject, kind) in shown else None for kind in kinds),
            ]
            for subject in subjects
            if subject in mine
        ]
        tables.append(table(f"{month.period.label}{caption}", columns, rows, style="matrix"))
    extra = month.workspace.outputs / str(month.period) / "progress.xlsx"
    annex = [paragraph(Element("a", "目标任务完成情况表（Excel）", href="progress.xlsx"))] if extra.is_file() else []
    return section("报告", annex, tables)


def run_summary(month: Sealed) -> Element:
    """Return how many reports the period needs, how many were made, and which failed."""
    units = period_units(month.plan, month.period)
    made = [unit for unit in units if is_made(month.workspace, unit)]
    failed = [u for u in units if month.workspace.failed(u.period, u.subject, u.notebook).is_dir()]
    absent = len(units) - len(made) - sum(unit not in made for unit in failed)
    said = f"应生成报告{len(units)}份，已生成{len(made)}份"
    said += f"，生成失败{len(failed)}份" if failed else "，没有生成失败的"
    said += f"，未生成{absent}份。" if absent else "。"
    told = [
        Element("li", month.plan.owner_name(unit.subject), "　", month.links(unit.subject, unit.notebook))
        for unit in failed
    ]
    how = paragraph(Element("a", "运行记录（用时、失败、日志）", href="run.html"))
    return section("运行情况", paragraph(said), Element("ul", told) if told else None, how)


def is_made(workspace: Workspace, unit: UnitSpec) -> bool:
    """Whether a unit's result is sealed."""
    return (workspace.unit(unit.period, unit.subject, unit.notebook) / "result.json").is_file()


def write_page(path: Path, content: bytes) -> None:
    """Put a page in place all at once; one with a personal number is refused."""
    check_privacy({f"{path.parent.name}/{path.name}": content})
    write_atomically(path, content)
