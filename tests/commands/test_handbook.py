"""The handbook as pages and PDF: all of every chapter is there, and every link leads somewhere."""

import re
import shutil
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from tests.conftest import ROOT
from tests.links import dead_links

from minsheng.commands.handbook import PDF, demand_handbook, printed_handbook, write_handbook
from minsheng.handbook.handbook_chapters import CHAPTERS, MADE, ORDER, Chapter, read_chapters
from minsheng.render.binder import bookmarks
from minsheng.runs.version import package_day
from minsheng.workspace import Workspace


def _workspace(folder: Path) -> Workspace:
    folder.mkdir()
    shutil.copy(ROOT / "minsheng.toml", folder)
    shutil.copytree(ROOT / "params", folder / "params")
    return Workspace.find(folder)


@pytest.fixture(scope="module")
def chapters() -> list[Chapter]:
    return read_chapters()


def _words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handbook's folder in a workspace that has no reports yet."""
    workspace = _workspace(tmp_path_factory.mktemp("handbook") / "workspace")
    write_handbook(workspace)
    return workspace.outputs / "handbook"


def test_every_chapter_is_a_page_and_stands_in_the_contents(written: Path, chapters: list[Chapter]) -> None:
    assert sorted(set(ORDER) - set(MADE)) == sorted(path.stem for path in CHAPTERS.glob("*.md"))
    assert sorted(path.stem for path in written.glob("*.html")) == sorted([*ORDER, "index"])
    contents = (written / "index.html").read_text(encoding="utf-8")
    for each in chapters:
        assert f'<a href="{each.name}.html">{each.title}</a>：' in contents
    assert f'href="{PDF}"' in contents


def test_every_link_leads_to_a_page_or_place_of_the_handbook(written: Path) -> None:
    broken, seen = dead_links(written, inside=True)
    assert broken == []
    assert seen > len(ORDER) ** 2
    assert '“<a href="plan_keys.html">方案的键</a>”' in (written / "plan_author.html").read_text(encoding="utf-8")


def test_nothing_of_a_chapter_is_lost(chapters: list[Chapter]) -> None:
    # Letters and what stands in for a name, <年度>: neither Markdown's marks (lists' numbers too) nor blanks are text.
    kept = re.compile(r"[^\W_]|[<>]")
    for chapter in chapters:
        text = re.sub(r"\]\([^)\s]+\)|^```\w*$|^\d+\. ", "", chapter.markdown, flags=re.MULTILINE)
        assert kept.findall(_words(chapter.html)) == kept.findall(text), chapter.title


def test_lines_of_a_paragraph_are_joined_without_a_gap(chapters: list[Chapter]) -> None:
    chapter = next(each for each in chapters if each.name == "plan_author")
    assert "用到它的报告会照印出来" in chapter.html
    assert not re.search(r"[\u4e00-\u9fff，。；]\n[\u4e00-\u9fff]", re.sub(r"<pre>.*?</pre>", "", chapter.html))


@pytest.mark.slow
def test_the_pdf_has_bookmarks_pages_in_its_contents_and_the_day_of_the_release(
    written: Path, chapters: list[Chapter]
) -> None:
    printed = printed_handbook(chapters)
    assert printed.pdf == (written / PDF).read_bytes(), "the same chapters give the same bytes"
    assert printed.missing_glyphs == frozenset()
    assert printed.not_accessible == ""
    found = bookmarks(printed.pdf)
    assert [title for depth, title in found if depth == 0][1:] == [each.title for each in chapters]
    sections = [_words(title) for each in chapters for _, title in each.sections]
    assert [title for depth, title in found if depth == 1] == sections
    read = PdfReader(BytesIO(printed.pdf))
    assert read.metadata.creation_date.date() == package_day()
    pages = ["".join(page.extract_text().split()) for page in read.pages]
    for each in chapters:
        number = int(re.search(f"{each.title}，第(\\d+)页", "".join(pages))[1])
        assert "".join(f"{each.title}{_words(each.about)}".split()) in pages[number - 1]


@pytest.mark.slow
def test_the_first_page_of_a_site_links_it_and_a_faulty_plan_keeps_nobody_from_reading(tmp_path: Path) -> None:
    workspace = _workspace(tmp_path / "workspace")
    first = workspace.outputs / "index.html"
    (workspace.outputs / "2017-06").mkdir(parents=True)
    for path in (first, workspace.outputs / "2017-06" / "index.html"):
        path.write_text("", encoding="utf-8")
    plan = workspace.params / "2017" / "plan.yaml"
    sound = plan.read_bytes()
    plan.write_text("id: x\n", encoding="utf-8")
    assert "minsheng plan check" in write_handbook(workspace)[-1]
    assert (workspace.outputs / "handbook" / PDF).is_file()
    assert first.read_text(encoding="utf-8") == ""
    plan.write_bytes(sound)
    pages = workspace.outputs / "handbook"
    (pages / "index.html").write_text("of an older version", encoding="utf-8")
    demand_handbook(workspace)
    assert '<a href="handbook/index.html">手册</a>' in first.read_text(encoding="utf-8")
    written = (pages / PDF).stat().st_mtime_ns
    demand_handbook(workspace)
    assert (pages / PDF).stat().st_mtime_ns == written, "this version's is there"
