"""计量单位 in headers and cells: split off, compared, never guessed.

What measures what is known of the units below, so that 人 and 名 agree and 元 and 万元 do not. Any other text is a unit
where the plan names it as one: ``own`` are the units of the columns that a header may be of. 万元 exists at the edge
only: a column whose id ends in ``_yuan`` is held in 元 once it is read.
"""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

_MONEY = re.compile(r"(?:人民币)?(?P<scale>[十百千]?(?:万亿|[万亿])?)元整?(?P<per>/.+)?")

_SCALE = re.compile(r"(?P<scale>[十百千]?(?:万亿|[万亿])|[百千])(?P<rest>.*)")

_POWERS = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8}

_A_HEAD = re.compile("/.*[人户床张]")

_COUNTS = {
    "persons": ("人", "名", "人次", "人月", "人·月", "人/次", "人数", "位"),
    "households": ("户", "户数"),
    "beds": ("张", "床", "床位"),
    "things": ("个", "所", "处", "家", "座"),
    "months": ("个月", "月"),
    "percent": ("%", "百分比"),
    "papers": ("页", "份", "件"),
    "points": ("分",),
    "times": ("次",),
}

_DIMENSION = {unit: dimension for dimension, units in _COUNTS.items() for unit in units}

_NO_COUNTS = frozenset({"money", "money per year", "percent"})

_SUFFIX = re.compile(r"(?P<label>.*?)[(\[](?:单位[::]?)?(?P<unit>[^()\[\]]+)[)\]]")

_SAID = re.compile(r"(?P<label>.+?)[,、]?(?:(?:计量)?单位[::]?|[,、])(?P<unit>[^()\[\],、:]+)")

_UNIT_LINE = re.compile(r"(?<!填报)(?<!报告)(?:计量|金额)?单位[::]?(?P<unit>[^\s,;:()]+)")


def normal(text: object) -> str:
    """Return ``text`` as it is compared: NFKC, no white space, no invisible characters."""
    return _normal(str(text))


@lru_cache(maxsize=16384)
def _normal(text: str) -> str:
    flat = unicodedata.normalize("NFKC", text)
    if flat.isascii() and flat.isalnum():
        return flat
    return "".join(c for c in flat if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"})


@lru_cache(maxsize=4096)
def dimension(unit: str) -> tuple[str, Decimal] | None:
    """Return what a unit measures and its scale; ``None`` if it is no unit that we know.

    Examples
    --------
    >>> dimension("万元"), dimension("元/人·月"), dimension("含物价补贴")
    (('money', Decimal('10000')), ('money', Decimal('1')), None)
    """
    text = normal(unit).replace("•", "·").replace(".", "·")
    if money := _MONEY.fullmatch(text):
        yearly = "年" in (money["per"] or "")
        return ("money per year" if yearly else "money", _scale(money["scale"]))
    if text in _DIMENSION:
        return _DIMENSION[text], Decimal(1)
    scaled = _SCALE.fullmatch(text)
    if scaled and (scaled["rest"] in _DIMENSION or not scaled["rest"]):
        return _DIMENSION.get(scaled["rest"], "number"), _scale(scaled["scale"])
    return None


def _scale(words: str) -> Decimal:
    return Decimal(10 ** sum(_POWERS[word] for word in words))


@lru_cache(maxsize=4096)
def is_unit(text: str, own: frozenset[str] = frozenset()) -> bool:
    """Whether a text is a unit: a known one, one of ``own``, or one of these in hundreds, thousands, 万."""
    if dimension(text) is not None:
        return True
    flat, mine = normal(text), {normal(unit) for unit in own}
    mine |= {scaled["rest"] for unit in mine if (scaled := _SCALE.fullmatch(unit)) and scaled["rest"]}
    scaled = _SCALE.fullmatch(flat)
    return flat in mine or bool(scaled and scaled["rest"] in mine)


def is_percent_unit(unit: str) -> bool:
    """Whether figures of a unit are hundredths: what a percentage cell shows, and not what it holds, is meant."""
    known = dimension(unit)
    return known is not None and known[0] == "percent"


def is_money(unit: str) -> bool:
    """Whether a unit is one of money, however many of whatever: 万元, 元/人·月."""
    known = dimension(unit)
    return known is not None and known[0].startswith("money")


def agree(column_unit: str, found: str) -> bool:
    """Whether a unit found in a file is the column's own, synonyms included (人 and 名).

    A column without a unit counts things of whatever kind: neither money nor a share, and none in thousands.
    """
    mine, theirs = normal(column_unit), normal(found)
    if mine == theirs:
        return True
    if not mine or not theirs:
        known = dimension(mine or theirs)
        return known is None or (known[1] == 1 and known[0] not in _NO_COUNTS)
    if "或" in mine or "或" in theirs:
        return any(agree(a, b) for a in re.split("[或/]", mine) for b in re.split("[或/]", theirs))
    known = dimension(mine)
    # 元 in a column of 元/人·月 only leaves out the rest; 元/人 in a column of 元 is another figure.
    a_head = "/" not in mine and bool(_A_HEAD.search(theirs))
    return known is not None and known == dimension(theirs) and not (a_head and known[0] == "money")


@lru_cache(maxsize=16384)
def split_unit(header: str, own: frozenset[str] = frozenset()) -> tuple[str, str]:
    """Split a header into its label, as compared, and its unit; the unit is empty where none is written.

    Examples
    --------
    >>> split_unit("累计 下达（万元）"), split_unit("老人（含）")
    (('累计下达', '万元'), ('老人(含)', ''))
    >>> split_unit("改造管网（公里）", frozenset({"公里"}))
    ('改造管网', '公里')
    """
    text = normal(header)
    for unit in map(normal, own):
        # As it is printed, whatever it holds: brackets of its own, too.
        if text.endswith(f"({unit})") and unit:
            return text.removesuffix(f"({unit})"), unit
    match = _SUFFIX.fullmatch(text)
    if match and (is_unit(match["unit"], own) or "或" in match["unit"]):
        return match["label"], match["unit"]
    said = _SAID.fullmatch(text)
    if said and is_unit(said["unit"], own):
        return said["label"], said["unit"]
    label, _, last = text.rpartition("/")
    if label and is_unit(last, own) and not is_unit(text, own):
        return label, last
    return text, ""


_DROPPED = str.maketrans("", "", ":,，、。*＊★.“”\"'‘’「」《》")

_NUMBERING = re.compile(r"^(?:\([一二三四五六七八九十0-9]{1,2}\)|[一二三四五六七八九十0-9]{1,2}[.、])(?=\D)")
"""What counties write before a name: 1. 一、 (一)"""


@lru_cache(maxsize=16384)
def comparable(text: str, own: frozenset[str] = frozenset()) -> str:
    """Return a label as it is compared: without number, unit, white space and punctuation; 本月 is 当月.

    ``own`` are the units of the table's columns.

    Examples
    --------
    >>> comparable("（3）本月 新增人数（人）")
    '当月新增人数'
    """
    return _NUMBERING.sub("", split_unit(text, own)[0], count=1).translate(_DROPPED).replace("本月", "当月")


def unit_line(text: object, own: frozenset[str] = frozenset()) -> str:
    """Return the unit that a line above a table names (单位：万元), or an empty text."""
    flat = normal(text)
    match = _UNIT_LINE.search(flat)
    if match and is_unit(match["unit"], own):
        return match["unit"]
    return split_unit(flat, own)[1]


@lru_cache(maxsize=1024)
def yuan_scale(column_id: str, unit: str) -> Decimal:
    """Return what a printed figure is multiplied with: 10000 for a 万元 column whose id ends in ``_yuan``, else 1."""
    known = dimension(unit) if column_id.endswith("_yuan") else None
    return known[1] if known else Decimal(1)


def held_unit(column_id: str, unit: str) -> str:
    """Return the unit in which a column's figures are held once they are read: 元 where they are scaled."""
    money = _MONEY.fullmatch(normal(unit)) if yuan_scale(column_id, unit) != 1 else None
    return f"元{money['per'] or ''}" if money else unit
