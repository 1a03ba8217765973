"""Charts in one quiet style, written as plain SVG.

A :class:`Drawing` is drawn on in millimetres, from the top left. Our charts are bars, lines, dots and texts at places
that we compute ourselves, so there is nothing left for a plotting library to do but to write five kinds of element:
that took twenty times as long, and its outlines of letters made a page far slower to print. Texts stay texts: they
are set in the page's 黑体, can be searched and copied, and are in the alternative text too. The same data gives the
same bytes.
"""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Literal

from minsheng.domain.light import Tone
from minsheng.render.html.markup import Content, Element
from minsheng.render.html.numbers import ems
from minsheng.render.html.page import look

INK, SECOND, RULE = (look()[name] for name in ("ink", "second", "line"))

TINT, BAR, PALE = (look()[name] for name in ("heat_quiet", "bar", "pale"))

TONES = {
    tone: look()[name]
    for tone, name in ((Tone.GREEN, "good"), (Tone.YELLOW, "watch"), (Tone.RED, "bad"), (Tone.GREY, "quiet"))
}
"""The colours of lights; ``styles/look.json`` is where they are changed, for screen, paper and charts at once.

Fills that a copier keeps apart are the ``heat_`` ones; receipts' fills are Excel's own, in
``intake/spreadsheets/style.py``.
"""

PAGE_WIDTH = 142.0
"""Millimetres: the width of the text on A4."""

MULTIPLE_WIDTH = 52.0
"""Millimetres: three beside each other."""

_MM_PER_POINT = 25.4 / 72.0

_BELOW_MIDDLE_EM = 0.36
"""How far the baseline lies below the middle of a line of digits and 汉字."""

_FONT = "'Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"

Anchor = Literal["left", "center", "right"]

_ANCHORS = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}


class Drawing:
    """A chart in the making.

    Parameters
    ----------
    width, height
        In millimetres.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._drawn: list[str] = []

    def bar(self, x: float, y: float, width: float, height: float, *, fill: str = BAR, edge: str | None = None) -> None:
        """Draw a rectangle whose top left is at (x, y); a figure below zero has none, its number stands beside it."""
        if width < 0:
            return
        stroke = f' stroke="{edge}" stroke-width="{_number(0.6 * _MM_PER_POINT)}"' if edge else ""
        place = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
        self._drawn.append(f'<rect {place} fill="{fill}"{stroke}/>')

    def line(
        self,
        points: Sequence[tuple[float, float]],
        *,
        colour: str = RULE,
        width: float = 0.5,
        dashed: bool = False,
        dotted: bool = False,
    ) -> None:
        """Draw a line through the points; ``width`` is in points."""
        stroke = width * _MM_PER_POINT
        dash = (3 * stroke, 2 * stroke) if dashed else (stroke, 2 * stroke) if dotted else ()
        dashes = f' stroke-dasharray="{" ".join(map(_number, dash))}"' if dash else ""
        style = f'stroke="{colour}" stroke-width="{_number(stroke)}"{dashes}'
        path = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._drawn.append(f'<polyline points="{path}" fill="none" {style}/>')

    def dots(
        self, points: Sequence[tuple[float, float]], *, marker: Literal["o", "x"] = "o", size: float = 2.6
    ) -> None:
        """Draw a dot or a cross of ``size`` points at each of the points."""
        half = size * _MM_PER_POINT / 2
        for x, y in points:
            if marker == "o":
                self._drawn.append(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(half)}" fill="{BAR}"/>')
            else:
                self.line([(x - half, y - half), (x + half, y + half)], colour=BAR, width=0.8)
                self.line([(x - half, y + half), (x + half, y - half)], colour=BAR, width=0.8)

    def disc(self, x: float, y: float, radius: float, *, fill: str) -> None:
        """Draw a disc with an edge, so that a white one is seen."""
        place = f'cx="{_number(x)}" cy="{_number(y)}" r="{_number(radius)}"'
        self._drawn.append(f'<circle {place} fill="{fill}" stroke="{INK}" stroke-width="{_number(0.15)}"/>')

    def text(
        self, x: float, y: float, text: str, *, size: float = 8, anchor: Anchor = "left", colour: str = INK
    ) -> None:
        """Write a text whose middle line is at ``y``; ``size`` is in points."""
        em = size * _MM_PER_POINT
        place = f'x="{_number(x)}" y="{_number(y + em * _BELOW_MIDDLE_EM)}" font-size="{_number(em)}"'
        self._drawn.append(f'<text {place} fill="{colour}"{_ANCHORS[anchor]}>{escape(text)}</text>')

    def figure(self, alt: str, caption: Content) -> Element:
        """Return the chart as a figure of the page.

        Parameters
        ----------
        alt
            All that the chart says, in words and figures.
        caption
            How to read it, and its source.
        """
        image = Element("img", alt=alt, src=f"data:image/svg+xml;base64,{b64encode(self.svg()).decode()}")
        return Element("figure", image, Element("figcaption", caption), class_="chart")

    def svg(self) -> bytes:
        """Return the chart as SVG; the same drawing gives the same bytes."""
        width, height = _number(self.width), _number(self.height)
        size = f'width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{_FONT}">'
        return f"{head}{''.join(self._drawn)}</svg>".encode()


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is, in millimetres."""
    return ems(text) * size * _MM_PER_POINT


def fitted(text: str, size: float, width: float, lines: int = 2) -> list[str]:
    """Break a text into at most so many lines of a width in millimetres; what does not fit ends in an ellipsis."""
    result = [""]
    for character in text:
        if text_width(result[-1] + character, size) > width:
            if len(result) == lines:
                result[-1] = result[-1][:-1] + "…"
                return result
            result.append("")
        result[-1] += character
    return result


def _number(value: float) -> str:
    """Write a length in millimetres, to the hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
