"""Good returns as honest programs write them, which a strict reader would refuse; and the refusals that must be true.

See ``corpus`` for the columns.
"""

import io
import struct
import zipfile

import msoffcrypto
from corpus import ALL, PERSONS, Fault
from workbooks import Make, as_ods, as_xls, compound, record, rezip, xls_with

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


FILE_PASS = record(0x002F, struct.pack("<HHH", 1, 1, 1) + bytes(range(48)))

HONEST = [
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
