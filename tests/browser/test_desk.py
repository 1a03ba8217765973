"""The desk as a clerk uses it: files dropped, receipts, commands by forms, two browsers, one of them closed."""

import base64
import os
import shutil
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.archive.certificates import PASSWORD, Authority
from tests.browser.conftest import excludes_nobody
from tests.conftest import ROOT

_DROP = """([selector, files]) => {
  const sent = new DataTransfer();
  for (const [name, content] of files) {
    sent.items.add(new File([Uint8Array.from(atob(content), letter => letter.charCodeAt(0))], name));
  }
  for (const event of ["dragover", "drop"]) {
    const dropped = new DragEvent(event, { bubbles: true, cancelable: true, dataTransfer: sent });
    document.querySelector(selector).dispatchEvent(dropped);
  }
}"""
_LARGE = """() => {
  const file = new File(["x"], "太大.xlsx");
  Object.defineProperty(file, "size", { value: 400 * 1024 * 1024 });
  const desk = document.querySelector("minsheng-desk");
  desk.take(desk.querySelector("#desk-verify_file [data-files]"), [file]);
}"""
_TURN = """select => {
  select.value = "2017-06";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  const desk = select.closest("minsheng-desk");
  return [desk.querySelector(".turning").textContent, desk.querySelector(".parts").inert];
}"""


def _return(area: str, **cells: object) -> bytes:
    book = openpyxl.load_workbook(ROOT / "data" / "returns" / "2017-06" / f"{area}.xlsx")
    for name, value in cells.items():
        book["养老服务" if name != "B6" else "封面"][name] = value
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _drop(page: Page, selector: str, files: dict[str, bytes]) -> None:
    page.evaluate(_DROP, [selector, [[name, base64.b64encode(content).decode()] for name, content in files.items()]])


def _sit(page: Page, name: str) -> Locator:
    desk = page.locator("minsheng-desk")
    turning = desk.locator("#desk-month").evaluate(_TURN)
    assert turning == ["正在打开2017年6月……", True]
    expect(desk.locator(".today h2")).to_have_text("2017年6月等人办的事")
    desk.get_by_label("您的姓名").fill(name)
    desk.get_by_role("button", name="就座").click()
    return desk


def _a_page_leads_on(lab, page: Page) -> None:
    """Whoever opens a page goes on from there; what is nobody's to see stays closed."""
    with page.context.expect_page() as opened:
        page.locator("minsheng-desk").get_by_role("link", name="网站首页").click()
    first = opened.value
    first.locator("a[href='2017-06/index.html']").first.click()
    expect(first.locator("h1")).to_contain_text("2017年6月")
    files = f"{lab.address}/minsheng/files/"
    assert first.request.get(f"{files}outputs/2017-06/progress.xlsx").ok
    for closed in ("outputs/.desk/jobs", "data/keys/archive.key", "minsheng.toml", "outputs/..%2Fminsheng.toml"):
        assert first.request.get(files + closed).status == 404
    first.close()


def _picture(page: Page, stage: str) -> None:
    """Keep what the desk looks like, narrow and wide, where somebody asks for it."""
    folder = os.environ.get("MINSHENG_LAB_PICTURES")
    for width in (1280, 1920) if folder else ():
        page.set_viewport_size({"width": width, "height": 1600})
        page.wait_for_timeout(300)
        page.screenshot(path=f"{folder}/desk-{stage}-{width}.png")


@pytest.fixture
def watched(desk_lab) -> Iterator[Page]:
    """The first browser; what it says aloud is an error."""
    page = desk_lab.desk()
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert said == []


def test_two_clerks_take_turns_and_a_closed_browser_stops_nothing(desk_lab, watched) -> None:
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{desk_lab.address}/minsheng/desk/now")  # noqa: S310 - our own server
    stranger = urlopen(f"{desk_lab.address}/minsheng/files/outputs/index.html")  # noqa: S310 - our own server
    assert stranger.url.startswith(f"{desk_lab.address}/login")
    asked = []
    watched.on("request", lambda request: asked.append(request.url))
    notebook = desk_lab.workspace.notebooks / "desk.ipynb"
    before = notebook.read_bytes()
    first = _sit(watched, "王小雨")
    for title in ("看有什么事", "收报表", "生成报告"):
        expect(first.get_by_role("heading", name=title)).to_be_focused()
        first.get_by_role("button", name="下一步").click()
    expect(first.get_by_role("heading", name="4/4　签字、报送、归档")).to_be_focused()
    first.get_by_role("button", name="结束导览").click()
    expect(first.locator(".today li")).to_have_count(7)

    second_page = desk_lab.desk(width=1920, dark=True)
    second = _sit(second_page, "李四")
    second.get_by_role("button", name="结束导览").click()
    expect(first.locator(".people")).to_have_text("在座：李四、王小雨（您）")

    _a_page_leads_on(desk_lab, watched)
    first.get_by_role("button", name="导览").focus()
    for _ in "dd":
        watched.keyboard.press("d")  # deletes a cell elsewhere in JupyterLab
    watched.evaluate(_LARGE)
    expect(first.locator("#desk-verify_file .sent")).to_contain_text("超过上限 300 MB，没有发送")
    # Beside the zone, too.
    _drop(
        watched, ".today h2", {"苍溪县.xlsx": _return("cangxi", A4=-40), "剑阁县.xlsx": _return("jiange", B6="福利股")}
    )
    expect(first.locator("#desk-receive .sent .good")).to_have_count(2)
    expect(first.locator("#desk-receive .command code")).to_have_text(
        "minsheng receive --json 2017-06 苍溪县.xlsx 剑阁县.xlsx"
    )
    excludes_nobody(watched, "minsheng-desk")
    first.get_by_role("button", name="开始接收报表").click()
    expect(first.locator(".now .doing")).to_have_text("王小雨（您）：接收报表")
    expect(second.locator(".now .doing")).to_have_text("王小雨：接收报表")
    second.locator("#desk-check summary").click()
    expect(second.get_by_role("button", name="开始校验")).to_be_disabled()
    expect(second.locator("#desk-check .turn")).to_have_text("王小雨正在办“接收报表”，请稍候")
    assert [address for address in asked if not address.startswith((desk_lab.address, "data:", "blob:"))] == []
    watched.context.close()

    ended = second.locator(".job").first
    expect(ended.locator("summary").first).to_contain_text("接收报表：完成，有缺口", timeout=300_000)
    refused, taken = ended.locator(".received").nth(0), ended.locator(".received").nth(1)
    expect(refused).to_contain_text("■ 未通过校验：养老服务")
    expect(refused.locator(".severity-blocking")).to_have_text("养老服务!A4")
    expect(taken).to_contain_text("● 通过校验")
    with second_page.expect_download() as downloaded:
        refused.get_by_role("link", name="下载回执").click()
    receipt = openpyxl.load_workbook(BytesIO(Path(downloaded.value.path()).read_bytes()))
    assert receipt["养老服务"]["A4"].fill.fgColor.rgb.endswith("FFC7CE") or receipt["养老服务"]["A4"].comment
    expect(second.get_by_role("button", name="开始校验")).to_be_enabled()
    expect(second.locator(".today li").first).to_contain_text("苍溪县（错误")
    excludes_nobody(second_page, "minsheng-desk")
    assert notebook.read_bytes() == before
    second_page.context.close()


def _do(desk: Locator, form: str, start: str, said: str) -> Locator:
    """Start what is filled in and wait for what came of it."""
    before = desk.locator(".job").count()
    desk.get_by_role("button", name=f"开始{start}", exact=True).click()
    expect(desk.locator(".job")).to_have_count(before + 1, timeout=600_000)
    ended = desk.locator(".job").first
    expect(ended.locator("summary").first).to_contain_text(f"{start}：{said}")
    expect(desk.locator(f"#desk-{form} form")).to_be_hidden()
    _picture(desk.page, form)
    return ended


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_certificate_signs_and_a_half_year_is_assessed_at_the_desk(desk_lab, watched, tmp_path) -> None:
    desk, data = _sit(watched, "王小雨"), desk_lab.workspace.data
    desk.get_by_role("button", name="结束导览").click()
    key = Authority().leader("沈友文", tmp_path / "沈友文.p12").read_bytes()
    for password, said in (("错的密码", "有文件被拒收"), (PASSWORD, "完成")):
        _drop(watched, ".today h2", {"沈友文.p12": key})
        expect(desk.locator("#desk-sign_p12 .sent .good")).to_have_count(1)
        desk.get_by_label("证书密码").fill(password)
        assert password not in _do(desk, "sign_p12", "用证书签字", said).inner_text()
    kept = [path for path in (desk_lab.workspace.outputs / ".desk").rglob("*") if path.is_file()]
    assert not [path for path in kept if PASSWORD.encode() in path.read_bytes()]
    assert not [path for path in kept if path.suffix == ".p12"]
    expect(desk.locator(".today li", has_text="沈友文")).to_have_count(0)

    # Filled forms in one zip, and a piece of evidence that nobody can tell the item of.
    shutil.copytree(ROOT / "data" / "evidence", data / "evidence")
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((ROOT / "data" / "assessment" / "2017-H1").glob("*.xlsx")):
            archive.write(path, f"考评组/{path.name}")
    _drop(watched, ".today h2", {"考评表.zip": packed.getvalue()})
    expect(desk.locator("#desk-forms .sent .good")).to_have_count(10)
    expect(desk.locator("#desk-forms [name=period]")).to_have_value("2017-H1")
    _do(desk, "forms", "接收考评表", "完成")
    _drop(watched, ".today h2", {"补充.txt": "示例".encode()})
    expect(desk.locator("#desk-evidence .sent .good")).to_have_count(1)
    for name, value in {"period": "2017-H1", "who": "cangxi", "item": "org.1"}.items():
        desk.locator(f"#desk-evidence [name={name}]").select_option(value)
    _do(desk, "evidence", "放入印证资料", "完成")
    desk.locator("#desk-waive summary").click()
    for name, value in {"period": "2017-H1", "who": "cangxi", "item": "org.1"}.items():
        desk.locator(f"#desk-waive [name={name}]").select_option(value)
    for name, value in {"by": "殷蛟", "why": "因灾延期"}.items():
        desk.locator(f"#desk-waive [name={name}]").fill(value)
    expect(_do(desk, "waive", "写明免交", "完成")).to_contain_text("已登记：苍溪县 org.1")
    expect(desk.locator(".job .about").first).to_have_text("　2017年上半年、苍溪县、org.1 领导小组")
    assert (data / "evidence/2017-H1/cangxi/org.1/补充.txt").is_file()
    desk.locator(".today button[data-open=assess]").first.click()
    assessed = _do(desk, "assess", "考评", "完成")
    expect(assessed).to_contain_text("没有写进考评表的文件 1 份")
    with watched.context.expect_page() as opened:
        assessed.get_by_role("link", name="outputs/2017-H1/result_table/").click()
    expect(opened.value.locator(".jp-DirListing-item", has_text="result_table.pdf")).to_be_visible()
    opened.value.close()
    assessed.get_by_role("button", name="再办一次").click()
    expect(desk.locator("#desk-assess [name=period]")).to_have_value("2017-H1")
    excludes_nobody(watched, "minsheng-desk")
    watched.context.close()


def _a_large_file_is_sent_in_parts_and_taken_away(desk_lab, desk: Locator) -> None:
    desk.locator("#desk-verify_file summary").click()
    large = desk_lab.workspace.root.parent / "scan.pdf"
    large.write_bytes(b"%PDF-1.7" + bytes(60 * 1024 * 1024))
    desk.get_by_label("选择要查的文件").set_input_files(large)
    expect(desk.locator("#desk-verify_file .sent .good")).to_have_text("● 已送到")
    with desk.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        desk.get_by_role("button", name="取下").click()
    expect(desk.locator("#desk-verify_file .sent li")).to_have_count(0)
    assert not list((desk_lab.workspace.outputs / ".desk" / "uploads").glob("*"))


@pytest.mark.soak
@pytest.mark.timeout(3000)
def test_a_clerk_s_whole_month_without_a_terminal(desk_lab, watched) -> None:
    page, desk = watched, _sit(watched, "王小雨")
    desk.get_by_role("button", name="结束导览").click()

    _a_large_file_is_sent_in_parts_and_taken_away(desk_lab, desk)

    # Corrections: one is wrong, is sent back, and comes again.
    _drop(page, "#desk-receive .zone", {"苍溪县.xlsx": _return("cangxi", A4=-40)})
    expect(desk.locator("#desk-receive .sent .good")).to_have_count(1)
    ended = _do(desk, "receive", "接收报表", "完成，有缺口")
    expect(ended.locator(".severity-blocking")).to_have_text("养老服务!A4")
    expect(desk.locator(".today li").first).to_contain_text("苍溪县")
    desk.locator(".today button[data-open=receive]").first.click()
    _drop(page, "#desk-receive .zone", {"苍溪县.xlsx": _return("cangxi", B6="社会救助股")})
    expect(desk.locator("#desk-receive .sent .good")).to_have_count(1)
    _do(desk, "receive", "接收报表", "完成")

    desk.locator("#desk-check summary").click()
    _do(desk, "check", "校验", "完成")

    # The run goes on when the browser is closed, and is found again.
    desk.locator(".today button[data-open=run]").first.click()
    desk.get_by_role("button", name="开始生成", exact=True).click()
    expect(desk.locator(".now .stage")).to_contain_text("生成报告", timeout=300_000)
    _picture(page, "running")
    page.context.close()
    page = desk_lab.desk(width=1920)
    desk = _sit(page, "王小雨")
    desk.get_by_role("button", name="结束导览").click()
    expect(desk.locator(".job summary").first).to_contain_text("生成：完成", timeout=300_000)
    _picture(page, "found-again")

    for leader in ("沈友文", "何道芬"):
        desk.locator(".today button[data-open=sign_scan]").first.click()
        expect(desk.locator("#desk-sign_scan [name=signer]")).to_have_value(leader)
        desk.get_by_label("选择扫描件").set_input_files(ROOT / "tests" / "browser" / "screenshots" / "project.png")
        expect(desk.locator("#desk-sign_scan .sent .good")).to_have_count(1)
        desk.get_by_label("签字日期").fill("2017-06-26")
        _do(desk, "sign_scan", "登记纸质签字", "完成")
    for left in range(5, 0, -1):
        buttons = desk.locator(".today button[data-open=deliver]")
        expect(buttons).to_have_count(left)
        buttons.first.click()
        desk.get_by_label("移交时间").fill("2017-06-26T16:00")
        _do(desk, "deliver", "登记报送", "完成")
    # What was handed over is known to the sections' scores.
    desk.locator("#desk-run summary").click()
    _do(desk, "run", "生成", "完成")
    desk.locator(".today button[data-open=seal]").first.click()
    sealed = _do(desk, "seal", "归档", "完成")
    expect(sealed).to_contain_text("已归档：")
    desk.locator("#desk-verify summary").click()
    _do(desk, "verify", "核验归档", "完成")
    expect(desk.locator(".today li")).to_have_count(1)  # the half-year's assessment
    excludes_nobody(page, "minsheng-desk")
    page.context.close()
