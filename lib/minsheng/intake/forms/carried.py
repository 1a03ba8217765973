"""What the half-years' forms (考评表) said already of a year: events and decisions, each with where it stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from minsheng.domain.assessment import AssessmentForm, Decision, Event, SectionForm
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.forms.reading import read_forms


@dataclass(frozen=True)
class Carried:
    """What a year takes over from its half-years.

    Parameters
    ----------
    events
        Area → events that cost points.
    decisions
        Section → decisions on deductions that were proposed.
    faults
        What is wrong with the half-years' forms, one line each: nothing is taken over from a form with a fault.
    """

    events: Mapping[str, Sequence[Event]]
    decisions: Mapping[str, Sequence[Decision]]
    faults: tuple[str, ...] = ()

    def into_area(self, form: AssessmentForm) -> AssessmentForm:
        """Return a year's form with the events of the half-years that it lacks; those that it has are its own."""
        own = {_event_key(event) for event in form.events}
        missing = [event for event in self.events.get(form.area, ()) if _event_key(event) not in own]
        return form.model_copy(update={"events": (*form.events, *missing)})

    def into_section(self, form: SectionForm) -> SectionForm:
        """Return a year's form with the decisions of the half-years that it lacks; a later decision stands instead."""
        own = {(each.rule, each.event) for each in form.decisions}
        missing = [each for each in self.decisions.get(form.section, ()) if (each.rule, each.event) not in own]
        return form.model_copy(update={"decisions": (*form.decisions, *missing)})

    def blank_area(self, area: str, period: Period) -> AssessmentForm:
        """Return what stands in an area's blank form."""
        return self.into_area(AssessmentForm(area=area, period=period, assessor=""))

    def blank_section(self, section: str, period: Period) -> SectionForm:
        """Return what stands in a section's blank form."""
        return self.into_section(SectionForm(section=section, period=period, assessor=""))

    def proposals(self, section: str, found: Iterable[Proposal]) -> list[Proposal]:
        """Return a section's proposals, and what was decided on before and is found no longer."""
        listed = list(found)
        known = {(each.rule, each.event) for each in listed}
        gone = [each for each in self.decisions.get(section, ()) if (each.rule, each.event) not in known and each.told]
        return listed + [Proposal(rule=each.rule, event=each.event, told=each.told) for each in gone]


def carried_forward(data_dir: Path, plan: Plan, period: Period) -> Carried:
    """Read what a year takes over; a half-year or month takes over nothing."""
    events: dict[str, list[Event]] = {}
    decisions: dict[str, list[Decision]] = {}
    faults: list[str] = []
    for half in period.halves:
        # The forms themselves, not what an assessment accepted of them: they say it whenever the year is assessed.
        read = read_forms(data_dir, plan, half, {})
        faults += read.faults
        for area, form in read.areas.items():
            events.setdefault(area, []).extend(_events(half, form))
        for section, decided in read.sections.items():
            decisions.setdefault(section, []).extend(_decisions(half, decided))
    return Carried(events, decisions, tuple(faults))


def _events(half: Period, form: AssessmentForm) -> Iterator[Event]:
    for event in form.events:
        yield event.model_copy(update={"reason": _sourced(event.reason, f"{half.label}已计", form.file, event.cell)})


def _decisions(half: Period, form: SectionForm) -> Iterator[Decision]:
    for each in form.decisions:
        done = f"{half.label}已{'确认' if each.taken else '免除'}"
        yield each.model_copy(update={"reason": _sourced(each.reason, done, form.file, each.cell)})


def _sourced(reason: str, done: str, file: str, cell: str) -> str:
    """Return a reason with where it was given: whoever reads the year's table finds the half-year's form."""
    return f"{f'{reason}；' if reason else ''}{done}（{file}，{cell}）"


def _event_key(event: Event) -> tuple[object, ...]:
    return event.kind, event.on, "".join(event.subject.split())
