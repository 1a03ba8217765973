"""The expectation types of our own: which judgement each name of the YAML stands for, and what it must be told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minsheng.intake.rules import across_returns as across
from minsheng.intake.rules import within_return as within
from minsheng.intake.rules.by_cell import PREVIOUS, CellFinding, Frame, compared, rows_of
from minsheng.intake.rules.parameter_forms import parameter_form


@dataclass(frozen=True)
class ExpectationKind:
    """One expectation type of ours: its judgement and what its ``kwargs`` must be.

    ``parameters`` maps a name to one of :data:`~minsheng.intake.rules.parameter_forms.FORMS`; a trailing ``?`` makes it
    optional.
    """

    judge: Callable[..., list[CellFinding]]
    parameters: Mapping[str, str]
    previous: tuple[str, ...] = ()
    """The parameters whose columns are compared with last month's."""
    beside: tuple[str, ...] = ()
    """The parameters whose columns are looked at as they were last month, where they are there."""
    apart: bool = False
    """Whether its ``columns`` are judged one by one, so that a fault in one says nothing about the others."""
    ties: bool = False
    """Whether it holds where its columns make each other up: what agrees with a wrong figure is no better."""


KINDS: dict[str, ExpectationKind] = {
    "expect_cells_to_be_filled": ExpectationKind(within.filled, {"columns": "columns"}, apart=True),
    "expect_cell_to_be_filled_when": ExpectationKind(
        within.filled_when, {"column": "column", "when": "column", "among": "texts"}
    ),
    "expect_cells_to_be_between": ExpectationKind(
        within.between, {"columns": "columns", "low": "number", "high": "number?"}, apart=True
    ),
    "expect_cells_to_be_whole": ExpectationKind(within.whole, {"columns": "columns"}, apart=True),
    "expect_cells_to_be_one_of": ExpectationKind(within.one_of, {"columns": "columns", "among": "texts"}, apart=True),
    "expect_cumulative_to_not_fall": ExpectationKind(across.not_fall, {"columns": "columns"}, ("columns",), apart=True),
    "expect_cumulative_to_grow_by_month": ExpectationKind(
        across.grow_by_month, {"pairs": "pairs", "tolerance": "not_negative?"}, ("pairs",), ties=True
    ),
    "expect_cumulative_to_grow_by_product": ExpectationKind(
        across.grow_by_product,
        {"column": "column", "factors": "columns", "tolerance": "not_negative?"},
        ("column",),
        ties=True,
    ),
    "expect_total_to_equal_parts": ExpectationKind(
        within.total_of_parts, {"total": "column", "parts": "signed", "tolerance": "not_negative?"}, ties=True
    ),
    "expect_cells_to_be_at_most": ExpectationKind(
        within.at_most, {"pairs": "pairs", "factor": "positive?", "tolerance": "not_negative?"}
    ),
    "expect_cells_to_agree": ExpectationKind(within.agree, {"pairs": "pairs", "tolerance": "not_negative?"}, ties=True),
    "expect_cell_to_equal_product": ExpectationKind(
        within.product,
        {"column": "column", "factors": "columns", "tolerance": "not_negative?", "share": "not_negative?"},
        ties=True,
    ),
    "expect_cell_to_be_at_most_product": ExpectationKind(
        within.at_most_product,
        {"column": "column", "factors": "columns", "tolerance": "not_negative?", "share": "not_negative?"},
    ),
    "expect_ratio_to_be_between": ExpectationKind(
        within.ratio_between,
        {
            "column": "column",
            "numerator": "signed",
            "denominator": "signed",
            "low": "number?",
            "high": "number?",
            "stated": "column?",
            "tolerance": "not_negative?",
            "scale": "positive?",
            "decimals": "count?",
            "limit": "formula?",
        },
    ),
    "expect_change_to_be_within": ExpectationKind(
        across.change_within,
        {"columns": "columns", "factor": "positive", "at_least": "not_negative?"},
        ("columns",),
        apart=True,
    ),
    "expect_rows_to_not_shift": ExpectationKind(
        across.rows_not_shifted, {"columns": "columns", "near": "positive", "far": "positive"}, ("columns",)
    ),
    "expect_figures_to_differ_between_areas": ExpectationKind(
        across.differ_between_areas, {"columns": "columns", "filled": "count"}, beside=("columns",)
    ),
    "expect_figures_to_differ_from_last_month": ExpectationKind(
        across.differ_from_last_month, {"columns": "columns", "filled": "count"}, ("columns",)
    ),
    "expect_dates_to_be_between": ExpectationKind(
        within.dates_between,
        {
            "columns": "columns",
            "earliest": "column?",
            "latest": "column?",
            "days_before": "count?",
            "days_after": "count?",
        },
        apart=True,
    ),
}
"""The expectation types of our own, by the name that YAML uses."""


def named_columns(kind: ExpectationKind, kwargs: Mapping[str, Any]) -> list[str]:
    """Return every column that a rule names, without signs, without last month's."""
    named = (parameter_form(kind.parameters[name]).columns(value) for name, value in kwargs.items())
    return list(dict.fromkeys(column for columns in named for column in columns))


def judged_columns(kind: ExpectationKind, kwargs: Mapping[str, Any], column: str) -> list[str]:
    """Return the columns that a fault in ``column`` speaks about: one of several judged apart, else all that are named.

    Examples
    --------
    >>> kind = KINDS["expect_cells_to_be_at_most"]
    >>> judged_columns(kind, {"pairs": {"disabled": "all", "aged": "all"}}, "aged")
    ['aged', 'all']
    """
    names: list[str] = []
    for name, value in kwargs.items():
        form = kind.parameters[name].rstrip("?")
        if form == "pairs" and column in value:
            names += [column, value[column]]
        elif form == "columns" and kind.apart and column in value:
            names.append(column)
        else:
            names += named_columns(kind, {name: value})
    return list(dict.fromkeys(names))


def previous_columns(kind: ExpectationKind, kwargs: Mapping[str, Any]) -> list[str]:
    """Return the columns of last month that a rule needs, with their prefix."""
    return _last_months(kind.previous, kwargs)


def beside_columns(kind: ExpectationKind, kwargs: Mapping[str, Any]) -> list[str]:
    """Return the columns of last month that a rule looks at where they are there, with their prefix."""
    return _last_months(kind.beside, kwargs)


def _last_months(names: Sequence[str], kwargs: Mapping[str, Any]) -> list[str]:
    values = [kwargs[name] for name in names if name in kwargs]
    return [PREVIOUS + column for value in values for column in ([value] if isinstance(value, str) else value)]


def _without_gaps(frame: Frame, columns: Sequence[str], found: list[CellFinding]) -> list[CellFinding]:
    """Leave unjudged what is added up from a figure of before a gap: what came and went in between is not known."""
    earlier = [column.removeprefix(PREVIOUS) for column in columns if column.startswith(PREVIOUS)]
    rows = {row for column in earlier for row in rows_of(frame) if compared(frame, column, row).gap}
    return [each for each in found if each.row not in rows] + [CellFinding(row, columns[0], None) for row in rows]


def judge_rule(
    kind: str, frame: Frame, parameters: Mapping[str, Any], *, rows: Sequence[str], blank_is_fault: bool
) -> list[CellFinding]:
    """Run one of our types over the rows that the rule is about (none named: all); findings come in their order."""
    found = KINDS[kind].judge(frame, **parameters)
    if rows:
        found = [each for each in found if frame["row"][each.row] in rows]
    if blank_is_fault:
        found = [each._replace(detail="所需的数有空白") if each.detail is None else each for each in found]
    if KINDS[kind].ties:
        found = _without_gaps(frame, named_columns(KINDS[kind], parameters), found)
    return sorted(found, key=lambda each: each.row)
