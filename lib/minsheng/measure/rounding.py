"""Exact arithmetic: fractions inside, decimals at the seal, one rounding half up (四舍五入)."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from minsheng.domain.base import plain

_SEAL = Context(prec=28, rounding=ROUND_HALF_EVEN)

_SIMPLE_DENOMINATOR = 1200
"""A schedule is written in parts of a year: twelfths, days, per mille."""

_REPEATING = Fraction(1, 10**20)

_MOST_DIGITS = 12


def half_up(number: Decimal | Fraction | int, decimals: int) -> Decimal:
    """Round an exact number half up (四舍五入), once; ``decimals`` ≥ 0.

    Examples
    --------
    >>> half_up(Decimal("8.125"), 2), half_up(Decimal("8.1245"), 2), half_up(Decimal("-0.005"), 2)
    (Decimal('8.13'), Decimal('8.12'), Decimal('-0.01'))
    """
    scaled = abs(Fraction(number)) * 10**decimals
    units = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(f"{units if number >= 0 else -units}E-{decimals}")


def sealed(number: Fraction) -> Decimal:
    """Return the decimal that is sealed for a fraction: exact where it ends, else 28 digits."""
    return _SEAL.divide(Decimal(number.numerator), Decimal(number.denominator))


def exact(number: Decimal | Fraction) -> Fraction:
    """Return the fraction that a sealed decimal stands for.

    Examples
    --------
    >>> exact(Decimal(5) / Decimal(12)), exact(Decimal("0.9167"))
    (Fraction(5, 12), Fraction(9167, 10000))
    """
    # A schedule of 5/12 arrives as 28 digits; what was meant is the simple fraction within 10⁻²⁰ of them, so that
    # exactly on schedule is not read as a hair behind it.
    found = Fraction(number)
    simple = found.limit_denominator(_SIMPLE_DENOMINATOR)
    return simple if abs(simple - found) < _REPEATING else found


def grouped(number: Decimal | Fraction | int, decimals: int | None = None) -> str:
    """Write a number with thousands separators; without ``decimals`` as it is.

    Examples
    --------
    >>> grouped(Decimal("58955000.50")), grouped(Fraction(58955000, 326514), 2)
    ('58,955,000.5', '180.56')
    """
    if decimals is not None:
        return format(half_up(number, decimals), ",f")
    decimal = sealed(Fraction(number))
    whole, point, rest = plain(decimal).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole not in {"-0", "0"} else f"{whole}{point}{rest}"


def percent(ratio: Decimal | Fraction | int, decimals: int = 2) -> str:
    """Write a ratio as a percentage, rounded half up, with more digits where rounding would seem to reach 100%.

    Examples
    --------
    >>> percent(Fraction(11, 12)), percent(Decimal("1.22")), percent(Decimal("0.99996"))
    ('91.67%', '122.00%', '99.996%')
    """
    hundredths = Fraction(ratio) * 100
    digits = short_of(hundredths, Fraction(100), decimals) if hundredths < Fraction(100) else decimals
    return f"{grouped(hundredths, digits)}%"


def short_of(number: Fraction, limit: Fraction, decimals: int) -> int:
    """Return how many digits show that a number is below a limit, or above it: rounding must not seem to reach it.

    Examples
    --------
    >>> short_of(Fraction("69.9999"), Fraction(70), 2), short_of(Fraction("69.5"), Fraction(70), 2)
    (4, 2)
    """
    while number != limit and _reaches(number, limit, half_up(number, decimals)) and decimals < _MOST_DIGITS:
        decimals += 1
    return decimals


def _reaches(number: Fraction, limit: Fraction, shown: Decimal) -> bool:
    return shown >= limit if number < limit else shown <= limit
