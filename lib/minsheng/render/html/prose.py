"""Markdown that ships with the product → HTML of our vocabulary."""

import re

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_PREFORMATTED = re.compile(r"(<pre>.*?</pre>)", re.DOTALL)

# A browser sets a space for a line's end; 汉字 need none between them.
_LINE_END = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef“”])\n\s*(?=[\u3000-\u9fff\uff00-\uffef“”])")

_TABLES = (
    ("<table>", '<div class="table-wrap" role="region" tabindex="0" aria-label="表"><table>'),
    ("</table>", "</table></div>"),
    ("<th>", '<th scope="col">'),
)


def prose(markdown: str) -> str:
    """Return a Markdown text as HTML; tags in it are shown, not obeyed."""
    # <月份> is a placeholder of ours, no element: it must not vanish.
    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True)
    parts = _PREFORMATTED.split(MarkdownWithMath(renderer=renderer).render(markdown))
    return "".join(part if part.startswith("<pre>") else _joined(part) for part in parts)


def _joined(html: str) -> str:
    html = _LINE_END.sub("", html)
    for plain, ours in _TABLES:
        html = html.replace(plain, ours)
    return html
