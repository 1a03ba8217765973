"""The files that a report is made as. A new format is a module that makes it from the page, and its entry here.

Light to import: whoever shows, seals or inspects reports asks here for their files; what makes them is loaded when it
is called.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import quote

from minsheng.render.metadata import OFFICIAL, ReportMetadata

if TYPE_CHECKING:
    from minsheng.render.fonts import FontSet

HTML, PDF, DOCX = "report.html", "report.pdf", "report.docx"

NOTEBOOK = "executed.ipynb"
"""The notebook that a report was made from, as it ran."""


class ReportPage(NamedTuple):
    """What every format is made from: the page of a report and all that is known about it."""

    html: str  # without links that depend on where it lies
    about: ReportMetadata
    attachments: Mapping[str, bytes]  # to embed, by name
    fonts: "FontSet | None" = None
    # address of what the bureau received, as seen from where the report will lie; empty where it has no place
    data_folder: str = ""


class Made(NamedTuple):
    """A report in one format."""

    content: bytes  # empty where this report does not come in this format
    missing_glyphs: frozenset[str] = frozenset()  # characters that no font could draw


Inside = Literal["text", "html", "json", "xml", "pdf", "office", "zip"]
"""What a file is inside, whatever its suffix: so it is looked into. ``office`` is OOXML, a zip of its own kind."""


@dataclass(frozen=True)
class Format:
    """One kind of file that reports are made as."""

    file: str  # in a report's folder
    word: str  # what links to it say
    name: str  # what the metadata of a sealed package call the format
    inside: Inside
    make: Callable[[ReportPage], Made]  # the same page gives the same bytes
    always: bool = True  # whether every report comes in it
    printed: bool = False  # shows the very page that is looked through for personal numbers, and need not be read back

    @property
    def suffix(self) -> str:
        """The suffix of its file, with the dot."""
        return PurePosixPath(self.file).suffix

    @property
    def is_shown(self) -> bool:
        """Whether a browser shows it; what it cannot show it saves."""
        return self.inside not in {"office", "zip"}


# What ``report.sources`` marks as a delivered file; what stands in it was escaped there.
_FILE = re.compile(r'(<code class="file">([\w./-]+)</code>)')


def _html(page: ReportPage) -> Made:
    """Link every file of the bureau's that the page names; paper has no such links."""
    html = page.html
    if page.data_folder:
        html = _FILE.sub(lambda found: f'<a href="{escape(page.data_folder)}{quote(found[2])}">{found[1]}</a>', html)
    return Made(html.encode())


def _pdf(page: ReportPage) -> Made:
    from minsheng.render.paper import print_page

    printed = print_page(page.html, page.about, page.attachments, page.fonts)
    return Made(printed.pdf, printed.missing_glyphs)


def _docx(page: ReportPage) -> Made:
    if page.about.form != OFFICIAL:
        return Made(b"")
    from minsheng.render.document import write_document

    return Made(write_document(page.html, page.about))


FORMATS = (
    Format(HTML, "网页", "HTML", "html", _html),
    Format(PDF, "PDF", "PDF", "pdf", _pdf, printed=True),
    Format(DOCX, "Word", "Office Open XML（docx）", "office", _docx, always=False),
)
