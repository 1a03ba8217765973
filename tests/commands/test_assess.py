"""A half-year's assessment from forms to the result table, on the sample; scores worked out by hand."""

import io
import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest

from minsheng.archive.contents.evidence import gather_evidence
from minsheng.commands.assess import run_assessment
from minsheng.commands.template import write_templates
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, FileRefusedError, UsageError
from minsheng.files.written import published_result_table
from minsheng.plan import load_plan
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

ROOT = Path(__file__).parents[2]
PERIOD = Period("2017-H1")


def test_many_gaps_are_a_count_and_a_page(assessed: Workspace) -> None:
    plan = load_plan(assessed.params, 2017)
    found = gather_evidence(assessed, plan, Period("2017-H1"))
    assert found.brief() == found.lines()
    gaps = tuple(f"{body.name}：{item.id} {item.name}：缺" for body in found.bodies for item in body.items)
    (line,) = replace(found, missing=gaps).brief()
    assert line.startswith(f"印证资料缺 {len(gaps)} 项（苍溪县")
    assert str(found.page_folder / "index.html") in line


def add_forms(workspace):
    for name in ("assessment", "evidence", "deliveries"):
        shutil.copytree(ROOT / "data" / name, workspace.data / name)
    shutil.copy(ROOT / "data/deliveries.csv", workspace.data)


def assess(workspace, period="2017-H1"):
    return run_assessment(workspace, period, display=Quiet())


@pytest.fixture(scope="module")
def done(assessed, tmp_path_factory):
    """The sample's June with its half-year assessment, and what the same command says again; do not change it."""
    root = tmp_path_factory.mktemp("assess") / "workspace"
    shutil.copytree(assessed.root, root)
    workspace = Workspace.find(root)
    return workspace, assess(workspace)


def figures(workspace, task):
    path = workspace.outputs / "2017-H1" / task / "result.json"
    return json.loads(path.read_bytes())["figures"]


def item(workspace, area, name):
    return next(each for each in figures(workspace, f"{area}/scoring")["items"] if each["item"] == name)


def test_the_sample_is_assessed_without_a_gap(done):
    workspace, outcome = done
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()
    assert outcome.forms.missing == ()
    assert len(outcome.forms.areas) == 8
    assert len(outcome.forms.sections) == 2
    for name in ("result_table.html", "result_table.pdf", "result_table.xlsx"):
        assert (workspace.outputs / "2017-H1/result_table" / name).stat().st_size > 1000


def test_marks_become_points_by_the_clause(done):
    workspace, _ = done
    # 三（二）1⑶: 12 articles a year, so 6 by the half-year; 昭化区 has 5: 3 × 5 ÷ 6 = 2.50.
    assert item(workspace, "zhaohua", "pub.1")["points"] == "2.5"
    # 4 adopted a year, 2 by the half-year; one is there: 5 × 1 ÷ 2 = 2.50.
    assert item(workspace, "zhaohua", "pub.2")["points"] == "2.5"
    # 11 articles of 利州区 are more than 6: full marks, no more.
    assert item(workspace, "lizhou", "pub.1")["points"] == "3"
    # 昭化区's beds: 10 of 70, half a year: 8 × 10 ÷ 70 ÷ 50% = 2.2857….
    assert item(workspace, "zhaohua", "goal.beds_new")["points"] == "2.29"


def test_the_total_adds_rounded_items_and_takes_the_notice_off(done):
    workspace, _ = done
    zhaohua = figures(workspace, "zhaohua/scoring")
    points = sum(Decimal(each["points"]) for each in zhaohua["items"] if each["points"] is not None)
    # One notice by the city: 三（二）1⑹, 每次扣1分.
    assert [(each["item"], each["points"]) for each in zhaohua["deductions"]] == [("ded.city", "1")]
    assert Decimal(zhaohua["total"]) == points - 1


def test_every_item_says_its_rule_formula_cells_evidence_and_clause(done):
    workspace, _ = done
    for each in figures(workspace, "cangxi/scoring")["items"]:
        assert each["rule"]
        assert each["clause"]
        assert each["evidence"]
        # 两线合一: two of its four conditions begin in July, so that half a year is no time to give it points.
        assert each["formula"] or each["state"] == "not_due", each["item"]
        assert each["cells"], each["item"]
        assert isinstance(each["uses_default"], bool)
    mark = item(workspace, "cangxi", "org.1")["cells"][0]
    assert mark["file"] == "assessment/2017-H1/cangxi.xlsx"
    book = openpyxl.load_workbook(workspace.data / mark["file"])
    assert book[mark["sheet"]][mark["cell"]].value == mark["value"]
    measured = item(workspace, "cangxi", "goal.beds_new")["cells"][0]
    book = openpyxl.load_workbook(workspace.data / measured["file"])
    assert Decimal(str(book[measured["sheet"]][measured["cell"]].value)) == Decimal(measured["value"])


def test_the_form_is_among_the_inputs(done):
    workspace, _ = done
    result = json.loads((workspace.outputs / "2017-H1/cangxi/scoring/result.json").read_bytes())
    files = [each["file"] for each in result["provenance"]["inputs"]]
    assert "assessment/2017-H1/cangxi.xlsx" in files
    assert "returns/2017-06/cangxi.xlsx" in files


def test_a_county_passes_while_the_city_fails_and_the_page_says_so(done):
    workspace, _ = done
    table = published_result_table(workspace, PERIOD)
    urban = next(each for each in table.standings if each.indicator == "dibao_urban_avg")
    # 附件: 朝天区 300 元, 全市 270 元.
    assert urban.city == "not_met"
    assert "朝天区" in urban.met
    page = (workspace.outputs / "2017-H1/result_table/result_table.html").read_text(encoding="utf-8")
    assert f"{urban.label}：{'、'.join(urban.met)}达到本县区目标，全市未达到（{urban.city_said}）" in page
    index = (workspace.outputs / "2017-H1/index.html").read_text(encoding="utf-8")
    assert "有县区达到本县区目标、而全市未达到的指标" in index


def test_june_is_not_the_half_years_end_and_the_table_says_so(done):
    workspace, outcome = done
    table = published_result_table(workspace, PERIOD)
    assert not table.at_period_end
    assert any("截至2017年6月20日，不是2017年6月30日的期末数" in line for line in outcome.lines())


def test_the_workbook_for_the_supervision_office_holds_the_sealed_totals(done):
    workspace, _ = done
    book = openpyxl.load_workbook(
        io.BytesIO((workspace.outputs / "2017-H1/result_table/result_table.xlsx").read_bytes())
    )
    sheet = book["考评结果"]
    heads = {str(cell.value): cell.column for cell in sheet[4] if cell.value}
    rows = {sheet.cell(row, 2).value: row for row in range(5, 13)}
    table = published_result_table(workspace, PERIOD)
    assert len(rows) == 8
    groups = [str(cell.value).partition("（")[0] for cell in sheet[3] if "分）" in str(cell.value)]
    assert groups == ["组织领导", "综合管理、监督检查及评价", "宣传报道", "政务公开", "目标实施及考评"]
    for row in table.rows:
        assert Decimal(str(sheet.cell(rows[row.name], heads["得分"]).value)) == row.total
        # 小计 per group, then the items: 5 + 13 + 8 manual and measured ones.
        assert Decimal(str(sheet.cell(rows[row.name], heads["领导小组\n（1）"]).value)) == row.items["org.1"]


def test_sections_lose_points_for_what_is_on_record(done):
    workspace, _ = done
    relief = figures(workspace, "social_relief/section_scoring")
    lost = {(each["item"], each["state"]): each["points"] for each in relief["items"] if each["events"]}
    # 三（二）2⑴: April's report, due 2017-04-26, came on the 27th: 0.2. The three unsigned ones are waived.
    assert lost["sec.duty.2", "confirmed"] == "0.2"
    assert lost["sec.mgmt.4", "waived"] == "0"
    assert relief["deducted"] == "0.2"
    welfare = figures(workspace, "welfare_charity/section_scoring")
    # 三（二）2⑵: June's two versions differ 0.2, May's report unsigned 0.2.
    assert welfare["deducted"] == "0.4"
    told = next(each for each in welfare["items"] if each["item"] == "sec.mgmt.2")["events"][0]
    assert "报省厅“各县区进展总体均衡，没有突出问题。”" in told
    # 全年不少于6次: not before the year's end.
    inspections = next(each for each in welfare["items"] if each["item"] == "sec.guide.2")
    assert inspections["state"] == "not_assessed"


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.ids = [], set()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if found.get("id"):
            self.ids.add(found["id"])


def links(path):
    parser = _Links()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def test_from_a_total_to_its_cell_in_three_clicks(done):
    workspace, _ = done
    index = workspace.outputs / "2017-H1/index.html"
    for href in links(index).links:
        assert (index.parent / unquote(href.partition("#")[0])).resolve().exists(), href
    # One: the score sheet; two: an item's circled number, which leads to file, sheet and cell; three: the file.
    assert "zhaohua/scoring/report.html" in links(index).links
    sheet = index.parent / "zhaohua/scoring/report.html"
    found = links(sheet)
    anchors = [href.removeprefix("#") for href in found.links if href.startswith("#trace-item-")]
    # 两线合一 has no points to follow yet.
    assert len(anchors) == 20
    assert set(anchors) <= found.ids
    text = sheet.read_text(encoding="utf-8")
    line = re.search(r'<li id="trace-item-goal.beds_new">(.*?)</li>', text)
    # The file stands in the numbered list of files, the cell beside its number.
    number, cell = re.search(r"〔(\d+)〕</a>养老服务!([A-Z]+[0-9]+)=10", line[1]).groups()
    linked = rf'<li id="trace-file-{number}">〔{number}〕<a href="[./]+/data/(returns/2017-06/zhaohua.xlsx)"><code'
    assert re.search(linked, text)
    book = openpyxl.load_workbook(workspace.data / "returns/2017-06/zhaohua.xlsx")
    assert book["养老服务"][cell].value == 10
    assert "../../data/returns/2017-06/zhaohua.xlsx" in links(index).links


def test_an_unchanged_assessment_makes_nothing_again(done):
    workspace, _ = done
    outcome = assess(workspace)
    assert outcome.summary.made == []
    assert len(outcome.summary.skipped) == 58


def test_a_refused_form_stops_the_assessment_with_every_fault(june, tmp_path):
    root = tmp_path / "workspace"
    shutil.copytree(june.root, root)
    workspace = Workspace.find(root)
    add_forms(workspace)
    for who, cell, value in (("cangxi", "G4", "很好"), ("lizhou", "J5", None)):
        path = workspace.data / f"assessment/2017-H1/{who}.xlsx"
        book = openpyxl.load_workbook(path)
        book["考评"][cell] = value
        book.save(path)
    with pytest.raises(FileRefusedError) as refused:
        assess(workspace)
    assert refused.value.exit_code == ExitCode.FILE_REFUSED
    assert "cangxi.xlsx，考评!G4" in str(refused.value)
    assert "lizhou.xlsx，考评!J5" in str(refused.value)
    # The log says that it was refused; nothing else was made.
    assert {path.name for path in (workspace.outputs / "2017-H1").iterdir()} <= {"logs", "run.html"}


@pytest.mark.parametrize("period", ["2017-06", "2017-13", "2017-H3", "年度"])
def test_a_period_that_is_none_is_refused(june, period):
    with pytest.raises(UsageError):
        assess(june, period)


def test_templates_of_a_half_year_are_the_forms(done, tmp_path):
    workspace, _ = done
    plan = load_plan(workspace.params, 2017)
    written = write_templates(workspace, "2017-H1", tmp_path)
    assert written.keys() == {area.id for area in plan.assessed_areas} | {"social_relief", "welfare_charity"}
    sheet = openpyxl.load_workbook(written["social_relief"])["拟扣分"]
    proposed = [(row[0].value, row[2].value) for row in sheet.iter_rows(min_row=4) if row[2].value]
    assert proposed == [
        ("sec.duty.2", "2017-04"),
        ("sec.mgmt.4", "2017-04"),
        ("sec.mgmt.4", "2017-05"),
        ("sec.mgmt.4", "2017-06"),
    ]
