"""What `explore` shows: the page alone where charts cannot be drawn, and words where a report was never made."""

import shutil
import sys

import altair as alt
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
    _, report, fault, tabs = explore().children
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
def test_a_chart_is_of_one_indicator_and_nothing_to_draw_is_said() -> None:
    chart = charts.against_peers("苍溪县", "2017-06", "养老服务", "新增床位").chart
    assert set(chart.data["指标"]) == {"新增床位"}
    with pytest.raises(UsageError, match=r"没有指标“床”。有数的：.*新增床位"):
        charts.heat_map("2017-06", indicator="床")
    with pytest.raises(UsageError, match="没有可画的数（全市与其他地区）"):
        charts.against_peers("全市", "2017-06")
