import re
from itertools import pairwise

import nbformat
import pytest

from minsheng.render.exporters import ReportHTMLExporter
from minsheng.render.html.offline import ActiveContentError, ReportMetadataError, legible
from minsheng.render.html.page import page


def convert(*outputs, **metadata) -> str:
    cell = nbformat.v4.new_code_cell("secret_code()", outputs=list(outputs))
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=metadata)
    return ReportHTMLExporter().from_notebook_node(notebook)[0]


def shown(**data):
    kinds = {"html": "text/html", "text": "text/plain", "svg": "image/svg+xml", "js": "application/javascript"}
    return nbformat.v4.new_output("display_data", {kinds[name]: value for name, value in data.items()})


def test_page_is_chinese_offline_and_small(rendered):
    page = rendered.html.decode()
    assert '<html lang="zh-CN">' in page
    assert "<script" not in page
    assert "Content-Security-Policy" in page
    assert not re.search(r'(?:src|href)\s*=\s*"(?!data:|#)', page)
    assert not re.search(r"url\(|@import", page)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    assert len(style.encode()) < 14_000
    assert "/*" not in style


def test_code_and_prompts_never_appear(rendered):
    page = rendered.html.decode()
    assert "report.piece" not in page
    assert "In [" not in page
    assert "<Piece>" not in page


def test_page_has_one_main_one_h1_and_no_level_is_skipped(rendered):
    page = rendered.html.decode()
    assert page.count("<main") == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_wide_things_scroll_in_a_focusable_region(rendered):
    page = rendered.html.decode()
    tables = re.findall(r'<div class="table-wrap"[^>]*>', page)
    assert len(tables) == page.count("<table")
    assert all('tabindex="0"' in tag and 'role="region"' in tag and "aria-label=" in tag for tag in tables)


def test_title_comes_from_metadata_then_heading_then_name():
    heading = shown(html="<h1>养老 <em>进展</em> &amp; 资金</h1>")
    assert "<title>甲 &lt;乙&gt;</title>" in convert(heading, minsheng={"title": "甲 <乙>"})
    assert "<title>养老 进展 &amp; 资金</title>" in convert(heading)
    assert "<title>Notebook</title>" in convert(shown(text="1"))


def test_markdown_cell_is_rendered_and_names_the_report():
    cells = [nbformat.v4.new_markdown_cell("# 月通报\n\n说明**甲**")]
    page = ReportHTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))[0]
    assert "<title>月通报</title>" in page
    assert "<strong>甲</strong>" in page
    assert "anchor-link" not in page


def test_marker_that_papermill_adds_to_failed_notebooks_is_left_out():
    cell = nbformat.v4.new_markdown_cell(
        "An Exception was encountered", metadata={"tags": ["papermill-error-cell-tag"]}
    )
    page = ReportHTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))[0]
    assert "Exception was encountered" not in page


def test_stray_print_is_shown_quietly_joined_and_escaped():
    page = convert(
        nbformat.v4.new_output("stream", name="stdout", text="\x1b[31m读取 <b>\n"),
        nbformat.v4.new_output("stream", name="stdout", text="12 行\n"),
    )
    assert '<pre class="stream">读取 &lt;b&gt;\n12 行\n</pre>' in page


def test_error_is_a_clear_block_with_the_traceback_folded():
    page = convert(
        nbformat.v4.new_output(
            "error", ename="ValueError", evalue="目标 <0>", traceback=["\x1b[0;31m---", "line 3 <x>"]
        )
    )
    assert "此处运行出错：ValueError：目标 &lt;0&gt;" in page
    assert "<details><summary>技术细节</summary><pre>---\nline 3 &lt;x&gt;</pre></details>" in page


def test_plain_text_is_escaped_and_html_preferred():
    assert "<b>合计</b>" in convert(shown(html="<b>合计</b>", text="rejected"))
    assert "rejected" not in convert(shown(html="<b>合计</b>", text="rejected"))
    assert "&lt;b&gt;" in convert(shown(text="<b>"))


def test_what_turns_the_order_of_a_text_is_shown_as_what_it_is():
    assert legible("名单\u202exslx.exe\u2066") == "名单〔U+202E〕xslx.exe〔U+2066〕"
    shown = page("月报\u200f", "<p>名单\u202e</p>").decode()
    assert "<p>名单〔U+202E〕</p>" in shown
    assert "月报〔U+200F〕" in shown


def test_bare_svg_becomes_an_image_with_alternative_text():
    page = convert(shown(svg="<svg xmlns='http://www.w3.org/2000/svg'/>"))
    assert '<img alt="图" src="data:image/svg+xml;base64,' in page


def test_output_that_cannot_be_shown_says_so():
    page = convert(shown(js="alert(1)"))
    assert "此处输出无法在报告中显示：application/javascript" in page
    assert "alert" not in page


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        '<SCRIPT src="x.js">',
        "<iframe></iframe>",
        '<img alt="" src="https://example.org/a.png">',
        '<img alt="" src=//example.org/a.png>',
        '<img alt="" src="a.png">',
        '<p onclick="x()">',
        '<a href="javascript:x()">',
        '<p style="background:url(http://example.org/a)">',
        "<style>@import 'a.css';</style>",
        '<link rel="stylesheet" href="a.css">',
    ],
)
def test_what_runs_or_is_fetched_is_refused(html):
    with pytest.raises(ActiveContentError, match="不能有脚本、框架和外部地址"):
        convert(shown(html=html))


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org/">来源</a>',
        '<img alt="图" src="data:image/png;base64,AA==">',
        '<p title="a src=b">规则 onclick= 说明</p>',
        "<p>描述</p><p>src = 12</p>",
    ],
)
def test_links_to_follow_and_embedded_images_are_allowed(html):
    assert html in convert(shown(html=html))


@pytest.mark.parametrize("minsheng", [{"as_of": "June"}, {"title": 3}, {"key": None}])
def test_malformed_metadata_is_refused(minsheng):
    with pytest.raises(ReportMetadataError):
        convert(minsheng=minsheng)


def test_style_names_everything_of_the_vocabulary(rendered):
    """A class that the sample emits and no style knows is a slip of either side."""
    page = rendered.html.decode()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    body = page.partition("</style>")[2]
    used = {name for names in re.findall(r'class="([^"]*)"', body) for name in names.split()}
    known = set(re.findall(r"\.([a-z][a-z-]*)", style))
    assert used - known <= {"formulas"}
