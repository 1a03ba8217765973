"""Lines of Chinese that reach the right edge.

WeasyPrint justifies a line by widening its spaces, and Chinese has none: a line that ends early, because a digit takes
half a character or 。 must not begin the next line, would stay short. Word and WPS spread such a line over its
characters. So does this module, by the letter spacing of each text of the line. It stands in for a function inside
WeasyPrint, whose version the lock file fixes; the geometric test of the official form notices if it no longer has an
effect.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from weasyprint.formatting_structure import boxes
from weasyprint.layout import inline
from weasyprint.text.line_break import create_layout

_MOST_SPREAD = 0.12
"""Of the size of the type: a line that would be spread more is left as it is."""


@contextmanager
def filling_lines() -> Iterator[None]:
    """Justify between characters for as long as the block runs; one thread at a time."""
    usual = inline.justify_line
    inline.justify_line = _justify_line
    try:
        yield
    finally:
        inline.justify_line = usual


def _justify_line(context: Any, line: Any, extra_width: float) -> None:
    texts = list(_texts(line))
    gaps = sum(len(text.text) for text in texts) - 1
    if gaps < 1 or extra_width / gaps > _MOST_SPREAD * line.style["font_size"]:
        return
    _spread(context, line, extra_width / gaps, last=texts[-1], advance=0)


def _texts(box: Any) -> Iterator[Any]:
    for child in getattr(box, "children", ()):
        if isinstance(child, boxes.TextBox):
            yield child
        elif isinstance(child, boxes.InlineBox):
            yield from _texts(child)


def _spread(context: Any, box: Any, step: float, *, last: Any, advance: float) -> float:
    """Widen a box, and move it by what was added before it; return what was added up to its end."""
    if isinstance(box, boxes.TextBox):
        box.position_x += advance
        box.style = box.style.copy()
        spacing = box.style["letter_spacing"]
        box.style["letter_spacing"] = (0 if spacing == "normal" else spacing) + step
        layout = create_layout(box.text, box.style, context, max_width=None, justification_spacing=0)
        layout.deactivate()
        added = step * (len(box.text) - (box is last))
        box.pango_layout = layout
        box.width += added
        return advance + added
    if isinstance(box, boxes.LineBox | boxes.InlineBox):
        box.position_x += advance
        reached = advance
        for child in box.children:
            if child.is_in_normal_flow():
                reached = _spread(context, child, step, last=last, advance=reached)
        box.width += reached - advance
        return reached
    box.translate(advance, 0)
    return advance
