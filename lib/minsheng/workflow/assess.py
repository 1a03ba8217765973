"""``minsheng assess``: a half-year's or a year's assessment, from forms and returns to the result table."""

import logging
import time
from dataclasses import dataclass

from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import ExitCode, UsageError
from minsheng.events import stage, took
from minsheng.execute.ledger import Ledger
from minsheng.plan import load_plan
from minsheng.report.result_table import differing, remarks
from minsheng.workflow.assess_forms import Forms, accept_forms
from minsheng.workflow.assess_site import write_assessment_site
from minsheng.workflow.assess_table import FOLDER, sealed_result_table, write_result_table
from minsheng.workflow.checking import CheckOutcome, check_returns
from minsheng.workflow.disk import names_disk_faults
from minsheng.workflow.display import Display
from minsheng.workflow.evidence_items import Evidence, gather_evidence
from minsheng.workflow.fingerprint import fingerprint
from minsheng.workflow.preparing import Preparer
from minsheng.workflow.run_log import RunLog
from minsheng.workflow.run_options import AS_SET, RunOptions
from minsheng.workflow.run_page import write_run_page
from minsheng.workflow.run_summary import RunSummary
from minsheng.workflow.running import run_units
from minsheng.workflow.turns import my_turn
from minsheng.workflow.units import period_units
from minsheng.workspace import Workspace

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AssessmentOutcome:
    """What an assessment came to.

    Parameters
    ----------
    checked
        The closing month's returns and their gaps.
    forms
        The accepted forms, and who has none.
    summary
        The notebooks made, skipped and failed.
    told
        What the result table says of itself: as of, provisional, the city beside its counties.
    evidence
        What proves each item, and what is missing.
    """

    workspace: Workspace
    period: Period
    checked: CheckOutcome
    forms: Forms
    summary: RunSummary
    told: tuple[str, ...]
    evidence: Evidence
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
        lines += self.evidence.lines()
        folder = self.workspace.outputs / str(self.period)
        counts = summary.counts(self.seconds)
        lines.append(f"{self.period.label}考评：{counts} → {folder}/index.html，报督查室：{folder}/{FOLDER}/")
        return lines


@names_disk_faults
def run_assessment(
    workspace: Workspace, period: str, options: RunOptions = AS_SET, *, display: Display
) -> AssessmentOutcome:
    """Assess a half-year or a year; what is unchanged is not made again.

    Parameters
    ----------
    workspace
        Where everything lies.
    period
        ``YYYY-H1``, ``YYYY-H2`` or ``YYYY``.
    options
        How.
    display
        Told what happens.

    Raises
    ------
    UsageError
        If the period is a month or does not exist.
    FileRefusedError
        If a form has faults: all of them at once, and nothing is scored.
    PlanInvalidError
        If the plan has faults.
    """
    started, parsed = time.monotonic(), Period(period)
    if parsed.kind == PeriodKind.MONTH:
        raise UsageError(f"assess 只做半年（YYYY-H1）和年度（YYYY）考评，“{period}”请用 minsheng run")
    plan = load_plan(workspace.params, parsed.year)
    planned = time.monotonic() - started
    with my_turn(workspace, display), RunLog(workspace, parsed, "assess", options.log_level) as log:
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
    with Ledger(workspace.ledger) as ledger:
        preparer = Preparer(workspace, plan, fingerprint(workspace))
        units = period_units(plan, parsed)
        summary = run_units(preparer, ledger, units, parsed, options, command="assess", log=log, display=display)
    with stage(_log, "site"):
        write_result_table(workspace, plan, parsed)
        evidence = gather_evidence(workspace, plan, parsed)
        write_assessment_site(workspace, plan, parsed, forms, evidence)
    sealed = sealed_result_table(workspace, parsed)
    told = (*remarks(sealed), *differing(sealed.standings)) if sealed else ()
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
