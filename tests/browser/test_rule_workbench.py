"""The rule workbench in JupyterLab: pick a table, tighten a rule, see which cells fire."""

import re

import pytest
from playwright.sync_api import expect


def _write(page, box, words: str) -> None:
    """Write over a text; a late update from the kernel may come between, as it may while somebody types."""
    for _ in range(20):
        page.wait_for_timeout(500)
        box.fill(words)
        page.wait_for_timeout(500)
        if box.input_value() == words:
            return
    raise AssertionError(box.input_value())


@pytest.mark.soak
def test_a_rule_is_changed_and_tried_on_a_month(lab, june, tmp_path) -> None:
    page = lab.notebook("rules")
    page.locator(".lm-MenuBar-item", has_text="运行").click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    pickers = page.locator(".jp-Notebook .widget-dropdown")
    expect(pickers).to_have_count(3)
    assert [pickers.nth(n).locator("label").inner_text() for n in range(3)] == ["报告期", "报表", "规则"]
    pickers.nth(1).locator("select").select_option("社会养老服务体系建设情况表")
    pickers.nth(2).locator("select").select_option("ELD-001")
    text = page.locator(".jp-Notebook .widget-textarea textarea")
    expect(text).to_have_value(re.compile("ELD-001"))
    tried = page.get_by_role("button", name="试运行")
    shown = page.locator(".jp-Notebook .widget-html-content").first

    tried.click()
    expect(shown).to_contain_text("命中 0 个单元格")

    before = {path: path.read_bytes() for path in (june.params / "2017/expectations").iterdir()}
    pickers.nth(2).locator("select").select_option("（新规则）")
    expect(text).to_have_value(re.compile("ELD-901"))  # the draft has come from the kernel
    _write(page, text, NEW)
    tried.click()
    expect(shown).to_contain_text("只试不存")
    rows = shown.locator("tbody tr")
    expect(rows.first).to_contain_text("苍溪县")
    expect(rows.first).to_contain_text("床位多于一张")
    expect(rows).to_have_count(5)  # of June, the newest month with data
    assert shown.evaluate("box => box.scrollWidth <= box.clientWidth + 1"), "the result is wider than its place"
    page.screenshot(path=tmp_path / "workbench.png")

    _write(page, text, NEW.replace("high: 1", "high: 很多"))
    tried.click()
    expect(shown).to_contain_text("规则有下列问题，没有运行")
    _write(page, text, "  - id: [")
    tried.click()
    expect(shown).to_contain_text("没有运行")
    assert {path: path.read_bytes() for path in before} == before
    page.close()


# Indented as in the file of rules, from where an analyst copies it.
NEW = """  - id: ELD-901
    type: expect_cells_to_be_between
    kwargs:
      columns: [beds_public_cumulative]
      low: 0
      high: 1
    severity: warning
    blank: not_checked
    message: 床位多于一张
    allowed: 0 或 1
    action: 请核对
    basis: 试验
    bad: {beds_public_cumulative: 2}
"""
