"""Which rows of a sheet hold data, which hold totals, and which are footers, repeated headers or column numbers."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from minsheng.intake.cells import Raw, is_blank, show
from minsheng.intake.headers import comparable
from minsheng.intake.table_reading import Reading
from minsheng.intake.units import normal

_TOTAL = re.compile(r"(?:全[市县区]|城乡|本[月年]|累计)?(?:合计|总计|小计|共计)(?:\(.*\))?:?")
_SUBTOTAL = re.compile(r".*小计(?:\(.*\))?:?")
_FOOTER = re.compile(
    r"(?:填表人?|填报人?|制表人?|审核人?|复核人?|经办人?|主办|负责人|单位负责人|分管(?:领导|审核人)|领导签批?人?|(?:填表|填报|上报)(?:日期|时间)"
    r"|联系(?:人|电话)|电话|注|备注|说明|填表说明|盖章)(?:\d|\(?(?:签字|签名|签章|盖章|公章)\)?)*(?::.*)?"
)
_MAY_MATTER = re.compile("[全城本累合总小共填报制审复经主负单分领联电注备说上盖甲乙丙栏行]|[^\\w\\s]|^\\s*$")
"""A character of those with which totals, footers and labels of columns begin; most rows need no closer look."""
_ROW_NUMBER = re.compile(r"[0-9]{1,3}\.?")
_INDEX_LABELS = frozenset({"甲", "乙", "丙", "栏次", "行次"})
_REMARK = re.compile(
    r".*:.*|\(.*\)|.*[。;]|第.{1,3}页.*|[0-9一二三四五六七八九十〇]{2,4}年.{1,3}月(?:.{1,3}日)?|(?:本表|以上|附).*|[★☆※*].*"
)
"""What a text alone in its row says that is neither data nor a signature: remarks, pages, dates, stamps."""


class Total(NamedTuple):
    """A row of totals."""

    row: int
    partial: bool
    """小计: the sum of one group's rows, not of all."""


def data_rows(reading: Reading) -> tuple[list[int], list[Total]]:
    """Return the rows that hold data, and those that hold totals; footers and repeated headers belong to neither."""
    body: list[int] = []
    totals: list[Total] = []
    sheet, header = reading.sheet, reading.header
    keys = [header.columns[key] for key in reading.table.keys if key in header.columns]
    named = reading.named
    mapped = [at for name, at in header.columns.items() if name not in reading.table.keys]
    lost = sheet.unreadable
    closed = False  # signatures or totals came: a text alone after them is a remark
    plainly_data = _plain_rows(reading, named, mapped)
    for row in range(header.row + 1, len(sheet.rows)):
        if plainly_data(sheet.rows[row]):
            body.append(row)
            continue
        first = _first_words(reading, row, named)
        if not first and not any(sheet.address(row, at) in lost for at in mapped):
            continue
        total = _total(first) or next((word for at in keys if (word := _total(_words(sheet.at(row, at))))), "")
        if not total and keys and _SUBTOTAL.fullmatch(first):
            total = first
        if total:
            totals.append(Total(row, partial="小计" in total))
            closed = closed or "小计" not in total
        elif _FOOTER.fullmatch(first) and not any(isinstance(sheet.at(row, at), Decimal) for at in mapped):
            closed = bool(body)
        elif (
            _repeats_header(reading, row)
            or first in _INDEX_LABELS
            or _counts_columns(reading, row)
            or _is_remark(reading, row, after=bool(body), closed=closed)
        ):
            continue
        else:
            body.append(row)
    return body, totals


def _plain_rows(reading: Reading, named: frozenset[int], mapped: list[int]) -> Callable[[tuple[Raw, ...]], bool]:
    """Return what tells the rows of a long table that need no closer look: words that mark nothing, then a figure."""
    if not reading.table.open_rows or reading.table.keys or min(named) > 0:
        return lambda _: False
    first = min(named)

    def is_plain(line: tuple[Raw, ...]) -> bool:
        words = line[first] if line else None
        return (
            isinstance(words, str)
            and not _MAY_MATTER.search(words)
            and any(isinstance(line[at], Decimal) for at in mapped if at < len(line))
        )

    return is_plain


def _is_remark(reading: Reading, row: int, *, after: bool, closed: bool) -> bool:
    """Whether a row is a single text that is no data: by its words, or by standing below all that can be data.

    Tables with row names need no such rule: what is none of their rows is told apart by its name.
    """
    if reading.table.keys:
        return False
    filled = [cell for cell in reading.sheet.rows[row] if cell is not None]
    if any(isinstance(cell, Decimal) for cell in filled):
        return False
    filled = [cell for cell in filled if not is_blank(cell)]
    if len(filled) != 1 or not isinstance(filled[0], str):
        return False
    below = closed or (after and not reading.table.open_rows)
    return below or _REMARK.fullmatch(normal(filled[0])) is not None


def _first_words(reading: Reading, row: int, named: frozenset[int]) -> str:
    """Return the first text of a row; a number before it, in a column that is none of the table's, only counts rows."""
    number = ""
    for at, cell in enumerate(reading.sheet.rows[row]):
        text = _words(cell)
        if not text:
            continue
        if at in named or number or not _ROW_NUMBER.fullmatch(text):
            return text
        number = text
    return number


def _total(text: str) -> str:
    return text if _TOTAL.fullmatch(text) else ""


def names_total(cell: Raw) -> bool:
    """Whether a cell is the name of a row of totals: 合计, 小计."""
    return isinstance(cell, str) and bool(_TOTAL.fullmatch(normal(cell)) or _SUBTOTAL.fullmatch(normal(cell)))


def _words(cell: Raw) -> str:
    if cell is None:
        return ""
    text = show(cell)
    return normal(text) if _MAY_MATTER.search(text) else text.strip()


def _repeats_header(reading: Reading, row: int) -> bool:
    # Figures repeat no header: only texts are compared, which most rows have few of.
    if any(isinstance(reading.sheet.at(row, at), Decimal) for at in reading.header.columns.values()):
        return False
    same = [
        name
        for name, at in reading.header.columns.items()
        if comparable(show(reading.sheet.at(row, at))) == comparable(reading.header.text(at))
    ]
    return len(same) * 2 > len(reading.header.columns)


def _counts_columns(reading: Reading, row: int) -> bool:
    """Whether the row right below the header only numbers the columns (1, 2, 3, …), as printed forms do."""
    if row != reading.header.row + 1 or reading.table.open_rows:
        return False
    values = [reading.sheet.at(row, column) for column in range(reading.sheet.width)]
    numbers = [show(value).strip() for value in values if not is_blank(value)]
    start = next((n for n in (0, 1, 2) if numbers[:1] == [str(n)]), None)
    return start is not None and len(numbers) > 2 and numbers == [str(start + i) for i in range(len(numbers))]
