"""The list of SM3 digests: right, checked with standard tools, and never silently left out."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.archive.conformance import retag

from minsheng.archive.package import profile, sealing
from minsheng.archive.package.bag import SM3_LIST
from minsheng.archive.package.faults import FaultKind
from minsheng.archive.package.package_check import check_bag, complaints
from minsheng.errors import MachineUnfitError
from minsheng.files import hashing
from minsheng.files.hashing import UNABLE, can_sm3, new_sm3

ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
"""Of the bytes ``abc``: example 1 in the annex of GB/T 32905-2016."""


def test_both_sources_compute_the_example_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_sm3()
    for has_it in (True, False):
        monkeypatch.setattr(hashing, "_hashlib_has_it", lambda has_it=has_it: has_it)
        digest = new_sm3()
        digest.update(b"ab")
        digest.update(memoryview(b"c"))
        assert digest.hexdigest() == ABC


def test_every_payload_file_is_listed_and_the_standard_tools_agree(three) -> None:
    bag = three.archive / "2017-06.r2"
    names = [line.split("  ", 1)[1] for line in (bag / SM3_LIST).read_text(encoding="utf-8").splitlines()]
    assert names == sorted(p.relative_to(bag).as_posix() for p in (bag / "data").rglob("*") if p.is_file())
    command = ["cksum", "--algorithm=sm3", "--check", "--strict", SM3_LIST]
    assert subprocess.run(command, cwd=bag, check=False, capture_output=True).returncode == 0
    first = bag / names[0]
    said = subprocess.run(["openssl", "dgst", "-sm3", str(first)], capture_output=True, text=True, check=True).stdout
    assert said.split()[-1] in (bag / SM3_LIST).read_text(encoding="utf-8")
    assert three.verify(sm3=True).sm3 == 9
    assert three.verify().sm3 == 0


def test_a_list_by_another_name_would_not_disturb_bagit_but_no_tool_would_read_it(three, tmp_path: Path) -> None:
    """Why the list is no manifest: bagit-python passes over ``manifest-sm3.txt`` whatever stands in it."""
    shutil.copytree(three.archive / "2017-06", tmp_path / "bag")
    subprocess.run(["chmod", "-R", "u+w", str(tmp_path / "bag")], check=True)
    (tmp_path / "bag/manifest-sm3.txt").write_text(f"{ABC}  data/nothing\n", encoding="utf-8")
    retag(tmp_path / "bag")
    assert complaints(tmp_path / "bag") == ""


def _edited(bag: Path, text: str) -> None:
    (bag / SM3_LIST).write_text(text, encoding="utf-8")
    retag(bag)


@pytest.mark.parametrize(
    ("change", "what", "only_anew"),
    [
        (lambda lines: lines[1:], "sm3.txt 没有列它", False),
        (lambda lines: [*lines, f"{ABC}  data/nothing\n"], "列着 data/nothing，包中没有", False),
        (lambda lines: [*lines, lines[0]], "重复列出", False),
        (lambda lines: [f"{ABC[1:]}  x\n", *lines], "不是“校验码  路径”", False),
        (lambda lines: [ABC + lines[0][64:], *lines[1:]], "内容与 sm3.txt 不符", True),
    ],
)
def test_a_list_that_is_not_so_is_a_fault(desk, tamper, change, what: str, only_anew: bool) -> None:
    bag = desk.archive / "2017-06"
    lines = (bag / SM3_LIST).read_text(encoding="utf-8").splitlines(keepends=True)
    tamper("2017-06", lambda bag: _edited(bag, "".join(change(lines))))
    found = [fault for fault in check_bag(bag, sm3=True).faults if fault.kind == FaultKind.SM3]
    assert len(found) == 1
    assert what in str(found[0])
    assert bool(check_bag(bag).faults) != only_anew


def test_a_machine_that_cannot_compute_it_seals_nothing_and_says_why(
    three, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise MachineUnfitError(UNABLE)

    desk = type(three)(tmp_path / "archive", tmp_path / "keys")
    monkeypatch.setattr(hashing, "new_sm3", none)
    with pytest.raises(MachineUnfitError, match=r"requirements\.lock 中的 cryptography"):
        desk.seal("2017-06")
    assert not (desk.archive / "ledger.jsonl").exists()
    assert three.verify().faults == []
    with pytest.raises(MachineUnfitError, match="GB/T 32905-2016"):
        three.verify(sm3=True)


@pytest.fixture
def older(three, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An archive that an older version began: another README, the first profile, no list."""
    desk = type(three)(tmp_path / "archive", tmp_path / "keys")
    first = next(iter(profile.PROFILES))
    with monkeypatch.context() as then:
        then.setattr(sealing, "PROFILE_ID", first)
        then.setattr("minsheng.archive.package.chain.readme_bytes", lambda: b"older\n")
        then.setattr("minsheng.archive.package.chain.profile_bytes", lambda: b"{}\n")
        desk.seal("2017-05")
        desk.seal("2017-06")
    return desk


def test_what_an_older_version_sealed_still_verifies_and_the_archive_goes_on(older) -> None:
    assert sorted(path.name for path in (older.archive / "2017-06").iterdir() if path.is_file()) == [
        "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt",
        "tagmanifest-sha512.txt",
    ]  # fmt: skip
    found = older.verify(sm3=True)
    assert (found.faults, found.sm3, found.without_sm3) == ([], 0, ["2017-05", "2017-06"])
    assert not older.seal("2017-06").is_new
    older.seal("2017-07")
    assert (older.archive / "README.txt").read_bytes() == b"older\n"
    assert b"sm3.txt" in (older.archive / "README-2.txt").read_bytes()
    assert older.faults() == []
    for name, what in (("README.txt", "不符"), ("README-2.txt", "不符")):
        path = older.archive / name
        before = path.read_bytes()
        path.chmod(0o644)
        path.write_bytes(before + b"x")
        assert [what in fault for fault in older.faults()] == [True]
        path.write_bytes(before)


def test_a_stranger_among_the_companions_is_named(older) -> None:
    (older.archive / "README-2.txt").write_bytes(b"other")
    assert older.faults() == ["README-2.txt：多出的文件"]


def test_an_older_bag_has_no_business_with_a_list(older) -> None:
    bag = older.archive / "2017-05"
    bag.chmod(0o755)
    (bag / SM3_LIST).write_bytes(b"")
    (bag / SM3_LIST).chmod(0o444)
    bag.chmod(0o555)
    assert older.faults() == ["2017-05/sm3.txt：多出的文件：包中只应有 data/ 与清单"]
