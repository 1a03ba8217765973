"""One look, two media: every element that a page of ours holds has a function for paper and a rule for the screen."""

import json
import re
from html.parser import HTMLParser

import pytest
from tests.conftest import ROOT

from minsheng.render.html.page import STYLES, screen_style
from minsheng.render.typst.vocabulary import (
    ARRANGED,
    IN_TABLES,
    INLINE,
    SAME,
    SILENT,
    STRUCTURE,
    TEMPLATES,
    known_names,
)

_WRITTEN = {"a", "img", "wbr", "figure", "html"}
"""Tags that the conversion writes by a function of another name."""
_KINDS = {"blocked", "not-reported", "stale"}
"""Classes beside ``callout``, whose function they are told to."""
_NO_RULE = {"formulas", "text", "file", "third", "annex-name", "remark", "official-head", "plain", "report", "official"}
"""Classes that look as their tag does, or as what stands around them."""


class _Elements(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: set[tuple[str, str]] = set()

    def handle_starttag(self, tag, attrs):
        classes = (dict(attrs).get("class") or "").split()
        self.found |= {(tag, name) for name in classes} or {(tag, "")}


def elements_of(page: str) -> set[tuple[str, str]]:
    parser = _Elements()
    parser.feed(page.partition("</head>")[2])
    return parser.found


def lacking(page: str, form: str) -> list[str]:
    """Return the elements of a page that paper or screen does not know."""
    known, style = known_names(form), set(re.findall(r"\.([a-z][a-z-]*)", screen_style(form)))
    found = []
    for tag, name in sorted(elements_of(page)):
        if name and name not in style | _NO_RULE:
            found.append(f".{name} has no rule in the style sheets")
        # A kind (light-red) is told to the function of what it is a kind of (light).
        names = {name, f"{tag}-{name}", name.rpartition("-")[0]}
        if name and not names & known and name not in ARRANGED | _KINDS:
            found.append(f".{name} has no function in the templates")
        if not {tag, SAME.get(tag, tag)} & known and tag not in STRUCTURE | SILENT | IN_TABLES | INLINE | _WRITTEN:
            found.append(f"<{tag}> has no function in the templates")
    return found


def test_every_element_of_the_sample_month_is_known_to_paper_and_screen(june):
    pages = sorted((june.outputs / "2017-06").glob("*/*/report.html"))
    assert len(pages) > 50
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert lacking(page, "official" if 'class="report official"' in page else "") == [], path


@pytest.mark.parametrize(("body", "told"), [("<p class='novel'>", ".novel has no"), ("<marquee>", "<marquee> has no")])
def test_an_element_that_lacks_either_is_named(body, told):
    assert any(each.startswith(told) for each in lacking(f"</head>{body}", ""))


def test_colours_stand_once():
    """A colour that both media use is named in look.json: neither style sheets nor templates repeat its number."""
    look = re.findall(r"#[0-9a-f]{6}", (STYLES / "look.json").read_text())
    assert len(look) == len(set(look)) > 10
    for path in (*STYLES.glob("*.css"), *TEMPLATES.glob("*.typ")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert [colour for colour in look if colour in text] == [], path


def _contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2 defines it."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(first), light(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _texts() -> set[str]:
    """The names of colours in which words stand: on pages, and in charts, where lights colour their words."""
    styles = "".join(path.read_text(encoding="utf-8") for path in STYLES.glob("*.css"))
    return {*re.findall(r"(?<![-\w])color:\s*\$(\w+)", styles), "ink", "second", "good", "watch", "bad", "quiet"}


_HEAT = {("ink", "heat_good"), ("ink", "heat_watch"), ("#ffffff", "heat_bad"), ("second", "heat_quiet")}
"""Numbers on the fills of a month's picture; notebooks show the same picture."""


@pytest.mark.parametrize(
    ("look", "paper", "more"),
    [("look.json", "#ffffff", _HEAT), ("look_dark.json", "#111111", set())],  # JupyterLab's dark notebook
)
def test_words_keep_their_contrast(look: str, paper: str, more: set[tuple[str, str]]) -> None:
    colours = json.loads((STYLES / look).read_text(encoding="utf-8"))
    pairs = {(name, ground) for name in _texts() for ground in (paper, "tint")} | more
    pairs |= {(name, f"{name}_tint") for name in ("good", "watch", "bad")}
    found = {pair: _contrast(*(colours.get(each, each) for each in pair)) for pair in sorted(pairs)}
    assert len(found) > 20
    assert {pair: round(ratio, 2) for pair, ratio in found.items() if ratio < 4.5} == {}


def test_templates_are_part_of_the_package():
    assert sorted(path.name for path in TEMPLATES.glob("*.typ")) == ["base.typ", "official.typ", "report.typ"]
    assert "render/typst/templates/*" in (ROOT / "pyproject.toml").read_text()
