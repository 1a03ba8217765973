"""Judgements across months and areas: against last month's figures, and against other areas of the same month.

Where last month has no accepted figure, the last month of the year that has one stands in its place, and what is said
names it. Cumulative figures of the months between are not known then: the sum is the least that there must be.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from minsheng.intake.rules.by_cell import (
    BLANK,
    PREVIOUS,
    ZERO,
    CellFinding,
    ComparedMonth,
    Frame,
    RowFinding,
    compared,
    each,
    numbers,
    product_of,
    rows_of,
    show,
    written,
)


def not_fall(frame: Frame, *, columns: Sequence[str]) -> list[CellFinding]:
    """Judge whether a figure is at least last month's."""

    def judge(column: str, row: int) -> RowFinding:
        pair = numbers(frame, (column, PREVIOUS + column), row)
        if pair is None:
            return BLANK
        (now, before), say = pair, written(frame, column)
        then = compared(frame, column, row).name
        return f"{then} {say(before)}，本月 {say(now)}，减少 {say(before - now)}" if now < before else None

    return each(frame, columns, judge)


def grow_by_month(frame: Frame, *, pairs: Mapping[str, str], tolerance: Decimal = ZERO) -> list[CellFinding]:
    """Cumulative = last month's cumulative + this month; a fall is left to :func:`not_fall`, which a note may lift.

    The loader demands a rule that it must not fall beside every rule of this kind.
    """

    def judge(column: str, row: int) -> RowFinding:
        values = numbers(frame, (column, PREVIOUS + column, pairs[column]), row)
        if values is None:
            return BLANK
        now, before, month = values
        then = compared(frame, column, row)
        if now < before or _has_grown(now, before + month, tolerance, then):
            return None
        say = written(frame, column)
        return f"{then.name}累计 {say(before)} + 本月 {say(month)} = {say(before + month)}，填报 {say(now)}"

    return each(frame, pairs, judge)


def grow_by_product(
    frame: Frame, *, column: str, factors: Sequence[str], tolerance: Decimal = ZERO
) -> list[CellFinding]:
    """Cumulative = last month's cumulative + the product of this month's figures (人数 × 覆盖月数).

    A fall is left to :func:`not_fall`, as in :func:`grow_by_month`.
    """

    def judge(name: str, row: int) -> RowFinding:
        values, month = numbers(frame, (name, PREVIOUS + name), row), product_of(frame, factors, row)
        if values is None or month is None:
            return BLANK
        now, before = values
        then = compared(frame, name, row)
        if now < before or _has_grown(now, before + month, tolerance, then):
            return None
        said = " × ".join(written(frame, f)(frame[f][row]) for f in factors)
        say = written(frame, name)
        return f"{then.name}累计 {say(before)} + {said} = {say(before + month)}，填报 {say(now)}"

    return each(frame, [column], judge)


def _has_grown(now: Decimal, expected: Decimal, tolerance: Decimal, then: ComparedMonth) -> bool:
    """Whether a cumulative figure is what it should be; with months missing between, at least that."""
    return now >= expected - tolerance if then.gap else abs(now - expected) <= tolerance


def change_within(
    frame: Frame, *, columns: Sequence[str], factor: Decimal, at_least: Decimal = ZERO
) -> list[CellFinding]:
    """Judge whether a figure stays within ``factor`` times last month's, and above a ``factor``-th of it.

    ``at_least`` is the change below which nothing is said. Over a gap of months the factor is taken once for each.
    """

    def judge(column: str, row: int) -> RowFinding:
        pair = numbers(frame, (column, PREVIOUS + column), row)
        if pair is None:
            return BLANK
        now, before = pair
        if now <= 0 or before <= 0 or abs(now - before) < at_least:
            return None
        then = compared(frame, column, row)
        most = factor * (1 + then.gap)
        if now < before * most and before < now * most:
            return None
        say = written(frame, column)
        times = f"相差 {show(max(now / before, before / now))} 倍"
        times += f"，隔 {1 + then.gap} 个月，应不到 {show(most)} 倍" if then.gap else ""
        return f"{then.name} {say(before)}，本月 {say(now)}，{times}"

    return each(frame, columns, judge)


def _near(value: Decimal, other: Decimal, share: Decimal) -> bool:
    return abs(value - other) <= abs(other) * share


def rows_not_shifted(frame: Frame, *, columns: Sequence[str], near: Decimal, far: Decimal) -> list[CellFinding]:
    """Judge whether an area's figures are not those that its neighbour in the annex table had last month.

    Fires where all ``columns`` lie within ``near`` of a neighbour's figures of last month, and all lie further than
    ``far`` from the area's own (both as a share).
    """
    places = {(frame["area_order"][row], frame["row"][row]): row for row in rows_of(frame)}

    def judge(_: str, row: int) -> RowFinding:
        now, own = numbers(frame, columns, row), numbers(frame, [PREVIOUS + c for c in columns], row)
        if now is None or own is None:
            return BLANK
        if any(_near(value, before, far) for value, before in zip(now, own, strict=True)):
            return None
        for step in (-1, 1):
            other = places.get((frame["area_order"][row] + step, frame["row"][row]))
            theirs = None if other is None else numbers(frame, [PREVIOUS + c for c in columns], other)
            if theirs and all(theirs) and all(_near(v, t, near) for v, t in zip(now, theirs, strict=True)):
                mine, their = (compared(frame, columns[0], r).name for r in (row, other or 0))
                return f"与本地区{mine}相差悬殊，却与相邻的{frame['area_name'][other or 0]}{their}相近，可能错行"
        return None

    return each(frame, columns[:1], judge)


def differ_between_areas(frame: Frame, *, columns: Sequence[str], filled: Decimal) -> list[CellFinding]:
    """No two areas report the same figures in all ``columns``, of which at least ``filled`` are not 0.

    Of those that do, the one whose own figures of last month lead there stands: it was copied from. Where last month
    tells nothing apart, all are asked.
    """
    seen: dict[tuple[Any, ...], list[int]] = {}
    for row in rows_of(frame):
        values = numbers(frame, columns, row)
        if values is not None and sum(1 for value in values if value) >= filled:
            seen.setdefault((frame["row"][row], *values), []).append(row)

    def judge(_: str, row: int) -> RowFinding:
        values = numbers(frame, columns, row)
        if values is None:
            return BLANK
        same = [r for r in seen.get((frame["row"][row], *values), []) if frame["area"][r] != frame["area"][row]]
        own, others = _leap(frame, columns, row), [_leap(frame, columns, r) for r in same]
        if own is not None and all(own < other for other in others if other is not None) and any(others):
            return None
        return f"{len(columns)} 个数与{frame['area_name'][same[0]]}完全相同" if same else None

    return each(frame, columns[:1], judge)


def _leap(frame: Frame, columns: Sequence[str], row: int) -> Decimal | None:
    """Return how far a row's figures lie from its own of last month, as shares added up; ``None``: none is there."""
    pairs = [(frame[column][row], frame[PREVIOUS + column][row]) for column in columns]
    known = [(now, before) for now, before in pairs if isinstance(before, Decimal)]
    return sum((abs(now - before) / max(before, Decimal(1)) for now, before in known), ZERO) if known else None


def differ_from_last_month(frame: Frame, *, columns: Sequence[str], filled: Decimal) -> list[CellFinding]:
    """Not all ``columns`` equal last month's, where at least ``filled`` of them are not 0."""

    def judge(_: str, row: int) -> RowFinding:
        now, before = numbers(frame, columns, row), numbers(frame, [PREVIOUS + c for c in columns], row)
        if now is None or before is None:
            return BLANK
        if now != before or sum(1 for value in now if value) < filled:
            return None
        return f"{len(columns)} 个数与{compared(frame, columns[0], row).name}完全相同"

    return each(frame, columns[:1], judge)
