"""The rule workbench: what an analyst edits is tried on a month, and nothing is written."""

from pathlib import Path

import pytest
from tests.conftest import ROOT, copy_workspace

from minsheng.domain.delivery import RuleState
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.intake.returns.checking import check_year_to_date
from minsheng.intake.returns.trial import rule_texts, try_rule
from minsheng.plan import load_plan
from minsheng.workspace import Workspace

pytestmark = pytest.mark.slow

MARCH = Period("2017-03")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Plan]:
    workspace = copy_workspace(tmp_path_factory.mktemp("bench") / "workspace", returns="2017-0[123]")
    plan = load_plan(workspace.params, MARCH.year)
    check_year_to_date(plan, workspace.params, workspace.data, MARCH)
    return workspace, plan


def snapshot(workspace: Workspace) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in workspace.root.rglob("*") if path.is_file()}


def run(desk: tuple[Workspace, Plan], text: str, replaces: str | None = None, table: str = "dibao"):
    workspace, plan = desk
    return try_rule(plan, workspace.params, workspace.data, MARCH, table=table, text=text, replaces=replaces)


def text_of(desk: tuple[Workspace, Plan], rule: str, table: str = "dibao") -> str:
    return next(r.text for r in rule_texts(desk[0].params, MARCH.year, table) if r.id == rule)


def test_every_rule_of_every_table_is_found_as_text(desk: tuple[Workspace, Plan]) -> None:
    folder = desk[0].params / "2017" / "expectations"
    for path in folder.glob("*.yaml"):
        texts = rule_texts(desk[0].params, MARCH.year, path.stem)
        assert len(texts) == path.read_text(encoding="utf-8").count("\n  - id: ")
        assert all(text.text.startswith(f"- id: {text.id}\n") for text in texts)


def test_an_edited_rule_fires_at_cells_and_nothing_is_written(desk: tuple[Workspace, Plan]) -> None:
    before = snapshot(desk[0])
    assert run(desk, text_of(desk, "DIB-012"), "DIB-012").fired == ()
    stricter = text_of(desk, "DIB-012").replace("factor: 1.5, at_least: 100", "factor: 1.0001, at_least: 1")
    trial = run(desk, stricter, "DIB-012")
    assert not trial.faults
    assert {fired.issue.rule for fired in trial.fired} == {"DIB-012"}
    assert {fired.issue.cell[:1] for fired in trial.fired} <= set("BDHG")
    assert trial.outcomes is not None
    assert trial.outcomes[RuleState.FAIL] == len({fired.area for fired in trial.fired})
    assert snapshot(desk[0]) == before


def test_a_new_rule_is_tried_alone(desk: tuple[Workspace, Plan]) -> None:
    text = """- id: DIB-901
  type: expect_cells_to_be_between
  kwargs: {columns: [standard_yuan], low: 0, high: 300}
  severity: warning
  blank: not_checked
  message: 标准高于 300 元
  allowed: 不高于 300 元
  action: 请核对
  basis: 试用
  bad: {standard_yuan: 301}
"""
    trial = run(desk, text)
    assert {(f.issue.rule, f.issue.cell) for f in trial.fired} == {("DIB-901", "G4")}  # 城市低保 stands at 420
    assert len({fired.area for fired in trial.fired}) == 8


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("expect_change_to_be_within", "expect_nothing", "没有“expect_nothing”这种规则"),
        ("columns: [households", "columns: [haushalte", "haushalte"),
        ("severity: warning", "severity: whatever", "severity"),
        ("  message:", "  mesage:", "mesage"),
        ("- id: DIB-012", "- id: DIB-001", "DIB-001 重复"),
        ("kwargs: {", "kwargs: {{", "dibao.yaml:"),
    ],
)
def test_a_faulty_text_is_named_and_not_run(old: str, new: str, says: str, desk: tuple[Workspace, Plan]) -> None:
    trial = run(desk, text_of(desk, "DIB-012").replace(old, new, 1), "DIB-012")
    assert any(says in fault for fault in trial.faults), trial.faults
    assert trial.outcomes is None


def test_the_widgets_follow_each_other(desk: tuple[Workspace, Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    from minsheng.notebook import rule_workbench

    monkeypatch.setenv("MINSHENG_WORKSPACE", str(desk[0].root))
    month, tables, rules = (box := rule_workbench()).children[0].children
    text, button, page, _letters = box.children[1:]
    month.value = str(MARCH)
    tables.value = "elderly_care"
    assert rules.value == "ELD-001"
    assert text.value.startswith("- id: ELD-001")
    rules.value = "ELD-006"
    button.click()
    assert "命中 0 个单元格" in page.value
    text.value = text.value.replace("critical", "<script>")
    button.click()
    assert "没有运行" in page.value
    assert "<script>" not in page.value
    rules.value = "（新规则）"
    assert text.value.startswith("- id: ELD-901")


@pytest.mark.slow
def test_the_notebook_runs_in_a_kernel(desk: tuple[Workspace, Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    import nbclient
    import nbformat

    monkeypatch.setenv("MINSHENG_WORKSPACE", str(desk[0].root))
    book = nbformat.read(ROOT / "notebooks" / "rules.ipynb", as_version=4)
    nbclient.NotebookClient(book, timeout=120).execute()
    (output,) = [o for cell in book.cells if cell.cell_type == "code" for o in cell.outputs]
    assert "application/vnd.jupyter.widget-view+json" in output["data"]
