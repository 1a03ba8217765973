"""Colours and alignment that an analyst's page gives single elements: ``style`` attributes and a Styler's rules.

pandas' Styler names cells by id and class (``#T_1_row0_col2``, ``#T_1 .col_heading``). That is all of CSS that is read
here: selectors of tags, ids and classes, one within another. What other rules say is left out; no text depends on it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE = re.compile(r"(?:[a-zA-Z][\w-]*|\*)?(?:[#.][\w-]+)*")
_PART = re.compile(r"([#.]?)([\w-]+|\*)")
_HEX = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_CHANNELS = re.compile(r"rgba?\(\s*(\d{1,3})\s*[,\s]\s*(\d{1,3})\s*[,\s]\s*(\d{1,3})\s*(?:[,/]\s*([\d.]+)(%?)\s*)?\)")
_NAMED = {
    "black": "#000000", "white": "#ffffff", "red": "#ff0000", "green": "#008000", "blue": "#0000ff", "grey": "#808080",
    "gray": "#808080", "yellow": "#ffff00", "orange": "#ffa500", "pink": "#ffc0cb", "purple": "#800080",
    "darkred": "#8b0000", "darkgreen": "#006400", "darkblue": "#00008b", "darkorange": "#ff8c00", "brown": "#a52a2a",
    "lightgreen": "#90ee90", "lightblue": "#add8e6", "lightyellow": "#ffffe0", "lightgrey": "#d3d3d3",
    "lightgray": "#d3d3d3", "silver": "#c0c0c0", "gold": "#ffd700", "navy": "#000080", "teal": "#008080",
    "cyan": "#00ffff", "magenta": "#ff00ff", "crimson": "#dc143c", "salmon": "#fa8072", "tomato": "#ff6347",
    "coral": "#ff7f50", "lime": "#00ff00", "olive": "#808000", "maroon": "#800000", "khaki": "#f0e68c",
}  # fmt: skip
_SIDES = frozenset({"left", "center", "right"})
_BOLD = frozenset({"bold", "bolder", "600", "700", "800", "900"})

Declarations = dict[str, str]
_Step = tuple[str, frozenset[str], frozenset[str]]
"""Tag (empty for any), ids, classes."""


class CellStyles:
    """The rules of a page's ``<style>`` elements (their texts, in order), and of its elements themselves."""

    def __init__(self, sheets: list[str]) -> None:
        self._by_name: dict[str, list[tuple[int, tuple[_Step, ...], Declarations]]] = {}
        number = 0
        for sheet in sheets:
            for selectors, body in _RULE.findall(_COMMENT.sub("", sheet)):
                for selector in selectors.split(","):
                    steps = _steps(selector)
                    if steps:
                        number += 1
                        self._by_name.setdefault(_key(steps[-1]), []).append((number, steps, _declarations(body)))

    def of(self, element: Any) -> Declarations:
        """Return what rules and the element's own attribute declare for it; later ones win."""
        found: Declarations = {}
        if self._by_name:
            names = [element.tag, *classes_of(element), *(f"#{name}" for name in [element.get("id")] if name), "*"]
            matching = [rule for name in names for rule in self._by_name.get(name, ()) if _matches(element, rule[1])]
            for _, _, declared in sorted(matching, key=lambda rule: rule[0]):
                found |= declared
        own = element.get("style")
        return found | _declarations(own) if own else found


def fill(declared: Mapping[str, str]) -> str | None:
    """Return the background's colour as ``#rrggbb``; ``None`` where there is none that can be read."""
    return colour(declared.get("background-color") or declared.get("background") or "")


def paint(declared: Mapping[str, str]) -> str | None:
    """Return the text's colour as ``#rrggbb``."""
    return colour(declared.get("color", ""))


def side(declared: Mapping[str, str]) -> str | None:
    """Return the side to which the text goes."""
    found = declared.get("text-align", "")
    return found if found in _SIDES else None


def is_bold(declared: Mapping[str, str]) -> bool:
    """Whether the text is to stand out."""
    return declared.get("font-weight", "") in _BOLD


def colour(text: str) -> str | None:
    """Read a colour of CSS: by name, ``#…``, ``rgb(…)``; what lets all through is no colour.

    Examples
    --------
    >>> colour("rgb(255, 0, 0)"), colour("#fff"), colour("transparent"), colour("linear-gradient(90deg, red)")
    ('#ff0000', '#fff', None, None)
    """
    text = text.strip().lower()
    if text in _NAMED:
        return _NAMED[text]
    if _HEX.fullmatch(text):
        return text
    found = _CHANNELS.fullmatch(text)
    if found is None or max(channels := [int(found[number]) for number in (1, 2, 3)]) > 255:
        return None
    alpha = float(found[4]) / (100 if found[5] else 1) if found[4] else 1
    if alpha == 0:
        return None
    # On white paper a colour that lets light through is a paler one.
    return "#" + "".join(f"{round(channel * min(alpha, 1) + 255 * (1 - min(alpha, 1))):02x}" for channel in channels)


def _declarations(body: str) -> Declarations:
    pairs = (declaration.partition(":") for declaration in body.split(";"))
    return {
        name.strip().lower(): value.replace("!important", "").strip().lower()
        for name, _, value in pairs
        if value.strip()
    }


def _steps(selector: str) -> tuple[_Step, ...]:
    """Return the steps of a selector from the outermost; none where it is more than tags, ids and classes."""
    words = selector.split()
    if not words or not all(_SIMPLE.fullmatch(word) for word in words):
        return ()
    return tuple(_step(word) for word in words)


def _step(word: str) -> _Step:
    parts = _PART.findall(word)
    tag = next((name.lower() for kind, name in parts if not kind and name != "*"), "")
    named = [frozenset(name for kind, name in parts if kind == mark) for mark in "#."]
    return tag, named[0], named[1]


def _key(step: _Step) -> str:
    tag, ids, classes = step
    return f"#{min(ids)}" if ids else min(classes) if classes else tag or "*"


def _matches(element: Any, steps: tuple[_Step, ...]) -> bool:
    if not _is(element, steps[-1]):
        return False
    above: Iterator[Any] = element.iterancestors()
    return all(any(_is(each, step) for each in above) for step in reversed(steps[:-1]))


def _is(element: Any, step: _Step) -> bool:
    tag, ids, classes = step
    return (
        (not tag or element.tag == tag)
        and (not ids or ids == {element.get("id")})
        and (not classes or classes <= classes_of(element))
    )


def classes_of(element: Any) -> frozenset[str]:
    """Return the classes of an element."""
    return frozenset((element.get("class") or "").split())
