"""The style of reports as text: read once, without its comments.

``styles/report.css`` documents the HTML vocabulary that it styles.
"""

import re
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "styles"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BLANKS = re.compile(r"\s*\n\s*")


@lru_cache
def paper_style(form: str = "") -> str:
    """Return what paper needs: the shared vocabulary and the page rules; ``form`` is ``official`` for 公文格式."""
    return _read("report.css") + _read("paged.css") + _form(form)


@lru_cache
def screen_style(form: str = "") -> str:
    """Return what a browser needs: the same, and how it behaves on a screen."""
    return _read("report.css") + _read("paged.css") + _read("screen.css") + _form(form)


def _form(form: str) -> str:
    return _read(f"{form}.css") if form else ""


def _read(name: str) -> str:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return _BLANKS.sub("\n", _COMMENT.sub("", text)).lstrip("\n")
