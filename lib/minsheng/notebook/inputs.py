"""What a notebook reads: plan, returns, sealed results, forms, deliveries - of the workspace or the runner's task."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Self

from minsheng.domain.area import CITY, Area, Section
from minsheng.domain.assessment import (
    AssessmentForm,
    DeliveredMonth,
    EmptyPart,
    MonthlyReportFacts,
    SectionFacts,
    SectionForm,
    WordForm,
)
from minsheng.domain.delivery import AcceptedReturn, ReturnStatus, Verdict
from minsheng.domain.figure import ReturnNote
from minsheng.domain.period import Period, PeriodKind, period_typed
from minsheng.domain.plan import Plan
from minsheng.domain.result import Figures, InputFile, Provenance, ResultTableFigures
from minsheng.errors import UsageError
from minsheng.files.hashing import sha256
from minsheng.files.written import read_result
from minsheng.intake.forms.form_store import (
    read_accepted_deliveries,
    read_accepted_form,
    read_accepted_section_form,
    read_accepted_words,
)
from minsheng.intake.returns.store import read_accepted
from minsheng.measure.before.year_before import YearBefore, returns_needed
from minsheng.measure.fields import Returns, not_used_words
from minsheng.plan import load_plan, load_plan_before, plan_from_json
from minsheng.plan.calendar import due_date
from minsheng.workspace import Workspace

PLAN = "MINSHENG_PLAN"
"""The runner's compiled plan (JSON); by hand the YAML of the workspace is read."""

PLAN_BEFORE = "MINSHENG_PLAN_BEFORE"
"""The runner's compiled plan of the year before, where a task compares with it."""

PROVENANCE = "MINSHENG_PROVENANCE"
"""JSON from the runner: hashes of notebook, lock and fonts."""

RESULT = "MINSHENG_RESULT"
"""Where the runner wants ``result.json``; by hand nothing is written."""


@dataclass(frozen=True)
class Inputs:
    """The inputs of one notebook × period.

    Parameters
    ----------
    workspace
        The real one by hand; a small one of the task's own under the runner.
    plan
        The plan of the period's year.
    """

    workspace: Workspace
    plan: Plan
    period: Period
    held: Mapping[tuple[Period, str], AcceptedReturn] | None = None
    """Returns to compute with instead of those that were accepted, and of what other notebooks sealed: what if."""

    @classmethod
    def for_period(cls, period: str) -> Self:
        """Find the workspace and load the plan of the period's year."""
        workspace, parsed = Workspace.find(), period_typed(period)
        compiled = os.environ.get(PLAN)
        plan = plan_from_json(Path(compiled).read_bytes()) if compiled else load_plan(workspace.params, parsed.year)
        return cls(workspace=workspace, plan=plan, period=parsed)

    def returns(
        self, owners: tuple[str, ...], months: Collection[Period | None] | None = None
    ) -> dict[tuple[Period, str], AcceptedReturn]:
        """Return accepted returns of areas or sections, year to date or of those months; others are not read.

        Raises
        ------
        UsageError
            If the period's last month was never checked.
        """
        wanted = self.period.year_to_date if months is None else [m for m in self.period.year_to_date if m in months]
        if self.held is not None:
            return {key: found for key, found in self.held.items() if key[0] in wanted and key[1] in owners}
        closing = self.period.closing_month
        if not self.workspace.accepted(closing).is_dir():
            raise UsageError(f"{closing.label}的报表尚未校验：请先运行 minsheng check {closing}")
        found = {}
        for month in wanted:
            for owner in owners:
                accepted = read_accepted(self.workspace.data, month, owner)
                if accepted is not None:
                    found[month, owner] = accepted
        return found

    @cached_property
    def _plan_before(self) -> Plan | None:
        """Last year's plan, where an indicator continues one of it; the runner gives it to the tasks that need it."""
        compiled = os.environ.get(PLAN_BEFORE)
        if compiled:
            return plan_from_json(Path(compiled).read_bytes())
        return None if PLAN in os.environ else load_plan_before(self.workspace.params, self.plan)

    def year_before(self, project: str, area_id: str) -> YearBefore | None:
        """Return last year as far as a project's page compares with it; ``None`` where there is no plan of it."""
        if self._plan_before is None:
            return None
        needed = sorted(returns_needed(self.plan, self._plan_before, project, area_id, self.period))
        read = ((key, read_accepted(self.workspace.data, *key)) for key in needed)
        return YearBefore(self._plan_before, {key: accepted for key, accepted in read if accepted is not None})

    @property
    def is_sealed(self) -> bool:
        """Whether the runner asks for sealed results of other notebooks; by hand they are computed anew."""
        return RESULT in os.environ and self.held is None

    def sealed(self, subject: str, notebook: str) -> Figures:
        """Return the figures that another notebook of this period sealed."""
        return read_result(self.workspace.result(self.period, subject, notebook), self.period).figures

    def result_table_of(self, period: Period) -> ResultTableFigures | None:
        """Return the result table that another period sealed; ``None`` where it was not assessed."""
        path = self.workspace.result(period, CITY, "result_table")
        figures = read_result(path, period).figures if path.is_file() else None
        return figures if isinstance(figures, ResultTableFigures) else None

    def note(
        self,
        owner: Area | Section,
        accepted: AcceptedReturn | None,
        project: str | None = None,
        about: Sequence[str] | None = None,
    ) -> ReturnNote:
        """Say what became of an owner's return of the closing month, as a whole or for one project.

        ``about`` are the projects of which a page names what is not used; of a page about all it is left out.
        """
        closing = self.period.closing_month
        month = (self.plan.return_month(project, closing) if project else None) or self._owed(owner) or closing
        is_section = isinstance(owner, Section)
        reporting = self.plan.reporting
        due = due_date(self.plan, reporting.sections if is_section else reporting.counties, month)
        if accepted is None:
            return ReturnNote(area=owner.id, name=owner.name, status=ReturnStatus.NOT_REPORTED, due=due)
        verdict = accepted.verdict
        received = (verdict.first_received_at or verdict.received_at).date()
        return ReturnNote(
            area=owner.id,
            name=owner.name,
            status=_status(verdict, project),
            withheld=not_used_words(self.plan, verdict, [project] if project else about),
            file=verdict.file,
            sha256=verdict.sha256,
            revision=verdict.revision,
            received_on=verdict.received_at.date(),
            first_received_on=received if verdict.revision > 1 else None,
            due=due,
            late=received > due and month >= reporting.first_month,
            as_of=verdict.as_of,
        )

    def _file(self, notebook: str) -> str:
        """Return the name of the notebook's file: a project may be served by a general one."""
        own = next((project.notebook for project in self.plan.projects if project.id == notebook), None)
        return own or notebook

    def _owed(self, owner: Area | Section) -> Period | None:
        """Return the last month for which an owner owed a return."""
        months = reversed(self.period.year_to_date)
        return next((month for month in months if self.plan.projects_due(owner, month)), None)

    def provenance(self, notebook: str, used: Returns) -> Provenance:
        """Say what the result is made from: each return by file and hash, plan, notebook, package, lock, fonts."""
        verdicts = [accepted.verdict for _, accepted in sorted(used.items(), key=lambda item: item[0])]
        given = json.loads(os.environ.get(PROVENANCE, "{}"))
        return Provenance(
            inputs=tuple(InputFile(file=verdict.file, sha256=verdict.sha256) for verdict in verdicts),
            plan_sha256=self.plan.sha256,
            notebook_sha256=given.get("notebook_sha256")
            or _sha256(self.workspace.notebooks / f"{self._file(notebook)}.ipynb"),
            package_version=version("minsheng-workbook"),
            lock_sha256=given.get("lock_sha256") or _sha256(self.workspace.lock),
            fonts=given.get("fonts", {}),
        )

    @cached_property
    def project_ids(self) -> tuple[str, ...]:
        """The ids of the plan's projects."""
        return tuple(project.id for project in self.plan.projects)


def _status(verdict: Verdict, project: str | None) -> ReturnStatus:
    if project is not None:
        return verdict.projects.get(project, ReturnStatus.NOT_REPORTED)
    return ReturnStatus.BLOCKED if set(verdict.projects.values()) == {ReturnStatus.BLOCKED} else ReturnStatus.REPORTED


def _sha256(path: Path) -> str:
    return sha256(path) if path.is_file() else ""


def read_form(inputs: Inputs, area_id: str) -> AssessmentForm | None:
    """Return the assessor's accepted form for an area and period, or ``None`` where there is none yet."""
    return read_accepted_form(inputs.workspace.data, inputs.period, area_id)


def read_words(inputs: Inputs, project_id: str) -> tuple[WordForm, ...]:
    """Return what the assessor of the section in charge of a project said of the month, if anything."""
    if inputs.period.kind != PeriodKind.MONTH or inputs.plan.lights.assessed is None:
        return ()
    section = inputs.plan.project(project_id).section
    found = read_accepted_words(inputs.workspace.data, inputs.period, section)
    return (found,) if found is not None else ()


def read_section_form(inputs: Inputs, section_id: str) -> SectionForm | None:
    """Return the performance office's accepted form for a section and period, or ``None``."""
    return read_accepted_section_form(inputs.workspace.data, inputs.period, section_id)


def form_input(form: AssessmentForm | SectionForm | WordForm | None) -> tuple[InputFile, ...]:
    """Return a form as an input file of a result."""
    return (InputFile(file=form.file, sha256=form.sha256),) if form is not None and form.sha256 else ()


def read_section_facts(
    inputs: Inputs, section: Section, returns: dict[tuple[Period, str], AcceptedReturn]
) -> SectionFacts:
    """Return what is on record about a section's monthly reports: due, delivered, signed, empty parts, two versions.

    Without a register of deliveries nothing is known about any month, which is not the same as late.
    """
    plan, closing = inputs.plan, inputs.period.closing_month
    as_of = due_date(plan, plan.reporting.sections, closing)
    labels = {accepted.verdict.data_label for accepted in returns.values()}
    facts = SectionFacts(section=section.id, as_of=as_of, data_label="；".join(sorted(labels - {""})))
    record = read_accepted_deliveries(inputs.workspace.data, inputs.period)
    if record is None:
        return facts
    delivered = {each.period: each for each in record.months if each.section == section.id}
    months = [
        month
        for month in inputs.period.year_to_date
        if month >= plan.reporting.first_month and plan.projects_due(section, month)
    ]
    reports = [_month(plan, section, month, delivered.get(month), returns.get((month, section.id))) for month in months]
    return facts.model_copy(update={"reports": tuple(reports)})


def _month(
    plan: Plan,
    section: Section,
    month: Period,
    delivered: DeliveredMonth | None,
    accepted: AcceptedReturn | None,
) -> MonthlyReportFacts:
    narratives = accepted.verdict.narratives if accepted else {}
    mine = plan.projects_due(section, month)
    empty = [
        EmptyPart(project=project, part=part.id)
        for project in (mine if accepted else ())
        for part in plan.reporting.parts
        # Figures fill these in the report: it is not refused for them, and nothing is deducted for them.
        if not part.is_from_data and not narratives.get(project, {}).get(part.id, "").strip()
    ]
    facts = MonthlyReportFacts(
        period=month, due=due_date(plan, plan.reporting.sections, month), empty_parts=tuple(empty)
    )
    if delivered is None:
        return facts
    return facts.model_copy(
        update={
            "delivered_on": delivered.delivered_on,
            "signed_on": delivered.signed_on,
            "differences": delivered.differences,
            "uncompared": delivered.uncompared,
        }
    )
