"""差异化综合评价: what counties say of the bureau, from the blank form to receipt, register, evidence and summary."""

import io
import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from tests.conftest import ROOT

from minsheng.commands.receive import receive_files, receive_reviews
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, UsageError
from minsheng.files.chained import read_chain
from minsheng.intake.forms.form_workbook import write_review_form
from minsheng.intake.forms.reviews import read_reviews, registered_reviews, reviews_register_path
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

YEAR = Period("2017")
SHEET = "综合评价"


@pytest.fixture
def own(tmp_path: Path) -> Workspace:
    shutil.copytree(ROOT / "params", tmp_path / "params")
    shutil.copy(ROOT / "minsheng.toml", tmp_path)
    (tmp_path / "data").mkdir()
    return Workspace.find(tmp_path)


def _filled(plan, area: str, points: tuple[int, ...], **cells: object) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_review_form(plan, plan.section_rubric.review, area, YEAR)))
    book["封面"]["B4"] = "测试"
    for row, given in enumerate(points, start=4):
        book[SHEET][f"E{row}"] = given
    for where, value in cells.items():
        book[SHEET][where] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _receive(own: Workspace, *files: Path):
    return receive_reviews(own, "2017", files, received_at="2017-12-20T09:00", sender="", display=Quiet())


def test_a_review_is_registered_answered_kept_as_evidence_and_summed_up(own: Workspace, plan, tmp_path: Path) -> None:
    first, alike = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    first.write_bytes(_filled(plan, "cangxi", (28, 35, 25, 30, 40, 30), F5="到村指导三次"))
    alike.write_bytes(_filled(plan, "jiange", (30, 40, 30, 30, 40, 30)))
    outcome = _receive(own, first, alike)
    assert outcome.exit_code == ExitCode.DONE, outcome.lines()
    assert [one.outcome for one in outcome.received] == ["new", "new"]
    line = read_reviews(own.data, YEAR)["cangxi"]
    assert (own.data / line.file).read_bytes() == first.read_bytes()
    proof = own.data / "evidence/2017/cangxi/mgmt.6/差异化综合评价表-cangxi.xlsx"
    assert proof.read_bytes() == first.read_bytes()
    form = registered_reviews(own.data, plan, plan.section_rubric.review, YEAR)["cangxi"]
    assert form.totals == {"social_relief": Decimal(88), "welfare_charity": Decimal(100)}
    receipt = (own.root / outcome.receipts[1]).read_text(encoding="utf-8")
    assert "各科室给分完全相同（无差异化）" in receipt
    assert "无差异化" not in (own.root / outcome.receipts[0]).read_text(encoding="utf-8")
    summary = (own.root / outcome.summary).read_text(encoding="utf-8")
    assert "应报 8 个单位，已报 2 个，未报 旺苍县、青川县" in summary
    assert "各科室给分完全相同（无差异化）：剑阁县。" in summary
    assert "指导实施：到村指导三次" in summary
    # The same file is not registered twice; a correction is the second revision, and the first stays.
    assert [one.outcome for one in _receive(own, first).received] == ["unchanged"]
    first.write_bytes(_filled(plan, "cangxi", (27, 35, 25, 30, 40, 30)))
    assert [one.outcome for one in _receive(own, first).received] == ["revision"]
    assert read_reviews(own.data, YEAR)["cangxi"].file == "reviews/2017/cangxi.r2.xlsx"
    assert (own.data / "reviews/2017/cangxi.xlsx").is_file()
    assert len(read_chain(reviews_register_path(own.data)).heads) == 4


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"E4": 31}, "综合评价!E4：给分 31，超过满分。应为：0 至 30 分"),
        ({"E5": None}, "综合评价!E5：没有填给分"),
        ({"A6": "social_relief/x"}, "编号“social_relief/x”不对或重复"),
    ],
)
def test_a_faulty_review_is_refused_by_cell_and_kept(own: Workspace, plan, tmp_path: Path, cells, words: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(_filled(plan, "cangxi", (28, 35, 25, 30, 40, 30), **cells))
    outcome = _receive(own, path)
    assert outcome.exit_code == ExitCode.FILE_REFUSED
    assert words in "\n".join(outcome.lines())
    (one,) = outcome.received
    assert (own.data / one.kept).read_bytes() == path.read_bytes()
    assert words.rpartition("：")[2] in (own.root / outcome.receipts[0]).read_text(encoding="utf-8")
    assert read_reviews(own.data, YEAR) == {}


def test_reviews_come_for_a_year_and_returns_for_a_month(own: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"no workbook")
    assert _receive(own, path).exit_code == ExitCode.FILE_REFUSED
    with pytest.raises(UsageError, match="差异化综合评价表按年度接收"):
        receive_reviews(own, "2017-H1", [path], received_at=None, sender="", display=Quiet())
    with pytest.raises(UsageError, match="报表按月份接收"):
        receive_files(own, "2017", [path], received_at=None, sender="", display=Quiet())
