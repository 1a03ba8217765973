"""The twelve cross-checks of the field (DOMAIN.md §2.2): each with the rule that makes it, on its real failure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from good_frames import CONTEXT, GOOD, exact
from good_returns import PARAMS, build_return, good_cells

from minsheng.domain.delivery import Severity
from minsheng.domain.item_rules import ProportionalRule
from minsheng.domain.plan import Plan
from minsheng.intake.reading.parse_findings import SEVERITIES
from minsheng.intake.reading.parsing import parse_return
from minsheng.intake.reading.table_reading import ParsedRow
from minsheng.intake.returns.frames import StackedFrame
from minsheng.intake.rules.suites import load_suites
from minsheng.intake.spreadsheets.cells import CellFaultError, parse_number
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.measure.rounding import half_up

if TYPE_CHECKING:
    from minsheng.intake.returns.great_expectations import SuiteRunner

BLOCKS, WARNS = Severity.CRITICAL, Severity.WARNING

BY_RULE: list[tuple[str, str, Severity, dict[str, Any]]] = [
    # 1 cumulative never falls: Suining 居家养老 68,020 (July) → 8,525 (September)
    ("1", "ELD-004", BLOCKS, {"home_care_cumulative_persons": 8525, "prev_home_care_cumulative_persons": 68020}),
    # 2 cumulative = previous + month: Suining urban 417,742 → 1,139,226 with about 60,000 persons a month
    (
        "2",
        "DIB-005",
        BLOCKS,
        {"person_months_cumulative": 1139226, "prev_person_months_cumulative": 417742, "persons": 60742},
    ),
    # 3 stated rate = recomputed rate: Luzhou prints 58.7 per head, 383万 / 6657 = 575
    (
        "3",
        "DIB-018",
        WARNS,
        {"stated_average_yuan": "58.7", "spending_cumulative_yuan": 3830000, "person_months_cumulative": 6657},
    ),
    ("3", "MED-017", WARNS, {"stated_ratio": 75}),
    # 4 unit: Dehua's header says 万元 and the cells are 元; 雨山 has the month in 万元 and the cumulative in 元
    ("4", "FUN-008", BLOCKS, {"allocated_yuan": 20000000000, "prev_allocated_yuan": 1000000}),
    ("4", "DIB-013", BLOCKS, {"spending_cumulative_yuan": 360}),
    # 5 printed target = plan target: Chenzhou prints 171 for 165
    ("5", "DIB-019", BLOCKS, {"stated_target": 171, "plan_target": 165}),
    ("5", "MED-018", BLOCKS, {"stated_target": 71}),
    # 6 row shift: 青川、剑阁、苍溪 carry the values of their neighbours
    ("6", "DIB-014", WARNS, {"households": "@other_previous", "persons": "@other_previous"}),
    # 7 parts sum to their total
    ("7", "ELD-006", BLOCKS, {"beds_new_cumulative": 151}),
    # 8 amount = persons × standard × months: Changle 3,824 × 285 × 3 = 3,269,520 exact; a lag warns and does not block
    ("8", "DIS-007", WARNS, {"paid_persons": 30119, "amount_month_yuan": 8582000}),
    # 9 benefit ≤ standard; ratio ≤ 100 %
    ("9", "DIB-008", BLOCKS, {"spending_month_yuan": 920001}),
    ("9", "MED-009", BLOCKS, {"aid_cumulative_yuan": 1200001}),
    # 11 form date inside the reporting window: 雨山's July form is dated 3 July
    ("11", "COV-004", WARNS, {"filled_on": "@early"}),
    # 12 blank ≠ 0
    ("12", "ELD-001", BLOCKS, {"daycare_month": None}),
]


@pytest.mark.parametrize(("number", "rule_id", "severity", "change"), BY_RULE, ids=lambda value: str(value)[:12])
def test_a_cross_check_and_its_rule(
    number: str, rule_id: str, severity: Severity, change: Mapping[str, Any], plan: Plan, runner: "SuiteRunner"
) -> None:
    suite = next(s for s in load_suites(plan, PARAMS).values() if any(r.id == rule_id for r in s.rules))
    (rule,) = [rule for rule in suite.rules if rule.id == rule_id]
    assert rule.severity == severity, number
    rows = [{name: exact(value) for name, value in (CONTEXT | row).items()} for row in GOOD[suite.table.id]]
    read = [ParsedRow(row["row"], None, suite.table.sheet, 0) for row in rows]
    frame = StackedFrame(
        suite.model_copy(update={"rules": (rule,)}), {name: [row[name] for row in rows] for name in rows[0]}, read
    )
    assert not runner.run(frame)[0].faults
    for column, value in change.items():
        frame.columns[column][0] = _meant(frame, column, value)
    (run,) = runner.run(frame)
    assert not run.error
    assert 0 in {fault.row for fault in run.faults}


def _meant(frame: StackedFrame, column: str, value: Any) -> Any:
    match value:
        case "@other_previous":
            return frame.columns[f"prev_{column}"][1]
        case "@early":
            return frame.columns["period_start"][0].replace(day=3)
        case str():
            return Decimal(value)
        case _:
            return exact(value)


def test_a_quarter_paid_at_once_is_no_fault(plan: Plan, runner: "SuiteRunner") -> None:
    """8: Changle's 3,824 persons × 285 × 3 months = 3,269,520 is exact."""
    suite = load_suites(plan, PARAMS)["disability_allowance"]
    (rule,) = [rule for rule in suite.rules if rule.id == "DIS-007"]
    row = {name: exact(value) for name, value in (CONTEXT | GOOD["disability_allowance"][0]).items()}
    row |= {k: Decimal(v) for k, v in (("paid_persons", 3824), ("standard_yuan", 285), ("months_covered", 3))}
    row["amount_month_yuan"] = Decimal(3269520)
    frame = StackedFrame(
        suite.model_copy(update={"rules": (rule,)}),
        {name: [value] for name, value in row.items()},
        [ParsedRow("", None, "残疾人补贴", 0)],
    )
    assert not runner.run(frame)[0].faults


def test_4_a_unit_in_the_header_or_the_cell_blocks(plan: Plan) -> None:
    assert SEVERITIES["READ-UNIT"] == BLOCKS
    content = build_return(plan, good_cells(plan), edit=lambda _, sheets: sheets["funds"].write(2, 2, "累计下达（元）"))
    with Reader() as reader:
        assert [i.rule for i in parse_return(reader.read(content), plan).findings.issues] == ["READ-UNIT"]
    with pytest.raises(CellFaultError) as fault:
        parse_number("226万元", "元")
    assert fault.value.rule == "READ-UNIT"


def test_7_rows_sum_to_their_total_row(plan: Plan) -> None:
    """One printed table sums to 246.92 against a printed 246.80; the city row itself is never read but computed."""
    assert SEVERITIES["READ-TOTAL"] == WARNS
    edit = lambda _, sheets: sheets["medical_aid"].write(5, 1, 201)  # noqa: E731 - a line of the workbook
    with Reader() as reader:
        result = parse_return(reader.read(build_return(plan, good_cells(plan), edit=edit)), plan)
    assert [(i.rule, i.cell) for i in result.findings.issues] == [("READ-TOTAL", "B6")]


def test_10_full_marks_only_when_the_target_is_met(plan: Plan) -> None:
    """Suixi scored 5/5 for 4604 < 4754 and 10/10 for 5830 > 5300: completion counts as it is, and 1 at the most."""
    items = [item for item in plan.county_rubric.items if isinstance(item.rule, ProportionalRule)]
    assert items
    for item in items:
        assert item.rule.cap == 1, item.id
        assert item.rule.floor == 0, item.id
        short = min(item.rule.cap, Decimal(4604) / Decimal(4754))
        assert half_up(item.full_marks * short, plan.county_rubric.decimals) < item.full_marks, item.id


@pytest.mark.parametrize("text", ["完成", "应补尽补", "4.3%以内"])
def test_12_a_text_target_is_never_a_number(text: str) -> None:
    with pytest.raises(CellFaultError):
        parse_number(text, "元")
    assert parse_number("—") is None
    assert parse_number("0") == 0


def test_every_check_of_the_field_is_named_here() -> None:
    by_test = {"4", "7", "10", "12"}
    assert {number for number, *_ in BY_RULE} | by_test == {str(n) for n in range(1, 13)}
