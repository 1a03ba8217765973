"""Counts in what people wrote (其中特困供养人员3人，三名老人): replaced where the page must not show them."""

import re
from collections.abc import Collection

from minsheng.domain.disclosure import SUPPRESSED

_DIGITS = "零一二三四五六七八九"
_WIDE = str.maketrans("0123456789,", "０１２３４５６７８９，")
_SPELT = 100
"""Numbers from here on are written in figures."""
# What a number of persons is not followed by: dates, money, shares, other things that are counted, ordinals.
_OTHER_UNITS = "年月日号元万亿％%个张项届条期份所户天周季级类款页次部家场街镇乡村倍分时"
_BEFORE = r"(?<![0-9０-９.．/〔第零一二三四五六七八九十百千万])(?<![0-9０-９][,，])"
_AFTER = rf"(?![0-9０-９零一二三四五六七八九十百千])(?![.．,，][0-9０-９])(?!\s*[{_OTHER_UNITS}])"


def without_counts(text: str, counts: Collection[int]) -> str:
    """Return a text in which none of these counts of persons stands as a number.

    Parameters
    ----------
    text
        What a county or section wrote.
    counts
        Above zero. A number that equals one of them is replaced whatever it counts, unless a unit that persons do
        not have follows (年, 元, 张, …): a little too much is hidden rather than too little.

    Examples
    --------
    >>> without_counts("6月救助5人，其中特困供养人员３人、低保两人次，支出3元", {3, 2})
    '6月救助5人，其中特困供养人员＊人、低保＊人次，支出3元'
    >>> without_counts("1,203名失能老人，13人，第3季度", {1203, 3})
    '＊名失能老人，13人，第3季度'
    """
    if not counts or not text:
        return text
    written = sorted({form for count in counts for form in _forms(count)}, key=len, reverse=True)
    return re.sub(f"{_BEFORE}(?:{'|'.join(map(re.escape, written))}){_AFTER}", SUPPRESSED, text)


def _forms(count: int) -> set[str]:
    figures = {str(count), f"{count:,}"}
    return figures | {form.translate(_WIDE) for form in figures} | _spelt(count)


def _spelt(count: int) -> set[str]:
    if count >= _SPELT:
        return set()
    tens, ones = divmod(count, 10)
    if not tens:
        return {_DIGITS[ones]} | ({"两"} if ones == 2 else set())
    return {f"{'' if tens == 1 else _DIGITS[tens]}十{_DIGITS[ones] if ones else ''}"}
