"""One sheet → the rows of its table: header found, totals and footers cut off, every cell read or its fault named."""

from collections.abc import Sequence

from minsheng.domain.table import Column, Row, Table
from minsheng.intake.findings import Findings
from minsheng.intake.grid import Sheet
from minsheng.intake.headers import find_header
from minsheng.intake.table_body import data_rows
from minsheng.intake.table_columns import check_columns
from minsheng.intake.table_reading import ParsedTable, Reading
from minsheng.intake.table_rows import take_rows
from minsheng.intake.table_totals import check_totals


def read_table(
    table: Table,
    sheet: Sheet,
    findings: Findings,
    *,
    rows: Sequence[Row],
    printed: Sequence[Column] = (),
) -> ParsedTable:
    """Read a table from its sheet.

    Parameters
    ----------
    table
        The contract.
    sheet
        The sheet.
    findings
        Where faults go.
    rows
        The fixed rows that this return must have; empty for a table without fixed rows.
    printed
        Columns that the form does not ask for, but that some counties print: read where they are there.

    Returns
    -------
    ParsedTable
        With ``complete`` false where a header, column or row is missing.
    """
    result = ParsedTable(table, sheet.name)
    header = find_header(sheet, [*table.columns, *printed], table.keys)
    if header is None:
        wanted = "、".join(column.header for column in table.columns[:4])
        findings.add(
            "READ-HEADER",
            f"工作表“{sheet.name}”里找不到“{table.title}”的表头",
            allowed=f"一行表头，写明 {wanted} 等列",
            action="请用当月空白表重新填报，不要删改表头",
            sheet=sheet.name,
            project=table.project,
        )
        result.complete = False
        return result
    result.header = header
    reading = Reading(table, [*table.columns, *printed], sheet, header, findings, sheet.spread(len(sheet.rows)))
    check_columns(reading, result)
    if table.keys and not set(table.keys) <= set(header.columns):
        return result
    body, totals = data_rows(reading)
    take_rows(reading, result, body, rows)
    check_totals(reading, result, totals)
    _note_text_numbers(reading)
    return result


def _note_text_numbers(reading: Reading) -> None:
    if reading.text_numbers:
        reading.findings.add(
            "READ-TEXT-NUMBER",
            f"有 {len(reading.text_numbers)} 个数字是文本格式，已按数字读取",
            allowed="数值格式的单元格",
            action="不影响审核；建议改为数值格式",
            sheet=reading.sheet.name,
            cell=reading.text_numbers[0],
            project=reading.table.project,
        )
