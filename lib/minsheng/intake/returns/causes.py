"""Which cell was mistyped: the one that, written otherwise, leaves the rules of its row with nothing to say.

One slip fires several rules, and most of them point at cells that are right: a month's figure with a digit too many
makes its cumulative wrong. So each figure of a row at fault is replaced in turn by what the rules would have it be, or
by itself with the point moved, and the row is judged again. The replacement that silences most is the cause. Rules that
need other areas, and those of Great Expectations' own that look at one column, have no say: their issues keep their
cells.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from minsheng.domain.base import plain
from minsheng.domain.delivery import Cause, Issue, Severity
from minsheng.domain.table import CellType
from minsheng.intake.returns.frames import StackedFrame
from minsheng.intake.rules.by_cell import COMPARED, PREVIOUS, Columns, compared, product_of, signed, written
from minsheng.intake.rules.kinds import judge_rule
from minsheng.intake.rules.rule import Rule
from minsheng.intake.spreadsheets.cells import ABSENT

_SLIPS = tuple(Decimal(10) ** power for power in (-4, -3, -2, -1, 1, 2, 3, 4))
"""Factors by which figures are mistaken: 元 for 万元, a zero too many, the point at another place."""

_MOST_CAUSES = 4
"""In one row: beyond them it was not mistyped, but is another table."""

_Values = Mapping[str, Any]

_Faults = frozenset[tuple[str, str]]
"""Of each finding the rule, and the column whose cell it is shown at."""


@dataclass(frozen=True)
class _Repair:
    """A figure as it would be if its cell were the one mistyped."""

    column: str
    value: Decimal
    about: bool = False
    """Whether the rules leave some room around the value."""
    unique: bool = True
    """Whether no other value does as well."""


@dataclass(frozen=True)
class _RepairStep:
    """A repair, what it silences, and the repairs of other cells that would do as well."""

    repair: _Repair
    silenced: _Faults
    others: tuple[_Repair, ...] = ()


_Tried = tuple[tuple[int, int, int], _Repair, _Faults]
"""How well a repair does (critical findings left, findings left, unlikeness), the repair, and what is left."""


def find_causes(issues: Sequence[Issue], frames: Sequence[StackedFrame], who: str) -> tuple[Cause, ...]:
    """Name the cells whose mistake explains other issues of a return; an issue that none explains stands for itself."""
    blocking = {issue.field for issue in issues if issue.blocks and issue.field}
    rows = {field.rpartition(".")[0] for field in blocking}
    found: list[Cause] = []
    for frame in frames if blocking else ():
        table = frame.suite.table
        for row in (row for mine in frame.owners.get(who, {}).values() for row in mine):
            name = frame.rows[row].id or None
            if table.field("", name)[:-1] not in rows:
                continue  # cells of a long table are made when they are asked for
            if not blocking & {table.field(column, name) for column in frame.rows[row].cells}:
                continue
            for step in _Row(frame, row).steps():
                silenced = {(rule, table.field(column, name)) for rule, column in step.silenced}
                told = tuple(n for n, issue in enumerate(issues) if (issue.rule, issue.field) in silenced)
                if told:
                    found.append(_cause(frame, row, step, told))
    return tuple(found)


def _cause(frame: StackedFrame, row: int, step: _RepairStep, issues: tuple[int, ...]) -> Cause:
    cells, units = frame.rows[row].cells, Columns({}, frame.suite.units())

    def said(repair: _Repair) -> str:
        return f"{'约' if repair.about else ''}{written(units, repair.column)(repair.value)}" if repair.unique else ""

    cell = cells[step.repair.column]
    return Cause(
        sheet=frame.rows[row].sheet,
        cell=cell.cell,
        label=frame.suite.label(step.repair.column),
        value=cell.shown,
        should=said(step.repair),
        others=tuple((cells[other.column].cell, said(other)) for other in step.others if other.unique),
        issues=issues,
    )


class _Row:
    """One row of a return, judged again and again."""

    def __init__(self, frame: StackedFrame, row: int) -> None:
        self._cells = frame.rows[row].cells
        self._units = frame.suite.units()
        self._values = {name: column[row] for name, column in frame.columns.items()}
        self._rules = {rule.id: rule for rule in frame.suite.rules if rule.ours}
        whole = {c.id: c.type == CellType.INTEGER for c in (*frame.suite.table.columns, *frame.suite.printed)}
        self._whole = {
            name: whole[name]
            for name, cell in self._cells.items()
            if name in whole and cell.cell and isinstance(cell.value, Decimal)
        }

    def steps(self) -> Iterator[_RepairStep]:
        """Repair the row cell by cell, the one that silences most first, until nothing more can be said."""
        values, faults = self._values, self._faults(self._values, self._rules.values())
        for _ in range(_MOST_CAUSES):
            step, left = self._best(values, faults)
            if step is None:
                return
            yield step
            values, faults = {**values, step.repair.column: step.repair.value}, left

    def _faults(self, values: _Values, rules: Iterable[Rule]) -> _Faults:
        frame = Columns({name: [value] for name, value in values.items()}, self._units)
        return frozenset(
            (rule.id, self._shown_at(rule, finding.column))
            for rule in rules
            for finding in judge_rule(
                rule.type, frame, rule.kwargs, rows=rule.rows, blank_is_fault=rule.blank == "fault"
            )
            if finding.detail is not None
        )

    def _shown_at(self, rule: Rule, column: str) -> str:
        return next((c for c in (column, *rule.columns) if self._cells.get(c, ABSENT).cell), column)

    def _best(self, values: _Values, faults: _Faults) -> tuple[_RepairStep | None, _Faults]:
        ties = self._ties(values, faults)
        if not ties:
            return None, faults
        # The cell that rules point at comes first: it is what the county sees anyway.
        order = [*self._cells]
        ties.sort(key=lambda tie: (all(at != tie[1].column for _, at in faults - tie[2]), order.index(tie[1].column)))
        silenced = faults - ties[0][2]
        (repair, left), *others = [
            (replace(repair, unique=len({each[1].value for each in same}) == 1), left)
            for same in (list(found) for _, found in groupby(ties, key=lambda tie: tie[1].column))
            for _, repair, left in same[:1]
        ]
        # Another end of the same equation may be the mistaken one; what silences something else has its own turn.
        return _RepairStep(repair, silenced, tuple(other for other, rest in others if faults - rest == silenced)), left

    def _ties(self, values: _Values, faults: _Faults) -> list[_Tried]:
        """Return the repairs that do best, alone or, where none does for the whole row, as the first of two."""
        tried = [each for each in self._tried(values, faults) if each[0][0] <= self._critical(faults)]
        alone = min((rank for rank, _, _ in tried), default=None)
        if alone and alone[0]:
            pairs = [
                ((rank[1], rank[2] + first[0][2]), first)
                for first in tried
                for rank, second, _ in self._tried({**values, first[1].column: first[1].value}, first[2])
                if not rank[0] and second.column != first[1].column
            ]
            if pairs:
                fewest = min(rank for rank, _ in pairs)
                return [first for first in tried if any(rank == fewest and first == each for rank, each in pairs)]
        return [each for each in tried if each[0] == alone and alone[0] < self._critical(faults)]

    def _tried(self, values: _Values, faults: _Faults) -> Iterator[_Tried]:
        for repair in self._repairs(values, faults):
            reading = [rule for rule in self._rules.values() if repair.column in rule.columns]
            ids = {rule.id for rule in reading}
            left = self._faults({**values, repair.column: repair.value}, reading)
            left |= {fault for fault in faults if fault[0] not in ids}
            likeness = _likeness(values[repair.column], repair.value)
            yield (self._critical(left), len(left), likeness), repair, left

    def _critical(self, faults: _Faults) -> int:
        return sum(1 for rule, _ in faults if self._rules[rule].severity == Severity.CRITICAL)

    def _repairs(self, values: _Values, faults: _Faults) -> Iterator[_Repair]:
        failed = [self._rules[rule] for rule in sorted({rule for rule, _ in faults})]
        for column, whole in self._whole.items():
            reading = [rule for rule in failed if column in rule.columns]
            repairs = [repair for rule in reading for repair in _solutions(rule, column, values)]
            if any(rule.severity == Severity.CRITICAL for rule in reading):
                repairs += _slips(column, values[column], values.get(PREVIOUS + column))
            for repair in dict.fromkeys(repairs):
                # That nothing happened at all is no typing error.
                fits = repair.value > 0 and not (whole and repair.value != repair.value.to_integral_value())
                if fits and repair.value != values[column]:
                    yield repair


def _slips(column: str, typed: Decimal, before: object) -> list[_Repair]:
    """Return a figure with its point moved to where it is like last month's; without one, nothing speaks for it."""
    if not isinstance(before, Decimal):
        return []
    return [
        _Repair(column, typed * factor)
        for factor in _SLIPS
        if before <= typed * factor * 2 and typed * factor <= before * 2
    ]


def _solutions(rule: Rule, column: str, values: _Values) -> Iterator[_Repair]:
    """Yield what a rule that states an equation would have a figure be, the others being right."""
    about = bool(rule.kwargs.get("tolerance") or rule.kwargs.get("share"))
    for terms in _equations(rule, values):
        rest = [(factor, values.get(name)) for name, factor in terms.items() if name != column]
        if column in terms and all(isinstance(value, Decimal) for _, value in rest):
            total = sum((factor * value for factor, value in rest if isinstance(value, Decimal)), Decimal(0))
            yield _Repair(column, -total / terms[column], about)
    if rule.type in {"expect_cell_to_equal_product", "expect_cumulative_to_grow_by_product"}:
        result, factors = rule.kwargs["column"], rule.kwargs["factors"]
        grows = rule.type == "expect_cumulative_to_grow_by_product"
        start = values.get(PREVIOUS + result) if grows else Decimal(0)
        if grows and _after_a_gap(values, result):
            return
        others = product_of({name: [value] for name, value in values.items()}, [f for f in factors if f != column], 0)
        if isinstance(start, Decimal) and others is not None:
            if column == result:
                yield _Repair(column, start + others, about)
            elif column in factors and others and isinstance(values[result], Decimal):
                yield _Repair(column, (values[result] - start) / others, about)


def _after_a_gap(values: _Values, column: str) -> bool:
    """Whether months are missing between, so that a cumulative figure is no sum of what is known."""
    return compared({COMPARED: [values.get(COMPARED, {})]}, column, 0).gap > 0


def _equations(rule: Rule, values: _Values) -> Iterator[Mapping[str, int]]:
    """Yield the sums that a rule demands to be zero: column → factor."""
    match rule.type:
        case "expect_cumulative_to_grow_by_month":
            for total, month in rule.kwargs["pairs"].items():
                if not _after_a_gap(values, total):
                    yield {total: 1, PREVIOUS + total: -1, month: -1}
        case "expect_cells_to_agree":
            for one, other in rule.kwargs["pairs"].items():
                yield {one: 1, other: -1}
        case "expect_total_to_equal_parts":
            yield {rule.kwargs["total"]: 1, **{name: -sign for sign, name in signed(rule.kwargs["parts"])}}


def _likeness(typed: Decimal, meant: Decimal) -> int:
    """Return 0 where only the point moved, 1 where one digit is wrong, missing, too many or swapped, else 2."""
    one, other = (plain(abs(number)).replace(".", "").strip("0") for number in (typed, meant))
    if one == other:
        return 0
    one, other = plain(typed), plain(meant)
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    swapped = len(one) == len(other) == 2 and one == other[::-1]
    return 1 if swapped or max(len(one), len(other)) <= 1 else 2
