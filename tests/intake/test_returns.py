"""Workbooks as counties send them: every fault at its cell, nothing lost, nothing guessed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from good_returns import build_return, good_cells

from minsheng.domain.delivery import Severity
from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError
from minsheng.intake.reading.parsing import ParsedReturn, parse_return
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.measure.fields import fields_read


@pytest.fixture(scope="module")
def reader():
    with Reader() as reader:
        yield reader


def parsed(plan: Plan, reader: Reader, **options: Any) -> ParsedReturn:
    cells = options.pop("cells", None) or good_cells(plan)
    return parse_return(reader.read(build_return(plan, cells, **options)), plan)


def found(result: ParsedReturn) -> list[tuple[str, str, str]]:
    return [(i.rule, i.sheet, i.cell) for i in result.findings.issues]


def test_a_good_return_has_no_finding(plan: Plan, reader: Reader) -> None:
    result = parsed(plan, reader)
    assert found(result) == []
    assert (result.cover.id, str(result.cover.period), result.cover.as_of) == ("cangxi", "2017-06", date(2017, 6, 20))
    assert len(result.tables["funds"].rows) == 15
    assert result.tables["medical_aid"].rows[0].cells["cases_month"].cell == "B4"
    assert result.narratives["dibao"]["problems"] == "存在的问题：已落实"


def test_ten_thousand_yuan_are_held_in_yuan(plan: Plan, reader: Reader) -> None:
    row = parsed(plan, reader).tables["funds"].rows[0]
    assert row.cells["allocated_yuan"].value == Decimal(50000)


@pytest.mark.parametrize("value", ["2017年06月份", "2017-06", "2017/6", date(2017, 6, 1)])
def test_the_month_in_several_forms(plan: Plan, reader: Reader, value: Any) -> None:
    assert str(parsed(plan, reader, cover={"报告期": value}).cover.period) == "2017-06"


@pytest.mark.parametrize(
    ("label", "value"), [("填报单位", "南江县民政局"), ("报告期", "上个月"), ("报告期", "2017-13")]
)
def test_a_cover_that_does_not_say_who_or_when_is_refused(plan: Plan, reader: Reader, label: str, value: str) -> None:
    with pytest.raises(FileRefusedError, match=value):
        parsed(plan, reader, cover={label: value})


def test_without_an_as_of_date_the_whole_return_is_blocked(plan: Plan, reader: Reader) -> None:
    result = parsed(plan, reader, as_of=None)
    assert [(i.rule, i.project, i.blocks) for i in result.findings.issues] == [("READ-COVER", None, True)]


def test_renamed_moved_and_extra_columns(plan: Plan, reader: Reader) -> None:
    def edit(_: Any, sheets: dict[str, Any]) -> None:
        sheet = sheets["dibao"]
        sheet.write(2, 7, "当月\n支出（元）")  # an alias of 当月低保金支出
        sheet.write(2, 12, "人均支出")
        sheet.write(3, 12, 300)

    result = parsed(plan, reader, edit=edit)
    assert found(result) == [("READ-EXTRA-COLUMN", "低保", "M3")]
    assert result.tables["dibao"].rows[0].cells["spending_month_yuan"].value == Decimal(600000)


def test_a_missing_column_a_missing_row_and_a_row_twice(plan: Plan, reader: Reader) -> None:
    def edit(_: Any, sheets: dict[str, Any]) -> None:
        sheets["dibao"].write(2, 3, "某列")
        sheets["medical_aid"].write(4, 0, "特困供养人员")

    rules = [(rule, sheet) for rule, sheet, _ in found(parsed(plan, reader, edit=edit))]
    assert ("READ-COLUMN", "低保") in rules
    assert ("READ-ROW-TWICE", "医疗救助") in rules
    assert ("READ-ROW", "医疗救助") in rules


@pytest.mark.parametrize(
    ("header", "rule"),
    [("累计下达（元）", "READ-UNIT"), ("累计下达", "READ-UNIT-MISSING"), ("下达资金（万元）", "")],
)
def test_the_unit_comes_from_the_header(plan: Plan, reader: Reader, header: str, rule: str) -> None:
    result = parsed(plan, reader, edit=lambda _, sheets: sheets["funds"].write(2, 2, header))
    assert found(result) == ([(rule, "资金", "C3")] if rule else [])


def test_a_parent_header_with_another_unit_is_critical(plan: Plan, reader: Reader) -> None:
    def edit(_: Any, sheets: dict[str, Any]) -> None:
        sheets["funds"].merge_range(1, 2, 1, 4, "资金（元）")

    assert {rule for rule, _, _ in found(parsed(plan, reader, edit=edit))} == {"READ-UNIT"}


def test_two_level_merged_headers(plan: Plan, reader: Reader) -> None:
    def edit(_: Any, sheets: dict[str, Any]) -> None:
        sheet = sheets["funds"]
        sheet.merge_range(1, 2, 1, 4, "累计（万元）")
        for column, text in enumerate(("下达", "到位", "拨付"), 2):
            sheet.write(2, column, text)

    result = parsed(plan, reader, edit=edit)
    assert found(result) == []
    cells = result.tables["funds"].rows[0].cells
    assert cells["disbursed_yuan"].value == Decimal(30000)
    # Its row of data, not one of the header's two.
    assert [cells[name].cell for name in ("allocated_yuan", "received_yuan", "disbursed_yuan")] == ["C4", "D4", "E4"]


def test_a_fault_below_a_header_of_two_levels_names_its_own_cell(plan: Plan, reader: Reader) -> None:
    def edit(_: Any, sheets: dict[str, Any]) -> None:
        sheet = sheets["funds"]
        sheet.merge_range(1, 2, 1, 4, "累计（万元）")
        for column, text in enumerate(("下达", "到位", "拨付"), 2):
            sheet.write(2, column, text)
        sheet.write(3, 3, "约3")

    assert found(parsed(plan, reader, edit=edit)) == [("READ-NUMBER", "资金", "D4")]


def test_a_merged_project_name_covers_its_rows(plan: Plan, reader: Reader) -> None:
    def edit(_: Any, sheets: dict[str, Any]) -> None:
        sheets["funds"].merge_range(3, 0, 5, 0, "城乡困难群众医疗救助")

    assert found(parsed(plan, reader, edit=edit)) == []


@pytest.mark.parametrize(
    ("value", "rule"),
    [("约2000", "READ-NUMBER"), ("5万元", "READ-UNIT"), ("2000户", "READ-UNIT"), (True, "READ-NUMBER")],
)
def test_a_cell_that_is_no_number_is_named(plan: Plan, reader: Reader, value: Any, rule: str) -> None:
    result = parsed(plan, reader, edit=lambda _, sheets: sheets["dibao"].write(3, 3, value))
    assert found(result) == [(rule, "低保", "D4")]


def test_error_cells_and_formulas_without_a_value(plan: Plan, reader: Reader) -> None:
    def edit(_: Any, sheets: dict[str, Any]) -> None:
        sheets["dibao"].write_formula(3, 3, "=1/0", None, "#DIV/0!")
        sheets["dibao"].write_formula(4, 3, "=1+1", None, "")

    assert found(parsed(plan, reader, edit=edit)) == [("READ-ERROR", "低保", "D4"), ("READ-FORMULA", "低保", "D5")]


def test_text_numbers_are_read_and_said_once(plan: Plan, reader: Reader) -> None:
    result = parsed(plan, reader, edit=lambda _, sheets: sheets["dibao"].write_string(3, 3, "２,０００"))
    assert found(result) == [("READ-TEXT-NUMBER", "低保", "D4")]
    assert result.tables["dibao"].rows[0].cells["persons"].value == Decimal(2000)


def test_a_total_row_is_cut_off_and_checked(plan: Plan, reader: Reader) -> None:
    result = parsed(plan, reader, edit=lambda _, sheets: sheets["medical_aid"].write(5, 1, 201))
    (issue,) = result.findings.issues
    assert (issue.rule, issue.cell, issue.allowed) == ("READ-TOTAL", "B6", "200人次（各行之和）")
    assert [row.id for row in result.tables["medical_aid"].rows] == ["tekun", "dibao"]


def test_footer_lines_and_column_numbers_are_no_data(plan: Plan, reader: Reader) -> None:
    def edit(_: Any, sheets: dict[str, Any]) -> None:
        for row, text in enumerate(("审核人（签字）：李四", "填表日期：2017年6月21日", "注：本表按月报送。"), 8):
            sheets["disability_allowance"].write(row, 0, text)

    assert found(parsed(plan, reader, edit=edit)) == []


def test_a_second_row_in_a_table_of_one_row(plan: Plan, reader: Reader) -> None:
    result = parsed(plan, reader, edit=lambda _, sheets: sheets["disability_allowance"].write(4, 0, 3000))
    assert found(result) == [("READ-ROW-TWICE", "残疾人补贴", "A5")]


def test_a_hidden_sheet_is_read_and_said(plan: Plan, reader: Reader) -> None:
    assert found(parsed(plan, reader, edit=lambda _, sheets: sheets["dibao"].hide())) == [("READ-HIDDEN", "低保", "")]


def test_a_missing_sheet_blocks_its_project(plan: Plan, reader: Reader) -> None:
    cells = good_cells(plan)
    del cells["dibao"]
    (issue,) = parsed(plan, reader, cells=cells).findings.issues
    assert (issue.rule, issue.project, issue.blocks) == ("READ-SHEET", "dibao", True)


def test_a_csv_holds_all_tables_one_below_the_other(plan: Plan, reader: Reader) -> None:
    lines = ["封面", "填报单位,广元市民政局（市本级）", "报告期,2017年6月", "数据截至,2017-06-20", "养老服务"]
    columns = plan.table("elderly_care").columns
    lines += [",".join(c.header for c in columns), ",".join(str(n) for n in range(10, 10 + len(columns)))]
    result = parse_return(reader.read("\n".join(lines).encode("gb18030")), plan)
    assert result.cover.id == "municipal"
    cell = result.tables["elderly_care"].rows[0].cells["beds_public_month"]
    assert (cell.value, cell.cell) == (Decimal(10), "A7")


def test_figures_without_a_duty_are_asked_about(plan: Plan, reader: Reader) -> None:
    cells = good_cells(plan)
    only = {name: cells[name] for name in ("elderly_care", "elderly_projects", "funds", "narrative") if name in cells}
    result = parsed(plan, reader, cells=only, bureau="广元市民政局（市本级）")
    asked = [i for i in result.findings.issues if i.rule == "READ-DUTY" and i.cell]
    assert result.cover.id == "municipal"
    assert {i.field for i in asked} == {
        field
        for each in plan.indicators_of("elderly_care")
        for field in fields_read(each)
        if "municipal" not in each.targets
    }
    assert {i.severity for i in asked} == {Severity.WARNING}
