"""Formulas of old binary workbooks, as texts: tokens in reverse Polish order ([MS-XLS] 2.5.198) → ``SUM(B2:B9)+C1``.

Only what returns are made of: references within the sheet, figures, texts, arithmetic, comparisons and a few functions.
Only the standard library: this runs in the reading child.
"""

import struct

from minsheng.domain.addresses import address

_OPERATORS = {3: "+", 4: "-", 5: "*", 6: "/", 9: "<", 10: "<=", 11: "=", 12: ">=", 13: ">", 14: "<>"}

_FUNCTIONS = {0: "COUNT", 1: "IF", 4: "SUM", 6: "MIN", 7: "MAX", 183: "PRODUCT"}
"""Those that take any number of arguments."""

_ROUND = 27

_SUM_OF_ONE, _JUMP_TABLE = 0x10, 0x04

_CLASSES = 0x40
"""From here on a token is another one in the class of values or of arrays."""


def formula_text(tokens: bytes, row: int, column: int) -> str:
    """Return a formula as a text; empty where it holds anything else.

    Parameters
    ----------
    tokens
        As the record holds them.
    row, column
        Of its cell, from 0: a formula that cells share counts from there.
    """
    try:
        return _Tokens(row, column).text(tokens)
    except (struct.error, IndexError, KeyError, ValueError):
        return ""


def shared_by(tokens: bytes) -> tuple[int, int] | None:
    """Return row and column of the first cell of those that share a formula; ``None`` for one with its own."""
    return struct.unpack_from("<HH", tokens, 1) if len(tokens) == 5 and tokens[0] == 1 else None


class _Tokens:
    """Turns one formula's tokens into a text: what a token makes waits until another takes it."""

    def __init__(self, row: int, column: int) -> None:
        self._row = row
        self._column = column
        self._stack: list[str] = []

    def text(self, tokens: bytes) -> str:
        """Read all of them; a ``KeyError`` where one is not known."""
        readers = {0x12: self._sign, 0x13: self._sign, 0x15: self._nothing, 0x17: self._words, 0x19: self._attribute}
        readers |= {0x1E: self._integer, 0x1F: self._figure, 0x21: self._round, 0x22: self._function}
        readers |= {0x24: self._cell, 0x2C: self._cell, 0x25: self._range, 0x2D: self._range}
        readers |= dict.fromkeys(_OPERATORS, self._operator)
        at = 0
        while at < len(tokens):
            kind = tokens[at] if tokens[at] < _CLASSES else (tokens[at] & 0x1F) | 0x20
            at += 1 + readers[kind](kind, tokens[at + 1 :])
        (whole,) = self._stack or ("",)
        return whole

    def _operator(self, kind: int, _body: bytes) -> int:
        right, left = self._stack.pop(), self._stack.pop()
        self._stack.append(f"({left}{_OPERATORS[kind]}{right})")
        return 0

    def _sign(self, kind: int, _body: bytes) -> int:
        self._stack.append(f"({'+' if kind == 0x12 else '-'}{self._stack.pop()})")
        return 0

    def _nothing(self, _kind: int, _body: bytes) -> int:
        return 0

    def _words(self, _kind: int, body: bytes) -> int:
        wide = body[1] & 1
        length = body[0] * (2 if wide else 1)
        said = body[2 : 2 + length].decode("utf-16-le" if wide else "latin-1")
        self._stack.append('"' + said.replace('"', '""') + '"')
        return 2 + length

    def _attribute(self, _kind: int, body: bytes) -> int:
        if body[0] & _JUMP_TABLE:
            raise KeyError(body[0])
        if body[0] & _SUM_OF_ONE:
            self._stack.append(f"SUM({self._stack.pop()})")
        return 3

    def _integer(self, _kind: int, body: bytes) -> int:
        self._stack.append(str(struct.unpack_from("<H", body)[0]))
        return 2

    def _figure(self, _kind: int, body: bytes) -> int:
        self._stack.append(repr(struct.unpack_from("<d", body)[0]))
        return 8

    def _round(self, _kind: int, body: bytes) -> int:
        if struct.unpack_from("<H", body)[0] != _ROUND:
            raise KeyError(_ROUND)
        places, figure = self._stack.pop(), self._stack.pop()
        self._stack.append(f"ROUND({figure},{places})")
        return 2

    def _function(self, _kind: int, body: bytes) -> int:
        count, function = body[0] & 0x7F, struct.unpack_from("<H", body, 1)[0] & 0x7FFF
        first = len(self._stack) - count
        taken = self._stack[first:]
        del self._stack[first:]
        self._stack.append(f"{_FUNCTIONS[function]}({','.join(taken)})")
        return 3

    def _cell(self, kind: int, body: bytes) -> int:
        row, column = struct.unpack_from("<HH", body)
        self._stack.append(self._place(row, column, shared=kind == 0x2C))
        return 4

    def _range(self, kind: int, body: bytes) -> int:
        top, bottom, left, right = struct.unpack_from("<HHHH", body)
        ends = (self._place(*end, shared=kind == 0x2D) for end in ((top, left), (bottom, right)))
        self._stack.append(":".join(ends))
        return 8

    def _place(self, row: int, column: int, *, shared: bool) -> str:
        """Return an address; in a shared formula what is relative is counted from the formula's own cell."""
        at_row, at_column = row, column & 0xFF
        if shared and column & 0x8000:
            at_row = (self._row + row) & 0xFFFF
        if shared and column & 0x4000:
            at_column = (self._column + at_column) & 0xFF
        return address(at_row, at_column)
