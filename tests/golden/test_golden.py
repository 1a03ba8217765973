"""Back test: an approved month is made again and compared, figures and text, task by task."""

import importlib.util
import json
from pathlib import Path

import pytest

from minsheng.workspace import Workspace

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("golden", Path(__file__).with_name("golden.py"))
golden = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(golden)
MONTH = "2017-06"


@pytest.fixture(scope="module")
def made(june: Workspace) -> dict[str, str]:
    return golden.month_of(june.outputs, MONTH)


def test_the_same_reports_as_approved(made: dict[str, str]) -> None:
    assert sorted(made) == sorted(golden.kept(MONTH))


@pytest.mark.parametrize("name", sorted(golden.kept(MONTH)))
def test_figures_and_text_are_as_approved(name: str, made: dict[str, str]) -> None:
    now, approved = json.loads(made[name]), json.loads(golden.kept(MONTH)[name])
    assert now["figures"] == approved["figures"]
    assert now["text"] == approved["text"]


@pytest.mark.parametrize("month", sorted(golden.approvals()))
def test_the_changelog_names_the_impact_of_the_last_approval(month: str) -> None:
    approval = golden.approvals()[month]
    assert golden.digest(golden.kept(month)) == approval["digest"], "edited by hand: use `make golden`"
    assert approval["changelog"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_why_a_month_was_approved_stands_at_the_head_of_the_changed_figures_once() -> None:
    released = "## 1.0.0 — 2017-01-01\n\n### Changed figures\n- Why so.\n"
    for before, after in (
        (
            "### Changed figures\n- Old.\n\n### Added\n- x\n",
            "### Changed figures\n- Why so.\n- Old.\n\n### Added\n- x\n",
        ),
        ("### Added\n- x\n", "### Changed figures\n- Why so.\n\n### Added\n- x\n"),
    ):
        told = golden.with_entry(f"# Log\n\n## Unreleased\n\n{before}\n{released}", "Why so.")
        assert told == f"# Log\n\n## Unreleased\n\n{after}\n{released}"
        assert golden.with_entry(told, "Why so.") == told


def test_nobody_approves_without_a_reason(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="WHY"):
        golden.approve(tmp_path, MONTH, " ")


def test_an_approved_month_is_not_empty() -> None:
    assert MONTH in golden.approvals()
    assert len(golden.kept(MONTH)) > 50


def test_a_changed_figure_or_word_is_seen(june: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "unit"
    folder.mkdir()
    source = june.outputs / MONTH / "cangxi" / "elderly_care"
    for name in ("result.json", "report.html"):
        (folder / name).write_bytes((source / name).read_bytes())
    before = golden.task_of(folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    (folder / "report.html").write_text(page.replace("完成", "完结", 1), encoding="utf-8")
    assert golden.task_of(folder) != before
