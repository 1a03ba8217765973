"""Number formats of spreadsheets: whether a cell shows its figure as a percentage.

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
