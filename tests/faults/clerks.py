"""More faults of the same kind, as clerks make them: see ``corpus`` for what the columns mean."""

import io
import re
from datetime import date
from typing import Any

import openpyxl
from corpus import ALL, DIBAO, ELDERLY, MEDICAL, PERSONS, Fault, bad, read
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.datavalidation import DataValidation
from workbooks import as_csv, cells, copy_row, edited, insert_columns, insert_rows, put, rename, rezip, write_row

MONEY = "dibao.urban.spending_month_yuan"
GOOD = (PERSONS, "7591")


def fine(name: str, *edits: Any, value: tuple[str, str] = GOOD) -> Fault:
    """A workbook that looks odd and means one thing beyond doubt."""
    return Fault(name, edited(*edits), "accepted", value=value)


def cover(name: str, cell: str, value: object) -> Fault:
    """An odd cover that is understood."""
    return fine(name, put(f"封面!{cell}", value))


def undated(name: str, value: object) -> Fault:
    """A 数据截至 that is no certain day: every project waits."""
    return Fault(name, edited(put("封面!B4", value)), "blocked", "READ-COVER", "封面!B4", ALL)


def _last_year_below(book: Any) -> None:
    sheet = book["低保"]
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    for row in (3, 4, 5):
        for column in range(1, 13):
            sheet.cell(row + 7, column).value = sheet.cell(row, column).value
    sheet["D11"] = 1


def _units_below(book: Any) -> None:
    sheet = book["低保"]
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    sheet.insert_rows(4)
    for column in range(2, 13):
        label, _, unit = sheet.cell(3, column).value.rpartition("（")
        sheet.cell(3, column).value, sheet.cell(4, column).value = label, unit.rstrip("）")


def _copied_sheet(book: Any) -> None:
    copy = book.copy_worksheet(book["低保"])
    copy.title, copy["D4"] = "5月低保", 1
    book.move_sheet("5月低保", -9)


def _styled_to_the_end(book: Any) -> None:
    fill = PatternFill("solid", fgColor="FFFF00")
    for row, column in ((1, 16384), (1_048_576, 1)):
        book["低保"].cell(row, column).fill = fill


def _one_step_right(book: Any) -> None:
    for column in range(12, 2, -1):
        book["低保"].cell(4, column).value = book["低保"].cell(4, column - 1).value


def _subtotals(book: Any, *, wrong: bool = False, label_first: bool = False) -> None:
    """After each project's sources a 小计, and 合计 at the end."""
    sheet = book["资金"]
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    rows = [[cell.value for cell in row[:5]] for row in sheet.iter_rows(min_row=4, max_row=18)]
    assert len({row[0] for row in rows}) * 3 == len(rows) == 15
    out: list[list[Any]] = []
    for at in range(0, 15, 3):
        group = rows[at : at + 3]
        sums = [sum(row[n] or 0 for row in group) for n in (2, 3, 4)]
        labels = [f"{group[0][0]}小计", None] if label_first else [group[0][0], "小计"]
        out += [*group, [*labels, *sums]]
    out.append(["合计", None, *(sum(row[n] or 0 for row in rows) for n in (2, 3, 4))])
    if wrong:
        out[3][2] += 10
    for number, row in enumerate(out, 4):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value


def _numbered_to_the_footer(book: Any) -> None:
    """序号 printed beforehand beside every row, the empty ones and those of 合计 and 填表人 too."""
    insert_columns("养老项目", 1)(book)
    sheet = book["养老项目"]
    last = max(row for row in range(4, sheet.max_row + 1) if isinstance(sheet.cell(row, 4).value, int | float))
    for row in range(last + 1, sheet.max_row + 8):
        for column in range(2, 10):
            sheet.cell(row, column).value = None
    sheet["A3"] = "序号"
    total = sum(sheet.cell(row, 4).value for row in range(4, last + 1))
    sheet.cell(last + 3, 2).value, sheet.cell(last + 3, 4).value = "合计", total
    sheet.cell(last + 4, 2).value = "填表人：张三　审核人：李四　联系电话：0839-1234567"
    for number, row in enumerate(range(4, last + 5), 1):
        sheet.cell(row, 1).value = number


def _all_in_one(good: bytes) -> bytes:
    """Every table below the other in a single sheet."""
    source = openpyxl.load_workbook(io.BytesIO(good), data_only=True)
    book = openpyxl.Workbook()
    for sheet in source.worksheets:
        for row in sheet.iter_rows(values_only=True):
            book.active.append(row)
        book.active.append([])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


MOBILE = "138" + "12345678"


def personal(name: str, cell: str, edit: Any) -> Fault:
    """A number of a person outside of all cells: found at the desk, not only when the month is sealed."""
    return Fault(name, edited(edit), "blocked", "READ-PERSONAL", cell, ALL, says=MOBILE[:3])


def _tell(book: Any) -> None:
    book["低保"]["D4"].hyperlink = f"tel:{MOBILE}"


def _prompt(book: Any) -> None:
    rule = DataValidation(type="whole", operator="greaterThan", formula1="0", prompt=f"有疑问请拨打{MOBILE}")
    rule.add("D5")
    book["低保"].add_data_validation(rule)


def _strict(good: bytes) -> bytes:
    transitional, strict = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"

    def change(_: str, data: bytes) -> bytes:
        data = data.replace(transitional + b"spreadsheetml/2006/main", strict + b"spreadsheetml/main")
        return data.replace(
            transitional + b"officeDocument/2006/relationships", strict + b"officeDocument/relationships"
        )

    return rezip(edited()(good), change)


def _prefixed(good: bytes) -> bytes:
    def change(name: str, data: bytes) -> bytes:
        if not name.startswith("xl/worksheets/sheet"):
            return data
        return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", data.decode()).replace("xmlns=", "xmlns:x=", 1).encode()

    return rezip(edited()(good), change)


def _rich_text(good: bytes) -> bytes:
    rich = "<si><r><t>城市</t></r><r><rPr><b/></rPr><t>低保</t></r><rPh sb='0' eb='1'><t>chengshi</t></rPh></si>"

    def change(name: str, data: bytes) -> bytes:
        if name != "xl/sharedStrings.xml":
            return data
        assert "<si><t>城市低保</t></si>" in data.decode()
        changed.append(name)
        return data.decode().replace("<si><t>城市低保</t></si>", rich).encode()

    changed: list[str] = []
    made = rezip(good, change)  # as it was delivered: openpyxl would write the texts into the cells
    assert changed
    return made


def _other_form(_: bytes) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "工资"])
    book.active.append(["张三", 1])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


CLERKS = [
    read("数字后写人次", "7591人次"),
    read("单位写在括号里", "7591（人）"),
    read("全角数字、逗号和单位", "７，５９１人"),
    read("前有加号", "+7591"),
    read("前有零", "0007591"),
    read("人民币符号", "￥2,260,262", "2260262", "低保!H4", MONEY),
    read("金额前写人民币", "人民币2260262元整", "2260262", "低保!H4", MONEY),
    bad("数字中间有空格", "75 91"),
    bad("欧洲式千分位", "7.591,0"),
    bad("数字后有句号", "7591。"),
    bad("数字前后有说明", "共7591人"),
    bad("写“同上”", "同上"),
    bad("写“未发生”", "未发生"),
    bad("数字后有记号", "7591*"),
    bad("负号在后", "7591-"),
    bad("印度式千分位", "1,23,456"),
    bad("以万写的金额", "226.03万", "READ-UNIT", "低保!H4"),
    bad("以百元写的金额", "22602.62百元", "READ-UNIT", "低保!H4"),
    bad("金额列里写百分数", "70%", "READ-UNIT", "低保!G4"),
    Fault("资金里写百分数", edited(put("资金!E4", "71.8%")), "blocked", "READ-UNIT", "资金!E4", MEDICAL),
    Fault("资金一格填元", edited(put("资金!C4", 13_079_600)), "blocked", "FUN-006", "资金!C4", MEDICAL),
    cover("数据截至写中文数字", "B4", "二〇一七年六月二十日"),
    cover("数据截至写零和号", "B4", "二零一七年6月20号"),
    cover("数据截至用破折号", "B4", "2017—6—20"),
    cover("数据截至写全角", "B4", "２０１７年６月２０日"),
    cover("数据截至写 20170620", "B4", "20170620"),
    undated("数据截至写两位年份", "17.6.20"),
    undated("数据截至没有这一天", "2017-06-31"),
    undated("数据截至只有月日", "6.20"),
    undated("数据截至是文本序列号", "42906"),
    cover("报告期写中文数字", "B3", "二〇一七年六月"),
    cover("报告期写 201706", "B3", 201706),
    cover("报告期写到日", "B3", "2017年6月20日"),
    cover("报告期是月中的日期", "B3", date(2017, 6, 20)),
    fine(
        "报告期是日期，显示为年月",
        put("封面!B3", date(2017, 6, 1)),
        lambda book: setattr(book["封面"]["B3"], "number_format", 'yyyy"年"m"月"'),
    ),
    fine(
        "报告期是序列号",
        put("封面!B3", 42887),
        lambda book: setattr(book["封面"]["B3"], "number_format", "General"),
    ),
    cover("填报单位前有省名", "B2", "四川省苍溪县民政局"),
    cover("填报单位前有市名", "B2", "广元市苍溪县民政局"),
    cover("填报单位省“县”字", "B2", "苍溪民政局"),
    cover("填报单位后有盖章", "B2", "苍溪县民政局（盖章）"),
    cover("填报单位字间有空格", "B2", "苍　溪　县"),
    fine("单位在表头下单独一行", _units_below, value=(MONEY, "2260262")),
    Fault(
        "表头下单独一行的单位是万元",
        edited(_units_below, put("低保!H4", "万元")),
        "blocked",
        "READ-UNIT",
        "低保!H4",
        DIBAO,
    ),
    fine("表头写“，元”", put("低保!H3", "当月低保金支出，元"), value=(MONEY, "2260262")),
    Fault(
        "表头写“单位：万元”",
        edited(put("低保!H3", "当月低保金支出 单位：万元")),
        "blocked",
        "READ-UNIT",
        "低保!H3",
        DIBAO,
    ),
    Fault("表头后直接写万元", edited(put("低保!H3", "当月低保金支出万元")), "blocked", "READ-COLUMN", "低保!H3", DIBAO),
    Fault("下方附上年同期表", edited(_last_year_below), "blocked", "READ-ROW-TWICE", "低保!A11", DIBAO),
    Fault(
        "右侧附对比表",
        edited(cells(sheet="低保", N3="类别", O3="户数（户）", N4="城市低保", O4=1)),
        "blocked",
        "READ-COLUMN-TWICE",
        "低保!B3",
        DIBAO,
    ),
    Fault("数据右移一列", edited(_one_step_right), "blocked", "DIB-004", "低保!J4", DIBAO),
    fine("表头和数据间有空行", insert_rows("低保", 4)),
    fine("行名前有编号", cells(sheet="低保", A4="1.城市低保", A5="（二）农村低保")),
    fine("前有序号列", insert_columns("低保", 1), cells(sheet="低保", A3="序号", A4=1, A5=2)),
    Fault(
        "城乡合计行算错",
        edited(write_row("低保", 6, ["城乡合计", 35599, 35599, 65092])),
        "warned",
        "READ-TOTAL",
        "低保!D6",
    ),
    Fault(
        "项目清单合计算错",
        edited(cells(sheet="养老项目", A22="合 计", C22=487)),
        "warned",
        "READ-TOTAL",
        "养老项目!C22",
    ),
    fine("资金每个项目后有小计", _subtotals, value=("funds.medical_aid_upper.allocated_yuan", "13079600")),
    fine("小计写在项目一列", lambda book: _subtotals(book, label_first=True)),
    Fault("资金小计算错", edited(lambda book: _subtotals(book, wrong=True)), "warned", "READ-TOTAL", "资金!C7"),
    fine("项目清单的序号印到表尾", _numbered_to_the_footer),
    Fault(
        "所有表放在一个工作表",
        _all_in_one,
        "blocked",
        "READ-SHEET",
        "低保",
        ALL,
        says="minsheng template 2017-06",
    ),
    personal("批注里有手机号", "低保!D4", lambda book: setattr(book["低保"]["D4"], "comment", Comment(MOBILE, "王"))),
    personal("文件属性里有手机号", "", lambda book: setattr(book.properties, "creator", f"王五{MOBILE}")),
    personal("页脚里有手机号", "低保", lambda book: setattr(book["低保"].oddFooter.left, "text", f"电话{MOBILE}")),
    personal("输入提示里有手机号", "低保!D5", _prompt),
    personal("超链接里有手机号", "低保", _tell),
    fine("项目清单中间有空行", insert_rows("养老项目", 8, 2)),
    Fault(
        "只有一行的表多出一行", edited(copy_row("养老服务", 4, 5)), "blocked", "READ-ROW-TWICE", "养老服务!A5", ELDERLY
    ),
    Fault("完工日期没有年份", edited(put("养老项目!E4", "6月3日")), "blocked", "READ-DATE", "养老项目!E4", ELDERLY),
    fine("完工日期写中文数字", put("养老项目!E4", "二〇一七年六月三日")),
    Fault("项目类别错字", edited(put("养老项目!B4", "新增公办养老床位")), "blocked", "PRJ-004", "养老项目!B4", ELDERLY),
    fine("工作表名带序号", rename("低保", "表二 低保")),
    Fault("上月的表留在前面", edited(_copied_sheet), "accepted", "READ-EXTRA-SHEET", "5月低保", value=GOOD),
    fine("样式撑到最后一格", _styled_to_the_end),
    fine("远处只有空格", put("低保!A60000", " ")),
    fine("带批注", lambda book: setattr(book["低保"]["D4"], "comment", Comment("请核实", "科长"))),
    fine("1904 日期系统", lambda book: setattr(book, "epoch", CALENDAR_MAC_1904)),
    Fault(
        "红色括号显示的负数",
        edited(put("低保!F4", -81), lambda book: setattr(book["低保"]["F4"], "number_format", "0;[Red](0)")),
        "blocked",
        "DIB-002",
        "低保!F4",
        DIBAO,
    ),
    Fault("严格 OOXML", _strict, "accepted", value=GOOD),
    Fault("XML 带命名空间前缀", _prefixed, "accepted", value=GOOD),
    Fault("富文本和拼音", _rich_text, "accepted", value=GOOD),
    Fault("文件末尾多出字节", lambda good: good + bytes(100), "accepted", value=GOOD),
    Fault("csv，分号分隔", as_csv("utf-8", ";"), "accepted", value=GOOD),
    Fault("csv，两个 BOM", lambda good: b"\xef\xbb\xbf" + as_csv("utf-8-sig")(good), "accepted", value=GOOD),
    Fault("csv，带 BOM 的 UTF-16", as_csv("utf-16"), "accepted", value=GOOD),
    Fault("csv，没有 BOM 的 UTF-16", as_csv("utf-16-le"), "accepted", value=GOOD),
    Fault("csv，大端 UTF-16 没有 BOM", as_csv("utf-16-be"), "accepted", value=GOOD),
    Fault("csv，GBK 前有 BOM", lambda good: b"\xef\xbb\xbf" + as_csv("gb18030")(good), "accepted", value=GOOD),
    Fault("文本改名 xlsx", lambda _: "六月报表已报，请查收。\n".encode(), "refused", says="不是 Excel 或 WPS 工作簿"),
    Fault("别的表的工作簿", _other_form, "refused", says="找不到封面"),
    Fault("报告期只有月份", edited(put("封面!B3", "6月")), "refused", says="封面!B3 报告期“6月”无法识别"),
    Fault("报告期是累计", edited(put("封面!B3", "2017年1-6月")), "refused", says="封面!B3 报告期“2017年1-6月”无法识别"),
    Fault(
        "报告期下月",
        edited(put("封面!B3", date(2017, 7, 1))),
        "refused",
        says="封面!B3 报告期是2017年7月，不是2017年6月",
    ),
]
