"""A receipt names the cell that was mistyped, not those that it makes look wrong, and says what to write there."""

import io
from dataclasses import replace
from typing import Any

import openpyxl
import pytest
from remembering_desk import Desk
from workbooks import edited, put

from minsheng.domain.delivery import Severity, Verdict
from minsheng.intake.returns.receipt_words import ReceiptEntry, ReceiptWords, receipt_words
from minsheng.intake.returns.receipt_workbook import receipt_workbook
from minsheng.intake.returns.receipts import receipt_page
from minsheng.intake.spreadsheets.cells import Percentage

pytestmark = pytest.mark.slow

RED = "FFFFC7CE"


def answered(desk: Desk, *edits: tuple[str, Any]) -> tuple[Verdict, ReceiptWords, Any]:
    content = edited(*(put(where, value) for where, value in edits))(desk.good)
    verdict, _ = desk.judge(content)
    read = desk.reader.read(content)
    words = receipt_words(desk.checker.plan, verdict, [sheet.name for sheet in read.sheets])
    return verdict, words, openpyxl.load_workbook(io.BytesIO(receipt_workbook(content, read, verdict, words)))


def wrong(words: ReceiptWords) -> list[ReceiptEntry]:
    return [entry for entry in words.entries if entry.severity == Severity.CRITICAL]


def red(book: Any) -> set[str]:
    sheets = book.worksheets[2:]
    return {f"{s.title}!{c.coordinate}" for s in sheets for row in s for c in row if c.fill.fgColor.rgb == RED}


@pytest.mark.parametrize(
    ("cell", "typed", "should"),
    [
        ("低保!D4", 7951, "7591人"),  # two digits swapped: the cumulative is right
        ("低保!D4", 759, "7591人"),
        ("低保!H4", 0, "约2260262元"),
        ("低保!H4", 226.0262, "约2260262元"),
        ("低保!J4", 45450, "45350人次"),  # here the cumulative is wrong
        ("养老服务!K4", 938, "9380名"),
        ("养老服务!K4", 28140, "9380名"),
        ("资金!C4", 13_079_600, "1307.96万元"),
        ("医疗救助!H4", 450_223.85, "约440223.85元"),
    ],
)
def test_the_mistyped_cell_is_red_and_told_what_the_other_figures_say(
    desk: Desk, cell: str, typed: float, should: str
) -> None:
    verdict, words, book = answered(desk, (cell, typed))
    assert [entry.place for entry in wrong(words)] == [cell]
    assert f"请改成 {should}（" in wrong(words)[0].todo
    assert red(book) == {cell}
    open_issues = [issue for issue in verdict.issues if issue.blocks]
    assert open_issues


def test_mistakes_of_one_row_are_told_apart_and_listed_by_sheet(desk: Desk) -> None:
    _, words, book = answered(
        desk, ("资金!C4", 13_079_600), ("低保!D4", 7951), ("低保!H4", 3_260_262), ("低保!E5", None)
    )
    places = ["低保!D4", "低保!H4", "低保!E5", "资金!C4"]
    assert [entry.place for entry in wrong(words)] == places
    assert red(book) == set(places)
    assert wrong(words)[3].follows  # four rules fire at one cell, which is one entry


def test_the_list_and_the_cells_are_linked_and_the_list_stays_below_its_header(desk: Desk) -> None:
    _, words, book = answered(desk, ("低保!D4", 7951))
    sheet, record = book.worksheets[:2]
    assert [cell.value for cell in sheet[4]] == ["单元格", "您填的", "请改成／请说明"]
    assert (sheet["A5"].value, sheet["A5"].hyperlink.location) == ("低保!D4", "'低保'!D4")
    assert book["低保"]["D4"].hyperlink.location == "'回执'!A5"
    assert book["低保"]["D4"].value == 7951
    assert (sheet.freeze_panes, record.freeze_panes) == ("A5", "A2")
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (9, 1)
    assert sheet.row_dimensions[7].hidden  # what follows is folded
    shown = "".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
    assert "0" * 64 not in shown
    assert not any(rule in shown for rule, _, _ in words.not_checked)


def test_a_blank_cell_that_is_asked_for_stays_blank(desk: Desk) -> None:
    _, words, book = answered(desk, ("低保!E5", None))
    assert wrong(words)[0].place == "低保!E5"
    assert book["低保"]["E5"].value is None
    assert book["低保"]["A1"].hyperlink.location == "'回执'!A5"


def test_no_day_is_shown_that_the_sender_did_not_write(desk: Desk) -> None:
    _, words, _ = answered(desk, ("封面!B4", None))
    assert dict(words.facts)["数据截至"] == "未填"
    assert "2017-06-21" not in receipt_page(words).decode().split("收到时间")[0]
    _, words, _ = answered(desk)
    assert dict(words.facts)["数据截至"] == "2017-06-20"


def test_a_receipt_that_comes_back_is_read_as_the_return_that_it_was(desk: Desk) -> None:
    content = edited(put("低保!D4", 7591))(desk.good)
    verdict, values = desk.judge(content)
    read = desk.reader.read(content)
    made = receipt_workbook(content, read, verdict, receipt_words(desk.checker.plan, verdict))
    again, same = desk.judge(made)
    assert {issue.severity for issue in again.issues} == {Severity.INFO}  # its two sheets are not read
    assert same == values


def test_a_copy_shows_percentages_as_the_sender_saw_them(desk: Desk) -> None:
    book = desk.reader.read(desk.good)
    sheets = [replace(sheet, rows=((Percentage("0.7344"), Percentage("0.123456")),)) for sheet in book.sheets[:1]]
    verdict, _ = desk.judge(desk.good)
    words = receipt_words(desk.checker.plan, verdict, [sheets[0].name])
    copied = openpyxl.load_workbook(
        io.BytesIO(receipt_workbook(None, replace(book, sheets=tuple(sheets)), verdict, words))
    )
    cells = copied[sheets[0].name][1]
    assert [(cell.value, cell.number_format) for cell in cells] == [(0.7344, "0.00%"), (0.123456, "0.00####%")]
