"""What `plan diff` says of two plans: everything that they say differently, and nothing of how they are written."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.conftest import ROOT

from minsheng.commands.plans.plan_diff import diff_plans
from minsheng.errors import UsageError
from minsheng.workspace import Workspace

PARAMS = ROOT / "tests" / "other_city" / "params"


@pytest.fixture
def draft(tmp_path: Path):
    """A workspace with the plan of another city, a copy of it, and what changes a file of the copy."""
    shutil.copytree(PARAMS, tmp_path / "params")
    shutil.copytree(PARAMS, tmp_path / "draft")
    (tmp_path / "minsheng.toml").write_text("workspace_version = 2\n")
    workspace = Workspace.find(tmp_path)

    def changed(*edits: tuple[str, str, str]) -> list[str]:
        for name, old, new in edits:
            path = tmp_path / "draft" / "2026" / name
            text = path.read_text(encoding="utf-8")
            assert old in text, (name, old)
            path.write_text(text.replace(old, new), encoding="utf-8")
        return diff_plans(workspace, "2026", str(tmp_path / "draft")).lines()

    return changed


def test_comments_order_and_spelling_say_nothing(draft) -> None:
    lines = draft(
        ("indicators.yaml", "# 上限，按序时进度折算", "# 另一句话"),
        ("indicators.yaml", "{city: 24, north: 12, south: 12}", "{south: 12.0, north: 12, city: 24}"),
    )
    assert lines[1:] == ["方案说的完全相同（注释、次序和写法不算）"]


@pytest.mark.parametrize(
    ("edits", "part", "said"),
    [
        (
            [("indicators.yaml", "{city: 24, north: 12, south: 12}", "{city: 30, north: 18, south: 12}")],
            "指标",
            [
                "“超期办理件数”（overdue）·目标·全区：24 → 30（增 6）",
                "“超期办理件数”（overdue）·目标·北湖县：12 → 18（增 6）",
            ],
        ),
        (
            [
                ("funds.yaml", "total_wanyuan: 50\n", "total_wanyuan: 60\n"),
                ("funds.yaml", "[county], amount_wanyuan: 50", "[county], amount_wanyuan: 60"),
            ],
            "资金",
            [
                "“临时救助”·全年合计：50万元 → 60万元（增 10万元）",
                "“临时救助”·“县级安排”（aid_county）·全年数：50万元 → 60万元（增 10万元）",
            ],
        ),
        (
            [("reporting.yaml", "{day: 20, inclusive: false", "{day: 21, inclusive: true")],
            "报送",
            ["县区报送的期限·每月几日：20 → 21（增 1）"],
        ),
        (
            [("tables/care.yaml", "label: 入住,", "label: 实际入住,")],
            "报表",
            ["“入住”（occupied）·印出来的名称：入住 → 实际入住"],
        ),
        ([("areas.yaml", "name: 南塘区", "name: 南塘新区")], "地区", ["“南塘区”（south）·名称：南塘区 → 南塘新区"]),
    ],
    ids=["target", "money", "day", "column", "area"],
)
def test_what_changed_is_said(draft, edits, part: str, said: list[str]) -> None:
    lines = draft(*edits)
    mine = lines[lines.index(f"\n{part}") + 1 :]
    for each in said:
        assert any(line.strip().endswith(each) for line in mine), (each, lines)


def test_what_changed_alike_in_many_things_is_said_once(draft) -> None:
    lines = draft(
        ("expectations/care.yaml", "action: 请", "action: 务请"),
        ("expectations/aid.yaml", "action: 请", "action: 务请"),
    )
    assert lines[-1].startswith("\n共 ")
    assert any("处：" in line for line in lines) or len(lines) < 8


@pytest.mark.usefixtures("draft")
def test_what_is_no_plan_is_refused_with_what_there_is(tmp_path: Path) -> None:
    workspace = Workspace.find(tmp_path)
    with pytest.raises(UsageError, match="已有年度：2026"):
        diff_plans(workspace, "2026", "2031")
    with pytest.raises(UsageError, match="请写到年度的文件夹"):
        diff_plans(workspace, "2026", str(tmp_path))


def commit(folder: Path, message: str) -> None:
    ours = ["-c", "user.name=甲", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for step in (["init", "-q"], ["add", "."], [*ours, "commit", "-q", "-m", message]):
        subprocess.run(["git", "-C", str(folder), *step], check=True)


def raised(folder: Path, old: str, new: str) -> None:
    path = folder / "params" / "2026" / "indicators.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_revisions_of_a_repository_are_compared(tmp_path: Path) -> None:
    # The workspace need not be the repository itself.
    root = tmp_path / "民政" / "workspace"
    shutil.copytree(PARAMS, root / "params")
    (root / "minsheng.toml").write_text("workspace_version = 2\n")
    workspace = Workspace.find(root)
    with pytest.raises(UsageError, match=r"不在 git 仓库里.*写两个文件夹"):
        diff_plans(workspace, "2026@HEAD", "2026")
    commit(tmp_path, "one")
    raised(root, "{city: 24, north: 12,", "{city: 30, north: 18,")
    first = [
        "“超期办理件数”（overdue）·目标·全区：24 → 30（增 6）",
        "“超期办理件数”（overdue）·目标·北湖县：12 → 18（增 6）",
    ]
    assert [str(change) for change in diff_plans(workspace, "2026", None).changes] == first
    commit(tmp_path, "two")
    assert not diff_plans(workspace, "2026", None).changes
    raised(root, "{city: 30, north: 18,", "{city: 32, north: 20,")
    assert [str(change) for change in diff_plans(workspace, "2026@HEAD~1", "2026@HEAD").changes] == first
    both = diff_plans(workspace, f"{root / 'params' / '2026'}@HEAD~1", None)
    assert "24 → 32（增 8）" in str(both.changes[0])
    assert "2026@HEAD~1，提交 " in both.before
    for named, said in (
        ("2026@nowhere", "没有版本“nowhere”"),
        ("2025@HEAD", "里没有 2025 这个方案"),
        ("x@HEAD", "@ 前写年度"),
    ):
        with pytest.raises(UsageError, match=said):
            diff_plans(workspace, named, "2026")
