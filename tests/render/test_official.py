"""公文格式: the grid of the PDF measured, the docx held against it, the signature field, the fonts by setting."""

# ruff: noqa: E501  # the pieces are HTML as the report layer emits it

import io
import re
import subprocess
import zipfile
import zlib
from collections import defaultdict
from itertools import pairwise

import docx
import pikepdf
import pypdf
import pytest
from docx.oxml.ns import qn

from minsheng.errors import MachineUnfitError
from minsheng.render.fonts import serif_path
from minsheng.render.formats import DOCX
from minsheng.render.official_fonts import official_fonts
from minsheng.render.report import render_report

pytestmark = pytest.mark.slow

MM = 25.4 / 72
LINE = 225 / 22
LEFT, RIGHT, TOP, BOTTOM = 28, 210 - 26, 37, 297 - 35
SENTENCE = "各地区要对照年度目标任务倒排工期逐个项目明确责任人和完成时限确保按期完成全年任务"
HEAD = (
    '<header class="official-head"><p class="mark">示例数据</p><h1><span class="title-line">社会救助科关于某月</span>'
    '<span class="title-line">工作情况的报告</span></h1></header><p class="addressee">局办公室：</p>'
)
BODY = (
    f"<section class='part'><h2>一、城乡困难群众医疗救助</h2><h3>（一）进展情况</h3><p>{SENTENCE * 24}。</p>"
    "<p>截至6月20日，全市累计救助19,210人次，救助金额3,166.41万元，占年度目标的69.80%，比上月高0.2个百分点，“一站式”结算全覆盖。</p>"
    f"<h3>（二）资金拨付</h3><p><span class='third'>1.苍溪县。</span>{SENTENCE * 16}。</p></section>"
)
CLOSING = (
    '<div class="closing"><p class="annex-list">附件：<span class="annex-name">1.采用的默认规定</span>'
    '<span class="annex-name">2.数据来源</span></p><p class="sender" style="padding-right:5.5em">社会救助科</p>'
    '<p class="dated" style="padding-right:2em">2017年6月26日</p><div class="signature"><p>分管领导签字：'
    '<span class="blank" id="signature-place">　　　　　　　　</span>（沈友文）</p><p>签字日期：　　年　　月　　日</p></div></div>'
)
ANNEX = (
    '<section class="annex"><p class="annex-mark">附件</p><h2>数据来源</h2><div class="table-wrap"><table class="figures">'
    "<caption>报送文件</caption><thead><tr><th scope='col'>序号</th><th scope='col'>文件</th></tr></thead>"
    "<tbody><tr><th scope='row'>〔1〕</th><td><code>returns/cangxi.xlsx</code></td></tr></tbody></table></div>"
    "<p class='note'>校验码按文件原样计算。</p></section>"
)


@pytest.fixture(scope="module")
def notebook(sample):
    made = sample.notebook_of(HEAD, BODY, CLOSING, ANNEX, title="社会救助科月报", as_of="2017-06-20")
    made.metadata["minsheng"]["form"] = "official"
    return made


@pytest.fixture(scope="module")
def official(notebook):
    return render_report(notebook, attachments={"result.json": b"{}"})


def _lines(pdf: bytes) -> list[dict[float, list[tuple[float, str]]]]:
    """Return per page: baseline in mm from the top → the pieces of text on it, each with its left edge in mm."""
    pages = []
    for item in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        height, found = float(item.mediabox.height), defaultdict(list)

        def visit(text, matrix, text_matrix, _font, _size, height=height, found=found):
            if text.strip():
                x = text_matrix[4] * matrix[0] + matrix[4]
                y = text_matrix[5] * matrix[3] + matrix[5]
                found[round((height - y) * MM, 1)].append((x * MM, text.strip()))

        item.extract_text(visitor_text=visit)
        pages.append(dict(found))
    return pages


def _body(lines):
    return {y: pieces for y, pieces in lines.items() if y < BOTTOM}


def test_a_page_has_22_lines_in_the_type_area(official):
    second = sorted(_body(_lines(official.pdf)[1]))
    assert len(second) == 22
    steps = [later - earlier for earlier, later in pairwise(second)]
    assert all(abs(step - LINE) < 0.15 for step in steps)
    # A glyph's baseline stands in its line where the font says; the lines themselves fill 天头 to 版心's end.
    assert TOP < second[0] < TOP + LINE
    assert BOTTOM - LINE < second[-1] < BOTTOM


def test_another_reader_sees_22_lines_of_28_characters(official):
    command = ["pdftotext", "-q", "-f", "2", "-l", "2", "-bbox-layout", "-", "-"]
    told = subprocess.run(command, input=official.pdf, capture_output=True, check=True).stdout.decode()
    lines: dict[float, str] = {}
    for top, text in re.findall(r'<word [^>]*yMin="([\d.]+)"[^>]*>([^<]*)</word>', told):
        at = next((known for known in lines if abs(known - float(top)) < 3), float(top))
        lines[at] = lines.get(at, "") + text
    body = {top: text for top, text in lines.items() if not text.startswith("—")}
    assert len(body) == 22
    assert [text for text in body.values() if len(text) == 28 and set(text) <= set(SENTENCE)]
    assert max(len(text) for text in body.values() if set(text) <= set(SENTENCE)) == 28


def test_every_line_stands_on_the_grid(official):
    pages = _lines(official.pdf)
    first = min(_body(pages[1]))
    for lines in pages[:-1]:  # the annex is set in half lines
        for y, pieces in _body(lines).items():
            if "的报告" in pieces[0][1] or "关于" in pieces[0][1]:
                continue  # a title of 二号 sits a little lower in its line
            off = (y - first) / LINE
            assert abs(off - round(off)) * LINE < 0.5, pieces


def test_a_full_line_has_28_characters_and_fills_the_width(official):
    full = [
        pieces[0]
        for lines in _lines(official.pdf)
        for pieces in _body(lines).values()
        if len(pieces) == 1 and set(pieces[0][1]) <= set(SENTENCE) and abs(pieces[0][0] - LEFT) < 0.5
    ]
    assert len([text for _, text in full if len(text) == 28]) >= 30
    assert {len(text) for _, text in full} <= {28, *range(1, 28)}
    assert max(len(text) for _, text in full) == 28


def _ink(pdf: bytes, number: int) -> list[tuple[float, float]]:
    """Return left and right edge in mm of every piece of text of a page, from the fonts' own widths."""
    edges, saved, current, place = [], [], (1, 0, 0, 1, 0, 0), None
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        item = opened.pages[number]
        widths = {name: _widths(font) for name, font in item.resources.Font.items()}
        for operands, operator in pikepdf.parse_content_stream(item):
            match str(operator):
                case "q":
                    saved.append(current)
                case "Q":
                    current = saved.pop()
                case "cm":
                    current = _times([float(n) for n in operands], current)
                case "Tf":
                    font, size = widths[str(operands[0])], float(operands[1])
                case "Tm":
                    place = _times([float(n) for n in operands], current)
                case "TJ":
                    long = sum(_advance(piece, font) for piece in operands[0]) * size / 1000
                    edges.append((place[4] * MM, (place[4] + long * place[0]) * MM))
    return edges


def _advance(piece, font) -> float:
    if not isinstance(piece, pikepdf.String):
        return -float(piece)
    codes = bytes(piece)
    return sum(font.get(int.from_bytes(codes[at : at + 2], "big"), 1000) for at in range(0, len(codes), 2))


def _times(one, other):
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _widths(font) -> dict[int, float]:
    found, items = {}, list(font.DescendantFonts[0].get("/W", []))
    while items:
        first, second = int(items.pop(0)), items.pop(0)
        if isinstance(second, pikepdf.Array):
            found |= {first + place: float(width) for place, width in enumerate(second)}
        else:
            found |= dict.fromkeys(range(first, int(second) + 1), float(items.pop(0)))
    return found


def test_text_stays_within_the_margins_and_reaches_them(official):
    edges = _ink(official.pdf, 1)
    assert min(left for left, _ in edges) == pytest.approx(LEFT, abs=0.5)
    rights = [right for _, right in edges]
    assert max(rights) == pytest.approx(RIGHT, abs=0.5)
    filled = [right for right in rights if right > RIGHT - 0.5]
    assert len(filled) >= 18, "lines of running text reach the right edge"


def test_page_numbers_stand_right_on_odd_and_left_on_even_pages(official):
    for number, lines in enumerate(_lines(official.pdf), 1):
        ((y, pieces),) = [(y, pieces) for y, pieces in lines.items() if y > BOTTOM]
        assert "".join(text for _, text in pieces) == f"— {number} —"
        left = min(x for x, _ in pieces)
        assert (left > 160) if number % 2 else (left == pytest.approx(LEFT + 14 * MM, abs=0.5))
        assert BOTTOM + 7 < y < BOTTOM + 7 + 14 * MM


def test_it_is_archival_and_accessible_with_an_empty_signature_field(official, faults_of):
    assert faults_of(official.pdf) == []
    with pikepdf.open(io.BytesIO(official.pdf)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert (str(field.T), field.FT) == ("分管领导签字", pikepdf.Name.Sig)
        assert "/V" not in field
        left, bottom, right, top = (float(side) * MM for side in field.Rect)
        assert right - left == pytest.approx(8 * 156 / 28, abs=1)
        assert LEFT < left < right < RIGHT
        assert top - bottom > 5
        on_page = next(number for number, item in enumerate(pdf.pages) if item.objgen == field.P.objgen)
    (height,) = [297 - y for y, pieces in _lines(official.pdf)[on_page].items() if "分管领导签字" in pieces[0][1]]
    assert bottom - 1 < height < top


def test_the_field_can_be_signed_by_its_name(official):
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.fields import enumerate_sig_fields

    ((name, value, _),) = enumerate_sig_fields(PdfFileReader(io.BytesIO(official.pdf)))
    assert (name, value) == ("分管领导签字", None)


def test_html_pdf_and_docx_say_the_same(official, html_text, tagged_text):
    said = html_text(official.html)
    with pikepdf.open(io.BytesIO(official.pdf)) as pdf:
        assert tagged_text(pdf) == said
    assert docx_text(official.files[DOCX]) == said


def docx_text(content: bytes) -> str:
    body = docx.Document(io.BytesIO(content)).element.body
    return "".join("".join(node.text or "" for node in body.iter(qn("w:t"))).split())


def test_the_docx_has_the_same_grid(official):
    document = docx.Document(io.BytesIO(official.files[DOCX]))
    (section,) = document.sections
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    pitch, space = int(grid.get(qn("w:linePitch"))), int(grid.get(qn("w:charSpace")))
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert (225 / MM * 20) // pitch == 22
    assert (156 / MM) // (16 + space / 4096) == 28
    families = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Title", "Heading 1", "Heading 2")
    }
    assert list(families.values()) == ["仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"]
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 2"] == ["（一）进展情况", "（二）资金拨付"]
    for footer in (section.footer, section.even_page_footer):
        assert re.search(r"<w:instrText[^>]*> PAGE ", footer._element.xml)


def test_the_docx_is_the_same_every_time(official, notebook):
    again = render_report(notebook, attachments={"result.json": b"{}"})
    assert again.files[DOCX] == official.files[DOCX]
    with zipfile.ZipFile(io.BytesIO(official.files[DOCX])) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2017-06-20T00:00:00Z" in archive.read("docProps/core.xml")


def test_other_reports_are_no_documents(sample):
    plain = render_report(sample.notebook_of("<h1>甲</h1>", title="甲"), attachments={})
    assert DOCX not in plain.files
    with pikepdf.open(io.BytesIO(plain.pdf)) as pdf:
        assert "/AcroForm" not in pdf.Root


@pytest.mark.parametrize("last", [b"", b"\r"])
def test_no_stream_ends_in_a_carriage_return(sample, faults_of, last):
    content = next(
        packed for number in range(256) if zlib.compress(packed := b"x" * 300 + bytes([number]) + last).endswith(b"\r")
    )
    printed = render_report(sample.notebook_of("<p>甲</p>", title="甲"), attachments={"a.txt": content}).pdf
    assert faults_of(printed) == []
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        assert pdf.attachments["a.txt"].get_file().read_bytes() == content


@pytest.fixture
def owned(tmp_path):
    """A folder with a font that calls itself 仿宋_GB2312, as a bureau's machine has it."""
    from fontTools.ttLib import TTFont

    folder = tmp_path / "fonts"
    folder.mkdir()
    with TTFont(serif_path()) as font:
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = "仿宋_GB2312"
            elif record.nameID == 6:
                record.string = "FangSong-Test"
        font["CFF "].cff.fontNames = ["FangSong-Test"]
        font.save(folder / "simfang.otf")
    return folder


def test_a_bureaus_own_fangsong_is_used_and_its_hash_known(owned, notebook, faults_of):
    chosen = official_fonts(owned, {})
    assert [role.id for role in chosen.missing] == ["xiaobiaosong", "heiti", "kaiti"]
    assert chosen.warning() == ""
    assert "simfang.otf" in chosen.font_set.digests()
    printed = render_report(notebook, attachments={}, font_set=chosen.font_set)
    with pikepdf.open(io.BytesIO(printed.pdf)) as pdf:
        names = {str(o.BaseFont) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/BaseFont" in o}
    assert any("仿宋" in name or "FangSong" in name for name in names), names
    assert faults_of(printed.pdf) == []


def test_without_fangsong_the_warning_says_what_stands_in(tmp_path):
    told = official_fonts(None, {}).warning()
    assert "没有仿宋字体" in told
    assert "仿宋用宋体" in told
    (tmp_path / "empty").mkdir()
    assert official_fonts(tmp_path / "empty", {}).warning() == told


def test_a_setting_that_leads_nowhere_is_refused(tmp_path, owned):
    with pytest.raises(MachineUnfitError, match="文件夹不存在"):
        official_fonts(tmp_path / "none", {})
    with pytest.raises(MachineUnfitError, match="没有字体“方正仿宋”"):
        official_fonts(owned, {"fangsong": "方正仿宋"})
    with pytest.raises(MachineUnfitError, match="没有写 folder"):
        official_fonts(None, {"fangsong": "方正仿宋"})
