"""The rows of a table: matched by their labels, their cells read or their faults named."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from minsheng.domain.table import Column, Row, TableKind
from minsheng.intake.cells import CellFaultError, is_blank, show
from minsheng.intake.findings import Where
from minsheng.intake.headers import comparable
from minsheng.intake.likeness import most_like
from minsheng.intake.table_reading import ParsedCell, ParsedRow, ParsedTable, Reading
from minsheng.intake.units import normal

_COUNT = re.compile(r"^[0-9]{1,2}(?=\D)")
"""A number right before a row's name: 1城市低保, ①城市低保."""
_ABSENT = ParsedCell(None, "")


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
        result.rows = [_parse_row(reading, row, str(n), table.project) for n, row in enumerate(data, 1)]
        return
    if not data:
        data = [reading.header.row + 1]
    result.rows = [_parse_row(reading, data[0], "", table.project)]
    for row in data[1:]:
        reading.findings.add(
            "READ-ROW-TWICE",
            f"“{table.title}”只有一行数据，第 {row + 1 + reading.sheet.first_row} 行是多出来的",
            allowed="一行数据（合计行写明“合计”）",
            action="请删去多余的行",
            sheet=reading.sheet.name,
            cell=reading.sheet.address(row, min(reading.header.columns.values())),
            project=table.project,
        )


def _has_figures(reading: Reading, row: int) -> bool:
    line, lost = reading.sheet.rows[row], reading.sheet.unreadable
    if any(isinstance(cell, Decimal) and at in reading.named for at, cell in enumerate(line)):
        return True
    return any(
        not is_blank(reading.raw(row, name)) or (lost and reading.where(row, name) in lost)
        for name in reading.header.columns
    )


def _take_fixed_rows(reading: Reading, result: ParsedTable, body: list[int], rows: Sequence[Row]) -> None:
    table, sheet = reading.table, reading.sheet
    known = {tuple(comparable(label) for label in row.labels): row for row in table.rows}
    names = {label for labels in known for label in labels}
    wanted = {row.id: row for row in rows}
    seen: dict[str, int] = {}
    last: dict[str, str] = {}
    strangers: dict[str, str] = {}
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
        at = sheet.address(row, reading.header.columns[table.keys[-1]])
        shown = " / ".join(last[key] for key in table.keys)
        values = any(not is_blank(reading.raw(row, c.id)) for c in table.columns if c.id in reading.header.columns)
        if fixed is None or fixed.id not in wanted:
            if values:
                strangers[at] = "".join(labels)
                _note_stranger(reading, at, shown if any(last.values()) else "", _of_group(labels[0], rows))
            continue
        project = wanted[fixed.id].project or table.project
        if fixed.id in seen:
            reading.findings.add(
                "READ-ROW-TWICE",
                f"“{shown}”出现两次（第 {seen[fixed.id] + 1} 行和第 {row + 1 + sheet.first_row} 行）",
                allowed="每一行只出现一次",
                action="请合并或删去重复的行",
                sheet=sheet.name,
                cell=at,
                project=project,
                value=shown,
            )
            continue
        seen[fixed.id] = row + sheet.first_row
        result.rows.append(_parse_row(reading, row, fixed.id, project))
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


def _note_stranger(reading: Reading, at: str, shown: str, rows: Sequence[Row]) -> None:
    said = f"“{shown}”不是本单位应填的行" if shown else "这一行有数，却没有行名"
    reading.findings.add(
        "READ-ROW-UNKNOWN",
        f"{said}，没有读取",
        allowed="、".join(" / ".join(row.labels) for row in rows),
        action="如属于某一行，请改正行名；否则删去",
        sheet=reading.sheet.name,
        cell=at,
        project=reading.table.project,
        value=shown,
    )


def _note_missing(reading: Reading, missing: Row, strangers: Mapping[str, str], *, only_one: bool) -> None:
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
        cell=meant or "",
        project=missing.project or reading.table.project,
    )


def _parse_row(reading: Reading, row: int, row_id: str, project: str | None) -> ParsedRow:
    parsed = ParsedRow(row_id, project, row)
    sheet = reading.sheet
    line, number = sheet.rows[row] if row < len(sheet.rows) else (), str(row + 1 + sheet.first_row)
    lost, cells = sheet.unreadable, parsed.cells
    for column, index, letters, parse in reading.places:
        if index < 0:
            cells[column.id] = _ABSENT
            continue
        raw = line[index] if index < len(line) else None
        at = letters + number
        if at in lost:
            cells[column.id] = _lost(reading, at, _place(reading, at, column, parsed))
        elif raw is None:
            cells[column.id] = ParsedCell(None, at)
        else:
            try:
                value, was_text = parse(raw)
            except CellFaultError as fault:
                reading.findings.add(
                    fault.rule,
                    f"“{column.label}”{'填的' if fault.message.startswith('“') else ''}{fault.message}",
                    allowed=fault.allowed,
                    action="请改正该单元格",
                    value=show(raw),
                    **_place(reading, at, column, parsed),
                )
                cells[column.id] = ParsedCell(None, at, raw)
                continue
            if was_text:
                reading.text_numbers.append(at)
            cells[column.id] = ParsedCell(value, at, raw)
    return parsed


def _place(reading: Reading, at: str, column: Column, parsed: ParsedRow) -> Where:
    named = parsed.id if reading.table.keys or reading.table.open_rows else None
    return {
        "sheet": reading.sheet.name,
        "cell": at,
        "project": parsed.project,
        "field": reading.table.field(column.id, named),
    }


def _lost(reading: Reading, at: str, where: Where) -> ParsedCell:
    """Name an error cell, or a formula that was saved without its value."""
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
        return ParsedCell(None, at, shown)
    reading.findings.add(
        "READ-FORMULA",
        "公式没有保存计算结果，读不到数",
        allowed="保存过结果的公式，或直接填数",
        action="请用 Excel 或 WPS 打开，确认有数后保存再报",
        value="（公式）",
        **where,
    )
    return ParsedCell(None, at, "（公式）")
