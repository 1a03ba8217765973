"""Assessors' forms and the facts about sections' reports, as a notebook reads them."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from minsheng.domain.area import Section
from minsheng.domain.assessment import AssessmentForm, EmptyPart, MonthFacts, SectionFacts, SectionForm
from minsheng.domain.delivery import AcceptedReturn
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.notebook.inputs import Inputs
from minsheng.plan.calendar import due_date

_OFFICE = "office"


def read_form(inputs: Inputs, area_id: str) -> AssessmentForm | None:
    """Return the assessor's accepted form for an area and period, or ``None`` where there is none yet."""
    path = inputs.workspace.data / "accepted" / str(inputs.period) / f"form-{area_id}.json"
    return AssessmentForm.model_validate_json(path.read_bytes()) if path.is_file() else None


def read_section_form(inputs: Inputs, section_id: str) -> SectionForm | None:
    """Return the performance office's accepted form for a section and period, or ``None``."""
    path = inputs.workspace.data / "accepted" / str(inputs.period) / f"form-{section_id}.json"
    return SectionForm.model_validate_json(path.read_bytes()) if path.is_file() else None


def read_section_facts(
    inputs: Inputs, section: Section, returns: dict[tuple[Period, str], AcceptedReturn]
) -> SectionFacts:
    """Return what is on record about a section's monthly reports: due and delivered days, empty parts.

    Without a register of deliveries nothing is known about any month, which is not the same as late.
    """
    path = inputs.workspace.data / "deliveries.csv"
    plan, closing = inputs.plan, inputs.period.closing_month
    as_of = due_date(plan, plan.reporting.sections, closing)
    labels = {accepted.verdict.data_label for accepted in returns.values()}
    facts = SectionFacts(section=section.id, as_of=as_of, data_label="；".join(sorted(labels - {""})))
    if not path.is_file():
        return facts
    with path.open(encoding="utf-8", newline="") as file:
        deliveries = [row for row in map(_row, csv.DictReader(file)) if row.section == section.id]
    months = [month for month in inputs.period.year_to_date if month >= plan.reporting.first_month]
    reports = [_month(plan, section, month, deliveries, returns.get((month, section.id))) for month in months]
    return facts.model_copy(update={"reports": tuple(reports)})


@dataclass(frozen=True)
class _Handed:
    """One line of ``data/deliveries.csv``: a section's report handed to the office or the province."""

    period: Period
    section: str
    to: str
    on: date


def _row(row: dict[str, str]) -> _Handed:
    handed = datetime.fromisoformat(row["delivered_at"]).date()
    return _Handed(period=Period(row["period"]), section=row["section"], to=row["to"], on=handed)


def _month(
    plan: Plan,
    section: Section,
    month: Period,
    deliveries: Iterable[_Handed],
    accepted: AcceptedReturn | None,
) -> MonthFacts:
    days = [handed.on for handed in deliveries if handed.period == month and handed.to == _OFFICE]
    narratives = accepted.verdict.narratives if accepted else {}
    mine = [project.id for project in plan.projects if project.section == section.id]
    empty = [
        EmptyPart(project=project, part=part.id)
        for project in (mine if accepted else [])
        for part in plan.reporting.parts
        if not narratives.get(project, {}).get(part.id, "").strip()
    ]
    return MonthFacts(
        period=month,
        due=due_date(plan, plan.reporting.sections, month),
        delivered_on=min(days) if days else None,
        empty_parts=tuple(empty),
    )
