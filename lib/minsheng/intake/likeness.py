"""Which of the names found in a file may be meant by one that is missing: a suggestion for people, never a reading."""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import TypeVar

_ALIKE = 0.6
_Key = TypeVar("_Key")


def most_like(wanted: str, found: Mapping[_Key, str], *, only_one: bool = False) -> _Key | None:
    """Return the key of the text that is most like ``wanted``; ``None`` if none is.

    Parameters
    ----------
    wanted
        The missing name.
    found
        What is there instead, by its place.
    only_one
        Nothing else is missing: then the only text there is meant, whatever it says.

    Examples
    --------
    >>> most_like("当月保障人数", {3: "当月保璋人数", 4: "备注"}), most_like("当月保障人数", {4: "备注"})
    (3, None)
    """
    if only_one and len(found) == 1:
        return next(iter(found))
    ratios = {at: SequenceMatcher(None, wanted, text).ratio() for at, text in found.items()}
    best = max(ratios, key=lambda at: ratios[at], default=None)
    return best if best is not None and ratios[best] >= _ALIKE else None
