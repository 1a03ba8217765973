"""Drawn returns keep every rule of the plan that they are drawn from, and reach about what its targets ask."""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from tests.conftest import ROOT

from minsheng.authoring.drawn_returns import DATA_LABEL, DrawnYear
from minsheng.authoring.linear_program import Bound, Unknown, Wish, constant, solve, variable
from minsheng.commands.init import start_workspace
from minsheng.commands.plans.plan_try import drawn_deliveries, ranking_moved, try_plan, unmet_rules
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, UsageError
from minsheng.intake.returns.checking import check_month
from minsheng.intake.returns.receiving import add_delivery, register_held
from minsheng.intake.returns.store import read_accepted, read_accepted_month
from minsheng.intake.rules.suites import load_suites
from minsheng.plan import load_plan
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

OTHER_CITY = ROOT / "tests" / "other_city" / "params"


def whole(*names: str) -> list[Unknown]:
    return [Unknown(name, Decimal(1)) for name in names]


def wish(name: str, value: int, weight: float = 1) -> Wish:
    return Wish(variable(name), Decimal(value), Decimal(value), weight)


def test_figures_keep_their_bounds_and_come_near_to_the_wishes() -> None:
    total = variable("total") + variable("one").times(Decimal(-1)) + variable("other").times(Decimal(-1))
    bounds = [Bound(total, Decimal(0), Decimal(0)), Bound(variable("one"), Decimal(0), Decimal(30))]
    found = solve(whole("total", "one", "other"), bounds, [wish("total", 100, 60), wish("one", 50), wish("other", 50)])
    assert found == {"total": 100, "one": 30, "other": 70}


def test_of_bounds_that_contradict_each_other_there_are_no_figures() -> None:
    bounds = [
        Bound(variable("one"), Decimal(5)),
        Bound(variable("one").times(Decimal(2)) + constant(Decimal(1)), high=Decimal(8)),
    ]
    assert solve(whole("one"), bounds, [wish("one", 4)]) is None


@pytest.fixture(scope="module")
def figures():
    """This repository's plan, and what draws cangxi's first months with a seed."""
    plan = load_plan(ROOT / "params", 2017)
    suites = load_suites(plan, ROOT / "params")

    def drawn(seed: int, *months: str):
        year = DrawnYear(plan, suites, seed)
        return [year.filling(plan.area("cangxi"), Period(month)) for month in months]

    return plan, drawn


def test_a_seed_draws_the_same_and_another_one_something_else(figures) -> None:
    _, drawn = figures
    assert drawn(1, "2017-01") == drawn(1, "2017-01")
    assert drawn(1, "2017-01") != drawn(2, "2017-01")


def test_every_cell_that_must_be_filled_is(figures) -> None:
    plan, drawn = figures
    january, february = drawn(0, "2017-01", "2017-02")
    for table in plan.tables:
        for column in table.columns if table.kind == "figures" and not table.open_rows else ():
            for row in table.rows_for(plan.area("cangxi").projects) if table.rows else (None,):
                field = table.field(column.id, row.id if row else None)
                assert field in february.figures or not column.required, field
    before, now = (filling.figures["dibao.urban.person_months_cumulative"] for filling in (january, february))
    assert now == before + february.figures["dibao.urban.persons"]
    assert february.cover["data_label"] == DATA_LABEL


def deliver(workspace: Workspace, params: Path, year: int, months: list[str]):
    """Register drawn returns of the first areas, and check them as a month's run does; return the smaller plan."""
    plan = load_plan(params, year)
    few = plan.model_copy(update={"areas": plan.areas[:3]})
    drawn = DrawnYear(few, load_suites(plan, params))
    with register_held(workspace.data):
        for month in map(Period, months):
            for delivery, content in drawn_deliveries(few, drawn, month):
                add_delivery(workspace.data, delivery, content)
    for month in map(Period, months):
        check_month(few, params, workspace.data, month)
    return few


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    shutil.copy(ROOT / "minsheng.toml", tmp_path)
    return Workspace.find(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("params", "year", "months"),
    [(ROOT / "params", 2017, ["2017-01", "2017-02"]), (OTHER_CITY, 2026, ["2026-01", "2026-02", "2026-03"])],
    ids=["this city", "another"],
)
def test_drawn_returns_are_accepted_without_a_word(
    empty: Workspace, params: Path, year: int, months: list[str]
) -> None:
    plan = deliver(empty, params, year, months)
    for month in map(Period, months):
        found = dict(read_accepted_month(empty.data, month))
        assert found.keys() == {owner.id for owner in plan.reporting_owners(month)}
        for who, accepted in found.items():
            assert not [issue for issue in accepted.verdict.issues if not issue.is_remark], (month, who)


@pytest.mark.slow
def test_rules_that_drawn_figures_do_not_meet_are_named_with_the_reason(empty: Workspace, tmp_path: Path) -> None:
    params = shutil.copytree(ROOT / "params", tmp_path / "params")
    path = params / "2017" / "expectations" / "disability_allowance.yaml"
    with path.open("a", encoding="utf-8") as file:
        # Nobody is paid, so figures are the same everywhere.
        rest = "severity: critical, blank: not_checked, allowed: 见依据, action: 请核对, basis: 试验"
        for rule in (
            (
                "id: DIS-901, type: expect_cells_to_be_between, kwargs: {columns: [paid_persons], low: 0, high: 0}, "
                "bad: {paid_persons: 3}, message: 不是 0"
            ),
            (
                "id: DIS-902, type: expect_figures_to_differ_between_areas, "
                "kwargs: {columns: [paid_persons], filled: 0}, bad: {paid_persons: '@other'}, message: 相同"
            ),
        ):
            file.write(f"\n  - {{{rule}, {rest}}}\n")
    plan = deliver(empty, params, 2017, ["2017-01"])
    told = unmet_rules(empty, plan, load_suites(plan, params), Period("2017-01"))
    assert told[0] == "抽取的数没有通过这些规则："
    line = next(each for each in told if "DIS-902" in each)
    assert "例如苍溪县的残疾人补贴!B4：“实补人数”相同" in line
    assert line.endswith("这种规则（expect_figures_to_differ_between_areas）抽数时照顾不到")


def test_whose_points_and_rank_a_plan_moves_is_said(june: Workspace, empty: Workspace) -> None:
    assert ranking_moved(june, june, Period("2017-06")) == ("与已发布的2017年6月得分相比：没有变化",)
    changed = empty.result("2017-06", "city", "scoring")
    changed.parent.mkdir(parents=True)
    sealed = json.loads(june.result("2017-06", "city", "scoring").read_bytes())
    first, second, *_ = sealed["figures"]["rows"]
    first["rank"], second["rank"], second["total"] = 2, 1, "99"
    changed.write_text(json.dumps(sealed, ensure_ascii=False), encoding="utf-8")
    _, *lines = ranking_moved(june, empty, Period("2017-06"))
    assert [line.split("：")[0].strip() for line in lines] == [first["name"], second["name"]]
    assert lines[0].endswith("，名次 1 → 2")
    assert " → 99，名次 2 → 1" in lines[1]


@pytest.mark.slow
def test_a_plan_is_tried_in_a_workspace_of_its_own(tmp_path: Path) -> None:
    start_workspace(tmp_path / "bureau", 2026)
    bureau = Workspace.find(tmp_path / "bureau")
    outcome = try_plan(bureau, None, display=Quiet())
    assert (outcome.exit_code, str(outcome.month.checked.period)) == (ExitCode.DONE, "2026-06")
    assert outcome.assessment is not None
    assert outcome.page.is_relative_to(bureau.outputs / ".try" / "plan-2026")
    # Nothing of the bureau's own is touched.
    assert not any((bureau.data / "returns").iterdir())
    pages = [*outcome.scratch.outputs.rglob("report.html"), outcome.page]
    assert len(pages) > 10
    assert not [page for page in pages if DATA_LABEL not in page.read_text(encoding="utf-8")]
    with pytest.raises(UsageError, match="没有登记的报表"):
        try_plan(bureau, None, data="2026-09", display=Quiet())
    with pytest.raises(UsageError, match="已有别的内容"):
        try_plan(bureau, None, out=bureau.data, display=Quiet())


@pytest.mark.soak
def test_real_returns_are_tried_under_a_plan(tmp_path: Path, june: Workspace) -> None:
    outcome = try_plan(june, 2017, data="2017-02", out=tmp_path / "trial", display=Quiet())
    assert outcome.exit_code == ExitCode.DONE
    assert outcome.assessment is None
    assert outcome.moved == ()  # nothing was published to compare it with
    assert "试算，不作数" in outcome.page.read_text(encoding="utf-8")
    for who in ("cangxi", "etdz"):
        taken = read_accepted(outcome.scratch.data, Period("2017-02"), who)
        assert taken is not None
        assert taken.values == read_accepted(june.data, Period("2017-02"), who).values
