"""Formulas whose stored value is not what their cells give: a program changed the cells and calculated nothing.

Readers see what was stored, not what a clerk will see. So the formulas that returns are made of (sums, differences,
products, IF) are computed again from the cells beside them. Whatever else a formula holds cannot be told, and its
stored value is believed as before.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isclose, prod
from typing import Any

from minsheng.domain.addresses import column_letters, position

_LONGEST = 400

_MOST_CELLS = 1_000_000
"""That are looked at in one sheet: a file must not keep us reckoning."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<text>\"(?:[^\"]|\"\")*\")"
    r"|(?P<cell>(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?\$?[A-Za-z]{1,3}\$?\d{1,7})(?![A-Za-z0-9(])|(?P<name>[A-Za-z]+)(?=\()|(?P<sign><=|>=|<>|[-+*/(),:<>=;&]))"
)

_OPEN_DOCUMENT = re.compile(
    r"\[(?:\$?(?P<sheet>'(?:[^']|'')+'|[^\[\]'.:]+))?\.(?P<first>\$?[A-Z]{1,3}\$?\d+)(?::\.(?P<last>\$?[A-Z]{1,3}\$?\d+))?\]"
)

_REFERENCE = re.compile(
    r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|(?<![A-Za-z0-9_.])(?P<fixed>\$?)(?P<letters>[A-Za-z]{1,3})(?P<row>\$?\d{1,7})(?![A-Za-z0-9_(!])"
)

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}

_OF_FIGURES: Mapping[str, Callable[[list[float]], float]] = {
    "SUM": sum,
    "COUNT": len,
    "PRODUCT": lambda figures: prod(figures) if figures else 0,
    "MAX": lambda figures: max(figures, default=0),
    "MIN": lambda figures: min(figures, default=0),
}


class _CannotTellError(Exception):
    """The formula holds something that is not computed here."""


Rows = Sequence[Sequence[Any]]


def shifted(formula: str, down: int, right: int) -> str:
    """Return a shared formula as another of its cells has it.

    Examples
    --------
    >>> shifted('SUM(B2:$C$9)&"A1"', 1, 2)
    'SUM(D3:$C$9)&"A1"'
    """

    def moved(match: re.Match[str]) -> str:
        at = position(f"{match['letters']}1") if match["letters"] else None
        if at is None:
            return match[0]
        letters = match["letters"] if match["fixed"] else column_letters(at[1] + right)
        row = match["row"] if match["row"].startswith("$") else str(int(match["row"]) + down)
        return f"{match['fixed']}{letters}{row}"

    return _REFERENCE.sub(moved, formula)


def stale_formulas(rows: Rows, formulas: Mapping[str, str], sheets: Mapping[str, Rows] | None = None) -> list[str]:
    """Return the addresses of formulas whose stored value is another than their cells give.

    Parameters
    ----------
    rows
        The stored values of the sheet: numbers, texts, ``None``; anything else cannot be told.
    formulas
        Address → formula, as xlsx or ods writes it.
    sheets
        The stored values of the workbook's sheets, by name.

    Examples
    --------
    >>> stale_formulas([[2, 3, 5], [2, 3, 4]], {"C1": "A1+B1", "C2": "of:=SUM([.A2:.B2])"})
    ['C2']
    """
    grid, found = _Grid({**(sheets or {}), "": rows}), []
    for address, formula in formulas.items():
        at = position(address)
        if at is None or len(formula) > _LONGEST:
            continue
        try:
            stored, due = grid.stored("", *at), _Formula(formula, grid).value()
        except (_CannotTellError, RecursionError, ArithmeticError, TypeError):
            continue
        if not _same(stored, due):
            found.append(address)
    return found


def _same(stored: float | str | None, due: float | str | None) -> bool:
    if isinstance(stored, str) or isinstance(due, str):
        return (stored or "") == (due or "")
    return isclose(stored or 0, due or 0, rel_tol=1e-9, abs_tol=1e-9)


class _Grid:
    """The stored values of a workbook's sheets; the formulas' own has no name."""

    def __init__(self, sheets: Mapping[str, Rows]) -> None:
        self._sheets = sheets
        self._left = _MOST_CELLS

    def _rows(self, sheet: str) -> Rows:
        if sheet not in self._sheets:
            raise _CannotTellError
        return self._sheets[sheet]

    def stored(self, sheet: str, row: int, column: int) -> float | str | None:
        self._left -= 1
        if self._left < 0:
            raise _CannotTellError
        rows = self._rows(sheet)
        value = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
        if isinstance(value, dict) and value.keys() <= {"p", "k"}:
            return float(next(iter(value.values())))
        if isinstance(value, bool) or not isinstance(value, int | float | str | None):
            raise _CannotTellError
        return value

    def range(self, sheet: str, first: tuple[int, int], last: tuple[int, int]) -> Iterator[float]:
        """Yield the figures of a range; texts and blanks count for nothing."""
        for row in range(first[0], min(last[0], len(self._rows(sheet)) - 1) + 1):
            for column in range(first[1], last[1] + 1):
                value = self.stored(sheet, row, column)
                if isinstance(value, int | float):
                    yield value


class _Formula:
    """One formula, read from left to right."""

    def __init__(self, text: str, grid: _Grid) -> None:
        text = _OPEN_DOCUMENT.sub(_as_excel, text.removeprefix("of:").removeprefix("="))
        self._grid = grid
        self._tokens: list[tuple[str, str]] = []
        at = 0
        text = text.rstrip()
        while at < len(text):
            token = _TOKEN.match(text, at)
            if token is None:
                raise _CannotTellError
            self._tokens.append((str(token.lastgroup), token[str(token.lastgroup)]))
            at = token.end()
        self._at = 0

    def value(self) -> float | str | None:
        """Compute the whole formula."""
        value: float | str | None = self._comparison()
        if self._at != len(self._tokens):
            raise _CannotTellError
        return value

    def _next(self, *signs: str) -> str:
        """Take the next token if it is one of these signs; else nothing."""
        if self._at < len(self._tokens) and self._tokens[self._at] in {("sign", sign) for sign in signs}:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return ""

    def _comparison(self) -> Any:
        left = self._sum()
        while sign := self._next(*_COMPARE):
            right = self._sum()
            blank = "" if isinstance(left, str) or isinstance(right, str) else 0
            left = _COMPARE[sign](blank if left is None else left, blank if right is None else right)
        return left

    def _sum(self) -> Any:
        left = self._product()
        while sign := self._next("+", "-"):
            right = _figure(self._product())
            left = _figure(left) + right if sign == "+" else _figure(left) - right
        return left

    def _product(self) -> Any:
        left = self._signed()
        while sign := self._next("*", "/"):
            right = _figure(self._signed())
            left = _figure(left) * right if sign == "*" else _figure(left) / right
        return left

    def _signed(self) -> Any:
        if sign := self._next("+", "-"):
            value = _figure(self._signed())
            return -value if sign == "-" else value
        if self._at >= len(self._tokens):
            raise _CannotTellError
        kind, text = self._tokens[self._at]
        self._at += 1
        match kind:
            case "number":
                return float(text)
            case "text":
                return text[1:-1].replace('""', '"')
            case "cell":
                sheet, at = _place(text)
                return self._grid.stored(sheet, *at)
            case "name":
                return self._function(text.upper())
        if text != "(":
            raise _CannotTellError
        value = self._comparison()
        self._demand(")")
        return value

    def _demand(self, sign: str) -> None:
        if not self._next(sign):
            raise _CannotTellError

    def _function(self, name: str) -> Any:
        self._demand("(")
        if name == "IF":
            condition = self._comparison()
            values = [self._comparison() for _ in range(2) if self._next(",", ";")]
            self._demand(")")
            return values[0 if condition else 1] if len(values) > 1 else _refuse()
        if name == "ROUND":
            value = _figure(self._comparison())
            places = int(_figure(self._comparison())) if self._next(",", ";") else _refuse()
            self._demand(")")
            # Half away from zero, as spreadsheets do, of what their fifteen digits hold.
            scale = 10.0**places
            return int(abs(value) * scale + 0.5 + 1e-9) / scale * (1 if value >= 0 else -1)
        if name not in _OF_FIGURES:
            raise _CannotTellError
        figures = list(self._argument())
        while self._next(",", ";"):
            figures += self._argument()
        self._demand(")")
        return _OF_FIGURES[name](figures)

    def _argument(self) -> Iterator[float]:
        kinds = [kind for kind, _ in self._tokens[self._at : self._at + 3]]
        if kinds == ["cell", "sign", "cell"] and self._tokens[self._at + 1][1] == ":":
            first, last = self._tokens[self._at][1], self._tokens[self._at + 2][1]
            self._at += 3
            sheet, begin = _place(first)
            yield from self._grid.range(sheet, begin, _place(last)[1])
            return
        alone = kinds[:1] == ["cell"]
        value = self._comparison()
        if value is None or (alone and isinstance(value, str)):
            return
        yield _figure(value)


def _figure(value: Any) -> float:
    if value is None:
        return 0
    if isinstance(value, str | bool):
        raise _CannotTellError
    return float(value)


def _as_excel(match: re.Match[str]) -> str:
    """Write a reference of OpenDocument as Excel does."""
    sheet = (match["sheet"] or "").strip("'")
    return (f"'{sheet}'!" if sheet else "") + match["first"] + (f":{match['last']}" if match["last"] else "")


def _place(reference: str) -> tuple[str, tuple[int, int]]:
    """Return sheet, empty for the formula's own, and place of a reference."""
    sheet, _, cell = reference.rpartition("!")
    return sheet.strip("'").replace("''", "'"), position(cell.replace("$", "").upper()) or _refuse()


def _refuse() -> Any:
    raise _CannotTellError
