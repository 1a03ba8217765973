"""How figures are written: rounded half up once, with their unit, and never so that they seem to reach a bound."""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

_NARROW_EM = 0.56

_FIRST_WIDE = 0x2000

ABSENT = "—"

WAN = Decimal(10000)

PERCENT = Decimal(100)

_MOST_DECIMALS = 6


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Round half up to so many decimals."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def fixed(value: Decimal, decimals: int) -> str:
    """Write a figure with thousands separators and exactly so many decimals.

    Examples
    --------
    >>> fixed(Decimal("1950"), 0), fixed(Decimal("283.565"), 2), fixed(Decimal("-0.04"), 1)
    ('1,950', '283.57', '0.0')
    """
    value = rounded(value, decimals)
    return f"{abs(value) if value == 0 else value:,f}"


def trimmed(value: Decimal) -> str:
    """Write a figure as it stands, with thousands separators and no trailing zeros.

    Examples
    --------
    >>> trimmed(Decimal("300.00")), trimmed(Decimal("5.60"))
    ('300', '5.6')
    """
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def below(value: Decimal, bound: Decimal | None, decimals: int) -> str:
    """Write a figure with more decimals where rounding would make it the bound, which it misses or is above.

    Examples
    --------
    >>> below(Decimal("299.996"), Decimal(300), 2), below(Decimal("299.99"), Decimal(300), 2)
    ('299.996', '299.99')
    """
    if bound is not None and value != bound:
        for more in range(decimals, _MOST_DECIMALS + 1):
            if rounded(value, more) != bound and (rounded(value, more) < bound) == (value < bound):
                return fixed(value, more)
        return f"{'不足' if value < bound else '略高于'}{trimmed(bound)}"
    return fixed(value, decimals)


def small(value: Decimal, decimals: int) -> str:
    """Write a figure of at least zero; one that would round to zero is said to be less than the last decimal.

    Examples
    --------
    >>> small(Decimal(0), 1), small(Decimal("0.04"), 1), small(Decimal("7"), 1)
    ('0', '不足0.1', '7.0')
    """
    if value == 0:
        return "0"
    if rounded(abs(value), decimals) == 0:
        return f"不足{Decimal(1).scaleb(-decimals):f}"
    return fixed(value, decimals)


def percent_number(ratio: Decimal, decimals: int = 1) -> str:
    """Write a ratio in hundredths, for a column whose header says %; only a whole is 100, neither less nor more.

    Examples
    --------
    >>> percent_number(Decimal("0.43")), percent_number(Decimal("0.9998")), percent_number(Decimal("1.0002"))
    ('43.0', '99.98', '100.02')
    """
    value = ratio * PERCENT
    return below(value, PERCENT, decimals) if rounded(value, decimals) else small(value, decimals)


def percent(ratio: Decimal, decimals: int = 1) -> str:
    """Write a ratio as a percentage."""
    return f"{percent_number(ratio, decimals)}%"


def rate(value: Decimal | None, decimals: int = 2) -> str | None:
    """Write a 得分率 for a column whose header says %: to the hundredth at least, as ranks may hang on it."""
    return None if value is None else percent_number(value, decimals)


def rate_decimals(rates: Iterable[Decimal | None]) -> int:
    """Return the decimals with which different 得分率 look different: equal ones are said to share a rank.

    Examples
    --------
    >>> rate_decimals([Decimal("0.9375"), Decimal("0.88"), None])
    2
    >>> rate_decimals([Decimal("0.88231"), Decimal("0.88234")])
    3
    """
    different = {each for each in rates if each is not None}
    most = 6  # of marks in hundredths, out of a hundred, nearer ones are equal
    return next((n for n in range(2, most) if len({rate(each, n) for each in different}) == len(different)), most)


def percentage_points(difference: Decimal, decimals: int = 1) -> str:
    """Write the size of a difference of two ratios: 个百分点, which are no percentages.

    Examples
    --------
    >>> percentage_points(Decimal("-0.07")), percentage_points(Decimal("0.0004"))
    ('7.0个百分点', '不足0.1个百分点')
    """
    return f"{small(abs(difference) * PERCENT, decimals)}个百分点"


def quantity(value: Decimal, unit: str, decimals: int = 0, bound: Decimal | None = None) -> str:
    """Write a figure with its unit; sums of yuan from ten thousand on are written in 万元.

    Examples
    --------
    >>> quantity(Decimal(1950), "张"), quantity(Decimal("283.57"), "元", 2), quantity(Decimal(85000000), "元")
    ('1,950张', '283.57元', '8,500.00万元')
    """
    if unit == "元" and abs(value) >= WAN:
        return money(value)
    return f"{below(value, bound, decimals)}{unit}"


def target(value: Decimal, unit: str) -> str:
    """Write a target as the plan gives it.

    Examples
    --------
    >>> target(Decimal("70"), "%"), target(Decimal("84540"), "名")
    ('70%', '84,540名')
    """
    return f"{trimmed(value)}{unit}"


def difference(value: Decimal, unit: str, decimals: int) -> str:
    """Write the size of a difference of two figures in a unit; percentages differ by 个百分点."""
    if unit == "%":
        return f"{small(abs(value), max(decimals, 1))}个百分点"
    if unit == "元" and abs(value) >= WAN:
        return money(abs(value))
    return f"{small(abs(value), decimals)}{unit}"


def money(yuan: Decimal) -> str:
    """Write a sum of money: 万元 from ten thousand yuan on, else 元.

    Examples
    --------
    >>> money(Decimal("19526000")), money(Decimal("9500")), money(Decimal("9999.5"))
    ('1,952.60万元', '9,500元', '9,999.50元')
    """
    if abs(yuan) >= WAN:
        return f"{fixed(yuan / WAN, 2)}万元"
    return f"{fixed(yuan, 0 if yuan == yuan.to_integral_value() else 2)}元"


def wan(yuan: Decimal) -> str:
    """Write a sum of yuan in ten thousands, for a column whose header says 万元."""
    return small(yuan / WAN, 2)


def monthly_pace(remaining: Decimal, months: int, decimals: int) -> Decimal:
    """Return what each remaining month must bring, rounded up: less would not reach the target."""
    return raised(remaining / months, decimals)


def raised(value: Decimal, decimals: int) -> Decimal:
    """Round up to so many decimals."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_CEILING)


def day(value: date) -> str:
    """Write a day: 2017年6月20日."""
    return f"{value.year}年{value.month}月{value.day}日"


def ems(text: str) -> float:
    """Return about how wide a text is in 黑体, in em: 汉字 are one, digits and Latin letters a good half.

    Examples
    --------
    >>> ems("苍溪县"), round(ems("1,950"), 2)
    (3.0, 2.8)
    """
    return float(sum(1 if ord(character) >= _FIRST_WIDE else _NARROW_EM for character in text))
