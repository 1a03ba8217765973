"""What the half-years' forms (考评表) said already of a year: events and decisions, each with where it stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.domain.assessment import AssessmentForm, BonusRow, Decision, Event, SectionForm, Veto
from minsheng.domain.base import plain
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.forms.reading import read_forms


@dataclass
class FromHalves:
    """What the forms of a county in the half-years said that a year may take over."""

    events: list[Event] = field(default_factory=list)
    bonus: list[BonusRow] = field(default_factory=list)
    veto: list[Veto] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What of it does not count in the year, in words."""


@dataclass(frozen=True)
class Carried:
    """What a year takes over from its half-years.

    Parameters
    ----------
    areas
        Area → events that cost points, and what the plan has counted in the year besides.
    decisions
        Section → decisions on deductions that were proposed.
    forms
        Body → file of its half-year's form → sha256; ``None`` for a period without half-years.
    faults
        What is wrong with the half-years' forms, one line each: nothing is taken over from a form with a fault.
    """

    areas: Mapping[str, FromHalves]
    decisions: Mapping[str, Sequence[Decision]]
    forms: Mapping[str, dict[str, str]] | None = None
    faults: tuple[str, ...] = ()

    def into_area(self, form: AssessmentForm) -> AssessmentForm:
        """Return a year's form with what of the half-years it lacks; what it has is its own."""
        taken = self.areas.get(form.area, FromHalves())
        events = {_event_key(event) for event in form.events}
        bonus = {(row.kind, _close(row.subject)) for row in form.bonus}
        vetoes = {(veto.word, veto.item) for veto in form.veto}
        return form.model_copy(
            update={
                "events": (*form.events, *(each for each in taken.events if _event_key(each) not in events)),
                "bonus": (*form.bonus, *(row for row in taken.bonus if (row.kind, _close(row.subject)) not in bonus)),
                "veto": (*form.veto, *(each for each in taken.veto if (each.word, each.item) not in vetoes)),
                "left_behind": tuple(taken.left),
                "halves": None if self.forms is None else self.forms.get(form.area, {}),
            }
        )

    def into_section(self, form: SectionForm) -> SectionForm:
        """Return a year's form with the decisions of the half-years that it lacks; a later decision stands instead."""
        own = {(each.rule, each.event) for each in form.decisions}
        missing = [each for each in self.decisions.get(form.section, ()) if (each.rule, each.event) not in own]
        halves = None if self.forms is None else self.forms.get(form.section, {})
        return form.model_copy(update={"decisions": (*form.decisions, *missing), "halves": halves})

    def blank_area(self, area: str, period: Period) -> AssessmentForm:
        """Return what stands in an area's blank form: the events. What else counts is added, with its own evidence."""
        events = tuple(self.areas.get(area, FromHalves()).events)
        return AssessmentForm(area=area, period=period, assessor="", events=events)

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
    areas: dict[str, FromHalves] = {}
    decisions: dict[str, list[Decision]] = {}
    forms: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    for half in period.halves:
        # The forms themselves, not what an assessment accepted of them: they say it whenever the year is assessed.
        read = read_forms(data_dir, plan, half, {})
        faults += read.faults
        for area, form in read.areas.items():
            _take_over(plan, half, form, areas.setdefault(area, FromHalves()))
        for section, decided in read.sections.items():
            decisions.setdefault(section, []).extend(_decisions(half, decided))
        every: dict[str, AssessmentForm | SectionForm] = {**read.areas, **read.sections}
        for who, each in every.items():
            forms.setdefault(who, {})[each.file] = each.sha256
    return Carried(areas, decisions, forms if period.halves else None, tuple(faults))


def _take_over(plan: Plan, half: Period, form: AssessmentForm, into: FromHalves) -> None:
    """Take over what counts in the year too, each with where it stands; name what does not."""
    counts, done = plan.county_rubric.carried_into_year, f"{half.label}已计"
    for event in form.events:
        into.events.append(event.model_copy(update={"reason": _sourced(event.reason, done, form.file, event.cell)}))
    for row in form.bonus:
        if "bonus" in counts:
            reason = _sourced(row.reason, done, form.file, row.cell)
            into.bonus.append(row.model_copy(update={"reason": reason, "half": half}))
        else:
            into.left.append(f"{half.label}的加分“{row.subject}”{plain(row.points)}分（{form.file}，{row.cell}）")
    for veto in form.veto:
        if "veto" in counts:
            reason = _sourced(veto.reason, done, form.file, veto.cell)
            into.veto.append(veto.model_copy(update={"reason": reason}))
        else:
            into.left.append(f"{half.label}的一票否决“{veto.word}”（{form.file}，{veto.cell}）")


def _decisions(half: Period, form: SectionForm) -> Iterator[Decision]:
    for each in form.decisions:
        done = f"{half.label}已{'确认' if each.taken else '免除'}"
        yield each.model_copy(update={"reason": _sourced(each.reason, done, form.file, each.cell)})


def _sourced(reason: str, done: str, file: str, cell: str) -> str:
    """Return a reason with where it was given: whoever reads the year's table finds the half-year's form."""
    return f"{f'{reason}；' if reason else ''}{done}（{file}，{cell}）"


def _event_key(event: Event) -> tuple[object, ...]:
    return event.kind, event.on, _close(event.subject)


def _close(words: str) -> str:
    return "".join(words.split())
