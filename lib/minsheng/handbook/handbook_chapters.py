"""The chapters of the handbook: those that are written, and those that are made of the models, the cases and the plan.

A chapter's title in “ ” is a link to it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from minsheng.handbook.plan_keys import EXPECTATIONS, keys_chapter
from minsheng.handbook.rule_cases import rules_chapter
from minsheng.plan.plan_files import LISTS, WHOLE
from minsheng.render.html.prose import prose

CHAPTERS = Path(__file__).with_name("chapters")

_YEAR = "YEAR"
"""Stands for the year in the names and texts of the skeleton."""

_SAMPLE_HEAD = """# 一份完整的小方案

写给定方案的人：一份能直接运行的方案，两个地区、一个项目，每个文件从头到尾。
`minsheng init 文件夹 --year 年份` 写出的就是它，逐个文件改成本单位的即可。

下面没有印出的只有 `calendar.yaml`：由 `minsheng plan calendar 年份 --out params/<年度>/calendar.yaml` 写出，
列着放假的日期和调休上班的周六、周日。
"""


def sample_chapter() -> str:
    """Return the chapter of a whole plan, as Markdown: the one that ``minsheng init`` writes, file by file."""
    folder = files("minsheng").joinpath("skeleton", "params", _YEAR)
    names = [f"{name}.yaml" for name in (*WHOLE, *LISTS)]
    for inner in ("tables", EXPECTATIONS):
        names += sorted(f"{inner}/{each.name}" for each in folder.joinpath(inner).iterdir())
    return "\n".join([_SAMPLE_HEAD, *(_sample_file(folder.joinpath(name), name) for name in names)]).rstrip() + "\n"


def _sample_file(path: Traversable, name: str) -> str:
    if not path.is_file():
        return ""
    lines = path.read_text(encoding="utf-8").replace(_YEAR, "2026").splitlines()
    return "\n".join([f"## {name}\n", *(f"    {line}".rstrip() for line in lines), ""])


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
