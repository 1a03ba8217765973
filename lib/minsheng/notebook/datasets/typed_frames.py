"""Tables of texts → pandas frames: ordered categories, floats with their exact decimals beside them, days, counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from minsheng.notebook.datasets.kept_tables import Coded, KeptTable, Text, narrowest


class ColumnKind(Enum):
    """How a column of texts is typed."""

    NAME = auto()
    """A category, in the plan's order where there is one, else in the order of rows."""
    WORDS = auto()
    """Text that hardly repeats: formulas, messages."""
    NUMBER = auto()
    """A float, and the exact decimal in a column beside it."""
    COUNT = auto()
    DAY = auto()
    MOMENT = auto()
    FLAG = auto()


EXACT = "精确"
"""What the name of the column ends with that holds the exact decimals of the one before."""


@dataclass(frozen=True)
class FrameColumn:
    """One column of a table; a unit stands in the name, or in the column 单位."""

    name: str
    kind: ColumnKind = ColumnKind.NAME


def names_of(columns: Sequence[FrameColumn]) -> tuple[str, ...]:
    """Return the names of columns."""
    return tuple(column.name for column in columns)


def frame_of(columns: Sequence[FrameColumn], table: KeptTable, orders: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return a table as a frame.

    Parameters
    ----------
    orders
        By column, the categories in their order; texts that it does not know follow.
    """
    made: dict[str, Any] = {}
    for column in columns:
        coded = table[column.name]
        match column.kind:
            case ColumnKind.NAME:
                made[column.name] = _category(coded, orders.get(column.name))
            case ColumnKind.WORDS:
                words = pd.array([text or "" for text in coded.texts], dtype="str")
                made[column.name] = words.take(coded.codes)
            case ColumnKind.NUMBER:
                exact = [_decimal(text) for text in coded.texts]
                numbers = np.array([np.nan if each is None else float(each) for each in exact], dtype=np.float64)
                made[column.name] = numbers[coded.codes]
                made[f"{column.name}{EXACT}"] = coded.spread(exact)
            case ColumnKind.COUNT:
                counts = pd.array([None if not text else int(text) for text in coded.texts], dtype="Int64")
                made[column.name] = counts.take(coded.codes)
            case ColumnKind.DAY:
                made[column.name] = _moments(coded, date.fromisoformat)
            case ColumnKind.MOMENT:
                # The bureau's clock, as its registers write it; a zone would make two lines incomparable.
                made[column.name] = _moments(coded, lambda text: datetime.fromisoformat(text).replace(tzinfo=None))
            case ColumnKind.FLAG:
                flags = pd.array([None if not text else text == "1" for text in coded.texts], dtype="boolean")
                made[column.name] = flags.take(coded.codes)
    return pd.DataFrame(made, copy=False)


def _category(coded: Coded, order: Sequence[str] | None) -> pd.Categorical:
    present = [text for text in coded.texts if text]
    if order is not None:
        known = set(present)
        present = [*(text for text in order if text in known), *(text for text in present if text not in set(order))]
    places = {text: number for number, text in enumerate(present)}
    codes = np.array([places.get(text or "", -1) for text in coded.texts], dtype=narrowest(len(present)))
    return pd.Categorical.from_codes(codes[coded.codes], categories=pd.Index(present, dtype="str"), ordered=bool(order))


def _decimal(text: Text) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:  # a word where others have numbers
        return None


def _moments(coded: Coded, read: Callable[[str], date]) -> NDArray[Any]:
    read_texts = [np.datetime64(read(text), "s") if text else np.datetime64("NaT", "s") for text in coded.texts]
    found = np.array(read_texts, dtype="datetime64[s]")
    return found[coded.codes] if len(coded.texts) else found
