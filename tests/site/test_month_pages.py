"""The pages of a run month: what each says, where their links lead, and the table that others print."""

import dataclasses
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from minsheng.domain.area import Section
from minsheng.domain.period import Period
from minsheng.plan import load_plan
from minsheng.site import pages
from minsheng.site.first_page import first_page
from minsheng.site.parts import PeriodResults
from minsheng.workspace import Workspace

JUNE = Period("2017-06")


def test_every_page_says_that_the_data_are_a_sample(june: Workspace) -> None:
    for path in sorted((june.outputs / "2017-06").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        assert "示例数据" in text, path
        assert "<script" not in text
        assert not re.search(r'(?:src|href)="https?:', text)


def test_links_of_the_site_lead_somewhere(june: Workspace) -> None:
    for page in (june.outputs / "index.html", june.outputs / "2017-06" / "index.html"):
        links = re.findall(r'href="([^"#:]+)"', page.read_text(encoding="utf-8"))
        assert len(links) >= 1
        for link in links:
            assert (page.parent / link).is_file(), (page, link)


def test_an_empty_month_does_not_take_the_first_page(june: Workspace, tmp_path: Path, html_text) -> None:
    own = Workspace.find(shutil.copytree(june.root, tmp_path / "own"))
    register = own.data / "returns" / "register.csv"
    lines = register.read_text(encoding="utf-8").splitlines(keepends=True)
    register.write_text("".join(line for line in lines if not line.startswith("2017-07,")), encoding="utf-8")
    (own.outputs / "2017-07").mkdir()
    (own.outputs / "2017-07" / "index.html").touch()
    text = html_text(first_page(own, load_plan(own.params, 2017), Period("2017-07")))
    assert "2017年6月应报9个地区，已报9个" in text
    assert "2017年7月还没有可用数据" in text
    assert "未报送11个（市本级、苍溪县" in text
    assert "2017年6月未签字2" in text
    assert "2017年7月未报送11" in text
    assert "2017年7月未签字" not in text


def test_what_an_earlier_month_left_open_stays_on_the_first_page(june: Workspace, tmp_path: Path, html_text) -> None:
    own = Workspace.find(shutil.copytree(june.root, tmp_path / "own"))
    # A month that has its results, as July will have: June's own stand for them.
    shutil.copytree(own.outputs / "2017-06", own.outputs / "2017-07")
    for path in (own.outputs / "2017-07").rglob("result.json"):
        path.write_text(path.read_text(encoding="utf-8").replace('"2017-06"', '"2017-07"'), encoding="utf-8")
    text = html_text(first_page(own, load_plan(own.params, 2017), Period("2017-07")))
    assert "2017年7月应报" in text, "July is the newest month with data"
    assert "2017年6月未签字2" in text
    assert "2017年6月未归档1" in text
    assert "2017年6月未报送" not in text
    (own.data / "accepted" / "2017-06" / "cangxi.json").write_bytes(b"{}")
    text = html_text(first_page(own, load_plan(own.params, 2017), Period("2017-07")))
    assert "2017年6月看不了1" in text, "another month's damage is said, and holds up no page"


def test_a_page_reads_every_return_in_the_order_of_the_plan(june: Workspace) -> None:
    plan = load_plan(june.params, 2017)
    read = list(PeriodResults(june, plan, Period("2017-06")).returns())
    assert [owner.name for owner, _ in read] == [each.name for each in plan.reporting_owners(Period("2017-06"))]
    assert isinstance(read[-1][0], Section), "sections come after the areas"
    assert all(owner.id == accepted.verdict.id and accepted.verdict.outcomes for owner, accepted in read)


def _progress_sheet(workspace: Workspace, month: str = "2017-06") -> Worksheet:
    return openpyxl.load_workbook(workspace.outputs / month / "progress.xlsx").active


def test_the_progress_table_has_the_annex_layout(june: Workspace) -> None:
    sheet = _progress_sheet(june)
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=8) if row[0].value}
    assert list(rows)[:10] == [
        "全市", "市本级", "苍溪县", "旺苍县", "剑阁县", "青川县", "利州区", "昭化区", "朝天区", "广元经济技术开发区",
    ]  # fmt: skip
    assert sheet["A1"].value == "2017年民政系统民生工程及民生实事目标任务完成情况表（2017年6月）"
    above = [[cell.value for cell in sheet[row] if cell.value] for row in range(3, 8)]
    assert above[0] == ["地区", "民生工程", "民生实事"]
    assert above[1][:2] == ["扶贫解困工程", "社会保障工程"]
    assert above[2][1:] == ["城乡困难群众最低生活保障", "社会养老服务体系建设"]
    beds = next(cell.column - 1 for cell in sheet[6] if cell.value == "新增民办公办养老机构床位\n（张）")
    assert [cell.value for cell in sheet[7]][beds : beds + 3] == ["目标", "完成值", "完成率"]
    assert rows["全市"][beds] == 1950
    assert rows["市本级"][beds] == 400
    assert sum(rows[name][beds + 1] for name in list(rows)[1:10]) == rows["全市"][beds + 1]


def test_the_progress_table_prints_on_one_page_across_with_its_headers_on_every_page(june: Workspace) -> None:
    sheet = _progress_sheet(june)
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToWidth in {None, 1}, "one page across is the default"
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$3:$7"
    digits = sum(
        dimension.width * (dimension.max - dimension.min + 1) for dimension in sheet.column_dimensions.values()
    )
    assert digits < 220, "wider tables print in letters that nobody reads on A4"


def test_a_page_of_what_the_plan_does_not_have_is_not_made_linked_or_sealed(
    june: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, plan = Workspace.find(shutil.copytree(june.root, tmp_path / "own")), load_plan(june.params, 2017)
    money = pages.SitePage("{period}/money.html", _money, link="资金", archived=True)
    for belongs in (True, False):
        page = dataclasses.replace(money, belongs=lambda _, has=belongs: has)
        monkeypatch.setattr(pages, "MONTH_PAGES", (page, *pages.MONTH_PAGES[-3:]))
        monkeypatch.setattr(pages, "in_servant", lambda function: function)
        (own.outputs / "2017-06" / "index.html").unlink()
        pages.write_pages(own, plan, JUNE)
        assert ("money.html" in pages.archived_pages(plan, JUNE)) is belongs
        assert ("2017-06/money.html" in pages.make_archived_pages(own, plan, JUNE)) is belongs
        assert (own.outputs / "2017-06" / "money.html").is_file() is belongs
        assert ("money.html" in (own.outputs / "2017-06" / "index.html").read_text(encoding="utf-8")) is belongs
        (own.outputs / "2017-06" / "money.html").unlink(missing_ok=True)


def _money(*_: object) -> bytes:
    return "<p>资金</p>".encode()
