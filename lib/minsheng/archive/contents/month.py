"""What the package of a month holds, and whether the month is complete enough to be sealed."""

from collections.abc import Collection, Iterable
from pathlib import Path

from minsheng.archive.contents.description import PROVENANCE, provenance_bytes
from minsheng.archive.contents.links import relinked_month_page
from minsheng.archive.contents.program import program_files
from minsheng.archive.contents.receipt_signatures import SUFFIX as RETURN_SIGNATURE
from minsheng.archive.package.faults import quoted
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.files.hashing import FileContent
from minsheng.files.registers import part_of, rows
from minsheng.intake.forms.form_store import accepted_deliveries_path, accepted_form_path, forms_dir
from minsheng.intake.returns.checking import is_up_to_date
from minsheng.intake.returns.receipts import receipts_dir
from minsheng.intake.returns.store import delivered_path, read_register, register_path
from minsheng.plan import load_plan_before
from minsheng.render.formats import HTML
from minsheng.runs.failures import FailureKind
from minsheng.runs.graph import Task, period_tasks
from minsheng.runs.history import RunHistory, files_intact
from minsheng.runs.keys import Preparer, declared_files, fingerprint, year_before_files
from minsheng.runs.released_code import program_wheel
from minsheng.signing.deliveries import (
    DeliveredReport,
    deliveries_path,
    handed_figures_path,
    known_by,
    read_deliveries,
)
from minsheng.signing.signatures import SignedReport, read_signed, signed_register_path
from minsheng.signing.standing import changed_since_signed, section_states, unfinished
from minsheng.workspace import RESULT, Workspace


def why_incomplete(workspace: Workspace, plan: Plan, period: Period, pages: Collection[str]) -> list[str]:
    """Return why a month or an assessment may not be sealed yet, one line per reason with what it concerns.

    Parameters
    ----------
    pages
        Files of the period's own folder that must be there.
    """
    is_month = period.kind == PeriodKind.MONTH
    make = f"minsheng {'run' if is_month else 'assess'} {period}"
    tasks = period_tasks(plan, period)
    if not workspace.history.is_file():
        return [f"{period.label}还没有生成过：{make}"]
    reasons = []
    if not is_up_to_date(plan, workspace.params, workspace.data, period.closing_month):
        reasons.append(f"报表或方案在校验之后有变化：{make}")
    preparer = Preparer(workspace, plan, fingerprint(workspace))
    with RunHistory(workspace.history) as history:
        by_reason: dict[str, list[str]] = {}
        for task in tasks:
            by_reason.setdefault(_why_not(workspace, preparer, history, task, make), []).append(task.name)
    reasons += [f"{why}（{quoted(names)}）" for why, names in by_reason.items() if why]
    if is_month:
        with RunHistory(workspace.history) as history:
            made = {name: attempt.outputs for name, attempt in history.last_attempts(f"{period}/").items()}
        # What a leader signed must be what is sealed.
        reasons += changed_since_signed(workspace, plan, period, made)
    # An area that has not reported is no reason: its reports say 未报送.
    folder = workspace.outputs / str(period)
    return reasons + [f"缺少 {folder / name}：{make}" for name in pages if not (folder / name).is_file()]


def left_to_people(workspace: Workspace, plan: Plan, period: Period) -> list[str]:
    """Return what people have still to do before a month is complete, one line each; an assessment has nothing such."""
    if period.kind != PeriodKind.MONTH or not workspace.history.is_file():
        return []
    with RunHistory(workspace.history) as history:
        made = {name: attempt.outputs for name, attempt in history.last_attempts(f"{period}/").items()}
    left = unfinished(plan, period, section_states(workspace, plan, period, made))
    return [*left.to_sign(period), *left.to_deliver(period)]


def _why_not(workspace: Workspace, preparer: Preparer, history: RunHistory, task: Task, make: str) -> str:
    last = history.last_attempt(task.name)
    if last is None:
        return f"没有生成过：{make}"
    if last.state == "failed":
        return f"生成失败（{FailureKind(last.failure).word}）：{last.message}"
    if not files_intact(workspace.outputs / task.name, last.outputs):
        return f"生成之后文件被改动或删去：{make}"
    if last.key != preparer.key(task):
        return f"生成之后报表、方案、笔记本或程序有变化：{make}"
    return ""


def month_files(workspace: Workspace, plan: Plan, period: Period, pages: Collection[str]) -> dict[str, bytes | Path]:
    """Return path in the package → content of everything that a month's package holds.

    Reports, the month's ``pages`` and receipts; the returns of the year to date with their lines of the register, and
    what intake made of them; the plan, the notebooks and the lock; what all of it was made with.
    """
    tasks = period_tasks(plan, period)
    with RunHistory(workspace.history) as history:
        made = history.last_attempts(f"{period}/")
    # What a run recorded, not what lies there: a report of a section has a Word file, and nothing unknown gets in.
    paths = [workspace.outputs / task.name / name for task in tasks for name in made[task.name].outputs]
    paths += [workspace.outputs / str(period) / name for name in pages]
    # A county keeps its signature itself: it may come after the seal, and would change what was sealed.
    receipts = sorted(receipts_dir(workspace.outputs, period).iterdir())
    paths += [path for path in receipts if path.is_file() and path.suffix != RETURN_SIGNATURE]
    paths += _plan_files(workspace, period)
    paths += [workspace.notebooks / name for name in dict.fromkeys(task.file for task in tasks)]
    paths += [path for task in tasks for path in declared_files(workspace, task)]
    paths += _intake_files(workspace, plan, period)
    paths += _year_before(workspace, plan, tasks)
    paths += [workspace.lock] if workspace.lock.is_file() else []
    files: dict[str, bytes | Path] = {_inside(workspace, path): path for path in dict.fromkeys(paths)}
    # A workspace of its own: everything has the path that it has here, so that the month can be made again from the
    # package alone.
    data = workspace.data
    files[_inside(workspace, register_path(data))] = _register_to(workspace, period)
    if signed := _signed_to(data, plan, period):
        path = signed_register_path(data)
        files[_inside(workspace, path)] = part_of(path, [line in signed for line in read_signed(data)])
    if deliveries_path(data).is_file():
        path, handed = deliveries_path(data), _handed_to(data, plan, period)
        files[_inside(workspace, path)] = part_of(path, [line in handed for line in read_deliveries(data, plan)])
    linking = [workspace.outputs / str(period) / name for name in pages if name.endswith(".html")]
    # A run's record and the list of all months are no part of a month.
    files |= {name: relinked_month_page(path, name, files) for path in linking for name in [_inside(workspace, path)]}
    files[PROVENANCE] = provenance_bytes(workspace, plan, tasks, period)
    return dict(sorted((files | program_files(workspace)).items()))


def assessment_inputs(workspace: Workspace, plan: Plan, period: Period) -> dict[str, FileContent]:
    """Return what an assessment was made from, and its results and pages, by path in the workspace.

    Its package is the evidence book, which holds neither plan nor returns: they are in the months' packages.
    """
    tasks = period_tasks(plan, period)
    paths = [*_plan_files(workspace, period), *_intake_files(workspace, plan, period)]
    paths += _year_before(workspace, plan, tasks)
    # The forms are read again, and name files of the evidence.
    data = workspace.data
    # A year takes over what its half-years' forms said, and shows their results beside its own.
    parts = (period, *period.halves)
    folders = [folder for each in parts for folder in (forms_dir(data, each), data / "evidence" / str(each))]
    folders += [data / "deliveries", data / "signed"]
    paths += [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    paths += [workspace.outputs / task.name / name for task in tasks for name in (RESULT, HTML)]
    paths += [workspace.outputs / name / RESULT for task in tasks for name in task.beside]
    paths += [workspace.notebooks / name for name in dict.fromkeys(task.file for task in tasks)]
    paths += [register_path(data), signed_register_path(data), deliveries_path(data)]
    files: dict[str, FileContent] = {_inside(workspace, path): path for path in dict.fromkeys(paths) if path.is_file()}
    return files | {PROVENANCE: provenance_bytes(workspace, plan, tasks, period)}


def recorded_files(workspace: Workspace, period: Period) -> frozenset[str]:
    """Return the sha256 of every file of a month's reports as its run recorded them."""
    with RunHistory(workspace.history) as history:
        made = history.last_attempts(f"{period}/")
    # A run looks through all that it makes for personal numbers (a PDF as the page it is printed from), and a month
    # made by another program is not complete: what has these hashes has been looked through.
    reports = {digest for attempt in made.values() for digest in attempt.outputs.values()}
    # The program holds no person's data: numbers in it are examples.
    return frozenset({*reports, program_wheel().sha256})


def input_names(workspace: Workspace, plan: Plan, period: Period) -> frozenset[str]:
    """Return what a month's package may hold besides reports and program, by path in it, of what is in a workspace."""
    tasks = period_tasks(plan, period)
    paths = [*_plan_files(workspace, period), *_intake_files(workspace, plan, period), workspace.lock]
    paths += _year_before(workspace, plan, tasks)
    paths += [register_path(workspace.data), signed_register_path(workspace.data), deliveries_path(workspace.data)]
    paths += [workspace.notebooks / task.file for task in tasks]
    paths += [path for task in tasks for path in declared_files(workspace, task)]
    return frozenset({PROVENANCE, *(_inside(workspace, path) for path in paths)})


def _plan_files(workspace: Workspace, period: Period) -> list[Path]:
    folder = workspace.params / str(period.year)
    inside = ((path, path.relative_to(folder).parts) for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path, parts in inside if not any(part.startswith(".") for part in parts)]


def _year_before(workspace: Workspace, plan: Plan, tasks: Iterable[Task]) -> list[Path]:
    """Return last year's plan and the accepted returns that 同比 compares with, as they are.

    The deliveries that they are of lie in the packages of their own months; each verdict names its file and sha256.
    """
    before = load_plan_before(workspace.params, plan)
    if before is None:
        return []
    found = [file for task in tasks for file in year_before_files(workspace, plan, before, task)]
    return [*_plan_files(workspace, Period(str(before.about.year))), *dict.fromkeys(found)]


def _intake_files(workspace: Workspace, plan: Plan, period: Period) -> list[Path]:
    """Return the delivered files of the year to date, every revision, and what intake made of them."""
    data, months = workspace.data, set(period.year_to_date)
    paths = [delivered_path(data, line) for line in read_register(data) if line.period in months]
    for month in period.year_to_date:
        folder = workspace.accepted(month)
        paths += sorted(path for path in folder.glob("*") if path.suffix in {".csv", ".json"})
        # What assessors said is accepted anew from their forms.
        paths += sorted(forms_dir(data, month).glob("*.*")) if plan.lights.assessed is not None else []
    paths += [
        path for task in period_tasks(plan, period) for owner in task.forms
        if (path := accepted_form_path(data, period, owner)).is_file()
    ]  # fmt: skip
    paths += [data / line.file for line in _signed_to(data, plan, period)]
    for each in _handed_to(data, plan, period):
        note = [data / each.note, (data / each.note).with_suffix(".html")] if each.note else []
        paths += [data / each.file, *note, handed_figures_path(data, each.period, each.sha256)]
    paths.append(accepted_deliveries_path(data, period))
    return [path for path in paths if path.is_file()]


def _handed_to(data: Path, plan: Plan, period: Period) -> list[DeliveredReport]:
    """Return what was handed over of the month, and of the months before it by its end."""
    last = known_by(plan, period)
    return [
        each
        for each in read_deliveries(data, plan)
        if each.period == period or (each.period in period.year_to_date and each.delivered_at.date() <= last)
    ]


def _signed_to(data: Path, plan: Plan, period: Period) -> list[SignedReport]:
    """Return what was signed of the month, and of the months before it by its end."""
    last = known_by(plan, period)
    return [
        line
        for line in read_signed(data)
        if line.period == period or (line.period in period.year_to_date and line.signed_at.date() <= last)
    ]


def _register_to(workspace: Workspace, period: Period) -> bytes:
    """Return the register's lines of the year to date: what comes later is no part of this month."""
    path, months = register_path(workspace.data), {str(month) for month in period.year_to_date}
    return part_of(path, [line[0] in months for line in list(rows(path))[1:] if line])


def unsealed_lines(workspace: Workspace, plan: Plan, period: Period, packed: Path) -> list[str]:
    """Return which registers have a line about a month that its package lacks: a report handed over since, a signature.

    Parameters
    ----------
    packed
        The ``data`` folder in the package.
    """
    data, found = workspace.data, []
    # What a line says, not its bytes: a package of an older version holds the lines of an older register.
    signed = {(line.key, line.revision, line.sha256) for line in read_signed(packed)}
    if any((line.key, line.revision, line.sha256) not in signed for line in _signed_to(data, plan, period)):
        found.append(_inside(workspace, signed_register_path(data)))
    handed = {(each.period, each.section, each.to, each.sha256) for each in read_deliveries(packed, plan)}
    if any((each.period, each.section, each.to, each.sha256) not in handed for each in _handed_to(data, plan, period)):
        found.append(_inside(workspace, deliveries_path(data)))
    return found


def _inside(workspace: Workspace, path: Path) -> str:
    if path.is_relative_to(workspace.params):
        # The plan may lie elsewhere (--params); in the package it has its usual place.
        return f"params/{path.relative_to(workspace.params).as_posix()}"
    return path.relative_to(workspace.root).as_posix()
