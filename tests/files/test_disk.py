"""A disk that fills up in the middle of a run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minsheng.errors import ExitCode, MachineUnfitError
from minsheng.files.staging import publish
from minsheng.files.writing import disk_faults_named
from minsheng.workspace import Workspace

_RUN = [sys.executable, "-m", "minsheng", "run", "2017-06", "--area", "social_relief", "--notebook", "section_scoring"]


def _mounted(folder: Path, size: str) -> bool:
    folder.mkdir(parents=True)
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        return False
    return subprocess.run([mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False).returncode == 0


@pytest.fixture
def cramped(june: Workspace, tmp_path: Path):
    """A workspace whose outputs lie on a disk with next to no room."""
    root = tmp_path / "workspace"
    shutil.copytree(june.root, root, ignore=lambda folder, _: ["outputs"] if Path(folder) == june.root else [])
    workspace = Workspace.find(root)
    if not _mounted(
        workspace.outputs, "512k"
    ):  # without the right to mount: a folder that refuses, as a full disk does
        workspace.outputs.chmod(0o555)
    yield workspace
    if os.path.ismount(workspace.outputs):
        subprocess.run(["umount", workspace.outputs], check=True)
    workspace.outputs.chmod(0o755)


def test_a_full_disk_is_one_clear_message_and_nothing_half_written(cramped: Workspace) -> None:
    done = subprocess.run(_RUN, cwd=cramped.root, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.MACHINE_UNFIT, done.stderr
    assert any(word in done.stderr for word in ("磁盘已满", "运行记录写不进去", "没有写入权限"))
    assert "再运行一次" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (cramped.outputs / "2017-06/social_relief/section_scoring").exists()
    assert not list((cramped.outputs / ".staging").glob("*"))


def test_what_was_published_stays_when_its_successor_cannot_be_written(
    workspace: Workspace,
) -> None:
    folder = workspace.outputs / "2017-06" / "cangxi" / "dibao"
    publish(workspace, folder, {"report.html": b"old", "report.pdf": b"old"})
    too_long = "x" * 300  # the file system refuses it, after the first file is written
    with pytest.raises(OSError, match="too long"):
        publish(workspace, folder, {"report.html": b"new", too_long: b"new"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"report.html": b"old", "report.pdf": b"old"}
    assert not list((workspace.outputs / ".staging").iterdir())


def test_other_faults_pass_as_they_are(workspace: Workspace) -> None:
    with pytest.raises(FileNotFoundError), disk_faults_named(workspace):
        (workspace.root / "nothing").read_bytes()
    with pytest.raises(MachineUnfitError, match="只读"), disk_faults_named(workspace):
        raise OSError(30, "Read-only file system", "x")


def test_a_return_that_finds_no_room_is_not_registered(june: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    shutil.copytree(june.root, root, ignore=lambda folder, _: ["data"] if Path(folder) == june.root else [])
    workspace = Workspace.find(root)
    mounted = _mounted(workspace.data, "8m")
    shutil.copytree(june.data / "returns", workspace.data / "returns")
    register = (workspace.data / "returns/register.csv").read_bytes()
    filled = workspace.data / "filled"
    if mounted:
        filled.write_bytes(bytes(shutil.disk_usage(workspace.data).free))
    else:
        (workspace.data / "returns").chmod(0o555)
        (workspace.data / "returns/2017-06").chmod(0o555)
    book = tmp_path / "苍溪县.xlsx"
    book.write_bytes((june.data / "returns/2017-06/cangxi.xlsx").read_bytes()[:-2] + b"\x04\x00more")
    command = [sys.executable, "-m", "minsheng", "receive", "2017-06", str(book), "--workspace", str(root)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == ExitCode.MACHINE_UNFIT, done
        assert any(word in done.stderr for word in ("磁盘已满", "没有写入权限"))
        assert (workspace.data / "returns/register.csv").read_bytes() == register
        assert not (workspace.data / "returns/2017-06/cangxi.r2.xlsx").exists()
        filled.unlink(missing_ok=True)
        for folder in ("returns", "returns/2017-06"):
            (workspace.data / folder).chmod(0o755)
        again = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "第 2 版" in again.stdout, again
    finally:
        if mounted:
            subprocess.run(["umount", workspace.data], check=True)
