"""Good returns as honest programs write them, which a strict reader would refuse; and the refusals that must be true.

See ``corpus`` for the columns.
"""

import io
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import msoffcrypto
from corpus import ALL, DIBAO, PERSONS, Fault
from workbooks import Make, as_ods, as_xls, cells, compound, edited, ods_with, put, record, rezip, xls_with

VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
    '<v:shape id="b1" id="b1"><v:textbox><div style="text-align:center">'
    "<font face=宋体>{}<br>汇总</font></div></v:textbox></v:shape></xml>"
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/vmlDrawing"'
    ' Target="../drawings/vmlDrawing9.vml"/></Relationships>'
)
BUILT_IN_PASSWORD = "VelvetSweatshop"  # noqa: S105 - what Excel tries before it asks


def keep(_: str, data: bytes) -> bytes:
    return data


def good(name: str, make: Make) -> Fault:
    return Fault(name, make, "accepted", value=(PERSONS, "7591"))


def with_parts(container: Make | None = None, **parts: str) -> Make:
    """Add parts to the package; ``__`` in a name stands for a slash, ``_dot_`` for a point."""
    extra = {name.replace("__", "/").replace("_dot_", "."): text.encode() for name, text in parts.items()}
    return lambda content: rezip(container(content) if container else content, keep, extra)


def button(text: str) -> Make:
    """A form control as Excel writes it: markup of the nineties, with an attribute twice."""
    return lambda content: rezip(
        content,
        keep,
        {
            "xl/drawings/vmlDrawing9.vml": VML.format(text).encode(),
            "xl/worksheets/_rels/sheet3.xml.rels": RELATIONS.encode(),
        },
    )


def renamed(change: str) -> Make:
    """Write the names of the parts as some programs do."""

    def make(content: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
            for part in source.infolist():
                name = {"\\": part.filename.replace("/", "\\"), "/": "/" + part.filename, "A": part.filename.upper()}
                target.writestr(name[change], source.read(part))
        return out.getvalue()

    return make


def encrypted(password: str) -> Make:
    def make(content: bytes) -> bytes:
        out = io.BytesIO()
        msoffcrypto.OfficeFile(io.BytesIO(content)).encrypt(password, out)
        return out.getvalue()

    return make


def formatted(**formats: str) -> Callable[[Any], None]:
    """Give cells of 医疗救助 a number format."""
    return lambda book: [setattr(book["医疗救助"][cell], "number_format", code) for cell, code in formats.items()]


def percent(code: str) -> Make:
    """A column that some counties print, typed as percentages."""
    ratios = cells(sheet="医疗救助", N3="救助比例（%）", N4=0.7344, N5=0.6964)
    return edited(ratios, formatted(N4=code, N5=code))


def number(row: int, column: int, style: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def formula_error(row: int, column: int, code: int) -> bytes:
    """A formula whose result is an error value: #DIV/0! is 7, #REF! 23."""
    return record(0x0006, struct.pack("<HHHBBBBHHHIH", row, column, 0, 2, 0, code, 0, 0, 0xFFFF, 0, 0, 0))


OWN_FORMAT = record(0x041E, struct.pack("<HHB", 164, 5, 0) + b"0.00%")
HIDDEN_ROW = record(0x0208, struct.pack("<HHHHHHI", 4, 0, 12, 255, 0, 0, 0x20))
HIDDEN_COLUMN = record(0x007D, struct.pack("<HHHHHH", 5, 5, 2000, 0, 1, 0))
ODS_FIGURE = '<table:table-cell office:value-type="float" office:value="7591"><text:p>7591</text:p></table:table-cell>'
ODS_ERROR = (
    '<table:table-cell table:formula="of:=[.A1]/0" office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p>'
    "</table:table-cell>"
)
FILE_PASS = record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(range(48)))


def as_percent(name: str, make: Make) -> Fault:
    return Fault(name, make, "accepted", "READ-AS-SHOWN", "医疗救助!N4", says="例如 73.44%")


def spoilt(name: str, make: Make, shown: str) -> Fault:
    return Fault(name, make, "blocked", "READ-ERROR", "低保!D4", DIBAO, says=shown)


RATIOS = {("医疗救助", 3, 13): number(3, 13, 2, 0.7344), ("医疗救助", 4, 13): number(4, 13, 3, 0.6964)}
ODS_RATIO = 'office:value-type="float" office:value="0.7344"'
ERROR_CELL = record(0x0205, struct.pack("<HHHBB", 3, 3, 0, 7, 1))
AS_TEXT = edited(cells(sheet="医疗救助", N3="救助比例（%）", N4=73.44, N5=69.64), formatted(N4='0.0"%"'))
RATIO = edited(cells(sheet="医疗救助", N3="救助比例（%）", N4=0.7344, N5=0.6964))

FORMATS = [
    as_percent("百分比格式", percent("0.00%")),
    as_percent("自定义的百分比格式", percent('[Red]0.0%;"无"')),
    Fault("百分号只是文字", AS_TEXT, "accepted"),
    Fault("该乘 100 的比例", RATIO, "warned", "MED-017", "医疗救助!N4"),
    Fault(
        "人数是百分比格式",
        edited(put("低保!D4", 7591), lambda book: setattr(book["低保"]["D4"], "number_format", "0%")),
        "warned",
        "READ-PERCENT",
        "低保!D4",
        value=(PERSONS, "7591"),
        says="显示为 759100%；本列单位是“人”，按 7591 读取",
    ),
    as_percent("xls 的百分比格式", lambda content: xls_with(RATIOS, book=OWN_FORMAT)(RATIO(content))),
    Fault(
        "ods 的百分比格式",
        lambda content: ods_with(ODS_RATIO, ODS_RATIO.replace("float", "percentage"))(RATIO(content)),
        "warned",  # the other row holds a bare 0.6964
        "READ-AS-SHOWN",
        "医疗救助!N4",
    ),
    spoilt("xls 的错误值", xls_with({("低保", 3, 3): ERROR_CELL}), "#DIV/0!"),
    spoilt("xls 的公式错误", xls_with({("低保", 3, 3): formula_error(3, 3, 23)}), "#REF!"),
    spoilt("ods 里 Excel 写的错误值", ods_with(ODS_FIGURE, ODS_ERROR), "#DIV/0!"),
    Fault(
        "xls 合计行的错误值",
        xls_with({("医疗救助", 5, 1): formula_error(5, 1, 23)}),
        "warned",
        "READ-TOTAL",
        "医疗救助!B6",
        says="#REF!",
    ),
    Fault("xls 的隐藏行", xls_with(sheets={"低保": HIDDEN_ROW}), "accepted", "READ-HIDDEN", "低保"),
    Fault("xls 的隐藏列", xls_with(sheets={"低保": HIDDEN_COLUMN}), "accepted", "READ-HIDDEN", "低保"),
]


def merged(where: str) -> Make:
    return edited(lambda book: book["低保"].merge_cells(where))


def hidden_sheet(book: Any) -> None:
    sheet = book.create_sheet("旧数")
    sheet["A1"], sheet.sheet_state = 5, "hidden"


CELLS = [
    Fault("数据格合并", merged("D4:D5"), "blocked", "READ-MERGED", "低保!D4", DIBAO, says="D4、D5 合并成了一格"),
    Fault("数据横着合并", merged("D4:E4"), "blocked", "READ-MERGED", "低保!E4", DIBAO),
    Fault(
        "文号被抹去末三位",
        edited(put("印证资料!C4", 123456789012345678)),
        "warned",
        "READ-ROUNDED",
        "印证资料!C4",
        says="末 3 位已经丢失",
    ),
    Fault("多出隐藏的工作表", edited(hidden_sheet), "accepted", "READ-EXTRA-SHEET", "旧数", says="多出隐藏的工作表"),
    Fault(
        "号码带点", edited(put("工作情况!E4", "联系张三 139.0812.3456")), "blocked", "READ-PERSONAL", "工作情况!E4", ALL
    ),
]

HONEST = [
    *FORMATS,
    *CELLS,
    good("ODS 里有空的部件", with_parts(as_ods, Configurations2__accelerator__current_dot_xml="")),
    good("ODS 的设置不是完好的 XML", with_parts(as_ods, settings_dot_xml="<a><b></a>")),
    good("带按钮的表，VML 不闭合", button("按钮")),
    good("自定义部件不是完好的 XML", with_parts(customXml__item1_dot_xml="<a>")),
    good("部件名用反斜杠", renamed("\\")),
    good("部件名以斜杠开头", renamed("/")),
    good("部件名大写", renamed("A")),
    good("Excel 内置密码", encrypted(BUILT_IN_PASSWORD)),
    Fault("加密的工作簿", encrypted("6月报表"), "refused", says="文件设了打开密码：请取消密码后另存"),
    Fault("加密的 xls", xls_with(book=FILE_PASS), "refused", says="文件设了打开密码：请取消密码后另存"),
    Fault("Excel 5.0/95", xls_with(version=0x0500), "refused", says="是 Excel 5.0/95 或更早的工作簿"),
    Fault(
        "Excel 4.0", lambda _: b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00" + bytes(400), "refused", says="另存为 xlsx"
    ),
    Fault(
        "旧式文件里没有工作簿", lambda _: compound({"Data": b"x"}), "refused", says="里面没有工作簿，不是表格：请报送"
    ),
    Fault(
        "按钮上写着手机号",
        button("1390<font>8123456</font>"),
        "blocked",
        "READ-PERSONAL",
        blocked=ALL,
        says="图形、图表或文本框含手机号",
    ),
    Fault("xls 截断", lambda content: as_xls(content)[:9000], "refused", says="请用 Excel 或 WPS 打开后另存为 xlsx"),
]
