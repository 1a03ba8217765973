"""One PDF out of many, with a bookmark per part: cover sheets in order, behind each the files that are PDF.

The file claims to be PDF/A only where every part does; what is no PDF is attached, and its cover sheet says so.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import pikepdf

_PDFA_NAMESPACE = "http://www.aiim.org/pdfa/ns/id/"
_PAGES_NAMESPACE = "http://ns.adobe.com/xap/1.0/t/pg/"
_PDFUA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/"


@dataclass(frozen=True)
class Leaf:
    """A part of a binder.

    Parameters
    ----------
    title
        Its bookmark.
    cover
        The number of its cover sheets, which stand one after another in the covers' file.
    files
        Name → PDF, in order; each has a bookmark below the part's.
    """

    title: str
    cover: int
    files: Sequence[tuple[str, bytes]]


def bind(covers: bytes, leaves: Sequence[Leaf], attachments: Mapping[str, bytes], as_of: date | None) -> bytes:
    """Bind cover sheets and files into one PDF.

    Parameters
    ----------
    covers
        A PDF that holds the cover sheets of all leaves, in order.
    attachments
        Name → content of what is no PDF.
    as_of
        The date that attachments are given: the clock is no input.

    Returns
    -------
    bytes
        The same bytes for the same arguments.

    Raises
    ------
    pikepdf.PdfError, pikepdf.PasswordError
        If a file is no PDF that can be opened; see :func:`is_bindable`.
    """
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(covers)) as cover, pikepdf.open(io.BytesIO(covers)) as binder:
        del binder.pages[:]
        _empty(binder)
        archival = True
        marks: list[tuple[str, int, list[tuple[str, int]]]] = []
        at = 0
        for leaf in leaves:
            first = len(binder.pages)
            binder.add_pages_from(cover, slice(at, at + leaf.cover), outlines="ignore")
            at += leaf.cover
            below = []
            for name, content in leaf.files:
                with pikepdf.open(io.BytesIO(content)) as part:
                    below.append((name, len(binder.pages)))
                    binder.add_pages_from(part, outlines="ignore")
                    archival = archival and _is_archival(part)
            marks.append((leaf.title, first, below))
        for page in binder.pages:
            _loosen(page)
        _set_outline(binder, marks)
        for name, content in sorted(attachments.items()):
            _attach(binder, name, content, as_of)
        # The structure of the parts, which tells a reader what is what, does not survive their binding.
        _unclaim(binder, _PDFUA_NAMESPACE, "part")
        _unclaim(binder, _PAGES_NAMESPACE, "NPages")
        if not archival:
            _unclaim(binder, _PDFA_NAMESPACE, "part", "conformance")
        binder.remove_unreferenced_resources()
        binder.save(
            target,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            fix_metadata_version=False,
        )
    return target.getvalue()


def is_bindable(content: bytes) -> bool:
    """Whether a file is a PDF that opens without a password."""
    if b"%PDF-" not in content[:1024]:
        return False
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages) > 0
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return False


def bookmarks(content: bytes) -> list[tuple[int, str]]:
    """Return depth and title of every bookmark, in order."""
    with pikepdf.open(io.BytesIO(content)) as pdf, pdf.open_outline() as outline:
        return list(_titles(outline.root, 0))


def _titles(items: Sequence[Any], depth: int) -> Iterator[tuple[int, str]]:
    for item in items:
        yield depth, item.title
        yield from _titles(item.children, depth + 1)


def _is_archival(pdf: pikepdf.Pdf) -> bool:
    return bool(pdf.open_metadata().pdfa_status)


def _empty(binder: pikepdf.Pdf) -> None:
    """Take off what belongs to the pages that were there; output intent and metadata stay."""
    for key in ("/StructTreeRoot", "/MarkInfo", "/Outlines", "/Names", "/Dests", "/AF", "/PageLabels", "/OpenAction"):
        if key in binder.Root:
            del binder.Root[key]


def _loosen(page: pikepdf.Page) -> None:
    """Take off what points into the structure of the file that a page came from."""
    for key in ("/StructParents", "/Tabs", "/AF"):
        if key in page.obj:
            del page.obj[key]
    for note in page.obj.get("/Annots", ()):
        if "/StructParent" in note:
            del note["/StructParent"]


def _set_outline(binder: pikepdf.Pdf, marks: Sequence[tuple[str, int, list[tuple[str, int]]]]) -> None:
    with binder.open_outline() as outline:
        for title, page, below in marks:
            item = pikepdf.OutlineItem(title, page)
            item.children += [pikepdf.OutlineItem(name, at) for name, at in below]
            outline.root.append(item)


def _attach(binder: pikepdf.Pdf, name: str, content: bytes, as_of: date | None) -> None:
    moment = datetime.combine(as_of, time(), UTC) if as_of else datetime.fromtimestamp(0, UTC)
    stamp = moment.strftime("D:%Y%m%d%H%M%S+00'00'")
    spec = pikepdf.AttachedFileSpec(
        binder,
        content,
        filename=name,
        mime_type="application/octet-stream",
        creation_date=stamp,
        mod_date=stamp,
        relationship=pikepdf.Name.Source,
    )
    binder.attachments[name] = spec
    binder.Root.AF = binder.Root.get("/AF", pikepdf.Array())
    binder.Root.AF.append(binder.attachments[name].obj)


def _unclaim(binder: pikepdf.Pdf, namespace: str, *keys: str) -> None:
    with binder.open_metadata(set_pikepdf_as_editor=False) as metadata:
        for key in keys:
            metadata.pop(f"{{{namespace}}}{key}", None)
