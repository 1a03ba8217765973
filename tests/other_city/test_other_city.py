"""湖山区: a second plan that uses all that the format carries, end to end; every expected figure is worked out here.

The tree: 北湖县 reports 临时救助 and 设施建设 itself, its two townships report 养老床位 (白云镇 exists from April).
南塘区 reports all itself. 设施建设 is due in March, June, September and December only.
"""

import shutil
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from tests.filling import fill

from minsheng.agenda.status import month_status
from minsheng.commands.assess import run_assessment
from minsheng.commands.check import check_period
from minsheng.commands.init import start_workspace
from minsheng.commands.plans.plan_check import check_plans
from minsheng.commands.receive import receive_files
from minsheng.commands.run import run_month
from minsheng.commands.template import write_templates
from minsheng.domain.assessment import AssessmentForm, Mark
from minsheng.domain.delivery import RuleState
from minsheng.domain.period import Period
from minsheng.domain.result import Result
from minsheng.errors import ExitCode, UsageError
from minsheng.intake.forms.form_workbook import write_area_form
from minsheng.intake.returns.store import read_accepted
from minsheng.plan import load_plan
from minsheng.plan.calendar import due_date
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
MARCH, MAY, JUNE = "2026-03", "2026-05", "2026-06"


def _aid(overdue: int, errors: int, paid: int) -> dict:
    return {"救助": {"": {"累计超期": overdue, "差错": errors, "件数": 1000, "实发": paid, "应发": 100}}}


def _care(beds: int, occupied: int, every: int) -> dict:
    return {"养老": {"": {"累计新增": beds, "入住": occupied, "床位": every}}}


def _works(month: int, cumulative: int) -> dict:
    return {"建设": {"": {"本季建成": month, "累计建成": cumulative}}}


def _funds(**sources: tuple[int, int, int]) -> dict:
    """下达、到位、拨付 in 万元 by the label of the source."""
    stages = ("累计下达", "累计到位", "累计拨付")
    return {"资金": {label: dict(zip(stages, amounts, strict=True)) for label, amounts in sources.items()}}


RETURNS: dict[str, dict[str, dict]] = {
    MARCH: {
        "north": _aid(2, 43, 99) | _works(3, 3) | _funds(县级安排=(5, 5, 5), 中央补助=(50, 40, 30), 其他资金=(8, 8, 8)),
        "qingshi": _care(10, 30, 50) | _funds(市级安排=(20, 20, 10), 其他资金=(30, 30, 10)),
        "south": _aid(3, 50, 90)
        | _care(6, 20, 40)
        | _works(1, 1)
        | _funds(县级安排=(5, 5, 2), 市级安排=(20, 10, 5), 中央补助=(50, 50, 20), 其他资金=(30, 30, 10)),
    },
    MAY: {
        "north": _aid(4, 43, 99) | _funds(县级安排=(10, 10, 5)),
        "qingshi": _care(20, 35, 50) | _funds(市级安排=(20, 20, 10), 其他资金=(30, 30, 15)),
        "baiyun": _care(5, 18, 20) | _funds(市级安排=(5, 5, 0), 其他资金=(10, 10, 5)),
        "south": _aid(6, 50, 90)
        | _care(10, 22, 40)
        | _funds(县级安排=(10, 8, 4), 市级安排=(20, 10, 10), 其他资金=(40, 40, 20)),
    },
    JUNE: {
        "north": _aid(6, 43, 100)
        | _works(3, 6)
        | _funds(县级安排=(10, 10, 5), 中央补助=(50, 50, 40), 其他资金=(8, 8, 8)),
        "qingshi": _care(24, 36, 50) | _funds(市级安排=(20, 20, 10), 其他资金=(30, 30, 20)),
        "baiyun": _care(8, 14, 20) | _funds(市级安排=(5, 5, 5), 其他资金=(10, 10, 10)),
        "south": _aid(9, 50, 95)
        | _care(20, 22, 40)
        | _works(2, 3)
        | _funds(县级安排=(10, 10, 6), 市级安排=(20, 20, 10), 中央补助=(50, 50, 30), 其他资金=(40, 40, 30)),
    },
}
SECTIONS = ("rescue", "elderly")


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace in which May and June have been run and the half-year assessed; tests must not change it."""
    root = tmp_path_factory.mktemp("hushan") / "workspace"
    start_workspace(root, 2026)
    shutil.rmtree(root / "params" / "2026")
    shutil.copytree(HERE / "params" / "2026", root / "params" / "2026")
    found = Workspace.find(root)
    for month, returns in RETURNS.items():
        _deliver(found, month, returns, root.parent / month)
    for month in (MAY, JUNE):
        outcome = run_month(found, month, display=Quiet())
        assert outcome.exit_code == ExitCode.DONE, outcome.lines()
    plan = load_plan(found.params, 2026)
    half = Period("2026-H1")
    for area, paid, public in (("north", "做到", "满意"), ("south", "基本做到", "基本满意")):
        marks = {"m.paid": Mark(level=paid, reason="查了名册"), "o.public": Mark(level=public, reason="问卷")}
        form = AssessmentForm(area=area, period=half, assessor="考评组", assessed_on=date(2026, 7, 10), marks=marks)
        target = found.data / "assessment" / "2026-H1" / f"{area}.xlsx"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(write_area_form(plan, area, half, form))
    assessed = run_assessment(found, "2026-H1", display=Quiet())
    assert not assessed.summary.failed, assessed.lines()
    return found


def _deliver(workspace: Workspace, month: str, returns: dict[str, dict], folder: Path) -> None:
    templates = write_templates(workspace, month, None)
    assert set(templates) == {*returns, *SECTIONS}, month
    as_of = date(2026, int(month[-2:]), 15)
    files = [
        fill(path, folder / path.name, as_of=as_of, sheets=returns.get(who, {}), words=f"{who}的情况")
        for who, path in templates.items()
    ]
    outcome = receive_files(workspace, month, files, received_at=f"{month}-16T09:00", sender="", display=Quiet())
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()


def _figures(workspace: Workspace, period: str, name: str):
    return Result.model_validate_json((workspace.outputs / period / name / "result.json").read_bytes()).figures


def _row(figures, indicator: str):
    return next(row for row in figures.measurements if row.indicator == indicator)


def test_the_plan_is_sound(city: Workspace) -> None:
    assert check_plans(city, 2026).faults == ()


# who reports what, and when


def test_townships_report_for_their_county_and_only_once_they_exist(city: Workspace, tmp_path: Path) -> None:
    plan = load_plan(city.params, 2026)
    assert [area.id for area in plan.reporters("care", "north", Period(MARCH))] == ["qingshi"]
    assert [area.id for area in plan.reporters("care", "north", Period(MAY))] == ["qingshi", "baiyun"]
    assert plan.projects_due(plan.area("north"), Period(MAY)) == ("aid",)
    assert plan.projects_due(plan.area("north"), Period(JUNE)) == ("aid", "works")
    # A return of a month before it existed is refused, with when it begins.
    template = write_templates(city, "2026-04", tmp_path)["baiyun"]
    early = fill(template, tmp_path / "early.xlsx", as_of=date(2026, 3, 15), sheets={})
    book = openpyxl.load_workbook(early)
    book["封面"]["B3"] = "2026年3月"
    book.save(early)
    copy = tmp_path / "copy"
    shutil.copytree(city.root, copy)
    outcome = receive_files(Workspace.find(copy), MARCH, [early], received_at=None, sender="", display=Quiet())
    assert outcome.exit_code == ExitCode.FILE_REFUSED
    assert "白云镇自2026年4月起列入方案，2026年3月没有报送任务" in outcome.lines()[0]


def test_a_month_without_a_return_due_is_not_missing(city: Workspace) -> None:
    may = month_status(city, MAY, None)
    assert {row.id: row.word for row in may.rows} == dict.fromkeys(
        ("north", "qingshi", "baiyun", "south", "rescue", "elderly"), "已报送"
    )
    assert check_period(city, MAY, force=False, display=Quiet()).gaps.missing == ()
    assert "works" not in read_accepted(city.data, Period(MAY), "south").verdict.projects


def test_due_days_are_the_plans_own(city: Workspace) -> None:
    plan = load_plan(city.params, 2026)
    # 20日以前, not inclusive: 19 May is a Tuesday. Sections: the 25th, weekends are no holidays here.
    assert due_date(plan, plan.reporting.counties, Period(MAY)) == date(2026, 5, 19)
    assert due_date(plan, plan.reporting.sections, Period("2026-07")) == date(2026, 7, 25)  # a Saturday


def test_a_quarters_figures_are_compared_with_the_last_quarters(city: Workspace) -> None:
    verdict = read_accepted(city.data, Period(JUNE), "south").verdict
    ended = {outcome.rule: outcome.outcome for outcome in verdict.outcomes}
    # 1 (March) + 2 = 3: checked although there was no return in April and May.
    assert ended["WOR-003"] == RuleState.PASS
    assert ended["WOR-002"] == RuleState.PASS
    first = read_accepted(city.data, Period(MARCH), "south").verdict
    # The first quarter counts from 0: 0 + 1 = 1.
    assert {o.rule: o.outcome for o in first.outcomes}["WOR-003"] == RuleState.PASS


# figures of a month


def test_county_and_city_rows_are_sums_of_the_leaves(city: Workspace) -> None:
    north, whole = _figures(city, MAY, "north/care"), _figures(city, MAY, "city/care")
    assert _row(north, "beds").actual == 25  # 20 + 5
    assert _row(whole, "beds").actual == 35  # 20 + 5 + 10
    assert [row.area for row in whole.areas] == ["north", "south"]
    assert [row.area for row in north.areas] == ["qingshi", "baiyun"]
    assert next(r for r in whole.areas if r.area == "north").measurements == north.measurements
    # 25 of 60 = 5/12, and the schedule of May is 5/12: exactly on it.
    assert _row(north, "beds").light.word == "达到序时进度"


def test_an_area_that_appears_in_april_has_a_schedule_from_then(city: Workspace) -> None:
    beds = _row(_figures(city, MAY, "baiyun/care"), "beds")
    assert beds.completion == Decimal("0.25")  # 5 of 20
    # (5/12 - 3/12) of the remaining 9/12: 2/9.
    assert Fraction(beds.schedule_progress).limit_denominator(1000) == Fraction(2, 9)
    trend = [point.period for point in _figures(city, MAY, "baiyun/care").trend if point.indicator == "beds"]
    assert trend == [Period("2026-04"), Period(MAY)]


def test_limits_are_better_the_lower_by_either_formula(city: Workspace) -> None:
    north, south = _figures(city, MAY, "north/aid"), _figures(city, MAY, "south/aid")
    # 2 - 4/12; by May 12 × 5/12 = 5 are allowed: 4 is within, 6 (2 - 6/5 = 0.8) is not.
    assert Fraction(_row(north, "overdue").completion).limit_denominator(100) == Fraction(5, 3)
    assert (_row(north, "overdue").light.word, _row(south, "overdue").light.word) == ("达标", "未达标")
    page = (city.outputs / MAY / "south" / "aid" / "report.html").read_text(encoding="utf-8")
    assert "全年控制在12件以内，按序时为5件，已超过" in page
    # target ÷ actual: 4.3 ÷ 4.3 and 4.3 ÷ 5.
    assert (_row(north, "error_rate").completion, _row(south, "error_rate").completion) == (1, Decimal("0.86"))


def test_words_as_targets_are_printed_and_never_parsed(city: Workspace) -> None:
    aid = _figures(city, MAY, "north/aid")
    assert (_row(aid, "error_rate").target_text, _row(aid, "error_rate").target) == ("4.3%以内", Decimal("4.3"))
    paid = _row(aid, "paid_share")
    assert (paid.target_text, paid.target, paid.completion, paid.actual) == ("应补尽补", None, None, 99)
    assert paid.light.word == "定性目标"
    page = (city.outputs / MAY / "north" / "aid" / "report.html").read_text(encoding="utf-8")
    assert "4.3%以内" in page
    assert "应补尽补" in page


def test_a_range_is_met_within_its_bounds(city: Workspace) -> None:
    rows = {
        who: _row(_figures(city, MAY, f"{who}/care"), "occupancy")
        for who in ("qingshi", "baiyun", "north", "south", "city")
    }
    # 35/50 = 70 %; 18/20 = 90 %; 53/70; 22/40 = 55 %; 75/110.
    assert [rows[who].completion for who in ("qingshi", "north", "city")] == [1, 1, 1]
    assert Fraction(rows["baiyun"].completion).limit_denominator(1000) == Fraction(80, 90)
    assert Fraction(rows["south"].completion).limit_denominator(1000) == Fraction(55, 60)
    page = (city.outputs / MAY / "south" / "care" / "report.html").read_text(encoding="utf-8")
    assert "60～80" in page


def test_between_quarters_the_last_quarters_figures_stand(city: Workspace) -> None:
    works = _figures(city, MAY, "north/works")
    sites = _row(works, "sites")
    assert works.as_of == date(2026, 3, 15)
    assert (sites.actual, sites.schedule_progress, sites.light.word) == (3, Decimal("0.25"), "达到序时进度")
    assert _row(_figures(city, JUNE, "city/works"), "sites").actual == 9  # 6 + 3


def test_shared_money_counts_once_in_the_total(city: Workspace) -> None:
    total = _figures(city, MAY, "city/bulletin").funds_total
    # In 万元, planned: 县级 50, 市级 100, 其他 200 (shared, once), 中央 300.
    assert total.planned == 650 * 10_000
    # 下达: 县级 10+10, 市级 20+5+20, 其他 30+10+40 and 北湖县's 8 of March, 中央 50+50 of March.
    assert total.allocated == (20 + 45 + 88 + 100) * 10_000
    assert total.received == (18 + 35 + 88 + 90) * 10_000
    assert total.disbursed == (9 + 20 + (15 + 5 + 20 + 8) + 50) * 10_000
    care = next(use for use in _figures(city, MAY, "city/care").funds if use.source == "shared_other")
    works = next(use for use in _figures(city, MAY, "city/works").funds if use.source == "shared_other")
    assert (care.received, works.received) == (80 * 10_000, 38 * 10_000)
    page = (city.outputs / MAY / "city" / "bulletin" / "report.html").read_text(encoding="utf-8")
    assert "共用的来源只计一次" in page


def test_the_plan_says_what_its_whole_and_its_programme_are_called(city: Workspace) -> None:
    """A district's pages say 全区, and another programme's bear its own name."""
    pages = [*(city.outputs / JUNE).rglob("*.html"), *(city.outputs / "2026-H1").rglob("*.html")]
    text = {path: path.read_text(encoding="utf-8") for path in [*pages, city.outputs / "index.html"]}
    assert not [path for path, html in text.items() if "全市" in html or "民生工程及民生实事" in html]
    assert "全区" in text[city.outputs / JUNE / "city" / "care" / "report.html"]
    assert "惠民实事月通报" in text[city.outputs / JUNE / "city" / "bulletin" / "report.html"]
    assert "惠民实事工作情况的报告" in text[city.outputs / JUNE / "elderly" / "monthly_report" / "report.html"]


def test_every_owner_writes_and_is_named(city: Workspace) -> None:
    report = _figures(city, MAY, "general/monthly_report")
    aid = next(project for project in report.projects if project.project == "aid")
    assert aid.owners == ("救助科（牵头）", "养老科", "丙", "戊")
    assert report.section_narratives["aid"]["ahead"] == "救助科：rescue的情况\n养老科：elderly的情况"
    # works: the words of March stand until June.
    assert report.section_narratives["works"]["ahead"] == "elderly的情况"
    page = (city.outputs / MAY / "general" / "monthly_report" / "report.html").read_text(encoding="utf-8")
    places = [page.index(title) for title in ("（一）工作进展", "（二）资金情况", "（三）问题和打算")]
    assert places == sorted(places)
    assert "采取措施" not in page
    assert "责任科室：救助科（牵头）、养老科，责任人：丙、戊，责任领导：丁" in page


def test_one_notebook_serves_every_project(city: Workspace) -> None:
    assert not list(city.notebooks.glob("aid.ipynb"))
    for name in ("aid", "care", "works"):
        assert (city.outputs / JUNE / "city" / name / "report.pdf").is_file()


# the half-year


def test_composite_scores_of_the_half_year(city: Workspace) -> None:
    north, south = _figures(city, "2026-H1", "north/scoring"), _figures(city, "2026-H1", "south/scoring")
    points = {item.item: item.points for item in north.items}
    # beds 32/60 ÷ 6/12 > 1 → 1; occupancy 50/70 within → 1; min 1. overdue 6 of 12 × 6/12: 2 - 1 = 1.
    assert points == {"g.care": 30, "g.overdue": 10, "g.errors": 10, "g.works": 10, "m.paid": 20, "o.public": 10}
    points = {item.item: item.points for item in south.items}
    assert points == {
        "g.care": Decimal("27.5"),  # min(20/40 ÷ 6/12 = 1, 55/60) × 30
        "g.overdue": 5,  # 2 - 9/6 = 0.5
        "g.errors": Decimal("8.6"),  # 4.3/5
        "g.works": 9,  # 0.4 × (3/8 ÷ 1/2 = 0.75) + 0.6 × 1
        "m.paid": 10,
        "o.public": 6,
    }
    assert [part.points for part in north.parts] == [100, 80, 20]
    # 50.1 ÷ 60 × 50% × 200; 10 ÷ 20 × 40% × 200; 6 ÷ 10 × 10% × 200.
    assert [part.points for part in south.parts] == [Decimal("83.5"), 40, 12]
    assert (north.total, north.converted, north.grade) == (200, 100, "优")
    assert (south.total, south.converted, south.grade) == (Decimal("135.5"), Decimal("67.75"), "中")
    assert "应补尽补" in next(i for i in south.items if i.item == "m.paid").given["救助发放"]
    ranking = _figures(city, "2026-H1", "city/scoring")
    assert [(row.rank, row.area) for row in ranking.rows] == [(1, "north"), (2, "south")]
    page = (city.outputs / "2026-H1" / "south" / "scoring" / "report.html").read_text(encoding="utf-8")
    assert "50.1 ÷ 60 × 50% × 200 = 83.5" in page


def test_a_township_that_is_missing_leaves_its_county_without_completion(city: Workspace, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(city.root, copy)
    workspace = Workspace.find(copy)
    (workspace.data / "returns" / JUNE / "baiyun.xlsx").unlink()
    register = workspace.data / "returns" / "register.csv"
    lines = [line for line in register.read_text(encoding="utf-8").splitlines() if f"{JUNE}/baiyun" not in line]
    register.write_text("\n".join(lines) + "\n", encoding="utf-8")
    outcome = run_month(workspace, JUNE, areas=["north"], notebooks=["scoring"], display=Quiet())
    assert outcome.checked.gaps.missing == ("白云镇",)
    beds = _row(_figures(workspace, JUNE, "north/care"), "beds")
    assert (beds.actual, beds.completion, beds.missing_areas) == (24, None, ("白云镇",))
    care = next(i for i in _figures(workspace, JUNE, "north/scoring").items if i.item == "g.care")
    assert (care.points, care.state) == (0, "not_reported")


def test_a_month_before_the_first_quarter_has_no_works(city: Workspace, tmp_path: Path) -> None:
    plan = load_plan(city.params, 2026)
    assert [project.id for project in plan.projects_at(Period("2026-02"))] == ["aid", "care"]
    only_quarters = tmp_path / "quarters"
    shutil.copytree(city.root, only_quarters, ignore=shutil.ignore_patterns("outputs", "data"))
    reporting = only_quarters / "params" / "2026" / "reporting.yaml"
    reporting.write_text(f"due_months: [3, 6, 9, 12]\n{reporting.read_text(encoding='utf-8')}", encoding="utf-8")
    with pytest.raises(UsageError, match="没有应报的报表"):
        write_templates(Workspace.find(only_quarters), "2026-02", tmp_path / "out")


@pytest.mark.parametrize("month", [MAY, JUNE])
def test_the_bulletin_of_any_plan_is_two_pages(city: Workspace, month: str) -> None:
    with pikepdf.open(city.outputs / month / "city" / "bulletin" / "report.pdf") as opened:
        assert len(opened.pages) <= 2
