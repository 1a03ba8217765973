"""What pages of the site are made of: they show sealed results and links, and compute no figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from minsheng.domain.area import CITY, Area, Section
from minsheng.domain.delivery import AcceptedReturn
from minsheng.domain.figure import Measurement
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import BulletinFigures, Figures, ProjectFigures, Result, ResultTableFigures
from minsheng.files.writing import write_atomically
from minsheng.files.written import published_result, published_result_table
from minsheng.intake.returns.store import read_accepted
from minsheng.privacy.gate import check_privacy
from minsheng.render.formats import FORMATS, HTML
from minsheng.render.html.markup import Content, Element, joined, note, paragraph
from minsheng.render.html.numbers import day
from minsheng.render.html.tables import TableColumn, table
from minsheng.runs.graph import Task, period_tasks
from minsheng.workspace import RESULT, Workspace


@dataclass(frozen=True)
class PeriodResults:
    """All that a page of one period reads: what notebooks sealed, and returns as they were accepted."""

    workspace: Workspace
    plan: Plan
    period: Period

    def result(self, subject: str, notebook: str) -> Result | None:
        """Return what a notebook sealed, with what it was made from."""
        return published_result(self.workspace, self.period, subject, notebook)

    def figures(self, subject: str, notebook: str) -> Figures | None:
        """Return the figures that a notebook sealed."""
        result = self.result(subject, notebook)
        return result.figures if result else None

    def bulletin(self) -> BulletinFigures | None:
        """Return what the month's bulletin sealed."""
        figures = self.figures(CITY, "bulletin")
        return figures if isinstance(figures, BulletinFigures) else None

    def result_table(self) -> ResultTableFigures | None:
        """Return the sealed result table of an assessment."""
        return published_result_table(self.workspace, self.period)

    def returns(self) -> Iterator[tuple[Area | Section, AcceptedReturn]]:
        """Yield who has reported in the month, in the plan's order, each with its return and what it was told of it."""
        for owner in self.plan.reporting_owners(self.period):
            accepted = read_accepted(self.workspace.data, self.period, owner.id)
            if accepted is not None:
                yield owner, accepted

    def links(self, subject: str, notebook: str, at: str = "") -> list[Content]:
        """Return links to a task's reports, ``at`` being the period's folder; a failed or missing one says so."""
        folder = self.workspace.task(self.period, subject, notebook)
        found = [
            Element("a", each.word, href=f"{at}{subject}/{notebook}/{each.file}")
            for each in FORMATS
            if (folder / each.file).is_file()
        ]
        if found:
            return joined(found, " ")
        failed = self.workspace.failed(self.period, subject, notebook)
        traceback = failed / "traceback.txt"
        if traceback.is_file():
            said = traceback.read_text(encoding="utf-8").partition("（")[0]
            return [Element("a", said, href=f"{at}failed/{subject}/{notebook}/traceback.txt")]
        return ["未生成"]


def header(plan: Plan, title: str, about: Figures | None, *, back: tuple[str, str] | None = None) -> Element:
    """Return the title block of a page: issuer, title, what the figures are as of, and the way back."""
    facts = [("实施方案", plan.about.title)]
    if plan.about.leading_group is not None:
        group, _, liaison = plan.about.leading_group.said.partition("；联络员")
        facts += [("领导小组", group), ("联络员", liaison)]
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


def back_to_first(plan: Plan) -> tuple[str, str]:
    """Return words and place of the first page, as pages of a period link back to it."""
    return ("各月和各次考评目录" if plan.is_assessed else "各月目录"), "../index.html"


def section(title: str, *content: Content) -> Element:
    """Return a section of a page under its heading."""
    return Element("section", Element("h2", title), *content, class_="part")


def matrix(month: PeriodResults, at: str = "") -> Element:
    """Return areas × projects as lights, each the way to its report; ``at`` is where the month's reports lie."""
    projects = [(p, month.figures(CITY, p.id)) for p in month.plan.projects_at(month.period)]
    known = [(p, figures) for p, figures in projects if isinstance(figures, ProjectFigures)]
    indicators = [(p, m) for p, figures in known for m in figures.measurements]
    columns = [TableColumn("地区", kind="row"), *(TableColumn(m.brief, kind="light") for _, m in indicators)]
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
                linked = f"{at}{area.id}/{project.id}/{HTML}"
                none = month.plan.lights.no_duty.word if project.id not in area.projects else None
                has_duty = found is not None and found.has_duty
                cells.append(_light(found, linked) if found and has_duty else found.light.word if found else none)
        rows.append(cells)
    rows.append([month.plan.whole, *(_light(m, f"{at}{CITY}/{p.id}/{HTML}") for p, m in indicators)])
    remark = note("点状态看该项目的报告和计算依据。")
    return section(
        "进展", table("各地区各项目进展状态", columns, rows, groups=groups, totals=1, style="matrix"), remark
    )


def _light(measurement: Measurement, href: str) -> Content:
    from minsheng.report.lights import standing_badge  # with all pieces of reports: the record of a run shows no light

    return Element("a", standing_badge(measurement), href=href)


def reports(month: PeriodResults, links: Sequence[tuple[str, str]] = ()) -> Element:
    """Return links to every report of the period, by area and section; above them ``links``: file and words."""
    names = month.plan.notebook_names
    tasks = period_tasks(month.plan, month.period)
    subjects = sorted(dict.fromkeys(task.subject for task in tasks), key=lambda subject: subject != CITY)
    shown = {(task.subject, task.notebook) for task in tasks}
    areas = {CITY, *(area.id for area in month.plan.areas)}
    tables = []
    for caption, mine in (("地区报告", areas), ("科室报告", {*subjects} - areas)):
        kinds = [name for name in names if any((subject, name) in shown for subject in mine)]
        columns = [TableColumn("单位", kind="row"), *(TableColumn(names[kind], kind="text") for kind in kinds)]
        rows: list[list[Content]] = [
            [
                month.plan.owner_name(subject),
                *(month.links(subject, kind) if (subject, kind) in shown else None for kind in kinds),
            ]
            for subject in subjects
            if subject in mine
        ]
        tables.append(table(f"{month.period.label}{caption}", columns, rows, style="matrix"))
    folder = month.workspace.outputs / str(month.period)
    above = [paragraph(Element("a", words, href=name)) for name, words in links if (folder / name).is_file()]
    return section("报告", above, tables)


def run_summary(month: PeriodResults) -> Element:
    """Return how many reports the period needs, how many were made, and which failed."""
    tasks = period_tasks(month.plan, month.period)
    made = [task for task in tasks if is_published(month.workspace, task)]
    failed = [u for u in tasks if month.workspace.failed(u.period, u.subject, u.notebook).is_dir()]
    absent = len(tasks) - len(made) - sum(task not in made for task in failed)
    said = f"应生成报告{len(tasks)}份，已生成{len(made)}份"
    said += f"，生成失败{len(failed)}份" if failed else "，没有生成失败的"
    said += f"，未生成{absent}份。" if absent else "。"
    told = [
        Element("li", month.plan.owner_name(task.subject), "　", month.links(task.subject, task.notebook))
        for task in failed
    ]
    how = paragraph(Element("a", "运行记录（用时、失败、日志）", href="run.html"))
    return section("运行情况", paragraph(said), Element("ul", told) if told else None, how)


def is_published(workspace: Workspace, task: Task) -> bool:
    """Whether a task's result is sealed; a notebook of the bureau's own seals none: whether its page is there."""
    made = HTML if task.is_own else RESULT
    return (workspace.task(task.period, task.subject, task.notebook) / made).is_file()


def write_page(path: Path, content: bytes) -> None:
    """Put a page in place all at once; one with a personal number is refused."""
    check_privacy({f"{path.parent.name}/{path.name}": content})
    write_atomically(path, content)
