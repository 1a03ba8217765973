"""``minsheng receive`` end to end: registered, checked, answered; and a filled-in template passes clean."""

import json
import re
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from tests.conftest import copy_workspace
from typer.testing import CliRunner

from minsheng.cli import app
from minsheng.commands.check import check_period
from minsheng.commands.receive import ReceiveOutcome, receive_files
from minsheng.commands.template import write_templates
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, UsageError
from minsheng.intake.returns.store import read_accepted, read_register
from minsheng.plan import load_plan
from minsheng.runs.history import RunHistory
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow

REFERENCE = "上月累计"


@pytest.fixture(scope="module")
def checked_may(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = copy_workspace(tmp_path_factory.mktemp("may") / "workspace", returns="2017-0[12345]")
    register = found.data / "returns" / "register.csv"
    lines = register.read_text(encoding="utf-8").splitlines(keepends=True)
    register.write_text("".join(line for line in lines if line[:7] < "2017-06" or line[:6] == "period"), "utf-8")
    check_period(found, "2017-05", force=False, display=Quiet())
    return found


@pytest.fixture
def may(checked_may: Workspace, tmp_path: Path) -> Workspace:
    """A workspace in which all has come in and been checked until May, and nothing of June."""
    shutil.copytree(checked_may.root, tmp_path / "workspace")
    return Workspace.find(tmp_path / "workspace")


def sample(month: str, who: str = "cangxi") -> Path:
    return Path(__file__).parents[2] / "data" / "returns" / month / f"{who}.xlsx"


def receive(workspace: Workspace, month: str, *files: Path, at: str = "2017-06-22T10:00") -> ReceiveOutcome:
    return receive_files(workspace, month, list(files), received_at=at, sender="", display=Quiet())


def corrected(source: Path, target: Path, **cells: object) -> Path:
    book = openpyxl.load_workbook(source, data_only=True)
    for where, value in cells.items():
        sheet, _, cell = where.partition("__")
        book[sheet][cell] = value
    book.save(target)
    return target


def test_a_return_is_registered_checked_and_answered(may: Workspace) -> None:
    outcome = receive(may, "2017-06", sample("2017-06"))
    assert outcome.exit_code == ExitCode.DONE
    lines = "\n".join(outcome.lines())
    assert "已登记：cangxi.xlsx：苍溪县2017年6月报表第 1 版 → data/returns/2017-06/cangxi.xlsx" in lines
    assert "苍溪县：通过校验" in lines
    assert (may.outputs / "2017-06" / "receipts" / "cangxi.xlsx").is_file()
    accepted = read_accepted(may.data, Period("2017-06"), "cangxi")
    assert accepted is not None
    assert accepted.verdict.received_at == datetime(2017, 6, 22, 10)  # noqa: DTZ001
    again = receive(may, "2017-06", sample("2017-06"))
    assert "没有重复登记" in again.lines()[0]


def test_a_folder_stands_for_the_spreadsheets_in_it(may: Workspace, tmp_path: Path) -> None:
    inside = tmp_path / "收到的文件" / "县区"
    inside.mkdir(parents=True)
    shutil.copyfile(sample("2017-06"), inside / "苍溪.xlsx")
    shutil.copyfile(sample("2017-06", "wangcang"), inside.parent / "旺苍.XLSX")
    (inside / "~$苍溪.xlsx").write_bytes(b"open elsewhere")
    (inside / "说明.docx").write_bytes(b"a letter")
    words = ["receive", "2017年6月", str(inside.parent), "--received-at", "6月22日 10:00", "--workspace", str(may.root)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == ExitCode.DONE, done.output
    assert [line.period for line in read_register(may.data)][-2:] == [Period("2017-06")] * 2
    assert {line.received_at for line in read_register(may.data)[-2:]} == {datetime(2017, 6, 22, 10)}  # noqa: DTZ001
    assert "没有接收（不是表格）：县区/说明.docx" in done.output
    assert "~$" not in done.output


def test_a_personal_number_in_a_files_own_name_is_said_and_shown_nowhere(may: Workspace, tmp_path: Path) -> None:
    shutil.copyfile(sample("2017-06"), tmp_path / "苍溪13908123456.xlsx")
    outcome = receive(may, "2017-06", tmp_path / "苍溪13908123456.xlsx")
    said = "\n".join(outcome.lines()) + json.dumps(outcome.as_json(), ensure_ascii=False)
    assert "文件名含手机号（139****3456）" in said
    assert "13908123456" not in said


def test_an_empty_folder_and_a_name_mistyped_are_answered(may: Workspace, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    with pytest.raises(UsageError, match=r"里没有表格（\.csv、\.et、"):
        receive(may, "2017-06", tmp_path / "空")
    shutil.copyfile(sample("2017-06"), tmp_path / "苍溪县六月.xlsx")
    with pytest.raises(UsageError, match=r"没有这样的文件：.*苍溪县6月\.xlsx（是不是 苍溪县六月\.xlsx）"):
        receive(may, "2017-06", tmp_path / "苍溪县6月.xlsx")


def test_a_correction_says_what_changed_and_keeps_the_first_day(may: Workspace, tmp_path: Path) -> None:
    receive(may, "2017-06", sample("2017-06"))
    newer = corrected(sample("2017-06"), tmp_path / "更正.xlsx", 低保__D4=7700, 残疾人补贴__E4=532000)
    outcome = receive(may, "2017-06", newer, at="2017-06-28T09:00")
    assert outcome.exit_code == ExitCode.GAPS
    lines = "\n".join(outcome.lines())
    assert "第 2 版" in lines
    assert "低保!D4 当月保障人数·城市低保：7591 → 7700" in lines
    assert "错误：低保!J4" in lines
    assert "待说明" in lines
    accepted = read_accepted(may.data, Period("2017-06"), "cangxi")
    assert accepted is not None
    assert accepted.verdict.first_received_at == datetime(2017, 6, 22, 10)  # noqa: DTZ001 - a correction is not late


def test_refused_beside_accepted(may: Workspace, tmp_path: Path) -> None:
    broken = tmp_path / "坏的.xlsx"
    broken.write_bytes(b"PK not a workbook")
    outcome = receive(may, "2017-06", sample("2017-06"), sample("2017-05", "wangcang"), broken)
    assert outcome.exit_code == ExitCode.FILE_REFUSED
    assert [one.outcome for one in outcome.received] == ["registered", "refused", "refused"]
    assert "报告期是2017年5月，不是2017年6月" in outcome.lines()[1]
    kept = sorted((may.data / "returns" / "2017-06" / "refused").iterdir())
    assert [path.name[12:] for path in kept if path.suffix == ".xlsx"] in (
        ["-wangcang.xlsx", "-坏的.xlsx"],
        ["-坏的.xlsx", "-wangcang.xlsx"],
    )
    # What is kept aside counts for nothing, and is no file that somebody forgot to register.
    assert not check_period(may, "2017-06", force=False, display=Quiet()).gaps.refused


def test_later_months_become_stale(june: Workspace, tmp_path: Path) -> None:
    """A correction of May after June's reports were made."""
    copy = tmp_path / "workspace"
    shutil.copytree(june.root, copy, symlinks=True)
    found = Workspace.find(copy)
    newer = corrected(sample("2017-05"), tmp_path / "五月更正.xlsx", 工作情况__E4="无新的问题。")
    outcome = receive(found, "2017-05", newer, at="2017-12-01T09:00")
    assert outcome.exit_code == ExitCode.DONE
    newer = corrected(sample("2017-05"), newer, 两线合一__B4=4400, 两线合一__C4=4400)
    outcome = receive(found, "2017-05", newer, at="2017-12-01T10:00")
    assert [str(month) for month in outcome.stale] == ["2017-06"]
    assert "以后月份已过期：2017年6月" in outcome.lines()[-1]
    with RunHistory(found.history) as history:
        assert history.last_attempts("2017-06/")


def test_two_people_receive_at_once_and_neither_return_is_lost(may: Workspace) -> None:
    command = [sys.executable, "-m", "minsheng", "receive", "2017-06", "--workspace", str(may.root)]
    whos = ("cangxi", "wangcang")
    both = [
        subprocess.Popen([*command, str(sample("2017-06", who))], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for who in whos
    ]
    said = [one.communicate() for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert {line.id for line in read_register(may.data) if line.period == Period("2017-06")} == set(whos)
    for who in whos:
        assert read_accepted(may.data, Period("2017-06"), who)


def test_a_blocked_return_is_answered_in_chinese_alone(may: Workspace, tmp_path: Path) -> None:
    book = corrected(sample("2017-06"), tmp_path / "苍溪县.xlsx", 低保__D4=-5)
    command = [sys.executable, "-m", "minsheng", "receive", "2017-06", str(book), "--workspace", str(may.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.GAPS, done
    said = done.stdout.splitlines() + done.stderr.splitlines()
    assert any(line.startswith("苍溪县：未通过校验：城乡低保（") for line in said), said
    assert [line for line in said if not re.search("[\u4e00-\u9fff]", line)] == []


def test_the_command_line(may: Workspace) -> None:
    arguments = ["receive", "2017-06", str(sample("2017-06")), "--workspace", str(may.root), "--sender", "县局 王五"]
    done = CliRunner().invoke(app, [*arguments, "--received-at", "2017-06-22T02:00:00+00:00", "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["files"][0]["outcome"] == "registered"
    assert answer["verdicts"]["cangxi"]["projects"]["dibao"] == "reported"
    line = read_register(may.data)[-1]
    assert (line.sender, line.received_at) == ("县局 王五", datetime(2017, 6, 22, 10))  # noqa: DTZ001 - Beijing time


@pytest.mark.parametrize(
    ("month", "files", "at", "says"),
    [
        ("2017-H1", ["a"], None, "按月份接收"),
        ("2017-06", ["nowhere.xlsx"], None, "没有这样的文件"),
        ("2017-06", [__file__], "yesterday", "不是时间"),
    ],
)
def test_what_cannot_be_meant(may: Workspace, month: str, files: list[str], at: str | None, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        receive_files(may, month, [Path(f) for f in files], received_at=at, sender="", display=Quiet())
    assert not (may.data / "returns" / "2017-06").exists()


def test_a_filled_in_template_passes_clean(may: Workspace, tmp_path: Path) -> None:
    """What a county does: open June's template, type its figures into the open cells, save, send."""
    check_period(may, "2017-05", force=False, display=Quiet())
    folder = tmp_path / "templates"
    paths = write_templates(may, "2017-06", folder)
    plan = load_plan(may.params, 2017)
    assert set(paths) == {a.id for a in plan.areas} | {s.id for s in plan.sections if s.assessed}
    book = openpyxl.load_workbook(paths["cangxi"])
    source = openpyxl.load_workbook(sample("2017-06"), data_only=True)
    assert book.sheetnames == source.sheetnames
    referenced = fill(book, source)
    assert referenced > 20
    book.save(paths["cangxi"])
    outcome = receive(may, "2017-06", paths["cangxi"])
    verdict = outcome.verdicts["cangxi"]
    # Nobody has calculated the template's totals, as Excel and WPS do on opening.
    assert [(i.rule, i.sheet, i.cell) for i in verdict.issues] == [("READ-TOTAL-UNREAD", "医疗救助", "G6")]
    assert set(verdict.projects.values()) == {ReturnStatus.REPORTED}
    accepted = read_accepted(may.data, Period("2017-06"), "cangxi")
    assert accepted is not None
    assert accepted.values["dibao.urban.persons"].value == "7591"
    assert accepted.values["funds.medical_aid_upper.allocated_yuan"].value == "13079600"


def fill(book: openpyxl.Workbook, source: openpyxl.Workbook) -> int:
    """Type a good return into a template's open cells; return how many grey reference columns stand beside them."""
    cover = {row[0].value: row[1] for row in book["封面"].iter_rows(min_row=2)}
    for label, value in ((row[0].value, row[1].value) for row in source["封面"].iter_rows(min_row=2)):
        if label in cover and not cover[label].protection.locked:
            cover[label].value = value
    assert cover["报送截止"].value.startswith("2017-06-2")
    assert isinstance(cover["数据截至"].value, date)
    referenced = 0
    for sheet in source.worksheets[1:]:
        target = book[sheet.title]
        headers = [str(cell.value).replace("\n", "") for cell in target[3]]
        referenced += headers.count(REFERENCE)
        for row in sheet.iter_rows(min_row=4):
            for cell in row:
                header = sheet.cell(3, cell.column).value
                if cell.value is None or header is None or str(row[0].value).startswith(("合计", "填表人")):
                    continue
                place = target.cell(cell.row, headers.index(header) + 1)
                if place.protection.locked:
                    assert place.value == cell.value, f"{sheet.title}!{place.coordinate}"
                else:
                    place.value = cell.value
    return referenced


def test_every_file_of_a_batch_gets_its_answer(may: Workspace, tmp_path: Path) -> None:
    receive(may, "2017-06", sample("2017-06", "qingchuan"), at="2017-06-22T13:38")
    older = corrected(sample("2017-06", "qingchuan"), tmp_path / "青川县.xlsx", 低保__D4=7700)
    stray = may.data / "returns" / "2017-06" / "jiange.xlsx"
    stray.write_bytes(b"nobody registered this")
    files = (sample("2017-06"), older, sample("2017-06", "jiange"), sample("2017-06", "wangcang"))
    outcome = receive(may, "2017-06", *files, at="2017-06-22T08:00")
    assert outcome.exit_code == ExitCode.FILE_REFUSED
    assert [one.outcome for one in outcome.received] == ["registered", "refused", "refused", "registered"]
    assert "早于已登记的第 1 版" in outcome.received[1].reason
    assert outcome.received[1].kept is not None
    assert "没有登记的文件，占了本次的位置" in outcome.received[2].reason
    assert set(outcome.verdicts) == {"cangxi", "wangcang"}
    assert {f"{who}.html" for who in outcome.verdicts} <= {
        path.name for path in (may.outputs / "2017-06" / "receipts").iterdir()
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("expectations/dibao.yaml", "severity: critical", "severity: fatal"), ("lights.yaml", "", "nonsense: 1\n")],
)
def test_an_invalid_plan_keeps_no_file_from_being_registered(may: Workspace, file: str, old: str, new: str) -> None:
    path = may.params / "2017" / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
    outcome = receive(may, "2017-06", sample("2017-06"))
    lines = outcome.lines()
    assert outcome.exit_code == ExitCode.PLAN_INVALID
    assert lines[0].startswith("已登记：cangxi.xlsx：苍溪县2017年6月报表第 1 版")
    assert any(f"{file}:" in line for line in lines)
    assert "minsheng check 2017-06" in lines[-1]
    path.write_text(text, encoding="utf-8")
    again = receive(may, "2017-06", sample("2017-06"))
    assert (again.exit_code, again.received[0].outcome) == (ExitCode.DONE, "unchanged")
    assert "苍溪县：通过校验" in again.lines()
