"""A table's columns: all there, each once, each in its own unit.

合计 and 小计 rows: cut off from the data, and compared with the sums of the rows that they speak for.
"""

from collections.abc import Sequence
from decimal import Decimal

from minsheng.domain.table import CellType, Column
from minsheng.domain.units import comparable, yuan_scale
from minsheng.intake.reading.headers import unit_fault, unit_missing
from minsheng.intake.reading.parse_findings import Where, most_like
from minsheng.intake.reading.rows import Total, names_total
from minsheng.intake.reading.table_reading import ParsedRow, ParsedTable, Reading
from minsheng.intake.spreadsheets.cells import CellFaultError, ExactValue, Raw, is_blank, parse_number, show
from minsheng.intake.spreadsheets.style import is_reference


def check_columns(reading: Reading, result: ParsedTable) -> None:
    """Name every column that is missing, there twice, in another unit, or none of the table's."""
    _check_keys(reading, result)
    _check_figures(reading, result)
    _note_extra(reading)


def _check_keys(reading: Reading, result: ParsedTable) -> None:
    table, header, findings, sheet = reading.table, reading.header, reading.findings, reading.sheet
    for key in table.keys:
        if key not in header.columns:
            findings.add(
                "READ-COLUMN",
                f"缺少列“{key}”，无法知道各行是什么",
                allowed=f"表头里有“{key}”",
                action="请恢复该列",
                sheet=sheet.name,
                project=table.project,
                judges=() if table.project else (table.id,),  # a table that projects share costs each what stands in it
            )
            result.complete = False


def _check_figures(reading: Reading, result: ParsedTable) -> None:
    table, header, findings = reading.table, reading.header, reading.findings
    asked = {column.id for column in table.columns}
    missing = [c for c in table.columns if c.required and c.id not in header.columns]
    strangers = {at: comparable(text) for at, text in _filled_extra(reading).items()}
    for column in reading.columns:
        at = header.columns.get(column.id)
        field = table.field(column.id)
        if at is None:
            if column.required and column.id in asked:
                names = "、".join(dict.fromkeys((column.header, *column.aliases)))
                message, action = f"缺少列“{column.header}”", "请补上该列并填数"
                meant = most_like(comparable(column.label), strangers, only_one=len(missing) == 1)
                where: Where = {"sheet": reading.sheet.name, "project": table.project, "field": field}
                if meant is not None:
                    text = header.extra[meant]
                    message += f"；表头“{_on_one_line(text)}”不是规定的写法"
                    action = f"若“{_on_one_line(text)}”就是这一列，请把表头改成“{column.header}”；否则请补上该列并填数"
                    where = reading.where(header.row, meant, field=field)
                findings.add("READ-COLUMN", message, allowed=f"表头写作：{names}", action=action, **where)
                result.complete = False
            continue
        where = reading.where(header.row, at, field=field)
        if column.id in header.twice:
            places = "、".join(reading.sheet.addresses(header.row, header.twice[column.id]))
            merged = len({reading.owners.get((header.row, each)) for each in header.twice[column.id]} - {None}) == 1
            findings.add(
                "READ-COLUMN-TWICE",
                f"表头 {places} 合并成了一格，不知道哪一列是“{column.label}”"
                if merged
                else f"有两列以上都像“{column.label}”：{places}",
                allowed="每个表头只出现一次",
                action="请取消合并，给每一列写上自己的表头" if merged else "请删去或改名多余的列",
                value=header.text(at),
                **where,
            )
        heading = header.headings[at]
        if unit := unit_fault(column, heading, header.sheet_unit):
            findings.add(
                "READ-UNIT",
                f"表头“{heading.written}”的单位是“{unit}”，本列应为“{column.unit or '无单位'}”",
                allowed=f"单位：{column.unit or '无'}",
                action=f"请把本列数字换算成“{column.unit}”，并改正表头单位",
                value=header.text(at),
                **where,
            )
        elif unit_missing(column, heading, header.sheet_unit):
            findings.add(
                "READ-UNIT-MISSING",
                f"表头“{heading.text}”没有写单位，按“{column.unit}”读取",
                allowed=f"表头写作“{column.header}”",
                action=f"请确认数字的单位是“{column.unit}”，并在表头写明",
                value=header.text(at),
                **where,
            )


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _filled_extra(reading: Reading) -> dict[int, str]:
    """Return the headers that are no column of the table and that something stands under."""
    header, sheet = reading.header, reading.sheet
    return {
        at: text
        for at, text in header.extra.items()
        if not is_reference(comparable(text))
        and any(not is_blank(sheet.at(row, at)) for row in range(header.row + 1, len(sheet.rows)))
    }


def _note_extra(reading: Reading) -> None:
    table, header = reading.table, reading.header
    complete = all(column.id in header.columns for column in table.columns if column.required)
    for at, text in _filled_extra(reading).items():
        reading.findings.add(
            "READ-EXTRA-COLUMN",
            f"多出一列“{_on_one_line(text)}”，不读取",
            allowed="表内规定的列",
            action="不影响审核；如有用请写入工作情况" if complete else "请看缺少的列是不是这一列",
            value=text,
            **reading.where(header.row, at),
        )


_FIGURES = (CellType.INTEGER, CellType.DECIMAL)


def check_totals(reading: Reading, result: ParsedTable, totals: Sequence[Total]) -> None:
    """Compare each row of totals with the sum of its rows; per-head figures (元/人·月) do not add up and are left out.

    合计 speaks for every row. 小计 speaks for the rows between it and the next one: those above it, or those below it
    where the first 小计 stands before all rows.
    """
    if not result.rows or not result.complete:
        return
    partial = [total.row for total in totals if total.partial]
    below = bool(partial) and partial[0] < min(row.row for row in result.rows)
    for total in totals:
        rows = _group(result.rows, partial, total.row, below=below) if total.partial else result.rows
        columns = [
            column
            for column in reading.table.columns
            if rows and column.type in _FIGURES and "/" not in column.unit and column.id in reading.header.columns
        ]
        unread = [column for column in columns if _lacks_result(reading, total, column)]
        if unread:
            _note_unread(reading, total, unread)
        for column in columns:
            if column not in unread:
                whole = rows is result.rows
                parts = result.values(column.id) if whole else [row.cells[column.id].value for row in rows]
                _check(reading, total, parts, column, None if whole else rows[0].project)


def _lacks_result(reading: Reading, total: Total, column: Column) -> bool:
    """Whether a total is a formula that no program has calculated yet: nobody's fault, and it counts for nothing."""
    at = reading.sheet.address(total.row, reading.header.columns[column.id])
    return at in reading.sheet.unreadable and at not in reading.sheet.errors


def _note_unread(reading: Reading, total: Total, columns: Sequence[Column]) -> None:
    reading.findings.add(
        "READ-TOTAL-UNREAD",
        f"{'小计' if total.partial else '合计'}行有{len(columns)}个公式没有保存结果，没有核对（未检）",
        allowed="各行以明细为准，合计只用来核对",
        action="不影响审核；要核对合计，请用 Excel 或 WPS 打开、保存后再报",
        **reading.where(total.row, reading.header.columns[columns[0].id]),
    )


def _group(rows: Sequence[ParsedRow], partial: Sequence[int], at: int, *, below: bool) -> Sequence[ParsedRow]:
    if below:
        end = next((row for row in partial if row > at), None)
        return [row for row in rows if row.row > at and (end is None or row.row < end)]
    start = max((row for row in partial if row < at), default=-1)
    return [row for row in rows if start < row.row < at]


def _check(reading: Reading, total: Total, parts: Sequence[ExactValue], column: Column, project: str | None) -> None:
    numbers = [part for part in parts if isinstance(part, Decimal)]
    if len(numbers) < len(parts):
        return
    where = reading.where(
        total.row, reading.header.columns[column.id], project=project, field=reading.table.field(column.id)
    )
    raw, at = reading.raw(total.row, column.id), where["cell"]
    total_of_parts = sum(numbers, Decimal(0)) / yuan_scale(column.id, column.unit)
    said = _what_is_wrong(reading, at, raw, column, total_of_parts)
    if not said:
        return
    expected = f"{show(total_of_parts)}{column.unit}"
    word, whose = ("小计行", "本组各行") if total.partial else ("合计行", "各行")
    reading.findings.add(
        "READ-TOTAL",
        f"{word}“{column.label}”{said}，{whose}相加是 {expected}",
        allowed=f"{expected}（{whose}之和）",
        action="请核对各行和合计；各行以明细为准",
        value=reading.sheet.errors.get(at) or show(raw),
        **where,
    )


def _what_is_wrong(reading: Reading, at: str, raw: Raw, column: Column, expected: Decimal) -> str:
    """Say how a printed total differs, or why it cannot be compared; empty where it is right or blank."""
    if at in reading.sheet.unreadable:
        return f"是{reading.sheet.errors[at]}，无法核对"
    if names_total(raw):  # a table without row names writes 合计 into its first column
        return ""
    try:
        stated = parse_number(raw, column.unit)
    except CellFaultError as fault:
        return f"无法核对：{fault.message}"
    return f"填 {show(stated)}{column.unit}" if isinstance(stated, Decimal) and stated != expected else ""


_EXACT_DIGITS = 15
"""A double keeps this many; a spreadsheet puts zeros for the rest."""

_OF_ONE_ROW = (*_FIGURES, CellType.DATE)


def check_cells(reading: Reading, result: ParsedTable) -> None:
    """Name figures that lie in a merged range with others, which are nobody's, and long numbers that were rounded."""
    header, owners = reading.header.columns, reading.owners
    shared: dict[tuple[int, int], list[tuple[ParsedRow, Column]]] = {}
    texts: dict[tuple[int, int], list[tuple[ParsedRow, Column]]] = {}
    there = [(column, column.id, at) for column in reading.table.columns if (at := header.get(column.id)) is not None]
    merged = {row for row, _ in owners}
    for parsed in result.rows:
        if parsed.row not in merged and not _holds_long_number(reading.sheet.rows, parsed.row):
            continue
        read = parsed.cells
        for column, name, at in there:
            if owners and (owner := owners.get((parsed.row, at))):
                (shared if column.type in _OF_ONE_ROW else texts).setdefault(owner, []).append((parsed, column))
            raw = read[name].raw
            if isinstance(raw, Decimal) and raw.adjusted() >= _EXACT_DIGITS:
                _note_rounded(reading, parsed, column, raw)
    for cells in shared.values():
        if len(cells) > 1:  # merged with cells that hold nothing of the table, a figure is still that cell's
            _note_merged(reading, result, cells)
    for cells in texts.values():
        if len(cells) > 1:
            _note_merged_text(reading, cells)


def _holds_long_number(rows: Sequence[Sequence[Raw]], row: int) -> bool:
    for cell in rows[row] if row < len(rows) else ():
        if isinstance(cell, Decimal) and cell.adjusted() >= _EXACT_DIGITS:
            return True
    return False


def _note_merged_text(reading: Reading, cells: Sequence[tuple[ParsedRow, Column]]) -> None:
    """Ask about a text that lies over several cells: it was read as the first one's."""
    (parsed, column), *_ = cells
    if parsed.cells[column.id].value is None:
        return
    places = "、".join(each.cells[other.id].cell for each, other in cells)
    reading.findings.add(
        "READ-MERGED-TEXT",
        f"“{column.label}”的 {places} 合并成了一格，其中的文字只算作 {parsed.cells[column.id].cell} 的，其余的格是空白",
        allowed="每一格各写各的，不合并",
        action="请取消合并，在每一格分别填写",
        value=parsed.cells[column.id].shown,
        **_place(reading, parsed, column),
    )


def _note_merged(reading: Reading, result: ParsedTable, cells: Sequence[tuple[ParsedRow, Column]]) -> None:
    places = "、".join(parsed.cells[column.id].cell for parsed, column in cells)
    shown = next((parsed.cells[column.id].shown for parsed, column in cells if parsed.cells[column.id].shown), "")
    for parsed, column in cells:
        cell = parsed.cells[column.id]
        parsed.cells[column.id] = cell._replace(value=None)
        result.columns.pop(column.id, None)
        reading.findings.add(
            "READ-MERGED",
            f"“{column.label}”的 {places} 合并成了一格，不知道其中的数是哪一格的",
            allowed="每一格各填各的数，不合并",
            action="请取消合并，在每一格分别填数；没有发生的填 0",
            value=shown,
            **_place(reading, parsed, column),
        )


def _note_rounded(reading: Reading, parsed: ParsedRow, column: Column, raw: Decimal) -> None:
    digits = raw.adjusted() + 1
    reading.findings.add(
        "READ-ROUNDED",
        f"“{column.label}”是一个 {digits} 位的数，表格软件只保留前 {_EXACT_DIGITS} 位，"
        f"末 {digits - _EXACT_DIGITS} 位已经丢失",
        allowed="文本格式的长号码",
        action="请先把单元格设为文本格式，再重新输入完整的号码",
        value=show(raw),
        **_place(reading, parsed, column),
    )


def _place(reading: Reading, parsed: ParsedRow, column: Column) -> Where:
    row = parsed.id if reading.table.keys or reading.table.open_rows else None
    at = reading.header.columns[column.id]
    return reading.where(parsed.row, at, project=parsed.project, field=reading.table.field(column.id, row))
