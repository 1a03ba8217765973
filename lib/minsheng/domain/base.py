"""What every domain object shares: it is frozen, and it refuses words that it does not know."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, PlainSerializer, model_validator

from minsheng.errors import UsageError


def plain(number: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros: the one text form of a figure.

    Examples
    --------
    >>> plain(Decimal("1950.00")), plain(Decimal("1E+3")), plain(Decimal("-0.50"))
    ('1950', '1000', '-0.5')
    """
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


Exact = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json-unless-none")]
"""An exact decimal; a string in JSON, so that no reader turns it into a float."""


class Frozen(BaseModel):
    """An immutable value; an unknown field is an error, never ignored.

    What validates a class is built when the first value is made: most commands never see most classes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


def build_all(base: type[Frozen] = Frozen) -> None:
    """Build what validates every class that has been imported: a process that forks does it once for all forks."""
    for each in base.__subclasses__():
        each.model_rebuild()
        build_all(each)


class Source(Frozen):
    """Where a number or a rule of the plan comes from.

    Either a clause of a document, or a default of ours where the documents are silent. A default says why, and
    every report that depends on it prints that.
    """

    document: str
    """``ours`` for our own default, else the id of a document listed in ``plan.yaml``."""
    clause: str = ""
    """The clause as a reader would look it up, e.g. ``三（二）1⑸``."""
    quote: str = ""
    """The words of the clause, typos included."""
    why: str = ""
    """For a default of ours: why it is needed and why this one."""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.is_ours and not self.why:
            raise ValueError("本系统默认值（document: ours）须写明 why")
        if not self.is_ours and not self.clause:
            raise ValueError("引用文件须写明 clause（条款）")
        return self

    @property
    def is_ours(self) -> bool:
        """Whether the documents are silent and the value is our default."""
        return self.document == "ours"


class DatedValue(Frozen):
    """A parameter whose value changes on known days, e.g. 发放标准.

    A day before the first value raises: it is neither none nor zero.
    """

    id: str
    name: str
    unit: str
    values: dict[date, Exact]
    source: Source
    defaults: dict[str, Source] = {}
    """Which of the settings above do not come from ``source``, by field name."""

    def on(self, day: date) -> Decimal:
        """Return the value in force on ``day``.

        Raises
        ------
        ValueError
            If ``day`` lies before the first dated value.
        """
        starts = [start for start in self.values if start <= day]
        # Neither none nor zero, so it raises.
        if not starts:
            first = min(self.values)
            raise ValueError(f"参数“{self.name}”（{self.id}）自 {first} 起有值，{day} 无值可用")
        return self.values[max(starts)]


def same_as_name(known: dict[str, Any]) -> str:
    """Return what stands for a short name that is not given; of what has no name either, that is the fault."""
    return str(known.get("name", ""))


_SHORTEST = 2
"""Characters of a name that must be typed."""


def flat(text: str) -> str:
    """Return a text as it is compared: full-width as ASCII, without blanks, invisible characters and quotes."""
    found = unicodedata.normalize("NFKC", text).translate({ord("−"): "-", ord("–"): "-"})
    return "".join(
        c for c in found if not c.isspace() and unicodedata.category(c) != "Cf" and c not in "\"'“”‘’「」《》"
    )


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
    near = get_close_matches(said, [each for each, _ in every], cutoff=0.5)
    close = [key for name, key in every if name in near]
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
