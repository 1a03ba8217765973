"""Page, grid and paragraph styles of an official document (GB/T 9704-2012) in WordprocessingML. Knows python-docx."""

from typing import Any

from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

FLUSH = "公文顶格"

FLUSH_HEI = "公文顶格黑体"

ANNEX_LIST = "公文附件说明"

CLOSING = "公文落款"

ANNEX_TITLE = "公文附件标题"

ANNEX_TEXT = "公文附件正文"

FANGSONG = "仿宋_GB2312"

XIAOBIAOSONG = "方正小标宋简体"

HEITI = "黑体"

KAITI = "楷体_GB2312"

SONGTI = "宋体"

_BODY = 16
"""三号, in points."""

_TITLE = 22
"""二号."""

_PAGE_NUMBER = 14
"""四号."""

_ANNEX = 10.5
"""五号."""

_LINE_TWIPS = 579
"""225 mm ÷ 22 is 579.8: whole twips, so that 22 lines fit."""

_CHARACTER_SPACE = -849
"""What a character of 16 pt lacks to 156 mm ÷ 28, in 4096ths of a point, rounded so that 28 fit."""

_CLOSER_TWIPS = -5
"""16 pt drawn together to 15.75 pt: 28 characters fit without the grid, which LibreOffice widens to two cells each."""

_INDENT = {"firstLineChars": "200", "firstLine": str(2 * _BODY * 20)}


def set_page(document: Any) -> None:
    """Set A4, the margins, the grid of 22 lines of 28 characters, page numbers: right on odd pages, left on even."""
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(23)
    properties = section._sectPr  # noqa: SLF001 - python-docx has no name for the document grid
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    properties.append(
        _element("w:docGrid", type="linesAndChars", linePitch=str(_LINE_TWIPS), charSpace=str(_CHARACTER_SPACE))
    )
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        paragraph = footer.paragraphs[0]
        paragraph.style = document.styles["Footer"]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if side == "right" else WD_ALIGN_PARAGRAPH.LEFT
        _indent(paragraph, **{f"{side}Chars": "100", side: str(_PAGE_NUMBER * 20)})
        paragraph.add_run("— ")
        _page_field(paragraph)
        paragraph.add_run(" —")


def set_styles(document: Any) -> None:
    """Set the styles of title, headings, body, closing and annexes."""
    styles = document.styles
    normal = styles["Normal"]
    _font(normal, FANGSONG, _BODY)
    _paragraph(normal, WD_ALIGN_PARAGRAPH.JUSTIFY)
    _indent(normal, **_INDENT)
    title = styles["Title"]
    _plain(title, XIAOBIAOSONG, _TITLE, WD_ALIGN_PARAGRAPH.CENTER)
    for name, family in (("Heading 1", HEITI), ("Heading 2", KAITI)):
        _plain(styles[name], family, _BODY, WD_ALIGN_PARAGRAPH.JUSTIFY)
        _indent(styles[name], **_INDENT)
        styles[name].paragraph_format.keep_with_next = True
    _plain(styles["Footer"], SONGTI, _PAGE_NUMBER, WD_ALIGN_PARAGRAPH.RIGHT)
    styles["Footer"].paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    left, right = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
    _plain(_added(document, FLUSH), FANGSONG, _BODY, left)
    _plain(_added(document, FLUSH_HEI), HEITI, _BODY, left)
    listed = _added(document, ANNEX_LIST)
    _plain(listed, FANGSONG, _BODY, left)
    _indent(listed, leftChars="500", left=str(5 * _BODY * 20), hangingChars="300", hanging=str(3 * _BODY * 20))
    _plain(_added(document, CLOSING), FANGSONG, _BODY, right)
    annex = _added(document, ANNEX_TITLE)
    _plain(annex, XIAOBIAOSONG, _TITLE, WD_ALIGN_PARAGRAPH.CENTER)
    annex.paragraph_format.space_before = annex.paragraph_format.space_after = Twips(_LINE_TWIPS)
    _outline(annex, 0)
    text = _added(document, ANNEX_TEXT)
    _plain(text, FANGSONG, _ANNEX, left)
    text.paragraph_format.line_spacing = Twips(_LINE_TWIPS // 2)


def indent_right(paragraph: Any, characters: float) -> None:
    """Leave so many characters blank at the right edge."""
    _indent(paragraph, rightChars=str(round(characters * 100)), right=str(round(characters * _BODY * 20)))


def repeat_header(row: Any) -> None:
    """Repeat a table's first row on every page."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader"))  # noqa: SLF001 - no public name


def _added(document: Any, name: str) -> Any:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    return style


def _plain(style: Any, family: str, points: float, alignment: Any) -> None:
    """Set a style that has nothing of its template's colours, borders and indents."""
    for name in ("w:pBdr", "w:numPr"):
        for old in style.element.get_or_add_pPr().findall(qn(name)):
            old.getparent().remove(old)
    _font(style, family, points)
    _paragraph(style, alignment)
    _indent(style, firstLineChars="0", firstLine="0")


def _font(style: Any, family: str, points: float) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = family, Pt(points), False, False
    font.color.rgb = RGBColor(0, 0, 0)
    properties = style.element.get_or_add_rPr()
    fonts = properties.rFonts
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), family)
    for name in ("w:spacing", "w:kern", "w:lang"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    closer = _element("w:spacing", val=str(_CLOSER_TWIPS if points == _BODY else 0))
    properties.insert_element_before(closer, "w:w", "w:kern", "w:position", "w:sz", "w:szCs")
    properties.append(_element("w:lang", val="zh-CN", eastAsia="zh-CN"))


def _paragraph(style: Any, alignment: Any) -> None:
    layout = style.paragraph_format
    layout.alignment = alignment
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Twips(_LINE_TWIPS)
    layout.widow_control = True
    properties = style.element.get_or_add_pPr()
    snap = _element("w:snapToGrid", val="0")
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):  # no quarter blank between 汉字 and digits: it breaks the grid
        properties.insert_element_before(_element(name, val="0"), "w:spacing", "w:ind", "w:contextualSpacing", "w:jc")
    properties.insert_element_before(snap, "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl")


def _indent(owner: Any, **values: str) -> None:
    """Indent in characters, which Word and WPS follow, with the same in twips for others."""
    element = getattr(owner, "element", None)
    properties = (element if element is not None else owner._p).get_or_add_pPr()  # noqa: SLF001
    indent = properties.get_or_add_ind()
    for name, value in values.items():
        indent.set(qn(f"w:{name}"), value)


def _outline(style: Any, level: int) -> None:
    style.element.get_or_add_pPr().append(_element("w:outlineLvl", val=str(level)))


def _page_field(paragraph: Any) -> None:
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run(text if kind == "text" else "")._r  # noqa: SLF001 - fields have no public name
        if kind == "":
            instruction = _element("w:instrText")
            instruction.text = text
            run.append(instruction)
        elif kind != "text":
            run.append(_element("w:fldChar", fldCharType=kind))


def _element(tag: str, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element
