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


def test_a_page_says_what_is_where(lab) -> None:
    page = lab.notebook("start")
    assert page.locator(".lm-MenuBar-item", has_text="文件").count() == 1
    _run_all(page)
    expect(_outputs(page).locator("table", has_text="各月报表与报告")).to_be_attached()
    for words in ("社会养老服务体系建设", "data/returns/"):
        expect(page.locator(".jp-Notebook .jp-RenderedMarkdown", has_text=words)).to_be_attached()

    # A page opened in JupyterLab leads on to others.
    page.goto(f"{lab.address}/lab/tree/outputs/index.html")
    shown = page.frame_locator("iframe")
    shown.locator("a[href='2017-06/index.html']").first.click()
    shown.locator("a[href='city/bulletin/report.html']").first.click()
    expect(shown.locator("main.report")).to_contain_text("2017年6月")
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
    explorer = _outputs(page).first
    pickers = explorer.locator(".widget-dropdown")
    panel = explorer.locator(".widget-tab-contents > .widget-box:not(.lm-mod-hidden)")

    def pick(name: str, option: str) -> None:
        pickers.filter(has=page.locator("label", has_text=name)).locator("select").select_option(option)

    def look(tab: str) -> None:
        explorer.locator(".lm-TabBar-tab", has_text=tab).click()

    expect(panel.locator("canvas, svg.marks")).to_be_visible()
    expect(explorer.get_by_text("报告：打开")).to_be_visible()
    look("报告内容")
    expect(panel).to_contain_text("全市2017年6月进展情况")
    pick("地区", "苍溪县")
    expect(panel).to_contain_text("苍溪县2017年6月进展情况")
    pick("项目", "养老服务")
    expect(panel).to_contain_text("新增床位")
    expect(explorer.get_by_role("link", name="打开")).to_have_attribute(
        "href", "/minsheng/files/outputs/2017-06/cangxi/elderly_care/report.html"
    )
    pick("指标", "新增床位")
    for tab in ("走势", "资金", "名次", "与其他地区", "逐月状态"):
        look(tab)
        expect(panel.locator("canvas, svg.marks")).to_be_visible()
    look("与其他地区")
    pick("地区", "全市")
    expect(panel).to_contain_text("请在上面选一个地区")
    pick("报告期", "2017年5月")  # which was checked and never run
    expect(explorer).to_contain_text("没有生成（minsheng run 2017-05）")
    expect(explorer.get_by_role("link", name="打开")).to_have_count(0)
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
