"""Personal numbers end to end: caught at intake by cell, masked in all that is ours, kept from every page."""

import shutil
from pathlib import Path

import nbformat
import openpyxl
import pytest
from tests.privacy.conftest import ids, masked

from minsheng.commands.receive import receive_files
from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.errors import ExitCode, GateRefusedError
from minsheng.intake.returns.store import read_accepted
from minsheng.privacy.gate import check_privacy
from minsheng.privacy.scanner import inspect, scan
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

ROOT = Path(__file__).parents[2]
ID, MOBILE = ids(1)[0], "13812345678"
JUNE = Period("2017-06")


@pytest.fixture(scope="module")
def planted(june, tmp_path_factory):
    """June with a county that typed an ID into its narrative, and a mobile number as a number."""
    root = tmp_path_factory.mktemp("planted") / "workspace"
    shutil.copytree(june.root, root)
    workspace = Workspace.find(root)
    book = openpyxl.load_workbook(workspace.data / "returns/2017-06/cangxi.xlsx")
    sheet = book["工作情况"]
    cell = next(c for row in sheet.iter_rows(min_row=3) for c in row if isinstance(c.value, str) and len(c.value) > 30)
    cell.value = f"{cell.value}困难群众张某（{ID[:6]} {ID[6:14]} {ID[14:]}）已救助。"
    cell.comment = openpyxl.comments.Comment(f"核对 {ID}", "x")
    book.create_sheet("草稿")["B2"] = int(MOBILE)
    book["草稿"].sheet_state = "hidden"
    path = root / "苍溪县更正.xlsx"
    book.save(path)
    received = receive_files(workspace, "2017-06", [path], received_at="2017-06-27T09:00", sender="", display=Quiet())
    outcome = run_month(workspace, "2017-06", display=Quiet())
    return workspace, received, outcome, cell.coordinate


def test_intake_names_the_cell_and_blocks_the_return(planted):
    workspace, received, outcome, coordinate = planted
    verdict = read_accepted(workspace.data, JUNE, "cangxi").verdict
    found = {(i.sheet, i.cell): i for i in verdict.issues if i.rule == "READ-PERSONAL"}
    assert set(found) == {("工作情况", coordinate), ("草稿", "B2")}
    assert masked(ID) in found["工作情况", coordinate].message
    assert set(verdict.projects.values()) == {"blocked"}
    assert any(masked(ID) in line and coordinate in line for line in received.lines())
    assert outcome.exit_code == ExitCode.GAPS


def test_nothing_of_ours_holds_the_number(planted):
    workspace, received, outcome, _ = planted
    for text in (*received.lines(), *outcome.lines()):
        assert scan("terminal", text.encode()) == ()
    places = [*workspace.outputs.rglob("*"), *(workspace.data / "accepted").rglob("*")]
    for path in (path for path in places if path.is_file()):
        content = path.read_bytes()
        assert ID.encode() not in content, path
        assert MOBILE.encode() not in content, path
        if path.suffix in {".html", ".pdf", ".ipynb", ".json", ".xlsx", ".csv"}:
            assert scan(path.name, content) == (), path


def test_the_original_is_kept_and_would_not_be_sealed(planted):
    workspace, *_ = planted
    file = "returns/2017-06/cangxi.r2.xlsx"
    with pytest.raises(GateRefusedError) as refused:
        check_privacy({file: (workspace.data / file).read_bytes()})
    assert refused.value.exit_code == ExitCode.GATE_REFUSED
    assert f"{file}：工作表“草稿”（隐藏）B2：手机号 138****5678" in str(refused.value)
    assert ID not in str(refused.value)


def test_a_report_with_a_number_is_not_published(june, tmp_path):
    shutil.copytree(june.root, tmp_path / "w")
    workspace = Workspace.find(tmp_path / "w")
    path = workspace.notebooks / "medical_aid.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell(f"户主 {ID}", id="typed"))
    nbformat.write(notebook, path)
    outcome = run_month(
        workspace,
        "2017-06",
        areas=["cangxi"],
        notebooks=["medical_aid"],
        display=Quiet(),
    )
    assert outcome.exit_code == ExitCode.GATE_REFUSED
    assert not (workspace.outputs / "2017-06/cangxi/medical_aid").exists()
    kept = list((workspace.outputs / "2017-06/failed/cangxi/medical_aid").iterdir())
    assert [path.name for path in kept] == ["traceback.txt"]
    assert masked(ID) in kept[0].read_text(encoding="utf-8")
    assert any("含个人信息" in line and "2017-06/cangxi/medical_aid" in line for line in outcome.lines())
    for path in (path for path in workspace.outputs.rglob("*") if path.is_file()):
        assert ID.encode() not in path.read_bytes(), path


def test_the_sample_and_its_june_have_no_hit(june):
    for folder in (ROOT / "data/returns", ROOT / "data/assessment", ROOT / "data/evidence", june.outputs / "2017-06"):
        for path in (path for path in sorted(folder.rglob("*")) if path.is_file()):
            found = inspect(str(path), path.read_bytes())
            assert found.hits == (), found.hits
            assert found.unseen == (), found.unseen
