"""Where tasks are made: gone when its process ends, and taken away by the next one where that was killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minsheng.runs import folders

_HOLDER = (
    "import sys; from minsheng.runs.folders import scratch_folder\n"
    "print(scratch_folder(), flush=True); print(scratch_folder(), flush=True); sys.stdin.read()"
)


def _holder(base: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "TMPDIR": str(base)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", _HOLDER], env=environment, text=True, **pipes)


def _folders(process: subprocess.Popen[str]) -> list[Path]:
    assert process.stdout is not None
    return [Path(process.stdout.readline().strip()) for _ in range(2)]


def _grown_old(folder: Path) -> None:
    long_ago = time.time() - 3600
    os.utime(folder, (long_ago, long_ago))


def test_it_goes_when_its_process_ends(tmp_path: Path) -> None:
    with _holder(tmp_path) as process:
        one, other = _folders(process)
        assert one != other
        assert one.parent == other.parent
        assert one.parent.parent == tmp_path
        assert one.parent.stat().st_mode & 0o777 == 0o700
        process.communicate("")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_and_nothing_else(tmp_path: Path) -> None:
    foreign = tmp_path / "minsheng-rebuild-x"
    foreign.mkdir()
    (tmp_path / "minsheng-units-link").symlink_to(foreign)
    with _holder(tmp_path) as killed, _holder(tmp_path) as alive:
        left, kept = _folders(killed)[0].parent, _folders(alive)[0].parent
        for folder in (left, kept, foreign):
            _grown_old(folder)
        killed.kill()
        killed.wait()
        with _holder(tmp_path) as following:
            _folders(following)
            assert not left.exists()
            assert kept.is_dir()
            following.communicate("")
        alive.communicate("")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["minsheng-rebuild-x", "minsheng-units-link"]


def test_what_a_process_is_just_making_is_left_alone(tmp_path: Path) -> None:
    young = tmp_path / "minsheng-units-young"
    young.mkdir()
    with _holder(tmp_path) as process:
        _folders(process)
        process.communicate("")
    assert young.is_dir()


@pytest.mark.parametrize(("room", "memory"), [(0, True), (1 << 62, False)])
def test_memory_is_used_only_where_there_is_room(
    room: int, memory: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(folders, "_IN_MEMORY", tmp_path)
    monkeypatch.setattr(folders, "_ROOM_BYTES", room)
    assert (folders._base() == tmp_path) == memory
    monkeypatch.setenv("TMPDIR", str(tmp_path / "told"))
    assert folders._base() != tmp_path
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(folders, "_IN_MEMORY", tmp_path / "nowhere")
    assert folders._base().is_dir()
