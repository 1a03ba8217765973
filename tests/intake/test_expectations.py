"""Every rule fires on each of its ``bad`` values, and no rule fires on good data."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from good_frames import CONTEXT, GOOD, exact
from good_returns import PARAMS

from minsheng.domain.plan import Plan
from minsheng.domain.table import Table
from minsheng.errors import MinshengError
from minsheng.handbook.rule_cases import read_cases
from minsheng.intake.reading.table_reading import ParsedRow
from minsheng.intake.returns.frames import StackedFrame
from minsheng.intake.rules.across_returns import differ_between_areas
from minsheng.intake.rules.rule import BUILT_IN, Rule, Suite
from minsheng.intake.rules.suites import figure_columns, load_suites
from minsheng.plan import load_plan

if TYPE_CHECKING:
    from minsheng.intake.returns.great_expectations import SuiteRunner


@pytest.fixture(scope="module")
def suites(plan: Plan) -> dict[str, Suite]:
    return load_suites(plan, PARAMS)


def frame_of(suite: Suite, rules: tuple[Rule, ...] | None = None) -> StackedFrame:
    rows = [{name: exact(value) for name, value in (CONTEXT | row).items()} for row in GOOD[suite.table.id]]
    suite = suite.model_copy(update={"rules": rules}) if rules else suite
    read = [ParsedRow(row["row"], None, suite.table.sheet, 0) for row in rows]
    return StackedFrame(suite, {name: [row[name] for row in rows] for name in rows[0]}, read)


def spoiled(frame: StackedFrame, change: dict[str, object], text_columns: set[str]) -> StackedFrame:
    before = {column: frame.columns[column][0] for column in change}
    for column, value in change.items():
        frame.columns[column][0] = _meant(frame, column, value, text_columns)
    assert before != {column: frame.columns[column][0] for column in change}, "the bad value changes nothing"
    return frame


def _meant(frame: StackedFrame, column: str, value: object, text_columns: set[str]) -> object:
    match value:
        case "@other":
            return frame.columns[column][1]
        case "@other_previous":
            return frame.columns[f"prev_{column}"][1]
        case "@previous":
            return frame.columns[f"prev_{column}"][0]
        case str() if column not in text_columns:
            return Decimal(value)
        case _:
            return exact(value)


def test_no_rule_fires_on_good_data(suites: dict[str, Suite], runner: "SuiteRunner") -> None:
    for suite in suites.values():
        for run in runner.run(frame_of(suite)):
            assert not run.error, f"{run.rule.id}: {run.error}"
            assert not run.faults, f"{run.rule.id}: {run.faults}"


def test_every_table_of_figures_has_a_suite_and_a_good_frame(plan: Plan, suites: dict[str, Suite]) -> None:
    figures = {table.id for table in plan.tables if table.kind == "figures"}
    assert figures <= set(suites)
    assert set(suites) == set(GOOD)


def _cases() -> Iterator[tuple[str, str]]:
    for table, suite in load_suites(load_plan(PARAMS, 2017), PARAMS).items():
        for rule in suite.rules:
            yield table, rule.id


@pytest.mark.parametrize(("table", "rule_id"), list(_cases()))
def test_a_rule_fires_on_each_of_its_bad_values(
    table: str, rule_id: str, suites: dict[str, Suite], runner: "SuiteRunner"
) -> None:
    suite = suites[table]
    (rule,) = [rule for rule in suite.rules if rule.id == rule_id]
    figures = {*figure_columns(suite), *(f"prev_{c}" for c in figure_columns(suite))}
    numbers = figures | {c.id for c in suite.printed} | {d.id for d in suite.derive}
    for change in rule.bad:
        frame = frame_of(suite, (rule,))
        (run,) = runner.run(spoiled(frame, change, set(frame.columns) - numbers))
        assert not run.error
        assert 0 in {fault.row for fault in run.faults}, f"{rule_id} does not fire on {change}"


def test_a_blank_operand_is_not_checked_and_never_a_pass(suites: dict[str, Suite], runner: "SuiteRunner") -> None:
    suite = suites["elderly_care"]
    (rule,) = [rule for rule in suite.rules if rule.id == "ELD-006"]
    frame = frame_of(suite, (rule,))
    frame.columns["beds_private_cumulative"][0] = None
    (run,) = runner.run(frame)
    assert not run.faults
    assert run.blank_rows == {0}


def test_a_rule_that_cannot_run_is_an_error_and_no_pass(suites: dict[str, Suite], runner: "SuiteRunner") -> None:
    suite = suites["elderly_projects"]
    (rule,) = [rule for rule in suite.rules if rule.id == "PRJ-004"]
    frame = frame_of(suite, (rule.model_copy(update={"kwargs": {"column": "nowhere", "value_set": ["a"]}}),))
    (run,) = runner.run(frame)
    assert run.error
    assert not run.faults


def test_a_judgement_that_cannot_run_is_an_error_and_no_pass(suites: dict[str, Suite], runner: "SuiteRunner") -> None:
    suite = suites["two_lines"]
    (rule,) = [rule for rule in suite.rules if rule.id == "TWO-001"]
    frame = frame_of(suite, (rule.model_copy(update={"kwargs": {"columns": ["nowhere"]}}), *suite.rules[1:]))
    broken, *others = runner.run(frame)
    assert "nowhere" in broken.error
    assert not broken.findings
    assert not any(run.error for run in others)


def test_rules_in_must_be_results_out(suites: dict[str, Suite], runner: "SuiteRunner") -> None:
    """Great Expectations drops a type that it does not know, and two rules of one number would be one result."""
    suite = suites["two_lines"]
    first, second, *_ = suite.rules
    with pytest.raises(MinshengError, match="results out"):
        runner.run(frame_of(suite, (first, second.model_copy(update={"type": "expect_nothing_known"}))))
    with pytest.raises(MinshengError, match="results out"):
        runner.run(frame_of(suite, (first, second.model_copy(update={"id": first.id}))))


def test_the_built_in_types_exist_in_great_expectations() -> None:
    from great_expectations.expectations.registry import get_expectation_impl

    for name in BUILT_IN:
        assert get_expectation_impl(name) is not None


def test_money_is_compared_exactly(suites: dict[str, Suite], runner: "SuiteRunner") -> None:
    """0.1 + 0.2 and a cent beyond twelve digits: float would call both wrong."""
    suite = suites["funds"]
    (rule,) = [rule for rule in suite.rules if rule.id == "FUN-005"]
    frame = frame_of(suite, (rule,))
    frame.columns["received_yuan"][0] = Decimal("0.1") + Decimal("0.2")
    frame.columns["disbursed_yuan"][0] = Decimal("0.3")
    assert not runner.run(frame)[0].faults
    frame.columns["received_yuan"][0] = Decimal("99999999999999.99")
    frame.columns["disbursed_yuan"][0] = Decimal("100000000000000.00")
    assert runner.run(frame)[0].faults


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ([[100, 50], [900, 400]], [1]),  # the second hands in the first one's figures
        ([[900, 400], [110, 55]], [0]),
        ([[100, 50], [None, None]], [0, 1]),  # last month tells nothing apart
        ([[100, 50], [100, 50]], [0, 1]),
    ],
)
def test_who_was_copied_from_is_not_asked(before: list[list[int | None]], asked: list[int]) -> None:
    frame = {
        "area": ["wangcang", "cangxi"],
        "area_name": ["旺苍县", "苍溪县"],
        "row": ["", ""],
        "beds": [Decimal(104), Decimal(104)],
        "persons": [Decimal(51), Decimal(51)],
        "prev_beds": [None if b is None else Decimal(b) for b, _ in before],
        "prev_persons": [None if p is None else Decimal(p) for _, p in before],
    }
    found = differ_between_areas(frame, columns=["beds", "persons"], filled=Decimal(2))
    assert [each.row for each in found] == asked


@pytest.mark.parametrize("case", [case for case in read_cases("expectations") if case["type"] in BUILT_IN])
def test_a_rule_of_great_expectations_own_does_what_the_handbook_says(
    case: dict[str, Any], runner: "SuiteRunner"
) -> None:
    kwargs = {key: int(each) if key.endswith("_value") else each for key, each in case["kwargs"].items()}
    columns = [{"id": name, "label": name, "type": "text"} for name in case["rows"][0]]
    table = Table.model_validate({"id": "t", "kind": "figures", "sheet": "表", "title": "表", "columns": columns})
    about = dict.fromkeys(("message", "allowed", "action", "basis"), "算例")
    rule = {"id": "AAA-001", "type": case["type"], "kwargs": kwargs, "severity": "critical", "blank": "ignore"}
    suite = Suite(table=table, rules=(Rule.model_validate({**rule, **about, "bad": [{columns[0]["id"]: None}]}),))
    rows = [{**CONTEXT, "area": str(number), **row} for number, row in enumerate(case["rows"])]
    read = [ParsedRow(None, None, "表", number) for number in range(len(rows))]
    frame = StackedFrame(suite, {name: [row.get(name) for row in rows] for name in rows[0]}, read)
    (run,) = runner.run(frame)
    assert not run.error
    assert {str(fault.row + 1): "有问题" for fault in run.faults} == case["found"]
