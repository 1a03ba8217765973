"""A table's columns: all there, each once, each in its own unit."""

from minsheng.intake.cells import is_blank
from minsheng.intake.findings import Where
from minsheng.intake.headers import REFERENCE_HEADER, comparable, unit_fault, unit_missing
from minsheng.intake.likeness import most_like
from minsheng.intake.table_reading import ParsedTable, Reading


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
            )
            result.complete = False


def _check_figures(reading: Reading, result: ParsedTable) -> None:
    table, header, findings, sheet = reading.table, reading.header, reading.findings, reading.sheet
    asked = {column.id for column in table.columns}
    missing = [c for c in table.columns if c.required and c.id not in header.columns]
    strangers = {at: comparable(text) for at, text in _filled_extra(reading).items()}
    for column in reading.columns:
        at = header.columns.get(column.id)
        cell = sheet.address(header.row, at) if at is not None else ""
        where: Where = {"sheet": sheet.name, "cell": cell, "project": table.project, "field": table.field(column.id)}
        if at is None:
            if column.required and column.id in asked:
                names = "、".join(dict.fromkeys((column.header, *column.aliases)))
                message, action = f"缺少列“{column.header}”", "请补上该列并填数"
                meant = most_like(comparable(column.label), strangers, only_one=len(missing) == 1)
                if meant is not None:
                    text = header.extra[meant]
                    message += f"；表头“{_on_one_line(text)}”不是规定的写法"
                    action = f"若“{_on_one_line(text)}”就是这一列，请把表头改成“{column.header}”；否则请补上该列并填数"
                    where |= {"cell": sheet.address(header.row, meant)}
                findings.add("READ-COLUMN", message, allowed=f"表头写作：{names}", action=action, **where)
                result.complete = False
            continue
        if column.id in header.twice:
            places = "、".join(sheet.address(header.row, c) for c in header.twice[column.id])
            findings.add(
                "READ-COLUMN-TWICE",
                f"有两列以上都像“{column.label}”：{places}",
                allowed="每个表头只出现一次",
                action="请删去或改名多余的列",
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
        if comparable(text) != REFERENCE_HEADER
        and any(not is_blank(sheet.at(row, at)) for row in range(header.row + 1, len(sheet.rows)))
    }


def _note_extra(reading: Reading) -> None:
    table, header, findings, sheet = reading.table, reading.header, reading.findings, reading.sheet
    complete = all(column.id in header.columns for column in table.columns if column.required)
    for at, text in _filled_extra(reading).items():
        findings.add(
            "READ-EXTRA-COLUMN",
            f"多出一列“{_on_one_line(text)}”，不读取",
            allowed="表内规定的列",
            action="不影响审核；如有用请写入工作情况" if complete else "请看缺少的列是不是这一列",
            sheet=sheet.name,
            cell=sheet.address(header.row, at),
            project=table.project,
            value=text,
        )
