"""What Typst cannot be told, or writes so that not every validator reads it: changed in the file's objects."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from minsheng.files.hashing import sha256
from minsheng.render.html.offline import PaperError
from minsheng.render.signature_field import SIGNATURE_FIELD
from minsheng.render.typst.pdf_objects import (
    PdfObjects,
    ends_in_return,
    reference,
    stream_of,
    stream_parts,
    text_string,
)

SIGNATURE_PLACE = b"/URI(minsheng:signature-place)"
_PRINTED = 4  # annotation flag Print, demanded by PDF/A

_KIDS = re.compile(rb"/K\[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_STRUCTURE = re.compile(rb"<</Type/StructElem/S/(\w+)/")
_IDENTIFIERS = re.compile(rb"/ID\[\(([A-Za-z0-9+/=]{24})\)\(([A-Za-z0-9+/=]{24})\)\]")
_FIELD_PLACE = re.compile(rb"/Rect\[([^\]]*)\].*/StructParent (\d+)")
# FontMatrix 1 0 0 1 0 0 and .001 0 0 .001 0 0 of a CFF font; an unused operator (XUID, of as many bytes) says nothing.
# What is written says what is the default, but in two places, which some readers multiply.
_MATRICES = (
    (bytes.fromhex("8c8b8b8c8b8b0c07"), b"\x8b" * 7 + b"\x0e"),
    (bytes.fromhex("1e0a001f8b8b1e0a001f8b8b0c07"), b"\x8b" * 13 + b"\x0e"),
)
_CATALOG, _PAGE = b"<</Type/Catalog", b"<</Type/Page/"


def mended(
    pdf: bytes,
    *,
    row_headers: Sequence[tuple[int, ...]],
    identifier: bytes,
    attachments: Mapping[str, bytes],
    as_of: date | None,
) -> bytes:
    """Return the file as Typst wrote it with all that mended; PaperError if it is not laid out as expected.

    ``row_headers`` holds, for each row below the heads of tables in reading order, the places of the cells that name
    it. ``identifier`` are 16 bytes that name the report, the first of the file's identifiers; the second names the
    file's bytes. Attachments are marked as source of what the pages show and get the date ``as_of``.
    """
    found = _IDENTIFIERS.search(pdf)
    if found is None:
        raise PaperError("Typst wrote a file without identifiers")
    # The binding derives it from title and author, so that two counties would share one.
    named = b64encode(identifier)
    # The same identifier stands in the metadata, which are not packed.
    objects = PdfObjects(pdf.replace(found[1], named))
    # Typst marks headers of columns alone: ``pdf.header-cell`` is behind a switch that the binding lacks.
    _mark_row_headers(objects, row_headers)
    for number, text in objects.items():
        _mend_stream(objects, number, text)
    # Typst has no forms.
    _lay_signature_field(objects)
    _attach(objects, attachments, as_of)
    catalog = _catalog(objects)
    objects[catalog] = objects[catalog].replace(
        b"/MarkInfo<</Marked true/Suspects false>>", b"/MarkInfo<</Marked true>>", 1
    )
    digest = sha256(b"".join(text for _, text in objects.items()))[:32]
    objects.trailer = _IDENTIFIERS.sub(b"", objects.trailer).replace(
        b">>", b"/ID[<%b><%b>]>>" % (identifier.hex().encode(), digest.encode())
    )
    return objects.written()


def _catalog(objects: PdfObjects) -> int:
    number = objects.find(_CATALOG)
    if number is None:
        raise PaperError("Typst wrote a file without a catalog")
    return number


def _mark_row_headers(objects: PdfObjects, row_headers: Sequence[tuple[int, ...]]) -> None:
    root = objects.find(b"<</Type/StructTreeRoot")
    rows = [cells for cells in _body_rows(objects, root, in_head=False) if cells] if root is not None else []
    if len(rows) != len(row_headers):
        raise PaperError(f"{len(rows)} rows in the PDF's tables, {len(row_headers)} in the page's")
    for cells, named in zip(rows, row_headers, strict=True):
        for at in named:
            text = objects[cells[at]].replace(b"/S/TD/", b"/S/TH/", 1)
            objects[cells[at]] = text.replace(b"<</O/Table/", b"<</O/Table/Scope/Row/", 1)


def _body_rows(objects: PdfObjects, root: int, *, in_head: bool) -> Iterator[list[int]]:
    """Yield the cells of each row below a table's head, in reading order."""
    waiting = [(root, in_head)]
    while waiting:
        number, within = waiting.pop()
        text = objects[number]
        kind = _STRUCTURE.match(text)
        kids = _KIDS.search(text)
        below = [] if kids is None else [int(each) for each in _REFERENCE.findall(_without_pages(kids[1]))]
        if kind is not None and kind[1] == b"TR" and not within:
            yield below
        waiting += [(each, within or (kind is not None and kind[1] == b"THead")) for each in reversed(below)]


def _without_pages(kids: bytes) -> bytes:
    """Leave out kids that are content of a page, with the references that they hold."""
    return re.sub(rb"<<[^>]*>>", b" ", kids) if b"<<" in kids else kids


def _mend_stream(objects: PdfObjects, number: int, text: bytes) -> None:
    if b"/Subtype/CIDFontType0C" in text[:200] and (parts := stream_parts(text)) is not None:
        head, font = parts
        for old, new in _MATRICES:
            font = font.replace(old, new)
        objects[number] = stream_of(head, font)
    elif ends_in_return(text) and (parts := stream_parts(text)) is not None:
        objects[number] = stream_of(*parts)


def _lay_signature_field(objects: PdfObjects) -> None:
    """Turn the link that stands for the blank into an empty field: named, and announced by a screen reader."""
    place = objects.find(b"<</Type/Annot", holding=SIGNATURE_PLACE)
    if place is None:
        return
    found = _FIELD_PLACE.search(objects[place])
    page = objects.find(_PAGE, holding=reference(place))
    element = objects.find(b"<</Type/StructElem/S/Link/", holding=b"/Obj " + reference(place))
    if found is None or page is None or element is None:
        raise PaperError("Typst wrote a link in another way")
    left, bottom, right, top = map(float, found[1].split())
    box = b"%.2f %.2f" % (right - left, top - bottom)
    look = objects.add(b"<</Type/XObject/Subtype/Form/BBox[0 0 %b]/Resources<<>>/Length 0>>\nstream\n\nendstream" % box)
    name = text_string(SIGNATURE_FIELD)
    at_page = b"/F %d/Rect[%b]/StructParent %b/P %b" % (_PRINTED, found[1], found[2], reference(page))
    shown = b"/T%b/TU%b/AP<</N %b>>" % (name, name, reference(look))
    objects[place] = b"<</Type/Annot/Subtype/Widget/FT/Sig%b%b>>" % (at_page, shown)
    objects[element] = objects[element].replace(b"/S/Link/", b"/S/Form/Alt%b/" % name, 1)
    catalog = _catalog(objects)
    form = b"/AcroForm<</Fields[%b]/SigFlags 0>>" % reference(place)
    objects[catalog] = objects[catalog].replace(_CATALOG, _CATALOG + form, 1)


def _attach(objects: PdfObjects, attachments: Mapping[str, bytes], as_of: date | None) -> None:
    if not attachments:
        return
    # A notebook of nobody's has no date; PDF/A wants one, and the clock must not be it.
    moment = f"D:{as_of:%Y%m%d}000000Z" if as_of else "D:19700101000000Z"
    files = []
    for name, content in sorted(attachments.items()):
        kind = b"application#2Fjson" if name.endswith(".json") else b"application#2Foctet-stream"
        told = b"/ModDate(%b)/CreationDate(%b)/Size %d" % (moment.encode(), moment.encode(), len(content))
        held = reference(objects.add(stream_of(b"/Type/EmbeddedFile/Subtype/%b/Params<<%b>>" % (kind, told), content)))
        said = text_string(name)
        names = b"/F%b/UF%b/Desc%b/EF<</F %b/UF %b>>" % (said, said, said, held, held)
        files.append((said, objects.add(b"<</Type/Filespec/AFRelationship/Source%b>>" % names)))
    listed = b"".join(said + reference(number) for said, number in sorted(files))
    catalog = _catalog(objects)
    told = b"/AF[%b]/Names<</EmbeddedFiles<</Names[%b]>>>>" % (
        b" ".join(reference(number) for _, number in files),
        listed,
    )
    if b"/Names" in objects[catalog]:
        raise PaperError("Typst wrote names into the catalog")
    objects[catalog] = objects[catalog].replace(_CATALOG, _CATALOG + told, 1)
