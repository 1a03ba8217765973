"""Pickers open on a month that has something to show."""

import shutil

import pytest
from tests.conftest import ROOT

from minsheng.domain.period import Period
from minsheng.notebook.pickers import newest_with_data
from minsheng.workspace import Workspace


@pytest.mark.parametrize(
    ("filled", "opened"), [(["2017-05"], "2017-05"), (["2017-05", "2017-06"], "2017-06"), ([], "2017-06")]
)
def test_the_newest_month_with_figures_is_opened(tmp_path, filled: list[str], opened: str) -> None:
    shutil.copy(ROOT / "minsheng.toml", tmp_path)
    workspace = Workspace.find(tmp_path)
    months = [Period("2017-05"), Period("2017-06")]
    for month in months:
        workspace.accepted(month).mkdir(parents=True)
        rows = "beds,1,张,养老服务,A4\n" if str(month) in filled else ""
        (workspace.accepted(month) / "cangxi.csv").write_text(f"field,value,unit,sheet,cell\n{rows}", encoding="utf-8")
    assert newest_with_data(workspace, months) == Period(opened)
