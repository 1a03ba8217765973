"""What of two results is a figure, and what another version of the program may word otherwise."""

import typing

import pytest
from pydantic import BaseModel

from minsheng.archive.recompute.comparing import WORDS, differences
from minsheng.domain.result import Figures

_DATA = {
    "absent", "area", "assessor", "cell", "contact", "evidence", "explanation", "field", "file", "given", "grade",
    "group", "group_marks", "groups", "history", "id", "indicator", "item", "items", "judges", "leader", "met",
    "missing_areas", "narratives", "not_met", "number", "plan", "previous_tones", "project", "said", "section",
    "section_narratives", "serves", "sha256", "sheet", "source", "states", "unit", "unknown", "value", "vetoed",
    "withheld",
}  # fmt: skip
"""What names something, is an answer of people, or says what a figure is of: the same in every version."""

SEALED = {
    "items": [{"item": "goal.dibao", "points": "8.00", "state": "scored", "rule": "完成率 × 满分", "text": "低保"}],
    "measurements": [{"light": {"tone": "green", "word": "已完成"}, "milestone_date": "2017-06-30"}],
    "previous_lights": {"cangxi/dibao": "已完成"},
    "key_values": [{"text": "全部发放"}],
    "total": "8.00",
}


def _changed(old: str, new: str) -> dict[str, object]:
    def put(value: object) -> object:
        match value:
            case dict():
                return {key: put(each) for key, each in value.items()}
            case list():
                return [put(each) for each in value]
            case _:
                return new if value == old else value

    return typing.cast("dict[str, object]", put(SEALED))


@pytest.mark.parametrize(
    ("old", "new", "places"),
    [
        ("完成率 × 满分", "完成率乘满分", ["items[1].rule"]),
        ("低保", "城乡低保", ["items[1].text"]),
        ("已完成", "完成", ["measurements[1].light.word", "previous_lights.cangxi/dibao"]),
    ],
)
def test_another_versions_words_are_told_apart(old: str, new: str, places: list[str]) -> None:
    found = list(differences(SEALED, _changed(old, new), same=False))
    assert [each.place for each in found] == places
    assert all(each.is_word for each in found)
    assert f"是 {old}，重算为 {new}" in str(found[0])
    # One version words everything in one way.
    assert not any(each.is_word for each in differences(SEALED, _changed(old, new), same=True))


@pytest.mark.parametrize(
    ("old", "new"),
    [("8.00", "9.00"), ("scored", "excluded"), ("green", "red"), ("2017-06-30", "2017-07-04"), ("全部发放", "未发放"),
     ("goal.dibao", "goal.medical")],
)  # fmt: skip
def test_figures_states_dates_and_what_counties_wrote_are_no_words(old: str, new: str) -> None:
    found = list(differences(SEALED, _changed(old, new), same=False))
    assert found
    assert not any(each.is_word for each in found)


def test_a_word_for_a_number_is_no_wording() -> None:
    told: dict[str, object] = {"formula": None}
    (found,) = differences(told, {"formula": "1 ÷ 2"}, same=False)
    assert not found.is_word


def _text_fields(kind: object, name: str = "", seen: frozenset[object] = frozenset()) -> set[str]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind in seen:
            return set()
        inside = (_text_fields(f.annotation, n, seen | {kind}) for n, f in kind.model_fields.items())
        return set().union(*inside)
    if kind is str:
        return {name}
    if typing.get_origin(kind) is typing.Literal:
        return set()
    return set().union(*(_text_fields(each, name, seen) for each in typing.get_args(kind)))


def test_every_text_of_a_result_is_known_as_word_or_as_data() -> None:
    """A new field of text is decided upon: may another version word it otherwise?"""
    fields = _text_fields(typing.get_args(Figures)[0])
    assert fields - WORDS - _DATA == set()
    assert fields >= WORDS
    assert not WORDS & _DATA
