"""A reader sees the old bytes or the new ones; nothing half-written stays behind."""

import os
import stat
from pathlib import Path

import pytest

from minsheng.files.hashing import digests_of, sha256
from minsheng.files.writing import move_durably, unfinished, write_atomically, write_durably, write_hashed, write_synced


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_atomic_write_makes_its_folder_and_returns_the_hash(tmp_path: Path) -> None:
    path = tmp_path / "2017-06" / "index.html"
    assert write_atomically(path, "月报".encode()) == sha256("月报".encode())
    assert path.read_text(encoding="utf-8") == "月报"
    assert names(path.parent) == ["index.html"]


def test_an_atomic_write_changes_nothing_for_whoever_has_the_file_open(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"old")
    with path.open("rb") as reader:
        write_atomically(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "kept").touch()
    with pytest.raises(OSError, match="directory"):  # a folder stands at its place
        write_atomically(tmp_path / "a", b"new")
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("mode", [0o444, 0o600, 0o644])
def test_a_durable_write_has_its_mode_whatever_the_umask(mode: int, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_durably(tmp_path / "a", b"1", mode=mode)
        write_durably(tmp_path / "a", b"2", mode=mode)
    finally:
        os.umask(before)
    assert (tmp_path / "a").read_bytes() == b"2"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_a_durable_write_takes_the_place_of_what_was_left_unfinished(tmp_path: Path) -> None:
    write_synced(unfinished(tmp_path / "a"), b"half", mode=0o444)
    write_durably(tmp_path / "a", b"whole", mode=0o444)
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_a_synced_write_is_of_a_new_file_only(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        write_synced(tmp_path / "a", b"new", mode=0o644)
    with pytest.raises(FileExistsError):
        write_hashed(tmp_path / "a", b"new", mode=0o644)
    assert (tmp_path / "a").read_bytes() == b"kept"


def test_a_copy_is_hashed_on_its_way(tmp_path: Path) -> None:
    content = os.urandom(3 << 20) + b"end"  # more than one block
    (tmp_path / "source").write_bytes(content)
    for name, source in (("from-file", tmp_path / "source"), ("from-bytes", content)):
        found = write_hashed(tmp_path / name, source, mode=0o444, sm3=True)
        assert found == digests_of(tmp_path / name, sm3=True)
        assert (tmp_path / name).read_bytes() == content
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o444


def test_a_folder_can_be_moved_into_place(tmp_path: Path) -> None:
    (tmp_path / ".bag.new").mkdir()
    (tmp_path / ".bag.new" / "a").touch()
    move_durably(tmp_path / ".bag.new", tmp_path / "bag")
    assert names(tmp_path) == ["bag"]
