"""A plan begun from the annex of a notice, as bureaus have it in a spreadsheet, passes every check."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from minsheng.authoring.annex_table import annex_cell, annex_column, placed, read_annex, said_annex
from minsheng.authoring.drawn_returns import DrawnYear
from minsheng.authoring.new_plan import NewPlan
from minsheng.cli import app
from minsheng.commands.init import start_workspace
from minsheng.commands.plans.plan_new import annex_in, new_plan
from minsheng.domain.area import AreaKind
from minsheng.domain.indicator import Basis, Direction
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, FileRefusedError, UsageError
from minsheng.intake.rules.suites import load_suites
from minsheng.intake.spreadsheets.grid import Sheet, Workbook
from minsheng.plan import load_plan
from minsheng.workspace import Workspace

NOTICE = [
    ["2017年目标任务分解表", None, None, None, None, None],
    ["地区", "民生工程", None, None, "民生实事", None],
    [None, "救助工程", "社会保障工程", None, "两线合一", "新建道路（公里）"],
    [
        None,
        "医疗救助。对符合条件的对象自负费用在年度救助限额内按规定的比例给予救助并及时足额拨付（%）",
        "养老服务体系建设",
        None,
        "2017年6月底前，按照家庭人均收入低于当地现行低保标准的差额发放，其后按新标准发放。",
        None,
    ],
    [None, None, "新增养老床位（张）", "人均补助达到（元）", None, None],
    ["东河县", 70, 300, 160, None, 12.5],
    ["西山区", 70, "200张", 160, None, "—"],
    ["市本级", None, 50, None, None, None],
    ["合计", 70, 550, 160, "完成", 12.5],
]
MERGED = (
    (0, 0, 0, 5),
    (1, 0, 4, 0),
    (1, 1, 1, 3),
    (1, 4, 1, 5),
    (2, 2, 2, 3),
    (3, 1, 4, 1),
    (3, 2, 3, 3),
    (2, 5, 4, 5),
    (3, 4, 4, 4),
)


def sheet(rows, merged=()) -> Workbook:
    exact = [tuple(Decimal(str(v)) if isinstance(v, int | float) else v for v in row) for row in rows]
    return Workbook("xlsx", (Sheet("附件", tuple(exact), merged),))


@pytest.mark.parametrize("turned", [False, True], ids=["areas in rows", "areas in columns"])
def test_an_annex_is_read_however_it_is_laid_out(turned: bool) -> None:
    rows, merged = NOTICE, MERGED
    if turned:
        rows = [list(cells) for cells in zip(*NOTICE, strict=True)]
        merged = tuple((left, top, right, bottom) for top, left, bottom, right in MERGED)
    found = read_annex(sheet(rows, merged))
    assert [row.name for row in found.areas] == ["东河县", "西山区", "市本级"]
    assert found.areas[2].kind == AreaKind.MUNICIPAL_ROW
    assert [column.unit for column in found.columns] == ["%", "张", "元", "", "公里"]
    assert [column.name for column in found.columns] == [
        "医疗救助",
        "新增养老床位",
        "人均补助达到",
        "两线合一",
        "新建道路",
    ]
    assert [each.project for each in placed(found.columns)] == [
        "医疗救助",
        "养老服务体系建设",
        "养老服务体系建设",
        "两线合一",
        "新建道路",
    ]
    assert [each.programme for each in placed(found.columns)] == ["民生工程"] * 3 + ["民生实事"] * 2
    west = found.areas[1].cells
    assert [cell and cell.number for cell in west] == [70, 200, 160, None, None]
    assert found.whole is not None
    assert [cell and (cell.number or cell.text) for cell in found.whole.cells] == [
        70,
        550,
        160,
        "完成",
        Decimal("12.5"),
    ]


def test_units_stand_in_a_column_of_their_own_or_above_the_table() -> None:
    rows = [
        ["序号", "任务", "单位", "全市", "甲县", "乙县"],
        [1, "新增床位", "张", 30, 10, 20],
        [2, "改造管网", "公里", 5, 2, 3],
    ]
    found = read_annex(sheet(rows))
    assert [(c.name, c.unit) for c in found.columns] == [("新增床位", "张"), ("改造管网", "公里")]
    above = [
        ["任务表", "任务表", "任务表"],
        ["单位：万元", None, None],
        ["县区", "投入资金", "新增贷款"],
        ["甲县", 1, 2],
        ["乙县", 3, 4],
    ]
    assert [column.unit for column in read_annex(sheet(above)).columns] == ["万元", "万元"]


def test_units_in_a_row_below_the_headings_are_units_and_a_column_of_bodies_may_be_headed_so() -> None:
    below = [["单位", "新增床位", "改造管网"], [None, "张", "公里"], ["甲县", 10, 1.5], ["乙县", 20, 2]]
    assert [(c.short_name, c.unit) for c in read_annex(sheet(below)).columns] == [
        ("新增床位", "张"),
        ("改造管网", "公里"),
    ]


def test_limits_levels_and_money_are_told_from_counts(bureau: Workspace) -> None:
    rows = [
        ["地区", "救助率不低于（%）", "失业率控制在（%）", "投入资金（万元）", "贷款（亿元）", "人均支出（元）"],
        ["甲县", 70, 4.3, 100, 1, 100],
        ["丙县", None, None, None, None, None],
        ["乙县", 75, 4.2, 200, 1.5, 90],
    ]
    outcome = new_plan(bureau, NewPlan(2016, "河山市", "河山市民政局", "方案", "业务科", read_annex(sheet(rows))))
    assert outcome.checked.faults == ()
    rate, jobless, spent, lent, average = load_plan(bureau.params, 2016).indicators
    assert (rate.direction, jobless.direction) == (Direction.AT_LEAST, Direction.AT_MOST)
    assert (spent.unit, spent.targets["city"].value, lent.targets["a3"].value) == ("元", 3_000_000, 150_000_000)
    assert (spent.basis, average.basis, average.measure.kind) == (Basis.SCHEDULE, Basis.FULL, "ratio")
    assert (rate.short_name, jobless.short_name) == ("救助率", "失业率")


def test_what_is_no_annex_is_refused_with_what_one_looks_like() -> None:
    with pytest.raises(FileRefusedError, match=r"“附件”.*第一列写地区"):
        read_annex(sheet([["名单", None], ["张三", "李四"]]))


def write(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in NOTICE:
        book.active.append(row)
    for top, left, bottom, right in MERGED:
        book.active.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("bureau") / "workspace"
    start_workspace(root, 2026)
    return Workspace.find(root)


def test_a_spreadsheet_becomes_a_plan_that_passes_every_check(bureau: Workspace, tmp_path: Path) -> None:
    new = NewPlan(
        2017, "河山市", "河山市民政局", "2017年民生实施方案", "业务科", annex_in(write(tmp_path / "annex.xlsx"))
    )
    outcome = new_plan(bureau, new)
    assert (outcome.exit_code, outcome.checked.faults) == (ExitCode.DONE, ())
    plan = load_plan(bureau.params, 2017)
    beds, average, road = plan.indicator("i2"), plan.indicator("i3"), plan.indicator("i5")
    assert (beds.basis, beds.city_total, beds.targets["a2"].value) == (Basis.SCHEDULE, True, 200)
    assert (average.basis, average.city_total, average.direction) == (Basis.FULL, False, Direction.AT_LEAST)
    assert (road.unit, road.decimals, set(road.targets)) == ("公里", 2, {"city", "a1"})
    done = plan.indicator("i4")
    assert set(done.targets) == {"city", "a1", "a2"}
    assert str(done.measure.conditions[0].due) == "2017-06-30"
    assert plan.area("a3").projects == ("p2",)
    assert sum(item.full_marks for item in plan.county_rubric.items) == 100
    # It can be tried at once: figures can be drawn that its rules take.
    figures = DrawnYear(plan, load_suites(plan, bureau.params)).figures(plan.area("a1"), Period("2017-01"))
    assert 0 < figures["p2.i2_done"] < 300
    with pytest.raises(UsageError, match="已有方案"):
        new_plan(bureau, new)


def test_the_same_is_asked_where_there_is_no_spreadsheet(bureau: Workspace) -> None:
    answers = [
        "河山市",
        "东河县、西山区",
        "新增床位（张）",
        "养老",
        "30",
        "10",
        "20",
        "救助率不超过4.3%（%）",
        "",
        "4.3",
        "4.3",
        "",
        "",
    ]
    asked = CliRunner().invoke(
        app, ["plan", "new", "2018", "--workspace", str(bureau.root)], input="\n".join([*answers, ""])
    )
    assert asked.exit_code == ExitCode.DONE, asked.output
    plan = load_plan(bureau.params, 2018)
    assert [area.name for area in plan.areas] == ["东河县", "西山区"]
    assert [indicator.direction for indicator in plan.indicators] == [Direction.AT_LEAST, Direction.AT_MOST]
    assert "a2" not in plan.indicator("i2").targets


@pytest.mark.parametrize(
    ("said", "number", "text"),
    [
        ("300张", 300, ""),
        ("1,950", 1950, ""),
        ("应补尽补", None, "应补尽补"),
        ("完 成", None, "完成"),
        ("12.5%", Decimal("12.5"), ""),
    ],
)
def test_a_cell_is_a_number_or_words(said: str, number, text: str) -> None:
    cell = annex_cell(said)
    assert cell is not None
    assert (cell.number, cell.text) == (number, text)


@pytest.mark.parametrize("blank", [None, "", "—", "/", "无"])
def test_a_blank_is_no_duty(blank) -> None:
    assert annex_cell(blank) is None


def test_headings_lose_their_units_alone() -> None:
    column = annex_column(["社会保障", "为老年人（80岁以上）提供服务（名）"])
    assert (column.quote, column.unit) == ("为老年人（80岁以上）提供服务", "名")
    assert said_annex(["甲县"], [(["新增（张）"], ["3"])]).columns[0].unit == "张"
