"""A leader's signature, handing over, and what verify, status and the seal say about them: end to end on a run June."""

import asyncio
import io
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import page
import pikepdf
import pytest
from tests.archive.certificates import PASSWORD, Authority
from tests.filling import PNG

from minsheng.agenda.status import month_status
from minsheng.archive.contents.month import why_incomplete
from minsheng.archive.inspection.items import ItemResult
from minsheng.archive.package.metadata_xml import METADATA, read_metadata_xml
from minsheng.commands.archives.archive_inspect import inspect_package
from minsheng.commands.archives.archive_seal import seal_period
from minsheng.commands.archives.archive_verify import verify
from minsheng.commands.deliver import deliver
from minsheng.commands.run import run_month
from minsheng.commands.sign import find_report, register_scan, sign_report
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, FileRefusedError, GateRefusedError, MachineUnfitError, UsageError
from minsheng.intake.forms.form_store import accepted_deliveries_path, read_accepted_deliveries
from minsheng.plan import load_plan
from minsheng.render.pdf_text import read_pdf
from minsheng.runs.options import Quiet
from minsheng.signing.deliveries import accept_deliveries, known_deliveries_path, read_deliveries
from minsheng.signing.pades import check_pdf_signature, open_credential, sign_pdf
from minsheng.signing.signatures import read_signed
from minsheng.site.pages import archived_pages
from minsheng.workspace import Workspace

ROOT = Path(__file__).parents[2]
JUNE = Period("2017-06")
SECTION, LEADER = "social_relief", "沈友文"


@pytest.fixture(scope="module")
def authority():
    return Authority()


@pytest.fixture(scope="module")
def papers(authority, tmp_path_factory):
    """Certificates of the right leader and a wrong one, and the root."""
    folder = tmp_path_factory.mktemp("certificates")
    return {
        "right": authority.leader(LEADER, folder / "right.p12"),
        "wrong": authority.leader("何道芬", folder / "wrong.p12"),
        "root": authority.root(folder / "root.pem"),
    }


@pytest.fixture(scope="module")
def handed(june, papers, tmp_path_factory):
    """June signed (one report in the PDF, one on paper), sealed, and handed over; tests must not change it."""
    root = tmp_path_factory.mktemp("handed") / "workspace"
    shutil.copytree(june.root, root)
    workspace = Workspace.find(root)
    done = _cli(workspace, "sign", str(workspace.outputs / f"2017-06/{SECTION}/monthly_report/report.pdf"),
                "--p12", str(papers["right"]), "--password-env", "P12_PASSWORD")  # fmt: skip
    assert done.returncode == 0, done
    scan = root / "scan.bin"
    scan.write_bytes(PNG)
    done = _cli(workspace, "sign", "2017-06", "welfare_charity", "--scan", str(scan),
                "--signer", "何道芬", "--signed-on", "2017-06-26")  # fmt: skip
    assert done.returncode == 0, done
    with pytest.raises(GateRefusedError, match=r"待移交：社会救助科月报，未报局办公室、省民政厅.*用 --why 写明"):
        _seal(workspace)
    _seal(workspace, why="先归档，后移交")
    done = _cli(workspace, "deliver", "2017-06", SECTION, "--to", "office", "--json")
    assert done.returncode == 0, done
    return workspace, json.loads(done.stdout)


@pytest.fixture
def own(handed, tmp_path):
    shutil.copytree(handed[0].root, tmp_path / "own")
    return Workspace.find(tmp_path / "own")


def _cli(workspace, *arguments):
    command = [sys.executable, "-m", "minsheng", *arguments, "--workspace", str(workspace.root)]
    environment = os.environ | {"P12_PASSWORD": PASSWORD}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def _seal(workspace, why=""):
    return seal_period(
        workspace, "2017-06", archive=None, why=why, sealed_at="2017-06-26T15:00:00+08:00", display=Quiet()
    )


def _verify(workspace, *roots):
    return verify(workspace.root, None, archive=None, key=None, head="", display=Quiet(), roots=roots)


def _sign(workspace, p12, url=""):
    report = find_report(workspace, "2017-06", SECTION)
    return sign_report(workspace, report, p12, password=PASSWORD, timestamp_url=url, display=Quiet())


def _change_report(workspace):
    """Stand for a run that made the report again: other bytes, and the ledger knows them."""
    from minsheng.files.hashing import digests_of
    from minsheng.runs.history import RunHistory

    path = workspace.outputs / f"2017-06/{SECTION}/monthly_report/report.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    with RunHistory(workspace.history) as history:
        name = f"2017-06/{SECTION}/monthly_report"
        last = history.last_attempt(name)
        outputs = last.outputs | {"report.pdf": digests_of(path.read_bytes()).sha256}
        run = history.start_run(started="", period="2017-06", command="run")
        history.record(run, name, last.key, inputs=last.inputs, seconds={}, outputs=outputs)


def test_the_signed_report_is_the_report_with_a_signature_behind_it(handed):
    workspace, _ = handed
    line, scan = read_signed(workspace.data)
    signed = (workspace.data / line.file).read_bytes()
    report = (workspace.outputs / f"2017-06/{SECTION}/monthly_report/report.pdf").read_bytes()
    assert line.file == f"signed/2017-06/{SECTION}.pdf"
    assert signed.startswith(report)
    assert line.signed_at.utcoffset() == timedelta(hours=8)
    assert page.validate_pdf_bytes(signed, profile=page.ValidationProfile.PDF_A_3U).is_compliant
    assert (workspace.data / line.file).stat().st_mode & 0o222 == 0
    assert (scan.file, scan.kind) == ("signed/2017-06/welfare_charity.scan.png", "scan")


def test_the_package_s_metadata_says_who_signed_and_the_inspection_looks_at_it(handed, tmp_path):
    workspace, _ = handed
    root = read_metadata_xml((workspace.archive / "2017-06" / METADATA).read_bytes())
    signed = root.find(f"文件实体[@标识符='outputs/2017-06/{SECTION}/monthly_report']/电子签名")
    assert [signed.findtext(tag) for tag in ("签名规则", "签名人", "签名结果")] == [
        "PAdES（PDF 电子签名）", LEADER, f"data/data/signed/2017-06/{SECTION}.pdf",
    ]  # fmt: skip
    people = {each.findtext("机构人员名称"): each.findtext("个人职位") for each in root.findall("机构人员实体")}
    assert people[LEADER] == "社会救助科分管领导"
    assert [act.findtext("业务行为") for act in root.findall("业务实体")].count("签字") == 2
    found = inspect_package(
        workspace.root, "2017-06", archive=None, key=None, roots=(), out=tmp_path, on=date(2017, 6, 27), display=Quiet()
    )
    (item,) = (each for each in found.items if each.id == "leader-signatures")
    assert (item.verdict, found.exit_code) == (ItemResult.PASSED, ExitCode.DONE), found.lines()
    assert "签字 2 次" in item.how
    assert "笔迹未检" in item.note


def test_verify_says_whose_signature_and_what_was_not_verified(handed, papers, tmp_path):
    workspace, _ = handed
    outcome = _verify(workspace)
    assert outcome.exit_code == 0, outcome.lines()
    assert any(f"{SECTION}.pdf：{LEADER}" in note and "未验证颁发者" in note for note in outcome.notes)
    assert any("何道芬 2017-06-26（扫描件：笔迹未检）" in note for note in outcome.notes)
    trusted = _verify(workspace, papers["root"])
    assert trusted.exit_code == 0
    assert any("颁发者可信" in note for note in trusted.notes)
    stranger = _verify(workspace, Authority("别处").root(tmp_path / "other.pem"))
    assert stranger.exit_code == 14
    assert any("证书不是由所信任的机构颁发的" in line for line in stranger.lines())


def test_the_package_holds_signatures_and_registers(handed):
    data = handed[0].archive / "2017-06/data/data"
    assert {line.file for line in read_signed(data)} == {
        f"signed/2017-06/{SECTION}.pdf", "signed/2017-06/welfare_charity.scan.png",
    }  # fmt: skip
    assert all(line.fault(data) == "" for line in read_signed(data))


def test_status_says_who_signed_and_what_was_handed_over(handed, june):
    lines = month_status(handed[0], "2017-06", None).lines()
    signed = next(line for line in lines if line.startswith("社会救助科月报"))
    assert f"已签字（{LEADER}" in signed
    day = handed[1]["handed"]["delivered_at"][:10]
    assert f"已报局办公室（{day}）；未报省民政厅" in signed
    assert "，未验证颁发者）" in signed
    assert any("已签字（何道芬 2017-06-26，扫描件）；未报局办公室" in line for line in lines)
    assert any(f"未签字（应由 {LEADER} 签）" in line for line in month_status(june, "2017-06", None).lines())


def test_a_signature_is_checked_where_an_event_loop_runs_already(handed):
    workspace, _ = handed

    async def notebook():
        return _verify(workspace)

    with ThreadPoolExecutor(1) as apart:
        outcome = apart.submit(asyncio.run, notebook()).result()
    assert any(LEADER in note for note in outcome.notes), outcome.lines()


def test_the_delivery_note_prints_the_files_hash_and_the_archives_head(handed):
    workspace, document = handed
    made = document["handed"]
    head = _verify(workspace).found.head
    text = "".join("".join(read_pdf(Path(document["note"]).read_bytes()).pages).split())
    assert made["head"] == head
    assert all(word in text for word in (made["sha256"], head, "社会救助科", "局办公室", "移交人签字", LEADER))
    assert made["file"] == f"signed/2017-06/{SECTION}.pdf"
    report = page.validate_pdf_bytes(Path(document["note"]).read_bytes(), profile=page.ValidationProfile.PDF_A_3U)
    assert report.is_compliant, report.failures


def test_the_same_file_is_handed_over_once(own):
    with pytest.raises(UsageError, match=r"已于 \d{4}-\d\d-\d\d \d\d:\d\d 报过局办公室"):
        deliver(own, "2017-06", SECTION, to="office", at=None, display=Quiet())
    with pytest.raises(UsageError, match="没有“mayor”这个报送对象。可写 --to 办公室、--to 省厅 或 --to 督查室"):
        deliver(own, "2017-06", SECTION, to="mayor", at=None, display=Quiet())


def test_the_offices_report_goes_to_supervision_and_not_to_itself(own):
    hand = partial(deliver, own, "2017-06", "办公室", at="2017-06-27T09:00", display=Quiet())
    with pytest.raises(UsageError, match="办公室月报应报 督查室（supervision）"):
        hand(to="office")
    assert any("未报督查室" in line for line in month_status(own, "2017-06", None).lines())
    outcome = hand(to="supervision")
    assert outcome.lines()[0].endswith("报督查室，2017-06-27 09:00")
    assert any(line == "办公室月报：已报督查室（2017-06-27）" for line in month_status(own, "2017-06", None).lines())
    text = "".join("".join(read_pdf(outcome.note.read_bytes()).pages).split())
    assert "2017年6月办公室月报交接单" in text
    assert "不经分管领导签字" in text
    # It is no section's duty, so that the section's record knows nothing of it.
    plan = load_plan(own.params, 2017)
    accept_deliveries(own.data, plan, JUNE)
    assert {each.section for each in read_accepted_deliveries(own.data, JUNE).months} <= {SECTION, "welfare_charity"}


def test_an_unsigned_report_is_handed_over_as_such_and_two_versions_are_compared(own):
    (own.data / "signed/register.csv").unlink()
    outcome = deliver(own, "2017-06", SECTION, to="province", at=None, display=Quiet())
    assert f"未经分管领导（{LEADER}）签字" in outcome.lines()
    assert (own.data / outcome.handed.file).read_bytes().startswith(b"%PDF-")
    plan = load_plan(own.params, 2017)
    year = Period("2017")
    register = own.data / "deliveries.csv"
    for line in read_deliveries(own.data, plan):
        text = register.read_text(encoding="utf-8")
        register.write_text(text.replace(line.delivered_at.isoformat(), "2017-06-26T16:00:00"), encoding="utf-8")
    accept_deliveries(own.data, plan, year)
    (month,) = read_accepted_deliveries(own.data, year).months
    # Other bytes than the signed file that the office has, but the same figures and words.
    assert (month.uncompared, month.differences, month.signed_on) == ("", (), None)


def test_a_run_after_a_delivery_makes_the_sections_scores_at_once(june, tmp_path):
    """What was handed over is an input of a run, and not known to it only when it ends."""
    shutil.copytree(june.root, tmp_path / "workspace")
    own = Workspace.find(tmp_path / "workspace")
    run = partial(run_month, own, "2017-06", areas=[SECTION], notebooks=["section_scoring"], display=Quiet())
    assert run().summary.made == []
    deliver(own, "2017-06", SECTION, to="office", at="2017-06-26T17:00", display=Quiet())
    assert run().summary.made == [f"2017-06/{SECTION}/section_scoring"]
    assert run().summary.made == []


def test_only_the_sections_leader_signs(own, papers, tmp_path):
    before = (own.data / "signed/register.csv").read_bytes()
    with pytest.raises(GateRefusedError, match=f"应由分管领导 {LEADER} 签字，现为“何道芬”"):
        _sign(own, papers["wrong"])
    report = find_report(own, "2017-06", SECTION)
    (tmp_path / "scan.jpg").write_bytes(PNG)
    with pytest.raises(GateRefusedError, match=LEADER):
        register_scan(own, report, tmp_path / "scan.jpg", signer="石斌", signed_on="2017-06-26", display=Quiet())
    with pytest.raises(UsageError, match="不经分管领导签字"):
        sign_report(own, find_report(own, "2017-06", "office"), papers["right"], password=PASSWORD, timestamp_url="",
                    display=Quiet())  # fmt: skip
    with pytest.raises(FileRefusedError, match="密码不对"):
        sign_report(own, report, papers["right"], password="x", timestamp_url="", display=Quiet())  # noqa: S106
    assert (own.data / "signed/register.csv").read_bytes() == before


def test_a_scan_does_not_stand_instead_of_an_electronic_signature_without_a_reason(own, tmp_path):
    report, scan = find_report(own, "2017-06", SECTION), tmp_path / "scan.png"
    scan.write_bytes(PNG)
    register = partial(register_scan, own, report, scan, signer=LEADER, signed_on="2017-06-26", display=Quiet())
    before = (own.data / "signed/register.csv").read_bytes()
    with pytest.raises(GateRefusedError, match=f"是电子签名（{LEADER}），扫描件不代替它：确要代替请用 --why"):
        register(why=" ")
    assert (own.data / "signed/register.csv").read_bytes() == before
    assert register(why="证书遗失").line.revision == 2
    assert [line.why for line in read_signed(own.data)] == ["", "", "证书遗失"]
    lines = month_status(own, "2017-06", None).lines()
    assert any("扫描件，代替电子签名：证书遗失" in line for line in lines)


def test_a_certificate_that_did_not_hold_is_refused_without_any_root(june, authority, tmp_path):
    p12 = authority.leader(LEADER, tmp_path / "old.p12", valid_days=(-30, -1))
    report = find_report(june, "2017-06", SECTION)
    credential = open_credential(p12.read_bytes(), PASSWORD.encode())
    signed = sign_pdf(report.content, credential, on=datetime.now().astimezone(), timestamp_url="")
    (fault,) = check_pdf_signature(signed, roots=[]).faults
    assert fault.startswith("证书在签字时不在有效期内（")
    with pytest.raises(GateRefusedError, match="证书在签字时不在有效期内"):
        sign_report(june, report, p12, password=PASSWORD, timestamp_url="", display=Quiet())


def test_what_is_no_scan_or_no_report_is_refused(own, tmp_path):
    report = find_report(own, "2017-06", SECTION)
    (tmp_path / "scan.pdf").write_bytes(b"MZ no scan")
    with (tmp_path / "large.pdf").open("wb") as stream:
        stream.truncate(301 * 2**20)  # takes no room
    with pytest.raises(FileRefusedError, match=r"large.pdf 有 301 MB，每份不超过 300 MB"):
        register_scan(own, report, tmp_path / "large.pdf", signer=LEADER, signed_on="2017-06-26", display=Quiet())
    with pytest.raises(FileRefusedError, match="应为 PDF、JPEG 或 PNG"):
        register_scan(own, report, tmp_path / "scan.pdf", signer=LEADER, signed_on="2017-06-26", display=Quiet())
    empty = io.BytesIO()
    pikepdf.new().save(empty)
    for content, why in {
        b"%PDF-": "PDF 不是 PDF，或文件损坏",
        empty.getvalue(): "PDF 没有一页",
        PNG[:40]: "图片打不开",
        b"\xff\xd8\xff": "图片打不开",
    }.items():
        (tmp_path / "scan.pdf").write_bytes(content)
        with pytest.raises(FileRefusedError, match=f"不是扫描件：{why}"):
            register_scan(own, report, tmp_path / "scan.pdf", signer=LEADER, signed_on="2017-06-26", display=Quiet())
    (tmp_path / "scan.pdf").write_bytes(report.content)
    with pytest.raises(FileRefusedError, match="未签字的报告本身"):
        register_scan(own, report, tmp_path / "scan.pdf", signer=LEADER, signed_on="2017-06-26", display=Quiet())
    with pytest.raises(UsageError, match=r"monthly_report/report\.pdf"):
        find_report(own, str(tmp_path / "scan.pdf"), None)
    path = own.outputs / f"2017-06/{SECTION}/monthly_report/report.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(GateRefusedError, match="生成之后被改动"):
        find_report(own, "2017-06", SECTION)


def test_a_report_made_again_must_be_signed_again_and_the_old_signature_stays(own, papers):
    _change_report(own)
    plan = load_plan(own.params, 2017)
    assert any("签字后有变化（沈友文" in line for line in month_status(own, "2017-06", None).lines())
    reasons = why_incomplete(own, plan, JUNE, archived_pages(plan, JUNE))
    assert any("签字后有变化：请沈友文重新签字" in reason for reason in reasons)
    first = (own.data / f"signed/2017-06/{SECTION}.pdf").read_bytes()
    outcome = _sign(own, papers["right"])
    assert outcome.path.name == f"{SECTION}.r2.pdf"
    assert "代替第 1 次签字" in outcome.lines()[0]
    assert (own.data / f"signed/2017-06/{SECTION}.pdf").read_bytes() == first
    assert why_incomplete(own, plan, JUNE, archived_pages(plan, JUNE)) == []
    # Signed anew, but the sealed report is still the old one.
    assert any("所签的报告不是归档包中的那一份" in line for line in _verify(own).lines())
    _seal(own, why="更正月报")
    assert _verify(own).exit_code == 0, _verify(own).lines()


@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "swapped", "note", "head"])
def test_every_damage_is_named(own, damage):
    path = own.data / f"signed/2017-06/{SECTION}.pdf"
    path.chmod(0o644)
    content, expected = path.read_bytes(), "与登记的校验码不符"
    match damage:
        case "flip":
            path.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
        case "cut":
            path.write_bytes(content[:-2000])
        case "gone":
            path.unlink()
            expected = "登记了签字，文件不在"
        case "swapped":
            path.write_bytes((own.outputs / f"2017-06/{SECTION}/monthly_report/report.pdf").read_bytes())
        case "note":
            note = next((own.data / "deliveries/2017-06").glob("*-note.pdf"))
            note.chmod(0o644)
            note.write_bytes(note.read_bytes() + b" ")
            expected = "与报送登记的校验码不符"
        case "head":
            register = own.data / "deliveries.csv"
            (line,) = read_deliveries(own.data, load_plan(own.params, 2017))
            register.write_text(register.read_text(encoding="utf-8").replace(line.head, "0" * 64), encoding="utf-8")
            expected = "账本头不在链上"
    outcome = _verify(own)
    assert outcome.exit_code == 14
    assert any(expected in str(fault) for fault in outcome.found.faults), outcome.lines()


def test_a_register_that_was_rewritten_to_fit_does_not_hide_a_changed_signature(own):
    from minsheng.files.hashing import digests_of

    (line, _) = read_signed(own.data)
    path = own.data / line.file
    path.chmod(0o644)
    content = path.read_bytes()
    path.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
    register = own.data / "signed/register.csv"
    text = register.read_text(encoding="utf-8").replace(line.sha256, digests_of(path).sha256)
    register.write_text(text, encoding="utf-8")
    said = _verify(own).lines()
    assert any("签名之后内容被改动" in each for each in said), said
    assert any("签名之前的内容不是登记的那份报告" in each for each in said)


def test_a_timestamp_server_attests_the_time(june, authority, papers):
    report = find_report(june, "2017-06", SECTION)
    credential = open_credential(papers["right"].read_bytes(), PASSWORD.encode())
    now = datetime.now().astimezone()
    with authority.timestamp_server() as url:
        signed = sign_pdf(report.content, credential, on=now, timestamp_url=url)
    found = check_pdf_signature(signed, roots=[papers["root"]])
    assert (found.faults, found.signer, found.attested, found.trusted) == ((), LEADER, True, True)
    assert page.validate_pdf_bytes(signed, profile=page.ValidationProfile.PDF_A_3U).is_compliant
    with pytest.raises(MachineUnfitError, match="没有给出时间戳"):
        sign_pdf(report.content, credential, on=now, timestamp_url="http://127.0.0.1:9/")
    with pytest.raises(FileRefusedError, match="已经签过"):
        sign_pdf(signed, credential, on=now, timestamp_url="")
    assert check_pdf_signature(signed + b"\n% added\n", roots=[]).faults
    assert check_pdf_signature(report.content, roots=[]).faults


def test_a_later_delivery_leaves_an_earlier_month_as_it_was(own):
    plan = load_plan(own.params, 2017)
    register = own.data / "deliveries.csv"
    text = register.read_text(encoding="utf-8")
    (line,) = read_deliveries(own.data, plan)
    register.write_text(text.replace(line.delivered_at.isoformat(), "2017-06-26T16:00:00", 1), encoding="utf-8")
    half = Period("2017-H1")
    for period in (JUNE, half):
        accept_deliveries(own.data, plan, period)
    kept = [accepted_deliveries_path(own.data, JUNE), known_deliveries_path(own.data, half)]
    before = [path.read_bytes() for path in kept]
    first = register.read_text(encoding="utf-8").splitlines()[1]
    for late in (first.replace("2017-06-26T16", "2017-07-03T09"), first.replace("2017-06,", "2017-07,", 1)):
        with register.open("a", encoding="utf-8") as out:
            out.write(f"{late}\n")
    for period in (JUNE, half):
        accept_deliveries(own.data, plan, period)
    # Nor does it change what the half-year's book proves its deductions with.
    assert [path.read_bytes() for path in kept] == before
    assert before[1] == f"{text.splitlines()[0]}\n{first}\n".encode()
    accept_deliveries(own.data, plan, Period("2017"))
    assert [str(each.period) for each in read_accepted_deliveries(own.data, Period("2017")).months] == [
        "2017-06", "2017-07",
    ]  # fmt: skip


def test_what_verify_would_reject_is_not_sealed_and_what_is_handed_over_later_is_no_part_of_the_package(own):
    said = month_status(own, "2017-06", None).archived
    assert said.startswith("归档后有变化（2017-06 之后有 1 项重做或新登记）")
    handed = read_deliveries(own.data, load_plan(own.params, 2017))[-1]
    note = own.data / handed.note
    note.chmod(0o644)
    note.write_bytes(note.read_bytes() + b"\n")
    with pytest.raises(GateRefusedError, match=f"{handed.note}：与报送登记的校验码不符"):
        _seal(own, why="补入移交")


def test_times_that_cannot_be_are_refused(own, tmp_path):
    """The future, a file before its own signature, anything before the day up to which the report's data go."""
    hand = partial(deliver, own, "2017-06", SECTION, to="province", display=Quiet())
    for at, words in (
        ("2999-01-01T00:00", "在将来"),
        ("2017-06-26T16:00", "早于文件中的签名（沈友文"),
        ("1901-01-01T00:00", "早于报告的数据截至日 2017-06-20"),
    ):
        with pytest.raises(UsageError, match=words):
            hand(at=at)
    report = find_report(own, "2017-06", SECTION)
    (tmp_path / "scan.png").write_bytes(PNG)
    for day, words in (("2999-01-01", "在将来"), ("1999-06-26", "早于报告的数据截至日 2017-06-20")):
        with pytest.raises(UsageError, match=words):
            register_scan(own, report, tmp_path / "scan.png", signer=LEADER, signed_on=day, display=Quiet())
    with pytest.raises(UsageError, match="归档时间只能往后"):
        seal_period(own, "2017-06", archive=None, why="更正", sealed_at="2017-06-26T14:59", display=Quiet())
    # A report may still be handed over unsigned, and a signature that came later is none that it had.
    outcome = deliver(own, "2017-06", "welfare_charity", to="province", at="2017-06-25T16:00", display=Quiet())
    assert "未经分管领导（何道芬）签字" in outcome.lines()
    assert outcome.handed.recorded_at is not None
    text = "".join("".join(read_pdf(outcome.note.read_bytes()).pages).split())
    assert "登记时间" in text
    assert "所记2017-06-2516:00，登记于" in text


def test_a_line_that_was_deleted_after_the_seal_is_found_by_verify(own):
    register = own.data / "signed/register.csv"
    register.write_bytes(b"".join(register.read_bytes().splitlines(keepends=True)[:-1]))
    said = _verify(own).lines()
    assert any("归档 2017-06 时的链头不在现在的链上" in line for line in said), said
    assert any("归档包 2017-06 中的 1 行现在没有" in line for line in said), said


def test_an_archive_that_is_named_is_held_to_the_registers_too(own, june, tmp_path):
    """Also where it is a copy, by the key that signed it; another workspace's says that nothing was compared."""
    elsewhere = tmp_path / "copy"
    shutil.copytree(own.archive, elsewhere)
    register = own.data / "returns/register.csv"
    lines = register.read_bytes().splitlines(keepends=True)
    lines[-2:] = reversed(lines[-2:])
    register.write_bytes(b"".join(lines))
    said = verify(own.root, None, archive=elsewhere, key=None, head="", display=Quiet()).lines()
    assert any("data/returns/register.csv：第" in line and "有行被改动、删去或插入" in line for line in said), said
    assert any("登记有误：data/returns/register.csv：第" in line for line in month_status(own, "2017-06", None).lines())
    with pytest.raises(GateRefusedError, match="有行被改动、删去或插入"):
        seal_period(own, "2017-06", archive=tmp_path / "new", why="更正", sealed_at=None, display=Quiet())
    said = verify(june.root, None, archive=elsewhere, key=None, head="", display=Quiet()).lines()
    assert any("不是工作区" in line and "没有核对工作区的登记和签字" in line for line in said), said
