"""The pictures of a page: only what is embedded, only what can be read, nothing that leads outside of the file."""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from lxml import etree  # type: ignore[import-untyped]

from minsheng.render.html.offline import PaperError

_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
}
_DATA = re.compile(r"data:image/([\w.+-]+)((?:;[\w.+=-]+)*),(.*)", re.DOTALL)
_LENGTH = re.compile(r"\s*([\d.]+)\s*(mm|cm|in|pt|pc|px|)\s*")
_POINTS = {"mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72, "pt": 1, "pc": 12, "px": 0.75, "": 0.75}
_TALL = 540.0
"""Points; a higher picture is bounded, so that its caption finds room below it."""
_URL = re.compile(r"url\(\s*['\"]?(?!#|data:|['\"]?\s*\))", re.IGNORECASE)
_IMPORT = re.compile(r"@import", re.IGNORECASE)


@dataclass(frozen=True)
class Picture:
    """A picture as Typst reads it."""

    content: bytes  # an SVG or a raster image
    suffix: str  # ``svg``, ``png``, ``jpg``, ``gif``
    tall: bool  # may be higher than a sheet


def picture_of(address: str, draw: Callable[[str], str]) -> Picture:
    """Read the picture that an ``img`` element embeds; ``draw`` puts a sign for every character that no font has.

    Raises PaperError if it is not embedded, nobody can read it, or an SVG refers to anything outside of itself.
    """
    found = _DATA.fullmatch(address.strip())
    if found is None:
        raise PaperError(f"图片没有嵌入页面，无法打印：{address[:60]}")
    kind, options, data = found.groups()
    try:
        content = b64decode(data) if ";base64" in options else unquote_to_bytes(data)
    except (Base64Error, ValueError) as fault:
        raise PaperError(f"图片的数据不完整，无法打印：{address[:60]}") from fault
    if kind == "svg+xml":
        return _svg(content, draw)
    suffix = next((suffix for magic, suffix in _MAGIC.items() if content.startswith(magic)), None)
    if suffix is None:
        raise PaperError(f"不是 PNG、JPEG、GIF 或 SVG 图片，无法打印：{address[:60]}")
    return Picture(content, suffix, tall=True)


def _svg(content: bytes, draw: Callable[[str], str]) -> Picture:
    # Entities are not expanded: a small file could become a very large one.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise PaperError(f"SVG 图片无法读取：{fault}") from fault
    if etree.QName(root).localname != "svg":
        raise PaperError(f"SVG 图片无法读取：根元素是 {etree.QName(root).localname}")
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and declared.entities():
        raise PaperError("SVG 图片定义了实体，无法打印")
    for element in root.iter(etree.Element):
        _refuse_outside(element)
        for place in ("text", "tail"):
            text = getattr(element, place)
            if text and not text.isascii():
                setattr(element, place, draw(text))
    height = _LENGTH.fullmatch(root.get("height") or "")
    tall = height is None or float(height[1]) * _POINTS[height[2]] > _TALL
    return Picture(etree.tostring(root, encoding="unicode").encode(), "svg", tall)


def _refuse_outside(element: etree._Element) -> None:
    for name, value in element.attrib.items():
        if etree.QName(name).localname == "href" and not value.strip().startswith(("#", "data:")):
            if etree.QName(element).localname != "a":
                raise PaperError(f"SVG 图片引用了文件之外的内容：{value[:60]}")
        elif _URL.search(value):
            raise PaperError(f"SVG 图片引用了文件之外的内容：{value[:60]}")
    if etree.QName(element).localname == "style":
        text = element.text or ""
        if _URL.search(text) or _IMPORT.search(text):
            raise PaperError("SVG 图片的样式引用了文件之外的内容")
