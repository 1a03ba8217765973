"""The writer of returns: which sheets, which cells, which aids."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from minsheng.domain.period import Period
from minsheng.intake.returns.return_template import Aids, Filling, write_workbook
from minsheng.intake.spreadsheets.style import display_width

PARAMS = Path(__file__).parents[2] / "params"
JUNE = Period("2017-06")
DUE = date(2017, 6, 23)


def opened(content: bytes, **how):
    return openpyxl.load_workbook(io.BytesIO(content), **how)


def header_columns(sheet) -> dict[str, int]:
    return {cell.value.replace("\n", ""): cell.column for cell in sheet[3] if cell.value}


def test_a_county_gets_a_sheet_for_each_of_its_duties_in_reading_order(plan):
    book = opened(write_workbook(plan, plan.area("cangxi"), JUNE))
    assert " ".join(book.sheetnames) == (
        "封面 医疗救助 低保 养老服务 养老项目 残疾人补贴 两线合一 资金 工作情况 印证资料 情况说明"
    )


def test_the_municipal_row_has_elderly_care_only(plan):
    book = opened(write_workbook(plan, plan.area("municipal"), JUNE))
    assert book.sheetnames == ["封面", "养老服务", "养老项目", "资金", "工作情况", "印证资料", "情况说明"]
    funds = [row[0].value for row in book["资金"].iter_rows(min_row=4, max_row=6)]
    assert funds == ["社会养老服务体系建设"] * 3
    assert str(book["资金"]["A8"].value).startswith("填表人")


def test_a_section_reports_in_words_about_its_own_projects(plan):
    book = opened(write_workbook(plan, plan.section("social_relief"), JUNE))
    assert book.sheetnames == ["封面", "工作情况"]
    assert [book["工作情况"].cell(row, 1).value for row in (4, 5, 6)] == [
        "城乡困难群众医疗救助",
        "城乡困难群众最低生活保障",
        "全面实现低保线和贫困线“两线合一”",
    ]


def test_cover_and_money_are_written_exactly(plan):
    filling = Filling(
        cover={"as_of": date(2017, 6, 20), "data_label": "示例数据"},
        figures={
            "funds.two_lines_municipal.allocated_yuan": Decimal(56000),
            "dibao.rural.spending_month_yuan": Decimal("1234567.89"),
        },
    )
    book = opened(write_workbook(plan, plan.area("cangxi"), JUNE, filling))
    cover = {row[0].value: row[1].value for row in book["封面"].iter_rows(min_row=2)}
    assert cover["填报单位"] == "苍溪县民政局"
    assert cover["报告期"] == "2017年6月"
    assert cover["数据截至"].date() == date(2017, 6, 20)
    funds = book["资金"]
    line = next(
        row for row in funds.iter_rows(min_row=4) if row[0].value.startswith("全面") and row[1].value == "市级安排"
    )
    assert funds.cell(3, 3).value == "累计下达（万元）"
    assert line[2].value == 5.6  # 56,000 yuan are the notice's 5.6 万元
    dibao = book["低保"]
    assert dibao.cell(5, header_columns(dibao)["当月低保金支出（元）"]).value == 1234567.89


def test_totals_carry_their_value_for_readers_that_do_not_calculate(plan):
    figures = {"medical_aid.tekun.cases_month": 30, "medical_aid.dibao.cases_month": 112}
    content = write_workbook(plan, plan.area("cangxi"), JUNE, Filling(figures=figures))
    seen, kept = opened(content, data_only=True)["医疗救助"], opened(content)["医疗救助"]
    assert (seen["A6"].value, seen["B6"].value, kept["B6"].value) == ("合计", 142, "=SUM(B4:B5)")


def test_text_that_looks_like_a_formula_or_an_address_stays_text(plan):
    words = {"progress": "=cmd|'/c calc'!A0", "funds": "http://example.org"}
    book = opened(write_workbook(plan, plan.area("cangxi"), JUNE, Filling(narratives={"dibao": words})))
    cells = [book["工作情况"].cell(5, column) for column in (2, 3)]
    assert [(cell.value, cell.data_type, cell.hyperlink) for cell in cells] == [
        ("=cmd|'/c calc'!A0", "s", None),
        ("http://example.org", "s", None),
    ]


@pytest.mark.parametrize(
    "filling",
    [
        Filling(figures={"dibao.urban.persons": 5}),
        Filling(figures={"elderly_care.no_such_column": 5}),
        Filling(narratives={"dibao": {"progress": "甲"}}),
        Filling(open_rows={"dibao_list": [{"name": "甲"}]}),
    ],
)
def test_nothing_is_dropped_without_a_word(plan, filling):
    with pytest.raises(ValueError, match="no cell for"):
        write_workbook(plan, plan.area("municipal"), JUNE, filling)


def test_equal_content_gives_equal_bytes(plan):
    def once():
        return write_workbook(plan, plan.area("lizhou"), JUNE, aids=Aids(due=DUE))

    assert once() == once()


@pytest.fixture(scope="module")
def book(plan):
    previous = {
        "dibao.urban.person_months_cumulative": 105000,
        "funds.dibao_upper.received_yuan": Decimal(12345600),
    }
    return opened(write_workbook(plan, plan.area("lizhou"), JUNE, aids=Aids(due=DUE, previous=previous)))


class TestTemplate:
    def test_only_input_cells_are_open(self, book):
        for sheet in book:
            assert sheet.protection.sheet, sheet.title
        dibao = book["低保"]
        place = header_columns(dibao)["累计保障人次（人次）"]
        assert dibao["A4"].protection.locked
        assert dibao.cell(3, place).protection.locked
        assert not dibao.cell(4, place).protection.locked
        assert not book["封面"]["B4"].protection.locked  # 数据截至
        assert book["封面"]["B2"].protection.locked  # 填报单位

    def test_last_month_stands_beside_the_cumulative_cell(self, book):
        dibao, funds = book["低保"], book["资金"]
        place = header_columns(dibao)["累计保障人次（人次）"]
        beside = dibao.cell(4, place - 1)
        assert dibao.cell(3, place - 1).value == "上月累计"
        assert (beside.value, beside.protection.locked) == (105000, True)
        line = next(r.row for r in funds["B"] if r.value == "争取中央、省补助" and "最低" in funds.cell(r.row, 1).value)
        place = header_columns(funds)["累计到位（万元）"]
        assert funds.cell(line, place - 1).value == 1234.56

    def test_numbers_are_bounded_and_falling_below_last_month_asks_back(self, book):
        dibao = book["低保"]
        rules = {str(rule.sqref): rule for rule in dibao.data_validations.dataValidation}
        persons = dibao.cell(4, header_columns(dibao)["当月保障人数（人）"]).coordinate
        months = dibao.cell(4, header_columns(dibao)["累计保障人次（人次）"]).coordinate
        assert (rules[persons].type, rules[persons].operator, rules[persons].formula1) == (
            "whole",
            "greaterThanOrEqual",
            "0",
        )
        assert (rules[months].formula1, rules[months].errorStyle) == ("105000", "warning")
        assert "105,000" in rules[months].prompt

    def test_choices_and_dates(self, plan, book):
        rules = [(rule.type, rule.formula1) for rule in book["养老项目"].data_validations.dataValidation]
        assert ("list", '"新增公办床位,新增民办床位,维修改造床位,日间照料中心"') in rules
        assert ("list", '"开工,完工,验收"') in rules
        assert {"whole", "date"} <= {kind for kind, _ in rules}
        municipal = opened(write_workbook(plan, plan.area("municipal"), JUNE, aids=Aids(due=DUE)))
        choices = next(r for r in municipal["印证资料"].data_validations.dataValidation if r.type == "list")
        assert choices.formula1 == '"社会养老服务体系建设"'

    def test_notes_of_the_columns_are_comments(self, book):
        dibao = book["低保"]
        place = header_columns(dibao)["累计保障人次（人次）"]
        assert "每月保障人数之和" in dibao.cell(3, place).comment.text

    def test_the_cover_says_when_it_is_due(self, book):
        cover = {row[0].value: row[1].value for row in book["封面"].iter_rows(min_row=2)}
        assert cover["报送截止"].startswith("2017-06-23")
        assert cover["数据截至"] is None

    def test_headers_fit_their_columns_in_four_lines_and_stay_in_view(self, book):
        for sheet in book.worksheets[1:]:
            assert sheet.freeze_panes, sheet.title
            widths = {}
            for letter, dimension in sheet.column_dimensions.items():
                first = openpyxl.utils.column_index_from_string(letter)
                for column in range(first, (dimension.max or first) + 1):
                    widths[column] = dimension.width
            for header, column in header_columns(sheet).items():
                assert display_width(header) <= 4 * (widths[column] - 1), (sheet.title, header)
