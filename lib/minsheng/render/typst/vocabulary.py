"""The elements of a page by name: which a template knows how to set, and which have no look of their own on paper.

``styles/report.css`` documents the vocabulary and styles it for a screen; ``templates/*.typ`` set it on paper. A test
names an element that lacks either.
"""

import re
from functools import lru_cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"

STRUCTURE = frozenset(
    {"main", "header", "section", "div", "article", "aside", "nav", "footer", "details", "body", "center"}
)
"""Tags that hold blocks and have no look of their own."""
SILENT = frozenset({"style", "script", "template", "title", "head", "colgroup", "col"})
"""Tags whose content nobody reads."""
IN_TABLES = frozenset({"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"})
ARRANGED = frozenset(
    {"num", "text", "long", "absent", "set", "even", "over-pages", "figures", "matrix", "ranking", "issues", "scores",
     "dataframe", "table-wrap", "chart-wrap", "title-block", "report", "wide", "official", "ref", "file", "good",
     "watch", "bad", "plain", "stream", "part", "total"}
)  # fmt: skip
"""Classes that say how a thing is arranged, or that only a screen shows."""

SAME = {
    "b": "strong", "em": "strong", "i": "strong", "cite": "strong", "dfn": "strong", "var": "strong", "kbd": "code",
    "samp": "code", "tt": "code", "mark": "marked", "u": "ins", "s": "del", "strike": "del", "h5": "h4", "h6": "h4",
}  # fmt: skip
"""Tags that look as another does."""
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins",
     "kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
     "var", "wbr"}
)  # fmt: skip


@lru_cache
def known_names(form: str) -> frozenset[str]:
    """Return the names that a form's template defines, those that it imports included."""
    names = ("report", *([form] if form else []))
    texts = [(TEMPLATES / f"{name}.typ").read_text(encoding="utf-8") for name in names]
    return frozenset(
        name
        for text in texts
        for name in re.findall(r"^#let (\w[\w-]*)", text, re.MULTILINE)
        if name[0] != "_" and name != "report"
    )
