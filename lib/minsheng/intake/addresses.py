"""Cell addresses. Only the standard library: the reading child imports this."""

import re
from functools import lru_cache

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


@lru_cache(maxsize=1024)
def column_letters(index: int) -> str:
    """Return the letters of a column, counted from 0: ``A``, …, ``Z``, ``AA``.

    Examples
    --------
    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """Return a cell's address from its row and column, both counted from 0."""
    return f"{column_letters(column)}{row + 1}"


def position(reference: str) -> tuple[int, int] | None:
    """Return row and column, counted from 0, of an address; ``None`` if it is none."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]) - 1, column - 1
