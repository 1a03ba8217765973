"""What an unquoted word of YAML means; whatever YAML readers disagree on is refused."""

import re
from datetime import date
from decimal import Decimal

_WORDS = {"null": None, "true": True, "false": False}

_GUESSED = frozenset({"~", "y", "n", "yes", "no", "on", "off", "true", "false", "null"})

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")

_WITH_POINT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")

_TRAPS = (
    (re.compile(r"[-+]?0[0-9][0-9_]*(?:\.[0-9]*)?"), "以 0 开头的数字会被当作八进制", '编码加引号，例如 "010101"'),
    (re.compile(r"[-+]?[0-9][0-9_]*(?::[0-9]{1,2})+(?:\.[0-9]*)?"), "带冒号的数字会被当作六十进制", "加引号"),
    (re.compile(r"0[xob][0-9A-Fa-f_]+"), "不能用十六进制、八进制、二进制数", "十进制数；编码加引号"),
    (re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?"), "数字中不能有下划线", "只写数字"),
    (re.compile(r"\+[0-9.]+"), "数字前不能有加号", "只写数字"),
    (re.compile(r"[-+]?(?:[0-9]+\.|\.[0-9]+)"), "小数点前后都要有数字", "例如 0.5"),
    (re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+"), "不能用科学记数法", "把数字写全；编码加引号"),
    (re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE), "不能用无穷大或非数", "数字"),
    (
        re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"),
        "不是日期",
        "日期写 YYYY-MM-DD，月日都用两位；文字加引号",
    ),
)


class ScalarRefusedError(ValueError):
    """An unquoted word is ambiguous."""

    def __init__(self, message: str, allowed: str) -> None:
        super().__init__(message)
        self.message = message
        self.allowed = allowed


def read_scalar(text: str) -> str | int | Decimal | date | bool | None:
    """Read one unquoted word; :class:`ScalarRefusedError` if it is empty or YAML's readers would guess what it means.

    Examples
    --------
    >>> read_scalar("1952.60"), read_scalar("70"), read_scalar("2017-06-30"), read_scalar("完成")
    (Decimal('1952.60'), 70, datetime.date(2017, 6, 30), '完成')
    """
    if text in _WORDS:
        return _WORDS[text]
    if not text:
        raise ScalarRefusedError("没有写值", '没有值写 null，空文字写 ""')
    if text.lower() in _GUESSED:
        raise ScalarRefusedError(f"“{text}”含义不清", "真假写 true 或 false，没有值写 null，文字加引号")
    if _WHOLE.fullmatch(text):
        return int(text)
    if _WITH_POINT.fullmatch(text):
        return Decimal(text)
    found = _DATE.fullmatch(text)
    if found:
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            raise ScalarRefusedError(f"“{text}”：没有这一天", "写历上有的日期") from None
    for pattern, message, allowed in _TRAPS:
        if pattern.fullmatch(text):
            raise ScalarRefusedError(f"“{text}”：{message}", allowed)
    return text
