"""Charts in one quiet style: the one module that knows matplotlib.

A :class:`Sheet` is drawn on in millimetres, from the top left, with figure-level artists only: axes with their ticks
would cost three quarters of the time and put their labels elsewhere than we want them. Texts become outlines of the
packaged 黑体, so that a chart looks the same in a browser, on paper, and on a machine without any Chinese font; its
words are in the alternative text. The same data gives the same bytes.
"""

import io
from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import matplotlib as mpl
import pylopdf_fonts_zh_cn as packaged_fonts
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from minsheng.domain.light import Tone
from minsheng.report.markup import Content, Element

INK = "#1c1c1a"
SECOND = "#55524b"
RULE = "#bdb9b0"
TINT = "#ebe7de"
BAR = "#41637a"
PALE = "#a9bac4"
TONES = {Tone.GREEN: "#1f6b3a", Tone.YELLOW: "#96620a", Tone.RED: "#b01e22", Tone.GREY: "#6a675f"}

PAGE_WIDTH = 142.0
"""Millimetres: the width of the text on A4."""
MULTIPLE_WIDTH = 52.0
"""Millimetres: three beside each other."""

_POINTS_PER_INCH = 72.0
_MM_PER_INCH = 25.4
_MM_PER_POINT = _MM_PER_INCH / _POINTS_PER_INCH
_NARROW_EM = 0.56
"""Mean width of digits and Latin letters of the packaged font, in em."""
_FIRST_WIDE = 0x2000
_STYLE: dict[Any, Any] = {"svg.fonttype": "path", "svg.hashsalt": "minsheng"}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}

Anchor = Literal["left", "center", "right"]


class Sheet:
    """A chart in the making.

    Parameters
    ----------
    width, height
        In millimetres.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._figure = Figure(figsize=(width / _MM_PER_INCH, height / _MM_PER_INCH), dpi=_POINTS_PER_INCH)
        self._figure.patch.set_visible(False)
        # Millimetres from the top left to points from the bottom left.
        scale = 1 / _MM_PER_POINT
        self._place = Affine2D().scale(scale, -scale).translate(0, height * scale)

    def bar(self, x: float, y: float, width: float, height: float, *, fill: str = BAR, edge: str | None = None) -> None:
        """Draw a rectangle whose top left is at (x, y)."""
        self._figure.add_artist(
            Rectangle(
                (x, y), width, height, facecolor=fill, edgecolor=edge or "none", linewidth=0.6, transform=self._place
            )
        )

    def line(
        self, points: Sequence[tuple[float, float]], *, colour: str = RULE, width: float = 0.5, dashed: bool = False
    ) -> None:
        """Draw a line through the points."""
        xs, ys = zip(*points, strict=True)
        style: Literal["-"] | tuple[float, Sequence[float]] = (0, (3, 2)) if dashed else "-"
        self._figure.add_artist(Line2D(xs, ys, color=colour, linewidth=width, linestyle=style, transform=self._place))

    def dots(self, points: Sequence[tuple[float, float]], *, marker: str = "o", size: float = 2.6) -> None:
        """Draw a marker at each of the points."""
        xs, ys = zip(*points, strict=True)
        self._figure.add_artist(
            Line2D(xs, ys, color=BAR, marker=marker, markersize=size, linestyle="none", transform=self._place)
        )

    def text(
        self, x: float, y: float, text: str, *, size: float = 8, anchor: Anchor = "left", colour: str = INK
    ) -> None:
        """Write a text whose middle line is at ``y``; ``size`` is in points. Nothing in it is a formula."""
        self._figure.add_artist(
            Text(
                x,
                # The middle of a line of digits and 汉字 lies about a third of an em above its baseline.
                y + size * _MM_PER_POINT * 0.36,
                text,
                fontproperties=_font(size),
                color=colour,
                horizontalalignment=anchor,
                verticalalignment="baseline",
                parse_math=False,
                transform=self._place,
            )
        )

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
        target = io.BytesIO()
        with mpl.rc_context(_STYLE):
            canvas: Any = FigureCanvasSVG(self._figure)
            canvas.print_svg(target, metadata=_NO_METADATA)
        return target.getvalue()


def warm_up() -> None:
    """Draw one small chart, so that a process forked from this one finds the font parsed and matplotlib loaded."""
    sheet = Sheet(PAGE_WIDTH, MULTIPLE_WIDTH)
    sheet.bar(0, 0, 10, 10)
    sheet.line([(0, 0), (10, 10)], dashed=True)
    sheet.dots([(5, 5)])
    sheet.text(1, 1, "0123456789.%，年月日目标完成率序时进度广元市苍溪旺苍剑阁青川利州昭化朝天区县")
    sheet.svg()


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is, in millimetres."""
    ems = sum(1 if ord(character) >= _FIRST_WIDE else _NARROW_EM for character in text)
    return ems * size * _MM_PER_POINT


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


@lru_cache
def _font(size: float) -> FontProperties:
    return FontProperties(fname=str(packaged_fonts.sans_path()), size=size)
