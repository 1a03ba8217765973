"""``minsheng plan new``: a new plan from the annex table of a notice, in a spreadsheet or as a person says it."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from minsheng.authoring.annex_table import AnnexTable, read_annex
from minsheng.authoring.new_plan import KEPT, NewPlan, plan_files
from minsheng.commands.plans.plan_check import PlanOutcome, check_plans
from minsheng.commands.plans.plan_schema import modeline
from minsheng.errors import ExitCode, Outcome, UsageError
from minsheng.files.writing import write_atomically
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.plan.calendar import freeze_calendar
from minsheng.workspace import Workspace

NOTEBOOK = "project.ipynb"
"""The notebook that serves every project of a new plan."""


@dataclass(frozen=True)
class NewPlanOutcome(Outcome):
    """What was written, and what ``plan check`` says of it."""

    folder: Path
    annex: AnnexTable
    checked: PlanOutcome

    @property
    def exit_code(self) -> ExitCode:
        """10 where the annex made a plan with faults, else 0."""
        return self.checked.exit_code

    def lines(self) -> list[str]:
        """Return what was taken from the annex, what stands there now and what to do next."""
        year = self.folder.name
        told = [f"附件：{len(self.annex.areas)} 个地区，{len(self.annex.columns)} 项目标"]
        told += [f"  {'／'.join(column.headings)}（{column.unit or '没有单位'}）" for column in self.annex.columns]
        told += [f"已写出 {self.folder}", *self.checked.lines()]
        told.append("附件没有写的（计算口径、报送日、细则、科室）由系统补上，注明 document: ours，请逐条核对。")
        return [*told, f"下一步：minsheng plan try {year}，看报表、报告和得分的样子"]


def new_plan(workspace: Workspace, new: NewPlan) -> NewPlanOutcome:
    """Write a year's folder under ``params/``, complete.

    Raises
    ------
    UsageError
        If there is a plan of that year, or its holidays are not known.
    """
    folder = workspace.params / str(new.year)
    if folder.exists():
        raise UsageError(f"{folder} 已有方案：plan new 只写新的年度，不改动已有的")
    written = {**dict(_kept(new.year)), **plan_files(new), "calendar.yaml": freeze_calendar(new.year)}
    for name, text in written.items():
        path = folder / name
        write_atomically(path, f"{modeline(path, folder)}\n{text}".encode())
    if not (workspace.notebooks / NOTEBOOK).is_file():
        write_atomically(workspace.notebooks / NOTEBOOK, _skeleton("notebooks", NOTEBOOK).encode())
    return NewPlanOutcome(folder, new.annex, check_plans(workspace, new.year))


def annex_in(path: Path) -> AnnexTable:
    """Read the annex in a spreadsheet, in a child process as any stranger's file.

    Raises
    ------
    UsageError
        If there is no such file.
    FileRefusedError
        If it is no spreadsheet, or holds no annex table.
    """
    if not path.is_file():
        raise UsageError(f"没有文件 {path}")
    with Reader() as reader:
        return read_annex(reader.read(path.read_bytes()))


def _kept(year: int) -> Iterator[tuple[str, str]]:
    """Yield the files of the sample plan that hold for any: without their first line, which names their schema."""
    for name in KEPT:
        text = _skeleton("params", "YEAR", *name.split("/")).replace("YEAR", str(year))
        yield name, text.partition("\n")[2] if text.startswith("# yaml-language-server") else text


def _skeleton(*names: str) -> str:
    return files("minsheng").joinpath("skeleton", *names).read_text(encoding="utf-8")
