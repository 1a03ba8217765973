"""Rules of data as bounds: what each kind of rule asks of the figures of one row, where that can be said linearly.

What is beyond (two areas must differ, rows must not look shifted) is left to chance: drawn figures differ.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from minsheng.authoring.linear_program import Bound, Linear, constant
from minsheng.intake.rules.by_cell import PREVIOUS, signed
from minsheng.intake.rules.rule import Rule

LinearValue = Callable[[str], Linear | None]
"""Column of a row → its figure; ``None`` where it is blank or no number."""

_ZERO = Decimal(0)
_ONE = Decimal(1)

_WELL_WITHIN = Decimal("0.9")
"""Of what a rule lets a figure change by how much is used: its bounds are exclusive."""


def bounds_of(rule: Rule, value: LinearValue, fixed: Mapping[str, Decimal]) -> Iterator[Bound]:
    """Yield what a rule asks of one row.

    Parameters
    ----------
    rule
        A rule that is about the row.
    value
        Returns the row's figures, last month's under their prefix.
    fixed
        Unknowns whose figures are known already: a product of two that are not cannot be said.
    """
    if rule.type in PRODUCTS:
        yield from _product(rule, value, fixed)
    elif rule.type in _LINEAR:
        yield from _LINEAR[rule.type](value, rule.kwargs)


def _between(value: LinearValue, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    for figure in map(value, kwargs["columns"]):
        if figure is not None:
            yield Bound(figure, kwargs["low"], kwargs.get("high"))


def _not_fall(value: LinearValue, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    for column in kwargs["columns"]:
        yield from _at_most(value(PREVIOUS + column), value(column))


def _grow_by_month(value: LinearValue, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    for column, month in kwargs["pairs"].items():
        yield from _sum(value(column), [value(PREVIOUS + column), value(month)], kwargs.get("tolerance", _ZERO))


def _total_of_parts(value: LinearValue, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    # Exactly, whatever is tolerated: nobody rounds here.
    yield from _sum(value(kwargs["total"]), [_total(value, [part]) for part in kwargs["parts"]], _ZERO)


def _cells_at_most(value: LinearValue, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    slack, factor = constant(kwargs.get("tolerance", _ZERO)), kwargs.get("factor", _ONE)
    for column, other in kwargs["pairs"].items():
        limit = value(other)
        yield from _at_most(value(column), None if limit is None else limit.times(factor) + slack)


def _agree(value: LinearValue, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    for column, other in kwargs["pairs"].items():
        yield from _sum(value(column), [value(other)], _ZERO)


def _changes(value: LinearValue, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    for column in kwargs["columns"]:
        yield from _change(value(column), value(PREVIOUS + column), kwargs)


def _at_most(figure: Linear | None, limit: Linear | None) -> Iterator[Bound]:
    if figure is not None and limit is not None:
        yield Bound(limit + figure.times(-_ONE), _ZERO)


def _sum(total: Linear | None, parts: Sequence[Linear | None], tolerance: Decimal) -> Iterator[Bound]:
    known = [part for part in parts if part is not None]
    if total is not None and len(known) == len(parts):
        yield Bound(sum((part.times(-_ONE) for part in known), total), -tolerance, tolerance)


def _ratio(value: LinearValue, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    above, below = (_total(value, kwargs[name]) for name in ("numerator", "denominator"))
    if above is None or below is None or (kwargs.get("stated") and value(kwargs["stated"]) is None):
        return
    scale = kwargs.get("scale", _ONE)
    yield Bound(below, _ZERO)
    if kwargs.get("low") is not None:
        yield Bound(above.times(scale) + below.times(-kwargs["low"]), _ZERO)
    if kwargs.get("high") is not None:
        yield Bound(below.times(kwargs["high"]) + above.times(-scale), _ZERO)


def _total(value: LinearValue, columns: Sequence[str]) -> Linear | None:
    parts = [(sign, value(column)) for sign, column in signed(columns)]
    known = [each.times(Decimal(sign)) for sign, each in parts if each is not None]
    return sum(known, constant(_ZERO)) if len(known) == len(parts) else None


def _change(now: Linear | None, before: Linear | None, kwargs: Mapping[str, Any]) -> Iterator[Bound]:
    if now is None or before is None or before.terms or before.constant <= 0:
        return
    was, factor, free = before.constant, kwargs["factor"], kwargs.get("at_least", _ZERO) * _WELL_WITHIN
    low = min(was / factor / _WELL_WITHIN, was) if factor > 1 else was
    high = max(was * factor * _WELL_WITHIN, was)
    yield Bound(now, max(_ZERO, min(low, was - free)), max(high, was + free))


_LINEAR: Mapping[str, Callable[[LinearValue, Mapping[str, Any]], Iterator[Bound]]] = {
    "expect_cells_to_be_between": _between,
    "expect_cumulative_to_not_fall": _not_fall,
    "expect_cumulative_to_grow_by_month": _grow_by_month,
    "expect_total_to_equal_parts": _total_of_parts,
    "expect_cells_to_be_at_most": _cells_at_most,
    "expect_cells_to_agree": _agree,
    "expect_ratio_to_be_between": _ratio,
    "expect_change_to_be_within": _changes,
}

PRODUCTS = frozenset(
    {"expect_cell_to_equal_product", "expect_cell_to_be_at_most_product", "expect_cumulative_to_grow_by_product"}
)


def _product(rule: Rule, value: LinearValue, fixed: Mapping[str, Decimal]) -> Iterator[Bound]:
    kwargs = rule.kwargs
    figure, limit = value(kwargs["column"]), constant(_ONE)
    for column in kwargs["factors"]:
        factor = value(column)
        if factor is None or figure is None:
            return
        if factor.terms and set(factor.terms) <= set(fixed):
            factor = constant(factor.at(fixed))
        if factor.terms and limit.terms:
            return  # two unknowns: not before the smaller of them is fixed
        limit = limit.times(factor.constant) if not factor.terms else factor.times(limit.constant)
    if figure is None:
        return
    tolerance = kwargs.get("tolerance", _ZERO)
    match rule.type:
        case "expect_cell_to_be_at_most_product":
            yield from _at_most(figure, limit.times(1 + kwargs.get("share", _ZERO)) + constant(tolerance))
        case "expect_cell_to_equal_product":
            yield from _sum(figure, [limit], tolerance)
        case _:
            yield from _sum(figure, [value(PREVIOUS + kwargs["column"]), limit], tolerance)


def is_drawn_for(kind: str) -> bool:
    """Whether figures are drawn so that rules of a kind hold; others are left to chance, or about words and days."""
    return kind in _LINEAR or kind in PRODUCTS
