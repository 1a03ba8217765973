"""Pages as a person sees them: they fit the screen, fetch nothing, run nothing, and everybody can read them."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import openpyxl
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.links import dead_links

from minsheng.render.html.page import screen_style

# One of every kind of page: project (county and city, milestones and levels), scores, sections, month, assessment.
PAGES = (
    "index.html",
    "2017-06/index.html",
    "2017-06/cangxi/elderly_care/report.html",
    "2017-06/city/elderly_care/report.html",
    "2017-06/city/dibao/report.html",
    "2017-06/cangxi/two_lines/report.html",
    "2017-06/city/disability_allowance/report.html",
    "2017-06/lizhou/medical_aid/report.html",
    "2017-06/cangxi/scoring/report.html",
    "2017-06/city/scoring/report.html",
    "2017-06/social_relief/section_scoring/report.html",
    "2017-06/office/monthly_report/report.html",
    "2017-06/city/bulletin/report.html",
    "2017-06/receipts/cangxi.html",
    "2017-06/run.html",
    "2017-H1/index.html",
    "2017-H1/city/result_table/report.html",
)
_WCAG = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}


def _violations(page) -> list[str]:
    found = Axe().run(page, options=_WCAG).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_the_screen_asks_for_nothing_and_excludes_nobody(name: str, width: int, assessed, browser) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((assessed.outputs / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    missing = page.evaluate("[...document.images].filter(image => !image.complete || !image.naturalWidth).length")
    assert missing == 0
    assert _violations(page) == []
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def test_the_accessibility_check_finds_what_is_wrong(browser) -> None:
    page = browser.new_page()
    page.set_content('<html><body><img src="data:,"><p style="color:#bbb">颜色太浅的一行文字</p></body></html>')
    found = {line.partition(":")[0] for line in _violations(page)}
    assert {"html-has-lang", "image-alt", "color-contrast"} <= found
    page.close()


def test_three_clicks_lead_from_a_score_to_its_cell(assessed, browser) -> None:
    """No script: the month's page shows the score, 得分表 its items, ① the formula, the file name the return itself."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((assessed.outputs / "2017-06/index.html").as_uri())
    row = page.locator("tr", has=page.locator("th", has_text="苍溪县"), has_text="得分表")
    row.get_by_role("link", name="得分表").click()
    item = page.locator("tr", has=page.locator("th", has_text="新增床位"))
    item.locator("sup a").click()
    target = unquote(urlsplit(page.url).fragment)
    formula = page.locator(f'[id="{target}"]')
    sheet, cell, value = re.search(r"〕([^!、]+)!([A-Z]+\d+)=(\d+)", formula.inner_text()).groups()
    link = page.locator(f"{formula.locator('code a').get_attribute('href')} a")
    place = Path(unquote(urlsplit(link.evaluate("link => link.href")).path))
    assert place == assessed.data / "returns/2017-06/cangxi.xlsx"
    assert str(openpyxl.load_workbook(place)[sheet][cell].value) == value
    context.close()


def test_every_link_of_every_page_leads_somewhere(assessed) -> None:
    broken, seen = dead_links(assessed.outputs)
    assert broken == []
    assert seen > 1000


def test_tables_of_pandas_stand_in_columns(browser) -> None:
    index = pd.MultiIndex.from_product([["甲县", "乙县"], ["2016", "2017"]])
    frame = pd.DataFrame({"床位": [1, 200, 30, 4]}, index=index)
    page = browser.new_page()
    page.set_content(f"<style>{screen_style()}</style><main class=report>{frame.to_html()}")
    edges = page.locator("td").evaluate_all("cells => cells.map(each => {"
        " const text = document.createRange(); text.selectNodeContents(each);"
        " return Math.round(text.getBoundingClientRect().right) })")  # fmt: skip
    years = page.locator("tbody th:not([rowspan])").evaluate_all("cells => cells.map(each => {"
        " const text = document.createRange(); text.selectNodeContents(each);"
        " return Math.round(text.getBoundingClientRect().left) })")  # fmt: skip
    assert (len(set(edges)), len(set(years))) == (1, 1), (edges, years)
    assert page.locator("td").first.evaluate("cell => getComputedStyle(cell).borderLeftWidth") == "0px"
    page.close()
