"""Uneven but repeatable numbers: hashes of a seed and a key, so they never depend on machine, order or library."""

import hashlib
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TypeVar

_T = TypeVar("_T")

_STEPS = 1_000_000


def whole(number: Decimal) -> int:
    """Round half up to a whole number."""
    return int(number.quantize(Decimal(1), ROUND_HALF_UP))


def fen(amount: Decimal) -> Decimal:
    """Round an amount in yuan half up to 0.01."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def hundreds(amount: Decimal) -> Decimal:
    """Cut an amount in yuan down to whole hundreds: 0.01 万元, the precision of the funds table."""
    return (amount / 100).quantize(Decimal(1), ROUND_DOWN) * 100


class Draw:
    """Draws that depend on the seed and on what they are for, and on nothing else."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def share(self, *key: object) -> Decimal:
        """Return a number in [0, 1) with six decimals.

        Examples
        --------
        >>> Draw("a").share("x", 1) == Draw("a").share("x", 1) != Draw("b").share("x", 1)
        True
        """
        text = "|".join([self._seed, *(str(part) for part in key)])
        digest = hashlib.sha256(text.encode()).digest()
        return Decimal(int.from_bytes(digest[:8], "big") % _STEPS) / _STEPS

    def around(self, spread: str, *key: object) -> Decimal:
        """Return a factor in [1 - spread, 1 + spread)."""
        width = Decimal(spread)
        return 1 - width + 2 * width * self.share(*key)

    def integer(self, low: int, high: int, *key: object) -> int:
        """Return a whole number in [low, high]."""
        return low + int(self.share(*key) * (high - low + 1))

    def choose(self, options: Sequence[_T], *key: object) -> _T:
        """Return one of ``options``."""
        return options[int(self.share(*key) * len(options))]


def apportion(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Split a whole number by weights; the parts add up to it exactly (largest remainders get the rest).

    Examples
    --------
    >>> apportion(10, [Decimal(1), Decimal(1), Decimal(1)])
    [4, 3, 3]
    """
    everything = sum(weights, Decimal(0))
    exact = [total * weight / everything for weight in weights]
    parts = [int(share) for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
