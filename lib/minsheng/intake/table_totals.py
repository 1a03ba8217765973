"""合计 and 小计 rows: cut off from the data, and compared with the sums of the rows that they speak for."""

from collections.abc import Sequence
from decimal import Decimal

from minsheng.domain.table import CellType, Column
from minsheng.intake.cells import CellFaultError, Raw, parse_number, show
from minsheng.intake.table_body import Total, names_total
from minsheng.intake.table_reading import ParsedRow, ParsedTable, Reading
from minsheng.intake.units import yuan_scale

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
                _check(reading, total, rows, column)


def _lacks_result(reading: Reading, total: Total, column: Column) -> bool:
    """Whether a total is a formula that no program has calculated yet: nobody's fault, and it counts for nothing."""
    at = reading.where(total.row, column.id)
    return at in reading.sheet.unreadable and at not in reading.sheet.errors


def _note_unread(reading: Reading, total: Total, columns: Sequence[Column]) -> None:
    reading.findings.add(
        "READ-TOTAL-UNREAD",
        f"{'小计' if total.partial else '合计'}行有{len(columns)}个公式没有保存结果，没有核对（未检）",
        allowed="各行以明细为准，合计只用来核对",
        action="不影响审核；要核对合计，请用 Excel 或 WPS 打开、保存后再报",
        sheet=reading.sheet.name,
        cell=reading.where(total.row, columns[0].id),
        project=reading.table.project,
    )


def _group(rows: Sequence[ParsedRow], partial: Sequence[int], at: int, *, below: bool) -> Sequence[ParsedRow]:
    if below:
        end = next((row for row in partial if row > at), None)
        return [row for row in rows if row.row > at and (end is None or row.row < end)]
    start = max((row for row in partial if row < at), default=-1)
    return [row for row in rows if start < row.row < at]


def _check(reading: Reading, total: Total, rows: Sequence[ParsedRow], column: Column) -> None:
    parts = [parsed.cells[column.id].value for parsed in rows]
    numbers = [part for part in parts if isinstance(part, Decimal)]
    if len(numbers) < len(parts):
        return
    raw, at = reading.raw(total.row, column.id), reading.where(total.row, column.id)
    total_of_parts = sum(numbers, Decimal(0)) / yuan_scale(column.id, column.unit)
    said = _what_is_wrong(reading, at, raw, column, total_of_parts)
    if not said:
        return
    expected = show(total_of_parts)
    word, whose = ("小计行", "本组各行") if total.partial else ("合计行", "各行")
    reading.findings.add(
        "READ-TOTAL",
        f"{word}“{column.label}”{said}，{whose}相加是 {expected}",
        allowed=f"{expected}（{whose}之和）",
        action="请核对各行和合计；各行以明细为准",
        sheet=reading.sheet.name,
        cell=at,
        project=(rows[0].project if total.partial else None) or reading.table.project,
        field=reading.table.field(column.id),
        value=reading.sheet.errors.get(at) or show(raw),
    )


def _what_is_wrong(reading: Reading, at: str, raw: Raw, column: Column, expected: Decimal) -> str:
    """Say how a printed total differs, or why it cannot be compared; empty where it is right or blank."""
    if at in reading.sheet.unreadable:
        return f"是{reading.sheet.errors[at]}，无法核对"
    if names_total(raw):  # a table without row names writes 合计 into its first column
        return ""
    try:
        stated = parse_number(raw, column.unit).value
    except CellFaultError as fault:
        return f"无法核对：{fault.message}"
    return f"填 {show(stated)}" if isinstance(stated, Decimal) and stated != expected else ""
