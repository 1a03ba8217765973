"""Assessment forms as a use case: blank ones to hand out, delivered ones to accept or refuse."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from minsheng.domain.area import Section
from minsheng.domain.assessment import AssessmentForm, SectionForm
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import FileRefusedError
from minsheng.intake.forms import Proposal
from minsheng.intake.forms_deliveries import accept_deliveries
from minsheng.intake.forms_reading import read_forms
from minsheng.intake.forms_store import accepted_form_path
from minsheng.intake.forms_workbook import write_area_form, write_section_form
from minsheng.intake.store import write_atomically
from minsheng.measure.section_rules import is_automatic, proposed_faults
from minsheng.notebook.forms import read_section_facts
from minsheng.notebook.inputs import Inputs
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class Forms:
    """The accepted forms of a period.

    Parameters
    ----------
    areas, sections
        By id.
    missing
        Names of the assessed bodies without a form.
    """

    areas: Mapping[str, AssessmentForm]
    sections: Mapping[str, SectionForm]
    missing: tuple[str, ...]


def write_form_templates(workspace: Workspace, plan: Plan, period: Period, folder: Path) -> list[Path]:
    """Write one blank form per assessed area and section; return their paths.

    What the system proposes to deduct from a section stands in its form already, as far as reports are on record.
    """
    accept_deliveries(workspace.data, plan, period)
    contents = {area.id: write_area_form(plan, area.id, period) for area in plan.assessed_at(period)}
    for section in _assessed(plan):
        found = proposals(workspace, plan, period, section)
        contents[section.id] = write_section_form(plan, section.id, period, found)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for who, content in contents.items():
        path = folder / f"{who}.xlsx"
        path.write_bytes(content)
        written.append(path)
    return written


def proposals(workspace: Workspace, plan: Plan, period: Period, section: Section) -> list[Proposal]:
    """Return the deductions that the system proposes for a section, in the rubric's order.

    The months that have been checked are known; a month that has not been shows no empty parts yet.
    """
    inputs = Inputs(workspace=workspace, plan=plan, period=period)
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
    """Read a period's delivered forms and write the accepted ones; a form that is gone is forgotten.

    Raises
    ------
    FileRefusedError
        With every fault of every form, each with file, sheet, cell and what is allowed. Nothing is accepted then:
        a ranking with a refused form left out would not be the assessors' ranking.
    """
    accept_deliveries(workspace.data, plan, period)
    sections = _assessed(plan)
    proposed = {section.id: proposals(workspace, plan, period, section) for section in sections}
    outcome = read_forms(workspace.data, plan, period, proposed)
    if outcome.faults:
        lines = "\n".join(outcome.faults)
        raise FileRefusedError(
            f"{lines}\n共 {len(outcome.faults)} 个问题。考评表改正后重新运行 minsheng assess {period}"
        )
    accepted: dict[str, AssessmentForm | SectionForm] = {**outcome.areas, **outcome.sections}
    bodies = {area.id: area.name for area in plan.assessed_at(period)} | {each.id: each.name for each in sections}
    for who in bodies:
        path = accepted_form_path(workspace.data, period, who)
        if who in accepted:
            document = accepted[who].model_dump(mode="json")
            content = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
            write_atomically(path, f"{content}\n".encode())
        else:
            path.unlink(missing_ok=True)
    return Forms(
        areas=outcome.areas,
        sections=outcome.sections,
        missing=tuple(name for who, name in bodies.items() if who not in accepted),
    )


def _assessed(plan: Plan) -> list[Section]:
    return [section for section in plan.sections if section.assessed]
