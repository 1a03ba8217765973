"""What stands in the empty field in which a leader signs a PDF (PAdES): a name, drawn as outlines.

:mod:`minsheng.render.typst.mending` lays the field. Outlines need no font that the file would have to embed.
"""

from functools import lru_cache
from io import BytesIO

from fontTools.pens.basePen import BasePen  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from minsheng.render.fonts import serif_path

SIGNATURE_FIELD = "分管领导签字"
"""The field's name: whoever signs finds it by this."""


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
    return TTFont(BytesIO(serif_path().read_bytes()), lazy=True)
