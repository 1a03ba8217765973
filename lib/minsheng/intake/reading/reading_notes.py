"""What is said beside the faults of a return: what was read in another way than it stands, and what was not read."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from minsheng.domain.base import plain
from minsheng.domain.plan import Plan
from minsheng.domain.table import Column
from minsheng.domain.units import is_percent_unit
from minsheng.intake.reading.parse_findings import Findings, Where
from minsheng.intake.reading.table_reading import ParsedTable, Reading
from minsheng.intake.spreadsheets.cells import Divided, Percentage, excel_number, show
from minsheng.intake.spreadsheets.grid import Sheet, Workbook
from minsheng.measure.fields import without_duty


def note_conversions(reading: Reading) -> None:
    """Say once for each kind that figures stand as text, as percentages, or days as numbers."""
    keep = "不影响审核"
    texts = dict.fromkeys(reading.text_numbers, "")
    for rule, found, how, allowed, action in (
        ("READ-TEXT-NUMBER", texts, "数字是文本格式，已按数字读取", "数值格式的单元格", f"{keep}；建议改为数值格式"),
        (
            "READ-AS-SHOWN",
            reading.percentages,
            "数字是百分比格式，按显示的数读取",
            "数值格式的单元格，或百分比格式",
            f"{keep}；请确认看到的百分数就是要报的数",
        ),
        (
            "READ-SERIAL",
            reading.serials,
            "日期是数字格式，按表格软件的日期序号读取",
            "日期格式的单元格，或 2017-06-30 这样的文字",
            f"{keep}；请确认读作的日期，并把单元格设为日期格式",
        ),
    ):
        if found:
            cell, shown = next(iter(found.items()))
            example = f"，例如 {shown}" if shown else ""
            reading.findings.add(
                rule,
                f"有 {len(found)} 个{how}{example}",
                allowed=allowed,
                action=action,
                sheet=reading.sheet.name,
                cell=cell,
                project=reading.table.project,
                value=shown.partition(" ")[0],
            )


def note_file(findings: Findings, workbook: Workbook, used: set[str]) -> None:
    """Say what the file holds that is not read, or not as everybody reads it."""
    add = findings.add
    if "macros" in workbook.notes:
        add("READ-MACRO", "文件含宏，未运行，已忽略", allowed="不含宏的 xlsx", action="不影响审核；建议另存为 xlsx")
    if "external_links" in workbook.notes:
        add(
            "READ-LINK",
            "文件链接了别的文件，未打开，已忽略",
            allowed="不含外部链接",
            action="请确认链接来的数已经保存在单元格里",
        )
    if "unscanned" in workbook.notes:
        add(
            "READ-UNSCANNED",
            "文件内部的写法不常见：错误值、隐藏的行列、百分比格式没有检查（未检）",
            allowed="xlsx",
            action="请确认没有错误值，看到的数就是要报的数；最好用 Excel 或 WPS 另存为 xlsx",
        )
    for sheet in workbook.sheets:
        if sheet.name in used and sheet.pictures:
            add(
                "READ-PICTURE",
                f"“{sheet.name}”里有图片、图形或文本框，其中的内容不读取",
                allowed="数填在单元格里",
                action="请确认要报的数都在单元格里，不是贴的图",
                sheet=sheet.name,
            )
        if sheet.name in used and (sheet.hidden or sheet.hidden_rows or sheet.hidden_columns):
            what = "工作表是隐藏的" if sheet.hidden else "有隐藏的行或列"
            add(
                "READ-HIDDEN",
                f"“{sheet.name}”{what}，照常读取",
                allowed="不隐藏",
                action="请确认其中的数是要报的数",
                sheet=sheet.name,
            )


def note_extra_sheets(
    findings: Findings, workbook: Workbook, used: set[str], twin: Callable[[Sheet], Sheet | None]
) -> None:
    """Say which sheets are not read; one that is like a sheet that was read may be the one that was meant."""
    for sheet in workbook.sheets:
        if sheet.name in used or not any(cell is not None for row in sheet.rows for cell in row):
            continue
        read = twin(sheet)
        if read is None:
            findings.add(
                "READ-EXTRA-SHEET",
                f"多出{'隐藏的' if sheet.hidden else ''}工作表“{sheet.name}”，不读取",
                allowed="规定的工作表",
                action="不影响审核",
                sheet=sheet.name,
            )
        else:
            findings.add(
                "READ-SHEET-TWICE",
                f"“{sheet.name}”和“{read.name}”像是同一张表，内容不同；读取的是“{read.name}”",
                allowed="每张表只有一个工作表",
                action=f"若“{sheet.name}”才是要报的，请只留它并改名为“{read.name}”后再报；否则请删去，或说明它是什么",
                sheet=sheet.name,
            )


def note_no_duty(findings: Findings, tables: Iterable[ParsedTable], plan: Plan, owner: str) -> None:
    """Ask about figures of indicators for which the plan gives an area no duty: they are counted nowhere."""
    names = without_duty(plan, owner)
    for parsed in tables:
        table = parsed.table
        columns = table.columns
        if table.open_rows:  # nobody names one of its rows, and there may be very many
            columns = tuple(column for column in columns if table.field(column.id, "*") in names)
        for row in parsed.rows:
            for column in columns:
                cell, field = row.cells[column.id], table.field(column.id, row.id or None)
                named = [names[each] for each in (field, table.field(column.id, "*")) if each in names]
                if not named or not all(named):
                    continue
                if isinstance(cell.value, Decimal) and cell.value:
                    findings.add(
                        "READ-DUTY",
                        f"“{column.label}”填了数，而方案没有给本单位下达“{named[0]}”任务，不计入完成数",
                        allowed="没有任务的填 0",
                        action="请确认是否误填；确有此数，请说明来由",
                        sheet=row.sheet,
                        cell=cell.cell,
                        project=row.project or table.project,
                        field=field,
                        value=cell.shown,
                    )


def note_percentage(reading: Reading, column: Column, at: str, raw: Percentage, where: Where) -> None:
    """Say how a percentage cell was read: as it is shown where the column is one of %, else as it is held."""
    if is_percent_unit(column.unit):
        reading.percentages[at] = show(raw)
        return
    reading.findings.add(
        "READ-PERCENT",
        f"“{column.label}”的单元格是百分比格式，显示为 {show(raw)}；"
        f"本列单位是“{column.unit or '无'}”，按 {plain(excel_number(Decimal(raw)))} 读取",
        allowed=f"常规或数值格式的数字（单位：{column.unit or '无'}）",
        action="请核对这个数，并把单元格改为“常规”格式；数无误请说明",
        value=show(raw),
        **where,
    )


def note_divided(reading: Reading, column: Column, raw: Divided, where: Where) -> None:
    """Say that people see a smaller number than the file holds."""
    held = plain(excel_number(Decimal(raw)))
    reading.findings.add(
        "READ-DIVIDED",
        f"“{column.label}”的单元格格式把数缩小成千分之一或更小来显示，看到的不是 {held}；按文件里的 {held} 读取",
        allowed=f"常规或数值格式的数字（单位：{column.unit or '无'}）",
        action="请把单元格改为“常规”格式，核对显示出来的数；数无误请说明",
        value=held,
        **where,
    )
