"""A property: whatever a page says, its PDF says in the same order; drawn pages here, the sample's June elsewhere."""

from collections import Counter
from html import escape

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minsheng.render.fonts import packaged_fonts
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.render.pdf_text import read_pdf

_LETTERS = (
    "民政县区，。“”（）、：；！—…·①②％abcXYZ0123456789 .,;:'\"\\#$[]{}<>&*_`~@/|+-=^?!\n\t%€é\u3000\u00a0\u200b𠮷🟢"
)
texts = st.text(_LETTERS, min_size=1, max_size=40).filter(str.strip)
words = st.text("abcdef0123456789/.-_", min_size=30, max_size=200)


def inline(children):
    tags = st.sampled_from(["strong", "em", "code", "sup", "sub", "span", "u", "del", "mark", "a", "kbd", "small"])
    return st.builds(lambda tag, inner: f"<{tag}>{inner}</{tag}>", tags, children)


lines = st.recursive(
    st.one_of(texts.map(escape), words),
    lambda each: st.one_of(inline(each), st.tuples(each, each).map("".join)),
    max_leaves=5,
)


@st.composite
def tables(draw):
    columns, rows = draw(st.integers(1, 5)), []
    for _ in range(draw(st.integers(1, 6))):
        cells = []
        for _ in range(draw(st.integers(0, columns))):
            tag = draw(st.sampled_from(["td", "td", "td", "th"]))
            spans = f'colspan="{draw(st.integers(1, 3))}" rowspan="{draw(st.integers(0, 4))}"' * draw(st.booleans())
            kind = draw(st.sampled_from(["", ' class="num"', ' style="background-color: #ff0; font-weight: bold"']))
            cells.append(f"<{tag} {spans}{kind}>{draw(lines)}</{tag}>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = draw(st.integers(0, 2))
    name = draw(st.sampled_from(["", ' class="dataframe"', ' class="figures"', ' class="issues"']))
    caption = f"<caption>{draw(lines)}</caption>" * draw(st.booleans())
    return f"<table{name}>{caption}<thead>{''.join(rows[:head])}</thead><tbody>{''.join(rows[head:])}</tbody></table>"


def containers(children):
    inside = st.lists(children, min_size=1, max_size=3)
    listed = st.builds(
        lambda tag, items: f"<{tag}>{''.join(f'<li>{item}</li>' for item in items)}</{tag}>",
        st.sampled_from(["ul", "ol"]), inside,
    )  # fmt: skip
    quoted = inside.map(lambda parts: f"<blockquote>{''.join(parts)}</blockquote>")
    framed = st.builds(
        lambda name, parts: f'<div class="{name}">{"".join(parts)}</div>',
        st.sampled_from(["callout", "note", "part", "summary", "rows", "total", "line", "report", "findings", "x y"]),
        inside,
    )
    return st.one_of(listed, quoted, framed, inside.map("".join))


leaves = st.one_of(
    lines.map(lambda line: f"<p>{line}</p>"),
    lines,
    st.builds(lambda level, line: f"<h{level}>{line}</h{level}>", st.integers(1, 6), lines),
    texts.map(lambda text: f"<pre>{escape(text)}</pre>"),
    tables(),
)
pages = st.lists(st.recursive(leaves, containers, max_leaves=8), min_size=1, max_size=6).map("\n".join)


def said(text: str) -> str:
    """Return what can be seen of a text, with the sign that stands for what no font has."""
    missing = packaged_fonts().missing_glyphs(text)
    return "".join("〓" if each in missing else each for each in text if each not in "\u200b\t\n \u3000\u00a0")


@pytest.mark.slow
@settings(max_examples=25)
@given(body=pages)
def test_a_drawn_page_says_on_paper_what_its_html_says(body, html_text, tagged_text, tmp_path_factory):
    page = f"<html><head></head><body><main>{body}</main></body></html>"
    path = tmp_path_factory.mktemp("drawn") / "page.pdf"
    path.write_bytes(print_page(page, ReportMetadata("甲", "", None, ""), {}).pdf)
    with pikepdf.open(path) as pdf:
        on_paper, on_screen = said(tagged_text(pdf)), said(html_text(page.encode()))
    if "部分排" in "".join(read_pdf(path.read_bytes()).pages):
        # A table in parts says its columns one part after another, and what names its rows in each.
        assert Counter(on_screen) - Counter(on_paper) == Counter()
    else:
        assert on_paper == on_screen
