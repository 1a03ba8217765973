"""A new bureau: init, check, template, receive, run, seal, rebuild - from the built wheel."""

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.filling import blank, fill

from minsheng.commands.init import start_workspace
from minsheng.domain.result import Result
from minsheng.errors import UsageError
from minsheng.workspace import Workspace

YEAR = 2026


def _minsheng(folder: Path, *words: str, package: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MINSHENG_")}
    if package is not None:
        environment["PYTHONPATH"] = str(package)
    command = [sys.executable, "-m", "minsheng", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _first_month(root: Path, package: Path | None = None) -> None:
    """Do literally what ``init`` says, with the figures of one month in the templates."""
    checked = _minsheng(root, "plan", "check", package=package)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert _minsheng(root, "template", f"{YEAR}-01", package=package).returncode == 0
    templates = root / "outputs" / f"{YEAR}-01" / "templates"
    # Beds: 30 + 5 = 35 of 300 in the year. Allowance: 95 + 97 of 100 + 100.
    for area, beds, paid in (("east", 30, 95), ("west", 5, 97)):
        sheets = {
            "养老服务": {"": {"本月新增床位": beds, "累计新增床位": beds, "应发人数": 100, "实发人数": paid}},
            "资金": {
                "争取中央、省补助": {"累计下达": 10, "累计到位": 8, "累计拨付": 4},
                "市县安排": {"累计下达": 6, "累计到位": 2, "累计拨付": 1},
            },
        }
        filled = fill(
            blank(templates, root, area),
            root.parent / f"{area}.xlsx",
            as_of=date(YEAR, 1, 20),
            sheets=sheets,
            words="按计划推进",
        )
        took = _minsheng(
            root, "receive", f"{YEAR}-01", str(filled), "--received-at", f"{YEAR}-01-21T09:00", package=package
        )
        assert took.returncode == 0, took.stdout + took.stderr
        assert "通过校验" in took.stdout
    section = fill(
        blank(templates, root, "elder_section"),
        root.parent / "section.xlsx",
        as_of=date(YEAR, 1, 20),
        sheets={},
        words="本科室已汇总",
    )
    took = _minsheng(
        root, "receive", f"{YEAR}-01", str(section), "--received-at", f"{YEAR}-01-22T09:00", package=package
    )
    assert took.returncode == 0, took.stdout + took.stderr
    ran = _minsheng(root, "run", f"{YEAR}-01", package=package)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _figures(root: Path, name: str):
    path = root / "outputs" / f"{YEAR}-01" / name / "result.json"
    return Result.model_validate_json(path.read_bytes()).figures


@pytest.mark.slow
def test_the_first_run_of_a_new_workspace_from_the_built_wheel(tmp_path: Path) -> None:
    """What ``init`` copies is in the wheel: nothing of the repository is reachable from where this runs."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    wheel = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run([*pip, *wheel], check=True, capture_output=True)
    (built,) = tmp_path.glob("*.whl")
    package = tmp_path / "package"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(package), str(built)], check=True)
    root = tmp_path / "bureau"
    made = _minsheng(tmp_path, "init", str(root), "--year", str(YEAR), package=package)
    assert made.returncode == 0, made.stderr
    assert not [path for path in root.rglob("*") if path.is_symlink()]
    where = "import minsheng, sys; print(minsheng.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", where],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(found.stdout.strip()).is_relative_to(package)
    _first_month(root, package)
    assert (root / "outputs" / f"{YEAR}-01" / "city" / "bulletin" / "report.pdf").is_file()
    city = _figures(root, "city/elder_services")
    beds, ratio = city.measurements
    assert (beds.actual, beds.target, beds.light.word) == (35, 300, "达到序时进度")
    assert ratio.actual == 96
    total = next(use for use in city.funds if use.source == "total")
    assert (total.planned, total.received, total.disbursed) == (5_000_000, 200_000, 100_000)
    assert total.execution == Decimal("0.5")
    html = (root / "outputs" / f"{YEAR}-01" / "city" / "elder_services" / "report.html").read_text(encoding="utf-8")
    assert "社会养老服务体系建设" in html
    assert ">35<" in html
    # Nothing of this repository's city is in a workspace of another.
    texts = [path for path in root.rglob("*") if path.suffix in {".yaml", ".toml", ".md", ".ipynb"}]
    assert texts
    assert not [path for path in texts if "广元" in path.read_text(encoding="utf-8")]
    sealed = _minsheng(root, "archive", "seal", f"{YEAR}-01", "--why", "没有签字", package=package)
    assert sealed.returncode == 0, sealed.stderr
    rebuilt = _minsheng(root, "archive", "rebuild", f"{YEAR}-01", "--json", package=package)
    assert rebuilt.returncode == 0, rebuilt.stderr
    outcome = json.loads(rebuilt.stdout)
    assert (outcome["compared"], outcome["intake"], any(outcome["units"].values())) == ("bytes", [], False)


def test_init_writes_into_nothing_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="已有内容"):
        start_workspace(tmp_path, YEAR)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_year_without_announced_holidays_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有 2999 年的放假安排"):
        start_workspace(tmp_path / "new", 2999)
    assert not (tmp_path / "new").exists()


def test_the_workspace_is_found_and_says_its_settings(tmp_path: Path) -> None:
    start_workspace(tmp_path / "new", YEAR)
    assert Workspace.find(tmp_path / "new" / "params").settings.site_title == "民生工程报送工作簿"
