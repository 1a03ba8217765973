"""A month, end to end: what a run writes, what it skips, what it says about gaps and failures."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import openpyxl
import pytest

from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.domain.result import Result
from minsheng.errors import ExitCode, UsageError
from minsheng.files.locks import locked
from minsheng.plan import load_plan
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.runs.failures import FailureKind
from minsheng.runs.graph import choose, period_tasks
from minsheng.runs.history import RunHistory
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.options import Quiet, RunOptions
from minsheng.runs.runner import is_made
from minsheng.runs.warm_processes import head_start
from minsheng.site.workbooks import PROGRESS
from minsheng.workspace import RESULT, Workspace

EVERY_REPORT = (*(each.file for each in FORMATS if each.always), NOTEBOOK)


def _run(workspace: Workspace, month: str = "2017-06", **options):
    what = {name: options.pop(name) for name in ("areas", "notebooks", "stale") if name in options}
    return run_month(workspace, month, RunOptions(**options), **what, display=Quiet())


def _figures(workspace: Workspace, name: str):
    return Result.model_validate_json((workspace.outputs / name / "result.json").read_bytes()).figures


@pytest.fixture
def made(june: Workspace, tmp_path: Path) -> Workspace:
    """A copy of the run June that a test may change."""
    shutil.copytree(june.root, tmp_path / "made")
    return Workspace.find(tmp_path / "made")


def test_every_task_of_june_has_its_files(june: Workspace) -> None:
    tasks = period_tasks(load_plan(june.params, 2017), Period("2017-06"))
    assert len(tasks) == 61
    for task in tasks:
        names = {path.name for path in (june.outputs / task.name).iterdir()}
        others = {each.file for each in FORMATS if not each.always and task.notebook == "monthly_report"}
        assert names == {*EVERY_REPORT, RESULT, *others}, task.name
    assert not (june.outputs / "2017-06" / "failed").exists()
    assert not list((june.outputs / ".staging").iterdir())


def test_city_rows_are_sums_of_numerators_and_denominators(june: Workspace) -> None:
    city = _figures(june, "2017-06/city/dibao")
    urban = next(m for m in city.measurements if m.indicator == "dibao_urban_avg")
    rows = [next(m for m in row.measurements if m.indicator == "dibao_urban_avg") for row in city.areas]
    assert urban.numerator == sum(m.numerator for m in rows)
    assert urban.denominator == sum(m.denominator for m in rows)
    assert urban.actual != sum(m.actual for m in rows) / len(rows)


def test_an_unchanged_month_is_not_made_again(made: Workspace) -> None:
    before = {path: path.stat().st_mtime_ns for path in (made.outputs / "2017-06").rglob("report.*")}
    outcome = _run(made)
    assert (len(outcome.summary.made), len(outcome.summary.skipped)) == (0, 61)
    assert before == {path: path.stat().st_mtime_ns for path in (made.outputs / "2017-06").rglob("report.*")}


def test_the_months_page_links_what_is_written_in_the_same_run(june: Workspace) -> None:
    page = (june.outputs / "2017-06" / "index.html").read_text(encoding="utf-8")
    assert f'href="{PROGRESS}"' in page


def test_times_of_files_decide_nothing(made: Workspace) -> None:
    register, page = made.data / "returns" / "register.csv", made.outputs / "2017-06" / "run.html"
    os.utime(register, (page.stat().st_mtime + 9,) * 2)  # it looks as if something had come
    head_start(made, "2017-06", force=False, elsewhere=False)
    assert _run(made).summary.made == []
    notebook = made.notebooks / "bulletin.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("\n", "\n "), encoding="utf-8")
    os.utime(notebook, (0, 0))
    os.utime(register, (0, 0))
    head_start(made, "2017-06", force=False, elsewhere=False)
    assert _run(made).summary.made == ["2017-06/city/bulletin"]


def test_a_damaged_report_is_made_again(made: Workspace) -> None:
    (made.outputs / "2017-06/cangxi/dibao/report.html").write_text("x")
    outcome = _run(made)
    assert outcome.summary.made == ["2017-06/cangxi/dibao"]


def _drop(workspace: Workspace, area: str, month: str = "2017-06") -> None:
    register = workspace.data / "returns" / "register.csv"
    lines = register.read_text(encoding="utf-8").splitlines(keepends=True)
    register.write_text("".join(line for line in lines if not line.startswith(f"{month},{area},")), encoding="utf-8")
    for path in (workspace.data / "returns" / month).glob(f"{area}*.xlsx"):
        path.unlink()


def test_a_missing_county_is_a_report_that_says_so_and_touches_nothing_else(made: Workspace) -> None:
    _drop(made, "qingchuan")
    outcome = _run(made)
    assert outcome.summary.fallbacks == 0, "a notebook ran on a normal kernel"
    assert outcome.exit_code == ExitCode.GAPS
    assert "未报送：青川县" in outcome.lines()
    redone = {name.removeprefix("2017-06/") for name in outcome.summary.made}
    projects = ["medical_aid", "dibao", "elderly_care", "disability_allowance", "two_lines"]
    expected = {f"{who}/{p}" for who in ("qingchuan", "city") for p in projects}
    expected |= {"qingchuan/scoring", "city/scoring", "city/bulletin"}
    expected |= {f"{s}/monthly_report" for s in ("social_relief", "welfare_charity", "office")}
    assert redone == expected
    page = (made.outputs / "2017-06/qingchuan/dibao/report.html").read_text(encoding="utf-8")
    assert "未报送" in page
    city = _figures(made, "2017-06/city/dibao")
    for measurement in city.measurements:
        assert (measurement.reported_areas, measurement.expected_areas) == (7, 8)
        assert measurement.missing_areas == ("青川县",)
        assert measurement.completion is None
        assert measurement.light.word == "汇总不全"
    bulletin = (made.outputs / "2017-06/city/bulletin/report.html").read_text(encoding="utf-8")
    assert bulletin.index("未报送") < bulletin.index("进展一览")
    sheet = openpyxl.load_workbook(made.outputs / "2017-06" / "progress.xlsx").active
    (absent,) = ([cell.value for cell in row] for row in sheet.iter_rows(min_row=8) if row[0].value == "青川县")
    assert absent[1:4] == [70, "未报送", None]
    assert "青川县没有数据，全市数为其余地区合计" in str([row[0].value for row in sheet.iter_rows(min_row=18)])


def test_a_notebook_that_raises_is_kept_under_failed_and_the_others_go_on(made: Workspace) -> None:
    path = made.notebooks / "two_lines.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[3].source = "raise RuntimeError('坏了')"
    nbformat.write(notebook, path)
    outcome = _run(made)
    assert outcome.exit_code == ExitCode.NOTEBOOK_FAILED
    assert set(outcome.summary.failed) == {
        f"2017-06/{who}/two_lines" for who in ("city", *(a.id for a in load_plan(made.params, 2017).assessed_areas))
    }
    failure = outcome.summary.failed["2017-06/cangxi/two_lines"]
    assert failure.kind == FailureKind.NOTEBOOK_ERROR
    assert outcome.summary.waiting["2017-06/cangxi/scoring"] == "2017-06/cangxi/two_lines"
    kept = made.outputs / "2017-06/failed/cangxi/two_lines"
    assert "坏了" in (kept / "traceback.txt").read_text(encoding="utf-8")
    assert "坏了" in (kept / "executed.ipynb").read_text(encoding="utf-8")
    assert not (made.outputs / "2017-06/cangxi/two_lines").exists()
    assert (made.outputs / "2017-06/cangxi/dibao/report.html").is_file()


def test_a_changed_plan_makes_all_of_the_month_stale(made: Workspace) -> None:
    def unmade() -> set[str]:
        plan = load_plan(made.params, 2017)
        preparer = Preparer(made, plan, fingerprint(made))
        tasks = period_tasks(plan, Period("2017-06"))
        with RunHistory(made.history) as history:
            return {task.name for task in tasks if not is_made(made, preparer, history, task)}

    assert unmade() == set()
    path = made.params / "2017/indicators.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("cangxi:    70", "cangxi:    71", 1), encoding="utf-8")
    assert len(unmade()) == 61
    _run(made, notebooks=["section_scoring"])
    assert {name.rpartition("/")[2] for name in unmade()}.isdisjoint({"section_scoring"})


def test_force_makes_again_what_is_unchanged(made: Workspace) -> None:
    chosen = {"notebooks": ["section_scoring"]}
    names = [f"2017-06/{section}/section_scoring" for section in ("social_relief", "welfare_charity")]
    assert _run(made, **chosen).summary.skipped == names
    assert sorted(_run(made, **chosen, force=True).summary.made) == names


def test_what_failed_is_tried_again_and_made_when_the_fault_is_gone(made: Workspace) -> None:
    path = made.notebooks / "section_scoring.ipynb"
    good = path.read_bytes()
    notebook = nbformat.reads(good.decode(), as_version=4)
    notebook.cells[3].source = "raise RuntimeError('坏了')"
    nbformat.write(notebook, path)
    chosen = {"notebooks": ["section_scoring"]}
    first, again = _run(made, **chosen), _run(made, **chosen)
    assert set(first.summary.failed) == set(again.summary.failed)
    assert (len(again.summary.failed), again.summary.skipped) == (2, [])
    kept = _run(made, **chosen, repeat_failures=False).summary.failed
    assert set(kept) == set(again.summary.failed)
    path.write_bytes(good)
    assert len(_run(made, **chosen).summary.made) == 2
    assert not (made.outputs / "2017-06/failed").exists()


def test_two_runs_take_turns(made: Workspace) -> None:
    command = [sys.executable, "-m", "minsheng", "run", "2017-06", "--notebook", "section_scoring", "--force"]
    with locked(made.outputs, exclusive=True, waiting=lambda: None):
        process = subprocess.Popen(command, cwd=made.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert process.stdout is not None
        assert "另一个 minsheng 正在这个工作区生成报告" in process.stdout.readline()
        assert not list((made.outputs / ".staging").iterdir())
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 0, said
    assert "新生成 2 份" in said


def test_a_run_may_be_restricted_and_names_must_exist(workspace: Workspace) -> None:
    plan = load_plan(workspace.params, 2017)
    tasks = period_tasks(plan, Period("2017-06"))
    chosen = choose(tasks, plan, ["广元经济开发区"], ["dibao"])
    assert [task.name for task in chosen] == ["2017-06/etdz/dibao"]
    scoring = choose(tasks, plan, ["苍溪县"], ["scoring"])
    assert [task.notebook for task in scoring][-1] == "scoring"
    assert len(scoring) == 6
    with pytest.raises(UsageError, match="没有笔记本 nothing"):
        choose(tasks, plan, [], ["nothing"])
    with pytest.raises(UsageError, match="没有“成都”这个地区"):
        choose(tasks, plan, ["成都"], [])


def test_only_months_are_run(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="minsheng assess"):
        _run(workspace, "2017-H1")


def test_findings_change_with_the_figures(june: Workspace) -> None:
    ahead = json.loads((june.outputs / "2017-06/lizhou/elderly_care/result.json").read_text(encoding="utf-8"))
    behind = json.loads((june.outputs / "2017-06/zhaohua/elderly_care/result.json").read_text(encoding="utf-8"))
    words = [
        next(m["light"]["word"] for m in r["figures"]["measurements"] if m["indicator"] == "beds_new")
        for r in (ahead, behind)
    ]
    assert words == ["达到序时进度", "严重滞后"]
