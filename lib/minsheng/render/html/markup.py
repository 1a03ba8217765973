"""Pieces of a page: a tree of elements that writes itself as HTML and, in the same words, as plain text.

Text enters the tree as text and is escaped on the way out, so that nothing a county wrote can become markup.
"""

from collections.abc import Iterable, Iterator
from html import escape

_VOID = frozenset({"img", "br", "col", "input"})

_BLOCKS = frozenset(
    [
        "caption",
        "details",
        "div",
        "dl",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "header",
        "li",
        "ol",
        "p",
        "section",
        "summary",
        "table",
        "tbody",
        "thead",
        "tr",
        "ul",
    ]
)


class Element:
    """One element with its attributes and children; immutable by convention.

    Parameters
    ----------
    tag
        Name of the element.
    children
        Elements and texts; ``None`` is nothing, and lists are flattened.
    attributes
        A trailing underscore is dropped and others become hyphens: ``class_``, ``aria_label``. ``None`` is left out.
    """

    __slots__ = ("attributes", "children", "tag")

    def __init__(self, tag: str, *children: "Content", **attributes: str | None) -> None:
        self.tag = tag
        self.children = tuple(_flat(children))
        self.attributes = {
            name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None
        }

    def html(self) -> str:
        """Write the element as HTML, everything escaped."""
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.attributes.items())
        if self.tag in _VOID:
            return f"<{self.tag}{attributes}>"
        inner = "".join(child.html() if isinstance(child, Element) else escape(child) for child in self.children)
        return f"<{self.tag}{attributes}>{inner}</{self.tag}>"

    def text(self) -> str:
        """Write what the element says as plain text."""
        match self.tag:
            case "img":
                said = f"〔图〕{self.attributes.get('alt', '')}"
            case "br":
                said = "\n"
            case "tr":
                said = "\n" + "｜".join(_spoken(child).strip() for child in self.children) + "\n"
            case "dt":
                said = f"\n{self._inner()}："
            case "dd":
                said = f"{self._inner()}\n"
            case "li":
                said = f"\n· {self._inner().strip()}\n"
            case "td" | "th":
                said = " ".join(self._inner().split())
            case tag if tag in _BLOCKS:
                said = f"\n{self._inner()}\n"
            case _:
                said = self._inner()
        return f"（{said}）" if self.attributes.get("class") == "unit" else said

    def _inner(self) -> str:
        return "".join(_spoken(child) for child in self.children)


Content = Element | str | None | Iterable["Content"]


class Piece:
    """What a report function returns: something that a notebook displays."""

    def __init__(self, *elements: Content) -> None:
        self.elements = tuple(_flat(elements))

    def _repr_html_(self) -> str:
        return "\n".join(part.html() if isinstance(part, Element) else escape(part) for part in self.elements)

    def __repr__(self) -> str:
        lines = (line.strip() for line in "".join(_spoken(part) for part in self.elements).splitlines())
        return "\n".join(line for line in lines if line)


def part(title: str, *content: Content) -> Piece:
    """Return a section of the page under its heading."""
    return Piece(Element("section", Element("h2", title), *content, class_="part"))


def paragraph(*content: Content, class_: str | None = None) -> Element:
    """Return a paragraph."""
    return Element("p", *content, class_=class_)


def note(*content: Content) -> Element:
    """Return a small remark under a table or chart."""
    return paragraph(*content, class_="note")


def callout(*content: Content, kind: str = "") -> Element:
    """Return a notice that nobody can overlook; ``kind`` is ``not-reported``, ``blocked`` or empty."""
    return paragraph(*content, class_=f"callout {kind}".strip())


def paragraphs(text: str) -> list[Element]:
    """Return each line of a text that somebody wrote as a paragraph; blank lines separate and vanish."""
    return [paragraph(line.strip()) for line in text.splitlines() if line.strip()]


def one_line(text: str) -> str:
    """Return a text that somebody wrote over several lines as one line; 汉字 need no space between them."""
    return "".join(line.strip() for line in text.splitlines())


def code(text: str) -> Element:
    """Return a file name, cell address or hash: Latin letters that are no words."""
    return Element("code", text)


def joined(items: Iterable[Content], separator: str = "、") -> list[Content]:
    """Return the items with a separator between them."""
    result: list[Content] = []
    for item in items:
        if result:
            result.append(separator)
        result.append(item)
    return result


def spoken(content: Content) -> str:
    """Return what content says as plain text; nothing for ``None``."""
    return "".join(_spoken(part) for part in _flat([content]))


def _flat(content: Iterable[Content]) -> Iterator[Element | str]:
    for item in content:
        if isinstance(item, Element | str):
            yield item
        elif item is not None:
            yield from _flat(item)


def _spoken(child: Element | str) -> str:
    return child.text() if isinstance(child, Element) else child
