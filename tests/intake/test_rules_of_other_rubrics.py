# ruff: noqa: E501 - a case is a line: what is changed, what is said
"""A rubric with all that other cities' rubrics ask for: checked, filled in on its form, scored, and shown on its page."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from minsheng import report
from minsheng.authoring.drawn_forms import drawn_area_form, drawn_section_form
from minsheng.authoring.target_wishes import Luck
from minsheng.domain.assessment import AssessmentForm, BonusRow, Event, Mark, Veto
from minsheng.domain.period import Period
from minsheng.domain.result import Dossier, DossierHeading, Provenance
from minsheng.files.writing import write_atomically
from minsheng.intake.forms.form_workbook import write_area_form, write_section_form
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.forms.reading import read_forms
from minsheng.measure.county_score import scoring_figures
from minsheng.plan import load_plan, plan_faults

ROOT = Path(__file__).parents[2]
YEAR = Period("2017")
SOURCE = "source: {document: ours, why: 试}"

CHANGES = (
    # three levels: an item whose parts are scored each by its own rule
    (
        """        rule: {kind: counted, target: 4, unit: 篇}
        source: {document: notice-2017, clause: 三（二）1⑶, quote: 向市级以上报刊媒体报送高质量的信息并采纳刊登，全年不少于4篇（5分）}
""",
        f"""        items:
          - {{id: pub.2.a, name: 刊登数量, text: 刊登, full_marks: 3, evidence: 目录, {SOURCE},
             rule: {{kind: counted, targets: {{cangxi: 6}}, target: 4, unit: 篇}}}}
          - {{id: pub.2.b, name: 刊登质量, text: 差错, full_marks: 2, from: -1, evidence: 目录, {SOURCE},
             assessed_by: office, rule: {{kind: events, {SOURCE}, prices: [
               {{id: error, name: 差错, points: 0.5, per: 处}}, {{id: late, name: 迟报, points: 1, once: true}}]}}}}
        source: {{document: ours, why: 试}}
""",
    ),
    ("        text: 向市级以上报刊媒体报送高质量的信息并采纳刊登，全年不少于4篇\n", ""),
    ("        evidence: 市级以上报刊媒体刊登页\n", ""),
    # an item that adds or takes for one county only
    (
        "    source: {document: notice-2017, clause: 三（二）1⑴, quote: 组织领导（5分）}\n",
        f"""      - {{id: org.4, name: 易地搬迁, text: 加减分, full_marks: 2, from: -2, extra: true, applies_to: [cangxi],
         evidence: 名册, {SOURCE}, rule: {{kind: qualitative, levels: {{好: 1, 一般: 0, 差: -1}}, levels_only: true}}}}
    source: {{document: notice-2017, clause: 三（二）1⑴, quote: 组织领导（5分）}}
""",
    ),
    ("        name: 新增床位\n", "        name: 新增床位\n        veto: [弄虚作假]\n"),
    (
        "  cap: 5                          # 分\n",
        f"""  cap: 5
  kinds: [{{id: spread, name: 经验推广, text: 推广, points: 1, per: 次, cap: 2, {SOURCE}}},
          {{id: praise, name: 领导批示, text: 批示, {SOURCE}}}]
""",
    ),
    ("same_event_counts_once: true ", "deductions_cap: 2\ntotal_cap: null\nsame_event_counts_once: true "),
    ("veto: [] ", "veto: [重大责任事故] "),
    ("    points: null ", "    points: null\n    at_least: 1\n    at_most: 5 "),
)


@pytest.fixture(scope="module")
def rubric(tmp_path_factory):
    params = tmp_path_factory.mktemp("rubric") / "params"
    shutil.copytree(ROOT / "params" / "2017", params / "2017")
    path = params / "2017" / "rubric_county.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in CHANGES:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return params


@pytest.fixture(scope="module")
def plan(rubric):
    return load_plan(rubric, 2017)


def form(area="cangxi", **more):
    marks = {
        "pub.2.a": Mark(count=3),
        "pub.2.b": Mark(counts={"error": 5, "late": 2}, reason="核对"),
        "org.4": Mark(level="差", reason="最慢"),
    }
    if area != "cangxi":
        del marks["org.4"]
    given = {
        "events": (Event(kind="ded.opinion", on="2017-08-01", subject="舆情", points=Decimal(4), reason="三天未回应"),),
        "bonus": (
            BonusRow(kind="spread", subject="甲", points=Decimal(1), reason="发文"),
            BonusRow(kind="spread", subject="乙", points=Decimal(1), reason="发文"),
            BonusRow(kind="spread", subject="丙", points=Decimal(1), reason="发文"),
            BonusRow(kind="praise", subject="丁", points=Decimal("1.5"), reason="批示"),
        ),
        "veto": (Veto(word="弄虚作假", item="goal.beds_new", reason="虚报"),),
    }
    return AssessmentForm(area=area, period=YEAR, assessor="考评组", **({"marks": marks} | given | more))


def read(plan, data, content, area="cangxi"):
    folder = data / "assessment" / "2017"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{area}.xlsx").write_bytes(content)
    return read_forms(data, plan, YEAR, {})


@pytest.mark.parametrize("period", [Period("2017-H1"), YEAR], ids=str)
def test_drawn_forms_are_legal_whatever_the_rubric_asks(plan, tmp_path, period):
    folder, luck = tmp_path / "assessment" / str(period), Luck(3)
    late = [Proposal(rule="sec.duty.2", event="2017-06", told="2017年6月月报")]
    drawn = {area.id: drawn_area_form(plan, luck, area, period) for area in plan.assessed_areas}
    for who, each in drawn.items():
        write_atomically(folder / f"{who}.xlsx", write_area_form(plan, who, period, each))
    sections = [section for section in plan.sections if section.assessed]
    for section in sections:
        filled = drawn_section_form(plan, luck, section, period, late)
        content = write_section_form(plan, section.id, period, late, filled)
        write_atomically(folder / f"{section.id}.xlsx", content)
    found = read_forms(tmp_path, plan, period, {section.id: late for section in sections})
    assert found.faults == ()
    assert {who: each.marks.keys() for who, each in found.areas.items()} == {
        w: d.marks.keys() for w, d in drawn.items()
    }
    assert any(each.events for each in found.areas.values())
    assert [decision.taken for each in found.sections.values() for decision in each.decisions] == [False] * len(
        sections
    )


@pytest.mark.parametrize("area", ["cangxi", "wangcang"])
def test_what_the_form_holds_is_read_as_it_was_filled_in(plan, tmp_path, area):
    filled = form(area)
    found = read(plan, tmp_path, write_area_form(plan, area, YEAR, filled), area)
    assert found.faults == ()
    bare = {"file": "", "sha256": ""}
    cells = {"marks", "events", "bonus", "veto"}
    read_back = found.areas[area].model_copy(update=bare)
    assert read_back.model_dump(exclude=cells) == filled.model_dump(exclude=cells)
    assert {item: mark.model_copy(update={"cell": ""}) for item, mark in read_back.marks.items()} == filled.marks
    for name in ("bonus", "veto", "events"):
        rows = [row.model_copy(update={"cell": ""}) for row in getattr(read_back, name)]
        assert rows == list(getattr(filled, name)), name


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"marks": {"org.4": Mark(points=Decimal(1), reason="x")}},
            "“易地搬迁”只定等次，不直接给分。应为：好、一般、差",
        ),
        ({"marks": {"pub.2.b": Mark(counts={"error": 1}, reason="x")}}, "没有填数量。应为：0 或正整数：没有的填 0"),
        (
            {"events": (Event(kind="ded.opinion", on="2017-08-01", subject="x", points=Decimal(6), reason="x"),)},
            "“重大负面舆情”不能扣 6 分。应为：1 至 5",
        ),
        (
            {"bonus": (BonusRow(kind="medal", subject="x", points=Decimal(1), reason="x"),)},
            "没有加分类别“medal”。应为：经验推广、领导批示",
        ),
        (
            {"bonus": (BonusRow(kind="spread", subject="x", points=Decimal(3), reason="x"),)},
            "“经验推广”每次加 1 分，不能改为 3。应为：1，或留空",
        ),
        (
            {"veto": (Veto(word="重大事故", reason="x"),)},
            "没有一票否决事项“重大事故”。应为：重大责任事故、新增床位：弄虚作假",
        ),
    ],
)
def test_what_the_rubric_does_not_allow_is_refused_with_its_cell(plan, tmp_path, more, told):
    found = read(plan, tmp_path, write_area_form(plan, "cangxi", YEAR, form(**more)))
    (fault,) = found.faults
    assert told in fault
    assert "!" in fault


def test_points_and_page_say_each_rule(plan):
    figures = scoring_figures(plan, "cangxi", YEAR, [], form())
    items = {item.item: item for item in figures.items}
    assert items["pub.2.a"].points == Decimal("1.5")  # 3 × 3 ÷ 6
    assert items["pub.2.b"].points == -1  # 2 - 2.5 - 1 = -1.5, at least -1
    assert items["org.4"].points == -2
    assert (items["goal.beds_new"].points, items["goal.beds_new"].state) == (0, "scored")
    # 酌情扣 4, all deductions at most 2; 经验推广 3 at most 2, and 1.5.
    assert (figures.points_taken, figures.bonus) == (2, Decimal("3.5"))
    assert figures.total == max(Decimal("1.5") - 1 - 2 - 2 + Decimal("3.5"), 0)
    # 70 marks of the returns are not reported: zero. org.4 is none of the full marks.
    assert figures.scored_full_marks == 70 + 3 + 2
    heading = DossierHeading(
        issuer="局",
        programme="民生实事",
        title="",
        subject="",
        period_label="",
        as_of_label="",
        plan_title="",
        data_label="",
    )
    none = Provenance(inputs=(), plan_sha256="", notebook_sha256="", package_version="", lock_sha256="", fonts={})
    page = repr(report.scores(Dossier(notebook="scoring", heading=heading, figures=figures, provenance=none)))
    for said in (
        "采纳刊登（小计）",
        "全年不少于 4 篇（苍溪县 6 篇）",
        "从满分扣起：差错每处扣 0.5 分，迟报每次扣 1 分（只计一次）；最低 -1 分；由",
        "另计，不计入满分；最低 -2 分；只用于苍溪县",
        "只定等次，不直接给分",
        "有“弄虚作假”的，本项计 0 分",
        "0〔弄虚作假，本项计 0 分〕 = 0分",
        "另计，最多2",
    ):
        assert said in page, said
    other = scoring_figures(plan, "wangcang", YEAR, [], form("wangcang"))
    assert {item.item: item.state for item in other.items}["org.4"] == "excluded"


FAULTS = [
    ("full_marks: 3, evidence: 目录", "full_marks: 4, evidence: 目录", "“采纳刊登”5分，各小项合计 6 分，应相等"),
    ("applies_to: [cangxi]", "applies_to: [cangx]", "没有地区“cangx”。允许：municipal、cangxi"),
    ("assessed_by: office", "assessed_by: offices", "没有科室“offices”"),
    ("targets: {cangxi: 6}", "targets: {cangx: 6}", "没有地区“cangx”"),
    ("points: 0.5, per: 处", "points: -0.5, per: 处", "“差错”的分值为 -0.5。允许：大于 0"),
    ("from: -1,", "from: 3,", "“刊登质量”最低 3 分，高于满分 2 分。允许：不高于 2"),
    ("from: -1,", "lowest: -1,", "不认识的键“lowest”。允许：from（最低分）"),
    ("差: -1}", "差: -2}", "“差”得满分的 -2。允许：-1 至 1"),
    ("from: -2, extra: true,", "extra: true,", "“差”得满分的 -1。允许：0 至 1；可为负的小项写 from"),
    ("extra: true, ", "", "“组织领导”5分，各小项合计 7 分，应相等。允许：适用的小项之和；不计入满分的加减分项写 extra: true"),
    ("at_most: 5", "at_most: 0.5", "“重大负面舆情”至少 1、至多 0.5，不成范围。允许：at_least ≤ at_most"),
    ("points: 1, per: 次, cap: 2,", "points: 1, per: 次, cap: -2,", "“经验推广”的上限（cap）为 -2。允许：0 或正数"),
    ("deductions_cap: 2", "deductions_cap: 2\ndeductions_floor: 3", "扣分合计的下限 3 高于上限 2。允许：不高于 2"),
    ("total_cap: null", "total_cap: -1", "总分上限（total_cap）-1 低于总分下限 0"),
    ("id: praise, name: 领导批示", "id: praise, name: 经验 推广", "名称“经验推广”重复"),
    ("id: error, name: 差错", "id: late, name: 差错", "id“late”重复"),
    ("targets: {cangxi: 6}, target: 4, ", "", "counted 须写 target（各地区相同的数量）或 targets（分地区的数量）"),
    ("veto: [弄虚作假]", "veto: [无]", "“无”填在表里等于没有填"),
    ("once: true}]", "twice: true}]", "不认识的键“twice”。允许：id、name、points、per、once、cap"),
    ("levels_only: true", "levels_alone: true", "不认识的键“levels_alone”。允许：kind、levels、levels_only"),
    ("full_marks: 2, from: -1,", "full_mark: 2, from: -1,", "不认识的键“full_mark”。允许：id、name、text、full_marks、evidence、rule、from、extra"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), FAULTS)
def test_a_fault_of_a_rule_is_told(rubric, tmp_path, old, new, told):
    params = tmp_path / "params"
    shutil.copytree(rubric, params)
    path = params / "2017" / "rubric_county.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = [str(fault) for fault in plan_faults(params, 2017)]
    assert sum(told in fault for fault in faults) == 1, faults
