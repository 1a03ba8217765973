"""Rules as data: what one file under ``params/<year>/expectations/`` may say, and how one ended on a frame."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from minsheng.domain.base import Frozen
from minsheng.domain.delivery import Severity
from minsheng.domain.table import COVER_FIELDS, COVER_SHEET, CellType, Column, Table, TableKind
from minsheng.domain.units import yuan_scale
from minsheng.intake.rules.by_cell import COMPARED, PREVIOUS, CellFinding
from minsheng.intake.rules.kinds import KINDS, beside_columns, judged_columns, named_columns, previous_columns
from minsheng.intake.rules.parameter_forms import ParameterForm, parameter_form

BUILT_IN: Mapping[str, tuple[str, ...]] = {
    "expect_column_values_to_be_in_set": ("column", "value_set"),
    "expect_column_values_to_match_regex": ("column", "regex"),
    "expect_column_values_to_not_match_regex": ("column", "regex"),
    "expect_column_value_lengths_to_be_between": ("column", "min_value", "max_value"),
    "expect_column_values_to_be_unique": ("column",),
    "expect_compound_columns_to_be_unique": ("column_list",),
}
"""Great Expectations' own row rules that may be used, with the parameters they take.

Only rules that name rows: a rule about a whole column cannot point at a cell. Blanks are left to ``blank``.
"""

COVER_TABLE = Table(
    id="cover",
    kind=TableKind.FIGURES,
    sheet=COVER_SHEET,
    title=COVER_SHEET,
    columns=tuple(
        Column(
            id=f.id,
            label=f.label,
            type=CellType.DATE if f.id in {"as_of", "filled_on"} else CellType.TEXT,
            required=f.required,
        )
        for f in COVER_FIELDS
    ),
)
"""The cover as a table of one row, so that rules can speak about it."""

CONTEXT_COLUMNS = (
    "area",
    "area_name",
    "area_order",
    "row",
    "period_start",
    "period_end",
    "received_on",
    COMPARED,
)
"""Columns that every frame has beside the table's own."""

UNNAMED_COLUMNS = ("area", "area_name", "area_order", "row", COMPARED)
"""Columns that judgements look at without naming them."""

OTHER_AREA = "@other"

OTHER_AREA_PREVIOUS = "@other_previous"

OWN_PREVIOUS = "@previous"

Bad = date | int | Decimal | bool | str | None


class Derived(Frozen):
    """A column that is computed from another table of the same return or taken from the plan.

    Exactly one of ``sum_of``, ``value_of``, ``fund_plan``, ``target`` and ``parameter`` says how.
    """

    id: str
    label: str
    sum_of: str | None = None
    """``table.column``, added up over the rows for which ``where`` holds; no row makes 0."""
    where: dict[str, tuple[str, ...]] = {}
    value_of: str | None = None
    """``table.column`` of the row with the same id."""
    fund_plan: bool = False
    """The year's amount of the source that the row is about, in yuan; the city's."""
    target: str | dict[str, str] | None = None
    """The area's target of this indicator, or row id → indicator."""
    parameter: str | dict[str, str] | None = None
    """A dated parameter on the last day of the month, or row id → parameter."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.sum_of, self.value_of, self.fund_plan or None, self.target, self.parameter]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("sum_of、value_of、fund_plan、target、parameter 须且只能写一个")
        if self.where and self.sum_of is None:
            raise ValueError("where 只与 sum_of 同用")
        return self


class Rule(Frozen):
    """One rule on one table."""

    id: str = Field(pattern=r"[A-Z]{3}-[0-9]{3}")
    type: str
    kwargs: dict[str, Any]
    rows: tuple[str, ...] = ()
    """The row ids that it is about; empty for all."""
    severity: Severity
    needs: Literal["previous_month"] | None = None
    """What must be there, else the outcome is 未检."""
    message: str = Field(min_length=1)
    """Follows the column's label: “累计保障人次”……"""
    allowed: str = Field(min_length=1)
    action: str = Field(min_length=1)
    basis: str = Field(min_length=1)
    blank: Literal["not_checked", "ignore", "fault"]
    """What a blank in a column that the rule needs means for it; never a pass unless the rule says ``ignore``."""
    note_lifts: bool = False
    """Whether an explanation (情况说明) turns a critical issue into a warning: 退床、取消 may lower a cumulative."""
    bad: Annotated[tuple[dict[str, Bad], ...], Field(min_length=1)]
    """Changes to a good row, each of which must fire the rule."""

    @field_validator("kwargs")
    @classmethod
    def _exact_numbers(cls, kwargs: dict[str, Any]) -> dict[str, Any]:
        return {k: Decimal(v) if type(v) is int else v for k, v in kwargs.items()}

    @property
    def ours(self) -> bool:
        """Whether the type is one of ours, not one of Great Expectations' own."""
        return self.type in KINDS

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that it looks at, those of last month included."""
        if self.ours:
            kind = KINDS[self.type]
            last = (*previous_columns(kind, self.kwargs), *beside_columns(kind, self.kwargs))
            return (*named_columns(kind, self.kwargs), *last)
        listed = self.kwargs.get("column_list", [])
        return tuple([self.kwargs["column"]] if "column" in self.kwargs else listed)

    def judged(self, column: str) -> tuple[str, ...]:
        """Return the columns that a fault in ``column`` speaks about."""
        return tuple(judged_columns(KINDS[self.type], self.kwargs, column)) if self.ours else self.columns

    @property
    def ties(self) -> tuple[tuple[str, ...], ...]:
        """Groups of columns that make each other up, where the rule holds."""
        if not self.ours or not KINDS[self.type].ties:
            return ()
        pairs = self.kwargs.get("pairs")
        return tuple(pairs.items()) if pairs else (tuple(named_columns(KINDS[self.type], self.kwargs)),)

    @property
    def reads_previous(self) -> bool:
        """Whether it compares with last month."""
        beside = beside_columns(KINDS[self.type], self.kwargs) if self.ours else []
        return any(column.startswith(PREVIOUS) and column not in beside for column in self.columns)


class TypeRule(Rule):
    """A rule that follows from the types of a table's columns, and stands in no file.

    Of a column that a return need not have it asks nothing where that is blank.
    """


class Suite(Frozen):
    """All rules on one table."""

    table: Table
    printed: tuple[Column, ...] = ()
    """Columns that the form does not ask for, but that some counties print: read where they are there."""
    derive: tuple[Derived, ...] = ()
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]

    def label(self, column: str) -> str:
        """Return what people call a column."""
        if column.startswith(PREVIOUS):
            return f"上月{self.label(column.removeprefix(PREVIOUS))}"
        labels: dict[str, str] = {c.id: c.label for c in (*self.table.columns, *self.printed)}
        return labels.get(column) or next((d.label for d in self.derive if d.id == column), column)

    def may_be_blank(self, rule: Rule) -> frozenset[str]:
        """Return the columns of a rule that leave it nothing to judge where they are blank."""
        optional = (column.id for column in self.table.columns if not column.required)
        return frozenset(optional).intersection(rule.columns) if isinstance(rule, TypeRule) else frozenset()

    def units(self) -> dict[str, tuple[Decimal, str]]:
        """Return, of each column that has a unit, what its figures are multiplied with once read, and the unit."""
        columns = (column for column in (*self.table.columns, *self.printed) if column.unit)
        return {column.id: (yuan_scale(column.id, column.unit), column.unit) for column in columns}


def known_columns(table: Table, printed: tuple[str, ...], derived: tuple[str, ...]) -> set[str]:
    """Return every column that a rule on ``table`` may name; figures also as they were last month."""
    previous = {PREVIOUS + c.id for c in table.columns if c.type in {CellType.INTEGER, CellType.DECIMAL}}
    return {column.id for column in table.columns} | previous | set(printed) | set(derived) | set(CONTEXT_COLUMNS)


def kwargs_faults(rule_type: str, kwargs: Mapping[str, Any], known: set[str]) -> list[tuple[str, str, str]]:
    """Return what is wrong with a rule's parameters: parameter, message, what is allowed."""
    if "mostly" in kwargs:
        return [("mostly", "不能用 mostly：每一行都要合格", "删去 mostly")]
    if rule_type in BUILT_IN:
        return _built_in_faults(rule_type, kwargs, known)
    kind = KINDS[rule_type]
    faults = [
        (name, f"{rule_type} 没有参数 {name}", "、".join(kind.parameters))
        for name in kwargs
        if name not in kind.parameters
    ]
    for name, form in kind.parameters.items():
        if name not in kwargs:
            if not form.endswith("?"):
                faults.append(("", f"{rule_type} 缺少参数 {name}", f"须写：{name}"))
            continue
        faults += [
            (name, message, allowed) for message, allowed in _form_faults(parameter_form(form), kwargs[name], known)
        ]
    return faults


def _built_in_faults(rule_type: str, kwargs: Mapping[str, Any], known: set[str]) -> list[tuple[str, str, str]]:
    allowed = BUILT_IN[rule_type]
    faults = [(n, f"{rule_type} 没有参数 {n}", "、".join(allowed)) for n in kwargs if n not in allowed]
    if not {"column", "column_list"} & set(kwargs):
        faults.append(("", f"{rule_type} 缺少 {allowed[0]}", f"须写：{allowed[0]}"))
    named = [kwargs["column"]] if "column" in kwargs else kwargs.get("column_list", [])
    named = named if isinstance(named, list) else []
    faults += [
        ("column", f"没有列“{c}”", "、".join(sorted(known))) for c in named if not isinstance(c, str) or c not in known
    ]
    return faults


def _form_faults(form: ParameterForm, value: Any, known: set[str]) -> list[tuple[str, str]]:
    """Check one parameter against the form that its type demands."""
    if fault := form.fault(value):
        return [(fault, form.allowed)]
    return [(f"没有列“{c}”", "、".join(sorted(known))) for c in form.columns(value) if c not in known]


def message_faults(text: str) -> bool:
    """Whether a message uses braces, which nothing fills in."""
    return any(field is not None for _, field, _, _ in string.Formatter().parse(text)) if "{" in text else "}" in text


@dataclass
class RuledFrame:
    """One table of all returns of a month, as rules see it: columns of equal length."""

    suite: Suite
    columns: dict[str, list[Any]] = field(default_factory=dict)

    def needed(self) -> "RuledFrame":
        """Return what the rules look at, and no more: a column that is not there is for the rule to miss."""
        named = dict.fromkeys((*UNNAMED_COLUMNS, *(column for rule in self.suite.rules for column in rule.columns)))
        return RuledFrame(self.suite, {name: self.columns[name] for name in named if name in self.columns})


@dataclass(frozen=True)
class RuleRun:
    """How one rule ended on one frame, without knowing what ran it."""

    rule: Rule
    findings: Sequence[CellFinding] = ()
    error: str = ""
    """Why the rule could not run; then nothing else is known."""

    @cached_property
    def faults(self) -> list[CellFinding]:
        """The cells in fault, from top to bottom."""
        return [finding for finding in self.findings if finding.detail is not None]

    @cached_property
    def blank_rows(self) -> frozenset[int]:
        """Rows that could not be judged because something the rule needs is blank."""
        return frozenset(finding.row for finding in self.findings if finding.detail is None)
