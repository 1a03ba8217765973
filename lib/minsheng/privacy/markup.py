"""HTML and XML as text: what a reader sees, and what only the source shows (attributes, comments)."""

import re
from html import unescape

from minsheng.domain.personal import BREAK

_COMMENT = re.compile(r"<!--.*?-->|<!\[CDATA\[|\]\]>|<!(?!--)[^>]*>|<\?[^>]*>", re.DOTALL)
_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_VALUE = re.compile(r"""=\s*("[^"]*"|'[^']*'|[^\s>"']+)""")
_CDATA = ("<![CDATA[", "]]>")
# Elements that stand within a line: a number may run on through them.
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strong sub sup time tspan u "  # noqa: SIM905
    "var wbr text:span text:a text:s w:t w:r w:rpr w:prooferr w:bookmarkstart w:bookmarkend w:hyperlink w:ins "
    "w:smarttag a:t a:r a:rpr r t rpr rph x:t x:r".split()
)
# Elements that end a line: a number may be split over two of them.
_LINE = frozenset({"br", "text", "w:br", "w:p", "w:ppr", "a:p", "text:p", "text:line-break", "p", "div"})


def seen_text(source: str) -> str:
    """Return what a reader sees: tags gone, a line end kept where one is, cells apart."""
    return unescape(_TAG.sub(_between, _COMMENT.sub(_kept_cdata, source)))


def hidden_text(source: str) -> str:
    """Return what a reader does not see: the values of attributes, and comments."""
    values = [
        match[1].strip("\"'") for tag in _TAG.finditer(source) if "=" in tag[3] for match in _VALUE.finditer(tag[3])
    ]
    comments = [match[0] for match in _COMMENT.finditer(source)]
    return unescape(BREAK.join((*values, *comments)))


def _kept_cdata(match: re.Match[str]) -> str:
    return "" if match[0] in _CDATA or match[0].startswith("<!--") else BREAK


def _between(match: re.Match[str]) -> str:
    name = match[2].lower()
    if name in _INLINE:
        return "\n" * min(match[0].count("\n"), 1)
    return "\n" if name in _LINE else BREAK
