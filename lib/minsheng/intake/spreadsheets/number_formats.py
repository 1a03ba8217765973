"""Number formats of spreadsheets: whether a cell shows its figure as a percentage, or divided by a thousand.

Only the standard library: this runs in the reading child.
"""

import re

PERCENT_FORMATS = frozenset({9, 10})
"""The numbers of the percentages among the formats that every spreadsheet program knows without being told."""

_LITERAL = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')


def is_percent(code: str) -> bool:
    r"""Whether a format multiplies by a hundred: a % that is only a text behind the figure does not.

    Examples
    --------
    >>> is_percent("0.00%"), is_percent('0.00"%"'), is_percent("[Red]0%;-0%"), is_percent(r"0.0\%")
    (True, False, True, False)
    """
    return "%" in _LITERAL.sub("", code).partition(";")[0]


_DIVIDING = re.compile(r"[0#?](,+)[^0#?,]*$")


def thousands(code: str) -> int:
    r"""Return how often a format divides by a thousand: a comma behind the last digit does, with or without a word.

    Examples
    --------
    >>> [thousands(code) for code in ("0,", '0.0,,"百万"', "#,##0", "#,##0.00", '0.0,"万"', "0%")]
    [1, 2, 0, 0, 1, 0]
    """
    found = _DIVIDING.search(_LITERAL.sub("", code).partition(";")[0])
    return len(found[1]) if found else 0
