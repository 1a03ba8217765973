"""The files that a report is made as. A new format is a module that makes it from the page, and its entry here.

Light to import: whoever shows, seals or inspects reports asks here for their files; what makes them is loaded when it
is called.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, NamedTuple
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


@dataclass(frozen=True)
class Format:
    """One kind of file that reports are made as."""

    file: str  # in a report's folder
    word: str  # what links to it say
    make: Callable[[ReportPage], Made]  # the same page gives the same bytes
    always: bool = True  # whether every report comes in it
    printed: bool = False  # shows the very page that is looked through for personal numbers, and need not be read back


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
    Format(HTML, "网页", _html),
    Format(PDF, "PDF", _pdf, printed=True),
    Format(DOCX, "Word", _docx, always=False),
)
