"""The one writer of return workbooks (报表): blank templates for counties and sections, and filled ones.

Layout, which the reader relies on: 封面 first, label in column A and value in column B; then one sheet per table that
concerns the owner: row 1 title, row 2 unit and period, row 3 headers ``label（unit）``, data from row 4, 合计 where the
table has one, and a footer that begins with 填表人.

Where in a return a part of 工作情况 is written: what a clerk is told when the part is empty.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

import xlsxwriter

from minsheng.domain.addresses import address, place
from minsheng.domain.area import Area, Section
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import COVER_FIELDS, COVER_SHEET, Table, TableKind
from minsheng.files.zips import normalise_zip
from minsheng.intake.spreadsheets.style import Styles, display_width, finish_page
from minsheng.intake.spreadsheets.table_sheet import CellValue, Content, SheetWriter

DUE_LABEL = "报送截止"

GUIDE_LABEL = "填报说明"

_TITLE_END = "进展情况月报表"

_GUIDE = (
    "只填白底单元格，灰底单元格已锁定。数字单元格只填数字，单位见表头；没有发生填 0，不要留空。"
    "资金表的单位是万元，其余金额的单位是元。累计数 = 上月累计 + 本月数；上月累计列在旁边，供对照，不必修改。"
)


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What stands in a return.

    Money is in yuan throughout; the writer converts where a sheet shows 万元.
    """

    cover: Mapping[str, str | date] = field(default_factory=dict)
    """By cover field id; 填报单位 and 报告期 are filled in from the owner and the period."""
    figures: Mapping[str, CellValue] = field(default_factory=dict)
    """By field: ``table.row.column`` or ``table.column``."""
    narratives: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Project id → part id → text."""
    evidence: Sequence[Mapping[str, CellValue]] = ()
    explanations: Sequence[Mapping[str, CellValue]] = ()
    open_rows: Mapping[str, Sequence[Mapping[str, CellValue]]] = field(default_factory=dict)
    """Table id → rows by column id, for lists of figures."""


@dataclass(frozen=True, kw_only=True)
class Aids:
    """What a template adds for whoever fills it in: drop-downs, bounds, notes, protection come with it."""

    due: date
    previous: Mapping[str, CellValue] = field(default_factory=dict)
    """Last month's accepted figures by field, money in yuan; shown beside the cumulative columns."""


def unit_name(plan: Plan, owner: Area | Section) -> str:
    """Return what stands behind 填报单位: the bureau, or the area's name where a section reports for it too."""
    if isinstance(owner, Area) and owner.bureau not in {section.name for section in plan.sections}:
        return owner.bureau
    return owner.name


def tables_for(plan: Plan, owner: Area | Section, month: Period) -> tuple[Table, ...]:
    """Return the tables that concern ``owner`` in the order of their sheets: for a section the narrative only."""
    projects = plan.projects_due(owner, month)
    found = [
        table
        for table in plan.tables
        if (isinstance(owner, Area) or table.kind == TableKind.NARRATIVE)
        and (table.project is None or table.project in projects)
        and (not table.rows or table.rows_for(projects))
    ]
    kinds = list(TableKind)
    return tuple(
        sorted(
            found,
            key=lambda table: (
                kinds.index(table.kind),
                projects.index(table.project) if table.project else len(projects),
                table.open_rows,
            ),
        )
    )


def write_workbook(
    plan: Plan, owner: Area | Section, period: Period, filling: Filling | None = None, aids: Aids | None = None
) -> bytes:
    """Write the return of one area or section for one month.

    Parameters
    ----------
    plan
        Supplies projects and table contracts.
    owner
        The area (its duties decide the sheets) or the section (cover and narrative only).
    period
        A month.
    filling
        What stands in the cells; nothing for a blank template.
    aids
        Given, the workbook is a template: input cells are open, all else is locked, and drop-downs, number bounds,
        notes, the due date and last month's cumulative figures help filling it in.

    Returns
    -------
    bytes
        An xlsx file; equal arguments give equal bytes.

    Raises
    ------
    ValueError
        If ``filling`` holds a figure, narrative or list that this owner's workbook has no cell for: it would vanish.
    """
    filling = filling or Filling()
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_format_properties": {"font_name": "宋体", "font_size": 11},
        },
    )
    title = f"{plan.about.title}{_TITLE_END}"
    book.set_properties({"title": title, "subject": period.label, "created": datetime.combine(period.end, time.min)})
    styles = Styles(book, template=aids is not None)
    unit = unit_name(plan, owner)
    _write_cover(book, styles, title, {"unit": unit, "period": period.label, **filling.cover}, aids)

    projects = plan.projects_due(owner, period)
    names = {project.id: project.name for project in plan.projects}
    content = Content(
        unit=unit,
        period=period,
        projects=projects,
        project_names=tuple(names[project] for project in projects),
        figures=filling.figures,
        narratives=filling.narratives,
        previous=aids.previous if aids else {},
    )
    tables = tables_for(plan, owner, period)
    used: set[str] = set()
    for table in tables:
        used |= SheetWriter(book, styles, table, content, _open_rows(table, filling)).write()
    book.close()
    _refuse_homeless(filling, used, projects, tables)
    return normalise_zip(buffer.getvalue())


def _open_rows(table: Table, filling: Filling) -> Sequence[Mapping[str, CellValue]]:
    match table.kind:
        case TableKind.EVIDENCE:
            return filling.evidence
        case TableKind.EXPLANATION:
            return filling.explanations
        case _:
            return filling.open_rows.get(table.id, ())


def _refuse_homeless(filling: Filling, used: set[str], projects: tuple[str, ...], tables: tuple[Table, ...]) -> None:
    """Raise where something was given that no cell took."""
    kinds = {table.kind for table in tables}
    lists = {table.id for table in tables if table.open_rows}
    homeless = sorted({*filling.figures} - used)
    homeless += sorted({*filling.narratives} - {*projects})
    homeless += sorted({*filling.open_rows} - lists)
    if filling.evidence and TableKind.EVIDENCE not in kinds:
        homeless.append("evidence")
    if filling.explanations and TableKind.EXPLANATION not in kinds:
        homeless.append("explanations")
    if homeless:
        raise ValueError(f"the workbook has no cell for: {', '.join(homeless)}")


def _write_cover(
    book: xlsxwriter.Workbook, styles: Styles, title: str, values: Mapping[str, str | date], aids: Aids | None
) -> None:
    sheet = book.add_worksheet(COVER_SHEET)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, max(44, display_width(title) - 12))
    sheet.set_row(0, 48 if aids else 40)
    # A template breaks its long title where it reads well, not within a word.
    sheet.merge_range(0, 0, 0, 1, title.replace(_TITLE_END, f"\n{_TITLE_END}") if aids else title, styles.title)
    row = 1
    for row, cover in enumerate(COVER_FIELDS, start=1):
        sheet.set_row(row, 24)
        sheet.write_string(row, 0, cover.label, styles.key)
        fixed = cover.id in {"unit", "period"}
        value = values.get(cover.id, "")
        if isinstance(value, date) or (not value and cover.id in {"as_of", "filled_on"}):
            _write_date(sheet, row, value, styles)
        else:
            sheet.write_string(row, 1, value, styles.key_value if fixed else styles.text)
        if aids and cover.id == "as_of":
            sheet.data_validation(
                row, 1, row, 1, styles.date_bounds(aids.due.year, "数据截至", "本表数字截至哪一天，例如本月 20 日")
            )
    if aids:
        sheet.set_row(row + 1, 24)
        sheet.write_string(row + 1, 0, DUE_LABEL, styles.key)
        sheet.write_string(row + 1, 1, f"{aids.due.isoformat()}（遇节假日已提前）", styles.key_value)
        sheet.set_row(row + 2, 84)
        sheet.write_string(row + 2, 0, GUIDE_LABEL, styles.key)
        sheet.write_string(row + 2, 1, _GUIDE, styles.key_value)
    finish_page(sheet, styles, landscape=False)


def _write_date(sheet: xlsxwriter.worksheet.Worksheet, row: int, value: str | date, styles: Styles) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, 1, value, styles.date)
    else:
        sheet.write_blank(row, 1, None, styles.date)


def narrative_cell(plan: Plan, owner: Area | Section, project_id: str, part_id: str, month: Period) -> str:
    """Return the cell for one part of one project in the workbook that an owner fills in for a month.

    Returns
    -------
    str
        Sheet and address, e.g. ``工作情况!D4``; empty where the owner's workbook has no such cell.
    """
    from minsheng.intake.spreadsheets.table_sheet import FIRST_ROW

    projects = plan.projects_due(owner, month)
    for table in plan.tables:
        if table.kind == TableKind.NARRATIVE:
            rows = [row.project for row in table.rows_for(projects)]
            columns = [column.id for column in table.columns]
            if project_id in rows and part_id in columns:
                column = len(table.keys) + columns.index(part_id)
                return place(table.sheet, address(FIRST_ROW + rows.index(project_id), column))
    return ""
