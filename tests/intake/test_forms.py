"""Assessment forms: what the writer writes the reader reads, and every bound of the template holds on reading too."""

import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from minsheng.agenda.facts import is_accepted
from minsheng.domain.assessment import (
    AssessmentForm,
    BonusRow,
    Decision,
    Event,
    Mark,
    PositiveRow,
    SectionForm,
    SectionMark,
    Veto,
)
from minsheng.domain.period import Period
from minsheng.files.written import canonical_json
from minsheng.intake.forms.carried import carried_forward
from minsheng.intake.forms.form_store import accepted_form_path
from minsheng.intake.forms.form_workbook import write_area_form, write_section_form
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.forms.reading import read_forms
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.score_totals import deductions
from minsheng.workspace import Settings, Workspace

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
H1 = Period("2017-H1")
PROPOSED = [Proposal("sec.duty.2", "2017-04", "迟 1 天"), Proposal("sec.mgmt.4", "2017-05", "未签字")]
PROPOSALS = {"social_relief": PROPOSED}


def area_form(**more):
    marks = {
        "org.1": Mark(level="做到", reason="有文件", evidence=("文件.txt",)),
        "mgmt.5": Mark(points=Decimal("1.5"), reason="迟报一次"),
        "pub.1": Mark(count=7),
    }
    events = (
        Event(kind="ded.city", on="2017-06-09", subject="进度滞后", documents=("通报1号",)),
        Event(kind="ded.opinion", on="2017-05-03", subject="舆情", points=Decimal("0.5"), reason="回应慢"),
    )
    bonus = (BonusRow(subject="省级现场会", points=Decimal(2), reason="会议通知", evidence=("通知.txt",)),)
    return AssessmentForm(
        area="cangxi", period=H1, assessor="考评组", assessed_on="2017-07-10", data_label="示例数据", marks=marks,
        events=events, bonus=bonus, **more,
    )  # fmt: skip


@pytest.fixture
def data(tmp_path):
    for path in ("org.1/文件.txt", "bonus/通知.txt"):
        file = tmp_path / "evidence/2017-H1/cangxi" / path
        file.parent.mkdir(parents=True)
        file.write_text("示例")
    (tmp_path / "assessment/2017-H1").mkdir(parents=True)
    return tmp_path


def put(data, content: bytes, who="cangxi"):
    (data / f"assessment/2017-H1/{who}.xlsx").write_bytes(content)


def changed(content: bytes, cells: dict[str, object]) -> bytes:
    """Return a form with cells changed as a clerk would: ``sheet!cell`` → value."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for where, value in cells.items():
        sheet, cell = where.split("!")
        book[sheet][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data, plan, proposals=PROPOSALS):
    return read_forms(data, plan, H1, proposals)


def bare(form):
    """Return a form without what only reading adds: the file and the cells."""
    text = form.model_dump(mode="json", exclude={"file", "sha256"})

    def strip(value):
        if isinstance(value, dict):
            return {key: strip(each) for key, each in value.items() if key != "cell"}
        return [strip(each) for each in value] if isinstance(value, list) else value

    return strip(text)


def test_an_area_form_comes_back_as_it_was_written(data, plan):
    put(data, write_area_form(plan, "cangxi", H1, area_form()))
    outcome = read(data, plan)
    assert outcome.faults == ()
    found = outcome.areas["cangxi"]
    assert bare(found) == bare(area_form())
    assert found.file == "assessment/2017-H1/cangxi.xlsx"
    # org.1 is the first row (4); 等次 is the seventh column.
    assert found.marks["org.1"].cell == "考评!G4"


def test_the_same_form_is_the_same_bytes(plan):
    assert write_area_form(plan, "cangxi", H1, area_form()) == write_area_form(plan, "cangxi", H1, area_form())


def test_a_blank_form_has_a_row_per_manual_item_and_marks_nothing(data, plan):
    content = write_area_form(plan, "cangxi", H1)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["考评"]
    ids = [row[0].value for row in sheet.iter_rows(min_row=4, max_row=16)]
    # 三（二）1⑴ 3 items, ⑵ 6, ⑶ 2, ⑷ 2; the 70 points of ⑸ are measured.
    assert ids == [
        "org.1", "org.2", "org.3", "mgmt.1", "mgmt.2", "mgmt.3", "mgmt.4", "mgmt.5", "mgmt.6", "pub.1", "pub.2",
        "open.1", "open.2",
    ]  # fmt: skip
    assert sheet["D4"].value == 1
    assert sheet.protection.sheet
    assert sheet["G4"].protection.locked is False
    assert sheet["H4"].protection.locked
    lists = {str(check.sqref): check.formula1 for check in sheet.data_validations.dataValidation}
    assert lists["G4"] == '"做到,基本做到,未做到"'
    put(data, changed(content, {"封面!B4": "考评组"}))
    assert read(data, plan).areas["cangxi"].marks == {}


AREA_FAULTS = [
    ({"考评!I11": 2.5}, "考评!I11", "0 至 2 分"),
    ({"考评!G4": "很好"}, "考评!G4", "做到、基本做到、未做到"),
    ({"考评!J4": None}, "考评!J4", "理由"),
    ({"考评!A4": "org.9"}, "考评!A4", "编号为 org.1"),
    ({"考评!A4": "goal.medical"}, "考评!A4", "由系统按报表计算"),
    ({"考评!A5": "org.1"}, "考评!A5", "填了两次"),
    ({"考评!I4": 1}, "考评!I4", "只填其一"),
    ({"考评!H4": 3, "考评!G4": None}, "考评!H4", "不按数量计分"),
    ({"考评!G13": "做到", "考评!H13": None}, "考评!G13", "按数量计分"),
    ({"考评!H13": -1}, "考评!H13", "0 或正数"),
    ({"考评!H13": 6.5}, "考评!H13", "0 或正整数"),
    ({"考评!H13": "七篇"}, "考评!H13", "只写一个数字"),
    ({"考评!G4": None}, "考评!J4", "却没有评定"),
    ({"考评!K4": "没有.txt"}, "考评!K4", "现有：文件.txt"),
    ({"考评!K4": "../org.1/文件.txt"}, "考评!K4", "不存在"),
    ({"扣分事项!A4": "县级通报"}, "扣分事项!A4", "市级通报批评、省级通报批评、重大负面舆情"),
    ({"扣分事项!B4": "2017-07-01"}, "扣分事项!B4", "2017-01-01 至 2017-06-30"),
    ({"扣分事项!B4": None}, "扣分事项!B4", "没有填日期"),
    ({"扣分事项!C4": None}, "扣分事项!C4", "没有填事由"),
    ({"扣分事项!E4": 3}, "扣分事项!E4", "扣分栏留空"),
    ({"扣分事项!E5": None}, "扣分事项!E5", "酌情扣分"),
    ({"扣分事项!F5": None}, "扣分事项!F5", "理由"),
    ({"加分!B4": "多"}, "加分!B4", "只写一个数字"),
    ({"加分!C4": None}, "加分!C4", "理由"),
    ({"加分!D4": "无此件.txt"}, "加分!D4", "现有：通知.txt"),
    ({"一票否决!A4": "弄虚作假", "一票否决!B4": "虚报"}, "一票否决!A4", "方案没有规定一票否决事项"),
    ({"封面!B2": "旺苍县"}, "封面!B2", "苍溪县"),
    ({"封面!B3": "2017年"}, "封面!B3", "2017年上半年"),
    ({"封面!B4": None}, "封面!B4", "考评人姓名"),
    ({"封面!B5": "2016-07-10"}, "封面!B5", "2017-01-01 或以后"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "where", "allowed"), AREA_FAULTS, ids=[str(list(c)) for c, _, _ in AREA_FAULTS])
def test_a_fault_is_refused_with_its_cell_and_what_is_allowed(data, plan, cells, where, allowed):
    put(data, changed(write_area_form(plan, "cangxi", H1, area_form()), cells))
    outcome = read(data, plan)
    assert "cangxi" not in outcome.areas
    hits = [fault for fault in outcome.faults if fault.startswith(f"assessment/2017-H1/cangxi.xlsx，{where}：")]
    assert hits, outcome.faults
    assert any(allowed in fault for fault in hits), hits


def test_all_faults_of_all_forms_come_at_once(data, plan):
    good = write_area_form(plan, "cangxi", H1, area_form())
    put(data, changed(good, {"考评!G4": "很好", "考评!I11": 9, "扣分事项!C4": None}))
    put(data, good, who="municipal")
    put(data, b"no workbook", who="wangcang")
    put(data, good, who="jiange")
    outcome = read(data, plan)
    by_file = {who: [f for f in outcome.faults if f"/{who}.xlsx" in f] for who in ("cangxi", "municipal", "wangcang")}
    assert [len(each) for each in by_file.values()] == [3, 1, 1]
    assert "市本级不是考评对象" in by_file["municipal"][0]
    assert "苍溪县（cangxi）" in by_file["municipal"][0]
    # 苍溪县's form under 剑阁县's name.
    assert any("jiange.xlsx，封面!B2：考评对象“苍溪县”与文件名不符" in fault for fault in outcome.faults)


def reworked(content: bytes, *changes) -> bytes:
    """Return a form after somebody worked on its sheets."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for change in changes:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_missing_sheet_or_column_is_named(data, plan):
    def without(book):
        del book["加分"]
        book["扣分事项"]["D3"] = "别的"

    put(data, reworked(write_area_form(plan, "cangxi", H1, area_form()), without))
    text = "\n".join(read(data, plan).faults)
    assert "缺少工作表“加分”" in text
    assert "扣分事项!D3：缺少列“文号”；表头“别的”不是规定的写法" in text


def one_line_headers(book):
    """A form as it was written before units had a line of their own."""
    for sheet in book.worksheets[1:]:
        for cell in sheet[3]:
            cell.value = (cell.value or "").replace("\n", "")


def lower(book):
    book["扣分事项"].insert_rows(2)
    book["扣分事项"]["A2"] = "（按会议要求补充）"


def merged_header(book):
    sheet = book["考评"]
    sheet.insert_rows(3)
    sheet["G3"] = "考评结果"
    sheet.merge_cells("G3:I3")


def renamed(book):
    book["加分"].title = "加分项"
    book["封面"]["B2"] = "四川省苍溪县民政局（盖章）"


def without_what_only_tells(book):
    book["考评"].delete_cols(5)  # 应附印证资料
    book["考评"].delete_cols(2)  # 考评项目


def moved_columns(book):
    sheet = book["加分"]
    for row in sheet.iter_rows(min_row=3, max_row=4):
        row[0].value, row[1].value = row[1].value, row[0].value


def written_as_people_do(book):
    sheet = book["加分"]
    sheet["B4"], sheet["A5"], sheet["B5"] = "2分", "合计", 2
    book["封面"]["B3"], book["封面"]["B5"] = "2017年H1", "二〇一七年七月十日"


CHANGES = (
    one_line_headers, lower, merged_header, renamed, without_what_only_tells, moved_columns, written_as_people_do,
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_is_read_as_returns_are_whatever_happened_to_its_sheets(data, plan, change):
    put(data, reworked(write_area_form(plan, "cangxi", H1, area_form()), change))
    outcome = read(data, plan)
    assert outcome.faults == ()
    assert bare(outcome.areas["cangxi"]) == bare(area_form())


READING_FAULTS = [
    ({"加分!B3": "加分（万元）"}, "加分!B3", "单位：分"),
    ({"加分!B4": "=1/0"}, "加分!B4", "公式"),
    ({"加分!A5": "合计", "加分!B5": 3}, "加分!B5", "2分（各行之和）"),
    # A subject alone is no remark: what it would cost must not vanish.
    ({"扣分事项!C6": "关于养老项目进度滞后的通报。"}, "扣分事项!B6", "没有填日期"),
    # Nor does what stands below the signatures.
    ({"扣分事项!A30": "市级通报批评", "扣分事项!B30": "2017-06-10"}, "扣分事项!C30", "没有填事由"),
]


@pytest.mark.parametrize(("cells", "where", "said"), READING_FAULTS, ids=[str([*c]) for c, *_ in READING_FAULTS])
def test_what_reading_finds_is_refused_too(data, plan, cells, where, said):
    put(data, changed(write_area_form(plan, "cangxi", H1, area_form()), cells))
    outcome = read(data, plan)
    assert not outcome.areas
    assert any(f"，{where}：" in fault and said in fault for fault in outcome.faults), outcome.faults


def test_words_below_the_signatures_are_left_alone(data, plan):
    content = changed(write_area_form(plan, "cangxi", H1), {"封面!B4": "考评组", "加分!A20": "以上无"})
    put(data, content)
    assert read(data, plan).faults == ()


def test_a_veto_on_the_list_is_read(data, plan):
    rubric = plan.county_rubric.model_copy(update={"veto": ("弄虚作假",)})
    changed_plan = plan.model_copy(update={"county_rubric": rubric})
    form = area_form(veto=(Veto(word="弄虚作假", reason="虚报床位", documents=("查处通报",)),))
    put(data, write_area_form(changed_plan, "cangxi", H1, form))
    outcome = read(data, changed_plan)
    assert [(each.word, each.reason) for each in outcome.areas["cangxi"].veto] == [("弄虚作假", "虚报床位")]


def section_form():
    return SectionForm(
        section="social_relief", period=H1, assessor="局绩效办公室", data_label="示例数据",
        marks={
            "sec.duty.1": SectionMark(times=0),
            "sec.guide.1": SectionMark(times=1, reason="缺席3月例会"),
            "sec.guide.2": SectionMark(times=3),
            "sec.guide.6": SectionMark(losses=(Decimal("0.5"), Decimal("0.3")), reason="上级通报"),
            "sec.pub.1": SectionMark(by_project={"medical_aid": 1, "dibao": 2, "two_lines": 0}, reason="按目录"),
        },
        decisions=(
            Decision(rule="sec.duty.2", event="2017-04", told=PROPOSED[0].told, taken=True),
            Decision(rule="sec.mgmt.4", event="2017-05", told=PROPOSED[1].told, taken=False, reason="纸质已签"),
        ),
        positive=(PositiveRow(name="医疗救助", full_marks=Decimal(5), points=Decimal("4.5"), basis="完成"),),
    )  # fmt: skip


def test_a_section_form_comes_back_as_it_was_written(data, plan):
    put(data, write_section_form(plan, "social_relief", H1, PROPOSED, section_form()), "social_relief")
    outcome = read(data, plan)
    assert outcome.faults == ()
    assert bare(outcome.sections["social_relief"]) == bare(section_form())


def test_proposals_stand_in_the_blank_form_and_stay_open_without_a_decision(data, plan):
    content = write_section_form(plan, "social_relief", H1, PROPOSED)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["拟扣分"]
    assert [sheet["A4"].value, sheet["C4"].value, sheet["D4"].value] == ["sec.duty.2", "2017-04", "迟 1 天"]
    put(data, changed(content, {"封面!B4": "局绩效办公室"}), "social_relief")
    assert read(data, plan).sections["social_relief"].decisions == ()


def test_a_decision_stands_when_what_it_was_about_is_found_no_longer(data, plan):
    told = "2017年5月月报期限 2017-05-26，2017-05-27 报送，迟 1 天"
    proposed = [Proposal(rule="sec.duty.2", event="2017-05", told=told)]
    content = write_section_form(plan, "social_relief", H1, proposed)
    decided = {"封面!B4": "局绩效办公室", "拟扣分!F4": "确认"}
    put(data, changed(content, decided), "social_relief")
    outcome = read(data, plan, {})
    assert outcome.faults == ()
    (decision,) = outcome.sections["social_relief"].decisions
    assert (decision.event, decision.told, decision.taken) == ("2017-05", told, True)
    # A month that was retyped is not the one that the words beside it speak of.
    put(data, changed(content, {**decided, "拟扣分!C4": "2017-06"}), "social_relief")
    assert "拟扣分!C4" in "".join(read(data, plan, {}).faults)


YEAR = Period("2017")


def test_a_years_forms_begin_with_what_the_half_years_forms_said_each_with_its_source(data, plan):
    told = "2017年5月月报未经分管领导（沈友文）签字"
    decided = section_form().model_copy(
        update={"decisions": (Decision(rule="sec.mgmt.4", event="2017-05", told=told, taken=False, reason="纸质已签"),)}
    )
    proposed = [Proposal(rule="sec.mgmt.4", event="2017-05", told=told)]
    put(data, write_area_form(plan, "cangxi", H1, area_form()))
    put(data, write_section_form(plan, "social_relief", H1, proposed, decided), "social_relief")
    carried = carried_forward(data, plan, YEAR)
    assert carried.faults == ()
    # The year's blank form holds them already; what was decided on is in it though nothing is found any more.
    year = data / "assessment/2017"
    year.mkdir()
    blank = write_area_form(plan, "cangxi", YEAR, carried.blank_area("cangxi", YEAR))
    (year / "cangxi.xlsx").write_bytes(changed(blank, {"封面!B4": "考评组"}))
    listed = carried.proposals("social_relief", [])
    blank = write_section_form(plan, "social_relief", YEAR, listed, carried.blank_section("social_relief", YEAR))
    (year / "social_relief.xlsx").write_bytes(changed(blank, {"封面!B4": "局绩效办公室"}))
    found = read_forms(data, plan, YEAR, {})
    assert found.faults == ()
    city, opinion = found.areas["cangxi"].events
    assert (city.subject, city.points, city.reason) == (
        "进度滞后", None, "2017年上半年已计（assessment/2017-H1/cangxi.xlsx，扣分事项!A4）",
    )  # fmt: skip
    assert (opinion.points, opinion.reason.startswith("回应慢；2017年上半年已计（")) == (Decimal("0.5"), True)
    (decision,) = found.sections["social_relief"].decisions
    assert (decision.taken, decision.told) == (False, told)
    assert decision.reason == "纸质已签；2017年上半年已免除（assessment/2017-H1/social_relief.xlsx，拟扣分!F4）"
    # Once in the form they are not added again; an older form without them gets them, and a later decision stands.
    area, section = found.areas["cangxi"], found.sections["social_relief"]
    assert carried.into_area(area).events == area.events
    assert carried.into_section(section).decisions == section.decisions
    assert carried.into_section(section).halves.keys() == {"assessment/2017-H1/social_relief.xlsx"}
    bare_year = AssessmentForm(area="cangxi", period=YEAR, assessor="考评组")
    points = deductions(plan, carried.into_area(bare_year))
    assert [(line.item, line.points) for line in points] == [("ded.city", 1), ("ded.opinion", Decimal("0.5"))]
    assert "2017年上半年已计" in points[0].because
    later = SectionForm(
        section="social_relief", period=YEAR, assessor="x",
        decisions=(Decision(rule="sec.mgmt.4", event="2017-05", told=told, taken=True),),
    )  # fmt: skip
    assert carried.into_section(later).decisions == later.decisions
    nothing = carried_forward(data, plan, H1)
    assert (nothing.areas, nothing.forms) == ({}, None)


def with_bonus(data, plan, **rubric):
    """Return a year's form after a half-year's with a bonus, under a plan with other settings of its rubric."""
    half = area_form()
    changed_plan = plan.model_copy(update={"county_rubric": plan.county_rubric.model_copy(update=rubric)})
    put(data, write_area_form(changed_plan, "cangxi", H1, half))
    carried = carried_forward(data, changed_plan, YEAR)
    assert carried.faults == ()
    bare = AssessmentForm(area="cangxi", period=YEAR, assessor="考评组")
    return changed_plan, half, carried.into_area(bare)


def test_a_half_years_bonus_does_not_count_in_the_year_unless_the_plan_says_so_and_the_page_says_it(data, plan):
    changed_plan, half, year = with_bonus(data, plan)
    assert half.bonus
    assert year.bonus == ()
    assert year.left_behind[0].startswith(f"2017年上半年的加分“{half.bonus[0].subject}”")
    figures = scoring_figures(changed_plan, "cangxi", YEAR, [], year)
    assert any(each.id == "rubric.carried_into_year" and "没有计入全年" in each.text for each in figures.assumptions)


def test_a_plan_may_count_a_half_years_bonus_in_the_year(data, plan):
    changed_plan, half, year = with_bonus(data, plan, carried_into_year=("bonus",))
    (row,) = year.bonus
    assert (row.points, row.half, year.left_behind) == (half.bonus[0].points, H1, ())
    assert "2017年上半年已计（assessment/2017-H1/cangxi.xlsx，" in row.reason
    assert scoring_figures(changed_plan, "cangxi", YEAR, [], year).bonus == half.bonus[0].points


def test_a_half_years_form_that_changes_is_no_longer_what_the_year_took_over(data, plan):
    put(data, write_area_form(plan, "cangxi", H1, area_form()))
    root = data / "workspace"
    root.mkdir()
    (root / "data").symlink_to(data)
    workspace = Workspace(root, root / "params", Settings())
    carried = carried_forward(data, plan, YEAR)
    form = carried.into_area(AssessmentForm(area="cangxi", period=YEAR, assessor="考评组", sha256="1" * 64))
    path = accepted_form_path(data, YEAR, "cangxi")
    path.parent.mkdir(parents=True)
    path.write_bytes(canonical_json(form.model_dump(mode="json")))
    assert is_accepted(workspace, YEAR, "cangxi", "1" * 64)
    half = data / "assessment/2017-H1/cangxi.xlsx"
    half.write_bytes(half.read_bytes() + b"\0")
    assert not is_accepted(workspace, YEAR, "cangxi", "1" * 64)
    half.unlink()
    assert not is_accepted(workspace, YEAR, "cangxi", "1" * 64)
    path.write_bytes(canonical_json(form.model_copy(update={"halves": None}).model_dump(mode="json")))
    assert is_accepted(workspace, YEAR, "cangxi", "1" * 64), "accepted by a version that did not say what it took over"


def test_a_file_is_understood_by_its_name_without_ending_and_a_wrong_name_is_answered_with_the_nearest(data, plan):
    form = write_area_form(plan, "cangxi", H1, area_form())
    put(data, changed(form, {"考评!K4": " 文件 "}))
    assert read(data, plan).areas["cangxi"].marks["org.1"].evidence == ("文件.txt",)
    put(data, changed(form, {"考评!K4": "文仵.txt"}))
    (fault,) = read(data, plan).faults
    assert "印证资料“文仵.txt”不存在" in fault
    assert "是不是 文件.txt？data/evidence/2017-H1/cangxi/org.1/ 下的文件名（现有：文件.txt）" in fault


def test_the_review_that_was_received_is_the_evidence_of_its_item_without_its_name(data, plan):
    form = area_form()
    form = form.model_copy(update={"marks": {**form.marks, "mgmt.6": Mark(level="做到", reason="按时评价")}})
    folder = data / "evidence/2017-H1/cangxi/mgmt.6"
    folder.mkdir()
    for name in ("cangxi.xlsx", "cangxi.r2.xlsx", "cangxi.r10.xlsx"):
        (folder / f"差异化综合评价表-{name}").write_bytes(b"1")
    put(data, write_area_form(plan, "cangxi", H1, form))
    found = read(data, plan)
    assert found.faults == ()
    assert found.areas["cangxi"].marks["mgmt.6"].evidence == ("差异化综合评价表-cangxi.r10.xlsx",)
    assert found.areas["cangxi"].marks["mgmt.5"].evidence == ()


SECTION_FAULTS = [
    ({"拟扣分!F4": "不扣"}, "拟扣分!F4", "确认或免除"),
    ({"拟扣分!G5": None}, "拟扣分!G5", "免除的理由"),
    ({"拟扣分!C4": "2017-06"}, "拟扣分!C4", "sec.duty.2 2017-04"),
    ({"拟扣分!F4": None, "拟扣分!G4": "属实"}, "拟扣分!F4", "却没有处理"),
    ({"实绩考评!C4": 6}, "实绩考评!C4", "0 至 5 分"),
    ({"实绩考评!A4": None}, "实绩考评!A4", "绩效目标的名称"),
    ({"考评!A4": "sec.duty.2"}, "考评!A4", "在“拟扣分”表确认或免除"),
    ({"考评!A4": "sec.duty.9"}, "考评!A4", "编号为 sec.duty.1"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "where", "allowed"), SECTION_FAULTS, ids=[str([*c]) for c, *_ in SECTION_FAULTS])
def test_a_section_fault_is_refused_with_its_cell(data, plan, cells, where, allowed):
    content = write_section_form(plan, "social_relief", H1, PROPOSED, section_form())
    put(data, changed(content, cells), "social_relief")
    outcome = read(data, plan)
    assert not outcome.sections
    hits = [fault for fault in outcome.faults if f"，{where}：" in fault]
    assert any(allowed in fault for fault in hits), outcome.faults


@pytest.mark.parametrize(
    ("rule", "column", "value", "said"),
    [
        ("sec.guide.1", "reason", None, "没有填理由"),
        ("sec.guide.1", "times", -1, "小于 0"),
        ("sec.guide.2", "losses", "0.5", "不填这一列"),
        ("sec.guide.6", "losses", "半分", "不是数字"),
        ("sec.guide.6", "times", 2, "不填这一列"),
        ("sec.pub.1", "times", None, "没有填次数"),
        ("sec.pub.1", "project", "养老服务", "不对或重复"),
    ],
)
def test_a_section_row_is_refused(data, plan, rule, column, value, said):
    content = write_section_form(plan, "social_relief", H1, PROPOSED, section_form())
    sheet = openpyxl.load_workbook(io.BytesIO(content))["考评"]
    row = next(cell.row for cell in sheet["A"] if cell.value == rule)
    letter = {"project": "C", "times": "E", "losses": "F", "reason": "G"}[column]
    put(data, changed(content, {f"考评!{letter}{row}": value}), "social_relief")
    faults = read(data, plan).faults
    assert any(f"考评!{letter}{row}" in fault and said in fault for fault in faults), faults
