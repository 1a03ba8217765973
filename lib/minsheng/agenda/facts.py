"""The facts that ``minsheng tick`` plans from: those of ``minsheng status``, and what a run would make."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from minsheng.agenda.due import AssessmentState, Failed, MonthState, PeriodState, SealStanding
from minsheng.agenda.reminders import Owed, read_reminders
from minsheng.agenda.status import MonthStatus, status_of
from minsheng.archive.contents.archived import ArchiveStanding, archive_standing, sealed_files
from minsheng.archive.contents.book import placed_files
from minsheng.archive.contents.evidence import PeriodEvidence, gather_evidence
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode
from minsheng.files.hashing import sha256
from minsheng.files.writing import write_atomically
from minsheng.files.written import canonical_json
from minsheng.intake.forms.form_store import accepted_form_path, forms_dir
from minsheng.intake.returns.checking import is_up_to_date
from minsheng.intake.returns.store import read_checked, register_path
from minsheng.plan.calendar import due_date
from minsheng.runs.graph import period_tasks
from minsheng.runs.history import RunHistory, hash_of_hashes
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.staleness import Unsettled, stale_tasks, unsettled
from minsheng.signing.deliveries import deliveries_path
from minsheng.signing.signatures import signed_register_path
from minsheng.signing.standing import table_to_deliver
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class Refusal:
    """Why an assessment was refused, and from what."""

    content: str
    message: str
    code: int


def periods(plan: Plan) -> list[Period]:
    """Return what there is to be done of a year: months with returns, and half-year and year where anybody is assessed.

    Each stands after what it needs.
    """
    year = plan.about.year
    months = [month for month in Period(str(year)).months if plan.reporting_owners(month)]
    assessed = [Period(f"{year}-H1"), Period(str(year))] if plan.is_assessed else []
    return sorted([*months, *assessed])


def facts_of(workspace: Workspace, plan: Plan, period: Period, day: date) -> PeriodState | None:
    """Return a period's facts on a day; ``None`` while it is too early for any of them to matter."""
    if period.kind == PeriodKind.MONTH:
        return _month(workspace, plan, period, day)
    return _assessment(workspace, plan, period, day)


def _month(workspace: Workspace, plan: Plan, period: Period, day: date) -> MonthState | None:
    reporting = plan.reporting
    counties_due = due_date(plan, reporting.counties, period)
    sections_due = due_date(plan, reporting.sections, period)
    window = timedelta(days=workspace.settings.remind_days)
    if day < min(counties_due, sections_due) - window:
        return None
    status = status_of(workspace, plan, period, day)
    back_filled = period < reporting.first_month
    owed = [row for row in status.rows if row.received_on is None and row.due]
    remind = [
        Owed(row.id, row.name, row.due, (row.due - day).days)
        for row in owed
        if row.due and not back_filled and timedelta() <= row.due - day <= window
    ]
    # What is sealed is kept: a new program, or outputs that were thrown away, make it no worse.
    archive = status.archive or archive_standing(workspace, plan, period, {})
    if archive.entry is not None:
        left = Unsettled((), {}, ())
        outdated = bool(status.stale) or (status.archive is not None and _unchecked(status))
    else:
        left = _left(workspace, plan, period)
        outdated = (
            bool(left.to_make)
            or not is_up_to_date(plan, workspace.params, workspace.data, period)
            or not (workspace.outputs / str(period) / "index.html").is_file()
        )
    record = read_checked(workspace.data, period)
    return MonthState(
        period=period,
        counties_due=counties_due,
        sections_due=sections_due,
        back_filled=back_filled,
        received=sum(row.received_on is not None for row in status.rows),
        remind=tuple(remind),
        reminded=read_reminders(workspace, period),
        missing=tuple(row.name for row in status.rows if row.word == "未报送" and row.due != day),
        blocked=tuple(row.name for row in status.rows if row.word == "未通过校验"),
        refused=tuple(
            f"{each.file}：{each.message}" for each in ((*record.refused, *record.unregistered) if record else ())
        ),
        outdated=outdated,
        failed=_failed(workspace, plan, period, left),
        signers=len(plan.signing_sections),
        unsigned=tuple(status.unfinished.to_sign(period)),
        undelivered=tuple(status.unfinished.to_deliver(period)),
        archive=_standing(archive),
    )


def _assessment(workspace: Workspace, plan: Plan, period: Period, day: date) -> AssessmentState | None:
    closing = due_date(plan, plan.reporting.sections, period)
    if day <= closing:
        return None
    bodies = {area.id: area.name for area in plan.assessed_at(period)}
    bodies |= {each.id: each.name for each in plan.assessed_sections}
    forms = _forms(workspace, period)
    if not forms:
        return AssessmentState(period=period, due=closing)
    left = _left(workspace, plan, period)
    changed = any(not is_accepted(workspace, period, who, digest) for who, digest in forms.items())
    changed = changed or any(
        accepted_form_path(workspace.data, period, who).is_file() for who in bodies if who not in forms
    )
    is_sealed = sealed_files(workspace, period)[0] is not None
    if is_sealed:
        outdated = changed or _inputs_changed(workspace, plan, period)
    else:
        checked = is_up_to_date(plan, workspace.params, workspace.data, period.closing_month)
        page = workspace.outputs / str(period) / "index.html"
        outdated = changed or bool(left.to_make) or not checked or not page.is_file()
    # The same forms are not read again at every tick.
    refusal = read_refusal(workspace, plan, period) if outdated else None
    evidence = None if outdated else gather_evidence(workspace, plan, period)
    return AssessmentState(
        period=period,
        due=closing,
        forms=len(forms),
        unformed=tuple(name for who, name in bodies.items() if who not in forms),
        outdated=outdated,
        refused=refusal.message if refusal else "",
        refused_code=ExitCode(refusal.code) if refusal else ExitCode.FILE_REFUSED,
        failed=_failed(workspace, plan, period, left),
        gaps=evidence.missing if evidence else (),
        undelivered="" if outdated else table_to_deliver(workspace, plan, period),
        archive=_standing(_book(workspace, period, evidence)) if evidence else ("same" if is_sealed else "none"),
    )


def _left(workspace: Workspace, plan: Plan, period: Period) -> Unsettled:
    """Return what of a period is not made; without a run history nothing is."""
    tasks = period_tasks(plan, period)
    if not workspace.history.is_file():
        return Unsettled(tuple(task.name for task in tasks), {}, ())
    with RunHistory(workspace.history) as history:
        return unsettled(Preparer(workspace, plan, fingerprint(workspace)), history, tasks)


def _inputs_changed(workspace: Workspace, plan: Plan, period: Period) -> bool:
    if not workspace.history.is_file():
        return False
    with RunHistory(workspace.history) as history:
        return bool(stale_tasks(workspace, plan, history, period))


def _failed(workspace: Workspace, plan: Plan, period: Period, left: Unsettled) -> tuple[Failed, ...]:
    return tuple(
        Failed(
            name=plan.report_name(task),
            why=f"{failure.kind.word}：{failure.message}",
            where=f"{workspace.failed(*task.split('/')).relative_to(workspace.root)}/traceback.txt",
            exit_code=failure.kind.exit_code,
        )
        for task, failure in left.failed.items()
        if task.startswith(f"{period}/")
    )


def _unchecked(status: MonthStatus) -> bool:
    return any(row.word == "待校验" for row in status.rows)


def _standing(archive: ArchiveStanding) -> SealStanding:
    if archive.entry is None:
        return "none"
    return "changed" if archive.changed else "same"


def _book(workspace: Workspace, period: Period, evidence: PeriodEvidence) -> ArchiveStanding:
    """Return where the evidence book stands: what there is now and the sealed book does not hold at its place."""
    entry, sealed = sealed_files(workspace, period)
    files = placed_files(evidence) if entry else {}
    changed = tuple(name for name, content in files.items() if sealed.get(name) != sha256(content))
    return ArchiveStanding(period, entry, changed)


def _forms(workspace: Workspace, period: Period) -> dict[str, str]:
    """Return body → sha256 of the forms that have come."""
    return {path.stem: sha256(path) for path in _form_paths(workspace, period)}


def _form_paths(workspace: Workspace, period: Period) -> list[Path]:
    folder = forms_dir(workspace.data, period)
    paths = sorted(folder.glob("*.*")) if folder.is_dir() else []
    # What an office program lays beside an open workbook is no form.
    return [path for path in paths if not path.name.startswith((".", "~$"))]


def is_accepted(workspace: Workspace, period: Period, who: str, digest: str) -> bool:
    """Whether the form of this sha256 was accepted, with what a year takes over from its half-years' forms as it is."""
    path = accepted_form_path(workspace.data, period, who)
    accepted = json.loads(path.read_bytes()) if path.is_file() else {}
    # What was accepted before years said what they took over is left as it is.
    taken = accepted.get("halves")
    return accepted.get("sha256") == digest and taken in (None, _half_years_forms(workspace, period, who))


def _half_years_forms(workspace: Workspace, period: Period, who: str) -> dict[str, str]:
    """Return file → sha256 of a body's forms in the half-years of a year, as an assessment would take them over."""
    paths = [path for half in period.halves for path in _form_paths(workspace, half) if path.stem == who]
    return {path.relative_to(workspace.data).as_posix(): sha256(path) for path in paths}


def _refusal_path(workspace: Workspace, period: Period) -> Path:
    return workspace.outputs / str(period) / "refused.json"


def read_refusal(workspace: Workspace, plan: Plan, period: Period) -> Refusal | None:
    """Return why the assessment was refused that the same forms, evidence and registers would be refused again."""
    try:
        found = Refusal(**json.loads(_refusal_path(workspace, period).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.content == _content(workspace, plan, period) else None


def write_refusal(workspace: Workspace, plan: Plan, period: Period, message: str, code: ExitCode) -> None:
    """Remember why an assessment was refused."""
    document = {"content": _content(workspace, plan, period), "message": message, "code": int(code)}
    write_atomically(_refusal_path(workspace, period), canonical_json(document))


def _content(workspace: Workspace, plan: Plan, period: Period) -> str:
    """Hash what an assessment accepts or refuses: forms, evidence as it lies there, registers, plan, program."""
    data = workspace.data
    registers = (deliveries_path(data), register_path(data), signed_register_path(data))
    parts = [("plan", plan.sha256), ("package", fingerprint(workspace).package)]
    # A year's assessment takes over what the half-years' forms say.
    for each in (period, *period.halves):
        parts += [(f"form:{each}:{who}", digest) for who, digest in _forms(workspace, each).items()]
    parts += [(path.name, sha256(path)) for path in registers if path.is_file()]
    evidence = sorted((data / "evidence" / str(period)).rglob("*"))
    parts += [(str(path), f"{path.stat().st_size} {path.stat().st_mtime_ns}") for path in evidence if path.is_file()]
    return hash_of_hashes(parts)
