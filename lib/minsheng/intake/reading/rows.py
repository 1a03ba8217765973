"""Which rows of a sheet hold data, which hold totals, and which are footers, repeated headers or column numbers.

The rows of a table: matched by their labels.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from minsheng.domain.table import Row, TableKind
from minsheng.domain.units import comparable, normal
from minsheng.intake.reading.parse_findings import Where, most_like
from minsheng.intake.reading.row_cells import parse_row, parse_rows
from minsheng.intake.reading.table_reading import ParsedTable, Reading
from minsheng.intake.spreadsheets.cells import Raw, is_blank, show

_TOTAL = re.compile(r"(?:全[市县区]|城乡|本[月年]|累计)?(?:合计|总计|小计|共计)(?:\(.*\))?:?")

_SUBTOTAL = re.compile(r".*小计(?:\(.*\))?:?")

_FOOTER = re.compile(
    r"(?:填表人?|填报人?|制表人?|审核人?|复核人?|经办人?|主办|负责人|单位负责人|分管(?:领导|审核人)|领导签批?人?|(?:填表|填报|上报)(?:日期|时间)"
    r"|考评人|联系(?:人|电话)|电话|注|备注|说明|填表说明|盖章)(?:\d|\(?(?:签字|签名|签章|盖章|公章)\)?)*(?::.*)?"
)

_MAY_MATTER = re.compile("[全城本累合总小共填报制审复考经主负单分领联电注备说上盖甲乙丙栏行]|[^\\w\\s]|^\\s*$")
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
            closed = bool(body) or reading.table.kind == TableKind.FORM
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
        return isinstance(words, str) and not _MAY_MATTER.search(words) and _holds_figure(line, mapped)

    return is_plain


def _holds_figure(line: tuple[Raw, ...], columns: Iterable[int]) -> bool:
    # A loop, as a generator takes twice as long, and a long table asks this of each row.
    for at in columns:  # noqa: SIM110
        if at < len(line) and isinstance(line[at], Decimal):
            return True
    return False


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
    if reading.table.kind == TableKind.FORM:
        # A subject that ends like a remark is still an event that costs points: an assessor hears that it lacks a date.
        return below
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


_COUNT = re.compile(r"^[0-9]{1,2}(?=\D)")
"""A number right before a row's name: 1城市低保, ①城市低保."""


def _key_text(reading: Reading, row: int, key: str) -> str:
    at = (row, reading.header.columns[key])
    return normal(show(reading.sheet.at(*reading.owners.get(at, at))))


def take_rows(reading: Reading, result: ParsedTable, body: list[int], rows: Sequence[Row]) -> None:
    """Parse the rows ``body`` of the sheet; ``rows`` are the fixed rows that must be among them."""
    table = reading.table
    if table.keys:
        _take_fixed_rows(reading, result, body, rows)
        return
    data = [row for row in body if _has_figures(reading, row)]
    if table.open_rows:
        parse_rows(reading, data, result)
        return
    if not data:
        data = [reading.header.row + 1]
    result.rows = [parse_row(reading, data[0], "", table.project)]
    for row in data[1:]:
        reading.findings.add(
            "READ-ROW-TWICE",
            f"“{table.title}”只有一行数据，第 {row + 1 + reading.sheet.first_row} 行是多出来的",
            allowed="一行数据（合计行写明“合计”）",
            action="请删去多余的行",
            **reading.where(row, min(reading.named)),
        )


def _has_figures(reading: Reading, row: int) -> bool:
    line, lost = reading.sheet.rows[row], reading.sheet.unreadable
    if _holds_figure(line, reading.named):
        return True
    return any(
        not is_blank(reading.sheet.at(row, at)) or (lost and reading.sheet.address(row, at) in lost)
        for at in reading.named
    )


def _take_fixed_rows(reading: Reading, result: ParsedTable, body: list[int], rows: Sequence[Row]) -> None:
    table, sheet = reading.table, reading.sheet
    known = {tuple(comparable(label) for label in row.labels): row for row in table.rows}
    names = {label for labels in known for label in labels}
    wanted = {row.id: row for row in rows}
    seen: dict[str, int] = {}
    last: dict[str, str] = {}
    strangers: dict[tuple[int, int], str] = {}
    for row in body:
        labels = []
        for key in table.keys:
            text = _key_text(reading, row, key)
            # A group's name stands once over its rows, merged or not; the innermost key is on every row.
            if not text and key != table.keys[-1]:
                text = last.get(key, "")
            last[key] = text
            label, bare = comparable(text), _COUNT.sub("", comparable(text))
            labels.append(bare if bare in names else label)
        fixed = known.get(tuple(labels))
        at = reading.header.columns[table.keys[-1]]
        shown = " / ".join(last[key] for key in table.keys)
        values = any(not is_blank(reading.raw(row, c.id)) for c in table.columns if c.id in reading.header.columns)
        if fixed is None or fixed.id not in wanted:
            if values:
                strangers[row, at] = "".join(labels)
                shown = shown if any(last.values()) else ""
                _note_stranger(reading, reading.where(row, at), shown, _of_group(labels[0], rows))
            continue
        project = wanted[fixed.id].project or table.project
        if fixed.id in seen:
            reading.findings.add(
                "READ-ROW-TWICE",
                f"“{shown}”出现两次（第 {seen[fixed.id] + 1} 行和第 {row + 1 + sheet.first_row} 行）",
                allowed="每一行只出现一次",
                action="请合并或删去重复的行",
                value=shown,
                judges=(table.field("*", fixed.id),),
                **reading.where(row, at, project=project),
            )
            continue
        seen[fixed.id] = row + sheet.first_row
        result.rows.append(parse_row(reading, row, fixed.id, project))
    order = {row.id: n for n, row in enumerate(rows)}
    result.rows.sort(key=lambda row: order[row.id])
    if table.kind == TableKind.NARRATIVE:
        return
    absent = [row for row in rows if row.id not in seen]
    for missing in absent:
        _note_missing(reading, missing, strangers, only_one=len(absent) == 1)
        result.complete = False


def _of_group(group: str, rows: Sequence[Row]) -> list[Row]:
    """Return the rows with that outermost name; all of them if there is none."""
    return [row for row in rows if len(row.labels) > 1 and comparable(row.labels[0]) == group] or list(rows)


def _note_stranger(reading: Reading, where: Where, shown: str, rows: Sequence[Row]) -> None:
    said = f"“{shown}”不是本单位应填的行" if shown else "这一行有数，却没有行名"
    reading.findings.add(
        "READ-ROW-UNKNOWN",
        f"{said}，没有读取",
        allowed="、".join(" / ".join(row.labels) for row in rows),
        action="如属于某一行，请改正行名；否则删去",
        value=shown,
        **where,
    )


def _note_missing(reading: Reading, missing: Row, strangers: Mapping[tuple[int, int], str], *, only_one: bool) -> None:
    name = " / ".join(missing.labels)
    message, action = f"缺少行“{name}”", "请补上该行并填数；没有发生的填 0"
    meant = most_like("".join(map(comparable, missing.labels)), strangers, only_one=only_one)
    if meant is not None:
        message += "；这里的行名不是规定的写法"
        action = f"若这一行就是，请把行名改成“{name}”；否则{action}"
    reading.findings.add(
        "READ-ROW",
        message,
        allowed=f"键列（{'、'.join(reading.table.keys)}）写作“{name}”的一行",
        action=action,
        sheet=reading.sheet.name,
        cell=reading.sheet.address(*meant) if meant else "",
        project=missing.project or reading.table.project,
        judges=(reading.table.field("*", missing.id),),
    )
