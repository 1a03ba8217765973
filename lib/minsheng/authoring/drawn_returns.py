"""Returns of a year drawn from a plan: legal by its rules of data, and near what its targets ask.

Each area's month is one set of linear bounds over the cells of its tables: rules, the months before, milestones; what
targets ask is wished for. Products of two unknown figures (人数 × 标准) are drawn in two rounds: without them first,
then with all factors but one fixed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from minsheng.authoring.drawn_cells import DateCells, text_cell
from minsheng.authoring.linear_program import Bound, Linear, Unknown, Wish, constant, solve, variable
from minsheng.authoring.return_lines import NUMBERS, FigureRow, lines_of, numeric, pattern_sum, stem, step_of
from minsheng.authoring.rule_bounds import PRODUCTS, bounds_of
from minsheng.authoring.target_wishes import Expected, Luck, expected, met_on, milestones, money, usual
from minsheng.domain.area import Area, Section
from minsheng.domain.indicator import Comparison
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import CellType, TableKind
from minsheng.intake.returns.return_template import Filling, tables_for
from minsheng.intake.rules.by_cell import PREVIOUS
from minsheng.intake.rules.rule import Derived, Rule, Suite
from minsheng.intake.spreadsheets.new_workbook import CellValue
from minsheng.measure.fields import without_duty
from minsheng.plan.calendar import due_date

DATA_LABEL = "示例数据"
"""Stands on every cover and page: nobody reported this."""

_ZERO, _ONE = Decimal(0), Decimal(1)

_TARGETS, _MONEY, _PAIRS = 60.0, 5.0, 5.0
"""How much wishes matter beside the usual size of a figure."""

_DIFFERS_FROM_LAST = "expect_figures_to_differ_from_last_month"

_DIFFERING = frozenset({_DIFFERS_FROM_LAST, "expect_figures_to_differ_between_areas"})

_OFTEN = Decimal(1000)
"""What a denominator usually comes to, in the order of magnitude."""

_AS_OF_DAY = 20


class DrawnYear:
    """The returns of a plan's year, month by month.

    Parameters
    ----------
    plan
        The year's plan.
    suites
        Its rules of data, by table.
    seed
        Another seed draws other figures; the same one the same.
    """

    def __init__(self, plan: Plan, suites: Mapping[str, Suite], seed: int = 0) -> None:
        self._plan = plan
        self._suites = suites
        self._luck = Luck(seed)
        self._figures: dict[tuple[str, Period], dict[str, Decimal]] = {}

    def filling(self, owner: Area | Section, month: Period) -> Filling:
        """Return what an owner's workbook of a month holds; the months before must have been drawn, in order."""
        received = self.received_on(owner, month)
        as_of = min(date(month.year, month.last_month, _AS_OF_DAY), received)
        cover: dict[str, str | date] = {
            "as_of": as_of,
            "filled_on": max(as_of, received),
            "contact": "示例填报人",
            "data_label": DATA_LABEL,
        }
        words = self._narratives(owner, month)
        if isinstance(owner, Section):
            return Filling(cover=cover, narratives=words)
        lines = lines_of(self._plan, self._suites, owner, month)
        fields = {line.field(c.id) for line in lines if not line.table.open_rows for c in line.table.columns}
        figures = self.figures(owner, month)
        cells: dict[str, CellValue] = {**figures, **DateCells(self._plan, self._luck, as_of).of(owner, month)}
        cells = {name: cells[name] for name in cells if name in fields} | self._texts(lines)
        lists: dict[str, list[Mapping[str, CellValue]]] = {}
        for line in lines:
            if line.table.open_rows:
                numbers = {c.id: figures[line.field(c.id)] for c in numeric(line.table)}
                if any(numbers.values()) or not numbers:
                    row = lists.setdefault(line.table.id, [])
                    row.append({**line.texts, **numbers})
        return Filling(
            cover=cover, narratives=words, figures=cells, open_rows=lists, evidence=self._evidence(owner, month)
        )

    def received_on(self, owner: Area | Section, month: Period) -> date:
        """Return the day on which a return came: the day it was due."""
        deadline = self._plan.reporting.sections if isinstance(owner, Section) else self._plan.reporting.counties
        return due_date(self._plan, deadline, month)

    def figures(self, area: Area, month: Period) -> dict[str, Decimal]:
        """Return the figures of an area's return by field, money in yuan."""
        if (area.id, month) not in self._figures:
            self._figures[area.id, month] = self._drawn(area, month)
        return self._figures[area.id, month]

    def _drawn(self, area: Area, month: Period) -> dict[str, Decimal]:
        lines = lines_of(self._plan, self._suites, area, month)
        unknowns = [Unknown(line.field(c.id), step_of(c)) for line in lines for c in numeric(line.table)]
        wishes = [*self._usual(area, month, lines), *self._asked(area, month, lines), *self._months(lines, area, month)]
        milestone = self._milestones(area, month, lines)
        for bounds, severe in ((milestone, False), ((), False), ((), True)):
            found = self._solve(unknowns, wishes, [*bounds], lines, area, month, severe=severe)
            if found is not None:
                return found
        # Rules that no figures keep: what intake says of these is what the author has to know.
        return solve(unknowns, [], wishes) or dict.fromkeys((each.name for each in unknowns), _ZERO)

    def _solve(
        self,
        unknowns: list[Unknown],
        wishes: list[Wish],
        bounds: list[Bound],
        lines: Sequence[FigureRow],
        area: Area,
        month: Period,
        *,
        severe: bool,
    ) -> dict[str, Decimal] | None:
        rules = [(line, rule) for line in lines for rule in self._rules(line, severe=severe)]
        products = [(line, rule) for line, rule in rules if rule.type in PRODUCTS]

        def ask(fixed: Mapping[str, Decimal]) -> list[Bound]:
            found = [
                bound for line, rule in rules for bound in bounds_of(rule, self._value(line, lines, area, month), fixed)
            ]
            return [*bounds, *found, *(Bound(variable(name), value, value) for name, value in fixed.items())]

        fixed: dict[str, Decimal] = {}
        found = solve(unknowns, ask(fixed), wishes)
        if found is not None and products:
            fixed = self._fixed(products, lines, area, month, found)
            found = solve(unknowns, ask(fixed), wishes)
        if found is None:
            return None
        alike = [bound for line, rule in rules for bound in self._apart(line, rule, found, area, month)]
        return (solve(unknowns, [*ask(fixed), *alike], wishes) if alike else None) or found

    def _apart(
        self, line: FigureRow, rule: Rule, found: Mapping[str, Decimal], area: Area, month: Period
    ) -> Iterator[Bound]:
        """Yield what sets a row apart that came out like last month's or another area's: small numbers do."""
        if rule.type not in _DIFFERING:
            return
        columns = rule.kwargs["columns"]
        mine = [found[line.field(column)] for column in columns]
        if rule.type == _DIFFERS_FROM_LAST:
            others = [[self.previous(line, column, area, month) for column in columns]]
        else:
            drawn = [each for (who, of), each in self._figures.items() if of == month and who != area.id]
            others = [[each.get(line.field(column)) for column in columns] for each in drawn]
        if mine in others and any(mine):
            largest = max(columns, key=lambda column: found[line.field(column)])
            yield Bound(variable(line.field(largest)), found[line.field(largest)] + 1)

    def _fixed(
        self,
        products: Sequence[tuple[FigureRow, Rule]],
        lines: Sequence[FigureRow],
        area: Area,
        month: Period,
        first: Mapping[str, Decimal],
    ) -> dict[str, Decimal]:
        """Return the factors that are taken as first drawn: of each product all but the largest."""
        fixed: dict[str, Decimal] = {}
        for line, rule in products:
            value = self._value(line, lines, area, month)
            factors = [each for name in rule.kwargs["factors"] if (each := value(name)) is not None and each.terms]
            for factor in sorted(factors, key=lambda each: each.at(first))[:-1]:
                fixed |= {name: first[name] for name in factor.terms}
        return fixed

    def _rules(self, line: FigureRow, *, severe: bool) -> Iterator[Rule]:
        suite = self._suites.get(line.table.id)
        for rule in suite.rules if suite else ():
            if (not rule.rows or line.id in rule.rows) and (not severe or rule.severity == "critical"):
                yield rule

    def suite(self, table: str) -> Suite | None:
        """Return the rules of a table; ``None`` where it has none."""
        return self._suites.get(table)

    def _value(self, line: FigureRow, lines: Sequence[FigureRow], area: Area, month: Period) -> "_Values":
        return _Values(self, line, lines, area, month)

    def derived(
        self, derived: Derived, line: FigureRow, lines: Sequence[FigureRow], area: Area, month: Period
    ) -> Linear | None:
        """Return a derived column of a row, as intake derives it."""
        plan = self._plan
        if derived.sum_of is not None:
            table, _, column = derived.sum_of.partition(".")
            rows = [
                each
                for each in lines
                if each.table.id == table
                and all(each.texts.get(name) in among for name, among in derived.where.items())
            ]
            return sum((variable(each.field(column)) for each in rows), constant(_ZERO))
        if derived.value_of is not None:
            table, _, column = derived.value_of.partition(".")
            same = next((each for each in lines if each.table.id == table and each.id == line.id), None)
            return variable(same.field(column)) if same and column in {c.id for c in numeric(same.table)} else None
        if derived.fund_plan:
            parts = (part for each in plan.funds for part in each.parts if line.id in part.reported_in)
            amount = next((part.amount_yuan for part in parts), None)
            return None if amount is None else constant(amount)
        name = derived.target if derived.target is not None else derived.parameter
        named = name.get(line.id) if isinstance(name, dict) else name
        if named is None:
            return None
        if derived.target is not None:
            target = plan.indicator(named).targets.get(area.id)
            return constant(target.value) if target and target.value is not None else None
        return self._parameter(named, month)

    def previous(self, line: FigureRow, column: str, area: Area, month: Period) -> Decimal | None:
        """Return last month's figure of a cell, as intake finds it: cumulative figures begin from nothing."""
        project = line.table.project or (line.row.project if line.row else None)
        due = [
            each
            for each in month.year_to_date[:-1]
            if area.is_there(each) and (project is None or self._plan.is_due(project, each))
        ]
        kind = next((each for each in line.table.columns if each.id == column), None)
        if not due:
            return _ZERO if kind is not None and kind.cumulative else None
        return None if line.table.open_rows else self._figures.get((area.id, due[-1]), {}).get(line.field(column))

    def _usual(self, area: Area, month: Period, lines: Sequence[FigureRow]) -> Iterator[Wish]:
        parts = {row: part for line in self._plan.funds for part in line.parts for row in part.reported_in}
        duties = without_duty(self._plan, area.id)
        for line in lines:
            sharing = len(self._plan.areas_with(line.row.project, month)) if line.row and line.row.project else 1
            for column in numeric(line.table):
                weight, value = 1.0, usual(self._luck, area, line.table.id, column)
                named = [
                    duties[each] for each in (line.field(column.id), line.table.field(column.id, "*")) if each in duties
                ]
                if named and all(named):
                    weight, value = _TARGETS, _ZERO
                elif line.id in parts:
                    # Several rows of one source share its amount, as areas do.
                    among = max(sharing, 1) * len(parts[line.id].reported_in)
                    arrived = money(self._luck, parts[line.id], column.id, among, area, month)
                    weight, value = (_MONEY, arrived) if arrived is not None else (weight, value)
                elif column.cumulative:
                    before = self.previous(line, column.id, area, month) or _ZERO
                    value = before + value * self._luck.around(line.field(column.id), area.id, month)
                else:
                    value *= Decimal(self._luck.between(970, 1030, line.field(column.id), area.id, month)) / 1000
                yield Wish(variable(line.field(column.id)), value, max(value, _ONE), weight)

    def _asked(self, area: Area, month: Period, lines: Sequence[FigureRow]) -> Iterator[Wish]:
        for each in expected(self._plan, self._luck, area, month):
            above, below = pattern_sum(each.numerator, lines), pattern_sum(each.denominator, lines)
            if above.terms and not each.denominator:
                yield Wish(above, each.value, max(abs(each.value), _ONE), _TARGETS)
            elif above.terms and below.terms and each.scale:
                yield self._ratio(above, below, each)

    def _ratio(self, above: Linear, below: Linear, each: Expected) -> Wish:
        # A ratio of two unknowns: numerator - denominator × what it should be, which is nothing where they fit.
        wanted = each.value / each.scale
        return Wish(above + below.times(-wanted), _ZERO, max(_OFTEN * wanted, _ONE), _TARGETS)

    def _months(self, lines: Sequence[FigureRow], area: Area, month: Period) -> Iterator[Wish]:
        """Wish that cumulative figures grow by the month's, where their names say so and no rule does."""
        for line in lines:
            months = {stem(c): c for c in numeric(line.table) if not c.cumulative and stem(c) != c.label}
            for column in (c for c in numeric(line.table) if c.cumulative and stem(c) in months):
                before = self.previous(line, column.id, area, month)
                if before is not None:
                    grown = variable(line.field(column.id)) + variable(line.field(months[stem(column)].id)).times(-_ONE)
                    yield Wish(grown, before, Decimal(10), _PAIRS)

    def _milestones(self, area: Area, month: Period, lines: Sequence[FigureRow]) -> list[Bound]:
        return [
            bound
            for condition in milestones(self._plan, area, month)
            if met_on(self._luck, area, condition) <= month.end
            for test in condition.tests
            for bound in self._met(test, month, lines)
        ]

    def _met(self, test: Comparison, month: Period, lines: Sequence[FigureRow]) -> Iterator[Bound]:
        left = pattern_sum(test.left, lines).times(test.factor)
        right = pattern_sum(test.right, lines)
        if test.parameter is not None:
            value = self._parameter(test.parameter, month)
            if value is None:
                return
            right = value
        if left.terms:
            yield Bound(left + right.times(-_ONE), _ZERO, None if test.op == ">=" else _ZERO)

    def _parameter(self, name: str, month: Period) -> Linear | None:
        """Return a parameter at a month's end; ``None`` before its first value."""
        parameter = self._plan.parameter(name)
        return constant(parameter.on(month.end)) if min(parameter.values) <= month.end else None

    def _narratives(self, owner: Area | Section, month: Period) -> dict[str, dict[str, str]]:
        projects = self._plan.projects_due(owner, month)
        return {
            project: {
                column.id: f"{DATA_LABEL}：{self._plan.project(project).short_name}的{column.label}，待正式填报。"
                for column in table.columns
            }
            for table in tables_for(self._plan, owner, month)
            if table.kind == TableKind.NARRATIVE
            for project in projects
            if any(row.project == project for row in table.rows_for(projects))
        }

    def _evidence(self, area: Area, month: Period) -> list[Mapping[str, CellValue]]:
        names = [self._plan.project(each).name for each in self._plan.projects_due(area, month)]
        return [
            {
                column.id: name if name in column.choices else text_cell(column, None, area.name)
                for column in table.columns
                if column.required and column.type in {CellType.TEXT, CellType.CHOICE}
            }
            for table in tables_for(self._plan, area, month)
            if table.kind == TableKind.EVIDENCE and not any(c.required and c.type in NUMBERS for c in table.columns)
            for name in names
        ]

    def _texts(self, lines: Sequence[FigureRow]) -> dict[str, CellValue]:
        return {
            line.field(column.id): text_cell(column, self._suites.get(line.table.id), line.id)
            for line in lines
            if not line.table.open_rows
            for column in line.table.columns
            if column.required and column.type in {CellType.TEXT, CellType.CHOICE}
        }


@dataclass(frozen=True)
class _Values:
    """The figures of a row, for a rule: unknown ones, last month's, and those that are derived."""

    year: DrawnYear
    line: FigureRow
    lines: Sequence[FigureRow]
    area: Area
    month: Period

    def __call__(self, column: str) -> Linear | None:
        numbers = {each.id for each in numeric(self.line.table)}
        if column in numbers:
            return variable(self.line.field(column))
        if column.startswith(PREVIOUS):
            before = self.year.previous(self.line, column.removeprefix(PREVIOUS), self.area, self.month)
            return None if before is None else constant(before)
        suite = self.year.suite(self.line.table.id)
        derived = next((each for each in suite.derive if each.id == column), None) if suite else None
        return self.year.derived(derived, self.line, self.lines, self.area, self.month) if derived else None
