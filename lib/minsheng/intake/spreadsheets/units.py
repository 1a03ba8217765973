"""计量单位 in headers and cells: split off, compared, never guessed.

万元 exists at this edge only: a column whose id ends in ``_yuan`` is held in 元 from here on.
"""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

_MONEY = re.compile(r"(?:人民币)?(?P<scale>[百千万亿]?)元整?(?P<per>/.+)?")

_SCALES = {"": Decimal(1), "百": Decimal(100), "千": Decimal(1000), "万": Decimal(10**4), "亿": Decimal(10**8)}

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
        return ("money per year" if yearly else "money", _SCALES[money["scale"]])
    if text in _DIMENSION:
        return _DIMENSION[text], Decimal(1)
    if text[:1] in {"百", "千", "万", "亿"}:
        rest = text[1:]
        if rest in _DIMENSION or not rest:
            return _DIMENSION.get(rest, "number"), _SCALES[text[0]]
    return None


def is_percent_unit(unit: str) -> bool:
    """Whether figures of a unit are hundredths: what a percentage cell shows, and not what it holds, is meant."""
    known = dimension(unit)
    return known is not None and known[0] == "percent"


def agree(column_unit: str, found: str) -> bool:
    """Whether a unit found in a file is the column's own, synonyms included (人 and 名)."""
    mine, theirs = normal(column_unit), normal(found)
    if mine == theirs:
        return True
    if "或" in mine or "或" in theirs:
        return any(agree(a, b) for a in re.split("[或/]", mine) for b in re.split("[或/]", theirs))
    known = dimension(mine)
    # 元 in a column of 元/人·月 only leaves out the rest; 元/人 in a column of 元 is another figure.
    a_head = "/" not in mine and bool(_A_HEAD.search(theirs))
    return known is not None and known == dimension(theirs) and not (a_head and known[0] == "money")


@lru_cache(maxsize=16384)
def split_unit(header: str) -> tuple[str, str]:
    """Split a header into its label, as compared, and its unit; the unit is empty where none is written.

    Examples
    --------
    >>> split_unit("累计 下达（万元）"), split_unit("老人（含）")
    (('累计下达', '万元'), ('老人(含)', ''))
    """
    text = normal(header)
    match = _SUFFIX.fullmatch(text)
    if match and (dimension(match["unit"]) or "或" in match["unit"]):
        return match["label"], match["unit"]
    said = _SAID.fullmatch(text)
    if said and dimension(said["unit"]):
        return said["label"], said["unit"]
    label, _, last = text.rpartition("/")
    if label and dimension(last) and not dimension(text):
        return label, last
    return text, ""


def unit_line(text: object) -> str:
    """Return the unit that a line above a table names (单位：万元), or an empty text."""
    flat = normal(text)
    match = _UNIT_LINE.search(flat)
    if match and dimension(match["unit"]):
        return match["unit"]
    return split_unit(flat)[1]


@lru_cache(maxsize=1024)
def yuan_scale(column_id: str, unit: str) -> Decimal:
    """Return what a printed figure is multiplied with: 10000 for a 万元 column whose id ends in ``_yuan``, else 1."""
    known = dimension(unit) if column_id.endswith("_yuan") else None
    return known[1] if known else Decimal(1)


def held_unit(column_id: str, unit: str) -> str:
    """Return the unit in which a column's figures are held once they are read: 元 where they are scaled."""
    return unit if yuan_scale(column_id, unit) == 1 else "元"
