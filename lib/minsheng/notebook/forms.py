"""Assessors' forms and the facts about sections' reports, as a notebook reads them."""

from minsheng.domain.area import Section
from minsheng.domain.assessment import AssessmentForm, DeliveredMonth, EmptyPart, MonthFacts, SectionFacts, SectionForm
from minsheng.domain.delivery import AcceptedReturn
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import InputFile
from minsheng.intake.forms_store import read_accepted_deliveries, read_accepted_form, read_accepted_section_form
from minsheng.notebook.inputs import Inputs
from minsheng.plan.calendar import due_date


def read_form(inputs: Inputs, area_id: str) -> AssessmentForm | None:
    """Return the assessor's accepted form for an area and period, or ``None`` where there is none yet."""
    return read_accepted_form(inputs.workspace.data, inputs.period, area_id)


def read_section_form(inputs: Inputs, section_id: str) -> SectionForm | None:
    """Return the performance office's accepted form for a section and period, or ``None``."""
    return read_accepted_section_form(inputs.workspace.data, inputs.period, section_id)


def form_input(form: AssessmentForm | SectionForm | None) -> tuple[InputFile, ...]:
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
) -> MonthFacts:
    narratives = accepted.verdict.narratives if accepted else {}
    mine = plan.projects_due(section, month)
    empty = [
        EmptyPart(project=project, part=part.id)
        for project in (mine if accepted else ())
        for part in plan.reporting.parts
        if not narratives.get(project, {}).get(part.id, "").strip()
    ]
    facts = MonthFacts(period=month, due=due_date(plan, plan.reporting.sections, month), empty_parts=tuple(empty))
    if delivered is None:
        return facts
    return facts.model_copy(
        update={
            "delivered_on": delivered.delivered_on,
            "signed": delivered.signed,
            "differences": delivered.differences,
            "uncompared": delivered.uncompared,
        }
    )
