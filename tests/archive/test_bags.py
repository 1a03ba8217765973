"""What a bag is, and every way in which one bag can be wrong: our verification names the file, and the others agree."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.archive.conformance import retag

from minsheng.archive.package.bag import info_bytes, manifest_bytes, read_info, read_manifest
from minsheng.archive.package.package_check import check_bag
from minsheng.archive.package.profile import PROFILE, info_faults
from minsheng.files.hashing import digests_of

PDF = "data/outputs/report.pdf"
MANIFESTS = ("manifest-sha256.txt", "manifest-sha512.txt", "tagmanifest-sha256.txt", "tagmanifest-sha512.txt")


def bagit_agrees(bag: Path) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(bag)], capture_output=True, text=True, check=False
    )
    return done.returncode == 0


def sums_agree(bag: Path) -> bool:
    return all(
        subprocess.run(
            [f"sha{bits}sum", "--check", "--quiet", "--strict", f"{kind}-sha{bits}.txt"],
            cwd=bag,
            capture_output=True,
            check=False,
        ).returncode
        == 0
        for bits in (256, 512)
        for kind in ("manifest", "tagmanifest")
    )


def test_a_sealed_bag_is_bagit_1_0_and_everybody_agrees(three) -> None:
    bag = three.archive / "2017-06"
    assert (bag / "bagit.txt").read_text() == "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    info = read_info((bag / "bag-info.txt").read_bytes())
    assert info["Bagging-Date"] == ["2017-07-26"]
    assert info["External-Identifier"] == ["2017-06"]
    payload = [path for path in (bag / "data").rglob("*") if path.is_file()]
    assert info["Payload-Oxum"] == [f"{sum(p.stat().st_size for p in payload)}.{len(payload)}"]
    assert bagit_agrees(bag)
    assert sums_agree(bag)
    assert check_bag(bag).faults == []


def test_a_sealed_bag_is_read_only(three) -> None:
    for path in (three.archive / "2017-06", *(three.archive / "2017-06").rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o555 if path.is_dir() else 0o444)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def swap(one: Path, other: Path) -> None:
    a, b = one.read_bytes(), other.read_bytes()
    one.write_bytes(b)
    other.write_bytes(a)


PLAIN_ATTACKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "bit flip": (lambda bag: flip(bag / PDF), PDF),
    "truncated": (lambda bag: os.truncate(bag / PDF, 10), PDF),
    "emptied": (lambda bag: os.truncate(bag / PDF, 0), PDF),
    "missing": (lambda bag: (bag / PDF).unlink(), PDF),
    "extra": (lambda bag: (bag / "data/outputs/extra.pdf").write_bytes(b"x"), "data/outputs/extra.pdf"),
    "swapped": (lambda bag: swap(bag / PDF, bag / "data/outputs/报告/完成情况.html"), PDF),
    "renamed": (lambda bag: (bag / PDF).rename(bag / "data/outputs/r.pdf"), "data/outputs/r.pdf"),
    "payload gone": (lambda bag: shutil.rmtree(bag / "data"), PDF),
    "declaration gone": (lambda bag: (bag / "bagit.txt").unlink(), "bagit.txt"),
    **{f"bit flip in {name}": (lambda bag, name=name: flip(bag / name), name) for name in MANIFESTS[:2]},
}


@pytest.mark.parametrize(("attack", "named"), PLAIN_ATTACKS.values(), ids=PLAIN_ATTACKS)
def test_a_damaged_bag_is_named_and_bagit_says_so_too(desk, tamper, attack, named: str) -> None:
    tamper("2017-06", attack)
    faults = desk.faults()
    assert any(fault.startswith(f"2017-06/{named}：") for fault in faults), faults
    assert all(fault.startswith("2017-06") for fault in faults), faults
    assert not bagit_agrees(desk.archive / "2017-06")


OURS_ONLY: dict[str, tuple[Callable[[Path], object], str]] = {
    **{f"{name} deleted": (lambda bag, name=name: (bag / name).unlink(), name) for name in MANIFESTS},
    "both tag manifests deleted": (lambda bag: [(bag / name).unlink() for name in MANIFESTS[2:]], MANIFESTS[2]),
    "extra file beside data": (lambda bag: (bag / "notes.txt").write_text("x"), "notes.txt"),
    "extra folder beside data": (lambda bag: (bag / "more").mkdir(), "more"),
    "empty folder in data": (lambda bag: (bag / "data/empty").mkdir(), "data/empty"),
    "a link to the same bytes": (lambda bag: _link(bag / PDF), PDF),
    "bit flip in tagmanifest-sha256.txt": (lambda bag: flip(bag / MANIFESTS[2]), ""),
}


def _link(path: Path) -> None:
    elsewhere = path.parent.parent.parent.parent.parent / "elsewhere.pdf"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


@pytest.mark.parametrize(("attack", "named"), OURS_ONLY.values(), ids=OURS_ONLY)
def test_what_plain_bagit_lets_pass_is_named(desk, tamper, attack, named: str) -> None:
    tamper("2017-06", attack)
    faults = desk.faults()
    assert any(fault.startswith(f"2017-06/{named}" if named else "2017-06") for fault in faults), faults


def test_permissions_that_were_opened_are_named(desk) -> None:
    (desk.archive / "2017-06" / PDF).chmod(0o644)
    (desk.archive / "2017-06" / "data").chmod(0o755)
    assert desk.faults() == [
        "2017-06/data：权限被改成可写：封存后应为只读",
        f"2017-06/{PDF}：权限被改成可写：封存后应为只读",
    ]


def rewrite_manifests(bag: Path) -> None:
    """What an insider can do with standard tools: make the bag agree with itself again."""
    for bits in (256, 512):
        files = sorted(p for p in (bag / "data").rglob("*") if p.is_file())
        digests = {p.relative_to(bag).as_posix(): hashlib.new(f"sha{bits}", p.read_bytes()).hexdigest() for p in files}
        (bag / f"manifest-sha{bits}.txt").write_bytes(manifest_bytes(digests))
    sm3 = {p.relative_to(bag).as_posix(): digests_of(p, sm3=True).sm3 for p in files}
    (bag / "sm3.txt").write_bytes(manifest_bytes(sm3))
    total = sum(p.stat().st_size for p in files)
    lines = [line for line in (bag / "bag-info.txt").read_text().splitlines() if "Oxum" not in line]
    (bag / "bag-info.txt").write_text("\n".join([*lines, f"Payload-Oxum: {total}.{len(files)}"]) + "\n")
    retag(bag)


def test_an_insider_who_rewrites_the_manifests_is_caught_by_the_ledger(desk, tamper) -> None:
    def attack(bag: Path) -> None:
        before = (bag / PDF).read_bytes()
        (bag / PDF).write_bytes(b"other figures")
        for name in ("metadata.xml", "provenance.intoto.json"):
            text = (bag / name).read_text(encoding="utf-8")
            for old, new in (
                (digests_of(before).sha256, digests_of(b"other figures").sha256),
                (f"大小>{len(before)}<", f"大小>{len(b'other figures')}<"),
            ):
                text = text.replace(old, new)
            (bag / name).write_text(text, encoding="utf-8")
        rewrite_manifests(bag)

    tamper("2017-06", attack)
    assert check_bag(desk.archive / "2017-06").faults == []
    assert bagit_agrees(desk.archive / "2017-06")
    assert desk.faults() == ["2017-06：不是账本第 2 行所记的那个包：清单被重写，或与别的包调换"]


def test_the_profile_is_kept_beside_and_checked() -> None:
    good = {label: ["x"] for label, rule in PROFILE["Bag-Info"].items() if rule["required"]}
    good |= {label: rule["values"][:1] for label, rule in PROFILE["Bag-Info"].items() if "values" in rule}
    assert info_faults("b", good) == []
    assert [f.what for f in info_faults("b", good | {"Extra": ["1"]})] == ["有规范中没有的项目 Extra"]
    assert [f.what for f in info_faults("b", good | {"Minsheng-Plan": []})] == ["缺少 Minsheng-Plan"]
    assert [f.what for f in info_faults("b", good | {"Minsheng-Plan": ["a", "b"]})] == ["Minsheng-Plan 写了 2 次"]
    assert [f.what for f in info_faults("b", good | {"Minsheng-Kind": ["week"]})] == [
        "Minsheng-Kind 是“week”，应为 month、evidence"
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (f"{'a' * 63}  data/x", "不是“校验码  路径”"),
        (f"{'a' * 64}", "不是“校验码  路径”"),
        (f"{'a' * 64}  data/../x", "不该列在这里"),
        (f"{'a' * 64}  /data/x", "不该列在这里"),
        (f"{'a' * 64}  bagit.txt", "不该列在这里"),
        (f"{'a' * 64}  data/y\n{'b' * 64}  data/y", "重复列出"),
    ],
)
def test_a_malformed_manifest_line_is_named(line: str, what: str) -> None:
    _, faults = read_manifest(f"{line}\n".encode(), "m", "sha256", payload=True)
    assert len(faults) == 1
    assert what in faults[0].what


def test_manifests_encode_what_bagit_1_0_asks_for() -> None:
    written = manifest_bytes({"data/a%b\r\n": "a" * 64})
    assert written.decode() == f"{'a' * 64}  data/a%25b%0D%0A\n"
    assert read_manifest(written, "m", "sha256", payload=True) == ({"data/a%b\r\n": "a" * 64}, [])


def test_a_value_of_bag_info_stays_on_its_line() -> None:
    assert info_bytes([("Why", "更正\n  Payload-Oxum: 1.1")]) == "Why: 更正 Payload-Oxum: 1.1\n".encode()
    assert read_info(b"A: b\n  c\nA: d\n") == {"A": ["b c", "d"]}
