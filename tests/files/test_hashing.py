"""The same bytes, the same hash, as the standard library has it; another name or byte, another hash."""

import hashlib
from pathlib import Path

import pytest

from minsheng.files.hashing import BLOCK, are_intact, digests_of, sha256, sha256_of_files


@pytest.mark.parametrize("size", [0, 1, BLOCK, BLOCK + 1])
def test_bytes_and_files_hash_alike(size: int, tmp_path: Path) -> None:
    content = bytes(size)
    (tmp_path / "a").write_bytes(content)
    wanted = hashlib.sha256(content).hexdigest()
    assert {sha256(content), sha256(tmp_path / "a"), digests_of(tmp_path / "a").sha256} == {wanted}


def test_names_and_contents_cannot_be_shifted(tmp_path: Path) -> None:
    def hash_of(*files: tuple[str, bytes]) -> str:
        for number, (_, content) in enumerate(files):
            (tmp_path / str(number)).write_bytes(content)
        return sha256_of_files((name, tmp_path / str(number)) for number, (name, _) in enumerate(files))

    sets = [
        (("a", b"1"), ("b", b"2")),
        (("b", b"1"), ("a", b"2")),
        (("a", b"1b"), ("", b"2")),
        (("a", b"1\0b\0002"),),
        (("a", b"1"), ("b", b"2"), ("c", b"")),
        (),
    ]
    assert len({hash_of(*files) for files in sets}) == len(sets)
    assert hash_of(*sets[0]) == hashlib.sha256(b"a\0001\0001b\0001\0002").hexdigest()


def test_a_folder_is_intact_while_every_named_file_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    known = {"a": sha256(b"1")}
    assert are_intact(tmp_path, known)
    assert are_intact(tmp_path, {})
    assert not are_intact(tmp_path, known | {"b": sha256(b"")})
    (tmp_path / "a").write_bytes(b"2")
    assert not are_intact(tmp_path, known)
