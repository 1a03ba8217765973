"""All returns of a month in one frame per table, the last accepted figures of the year beside them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from minsheng.domain.delivery import GAP_RULE, Delivery, Issue, Severity
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import Table
from minsheng.intake.reading.parsing import ParsedReturn
from minsheng.intake.reading.table_reading import ParsedRow, ParsedTable
from minsheng.intake.returns.months_before import Earlier, MonthsBefore
from minsheng.intake.rules.by_cell import COMPARED, PREVIOUS, ComparedMonth
from minsheng.intake.rules.rule import CONTEXT_COLUMNS, COVER_TABLE, Derived, RuledFrame, Suite
from minsheng.intake.rules.suites import figure_columns


@dataclass(frozen=True)
class CheckedReturn:
    """A parsed return with the line of the register that it came by."""

    delivery: Delivery
    parsed: ParsedReturn
    first_received_at: datetime | None = None
    """When its first revision came."""


@dataclass
class StackedFrame(RuledFrame):
    """One table of all returns of a month: each row as it was read, by running number."""

    rows: list[ParsedRow] = field(default_factory=list)
    no_previous: list[str] = field(default_factory=list)
    """Why earlier figures are not there, for each row."""

    @cached_property
    def owners(self) -> Mapping[str, Mapping[str | None, Sequence[int]]]:
        """Area or section → project → its rows."""
        found: dict[str, dict[str | None, list[int]]] = {}
        for number, (who, row) in enumerate(zip(self.columns["area"], self.rows, strict=True)):
            found.setdefault(who, {}).setdefault(row.project, []).append(number)
        return found


@dataclass(frozen=True)
class MonthContext:
    """What the frames of a month need beside its returns."""

    plan: Plan
    period: Period
    before: MonthsBefore


def stack(suite: Suite, returns: Sequence[CheckedReturn], context: MonthContext) -> StackedFrame:
    """Stack one table of all returns that have it.

    Its columns are the table's, those printed beside it, derived ones, ``prev_`` + each figure column, and
    :data:`~minsheng.intake.rules.rule.CONTEXT_COLUMNS`.
    """
    frame = StackedFrame(suite)
    figures = figure_columns(suite)
    cumulative = {column.id for column in suite.table.columns if column.cumulative}
    names = [c.id for c in (*suite.table.columns, *suite.printed)]
    order = {area.id: n for n, area in enumerate(context.plan.areas)}
    every = [*CONTEXT_COLUMNS, *names, *(PREVIOUS + c for c in figures), *(d.id for d in suite.derive)]
    frame.columns = {name: [] for name in every}
    for checked in returns:
        parsed = _table(checked, suite.table)
        if parsed is None:
            continue
        who = checked.parsed.cover.id
        same = {
            "area": who,
            "area_name": context.plan.owner_name(who),
            "area_order": order.get(who, -1),
            "period_start": context.period.start,
            "period_end": context.period.end,
            "received_on": checked.delivery.received_at.date(),
        }
        for name, value in same.items():
            frame.columns[name] += [value] * len(parsed.rows)
        frame.columns["row"] += [row.id for row in parsed.rows]
        for name in names:
            frame.columns[name] += parsed.values(name)
        for derived in suite.derive:
            frame.columns[derived.id] += [_derive(derived, checked, row, context) for row in parsed.rows]
        compare = _comparison(context, suite.table, figures, cumulative, who)
        found = [compare(row) for row in parsed.rows]
        for column in figures:
            frame.columns[PREVIOUS + column] += [each.values.get(column) for each in found]
        frame.columns[COMPARED] += [each.months for each in found]
        frame.no_previous += [each.why_not for each in found]
        frame.rows += parsed.rows
    return frame


def _table(checked: CheckedReturn, table: Table) -> ParsedTable | None:
    if table.id != COVER_TABLE.id:
        return checked.parsed.tables.get(table.id)
    cover = checked.parsed.cover
    cells = {column.id: cover.cell(column.id) for column in table.columns}
    return ParsedTable(table, cover.sheet, [ParsedRow("", None, cover.sheet, 0, cells)])


@dataclass(frozen=True)
class _Comparison:
    """What a row is compared with, by column; why what is not there is not."""

    values: Mapping[str, Decimal] = field(default_factory=dict)
    months: Mapping[str, ComparedMonth] = field(default_factory=dict)
    why_not: str = ""


def _comparison(
    context: MonthContext, table: Table, figures: Sequence[str], cumulative: set[str], who: str
) -> Callable[[ParsedRow], _Comparison]:
    """Return what finds last month's figures of a row, or those of the last month that has some."""
    before = context.before
    zeros, at_start = dict.fromkeys(cumulative, Decimal(0)), dict.fromkeys(cumulative, ComparedMonth("年初"))
    if before.is_first:
        # Cumulative figures start from 0; a month's own figures have nothing to be compared with.
        january = _Comparison(zeros, at_start, "一月没有上月可比")
        return lambda _: january
    if table.open_rows or not figures:
        never = _Comparison(why_not="该表逐月不对应")
        return lambda _: never
    last = context.period.previous_month

    def previous(row: ParsedRow) -> _Comparison:
        project = row.project or table.project
        fields = {column: table.field(column, row.id or None) for column in figures}
        found = before.find(who, project, fields.values())
        if not before.due(who, project):
            return _Comparison(zeros, at_start, found.why_not)
        values = {c: found.figures[f] for c, f in fields.items() if f in found.figures}
        months = {column: compared_with(earlier, last) for column, earlier in values.items()}
        return _Comparison({c: earlier.value for c, earlier in values.items()}, months, found.why_not)

    return previous


def compared_with(earlier: Earlier, last: Period | None) -> ComparedMonth:
    """Return how the month of an earlier figure is called beside one whose month before is ``last``."""
    name = f"{earlier.month.month}月"
    missed = "、".join(f"{month.month}月" for month in earlier.missed)
    return ComparedMonth(f"上月（{name}）" if earlier.month == last else name, len(earlier.missed), missed)


def _derive(derived: Derived, checked: CheckedReturn, row: ParsedRow, context: MonthContext) -> Any:
    plan = context.plan
    if derived.sum_of is not None:
        return _sum(derived, checked.parsed)
    if derived.value_of is not None:
        table_id, _, column = derived.value_of.partition(".")
        table = checked.parsed.tables.get(table_id)
        match = next((r for r in table.rows if r.id == row.id), None) if table else None
        return match.cells[column].value if match else None
    if derived.fund_plan:
        # Of a source that several rows report, the whole amount bounds each of them.
        sources = {each: part.amount_yuan for line in plan.funds for part in line.parts for each in part.reported_in}
        return sources.get(row.id)
    if derived.target is not None:
        indicator = derived.target.get(row.id) if isinstance(derived.target, dict) else derived.target
        target = plan.indicator(indicator).targets.get(checked.parsed.cover.id) if indicator else None
        return target.value if target else None
    parameter = derived.parameter.get(row.id) if isinstance(derived.parameter, dict) else derived.parameter
    return plan.parameter(parameter).on(context.period.end) if parameter else None


def _sum(derived: Derived, parsed: ParsedReturn) -> Decimal | None:
    table_id, _, column = (derived.sum_of or "").partition(".")
    table = parsed.tables.get(table_id)
    if table is None or not table.complete:
        return None
    figures = table.values(column)
    wanted = [True] * len(figures)
    for name, among in derived.where.items():
        texts = table.values(name)
        if None in texts:
            return None
        wanted = [so_far and text in among for so_far, text in zip(wanted, texts, strict=True)]
    numbers = [figure for figure, so in zip(figures, wanted, strict=True) if so]
    exact = [number for number in numbers if isinstance(number, Decimal)]
    return sum(exact, Decimal(0)) if len(exact) == len(numbers) else None


def gap_notes(frames: Sequence[StackedFrame], owner: str) -> Iterator[Issue]:
    """Yield a note per project and month that stands in for last month, naming the figures where not all are meant."""
    found: dict[tuple[str | None, ComparedMonth], dict[str, None]] = {}
    counted: dict[str | None, set[str]] = {}
    sheets: dict[str | None, str] = {}
    for frame in frames:
        for project, rows in frame.owners.get(owner, {}).items():
            for row in rows:
                about = project or frame.suite.table.project
                sheets.setdefault(about, frame.rows[row].sheet)
                for column, then in frame.columns[COMPARED][row].items():
                    label = f"{frame.rows[row].sheet}“{frame.suite.label(column)}”"
                    counted.setdefault(about, set()).add(label)
                    if then.gap:
                        found.setdefault((about, then), {})[label] = None
    for (about, then), labels in found.items():
        named = f"的{'、'.join(labels)}" if len(labels) < len(counted[about]) else ""
        yield Issue(
            rule=GAP_RULE,
            severity=Severity.INFO,
            project=about,
            sheet=sheets[about],
            cell="",
            message=f"{then.missed}{named}没有采用的数，凡与上月比较的改与{then.name}比较，累计数不得小于{then.name}累计加本月数",
            allowed="逐月报送",
            action=f"补报{then.missed}的报表（或改正后重报）并采用后，本月报表会重新审核",
            basis="累计数自一月起逐月相加",
        )
