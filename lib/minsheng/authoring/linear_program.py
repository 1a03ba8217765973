"""Figures under linear rules, as near to what is wished for as the rules allow: the only module that knows SciPy."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_GAP = 0.1
"""How far from the best an answer may be: wishes are guesses, rules are not."""

_NODES = 4000
"""Where the search ends: counted, not timed, so that the same rules give the same figures on a slow machine."""


@dataclass(frozen=True)
class Linear:
    """A sum of variables with coefficients, and a constant."""

    terms: Mapping[str, Decimal] = field(default_factory=dict)
    constant: Decimal = Decimal(0)

    def __add__(self, other: "Linear") -> "Linear":
        names = {**self.terms, **other.terms}
        zero = Decimal(0)
        terms = {name: self.terms.get(name, zero) + other.terms.get(name, zero) for name in names}
        return Linear(terms, self.constant + other.constant)

    def times(self, factor: Decimal) -> "Linear":
        """Return it multiplied by a number."""
        return Linear({name: each * factor for name, each in self.terms.items()}, self.constant * factor)

    def at(self, values: Mapping[str, Decimal]) -> Decimal:
        """Return what it comes to."""
        return self.constant + sum((each * values[name] for name, each in self.terms.items()), Decimal(0))


def variable(name: str) -> Linear:
    """Return one variable as an expression."""
    return Linear({name: Decimal(1)})


def constant(value: Decimal) -> Linear:
    """Return a number as an expression."""
    return Linear({}, value)


@dataclass(frozen=True)
class Bound:
    """What an expression must lie between."""

    of: Linear
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Wish:
    """What an expression should come to; ``scale`` is what counts as far away, ``weight`` how much it matters."""

    of: Linear
    value: Decimal
    scale: Decimal
    weight: float = 1.0


@dataclass(frozen=True)
class Unknown:
    """A figure that is looked for: a multiple of ``step``, not below zero."""

    name: str
    step: Decimal


def solve(unknowns: list[Unknown], bounds: list[Bound], wishes: list[Wish]) -> dict[str, Decimal] | None:
    """Return the figures that keep every bound and come nearest to the wishes; ``None`` where no figures keep all.

    What nothing ties together is looked for apart: many small searches take a tenth of one large one.
    """
    found: dict[str, Decimal] = {}
    left: list[Unknown] = []
    hard: list[Bound] = []
    open_wishes: list[Wish] = []
    known = {each.name: each for each in unknowns}
    for names in _tied([*(each.of for each in bounds), *(each.of for each in wishes)], known):
        kept = [each for each in bounds if names & each.of.terms.keys()]
        wanted = [each for each in wishes if names & each.of.terms.keys()]
        mine = [each for each in unknowns if each.name in names]
        wished = _as_wished(mine, kept, wanted)
        if wished is None:
            left, hard, open_wishes = left + mine, hard + kept, open_wishes + wanted
        else:
            found |= wished
    part = _solve(left, hard, open_wishes) if left else {}
    return None if part is None else found | part


def _as_wished(unknowns: list[Unknown], bounds: list[Bound], wishes: list[Wish]) -> dict[str, Decimal] | None:
    """Return the wishes themselves, where they are of one figure each and keep the bounds: nothing to look for."""
    if any(len(wish.of.terms) > 1 for wish in wishes):
        return None
    values = {each.name: Decimal(0) for each in unknowns}
    steps = {each.name: each.step for each in unknowns}
    for wish in sorted(wishes, key=lambda each: each.weight):
        (name, factor), *_ = wish.of.terms.items()
        if factor:
            values[name] = max(round((wish.value - wish.of.constant) / factor / steps[name]) * steps[name], Decimal(0))
    return values if all(_holds(each, values) for each in bounds) else None


def _tied(sums: Iterable[Linear], names: Iterable[str]) -> list[set[str]]:
    """Return the names in groups: what stands in one sum is in one group."""
    group = {name: {name} for name in names}
    for each in sums:
        terms = list(each.terms)
        merged = set().union(*(group[name] for name in terms))
        for name in merged:
            group[name] = merged
    return list({id(each): each for each in group.values()}.values())


def _solve(unknowns: list[Unknown], bounds: list[Bound], wishes: list[Wish]) -> dict[str, Decimal] | None:
    # Half a second to import, and no other command needs it.
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    place = {each.name: n for n, each in enumerate(unknowns)}
    steps = [float(each.step) for each in unknowns]
    entries: list[tuple[int, int, float]] = []
    lows: list[float] = []
    highs: list[float] = []

    def row(of: Linear, low: float, high: float, scale: float, apart: int | None = None, sign: float = 0) -> None:
        number = len(lows)
        entries.extend(
            (number, place[name], float(factor) * steps[place[name]] / scale)
            for name, factor in of.terms.items()
            if factor
        )
        if apart is not None:
            entries.append((number, apart, sign))
        lows.append((low - float(of.constant)) / scale)
        highs.append((high - float(of.constant)) / scale)

    for each in bounds:
        if each.of.terms:
            low = -np.inf if each.low is None else float(each.low)
            high = np.inf if each.high is None else float(each.high)
            row(each.of, low, high, _size(each.of, steps, place))
    # How far each wish is missed: no less than what it is missed by upward, and downward.
    for n, wish in enumerate(wishes, start=len(unknowns)):
        scale, value = float(wish.scale), float(wish.value)
        row(wish.of, -np.inf, value, scale, n, -1.0)
        row(wish.of, value, np.inf, scale, n, 1.0)
    columns = len(unknowns) + len(wishes)
    numbers, places, factors = zip(*entries, strict=True) if entries else ((), (), ())
    matrix = coo_array((factors, (numbers, places)), shape=(len(lows), columns)).tocsr()
    with _saying_nothing():
        found: Any = milp(
            c=[0.0] * len(unknowns) + [wish.weight for wish in wishes],
            constraints=LinearConstraint(matrix, lows, highs),
            integrality=[1] * len(unknowns) + [0] * len(wishes),
            bounds=Bounds(0, np.inf),
            options={"mip_rel_gap": _GAP, "node_limit": _NODES},
        )
    if found.x is None:
        return None
    values = {each.name: each.step * round(float(x)) for each, x in zip(unknowns, found.x, strict=False)}
    # The search counts in floats; what is kept is exact, so it is looked at once more.
    return values if all(_holds(each, values) for each in bounds) else None


def _size(of: Linear, steps: list[float], place: Mapping[str, int]) -> float:
    """Return the largest factor of a sum: divided by it, sums of money and of people are alike to the search."""
    return max((abs(float(factor)) * steps[place[name]] for name, factor in of.terms.items()), default=1.0) or 1.0


@contextmanager
def _saying_nothing() -> Iterator[None]:
    """Keep what the solver prints past Python off the terminal: it names its own source lines there."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _holds(bound: Bound, values: Mapping[str, Decimal]) -> bool:
    value = bound.of.at(values)
    return (bound.low is None or value >= bound.low) and (bound.high is None or value <= bound.high)
