"""``minsheng receive`` for an assessment: filled forms and evidence, put where ``minsheng assess`` reads them."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from minsheng.commands.assess import proposals
from minsheng.commands.receive import files_given
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, FileRefusedError, Outcome, UsageError
from minsheng.files.writing import names_disk_faults
from minsheng.intake.forms.delivered_forms import PlacedFile, evidence_body, place_evidence, place_form
from minsheng.intake.forms.reading import read_forms
from minsheng.intake.spreadsheets.reader import Reader
from minsheng.plan import load_plan
from minsheng.privacy.personal_numbers import masked_text
from minsheng.runs.options import Display
from minsheng.workspace import Workspace

_BECAME = {"new": "已放入", "replaced": "已换成新的", "unchanged": "已有，逐字节相同", "refused": "没有放入"}


@dataclass(frozen=True)
class PlacedOutcome(Outcome):
    """What became of the files of one command, what is still wrong with the forms among them, and what comes next."""

    placed: tuple[PlacedFile, ...]
    faults: tuple[str, ...] = ()
    then: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """11 with a file that was not taken, 3 with faults in a form, else 0."""
        if any(one.outcome == "refused" for one in self.placed):
            return ExitCode.FILE_REFUSED
        return ExitCode.GAPS if self.faults else ExitCode.DONE

    def lines(self) -> list[str]:
        """Return the outcome for a terminal: each file, then each fault, then what is to be done."""
        lines = []
        for one in self.placed:
            said = one.reason if one.outcome == "refused" else f"{one.what} → data/{one.file}"
            lines.append(f"{_BECAME[one.outcome]}：{one.source}：{said}")
            lines += [f"  换下的保留在 data/{one.before}"] if one.before else []
        lines += [f"待改正：{fault}" for fault in self.faults]
        return [*lines, self.then] if self.then else lines

    def as_json(self) -> dict[str, Any]:
        """Return the same for a machine."""
        return {"files": [asdict(one) for one in self.placed], "faults": list(self.faults)}


@names_disk_faults
def receive_forms(workspace: Workspace, period: str, files: Sequence[Path], *, display: Display) -> PlacedOutcome:
    """Put filled forms (考评表; of a month 评定表) in place, and list what is still wrong with them.

    Raises
    ------
    UsageError
        If a file does not exist, or the plan has no rubric.
    """
    parsed = Period(period)
    plan = load_plan(workspace.params, parsed.year)
    is_month = parsed.kind == PeriodKind.MONTH
    if not is_month:
        plan.demand_rubric()
    given, _ = files_given(files)
    display.stage(f"接收{parsed.label}{'评定表' if is_month else '考评表'} {len(given)} 份")
    with Reader() as reader:
        placed = tuple(_each(path, partial(place_form, workspace.data, plan, parsed, path, reader)) for path in given)
    there = {one.file for one in placed if one.file}
    faults = [] if is_month or not there else _faults(workspace, plan, parsed, there)
    command = "run" if is_month else "assess"
    then = "改正后再放一次" if faults else f"放齐后：minsheng {command} {parsed}"
    return PlacedOutcome(placed, tuple(faults), then if there else "")


@names_disk_faults
def receive_evidence(
    workspace: Workspace, period: str, files: Sequence[Path], *, who: str | None, item: str, display: Display
) -> PlacedOutcome:
    """Put files under an item of a county or section.

    Raises
    ------
    UsageError
        If it is not said whose they are, that is nobody who is assessed, the item is none of theirs, the period is a
        month, or a file does not exist.
    """
    parsed = Period(period)
    plan = load_plan(workspace.params, parsed.year)
    found, _ = evidence_body(plan, parsed, who, "是谁的印证资料")
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        raise UsageError(f"没有这样的文件：{'、'.join(missing)}")
    display.stage(f"放入印证资料 {len(files)} 份")
    data = workspace.data
    placed = tuple(_each(path, partial(place_evidence, data, plan, parsed, found, item, path)) for path in files)
    named = any(one.outcome == "new" for one in placed)
    return PlacedOutcome(placed, then="文件名要写进考评表的“印证资料文件”栏" if named else "")


def _each(path: Path, put: Callable[[], PlacedFile]) -> PlacedFile:
    """Put one file in place: what is wrong with it stops no other."""
    try:
        return replace(put(), source=masked_text(path.name))
    except FileRefusedError as error:
        return PlacedFile(masked_text(path.name), "refused", reason=masked_text(str(error)))


def _faults(workspace: Workspace, plan: Plan, period: Period, there: set[str]) -> list[str]:
    proposed = {section.id: proposals(workspace, plan, period, section) for section in plan.assessed_sections}
    read = read_forms(workspace.data, plan, period, proposed)
    return [fault for fault in read.faults if any(file in fault for file in there)]
