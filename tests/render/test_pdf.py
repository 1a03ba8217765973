import io

import nbformat
import pikepdf
import pypdf
from fontTools.cffLib import CFFFontSet

from minsheng.render.report import render_report


def paper(*pieces, sample, **metadata):
    return render_report(sample.notebook_of(*pieces, title="甲", **metadata), attachments={})


def of_kind(pdf, kind):
    return [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == kind]


def test_is_archival_and_accessible(rendered, faults_of):
    assert faults_of(rendered.pdf) == []


def test_validates_with_every_kind_of_output(sample, faults_of):
    notebook = sample.notebook_of("<h1>甲</h1>", "<ul><li>一<ul><li>二</li></ul></li></ul>", title="甲")
    notebook.cells[1].outputs += [
        nbformat.v4.new_output("stream", text="打印\r\n"),
        nbformat.v4.new_output("error", ename="E", evalue="v", traceback=["行1", "行2"]),
        nbformat.v4.new_output("display_data", {"text/plain": "文本"}),
    ]
    printed = render_report(notebook, attachments={"a.bin": b"\r", "甲.json": b"{}"}).pdf
    assert faults_of(printed) == []


def test_says_what_it_is(pdf, sample):
    assert str(pdf.docinfo.Title) == sample.TITLE
    assert str(pdf.docinfo.Author) == "广元市民政局"
    assert str(pdf.docinfo.CreationDate) == "D:20170623000000Z"
    assert str(pdf.Root.Lang) == "zh-CN"
    assert bool(pdf.Root.MarkInfo.Marked)
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert "/Filter" not in pdf.Root.Metadata
    assert sample.TITLE.encode() in pdf.Root.Metadata.read_bytes()


def test_bookmarks_follow_the_headings(pdf):
    with pdf.open_outline() as outline:
        (root,) = outline.root
        assert root.title == "社会养老服务体系建设进展情况"
        assert [item.title for item in root.children][:2] == ["一、进展情况", "二、年内趋势"]


def test_charts_have_alternative_text_and_headers_have_scope(pdf):
    figures = [item for item in of_kind(pdf, "/StructElem") if item.S == "/Figure"]
    assert len(figures) == 4
    assert all(str(item.Alt) for item in figures)
    heads = [item.A[0].Scope for item in of_kind(pdf, "/StructElem") if item.S == "/TH"]
    assert heads.count("/Column") == 7 + 5 + 4 + 6
    assert heads.count("/Row") == 4 + 4 + 9


def test_carries_its_data_as_source(pdf):
    (entry,) = of_kind(pdf, "/Filespec")
    assert str(entry.UF) == "result.json"
    assert entry.AFRelationship == "/Source"
    assert pdf.attachments["result.json"].get_file().read_bytes() == b'{"figures": {"area": "cangxi"}}'
    assert str(entry.EF.F.Params.ModDate) == "D:20170623000000Z"
    assert list(pdf.Root.AF)


def test_every_font_is_embedded_and_ours(pdf):
    fonts = [item for item in of_kind(pdf, "/Font") if item.Subtype == "/Type0"]
    names = {str(font.BaseFont).partition("+")[2].removesuffix("-Identity-H") for font in fonts}
    assert names == {"NotoSansSC-Regular", "NotoSerifSC-Regular"}
    for font in fonts:
        program = font.DescendantFonts[0].FontDescriptor.FontFile3.read_bytes()
        outlines = CFFFontSet()
        outlines.decompile(io.BytesIO(program), None)
        assert len(outlines[0].CharStrings) > 1
        assert "/ToUnicode" in font


def test_text_is_the_html_text_in_reading_order(sample, html_text, tagged_text):
    notebook = sample.notebook_of(sample.TITLE_BLOCK, sample.progress(), sample.FUNDS, sample.TRACE, title="甲")
    both = render_report(notebook, attachments={})
    with pikepdf.open(io.BytesIO(both.pdf)) as pdf:
        assert tagged_text(pdf) == html_text(both.html)


def test_pages_are_numbered_and_later_ones_named(rendered, sample):
    texts = [item.extract_text() for item in pypdf.PdfReader(io.BytesIO(rendered.pdf)).pages]
    assert len(texts) > 1
    for number, text in enumerate(texts, 1):
        assert f"第 {number} 页 共 {len(texts)} 页" in text
        assert (sample.TITLE in text) is (number > 1)


def test_page_is_a4(pdf):
    width, height = (float(side) for side in pdf.pages[0].MediaBox[2:])
    assert (round(width, 1), round(height, 1)) == (595.3, 841.9)


def test_long_table_repeats_its_header_and_cuts_no_row(sample):
    row = "<tr><th scope='row'>县{0}</th><td class='long'>" + "说明文字" * 30 + "末{0}。</td></tr>"
    rows = "".join(row.format(number) for number in range(40))
    head = "<thead><tr><th scope='col'>县区</th><th scope='col'>表头说明</th></tr></thead>"
    table = f"<table class='issues'>{head}{rows}</table>"
    printed = paper(table, sample=sample).pdf
    texts = [item.extract_text() for item in pypdf.PdfReader(io.BytesIO(printed)).pages]
    assert len(texts) > 2
    for text in texts:
        assert "表头说明" in text
    for number in range(40):
        (holder,) = [text for text in texts if f"县{number}\n" in text or f"县{number} " in text]
        assert f"末{number}。" in holder


def test_missing_glyph_is_named_and_drawn_as_geta(sample):
    drawing = "<svg xmlns=%22http://www.w3.org/2000/svg%22><text y=%229%22>🟢</text></svg>"
    chart = f'<img alt="图：𠮷" src="data:image/svg+xml,{drawing}">'
    both = paper(f"<p>村名：𠮷村</p><figure class='chart'>{chart}</figure>", sample=sample)
    assert both.missing_glyphs == {"𠮷", "🟢"}
    (text,) = [item.extract_text() for item in pypdf.PdfReader(io.BytesIO(both.pdf)).pages]
    assert "村名：〓村" in text
    assert text.count("〓") == 2
    assert "𠮷村" in both.html.decode()


def test_rare_character_has_its_glyph(sample):
    both = paper("<p>朱镕基、陶喆、张堃</p>", sample=sample)
    assert both.missing_glyphs == frozenset()
    (text,) = [item.extract_text() for item in pypdf.PdfReader(io.BytesIO(both.pdf)).pages]
    assert "朱镕基、陶喆、张堃" in "".join(text.split())


def test_nothing_is_logged_about_our_own_style(notebook, caplog):
    render_report(notebook, attachments={})
    assert caplog.records == []
