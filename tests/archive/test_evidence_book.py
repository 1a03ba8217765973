"""The evidence book of the sample's half-year: complete, in the rubric's order, refused where something is missing."""

import csv
import hashlib
import io
import re
import shutil
import subprocess
import sys
import unicodedata
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pikepdf
import pytest
from tests.links import dead_links

from minsheng.agenda.facts import facts_of
from minsheng.archive.contents.book import evidence_book
from minsheng.archive.contents.description import describe, is_made_here, making_of
from minsheng.archive.contents.evidence import gather_evidence
from minsheng.archive.contents.kept_inputs import inputs_in
from minsheng.archive.contents.links import relinked_book_pages
from minsheng.archive.inspection.items import ItemResult
from minsheng.archive.package.bag import take_stock
from minsheng.commands.archives.archive_inspect import inspect_package
from minsheng.commands.archives.archive_seal import seal_period
from minsheng.commands.archives.archive_verify import verify
from minsheng.commands.deliver import deliver
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, FileRefusedError, GateRefusedError, UsageError
from minsheng.plan import load_plan
from minsheng.privacy.gate import check_privacy
from minsheng.render.binder import bookmarks
from minsheng.render.pdf_text import read_pdf
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

ROOT = Path(__file__).parents[2]
PERIOD = Period("2017-H1")
CSV = "02-证据目录/证据目录.csv"


@pytest.fixture(scope="module")
def book(assessed):
    return evidence_book(assessed, "2017-H1")


@pytest.fixture
def own(assessed, tmp_path):
    """A copy whose evidence a test may take away."""
    shutil.copytree(assessed.root, tmp_path / "own")
    return Workspace.find(tmp_path / "own")


def _seal(workspace):
    return seal_period(
        workspace, "2017-H1", archive=None, why="", sealed_at="2017-07-26T10:00:00+08:00", display=Quiet()
    )


def content(book, name):
    source = book[name]
    return source if isinstance(source, bytes) else source.read_bytes()


def catalogue(book):
    return list(csv.DictReader(io.StringIO(content(book, CSV).decode("utf-8-sig"))))


def test_the_result_table_comes_first_then_every_item_in_the_rubrics_order(book, assessed):
    names = list(book)
    assert names == sorted(names)
    assert all(name == unicodedata.normalize("NFC", name) for name in names)
    assert names[0].startswith("01-考评结果表/")
    plan = load_plan(assessed.params, 2017)
    rubric = [item.id for item in plan.county_rubric.items]
    for area in plan.assessed_areas:
        rows = [row["小项编号"] for row in catalogue(book) if row["考评对象"] == area.name]
        assert list(dict.fromkeys(rows)) == rubric
        folders = dict.fromkeys(name.split("/")[1] for name in names if f"-{area.name}/" in name and "/" in name[4:])
        items = [folder.split("-")[1] for folder in folders if folder[:2].isdigit() and folder[:2] != "00"]
        assert items == rubric


def test_every_file_of_the_catalogue_is_in_the_book_with_its_sha256(book):
    rows = [row for row in catalogue(book) if row["文件"]]
    assert len(rows) > 8 * 21
    for row in rows:
        assert hashlib.sha256(content(book, row["文件"])).hexdigest() == row["sha256"]
    listed = {row["文件"] for row in rows}
    evidence = {name for name in book if name.count("/") == 2 and "/00-" not in name}
    assert evidence == listed
    assert all(row["页数"] for row in rows if row["文件"].endswith(".pdf"))
    text = "".join("".join(read_pdf(content(book, "02-证据目录/证据目录.pdf")).pages).split())
    assert all(row["sha256"] in text for row in rows)


def test_the_books_pages_lead_to_files_of_the_book_and_say_what_was_published(book, assessed, tmp_path):
    for name in book:
        path = tmp_path / "book" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(book, name))
    broken, seen = dead_links(tmp_path / "book", inside=True)
    assert broken == []
    assert seen > 100
    ours = content(book, "03-苍溪县/00-得分表/得分表.html").decode()
    links = unquote(ours)
    assert 'href="../14-goal.medical-医疗救助/报表-cangxi.xlsx"' in links
    assert 'href="考评表.xlsx"' in links
    published = (assessed.outputs / "2017-H1/cangxi/scoring/report.html").read_text(encoding="utf-8")
    assert re.sub(r"</?a\b[^>]*>", "", ours) == re.sub(r"</?a\b[^>]*>", "", published)


def test_a_page_that_a_county_handed_in_is_not_touched(tmp_path):
    page = tmp_path / "原件.html"
    page.write_text('<a href="nowhere.html">原件</a>', encoding="utf-8")
    assert relinked_book_pages({"03-苍溪县/01-org.1-领导小组/原件.html": page}) == {}
    assert relinked_book_pages({"03-苍溪县/00-得分表/得分表.html": page}) == {
        "03-苍溪县/00-得分表/得分表.html": "原件".encode()
    }


def test_the_binder_has_a_bookmark_per_item_and_chinese_text(book, assessed):
    binder = content(book, "03-苍溪县/苍溪县印证资料.pdf")
    rubric = [item.id for item in load_plan(assessed.params, 2017).county_rubric.items]
    top = [title for depth, title in bookmarks(binder) if depth == 0]
    assert top[0] == "苍溪县2017年上半年印证资料"
    assert [title.split()[1] for title in top[1:]] == rubric
    found = read_pdf(binder)
    text = "".join("".join(found.pages).split())
    assert text.index("01org.1领导小组") < text.index("14goal.medical医疗救助") < text.index("21goal.two_lines")
    assert "成立领导小组和明确分工的文件" in text
    assert content(book, "03-苍溪县/01-org.1-领导小组/领导小组.txt") == found.attachments["01-领导小组.txt"]
    with pikepdf.open(io.BytesIO(binder)) as pdf:
        assert pdf.open_metadata().pdfa_status == "3U"
        with pdf.open_outline() as outline:
            pages = [pikepdf.Page(item.destination[0]).index for item in outline.root]
        assert pages == sorted(set(pages))


def test_the_book_is_described_by_item_and_by_what_was_made_here(book, assessed):
    payload = take_stock(book)
    about = describe(assessed, load_plan(assessed.params, 2017), PERIOD, payload)
    records = {record.id: record for record in about.records}
    assert records["03-苍溪县/01-org.1-领导小组"].title == "苍溪县：org.1-领导小组"
    assert records["03-苍溪县/01-org.1-领导小组"].creator == ""
    assert records["03-苍溪县"].files == ("03-苍溪县/苍溪县印证资料.pdf",)
    making = making_of(assessed, PERIOD, payload)
    assert {"03-苍溪县/苍溪县印证资料.pdf", "03-苍溪县/00-得分表/得分表.pdf"} <= making.made
    assert making.made == {name for name in payload if is_made_here("evidence", name)}
    assert not [name for name in making.made if "/01-org.1" in name or name.endswith("考评表.xlsx")]


def test_the_same_assessment_gives_the_same_bytes(book, assessed):
    again = evidence_book(assessed, PERIOD)
    assert list(again) == list(book)
    assert [name for name in book if content(book, name) != content(again, name)] == []


def test_one_missing_file_refuses_the_whole_book(own):
    (own.data / "evidence/2017-H1/cangxi/org.2/专题会议.txt").unlink()
    (own.outputs / "2017-06/jiange/dibao/report.pdf").unlink()
    with pytest.raises(GateRefusedError) as refused:
        evidence_book(own, "2017-H1")
    assert refused.value.exit_code == ExitCode.GATE_REFUSED
    lines = str(refused.value).splitlines()
    assert (
        lines[0] == "苍溪县：org.2 专题会议：考评表写明的印证资料“专题会议.txt”不在 data/evidence/2017-H1/cangxi/org.2/"
    )
    assert lines[1].startswith("剑阁县：goal.dibao 城乡低保：没有2017年6月")
    assert len(lines) == 3


def test_a_gap_is_waived_only_with_a_name_and_a_reason_that_are_printed(own):
    (own.data / "evidence/2017-H1/cangxi/org.2/专题会议.txt").unlink()
    path = own.data / "evidence/2017-H1/waivers.csv"
    path.write_text("id,item,who,why\ncangxi,org.2,,忘记了\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match=r"waivers.csv 第 2 行：who 没有填"):
        evidence_book(own, "2017-H1")
    path.write_text("id,item,who,why\ncangxi,org.9,殷蛟,无此项\n", encoding="utf-8")
    with pytest.raises(GateRefusedError, match="免交登记中没有这一项：cangxi/org"):
        evidence_book(own, "2017-H1")
    path.write_text("id,item,who,why\ncangxi,org.2,殷蛟,会议记录水淹损毁\n", encoding="utf-8")
    built = evidence_book(own, "2017-H1")
    (row,) = [row for row in catalogue(built) if (row["考评对象"], row["小项编号"]) == ("苍溪县", "org.2")]
    assert "同意人：殷蛟；理由：会议记录水淹损毁" in row["说明"]
    for name in ("03-苍溪县/苍溪县印证资料.pdf", "02-证据目录/证据目录.pdf"):
        assert "会议记录水淹损毁" in "".join("".join(read_pdf(content(built, name)).pages).split())
    evidence = gather_evidence(own, load_plan(own.params, 2017), PERIOD)
    assert evidence.waived == ("苍溪县：org.2 专题会议：免交，殷蛟：会议记录水淹损毁",)


def test_the_book_holds_no_personal_number(book):
    check_privacy({name: content(book, name) for name in book if name.startswith(("01-", "02-", "03-"))})


def test_the_book_is_sealed_and_verified_and_the_same_book_is_no_revision(own):
    outcome = _seal(own)
    assert outcome.sealed.entry.bag == "2017-H1"
    bag = own.archive / "2017-H1"
    assert "Minsheng-Kind: evidence" in (bag / "bag-info.txt").read_text(encoding="utf-8")
    names = {path.relative_to(bag / "data").as_posix() for path in (bag / "data").rglob("*") if path.is_file()}
    assert {CSV, "03-苍溪县/苍溪县印证资料.pdf"} <= names
    verified = verify(own.root, None, archive=None, key=None, head=outcome.sealed.head, display=Quiet())
    assert (verified.exit_code, verified.found.bags) == (ExitCode.DONE, ["2017-H1"]), verified.lines()
    assert not _seal(own).sealed.is_new
    anew = verify(own.root, None, archive=None, key=None, head="", display=Quiet(), anew=True)
    assert anew.exit_code == ExitCode.DONE, anew.lines()
    assert re.search(
        r"重算：2017-H1：从报表和方案重算了 \d+ 份报告的 \d+ 个数据，不用笔记本：0 份文件不符", str(anew.notes)
    )
    inside = inputs_in(bag / "data")
    assert all(path.is_file() for path in inside.values())
    assert inside["data/evidence/2017-H1/cangxi/org.1/领导小组.txt"].parts[-3:-1] == ("03-苍溪县", "01-org.1-领导小组")
    assert "data/returns/2017-06/cangxi.xlsx" in inside
    inspected = inspect_package(
        own.root, "2017-H1", archive=None, key=None, roots=(), out=None, on=date(2017, 7, 27), display=Quiet()
    )
    assert inspected.exit_code == ExitCode.DONE, inspected.lines()
    assert {item.id for item in inspected.items if item.verdict == ItemResult.NOT_CHECKED} <= {
        "leader-signatures", "retention", "viruses",
    }  # fmt: skip
    assert [path.parent for path in inspected.written] == [own.outputs / "archive-inspections"] * 2


def test_a_sealed_book_has_not_changed_until_something_of_it_does(own):
    plan, half, day = load_plan(own.params, 2017), PERIOD, date(2017, 7, 26)
    assert facts_of(own, plan, half, day).archive == "none"
    _seal(own)
    assert facts_of(own, plan, half, day).archive == "same"
    item = next(item for body in gather_evidence(own, plan, half).bodies for item in body.items if item.files)
    path = next(path for path in item.files.values() if path.is_relative_to(own.data / "evidence"))
    path.write_bytes(path.read_bytes() + b"\n")
    assert facts_of(own, plan, half, day).archive == "changed"


def test_the_result_table_goes_to_supervision(own):
    plan, day = load_plan(own.params, 2017), date(2017, 7, 26)
    wanted = "待移交：考评结果表，未报督查室：minsheng deliver 2017-H1 result_table --to supervision"
    assert facts_of(own, plan, PERIOD, day).undelivered == wanted
    with pytest.raises(UsageError, match="2017年上半年考评结果表应报 督查室（supervision）"):
        deliver(own, "2017-H1", "result_table", to="office", at=None, display=Quiet())
    outcome = deliver(own, "2017-H1", "result_table", to="supervision", at="2017-07-20T10:00", display=Quiet())
    assert outcome.handed.section == "result_table"
    table = own.outputs / "2017-H1/city/result_table/report.pdf"
    assert (own.data / outcome.handed.file).read_bytes() == table.read_bytes()
    assert "2017年上半年考评结果表交接单" in "".join("".join(read_pdf(outcome.note.read_bytes()).pages).split())
    assert facts_of(own, plan, PERIOD, day).undelivered == ""
    # What was handed over leaves the assessment as it was.
    assert not facts_of(own, plan, PERIOD, day).outdated
    assert _seal(own).sealed.is_new
    assert verify(own.root, None, archive=None, key=None, head="", display=Quiet()).exit_code == ExitCode.DONE


def test_nothing_is_sealed_while_evidence_is_missing(own):
    (own.data / "evidence/2017-H1/cangxi/org.2/专题会议.txt").unlink()
    command = [sys.executable, "-m", "minsheng", "archive", "seal", "2017-H1", "--workspace", str(own.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "苍溪县：org.2 专题会议" in done.stderr) == (12, True), done
    assert not own.archive.exists()


def test_a_number_in_the_evidence_refuses_the_seal(own):
    path = own.data / "evidence/2017-H1/cangxi/org.2/专题会议.txt"
    path.write_text(f"{path.read_text(encoding='utf-8')}联系人 13812345678\n", encoding="utf-8")
    with pytest.raises(GateRefusedError) as refused:
        _seal(own)
    assert "138****5678" in str(refused.value)
    assert "专题会议.txt" in str(refused.value)
    assert "13812345678" not in str(refused.value)
    assert not own.archive.exists()


def test_the_page_links_to_what_is_there(assessed):
    page = (assessed.outputs / "2017-H1/index.html").read_text(encoding="utf-8")
    assert "印证资料齐全" in page
    assert "../../data/evidence/2017-H1/cangxi/org.1/" in page
