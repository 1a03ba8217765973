"""The one writer of return workbooks (报表): blank templates for counties and sections, and filled ones.

Layout, which the reader relies on: 封面 first, label in column A and value in column B; then one sheet per table that
concerns the owner: row 1 title, row 2 unit and period, row 3 headers ``label（unit）``, data from row 4, 合计 where the
table has one, and a footer that begins with 填表人.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from minsheng.domain.addresses import address, place
from minsheng.domain.area import Area, Section
from minsheng.domain.delivery import Severity
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import COVER_FIELDS, Row, Table, TableKind
from minsheng.intake.rules.by_cell import signed
from minsheng.intake.rules.rule import Rule, Suite
from minsheng.intake.spreadsheets.new_workbook import CellValue, CoverLine, NewWorkbook
from minsheng.intake.spreadsheets.style import display_width
from minsheng.intake.spreadsheets.table_sheet import FIRST_ROW, SheetRow, Sum, TableSheet

DUE_LABEL = "报送截止"

GUIDE_LABEL = "填报说明"

_TITLE_END = "进展情况月报表"

_FOOTER = "填表人：　　　　　　　　审核人：　　　　　　　　填表日期："

_BLANK_LIST_ROWS = 30

_GUIDE = (
    "只填白底单元格，灰底单元格已锁定。数字单元格只填数字，单位见表头；没有发生填 0，不要留空。"
    "资金表的单位是万元，其余金额的单位是元。累计数 = 上月累计 + 本月数，填好本月数即自动算出，有更正时可直接改写；"
    "上月累计列在旁边，供对照，不必修改。"
)


_NOT_ASKED = "—"
"""In cells of an indicator that the owner has no duty in; read as a blank."""

_NOT_ASKED_SAID = "灰底的“—”是本单位没有任务的指标，不填。"


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
    """The last accepted figures by field, money in yuan; shown beside the cumulative columns."""
    months: Mapping[str, str] = field(default_factory=dict)
    """Of those of another month than the last one what that is called (8月)."""
    sums: Mapping[str, Mapping[str, Sum]] = field(default_factory=dict)
    """By table (``table.row`` where a rule is about some rows) and column: what the template computes by itself."""
    unasked: frozenset[str] = frozenset()
    """The fields that the owner has no duty in: locked, and marked so."""


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
    title, unit = f"{plan.about.title}{_TITLE_END}", unit_name(plan, owner)
    book = NewWorkbook(title, period.end, subject=period.label, template=aids is not None)
    _write_cover(book, title, {"unit": unit, "period": period.label, **filling.cover}, aids)
    projects, tables = plan.projects_due(owner, period), tables_for(plan, owner, period)
    names = {plan.project(project).name for project in projects}
    for table in tables:
        TableSheet(
            book,
            table,
            _lines(table, projects, names, filling, aids),
            footer=_FOOTER,
            year=period.year,
            references=aids is not None and bool(aids.previous),
        ).write(said=f"填报单位：{unit}　　　　报告期：{period.label}")
    _refuse_homeless(filling, projects, tables)
    return book.bytes()


def _lines(
    table: Table, projects: tuple[str, ...], names: set[str], filling: Filling, aids: Aids | None
) -> list[SheetRow]:
    """Return the rows of a table; where projects are chosen, only the owner's own."""
    own = {column.id: tuple(word for word in column.choices if word in names) for column in table.columns}
    choices = {column: words for column, words in own.items() if words}
    if table.open_rows:
        lines = [SheetRow(values=row, choices=choices) for row in _open_rows(table, filling)]
        return lines + [SheetRow(choices=choices)] * (_BLANK_LIST_ROWS - len(lines) if aids else 0)
    if table.kind == TableKind.NARRATIVE:
        return [
            SheetRow(labels=row.labels, values=filling.narratives.get(row.project or row.id, {}))
            for row in table.rows_for(projects)
        ]
    unasked = dict.fromkeys(aids.unasked, _NOT_ASKED) if aids else {}
    return [
        SheetRow(
            labels=row.labels if row else (),
            values={**_row_of(table, row, unasked), **_row_of(table, row, filling.figures)},
            locked=frozenset(_row_of(table, row, unasked)),
            last=_row_of(table, row, aids.previous) if aids else {},
            months={name: str(said) for name, said in _row_of(table, row, aids.months).items()} if aids else {},
            choices=choices,
            sums=_sums(table, row, aids) if aids else {},
        )
        for row in _fixed_rows(table, projects)
    ]


def _sums(table: Table, row: Row | None, aids: Aids) -> dict[str, Sum]:
    return {**aids.sums.get(table.id, {}), **(aids.sums.get(f"{table.id}.{row.id}", {}) if row else {})}


def _fixed_rows(table: Table, projects: tuple[str, ...]) -> Sequence[Row | None]:
    """Return the rows of a table of figures; ``None`` is the one row of a table without names."""
    return table.rows_for(projects) if table.rows else (None,)


def _row_of(table: Table, row: Row | None, figures: Mapping[str, CellValue]) -> dict[str, CellValue]:
    fields = {column.id: table.field(column.id, row.id if row else None) for column in table.columns}
    return {column: figures[name] for column, name in fields.items() if name in figures}


def _open_rows(table: Table, filling: Filling) -> Sequence[Mapping[str, CellValue]]:
    match table.kind:
        case TableKind.EVIDENCE:
            return filling.evidence
        case TableKind.EXPLANATION:
            return filling.explanations
        case _:
            return filling.open_rows.get(table.id, ())


def _refuse_homeless(filling: Filling, projects: tuple[str, ...], tables: tuple[Table, ...]) -> None:
    """Raise where something was given that no cell took."""
    used = {
        table.field(column.id, row.id if row else None)
        for table in tables
        if table.kind != TableKind.NARRATIVE and not table.open_rows
        for row in _fixed_rows(table, projects)
        for column in table.columns
    }
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


def _write_cover(book: NewWorkbook, title: str, values: Mapping[str, str | date], aids: Aids | None) -> None:
    lines = []
    for cover in COVER_FIELDS:
        value: str | date | None = values.get(cover.id, "")
        bounds = None
        if aids and cover.id == "as_of":
            bounds = book.styles.date_bounds(aids.due.year, "数据截至", "本表数字截至哪一天，例如本月 20 日")
        if not value and cover.id in {"as_of", "filled_on"}:
            value = None
        lines.append(CoverLine(label=cover.label, value=value, fixed=cover.id in {"unit", "period"}, bounds=bounds))
    width = max(44, display_width(title) - 12)
    if aids:
        due = f"{aids.due.isoformat()}（遇节假日已提前）"
        lines.append(CoverLine(label=DUE_LABEL, value=due, fixed=True))
        guide = _GUIDE + (_NOT_ASKED_SAID if aids.unasked else "")
        lines.append(CoverLine(label=GUIDE_LABEL, value=guide, fixed=True, height=84))
        # A template breaks its long title where it reads well, not within a word.
        title = title.replace(_TITLE_END, f"\n{_TITLE_END}")
    book.cover(title, lines, width=width, height=48 if aids else 40)


def narrative_cell(plan: Plan, owner: Area | Section, project_id: str, part_id: str, month: Period) -> str:
    """Return the cell for one part of one project in the workbook that an owner fills in for a month.

    Returns
    -------
    str
        Sheet and address, e.g. ``工作情况!D4``; empty where the owner's workbook has no such cell.
    """
    projects = plan.projects_due(owner, month)
    for table in plan.tables:
        if table.kind == TableKind.NARRATIVE:
            rows = [row.project for row in table.rows_for(projects)]
            columns = [column.id for column in table.columns]
            if project_id in rows and part_id in columns:
                column = len(table.keys) + columns.index(part_id)
                return place(table.sheet, address(FIRST_ROW + rows.index(project_id), column))
    return ""


def template_sums(suites: Mapping[str, Suite], *, first_month: bool) -> dict[str, dict[str, Sum]]:
    """Return by table, or ``table.row``, and column the sums that a return must keep or is not accepted.

    Parameters
    ----------
    suites
        The rules of the plan, by table.
    first_month
        Whether there is no month before: cumulative figures then are the month's.
    """
    found: dict[str, dict[str, Sum]] = {}
    for suite in suites.values():
        table = suite.table
        own = {column.id for column in table.columns}
        for rule in suite.rules:
            for column, total in _sums_of_rule(rule, first_month=first_month):
                needed = {column, *(name for _, factors in total.terms for name in factors)}
                if rule.severity == Severity.CRITICAL and needed <= own and not table.open_rows:
                    for name in [f"{table.id}.{row}" for row in rule.rows] or [table.id]:
                        found.setdefault(name, {}).setdefault(column, total)
    return found


def _sums_of_rule(rule: Rule, *, first_month: bool) -> Iterator[tuple[str, Sum]]:
    last = not first_month
    match rule.type:
        case "expect_cumulative_to_grow_by_month":
            for total, month in rule.kwargs["pairs"].items():
                yield total, Sum(terms=((1, (month,)),), from_last=last)
        case "expect_cumulative_to_grow_by_product":
            yield rule.kwargs["column"], Sum(terms=((1, tuple(rule.kwargs["factors"])),), from_last=last)
        case "expect_total_to_equal_parts":
            yield rule.kwargs["total"], Sum(terms=tuple((sign, (name,)) for sign, name in signed(rule.kwargs["parts"])))
