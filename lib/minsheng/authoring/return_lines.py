"""The rows of figures of an area's return, as what is looked for: cells by field, sums of field patterns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from minsheng.authoring.drawn_cells import open_rows
from minsheng.authoring.linear_program import Linear, constant, variable
from minsheng.domain.area import Area
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import CellType, Column, Row, Table, TableKind
from minsheng.domain.units import yuan_scale
from minsheng.intake.returns.return_template import tables_for
from minsheng.intake.rules.rule import Suite
from minsheng.intake.spreadsheets.new_workbook import CellValue

NUMBERS = frozenset({CellType.INTEGER, CellType.DECIMAL})

_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class FigureRow:
    """One row of a table of figures in an area's return: a fixed one, the only one, or one of a list."""

    table: Table
    row: Row | None
    id: str
    """Empty where the table has one row."""
    texts: Mapping[str, CellValue] = field(default_factory=dict)
    """What stands in a list's row beside its figures."""

    def field(self, column: str) -> str:
        """Return the name of a cell's figure."""
        return self.table.field(column, self.id or None)


def lines_of(plan: Plan, suites: Mapping[str, Suite], area: Area, month: Period) -> list[FigureRow]:
    """Return the rows of all tables of figures that an area's return of a month has."""
    projects, found = plan.projects_due(area, month), []
    for table in tables_for(plan, area, month):
        if table.kind != TableKind.FIGURES:
            continue
        if table.open_rows:
            texts = open_rows(table, suites, area, month)
            found += [FigureRow(table, None, str(n), each) for n, each in enumerate(texts, start=1)]
        elif table.rows:
            found += [FigureRow(table, row, row.id) for row in table.rows_for(projects)]
        else:
            found.append(FigureRow(table, None, ""))
    return found


def pattern_sum(patterns: Sequence[str], lines: Sequence[FigureRow]) -> Linear:
    """Return a sum of field patterns over the lines of a return."""
    total = constant(_ZERO)
    for pattern in patterns:
        table, *row, column = pattern.removeprefix("-").split(".")
        for line in lines:
            if line.table.id == table and (row in ([], ["*"]) or row == [line.id]):
                total += variable(line.field(column)).times(-_ONE if pattern.startswith("-") else _ONE)
    return total


def numeric(table: Table) -> list[Column]:
    """Return a table's columns of figures."""
    return [column for column in table.columns if column.type in NUMBERS]


def step_of(column: Column) -> Decimal:
    """Return what a column's figures are multiples of: whole ones, yuan, hundredths as printed."""
    if column.type == CellType.INTEGER:
        return _ONE
    scale = yuan_scale(column.id, column.unit)
    return max(scale / 100, _ONE) if column.id.endswith("_yuan") else Decimal("0.01")


def stem(column: Column) -> str:
    """Return what a column is about, without whether it is the month's or runs from January."""
    label = column.label
    for word in ("本月", "当月", "本季", "累计"):
        label = label.removeprefix(word)
    return label
