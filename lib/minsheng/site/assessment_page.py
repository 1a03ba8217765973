"""The page of an assessment: result, score sheets, forms and returns, all as links; it computes no figure.

From a total to the cell it came from: 得分表 (one click), the item's circled number (two), which names file, sheet and
cell; the file itself is linked beside the total.
"""

import os
from pathlib import Path
from urllib.parse import quote

from minsheng.archive.contents.evidence import PeriodEvidence
from minsheng.domain.assessment import AssessmentForm, SectionForm
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import InputFile, SectionScoringFigures
from minsheng.domain.score_rows import ResultRow
from minsheng.files.written import FOLDER
from minsheng.intake.forms.form_store import Forms
from minsheng.measure.marks import undifferentiated
from minsheng.render.html.markup import Content, Element, Piece, joined, note, paragraph
from minsheng.render.html.numbers import day, fixed, rate, trimmed
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import rank_word
from minsheng.report.result_table import remarks, result_sentence
from minsheng.report.score import decimals_of
from minsheng.site.first_page import write_first_page
from minsheng.site.parts import PeriodResults, back_to_first, header, matrix, reports, run_summary, section, write_page
from minsheng.site.review_page import REVIEWS
from minsheng.workspace import Workspace

_FILES = (("html", "网页"), ("pdf", "PDF"), ("xlsx", "Excel"))


def write_assessment_site(
    workspace: Workspace, plan: Plan, period: Period, forms: Forms, evidence: PeriodEvidence
) -> None:
    """Write the page of a half-year's or year's assessment, and the first page."""
    sealed = PeriodResults(workspace, plan, period)
    figures = sealed.result_table()
    title = f"{period.label}{plan.programme}考评"
    body = Piece(
        header(plan, title, figures, back=back_to_first(plan)),
        _result(sealed),
        _sections(sealed),
        _forms(sealed, forms),
        _review(sealed),
        _evidence(evidence),
        matrix(sealed),
        reports(sealed),
        run_summary(sealed),
    )
    content = page(f"{plan.about.issuer} {title}", body._repr_html_(), wide=True)
    write_page(workspace.outputs / str(period) / "index.html", content)
    write_first_page(workspace, plan, period)


def _result(sealed: PeriodResults) -> Element | None:
    if not sealed.plan.county_rubric.is_there:
        return None
    figures = sealed.result_table()
    if figures is None:
        return section("考评结果", paragraph("考评结果表未生成。"))
    folder = sealed.workspace.outputs / str(sealed.period) / FOLDER
    links = [
        Element("a", word, href=f"{FOLDER}/{FOLDER}.{kind}")
        for kind, word in _FILES
        if (folder / f"{FOLDER}.{kind}").is_file()
    ]
    places = decimals_of([row.total for row in figures.rows])
    rows: list[list[Content]] = [
        [
            rank_word(row.rank, row.award),
            row.name,
            fixed(row.total, places),
            trimmed(row.marks),
            rate(row.rate),
            row.grade,
            None if row.converted is None else trimmed(row.converted),
            sealed.links(row.area, "scoring"),
            _inputs(sealed, row),
        ]
        for row in figures.rows
    ]
    columns = [
        TableColumn("名次", kind="text"),
        TableColumn("县区", kind="row"),
        TableColumn("得分", "分"),
        TableColumn("已评满分", "分"),
        TableColumn("得分率", "%"),
        TableColumn("等次", kind="text"),
        TableColumn("折算得分", "分"),
        TableColumn("得分表", kind="text"),
        TableColumn("取数文件", kind="text"),
    ]
    return section(
        "考评结果",
        paragraph(result_sentence(figures), class_="summary"),
        [note(text) for text in remarks(figures)],
        paragraph("考评结果表（报市委市政府督查室）：", joined(links, " ")),
        table(f"{sealed.period.label}考评结果", columns, rows, style="ranking"),
        note("点“得分表”看逐项的规则、算式和条款；表中每项的圆圈数字指向它所取的文件、工作表和单元格。"),
    )


def _inputs(sealed: PeriodResults, row: ResultRow) -> list[Content]:
    """Return links to the files that a county's score was made from: its return and the assessor's form."""
    result = sealed.result(row.area, "scoring")
    files = result.provenance.inputs if result else ()
    return joined([_file(file) for file in files], " ")


def _file(file: InputFile) -> Element:
    return Element("a", "考评表" if file.file.startswith("assessment/") else "报表", href=f"../../data/{file.file}")


def _review(sealed: PeriodResults) -> Element | None:
    """Return the link to what counties said of the bureau; nothing where no form has come."""
    if not (sealed.workspace.outputs / str(sealed.period) / REVIEWS).is_file():
        return None
    return section("差异化综合评价", paragraph("各县区对市局的评价：", Element("a", "汇总", href=REVIEWS)))


def _sections(sealed: PeriodResults) -> Element | None:
    if not sealed.plan.assessed_sections:
        return None
    rows: list[list[Content]] = []
    for each in sealed.plan.assessed_sections:
        figures = sealed.figures(each.id, "section_scoring")
        if not isinstance(figures, SectionScoringFigures):
            rows.append([each.name, None, None, None, sealed.links(each.id, "section_scoring")])
            continue
        positive = None if figures.positive is None else trimmed(figures.positive)
        rows.append(
            [
                each.name,
                trimmed(figures.deducted),
                trimmed(figures.proposed),
                positive,
                sealed.links(each.id, "section_scoring"),
            ]
        )
    columns = [
        TableColumn("科室", kind="row"),
        TableColumn("已确认倒扣分", "分"),
        TableColumn("待确认", "分"),
        TableColumn("实绩考评得分", "分"),
        TableColumn("扣分表", kind="text"),
    ]
    return section("科室考评", table(f"{sealed.period.label}科室考评", columns, rows))


def _evidence(evidence: PeriodEvidence) -> Element:
    """Return the catalogue of the evidence: each item's files as links, what is missing and what is waived in words."""
    rows: list[list[Content]] = []
    for body in evidence.bodies:
        for item in body.items:
            links = joined(
                [Element("a", name, href=_from_page(path, evidence)) for name, path in item.files.items()], " "
            )
            said = "；".join(item.missing) if item.missing and not item.waiver else item.remark
            if item.waiver:
                said = f"免交：{item.waiver.why}（{item.waiver.who}）"
            rows.append([body.name, f"{item.id} {item.name}", links or None, said or None])
    columns = [
        TableColumn("考评对象", kind="row"),
        TableColumn("小项", kind="long"),
        TableColumn("印证资料", kind="long"),
        TableColumn("说明", kind="long"),
    ]
    state = paragraph(evidence.lines()[-1], class_="summary")
    return section("印证资料", state, table(f"{evidence.period.label}印证资料目录", columns, rows, style="issues"))


def _from_page(path: Path, evidence: PeriodEvidence) -> str:
    return quote(os.path.relpath(path, evidence.page_folder).replace(os.sep, "/"))


def _forms(sealed: PeriodResults, forms: Forms) -> Element:
    accepted: dict[str, AssessmentForm | SectionForm] = {**forms.areas, **forms.sections}
    bodies = {area.id: area.name for area in sealed.plan.assessed_areas}
    bodies |= {each.id: each.name for each in sealed.plan.assessed_sections}
    rows: list[list[Content]] = []
    for who, name in bodies.items():
        form = accepted.get(who)
        if form is None:
            rows.append([name, "没有考评表", None, None])
            continue
        link = Element("a", "考评表", href=f"../../data/{form.file}")
        rows.append([name, form.assessor, day(form.assessed_on) if form.assessed_on else None, link])
    columns = [
        TableColumn("考评对象", kind="row"),
        TableColumn("考评人", kind="text"),
        TableColumn("考评日期", kind="text"),
        TableColumn("文件", kind="text"),
    ]
    alike = undifferentiated(forms.areas)
    return section(
        "考评表", table(f"{sealed.period.label}考评表", columns, rows), note(f"{alike}。") if alike else None
    )
