"""Pages as a person sees them: no sideways scrolling, nothing fetched, nothing wrong on the console."""

import pytest

PAGES = (
    "2017-06/index.html",
    "index.html",
    "2017-06/cangxi/elderly_care/report.html",
    "2017-06/city/dibao/report.html",
    "2017-06/cangxi/scoring/report.html",
    "2017-06/city/scoring/report.html",
    "2017-06/social_relief/section_scoring/report.html",
    "2017-06/office/monthly_report/report.html",
    "2017-06/city/bulletin/report.html",
    "2017-06/receipts/cangxi.html",
)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_the_screen_and_asks_for_nothing(name: str, width: int, june, browser) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((june.outputs / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    missing = page.evaluate("[...document.images].filter(image => !image.complete || !image.naturalWidth).length")
    assert missing == 0
    context.close()


def test_one_click_leads_from_a_figure_to_its_cell(june, browser) -> None:
    page = browser.new_page()
    page.goto((june.outputs / "2017-06/cangxi/elderly_care/report.html").as_uri())
    page.click("sup.ref a >> nth=0")
    target = page.evaluate("decodeURIComponent(location.hash.slice(1))")
    assert "养老服务!E4=" in page.inner_text(f'[id="{target}"]')
    page.close()
