"""Links of pages that go into a package: they lead to where their aims lie there, or are words where it lacks them."""

import os
import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from minsheng.archive.contents.description import is_made_here

_LINK = re.compile(
    r'<a (?P<before>[^>]*)href="(?P<to>[^"#]+)(?P<part>#[^"]*)?"(?P<after>[^>]*)>(?P<words>.*?)</a>', re.DOTALL
)


def relinked_month_page(page: Path, name: str, names: Mapping[str, object]) -> bytes:
    """Return a month's own page for its package, where everything has the path that it has in the workspace."""
    folder = PurePosixPath(name).parent

    def place(to: str) -> str | None:
        return to if os.path.normpath(folder / to) in names else None

    return _relinked(page, place)


def relinked_book_pages(book: Mapping[str, Path | bytes]) -> dict[str, bytes]:
    """Return our pages of an evidence book, where files have other places and names than in the workspace."""
    places: dict[Path, str] = {}
    for name, source in book.items():
        if isinstance(source, Path):
            places.setdefault(source.resolve(), name)

    def moved(name: str, source: Path) -> bytes:
        def place(to: str) -> str | None:
            found = places.get((source.parent / to).resolve())
            return None if found is None else os.path.relpath(found, PurePosixPath(name).parent)

        return _relinked(source, place)

    return {
        name: moved(name, source)
        for name, source in book.items()
        # What others handed in is not touched.
        if isinstance(source, Path) and source.suffix == ".html" and is_made_here("evidence", name)
    }


def _relinked(page: Path, place: Callable[[str], str | None]) -> bytes:
    def link(found: re.Match[str]) -> str:
        to = place(unquote(unescape(found["to"])))
        if to is None:
            return found["words"]
        return (
            f'<a {found["before"]}href="{escape(quote(to))}{found["part"] or ""}"{found["after"]}>{found["words"]}</a>'
        )

    return _LINK.sub(link, page.read_text(encoding="utf-8")).encode()
