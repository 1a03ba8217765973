"""A project page that the plan calls outside: no small count in its files; no word of a person in any log."""

import json
import re
import shutil

import openpyxl
import pytest
from tests.conftest import copy_workspace
from tests.privacy.conftest import ids

from minsheng.commands.receive import receive_files
from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.domain.reporting import SUPPRESSED
from minsheng.intake.returns.store import read_accepted
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.render.pdf_text import read_pdf
from minsheng.runs.options import Quiet
from minsheng.workspace import RESULT

pytestmark = pytest.mark.slow

SMALL, LARGE = "elderly_care.home_care_disabled_persons", "elderly_care.home_care_aged_persons"
ID, MOBILE, PERSON, PHRASE = ids(1)[0], "13812345678", "欧阳某甲乙", "患病住院后家中断了收入"
_DIGEST = re.compile(r"\b[0-9a-f]{8,64}\b")
"""Hashes and cell ids: with every delivery others, and four digits of one may happen to be the hidden count."""


def run_few(workspace, notebook="elderly_care"):
    return run_month(workspace, "2017-06", areas=["cangxi"], notebooks=[notebook], display=Quiet())


def receive(workspace, change):
    """Deliver a correction of 苍溪县's June, changed by ``change``."""
    book = openpyxl.load_workbook(workspace.data / "returns/2017-06/cangxi.xlsx")
    change(book)
    path = workspace.root / "苍溪县更正.xlsx"
    book.save(path)
    return receive_files(workspace, "2017-06", [path], received_at="2017-06-27T09:00", sender="", display=Quiet())


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A page of elderly_care that leaves the bureau, of a county with 3 disabled persons among many."""
    workspace = copy_workspace(tmp_path_factory.mktemp("outside") / "workspace", returns="2017-0[1-6]")
    plan = workspace.params / "2017/disclosure.yaml"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("outside: [bulletin", "outside: [elderly_care, bulletin", 1), encoding="utf-8")
    receive(workspace, lambda _book: None)
    before = read_accepted(workspace.data, Period("2017-06"), "cangxi").values
    total = int(before["elderly_care.home_care_cumulative_persons"].value)
    large = str(total - 3)

    def change(book):
        sheet = book["养老服务"]
        sheet[before[SMALL].cell], sheet[before[LARGE].cell] = 3, total - 3
        for row in book["工作情况"].iter_rows():
            if row[0].value == "社会养老服务体系建设":
                row[1].value = f"居家养老服务{total}名，其中失能老人3名、80周岁以上老人{large}名，按月入户。"
        explained = book["情况说明"]
        explained.append(["ELD-004", f"养老服务!{before[SMALL].cell}", f"核对后只有3名，其余{large}名"])

    receive(workspace, change)
    outcome = run_few(workspace)
    return workspace, outcome, total


def test_no_file_of_the_page_holds_the_hidden_counts(outside):
    workspace, _, total = outside
    accepted = read_accepted(workspace.data, Period("2017-06"), "cangxi")
    assert accepted.verdict.projects["elderly_care"] == "reported", accepted.verdict.issues
    large = total - 3
    folder = workspace.outputs / "2017-06/cangxi/elderly_care"
    html = (folder / "report.html").read_text(encoding="utf-8")
    pdf = read_pdf((folder / "report.pdf").read_bytes())
    texts = {
        "html": html,
        "pdf": "\n".join((*pdf.pages, *pdf.strings)),
        "attachment": pdf.attachments["result.json"].decode(),
        "result": (folder / "result.json").read_text(encoding="utf-8"),
        "notebook": (folder / "executed.ipynb").read_text(encoding="utf-8"),
    }
    for name, whole in texts.items():
        text = _DIGEST.sub("…", whole)
        for written in (str(large), f"{large:,}", "失能老人3名"):
            assert written not in text, (name, written)
    assert SUPPRESSED in html
    assert "少于5人的分类数不予显示" in html
    assert f"居家养老服务{total}名，其中失能老人＊名、80周岁以上老人＊名" in html
    figures = json.loads(texts["result"])["figures"]
    shown = {value["id"]: value for value in figures["key_values"]}
    for name in ("home_care_disabled", "home_care_aged"):
        assert (shown[name]["value"], shown[name]["text"]) == (None, SUPPRESSED)
        assert {cell["value"] for cell in shown[name]["cells"]} == {SUPPRESSED}
    measured = next(m for m in figures["measurements"] if m["indicator"] == "home_care_persons")
    assert measured["actual"] == str(total)
    # What the bureau received is kept whole.
    assert accepted.values[SMALL].value == "3"
    assert accepted.values[LARGE].value == str(large)


def test_logs_ledger_and_terminal_hold_no_personal_value(outside, tmp_path):
    workspace = outside[0]
    root = tmp_path / "workspace"
    shutil.copytree(workspace.root, root)
    workspace = type(workspace).find(root)

    def change(book):
        sheet = book["工作情况"]
        cell = next(
            c for row in sheet.iter_rows(min_row=3) for c in row if isinstance(c.value, str) and len(c.value) > 30
        )
        cell.value = f"{cell.value}{PERSON}{PHRASE}，身份证{ID}，电话{MOBILE}。"

    received = receive(workspace, change)
    outcome = run_few(workspace)
    said = "\n".join((*received.lines(), *outcome.lines()))
    reports = {*(each.file for each in FORMATS), NOTEBOOK, RESULT}
    receipts = workspace.outputs / "2017-06/receipts"
    files = [
        path
        for path in workspace.outputs.rglob("*")
        if path.is_file() and path.name not in reports and receipts not in path.parents
    ]
    assert any(path.name.startswith("ledger.sqlite") for path in files)
    texts = {"terminal": said.encode()} | {str(path): path.read_bytes() for path in files}
    for name, content in texts.items():
        for value in (ID, MOBILE, PERSON, PHRASE):
            assert value.encode() not in content, (name, value)
    for path in (workspace.data / "accepted").rglob("*"):
        if path.is_file():
            assert ID.encode() not in path.read_bytes()
            assert MOBILE.encode() not in path.read_bytes()
