"""``minsheng handbook``: the handbook's chapters as linked pages, and all of them as one PDF.

The same package gives the same bytes; the PDF bears the day of its release.
"""

import re
from pathlib import Path

from minsheng.errors import PlanInvalidError
from minsheng.files.writing import write_atomically
from minsheng.handbook.handbook_chapters import Chapter, read_chapters
from minsheng.plan import load_plan
from minsheng.plan.loader import plan_years
from minsheng.render.html.markup import Element, joined
from minsheng.render.html.page import page
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import PrintedPage, print_page
from minsheng.runs.version import package_day, package_version
from minsheng.site.first_page import HANDBOOK, refresh_first_page
from minsheng.workspace import Workspace

PDF = "handbook.pdf"

_TITLE = "民生工程报送工作簿手册"

_TAG = re.compile(r"<[^>]+>")

_TO_CHAPTER = re.compile(r'href="(\w+)\.md"')


def printed_handbook(chapters: list[Chapter]) -> PrintedPage:
    """Return all chapters on paper, each beginning a sheet and a branch of bookmarks."""
    body = [_title_block(), _contents(chapters, "#{}", on_paper=True)]
    for each in chapters:
        text = _TO_CHAPTER.sub(r'href="#\1"', each.html)
        body.append(f'<section style="break-before: page">{text}</section>')
    metadata = ReportMetadata(title=_TITLE, issuer="", as_of=package_day(), key="")
    return print_page(page(_TITLE, "\n".join(body)).decode(), metadata, {})


def handbook_files() -> dict[str, bytes]:
    """Return the handbook by name: the page of contents, a page per chapter, the PDF."""
    chapters = read_chapters()
    whole = Element("p", "全部各章合为一册：", Element("a", "PDF", href=PDF))
    files = {Path(HANDBOOK).name: page(_TITLE, f"{_title_block()}{_contents(chapters, '{}.html')}{whole.html()}")}
    for each in chapters:
        text = _TO_CHAPTER.sub(r'href="\1.html"', each.html)
        body = f"{_ways(each, chapters)}{text.replace('</h1>', f'</h1>{_sections(each)}', 1)}"
        files[f"{each.name}.html"] = page(f"{each.title} - {_TITLE}", body)
    return {**files, PDF: printed_handbook(chapters).pdf}


def demand_handbook(workspace: Workspace) -> None:
    """Write the handbook unless this version's is there."""
    page_of_contents = workspace.outputs / HANDBOOK
    if not (page_of_contents.is_file() and _title_block() in page_of_contents.read_text(encoding="utf-8")):
        write_handbook(workspace)


def write_handbook(workspace: Workspace) -> list[str]:
    """Write the handbook to ``outputs/handbook/``, and the site's first page anew, which then links it.

    Returns
    -------
    list[str]
        What was written, and why the first page does not link it yet where a faulty plan keeps it from being written.
    """
    folder = (workspace.outputs / HANDBOOK).parent
    for name, content in handbook_files().items():
        write_atomically(folder / name, content)
    written = [str(workspace.outputs / HANDBOOK), str(folder / PDF)]
    years = plan_years(workspace.params)
    try:
        if years and (workspace.outputs / "index.html").is_file():
            refresh_first_page(workspace, load_plan(workspace.params, years[-1]))
    except PlanInvalidError:
        # Whoever mends a plan reads the handbook for it.
        return [*written, "方案有错，网页首页还没有手册的链接：请运行 minsheng plan check，改好后再运行本命令"]
    return written


def _title_block() -> str:
    day = package_day()
    said = f"{package_version()}（{day}）" if day else package_version()
    version = Element("div", Element("dt", "版本"), Element("dd", said))
    return Element("header", Element("h1", _TITLE), Element("dl", version, class_="facts"), class_="title-block").html()


def _contents(chapters: list[Chapter], address: str, *, on_paper: bool = False) -> str:
    """Return the list of chapters, each with whom it is for; ``address`` is where one lies, ``{}`` being its name.

    On paper, where nothing can be clicked, with its sections and the pages.
    """
    items = []
    for each in chapters:
        link = Element("a", each.title, href=address.format(each.name)).html()
        item = f"{link}：{each.about}"
        if on_paper:
            within = "".join(
                f"<li>{_TAG.sub('', title)}{_page(address.format(place))}</li>" for place, title in each.sections
            )
            item = f"{link}{_page(address.format(each.name))}：{each.about}<ul>{within}</ul>"
        items.append(f"<li>{item}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _page(address: str) -> str:
    return Element("span", "，第 ", Element("a", href=address, class_="page-number"), " 页").html()


def _sections(chapter: Chapter) -> str:
    items = [f'<li><a href="#{place}">{_TAG.sub("", title)}</a></li>' for place, title in chapter.sections]
    return f"<ul>{''.join(items)}</ul>"


def _ways(chapter: Chapter, chapters: list[Chapter]) -> str:
    """Return the links to the contents and to every other chapter."""
    others = [
        Element("a", each.title, href=f"{each.name}.html") if each is not chapter else each.title for each in chapters
    ]
    back = Element("a", "手册目录", href=Path(HANDBOOK).name)
    return Element("nav", Element("p", back, "：", joined(others), class_="note"), aria_label="各章").html()
