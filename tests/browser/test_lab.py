"""JupyterLab as an analyst uses it, in Chinese."""

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import excludes_nobody


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
    excludes_nobody(page, ".jp-OutputArea-output")
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


def _asks(asked: Locator, label: str) -> Locator:
    return asked.locator(".widget-dropdown, .widget-text, .widget-select", has_text=label).locator("select, input")


@pytest.mark.soak
def test_what_if_compares_takes_away_and_saves(lab) -> None:
    page = lab.notebook("explore")
    _run_all(page)
    asked = _outputs(page).filter(has=page.get_by_text("加入并计算"))
    chosen, listed = _asks(asked, "哪一个"), asked.locator(".widget-select option")
    expect(chosen).to_have_value("重点救助对象政策范围内住院自负费用救助比例（%）")

    def add(scenario: str, kind: str, what: str, value: str) -> None:
        _asks(asked, "情景").fill(scenario)
        _asks(asked, "改什么").select_option(kind)
        expect(chosen.locator("option", has_text=what)).not_to_have_count(0)
        chosen.select_option(what)
        _asks(asked, "改为").fill(value)
        asked.get_by_role("button", name="加入并计算").click()

    add("目标加一成", "目标", "新增民办公办养老机构床位（张）", "+10%")
    expect(listed).to_have_count(1)
    _asks(asked, "地区").select_option("昭化区")
    add("补报", "上报数", "养老服务·累计新增公办床位", "35")
    expect(listed).to_have_count(2)
    add("满分", "小项满分", "新增床位", "很多")
    expect(asked.get_by_text("“很多”不是数")).to_be_visible()
    add("满分", "小项满分", "新增床位", "+2")
    add("规则", "评分规则", "新增床位", "1.2")
    expect(listed).to_have_count(4)
    for scenario in ("目标加一成", "补报", "满分", "规则"):
        expect(asked.locator("table", has_text="得分和名次").locator("th", has_text=scenario)).to_have_count(1)
    excludes_nobody(page, ".jp-OutputArea-output")

    take = asked.get_by_role("button", name="删去选中的")
    take.click()
    expect(asked.get_by_text("先在“已加入”里点选要删去的一条")).to_be_visible()
    _asks(asked, "已加入").select_option(index=1)
    take.click()
    expect(listed).to_have_count(3)
    take.click()
    expect(asked.get_by_text("先在“已加入”里点选要删去的一条")).to_be_visible()
    expect(listed).to_have_count(3)

    _asks(asked, "存为").fill("beds_more")
    asked.get_by_role("button", name="存为笔记本").click()
    with page.expect_popup() as opened:
        asked.get_by_role("link", name="notebooks/own/beds_more.ipynb").click()
    saved = opened.value
    saved.get_by_text("Python 3 (ipykernel) | 空闲").wait_for()
    _run_all(saved)
    expect(_outputs(saved).locator("table.dataframe")).to_contain_text("目标加一成")
    excludes_nobody(saved, ".jp-OutputArea-output")
    saved.close()
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
