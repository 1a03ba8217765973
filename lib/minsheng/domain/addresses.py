"""Where a cell stands, computed and written here alone; standard library only: the reading child imports this."""

import re
from collections.abc import Iterable
from functools import lru_cache

_REFERENCE = re.compile(r"\$?[A-Za-z]{1,3}\$?")

_MAX_DIGITS = 7


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


def addresses(row: int, columns: Iterable[int]) -> list[str]:
    """Return the addresses of some cells of a row at once."""
    number = str(row + 1)
    return [column_letters(column) + number for column in columns]


def addresses_down(rows: Iterable[int], columns: Iterable[int]) -> list[list[str]]:
    """Return the addresses of some rows' cells by column: a long table asks for half a million."""
    numbers = [str(row + 1) for row in rows]
    return [list(map(column_letters(column).__add__, numbers)) for column in columns]


def place(sheet: str, cell: str) -> str:
    """Write where something stands for people (``城乡低保!D4``); without a cell it is the sheet."""
    return f"{sheet}!{cell}" if cell else sheet


def position(reference: str) -> tuple[int, int] | None:
    """Return row and column, counted from 0, of an address; ``None`` if it is none."""
    letters = reference.rstrip("0123456789")
    column = _column(letters) if letters.isascii() else -1
    digits = reference[len(letters) :]
    if column < 0 or not 0 < len(digits) <= _MAX_DIGITS:
        return None
    return int(digits) - 1, column


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """Return a column's number, counted from 0; -1 if these are no letters of one."""
    plain = letters.replace("$", "") if _REFERENCE.fullmatch(letters) else ""
    column = 0
    for letter in plain.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1
