"""The site: static pages that open from a folder. It shows sealed results and links; it computes no figure."""

from dataclasses import dataclass
from pathlib import Path

from minsheng.domain.area import CITY
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.result import (
    AreaRow,
    BulletinFigures,
    Figures,
    ProjectFigures,
    RankingFigures,
    Result,
    ReturnNote,
)
from minsheng.render.page import page
from minsheng.report.lights import STATUS_WORDS, light_badge
from minsheng.report.markup import Content, Element, Piece, joined, note, paragraph
from minsheng.report.numbers import fixed
from minsheng.report.tables import Column, table
from minsheng.workflow.privacy_gate import check_privacy
from minsheng.workflow.units import UnitSpec, period_units
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
        return Result.model_validate_json(path.read_bytes()) if path.is_file() else None

    def figures(self, subject: str, notebook: str) -> Figures | None:
        """Return the figures that a notebook sealed."""
        result = self.result(subject, notebook)
        return result.figures if result else None

    def links(self, subject: str, notebook: str) -> list[Content]:
        """Return links to a unit's reports; a failed or missing one says so."""
        folder = self.workspace.unit(self.period, subject, notebook)
        found = [
            Element("a", word, href=f"{subject}/{notebook}/{name}")
            for name, word in _REPORTS
            if (folder / name).is_file()
        ]
        if found:
            return joined(found, " ")
        failed = self.workspace.failed(self.period, subject, notebook)
        traceback = failed / "traceback.txt"
        if traceback.is_file():
            said = traceback.read_text(encoding="utf-8").partition("（")[0]
            return [Element("a", said, href=f"failed/{subject}/{notebook}/traceback.txt")]
        return ["未生成"]


def write_site(workspace: Workspace, plan: Plan, period: Period) -> None:
    """Write the page of a period and the first page.

    Parameters
    ----------
    workspace
        Where results lie and pages go.
    plan
        The plan of the period's year.
    period
        A month.
    """
    month = Sealed(workspace, plan, period)
    title = f"{plan.about.issuer} {period.label}民生工程及民生实事"
    body = Piece(
        header(plan, f"{period.label}民生工程及民生实事", _data_label(month)),
        paragraph(Element("a", "各月目录", href="../index.html")),
        _returns(month),
        matrix(month),
        _ranking(month),
        reports(month),
    )._repr_html_()
    write_page(workspace.outputs / str(period) / "index.html", page(title, body))
    write_first_page(workspace, plan)


def write_first_page(workspace: Workspace, plan: Plan) -> None:
    """Write the page that lists every month and every assessment."""
    periods = sorted(Period(path.parent.name) for path in workspace.outputs.glob("[0-9]*/index.html"))
    months = [period for period in periods if period.kind == PeriodKind.MONTH]
    rows: list[list[Content]] = []
    for period in months:
        missing = [entry.name for entry in _notes(Sealed(workspace, plan, period)) if entry.status == "not_reported"]
        rows.append([*_listed(workspace, plan, period), "、".join(missing) or "无"])
    columns = [Column("月份", kind="row"), Column("已生成报告", "份"), Column("未报送", kind="text")]
    title = workspace.settings.site_title
    label = _data_label(Sealed(workspace, plan, months[-1])) if months else ""
    pieces: list[Element] = [table("各月报告", columns, rows)] if months else []
    assessed = [_listed(workspace, plan, period) for period in periods if period.kind != PeriodKind.MONTH]
    if assessed:
        pieces.append(table("考评", [Column("考评期", kind="row"), Column("已生成报告", "份")], assessed))
    body = Piece(header(plan, title, label), *pieces)
    write_page(workspace.outputs / "index.html", page(title, body._repr_html_()))


def _listed(workspace: Workspace, plan: Plan, period: Period) -> list[Content]:
    units = period_units(plan, period)
    made = sum(_is_made(workspace, unit) for unit in units)
    return [Element("a", period.label, href=f"{period}/index.html"), f"{made}/{len(units)}"]


def header(plan: Plan, title: str, data_label: str) -> Element:
    """Return the title block of a page."""
    facts = Element("dl", Element("div", Element("dt", "实施方案"), Element("dd", plan.about.title)), class_="facts")
    label = Element("p", data_label, class_="data-label") if data_label else None
    issuer = Element("p", plan.about.issuer, class_="issuer")
    return Element("header", issuer, Element("h1", title), facts, label, class_="title-block")


def section(title: str, *content: Content) -> Element:
    """Return a section of a page under its heading."""
    return Element("section", Element("h2", title), *content, class_="part")


def _data_label(month: Sealed) -> str:
    figures = month.figures(CITY, "bulletin")
    return figures.data_label if figures else ""


def _notes(month: Sealed) -> tuple[ReturnNote, ...]:
    figures = month.figures(CITY, "bulletin")
    return figures.returns if isinstance(figures, BulletinFigures) else ()


def _returns(month: Sealed) -> Element:
    notes = _notes(month)
    if not notes:
        return section("报送情况", paragraph("月通报未生成，报送情况见 minsheng status。"))
    rows: list[list[Content]] = []
    for entry in sorted(notes, key=lambda entry: (entry.status != "not_reported", not entry.late)):
        receipt = month.workspace.outputs / str(month.period) / "receipts" / f"{entry.area}.html"
        link = Element("a", "回执", href=f"receipts/{entry.area}.html") if receipt.is_file() else None
        word = "迟报" if entry.late else STATUS_WORDS[entry.status]
        rows.append([entry.name, word, str(entry.received_on or "") or None, str(entry.as_of or "") or None, link])
    columns = [
        Column("地区", kind="row"),
        Column("报送", kind="text"),
        Column("收到", kind="text"),
        Column("数据截至", kind="text"),
        Column("回执", kind="text"),
    ]
    return section("报送情况", table("各地报送情况", columns, rows))


def matrix(month: Sealed) -> Element:
    """Return areas × projects as lights, each with its report."""
    projects = [(p, month.figures(CITY, p.id)) for p in month.plan.projects]
    known = [(p, figures) for p, figures in projects if isinstance(figures, ProjectFigures)]
    columns = [Column("地区", kind="row"), *(Column(p.short_name, kind="light") for p, _ in known)]
    rows: list[list[Content]] = []
    for area in month.plan.areas:
        cells: list[Content] = [area.name]
        for project, figures in known:
            row = next((row for row in figures.areas if row.area == area.id), None)
            cells.append(_lights(row, f"{area.id}/{project.id}/report.html") if row else "无任务")
        rows.append(cells)
    city: list[Content] = ["全市"]
    for project, figures in known:
        lights = [light_badge(m.light) for m in figures.measurements]
        city.append([joined(lights, " "), " ", Element("a", "报告", href=f"{CITY}/{project.id}/report.html")])
    lines = note("每格依次为该项目各指标的状态；点“报告”看依据。")
    return section("进展", table("地区 × 项目", columns, [*rows, city], totals=1, style="matrix"), lines)


def _lights(row: AreaRow, href: str) -> list[Content]:
    lights = [light_badge(measurement.light) for measurement in row.measurements]
    return [joined(lights, " "), " ", Element("a", "报告", href=href)]


def _ranking(month: Sealed) -> Element:
    figures = month.figures(CITY, "scoring")
    if not isinstance(figures, RankingFigures):
        return section("得分", paragraph("得分未生成。"))
    rows: list[list[Content]] = [
        [
            str(row.rank or "—"),
            row.name,
            fixed(row.total, 2),
            fixed(row.full_marks, 0),
            Element("a", "得分表", href=f"{row.area}/scoring/report.html"),
        ]
        for row in figures.rows
    ]
    columns = [
        Column("名次"),
        Column("县区", kind="row"),
        Column("得分", "分"),
        Column("已评满分", "分"),
        Column("依据", kind="text"),
    ]
    remark = [note("暂定：未评、未到期的小项不计入。")] if figures.provisional else []
    return section("得分", table("至本月的考评得分", columns, rows), remark)


def reports(month: Sealed) -> Element:
    """Return links to every report of the period, by area and section."""
    names = {p.id: p.short_name for p in month.plan.projects} | {
        "scoring": "考评得分",
        "result_table": "考评结果表",
        "section_scoring": "科室倒扣分",
        "monthly_report": "工作情况月报",
        "bulletin": "月通报",
    }
    units = period_units(month.plan, month.period)
    subjects = dict.fromkeys(unit.subject for unit in units)
    rows: list[list[Content]] = []
    for subject in sorted(subjects, key=lambda subject: subject != CITY):
        mine = [unit for unit in units if unit.subject == subject]
        links = joined([[names[u.notebook], "（", month.links(subject, u.notebook), "）"] for u in mine], "；")
        rows.append([subject_name(month.plan, subject), links])
    extra = month.workspace.outputs / str(month.period) / "progress.xlsx"
    annex = [paragraph(Element("a", "目标任务完成情况表（Excel）", href="progress.xlsx"))] if extra.is_file() else []
    return section("报告", table("全部报告", [Column("单位", kind="row"), Column("报告", kind="long")], rows), annex)


def subject_name(plan: Plan, subject: str) -> str:
    """Return the name of an area or section."""
    sections = {section.id: section.name for section in plan.sections}
    return sections.get(subject) or plan.area_name(subject)


def _is_made(workspace: Workspace, unit: UnitSpec) -> bool:
    return (workspace.unit(unit.period, unit.subject, unit.notebook) / "result.json").is_file()


def write_page(path: Path, content: bytes) -> None:
    """Put a page in place all at once; one with a personal number is refused."""
    check_privacy({f"{path.parent.name}/{path.name}": content})
    staged = path.with_name(f".{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    staged.write_bytes(content)
    staged.replace(path)
