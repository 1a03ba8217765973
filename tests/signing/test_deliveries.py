"""Handed-over reports: late follows from the register, versions are compared part by part, and unread is not equal."""

import csv
import hashlib
import shutil
from datetime import date
from pathlib import Path

import pytest

from minsheng.domain.period import Period
from minsheng.errors import FileRefusedError
from minsheng.intake.forms.form_store import accepted_deliveries_path, read_accepted_deliveries
from minsheng.signing.deliveries import DELIVERY_COLUMNS, accept_deliveries
from minsheng.signing.signatures import SignedReport, append_signature, signed_register_path

ROOT = Path(__file__).parents[2]
JUNE = Period("2017-06")
OFFICE = "returns/2017-06/welfare_charity.xlsx"
PROVINCE = "deliveries/2017-06/welfare_charity-province.xlsx"


@pytest.fixture
def data(tmp_path):
    for name in (OFFICE, PROVINCE):
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / "data" / name, tmp_path / name)
    return tmp_path


def line(data, to, file, at="2017-06-26T12:00:00", **more):
    digest = hashlib.sha256((data / file).read_bytes()).hexdigest() if (data / file).is_file() else "0" * 64
    row = {"period": "2017-06", "section": "welfare_charity", "to": to, "delivered_at": at, "file": file}
    return row | {"sha256": digest} | more


def accepted(data, plan, *lines):
    with (data / "deliveries.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, DELIVERY_COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    accept_deliveries(data, plan, JUNE)
    return read_accepted_deliveries(data, JUNE).months


def test_a_difference_is_kept_in_both_wordings(data, plan):
    (month,) = accepted(data, plan, line(data, "office", OFFICE), line(data, "province", PROVINCE))
    (difference,) = month.differences
    assert (difference.project, difference.part) == ("elderly_care", "problems")
    assert difference.province == "各县区进展总体均衡，没有突出问题。"
    assert "新增床位落后序时进度" in difference.office
    assert month.uncompared == ""


def test_equal_versions_do_not_differ(data, plan):
    (month,) = accepted(data, plan, line(data, "office", OFFICE), line(data, "province", OFFICE))
    assert month.differences == ()
    assert month.delivered_on.isoformat() == "2017-06-26"


def test_the_first_delivery_counts_for_the_day_and_the_last_for_the_text(data, plan):
    (month,) = accepted(
        data,
        plan,
        line(data, "office", PROVINCE, at="2017-06-23T09:00:00"),
        line(data, "office", OFFICE, at="2017-06-27T09:00:00"),
        line(data, "province", OFFICE, at="2017-06-27T10:00:00"),
    )
    assert month.delivered_on.isoformat() == "2017-06-23"
    assert month.differences == ()


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("deliveries/gone.xlsx", None, "不存在"),
        ("deliveries/report.pdf", b"%PDF-1.7", "不能比对文字"),
        ("deliveries/broken.xlsx", b"no workbook", "broken.xlsx"),
        ("deliveries/result.json", b"{}", "不是封存的结果"),
    ],
)
def test_a_version_that_cannot_be_read_is_uncompared_not_equal(data, plan, file, content, said):
    if content is not None:
        (data / file).write_bytes(content)
    (month,) = accepted(data, plan, line(data, "office", OFFICE), line(data, "province", file))
    assert said in month.uncompared
    assert month.differences == ()


def test_a_file_that_was_changed_after_it_was_registered_is_uncompared(data, plan):
    changed = line(data, "province", PROVINCE, sha256="f" * 64)
    (month,) = accepted(data, plan, line(data, "office", OFFICE), changed)
    assert "与登记的校验码不符" in month.uncompared


def test_another_months_workbook_is_uncompared(data, plan):
    other = "deliveries/2017-06/other.xlsx"
    shutil.copy(ROOT / "data/returns/2017-05/welfare_charity.xlsx", data / other)
    (month,) = accepted(data, plan, line(data, "office", OFFICE), line(data, "province", other))
    assert "封面是 welfare_charity 2017-05" in month.uncompared


def test_a_signed_report_is_seen(data, plan):
    assert accepted(data, plan, line(data, "office", OFFICE))[0].signed_on is None
    signed = {"period": JUNE, "section": "welfare_charity", "revision": 1, "kind": "pades", "file": "signed/x.pdf"}
    signed |= {"sha256": "0" * 64, "report_sha256": "0" * 64, "report_size": 1, "signer": "何道芬"}
    register = signed_register_path(data)
    register.parent.mkdir()
    # A month does not know yet what is signed after its end; a file that nobody registered is no signature.
    (register.parent / "welfare_charity.pdf").write_bytes(b"%PDF-1.7")
    for day, known in (("2017-07-03", None), ("2017-06-30", date(2017, 6, 30))):
        register.unlink(missing_ok=True)
        append_signature(data, SignedReport(**signed, signed_at=f"{day}T09:00:00+08:00"))
        assert accepted(data, plan, line(data, "office", OFFICE))[0].signed_on == known


def test_an_unchanged_register_is_not_read_again(data, plan):
    lines = (line(data, "office", OFFICE), line(data, "province", PROVINCE))
    accepted(data, plan, *lines)
    before = accepted_deliveries_path(data, JUNE).stat().st_mtime_ns
    accept_deliveries(data, plan, JUNE)
    assert accepted_deliveries_path(data, JUNE).stat().st_mtime_ns == before


def test_without_a_register_nothing_is_known(data, plan):
    accepted(data, plan, line(data, "office", OFFICE))
    (data / "deliveries.csv").unlink()
    accept_deliveries(data, plan, JUNE)
    assert read_accepted_deliveries(data, JUNE) is None


@pytest.mark.parametrize(
    "more", [{"section": "nobody"}, {"to": "everyone"}, {"delivered_at": "soon"}, {"period": "2017-13"}]
)
def test_a_damaged_line_is_refused_with_its_number(data, plan, more):
    with pytest.raises(FileRefusedError, match="第 3 行损坏"):
        accepted(data, plan, line(data, "office", OFFICE), line(data, "office", OFFICE) | more)


def test_another_header_is_refused(data, plan):
    (data / "deliveries.csv").write_text("月份,科室\n", encoding="utf-8")
    with pytest.raises(FileRefusedError, match="表头应为"):
        accept_deliveries(data, plan, JUNE)
