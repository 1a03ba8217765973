"""What among the evidence is no file, named in no form, or cannot be looked into: named, listed, answered for."""

import csv
import hashlib
import io
import os
import shutil
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from minsheng.archive.contents.answers import read_unchecked
from minsheng.archive.contents.book import evidence_book
from minsheng.archive.contents.evidence import gather_evidence
from minsheng.archive.contents.looking import look_through
from minsheng.archive.package.bag import take_stock
from minsheng.commands.archives.archive_inspect import inspect_package
from minsheng.commands.archives.archive_seal import seal_period
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, FileRefusedError, GateRefusedError
from minsheng.plan import load_plan
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

PERIOD = Period("2017-H1")


@pytest.fixture
def own(assessed, tmp_path):
    """A copy whose evidence a test may change."""
    shutil.copytree(assessed.root, tmp_path / "own")
    return Workspace.find(tmp_path / "own")


def _other_things(folder: Path) -> dict[str, str]:
    """Lay down what is no file; name → the word for it."""
    (folder / "真的.txt").write_text("真的", encoding="utf-8")
    (folder / "链接.txt").symlink_to(folder / "真的.txt")
    (folder / "断的.txt").symlink_to(folder / "没有.txt")
    (folder / "文件夹").symlink_to(folder.parent)
    os.mkfifo(folder / "管道.txt")
    (folder / "空.txt").symlink_to("/dev/null")
    return {"链接.txt": "链接", "断的.txt": "那里没有东西", "文件夹": "链接", "管道.txt": "管道", "空.txt": "链接"}


def test_nothing_but_files_is_taken_stock_of(tmp_path: Path) -> None:
    words = _other_things(tmp_path)
    with pytest.raises(GateRefusedError) as refused:
        take_stock({name: tmp_path / name for name in (*words, "真的.txt", "不在.txt")})
    lines = str(refused.value).splitlines()[1:]
    assert len(lines) == len(words) + 1
    assert all(any(line.startswith(f"{name}：") and word in line for line in lines) for name, word in words.items())
    assert lines[-1].startswith("不在.txt：不在")


def test_evidence_that_is_no_file_is_refused_by_name(own: Workspace) -> None:
    named = own.data / "evidence/2017-H1/cangxi/org.2/专题会议.txt"
    named.rename(own.root / "elsewhere.txt")
    named.symlink_to(own.root / "elsewhere.txt")
    folder = own.data / "evidence/2017-H1/jiange/org.3"
    folder.rename(own.root / "elsewhere")
    folder.symlink_to(own.root / "elsewhere")
    os.mkfifo(own.data / "evidence/2017-H1/cangxi/org.1/多余")
    with pytest.raises(GateRefusedError) as refused:
        evidence_book(own, PERIOD)
    assert refused.value.exit_code == ExitCode.GATE_REFUSED
    lines = str(refused.value).splitlines()
    assert (
        "苍溪县：org.2 专题会议：考评表写明的印证资料“专题会议.txt”在 data/evidence/2017-H1/cangxi/org.2/ 是链接"
        in lines[0]
    )
    assert lines[1].startswith("剑阁县：org.3")
    assert lines[2] == "data/evidence/2017-H1/cangxi/org.1/多余 是管道，不是文件：请换成文件本身，或移走"
    assert lines[3].startswith("data/evidence/2017-H1/jiange/org.3 是链接（指向 ")
    assert len(lines) == 5


def _encrypted_pdf() -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    pdf.save(out, encryption=pikepdf.Encryption(owner="o", user="u"))
    return out.getvalue()


UNSEEN = {
    "cangxi/org.1/领导小组.txt": _encrypted_pdf(),
    "cangxi/org.2/专题会议.txt": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "jiange/org.1/领导小组.txt": b"Rar!\x1a\x07\x01\x00" + bytes(100),
}  # fmt: skip


def test_what_cannot_be_looked_into_is_answered_for_once_and_listed_as_is_what_no_form_names(own: Workspace) -> None:
    evidence = own.data / "evidence/2017-H1"
    for name, content in UNSEEN.items():
        (evidence / name).write_bytes(content)
    # The same bytes need one answer only.
    (evidence / "jiange/org.2/专题会议.txt").write_bytes(UNSEEN["cangxi/org.2/专题会议.txt"])
    (evidence / "cangxi/org.1/草稿.txt").write_text("没有人写明我", encoding="utf-8")

    def seal():
        return seal_period(own, "2017-H1", archive=None, why="", sealed_at="2017-07-26T10:00:00+08:00", display=Quiet())

    with pytest.raises(GateRefusedError) as refused:
        seal()
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in UNSEEN.items()}
    assert all(f"；sha256 {digest}" in str(refused.value) for digest in digests.values())
    assert "3 份文件系统查看不了" in str(refused.value)
    lines = [f"{digest},殷蛟,看过 没有个人信息" for digest in digests.values()]
    (evidence / "unchecked.csv").write_text("\n".join(["sha256,who,why", *lines]), encoding="utf-8")
    outcome = seal()
    told = "\n".join(outcome.lines())
    assert "没有写进考评表的文件 1 份，不在印证资料册中：cangxi/org.1/草稿.txt" in told
    assert told.count("（殷蛟：看过 没有个人信息）") == 3
    data = own.archive / "2017-H1/data/02-证据目录"
    listed = list(csv.DictReader(io.StringIO((data / "未检文件.csv").read_text(encoding="utf-8-sig"))))
    assert {row["sha256"]: row["答复人"] for row in listed} == dict.fromkeys(digests.values(), "殷蛟")
    assert "PDF 已加密" in "".join(row["未检"] for row in listed)
    assert "草稿.txt" in (data / "没有写进考评表的文件.csv").read_text(encoding="utf-8-sig")
    assert "草稿.txt" in (data / "证据目录.html").read_text(encoding="utf-8")
    inspected = inspect_package(
        own.root, "2017-H1", archive=None, key=None, roots=(), out=None, on=date(2017, 7, 27), display=Quiet()
    )
    notes = {item.id: item.note for item in inspected.items}
    assert "1 份：data/evidence/2017-H1/cangxi/org.1/草稿.txt" in notes["unnamed"]
    assert "系统未检、有人答复的 3 份" in notes["looked-through"]


def test_an_answer_needs_a_name_a_reason_and_a_checksum(tmp_path: Path) -> None:
    path = tmp_path / "evidence/2017-06/unchecked.csv"
    path.parent.mkdir(parents=True)
    for line, fault in {
        f"{'0' * 64},,看过": "who 没有填",
        f"{'0' * 64},殷蛟,": "why 没有填",
        "abc,殷蛟,看过": "不是 sha256",
        f"{'0' * 64},殷蛟,看过\n{'0' * 64},殷蛟,看过": "写了两次",
    }.items():
        path.write_text(f"sha256,who,why\n{line}\n", encoding="utf-8")
        with pytest.raises(FileRefusedError, match=fault):
            read_unchecked(tmp_path, Period("2017-06"))
    path.write_text(f"sha256,who,why\n{'A' * 64},殷蛟,看过\n", encoding="utf-8")
    assert read_unchecked(tmp_path, Period("2017-06"))["a" * 64].who == "殷蛟"


def test_a_return_of_an_old_format_that_intake_has_read_needs_no_answer() -> None:
    old, encrypted = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + more for more in (b"", "EncryptedPackage".encode("utf-16-le"))
    )
    payload = take_stock({"data/returns/2017-06/cangxi.xls": old, "data/returns/2017-06/jiange.xls": encrypted})
    read = {source.sha256 for source in payload.values()}
    looked = look_through(payload, "month", looked_at=(), answers={}, read=read)
    assert [each.name for each in looked.unanswered] == ["data/returns/2017-06/jiange.xls"]
    assert len(look_through(payload, "month", looked_at=(), answers={}, read=()).unanswered) == 2


def test_the_sample_has_no_file_that_no_form_names(assessed: Workspace) -> None:
    found = gather_evidence(assessed, load_plan(assessed.params, 2017), PERIOD)
    assert (dict(found.unnamed), found.unnamed_lines) == ({}, [])
