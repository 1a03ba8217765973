"""Pages look as they did when somebody last looked: kept pictures, compared by eye-sized blocks.

``MINSHENG_KEEP_SCREENSHOTS=1 pytest tests/browser/test_looks.py`` keeps new pictures; look at them before committing.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

KEPT = Path(__file__).parent / "screenshots"
LOOKS = {
    "first-page": ("index.html", 1280),
    "month-telephone": ("2017-06/index.html", 360),
    "project": ("2017-06/cangxi/elderly_care/report.html", 1280),
    "city": ("2017-06/city/dibao/report.html", 1280),
    "ranking": ("2017-06/city/scoring/report.html", 1280),
    "bulletin-telephone": ("2017-06/city/bulletin/report.html", 360),
    "receipt": ("2017-06/receipts/cangxi.html", 1280),
}
_HEIGHT = 1500
_BLOCK = 8
"""Pixels: two Chromiums smooth the same letter differently, but a block of eight looks the same."""
_VISIBLE = 36
"""Difference of grey levels of a block that an eye sees."""
_MOST_DIFFERENT = 0.004
"""Share of blocks: about what one more line of text changes."""


def _picture(browser, path: Path, width: int) -> bytes:
    page = browser.new_page(viewport={"width": width, "height": _HEIGHT})
    page.goto(path.as_uri())
    taken = page.screenshot(animations="disabled")
    page.close()
    return taken


def _kept(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.convert("RGB").quantize(128).save(content, "PNG", optimize=True)
    return content.getvalue()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the share of blocks that look different, in any colour."""
    size = (one.width // _BLOCK, one.height // _BLOCK)
    blocks = [picture.convert("RGB").resize(size, Image.Resampling.BOX) for picture in (one, other)]
    red, green, blue = ImageChops.difference(*blocks).split()
    levels = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()
    return sum(levels[_VISIBLE + 1 :]) / sum(levels)


@pytest.mark.parametrize("name", LOOKS)
def test_a_page_looks_as_it_did(name: str, assessed, browser) -> None:
    place, width = LOOKS[name]
    taken = Image.open(io.BytesIO(_picture(browser, assessed.outputs / place, width)))
    kept = KEPT / f"{name}.png"
    if os.environ.get("MINSHENG_KEEP_SCREENSHOTS"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(_kept(taken))
    assert kept.is_file(), "no kept picture: see the head of this file"
    before = Image.open(kept)
    assert before.size == taken.size
    assert difference(before, taken) <= _MOST_DIFFERENT


def test_the_comparison_sees_a_missing_line_and_another_colour() -> None:
    before = Image.open(KEPT / "project.png").convert("RGB")
    assert difference(before, before) == 0
    moved = ImageChops.offset(before, 0, 24)
    assert difference(before, moved) > _MOST_DIFFERENT
    redder = Image.merge("RGB", (before.getchannel("R"), *[before.getchannel(c).point(lambda v: v // 2) for c in "GB"]))
    assert difference(before, redder) > _MOST_DIFFERENT


def test_no_picture_is_kept_for_nothing() -> None:
    assert {path.stem for path in KEPT.glob("*")} == set(LOOKS)
