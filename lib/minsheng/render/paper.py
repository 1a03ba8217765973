"""A report's page on paper: HTML → tagged PDF/A-3u, the same bytes for the same page. Knows WeasyPrint and pikepdf."""

import ctypes
import ctypes.util
import io
import logging
import os
import re
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from importlib.resources import files
from typing import Any

import pikepdf
import pydyf

from minsheng.process import collector_paused
from minsheng.render.fonts import FontSet, only_fonts_of, packaged_fonts
from minsheng.render.html.offline import PaperError
from minsheng.render.html.page import paper_style, screen_style
from minsheng.render.metadata import OFFICIAL, ReportMetadata
from minsheng.render.signature_field import Blank, add_signature_field, signature_blank

# Importing WeasyPrint reads fontconfig's configuration: ours, or it would look at every font of the machine.
with only_fonts_of(packaged_fonts()):
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    from minsheng.render.justification import filling_lines

_log = logging.getLogger(__name__)

# Pango's font map is not for two threads at a time.
_press = threading.Lock()


@dataclass(frozen=True)
class PrintedPage:
    """A report on paper.

    Parameters
    ----------
    pdf
        The file.
    missing_glyphs
        Characters that no font could draw: they stand as boxes, and somebody must be told.
    """

    pdf: bytes
    missing_glyphs: frozenset[str]


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
        If WeasyPrint leaves out a part of the page, such as an image that it cannot read, or one without
        alternative text.
    """
    chosen = font_set or packaged_fonts()
    # The style is parsed once per process, not once per page; the screen's part would be ignored anyway.
    bare = page.replace(screen_style(report.form), "", 1)
    justified = filling_lines() if report.form == OFFICIAL else nullcontext()
    with _press, _faults_raised(), collector_paused(), justified:
        document = _Page(string=bare, url_fetcher=_fetcher()).render(
            font_config=_font_configuration(chosen), stylesheets=[_paper_stylesheet(report.form)], **_VARIANT
        )
        raw = document.write_pdf(
            attachments=[_attachment(name, content, report) for name, content in sorted(attachments.items())],
            finisher=_pack,
            pdf_identifier=report.identifier(page).hex(),
            **_VARIANT,
        )
    missing = frozenset(chr(code_point) for font in document.fonts.values() for code_point in font.missing)
    if missing:
        _log.warning("no font has the characters %s", " ".join(sorted(missing)))
    blank = signature_blank([printed.anchors for printed in document.pages])
    return PrintedPage(pdf=_to_be_signed(raw, blank) if blank else raw, missing_glyphs=missing)


class _Page(weasyprint.HTML):  # type: ignore[misc]  # WeasyPrint has no types
    """A page without footnotes: WeasyPrint's own style for them matches every element of a page, five times each."""

    def _ua_stylesheets(self, forms: bool = False) -> list[Any]:  # WeasyPrint's signature
        return super()._ua_stylesheets(forms) if forms else [_browser_stylesheet()]


@lru_cache
def _browser_stylesheet() -> Any:
    """Return WeasyPrint's style of a browser without the rules for notes: some hundredths of a page's time."""
    text = (files(weasyprint) / "css" / "html5_ua.css").read_text(encoding="utf-8")
    return weasyprint.CSS(string=_NOTE_RULE.sub("", text))


_NOTE_RULE = re.compile(r"^::(?:foot)?note-\w+ \{[^}]*\}$", re.MULTILINE)


_VARIANT: dict[str, Any] = {
    "pdf_variant": "pdf/a-3u",
    "pdf_tags": True,
    # WeasyPrint would pack objects into object streams and metadata too, which archives do not like: see _pack.
    "uncompressed_pdf": True,
}


def _pack(_: Any, pdf: pydyf.PDF) -> None:
    """Pack each stream by itself; metadata stay readable for whoever opens the file as text.

    A stream whose packed form ends in CR, as one in 256 does, stays unpacked: with the line end that follows, a
    validator would see CRLF.
    """
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.extra.get("Type") != "/Metadata" and "Filter" not in item.extra:
            packed = zlib.compress(item.data.split(_STREAM, 1)[1].removesuffix(_END))
            if not packed.endswith(b"\r"):
                item.stream, item.extra["Filter"] = [packed], "/FlateDecode"


_STREAM, _END = b">>\nstream\n", b"\nendstream"


def forget_fonts() -> None:
    """Let go of Pango's font map: newer Pangos keep a thread with it, and threads do not survive a fork."""
    _font_configurations.clear()


def _font_configuration(font_set: FontSet) -> Any:
    if font_set not in _font_configurations:
        # One at a time, and made fontconfig's current one too: Pango went on drawing with the first one's fonts.
        forget_fonts()
        with only_fonts_of(font_set):
            ctypes.CDLL(ctypes.util.find_library("fontconfig")).FcInitReinitialize()
            _font_configurations[font_set] = FontConfiguration()
    return _font_configurations[font_set]


_font_configurations: dict[FontSet, Any] = {}


os.register_at_fork(after_in_child=forget_fonts)


@lru_cache
def _paper_stylesheet(form: str) -> Any:
    return weasyprint.CSS(string=paper_style(form))


@lru_cache
def _fetcher() -> Any:
    return URLFetcher(allowed_protocols=("data",))


def _attachment(name: str, content: bytes, report: ReportMetadata) -> Any:
    # A notebook of nobody's has no date; PDF/A wants one in the attachment's entry, and the clock must not be it.
    moment = datetime.combine(report.as_of, time(), UTC) if report.as_of else datetime.fromtimestamp(0, UTC)
    return weasyprint.Attachment(string=content, name=name, created=moment, modified=moment, relationship="Source")


def _to_be_signed(printed: bytes, blank: Blank) -> bytes:
    """Add the field for a signature. Both identifiers stay: the first names the report, the second names the bytes."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        add_signature_field(pdf, blank)
        pdf.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            fix_metadata_version=False,
        )
    return target.getvalue()


class _FaultCollector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.faults.append(record.getMessage())


@contextmanager
def _faults_raised() -> Iterator[None]:
    """Raise what WeasyPrint only logs: that it goes on without a part of the page."""
    collector = _FaultCollector()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(collector)
    try:
        yield
    finally:
        logger.removeHandler(collector)
    if collector.faults:
        raise PaperError("WeasyPrint left something out: " + "; ".join(collector.faults)[:500])
