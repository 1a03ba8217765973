"""A page that is no notebook's (the site's index pages), in the same style, offline and without script."""

from html import escape

from minsheng.render.offline import refuse_active_content
from minsheng.render.stylesheets import screen_style

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
<main class="report{wide}">
{body}
</main>
</body>
</html>
"""


def page(title: str, body: str, *, wide: bool = False) -> bytes:
    """Return a whole page.

    Parameters
    ----------
    title
        Text of the window's title.
    body
        HTML of the page's pieces, escaped already.
    wide
        Whether tables may use more of the screen than a report's column: pages of links, which nobody prints.

    Raises
    ------
    ActiveContentError
        If the body would run or fetch something.
    """
    refuse_active_content(body)
    return _PAGE.format(title=escape(title), style=screen_style(), body=body, wide=" wide" if wide else "").encode()
