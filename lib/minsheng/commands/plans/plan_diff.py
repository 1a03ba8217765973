"""``minsheng plan diff``: what changed between two years, or two folders or revisions of a plan, in words."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from minsheng.authoring.plan_changes import PlanChange, in_lines, plan_changes, taken_out
from minsheng.errors import Outcome, UsageError
from minsheng.intake.rules.suites import load_suites
from minsheng.plan import load_plan
from minsheng.plan.loader import plan_years
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class PlanChanges(Outcome):
    """Everything that differs, part by part."""

    before: str
    after: str
    changes: tuple[PlanChange, ...]

    def lines(self) -> list[str]:
        """Return it for a terminal."""
        told = [f"{self.before} → {self.after}"]
        if not self.changes:
            return [*told, "方案说的完全相同（注释、次序和写法不算）"]
        for part in dict.fromkeys(change.part for change in self.changes):
            mine = [change for change in self.changes if change.part == part]
            told += [f"\n{part}", *(f"  {line}" for line in in_lines(mine))]
        return [*told, f"\n共 {len(self.changes)} 处不同"]

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {
            "before": self.before,
            "after": self.after,
            "changes": [
                {"part": each.part, "where": each.where, "before": each.before, "after": each.after}
                for each in self.changes
            ],
        }


def diff_plans(workspace: Workspace, before: str, after: str | None) -> PlanChanges:
    """Compare two plans.

    Parameters
    ----------
    before, after
        A year under ``params/``; or a folder: of one year, of years with only one in it, or an archived package. Either
        may name a revision of the git repository that it stands in (``2017@HEAD~3``). Without ``after`` the first is
        compared as it stands with its revision; where it names none, with the last commit.

    Raises
    ------
    UsageError
        If there is no plan there.
    PlanInvalidError
        If one of them has faults.
    """
    if after is None:
        name, revision = _split(before)
        before, after = f"{name}{_AT}{revision or 'HEAD'}", name
    with ExitStack() as stack:
        (old_folder, old_year, old_said), (new_folder, new_year, new_said) = (
            _place(workspace, name, stack) for name in (before, after)
        )
        old, new = load_plan(old_folder, old_year), load_plan(new_folder, new_year)
        changes = plan_changes(old, new, load_suites(old, old_folder), load_suites(new, new_folder))
    return PlanChanges(
        before=f"{old.about.title}（{old_said}）",
        after=f"{new.about.title}（{new_said}）",
        changes=tuple(changes),
    )


_AT = "@"


def _split(name: str) -> tuple[str, str]:
    """Return what somebody named and the revision of it; a folder whose name holds the sign is none."""
    if Path(name).exists():
        return name, ""
    place, _, revision = name.partition(_AT)
    return place, revision


def _place(workspace: Workspace, named: str, stack: ExitStack) -> tuple[Path, int, str]:
    """Return the folder of years, and the year, that somebody named, and what to call it."""
    name, revision = _split(named)
    if revision:
        year = Path(name).name
        if not year.isdigit():
            raise UsageError(f"“{named}”：@ 前写年度或年度的文件夹，例如 2018@HEAD~3、旧稿/params/2018@v1")
        folder = workspace.params / year if name == year else Path(name)
        target = Path(stack.enter_context(TemporaryDirectory(prefix="minsheng-")))
        was = taken_out(folder, revision, target)
        return was.folder.parent, int(year), f"{named}，{was.commit}"
    folder, number = _standing(workspace, name)
    return folder, number, str(folder / str(number))


def _standing(workspace: Workspace, name: str) -> tuple[Path, int]:
    """Return the folder of years, and the year, of a plan that stands in the workspace or somewhere else."""
    if name.isdigit() and int(name) in plan_years(workspace.params):
        return workspace.params, int(name)
    folder = Path(name)
    if not folder.is_dir():
        years = "、".join(map(str, plan_years(workspace.params))) or "无"
        raise UsageError(
            f"“{name}”不是年度，也不是文件夹。已有年度：{years}；文件夹写到年度为止，例如 旧稿/params/2018；"
            "以前提交的版本写 2018@HEAD~3"
        )
    found = sorted(path.parent for path in folder.rglob("plan.yaml") if path.parent.name.isdigit())
    if (folder / "plan.yaml").is_file():
        found = [folder.resolve()]
    if len(found) != 1 or not found[0].name.isdigit():
        there = "、".join(map(str, found)) or "没有"
        raise UsageError(f"{folder} 中的方案：{there}。请写到年度的文件夹，以年度为名，其中有 plan.yaml")
    return found[0].parent, int(found[0].name)
