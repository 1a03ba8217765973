"""From registered files to verdicts: what blocks, what is not checked, what is skipped."""

import copy
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from good_returns import PARAMS, DataFolder, build_return, good_cells

from minsheng.domain.delivery import Issue, ReturnStatus, RuleState, Severity, Verdict
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import CellType, Column
from minsheng.intake.returns.checking import check_month, check_year_to_date, is_up_to_date
from minsheng.intake.returns.receipt_words import receipt_words
from minsheng.intake.returns.receipts import write_receipts
from minsheng.intake.returns.store import accepted_dir, read_accepted, read_accepted_month, read_checked, read_refused
from minsheng.intake.rules.across_returns import change_within
from minsheng.intake.rules.by_cell import ComparedMonth
from minsheng.measure.fields import indicator_status, not_used_words

JANUARY, FEBRUARY = Period("2017-01"), Period("2017-02")


def january(plan: Plan) -> dict:
    """The good figures as those of January: cumulative = month."""
    cells = good_cells(plan)
    for rows in cells.values():
        for values in rows.values():
            for name in list(values):
                month = name.replace("cumulative", "month")
                if "cumulative" in name and month in values:
                    values[name] = values[month]
    for row in cells["dibao"].values():
        row["person_months_cumulative"] = row["persons"]
    cells["disability_allowance"][""]["person_months_cumulative"] = 3000
    care = cells["elderly_care"][""]
    care |= {"home_care_cumulative_persons": 100, "home_care_disabled_persons": 40, "home_care_aged_persons": 60}
    care["beds_new_cumulative"] = 15
    sizes = {"新增公办床位": 10, "新增民办床位": 5, "维修改造床位": 6, "日间照料中心": 1}
    for row in cells["elderly_projects"].values():
        row["quantity"], row["completed_on"] = sizes[row["type"]], None if row["status"] == "开工" else date(2017, 1, 9)
    for row in cells["two_lines"].values():
        row |= {"increment_cumulative_yuan": 10000, "by_household_document_date": None}
    return cells


def send(folder: DataFolder, plan: Plan, cells: dict, month: int = 1, revision: int = 1, **options) -> Path:
    day = date(2017, month, 20)
    options = {"as_of": day, "cover": {"填报日期": day}, **options}
    content = build_return(plan, cells, period=f"2017年{month}月", **options)
    return folder.receive("cangxi", f"2017-{month:02d}", content, revision)


def checked(plan: Plan, folder: DataFolder, month: Period) -> list[Verdict]:
    check_year_to_date(plan, PARAMS, folder.data, month)
    return [accepted.verdict for _, accepted in read_accepted_month(folder.data, month)]


def test_a_good_january_is_accepted_with_exact_values(plan: Plan, folder: DataFolder) -> None:
    send(folder, plan, january(plan))
    (verdict,) = checked(plan, folder, JANUARY)
    assert [i.message for i in verdict.issues] == []
    assert set(verdict.projects.values()) == {ReturnStatus.REPORTED}
    accepted = read_accepted(folder.data, JANUARY, "cangxi")
    assert accepted is not None
    value = accepted.values["funds.medical_aid_upper.allocated_yuan"]
    assert (value.value, value.unit, value.sheet, value.cell) == ("50000", "元", "资金", "C4")
    assert {o.outcome for o in verdict.outcomes if o.rule == "DIB-012"} == {RuleState.NOT_CHECKED}
    assert {o.outcome for o in verdict.outcomes if o.rule == "DIB-005"} == {RuleState.PASS}


def test_a_bad_figure_costs_the_indicators_that_read_it_and_no_others(plan: Plan, folder: DataFolder) -> None:
    cells = january(plan)
    cells["dibao"]["urban"]["spending_month_yuan"] = 2000 * 460 + 1
    send(folder, plan, cells)
    (verdict,) = checked(plan, folder, JANUARY)
    assert set(verdict.projects.values()) == {ReturnStatus.REPORTED}
    # The cumulative agrees with the wrong month, so that it is no better; the rural row stands.
    assert set(verdict.withheld) == {
        "dibao.urban.persons",
        "dibao.urban.standard_yuan",
        "dibao.urban.spending_month_yuan",
        "dibao.urban.spending_cumulative_yuan",
        "dibao.urban.person_months_cumulative",
    }
    issue = next(i for i in verdict.issues if i.rule == "DIB-008")
    assert (issue.sheet, issue.cell, issue.value) == ("低保", "H4", "920001")
    assert "2000人 × 460元/人·月 = 920000元，填报 920001元" in issue.message
    accepted = read_accepted(folder.data, JANUARY, "cangxi")
    assert accepted is not None
    assert "dibao.urban.spending_cumulative_yuan" not in accepted.values
    assert [f for f in accepted.values if f.startswith("funds.")]
    status = {each.id: indicator_status(plan, accepted, each) for each in plan.indicators_of("dibao")}
    assert status == {"dibao_urban_avg": ReturnStatus.BLOCKED, "dibao_rural_avg": ReturnStatus.REPORTED}
    assert not_used_words(plan, verdict) == ("城乡低保（城市低保人均补助、“低保”表的其他数）",)


def test_a_project_is_blocked_where_each_of_its_indicators_is(plan: Plan, folder: DataFolder) -> None:
    cells = january(plan)
    for row in ("urban", "rural"):
        cells["dibao"][row]["spending_cumulative_yuan"] = "约九十万"
    send(folder, plan, cells)
    (verdict,) = checked(plan, folder, JANUARY)
    assert [p for p, s in verdict.projects.items() if s == ReturnStatus.BLOCKED] == ["dibao"]
    accepted = read_accepted(folder.data, JANUARY, "cangxi")
    assert accepted is not None
    assert not [f for f in accepted.values if f.startswith("dibao.")]
    assert not [f for f in verdict.withheld if f.startswith("dibao.")]


def test_a_cell_that_no_indicator_reads_costs_none(plan: Plan, folder: DataFolder) -> None:
    cells = january(plan)
    cells["elderly_care"][""]["daycare_month"] = "两个"
    send(folder, plan, cells)
    (verdict,) = checked(plan, folder, JANUARY)
    accepted = read_accepted(folder.data, JANUARY, "cangxi")
    assert accepted is not None
    assert verdict.withheld == ("elderly_care.daycare_month",)
    assert not verdict.is_whole
    assert {indicator_status(plan, accepted, each) for each in plan.indicators_of("elderly_care")} == {
        ReturnStatus.REPORTED
    }


def test_after_a_blocked_month_the_next_is_not_checked_against_it(plan: Plan, folder: DataFolder) -> None:
    cells = january(plan)
    cells["dibao"]["urban"]["person_months_cumulative"] = None
    send(folder, plan, cells)
    february = january(plan)
    february["dibao"]["rural"]["person_months_cumulative"] *= 2
    send(folder, plan, february, month=2)
    verdicts = checked(plan, folder, FEBRUARY)
    (outcome,) = [o for o in verdicts[0].outcomes if o.rule == "DIB-005"]
    assert outcome.outcome == RuleState.NOT_CHECKED
    assert "未通过审核" in outcome.reason
    # Medical aid was accepted in January, so there the missing growth is seen.
    assert verdicts[0].projects["medical_aid"] == ReturnStatus.BLOCKED


def test_without_last_months_return_nothing_passes_unchecked(plan: Plan, folder: DataFolder) -> None:
    send(folder, plan, january(plan), month=2)
    (verdict,) = checked(plan, folder, FEBRUARY)
    (outcome,) = [o for o in verdict.outcomes if o.rule == "MED-004"]
    assert (outcome.outcome, outcome.reason) == (RuleState.NOT_CHECKED, "2017年1月未报送")


def with_growth(cells: dict[str, Any], **months: int) -> dict[str, Any]:
    """Return the cells of a later month, ``months`` after January: elderly care grows by its month's figures alone."""
    later = copy.deepcopy(cells)
    care = later["elderly_care"][""]
    for total, month in GROWING.items():
        care[total] += care[month] * months["after"]
    care["beds_new_cumulative"] = care["beds_public_cumulative"] + care["beds_private_cumulative"]
    care["home_care_aged_persons"] += care["home_care_month_persons"] * months["after"]
    return later


GROWING = {
    "beds_public_cumulative": "beds_public_month",
    "beds_private_cumulative": "beds_private_month",
    "beds_renovated_cumulative": "beds_renovated_month",
    "daycare_cumulative": "daycare_month",
    "home_care_cumulative_persons": "home_care_month_persons",
}


def issues_of(verdict: Verdict, rule: str) -> list[Issue]:
    return [issue for issue in verdict.issues if issue.rule == rule]


@pytest.fixture
def with_rooms(plan: Plan) -> Plan:
    """The plan with a column that a return need not have: 房间数 of elderly care."""
    rooms = Column(id="rooms", label="房间数", unit="间", type=CellType.INTEGER, required=False)
    care = next(table for table in plan.tables if table.id == "elderly_care")
    more = care.model_copy(update={"columns": (*care.columns, rooms)})
    return plan.model_copy(update={"tables": tuple(more if each is care else each for each in plan.tables)})


TYPED = ("ELD-999", "ELD-998")


def test_a_column_that_nobody_need_send_and_nobody_sent_changes_no_report(
    plan: Plan, with_rooms: Plan, folder: DataFolder
) -> None:
    send(folder, plan, january(plan))
    (before,) = checked(plan, folder, JANUARY)
    (after,) = checked(with_rooms, folder, JANUARY)
    assert after.outcomes == before.outcomes


@pytest.mark.parametrize(
    ("sent", "ends"),
    [
        (None, []),
        (12, [RuleState.PASS, RuleState.PASS]),
        (1.5, [RuleState.FAIL, RuleState.PASS]),
        (-1, [RuleState.PASS, RuleState.FAIL]),
        ("十二间左右", [RuleState.NOT_CHECKED, RuleState.NOT_CHECKED]),
    ],
)
def test_what_is_sent_of_such_a_column_is_held_to_its_type(
    with_rooms: Plan, folder: DataFolder, sent: object, ends: list[RuleState]
) -> None:
    cells = january(with_rooms)
    cells["elderly_care"][""]["rooms"] = sent
    send(folder, with_rooms, cells)
    (verdict,) = checked(with_rooms, folder, JANUARY)
    assert [each.outcome for each in verdict.outcomes if each.rule in TYPED] == ends


def test_beside_a_column_that_must_be_there_a_blank_one_is_no_reason(with_rooms: Plan, folder: DataFolder) -> None:
    care = next(table for table in with_rooms.tables if table.id == "elderly_care")
    floors = Column(id="floors", label="层数", unit="层", type=CellType.INTEGER)
    more = care.model_copy(update={"columns": (*care.columns, floors)})
    both = with_rooms.model_copy(update={"tables": tuple(more if each is care else each for each in with_rooms.tables)})
    for number, (value, end) in enumerate(((3, RuleState.PASS), (None, RuleState.NOT_CHECKED)), 1):
        cells = january(both)
        cells["elderly_care"][""] |= {"rooms": None, "floors": value}
        send(folder, both, cells, revision=number)
        (verdict,) = checked(both, folder, JANUARY)
        found = [each for each in verdict.outcomes if each.rule in TYPED]
        assert [each.outcome for each in found] == [end, end]
        assert {each.reason for each in found} == ({""} if value else {"所需的数空白：层数"})


def test_over_a_missing_month_figures_are_compared_with_the_last_accepted_one(plan: Plan, folder: DataFolder) -> None:
    cells = january(plan)
    send(folder, plan, cells)
    march = with_growth(cells, after=2)
    march["elderly_care"][""] |= {"daycare_cumulative": 0, "home_care_cumulative_persons": 199}
    send(folder, plan, march, month=3)
    (verdict,) = checked(plan, folder, Period("2017-03"))
    (fall,) = issues_of(verdict, "ELD-004")
    assert "比1月减少（1月 1个，本月 0个，减少 1个；2月没有采用的数）" in fall.message
    assert fall.allowed == "不小于1月累计数"
    growth = issues_of(verdict, "ELD-005")
    assert [issue.allowed for issue in growth] == ["不小于1月累计 + 本月数"]
    assert (
        "小于1月累计 + 本月数（1月累计 100名 + 本月 100名 = 200名，填报 199名；2月没有采用的数）" in growth[0].message
    )
    # What came in February is not known: more than January and March together is no fault.
    assert not [issue for issue in growth if "床位" in issue.message]
    note = next(issue for issue in issues_of(verdict, "READ-GAP") if issue.project == "elderly_care")
    assert note.severity == Severity.INFO
    assert note.message.startswith("2月没有采用的数，凡与上月比较的改与1月比较")
    assert note.message in receipt_words(plan, verdict).rest
    # Persons are last month's, those who joined and those who left: February's are not known.
    (outcome,) = [o for o in verdict.outcomes if o.rule == "DIB-010"]
    assert (outcome.outcome, outcome.reason) == (RuleState.NOT_CHECKED, "2月没有采用的数，无从推算")


def test_a_figure_that_was_withheld_is_compared_with_the_one_before(plan: Plan, folder: DataFolder) -> None:
    cells = january(plan)
    send(folder, plan, cells)
    february = with_growth(cells, after=1)
    february["elderly_care"][""]["daycare_cumulative"] = "三"
    send(folder, plan, february, month=2)
    march = with_growth(cells, after=2)
    march["elderly_care"][""]["daycare_cumulative"] = 1
    march["elderly_care"][""]["beds_renovated_cumulative"] += 1
    send(folder, plan, march, month=3)
    (verdict,) = checked(plan, folder, Period("2017-03"))
    said = [issue.message for issue in issues_of(verdict, "ELD-005")]
    assert len(said) == 2
    assert "小于1月累计 + 本月数（1月累计 1个 + 本月 1个 = 2个，填报 1个；2月没有采用的数）" in said[1]
    assert "应等于上月累计 + 本月（上月（2月）累计 12张 + 本月 6张 = 18张，填报 19张）" in said[0]
    (note,) = [issue for issue in issues_of(verdict, "READ-GAP") if issue.project == "elderly_care"]
    assert note.message.startswith("2月的养老服务“累计建成日间照料中心”没有采用的数")


def test_change_is_judged_over_as_many_months_as_passed() -> None:
    row = {"area": ["cangxi"], "row": [""], "persons": [Decimal(900)], "prev_persons": [Decimal(300)]}
    judged = change_within(row, columns=["persons"], factor=Decimal(3))
    assert [finding.detail for finding in judged] == ["上月 300，本月 900，相差 3 倍"]
    over = row | {"compared": [{"persons": ComparedMonth("1月", 1, "2月")}]}
    assert change_within(over, columns=["persons"], factor=Decimal(3)) == []
    over["persons"] = [Decimal(1800)]
    (finding,) = change_within(over, columns=["persons"], factor=Decimal(3))
    assert finding.detail == "1月 300，本月 1800，相差 6 倍，隔 2 个月，应不到 6 倍"


def test_an_explained_warning_keeps_its_explanation(plan: Plan, folder: DataFolder) -> None:
    cells = january(plan)
    cells["disability_allowance"][""] |= {"amount_month_yuan": 209000, "amount_cumulative_yuan": 209000}
    cells["explanation"] = {"1": {"rule": "dis-007", "cell": "残疾人补贴!E4", "text": "扣回上年多发1000元"}}
    send(folder, plan, cells)
    (verdict,) = checked(plan, folder, JANUARY)
    (issue,) = [i for i in verdict.issues if i.rule == "DIS-007"]
    assert (issue.severity, issue.explanation) == (Severity.WARNING, "扣回上年多发1000元")
    assert verdict.projects["disability_allowance"] == ReturnStatus.REPORTED


def test_files_that_are_not_what_the_register_says(plan: Plan, folder: DataFolder) -> None:
    path = send(folder, plan, january(plan))
    content = path.read_bytes()
    folder.receive("wangcang", "2017-01", content)
    folder.receive("jiange", "2017-01", b"PK garbage")
    path.write_bytes(content + b" ")
    (folder.data / "returns/2017-01/stray.xlsx").write_bytes(content + b"  ")
    (folder.data / "returns/2017-01/copy.xlsx").write_bytes(content)  # of a registered file: nothing is forgotten
    check_month(plan, PARAMS, folder.data, JANUARY)
    record = read_checked(folder.data, JANUARY)
    assert record is not None
    assert {f.id for f in record.refused} == {"cangxi", "wangcang", "jiange"}
    messages = {f.id: f.message for f in read_refused(folder.data, JANUARY)}
    assert "与登记不符" in messages["cangxi"]
    assert "封面!B3 却是" in messages["wangcang"]
    assert [f.file for f in record.unregistered] == ["returns/2017-01/stray.xlsx"]
    assert read_accepted(folder.data, JANUARY, "cangxi") is None


def test_an_unchanged_month_is_not_checked_again_and_imports_no_great_expectations(
    plan: Plan, folder: DataFolder
) -> None:
    send(folder, plan, january(plan))
    check_month(plan, PARAMS, folder.data, JANUARY)
    before = {p.name: p.read_bytes() for p in accepted_dir(folder.data, JANUARY).iterdir()}
    code = (
        "import sys; from pathlib import Path; from minsheng.plan import load_plan\n"
        "from minsheng.intake.returns.checking import check_month, is_up_to_date\n"
        "from minsheng.domain.period import Period\n"
        f"params, data, month = Path({str(PARAMS)!r}), Path({str(folder.data)!r}), Period('2017-01')\n"
        "plan = load_plan(params, 2017); assert is_up_to_date(plan, params, data, month)\n"
        "check_month(plan, params, data, month)\n"
        "assert not {'great_expectations', 'pandas', 'openpyxl'} & set(sys.modules), 'heavy import'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    check_month(plan, PARAMS, folder.data, JANUARY, force=True)
    assert before == {p.name: p.read_bytes() for p in accepted_dir(folder.data, JANUARY).iterdir()}


def test_a_tampered_accepted_file_is_made_again(plan: Plan, folder: DataFolder) -> None:
    send(folder, plan, january(plan))
    check_month(plan, PARAMS, folder.data, JANUARY)
    path = accepted_dir(folder.data, JANUARY) / "cangxi.csv"
    good = path.read_bytes()
    path.write_bytes(good.replace(b"2000", b"9000"))
    assert not is_up_to_date(plan, PARAMS, folder.data, JANUARY)
    check_month(plan, PARAMS, folder.data, JANUARY)
    assert path.read_bytes() == good


def test_a_receipt_marks_the_cell_and_nothing_in_it_can_run(plan: Plan, folder: DataFolder, tmp_path: Path) -> None:
    import openpyxl

    cells = january(plan)
    cells["dibao"]["urban"]["persons"] = "=cmd|' /C calc'!A0"
    cells["dibao"]["rural"]["persons"] = "<script>alert(1)</script>"
    send(folder, plan, cells)
    check_month(plan, PARAMS, folder.data, JANUARY)
    made = write_receipts(plan, folder.data, folder.outputs, JANUARY)
    page = next(p for p in made if p.suffix == ".html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    book = openpyxl.load_workbook(next(p for p in made if p.suffix == ".xlsx"))
    assert book.sheetnames[0] == "回执"
    cell = book["低保"]["D4"]
    assert (cell.data_type, cell.fill.fgColor.rgb) == ("s", "FFFFC7CE")
    assert "READ-NUMBER" in cell.comment.text
    assert not [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"]
    again = write_receipts(plan, folder.data, tmp_path / "elsewhere", JANUARY)
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in made]


@pytest.mark.parametrize("status", ["good", "refused"])
def test_every_file_gets_a_receipt(plan: Plan, folder: DataFolder, status: str) -> None:
    if status == "good":
        send(folder, plan, january(plan))
    else:
        folder.receive("cangxi", "2017-01", b"<html>")
    check_month(plan, PARAMS, folder.data, JANUARY)
    names = {p.name for p in write_receipts(plan, folder.data, folder.outputs, JANUARY)}
    assert names == ({"cangxi.html", "cangxi.xlsx"} if status == "good" else {"cangxi.html"})
