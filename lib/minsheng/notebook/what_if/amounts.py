"""A new amount as people write it: 28, +10%, -5, ×1.1."""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from minsheng.errors import UsageError

HOW = "写新的数（28），或怎样变：+10%、-5、×1.1"

_SIGNS = str.maketrans("−–—✕＊", "---**")

_CHANGE = re.compile(r"(?:(?P<sign>[+-])(?P<by>[0-9.]+)(?P<percent>%?)|[×xX*](?P<times>[0-9.]+))")


def changed(old: Decimal, text: str) -> Decimal:
    """Return an amount after a change; a sign before it says that it is added to what was.

    Examples
    --------
    >>> [str(changed(Decimal(70), text)) for text in ("28", "+10%", "-5", "×1.1")]
    ['28', '77.0', '65', '77.0']

    Raises
    ------
    UsageError
        If the text says no such thing, or the amount falls below zero.
    """
    said = unicodedata.normalize("NFKC", text.strip()).translate(_SIGNS).replace(" ", "")
    match = _CHANGE.fullmatch(said)
    if match is None:
        new = number(said)
    elif match["times"]:
        new = old * number(match["times"])
    else:
        by = number(match["by"]) * (old / 100 if match["percent"] else 1)
        new = old + by if match["sign"] == "+" else old - by
    if new < 0:
        raise UsageError(f"“{text}”得出 {new}：不能小于 0。{HOW}")
    return new


def number(text: str) -> Decimal:
    """Return a number, or raise UsageError."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation as fault:
        raise UsageError(f"“{text}”不是数。{HOW}") from fault
    if not found.is_finite():
        raise UsageError(f"“{text}”不是数。{HOW}")
    return found


def changed_text(old: str, text: str) -> Decimal | str:
    """Return a cell after a change as what it was: a number stays a number, a date a date, a text a text."""
    try:
        return changed(Decimal(old), text)
    except InvalidOperation:
        pass
    try:
        date.fromisoformat(old)
    except ValueError:
        return text.strip()
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError as fault:
        raise UsageError(f"“{text}”不是日期：应写作 {old} 的样子") from fault
