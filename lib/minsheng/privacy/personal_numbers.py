"""Personal numbers in a text (身份证号、手机号、银行卡号): found by their own check digits, shown only masked."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache, reduce

BREAK = "\x1f"
"""Stands between two cells: digits on either side of it are never one number."""


class PersonalKind(StrEnum):
    """What a number identifies."""

    ID = "身份证号"
    MOBILE = "手机号"
    CARD = "银行卡号"


@dataclass(frozen=True)
class PersonalNumber:
    """A number masked (``510821********123X``), and where it stands in the normalised text."""

    kind: PersonalKind
    masked: str
    start: int
    end: int


# Circled and raised digits mark footnotes: NFKC would make them a part of the number that they stand behind.
_MARKS = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209c\u2460-\u24ff\u2776-\u2793]")

_INVISIBLE = re.compile(
    "[\u00ad\u0300-\u036f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
"""What has no width, and what is drawn over the letter before it: variation selectors, keycaps, accents."""

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")

_HAN = "〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"

_HAN_DIGITS = str.maketrans(_HAN, "0001234567891123456789")

_HAN_RUN = re.compile(f"[{_HAN}](?>(?:[ \t-]?[{_HAN}]){{10,}})")

_MIXED_RUN = re.compile(f"[0-9{_HAN}](?>(?:[ \t-]?[0-9{_HAN}]){{10,}})")
"""Digits of both kinds in one number: 1三9〇8123456."""

_LIKE_X = re.compile("(?<=[0-9])([ \t-]{0,3}(?:\r?\n[ \t-]{0,12})?)[\u0425\u0445\u03a7\u03c7\u00d7](?![0-9A-Za-z])")
"""Letters of other alphabets and signs that look like the X that ends an ID."""

_ENOUGH_DIGITS = re.compile(r"\d(?:(?:(?![\x1f,])[\W_]){0,17}\d){10}")
"""Part of all that the patterns below find: without it they need not look."""
# Atomic: a run is taken whole, so that no text can make the search slow. A possessive repetition of a group would say
# the same, but Python before 3.11.5 loses matches with it (Debian 12 has 3.11.2).
_RUN = re.compile(
    r"(?<![0-9A-Za-z])(?:[A-Za-z]{1,12}+(?=[0-9]{15}))?\+?"
    r"([0-9](?>(?:[ \t-]{0,3}+(?:\r?\n[ \t-]{0,12}+)?[0-9])*)"
    r"(?:[ \t-]{0,3}+(?:\r?\n[ \t-]{0,12}+)?[Xx](?![0-9A-Za-z]))?)"
)


def _plain_han() -> str:
    """Return the ranges of 汉字 that are no digits, for a pattern."""
    digits = sorted(ord(digit) for digit in _HAN if "\u4e00" <= digit <= "\u9fff")
    bounds = zip([0x4E00, *(digit + 1 for digit in digits)], [*(digit - 1 for digit in digits), 0x9FFF], strict=True)
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in bounds if first <= last)


_NO_DIGIT = (
    "\\x00-/:-\\x7f\xa0\xb7\xd7\u2013\u2014\u2018-\u201d\u2026\u3000-\u3003\u3008-\u3011\u3014\u3015"
    f"\uff01-\uff0f\uff1a-\uff5e\uffe5{_plain_han()}"
)
"""What no normalising turns into a digit: ASCII, punctuation, 汉字 (a test looks at each of them)."""

_FEW_DIGITS = re.compile(f"(?>[{_NO_DIGIT}]*)(?>(?:[0-9{_HAN}](?>[{_NO_DIGIT}]*)){{0,10}})")
"""The whole of a text with fewer digits than any number has: most texts, told apart before they are normalised."""

# Dots, slashes and brackets also stand in amounts, dates and document numbers, so only whole shapes count there.
_DOTTED = re.compile(
    r"(?<![0-9A-Za-z./_\u00b7])\(?[0-9]{2,17}(?>(?:[./_\u00b7\u2022\u2027\u2219\u22c5\u30fb()-]{1,2}[0-9]{2,17}){1,5})"
    r"(?:[./_\u00b7\u2022\u2027\u2219\u22c5\u30fb-]?[Xx])?(?![0-9A-Za-z]|[./_\u00b7][0-9])"
)

_DOTTED_MOBILE = frozenset({(3, 4, 4), (2, 3, 4, 4), (4, 3, 4, 4)})

_BRACKETED_MOBILE = re.compile(r"\([0-9]{3}\)[0-9]{4}-?[0-9]{4}")

_DOTTED_ID = frozenset({(6, 8, 4), (6, 4, 4, 4), (6, 4, 2, 2, 4), (6, 8, 3, 1), (6, 6, 3), (3, 3, 4, 4, 4)})

_LENGTHS = frozenset({11, 13, 15, 16, 17, 18, 19})
"""Digits of a mobile number without and with its country, of an ID, of a card."""

_SHORTEST, _LONGEST = min(_LENGTHS), max(_LENGTHS)

_GROUP = re.compile(r"[0-9]+[Xx]?|[Xx]")

_MOBILE = re.compile(r"1(?:3\d|4[014-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}")

_COUNTRY = ("86", "0086")
# The first digits of the cards that Chinese banks issue: UnionPay, and the older ones of Visa, Mastercard and JCB.
_CARD = re.compile(r"(?:62\d{14,17}|(?:4[0-9]|5[1-5]|35)\d{14}|60(?:1428|3\d{3})\d{10,13}|9558\d{12,15})")

_CARD_SHAPES = re.compile(r"(?:4-){3}4(?:-[1-3])?|6-1[03]|4-4-4-7|6-4-4-[2-5]")

_MOBILE_SHAPES = frozenset({(3, 4, 4), (3, 8), (7, 4), (4, 7)})
# GB/T 2260: provinces; cities run to 70 or are 90, counties are 01 to 89, and 00 was given where none was known.
_PROVINCES = frozenset(
    (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83)
)

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)

_CHECK = "10X98765432"

_EXACT_DIGITS = 15
"""A double keeps this many; a spreadsheet puts zeros for the rest."""

_OLDEST, _NEWEST = date(1890, 1, 1), date(2099, 12, 31)


def normalised(text: str) -> str:
    """Return a text with digits of every width and in Chinese made plain, without what is invisible or a footnote's."""
    if text.isascii():
        return text
    bare = _INVISIBLE.sub("", _MARKS.sub(" ", text))
    plain = _LIKE_X.sub(r"\1X", _DASHES.sub("-", unicodedata.normalize("NFKC", bare)))
    return _HAN_RUN.sub(lambda run: run[0].translate(_HAN_DIGITS), plain)


def has_few_digits(text: str) -> bool:
    """Whether a text certainly holds no number, for want of digits; what is not told apart at a glance may hold one."""
    return _FEW_DIGITS.fullmatch(text) is not None


def personal_numbers(text: str) -> tuple[PersonalNumber, ...]:
    """Find the personal numbers of a text.

    Parameters
    ----------
    text
        Any text; :data:`BREAK` stands between what does not belong together.

    Returns
    -------
    tuple of PersonalNumber
        Whole tokens only, so that no part of a digest, an amount or a longer number is one; places are those of
        :func:`normalised` text. A number may be split by single spaces, hyphens and line ends.

    Notes
    -----
    An ID of 18 digits has a region (GB/T 2260), a date of birth and a check digit (GB 11643); one of 15 a region and a
    date; a mobile number has a prefix that is in use; a card an issuer's prefix and a check digit (Luhn).
    """
    # Piece by piece, since most have few digits; and a page and its notebook hold the same ones.
    pieces = (piece for piece in text.split(BREAK) if not has_few_digits(piece))
    if not any((_in_short if len(piece) < _SHORT else _in_piece)(piece) for piece in pieces):
        return ()
    return _in_piece(text)


def _in_piece(text: str) -> tuple[PersonalNumber, ...]:
    plain = normalised(text)
    found = _found(plain)
    mixed = plain if plain.isascii() else _MIXED_RUN.sub(lambda run: run[0].translate(_HAN_DIGITS), plain)
    if mixed != plain:
        taken = {at for number in found for at in range(number.start, number.end)}
        found += [each for each in _found(mixed) if taken.isdisjoint(range(each.start, each.end))]
        found.sort(key=lambda number: number.start)
    return tuple(found)


_SHORT = 1000

_in_short = lru_cache(maxsize=1024)(_in_piece)


def _found(plain: str) -> list[PersonalNumber]:
    found: list[PersonalNumber] = []
    if _ENOUGH_DIGITS.search(plain):
        for run in _RUN.finditer(plain):
            start, end = run.span(1)
            if end - start >= _SHORTEST:
                found += _in_run(plain, start, end)
        taken = {at for number in found for at in range(number.start, number.end)}
        found += [each for each in _dotted(plain) if each.start not in taken and each.end - 1 not in taken]
        found.sort(key=lambda number: number.start)
    return found


def _dotted(text: str) -> Iterator[PersonalNumber]:
    """Find the numbers whose groups are told apart by dots, slashes or brackets: 139.0812.3456, (139)08123456.

    One point alone is that of an amount.
    """
    for run in _DOTTED.finditer(text):
        if run.end() - run.start() < _SHORTEST:
            continue
        groups = _GROUP.findall(run[0])
        digits, shape = "".join(groups), tuple(map(len, groups))
        bare = digits[shape[0] :] if digits.startswith(_COUNTRY) and shape[0] in {2, 4} else digits
        kind = None
        if _BRACKETED_MOBILE.fullmatch(run[0]) and _MOBILE.fullmatch(digits):
            kind = PersonalKind.MOBILE
        elif shape in _DOTTED_ID and is_id(digits):
            kind = PersonalKind.ID
        elif shape in _DOTTED_MOBILE and _MOBILE.fullmatch(bare):
            kind = PersonalKind.MOBILE
        elif len(shape) > 2 and _CARD_SHAPES.fullmatch("-".join(map(str, shape))) and _CARD.fullmatch(digits):
            kind = PersonalKind.CARD if _passes_luhn(digits) else None
        if kind is not None:
            yield PersonalNumber(kind, mask(bare if kind == PersonalKind.MOBILE else digits, kind), *run.span())


def masked_text(text: str) -> str:
    """Return a text with its personal numbers masked; unchanged where it has none."""
    if not personal_numbers(text):
        return text
    # Letter by letter, so that all that is no number stays as it was written.
    letters = [(letter, at) for at, original in enumerate(text) for letter in normalised(original)]
    parts, start = [], 0
    for number in personal_numbers("".join(letter for letter, _ in letters)):
        parts += [text[start : letters[number.start][1]], number.masked]
        start = letters[number.end - 1][1] + 1
    return "".join((*parts, text[start:]))


def _groups(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the groups of a run without those that belong to an amount: 0.138…, …678.5, 1,950."""
    groups = [(m.start(), m.end()) for m in _GROUP.finditer(text, start, end)]
    glued = text[end : end + 1].isascii() and text[end : end + 1].isalnum()
    if glued or (text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit()):
        groups.pop()
    if groups and start > 1 and text[start - 2].isdigit():
        short = groups[0][1] - groups[0][0] <= 3
        if text[start - 1] == "." or (text[start - 1] == "," and short):
            groups.pop(0)
    return groups


def _in_run(text: str, start: int, end: int) -> Iterator[PersonalNumber]:
    """Look at every row of whole groups of a run, the longest first; what is found is not looked at again."""
    groups = _groups(text, start, end)
    at = 0
    while at < len(groups):
        for last in _ends(groups, at):
            mine = groups[at:last]
            digits = "".join(text[a:b] for a, b in mine)
            kind = _kind(digits, tuple(b - a for a, b in mine), split_line="\n" in text[mine[0][0] : mine[-1][1]])
            if kind is not None:
                yield PersonalNumber(kind, mask(digits, kind), mine[0][0], mine[-1][1])
                at = last
                break
        else:
            at += 1


def _ends(groups: list[tuple[int, int]], at: int) -> list[int]:
    """Return where a number that begins with a group may end, the furthest first: its groups have as many digits."""
    # Without this a list of numbers is looked at nineteen times over.
    ends, length = [], 0
    for last in range(at, len(groups)):
        length += groups[last][1] - groups[last][0]
        if length > _LONGEST:
            break
        if length in _LENGTHS:
            ends.append(last + 1)
    return ends[::-1]


def _kind(digits: str, shape: tuple[int, ...], *, split_line: bool) -> PersonalKind | None:
    if is_id(digits):
        return PersonalKind.ID
    halves = split_line and len(shape) == 2 and min(shape) >= 3
    whole = len(shape) == 1 or set(shape) == {1} or halves
    bare = digits
    if shape[0] in {2, 4} and digits.startswith(_COUNTRY) and len(shape) > 1:
        bare, shape = digits[shape[0] :], shape[1:]
        whole = len(shape) == 1
    elif len(shape) == 1:
        bare = next((digits[len(code) :] for code in _COUNTRY if digits.startswith(code)), digits)
        bare = bare if _MOBILE.fullmatch(bare) else digits
    if _MOBILE.fullmatch(bare) and (whole or shape in _MOBILE_SHAPES):
        return PersonalKind.MOBILE
    is_grouped = whole or _CARD_SHAPES.fullmatch("-".join(map(str, shape)))
    if is_grouped and _CARD.fullmatch(digits) and _passes_luhn(digits):
        return PersonalKind.CARD
    return None


def is_id(digits: str) -> bool:
    """Whether these are an ID number of 18 digits with its check digit, or of 15."""
    match len(digits):
        case 18:
            return has_id_shape(digits) and _check_digit(digits[:17]) == digits[17].upper()
        case 15:
            return digits.isdigit() and _is_region(digits) and _is_date("19" + digits[6:12])
    return False


def has_id_shape(digits: str) -> bool:
    """Whether 18 characters begin like an ID: region and date of birth; the check digit is not looked at."""
    return digits[:17].isdigit() and _is_region(digits) and _is_date(digits[6:14])


def mask(digits: str, kind: PersonalKind) -> str:
    """Return a number with its middle hidden."""
    match kind:
        case PersonalKind.ID:
            tail = 4 if len(digits) == 18 else 3
            return digits[:6] + "*" * (len(digits) - 6 - tail) + digits[-tail:]
        case PersonalKind.MOBILE:
            return digits[-11:-8] + "****" + digits[-4:]
        case PersonalKind.CARD:
            return digits[:6] + "*" * (len(digits) - 10) + digits[-4:]


def rounded_number(text: str) -> tuple[PersonalKind, str] | None:
    """Recognise an ID or card that a spreadsheet has cut to 15 digits: its check digit is lost, its shape is not."""
    if not text.isdigit() or not 16 <= len(text) <= 19 or text[_EXACT_DIGITS:].strip("0"):
        return None
    if len(text) == 18 and has_id_shape(text):
        return PersonalKind.ID, mask(text, PersonalKind.ID)
    return (PersonalKind.CARD, mask(text, PersonalKind.CARD)) if text.startswith("62") else None


def _check_digit(digits: str) -> str:
    return _CHECK[sum(int(d) * weight for d, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def _is_region(digits: str) -> bool:
    city, county = int(digits[2:4]), int(digits[4:6])
    return int(digits[:2]) in _PROVINCES and (city <= 70 or city == 90) and county < 90


def _is_date(digits: str) -> bool:
    try:
        return _OLDEST <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])) <= _NEWEST
    except ValueError:
        return False


def _passes_luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + at % 2) for at, d in enumerate(reversed(digits)))
    return reduce(lambda total, n: total + n // 10 + n % 10, doubled, 0) % 10 == 0
