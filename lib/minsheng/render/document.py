"""An official report's page as docx, with the same text, for offices that edit in Word or WPS. Knows python-docx.

The grid is the page's: 22 lines of 28 characters, set by the section's document grid and by exact line spacing. Fonts
go by the names that Word and WPS know, whatever this machine has.
"""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import docx
import lxml.html  # type: ignore[import-untyped]
from docx.enum.style import WD_STYLE_TYPE

from minsheng.files.zips import normalise_zip
from minsheng.render import document_styles as styles
from minsheng.render.metadata import ReportMetadata

_BLOCKS = frozenset({"p", "h1", "h2", "h3", "li", "summary", "caption"})

_STYLES = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2"}

_STYLES_BY_CLASS = {
    "mark": styles.FLUSH_HEI,
    "annex-mark": styles.FLUSH_HEI,
    "addressee": styles.FLUSH,
    "annex-list": styles.ANNEX_LIST,
    "sender": styles.CLOSING,
    "dated": styles.CLOSING,
}

_PADDING = "padding-right:"


def write_document(page: str, report: ReportMetadata) -> bytes:
    """Return an official report's page, as ``ReportHTMLExporter`` made it, as docx; the same page gives the same bytes.

    Title, issuer and date of the file's properties come from ``report``: the clock is no input.
    """
    document = docx.Document()
    _drop_thumbnail(document)
    styles.set_styles(document)
    styles.set_page(document)
    _set_properties(document, report)
    _DocumentWriter(document).write(lxml.html.document_fromstring(page).find(".//main"))
    target = io.BytesIO()
    document.save(target)
    return normalise_zip(target.getvalue())


def _drop_thumbnail(document: Any) -> None:
    """Leave out the small picture of python-docx's own template: it shows another page than ours."""
    relations = document.part.package.rels
    for key in [key for key, each in relations.items() if each.reltype.endswith("/metadata/thumbnail")]:
        del relations[key]


class _DocumentWriter:
    """Walks the page and appends paragraphs and tables in its order."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._ids: dict[str, str | None] = {}
        self._in_annex = False

    def write(self, element: Any) -> None:
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if child.tag in _BLOCKS:
                self._paragraph(child)
            elif child.tag == "table":
                self._table(child)
            else:
                self._blank_lines_before(child)
                before, self._in_annex = self._in_annex, self._in_annex or _has_class(child, "annex")
                self.write(child)
                self._in_annex = before
                if _has_class(child, "official-head"):
                    self._blank()

    def _blank_lines_before(self, element: Any) -> None:
        if _has_class(element, "closing") or _has_class(element, "signature"):
            self._blank()

    def _blank(self) -> None:
        self._set_style(self._document.add_paragraph(), styles.FLUSH)

    def _set_style(self, paragraph: Any, name: str) -> None:
        """Set a paragraph's style; python-docx goes through all of a document's styles for each."""
        if name not in self._ids:
            self._ids[name] = self._document.part.get_style_id(name, WD_STYLE_TYPE.PARAGRAPH)
        paragraph._p.style = self._ids[name]  # noqa: SLF001 - what its property does

    def _paragraph(self, element: Any) -> None:
        paragraph = self._document.add_paragraph()
        self._set_style(paragraph, self._style(element))
        if _has_class(element, "annex-mark"):
            paragraph.paragraph_format.page_break_before = True
        padding = _right_padding(element)
        if padding:
            styles.indent_right(paragraph, padding)
        lines = [child for child in element if _has_class(child, "title-line") or _has_class(child, "annex-name")]
        if not lines:
            paragraph.add_run(_text(element))
            if _has_class(element, "mark"):
                self._blank()
            return
        lead = _squeezed(element.text or "")
        for place, line in enumerate(lines):
            if place:
                paragraph.add_run().add_break()
            paragraph.add_run((lead if place == 0 else "") + _text(line))
        if _has_class(element, "annex-list"):
            self._blank()
            self._blank()

    def _style(self, element: Any) -> str:
        if self._in_annex:
            if element.tag == "h2":
                return styles.ANNEX_TITLE
            if not _has_class(element, "annex-mark"):
                return styles.ANNEX_TEXT
        for name, style in _STYLES_BY_CLASS.items():
            if _has_class(element, name):
                return style
        return _STYLES.get(element.tag, "Normal")

    def _table(self, element: Any) -> None:
        for caption in element.findall("caption"):
            self._paragraph(caption)
        rows = list(element.iter("tr"))
        table = self._document.add_table(len(rows), max(len(row) for row in rows), style="Table Grid")
        styles.repeat_header(table.rows[0])
        for row, cells in zip(table.rows, rows, strict=True):
            for target, cell in zip(row.cells, cells, strict=False):
                self._set_style(target.paragraphs[0], styles.ANNEX_TEXT)
                target.paragraphs[0].add_run(_text(cell))


def _has_class(element: Any, name: str) -> bool:
    return name in (element.get("class") or "").split()


def _right_padding(element: Any) -> float:
    style = element.get("style") or ""
    return float(style.removeprefix(_PADDING).removesuffix("em")) if style.startswith(_PADDING) else 0


def _text(element: Any) -> str:
    return "".join(_pieces(element)).strip("\n ")


def _pieces(element: Any) -> Iterator[str]:
    yield _squeezed(element.text or "")
    for child in element:
        yield from _pieces(child)
        yield _squeezed(child.tail or "")


def _squeezed(text: str) -> str:
    return text.replace("\n", "")


def _set_properties(document: Any, report: ReportMetadata) -> None:
    properties = document.core_properties
    # A notebook of nobody's has no date, and the clock must not be it.
    moment = datetime.combine(report.as_of, time()) if report.as_of else datetime.fromtimestamp(0, UTC)
    properties.title, properties.author, properties.last_modified_by = report.title, report.issuer, report.issuer
    properties.language, properties.comments = "zh-CN", ""
    properties.created = properties.modified = moment
