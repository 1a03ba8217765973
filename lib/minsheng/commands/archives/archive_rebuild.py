"""``minsheng archive rebuild``: a month again from its package alone, by this program or its own, and compared.

Writes a scratch folder alone.
"""

import json
import re
import tempfile
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from minsheng.archive.contents.archived import archive_of, trusted_key
from minsheng.archive.contents.description import PROVENANCE, made_with
from minsheng.archive.contents.program import wheel_of
from minsheng.archive.package.bag import read_info
from minsheng.archive.package.chain import SealEntry, read_state
from minsheng.archive.package.verifying import verify_alone, verify_archive
from minsheng.archive.recompute.comparing import differences
from minsheng.archive.recompute.own_program import make_environment, run_there
from minsheng.commands.run import run_month
from minsheng.domain.period import Period, PeriodKind
from minsheng.errors import ArchiveInvalidError, ExitCode, Outcome, UsageError
from minsheng.files.writing import put
from minsheng.render.formats import HTML
from minsheng.runs.options import Display, RunOptions
from minsheng.workspace import MARKER, RESULT, FontSettings, Settings, Workspace

_MADE = ("outputs/", "program/", PROVENANCE)
"""What lies in a package and is made from the rest of it, and the program that made it."""

_HIDDEN = re.compile(r"<(style|script|head)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)

_PROGRAM = "程序版本"
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class ReportComparison:
    """One report made again: what differs from the sealed one, and what another version only makes in another way."""

    name: str
    differs: tuple[str, ...]
    otherwise: tuple[str, ...] = ()


@dataclass(frozen=True)
class RebuildOutcome(Outcome):
    """How a rebuilt month compares with the sealed one; with no ``other_makings`` it was compared byte by byte."""

    bag: str
    other_makings: tuple[str, ...]
    tasks: tuple[ReportComparison, ...]
    intake: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        """14 with a difference, else 0."""
        differs = self.intake or any(task.differs for task in self.tasks)
        return ExitCode.ARCHIVE_INVALID if differs else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the outcome for a terminal: one line per report."""
        how = self._how()
        lines = [f"{'、'.join(self.other_makings)}与归档时不同：比较{how}"] if self.other_makings else []
        lines += [f"不同：校验后的数据 {name}" for name in self.intake]
        for task in self.tasks:
            said = f"；另一版本写法不同，不是损坏：{'、'.join(task.otherwise)}" if task.otherwise else ""
            same = f"相同：{task.name}（{how}{said}）"
            lines.append(f"不同：{task.name}：{'；'.join(task.differs)}" if task.differs else same)
        count = sum(not task.differs for task in self.tasks)
        lines.append(f"从 {self.bag} 重做 {len(self.tasks)} 份，{count} 份{how}相同，{len(self.tasks) - count} 份不同")
        return lines

    def _how(self) -> str:
        if not self.other_makings:
            return "逐字节"
        return "数字" if _PROGRAM in self.other_makings else "数字与文字"

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {
            "bag": self.bag,
            "compared": {"数字": "figures", "数字与文字": "figures and text", "逐字节": "bytes"}[self._how()],
            "made_otherwise": list(self.other_makings),
            "units": {task.name: list(task.differs) for task in self.tasks},
            "made_by_another_version": {task.name: list(task.otherwise) for task in self.tasks if task.otherwise},
            "intake": list(self.intake),
        }


def rebuild_month(
    workspace: Workspace,
    month: str,
    *,
    revision: int | None,
    archive: Path | None,
    jobs: int | None,
    display: Display,
) -> RebuildOutcome:
    """Make a sealed month again with this program, from its package's own inputs, and compare.

    Parameters
    ----------
    workspace
        Knows where the archive lies; nothing else of it is read.
    month
        ``YYYY-MM``.
    revision
        Which revision; by default the newest.
    archive
        The archive, if not the workspace's.

    Raises
    ------
    UsageError
        If the month or revision is not in the archive.
    ArchiveInvalidError
        If the package does not verify: there is nothing to compare with.
    """
    period = _month(month)
    folder = archive or workspace.archive
    entry = _entry(folder, period, revision)
    _demand_valid(folder / entry.bag, folder, workspace, display)
    sealed = folder / entry.bag / "data"
    with tempfile.TemporaryDirectory(prefix="minsheng-rebuild-") as scratch:
        again = _lay_out(sealed, Path(scratch) / "workspace", workspace, Period(month).year)
        run_month(again, month, RunOptions(jobs=jobs), display=display)
        return _outcome(entry.bag, sealed, again, _other_makings(sealed, again))


def rebuild_package(
    workspace: Workspace | None,
    package: Path,
    *,
    libraries: Path | None,
    program: Path | None,
    jobs: int | None,
    display: Display,
) -> RebuildOutcome:
    """Make a month again from its package alone, with its own program and the libraries of its lock, and compare bytes.

    Parameters
    ----------
    workspace
        Whose key and fonts are used; an auditor needs none.
    package
        The package's folder, in an archive or alone.
    libraries
        A folder with the libraries' files; by default the registry that pip is set to.
    program
        The wheel, where the package only says where it is kept and it lies elsewhere.

    Raises
    ------
    UsageError
        If it is no month's package, or its program is not to be had.
    ArchiveInvalidError
        If the package does not verify, or the program is another one.
    MachineUnfitError
        If a library cannot be had.
    """
    package = package.resolve()
    info = read_info((package / "bag-info.txt").read_bytes()) if (package / "bag-info.txt").is_file() else {}
    if info.get("Minsheng-Kind") != ["month"]:
        raise UsageError(f"{package} 不是一个月的归档包")
    _demand_valid(package, archive_of(package, None, workspace), workspace, display)
    sealed, month = package / "data", "".join(info.get("Minsheng-Period", ()))
    wheel = wheel_of(sealed, program)
    with tempfile.TemporaryDirectory(prefix="minsheng-rebuild-") as scratch:
        again = _lay_out(sealed, Path(scratch) / "workspace", workspace, Period(month).year)
        python = make_environment(
            Path(scratch) / "environment", sealed / "requirements.lock", wheel, libraries, say=display.stage
        )
        display.stage(f"用包中的程序重做{Period(month).label}")
        run_there(python, again, month, jobs)
        return _outcome(package.name, sealed, again, _other_provenance(sealed, again))


def _outcome(bag: str, sealed: Path, again: Workspace, others: tuple[str, ...]) -> RebuildOutcome:
    reports = sorted(path.parent.relative_to(sealed / "outputs") for path in (sealed / "outputs").rglob(RESULT))
    return RebuildOutcome(
        bag=bag,
        other_makings=others,
        tasks=tuple(_compare(sealed, again, report.as_posix(), others) for report in reports),
        intake=_intake_differs(sealed, again.root, exact=not others),
    )


def _month(text: str) -> Period:
    period = Period(text)
    if period.kind != PeriodKind.MONTH:
        raise UsageError(f"重做按月份（YYYY-MM）进行，现为“{text}”")
    return period


def _demand_valid(package: Path, folder: Path | None, workspace: Workspace | None, display: Display) -> None:
    """Refuse a package that does not verify: there would be nothing to compare with."""
    if folder is not None and package.parent == folder.resolve():
        public, _ = trusted_key(workspace, None)
        verified = verify_archive(folder, public=public, only={package.name}, say=display.stage)
    else:
        verified = verify_alone(package)
    if verified.faults:
        raise ArchiveInvalidError("\n".join(str(fault) for fault in verified.faults))


def _other_provenance(sealed: Path, again: Workspace) -> tuple[str, ...]:
    """Return what the reports were made with that was not had: licensed fonts are no part of a package."""
    words = {"package_version": _PROGRAM, "lock_sha256": "依赖的锁定版本", "fonts": "字体"}
    for path in sorted((sealed / "outputs").rglob(RESULT)):
        made = again.outputs / path.relative_to(sealed / "outputs")
        if made.is_file():
            then, now = (json.loads(each.read_bytes())["provenance"] for each in (path, made))
            return tuple(word for name, word in words.items() if then.get(name) != now.get(name))
    return ()


def _entry(folder: Path, period: Period, revision: int | None) -> SealEntry:
    entries = [entry for entry in read_state(folder).entries if entry.period == period] if folder.is_dir() else []
    chosen = [entry for entry in entries if revision in {None, entry.revision}]
    if not chosen:
        known = "、".join(entry.bag for entry in entries) or "无"
        raise UsageError(f"归档中没有{period.label}{f'的第 {revision} 版' if revision else ''}；已有：{known}")
    return chosen[-1]


def _lay_out(sealed: Path, root: Path, owner: Workspace | None, year: int) -> Workspace:
    """Make a workspace of a package's inputs; what had been made of them stays behind."""
    for path in sorted(sealed.rglob("*")):
        name = path.relative_to(sealed).as_posix()
        # What intake made of last year's returns is an input of 同比; this year's is made again.
        if path.is_file() and not name.startswith((f"data/accepted/{year}", *_MADE)):
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            put(path, target)
    # Licensed fonts are no part of a package: those of the machine are used, and where they differ bytes cannot agree.
    folder = str(owner.font_folder) if owner and owner.font_folder else ""
    put(f"[fonts]\nfolder = {json.dumps(folder)}\n".encode(), root / MARKER)
    fonts = (owner.settings.fonts if owner else FontSettings()).model_copy(update={"folder": folder})
    return Workspace(root, root / "params", Settings(fonts=fonts))


def _other_makings(sealed: Path, again: Workspace) -> tuple[str, ...]:
    words = {"package": _PROGRAM, "lock_sha256": "依赖的锁定版本", "fonts": "字体", "text_stack": "排版库"}
    then = json.loads((sealed / PROVENANCE).read_bytes())["made_with"]
    now = made_with(again)
    return tuple(word for name, word in words.items() if then.get(name) != now[name])


def _compare(sealed: Path, again: Workspace, task: str, others: tuple[str, ...]) -> ReportComparison:
    """Compare one report: bytes, or with other makings figures; words too, unless another program wrote them."""
    old, new = sealed / "outputs" / task, again.outputs / task
    if not (new / HTML).is_file():
        return ReportComparison(task, ("没有做成",))
    names = sorted(path.name for path in old.iterdir())
    changed = tuple(name for name in names if _bytes(old / name) != _bytes(new / name))
    if not others:
        # With package, lock, fonts and press of the sealed month the bytes must be the same.
        return ReportComparison(task, changed)
    found = list(differences(_figures(old), _figures(new), same=_PROGRAM not in others))
    differs = ("数字（result.json 的 figures）",) if any(not each.is_word for each in found) else ()
    worded = sorted({each.field for each in found if each.is_word})
    words = (*([f"措辞（result.json 的 {'、'.join(worded)}）"] if worded else []), *_reworded(old, new))
    pages = tuple(name for name in changed if name.startswith("report."))
    # Figures must agree always, words where the program is the same: what another one writes otherwise is no damage.
    if _PROGRAM in others:
        return ReportComparison(task, differs, (*words, *pages))
    return ReportComparison(task, (*differs, *words), pages)


def _intake_differs(sealed: Path, root: Path, *, exact: bool) -> tuple[str, ...]:
    """Compare accepted values; with the same program the verdicts too."""
    paths = sorted((sealed / "data" / "accepted").rglob("*.*" if exact else "*.csv"))
    names = [path.relative_to(sealed).as_posix() for path in paths if path.is_file()]
    return tuple(name for name in names if _bytes(sealed / name) != _bytes(root / name))


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _figures(folder: Path) -> object:
    # A notebook of the bureau's own seals none.
    return json.loads((folder / RESULT).read_bytes())["figures"] if (folder / RESULT).is_file() else None


def _reworded(old: Path, new: Path) -> tuple[str, ...]:
    return () if _text(old) == _text(new) else ("报告文字",)


def _text(folder: Path) -> list[str]:
    """Return the words that a reader sees in a report's page."""
    page = (folder / HTML).read_text(encoding="utf-8")
    return unescape(_TAG.sub(" ", _HIDDEN.sub(" ", page))).split()
