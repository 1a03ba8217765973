"""The handbook's chapter of rules: every worked case is in it, in words; every kind of rule has its heading."""

import re
from pathlib import Path
from typing import get_args

import pytest

from minsheng.domain.item_rules import ItemRule
from minsheng.domain.rubric import SectionCheck
from minsheng.handbook.case_words import CHECKS, KindWords
from minsheng.handbook.rule_cases import KINDS, SPECS, read_cases, rules_chapter
from minsheng.notebook.what_if.changed_inputs import field_labels
from minsheng.plan import load_plan
from minsheng.plan.strict_yaml import read_texts
from minsheng.render.html.prose import prose

ROOT = Path(__file__).parents[2]
SCORED = ("rules", "items", "county", "totals", "composite", "ranking", "section", "measures", "lights", "deadlines",
          "schedules", "disclosure", "money", "indicator_ranks", "assessed_words")  # fmt: skip


@pytest.fixture(scope="module")
def text() -> str:
    return re.sub(r"<[^>]+>|\s", "", prose(rules_chapter()))


def test_every_case_is_printed_with_its_clause_and_arithmetic(text: str) -> None:
    for case in (case for name in SCORED for case in read_cases(name)):
        for name in ("title", "clause", "arithmetic"):
            assert "".join(case[name].split()).replace("<", "&lt;").replace(">", "&gt;") in text, case["title"]
    for case in read_cases("expectations"):
        assert "".join(case["title"].split()) in text


def test_no_file_of_cases_is_left_out() -> None:
    told = {path.stem for path in SPECS.glob("*.yaml")} - {"names", "expectation_kinds"}
    assert told == {*SCORED, "expectations"}


def test_every_kind_of_rule_has_a_heading_without_which_its_cases_are_not_printed() -> None:
    rules = get_args(get_args(ItemRule)[0])
    assert set(KINDS) == {get_args(rule.model_fields["kind"].annotation)[0] for rule in rules}
    assert set(CHECKS) == set(SectionCheck)


def test_the_names_are_those_of_the_plan_that_the_cases_are_of() -> None:
    plan = load_plan(ROOT / "params", 2017)
    rubric = plan.county_rubric
    names = {each.id: each.short_name for each in (*plan.projects, *plan.indicators)}
    names |= {each.id: each.name for each in (*plan.areas, *rubric.groups, *rubric.items, *rubric.deductions)}
    names |= {part.id: part.title for part in plan.reporting.parts} | field_labels(plan)
    rules = {rule.id: rule for group in plan.section_rubric.groups for rule in group.rules}
    for key, said in read_texts(SPECS / "names.yaml").items():
        if isinstance(said, str):
            assert names[key] == said, key
        else:
            assert said == {"check": rules[key].check, "text": rules[key].text}, key


def test_the_known_facts_are_in_words() -> None:
    # Words of the data files (actual, not_due, ded.city …) mean nothing to a clerk; what a plan writes is code.
    # Titles, clauses and arithmetic are the case's own words and may name a setting. Measures name their fields.
    rows = [
        line.split(" | ")[1:3] for line in rules_chapter().split("## 指标的完成数")[0].splitlines() if line[:1] == "|"
    ]
    # One case is about an item that does not exist.
    said = re.sub(r"`[^`]*`", "", repr(rows)).replace("org.9", "").replace("\\\\", "")
    assert not re.findall(r"[A-Za-z]+(?:[_.][A-Za-z0-9_]+)+|[a-z]{3,}", said)


def test_a_case_worked_by_hand_is_printed_with_its_points() -> None:
    # 三（二）1⑶: 3 × 11 ÷ 12 = 2.75.
    assert re.search(r"宣传稿件 11 篇.*评定：数量 11 \| 2\.75 分，已评 \| 3 × 11 ÷ 12 = 2\.75", rules_chapter())


def test_an_id_without_a_name_is_printed_as_it_is() -> None:
    assert KindWords({}).name("org.9") == "org.9"
