"""A plan as it was in a revision of a git repository, taken out into a folder of its own."""

import io
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path

from minsheng.errors import UsageError


@dataclass(frozen=True)
class PlanRevision:
    """What stood in a revision: a folder, and which commit it was."""

    folder: Path
    commit: str
    """Its first digits and its day."""


def taken_out(folder: Path, revision: str, target: Path) -> PlanRevision:
    """Write a year's folder of a plan as it was in a revision below ``target``.

    Parameters
    ----------
    folder
        The year's folder in the working tree; it need not be there any more.
    revision
        What git understands: ``HEAD~3``, a tag, a branch, ``main@{2026-05-01}``, the digits of a commit.

    Raises
    ------
    UsageError
        If the folder is in no repository, git is not there, or the revision or the plan in it is not.
    """
    beside = next(each for each in folder.resolve().parents if each.is_dir())
    inner = folder.resolve().relative_to(beside)
    if _git(beside, "rev-parse", "--is-inside-work-tree").strip() != b"true":
        raise UsageError(
            f"{beside} 不在 git 仓库里，没有以前的版本可比。"
            "要比较两份稿子，写两个文件夹：minsheng plan diff 旧稿/params/2018 2018"
        )
    commit = _git(beside, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not commit:
        allowed = "HEAD（上次提交）、HEAD~3、标签、分支或提交号（git log）"
        raise UsageError(f"git 仓库里没有版本“{revision}”。可写 {allowed}")
    found = commit.decode().strip()
    packed = _git(beside, "archive", "--format=zip", found, "--", inner.as_posix())
    if not packed:
        raise UsageError(f"版本 {revision}（{found[:12]}）里没有 {inner.as_posix()} 这个方案")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(target)
    day = _git(beside, "show", "--no-patch", "--format=%cs", found).decode().strip()
    return PlanRevision(target / inner, f"提交 {found[:12]}，{day}")


def _git(folder: Path, *arguments: str) -> bytes:
    """Return what git says; nothing where it refuses."""
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False).stdout
    except FileNotFoundError:
        raise UsageError("这台机器没有 git，不能比较以前的版本") from None
