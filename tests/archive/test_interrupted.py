"""kill -9 before any step of a seal, full and read-only disks, two seals at once: nothing lost, or falsely valid."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.archive.conftest import Desk, order

from minsheng.archive.package.chain import read_ledger
from minsheng.archive.package.key_chain import LEDGER, SIGNATURE
from minsheng.archive.package.sealing import seal
from minsheng.errors import GateRefusedError
from minsheng.files.locks import locked

pytestmark = pytest.mark.slow

CHILD = Path(__file__).with_name("seal_in_a_process.py")


def in_a_process(desk: Desk, period: str, step: int = 0, mount: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(CHILD), str(desk.archive), str(desk.keys), period, *([str(step)] if step else [])]
    return with_mount(mount, 'exec "$@"', *command) if mount else subprocess.run(command, check=False, **_CAPTURED)


_CAPTURED = {"capture_output": True, "text": True}


def with_mount(mount: str, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script where something is mounted for it alone; without root, user namespaces allow the same."""
    root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", "--mount", *root, "sh", "-c", f"{mount} && {{ {script}; }}", "sh", *arguments]
    return subprocess.run(command, check=False, **_CAPTURED)


def copy(desk: Desk, target: Path) -> Desk:
    shutil.copytree(desk.archive, target / "archive")
    shutil.copytree(desk.keys, target / "keys")
    return Desk(target / "archive", target / "keys")


def kill_and_resume(desk: Desk, step: int, *, sealed_before: list[str]) -> str:
    """Kill a seal before a step, look, seal again, look; return what state the kill left."""
    head = desk.verify().head if sealed_before else ""
    done = in_a_process(desk, "2017-07", step)
    assert done.returncode == -signal.SIGKILL, done
    state = "nothing"
    if desk.archive.exists():
        found = desk.verify(head=head)
        entries = read_ledger((desk.archive / LEDGER).read_bytes())[0] if (desk.archive / LEDGER).exists() else []
        assert [entry.bag for entry in entries][: len(sealed_before)] == sealed_before
        state = f"{len(entries) - len(sealed_before)} new, {len(found.faults)} faults"
        if not found.faults:
            # What is called valid is what stood before, or all of the new package with its line and signature.
            assert len(entries) - len(sealed_before) in {0, 1}
        for fault in found.faults:
            unfinished = fault.where.startswith(".") and "没有做完" in fault.what
            waiting = fault.where in {"2017-07", SIGNATURE, LEDGER}
            assert unfinished or (waiting and (not sealed_before or len(found.faults) > 1)), found.faults
    sealed = desk.seal("2017-07")
    found = desk.verify(head=head)
    assert found.faults == []
    assert found.bags == [*sealed_before, "2017-07"]
    assert sealed.entry.bag == "2017-07"
    assert [path.name for path in desk.archive.iterdir() if path.name.startswith(".")] == []
    return state


def kills(three: Desk, tmp_path: Path, number: int) -> set[str]:
    probe = copy(three, tmp_path / "probe")
    steps = int(in_a_process(probe, "2017-07").stdout)
    first_steps = int(in_a_process(Desk(tmp_path / "first" / "archive", tmp_path / "first" / "keys"), "2017-07").stdout)
    chosen = random.Random(7)
    states = set()
    # The last steps are where states differ; every one of them is killed, the others at random.
    moments = [*range(steps - 5, steps + 1), *(chosen.randint(1, steps - 6) for _ in range(number - 6))]
    for count, step in enumerate(moments):
        desk = copy(three, tmp_path / str(count))
        states.add(kill_and_resume(desk, step, sealed_before=["2017-05", "2017-06", "2017-06.r2"]))
        shutil.rmtree(tmp_path / str(count))
    for count in range(number // 10):
        desk = Desk(tmp_path / f"first{count}" / "archive", tmp_path / f"first{count}" / "keys")
        states.add(kill_and_resume(desk, chosen.randint(1, first_steps), sealed_before=[]))
    return states


def test_killed_at_random_instants_the_next_seal_resumes(three: Desk, tmp_path: Path) -> None:
    assert kills(three, tmp_path, 10)


@pytest.mark.soak
def test_killed_at_a_hundred_instants(three: Desk, tmp_path: Path) -> None:
    assert len(kills(three, tmp_path, 100)) >= 3


def test_a_bag_and_ledger_that_a_stranger_left_are_not_adopted(three: Desk, tmp_path: Path) -> None:
    desk = copy(three, tmp_path)
    stranger = copy(three, tmp_path / "stranger")
    shutil.rmtree(stranger.keys)
    other = Desk(tmp_path / "other" / "archive", tmp_path / "other" / "keys")
    other.seal("2017-07")
    shutil.copytree(other.archive / "2017-07", desk.archive / "2017-07")
    line = read_ledger((other.archive / LEDGER).read_bytes())[0][0]
    last = read_ledger((desk.archive / LEDGER).read_bytes())[0][-1]
    forged = line.model_copy(update={"sequence": 4, "previous": last.head(), "beside": last.beside})
    (desk.archive / f".{LEDGER}.new").write_bytes((desk.archive / LEDGER).read_bytes() + forged.line())
    (desk.archive / f".{SIGNATURE}.new").write_bytes((other.archive / SIGNATURE).read_bytes())
    with pytest.raises(Exception, match="2017-07：账本中没有这个包"):
        desk.seal("2017-07")
    assert len(read_ledger((desk.archive / LEDGER).read_bytes())[0]) == 3


@pytest.mark.parametrize("kilobytes", [4, 24, 48])
def test_a_full_disk_changes_nothing(three: Desk, tmp_path: Path, kilobytes: int) -> None:
    desk, where = copy(three, tmp_path), tmp_path / "small"
    where.mkdir()
    size = sum(-(-p.stat().st_size // 4096) * 4 for p in desk.archive.rglob("*") if p.is_file()) + kilobytes
    mount = f"mount -t tmpfs -o size={size}k none {where} && cp -a {desk.archive} {where}/archive"
    # Sealed, and then verified where it happened: what is mounted goes with the process.
    seal_it = f"{sys.executable} {CHILD} {where}/archive {desk.keys} 2017-07; echo ended {'$?'}"
    done = with_mount(mount, f"{seal_it}; {sys.executable} -m minsheng archive verify {where}/archive")
    assert "磁盘已满" in done.stdout
    assert "ended 15" in done.stdout
    assert done.returncode == 0, done
    assert "核验了 3 个包" in done.stdout


def test_a_read_only_archive_can_be_verified_and_not_sealed_into(three: Desk, tmp_path: Path) -> None:
    desk = copy(three, tmp_path)
    bound = f"mount --bind {desk.archive} {desk.archive} && mount -o remount,ro,bind {desk.archive}"
    done = in_a_process(desk, "2017-07", mount=bound)
    assert done.returncode == 15, done
    assert "不能写入" in done.stdout
    assert desk.faults() == []
    done = with_mount(bound, f"{sys.executable} -m minsheng archive verify {desk.archive}")
    assert done.returncode == 0, done


def test_two_seals_at_once_wait_for_each_other(three: Desk, tmp_path: Path) -> None:
    desk = copy(three, tmp_path)
    periods = ["2017-07", "2017-08", "2017-09", "2017-10"]
    commands = [[sys.executable, str(CHILD), str(desk.archive), str(desk.keys), period] for period in periods]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for command in commands]
    said = [process.communicate(timeout=60) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0, 0], said
    found = desk.verify()
    assert found.faults == []
    assert sorted(found.bags[3:]) == periods


def test_who_waits_is_told_so(three: Desk, tmp_path: Path) -> None:
    desk = copy(three, tmp_path)
    holder = (
        "import sys, time; from pathlib import Path; from minsheng.files.locks import locked\n"
        "with locked(Path(sys.argv[1]), exclusive=True, waiting=print):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", holder, str(desk.archive)], text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        said: list[str] = []

        def say(text: str) -> None:
            said.append(text)
            process.stdin.close()

        seal(desk.archive, desk.keys, order("2017-07", {"a": b"b"}), say=say)
        assert said == ["另一个归档正在进行，等它结束"]
    # A holder that is killed leaves no lock behind.
    with subprocess.Popen([sys.executable, "-c", holder, str(desk.archive)], text=True, **pipes) as process:
        assert process.stdout.readline() == "held\n"
        process.kill()
    with locked(desk.archive, exclusive=True, waiting=lambda: pytest.fail("the lock is stuck")):
        pass


def test_a_file_that_changes_after_stock_was_taken_is_refused(three: Desk, tmp_path: Path) -> None:
    desk = copy(three, tmp_path)
    path = tmp_path / "report.pdf"
    path.write_bytes(b"one")
    taken = order("2017-07", {"report.pdf": path})
    path.write_bytes(b"two")
    with pytest.raises(GateRefusedError, match="在归档时被改动"):
        seal(desk.archive, desk.keys, taken, say=lambda _: None)
    assert desk.faults() == []
