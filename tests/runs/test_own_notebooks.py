"""A bureau's own notebook joins the month: run strictly, confined to what it declares, on the site, in the archive."""

import json
import shutil
from pathlib import Path

import nbformat
import pikepdf
import pytest

from minsheng.archive.contents.month import month_files, why_incomplete
from minsheng.commands.notebook_new import new_notebook
from minsheng.commands.notebook_try import try_notebook
from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, NotebookFailedError, UsageError
from minsheng.files.hashing import sha256
from minsheng.plan import load_plan, plan_faults
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.runs.graph import own_tasks, period_tasks
from minsheng.runs.options import Quiet, RunOptions
from minsheng.site.pages import archived_pages
from minsheng.workspace import Workspace

JUNE = Period("2017-06")
_REPORTS = """\
reports:
  - id: beds
    name: 床位与人口
    areas: [city, 苍溪县]
    reads: [data/extra/population.csv]
"""
_CELLS = [
    "from pathlib import Path\nimport os\nimport altair as alt\nimport ipywidgets as widgets",
    "alt.data_transformers.enable('json');",  # as old notebooks do: the picture has its data all the same
    "from minsheng.notebook import data\nhere = Path(os.environ['MINSHENG_WORKSPACE'])",
    "print((here / 'data/extra/population.csv').read_text())",
    "rows = data.indicators(period, area, '养老服务')\nrows[['指标', '完成数', '单位']]",
    "rows[['指标', '完成数']].style.format(precision=1).highlight_max(subset=['完成数'], color='gold')",
    "rows.set_index('指标')['完成数'].plot.barh();",
    "shown = rows[['指标', '完成数']].astype({'指标': str})",
    "alt.Chart(shown).mark_bar().encode(x='完成数', y='指标').properties(title='床位图')",
    "months = widgets.IntSlider(value=3, description='月数')",
    "widgets.VBox([months, widgets.Dropdown(options=['甲', '乙'], value='乙')])",
]


def _write(workspace: Workspace, name: str, cells: list[str]) -> Path:
    parameters = nbformat.v4.new_code_cell('period = "2017-06"\narea = "city"', metadata={"tags": ["parameters"]})
    title = nbformat.v4.new_markdown_cell("# 床位与人口\n\n**说明**")
    notebook = nbformat.v4.new_notebook(
        cells=[
            title,
            parameters,
            *map(nbformat.v4.new_code_cell, cells),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    path = workspace.notebooks / "own" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def joined(june: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """June with a notebook of the bureau's own, run for it alone."""
    root = tmp_path_factory.mktemp("own") / "workspace"
    shutil.copytree(june.root, root)
    workspace = Workspace.find(root)
    (workspace.params / "2017" / "reports.yaml").write_text(_REPORTS, encoding="utf-8")
    (workspace.data / "extra").mkdir()
    (workspace.data / "extra" / "population.csv").write_text("苍溪县,600000\n", encoding="utf-8")
    (workspace.data / "extra" / "other.csv").write_text("secret\n", encoding="utf-8")
    _write(workspace, "beds", _CELLS)
    outcome = run_month(workspace, "2017-06", notebooks=["beds"], display=Quiet())
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()
    assert sorted(outcome.summary.made) == ["2017-06/cangxi/beds", "2017-06/city/beds"]
    return workspace


def test_tables_charts_and_widgets_stand_on_page_and_paper(joined: Workspace, html_text, tagged_text) -> None:
    folder = joined.task(JUNE, "cangxi", "beds")
    assert {path.name for path in folder.iterdir()} == {NOTEBOOK, *(each.file for each in FORMATS if each.always)}
    page = (folder / "report.html").read_bytes()
    said = html_text(page)
    for words in ("床位与人口", "苍溪县,600000", "新增床位", "月数：3", "乙", "本单位笔记本beds.ipynb"):
        assert words in said, words
    text = page.decode()
    assert 'alt="床位图"' in text
    assert text.count("data:image/svg+xml") == 1
    assert text.count("data:image/png") == 1
    assert "<script" not in text
    with pikepdf.open(folder / "report.pdf") as pdf:
        on_paper = tagged_text(pdf)
    assert "新增床位" in on_paper
    assert "月数：3" in on_paper
    kept = json.loads((folder / "executed.ipynb").read_text(encoding="utf-8"))
    assert not [cell for cell in kept["cells"] if "minsheng-prelude" in cell["metadata"].get("tags", [])]
    run = run_month(joined, "2017-06", notebooks=["beds"], display=Quiet())
    assert sorted(run.summary.skipped) == ["2017-06/cangxi/beds", "2017-06/city/beds"]


def test_made_again_it_is_the_same_to_the_byte(joined: Workspace) -> None:
    folder = joined.task(JUNE, "city", "beds")
    before = {path.name: sha256(path) for path in folder.iterdir()}
    outcome = run_month(joined, "2017-06", RunOptions(force=True), notebooks=["beds"], areas=["city"], display=Quiet())
    assert outcome.summary.made == ["2017-06/city/beds"]
    assert {path.name: sha256(path) for path in folder.iterdir()} == before


def test_the_month_lists_and_the_archive_keeps_it_as_the_bureaus_own(joined: Workspace) -> None:
    index = (joined.outputs / "2017-06" / "index.html").read_text(encoding="utf-8")
    assert "床位与人口" in index
    assert "cangxi/beds/report.html" in index
    plan = load_plan(joined.params, 2017)
    for task in period_tasks(plan, JUNE):
        assert (joined.outputs / task.name).is_dir(), task.name
    # Everything else was made with the plan before; of the own ones nothing is missing.
    reasons = why_incomplete(joined, plan, JUNE, archived_pages(plan, JUNE))
    assert not [why for why in reasons if "/beds" in why]
    files = month_files(joined, plan, JUNE, archived_pages(plan, JUNE))
    assert {"notebooks/own/beds.ipynb", "data/extra/population.csv"} <= files.keys()
    assert "data/extra/other.csv" not in files
    recorded = json.loads(files["provenance.json"])["own_notebooks"]
    assert recorded == {"own/beds.ipynb": sha256(joined.notebooks / "own" / "beds.ipynb")}


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("open(here / 'data/extra/other.csv')", "笔记本出错"),
        ("open('/etc/hostname').read(); import urllib.request as u; u.urlopen('http://127.0.0.1:9')", "笔记本出错"),
        ("1 / 0", "ZeroDivisionError"),
    ],
)
def test_what_it_does_not_declare_is_closed_and_a_failure_is_named(joined: Workspace, cell: str, word: str) -> None:
    start = "from pathlib import Path\nimport os\nhere = Path(os.environ['MINSHENG_WORKSPACE'])"
    _write(joined, "closed", [start, cell])
    with pytest.raises(NotebookFailedError, match=word):
        try_notebook(joined, "closed", period=None, area=None)


def test_a_first_notebook_runs_as_it_is_written(joined: Workspace) -> None:
    path, lines = new_notebook(joined, "first_try", "第一份")
    assert path == joined.notebooks / "own" / "first_try.ipynb"
    assert "  - id: first_try" in lines
    page = try_notebook(joined, "first_try", period="2017-05", area="旺苍县")
    assert page == joined.outputs / ".try" / "first_try" / "report.html"
    assert "残疾人补贴提标" in page.read_text(encoding="utf-8")
    for name, said in (("first_try", "已经有了"), ("dibao", "自带"), ("Beds", "小写")):
        with pytest.raises(UsageError, match=said):
            new_notebook(joined, name, "")
    with pytest.raises(UsageError, match="first_try"):
        try_notebook(joined, "nothing", period=None, area=None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  - {id: dibao, name: 低保}", "自带"),
        ("  - {id: beds, name: 床位, areas: [某县]}", "某县"),
        ("  - {id: beds, name: 床位, reads: [../other]}", "相对路径"),
        ("  - {id: beds, name: 床位, reads: [data/keys/archive.key]}", "data/keys"),
        ("  - {id: beds, name: 床位, periods: [week]}", "week"),
        ("  - {id: beds, name: 床位}\n  - {id: beds, name: 另一份}", "重复"),
    ],
)
def test_a_fault_in_reports_yaml_is_named_with_its_line(workspace: Workspace, line: str, said: str) -> None:
    (workspace.params / "2017" / "reports.yaml").write_text(f"reports:\n{line}\n", encoding="utf-8")
    faults = [str(fault) for fault in plan_faults(workspace.params, 2017)]
    assert all(fault.startswith("params/2017/reports.yaml:") for fault in faults)
    assert any(said in fault for fault in faults)


def test_areas_and_periods_choose_the_tasks(workspace: Workspace) -> None:
    before = load_plan(workspace.params, 2017)
    lines = "reports:\n  - {id: beds, name: 床位, areas: [assessed, city], periods: [half_year, year]}\n"
    (workspace.params / "2017" / "reports.yaml").write_text(lines, encoding="utf-8")
    plan = load_plan(workspace.params, 2017)
    assert own_tasks(plan, JUNE) == []
    tasks = own_tasks(plan, Period("2017-H1"))
    assert [task.subject for task in tasks] == [*(area.id for area in plan.assessed_areas), "city"]
    assert tasks[0].file == "own/beds.ipynb"
    assert plan.sha256 != before.sha256
    assert own_tasks(before, JUNE) == []
