"""Charts that answer, in JupyterLab with the network shut: hover says figure and cell, a click opens the report."""

import pytest
from playwright.sync_api import Error, Locator, Page

_CHARTS = {
    "heat_map": "charts.heat_map(project='养老服务')",
    "trends": "charts.trends('养老服务', '2017-06', '苍溪县', '新增床位')",
    "funds_by_source": "charts.funds_by_source('2017-06', '苍溪县')",
    "ranking_over_time": "charts.ranking_over_time()",
    "against_peers": "charts.against_peers('苍溪县', '2017-06')",
}
_OUTPUT = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"


def _run(page: Page, source: str) -> None:
    page.locator(".jp-Notebook .cm-content").first.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"from minsheng.notebook import charts\n{source}")
    page.keyboard.press("Shift+Enter")


# One chart answers in every run, the others in the long one: each reads a workspace's months anew.
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "funds_by_source" else pytest.mark.soak) for name in _CHARTS]
)
def test_a_chart_answers_without_network(lab, name: str) -> None:
    page = lab.notebook("elderly_care")
    asked = []
    page.route("**/*", lambda route: asked.append(route.request.url) or route.continue_())
    _run(page, _CHARTS[name])
    canvas = page.locator(f"{_OUTPUT} canvas, {_OUTPUT} svg.marks").first
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    found, said = _answer(page, canvas, "点一下打开")
    assert "地区" in said
    assert "算式" in said or "单元格" in said
    with page.expect_popup() as opened:
        page.mouse.click(*found)
    assert "/files/outputs/2017-0" in opened.value.url
    assert opened.value.url.endswith("/report.html")
    assert [address for address in asked if not address.startswith((lab.address, "data:", "blob:"))] == []
    opened.value.close()
    page.close()


def test_the_network_is_shut(browser) -> None:
    page = browser.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("https://cdn.jsdelivr.net/npm/vega@5")
    page.close()


def test_where_no_report_was_made_the_chart_says_so_and_a_click_leads_nowhere(lab) -> None:
    page = lab.notebook("elderly_care")
    _run(page, "charts.against_peers('苍溪县', '2017-05')")  # a month that was checked and never run
    canvas = page.locator(f"{_OUTPUT} canvas, {_OUTPUT} svg.marks").first
    canvas.wait_for()
    found, _ = _answer(page, canvas, "没有生成（minsheng run 2017-05）")
    page.mouse.click(*found)
    page.wait_for_timeout(500)
    assert page.context.pages == [page]
    page.close()


def _answer(page: Page, canvas: Locator, words: str) -> tuple[tuple[float, float], str]:
    """Return where a chart answers with some words under the mouse, and all that it says there."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    tooltip = page.locator("#vg-tooltip-element.visible")
    for wait in (5, 50):  # a busy machine is slow to answer
        for at in _places(box):
            page.mouse.move(*at)
            page.wait_for_timeout(wait)
            if not (tooltip.count() and words in tooltip.inner_text()):
                continue
            # What is said may still be of the place before: what is said here stays.
            page.wait_for_timeout(10 * wait)
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            if tooltip.count() and words in (said := tooltip.inner_text()):
                return at, said
    pytest.fail(f"nothing under the mouse says {words}")


def _places(box):
    """Yield places of a chart, from its middle outwards in a grid."""
    steps = [each / 48 for each in range(1, 48)]  # finer than a point
    grid = sorted(((x, y) for x in steps for y in steps), key=lambda at: abs(at[0] - 0.5) + abs(at[1] - 0.5))
    for x, y in grid:
        yield box["x"] + box["width"] * x, box["y"] + box["height"] * y
