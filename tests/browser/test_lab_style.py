"""A report looks in JupyterLab as it does on its page: tables, lights and charts, in both themes, narrow and wide."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import excludes_nobody

from minsheng.domain.period import Period

_CELLS = {
    "table.figures": ("border-top-style", "border-collapse", "font-variant-numeric"),
    "table.figures caption": ("text-align",),
    "table.figures thead th:first-child": ("text-align", "vertical-align"),
    "table.figures thead th:nth-child(2)": ("text-align", "white-space", "border-bottom-style"),
    "table.figures tbody th": ("text-align", "white-space", "font-weight"),
    "table.figures td.num": ("text-align", "white-space"),
    ".light-green .shape": ("color",),
    ".light-yellow .shape": ("color",),
    ".light": ("white-space", "color"),
    ".findings li": ("border-left-style", "border-left-color"),
    ".note": ("color",),
    "section.part h2": ("font-weight", "border-bottom-style"),
}
_STYLES = """([root, cells]) => {
  const found = {};
  for (const [selector, names] of Object.entries(cells)) {
    const element = document.querySelector(`${root} ${selector}`);
    const style = element && getComputedStyle(element);
    found[selector] = element ? Object.fromEntries(names.map(name => [name, style.getPropertyValue(name)])) : null;
  }
  return found;
}"""
_OUTPUT = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"


def _run_all(page: Page) -> None:
    page.locator(".lm-MenuBar-item", has_text="运行").click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    page.locator(_OUTPUT).get_by_text("结果只在此显示").wait_for()
    # JupyterLab draws what has been in sight: as a reader does, to the end and back.
    page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollTo(0, panel.scrollHeight)")
    page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollTo(0, 0)")


def _choose_theme(page: Page, name: str) -> None:
    page.locator(".lm-MenuBar-item", has_text="设置").click()
    page.locator(".lm-Menu-item[data-type=submenu]", has_text=re.compile("^主题$")).hover()
    page.locator(".lm-Menu-item[data-command='apputils:change-theme']", has_text=name).first.click()
    page.locator(f"body[data-jp-theme-light={'true' if name == '亮色' else 'false'}]").wait_for(state="attached")


def _contrast(first: str, second: str) -> float:
    def light(colour: str) -> float:
        parts = [int(each) / 255 for each in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("width", [1280, 1920])
def test_a_report_looks_as_on_its_page(lab, june, width: int, tmp_path: Path) -> None:
    page = lab.notebook("elderly_care")
    page.set_viewport_size({"width": width, "height": 1400})
    _run_all(page)
    here = page.evaluate(_STYLES, [_OUTPUT, _CELLS])
    report = lab.browser.new_page(viewport={"width": width, "height": 1400})
    report.goto((june.task(Period("2017-06"), "cangxi", "elderly_care") / "report.html").as_uri())
    there = report.evaluate(_STYLES, ["body", _CELLS])
    assert [selector for selector, found in here.items() if found is None] == []
    assert here == there
    kept = Path(os.environ.get("MINSHENG_LAB_PICTURES", tmp_path))
    page.screenshot(path=kept / f"light-{width}.png")

    _choose_theme(page, "暗色")
    ground = page.locator(".jp-Notebook").evaluate("element => getComputedStyle(element).backgroundColor")
    for selector in (
        ".light-green .shape",
        ".light-yellow .shape",
        ".light",
        ".note",
        "table.figures td.num",
        "h2",
        "caption",
    ):
        ink = page.locator(f"{_OUTPUT} {selector}").first.evaluate("element => getComputedStyle(element).color")
        assert _contrast(ink, ground) >= 4.5, (selector, ink, ground)
    paper, turned = page.locator(f"{_OUTPUT} figure.chart img").first.evaluate(
        "element => [getComputedStyle(element).backgroundColor, getComputedStyle(element).filter]"
    )
    assert (paper, turned) == ("rgb(255, 255, 255)", "invert(0.93) hue-rotate(180deg)")
    page.screenshot(path=kept / f"dark-{width}.png")
    if width == 1920:
        excludes_nobody(page, _OUTPUT)
    _choose_theme(page, "亮色")
    report.close()
    page.close()


def test_what_is_not_ours_keeps_jupyterlabs_look() -> None:
    from minsheng.render.lab_extension.notebook_style import OUTPUT, PIECES, notebook_style

    ours = notebook_style().replace(f":where({', '.join(PIECES)})", "OURS")
    selectors = [each.strip() for found in re.findall(r"([^{}]+)\{", ours) for each in found.split(",")]
    assert len(selectors) > 150
    for selector in selectors:
        if selector in {":root", "body[data-jp-theme-light='false']"}:
            continue
        assert selector.startswith((f"{OUTPUT}{OUTPUT}{OUTPUT} ", "OURS:not(OURS *)")), selector
        assert "OURS" in selector or selector.split()[1].startswith(PIECES), selector
