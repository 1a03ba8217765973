"""Covers, cells as programs write them, and what workbooks come in. See ``corpus`` for the columns."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import openpyxl
from corpus import DIBAO, Fault, bad
from habits import GOOD, fine, unmerged
from workbooks import (
    Make,
    as_csv,
    as_ods,
    compound,
    edited,
    in_sheet,
    put,
    rezip,
)


def refused(name: str, make: Make, says: str) -> Fault:
    """A file of which nothing counts."""
    return Fault(name, make, "refused", says=says)


def _cover_on_a_table(book: Any) -> None:
    cover, sheet = book["封面"], unmerged(book["医疗救助"])
    sheet.insert_rows(1, 6)
    for row in range(2, 6):
        for column in (1, 2):
            sheet.cell(row - 1, column).value = cover.cell(row, column).value
    book.remove(cover)


def _cover_across(book: Any) -> None:
    values = {"A2": "填报单位", "B2": "报告期", "A3": "苍溪县民政局", "B3": "2017年6月"}
    for cell, value in values.items():
        book["封面"][cell] = value


def _packed(good: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("苍溪县6月/苍溪县6月报表.xlsx", good)
        package.writestr("苍溪县6月/报送函.docx", b"letter")
    return out.getvalue()


def _word(_: bytes) -> bytes:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="a" Type="{kind}" Target="word/document.xml"/></Relationships>',
        )
        package.writestr("word/document.xml", "<document/>")
    return out.getvalue()


def _locked_ods(good: bytes) -> bytes:
    def change(name: str, data: bytes) -> bytes:
        if name != "META-INF/manifest.xml":
            return data
        return data.replace(b'text/xml"/>', b'text/xml"><manifest:encryption-data/></manifest:file-entry>')

    return rezip(as_ods(good), change)


def _cell(kind: str, inner: str) -> Make:
    return in_sheet("低保", r'<c r="D4"[^>]*><v>7591</v></c>', f'<c r="D4"{kind}>{inner}</c>')


def _shared(stored: int) -> Make:
    """Both rows of a column by one formula, of which only the first cell has the text: the second is shifted."""
    first = _cell("", '<f t="shared" ref="D4:D5" si="0">E4+7479</f><v>7591</v>')
    second = f'<c r="D5"><f t="shared" si="0"/><v>{stored}</v></c>'.encode()

    def change(_: str, data: bytes) -> bytes:
        return re.sub(rb'<c r="D5".*?</c>', second, data, count=1) if b"E4+7479" in data else data

    return lambda good: rezip(first(good), change)


def _stale(name: str, make: Make, cell: str) -> Fault:
    return Fault(name, make, "blocked", "READ-FORMULA", cell, DIBAO)


def _divided_ods(good: bytes) -> bytes:
    """An OpenDocument sheet whose format shows one figure in thousands."""
    styles = (
        '<office:automatic-styles xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" '
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><number:number-style style:name="N1">'
        '<number:number number:display-factor="1000" number:decimal-places="0"/></number:number-style>'
        '<style:style style:name="ce1" style:family="table-cell" style:data-style-name="N1"/></office:automatic-styles>'
    )
    figure = 'office:value-type="float" office:value="2260262"'

    def change(name: str, data: bytes) -> bytes:
        if name != "content.xml":
            return data
        assert figure.encode() in data
        data = data.replace(figure.encode(), f'table:style-name="ce1" {figure}'.encode(), 1)
        return data.replace(b"<office:body>", f"{styles}<office:body>".encode(), 1)

    return rezip(as_ods(good), change)


def _plain_rows(good: bytes) -> bytes:
    """What pandas writes: values alone, no styles, widths or merged cells."""
    source, book = openpyxl.load_workbook(io.BytesIO(good), data_only=True), openpyxl.Workbook()
    book.remove(book.active)
    for sheet in source:
        target = book.create_sheet(sheet.title)
        for row in sheet.iter_rows(values_only=True):
            target.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


CONTAINERS = [
    # Cover
    fine("填报单位写市名和县名", put("封面!B2", "广元市苍溪县")),
    fine("填报单位后有股室", put("封面!B2", "苍溪县民政局社会救助股")),
    fine("封面写在一张表上", _cover_on_a_table),
    fine("数据截至写“截至…止”", put("封面!B4", "截至2017年6月20日止")),
    fine("数据截至带时刻", put("封面!B4", "2017-6-20 17:30")),
    refused("填报单位错字", edited(put("封面!B2", "仓溪县民政局")), "是不是“苍溪县民政局”"),
    refused("填报单位两个县", edited(put("封面!B2", "苍溪县、旺苍县民政局合报")), "不在方案中"),
    refused("填报单位是别的局", edited(put("封面!B2", "苍溪县教育局")), "不在方案中"),
    refused("报告期没有填", edited(put("封面!B3", None)), "工作表“封面”里找不到“报告期”（B3）的内容"),
    refused("封面竖着排", edited(_cover_across), "内容填在它右边的单元格"),
    # Cells as programs write them
    bad("日期格式的人数", date(1920, 10, 12)),
    Fault(
        "新的错误值 #SPILL!",
        _cell(' t="e"', "<f>A1:A3</f><v>#SPILL!</v>"),
        "blocked",
        "READ-ERROR",
        "低保!D4",
        DIBAO,
        says="#SPILL!",
    ),
    Fault(
        "公式结果是空文本",
        _cell(' t="str"', "<f>IF(1,&quot;&quot;,1)</f><v></v>"),
        "blocked",
        "DIB-001",
        "低保!D4",
        DIBAO,
    ),
    Fault("公式结果是文本数字", _cell(' t="str"', "<f>TEXT(7591,0)</f><v>7591</v>"), "accepted", value=GOOD),
    Fault("共享公式没有结果", _cell("", '<f t="shared" si="0"/>'), "blocked", "READ-FORMULA", "低保!D4", DIBAO),
    _stale("数组公式的结果是旧的", _cell("", '<f t="array" ref="D4">SUM(E4:F4)</f><v>7591</v>'), "低保!D4"),
    Fault("多格的数组公式有结果", _cell("", '<f t="array" ref="D4:D5">E4:E5*2</f><v>7591</v>'), "accepted", value=GOOD),
    _stale("别的表算来的结果是旧的", _cell("", "<f>两线合一!B4+1</f><v>7591</v>"), "低保!D4"),
    Fault("别的表算来的结果", _cell("", "<f>两线合一!B4+3073</f><v>7591</v>"), "accepted", value=GOOD),
    _stale("共享公式的结果是旧的", _shared(57500), "低保!D5"),
    Fault("共享公式的结果", _shared(8325), "blocked", "DIB-005", "低保!J5", DIBAO),
    Fault("链接别的文件的公式有结果", _cell("", "<f>[1]Sheet1!A1</f><v>7591</v>"), "accepted", value=GOOD),
    Fault("样式编号越界", _cell(' s="999"', "<v>7591</v>"), "accepted", value=GOOD),
    Fault("表的范围写错", in_sheet("低保", r'<dimension ref="[^"]*"', '<dimension ref="A1"'), "accepted", value=GOOD),
    Fault("行号都省略", in_sheet("低保", r'<row r="3"', "<row"), "accepted", value=GOOD),
    Fault("只有值，没有样式", _plain_rows, "accepted", value=GOOD),
    # Merged, remarks, formats
    Fault(
        "两个项目的文字合并",
        edited(lambda book: book["工作情况"].merge_cells("B4:B5")),
        "warned",
        "READ-MERGED-TEXT",
        "工作情况!B4",
        says="B4、B5 合并成了一格",
    ),
    Fault(
        "两列的表头合并",
        edited(lambda book: book["低保"].merge_cells("D3:E3")),
        "blocked",
        "READ-COLUMN-TWICE",
        "低保!D3",
        DIBAO,
        says="表头 D3、E3 合并成了一格",
    ),
    Fault("五个方面只写无", edited(put("工作情况!B4", "无")), "warned", "NAR-001", "工作情况!B4"),
    fine("报告期后有括号", put("封面!B3", "2017年6月（更正）")),
    Fault("ods 的格式缩小显示", _divided_ods, "warned", "READ-DIVIDED", "低保!H4"),
    refused("单个文件网页", lambda _: b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>", "是网页或文档"),
    refused("网页只改了扩展名", lambda _: b"<html><table></table></html>", "请用 Excel 或 WPS 打开后另存为 xlsx"),
    refused("传送不完整", lambda good: good[:9000], "请确认传送完整"),
    # Containers
    Fault("csv，竖线分隔", as_csv("utf-8", "|"), "accepted", value=GOOD),
    Fault("csv，只用回车换行", lambda good: as_csv("utf-8")(good).replace(b"\r\n", b"\r"), "accepted", value=GOOD),
    refused("压缩包里有报表", _packed, "苍溪县6月报表.xlsx"),
    refused("Word 新格式", _word, "是 Word 文档"),
    refused("Word 旧格式", lambda _: compound({"WordDocument": bytes(5000), "1Table": bytes(5000)}), "是 Word 文档"),
    refused("ods 加密", _locked_ods, "取消密码"),
    refused("很长的一行文字", lambda _: b"a" * 300_000, "内容是普通文本"),
]
