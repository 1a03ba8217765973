"""A headless Chromium that knows the packaged fonts and reaches nothing but this machine, and a JupyterLab for it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from minsheng.commands.lab import lab_command, lab_environment
from minsheng.render.fonts import packaged_fonts
from minsheng.workspace import Workspace

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


expect.set_options(timeout=60_000)  # a machine may be slow


# Without hinting, which moves advance widths by the pixel grid of a resolution that paper does not have.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="same"><family>serif</family><prefer><family>Noto Serif SC</family></prefer></alias>
  <alias binding="same"><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>Noto Sans SC</family></prefer></alias>
  <match target="font">
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="autohint" mode="assign"><bool>false</bool></edit>
    <edit name="embolden" mode="assign"><bool>false</bool></edit>
  </match>
</fontconfig>
"""


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    assert found, "no Chromium on PATH: sh .ci/setup tests"
    folder = tmp_path_factory.mktemp("fonts")
    (folder / "fonts.conf").write_text(_FONTS.format(fonts=packaged_fonts().folder(), cache=folder / "scan"))
    environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=_FLAGS, env=environment)
        yield chromium
        chromium.close()


_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def excludes_nobody(page: Page, *where: str) -> None:
    """Hold parts of a page to axe's rules; how pandas heads a frame's index is its own."""
    context = {"include": [[each] for each in where], "exclude": [["table.dataframe"]]}
    found = Axe().run(page, context=context, options=_RULES).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found] == []


@dataclass(frozen=True)
class Lab:
    """A JupyterLab on a workspace of its own."""

    address: str
    token: str
    browser: Browser
    workspace: Workspace

    def desk(self, *, width: int = 1280, dark: bool = False) -> Page:
        """Open what ``minsheng lab`` opens, in a browser of its own."""
        page = self.browser.new_context(viewport={"width": width, "height": 900}).new_page()
        page.set_default_timeout(90_000)
        if dark:
            setting = f"{self.address}/lab/api/settings/@jupyterlab/apputils-extension:themes?token={self.token}"
            page.request.put(setting, data={"raw": '{"theme": "JupyterLab Dark"}'})
        page.goto(f"{self.address}/?token={self.token}")
        page.locator("minsheng-desk .desk").wait_for()
        return page

    def notebook(self, name: str) -> Page:
        """Open a notebook, and wait until its kernel is ready."""
        return self._page(f"{self.address}/lab/tree/notebooks/{name}.ipynb?token={self.token}&reset", name)

    def _page(self, address: str, notebook: str) -> Page:
        page = self.browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(90_000)
        page.goto(address)
        # A page may come with tabs that were open before: it is this notebook's kernel that must be ready.
        page.locator(".lm-DockPanel-tabBar .lm-mod-current", has_text=f"{notebook}.ipynb").wait_for()
        panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        panel.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
        page.get_by_text("Python 3 (ipykernel) | 空闲").wait_for()
        return page


@pytest.fixture(scope="session")
def lab(june, browser, tmp_path_factory) -> Iterator[Lab]:
    with _serving(june, browser, tmp_path_factory) as found:
        yield found


@pytest.fixture
def desk_lab(june, browser, tmp_path_factory) -> Iterator[Lab]:
    """A JupyterLab whose workspace a test may change."""
    with _serving(june, browser, tmp_path_factory) as found:
        yield found


@contextmanager
def _serving(june: Workspace, browser: Browser, tmp_path_factory) -> Iterator[Lab]:
    root = tmp_path_factory.mktemp("lab") / "workspace"
    shutil.copytree(june.root, root)  # JupyterLab saves what it has opened
    workspace = Workspace.find(root)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.delenv("JUPYTERLAB_SETTINGS_DIR", raising=False)
        environment = lab_environment(workspace)
    token = "test"  # noqa: S105 - of a server that lives for these tests on the loopback
    command = [*lab_command(workspace, browser=False, port=port), f"--IdentityProvider.token={token}"]
    server = subprocess.Popen(
        command, env=environment, cwd=workspace.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urlopen(f"{address}/api?token={token}", timeout=2).close()  # noqa: S310 - our own server
            break
        except (URLError, ConnectionError):
            time.sleep(0.25)
    yield Lab(address, token, browser, workspace)
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()  # it waits for kernels that a busy machine is slow to end
        server.wait()
