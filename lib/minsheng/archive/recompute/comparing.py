"""Two results value by value: where figures differ, and where another version of the program only words them otherwise.

Pure: reads and writes nothing.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

WORDS = frozenset({
    "action", "addressee", "allowed", "area_name", "basis", "because", "bonus_formula", "branch", "city_said",
    "clause", "data_label", "events", "evidence_required", "formula", "group_names", "label", "message",
    "name", "owners", "previous_lights", "reason", "rule", "section_name", "shape", "short_label", "target_text",
    "text", "total_formula", "unknown_words", "whole", "word",
})  # fmt: skip
"""Fields of a result that the program words, beside the figure or state that they speak of."""

_REPORTED = frozenset({"evidence", "key_values", "narratives", "section_narratives"})
"""What a county or section wrote: no version words it."""


class Difference(NamedTuple):
    """One place where two values are not the same."""

    place: str
    field: str
    """The field's name; empty inside lists and mappings of none."""
    said: str
    is_word: bool
    """Whether only the wording differs, so that another version of the program may have written it."""

    def __str__(self) -> str:
        return f"{self.place} {self.said}"


def differences(
    told: Any, anew: Any, *, same: bool, place: str = "", field: str = "", reported: bool = False
) -> Iterator[Difference]:
    """Yield each place where two values differ; of another version's objects only what both know is compared.

    Parameters
    ----------
    same
        Whether one version of the program made both.
    reported
        Whether the values are, or lie in, what a county wrote.
    """
    if isinstance(told, Mapping) and isinstance(anew, Mapping):
        for key in sorted(told.keys() | anew.keys() if same else told.keys() & anew.keys()):
            # The keys of a mapping in words (light by indicator, name by group) are no fields.
            inner = field if field in WORDS else key
            inside = reported or key in _REPORTED
            where = f"{place}.{key}" if place else key
            yield from differences(told.get(key), anew.get(key), same=same, place=where, field=inner, reported=inside)
    elif isinstance(told, list) and isinstance(anew, list) and len(told) == len(anew):
        for number, (one, other) in enumerate(zip(told, anew, strict=True), start=1):
            where = f"{place}[{number}]"
            yield from differences(one, other, same=same, place=where, field=field, reported=reported)
    elif told != anew:
        # A word in place of a number, or of nothing, is no other wording.
        worded = field in WORDS and not reported and isinstance(told, str) and isinstance(anew, str)
        yield Difference(place, field, f"是 {_short(told)}，重算为 {_short(anew)}", is_word=worded and not same)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"
