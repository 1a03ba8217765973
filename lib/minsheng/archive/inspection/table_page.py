"""四性检测表 as a page: one table per quality, the result of each item and how it was checked."""

from collections.abc import Sequence
from datetime import date

from minsheng.archive.inspection.items import InspectionItem, ItemResult, Quality
from minsheng.render.html.markup import Content, Element, Piece, code, note, paragraph
from minsheng.render.html.page import page
from minsheng.render.html.tables import TableColumn, table

_WORDS = {ItemResult.PASSED: "● 通过", ItemResult.FAILED: "▲ 不通过", ItemResult.NOT_CHECKED: "○ 未检"}


def inspection_title(bag: str) -> str:
    """Return the table's title."""
    return f"归档包 {bag} 四性检测表"


def inspection_page(
    bag: str, about: Sequence[tuple[str, str]], items: Sequence[InspectionItem], *, issuer: str, on: date
) -> bytes:
    """Return the page.

    Parameters
    ----------
    about
        What is told about the package: label and value; a value of 64 digits is a checksum.
    issuer
        Whose package it is.
    """
    title = inspection_title(bag)
    pieces: list[Element] = [
        Element("header", Element("p", issuer, class_="issuer"), Element("h1", title), class_="title-block"),
        Element("section", Element("h2", "结论"), paragraph(conclusion(items), class_="summary"), class_="part"),
        Element("section", Element("h2", "归档包"), _facts([*about, ("检测日期", on.isoformat())]), class_="part"),
    ]
    pieces += [Element("section", Element("h2", quality), _table(quality, items), class_="part") for quality in Quality]
    pieces.append(
        note(
            "项目参照 DA/T 70-2018《文书类电子档案检测一般要求》的四性设置，由本系统检测封存的归档包，不改动它。"
            "“未检”表示没有检测或没有全部检测，不是通过。"
        )
    )
    return page(f"{issuer} {title}", Piece(*pieces)._repr_html_())


def conclusion(items: Sequence[InspectionItem]) -> str:
    """Return the result in one sentence."""
    names = {result: [item.name for item in items if item.verdict == result] for result in ItemResult}
    passed, failed, unchecked = (names[result] for result in ItemResult)
    said = f"共 {len(items)} 项：通过 {len(passed)} 项，不通过 {len(failed)} 项，未检 {len(unchecked)} 项。"
    said += f"不通过：{'、'.join(failed)}。" if failed else ""
    return said + (f"未检：{'、'.join(unchecked)}。" if unchecked else "")


def _facts(about: Sequence[tuple[str, str]]) -> Element:
    rows: list[list[Content]] = [[label, code(value) if len(value) == _DIGITS else value] for label, value in about]
    return table("基本情况", [TableColumn("项目", kind="row"), TableColumn("内容", kind="long")], rows, style="issues")


_DIGITS = 64


def _table(quality: Quality, items: Sequence[InspectionItem]) -> Element:
    mine = [item for item in items if item.quality == quality]
    passed = sum(item.verdict == ItemResult.PASSED for item in mine)
    columns = [
        TableColumn("检测项目", kind="row"),
        TableColumn("结果", kind="text"),
        TableColumn("检测方法与发现", kind="long"),
    ]
    rows: list[list[Content]] = [[item.name, _verdict(item), _how(item)] for item in mine]
    return table(f"{quality} {len(mine)} 项，通过 {passed} 项", columns, rows, style="issues")


def _verdict(item: InspectionItem) -> Content:
    word = _WORDS[item.verdict]
    return Element("strong", word) if item.verdict == ItemResult.FAILED else word


def _how(item: InspectionItem) -> Content:
    if not item.found:
        return item.how
    found = Element("strong", item.found) if item.verdict == ItemResult.FAILED else item.found
    return [item.how, Element("br"), "发现：" if item.verdict == ItemResult.FAILED else "", found]
