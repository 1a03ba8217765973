"""What comes out of a printer when somebody prints a page from the browser."""

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.browser.test_pages import PAGES
from tests.paper import MARGINS, Word, rows, sheets

from minsheng.render.pdf_text import page_count

_PORTRAIT, _LANDSCAPE = (595, 842), (842, 595)
_HEADERS = "[...document.querySelectorAll('table')].map(each => each.tHead ? each.tHead.rows.length : 0)"


def _kind(name: str) -> str:
    return "official" if "monthly_report" in name else "receipt" if "receipts" in name else "report"


def _printed(browser, path: Path) -> tuple[bytes, list[int], str]:
    """Return a page as printed, how many header rows each table has, and what is to be read."""
    page = browser.new_page()
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    printed = page.pdf(prefer_css_page_size=True, tagged=True)
    headers, text = page.evaluate(_HEADERS), page.evaluate("document.body.innerText")
    page.close()
    return printed, headers, text


def _faults(printed: bytes, headers: list[int], text: str, kind: str) -> list[str]:
    """Return what is wrong on paper: nothing lost, nothing clipped, covered or cut, headers on every page."""
    pages = sheets(printed)
    found: list[str] = []
    for number, sheet in enumerate(pages, 1):
        found += [f"{number}: outside {word}" for word in sheet.outside(*MARGINS[kind])]
        found += [f"{number}: {pair}" for pair in sheet.overlapping()]
        found += [] if any(map(_is_text, sheet.words)) else [f"{number}: empty"]
    lost = Counter("".join(text.split())) - Counter("".join(word.text for sheet in pages for word in sheet.words))
    found += [f"lost: {''.join(lost.elements())}"] if lost else []
    tables = rows(printed)
    found += [] if len(tables) == len(headers) else ["tables lost"]
    for number, (table, heads) in enumerate(zip(tables, headers, strict=False), 1):
        found += [f"table {number}: row {place} is cut" for place, row in enumerate(table[heads:], 1) if len(row) != 1]
        wanted = set().union(*table[heads:])
        found += [f"table {number}: header not on every page" for row in table[:heads] if row != wanted]
    return found


def _is_text(word: Word) -> bool:
    """Whether a word is more than a page number or the mark of an annex whose text begins on the next page."""
    return not re.fullmatch(r"[第页共\d\s—]+|附件\d*", word.text)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_prints_on_a4_with_nothing_lost_clipped_or_cut(name: str, assessed, browser) -> None:
    path = assessed.outputs / name
    printed, headers, text = _printed(browser, path)
    kind = _kind(name)
    assert _faults(printed, headers, text, kind) == []
    size = _LANDSCAPE if kind == "receipt" else _PORTRAIT
    assert {(round(sheet.width), round(sheet.height)) for sheet in sheets(printed)} == {size}
    paper = path.with_suffix(".pdf")
    if paper.is_file():
        assert abs(page_count(printed) - page_count(paper.read_bytes())) <= 1, "a browser prints about what we print"


_HEAD = "<thead><tr><th>甲</th><th>乙</th></tr></thead>"
_ROW = "<tr><td style='width:50%'>一格</td><td>{0}</td></tr>"
_PAGE = "<style>@page{{size:A4;margin:24mm 21mm}}{0}</style><table>{1}</table>"


@pytest.mark.parametrize(
    ("style", "cells", "fault"),
    [
        ("tr{break-inside:avoid}", ["字"] * 80, None),
        ("", ["一行<br>" * 25] * 3, "is cut"),
        ("thead{display:table-row-group}tr{break-inside:avoid}", ["字"] * 80, "header not on every page"),
        ("td{white-space:nowrap}", ["很长的一格" * 20], "outside"),
        ("table{table-layout:fixed;width:1em}td{white-space:nowrap}", ["覆盖"], " / "),
        ("td{display:block;overflow:hidden;height:1.4em}", ["一行<br>两行"], "lost"),
    ],
)
def test_the_check_of_paper_finds_what_is_wrong(style, cells, fault, tmp_path, browser) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<meta charset=utf-8>" + _PAGE.format(style, _HEAD + "".join(map(_ROW.format, cells))), encoding="utf-8"
    )
    found = _faults(*_printed(browser, path), "report")
    assert any(fault in line for line in found) if fault else found == [], found
