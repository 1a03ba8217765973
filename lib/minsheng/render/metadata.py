"""What a notebook says about the report that it becomes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from minsheng.files.hashing import sha256
from minsheng.render.html.offline import ReportMetadataError

OFFICIAL = "official"
"""The form of an official document, GB/T 9704-2012."""

_HTML_H1 = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL | re.IGNORECASE)

_MARKDOWN_H1 = re.compile(r"^#\s+(.+?)\s*#*$", re.MULTILINE)

_TEXTS = ("title", "issuer", "as_of", "key", "form", "origin")

_FORMS = ("", OFFICIAL)

_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class ReportMetadata:
    """The facts about a report that stand outside its text.

    Parameters
    ----------
    title
        Title of the window, of the PDF and of its bookmarks.
    issuer
        Who issues it; empty where the notebook does not say.
    as_of
        数据截至: the only date in a report's file properties, because the clock is no input of a report. ``None`` for
        a notebook that is none of ours.
    key
        Hash of the report's inputs; identifies the PDF. Empty where the notebook does not say.
    form
        ``official`` for a report in the form of an official document (公文格式), which is delivered as docx too; else
        empty.
    origin
        What the page says of the notebook that made it, where that is none of the release's; else empty.
    """

    title: str
    issuer: str
    as_of: date | None
    key: str
    form: str = ""
    origin: str = ""

    def identifier(self, html: str) -> bytes:
        """Return the permanent identifier of the PDF: the same inputs give the same one."""
        source = self.key or sha256(html.encode())
        return bytes.fromhex(sha256(f"{self.title}\n{source}".encode()))[:16]


def read_metadata(notebook: Mapping[str, Any], fallback_title: str) -> ReportMetadata:
    """Read ``metadata.minsheng``: ``title``, ``issuer``, ``as_of`` (ISO date), ``key``, ``form``, ``origin``.

    Parameters
    ----------
    notebook
        A notebook node, format 4.
    fallback_title
        Used where neither the metadata nor a first heading names the report.

    Raises
    ------
    ReportMetadataError
        If ``as_of`` is not an ISO date, ``form`` is unknown, or an entry is not a text.
    """
    entries = notebook["metadata"].get("minsheng", {})
    texts = {name: entries.get(name, "") for name in _TEXTS}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise ReportMetadataError(f"笔记本属性 minsheng.{name} 应为文字，现为 {value!r}")
    try:
        as_of = date.fromisoformat(texts["as_of"]) if texts["as_of"] else None
    except ValueError as fault:
        raise ReportMetadataError(f"笔记本属性 minsheng.as_of 应为日期 YYYY-MM-DD，现为 {texts['as_of']!r}") from fault
    if texts["form"] not in _FORMS:
        raise ReportMetadataError(
            f"笔记本属性 minsheng.form 应为 {'、'.join(filter(None, _FORMS))} 之一，现为 {texts['form']!r}"
        )
    title = texts["title"] or _first_heading(notebook) or fallback_title
    return ReportMetadata(title, texts["issuer"], as_of, texts["key"], texts["form"], texts["origin"])


def _first_heading(notebook: Mapping[str, Any]) -> str:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            found = _MARKDOWN_H1.search(cell["source"])
            if found:
                return found[1]
        for output in cell.get("outputs", ()):
            found = _HTML_H1.search(output.get("data", {}).get("text/html", ""))
            if found:
                return unescape(_TAG.sub("", found[1])).strip()
    return ""
