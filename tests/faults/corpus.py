"""Faults of real county returns: what was done to a good June workbook of 苍溪县, and what must come of it.

``outcome`` is one of

- ``accepted``: nothing to act on; ``value`` is what must have been read,
- ``warned``: accepted, but a warning asks for an explanation,
- ``blocked``: figures are not used, of the projects named and of no others,
- ``refused``: the file is kept aside; nothing of it counts.

``rule`` must be among the issues, at ``cell``; ``says`` is a fragment of its message or of what to do, or of a refusal.
"""

import io
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from workbooks import (
    Make,
    as_csv,
    as_ods,
    as_xls,
    cells,
    compound,
    copy_row,
    delete_rows,
    drop,
    edited,
    in_sheet,
    insert_columns,
    insert_rows,
    put,
    rename,
    rezip,
    swap_cells,
    swap_columns,
    write_row,
)

ROOT = Path(__file__).parents[2]
ALL = ("medical_aid", "dibao", "elderly_care", "disability_allowance", "two_lines")
DIBAO, MEDICAL, ELDERLY, DISABILITY, TWO_LINES = ("dibao",), ALL[:1], ALL[2:3], ALL[3:4], ALL[4:]


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    name: str
    make: Make
    outcome: Literal["accepted", "warned", "blocked", "refused"]
    rule: str = ""
    cell: str = ""
    blocked: tuple[str, ...] = ()
    value: tuple[str, str] = ("", "")
    says: str = ""


PERSONS = "dibao.urban.persons"


def read(name: str, text: object, value: str = "7591", where: str = "低保!D4", field: str = PERSONS) -> Fault:
    """A cell that looks odd and means one number beyond doubt."""
    return Fault(name, edited(put(where, text)), "accepted", value=(field, value))


def bad(name: str, text: object, rule: str = "READ-NUMBER", where: str = "低保!D4") -> Fault:
    """A cell that may mean several things, or nothing."""
    return Fault(name, edited(put(where, text)), "blocked", rule, where, DIBAO)


CELLS = [
    read("数字前后有空格", " 7591 "),
    read("数字后有不间断空格", "7591\u00a0"),
    read("数字后有换行", "7591\n"),
    read("数字中有零宽字符", "75\u200b91"),
    read("全角数字", "７５９１"),
    read("千分位", "7,591"),
    read("全角千分位和小数点", "２，２６０，２６２．００", "2260262", "低保!H4", "dibao.urban.spending_month_yuan"),
    read("单元格里写了本列单位", "7591人"),
    read("金额后写元", "2260262元", "2260262", "低保!H4", "dibao.urban.spending_month_yuan"),
    read("文本前的撇号", "'7591"),
    read("整数写成小数", "7591.0"),
    read("浮点误差", 2260262.0000000005, "2260262", "低保!H4", "dibao.urban.spending_month_yuan"),
    Fault(
        "科学计数法存储的数",
        in_sheet("低保", r'(<c r="D4"[^>]*>)<v>7591</v>', r"\1<v>7.591E3</v>"),
        "accepted",
        value=(PERSONS, "7591"),
    ),
    Fault(
        "公式有计算结果",
        in_sheet("低保", r'(<c r="D4"[^>]*>)<v>7591</v>', r"\1<f>7590+1</f><v>7591</v>"),
        "accepted",
        value=(PERSONS, "7591"),
    ),
    bad("公式没有计算结果", "=7590+1", "READ-FORMULA"),
    bad("错误值 #DIV/0!", "#DIV/0!", "READ-ERROR"),
    bad("错误值 #REF!", "#REF!", "READ-ERROR"),
    bad("千分位错位", "75,91"),
    bad("约数", "约7500"),
    bad("范围", "7500-7600"),
    bad("百分数", "75.91%", "READ-UNIT"),
    bad("别的单位", "7591户", "READ-UNIT"),
    bad("以万计", "0.76万", "READ-UNIT"),
    bad("万元写进元列", "226.0262万元", "READ-UNIT", "低保!H4"),
    bad("括号表示的负数", "(81)", where="低保!F4"),
    bad("数字后带说明", "7591（含新增）"),
    bad("两个数字", "7591/7560"),
    bad("中文数字", "七千五百九十一"),
    bad("文字目标", "应保尽保"),
    bad("文本科学计数法", "7.591E+03"),
    bad("逻辑值", text=True),
    bad("数字列里是日期", date(2017, 6, 20)),
    bad("负数", -81, "DIB-002", "低保!F4"),
    bad("整数列里有小数", 7591.5, "DIB-003"),
    Fault("天文数字", edited(put("低保!D4", 1e18)), "blocked", "DIB-005", "低保!J4", DIBAO),
    bad("空白", None, "DIB-001"),
    bad("只有空格", "   ", "DIB-001"),
    bad("写“无”", "无", "DIB-001", "低保!E4"),
    bad("写破折号", "——", "DIB-001", "低保!E4"),
    bad("写斜杠", "/", "DIB-001", "低保!E4"),
    Fault("空白填成 0", edited(put("低保!H4", 0)), "blocked", "DIB-006", "低保!K4", DIBAO),
    Fault(
        "合并的数据单元格",
        edited(lambda book: book["低保"].merge_cells("D4:D5")),
        "blocked",
        "READ-MERGED",
        "低保!D5",
        DIBAO,
    ),
]
HEADERS = [
    Fault(
        "表头单位元改成万元", edited(put("低保!H3", "当月低保金支出（万元）")), "blocked", "READ-UNIT", "低保!H3", DIBAO
    ),
    Fault("表头单位万元改成元", edited(put("资金!C3", "累计下达（元）")), "blocked", "READ-UNIT", "资金!C3", ALL),
    Fault("表头没有单位", edited(put("低保!H3", "当月低保金支出")), "warned", "READ-UNIT-MISSING", "低保!H3"),
    Fault(
        "表头用别名",
        edited(put("低保!H3", "当月支出（元）")),
        "accepted",
        value=("dibao.urban.spending_month_yuan", "2260262"),
    ),
    Fault("表头有换行和空格", edited(put("低保!D3", "当 月\n保障人数\n( 人 )")), "accepted", value=(PERSONS, "7591")),
    Fault("表头改名", edited(put("低保!D3", "享受对象")), "blocked", "READ-COLUMN", "低保!D3", DIBAO),
    Fault("列调换位置", edited(swap_columns("低保", 4, 8)), "accepted", value=(PERSONS, "7591")),
    Fault("插入空列", edited(insert_columns("低保", 4)), "accepted", value=(PERSONS, "7591")),
    Fault("插入空行", edited(insert_rows("低保", 5, 2)), "accepted", value=(PERSONS, "7591")),
    Fault("表头上方插入行", edited(insert_rows("低保", 1, 3)), "accepted", value=(PERSONS, "7591")),
    Fault(
        "两级表头",
        edited(
            insert_rows("资金", 3),
            cells(sheet="资金", C3="资金累计（万元）", C4="下达", D4="到位", E4="拨付"),
            lambda book: book["资金"].merge_cells("C3:E3"),
        ),
        "accepted",
        value=("funds.medical_aid_upper.allocated_yuan", "13079600"),
    ),
    Fault(
        "上级表头单位是元",
        edited(
            insert_rows("资金", 3),
            cells(sheet="资金", C3="资金累计（元）", C4="下达", D4="到位", E4="拨付"),
            lambda book: book["资金"].merge_cells("C3:E3"),
        ),
        "blocked",
        "READ-UNIT",
        "资金!C4",
        ALL,
    ),
    Fault(
        "单位写在表的上方",
        edited(cells(sheet="资金", C3="累计下达", D3="累计到位", E3="累计拨付"), put("资金!A2", "单位：万元")),
        "accepted",
        value=("funds.medical_aid_upper.allocated_yuan", "13079600"),
    ),
    Fault(
        "表的上方写了别的单位",
        edited(cells(sheet="资金", C3="累计下达", D3="累计到位", E3="累计拨付"), put("资金!A2", "单位：元")),
        "blocked",
        "READ-UNIT",
        "资金!C3",
        ALL,
    ),
    Fault(
        "同一列出现两次",
        edited(put("低保!M3", "当月保障人数（人）"), put("低保!M4", 1)),
        "blocked",
        "READ-COLUMN-TWICE",
        "低保!D3",
        DIBAO,
    ),
    Fault(
        "多出一列", edited(put("低保!M3", "备注"), put("低保!M4", "含新增")), "accepted", "READ-EXTRA-COLUMN", "低保!M3"
    ),
    Fault(
        "表头下有列号",
        edited(insert_rows("低保", 4), write_row("低保", 4, list(range(1, 13)))),
        "accepted",
        value=(PERSONS, "7591"),
    ),
    Fault(
        "表头下有甲乙栏次",
        edited(insert_rows("低保", 4), write_row("低保", 4, ["甲", *range(1, 12)])),
        "accepted",
        value=(PERSONS, "7591"),
    ),
    Fault("没有表头", edited(delete_rows("低保", 3)), "blocked", "READ-HEADER", "低保", DIBAO),
]

ROWS = [
    Fault("合计行算错", edited(put("医疗救助!B6", 760)), "warned", "READ-TOTAL", "医疗救助!B6"),
    Fault("没有合计行", edited(delete_rows("医疗救助", 6)), "accepted", value=("medical_aid.dibao.cases_month", "573")),
    Fault(
        "合计行在前",
        edited(
            insert_rows("医疗救助", 4),
            copy_row("医疗救助", 7, 4),
            put("医疗救助!A4", "总 计"),
            delete_rows("医疗救助", 7),
        ),
        "accepted",
        value=("medical_aid.dibao.cases_month", "573"),
    ),
    Fault(
        "小计行在中间",
        edited(insert_rows("低保", 5), copy_row("低保", 4, 5), cells(sheet="低保", A5="小计", D5=7590)),
        "warned",
        "READ-TOTAL",
        "低保!D5",
    ),
    Fault(
        "表尾有注和签字",
        edited(
            cells(
                sheet="低保",
                A8="注：本表按月填报。",
                A9="单位负责人（签字）：李四　填表人：张三　联系电话：0839-1234567",
            )
        ),
        "accepted",
        value=(PERSONS, "7591"),
    ),
    Fault("缺一行", edited(delete_rows("低保", 5)), "blocked", "READ-ROW", "低保", DIBAO),
    Fault(
        "一行出现两次",
        edited(insert_rows("低保", 6), copy_row("低保", 5, 6)),
        "blocked",
        "READ-ROW-TWICE",
        "低保!A6",
        DIBAO,
    ),
    Fault(
        "多出别的县的一行",
        edited(insert_rows("低保", 6), copy_row("低保", 5, 6), put("低保!A6", "旺苍县")),
        "warned",
        "READ-ROW-UNKNOWN",
        "低保!A6",
    ),
    Fault(
        "两行顺序调换",
        edited(*(swap_cells("低保", f"{c}4", f"{c}5") for c in "ABCDEFGHIJKL")),
        "accepted",
        value=(PERSONS, "7591"),
    ),
    Fault(
        "两行数字填反",
        edited(*(swap_cells("低保", f"{c}4", f"{c}5") for c in "BCDEFGHIJKL")),
        "blocked",
        "DIB-004",
        "低保!J5",
        DIBAO,
    ),
    Fault("行名中间有空格", edited(put("低保!A4", "城市　低保")), "accepted", value=(PERSONS, "7591")),
    Fault("行名改写", edited(put("低保!A4", "城里人")), "blocked", "READ-ROW", "低保!A4", DIBAO),
    Fault(
        "项目名称只在首行",
        edited(cells(sheet="资金", A5=None, A6=None)),
        "accepted",
        value=("funds.medical_aid_municipal.allocated_yuan", "348800"),
    ),
    Fault(
        "项目名称合并",
        edited(lambda book: book["资金"].merge_cells("A4:A6")),
        "accepted",
        value=("funds.medical_aid_municipal.allocated_yuan", "348800"),
    ),
    Fault(
        "隐藏的行",
        edited(lambda book: setattr(book["低保"].row_dimensions[5], "hidden", True)),
        "accepted",
        "READ-HIDDEN",
        "低保",
    ),
    Fault(
        "隐藏的列",
        edited(lambda book: setattr(book["低保"].column_dimensions["D"], "hidden", True)),
        "accepted",
        "READ-HIDDEN",
        "低保",
    ),
    Fault("项目清单没有完工日期", edited(put("养老项目!E4", None)), "warned", "PRJ-006", "养老项目!E4"),
    Fault("项目状态写法不对", edited(put("养老项目!D4", "基本完工")), "blocked", "PRJ-005", "养老项目!D4", ELDERLY),
    Fault("项目重复登记", edited(copy_row("养老项目", 5, 6)), "warned", "PRJ-008", "养老项目!A6"),
]

SHEETS = [
    Fault("工作表改名", edited(rename("低保", "Sheet3")), "accepted", value=(PERSONS, "7591")),
    Fault("缺工作表", edited(drop("低保")), "blocked", "READ-SHEET", "低保", DIBAO),
    Fault(
        "多出工作表",
        edited(lambda book: book.create_sheet("工作底稿").append(["x", 1])),
        "accepted",
        "READ-EXTRA-SHEET",
        "工作底稿",
    ),
    Fault(
        "隐藏的工作表",
        edited(lambda book: setattr(book["低保"], "sheet_state", "hidden")),
        "accepted",
        "READ-HIDDEN",
        "低保",
    ),
    Fault("没有印证资料表", edited(drop("印证资料")), "accepted", value=(PERSONS, "7591")),
    Fault("五个方面有空白", edited(put("工作情况!E5", None)), "warned", "NAR-001", "工作情况!E5"),
    Fault("工作表顺序打乱", edited(lambda book: book._sheets.reverse()), "accepted", value=(PERSONS, "7591")),
]

COVER = [
    Fault("封面工作表改名", edited(rename("封面", "Sheet1")), "accepted", value=(PERSONS, "7591")),
    Fault(
        "标签和内容写在一格",
        edited(cells(sheet="封面", A2="填报单位：苍溪县民政局", B2=None)),
        "accepted",
        value=(PERSONS, "7591"),
    ),
    Fault("填报单位写简称", edited(put("封面!B2", "苍溪县")), "accepted", value=(PERSONS, "7591")),
    Fault("报告期是日期格式", edited(put("封面!B3", date(2017, 6, 1))), "accepted", value=(PERSONS, "7591")),
    Fault("数据截至写 2017.6.20", edited(put("封面!B4", "2017.6.20")), "accepted", value=(PERSONS, "7591")),
    Fault("数据截至写 2017年6月20日", edited(put("封面!B4", "2017年6月20日")), "accepted", value=(PERSONS, "7591")),
    Fault(
        "数据截至是序列号",
        edited(put("封面!B4", 42906), lambda book: setattr(book["封面"]["B4"], "number_format", "General")),
        "accepted",
        "READ-SERIAL",
        "封面!B4",
        says="读作 2017-06-20",
    ),
    Fault(
        "印证资料的日期是序列号",
        edited(put("印证资料!D4", 42842), lambda book: setattr(book["印证资料"]["D4"], "number_format", "General")),
        "accepted",
        "READ-SERIAL",
        "印证资料!D4",
        says="42842 读作 2017-04-17",
    ),
    *(
        Fault(
            f"格式 {code} 缩小显示",
            edited(lambda book, code=code: setattr(book["低保"]["H4"], "number_format", code)),
            "warned",
            "READ-DIVIDED",
            "低保!H4",
            value=("dibao.urban.spending_month_yuan", "2260262"),
            says="按文件里的 2260262 读取",
        )
        for code in ("0,", '0.0,"万"', "#,##0.00,,")
    ),
    Fault("印证资料的日期只有月日", edited(put("印证资料!D4", 4.17)), "warned", "READ-DATE", "印证资料!D4"),
    Fault("印证资料的日期没有这一天", edited(put("印证资料!D4", "2017-06-31")), "warned", "READ-DATE", "印证资料!D4"),
    Fault("印证资料没有表头", edited(delete_rows("印证资料", 3)), "warned", "READ-HEADER", "印证资料"),
    Fault("工作情况没有表头", edited(delete_rows("工作情况", 3)), "warned", "READ-HEADER", "工作情况"),
    Fault("数据截至没有年份", edited(put("封面!B4", "6月20日")), "blocked", "READ-COVER", "封面!B4", ALL),
    Fault("数据截至空白", edited(put("封面!B4", None)), "blocked", "READ-COVER", "封面", ALL),
    Fault("数据截至的标签改名", edited(put("封面!A4", "统计口径")), "blocked", "READ-COVER", "封面", ALL),
    Fault("数据截至在收到之后", edited(put("封面!B4", date(2017, 6, 30))), "blocked", "COV-002", "封面!B4", ALL),
    Fault("数据截至在上个月", edited(put("封面!B4", date(2017, 5, 20))), "warned", "COV-003", "封面!B4"),
    Fault("填报日期在数据截至之前", edited(put("封面!B5", date(2017, 6, 3))), "warned", "COV-004", "封面!B5"),
]


def _with_cover(month: str, who: str) -> bytes:
    """Another month's or county's return with the cover of 苍溪县's June."""
    content = (ROOT / "data" / "returns" / month / f"{who}.xlsx").read_bytes()
    values = {"B2": "苍溪县民政局", "B3": "2017年6月", "B4": date(2017, 6, 20), "B5": date(2017, 6, 21)}
    return edited(cells(sheet="封面", **values))(content)


FIGURES = [
    Fault("累计比上月减少", edited(put("低保!J4", 30000)), "blocked", "DIB-004", "低保!J4", DIBAO),
    Fault("累计不等于上月加本月", edited(put("低保!J4", 45450)), "blocked", "DIB-005", "低保!J4", DIBAO),
    Fault("居家养老累计少了一位", edited(put("养老服务!K4", 938)), "blocked", "ELD-004", "养老服务!K4", ELDERLY),
    Fault("床位合计不等于公办加民办", edited(put("养老服务!E4", 150)), "blocked", "ELD-006", "养老服务!E4", ELDERLY),
    Fault("床位与项目清单不符", edited(put("养老项目!C4", 30)), "warned", "ELD-010", "养老服务!C4"),
    Fault(
        "万元列里填元",
        edited(cells(sheet="资金", C4=13079600, D4=12294800, E4=9385400)),
        "blocked",
        "FUN-006",
        "资金!C4",
        MEDICAL,
    ),
    Fault("元列里填万元", edited(cells(sheet="低保", H4=226.0262)), "blocked", "DIB-009", "低保!H4", DIBAO),
    Fault("人均超过标准", edited(put("低保!H4", 3260262)), "blocked", "DIB-008", "低保!H4", DIBAO),
    Fault("按户施保户数多于户数", edited(put("低保!C4", 4519)), "blocked", "DIB-007", "低保!C4", DIBAO),
    Fault(
        "补贴金额不等于人数乘标准",
        edited(cells(sheet="残疾人补贴", E4=530070, G4=3170470)),
        "warned",
        "DIS-007",
        "残疾人补贴!E4",
    ),
    Fault(
        "实补多于应补", edited(cells(sheet="残疾人补贴", A4=7600)), "blocked", "DIS-008", "残疾人补贴!B4", DISABILITY
    ),
    Fault("到位多于下达", edited(put("资金!D4", 1400)), "blocked", "FUN-004", "资金!D4", MEDICAL),
    Fault("自负费用算错", edited(put("医疗救助!H4", 450223.85)), "blocked", "MED-007", "医疗救助!H4", MEDICAL),
    Fault("救助金额多于自负费用", edited(put("医疗救助!I4", 540223.85)), "blocked", "MED-008", "医疗救助!I4", MEDICAL),
    Fault("两表户数不一致", edited(cells(sheet="两线合一", B4=4500, C4=4500)), "warned", "TWO-008", "两线合一!B4"),
    Fault(
        "印出的比例与重算不符",
        edited(cells(sheet="医疗救助", N3="救助比例（%）", N4=58.7, N5=70)),
        "warned",
        "MED-017",
        "医疗救助!N4",
    ),
    Fault(
        "印出的目标与方案不符",
        edited(cells(sheet="医疗救助", N3="年度目标（%）", N4=71, N5=70)),
        "blocked",
        "MED-018",
        "医疗救助!N4",
        MEDICAL,
    ),
    Fault(
        "累计减少但有说明",
        edited(
            cells(sheet="养老服务", J4=0, K4=7000, L4=2500, M4=4500),
            write_row(
                "情况说明", 4, ["ELD-004", "", "与民政信息系统核对，核减重复登记的老人557名，见苍民发〔2017〕30号"]
            ),
        ),
        "accepted",
        "ELD-004",
        "养老服务!K4",
        value=("elderly_care.home_care_cumulative_persons", "7000"),
    ),
    Fault(
        "说明写错了规则编号",
        edited(
            cells(sheet="养老服务", J4=0, K4=7000, L4=2500, M4=4500),
            write_row("情况说明", 4, ["ELD-005", "养老服务!K4", "核减重复登记的老人"]),
        ),
        "blocked",
        "ELD-004",
        "养老服务!K4",
        ELDERLY,
    ),
    Fault(
        "上月的报表改了封面再报", lambda _: _with_cover("2017-05", "cangxi"), "blocked", "DIB-016", "低保!B4", ALL[:4]
    ),
    Fault("别的县的报表改了封面", lambda _: _with_cover("2017-06", "wangcang"), "blocked", "DIB-015", "低保!B4", ALL),
    Fault(
        "提示已经说明",
        edited(
            cells(sheet="残疾人补贴", E4=530070, G4=3170470),
            write_row("情况说明", 4, ["DIS-007", "残疾人补贴!E4", "扣回多发2000元"]),
        ),
        "accepted",
        "DIS-007",
        "残疾人补贴!E4",
    ),
]


def _macros(good: bytes) -> bytes:
    return rezip(good, lambda _, data: data, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macro"})


def _links(good: bytes) -> bytes:
    link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    return rezip(good, lambda _, data: data, {"xl/externalLinks/externalLink1.xml": link})


def _bomb(good: bytes) -> bytes:
    return rezip(good, lambda _, data: data, {"xl/media/image1.xml": b"<a>" + b" " * (40 << 20) + b"</a>"})


def _far_cell(good: bytes) -> bytes:
    return in_sheet("低保", "</sheetData>", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')(good)


def _dtd(good: bytes) -> bytes:
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'

    def change(name: str, data: bytes) -> bytes:
        return data.replace(b"<worksheet", entity + b"<worksheet", 1) if name.endswith("sheet3.xml") else data

    return rezip(good, change)


def _docx(_: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w:document xmlns:w='x'/>")
    return stream.getvalue()


FORMATS = [
    Fault("csv，UTF-8", as_csv("utf-8"), "accepted", value=(PERSONS, "7591")),
    Fault("csv，带 BOM 的 UTF-8", as_csv("utf-8-sig"), "accepted", value=(PERSONS, "7591")),
    Fault("csv，GB18030", as_csv("gb18030"), "accepted", value=(PERSONS, "7591")),
    Fault("制表符分隔的文本，UTF-16", as_csv("utf-16", "\t"), "accepted", value=(PERSONS, "7591")),
    Fault("ods", as_ods, "accepted", value=(PERSONS, "7591")),
    Fault("xls", as_xls, "accepted", value=(PERSONS, "7591")),
    Fault("带宏", _macros, "accepted", "READ-MACRO"),
    Fault("带外部链接", _links, "accepted", "READ-LINK"),
]

REFUSED = [
    Fault(
        "报告期是上个月",
        edited(put("封面!B3", "2017年5月")),
        "refused",
        says="封面!B3 报告期是2017年5月，不是2017年6月",
    ),
    Fault("报告期写不清", edited(put("封面!B3", "上半年")), "refused", says="封面!B3 报告期“上半年”无法识别"),
    Fault(
        "外市的报表", edited(put("封面!B2", "南江县民政局")), "refused", says="封面!B2 填报单位“南江县民政局”不在方案中"
    ),
    Fault("没有封面", edited(drop("封面")), "refused", says="找不到封面"),
    Fault("封面标签都改了", edited(cells(sheet="封面", A2="名称", A3="时间")), "refused", says="找不到封面"),
    Fault(
        "加密",
        lambda _: compound({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y"}),
        "refused",
        says="取消密码",
    ),
    Fault("压缩炸弹", _bomb, "refused", says="压缩比异常"),
    Fault("含 DTD", _dtd, "refused", says="DTD"),
    Fault("远处的单元格", _far_cell, "refused", says="超过上限"),
    Fault("文件不完整", lambda good: good[: len(good) // 2], "refused", says="损坏"),
    Fault(
        "网页改名", lambda _: "<html><table><tr><td>填报单位</td></tr></table></html>".encode(), "refused", says="网页"
    ),
    Fault("空文件", lambda _: b"", "refused", says="文件是空的"),
    Fault("Word 文档", _docx, "refused", says="没有工作簿"),
    Fault("PDF", lambda _: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "refused", says="是 PDF 文件，不是表格"),
    Fault("图片", lambda _: b"\x89PNG\r\n\x1a\n" + bytes(200), "refused", says="是图片，不是表格"),
]

CORPUS = [*CELLS, *HEADERS, *ROWS, *SHEETS, *COVER, *FIGURES, *FORMATS, *REFUSED]
