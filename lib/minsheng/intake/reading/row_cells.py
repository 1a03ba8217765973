"""The cells of a table's rows: read, or their faults named."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest

from minsheng.domain.table import Column
from minsheng.intake.reading.parse_findings import Where
from minsheng.intake.reading.reading_notes import note_divided, note_percentage
from minsheng.intake.reading.table_reading import ParsedColumn, ParsedRow, ParsedTable, Reading
from minsheng.intake.spreadsheets.cells import (
    CellFaultError,
    Divided,
    ExactValue,
    ParsedCell,
    Percentage,
    Raw,
    not_plain,
    show,
)


def parse_row(reading: Reading, row: int, row_id: str, project: str | None) -> ParsedRow:
    """Parse one row, and say what there is to say of its cells."""
    sheet = reading.sheet
    parsed = ParsedRow(row_id, project, sheet.name, row, dict(reading.absent))
    line = sheet.rows[row] if row < len(sheet.rows) else ()
    lost, cells = sheet.unreadable, parsed.cells
    addresses = sheet.addresses(row, reading.places)
    for (column, unit, parse), index, at in zip(reading.parsers, reading.places, addresses, strict=True):
        raw = line[index] if index < len(line) else None
        value = None
        if lost and at in lost:
            raw = _lost(reading, at, _where(reading, parsed, column, index))
        elif raw is not None:
            try:
                value = parse(raw)
            except CellFaultError as fault:
                reading.findings.add(
                    fault.rule,
                    f"“{column.label}”{'填的' if fault.message.startswith('“') else ''}{fault.message}",
                    allowed=fault.allowed,
                    action="请改正该单元格",
                    value=show(raw),
                    **_where(reading, parsed, column, index),
                )
            if isinstance(value, Decimal):
                if isinstance(raw, str):
                    reading.text_numbers.append(at)
                elif isinstance(raw, Percentage):
                    note_percentage(reading, column, at, raw, _where(reading, parsed, column, index))
                elif isinstance(raw, Divided):
                    note_divided(reading, column, raw, _where(reading, parsed, column, index))
            elif isinstance(value, date) and isinstance(raw, Decimal):
                reading.serials[at] = f"{show(raw)} 读作 {value}"
        cells[column.id] = ParsedCell(value, at, raw, unit)
    return parsed


def parse_rows(reading: Reading, body: Sequence[int], result: ParsedTable) -> None:
    """Parse numbered rows column by column; those with a cell of which there is more to say are parsed one by one.

    Half a million cells of a long table are then never made, unless somebody asks for them.
    """
    sheet, project = reading.sheet, reading.table.project
    columns = list(zip_longest(*(sheet.rows[row] for row in body)))
    odd = {n for n, row in enumerate(body) if row in sheet.unreadable_rows} if sheet.unreadable_rows else set()
    read: dict[str, list[ExactValue]] = {}
    addresses = sheet.addresses_down(body, reading.places)
    for (column, unit, parse), index, places in zip(reading.parsers, reading.places, addresses, strict=True):
        raws: Sequence[Raw] = columns[index] if index < len(columns) else (None,) * len(body)
        faulty = not_plain(column, raws)
        odd |= faulty
        read[column.id] = [None if raw is None or n in faulty else parse(raw) for n, raw in enumerate(raws)]
        result.columns[column.id] = ParsedColumn(read[column.id], places, unit)

    def cells(row: ParsedRow) -> dict[str, ParsedCell]:
        return parse_row(reading, row.row, row.id, project).cells  # there is nothing to say of it

    result.rows = [ParsedRow(str(n), project, sheet.name, row, None, cells) for n, row in enumerate(body, 1)]
    for n in sorted(odd):
        result.rows[n] = parse_row(reading, body[n], str(n + 1), project)
        for name, values in read.items():
            values[n] = result.rows[n].cells[name].value


def _where(reading: Reading, parsed: ParsedRow, column: Column, index: int) -> Where:
    named = parsed.id if reading.table.keys or reading.table.open_rows else None
    field = reading.table.field(column.id, named)
    return reading.where(parsed.row, index, project=parsed.project, field=field)


def _lost(reading: Reading, at: str, where: Where) -> str:
    """Name an error cell, or a formula that was saved without its value; return what people see there."""
    if at in reading.sheet.errors:
        shown = reading.sheet.errors[at]
        reading.findings.add(
            "READ-ERROR",
            f"单元格是错误值 {shown}",
            allowed="能算出结果的公式，或直接填数",
            action="请改正公式后保存再报",
            value=shown,
            **where,
        )
        return shown
    reading.findings.add(
        "READ-FORMULA",
        "公式没有保存计算结果，或保存的结果不是现在各单元格算出的，读不到数",
        allowed="保存过结果的公式，或直接填数",
        action="请用 Excel 或 WPS 打开，确认有数后保存再报",
        value="（公式）",
        **where,
    )
    return "（公式）"
