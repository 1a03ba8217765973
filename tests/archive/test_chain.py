"""Attacks on the ledger: each is named, and the anchor from outside sees what nothing inside can."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from minsheng.archive.package.chain import START, SealEntry, read_ledger
from minsheng.archive.package.key import Signer, open_signer
from minsheng.archive.package.key_chain import LEDGER, SIGNATURE
from minsheng.errors import ArchiveInvalidError, MachineUnfitError, UsageError


def lines(desk) -> list[bytes]:
    return (desk.archive / LEDGER).read_bytes().splitlines(keepends=True)


def write(desk, content: list[bytes], *, sign: bool = False) -> None:
    path = desk.archive / LEDGER
    path.unlink()
    path.write_bytes(b"".join(content))
    if sign:
        signature = desk.archive / SIGNATURE
        signature.unlink()
        signature.write_bytes(open_signer(desk.keys, make=False).sign(path.read_bytes(), "x"))


def test_an_untouched_archive_verifies(three) -> None:
    found = three.verify(public=(three.keys / "minisign.pub").read_bytes())
    assert found.faults == []
    assert found.bags == ["2017-05", "2017-06", "2017-06.r2"]
    assert (found.files, found.head) == (3 * 10, read_ledger(b"".join(lines(three)))[0][-1].head())


def test_each_line_carries_the_head_of_the_line_before(three) -> None:
    entries, faults = read_ledger(b"".join(lines(three)))
    assert faults == []
    assert [entry.previous for entry in entries] == [START, entries[0].head(), entries[1].head()]
    assert (entries[2].bag, entries[2].replaces, entries[2].why) == ("2017-06.r2", "2017-06", "苍溪县更正")
    command = f"tail -n 1 {LEDGER} | sha256sum"
    shown = subprocess.run(command, shell=True, cwd=three.archive, capture_output=True, check=True)
    assert shown.stdout.decode().split()[0] == entries[-1].head()


ATTACKS = {
    "bit flip": (lambda found: [found[0], found[1].replace(b'"revision":1', b'"revision":3'), found[2]], "第 2 行"),
    "first line dropped": (lambda found: found[1:], "序号是 2，应为 1"),
    "line dropped": (lambda found: [found[0], found[2]], "序号是 3，应为 2"),
    "lines swapped": (lambda found: [found[1], found[0], found[2]], "序号是 2，应为 1"),
    "line twice": (lambda found: [*found, found[2]], "序号是 3，应为 4"),
    "tail cut": (lambda found: found[:2], "2017-06.r2：账本中没有这个包"),
    "half a line": (lambda found: [*found[:2], found[2][:40]], "最后一行没有写完"),
    "written otherwise": (lambda found: [found[0].replace(b":1,", b": 1,", 1), *found[1:]], "不是本系统写成的样子"),
    "not a line": (lambda found: [*found, b"hello\n"], "不是一条账本记录"),
    "emptied": (lambda _: [], "没有账本"),
}  # fmt: skip


@pytest.mark.parametrize(("attack", "named"), ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("signed", [False, True], ids=["by a stranger", "by somebody with the key"])
def test_a_changed_ledger_is_named(desk, attack, named: str, signed: bool) -> None:
    write(desk, attack(lines(desk)), sign=signed)
    faults = desk.faults()
    assert any(named in fault for fault in faults), faults
    broken = any(fault.startswith(SIGNATURE) for fault in faults)
    assert broken != signed or not lines(desk)
    with pytest.raises(ArchiveInvalidError, match="不能再往里添加"):
        desk.seal("2017-07")


def test_a_reason_that_was_rewritten_breaks_the_head_that_is_outside(desk) -> None:
    head = desk.verify().head
    found = lines(desk)
    entry = SealEntry.model_validate_json(found[2]).model_copy(update={"why": "别的原因"})
    write(desk, [*found[:2], entry.line()], sign=True)
    assert desk.faults() == []
    assert any("不在链上" in fault for fault in desk.faults(head=head))


def test_an_older_signed_ledger_is_only_seen_from_outside(desk, tmp_path: Path) -> None:
    old = {name: (desk.archive / name).read_bytes() for name in (LEDGER, SIGNATURE)}
    old_head = desk.verify().head
    desk.seal("2017-07")
    new_head = desk.verify().head
    assert desk.faults(head=old_head) == []
    for name, content in old.items():
        (desk.archive / name).unlink()
        (desk.archive / name).write_bytes(content)
    assert desk.faults() == ["2017-07：账本中没有这个包：可能是改了名、账本被截短或换成了旧的"]
    (desk.archive / "2017-07").rename(tmp_path / "gone")
    assert desk.faults() == []
    assert desk.faults(head=new_head)[0].endswith("账本被截短、换成了旧的，或整本换过")


def test_swapped_bags_are_named(desk) -> None:
    one, other = desk.archive / "2017-05", desk.archive / "2017-06"
    one.rename(desk.archive / "x")
    other.rename(one)
    (desk.archive / "x").rename(other)
    faults = desk.faults()
    assert sum("不是账本第" in fault for fault in faults) == 2
    assert sum("报告期、版次或归档日期与账本不符" in fault for fault in faults) == 2


def test_missing_renamed_and_strange_things_are_named(desk) -> None:
    (desk.archive / "2017-05").rename(desk.archive / "2017-04")
    (desk.archive / "note.txt").write_text("x")
    (desk.archive / "bag-profile.json").unlink()
    (desk.archive / "README.txt").unlink()
    (desk.archive / "README.txt").write_text("trust me")
    assert sorted(desk.faults()) == sorted(
        [
            "2017-04：账本中没有这个包：可能是改了名、账本被截短或换成了旧的",
            "2017-05：账本中有这个包，归档中没有",
            "README.txt：内容与账本所记的不符：文件被改动",
            "bag-profile.json：缺少这个文件",
            "note.txt：多出的文件",
        ]
    )


def test_another_key_is_seen_with_the_key_from_elsewhere(desk) -> None:
    trusted = (desk.keys / "minisign.pub").read_bytes()
    shutil.rmtree(desk.keys)
    stranger = open_signer(desk.keys, make=True)
    (desk.archive / "minisign.pub").unlink()
    (desk.archive / "minisign.pub").write_bytes(stranger.public)
    found = lines(desk)
    beside = {"minisign.pub": hashlib.sha256(stranger.public).hexdigest()}
    last = SealEntry.model_validate_json(found[2])
    write(desk, [*found[:2], last.model_copy(update={"beside": last.beside | beside}).line()], sign=True)
    assert desk.faults() == []
    assert [fault.split("：")[0] for fault in desk.faults(public=trusted)] == ["minisign.pub", SIGNATURE]


@pytest.mark.parametrize("change", ["delete", "damage"])
def test_a_signature_that_is_gone_or_damaged_is_named(desk, change: str) -> None:
    path = desk.archive / SIGNATURE
    content = path.read_bytes()
    path.unlink()
    if change == "damage":
        path.write_bytes(content.replace(content[60:64], b"AAAA"))
    assert [fault.split("：")[0] for fault in desk.faults()] == [SIGNATURE]


def test_the_standard_minisign_agrees_where_it_is_installed(three) -> None:
    """py-minisign verifies in every other test; the program joins where a machine has it."""
    program = shutil.which("minisign")
    assert three.verify().faults == []
    if program:
        command = [program, "-Vm", LEDGER, "-p", "minisign.pub"]
        done = subprocess.run(command, cwd=three.archive, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "sequence:3" in done.stdout


def test_the_key_is_private_may_have_a_password_and_is_never_made_twice(desk, tmp_path: Path, monkeypatch) -> None:
    assert (desk.keys / "minisign.key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("MINSHENG_KEY_PASSWORD", "geheim")
    made = open_signer(tmp_path / "locked", make=True)
    assert isinstance(made, Signer)
    monkeypatch.setenv("MINSHENG_KEY_PASSWORD", "falsch")
    with pytest.raises(MachineUnfitError, match="密码不对"):
        open_signer(tmp_path / "locked", make=False)
    monkeypatch.delenv("MINSHENG_KEY_PASSWORD")
    with pytest.raises(MachineUnfitError, match="MINSHENG_KEY_PASSWORD"):
        open_signer(tmp_path / "locked", make=False)
    shutil.rmtree(desk.keys)
    with pytest.raises(MachineUnfitError, match="从备份取回"):
        desk.seal("2017-07")
    assert not desk.keys.exists()


def test_the_same_content_is_sealed_once(desk) -> None:
    before = sorted((path, path.lstat().st_mtime_ns) for path in desk.archive.rglob("*"))
    again = desk.seal("2017-05")
    assert (again.is_new, again.entry.bag, again.head) == (False, "2017-05", desk.verify().head)
    assert before == sorted((path, path.lstat().st_mtime_ns) for path in desk.archive.rglob("*"))


def test_changed_content_needs_a_reason_and_names_what_it_replaces(desk) -> None:
    from tests.archive.conftest import content  # the same bytes as were sealed

    changed = {**content("2017-05"), "outputs/report.pdf": b"x", "outputs/new.html": b"y"}
    del changed["data/returns/register.csv"]
    expected = "改动 outputs/report.pdf；新增 outputs/new.html；减少 data/returns/register.csv"
    with pytest.raises(UsageError, match=expected):
        desk.seal("2017-05", changed)
    assert desk.faults() == []
    sealed = desk.seal("2017-05", changed, why="更正")
    assert (sealed.entry.bag, sealed.entry.replaces) == ("2017-05.r2", "2017-05")
    assert json.loads(lines(desk)[-1])["why"] == "更正"
    assert desk.faults() == []


def test_a_seal_that_is_dated_back_is_named_by_its_package(desk) -> None:
    found = lines(desk)
    last = SealEntry.model_validate_json(found[2])
    earlier = last.model_copy(update={"sealed_at": last.sealed_at.replace(day=1)})
    write(desk, [*found[:2], earlier.line()], sign=True)
    assert desk.faults() == ["2017-06.r2/bag-info.txt：报告期、版次或归档日期与账本不符"]
