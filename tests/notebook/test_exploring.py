"""What `explore` shows: the page alone where charts cannot be drawn, and words where a report was never made."""

import re
import shutil
import sys

import altair as alt
import ipywidgets
import pytest

from minsheng.errors import UsageError
from minsheng.notebook import charts, explore
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
def test_without_the_extra_it_says_what_to_install_and_shows_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alt.JupyterChart, "_is_offline", False)
    monkeypatch.setitem(sys.modules, "vl_convert", None)  # as where it is not installed
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
    with pytest.raises(UsageError, match=r"没有指标“床”。有数的：.*新增床位"):
        charts.heat_map("2017-06", indicator="床")
    with pytest.raises(UsageError, match="没有可画的数（全市与其他地区）"):
        charts.against_peers("全市", "2017-06")
