"""The handbook as pages and PDF: all of every chapter is there, and every link leads somewhere."""

import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.links import dead_links

from minsheng.commands.handbook import CHAPTERS, ORDER, PDF, printed_handbook, read_chapters, write_handbook
from minsheng.render.binder import bookmarks
from minsheng.workspace import Workspace


def _workspace(folder: Path) -> Workspace:
    folder.mkdir()
    shutil.copy(ROOT / "minsheng.toml", folder)
    shutil.copytree(ROOT / "params", folder / "params")
    return Workspace.find(folder)


def _markdown(name: str) -> str:
    return (CHAPTERS / f"{name}.md").read_text(encoding="utf-8")


def _words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handbook's folder in a workspace that has no reports yet."""
    workspace = _workspace(tmp_path_factory.mktemp("handbook") / "workspace")
    write_handbook(workspace)
    return workspace.outputs / "handbook"


def test_every_chapter_is_a_page_and_stands_in_the_contents(written: Path) -> None:
    assert sorted(ORDER) == sorted(path.stem for path in CHAPTERS.glob("*.md"))
    assert sorted(path.stem for path in written.glob("*.html")) == sorted([*ORDER, "index"])
    contents = (written / "index.html").read_text(encoding="utf-8")
    for name in ORDER:
        title = _markdown(name).partition("\n")[0].removeprefix("# ")
        assert f'<a href="{name}.html">{title}</a>：' in contents
    assert f'href="{PDF}"' in contents


def test_every_link_leads_to_a_page_or_place_of_the_handbook(written: Path) -> None:
    broken, seen = dead_links(written, inside=True)
    assert broken == []
    assert seen > len(ORDER) ** 2
    assert 'href="plan_keys.html">方案的键' in (written / "plan_author.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ORDER)
def test_nothing_of_a_chapter_is_lost(name: str) -> None:
    # Letters and what stands in for a name, <年度>: neither Markdown's marks nor blanks are text.
    chapter = next(each for each in read_chapters() if each.name == name)
    text = re.sub(r"\]\([^)]+\)|^```\w*$", "", _markdown(name), flags=re.MULTILINE)
    kept = re.compile(r"[^\W_]|[<>]")
    assert kept.findall(_words(chapter.html)) == kept.findall(text)


def test_lines_of_a_paragraph_are_joined_without_a_gap() -> None:
    chapter = next(each for each in read_chapters() if each.name == "plan_author")
    assert "用到它的报告会照印出来" in chapter.html
    assert not re.search(r"[\u4e00-\u9fff，。；]\n[\u4e00-\u9fff]", re.sub(r"<pre>.*?</pre>", "", chapter.html))


@pytest.mark.slow
def test_the_pdf_has_a_bookmark_per_heading_and_a_glyph_per_character(written: Path) -> None:
    chapters = read_chapters()
    printed = printed_handbook(chapters)
    assert printed.pdf == (written / PDF).read_bytes(), "the same chapters give the same bytes"
    assert printed.missing_glyphs == frozenset()
    assert printed.not_accessible == ""
    found = bookmarks(printed.pdf)
    assert [title for depth, title in found if depth == 0][1:] == [each.title for each in chapters]
    sections = [_words(title) for each in chapters for _, title in each.sections]
    assert [title for depth, title in found if depth == 1] == sections


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
    assert [Path(line).name for line in write_handbook(workspace)] == ["index.html", PDF]
    assert '<a href="handbook/index.html">手册</a>' in first.read_text(encoding="utf-8")
