"""A page's HTML → Typst source: one call per element, under the names that ``templates/*.typ`` define.

An element goes by ``tag-class``, else by its class, else by its tag: whichever the form's template knows.
So a new element of the vocabulary is one function there, and one rule in the style sheet. Text travels as string
literals, so nothing that a county wrote can become markup. Any page comes out: what no template knows is set as text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import lxml.html  # type: ignore[import-untyped]

from minsheng.render.html.offline import WITHOUT_WORDS, legible
from minsheng.render.typst.arrangement import UPRIGHT, breakable
from minsheng.render.typst.cell_styles import CellStyles, Declarations, classes_of, fill, is_bold, paint
from minsheng.render.typst.pictures import picture_of
from minsheng.render.typst.table_source import call_of, write_table
from minsheng.render.typst.vocabulary import (
    ARRANGED,
    HEADINGS,
    IN_TABLES,
    INLINE,
    SAME,
    SILENT,
    known_names,
)

_WITH_KIND = frozenset({"light", "severity", "callout"})
_DEEPEST = 12
"""Blocks with a look of their own within each other; Typst allows some thirty layers of layout."""
_DEEPEST_ELEMENTS = 80
_LONG_FINDING = 800
_INDENTED = frozenset({"blockquote", "dd", "callout", "error"})
_INDENT = 22.0
"""Points by which what stands in lists and quotations is narrower."""
_BLANK = frozenset({'" "', "z"})
_SPACE = re.compile(r"[ \t\r\n\f]+")
_PADDING = re.compile(r"padding-right:\s*([\d.]+)em")
_FOLLOWED = re.compile(r"https?:|mailto:", re.IGNORECASE)


@dataclass
class TypesetPage:
    """A page in Typst's words."""

    source: str = ""  # the main file
    files: dict[str, bytes] = field(default_factory=dict)  # name → SVG, which it refers to
    rasters: dict[str, bytes] = field(default_factory=dict)  # name → image of dots, which it refers to
    # for each row below the heads of tables, in order: the places of the cells that name it
    row_headers: list[tuple[int, ...]] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)  # characters that no font has: 〓 stands for them
    wordless: int = 0  # how many pictures have no alternative text


def typeset(page: str, *, title: str, issuer: str, form: str, missing: Callable[[str], set[str]]) -> TypesetPage:
    """Write a page's source; ``missing`` returns what no font can draw. PaperError if a picture cannot be printed."""
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=True)
    root = lxml.html.document_fromstring(legible(page).encode(), parser=parser)
    main = root.find(".//main")
    body = root.find("body") if main is None else main
    writer = PageWriter(body, form, missing)
    head = f"#show: report.with(title: {writer.literal(title)}, issuer: {writer.literal(issuer)})"
    parts = writer.blocks(body)
    writer.made.source = "\n".join([f'#import "{form or "report"}.typ": *', head, "#{", *parts, "}", ""])
    return writer.made


class PageWriter:
    """Writes the elements of one page in their order; ``body`` holds them all, the rest is as in :func:`typeset`."""

    def __init__(self, body: Any, form: str, missing: Callable[[str], set[str]]) -> None:
        self.made = TypesetPage()
        self.form = form
        self._body = body
        self.styles = CellStyles([element.text or "" for element in body.iter("style")])
        self.unit = "unit-beside"
        self.width = UPRIGHT[form]
        self.room = self.width / (16.0 if form else 10.5)
        self._known = known_names(form)
        self._missing = missing
        self._places = {
            element.get("id") for element in body.iter() if isinstance(element.tag, str) and element.get("id")
        }
        self._open = set(self._places)
        self._level = 0
        self._depth = self._layers = 0

    def literal(self, text: str) -> str:
        """Write a text as a Typst string."""
        return '"' + self.drawn(text).replace("\\", "\\\\").replace('"', '\\"') + '"'

    def drawn(self, text: str) -> str:
        """Return a text with 〓 for what no font has: it has stood for a missing type since type was of lead."""
        lacking = self._missing(text)
        if lacking:
            self.made.missing |= lacking
            text = re.sub(f"[{re.escape(''.join(sorted(lacking)))}]", "〓", text)
        return text

    def blocks(self, element: Any, *, paragraphs: bool = True) -> list[str]:
        """Write what stands in an element that holds blocks; text that stands there by itself is a paragraph."""
        written: list[str] = []
        loose: list[str] = []
        for piece in _pieces(element):
            if isinstance(piece, str):
                loose += self.text(piece) if loose or piece.strip() else []
            elif piece.tag in INLINE and not self._holds_blocks(piece) and not _is_alone(piece):
                loose.append(self.write(piece))
            elif piece.tag not in SILENT:
                written += [*_loose(loose, paragraphs=paragraphs), self.write(piece)]
                loose = []
        return [*written, *_loose(loose, paragraphs=paragraphs)]

    def inner(self, element: Any) -> list[str]:
        """Write texts and elements in their order."""
        if element.tag not in INLINE and self._holds_blocks(element):
            return self.blocks(element, paragraphs=False)
        parts: list[str] = []
        for piece in _pieces(element):
            if isinstance(piece, str):
                parts += self.text(piece)
            elif piece.tag not in SILENT:
                parts.append(self.write(piece))
        return parts

    def said(self, element: Any) -> str:
        """Return an element's text, with a line end for each ``br``."""
        return "".join(_texts(element))

    def text(self, text: str) -> list[str]:
        """Write a text, its white space drawn together as a browser does."""
        pieces = breakable(_SPACE.sub(" ", text), self.room)
        return [part for piece in pieces if piece for part in (self.literal(piece), "z")][:-1]

    def write(self, element: Any) -> str:
        """Write one element, with its place where a link leads there; a second place of that name would be an error."""
        self._depth += 1
        call = (
            call_of("span", self.text(self.said(element)))
            if self._depth > _DEEPEST_ELEMENTS
            else self._written(element)
        )
        self._depth -= 1
        place = element.get("id")
        if place not in self._open or "blank" in classes_of(element):
            return call
        self._open.discard(place)
        return call_of("at", [self.literal(place), call])

    def name_of(self, element: Any) -> str:
        """Return the template's function for an element: ``span`` or ``group`` where it has none of its own."""
        tag, classes = element.tag, (element.get("class") or "").split()
        if tag in {"h2", "h3"} and element.getparent() is not None and "annex" in classes_of(element.getparent()):
            classes = ["annex"]
        names = [
            *(f"{tag}-{each}" for each in classes),
            *(each for each in classes if each not in ARRANGED),
            SAME.get(tag, tag),
        ]
        return next((each for each in names if each in self._known), "span" if tag in INLINE else "group")

    def may_turn(self, element: Any) -> bool:
        """Whether a table stands in nothing that has a look of its own: only then may it lie on a sheet of its own."""
        around = list(element.iterancestors())
        inside = around[: around.index(self._body)] if self._body in around else around
        return all(each.tag not in IN_TABLES and self.name_of(each) == "group" for each in inside)

    def _written(self, element: Any) -> str:
        special = getattr(self, f"_write_{element.tag}", None)
        if special is not None:
            written: str = special(element)
            return written
        if element.tag in HEADINGS:
            return self._heading(element)
        name = self.name_of(element)
        declared = self.styles.of(element)
        if "break-before" in declared:
            name = "new-page"
        if name == "unit":
            name = self.unit
        named = self._named(element, name, declared)
        inline = element.tag in INLINE
        if not inline and name != "group":
            self._layers += 1
            if self._layers > _DEEPEST:
                name, named = "group", []
        room, self.room = self.room, self._room_within(element)
        width, self.width = self.width, self.width - _INDENT * (name in _INDENTED)
        parts = (
            self.inner(element)
            if inline or element.tag in {"p", "li", "summary", "figcaption"}
            else self.blocks(element)
        )
        self.room, self.width = room, width
        if not inline and name != "group":
            self._layers -= 1
        return self._styled(call_of(name, [*named, *parts]), declared) if inline else call_of(name, [*named, *parts])

    def _named(self, element: Any, name: str, declared: Declarations) -> list[str]:
        """Return the arguments that come before what the element holds."""
        if name in _WITH_KIND:
            kinds = [each for each in (element.get("class") or "").split() if each != name]
            return [self.literal(kinds[-1].removeprefix(f"{name}-") if kinds else "")]
        padding = _PADDING.search(element.get("style") or "")
        return [padding[1]] if padding and declared else []

    def _styled(self, call: str, declared: Declarations) -> str:
        told = [
            f"{name}: rgb({self.literal(found)})"
            for name, found in (("fill", fill(declared)), ("paint", paint(declared)))
            if found
        ]
        told += ["plain: false"] if is_bold(declared) else []
        return call_of("styled", [*told, call]) if told else call

    def _heading(self, element: Any) -> str:
        """Write a heading: levels of the file's structure begin with 1 and leave none out, whatever the page does."""
        self._level = min(int(element.tag[1]), self._level + 1)
        name = self.name_of(element)
        parts = self.inner(element)
        return call_of(name, [str(self._level), *parts]) if parts else ""

    def _write_a(self, element: Any) -> str:
        address, inner = (element.get("href") or "").strip(), self.inner(element)
        if address[:1] == "#" and address[1:] in self._places:
            name = "page-number" if "page-number" in classes_of(element) else "to"
            return call_of(name, [self.literal(address[1:]), *inner])
        return (
            call_of("out", [self.literal(address), *inner])
            if _FOLLOWED.match(address) and inner
            else call_of("span", inner)
        )

    def _write_li(self, element: Any) -> str:
        inner = self.inner(element)
        if "findings" in classes_of(element.getparent()):
            whole = "true" if len(self.said(element)) < _LONG_FINDING else "false"
            return call_of("finding", [self.literal(element.get("class") or ""), f"whole: {whole}", *inner])
        return call_of("li", inner)

    def _write_ul(self, element: Any) -> str:
        items = [child for child in element if child.tag == "li"]
        name = self.name_of(element)
        self._layers += 1
        room, self.room = self.room, self.room - 2 if name == "ul" else self._room_within(element)
        self.width -= _INDENT
        too_deep = self._layers > _DEEPEST
        parts = [self.write(child) for child in items]
        self.room = room
        self.width += _INDENT
        self._layers -= 1
        if too_deep or not parts:
            return call_of("group", parts)
        start = element.get("start") or ""
        return call_of(name, [*([f"start: {start}"] if start.isascii() and start.isdigit() else []), *parts])

    _write_ol = _write_ul

    def _write_dl(self, element: Any) -> str:
        if "facts" not in classes_of(element):
            return call_of("dl", self.blocks(element))
        pairs = zip(element.findall(".//dt"), element.findall(".//dd"), strict=True)
        return call_of(
            "facts",
            [call_of("fact", [self.literal(" ".join(self.said(each).split())) for each in pair]) for pair in pairs],
        )

    def _write_br(self, _: Any) -> str:
        return "br()"

    def _write_hr(self, _: Any) -> str:
        return "hr()"

    def _write_wbr(self, _: Any) -> str:
        return "z"

    def _write_pre(self, element: Any) -> str:
        """Write a text that keeps its lines and the blanks at their beginnings."""
        lines = self.said(element).removesuffix("\n").expandtabs(8).split("\n")
        return call_of("pre", [self._line(line) for line in lines])

    def _line(self, line: str) -> str:
        bare = line.lstrip(" ")
        parts = [part for piece in breakable(bare, self.room + 2) if piece for part in (self.literal(piece), "z")][:-1]
        return call_of("indented", [str(len(line) - len(bare)), *parts])

    def _write_img(self, element: Any) -> str:
        picture = picture_of(element.get("src") or "", self.drawn)
        store = self.made.files if picture.suffix == "svg" else self.made.rasters
        name = f"picture-{len(self.made.files) + len(self.made.rasters)}.{picture.suffix}"
        store[name] = picture.content
        words = _SPACE.sub(" ", element.get("alt") or "").strip()
        self.made.wordless += words in WITHOUT_WORDS
        alternative = "none" if words in WITHOUT_WORDS else self.literal(words)
        call = call_of("picture", [self.literal(name), alternative, *(["bounded: true"] if picture.tall else [])])
        return call if _is_alone(element) else call_of("box", [call])

    def _write_figure(self, element: Any) -> str:
        parts = self.blocks(element)
        kept = (
            len(list(element.iter("img"))) == 1
            and len(self.said(element)) < _LONG_FINDING
            and element.find(".//table") is None
        )
        return call_of("chart" if kept else "figure", parts)

    def _write_table(self, element: Any) -> str:
        return write_table(self, element)

    def _room_within(self, element: Any) -> float:
        classes = classes_of(element)
        if "annex" in classes:
            return UPRIGHT[self.form] / 10.5
        return 28.0 if "files" in classes else self.room

    def _holds_blocks(self, element: Any) -> bool:
        return any(isinstance(each.tag, str) and each.tag not in INLINE for each in element.iterdescendants())


def _loose(loose: list[str], *, paragraphs: bool) -> list[str]:
    """Return text between blocks, without blanks that nobody sees: a paragraph of them would be a gap."""
    while loose and loose[-1] in _BLANK:
        loose = loose[:-1]
    if not loose or all(part in _BLANK or part == "br()" for part in loose):
        return []
    return [call_of("p", loose)] if paragraphs else loose


def _is_alone(element: Any) -> bool:
    """Whether an element is a picture that stands between blocks, not in a line of text."""
    around = element.getparent()
    if element.tag != "img" or around is None or around.tag in INLINE or around.tag == "p":
        return False
    texts = (around.text, *(child.tail for child in around))
    return not any((text or "").strip() for text in texts) and not any(
        child.tag in INLINE - {"img", "br"} for child in around
    )


def _pieces(element: Any) -> Iterator[Any]:
    """Yield texts and elements in their order, comments left out."""
    if element.text:
        yield element.text
    for child in element:
        if isinstance(child.tag, str):
            yield child
        if child.tail:
            yield child.tail


def _texts(element: Any) -> Iterator[str]:
    for event, each in lxml.etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start" and each.tag not in SILENT:
            yield "\n" if each.tag == "br" else each.text or ""
        elif each is not element and each.tail:
            yield each.tail if event != "start" else ""
