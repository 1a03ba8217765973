"""``minsheng tick`` on a small workspace of its own: from the reminder to the seal, after downtime, after a kill."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from contextlib import closing
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from tests.filling import PNG, blank, fill

from minsheng.agenda.attention import matters
from minsheng.agenda.due import Step, due, needs
from minsheng.agenda.facts import facts_of, write_refusal
from minsheng.agenda.status import month_status
from minsheng.commands.deliver import deliver
from minsheng.commands.init import start_workspace
from minsheng.commands.receive import receive_files
from minsheng.commands.sign import find_report, register_scan
from minsheng.commands.template import write_templates
from minsheng.commands.tick import TickOutcome, tick
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, UsageError
from minsheng.files.locks import is_locked
from minsheng.plan import load_plan
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow

YEAR, MONTH = 2026, "2026-01"
# Counties are due on Friday the 23rd of January 2026, sections on Monday the 26th.


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Workspace:
    """A new workspace, and January's returns beside it, not received yet; tests must not change it."""
    root = tmp_path_factory.mktemp("tick") / "workspace"
    start_workspace(root, YEAR)
    workspace = Workspace.find(root)
    write_templates(workspace, MONTH, root / "blank")
    for area, beds in (("east", 30), ("west", 5)):
        _return(root, area, beds, root / "filled" / f"{area}.xlsx")
    fill(blank(root / "blank", root, "elder_section"), root / "filled/section.xlsx",
         as_of=date(YEAR, 1, 20), sheets={}, words="本科室已汇总")  # fmt: skip
    return workspace


def _return(root: Path, area: str, beds: int, target: Path) -> Path:
    sheets = {
        "养老服务": {"": {"本月新增床位": beds, "累计新增床位": beds, "应发人数": 100, "实发人数": 95}},
        "资金": {
            "争取中央、省补助": {"累计下达": 10, "累计到位": 8, "累计拨付": 4},
            "市县安排": {"累计下达": 6, "累计到位": 2, "累计拨付": 1},
        },
    }
    return fill(blank(root / "blank", root, area), target, as_of=date(YEAR, 1, 20), sheets=sheets, words="按计划推进")


@pytest.fixture(scope="module")
def reported(empty: Workspace, tmp_path_factory) -> Workspace:
    """January's returns received, nothing made; tests must not change it."""
    found = _copy(empty, tmp_path_factory.mktemp("reported") / "workspace")
    _receive(found, "2026-01-22T09:00", "east", "west", "section")
    return found


@pytest.fixture(scope="module")
def made(reported: Workspace, tmp_path_factory) -> Workspace:
    """January made by a tick; tests must not change it."""
    found = _copy(reported, tmp_path_factory.mktemp("made") / "workspace")
    outcome = _tick(found, "2026-01-24")
    assert _done(outcome) == ["run 2026-01"]
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()
    return found


def _copy(workspace: Workspace, root: Path) -> Workspace:
    shutil.copytree(workspace.root, root)
    return Workspace.find(root)


def _receive(workspace: Workspace, at: str, *names: str) -> None:
    files = [workspace.root / "filled" / f"{name}.xlsx" for name in names]
    receive_files(workspace, MONTH, files, received_at=at, sender="", display=Quiet())


def _sign(workspace: Workspace, scan: bytes = PNG) -> None:
    sheet = workspace.root / "scan.png"
    sheet.write_bytes(scan)
    report = find_report(workspace, MONTH, "elder_section")
    register_scan(workspace, report, sheet, signer="示例分管领导", signed_on="2026-01-26", display=Quiet())


def _deliver(workspace: Workspace) -> None:
    for to in ("office", "province"):
        deliver(workspace, MONTH, "elder_section", to=to, at="2026-01-26T16:00", display=Quiet())
    deliver(workspace, MONTH, "office", to="supervision", at="2026-01-26T17:00", display=Quiet())


def _tick(workspace: Workspace, day: str) -> TickOutcome:
    return tick(workspace, day, display=Quiet())


def _done(outcome: TickOutcome) -> list[str]:
    return [f"{each.action.step.value} {each.action.period}" for each in outcome.done]


def _attempts(workspace: Workspace) -> int:
    with closing(sqlite3.connect(workspace.history)) as history, history:
        made = history.execute("SELECT count(*) FROM sqlite_master WHERE name = 'attempt'").fetchone()[0]
        return made and history.execute("SELECT count(*) FROM attempt").fetchone()[0]


def test_before_the_deadline_there_is_a_list_of_those_who_have_not_reported(empty: Workspace, tmp_path: Path) -> None:
    own = _copy(empty, tmp_path / "own")
    early = _tick(own, "2026-01-15")
    assert (early.done, early.exit_code) == ([], 0)
    assert "没有到期未办的事项" in early.lines()[0]
    outcome = _tick(own, "2026-01-21")
    assert _done(outcome) == ["remind 2026-01"]
    assert [(owed.id, owed.days_left) for owed in outcome.reminders[next(iter(outcome.reminders))]] == [
        ("east", 2), ("west", 2), ("elder_section", 5),
    ]  # fmt: skip
    assert "还有 2 天" in "".join(outcome.lines())
    folder = own.outputs / MONTH
    page = (folder / "reminders.html").read_text(encoding="utf-8")
    assert "2026年1月催报名单" in page
    assert [each["days_left"] for each in json.loads((folder / "reminders.json").read_bytes())["returns"]] == [2, 2, 5]
    again = _tick(own, "2026-01-21T18:00")
    assert (again.done, len(again.reminders)) == ([], 1)
    # Who reports is no longer on it, and nothing is made before the day.
    _receive(own, "2026-01-21T19:00", "east", "west", "section")
    assert _done(_tick(own, "2026-01-22")) == ["remind 2026-01"]
    assert not (folder / "reminders.html").exists()
    assert not own.history.exists()


def test_on_the_due_day_the_month_is_made_and_again_after_a_correction(made: Workspace, tmp_path: Path) -> None:
    own = _copy(made, tmp_path / "own")
    before = _attempts(own)
    same = _tick(own, "2026-01-24")
    assert same.done == []
    assert any("待签字" in line and "minsheng sign 2026-01 elder_section" in line for line in same.lines())
    assert _attempts(own) == before
    _return(own.root, "east", 31, own.root / "filled" / "east.xlsx")
    _receive(own, "2026-01-24T10:00", "east")
    assert _done(_tick(own, "2026-01-24T11:00")) == ["run 2026-01"]
    # The next month's list is linked from the first page, where the next deadline stands; nothing else leads nowhere.
    assert _done(_tick(own, "2026-02-09")) == ["remind 2026-02"]
    first = own.outputs / "index.html"
    links = re.findall(r'href="([^"#:]+)"', first.read_text(encoding="utf-8"))
    assert "2026-02/reminders.html" in links
    assert [link for link in links if not (first.parent / link).is_file()] == []
    assert before < _attempts(own) < 2 * before, "what the correction does not concern is not made again"
    assert _tick(own, "2026-02-09T12:00").done == []


def test_signed_it_is_sealed_and_a_later_change_waits_for_a_person(made: Workspace, tmp_path: Path) -> None:
    own = _copy(made, tmp_path / "own")
    _sign(own)
    signed = _tick(own, "2026-01-26T15:00")
    assert (signed.done, signed.exit_code) == ([], 0)
    assert any("待移交" in line and "未报局办公室、省民政厅" in line for line in signed.lines())
    _deliver(own)
    assert "未归档" in (own.outputs / "index.html").read_text(encoding="utf-8")
    sealed = _tick(own, "2026-01-27T09:30")
    # The section's score knows of the delivery.
    assert _done(sealed) == ["run 2026-01", "seal 2026-01"]
    assert month_status(own, MONTH, None).archived == "已归档：2026-01（2026-01-27）"
    bag_info = (own.archive / "2026-01" / "bag-info.txt").read_text(encoding="utf-8")
    assert "Bagging-Date: 2026-01-27" in bag_info
    assert _tick(own, "2026-01-27T10:00").done == []
    # The same program, other returns: made again, and then it is a person's turn.
    _return(own.root, "west", 6, own.root / "filled" / "west.xlsx")
    _receive(own, "2026-01-28T10:00", "west")
    changed = _tick(own, "2026-01-28T11:00")
    assert _done(changed) == ["run 2026-01"]
    assert changed.exit_code == ExitCode.USAGE
    assert "minsheng archive seal 2026-01 --why 原因" in "".join(changed.lines())
    again = _tick(own, "2026-01-28T12:00")
    assert (again.done, again.exit_code) == ([], ExitCode.USAGE)
    assert [path.name for path in sorted(own.archive.glob("2026*"))] == ["2026-01"]


def test_months_of_downtime_are_caught_up_in_order_and_gaps_are_said(made: Workspace, tmp_path: Path) -> None:
    own = _copy(made, tmp_path / "own")
    _sign(own)
    _deliver(own)
    outcome = _tick(own, "2026-03-02")
    assert _done(outcome) == ["run 2026-01", "seal 2026-01", "run 2026-02"]
    february = [line for line in outcome.lines() if line.startswith("待办：2026年2月")]
    assert any("未报送：" in line and "养老服务科" in line for line in february)
    # Its monthly report has an empty part: nobody wrote it.
    assert outcome.exit_code == ExitCode.GATE_REFUSED
    again = _tick(own, "2026-03-02T01:00")
    assert (again.done, again.exit_code) == ([], ExitCode.GATE_REFUSED)
    # What is sealed is not made again because its outputs were thrown away.
    shutil.rmtree(own.outputs / MONTH)
    with closing(sqlite3.connect(own.history)) as history, history:
        history.execute("DELETE FROM attempt WHERE unit LIKE ?", (f"{MONTH}/%",))
    assert _tick(own, "2026-03-02T02:00").done == []


def test_an_unchanged_failure_is_not_repeated_and_a_changed_input_is(made: Workspace, tmp_path: Path) -> None:
    own = _copy(made, tmp_path / "own")
    path = own.notebooks / "bulletin.ipynb"
    sound = path.read_text(encoding="utf-8")
    broken = json.loads(sound)
    broken["cells"][-1]["source"] = "1 / 0"
    path.write_text(json.dumps(broken, ensure_ascii=False), encoding="utf-8")
    failed = _tick(own, "2026-01-24")
    assert _done(failed) == ["run 2026-01"]
    assert failed.exit_code == ExitCode.NOTEBOOK_FAILED
    assert any("月通报没有生成：笔记本出错" in line and "failed/city/bulletin" in line for line in failed.lines())
    attempts = _attempts(own)
    again = _tick(own, "2026-01-24T01:00")
    assert (again.done, again.exit_code, _attempts(own)) == ([], ExitCode.NOTEBOOK_FAILED, attempts)
    # A return that the bulletin does not read leaves it alone; its own notebook, put right, does not.
    path.write_text(sound, encoding="utf-8")
    mended = _tick(own, "2026-01-24T02:00")
    assert (_done(mended), mended.exit_code, _attempts(own)) == (["run 2026-01"], 0, attempts + 1)


@pytest.mark.slow
def test_two_at_once_and_a_kill(reported: Workspace, made: Workspace, tmp_path: Path) -> None:
    own = _copy(reported, tmp_path / "own")
    command = [sys.executable, "-m", "minsheng", "tick", "--date", "2026-01-24"]
    first = subprocess.Popen(command, cwd=own.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _until(lambda: own.history.is_file() and _attempts(own) > 1)
    os.kill(first.pid, signal.SIGSTOP)  # so that it is still at work, however fast the machine
    second = subprocess.run([*command, "--json"], cwd=own.root, capture_output=True, text=True, check=False)
    assert second.returncode == 0
    assert json.loads(second.stdout)["busy"] is True
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    _until(lambda: not is_locked(own.root))
    kept = _attempts(own)
    last = subprocess.run(command, cwd=own.root, capture_output=True, text=True, check=False)
    assert last.returncode == 0, last.stdout + last.stderr
    assert "已办：2026年1月生成" in last.stdout
    assert _attempts(own) <= _attempts(made) + 4, "what the killed tick had made is not made again"
    assert kept > 1
    for path in sorted((made.outputs / MONTH).rglob("result.json")):
        assert (own.outputs / path.relative_to(made.outputs)).read_bytes() == path.read_bytes()
    assert subprocess.run(command, cwd=own.root, capture_output=True, text=True, check=False).stdout.startswith(
        "2026-01-24 00:00：没有到期未办的事项"
    )


def _until(holds) -> None:
    give_up = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_the_first_screen_is_the_same_in_the_terminal_in_json_and_on_the_first_page(
    made: Workspace, tmp_path: Path, html_text
) -> None:
    own = _copy(made, tmp_path / "own")
    _return(own.root, "west", 7, own.root / "filled" / "west.xlsx")
    _receive(own, "2026-01-25T10:00", "west")
    listed = matters(month_status(own, MONTH, None))
    assert [each.kind for each in listed] == [
        "not_reported", "late", "unchecked", "blocked", "stale", "failed",
        "unsigned", "undelivered", "unsealed", "due_next",
    ]  # fmt: skip
    found = {each.kind: each.items for each in listed if each.items}
    assert set(found) == {"stale", "unsigned", "undelivered", "unsealed", "due_next"}
    # A Saturday that is worked; the days after it are the Spring Festival.
    assert found["due_next"] == ("2026年2月县区月报表 2026-02-14",)
    page = html_text((own.outputs / "index.html").read_bytes())
    command = [sys.executable, "-m", "minsheng", "status", MONTH]
    done = subprocess.run([*command, "--json"], cwd=own.root, capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["attention"] == [asdict(each) | {"items": list(each.items)} for each in listed]
    for width in ("80", "200"):
        narrow = {**os.environ, "COLUMNS": width}
        text = subprocess.run(command, cwd=own.root, capture_output=True, text=True, check=False, env=narrow).stdout
        for each in listed:
            assert each.word in text
            assert each.word in page or not each.items
        tables = [line for line in text.splitlines() if line[:1] in "┏┃┡│└"]
        assert max(_width(line) for line in tables) <= int(width)
    for items in found.values():
        assert "、".join(items).replace(" ", "") in page
    for each in listed:
        assert each.remedy.replace(" ", "") in page


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def test_refused_forms_are_not_read_again_until_something_changes(empty: Workspace, tmp_path: Path) -> None:
    own = _copy(empty, tmp_path / "own")
    plan, half = load_plan(own.params, YEAR), Period(f"{YEAR}-H1")
    form = own.data / "assessment" / str(half) / "east.xlsx"
    form.parent.mkdir(parents=True)
    form.write_bytes(b"no workbook")
    facts = facts_of(own, plan, half, date(YEAR, 6, 30))
    assert [action.step for action in due(facts, date(YEAR, 6, 30))] == [Step.ASSESS]
    write_refusal(own, plan, half, "east.xlsx：不是表格", ExitCode.FILE_REFUSED)
    facts = facts_of(own, plan, half, date(YEAR, 6, 30))
    assert due(facts, date(YEAR, 6, 30)) == []
    assert next((need.exit_code, "不是表格" in need.text) for need in needs(facts, date(YEAR, 6, 30))) == (11, True)
    form.write_bytes(b"another")
    facts = facts_of(own, plan, half, date(YEAR, 6, 30))
    assert [action.step for action in due(facts, date(YEAR, 6, 30))] == [Step.ASSESS]


@pytest.mark.parametrize("day", ["morgen", "2026-13-01", "2026-01-24T25:00"])
def test_a_date_that_is_none_is_refused(empty: Workspace, day: str) -> None:
    with pytest.raises(UsageError, match="--date"):
        _tick(empty, day)


def test_a_plan_with_faults_is_named_and_others_go_on(empty: Workspace, tmp_path: Path) -> None:
    own = _copy(empty, tmp_path / "own")
    (own.params / "2025").mkdir()
    outcome = _tick(own, "2026-01-21")
    assert outcome.exit_code == ExitCode.PLAN_INVALID
    assert _done(outcome) == ["remind 2026-01"]
    assert any("2025年方案有问题" in line for line in outcome.lines())
