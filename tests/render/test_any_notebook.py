"""What an analyst's notebook may hold, good and bad: a page, or a clear error, and never a hang."""

import base64
import io
import subprocess
import sys
import time

import nbformat
import page as validation
import pandas as pd
import pikepdf
import pypdf
import pytest
from nbformat import v4
from tests.paper import sheets

from minsheng.errors import MachineUnfitError
from minsheng.render.fonts import FontSet, serif_path
from minsheng.render.html.offline import PaperError
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.render.report import render_report
from minsheng.render.static_outputs import with_static_outputs
from minsheng.render.typst import press

pytestmark = pytest.mark.slow

_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_SVG = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'>"
MARKDOWN = """# 笔记

- 一
  - 二 **强调** `code`
    1. 三

> 引用 $E = mc^2$
>
> > 又引

| 左 | 右 |
|:---|---:|
| 甲 | 1 |

```python
def f(x):
    return x
```

#### 四级标题紧跟一级
"""


def shown(**data):
    kinds = {"html": "text/html", "png": "image/png", "svg": "image/svg+xml", "text": "text/plain"}
    return v4.new_output("display_data", {kinds[name]: value for name, value in data.items()})


def notebook(*outputs, markdown=""):
    cells = [v4.new_markdown_cell(markdown, id="m")] + [
        v4.new_code_cell("x", id=f"c{number}", outputs=[output]) for number, output in enumerate(outputs)
    ]
    return v4.new_notebook(cells=cells, metadata={"minsheng": {"title": "笔记"}})


def printed(*bodies, **metadata):
    page = f"<html><body><main>{''.join(bodies)}</main></body></html>"
    return print_page(page, ReportMetadata("甲", "", None, "", **metadata), {})


def pages_of(pdf: bytes) -> list[str]:
    return [item.extract_text() for item in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def sizes_of(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return ["across" if float(item.mediabox[2]) > float(item.mediabox[3]) else "upright" for item in opened.pages]


def test_markdown_outputs_and_tables_are_archival_and_accessible(html_text, tagged_text, faults_of):
    frame = pd.DataFrame({"县区": ["甲", "乙"], "数": [1.5, -2.0]})
    styled = frame.style.map(lambda _: "background-color: #ffcccc; color: red", subset=["数"])
    made = render_report(
        notebook(
            v4.new_output("stream", name="stdout", text="打印\n  缩进\n"),
            shown(html=frame._repr_html_(), text="x"),
            shown(html=styled.to_html()),
            shown(text="纯文本 <b>"),
            v4.new_output("error", ename="E", evalue="v", traceback=["行1", "行2"]),
            markdown=MARKDOWN,
        ),
        attachments={"a.bin": b"\xff\r"},
    )
    assert faults_of(made.pdf) == []
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert tagged_text(pdf) == html_text(made.html)
        content = b"".join(item.Contents.read_bytes() for item in pdf.pages)
        kinds = [str(item.S) for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item]
    assert b"1 0.8 0.8 scn" in content, "the Styler's colour"
    assert {"/BlockQuote", "/L", "/Table", "/TH", "/H1", "/H2"} <= set(kinds)


def test_a_picture_without_words_is_said_and_the_file_is_archival_alone(faults_of):
    made = render_report(notebook(shown(png=_PIXEL)), attachments={})
    assert "1 幅图没有文字说明" in made.html.decode()
    assert "1 幅图没有文字说明" in "".join(pages_of(made.pdf))
    assert faults_of(made.pdf, accessible=False) == []
    report = validation.validate_pdf_bytes(made.pdf, profile=validation.ValidationProfile.PDF_UA_1)
    assert not report.is_compliant
    output = shown(png=_PIXEL)
    output.metadata["image/png"] = {"alt": "一个点"}
    made = render_report(notebook(output), attachments={})
    assert "没有文字说明" not in made.html.decode()
    assert faults_of(made.pdf) == []


def test_a_wide_table_is_smaller_then_turned_then_split_and_never_cut():
    for columns, turned in ((6, False), (16, True), (300, True)):
        frame = pd.DataFrame([[f"{row}·{column}x9876" for column in range(columns)] for row in range(3)])
        made = printed(f"<h1>甲</h1><p>前</p>{frame.to_html()}<p>后</p>")
        text = "".join("".join(each.split()) for each in pages_of(made.pdf))
        assert all(f"{row}·{column}x9876" in text for row in range(3) for column in range(columns))
        assert ("across" in sizes_of(made.pdf)) is turned
        for sheet in sheets(made.pdf):
            assert sheet.outside(21, 12, 21, 8) == []
            assert sheet.overlapping() == []
    assert "分20部分排" in text or "部分排，第2部分" in text


def test_a_wide_table_within_a_quotation_stays_upright_and_whole():
    frame = pd.DataFrame([[f"{row}·{column}x9876" for column in range(25)] for row in range(2)])
    made = printed(f"<blockquote>{frame.to_html()}</blockquote>")
    assert set(sizes_of(made.pdf)) == {"upright"}
    text = "".join("".join(each.split()) for each in pages_of(made.pdf))
    assert all(f"{row}·{column}x9876" in text for row in range(2) for column in range(25))
    assert [sheet.outside(21, 12, 15, 8) for sheet in sheets(made.pdf)] == [[]] * len(pages_of(made.pdf))


def test_ten_thousand_rows_are_a_page_with_every_row_and_the_head_on_each(tagged_text):
    rows = "".join(f"<tr><th>县{number}</th><td>{number * 7}</td></tr>" for number in range(10_000))
    made = printed(f"<table><thead><tr><th>县区</th><th>数值</th></tr></thead><tbody>{rows}</tbody></table>")
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert len(pdf.pages) > 200
        said = tagged_text(pdf)
    assert said == "县区数值" + "".join(f"县{number}{number * 7}" for number in range(10_000))
    assert all("县区" in text for text in pages_of(made.pdf)[::50])


def test_a_row_and_a_quotation_higher_than_a_sheet_go_on_overleaf(html_text, tagged_text):
    long = "很长的说明" * 700
    body = f"<table class='figures'><tr><td>{long}</td><td rowspan='2'>甲</td></tr><tr><td>乙</td></tr></table>"
    body += f"<blockquote>{long}</blockquote><ul class='findings'><li class='good'>{long}</li></ul>"
    page = f"<html><body><main>{body}</main></body></html>"
    made = print_page(page, ReportMetadata("甲", "", None, ""), {})
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert tagged_text(pdf) == html_text(page.encode())
    assert sum("".join(text.split()).count("很长的说明") for text in pages_of(made.pdf)) >= 3 * 690


def test_what_is_nested_too_deep_is_set_flat(html_text, tagged_text):
    body = "<ul><li>甲" * 60 + "</li></ul>" * 60 + "<blockquote>乙" * 60 + "</blockquote>" * 60 + "<div>丙" * 400
    page = f"<html><body><main>{body}</main></body></html>"
    made = print_page(page, ReportMetadata("甲", "", None, ""), {})
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert tagged_text(pdf) == html_text(page.encode())


def test_controls_and_halves_of_characters_do_no_harm():
    made = render_report(notebook(shown(html="<p>甲\x00\x07\x85\ufeff乙\ud800丙\udc00\u202e丁</p>")), attachments={})
    assert "甲乙\ufffd丙\ufffd〔U+202E〕丁" in made.html.decode()
    assert made.missing_glyphs == {"\ufffd"}
    assert "甲乙〓丙〓" in "".join(pages_of(made.pdf))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("data:image/png;base64,AAAA", "不是 PNG、JPEG、GIF 或 SVG 图片"),
        (f"data:image/png;base64,{base64.b64encode(base64.b64decode(_PIXEL)[:45]).decode()}", "图片无法读取"),
        ("data:image/svg+xml,<b/>", "SVG 图片无法读取"),
        ("data:image/svg+xml,<svg", "SVG 图片无法读取"),
        (f"{_SVG}<image href='http://a/b.png'/></svg>", "之外的内容"),
        (f"{_SVG}<image href='/etc/hosts'/></svg>", "之外的内容"),
        (f"{_SVG}<rect style='fill:url(http://a/b)'/></svg>", "之外的内容"),
        (f"{_SVG}<style>@import 'a.css';</style></svg>", "之外的内容"),
        ("data:image/svg+xml,<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'/>", "定义了实体"),
        ("chart.png", "没有嵌入页面"),
    ],
)  # fmt: skip
def test_a_picture_that_is_none_or_leads_outside_is_refused(address, told):
    with pytest.raises(PaperError, match=told):
        printed(f'<p>甲</p><img alt="图表" src="{address}">')


def test_markup_of_typst_and_names_of_its_functions_are_only_text(html_text, tagged_text):
    body = '<p class="rows">#panic("x") $x$ \\ "q" </p><div class="table line set-in">= 甲</div>'
    body += (
        '<span class="page">*乙*</span><small>_丙_</small><div class="finding">丁</div><div class="picture">戊</div>'
    )
    page = f"<html><body><main>{body}</main></body></html>"
    with pikepdf.open(io.BytesIO(print_page(page, ReportMetadata('"#x', "\\", None, ""), {}).pdf)) as pdf:
        assert tagged_text(pdf) == html_text(page.encode())
        assert str(pdf.docinfo.Title) == '"#x'


def test_a_broken_or_missing_font_is_named(tmp_path):
    broken = tmp_path / "simfang.ttf"
    broken.write_bytes(b"no font")
    report = ReportMetadata("甲", "", None, "")
    for path in (broken, tmp_path / "gone.ttf"):
        with pytest.raises(MachineUnfitError, match=f"字体文件无法读取：.*{path.name}"):
            print_page("<html><body><main>甲</main></body></html>", report, {}, FontSet((path, serif_path())))


def test_printing_ends_at_its_limits(monkeypatch):
    monkeypatch.setattr(press, "BYTES", 100 << 20)
    with pytest.raises(PaperError, match=r"排版没有完成.*内存上限"):
        printed("<p>甲</p>" * 20_000)
    monkeypatch.undo()
    monkeypatch.setattr(press, "SECONDS", 1)
    with pytest.raises(PaperError, match=r"排版没有完成|排版超过 1 秒"):
        printed("".join(f"<table><tr><td>{number}</td></tr></table>" for number in range(30_000)))


def test_a_process_that_prints_starts_no_thread_and_may_still_be_forked():
    program = (
        "import os\n"
        "from minsheng.render.paper import print_page\n"
        "from minsheng.render.metadata import ReportMetadata\n"
        "page = '<html><body><main><p>甲</p></main></body></html>'\n"
        "first = print_page(page, ReportMetadata('甲', '', None, ''), {}).pdf\n"
        "print(len(os.listdir('/proc/self/task')), flush=True)\n"
        "if os.fork() == 0:\n"
        "    print(print_page(page, ReportMetadata('甲', '', None, ''), {}).pdf == first, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["1", "True"]


def test_an_old_notebook_of_nobody_is_a_page():
    cells = [
        nbformat.v4.new_markdown_cell(
            "## 二级开头\n\n[外](https://example.org) [内](#x) ![](data:image/gif;base64,R0lGODlhAQABAAAAACw=)"
        )
    ]
    with pytest.raises(PaperError, match="图片无法读取"):
        render_report(nbformat.v4.new_notebook(cells=cells), attachments={})


def test_a_chart_whose_data_lie_elsewhere_is_said_to_be_not_drawn_once():
    kind = "application/vnd.vegalite.v6+json"
    spec = {"data": {"url": "https://example.org/a.json"}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
    notebook = v4.new_notebook(cells=[v4.new_code_cell("", outputs=[v4.new_output("display_data", data={kind: spec})])])
    with_static_outputs(notebook)
    said = notebook.cells[0].outputs[0].data["text/html"]
    assert "图表没有画出：数据在图的外面" in said
    assert "pip install" not in said
    started = time.monotonic()
    with_static_outputs(notebook)
    assert notebook.cells[0].outputs[0].data["text/html"] == said
    assert time.monotonic() - started < 0.05, "no process was started for it again"
