"""kill -9 before any step of signing and of handing over: repeated, each ends as if it had not been disturbed."""

import os
import shutil
import signal

import pytest
from tests.archive.seal_in_a_process import count_steps
from tests.filling import PNG

from minsheng.commands.deliver import deliver
from minsheng.commands.sign import find_report, register_scan
from minsheng.domain.clock import bureau_now
from minsheng.errors import UsageError
from minsheng.files import chained
from minsheng.files.hashing import digests_of
from minsheng.plan import load_plan
from minsheng.runs.options import Quiet
from minsheng.signing.deliveries import read_deliveries
from minsheng.signing.signatures import read_signed
from minsheng.workspace import Workspace

MONTH, SECTION, LEADER = "2017-06", "welfare_charity", "何道芬"


def sign(workspace):
    scan = workspace.root / "scan.png"
    scan.write_bytes(PNG)
    report = find_report(workspace, MONTH, SECTION)
    register_scan(workspace, report, scan, signer=LEADER, signed_on="2017-06-26", display=Quiet())


def hand_over(workspace):
    deliver(workspace, MONTH, SECTION, to="office", at="2017-06-26T16:00", display=Quiet())


def in_a_fork(workspace, act, kill_at=0):
    """Act in a process that dies before a step; return how it ended, and how many steps it took."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            done = count_steps(kill_at)
            act(workspace)
            os.write(writer, str(done[0]).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        steps = told.read()
    return os.waitpid(child, 0)[1], int(steps or 0)


def lines(workspace):
    """Return the lines of both registers, and hold that each file that they name is there and is the one."""
    signed = read_signed(workspace.data)
    assert not any(line.fault(workspace.data) for line in signed)
    handed = read_deliveries(workspace.data, load_plan(workspace.params, 2017))
    for line in handed:
        for name, sha256 in ((line.file, line.sha256), (line.note, line.note_sha256)):
            assert digests_of((workspace.data / name).read_bytes()).sha256 == sha256
    return [*signed, *handed]


def contents(workspace):
    """Return what signing and handing over write: the data, and the first page that tells of it."""
    paths = [path for path in workspace.data.rglob("*") if path.is_file()]
    return {
        str(path.relative_to(workspace.root)): (path.stat().st_mode, path.read_bytes())
        for path in [*paths, workspace.outputs / "index.html"]
    }


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize("act", [sign, hand_over])
def test_killed_before_any_step_and_repeated_it_is_done_once(june, tmp_path, act, stride, monkeypatch):
    # Registers and notes say when a line was written: the clock stands, so that bytes can be compared.
    now = bureau_now()
    monkeypatch.setattr(chained, "bureau_now", lambda: now)
    workspace = Workspace.find(shutil.copytree(june.root, tmp_path / "workspace"))
    stood = lines(workspace)
    saved = shutil.copytree(workspace.data, tmp_path / "data")
    first_page = (workspace.outputs / "index.html").read_bytes()

    def restore():
        shutil.rmtree(workspace.data)
        shutil.copytree(saved, workspace.data)
        (workspace.outputs / "index.html").write_bytes(first_page)

    act(workspace)  # what a process imports once changes the disk, too
    restore()
    ended, steps = in_a_fork(workspace, act)
    assert (ended, steps > 10) == (0, True)
    wanted, wanted_lines = contents(workspace), lines(workspace)
    assert len(wanted_lines) == len(stood) + 1
    counted = set()
    for step in range(1, steps + 1, stride):
        restore()
        ended, _ = in_a_fork(workspace, act, step)
        assert (os.WIFSIGNALED(ended), os.WTERMSIG(ended)) == (True, signal.SIGKILL), step
        left = lines(workspace)
        assert left in (stood, wanted_lines)
        counted.add(len(left))
        if left == stood:
            act(workspace)
        else:
            with pytest.raises(UsageError, match="这份文件已"):
                act(workspace)
        got = contents(workspace)
        assert got.keys() == wanted.keys(), step
        assert [name for name in got if got[name] != wanted[name]] == [], step
    assert counted == {len(stood), len(wanted_lines)}
