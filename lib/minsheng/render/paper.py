"""A report's page on paper: HTML → tagged PDF/A-3u and PDF/UA-1, the same bytes for the same page."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from minsheng.render.fonts import FontSet, packaged_fonts
from minsheng.render.html.page import STYLES
from minsheng.render.metadata import ReportMetadata
from minsheng.render.typst.conversion import typeset
from minsheng.render.typst.mending import mended
from minsheng.render.typst.press import Sheets, compiler, families_of, printed
from minsheng.render.typst.vocabulary import TEMPLATES

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PrintedPage:
    """A report on paper."""

    pdf: bytes
    missing_glyphs: frozenset[str]  # characters that no font could draw: 〓 stands for them, and somebody must be told
    not_accessible: str = ""  # why it is PDF/A-3u but not PDF/UA-1, in words; empty where it is both


def print_page(
    page: str,
    report: ReportMetadata,
    attachments: Mapping[str, bytes],
    font_set: FontSet | None = None,
) -> PrintedPage:
    """Print a report's HTML page.

    Parameters
    ----------
    page
        What ``ReportHTMLExporter`` made.
    report
        Identifier and date of the file come from it: the clock is no input.
    attachments
        Files to embed by name, each marked as source (``AFRelationship``) of what the page shows.
    font_set
        The fonts that may be used; the packaged ones by default.

    Raises
    ------
    PaperError
        If a picture is none, or refers to anything outside of the file; if the page takes more time or memory than it
        may.
    MachineUnfitError
        If a font cannot be read.
    """
    chosen = font_set or packaged_fonts()
    made = typeset(page, title=report.title, issuer=report.issuer, form=report.form, missing=chosen.missing_glyphs)
    fonts = str(chosen.folder())
    done = printed(
        Sheets(
            source=made.source,
            files={**_templates(), **made.files},
            rasters=made.rasters,
            fonts=fonts,
            families=_families(fonts, chosen.roles),
            as_of=report.as_of,
            accessible=not made.wordless,
        )
    )
    pdf = mended(
        done.pdf,
        row_headers=made.row_headers,
        identifier=report.identifier(page),
        attachments=attachments,
        as_of=report.as_of,
    )
    if made.missing:
        _log.warning("no font has the characters %s", " ".join(sorted(made.missing)))
    why = f"{made.wordless} 幅图没有文字说明" if made.wordless else done.not_accessible
    if why:
        _log.warning("the page is PDF/A-3u, but not PDF/UA-1: %s", why)
    return PrintedPage(pdf, frozenset(made.missing), why)


def warm_press(page: str) -> None:
    """Load the packaged fonts and convert a page, but compile nothing: this process may still be forked."""
    fonts = packaged_fonts()
    typeset(page, title="", issuer="", form="", missing=fonts.missing_glyphs)
    compiler(str(fonts.folder()))
    _templates()


@lru_cache
def _templates() -> dict[str, bytes]:
    found = {path.name: path.read_bytes() for path in sorted(TEMPLATES.glob("*.typ"))}
    return {**found, "look.json": (STYLES / "look.json").read_bytes()}


@lru_cache
def _families(fonts: str, roles: tuple[tuple[str, str], ...]) -> dict[str, str]:
    if not roles:
        return {}
    by_file = families_of(fonts)
    return {role: by_file[name] for role, name in roles if name in by_file}
