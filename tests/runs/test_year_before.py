"""Last year's plan and accepted returns are inputs of the reports that compare with them."""

import json
import re
import shutil
from pathlib import Path

import pytest

from minsheng.archive.contents.month import input_names
from minsheng.domain.period import Period
from minsheng.notebook.inputs import Inputs
from minsheng.plan import load_plan
from minsheng.plan.calendar import freeze_calendar
from minsheng.runs.graph import period_tasks
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.task_worker import make_task
from minsheng.workspace import RESULT, Workspace

JUNE, THEN = Period("2017-06"), "data/accepted/2016-06/cangxi"


@pytest.fixture(scope="module")
def continued(june: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample's June, with a year before in which each county stood as it does now."""
    root = tmp_path_factory.mktemp("continued")
    for name in ("params", "notebooks"):
        shutil.copytree(june.root / name, root / name)
    for name in ("minsheng.toml", "requirements.lock"):
        shutil.copy(june.root / name, root / name)
    shutil.copytree(june.data / "accepted", root / "data" / "accepted")
    workspace = Workspace.find(root)
    make_year_before(workspace)
    return workspace


def make_year_before(workspace: Workspace) -> None:
    """Write last year's plan and June as copies of this year's, and what of it this year's indicators continue."""
    params, accepted = workspace.params, workspace.data / "accepted"
    for source in sorted(path for path in (params / "2017").rglob("*.yaml")):
        target = params / "2016" / source.relative_to(params / "2017")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = re.sub(r"(?<![\d-])201([78])(?=-|\b|年)", lambda year: f"201{int(year[1]) - 1}", _as_of_now(source))
        target.write_text(text, encoding="utf-8")
    (params / "2016" / "calendar.yaml").write_text(freeze_calendar(2016), encoding="utf-8")
    path = params / "2017" / "indicators.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("  - id: beds_new\n", "  - id: beds_new\n    continues: beds_new\n")
    path.write_text(text, encoding="utf-8")
    for source in (accepted / "2017-06").iterdir():
        target = accepted / "2016-06" / source.name
        target.parent.mkdir(exist_ok=True)
        target.write_text(source.read_text(encoding="utf-8").replace("2017", "2016"), encoding="utf-8")


def _as_of_now(path: Path) -> str:
    """Return a file of the plan without the values that its dated parameters had before."""
    text = path.read_text(encoding="utf-8")
    return text.replace("      2016-01-01: 60\n", "") if path.name == "parameters.yaml" else text


def task_of(workspace: Workspace, name: str):
    plan = load_plan(workspace.params, 2017)
    preparer = Preparer(workspace, plan, fingerprint(workspace))
    return preparer, next(each for each in period_tasks(plan, JUNE) if each.name == f"2017-06/{name}")


def test_a_confined_report_opens_them_and_names_them(continued: Workspace) -> None:
    preparer, task = task_of(continued, "cangxi/elderly_care")
    made = make_task(preparer.work(task)).packed()
    sealed = json.loads(content) if isinstance(content := made.files[RESULT], bytes) else {}
    assert made.refused == ()
    (found,) = (each for each in sealed["figures"]["compared"] if each["to"] == "year")
    assert (found["indicator"], found["period"], found["state"], found["change"]) == (
        "beds_new",
        "2016-06",
        "compared",
        "0",
    )
    assert "returns/2016-06/cangxi.xlsx" in {each["file"] for each in sealed["provenance"]["inputs"]}


def test_a_change_in_them_makes_the_report_again_and_no_other(continued: Workspace) -> None:
    names = ("cangxi/elderly_care", "city/elderly_care", "cangxi/dibao", "wangcang/elderly_care")
    before = {name: preparer.key(task) for name in names for preparer, task in [task_of(continued, name)]}
    path = continued.root / f"{THEN}.csv"
    kept = path.read_bytes()
    path.write_bytes(kept + b"\n")
    after = {name: preparer.key(task) for name in names for preparer, task in [task_of(continued, name)]}
    path.write_bytes(kept)
    assert [name for name in names if before[name] != after[name]] == ["cangxi/elderly_care", "city/elderly_care"]


def test_a_months_package_holds_them_with_their_plan(continued: Workspace) -> None:
    held = input_names(continued, load_plan(continued.params, 2017), JUNE)
    assert {f"{THEN}.csv", f"{THEN}.json", "params/2016/indicators.yaml"} <= held
    assert "data/accepted/2016-06/social_relief.csv" not in held, "what nothing is compared with is no input"


def test_by_hand_the_same_is_compared(continued: Workspace) -> None:
    inputs = Inputs(continued, load_plan(continued.params, 2017), JUNE)
    before = inputs.year_before("elderly_care", "cangxi")
    assert before is not None
    assert set(before.returns) == {(Period("2016-06"), "cangxi")}
    nothing = inputs.year_before("dibao", "cangxi")
    assert nothing is not None
    assert not nothing.returns
