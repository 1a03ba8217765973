"""Which cells of its return an area is not asked for: those of indicators that it has no duty in.

A cell belongs to the indicators that read it, and to those that its column names (``indicators``). What no indicator
reads goes with what the plan's rules tie it to (本月数 with the 累计数 that it adds to); else a key figure is asked of
everybody, and the rest goes with its row.
"""

from collections.abc import Iterable, Iterator, Sequence

from minsheng.domain.indicator import Indicator
from minsheng.domain.plan import Plan
from minsheng.domain.table import Row, Table, TableKind
from minsheng.intake.rules.rule import Suite
from minsheng.measure.fields import condition_fields, fields_read


def unasked_fields(plan: Plan, suite: Suite, area_id: str) -> frozenset[str]:
    """Return the fields of a table that an area's return need not fill."""
    table = suite.table
    if table.kind != TableKind.FIGURES or table.open_rows or all(each.is_asked_of(area_id) for each in plan.indicators):
        return frozenset()
    readers = _readers(plan, table)
    duties = (field for project in plan.projects for duty in project.duties for field in condition_fields(duty))
    shown = (field for project in plan.projects for figure in project.key_figures for field in figure.fields)
    always, key_figures = set(_named(table, duties)), set(_named(table, shown))
    found: set[str] = set()
    for row in table.rows or (None,):
        asked = {
            column.id: field in always or any(each.is_asked_of(area_id) for each in readers[field])
            for column in table.columns
            if (field := table.field(column.id, row.id if row else None)) in readers or field in always
        }
        tied = {each.id: _tied(suite, row, each.id, asked) for each in table.columns if each.id not in asked}
        asked |= {column: said for column, said in tied.items() if said is not None}
        rest = not asked or any(asked.values())
        for column in (column.id for column in table.columns):
            field = table.field(column, row.id if row else None)
            if not asked.get(column, rest or field in key_figures):
                found.add(field)
    return frozenset(found)


def _readers(plan: Plan, table: Table) -> dict[str, list[Indicator]]:
    """Return the indicators that each field belongs to."""
    found: dict[str, list[Indicator]] = {}
    for indicator in plan.indicators:
        for field in _named(table, fields_read(indicator)):
            found.setdefault(field, []).append(indicator)
    for column in table.columns:
        for row in table.rows or (None,) if column.indicators else ():
            mine = found.setdefault(table.field(column.id, row.id if row else None), [])
            mine += [plan.indicator(each) for each in column.indicators]
    return found


def _named(table: Table, patterns: Iterable[str]) -> Iterator[str]:
    """Yield the fields of a table that patterns name; ``*`` is every row."""
    for pattern in patterns:
        table_id, *rest = pattern.removeprefix("-").split(".")
        if table_id == table.id and rest[:1] == ["*"]:
            yield from (table.field(rest[-1], row.id) for row in table.rows)
        elif table_id == table.id:
            yield pattern.removeprefix("-")


def _tied(suite: Suite, row: Row | None, column: str, asked: dict[str, bool]) -> bool | None:
    """Return whether what a column is tied to is asked for, the nearest first; ``None`` where it is tied to nothing."""
    groups: Sequence[set[str]] = [
        set(group)
        for rule in suite.rules
        if not rule.rows or (row is not None and row.id in rule.rows)
        for group in rule.ties
    ]
    near, seen = {column}, {column}
    while near:
        near = {name for group in groups if group & near for name in group} - seen
        known = [asked[name] for name in near if name in asked]
        if known:
            return any(known)
        seen |= near
    return None
