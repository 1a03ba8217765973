"""A headless Chromium that knows the packaged fonts and reaches nothing but this machine."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from minsheng.render.fonts import packaged_fonts

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for path in map(shutil.which, _NAMES) if path), None)
    assert found, "no Chromium on PATH: sh .ci/setup browser"
    environment = {**os.environ, "FONTCONFIG_FILE": str(packaged_fonts().fontconfig_file())}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=_FLAGS, env=environment)
        yield chromium
        chromium.close()
