"""One cell as a county typed it → an exact value, a blank, or a fault that says what is allowed."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from functools import lru_cache
from types import NoneType
from typing import NamedTuple

from minsheng.domain.base import plain
from minsheng.domain.table import BLANK_MARKS, CellType, Column
from minsheng.domain.units import agree, dimension, is_percent_unit, is_unit, normal, yuan_scale


class Percentage(Decimal):
    """A figure that its cell shows times a hundred: 0.7344 as 73.44%; its value is what the file holds."""

    @property
    def shown(self) -> Decimal:
        """The figure in front of the sign of percent."""
        return excel_number(Decimal(self) * 100)


class Divided(Decimal):
    """A figure that its cell shows divided by thousands: 123456 as 123; its value is what the file holds."""


Raw = Decimal | str | bool | date | datetime | None
"""What a grid holds: numbers as exact decimals, texts, dates; ``None`` is an empty cell."""

_LONGEST_WORD = max(len(mark) for mark in BLANK_MARKS if mark.isalnum())

_EPOCH = date(1899, 12, 30)

_FIRST_SERIAL, _LAST_SERIAL = 35_000, 60_000

_FIRST_YEAR = 1949
"""Of an earlier day the cell holds a small number, which its format shows as a day of 1900: 4.17 as 1900-01-04."""

_EXCEL_DIGITS = Context(prec=15)

_WHOLE = Decimal(1)
"""A number without an exponent, like whole ones that are plainly written."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"))

_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {
    ord("\u2212"): "-",
    ord("\u3000"): " ",
    ord("\u00a0"): " ",
}

_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[+-]?\.[0-9]+)(?P<rest>.*)", re.DOTALL
)

_DATE = re.compile(r"(?P<y>[0-9]{4})(?:年|[-/.])(?P<m>[0-9]{1,2})(?:月|[-/.])(?P<d>[0-9]{1,2})[日号]?(?:T?00:00:00)?")

_TIME = re.compile(r"(?<=[0-9日])\s+[0-9]{1,2}[:：][0-9]{2}(?:[:：][0-9]{2})?\s*$")

_HAN_NUMBER = re.compile("[〇零○一二三四五六七八九十]+")

_HAN_DIGITS = {digit: str(n) for n, digit in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}

_COMPACT_DATE = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")


class CellFaultError(ValueError):
    """A cell that cannot be read; ``rule`` names the kind of fault."""

    def __init__(self, rule: str, message: str, allowed: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.allowed = allowed


ExactValue = Decimal | date | str | None
"""What a cell means; ``None`` is a blank."""


class ParsedCell(NamedTuple):
    """One cell of a return on its whole way from the sheet to the verdict and the accepted values."""

    value: ExactValue
    cell: str
    """Its address in the file; empty where the sheet has no such column."""
    raw: Raw = None
    """As it stood in the file."""
    unit: str = ""
    """The unit of its value: 元 where the column is printed in 万元 and held in yuan."""

    @property
    def shown(self) -> str:
        """What stood in the file, as text."""
        return show(self.raw)


ABSENT = ParsedCell(None, "")
"""A cell of a column that the sheet does not have."""


def excel_number(number: Decimal) -> Decimal:
    """Return a spreadsheet's number as it was typed.

    Spreadsheets store binary doubles, which hold 15 decimal digits faithfully and no more; rounding to 15
    significant digits removes what binary arithmetic left behind and never changes a figure that was typed.

    Examples
    --------
    >>> excel_number(Decimal("0.30000000000000004")), excel_number(Decimal("1952.60"))
    (Decimal('0.3'), Decimal('1952.6'))
    """
    if number.same_quantum(_WHOLE) and number.adjusted() < _EXCEL_DIGITS.prec:
        return number
    return Decimal(plain(_EXCEL_DIGITS.plus(number)))


def show(raw: Raw) -> str:
    """Return a cell as text for people: figures plain, dates ISO."""
    match raw:
        case str():
            return raw
        case None:
            return ""
        case bool():
            return "TRUE" if raw else "FALSE"
        case Decimal():
            return f"{plain(raw.shown)}%" if isinstance(raw, Percentage) else plain(raw)
        case datetime():
            return raw.isoformat(sep=" ")
        case date():
            return raw.isoformat()


def is_blank(raw: Raw) -> bool:
    """Whether a cell is empty or holds a blank mark."""
    if raw is None or not isinstance(raw, str):
        return raw is None
    # Letters and digits alone are a mark only if they are few: most texts need no closer look.
    if len(raw) > _LONGEST_WORD and raw.isalnum():
        return False
    return _plain_text(raw).upper() in BLANK_MARKS


def _plain_text(raw: str) -> str:
    return raw.translate(_INVISIBLE).translate(_WIDE).strip().removeprefix("'").strip()


def parse_number(raw: Raw, unit: str = "") -> Decimal | None:
    """Read a figure in the column's unit, which a unit in the cell must equal; ``None`` for a blank, which is not 0.

    Raises
    ------
    CellFaultError
        For anything else than one well-formed number.
    """
    if isinstance(raw, Percentage):
        return raw.shown if is_percent_unit(unit) else excel_number(Decimal(raw))
    if isinstance(raw, Decimal):
        return excel_number(raw)
    if is_blank(raw):
        return None
    if not isinstance(raw, str):
        kind, hint = ("逻辑值", "") if isinstance(raw, bool) else ("日期", "；如是格式设错，请把单元格改为“常规”格式")
        raise CellFaultError(
            "READ-NUMBER", f"单元格里是{kind}“{show(raw)}”，不是数字{hint}", f"一个数字（单位：{unit or '无'}）"
        )
    text = _plain_text(raw)
    known = dimension(unit)
    if known and known[0] == "money":
        text = text.removeprefix("¥").removeprefix("￥").removeprefix("人民币").lstrip()
    match = _NUMBER.fullmatch(text)
    allowed = f"只写一个数字，例如 1234.5 或 1,234.5（单位：{unit or '无'}，写在表头，不写在单元格里）"
    if match is None:
        raise CellFaultError("READ-NUMBER", f"“{raw}”不是数字", allowed)
    rest, own = match["rest"].strip(), frozenset({unit} - {""})
    if rest.startswith("(") and rest.endswith(")") and is_unit(rest[1:-1], own):
        rest = rest[1:-1]
    if rest and not is_unit(rest, own):
        raise CellFaultError("READ-NUMBER", f"“{raw}”不是规范的数字", allowed)
    if rest and not agree(unit, rest):
        raise CellFaultError("READ-UNIT", f"“{raw}”带有单位“{rest}”，而本列单位是“{unit or '无'}”", allowed)
    return Decimal(match["number"].replace(",", ""))


def arabic(text: str) -> str:
    """Return a date in Chinese numerals with figures.

    Examples
    --------
    >>> arabic("二〇一七年六月二十一日"), arabic("2017年十月")
    ('2017年6月21日', '2017年10月')
    """
    return _HAN_NUMBER.sub(lambda found: _figures(found[0]), text) if "年" in text else text


def _figures(han: str) -> str:
    tens, ten, ones = han.partition("十")
    if not ten:
        return "".join(_HAN_DIGITS[digit] for digit in han)
    return (_HAN_DIGITS.get(tens, tens) or "1") + (_HAN_DIGITS.get(ones, ones) or "0")


def parse_date(raw: Raw) -> date | None:
    """Read a date cell, its number, or a date written as text (2017-06-30, 2017年6月30日, 2017.6.30, 20170630).

    Raises
    ------
    CellFaultError
        If it is no date. A number is one where a spreadsheet that shows it as a date shows a likely day.
    """
    if isinstance(raw, date) and raw.year >= _FIRST_YEAR:
        return raw.date() if isinstance(raw, datetime) else raw
    if is_blank(raw):
        return None
    if (day := serial_day(raw)) is not None:
        return day
    text = arabic(normal(_TIME.sub("", show(raw)))).replace("—", "-").replace("–", "-")
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    try:
        if match and int(match["y"]) >= _FIRST_YEAR:
            return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        pass  # 2017-02-30 looks like a date and is none: it gets the same message as any other text
    raise CellFaultError("READ-DATE", f"“{show(raw)}”不是日期", "完整的年月日，例如 2017-06-30 或 2017年6月30日")


def serial_day(raw: Raw) -> date | None:
    """Return the day that a spreadsheet would show for a number, where it is likely to be one (1995 to 2064)."""
    if isinstance(raw, Decimal) and raw == int(raw) and _FIRST_SERIAL <= raw <= _LAST_SERIAL:
        return _EPOCH + timedelta(days=int(raw))
    return None


@lru_cache(maxsize=256)
def _choices(choices: tuple[str, ...]) -> dict[str, str]:
    return {normal(choice): choice for choice in reversed(choices)}


def cell_parser(column: Column) -> Callable[[Raw], ExactValue]:
    """Return what reads a column's cells by its type; 万元 becomes 元 where the column's id ends in ``_yuan``.

    What it returns raises :class:`CellFaultError` if a cell cannot be read as that type.
    """
    # The same few days and words stand all down the column.
    match column.type:
        case CellType.INTEGER | CellType.DECIMAL:
            unit, scale = column.unit, yuan_scale(column.id, column.unit)
            if scale == 1:
                return lambda raw: excel_number(raw) if type(raw) is Decimal else parse_number(raw, unit)
            return lambda raw: _scaled(parse_number(raw, unit), scale)
        case CellType.DATE:
            return lru_cache(maxsize=256, typed=True)(parse_date)
        case CellType.CHOICE:
            choices = _choices(column.choices)
            return lru_cache(maxsize=256, typed=True)(
                lambda raw: choices.get(normal(show(raw))) or show(raw).strip() or None
            )
        case CellType.TEXT:
            return lambda raw: (raw if isinstance(raw, str) else show(raw)).strip() or None


_PLAIN = {
    CellType.INTEGER: Decimal,
    CellType.DECIMAL: Decimal,
    CellType.DATE: date,
    CellType.CHOICE: str,
    CellType.TEXT: str,
}
"""Type of a column → that of a cell that is read without a fault, and of which there is nothing to say."""


def not_plain(column: Column, raws: Sequence[Raw]) -> set[int]:
    """Return which of a column's cells need a closer look: neither blank nor plainly of its type."""
    plain_type = _PLAIN[column.type]
    found: set[int] = set()
    if not set(map(type, raws)) <= {plain_type, NoneType}:
        found |= {n for n, raw in enumerate(raws) if raw is not None and type(raw) is not plain_type}
    if column.type == CellType.DATE:
        found |= {n for n, raw in enumerate(raws) if type(raw) is date and raw.year < _FIRST_YEAR}
    return found


def _scaled(number: Decimal | None, scale: Decimal) -> Decimal | None:
    return None if number is None else number * scale
