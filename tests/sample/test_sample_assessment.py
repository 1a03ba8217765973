"""The sample's forms, evidence and handed-over reports: complete, labelled, repeatable, and those in the repository."""

import csv
import hashlib
import zipfile
from pathlib import Path

import openpyxl
import pytest
from tests.sample.deliveries import write_sample

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FOLDERS = ("assessment", "evidence", "deliveries")


@pytest.fixture(scope="module")
def sample(plan, tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    write_sample(data, plan)
    return data


def files(data):
    """Return what lies there; of workbooks their parts, because another zlib packs the same content differently."""
    found = {}
    for path in (path for name in FOLDERS for path in (data / name).rglob("*") if path.is_file()):
        content: object = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                content = {name: archive.read(name) for name in archive.namelist()}
        found[path.relative_to(data).as_posix()] = content
    return found


def test_it_is_what_lies_in_the_repository(sample):
    assert files(sample) == files(ROOT / "data"), "运行 make sample 重新生成"


def test_every_assessed_body_has_a_labelled_form(sample, plan):
    names = {path.stem for path in (sample / "assessment/2017-H1").iterdir()}
    assert names == {area.id for area in plan.assessed_areas} | {"social_relief", "welfare_charity"}
    for path in (sample / "assessment/2017-H1").iterdir():
        assert openpyxl.load_workbook(path)["封面"]["B6"].value == "示例数据"


def test_evidence_is_small_and_labelled(sample):
    pieces = [path for path in (sample / "evidence").rglob("*") if path.is_file()]
    assert len(pieces) >= 8 * 13
    for path in pieces:
        assert path.stat().st_size < 500
        assert path.read_text(encoding="utf-8").startswith("示例数据")


def test_what_was_handed_over_lies_there(sample):
    with (sample / "deliveries.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    # Nine months from April, two sections, to the office and to the province.
    assert len(rows) == 9 * 2 * 2
    for row in rows:
        assert hashlib.sha256((sample / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    versions: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        versions.setdefault((row["period"], row["section"]), set()).add(row["sha256"])
    assert [key for key, hashes in versions.items() if len(hashes) > 1] == [("2017-06", "welfare_charity")]
    late = [row for row in rows if row["to"] == "office" and row["delivered_at"].startswith("2017-04-27")]
    assert [row["section"] for row in late] == ["social_relief"]
