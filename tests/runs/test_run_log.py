"""The log of a run: JSON lines beside its outputs, timings and classes of failure, and nothing that a county wrote."""

import json
import logging
import re
import shutil
from pathlib import Path

import nbformat
import openpyxl
import pytest

from minsheng.cli import main
from minsheng.commands.check import check_period
from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, FileRefusedError
from minsheng.plan import load_plan
from minsheng.process import LogLevel, stage
from minsheng.runs.failures import Failure, FailureKind
from minsheng.runs.history import RunHistory
from minsheng.runs.log import FACTS, RunLog, logs
from minsheng.runs.options import Quiet, RunSummary
from minsheng.site.run_page import write_run_page
from minsheng.workspace import Workspace
from papermill_forked import fallback

pytestmark = pytest.mark.slow

JUNE = Period("2017-06")
UNIT = "2017-06/cangxi/dibao"


def _events(workspace: Workspace, period: Period = JUNE) -> list[dict]:
    (path,) = logs(workspace, period).glob("*.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _of(events: list[dict], kind: str) -> list[dict]:
    return [event for event in events if event["event"] == kind]


def test_a_run_says_what_it_made_with_key_attempt_and_timings(june: Workspace) -> None:
    events = _events(june)
    assert (events[0]["event"], events[-1]["event"]) == ("run_started", "run_finished")
    assert events[0]["product"].startswith("minsheng ")
    made = _of(events, "unit_made")
    assert len(made) == 61
    for event in made:
        assert event["attempt"] == 1
        assert re.fullmatch("[0-9a-f]{64}", event["key"])
        assert set(event["stages"]) == {"execute", "render", "publish"}
    assert {event["stage"] for event in _of(events, "stage")} >= {
        "plan", "intake", "intake.read", "intake.parse", "intake.rules", "template", "units", "site",
    }  # fmt: skip
    assert len({event["run"] for event in events}) == 1
    assert all(set(event) <= {"time", "level", "run", "event", "logger", *FACTS} for event in events)


def test_the_history_names_the_log_and_the_product(june: Workspace) -> None:
    with RunHistory(june.history) as history:
        (run,) = history.runs("2017-06", most=9)
    assert (logs(june, JUNE) / f"{run.log}.jsonl").is_file()
    assert run.product.startswith("minsheng ")
    assert run.summary["made"] == 61


def test_the_page_of_the_run_shows_stages_and_the_slowest(june: Workspace) -> None:
    text = (june.outputs / "2017-06" / "run.html").read_text(encoding="utf-8")
    for words in (
        "新生成 61 份",
        "各阶段用时",
        "执行校验规则",
        "最慢的 10 份报告",
        "苍溪县 城乡低保",
        "不是报告，不归档",
    ):
        assert words in text
    for link in re.findall(r'href="([^"#:]+)"', text):
        assert (june.outputs / "2017-06" / link).is_file(), link
    assert 'href="run.html"' in (june.outputs / "2017-06" / "index.html").read_text(encoding="utf-8")


PERSONAL = ("王小明", "510824199001011234", "13908120000", "李大山")


def test_nothing_that_a_county_wrote_stands_in_the_log(
    workspace: Workspace, tmp_path: Path, capsys, monkeypatch
) -> None:
    """Personal values in refused cells, in files' names, as a sender, in what a notebook raises."""
    source = min((workspace.data / "returns" / "2017-01").glob("cangxi*.xlsx"))
    book = openpyxl.load_workbook(source)
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, (int, float)):
                    cell.value = f"{PERSONAL[0]} {PERSONAL[1]} {PERSONAL[2]}"
    delivered = tmp_path / f"{PERSONAL[3]}报送.xlsx"
    book.save(delivered)
    (workspace.data / "returns" / "2017-01" / f"{PERSONAL[3]}.xlsx").write_bytes(b"PK not a workbook")
    path = workspace.notebooks / "dibao.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[3].source = f"raise ValueError('{PERSONAL[0]} {PERSONAL[1]}')"
    nbformat.write(notebook, path)
    common = ["--workspace", str(workspace.root)]
    _command(
        monkeypatch,
        "receive",
        "2017-01",
        str(delivered),
        "--sender",
        PERSONAL[3],
        "--received-at",
        "2017-01-20T09:00",
        *common,
    )
    code = _command(
        monkeypatch, "run", "2017-01", "--area", "cangxi", "--notebook", "dibao", "--log-level", "debug", *common
    )
    assert code == ExitCode.NOTEBOOK_FAILED
    shown = capsys.readouterr()
    assert PERSONAL[0] in shown.out + shown.err, "the run has met the values"
    january = Period("2017-01")
    written = [*logs(workspace, january).glob("*"), workspace.outputs / "2017-01" / "run.html"]
    assert len(written) == 2
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert not [value for value in PERSONAL if value in text], path
    events = _events(workspace, january)
    (failed,) = _of(events, "unit_failed")
    assert failed["failure"] == "notebook_error"
    assert (workspace.root / failed["where"]).is_file()
    (checked,) = _of(events, "returns_checked")
    assert (checked["refused"], checked["level"]) != (0, "info")
    page = (workspace.outputs / "2017-01" / "run.html").read_text(encoding="utf-8")
    assert 'href="failed/cangxi/dibao/traceback.txt"' in page
    assert "失败：笔记本出错" in page


def _command(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["minsheng", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_level_keeps_what_is_less_severe_out_of_the_file_only(workspace: Workspace) -> None:
    with RunLog(workspace, JUNE, "run", LogLevel.WARNING) as log:
        with stage(logging.getLogger("minsheng.commands"), "site"):
            pass
        fallback.Counter().add("no fork here", "a notebook")
    assert [event["event"] for event in _events(workspace)] == ["fallback"]
    assert _events(workspace)[0]["reason"] == "no fork here"
    assert [event["event"] for event in log.events] == ["run_started", "stage", "fallback"]


def test_the_level_is_a_setting_of_the_workspace(workspace: Workspace) -> None:
    marker = workspace.root / "minsheng.toml"
    marker.write_text('log_level = "error"\n', encoding="utf-8")
    with RunLog(Workspace.find(workspace.root), JUNE, "run"):
        pass
    assert _events(workspace) == []


def test_after_a_run_nothing_listens_any_more(workspace: Workspace) -> None:
    ours = logging.getLogger("minsheng")
    before = (ours.level, list(ours.handlers))
    with RunLog(workspace, JUNE, "run"):
        assert (ours.level, list(ours.handlers)) != before
    assert (ours.level, list(ours.handlers)) == before


def test_a_crash_is_logged_by_place_and_a_refusal_by_class_never_by_words(workspace: Workspace) -> None:
    with pytest.raises(ZeroDivisionError), RunLog(workspace, JUNE, "run"):
        1 / 0  # noqa: B018
    (crashed,) = _of(_events(workspace), "run_crashed")
    assert crashed["failure"] == "ZeroDivisionError"
    assert "test_run_log.py" in crashed["where"][0]
    with pytest.raises(FileRefusedError), RunLog(workspace, Period("2017-05"), "run"):
        raise FileRefusedError(PERSONAL[0])
    (refused,) = _of(_events(workspace, Period("2017-05")), "run_refused")
    assert (refused["failure"], refused["exit_code"]) == ("FileRefusedError", 11)


def test_a_check_has_a_log_too(workspace: Workspace) -> None:
    check_period(workspace, "2017-01", force=False, display=Quiet())
    events = _events(workspace, Period("2017-01"))
    assert events[0]["command"] == "check"
    assert [event["stage"] for event in _of(events, "stage")][-1] == "intake"
    assert _of(events, "returns_checked")[0]["missing"] == 0


def test_the_page_tells_retries_fallbacks_waiting_tasks_and_earlier_runs(workspace: Workspace) -> None:
    plan = load_plan(workspace.params, 2017)
    summary = RunSummary(
        failed={UNIT: Failure(kind=FailureKind.DEAD_PROCESS, message="x")}, waiting={"2017-06/cangxi/scoring": UNIT}
    )
    runner = logging.getLogger("minsheng.runs.runner")
    with RunHistory(workspace.history) as history:
        history.start_run(started="2017-07-21T01:00:00+00:00", period="2017-06", command="run")
    with RunLog(workspace, JUNE, "run") as log:
        runner.warning("unit_retried", extra={"unit": UNIT, "failure": "dead_process"})
        facts = {"unit": UNIT, "key": "k", "attempt": 2, "stages": {"execute": 1.5}, "failure": "dead_process"}
        runner.error("unit_failed", extra={**facts, "where": "outputs/2017-06/failed/cangxi/dibao/traceback.txt"})
        runner.warning("unit_waiting", extra={"unit": "2017-06/cangxi/scoring", "waits_for": UNIT})
        fallback.Counter().add("no fork here", "a notebook")
        log.finish(seconds=2.0, exit_code=ExitCode.NOTEBOOK_FAILED, summary=summary)
        write_run_page(workspace, plan, JUNE, log)
    text = (workspace.outputs / "2017-06" / "run.html").read_text(encoding="utf-8")
    for words in (
        "失败：进程中止",
        "重试：进程中止",
        f"等待 苍溪县 {plan.project('dibao').short_name}",
        "预热进程不可用",
        "2017-07-21 09:00:00",
        "中断",
    ):
        assert words in text
    assert "failed/cangxi/dibao/traceback.txt" in text
    assert 'href="failed' not in text, "there is no such file"


def test_an_unchanged_run_leaves_its_own_log(june: Workspace, tmp_path: Path) -> None:
    shutil.copytree(june.root, tmp_path / "made")
    made = Workspace.find(tmp_path / "made")
    before = {p: p.read_bytes() for p in (made.outputs / "2017-06").rglob("*") if p.is_file()}
    run_month(made, "2017-06", display=Quiet())
    after = {p: p.read_bytes() for p in (made.outputs / "2017-06").rglob("*") if p.is_file()}
    changed = {p.relative_to(made.outputs / "2017-06").parts[0] for p, c in after.items() if before.get(p) != c}
    assert changed == {"logs", "run.html"}, "only these two hold clock times"
    assert len(list(logs(made, JUNE).glob("*.jsonl"))) == 2
    assert "以往运行" in (made.outputs / "2017-06" / "run.html").read_text(encoding="utf-8")
