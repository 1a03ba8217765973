"""JupyterLab as an analyst uses it, in Chinese."""

import socket
import subprocess
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from minsheng.workflow.lab import lab_command, lab_environment

TOKEN = "test"  # noqa: S105 - of a server that lives for this test on the loopback


@pytest.fixture(scope="module")
def lab(june, tmp_path_factory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.delenv("JUPYTERLAB_SETTINGS_DIR", raising=False)
        environment = lab_environment(june)
    command = [*lab_command(june, browser=False, port=port), f"--IdentityProvider.token={TOKEN}"]
    server = subprocess.Popen(
        command, env=environment, cwd=june.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urlopen(f"{address}/api?token={TOKEN}", timeout=2).close()  # noqa: S310 - our own server
            break
        except (URLError, ConnectionError):
            time.sleep(0.25)
    yield address
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()  # it waits for kernels that a busy machine is slow to end
        server.wait()


def _open(browser, lab: str, name: str):
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(f"{lab}/lab/tree/notebooks/{name}.ipynb?token={TOKEN}&reset")
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook", timeout=90_000)
    return page


def test_the_first_page_says_what_is_where(lab: str, browser) -> None:
    page = _open(browser, lab, "start")
    page.wait_for_selector("h1 >> text=民生工程报送工作簿", timeout=30_000)
    assert page.locator(".lm-MenuBar-item >> text=文件").count() == 1
    page.close()
