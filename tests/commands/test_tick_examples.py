"""What ``minsheng tick --example`` prints can be installed as it stands: systemd's own check, and a shell, read it."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from minsheng.commands.init import start_workspace
from minsheng.commands.tick import SERVICE, TIMER, example, systemd_units
from minsheng.errors import UsageError
from minsheng.workspace import Workspace

PLACES = ["plain", "with blank", "广元 100% $HOME", 'quote"d']


@pytest.fixture(params=PLACES)
def place(request, tmp_path: Path) -> tuple[Path, Path]:
    """A workspace's folder and a program, at places that need care."""
    root = tmp_path / request.param / "workspace"
    start_workspace(root, 2026)
    # systemd allows no quote in a program's path; a folder may have any name.
    program = (tmp_path if '"' in request.param else root.parent) / "bin" / "minsheng"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\npwd > "$0.said"; printf "%s\\n" "$@" >> "$0.said"\n', encoding="utf-8")
    program.chmod(0o755)
    return root, program


def _parsed(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str
    parser.read_string(text)
    return parser


def test_the_tasks_are_well_formed(place: tuple[Path, Path]) -> None:
    service, timer = map(_parsed, systemd_units(*place, "root"))
    assert set(service.sections()) == {"Unit", "Service"}
    assert set(service["Service"]) == {
        "Type", "User", "WorkingDirectory", "ExecStart", "SuccessExitStatus", "Nice",
    }  # fmt: skip
    assert service["Service"]["WorkingDirectory"].replace("%%", "%") == str(place[0])
    assert set(timer.sections()) == {"Unit", "Timer", "Install"}
    assert dict(timer["Timer"]) == {"OnCalendar": "*-*-* 07..21:10:00 Asia/Shanghai", "Persistent": "true"}


@pytest.mark.soak  # needs systemd on the machine; the strict parser above reads the tasks everywhere
def test_systemd_itself_finds_nothing_wrong(place: tuple[Path, Path], tmp_path: Path) -> None:
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in zip((SERVICE, TIMER), systemd_units(*place, "root"), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(folder / SERVICE), str(folder / TIMER)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    # It looks at the machine's other tasks too.
    ours = [line for line in done.stderr.splitlines() if "minsheng" in line]
    assert ours == [], done.stderr
    calendar = subprocess.run(
        ["systemd-analyze", "calendar", "*-*-* 07..21:10:00 Asia/Shanghai"], capture_output=True, check=False
    )
    assert calendar.returncode == 0


def test_a_shell_runs_the_line_of_cron(place: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root, program = place
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    (line,) = (line for line in example(Workspace.find(root), "cron").splitlines() if not line.startswith("#"))
    minute, hours, *rest, command = line.split(" ", 5)
    assert (minute, hours, rest) == ("10", "7-21", ["*", "*", "*"])
    # What cron does before it hands the line to the shell.
    subprocess.run(["/bin/sh", "-c", command.replace(r"\%", "%")], check=True)
    said = Path(f"{program}.said").read_text(encoding="utf-8").splitlines()
    assert said[1:] == ["tick", "--workspace", str(root)]
    assert (root / "outputs" / "tick.log").is_file()


def test_both_texts_name_this_workspace_and_an_unknown_kind_is_refused(tmp_path: Path, monkeypatch) -> None:
    start_workspace(tmp_path / "new", 2026)
    workspace = Workspace.find(tmp_path / "new")
    text = example(workspace, "systemd")
    assert f"--workspace {workspace.root}\n" in text
    assert f"/etc/systemd/system/{SERVICE}" in text
    assert f"/etc/systemd/system/{TIMER}" in text
    with pytest.raises(UsageError, match="可用 systemd、cron"):
        example(workspace, "launchd")
    monkeypatch.setattr(sys, "executable", '/opt/a"b/bin/python')
    with pytest.raises(UsageError, match="不能有引号"):
        example(workspace, "systemd")
