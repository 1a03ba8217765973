"""A whole workbook → a parsed return: cover, tables, narratives, evidence, explanations, and every fault of reading.

One sheet → the rows of its table: header found, totals and footers cut off, every cell read or its fault named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from minsheng.domain.addresses import place
from minsheng.domain.area import Area, Section
from minsheng.domain.delivery import Evidence, Issue, Severity
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import Column, Row, Table, TableKind
from minsheng.domain.units import normal
from minsheng.errors import FileRefusedError
from minsheng.intake.reading.columns import check_cells, check_columns, check_totals
from minsheng.intake.reading.cover import DAYS, Cover, read_cover
from minsheng.intake.reading.headers import find_header
from minsheng.intake.reading.masking import add_personal, mask_workbook
from minsheng.intake.reading.parse_findings import Findings
from minsheng.intake.reading.reading_notes import note_conversions, note_extra_sheets, note_file, note_no_duty
from minsheng.intake.reading.rows import data_rows, take_rows
from minsheng.intake.reading.sheets import check_whose, find_sheets, split_text, title_lines, twin_of
from minsheng.intake.reading.table_reading import ParsedTable, Reading
from minsheng.intake.spreadsheets.cells import show
from minsheng.intake.spreadsheets.grid import Sheet, Workbook
from minsheng.process import collector_paused


def read_table(
    table: Table,
    sheet: Sheet,
    findings: Findings,
    *,
    rows: Sequence[Row],
    printed: Sequence[Column] = (),
) -> ParsedTable:
    """Read a table from its sheet; it is not ``complete`` where header, column or row is missing.

    ``rows`` are the fixed rows that this return must have; ``printed`` columns are not asked for, but read where some
    counties print them.
    """
    result = ParsedTable(table, sheet.name)
    header = find_header(sheet, [*table.columns, *printed], table.keys)
    if header is None:
        wanted = "、".join(column.header for column in table.columns[:4])
        findings.add(
            "READ-HEADER",
            f"工作表“{sheet.name}”里找不到“{table.title}”的表头",
            allowed=f"一行表头，写明 {wanted} 等列",
            action=f"请用{'空白考评表' if table.kind == TableKind.FORM else '当月空白表'}重新填报，不要删改表头",
            sheet=sheet.name,
            project=table.project,
            judges=() if table.project else (table.id,),
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
    check_cells(reading, result)
    check_totals(reading, result, totals)
    note_conversions(reading)
    return result


@dataclass(frozen=True)
class Explanation:
    """One line of 情况说明."""

    rule: str
    cell: str
    text: str

    def covers(self, issue: Issue) -> bool:
        """Whether it speaks about this issue; without a cell it speaks about all issues of its rule."""
        if normal(self.rule).upper() != normal(issue.rule).upper():
            return False
        if not self.cell or not issue.cell:
            return not self.cell
        return normal(self.cell).replace("'", "") in {normal(issue.place), normal(issue.cell)}


@dataclass
class ParsedReturn:
    """One return as it was read; rules have not been run yet."""

    cover: Cover
    projects: tuple[str, ...]
    """The projects in which it has a duty."""
    tables: dict[str, ParsedTable] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)
    narratives: dict[str, dict[str, str]] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    titles: list[tuple[str, str]] = field(default_factory=list)
    """Place and words of each line that stands above a table."""


@collector_paused()
def parse_return(
    workbook: Workbook, plan: Plan, printed: Mapping[str, Sequence[Column]] | None = None, *, whose: str | None = None
) -> ParsedReturn:
    """Parse a workbook by the plan's tables.

    Parameters
    ----------
    workbook
        As read.
    plan
        Areas, sections, projects and tables.
    printed
        Table id → columns that the form does not ask for but some counties print.
    whose
        Id of the area that it is by a person's decision, whatever its cover says.

    Raises
    ------
    FileRefusedError
        If the cover does not tell area and month.
    """
    workbook, personal = mask_workbook(workbook)
    if workbook.format == "csv":
        workbook = split_text(workbook, plan.tables)
    cover = read_cover(workbook, plan, decided=whose)
    owner = plan.section(cover.id) if cover.is_section else plan.area(cover.id)
    projects = plan.projects_due(owner, cover.period)
    if not projects:
        raise FileRefusedError(
            f"{place(cover.sheet, cover.cells['period'].cell)} {_nothing_due(plan, owner, cover.period)}"
        )
    result = ParsedReturn(cover, projects)
    add_personal(result.findings, personal)
    _check_cover(result)
    used = {cover.sheet}
    sheets = find_sheets(workbook, plan.tables, cover.sheet)
    for table in plan.tables:
        rows = table.rows_for(projects)
        sheet = sheets.get(table.id)
        if not _asked(table, rows, result):
            if sheet is not None:
                used.add(sheet.name)
                _note_duty(result, table, sheet)
            continue
        if sheet is None:
            _missing_sheet(result, table, workbook)
            continue
        used.add(sheet.name)
        before = len(result.findings.issues)
        parsed = read_table(table, sheet, result.findings, rows=rows, printed=(printed or {}).get(table.id, ()))
        if table.kind != TableKind.FIGURES and not cover.is_section:
            _hold_nothing_back(result.findings, before, parsed, plan)
        check_whose(parsed, sheet, cover, plan, result.findings)
        result.titles += title_lines(parsed, sheet)
        result.tables[table.id] = parsed
    if not cover.is_section:
        note_no_duty(result.findings, result.tables.values(), plan, cover.id)
    note_file(result.findings, workbook, used)
    note_extra_sheets(result.findings, workbook, used, lambda extra: twin_of(extra, sheets, plan.tables, cover.period))
    _collect(result, plan)
    return result


def _hold_nothing_back(findings: Findings, before: int, parsed: ParsedTable, plan: Plan) -> None:
    """Let the faults of a list or of texts cost no figure: each is a question about its row's project."""
    known = {normal(project.name): project.id for project in plan.projects}
    projects = {
        cell.cell: row.project or known.get(normal(str(row.cells["project"].value or "")))
        for row in parsed.rows
        if row.project or "project" in row.cells
        for cell in row.cells.values()
    }
    findings.issues[before:] = [
        issue.model_copy(
            update={
                "severity": Severity.WARNING if issue.blocks else issue.severity,
                "project": issue.project or projects.get(issue.cell),
            }
        )
        for issue in findings.issues[before:]
    ]


def _nothing_due(plan: Plan, owner: Area | Section, month: Period) -> str:
    """Say why an owner has nothing to report for a month."""
    if isinstance(owner, Area) and not owner.is_there(month):
        since = owner.since.label if owner.since else ""
        return f"{owner.name}自{since}起列入方案，{month.label}没有报送任务：报告期填错的请改正后再报"
    months = [each for each in Period(str(month.year)).months if plan.projects_due(owner, each)]
    if not months:
        return f"{owner.name}不直接报送：它的数由下级地区的报表汇总，请由下级地区分别报送"
    due = "、".join(each.label for each in months)
    return f"{owner.name}{month.label}不用报送。应报月份：{due}。报告期填错的请改正后再报"


def _asked(table: Table, rows: tuple[Row, ...], result: ParsedReturn) -> bool:
    """Whether this return must hold the table: figures by its duties, a section's return only narratives."""
    if result.cover.is_section:
        return table.kind == TableKind.NARRATIVE
    if table.kind != TableKind.FIGURES:
        return True
    return table.project in result.projects if table.project else bool(rows)


def _check_cover(result: ParsedReturn) -> None:
    cover, findings = result.cover, result.findings
    for name, fault in cover.faults.items():
        findings.add(
            "READ-COVER" if name == "as_of" else "READ-EXTRA-COLUMN",
            f"{DAYS[name]}：{fault.message}",
            allowed=fault.allowed,
            action="请改正封面",
            sheet=cover.sheet,
            cell=cover.cell(name).cell,
            field=f"cover.{name}",
            value=cover.cell(name).shown,
        )
    raw = cover.cell("as_of").raw
    if cover.as_of is not None and isinstance(raw, Decimal):
        findings.add(
            "READ-SERIAL",
            f"“数据截至”是数字 {show(raw)}，按表格软件的日期序号读作 {cover.as_of}",
            allowed="日期格式的单元格，或 2017-06-30 这样的文字",
            action="不影响审核；请确认读作的日期，并把单元格设为日期格式",
            sheet=cover.sheet,
            cell=cover.cell("as_of").cell,
            value=show(raw),
        )
    if cover.as_of is None and "as_of" not in cover.faults:
        findings.add(
            "READ-COVER",
            "封面没有填“数据截至”",
            allowed="完整的年月日，例如 2017-06-25",
            action="请填写数据截至日期",
            sheet=cover.sheet,
            cell=cover.cell("as_of").cell,
            field="cover.as_of",
        )


def _holds_title(sheet: Sheet, table: Table) -> bool:
    title = normal(table.title)
    return any(title in normal(cell) for row in sheet.rows for cell in row if isinstance(cell, str))


def _missing_sheet(result: ParsedReturn, table: Table, workbook: Workbook) -> None:
    if table.kind in {TableKind.EVIDENCE, TableKind.EXPLANATION}:
        return
    if table.kind == TableKind.NARRATIVE and not result.cover.is_section:
        rule = "READ-ROW-UNKNOWN"
        message = f"缺少工作表“{table.sheet}”，工作情况为空"
    else:
        rule, message = "READ-SHEET", f"缺少工作表“{table.sheet}”（{table.title}）"
    action = "请补上该工作表"
    within = next((sheet for sheet in workbook.sheets if _holds_title(sheet, table)), None)
    if within is not None:
        message += f"：这张表和别的内容放在同一个工作表“{within.name}”里，没有读取"
        action = (
            "请每张表单独用一个工作表；最省事的是用空白表填报，空白表由市局用 "
            f"minsheng template {result.cover.period} 生成"
        )
    result.findings.add(
        rule,
        message,
        allowed=f"工作表名：{'、'.join(dict.fromkeys((table.sheet, *table.aliases)))}",
        action=action,
        sheet=table.sheet,
        project=table.project,
        judges=() if table.project else (table.id,),
    )


def _note_duty(result: ParsedReturn, table: Table, sheet: Sheet) -> None:
    if any(isinstance(cell, Decimal) for row in sheet.rows for cell in row):
        result.findings.add(
            "READ-DUTY",
            f"“{table.title}”不是本单位的任务，没有读取",
            allowed="只填本单位有任务的表",
            action="请确认是否误填",
            sheet=sheet.name,
        )


def _collect(result: ParsedReturn, plan: Plan) -> None:
    """Take narratives, evidence and explanations out of their tables."""
    for parsed in result.tables.values():
        match parsed.table.kind:
            case TableKind.NARRATIVE:
                for row in parsed.rows:
                    texts = {c: str(cell.value) for c, cell in row.cells.items() if cell.value is not None}
                    if row.project:
                        result.narratives[row.project] = texts
            case TableKind.EVIDENCE:
                result.evidence = tuple(_evidence(parsed, plan))
            case TableKind.EXPLANATION:
                result.explanations = tuple(
                    Explanation(*(str(row.cells[c].value or "") for c in ("rule", "cell", "text")))
                    for row in parsed.rows
                    if row.cells["rule"].value and row.cells["text"].value
                )
            case TableKind.FIGURES | TableKind.FORM:
                continue


def _evidence(parsed: ParsedTable, plan: Plan) -> list[Evidence]:
    known = {normal(project.name): project.id for project in plan.projects}
    rows = []
    for row in parsed.rows:
        value = {name: cell.value for name, cell in row.cells.items()}
        project = known.get(normal(value["project"] or ""))
        if project is None or not value["name"]:
            continue
        dated, pages = value["dated"], value["pages"]
        rows.append(
            Evidence(
                project=project,
                name=str(value["name"]),
                number=str(value["number"] or ""),
                dated=dated if isinstance(dated, date) else None,
                pages=int(pages) if isinstance(pages, Decimal) and pages == int(pages) else None,
                cell=row.cells["name"].cell,
            )
        )
    return rows
