"""Every kind of report of a month on paper: what archives and readers ask of each PDF and docx, and the closed gate."""

import io
import re

import docx
import page
import pikepdf
import pypdf
import pytest
from docx.oxml.ns import qn
from tests.paper import MARGINS, sheets

from minsheng.agenda.status import month_status
from minsheng.commands.run import run_month
from minsheng.domain.result import Result
from minsheng.errors import ExitCode, GateRefusedError
from minsheng.notebook.publishing import refuse_empty_parts
from minsheng.plan import load_plan
from minsheng.render.pdf_text import page_count
from minsheng.runs.failures import FailureKind
from minsheng.runs.options import Quiet

pytestmark = pytest.mark.slow

KINDS = [
    "cangxi/medical_aid",
    "city/dibao",
    "municipal/elderly_care",
    "zhaohua/disability_allowance",
    "wangcang/two_lines",
    "jiange/scoring",
    "city/scoring",
    "social_relief/section_scoring",
    "city/bulletin",
]
OFFICIAL = ["social_relief/monthly_report", "welfare_charity/monthly_report", "office/monthly_report"]


@pytest.mark.parametrize("unit", [*KINDS, *OFFICIAL])
def test_every_kind_of_pdf_can_be_kept_and_read(june, unit):
    folder = june.outputs / "2017-06" / unit
    content = (folder / "report.pdf").read_bytes()
    for profile in (page.ValidationProfile.PDF_A_3U, page.ValidationProfile.PDF_UA_1):
        report = page.validate_pdf_bytes(content, profile=profile)
        assert report.is_compliant, report.failures
    html = (folder / "report.html").read_bytes()
    (title,) = re.findall("<title>(.*?)</title>", html.decode())
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.docinfo.Title) == title
        assert str(pdf.Root.Lang) == "zh-CN"
        assert bool(pdf.Root.MarkInfo.Marked)
        assert pdf.attachments["result.json"].get_file().read_bytes() == (folder / "result.json").read_bytes()
        with pdf.open_outline() as outline:
            (root,) = outline.root
            assert root.title == title
            assert len(root.children) >= 2
    number = "— {0} —" if unit in OFFICIAL else "第 {0} 页 共 {1} 页"
    texts = [item.extract_text() for item in pypdf.PdfReader(io.BytesIO(content)).pages]
    for place, text in enumerate(texts, 1):
        assert number.format(place, len(texts)) in text


def test_every_pdf_says_what_its_page_says(june, html_text, tagged_text):
    folders = sorted(path.parent for path in (june.outputs / "2017-06").glob("*/*/report.pdf"))
    assert len(folders) > 50
    for folder in folders:
        with pikepdf.open(folder / "report.pdf") as pdf:
            assert tagged_text(pdf) == html_text((folder / "report.html").read_bytes()), folder


def test_no_text_of_any_pdf_covers_another_or_leaves_the_page(june):
    faults, seen = [], 0
    for path in sorted((june.outputs / "2017-06").glob("*/*/report.pdf")):
        kind = "official" if path.parent.name == "monthly_report" else "report"
        for number, sheet in enumerate(sheets(path.read_bytes()), 1):
            seen += len(sheet.words)
            wrong = [*sheet.overlapping(), *sheet.outside(*MARGINS[kind])]
            faults += [f"{path.parent.relative_to(june.outputs)}, page {number}: {each}" for each in wrong]
    assert faults == []
    assert seen > 10_000


def test_no_text_of_the_result_table_covers_another_or_leaves_the_page(assessed):
    pdf = (assessed.outputs / "2017-H1/result_table/result_table.pdf").read_bytes()
    assert [[*sheet.overlapping(), *sheet.outside(*MARGINS["report"])] for sheet in sheets(pdf)] == [[]] * page_count(
        pdf
    )


@pytest.mark.parametrize("unit", OFFICIAL)
def test_a_monthly_report_is_a_document_with_the_same_text(june, unit, html_text):
    folder = june.outputs / "2017-06" / unit
    body = docx.Document(folder / "report.docx").element.body
    said = "".join("".join(node.text or "" for node in body.iter(qn("w:t"))).split())
    assert said == html_text((folder / "report.html").read_bytes())
    assert f'href="{unit}/report.docx"' in (june.outputs / "2017-06/index.html").read_text(encoding="utf-8")


def test_who_signs_and_who_is_addressed(june):
    for unit, leader, addressee in (
        (OFFICIAL[0], "沈友文", "局办公室："),
        (OFFICIAL[1], "何道芬", "局办公室："),
        (OFFICIAL[2], None, "市委市政府督查室："),
    ):
        folder = june.outputs / "2017-06" / unit
        html = (folder / "report.html").read_text(encoding="utf-8")
        assert f'<p class="addressee">{addressee}</p>' in html
        with pikepdf.open(folder / "report.pdf") as pdf:
            fields = [str(field.T) for field in pdf.Root.get("/AcroForm", {}).get("/Fields", [])]
        assert fields == (["分管领导签字"] if leader else [])
        assert (f"（{leader}）" in html) is bool(leader)
    assert html.count("（五）下步打算") == 5  # 办公室 tells both sections' projects


def test_a_sections_empty_parts_are_named_with_the_cell_to_fill(june):
    result = Result.model_validate_json((june.outputs / "2017-06" / OFFICIAL[0] / "result.json").read_bytes())
    plan = load_plan(june.params, 2017)
    refuse_empty_parts(result.figures, plan)
    texts = {project: parts | {"problems": " "} for project, parts in result.figures.section_narratives.items()}
    emptied = tuple(project.model_copy(update={"narratives": {}}) for project in result.figures.projects)
    holed = result.figures.model_copy(update={"section_narratives": texts, "projects": emptied})
    with pytest.raises(GateRefusedError) as refused:
        refuse_empty_parts(holed, plan)
    said = str(refused.value)
    assert "社会救助科2017年6月月报有3处没有内容" in said
    assert "社会救助科 returns/2017-06/social_relief.xlsx：" in said
    assert "“城乡困难群众最低生活保障”的“存在的问题”（工作情况!E5）" in said


def test_an_empty_part_ends_a_run_with_12_and_stops_nothing_else(workspace):
    register = workspace.data / "returns" / "register.csv"
    lines = register.read_text(encoding="utf-8").splitlines(keepends=True)
    gone = [line for line in lines if line.startswith("2017-06,") and not line.startswith("2017-06,welfare_charity,")]
    register.write_text("".join(line for line in lines if line not in gone), encoding="utf-8")
    for path in (workspace.data / "returns" / "2017-06").glob("*.xlsx"):
        if not path.name.startswith("welfare_charity"):
            path.unlink()
    outcome = run_month(
        workspace,
        "2017-06",
        areas=[],
        notebooks=["monthly_report"],
        display=Quiet(),
    )
    assert outcome.exit_code == ExitCode.GATE_REFUSED
    assert set(outcome.summary.failed) == {f"2017-06/{unit}" for unit in (OFFICIAL[0], OFFICIAL[2])}
    failure = outcome.summary.failed[f"2017-06/{OFFICIAL[0]}"]
    assert failure.kind == FailureKind.GATE
    assert "社会救助科 returns/2017-06/social_relief.xlsx（尚未报送）：" in failure.message
    assert failure.message.count("工作情况!") == 5  # a file that is missing as a whole is not told cell by cell
    assert "等15处" in failure.message
    assert any(
        line.startswith(f"失败：2017-06/{OFFICIAL[0]}：内容不全，未予生成：社会救助科") for line in outcome.lines()
    )
    assert (workspace.outputs / "2017-06" / OFFICIAL[1] / "report.docx").is_file()
    assert not (workspace.outputs / "2017-06" / OFFICIAL[0]).exists()
    status = month_status(workspace, "2017-06", None)
    assert status.exit_code == ExitCode.GATE_REFUSED
    assert "内容不全，未予生成" in status.failed[f"2017-06/{OFFICIAL[0]}"]
    site = (workspace.outputs / "2017-06" / "index.html").read_text(encoding="utf-8")
    assert f'<a href="failed/{OFFICIAL[0]}/traceback.txt">内容不全，未予生成</a>' in site
