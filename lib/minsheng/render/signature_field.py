"""The empty field in which a leader signs a PDF (PAdES): named, placed over the printed blank, valid in PDF/A."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pikepdf

SIGNATURE_FIELD = "分管领导签字"
"""The field's name: whoever signs finds it by this."""
SIGNATURE_PLACE = "signature-place"
"""Id of the blank in the page over which the field is laid."""

_POINTS_PER_PIXEL = 0.75
_PRINTED = 4  # annotation flag Print, demanded by PDF/A


@dataclass(frozen=True)
class Blank:
    """Where the blank stands.

    Parameters
    ----------
    page
        Index of the page, from 0.
    box
        Left, top, right, bottom in CSS pixels from the page's upper left corner.
    """

    page: int
    box: tuple[float, float, float, float]


def signature_blank(anchors: Sequence[Mapping[str, tuple[float, float, float, float]]]) -> Blank | None:
    """Find the blank among the anchors of each page; ``None`` in a report that nobody signs."""
    for number, found in enumerate(anchors):
        if SIGNATURE_PLACE in found:
            return Blank(number, found[SIGNATURE_PLACE])
    return None


def add_signature_field(pdf: pikepdf.Pdf, blank: Blank) -> None:
    """Lay an empty signature field over the blank; it looks like nothing until somebody signs."""
    page = pdf.pages[blank.page]
    height = float(page.mediabox[3])
    left, top, right, bottom = (side * _POINTS_PER_PIXEL for side in blank.box)
    rectangle = [round(number, 2) for number in (left, height - bottom, right, height - top)]
    appearance = pdf.make_stream(b"")
    appearance.Type, appearance.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    appearance.BBox = [0, 0, round(right - left, 2), round(bottom - top, 2)]
    appearance.Resources = pikepdf.Dictionary()
    structure = pdf.Root.StructTreeRoot
    # The parent tree maps the field's number to its place in the structure, so that a screen reader announces it.
    key = int(structure.get("/ParentTreeNextKey", len(structure.ParentTree.Nums) // 2))
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T=SIGNATURE_FIELD,
            TU=SIGNATURE_FIELD,
            F=_PRINTED,
            Rect=rectangle,
            P=page.obj,
            AP=pikepdf.Dictionary(N=appearance),
            StructParent=key,
        )
    )
    root = structure.K[0] if isinstance(structure.K, pikepdf.Array) else structure.K
    element = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.StructElem,
            S=pikepdf.Name.Form,
            P=root,
            Alt=SIGNATURE_FIELD,
            Pg=page.obj,
            K=[pikepdf.Dictionary(Type=pikepdf.Name.OBJR, Obj=field, Pg=page.obj)],
        )
    )
    root.K.append(element)
    structure.ParentTree.Nums.extend(pikepdf.Array([key, element]))
    structure.ParentTreeNextKey = key + 1
    if "/Annots" not in page:
        page.Annots = pikepdf.Array()
    page.Annots.append(field)
    page.Tabs = pikepdf.Name.S
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=0)
