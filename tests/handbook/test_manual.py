"""The printed manual: every worked case is in it, in words, and the same cases give the same bytes."""

import re
from pathlib import Path
from typing import get_args

import pytest

from minsheng.domain.rubric import ItemRule
from minsheng.errors import UsageError
from minsheng.handbook.rubric_manual import KINDS, manual_body, read_cases, write_manual
from minsheng.plan import load_plan

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plan():
    return load_plan(ROOT / "params", 2017)


@pytest.fixture(scope="module")
def cases():
    return read_cases(ROOT / "tests" / "spec")


def test_every_case_is_printed_with_its_clause_and_arithmetic(plan, cases):
    text = "".join(repr(manual_body(plan, cases)).split())
    for case in (case for each in cases.values() for case in each):
        for name in ("title", "clause", "arithmetic"):
            assert "".join(case[name].split()) in text, case["title"]


def test_every_item_of_the_rubric_has_a_case(plan, cases):
    assert {case["item"] for case in cases["county"]} == {item.id for item in plan.county_rubric.items}
    assert "没有算例" not in repr(manual_body(plan, cases))


def test_every_kind_of_rule_has_a_heading_without_which_its_cases_are_not_printed():
    rules = get_args(get_args(ItemRule)[0])
    assert set(KINDS) == {get_args(rule.model_fields["kind"].annotation)[0] for rule in rules}


def test_the_known_facts_are_in_words(plan, cases):
    # Words of the data files (actual, not_due, ded.city …) mean nothing to a clerk.
    # Titles, clauses and arithmetic are the case's own words and may name a setting.
    bare = {
        name: [{**case, "title": "", "clause": "", "arithmetic": ""} for case in each] for name, each in cases.items()
    }
    # One case is about an item that does not exist.
    text = repr(manual_body(plan, bare)).replace("org.9", "")
    assert not re.findall(r"[A-Za-z]+(?:[_.][A-Za-z0-9_]+)+|[a-z]{3,}", text)


def test_a_case_worked_by_hand_is_printed_with_its_points(plan, cases):
    text = repr(manual_body(plan, cases))
    # 三（二）1⑶: 3 × 11 ÷ 12 = 2.75.
    assert re.search(r"宣传稿件 11 篇 .*｜2017年 评定：数量 11｜2\.75 分，已评｜3 × 11 ÷ 12 = 2\.75", text)


def test_files_are_written_and_repeatable(plan, cases, tmp_path):
    few = {name: each[:2] for name, each in cases.items()}
    first = [path.read_bytes() for path in write_manual(plan, few, tmp_path / "a")]
    second = [path.read_bytes() for path in write_manual(plan, few, tmp_path / "b")]
    assert first == second
    assert first[1].startswith(b"%PDF-")


def test_a_missing_file_of_cases_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"county\.yaml"):
        read_cases(tmp_path)
