"""四性检测: a clean package passes, and each kind of damage turns exactly the items that it concerns to 不通过."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from page import ValidationProfile, validate_pdf_bytes
from tests.archive.conformance import another, flipped, retag
from tests.archive.conftest import Desk, described, lock, order, unlock

from minsheng.archive.inspection.file_checks import look_into
from minsheng.archive.inspection.gathering import gather
from minsheng.archive.inspection.items import ItemResult, inspection_items
from minsheng.archive.package import profile, sealing
from minsheng.archive.package.bag import take_stock
from minsheng.archive.package.metadata_xml import Description, Record
from minsheng.archive.package.sealing import seal
from minsheng.commands.archives.archive_inspect import inspect_package
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, UsageError
from minsheng.render.formats import FORMATS
from minsheng.render.html.page import page
from minsheng.render.metadata import ReportMetadata
from minsheng.render.paper import print_page
from minsheng.render.pdf_text import read_pdf
from minsheng.runs.options import Quiet

pytestmark = pytest.mark.slow

DAY = date(2017, 7, 27)
PROOF, BINDER = "03-苍溪县/01-org.1-领导小组/分工.txt", "03-苍溪县/苍溪县印证资料.pdf"
CATALOGUE = "02-证据目录/证据目录.csv"
NEVER_HERE = {"leader-signatures", "retention", "viruses"}
"""What the small book has nothing of: no signature, no setting, and this machine no scanner."""


@pytest.fixture(scope="module")
def binder() -> bytes:
    html = page("苍溪县", "<h1>苍溪县印证资料</h1><p>分工文件见后。</p>").decode()
    return print_page(html, ReportMetadata("苍溪县印证资料", "某局", DAY, "key"), {}).pdf


@pytest.fixture(scope="module")
def book(binder: bytes) -> dict[str, bytes | Path]:
    """The smallest evidence book: one county, one item, one proof."""
    proof = "组长：略。".encode()
    row = f"1,苍溪县,org.1,领导小组,一,2,2,{PROOF},{hashlib.sha256(proof).hexdigest()},,"
    head = "序号,考评对象,小项编号,小项,条款,满分,得分,文件,sha256,页数,说明"
    return {PROOF: proof, BINDER: binder, CATALOGUE: f"{head}\n{row}\n".encode()}


def seal_book(desk: Desk, book: dict[str, bytes | Path]) -> None:
    payload = take_stock(book)
    about = Description((Record("all", "苍溪县印证资料", tuple(payload), "某局"),), fonds="035", retention="30年")
    asked = replace(order("2017-06", {"x": b"x"}), period=Period("2017-H1"), kind="evidence", payload=payload,
                    describe=described(about, [BINDER], payload))  # fmt: skip
    seal(desk.archive, desk.keys, asked, say=lambda _: None)


@pytest.fixture(scope="module")
def sealed(book: dict[str, bytes | Path], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("book") / "archive", tmp_path_factory.mktemp("book-keys"))
    seal_book(desk, book)
    return desk


@pytest.fixture
def own(sealed: Desk, tmp_path: Path) -> Desk:
    shutil.copytree(sealed.archive, tmp_path / "archive")
    return Desk(tmp_path / "archive", sealed.keys)


def inspected(desk: Desk, *, alone: bool = False) -> dict[str, ItemResult]:
    bag = (desk.archive / "2017-H1").resolve()
    found = gather(bag, None if alone else desk.archive.resolve(), None, desk.keys / "minisign.pub", (), Quiet())
    items = inspection_items(found)
    verdicts = {item.id: item.verdict for item in items}
    assert len(verdicts) == len(items), "an item's id stands once"
    return verdicts


def failing(desk: Desk) -> set[str]:
    return {name for name, verdict in inspected(desk).items() if verdict == ItemResult.FAILED}


def unchecked(verdicts: dict[str, ItemResult]) -> set[str]:
    return {name for name, verdict in verdicts.items() if verdict == ItemResult.NOT_CHECKED}


@pytest.fixture(autouse=True)
def no_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minsheng.archive.inspection.file_checks.shutil.which", lambda _: None)


def test_a_clean_package_passes_and_what_was_not_looked_at_says_so(sealed: Desk) -> None:
    verdicts = inspected(sealed)
    assert failing(sealed) == set()
    assert unchecked(verdicts) == {"leader-signatures", "viruses"}
    assert unchecked(inspected(sealed, alone=True)) == {
        "leader-signatures", "viruses", "chain", "ledger-signature", "sequence",
    }  # fmt: skip


def rewrite(name: str, work: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change a file and all lists of it but what describes the package: what an insider with standard tools does."""

    def change(bag: Path) -> None:
        path = bag / name
        path.write_bytes(work(path.read_bytes()))
        if name.startswith("data/"):
            for algorithm in ("sha256", "sha512"):
                listed = bag / f"manifest-{algorithm}.txt"
                digest = hashlib.new(algorithm, path.read_bytes()).hexdigest()
                lines = listed.read_text(encoding="utf-8").splitlines()
                kept = [f"{digest}  {name}" if line.endswith(name) else line for line in lines]
                listed.write_text("\n".join(kept) + "\n", encoding="utf-8")
        retag(bag)

    return change


def change(name: str, work: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda bag: (bag / name).write_bytes(work((bag / name).read_bytes())) and None


def drop(name: str) -> Callable[[Path], None]:
    def away(bag: Path) -> None:
        (bag / name).unlink()
        if not any((bag / name).parent.iterdir()):
            (bag / name).parent.rmdir()

    return away


def add(name: str) -> Callable[[Path], object]:
    return lambda bag: (bag / name).write_text("x")


def same(old: str, new: str) -> Callable[[bytes], bytes]:
    assert len(old.encode()) == len(new.encode())
    return lambda content: content.replace(old.encode(), new.encode())


DAMAGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "bit flip in payload": (change(f"data/{PROOF}", flipped), {"content", "sm3"}),
    "payload cut short": (change(f"data/{PROOF}", lambda c: c[:6]), {"content", "sm3", "count"}),
    "proof gone": (drop(f"data/{PROOF}"), {"all-there", "count"}),
    "file that nothing lists": (add("data/more.txt"), {"nothing-else", "count"}),
    "file beside data": (add("notes.txt"), {"nothing-else"}),
    "empty folder": (lambda bag: (bag / "data/empty").mkdir(), {"nothing-else"}),
    "declaration of another version": (rewrite("bagit.txt", same("1.0", "0.9")), {"form", "chain"}),
    "other figures, lists rewritten": (
        rewrite(f"data/{PROOF}", same("略", "张")), {"chain", "sm3", "metadata", "statement", "complete"},
    ),
    "another title in the metadata": (
        rewrite("metadata.xml", same("2017-06 报送归档", "2017-07 报送归档")), {"metadata", "chain"},
    ),
    "no title in the metadata": (
        rewrite("metadata.xml", lambda c: c.replace("<题名>苍溪县印证资料</题名>".encode(), b"")),
        {"metadata-complete", "chain"},
    ),
    "another digest in the statement": (
        rewrite("provenance.intoto.json", lambda c: c.replace(b'"sha256": "', b'"sha256": "0', 1)),
        {"statement", "chain"},
    ),
    "another digest in the SM3 list": (
        rewrite("sm3.txt", lambda c: another(c.decode().splitlines()[0]).encode() + b"\n" + c.split(b"\n", 1)[1]),
        {"sm3", "chain"},
    ),
    "other size in bag-info.txt": (
        rewrite("bag-info.txt", lambda c: c.replace(b"Oxum: ", b"Oxum: 1")), {"count", "chain"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "items"), DAMAGES.values(), ids=DAMAGES)
def test_damage_to_the_package_fails_the_items_that_it_concerns(own: Desk, damage, items: set[str]) -> None:
    bag = own.archive / "2017-H1"
    unlock(bag)
    damage(bag)
    lock(bag)
    assert failing(own) == items


def _rewritten(path: Path, work: Callable[[bytes], bytes]) -> None:
    path.chmod(0o644)
    path.write_bytes(work(path.read_bytes()))


AROUND: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "permissions opened": (lambda home: (home / "2017-H1" / "data" / PROOF).chmod(0o644), {"read-only"}),
    "stranger in the archive": (lambda home: (home / "x.txt").write_text("x"), {"nothing-else"}),
    "signature gone": (lambda home: (home / "ledger.jsonl.minisig").unlink(), {"ledger-signature"}),
    "another number in the ledger": (
        lambda home: _rewritten(home / "ledger.jsonl", lambda c: c.replace(b'"sequence":1', b'"sequence":2')),
        {"sequence", "ledger-signature"},
    ),
    "another link in the ledger": (
        lambda home: _rewritten(home / "ledger.jsonl", lambda c: c.replace(b"0" * 64, b"1" * 64)),
        {"chain", "ledger-signature"},
    ),
    "README changed": (lambda home: _rewritten(home / "README.txt", lambda c: c + b"x"), {"chain"}),
}


@pytest.mark.parametrize(("damage", "items"), AROUND.values(), ids=AROUND)
def test_damage_around_the_package_does_too(own: Desk, damage, items: set[str]) -> None:
    damage(own.archive)
    assert failing(own) == items


def saved(binder: bytes, **how) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(binder)) as pdf:
        pdf.save(target, **how)
    return target.getvalue()


def without_fonts(binder: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(binder)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary):
                for name in ("/FontFile", "/FontFile2", "/FontFile3"):
                    if name in item:
                        del item[name]
        pdf.save(target)
    return target.getvalue()


def without_text_table(binder: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(binder)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                del item["/ToUnicode"]
        pdf.save(target)
    return target.getvalue()


def plain(_: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(target)
    return target.getvalue()


def running(binder: bytes) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(binder)) as pdf:
        pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
        pdf.save(target)
    return target.getvalue()


PAPERS: dict[str, tuple[Callable[[bytes], bytes], set[str], set[str]]] = {
    "password to open": (
        lambda b: saved(b, encryption=pikepdf.Encryption(owner="a", user="b")),
        {"opens", "pdfa", "not-encrypted"}, {"text", "fonts"},
    ),
    "encrypted for printing only": (
        lambda b: saved(b, encryption=pikepdf.Encryption(owner="a", user="")), {"pdfa", "not-encrypted"}, set(),
    ),
    "fonts missing": (without_fonts, {"fonts"}, set()),
    "no table from glyphs to characters": (without_text_table, {"text"}, set()),
    "a picture's page, and no PDF/A": (plain, {"pdfa", "text"}, set()),
    "script that runs when opened": (running, {"nothing-runs"}, set()),
    "no PDF": (lambda _: b"%PDF-1.7 broken", {"opens"}, {"pdfa", "text", "fonts"}),
}  # fmt: skip


@pytest.mark.parametrize(("work", "fails", "open_"), PAPERS.values(), ids=PAPERS)
def test_a_report_that_will_not_last_fails_the_items_that_it_concerns(
    book, binder: bytes, tmp_path: Path, work, fails: set[str], open_: set[str]
) -> None:
    desk = Desk(tmp_path / "archive", tmp_path / "keys")
    seal_book(desk, {**book, BINDER: work(binder)})
    verdicts = inspected(desk)
    assert {name for name, verdict in verdicts.items() if verdict == ItemResult.FAILED} == fails
    assert unchecked(verdicts) - {"leader-signatures", "viruses"} == open_


def test_an_item_without_evidence_fails_and_a_waiver_passes(book, tmp_path: Path) -> None:
    for number, (remark, fails) in enumerate((("没有印证资料", {"complete"}), ("免交：同意人：殷蛟", set()))):
        more = f"2,苍溪县,org.2,会议,一,2,2,,,,{remark}\n".encode()
        desk = Desk(tmp_path / f"archive{number}", tmp_path / f"keys{number}")
        seal_book(desk, {**book, CATALOGUE: book[CATALOGUE] + more})
        assert failing(desk) == fails


def test_a_package_of_an_older_version_passes_with_what_it_does_not_have_unchecked(
    book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path / "archive", tmp_path / "keys")
    with monkeypatch.context() as then:
        then.setattr(sealing, "PROFILE_ID", next(iter(profile.PROFILES)))
        seal_book(desk, book)
    assert failing(desk) == set()
    assert unchecked(inspected(desk)) == NEVER_HERE | {"metadata", "statement", "sm3", "metadata-complete"}


def _zip(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return target.getvalue()


def test_files_of_every_kind_are_looked_into() -> None:
    assert not [each for each in FORMATS if look_into(each.suffix, b"").unknown], "what we make ourselves is known"
    types = {"[Content_Types].xml": b"<x/>"}
    assert look_into(".xlsx", _zip(types)).closed == ""
    assert look_into(".xlsx", _zip({**types, "xl/vbaProject.bin": b"x"})).running == "含有宏"
    assert look_into(".docx", _zip({"a": b"x"})).closed == "内容不是它的格式"
    assert look_into(".xlsx", b"PK\x03\x04broken").closed == "压缩结构损坏"
    assert look_into(".xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")).encrypted
    assert look_into(".json", b"{").closed == "不是 JSON，或文件损坏"
    assert look_into(".csv", "低保".encode("gb18030")).closed == ""
    assert look_into(".txt", b"\xff\xff\xff").closed.startswith("不是 UTF-8")
    assert look_into(".html", b"<html><body><script>x</script></body></html>").running == "网页中有脚本或外部引用"
    assert look_into(".png", b"x").closed == "内容不是它的格式"
    assert look_into(".wps", b"x").unknown == "不认识的格式"


def _scanner(folder: Path, body: str) -> Path:
    script = folder / "clamscan"
    script.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "ClamAV test" && exit 0\n{body}\n', encoding="utf-8")
    script.chmod(0o755)
    return script


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("exit 0", ItemResult.PASSED),
        ('for last; do :; done; echo "$last/data/x: Eicar FOUND"; exit 1', ItemResult.FAILED),
        ("echo broken >&2; exit 2", ItemResult.NOT_CHECKED),
    ],
)
def test_a_scanner_is_asked_where_there_is_one(
    sealed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, verdict: ItemResult
) -> None:
    script = _scanner(tmp_path, body)
    monkeypatch.setattr(
        "minsheng.archive.inspection.file_checks.shutil.which", lambda name: str(script) if name == "clamscan" else None
    )
    assert inspected(sealed)["viruses"] == verdict


def _inspect(desk: Desk, what: str, out: Path | None, start: Path | None = None):
    return inspect_package(
        start, what, archive=desk.archive, key=desk.keys / "minisign.pub", roots=(), out=out, on=DAY, display=Quiet()
    )


def test_the_table_lies_beside_the_archive_and_is_never_overwritten(own: Desk, tmp_path: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in own.archive.rglob("*")}
    out = tmp_path / "tables"
    first = _inspect(own, "2017-H1", out)
    assert first.exit_code == ExitCode.DONE
    assert [path.name for path in first.written] == ["2017-H1-2017-07-27.html", "2017-H1-2017-07-27.pdf"]
    content = [path.read_bytes() for path in first.written]
    assert _inspect(own, str(own.archive / "2017-H1"), out).written == first.written
    assert {p: p.stat().st_mtime_ns for p in own.archive.rglob("*")} == before
    (own.archive / "2017-H1/data" / PROOF).chmod(0o644)
    second = _inspect(own, "2017-H1", out)
    assert second.exit_code == ExitCode.ARCHIVE_INVALID
    assert [path.name for path in second.written] == ["2017-H1-2017-07-27-2.html", "2017-H1-2017-07-27-2.pdf"]
    assert [path.read_bytes() for path in first.written] == content
    with pytest.raises(UsageError, match="不能写进归档"):
        _inspect(own, "2017-H1", own.archive / "2017-H1")


def test_page_and_paper_say_every_item_with_result_and_means(sealed: Desk, tmp_path: Path, html_text) -> None:
    outcome = _inspect(sealed, "2017-H1", tmp_path)
    html, paper = (path.read_bytes() for path in outcome.written)
    text = html_text(html)
    printed = "".join("".join(read_pdf(paper).pages).split())
    for item in outcome.items:
        assert "".join(item.how.split()) in text
        assert "".join(item.name.split()) in printed
    assert text.count("●通过") == sum(item.verdict == ItemResult.PASSED for item in outcome.items)
    assert "没有病毒查杀程序" in text
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert pdf.open_metadata().pdfa_status == "3U"
        assert str(pdf.docinfo["/Title"]).endswith("归档包 2017-H1 四性检测表")
    assert validate_pdf_bytes(paper, profile=ValidationProfile.PDF_A_3U).is_compliant


def test_what_does_not_exist_is_refused(sealed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for what in ("2017-05", str(sealed.archive), "2017-H1.r2"):
        with pytest.raises(UsageError, match=r"归档"):
            _inspect(sealed, what, tmp_path)
    with pytest.raises(UsageError, match="--out"):
        _inspect(sealed, "2017-H1", None, None)


def test_the_command_ends_with_14_where_an_item_fails(own: Desk, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "minsheng", "archive", "inspect", str(own.archive / "2017-H1"), "--json", "--on",
               "2017-07-27", "--out", str(tmp_path / "out")]  # fmt: skip

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ)

    done = run()
    assert done.returncode == 0, done
    told = json.loads(done.stdout)
    assert (told["bag"], told["passed"]) == ("2017-H1", True)
    assert [each["id"] for each in told["items"]] == list(inspected(own))
    own.archive.joinpath("2017-H1/data", PROOF).chmod(0o644)
    done = run()
    assert done.returncode == 14
    assert [each["id"] for each in json.loads(done.stdout)["items"] if each["verdict"] == "不通过"] == ["read-only"]
