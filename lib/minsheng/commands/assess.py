"""``minsheng assess``: a half-year's or a year's assessment, from forms and returns to the result table."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from minsheng.archive.contents.evidence import PeriodEvidence, gather_evidence
from minsheng.commands.check import CheckOutcome, check_returns
from minsheng.domain.area import Section
from minsheng.domain.assessment import AssessmentForm, SectionForm
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, FileRefusedError, Outcome, UsageError
from minsheng.files.writing import names_disk_faults, write_atomically
from minsheng.files.written import FOLDER, canonical_json, published_result_table
from minsheng.intake.forms.carried import carried_forward
from minsheng.intake.forms.form_store import Forms, accepted_form_path
from minsheng.intake.forms.form_workbook import write_area_form, write_review_form, write_section_form
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.forms.reading import read_forms
from minsheng.measure.marks import undifferentiated
from minsheng.measure.section_rules import is_automatic, proposed_faults
from minsheng.notebook.inputs import Inputs, read_section_facts
from minsheng.plan import load_plan
from minsheng.process import stage, took
from minsheng.report.result_table import differing, remarks
from minsheng.runs.graph import period_tasks
from minsheng.runs.history import RunHistory
from minsheng.runs.keys import Preparer, fingerprint
from minsheng.runs.log import RunLog
from minsheng.runs.options import AS_SET, Display, RunOptions, RunSummary, holding_outputs
from minsheng.runs.runner import run_tasks
from minsheng.signing.deliveries import accept_deliveries
from minsheng.site.assessment_page import write_assessment_site
from minsheng.site.run_page import write_run_page
from minsheng.site.workbooks import write_result_table
from minsheng.workspace import Workspace

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AssessmentOutcome(Outcome):
    """What an assessment came to; ``told`` is what its result table says of itself: as of, provisional, differences."""

    workspace: Workspace
    period: Period
    checked: CheckOutcome
    forms: Forms
    summary: RunSummary
    told: tuple[str, ...]
    evidence: PeriodEvidence
    seconds: float

    @property
    def exit_code(self) -> ExitCode:
        """The highest that applies: 13 with a failed notebook, 11 with a refused return, 3 with a gap."""
        gaps = ExitCode.GAPS if self.forms.missing else ExitCode.DONE
        return max(self.summary.exit_code, gaps, self.checked.exit_code)

    def lines(self) -> list[str]:
        """Return the summary for a terminal."""
        summary = self.summary
        lines = [f"{self.checked.period.label}{line}" for line in self.checked.gaps.lines()]
        if self.forms.missing:
            lines.append(
                f"没有考评表：{'、'.join(self.forms.missing)}（手工小项未评）。空白表：minsheng template {self.period}"
            )
        lines += summary.lines(self.workspace)
        lines += self.told
        lines += self.evidence.brief()
        folder = self.workspace.outputs / str(self.period)
        counts = summary.counts(self.seconds)
        handed = f"，报督查室：{folder}/{FOLDER}/" if (folder / FOLDER).is_dir() else ""
        lines.append(f"{self.period.label}考评：{counts} → {folder}/index.html{handed}")
        return lines


@names_disk_faults
def run_assessment(
    workspace: Workspace, period: str, options: RunOptions = AS_SET, *, display: Display
) -> AssessmentOutcome:
    """Assess a half-year or a year; what is unchanged is not made again.

    Parameters
    ----------
    period
        ``YYYY-H1``, ``YYYY-H2`` or ``YYYY``.

    Raises
    ------
    UsageError
        If the period is a month or does not exist, or the plan has no rubric.
    FileRefusedError
        If a form has faults: all of them at once, and nothing is scored.
    PlanInvalidError
        If the plan has faults.
    """
    started, parsed = time.monotonic(), Period(period)
    if parsed.kind == PeriodKind.MONTH:
        raise UsageError(f"assess 只做半年（YYYY-H1）和年度（YYYY）考评，“{period}”请用 minsheng run")
    plan = load_plan(workspace.params, parsed.year)
    plan.demand_rubric()
    planned = time.monotonic() - started
    with holding_outputs(workspace, display), RunLog(workspace, parsed, "assess", options.log_level) as log:
        took(_log, "plan", planned)
        outcome = _assess(workspace, plan, parsed, started, options, log=log, display=display)
        log.finish(seconds=outcome.seconds, summary=outcome.summary, exit_code=outcome.exit_code)
        write_run_page(workspace, plan, parsed, log)
    return outcome


def _assess(
    workspace: Workspace,
    plan: Plan,
    parsed: Period,
    started: float,
    options: RunOptions,
    *,
    log: RunLog,
    display: Display,
) -> AssessmentOutcome:
    checked = check_returns(workspace, plan, parsed.closing_month, force=False, display=display)
    display.stage(f"读取{parsed.label}考评表")
    with stage(_log, "forms"):
        forms = accept_forms(workspace, plan, parsed)
    with RunHistory(workspace.history) as history:
        preparer = Preparer(workspace, plan, fingerprint(workspace))
        tasks = period_tasks(plan, parsed)
        summary = run_tasks(preparer, history, tasks, parsed, options, command="assess", log=log, display=display)
    with stage(_log, "site"):
        if plan.county_rubric.is_there:
            write_result_table(workspace, plan, parsed)
        evidence = gather_evidence(workspace, plan, parsed)
        write_assessment_site(workspace, plan, parsed, forms, evidence)
    sealed = published_result_table(workspace, parsed)
    alike = undifferentiated(forms.areas)
    told = (*remarks(sealed), *differing(sealed), *([alike] if alike else [])) if sealed else ()
    return AssessmentOutcome(
        workspace=workspace,
        period=parsed,
        checked=checked,
        forms=forms,
        summary=summary,
        told=told,
        evidence=evidence,
        seconds=time.monotonic() - started,
    )


def write_form_templates(workspace: Workspace, plan: Plan, period: Period, folder: Path) -> list[Path]:
    """Write one blank form per assessed area and section; return their paths."""
    plan.demand_rubric()
    accept_deliveries(workspace.data, plan, period)
    # A year's form begins with what the half-years' forms said: events, and what was confirmed or waived.
    carried = carried_forward(workspace.data, plan, period)
    contents = {
        area.id: write_area_form(plan, area.id, period, carried.blank_area(area.id, period))
        for area in plan.assessed_at(period)
    }
    for section in plan.assessed_sections:
        # What the system proposes to deduct stands in the form already, as far as reports are on record.
        found = carried.proposals(section.id, proposals(workspace, plan, period, section))
        filled = carried.blank_section(section.id, period)
        contents[section.id] = write_section_form(plan, section.id, period, found, filled)
    review = plan.section_rubric.review
    if review is not None and period.kind == PeriodKind.YEAR:
        # The counties' judgement of the bureau.
        for area in plan.assessed_at(period):
            contents[f"{area.id}-review"] = write_review_form(plan, review, area.id, period)
    written = []
    for who, content in contents.items():
        path = folder / f"{who}.xlsx"
        write_atomically(path, content)
        written.append(path)
    return written


def proposals(workspace: Workspace, plan: Plan, period: Period, section: Section) -> list[Proposal]:
    """Return the deductions that the system proposes for a section, in the rubric's order."""
    inputs = Inputs(workspace=workspace, plan=plan, period=period)
    # A month that has not been checked shows no empty parts yet.
    checked = workspace.accepted(period.closing_month).is_dir()
    facts = read_section_facts(inputs, section, inputs.returns((section.id,)) if checked else {})
    return [
        Proposal(rule=rule.id, event=fault.key, told=fault.text)
        for group in plan.section_rubric.groups
        for rule in group.rules
        if is_automatic(rule)
        for fault in proposed_faults(plan, rule, period, facts)
    ]


def accept_forms(workspace: Workspace, plan: Plan, period: Period) -> Forms:
    """Write the accepted forms of a period and forget those that are gone, or refuse with every fault of every form."""
    accept_deliveries(workspace.data, plan, period)
    sections = plan.assessed_sections
    proposed = {section.id: proposals(workspace, plan, period, section) for section in sections}
    outcome = read_forms(workspace.data, plan, period, proposed)
    carried = carried_forward(workspace.data, plan, period)
    faults = (*outcome.faults, *carried.faults)
    # Nothing is accepted then: a ranking with a refused form left out would not be the assessors' ranking.
    if faults:
        lines = "\n".join(faults)
        raise FileRefusedError(f"{lines}\n共 {len(faults)} 个问题。考评表改正后重新运行 minsheng assess {period}")
    accepted: dict[str, AssessmentForm | SectionForm] = {
        **{who: carried.into_area(form) for who, form in outcome.areas.items()},
        **{who: carried.into_section(form) for who, form in outcome.sections.items()},
    }
    bodies = {area.id: area.name for area in plan.assessed_at(period)} | {each.id: each.name for each in sections}
    for who in bodies:
        path = accepted_form_path(workspace.data, period, who)
        if who in accepted:
            write_atomically(path, canonical_json(accepted[who].model_dump(mode="json")))
        else:
            path.unlink(missing_ok=True)
    return Forms(
        areas=outcome.areas,
        sections=outcome.sections,
        missing=tuple(name for who, name in bodies.items() if who not in accepted),
    )
