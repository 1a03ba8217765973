"""The chapters of the handbook: those that are written, and those that are made of the models, the cases and the plan.

A chapter's title in “ ” is a link to it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from minsheng.handbook.plan_keys import keys_chapter
from minsheng.handbook.rule_cases import rules_chapter
from minsheng.handbook.sample_plan import sample_chapter
from minsheng.render.html.prose import prose

CHAPTERS = Path(__file__).with_name("chapters")

MADE: dict[str, Callable[[], str]] = {
    "plan_sample": sample_chapter,
    "plan_keys": keys_chapter,
    "plan_rules": rules_chapter,
}
"""Chapters that are no files, by name."""

ORDER = ("county_clerk", "bureau_clerk", "analyst", "plan_author", *MADE, "auditor", "administrator")
"""Chapters as they are read: who reports, runs the month, asks, plans, audits, keeps the machine."""

_CODE = re.compile(r"(<pre>.*?</pre>|<code>.*?</code>)", re.DOTALL)

_SECTION = re.compile(r"<h2>(.*?)</h2>")


@dataclass(frozen=True)
class Chapter:
    """One chapter of the handbook."""

    name: str
    title: str
    about: str  # its first sentence, as HTML: whom it is for
    markdown: str
    html: str  # links to other chapters lead to their names with .md
    sections: tuple[tuple[str, str], ...]  # place → title, in HTML


def read_chapters() -> list[Chapter]:
    """Return the chapters in their order."""
    texts = {name: MADE[name]() if name in MADE else _written(name) for name in ORDER}
    titles = {_title(text): name for name, text in texts.items()}
    return [_chapter(name, text, titles) for name, text in texts.items()]


def _written(name: str) -> str:
    return (CHAPTERS / f"{name}.md").read_text(encoding="utf-8")


def _title(markdown: str) -> str:
    return markdown.removeprefix("# ").partition("\n")[0]


def _linked(html: str, titles: dict[str, str]) -> str:
    """Link each title of another chapter, but for those in what a file writes."""
    parts = _CODE.split(html)
    for title, name in titles.items():
        link = f'“<a href="{name}.md">{title}</a>”'
        parts[::2] = [part.replace(f"“{title}”", link) for part in parts[::2]]
    return "".join(parts)


def _chapter(name: str, markdown: str, titles: dict[str, str]) -> Chapter:
    title, _, text = markdown.removeprefix("# ").partition("\n\n")
    # A place lies within its heading, so that on paper it cannot be left behind on the page before.
    others = {each: at for each, at in titles.items() if at != name}
    head, _, text_below = _linked(prose(markdown), others).removeprefix("<h1>").partition("</h1>")
    first, *rest = _SECTION.split(f'<h1><span id="{name}">{head}</span></h1>{text_below}')
    # Split at its headings, a text is its beginning, then heading and text by turns.
    parts = [(f"{name}-{number}", *pair) for number, pair in enumerate(zip(rest[::2], rest[1::2], strict=True), 1)]
    html = first + "".join(
        f'<section class="part"><h2><span id="{place}">{heading}</span></h2>{within}</section>'
        for place, heading, within in parts
    )
    about = prose(f"{text.partition('。')[0]}。").strip().removeprefix("<p>").removesuffix("</p>")
    return Chapter(name, title, about, markdown, html, tuple((place, heading) for place, heading, _ in parts))
