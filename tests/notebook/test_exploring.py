"""What `explore` shows: the page alone where charts cannot be drawn, and words where a report was never made."""

import re
import shutil
import sys

import altair as alt
import ipywidgets
import pytest

from minsheng.errors import UsageError
from minsheng.notebook import charts, explore
from minsheng.notebook.charts.altair_scripts import use_own_scripts
from minsheng.notebook.report_links import report_address
from minsheng.workspace import ENVIRONMENT, Workspace


@pytest.fixture(scope="module")
def by_hand(june: Workspace, tmp_path_factory: pytest.TempPathFactory):
    """A copy of June, in which `data` may keep its tables."""
    root = tmp_path_factory.mktemp("exploring") / "workspace"
    shutil.copytree(june.root, root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(ENVIRONMENT, str(root))
        yield Workspace.find(root)


@pytest.mark.usefixtures("by_hand")
@pytest.mark.parametrize("missing", ["anywidget", "vl_convert"])
def test_without_the_extra_it_says_what_to_install_and_shows_the_page(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)  # as where it is not installed
    explorer = explore()
    _, report, fault, tabs = explorer.shown.children
    assert "正在准备图" in fault.value
    explorer.draw()
    assert "打开" in report.value
    assert "pip install &#39;minsheng-workbook[charts]&#39;" in fault.value.replace("&#x27;", "&#39;")
    assert tabs.titles == ("报告内容",)
    page = tabs.children[0].children[0].value
    assert "全市2017年6月进展情况" in page
    assert "<figure" in page


def test_a_report_has_an_address_where_it_was_made_alone(by_hand: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/li/")
    made = report_address(by_hand, "2017-06", "cangxi", "dibao")
    assert made == "/user/li/files/outputs/2017-06/cangxi/dibao/report.html"
    assert report_address(by_hand, "2017-05", "cangxi", "dibao") == ""


@pytest.mark.usefixtures("by_hand")
def test_it_says_what_it_computes_while_nothing_is_kept_and_then_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    explorer, said = explore(), []
    monkeypatch.setattr(explorer, "_html", lambda text="": _Told(text, said))
    explorer.draw()
    assert said[:2] == ["正在计算……", "正在计算 2017年1月（1/6），算过的以后直接读取……"]
    assert said[6] == "正在计算 2017年6月（6/6），算过的以后直接读取……"
    tabs = explorer.shown.children[3]
    assert tabs.titles == ("逐月状态", "走势", "资金", "名次（全部项目）", "与其他地区", "报告内容")
    assert isinstance(tabs.children[0].children[0], alt.JupyterChart)


class _Told(ipywidgets.HTML):
    """Keeps every text that it is given."""

    def __init__(self, text: str, said: list[str]) -> None:
        super().__init__()
        self.observe(lambda change: said.append(re.sub("<[^>]*>", "", change.new)), names="value")
        self.value = text


@pytest.mark.usefixtures("by_hand")
def test_a_chart_is_of_one_indicator_and_nothing_to_draw_is_said() -> None:
    chart = charts.against_peers("苍溪县", "2017-06", "养老服务", "新增床位").chart
    assert set(chart.data["指标"]) == {"新增床位"}
    assert chart.data["本地区"].tolist()[-1]  # drawn last, above the others
    with pytest.raises(UsageError, match=r"没有指标“床”。有数的：.*新增床位"):
        charts.heat_map("2017-06", indicator="床")
    with pytest.raises(UsageError, match="没有可画的数（全市与其他地区）"):
        charts.against_peers("全市", "2017-06")


@pytest.mark.usefixtures("by_hand")
def test_charts_say_everything_in_chinese_and_fit_beside_the_list_of_files() -> None:
    lights = charts.heat_map(project="养老服务").chart
    assert set(lights.data["灯色"]) <= {"绿", "黄", "红", "灰"}
    spec = lights.to_dict()
    # Four indicators of six months: two by two, not four in a row that runs out of the window.
    assert spec["columns"] == 2
    assert spec["columns"] * spec["spec"]["width"] <= 620
    ranks = charts.ranking_over_time().chart.to_dict()["encoding"]
    assert ranks["y"]["axis"]["values"] == list(range(1, 9))  # no rank twice on the axis, none between two
    months = charts.trends("养老服务").chart.to_dict()["spec"]["layer"][1]["encoding"]["x"]
    assert months["scale"]["domain"] == [f"2017-0{number}" for number in range(1, 7)]


@pytest.mark.usefixtures("by_hand")
def test_of_hundreds_of_areas_lines_are_grey_and_have_no_legend(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "legend" in charts.ranking_over_time().chart.to_dict()["encoding"]["color"]
    monkeypatch.setattr("minsheng.notebook.charts.answering._MANY", 7)
    assert set(charts.ranking_over_time().chart.to_dict()["encoding"]["color"]) == {"value"}


def test_a_charts_scripts_are_made_once_for_a_workspace(by_hand: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (kept,) = (by_hand.outputs / ".tables").glob("charts-*.js")
    kept.write_text("export default {}", encoding="utf-8")
    monkeypatch.setattr(alt.JupyterChart, "_is_offline", False)
    monkeypatch.setattr(alt.JupyterChart, "_esm", "")
    use_own_scripts()
    assert alt.JupyterChart._esm == "export default {}"
    kept.unlink()
    monkeypatch.setattr(alt.JupyterChart, "_is_offline", False)
    use_own_scripts()
    assert "vega" in alt.JupyterChart._esm
    assert kept.read_text(encoding="utf-8") == alt.JupyterChart._esm
