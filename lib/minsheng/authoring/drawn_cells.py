"""Cells of drawn returns that are no figures: days, words, choices, and the rows of lists."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from minsheng.authoring.target_wishes import Luck, met_on, milestones
from minsheng.domain.area import Area
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import CellType, Column, Table
from minsheng.intake.returns.return_template import tables_for
from minsheng.intake.rules.rule import Suite
from minsheng.intake.spreadsheets.new_workbook import CellValue

_IN_SET = {"expect_column_values_to_be_in_set": "value_set", "expect_cells_to_be_one_of": "among"}

_WORDS = ("示例{name}", "{name}", "示例〔2000〕1号", "示例", "1", "A1")
"""Tried one after the other where a rule asks for a certain form."""


@dataclass(frozen=True)
class DateCells:
    """The days that stand in a return: of documents that milestones ask for, and where a column must have one."""

    plan: Plan
    luck: Luck
    latest: date
    """Nothing is dated after the day that the return is of."""

    def of(self, area: Area, month: Period) -> dict[str, date]:
        """Return the days by field."""
        found = {}
        for condition in milestones(self.plan, area, month):
            day = met_on(self.luck, area, condition)
            if condition.document_date and day <= month.end:
                for field in self._fields(condition.document_date, area, month):
                    found[field] = min(day, self.latest)
        for table in tables_for(self.plan, area, month):
            if not table.open_rows:
                for column in (c for c in table.columns if c.type == CellType.DATE and c.required):
                    for field in self._fields(f"{table.id}.*.{column.id}", area, month):
                        found.setdefault(field, month.start)
        return found

    def _fields(self, pattern: str, area: Area, month: Period) -> Iterator[str]:
        name, *row, column = pattern.split(".")
        table = self.plan.table(name)
        if not table.rows:
            yield table.field(column)
        for each in table.rows_for(self.plan.projects_due(area, month)):
            if row in (["*"], [each.id]):
                yield table.field(column, each.id)


def text_cell(column: Column, suite: Suite | None, name: str) -> str:
    """Return a word that a column's rules allow."""
    allowed = _allowed(column, suite)
    if allowed:
        return allowed[0]
    patterns = [
        (rule.kwargs["regex"], rule.type.endswith("to_match_regex") and "not" not in rule.type)
        for rule in (suite.rules if suite else ())
        if "regex" in rule.kwargs and rule.kwargs.get("column") == column.id
    ]
    tried = [word.format(name=name or column.label) for word in _WORDS]
    return next((t for t in tried if all(bool(re.search(p, t)) == wanted for p, wanted in patterns)), tried[0])


def _allowed(column: Column, suite: Suite | None) -> list[str]:
    """Return the words among which a column's rules and its own choices let one choose."""
    sets: list[Sequence[str]] = [column.choices] if column.choices else []
    for rule in suite.rules if suite else ():
        named = rule.kwargs.get("columns", [rule.kwargs.get("column")])
        if rule.type in _IN_SET and column.id in named:
            sets.append(rule.kwargs[_IN_SET[rule.type]])
    return [word for word in sets[0] if all(word in each for each in sets)] if sets else []


def open_rows(table: Table, suites: Mapping[str, Suite], area: Area, month: Period) -> list[dict[str, CellValue]]:
    """Return the words of the rows that a list has: one for each sum that another table takes of it, else one."""
    suite = suites.get(table.id)
    wanted = [
        {name: among[0] for name, among in derived.where.items()}
        for each in suites.values()
        for derived in each.derive
        if derived.sum_of is not None and derived.sum_of.split(".")[0] == table.id
    ]
    rows = []
    for number, given in enumerate(wanted or [{}], start=1):
        row: dict[str, CellValue] = {}
        for column in table.columns:
            if column.type in {CellType.TEXT, CellType.CHOICE} and (column.required or column.id in given):
                row[column.id] = given.get(column.id) or text_cell(column, suite, f"{area.name}第{number}项")
        days = {column.id for column in table.columns if column.type == CellType.DATE and column.required}
        for rule in suite.rules if suite else ():
            when = rule.kwargs.get("when")
            if rule.type == "expect_cell_to_be_filled_when" and row.get(when or "") in rule.kwargs["among"]:
                days.add(rule.kwargs["column"])
        for column in (c for c in table.columns if c.id in days):
            row[column.id] = month.start if column.type == CellType.DATE else text_cell(column, suite, "")
        rows.append(row)
    return rows
