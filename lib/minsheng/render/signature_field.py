"""The empty field in which a leader signs a PDF (PAdES): named, placed over the printed blank, valid in PDF/A.

A name drawn as outlines: what stands in a signature field, without any font that the file would have to embed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pikepdf
from fontTools.pens.basePen import BasePen  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from minsheng.render.fonts import serif_path

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


class _PathPen(BasePen):  # type: ignore[misc]  # fontTools has no types
    """Writes the operators of a PDF path; coordinates are scaled and moved."""

    def __init__(self, glyphs: object, scale: float, left: float, bottom: float) -> None:
        super().__init__(glyphs)
        self.operators: list[str] = []
        self._place = scale, left, bottom

    def _at(self, *points: tuple[float, float]) -> str:
        scale, left, bottom = self._place
        return " ".join(f"{x * scale + left:.3f} {y * scale + bottom:.3f}" for x, y in points)

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools' name
        self.operators.append(f"{self._at(pt)} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.operators.append(f"{self._at(pt)} l")

    def _curveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]) -> None:  # noqa: N802
        self.operators.append(f"{self._at(pt1, pt2, pt3)} c")

    def _closePath(self) -> None:  # noqa: N802
        self.operators.append("h")


def outlined(lines: tuple[str, ...], width: float, height: float) -> bytes:
    """Draw lines of text into a box, as large as fits, each at the left.

    Parameters
    ----------
    lines
        What to draw, from top to bottom.
    width, height
        Of the box, in points.

    Returns
    -------
    bytes
        Operators of a PDF content stream in black, the box's lower left corner being the origin. A character that the
        font lacks is drawn as its empty box.
    """
    font = _font()
    glyphs, characters = font.getGlyphSet(), font.getBestCmap()
    units = font["head"].unitsPerEm
    named = [[characters.get(ord(character), ".notdef") for character in line] for line in lines]
    widest = max((sum(glyphs[name].width for name in line) for line in named), default=0) or units
    size = min(height / (len(lines) * 1.2), width / widest * units)
    drawn = ["0 g"]
    for number, line in enumerate(named, start=1):
        left, bottom = 0.0, height - number * size * 1.2 + size * 0.3
        for name in line:
            pen = _PathPen(glyphs, size / units, left, bottom)
            glyphs[name].draw(pen)
            drawn += [*pen.operators, "f"] if pen.operators else []
            left += glyphs[name].width * size / units
    return "\n".join(drawn).encode()


@lru_cache(maxsize=1)
def _font() -> TTFont:
    return TTFont(serif_path(), lazy=True)
