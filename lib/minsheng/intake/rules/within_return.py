"""Judgements within one return: a cell alone, or against other cells of its row."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from minsheng.domain.base import plain
from minsheng.intake.rules.by_cell import (
    BLANK,
    ZERO,
    CellFinding,
    Frame,
    RowFinding,
    each,
    numbers,
    product_of,
    ratio_unit,
    show,
    signed_sum,
    written,
)
from minsheng.measure.completion import TARGET_OVER_ACTUAL, TWO_MINUS_RATIO, control_completion
from minsheng.measure.rounding import sealed

_NOTHING = frozenset({"", "无", "暂无", "—", "——", "-", "/"})
"""Texts that say nothing."""


def filled(frame: Frame, *, columns: Sequence[str]) -> list[CellFinding]:
    """Every cell holds something; a blank is not 0."""
    return [
        CellFinding(row, column)
        for column in columns
        for row, value in enumerate(frame[column])
        if value is None or (isinstance(value, str) and value.strip() in _NOTHING)
    ]


def filled_when(frame: Frame, *, column: str, when: str, among: Sequence[str]) -> list[CellFinding]:
    """``column`` is filled in rows where ``when`` is one of ``among``."""

    def judge(name: str, row: int) -> RowFinding:
        if frame[when][row] is None:
            return BLANK
        return f"{frame[when][row]}时须填" if frame[when][row] in among and frame[name][row] is None else None

    return each(frame, [column], judge)


def between(frame: Frame, *, columns: Sequence[str], low: Decimal, high: Decimal | None = None) -> list[CellFinding]:
    """Figures lie within [low, high]."""

    def judge(column: str, row: int) -> RowFinding:
        value = frame[column][row]
        if not isinstance(value, Decimal):
            return BLANK
        if value < low:
            limit, word = low, "小于"
        elif high is not None and value > high:
            limit, word = high, "大于"
        else:
            return None
        say = written(frame, column)
        return f"{say(value)} {word} {say(limit)}"

    return each(frame, columns, judge)


def whole(frame: Frame, *, columns: Sequence[str]) -> list[CellFinding]:
    """Judge whether counts are whole numbers."""

    def judge(column: str, row: int) -> RowFinding:
        value = frame[column][row]
        if not isinstance(value, Decimal):
            return BLANK
        return f"{plain(value)} 不是整数" if value != value.to_integral_value() else None

    return each(frame, columns, judge)


def one_of(frame: Frame, *, columns: Sequence[str], among: Sequence[str]) -> list[CellFinding]:
    """Texts are among those allowed."""
    return each(
        frame,
        columns,
        lambda c, r: BLANK if frame[c][r] is None else None if frame[c][r] in among else f"“{frame[c][r]}”不在可选之列",
    )


def total_of_parts(frame: Frame, *, total: str, parts: Sequence[str], tolerance: Decimal = ZERO) -> list[CellFinding]:
    """Judge whether a total equals its parts (a leading ``-`` subtracts); with a part blank it cannot be judged."""

    def judge(column: str, row: int) -> RowFinding:
        value, expected = frame[column][row], signed_sum(frame, parts, row)
        if not isinstance(value, Decimal) or expected is None:
            return BLANK
        if abs(value - expected) <= tolerance:
            return None
        say = written(frame, column)
        return f"应为 {say(expected)}，填报 {say(value)}"

    return each(frame, [total], judge)


def at_most(
    frame: Frame, *, pairs: Mapping[str, str], factor: Decimal = Decimal(1), tolerance: Decimal = ZERO
) -> list[CellFinding]:
    """Each figure is at most ``factor`` × the other column's."""

    def judge(column: str, row: int) -> RowFinding:
        values = numbers(frame, (column, pairs[column]), row)
        if values is None:
            return BLANK
        limit = values[1] * factor
        if values[0] <= limit + tolerance:
            return None
        say = written(frame, column)
        return f"填报 {say(values[0])}，大于 {say(limit)}"

    return each(frame, pairs, judge)


def agree(frame: Frame, *, pairs: Mapping[str, str], tolerance: Decimal = ZERO) -> list[CellFinding]:
    """Each figure equals the other column's within ``tolerance``."""

    def judge(column: str, row: int) -> RowFinding:
        values = numbers(frame, (column, pairs[column]), row)
        if values is None:
            return BLANK
        if abs(values[0] - values[1]) <= tolerance:
            return None
        say = written(frame, column)
        return f"填报 {say(values[0])}，对应的是 {say(values[1])}"

    return each(frame, pairs, judge)


def product(
    frame: Frame, *, column: str, factors: Sequence[str], tolerance: Decimal = ZERO, share: Decimal = ZERO
) -> list[CellFinding]:
    """Judge whether a figure equals the product of others, within ``tolerance`` or within ``share`` of the product."""

    def judge(name: str, row: int) -> RowFinding:
        value, expected = frame[name][row], product_of(frame, factors, row)
        if not isinstance(value, Decimal) or expected is None:
            return BLANK
        if abs(value - expected) <= max(tolerance, abs(expected) * share):
            return None
        say = written(frame, name)
        return f"{' × '.join(written(frame, f)(frame[f][row]) for f in factors)} = {say(expected)}，填报 {say(value)}"

    return each(frame, [column], judge)


def at_most_product(
    frame: Frame, *, column: str, factors: Sequence[str], tolerance: Decimal = ZERO, share: Decimal = ZERO
) -> list[CellFinding]:
    """Judge whether a figure is at most the product of others, plus ``tolerance`` and ``share`` of the product."""

    def judge(name: str, row: int) -> RowFinding:
        value, limit = frame[name][row], product_of(frame, factors, row)
        if not isinstance(value, Decimal) or limit is None:
            return BLANK
        if value <= limit * (1 + share) + tolerance:
            return None
        say = written(frame, name)
        return (
            f"{' × '.join(written(frame, f)(frame[f][row]) for f in factors)} = {say(limit)}，填报 {say(value)}，超出"
        )

    return each(frame, [column], judge)


def ratio_between(
    frame: Frame,
    *,
    column: str,
    numerator: Sequence[str],
    denominator: Sequence[str],
    low: Decimal | None = None,
    high: Decimal | None = None,
    stated: str | None = None,
    tolerance: Decimal = ZERO,
    scale: Decimal = Decimal(1),
    decimals: Decimal | None = None,
    limit: str = "",
) -> list[CellFinding]:
    """Σ numerator ÷ Σ denominator × scale lies within [low, high], and agrees with a stated ratio.

    With ``decimals`` both are rounded half up to so many places before they are compared. A ``limit`` names the formula
    by which the completion of an upper limit (the denominator) follows from the figure (the numerator): the lower, the
    better. A denominator of 0 with a numerator of 0 is nothing to judge; with another numerator it is a fault.
    """

    def judge(_: str, row: int) -> RowFinding:
        above, below = signed_sum(frame, numerator, row), signed_sum(frame, denominator, row)
        if above is None or below is None or (stated is not None and not isinstance(frame[stated][row], Decimal)):
            return BLANK
        say_above = written(frame, numerator[0], beside=denominator[0])
        say_below = written(frame, denominator[0], beside=numerator[0])
        if below == 0:
            return f"分子 {say_above(above)}，分母为 0" if above else None
        done = sealed(control_completion(Fraction(above), Fraction(below), limit)) if limit else above / below
        ratio = done * scale
        unit = ratio_unit(frame, numerator[0], denominator[0], scale)
        say = written(frame, stated) if stated is not None else lambda number: f"{show(number)}{unit}"
        divided = _LIMITS[limit].format(say_above(above), say_below(below))
        said = f"{divided}{'' if scale == 1 else f' × {show(scale)}'} = {say(ratio)}"
        if stated is not None and abs(_at(frame[stated][row], decimals) - _at(ratio, decimals)) > tolerance:
            return f"{said}，填报 {say(frame[stated][row])}"
        if low is not None and ratio < low:
            return f"{said}，小于 {say(low)}"
        return f"{said}，大于 {say(high)}" if high is not None and ratio > high else None

    return each(frame, [column], judge)


_LIMITS = {"": "{} ÷ {}", TARGET_OVER_ACTUAL: "{1} ÷ {0}", TWO_MINUS_RATIO: "（2 - {} ÷ {}）"}
"""A ratio in words, by the formula of an upper limit: of the figure and the limit."""


def _at(number: Decimal, decimals: Decimal | None) -> Decimal:
    """Round half up to so many places; without any leave it as it is."""
    return number if decimals is None else number.quantize(Decimal(1).scaleb(-int(decimals)), ROUND_HALF_UP)


def dates_between(
    frame: Frame,
    *,
    columns: Sequence[str],
    earliest: str | None = None,
    latest: str | None = None,
    days_before: Decimal = ZERO,
    days_after: Decimal = ZERO,
) -> list[CellFinding]:
    """Dates lie between two date columns, some days before and after included."""
    before, after = timedelta(days=int(days_before)), timedelta(days=int(days_after))
    lows = frame[earliest] if earliest else None
    highs = frame[latest] if latest else None

    def judge(column: str, row: int) -> RowFinding:
        day = frame[column][row]
        low, high = lows[row] if lows else date.min, highs[row] if highs else date.max
        if not isinstance(day, date) or not isinstance(low, date) or not isinstance(high, date):
            return BLANK
        if lows and day < low - before:
            return f"{day} 早于 {low - before}"
        if highs and day > high + after:
            return f"{day} 晚于 {high + after}"
        return None

    return each(frame, columns, judge)
