"""JupyterLab as an analyst uses it, in Chinese."""

import pytest
from playwright.sync_api import Page, expect


def _choose(page: Page, menu: str, command: str) -> None:
    page.locator(".lm-MenuBar-item", has_text=menu).click()
    page.locator(f".lm-Menu-item[data-command='{command}']").click()


def _run_all(page: Page) -> None:
    _choose(page, "运行", "runmenu:run-all")


def _outputs(page: Page):
    return page.locator(".jp-Notebook .jp-OutputArea-output")


def test_the_first_page_says_what_is_where(lab) -> None:
    page = lab.first_page()  # which waits for start.ipynb
    assert page.locator(".lm-MenuBar-item", has_text="文件").count() == 1
    _run_all(page)
    expect(_outputs(page).locator("table", has_text="各月报表与报告")).to_be_attached()
    for words in ("社会养老服务体系建设", "data/returns/"):
        expect(page.locator(".jp-Notebook .jp-RenderedMarkdown", has_text=words)).to_be_attached()
    page.close()


def test_a_notebook_runs_by_hand_and_is_exported_from_the_menu(lab) -> None:
    page = lab.notebook("elderly_care")
    _run_all(page)
    expect(_outputs(page).get_by_text("结果只在此显示")).to_be_attached()
    expect(_outputs(page).locator("table", has_text="苍溪县2017年6月进展情况")).to_be_attached()
    chart = _outputs(page).locator("figure img").first
    chart.scroll_into_view_if_needed()
    assert chart.evaluate("image => image.naturalWidth") > 100

    page.locator(".lm-MenuBar-item", has_text="文件").click()
    page.locator(".lm-Menu-item[data-type=submenu]", has_text="保存并导出笔记本为").hover()
    entries = page.locator(".lm-Menu .lm-Menu-item", has_text="民生报告")
    expect(entries).to_contain_text(["民生报告（网页）", "民生报告（PDF）"])
    asked = []
    page.context.on("request", lambda request: asked.append(request.url))
    with page.context.expect_event("response", lambda response: "/nbconvert/" in response.url) as answered:
        entries.filter(has_text="网页").click()
    assert answered.value.ok
    assert all(address.startswith((lab.address, "data:", "blob:")) for address in asked)
    asks = {"Referer": f"{lab.address}/lab"}  # the server answers nobody else
    exported = page.context.request.get(answered.value.url, headers=asks).text()
    assert "苍溪县2017年6月进展情况" in exported
    assert "report.progress_table" not in exported  # a report shows no code
    pdf = page.context.request.get(answered.value.url.replace("/minsheng_html/", "/minsheng_pdf/"), headers=asks)
    assert pdf.body().startswith(b"%PDF-")
    page.close()


def test_the_pickers_change_what_is_shown(lab) -> None:
    page = lab.notebook("explore")
    _run_all(page)
    shown = page.locator(".jp-Notebook .widget-html-content").first
    pickers = page.locator(".jp-Notebook .widget-dropdown")
    expect(shown).to_contain_text("全市2017年6月进展情况")
    pickers.filter(has_text="地区").locator("select").first.select_option("苍溪县")
    expect(shown).to_contain_text("苍溪县2017年6月进展情况")
    pickers.filter(has_text="报告期").locator("select").first.select_option("2017年5月")
    expect(shown).to_contain_text("苍溪县2017年5月进展情况")
    pickers.filter(has_text="项目").locator("select").first.select_option("养老服务")
    expect(shown).to_contain_text("新增床位")
    page.close()


@pytest.mark.parametrize(("written", "said"), [('period = "2017-13"', "2017-13"), ('area = "某县"', "某县")])
def test_an_error_reads_like_help_with_the_traceback_one_click_away(lab, written: str, said: str) -> None:
    page = lab.notebook("elderly_care")
    page.locator(".jp-Notebook .cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(f"\n{written}")
    _run_all(page)
    shown = _outputs(page).get_by_role("alert").first
    expect(shown).to_contain_text("没有完成，原因如下；改正后重新运行本单元格。")
    expect(shown).to_contain_text(said)
    trace = shown.locator("pre")
    expect(trace).to_be_hidden()
    shown.locator("summary").click()
    expect(trace).to_be_visible()
    expect(trace).to_contain_text("UsageError")
    assert page.locator(".jp-Notebook [data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    page.close()
