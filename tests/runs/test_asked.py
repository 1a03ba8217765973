"""What is published is what was asked for: another county's page, a rewritten result, a page of other figures."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from minsheng.commands.run import run_month
from minsheng.domain.period import Period
from minsheng.domain.result import RESULT_TYPE, Result
from minsheng.files.hashing import sha256
from minsheng.plan import load_plan
from minsheng.runs.asked import hold_to
from minsheng.runs.failures import FailureKind, TaskFailedError
from minsheng.runs.graph import period_tasks
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.options import Quiet
from minsheng.workspace import Workspace

TASK = "2017-06/cangxi/dibao"


@pytest.fixture(scope="module")
def prepared(june: Workspace):
    """Notebook, result and what was asked for, of every task of June."""
    plan = load_plan(june.params, 2017)
    preparer = Preparer(june, plan, fingerprint(june))
    works = {task.name: preparer.work(task) for task in period_tasks(plan, Period("2017-06"))}

    def of(name: str):
        folder = june.outputs / name
        notebook = nbformat.read(folder / "executed.ipynb", as_version=4)
        return works[name], (folder / "result.json").read_bytes(), notebook

    return works, of


def _fault(work, sealed: bytes, notebook) -> str:
    try:
        hold_to(work.asked, work.plan, sealed, Result.model_validate_json(sealed), notebook)
    except TaskFailedError as error:
        return f"{error.failure.kind}：{error.failure.message}"
    return ""


def _sealing(notebook, sealed: bytes):
    """Let a notebook say that it has sealed a result."""
    notebook.cells[-1].outputs[0]["data"][RESULT_TYPE] = {"sha256": sha256(sealed)}
    return notebook


def test_every_report_of_a_month_is_what_was_asked_for(prepared) -> None:
    works, of = prepared
    assert {name: fault for name in works if (fault := _fault(*of(name)))} == {}


def test_every_half_year_report_is_what_was_asked_for(assessed: Workspace) -> None:
    plan = load_plan(assessed.params, 2017)
    preparer = Preparer(assessed, plan, fingerprint(assessed))
    for task in period_tasks(plan, Period("2017-H1")):
        folder = assessed.outputs / task.name
        notebook = nbformat.read(folder / "executed.ipynb", as_version=4)
        assert _fault(preparer.work(task), (folder / "result.json").read_bytes(), notebook) == "", task.name


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("figures", "area"), "jiange", "地区是“jiange”，应为“cangxi”"),
        (("figures", "period"), "2017-05", "报告期是“2017-05”"),
        (("figures", "project"), "two_lines", "项目是“two_lines”"),
        (("provenance", "plan_sha256"), "0" * 64, "方案的摘要与本次运行的不符"),
        (("provenance", "notebook_sha256"), "0" * 64, "笔记本的摘要"),
        (("provenance", "lock_sha256"), "0" * 64, "锁定文件的摘要"),
        (("provenance", "package_version"), "9", "程序版本"),
        (("provenance", "fonts"), {}, "字体"),
        (("provenance", "inputs", 0, "sha256"), "0" * 64, "不是这份报告的来源"),
        (("provenance", "inputs", 0), None, "没有写明取自 returns/2017-0"),
        (("figures", "measurements", 0, "actual"), "1", "显示的与封存的结果不符"),
        (("figures", "area_name"), "剑阁县", "report.title(dossier)"),
    ],
)
def test_a_rewritten_result_is_refused_by_what_differs(prepared, path: tuple, value: object, said: str) -> None:
    work, sealed, notebook = prepared[1](TASK)
    changed = json.loads(sealed)
    where = changed
    for step in path[:-1]:
        where = where[step]
    if value is None:
        del where[path[-1]]
    else:
        where[path[-1]] = value
    rewritten = json.dumps(changed).encode()
    assert _fault(work, rewritten, notebook).startswith(FailureKind.NOT_ASKED)
    assert said in _fault(work, rewritten, _sealing(notebook, rewritten))


def test_a_result_that_was_rewritten_where_no_page_shows_it(prepared) -> None:
    work, sealed, notebook = prepared[1](TASK)
    assert "不是笔记本用 publish_result 封存的那一份" in _fault(work, sealed + b"\n", notebook)


def test_a_page_that_shows_nothing_sealed_is_refused(prepared) -> None:
    work, sealed, notebook = prepared[1](TASK)
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith("report.")]
    assert "页面没有显示封存的结果" in _fault(work, sealed, notebook)


def test_a_notebook_may_show_more_than_it_seals(prepared) -> None:
    work, sealed, notebook = prepared[1](TASK)
    notebook.cells[2:2] = [nbformat.v4.new_markdown_cell("说明"), nbformat.v4.new_code_cell("%time 1 + 1")]
    assert _fault(work, sealed, notebook) == ""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("dossier = open_dossier", 'area = "jiange"\ndossier = open_dossier', "地区是“jiange”，应为“cangxi”"),
        ("report.title(dossier)", 'dossier = open_dossier("dibao", period=period, area="jiange")', "地区是“jiange”"),
        ("dossier = open_dossier", "report.summary = report.title\ndossier = open_dossier", "report.summary"),
    ],
)
def test_a_notebook_that_reports_for_another_county(
    june: Workspace, tmp_path: Path, before: str, after: str, said: str
) -> None:
    shutil.copytree(june.root, tmp_path / "w")
    workspace = Workspace.find(tmp_path / "w")
    path = workspace.notebooks / "dibao.ipynb"
    text = json.loads(path.read_text(encoding="utf-8"))
    for each in text["cells"]:
        each["source"] = "".join(each["source"]).replace(before, after)
    path.write_text(json.dumps(text), encoding="utf-8")
    summary = run_month(workspace, "2017-06", areas=["cangxi"], notebooks=["dibao"], display=Quiet()).summary
    assert summary.failed[TASK].kind == FailureKind.NOT_ASKED
    assert said in summary.failed[TASK].message
    assert not (workspace.outputs / TASK).exists()
    assert (workspace.failed(*TASK.split("/")) / "executed.ipynb").is_file()
