"""Habits of county offices: headers, row names, titles, remarks, copies, pictures. See ``corpus`` for the columns."""

import io
from datetime import date
from typing import Any

from corpus import ALL, DIBAO, ELDERLY, MEDICAL, PERSONS, Fault
from openpyxl.drawing.image import Image
from openpyxl.worksheet.worksheet import Worksheet
from workbooks import (
    cells,
    copy_row,
    delete_rows,
    edited,
    insert_columns,
    insert_rows,
    put,
    rename,
    write_row,
)

GOOD = (PERSONS, "7591")
ONE_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def fine(name: str, *edits: Any) -> Fault:
    """A workbook that looks odd and means one thing beyond doubt."""
    return Fault(name, edited(*edits), "accepted", value=GOOD)


def unmerged(sheet: Worksheet) -> Worksheet:
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    return sheet


def _month_and_cumulative(book: Any) -> None:
    """当月情况 and 累计情况 over two groups of columns."""
    sheet = unmerged(book["低保"])
    sheet.insert_rows(3)
    sheet["D3"], sheet["J3"] = "当月情况", "累计情况"
    for column in range(4, 13):
        sheet.cell(4, column).value = sheet.cell(4, column).value.removeprefix("当月").removeprefix("累计")
    sheet.merge_cells("D3:I3")
    sheet.merge_cells("J3:L3")


def _two_groups(book: Any) -> None:
    sheet = unmerged(book["低保"])
    sheet.insert_rows(3)
    sheet["H3"], sheet["H4"], sheet["I4"] = "当月支出（元）", "低保金", "其他补贴"
    sheet.merge_cells("H3:I3")


def _county_column(*names: str) -> Any:
    """A column 县区 before the only row of 养老服务, and a row for each name."""

    def edit(book: Any) -> None:
        sheet = unmerged(book["养老服务"])
        sheet.insert_cols(1)
        sheet["A3"] = "县区"
        for row, name in enumerate(names, 4):
            for column in range(2, 15):
                sheet.cell(row, column).value = sheet.cell(4, column).value
            sheet.cell(row, 1).value = name

    return edit


def _copied(title: str, **values: Any) -> Any:
    """Copy 低保 to another sheet, with other figures in it."""

    def edit(book: Any) -> None:
        copy = book.copy_worksheet(book["低保"])
        copy.title = title
        for cell, value in values.items():
            copy[cell] = value

    return edit


def _old_one_hidden(book: Any) -> None:
    copy = book.copy_worksheet(book["低保"])
    copy.title = "城乡最低生活保障"
    book["低保"]["D4"], book["低保"].sheet_state, book["低保"].title = 1, "hidden", "低保（旧）"


def _picture(book: Any) -> None:
    book["低保"].add_image(Image(io.BytesIO(ONE_PIXEL)), "N4")


def _picture_instead(book: Any) -> None:
    for row in (4, 5):
        for column in range(1, 13):
            book["低保"].cell(row, column).value = None
    _picture(book)


def _emptied(book: Any) -> None:
    """The blank form as it was sent out: row names, and no figure."""
    for sheet in book.worksheets[1:8]:
        for row in unmerged(sheet).iter_rows(min_row=4):
            for cell in row:
                if isinstance(cell.value, int | float | date):
                    cell.value = None


REMARKS = [
    "本表一式三份",
    "1.本表由县民政局填报。",
    "数据来源：县民政局",
    "（盖章）",
    "2017年6月21日",
    "局长：李四",
    "第1页 共1页",
]

HABITS = [
    # Headers
    fine("表头当月情况、累计情况分两组", _month_and_cumulative),
    fine("表头用本月代替当月", put("低保!D3", "本月保障人数（人）")),
    fine("表头前有序号", cells(sheet="低保", D3="3.当月保障人数（人）", E3="（4）当月新增人数（人）")),
    Fault("表头两级，下级认不出", edited(_two_groups), "blocked", "READ-COLUMN", "低保!H4", DIBAO, says="低保金"),
    Fault(
        "表头错字",
        edited(put("低保!D3", "当月保璋人数（人）")),
        "blocked",
        "READ-COLUMN",
        "低保!D3",
        DIBAO,
        says="保璋",
    ),
    Fault("表头写月份", edited(put("低保!D3", "6月保障人数（人）")), "blocked", "READ-COLUMN", "低保!D3", DIBAO),
    Fault(
        "表头累计写到5月",
        edited(put("低保!J3", "1-5月累计保障人次（人次）")),
        "blocked",
        "READ-COLUMN",
        "低保!J3",
        DIBAO,
    ),
    Fault("表头的单位人改成户", edited(put("低保!D3", "当月保障人数（户）")), "blocked", "READ-UNIT", "低保!D3", DIBAO),
    Fault("标准的单位按年", edited(put("低保!G3", "低保标准（元/人·年）")), "blocked", "READ-UNIT", "低保!G3", DIBAO),
    Fault(
        "金额列写人均单位", edited(put("低保!H3", "当月低保金支出（元/人）")), "blocked", "READ-UNIT", "低保!H3", DIBAO
    ),
    # Rows
    fine("行名前有数字", put("低保!A4", "①城市低保"), put("低保!A5", "2农村低保")),
    fine("行名里的引号是半角", *[put(f"资金!A{row}", '全面实现低保线和贫困线"两线合一"') for row in (16, 17, 18)]),
    fine("行名里没有引号", *[put(f"工作情况!A{row}", "全面实现低保线和贫困线两线合一") for row in (8,)]),
    Fault("行名写作城镇低保", edited(put("低保!A4", "城镇低保")), "blocked", "READ-ROW", "低保!A4", DIBAO),
    Fault(
        "资金来源写法不对",
        edited(put("资金!B6", "县级配套")),
        "blocked",
        "READ-ROW",
        "资金!B6",
        MEDICAL,
        says="行名改成“城乡困难群众医疗救助 / 县级安排”",
    ),
    Fault("表下残留一个数", edited(put("低保!D20", 123)), "warned", "READ-ROW-UNKNOWN", "低保!A20", says="没有行名"),
    Fault(
        "合计格是错误值",
        edited(insert_rows("低保", 6), write_row("低保", 6, ["合计", "#REF!"])),
        "warned",
        "READ-TOTAL",
        "低保!B6",
    ),
    Fault(
        "合计格写约数",
        edited(insert_rows("低保", 6), write_row("低保", 6, ["合计", "约3.6万户"])),
        "warned",
        "READ-TOTAL",
        "低保!B6",
    ),
    Fault(
        "合计公式没有结果",
        edited(insert_rows("低保", 6), write_row("低保", 6, ["合计", "=SUM(B4:B5)"])),
        "accepted",
        "READ-TOTAL-UNREAD",
        "低保!B6",
        says="没有核对",
    ),
    fine("只有一行的表加合计行", copy_row("养老服务", 4, 5), put("养老服务!A5", "合计")),
    *[fine(f"养老服务表下写“{text}”", put("养老服务!A7", text)) for text in REMARKS],
    *[fine(f"项目清单下写“{text}”", put("养老项目!A24", text)) for text in REMARKS],
    Fault(
        "项目清单最后只有名称",
        edited(put("养老项目!A22", "元坝镇敬老院")),
        "blocked",
        "PRJ-001",
        "养老项目!B22",
        ELDERLY,
    ),
    Fault("县区列写别的县", edited(_county_column("旺苍县")), "blocked", "READ-OWNER", "养老服务!A4", ELDERLY),
    Fault(
        "县区列两个县", edited(_county_column("苍溪县", "旺苍县")), "blocked", "READ-ROW-TWICE", "养老服务!B5", ELDERLY
    ),
    fine("县区列写本县", _county_column("苍溪县")),
    fine("左边空一列", insert_columns("低保", 1), insert_columns("资金", 1)),
    # Titles and sheets
    Fault(
        "分表写着上个月",
        edited(put("低保!A2", "填报单位：苍溪县民政局　报告期：2017年5月")),
        "warned",
        "READ-TITLE",
        "低保!A2",
    ),
    Fault(
        "分表写着别的县",
        edited(put("低保!A2", "填报单位：旺苍县民政局　报告期：2017年6月")),
        "warned",
        "READ-TITLE",
        "低保!A2",
    ),
    Fault(
        "标题写着去年",
        edited(put("低保!A1", "2016年6月城乡困难群众最低生活保障情况表")),
        "warned",
        "READ-TITLE",
        "低保!A1",
    ),
    fine("标题写着截止日期", put("低保!A2", "填报单位：广元市苍溪县民政局　2017年1—6月　填表日期：2017年7月3日")),
    fine("没有标题，工作表也改名", delete_rows("低保", 1, 2), rename("低保", "Sheet3")),
    Fault("另有一份不同的副本", edited(_copied("低保 (2)", D4=7777)), "warned", "READ-SHEET-TWICE", "低保 (2)"),
    Fault("另有一份相同的副本", edited(_copied("低保 (2)")), "accepted", "READ-EXTRA-SHEET", "低保 (2)", value=GOOD),
    Fault("旧表隐藏着", edited(_old_one_hidden), "accepted", "READ-EXTRA-SHEET", "低保（旧）", value=GOOD),
    Fault(
        "深度隐藏的工作表",
        edited(lambda book: setattr(book["低保"], "sheet_state", "veryHidden")),
        "accepted",
        "READ-HIDDEN",
        "低保",
    ),
    Fault("图片旁有数", edited(_picture), "accepted", "READ-PICTURE", "低保", value=GOOD),
    Fault("贴图代替表", edited(_picture_instead), "blocked", "READ-PICTURE", "低保", DIBAO),
    Fault("空白表原样报来", edited(_emptied), "blocked", "DIB-001", "低保!D4", ALL),
]
