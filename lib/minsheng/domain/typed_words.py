"""What people type where a period, a year or a name is asked: understood as they mean it, or told what to write.

Stored texts are read strictly elsewhere; only what a person typed comes here.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from minsheng.domain.period import Period
from minsheng.errors import UsageError

PERIOD_FORMS = "月份写 2017-06 或 2017年6月，半年写 2017-H1 或 2017年上半年，全年写 2017 或 2017年"

_YEAR = r"(?P<year>\d{4}|\d{2}(?=年))"

_MONTH = re.compile(_YEAR + r"(?:(?:年|[-/.])(?P<month>\d{1,2})|(?P<month2>\d{2}))(?:月份?)?")

_HALF = re.compile(_YEAR + r"(?:年度?|[-/.])?(?:(?P<h>[Hh])?(?(h)(?P<number>[12])|(?P<half>[上下])半年))(?:度)?")

_SPAN = re.compile(_YEAR + r"(?:年|[-/.])?(?P<first>1|7)月?[-~至到—](?P<last>6|12)月(?:份)?")

_WHOLE = re.compile(_YEAR + r"(?:年度?|全年|年全年)?")

_DAY = re.compile(
    _YEAR + r"(?:[年/.-](?P<month>\d{1,2})[月/.-](?P<day>\d{1,2})[日号]?|(?P<month2>\d{2})(?P<day2>\d{2}))"
)

_HAN = str.maketrans("〇零一二三四五六七八九", "00123456789")

_HAN_YEAR = re.compile("[〇零一二三四五六七八九]{4}(?=年)")

_HAN_MONTH = re.compile("(?<=年)(十[一二]?|[一二三四五六七八九])(?=月)")

_SHORTEST = 2
"""Characters of a name that must be typed."""


def flat(text: str) -> str:
    """Return a text as it is compared: full-width as ASCII, without blanks, invisible characters and quotes."""
    found = unicodedata.normalize("NFKC", text).translate({ord("−"): "-", ord("–"): "-"})
    return "".join(
        c for c in found if not c.isspace() and unicodedata.category(c) != "Cf" and c not in "\"'“”‘’「」《》"
    )


def period_typed(text: str) -> Period:
    """Return the period that somebody typed: 2017年7月, 2017-7, 201707, 2017年上半年, 2017年1-6月, 二〇一七年七月.

    Raises
    ------
    UsageError
        If it is none; the message says what was probably meant and how periods are written.
    """
    said = _HAN_YEAR.sub(lambda match: match[0].translate(_HAN), flat(text))
    said = _HAN_MONTH.sub(lambda match: str(_number(match[0])), said)
    if match := _HALF.fullmatch(said):
        first = match["number"] == "1" or match["half"] == "上"
        return Period(f"{_year(match)}-H{1 if first else 2}")
    if (match := _SPAN.fullmatch(said)) and int(match["last"]) - int(match["first"]) == 5:
        return Period(f"{_year(match)}-H{1 if match['first'] == '1' else 2}")
    if re.fullmatch(_YEAR + r"(?:年|[-/.])?1月?[-~至到—]12月", said) or _WHOLE.fullmatch(said):
        return Period(str(_year(re.match(_YEAR, said))))
    if (match := _MONTH.fullmatch(said)) and 1 <= _month(match) <= 12:
        return Period.of_month(_year(match), _month(match))
    raise UsageError(f"“{text}”不是报告期{_meant(said)}。{PERIOD_FORMS}")


def _year(match: re.Match[str] | None) -> int:
    digits = match["year"] if match else "0"
    return int(digits) if len(digits) > 2 else 2000 + int(digits)


def _month(match: re.Match[str]) -> int:
    return int(match["month"] or match["month2"])


def _number(han: str) -> int:
    ones = "〇一二三四五六七八九".find(han[-1]) % 10 if han[-1] != "十" else 0
    return ones + (10 if "十" in han else 0)


def _meant(said: str) -> str:
    """Say what was probably meant, or what is missing."""
    if (match := _DAY.fullmatch(said)) and 1 <= _month(match) <= 12:
        return f"，是一天；是不是 {Period.of_month(_year(match), _month(match))}"
    if re.search("季度?|Q[1-4]", said):
        return "：没有按季的报告期，请写季末的月份"
    if re.fullmatch(r"\d{1,2}月?份?|[上下]半年|H[12]|全年|[上本下]个?月", said):
        return "：缺年度"
    if match := _MONTH.fullmatch(said):
        return f"：没有 {_month(match)} 月"
    return ""


def year_typed(text: str) -> int:
    """Return the year that somebody typed: 2017, 2017年, 2017年度, ２０１７.

    Raises
    ------
    UsageError
        If it is none.
    """
    match = re.fullmatch(r"(\d{4})(?:年度?)?", flat(text))
    if match is None:
        raise UsageError(f"“{text}”不是年度：写 2017 或 2017年")
    return int(match[1])


def choose_typed(text: str, names: Mapping[str, Iterable[str]], what: str, known: str, *, whole: bool = False) -> str:
    """Return the key of whom or what somebody typed, by any of its names.

    A part of a name will do where only one has it (救助科: 社会救助科).

    Parameters
    ----------
    text
        As it was typed.
    names
        Key → the names that it goes by.
    what
        What is asked for, for the message: 科室.
    known
        All there are, for the message.
    whole
        Whether a part of a name will not do.

    Raises
    ------
    UsageError
        If nobody, or more than one, is called that; the message says who was probably meant.
    """
    said = flat(text).casefold()
    every = [(flat(name).casefold(), key) for key, mine in names.items() for name in mine]
    ways: list[Callable[[str, str], bool]] = [str.__eq__]
    if not whole and len(said) >= _SHORTEST and not said.isascii():
        ways += [_within, _around, _shortened]
    same = next((found for way in ways if (found := {key for name, key in every if way(said, name)})), set())
    if len(same) == 1:
        return same.pop()
    close = [key for name, key in every if name in get_close_matches(said, [each for each, _ in every], cutoff=0.5)]
    meant = {key: next(iter(names[key])) for key in (*names, *close) if key in same or (not same and key in close)}
    asked = f"，是不是 {'、'.join(meant.values())}" if meant else ""
    raise UsageError(f"没有“{text}”这个{what}{asked}。{known}")


def _within(text: str, name: str) -> bool:
    """Whether a text stands in a name: 绩效办公室 of 局绩效办公室."""
    return text in name


def _around(text: str, name: str) -> bool:
    """Whether a name stands in a text: 办公室 in 局办公室."""
    return len(name) >= _SHORTEST and name in text


def _shortened(short: str, name: str) -> bool:
    """Whether a text is a name with characters left out: 福利科 of 社会福利和慈善事业科."""
    left = iter(name)
    return all(char in left for char in short)
