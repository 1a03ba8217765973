"""Every figure as a table: the reports' own, typed, in the plan's order, with its cell; kept until it changes."""

import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from tests.conftest import ROOT

from minsheng.domain.period import Period
from minsheng.errors import UsageError
from minsheng.files.written import read_result
from minsheng.notebook import data
from minsheng.workspace import ENVIRONMENT, Workspace

JUNE = "2017-06"
AREAS = ["全市", "市本级", "苍溪县", "旺苍县", "剑阁县", "青川县", "利州区", "昭化区", "朝天区", "广元经济技术开发区"]


@pytest.fixture(scope="module")
def analyst(assessed: Workspace, tmp_path_factory: pytest.TempPathFactory):
    """June and its assessment, without what was made of them, as an analyst's own copy."""
    root = tmp_path_factory.mktemp("analyst") / "workspace"
    for name in ("params", "data"):
        shutil.copytree(assessed.root / name, root / name)
    shutil.copy(assessed.root / "minsheng.toml", root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(root))
        yield Workspace.find(root)


def _figures(workspace: Workspace, subject: str, notebook: str, period: str = JUNE):
    return read_result(workspace.result(period, subject, notebook), Period(period)).figures


@pytest.mark.usefixtures("analyst")
@pytest.mark.parametrize("area", ["city", "cangxi"])
def test_indicators_and_money_are_those_of_the_report(assessed: Workspace, area: str) -> None:
    report = _figures(assessed, area, "elderly_care")
    rows = data.indicators(JUNE, area, "elderly_care").set_index("指标编号")
    assert list(rows.index) == [row.indicator for row in report.measurements if row.has_duty]
    for row in report.measurements:
        found = rows.loc[row.indicator]
        assert (found["完成数精确"], found["目标精确"], found["完成率（比值）精确"]) == (
            row.actual,
            row.target,
            row.completion,
        )
        assert (found["亮灯"], found["算式"]) == (row.light.word, row.formula)
    money = data.funds(JUNE, area, "养老服务")
    assert list(money["拨付（元）精确"]) == [use.disbursed for use in report.funds]
    assert list(money["合计行"]) == [use.source == "total" for use in report.funds]


@pytest.mark.usefixtures("analyst")
@pytest.mark.parametrize("period", [JUNE, "2017-H1"])
def test_points_and_ranks_are_those_of_the_ranking(assessed: Workspace, period: str) -> None:
    report = _figures(assessed, "city", "scoring", period)
    rows = data.ranking(period)
    assert list(rows["地区"]) == [row.name for row in report.rows]
    assert list(rows["名次"]) == [row.rank for row in report.rows]
    assert list(rows["总分（分）精确"]) == [row.total for row in report.rows]
    items = (
        data.scores(period)
        .groupby("地区", observed=True)["得分（分）精确"]
        .agg(lambda each: sum(each.dropna(), Decimal(0)))
    )
    scored = {row.name: _figures(assessed, row.area, "scoring", period).scored_points for row in report.rows}
    assert dict(items) == scored


@pytest.mark.usefixtures("analyst")
def test_a_mark_names_the_cell_of_the_assessors_form_and_a_figure_that_of_the_return() -> None:
    items = data.scores("2017-H1", "苍溪县").set_index("小项编号")
    mark, figure = items.loc["org.1"], items.loc["goal.beds_new"]
    assert (mark["文件"], mark["工作表"], mark["单元格"]) == ("assessment/2017-H1/cangxi.xlsx", "考评", "G4")
    assert (figure["文件"], figure["工作表"], figure["单元格"]) == ("returns/2017-06/cangxi.xlsx", "养老服务", "E4")
    assert figure["项目"] == "养老服务"


def test_a_value_stands_in_the_cell_that_it_names(analyst: Workspace) -> None:
    rows = data.values(JUNE, "苍溪县", "养老服务")
    book = openpyxl.load_workbook(analyst.data / "returns" / JUNE / "cangxi.xlsx")
    numbers = rows[rows["数值"].notna() & (rows["单位"] != "元")]
    assert len(numbers) > 20
    for _, row in numbers.iterrows():
        assert book[row["工作表"]][row["单元格"]].value == row["数值"]
    money = rows[rows["单位"] == "元"].iloc[0]
    assert book[money["工作表"]][money["单元格"]].value * 10_000 == money["数值精确"]
    done = rows[rows["栏"] == "完工日期"]
    assert str(done["日期"].dtype).startswith("datetime64")
    assert done["日期"].notna().any()


@pytest.mark.usefixtures("analyst")
def test_columns_are_typed_and_names_stand_in_the_plans_order() -> None:
    rows = data.indicators()
    assert list(rows["地区"].cat.categories) == AREAS
    assert list(rows["项目"].cat.categories) == ["医疗救助", "城乡低保", "养老服务", "残疾人补贴", "两线合一"]
    assert list(rows["报告期"].cat.categories) == [f"2017-0{month}" for month in range(1, 7)]
    assert all(rows[name].cat.ordered for name in ("地区", "项目", "报告期"))
    assert rows["完成数"].dtype == "float64"
    exact = rows["完成数精确"].dropna()
    assert {type(each) for each in exact} == {Decimal}
    assert (exact.astype("float64") == rows["完成数"].dropna()).all()
    # A difference of decimals is exact where one of floats is not.
    assert data.funds()["拨付（元）精确"].dropna().sum() == sum(data.funds()["拨付（元）精确"].dropna(), Decimal(0))


@pytest.mark.usefixtures("analyst")
def test_names_and_periods_pick_rows_and_an_unknown_one_is_named() -> None:
    whole = data.values()
    assert set(data.values(["2017-05", JUNE], ["苍溪县", "wangcang"], ["低保", "养老服务"][1])["地区"]) == {
        "苍溪县",
        "旺苍县",
    }
    assert len(data.values("2017")) == len(whole) == sum(len(data.values(f"2017-0{n}")) for n in range(1, 7))
    assert set(data.scores()["报告期"]) == {*(f"2017-0{n}" for n in range(1, 7)), "2017-H1"}
    # A period that is not there is not the same as one of which nobody has anything.
    with pytest.raises(UsageError, match=r"没有2016-06的数。有：2017-01、.*、2017-06。月度须先校验"):
        data.values("2016-06")
    with pytest.raises(UsageError, match=r"没有2017-H2的数。.*半年和年度须有考评表"):
        data.ranking("2017-H2")
    assert len(data.deliveries("2017-01")) == 0
    for asked in ({"area": "某县"}, {"project": "某项目"}, {"period": "2017-13"}):
        with pytest.raises(UsageError, match=next(iter(asked.values()))):
            data.indicators(**asked)


@pytest.mark.usefixtures("analyst")
def test_returns_say_which_revision_counts_and_who_sent_nothing() -> None:
    may = data.returns("2017-05", "苍溪县").set_index("版次")
    assert list(may["状态"]) == ["已被更正", "已采用"]
    assert list(may["现行"]) == [False, True]
    missing = data.returns("2017-09").query("状态 == '未报送'")
    assert list(missing["地区"]) == ["朝天区"]
    assert missing["收到时间"].isna().all()
    assert missing["期限"].notna().all()


@pytest.mark.usefixtures("analyst")
def test_deliveries_say_to_whom_and_whether_late() -> None:
    april = data.deliveries("2017-04", "社会救助科").set_index("去向")
    assert list(april.index) == ["局办公室", "省民政厅"]
    assert list(april["迟报"]) == [True, False]
    assert len(data.deliveries("2017-04", project="养老服务")) == 2


def test_tables_are_kept_until_a_return_or_the_plan_changes(analyst: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(analyst.root, root)
    workspace = Workspace.find(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(root))
        before = data.values(JUNE)
        kept = workspace.outputs / ".tables"
        names = {path.name for path in kept.glob("values-2017-06-*")}
        assert len(names) == 1
        accepted = workspace.accepted(Period(JUNE)) / "cangxi.csv"
        accepted.write_text(accepted.read_text(encoding="utf-8").replace(",140,", ",1410,"), encoding="utf-8")
        after = data.values(JUNE)
        assert {path.name for path in kept.glob("values-2017-06-*")} != names
        assert len(list(kept.glob("values-2017-06-*"))) == 1
        changed = before[before["数值"] != after["数值"]].dropna(subset="数值")
        assert set(changed["地区"]) == {"苍溪县"}
        # A damaged one is made again.
        next(kept.glob("values-2017-06-*")).write_bytes(b'{"cut')
        pd.testing.assert_frame_equal(data.values(JUNE), after)


def test_a_workspace_without_returns_gives_empty_tables_with_their_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "params", tmp_path / "params")
    shutil.copy(ROOT / "minsheng.toml", tmp_path)
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    for name in data.__all__:
        assert len(getattr(data, name)()) == 0
        assert "报告期" in getattr(data, name)().columns


def test_in_a_run_the_tables_are_those_of_its_inputs_and_nothing_is_kept(
    analyst: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from minsheng.plan import compile_plan, load_plan

    (tmp_path / "plan.json").write_bytes(compile_plan(load_plan(analyst.params, 2017)))
    shutil.copytree(analyst.accepted(Period(JUNE)), tmp_path / "data" / "accepted" / JUNE)
    shutil.copy(analyst.root / "minsheng.toml", tmp_path)
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    monkeypatch.setenv("MINSHENG_PLAN", str(tmp_path / "plan.json"))
    assert set(data.values()["报告期"]) == {JUNE}
    assert len(data.indicators(area="全市")) > 5
    assert not (tmp_path / "outputs").exists()
