"""A page that is no notebook's, and the one style of all pages: offline, without script.

``styles/report.css`` documents the HTML vocabulary that it styles; ``styles/look.json`` holds the colours and sizes
that screen and paper share; how each element looks on paper stands in ``typst/templates``.
"""

import json
import re
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from minsheng.render.html.offline import legible, refuse_active_content

STYLES = Path(__file__).parents[1] / "styles"

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)

_BLANKS = re.compile(r"\s*\n\s*")


@lru_cache
def screen_style(form: str = "") -> str:
    """Return what a browser needs, its own print included; ``form`` is ``official`` (公文格式) or ``receipt``."""
    return _read("report.css") + _read("paged.css") + _read("screen.css") + (_read(f"{form}.css") if form else "")


@lru_cache
def look() -> dict[str, str]:
    """Return the colours and sizes that screen, paper and charts have in common, by name."""
    found: dict[str, str] = json.loads((STYLES / "look.json").read_text(encoding="utf-8"))
    return found


def _read(name: str) -> str:
    text = _COMMENT.sub("", (STYLES / name).read_text(encoding="utf-8"))
    return _BLANKS.sub("\n", Template(text).substitute(look())).lstrip("\n")


_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; \
style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
<main class="{kind}">
{body}
</main>
</body>
</html>
"""


def page(title: str, body: str, *, wide: bool = False, form: str = "") -> bytes:
    """Return a whole page.

    Parameters
    ----------
    title
        Text of the window's title.
    body
        HTML of the page's pieces, escaped already.
    wide
        Whether tables may use more of the screen than a report's column: pages of links, which nobody prints.
    form
        ``receipt`` for a page with a style of its own on top.

    Raises
    ------
    ActiveContentError
        If the body would run or fetch something.
    """
    title, body = legible(title), legible(body)
    refuse_active_content(body)
    kind = " ".join(filter(None, ("report", "wide" if wide else "", form)))
    return _PAGE.format(title=escape(title), style=screen_style(form), body=body, kind=kind).encode()
