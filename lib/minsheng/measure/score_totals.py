"""What events do to a total (扣分、加分、一票否决), and the weighted parts of a composite one (综合得分)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.assessment import AssessmentForm, Event
from minsheng.domain.base import plain
from minsheng.domain.plan import Plan
from minsheng.domain.result import DeductionScore, ItemScore, PartScore
from minsheng.domain.rubric import EventDeduction
from minsheng.measure.marks import refuse
from minsheng.measure.rounding import grouped, half_up
from minsheng.measure.wording import clause_of


def deductions(plan: Plan, form: AssessmentForm | None) -> tuple[DeductionScore, ...]:
    """Return the points taken for events, a line per kind that happened; events that fit none are refused."""
    if form is None or not form.events:
        return ()
    kinds = {kind.id: kind for kind in plan.county_rubric.deductions}
    costs = [(event, _cost(form, kinds, event)) for event in form.events]
    # Counted once, events of one subject cost the highest of their points only.
    kept, dropped = _counted_once(costs) if plan.county_rubric.same_event_counts_once else (costs, [])
    lines = []
    for kind in kinds.values():
        mine = [(event, cost) for event, cost in kept if event.kind == kind.id]
        merged = [event for event, _ in dropped if event.kind == kind.id]
        if not mine and not merged:
            continue
        lines.append(_line(plan, kind, mine, merged))
    return tuple(lines)


def bonus_points(plan: Plan, form: AssessmentForm | None) -> tuple[Decimal | None, str]:
    """Return the bonus within its cap, and how it came about; ``None`` where nobody claimed one."""
    if form is None or not form.bonus:
        return None, ""
    bonus = plan.county_rubric.bonus
    total = sum((Fraction(row.points) for row in form.bonus), Fraction(0))
    chain = " + ".join(grouped(row.points) for row in form.bonus)
    capped = total if bonus.cap is None else min(total, Fraction(bonus.cap))
    points = half_up(capped, plan.county_rubric.decimals)
    limit = "" if capped == total else f"，最多加 {grouped(capped)} 分"
    return points, f"{chain} = {grouped(total)}{limit}"


def vetoes(plan: Plan, form: AssessmentForm | None) -> tuple[str, ...]:
    """Return the vetoes that were cast; refuse one that is not on the rubric's list."""
    if form is None:
        return ()
    known = plan.county_rubric.veto
    for veto in form.veto:
        if veto.word not in known:
            allowed = f"可填：{'、'.join(known)}" if known else "方案没有一票否决事项，删去这一行"
            refuse(form, veto.cell, f"没有一票否决事项“{veto.word}”", allowed)
    return tuple(f"{veto.word}：{veto.reason}" for veto in form.veto)


def _cost(form: AssessmentForm, kinds: dict[str, EventDeduction], event: Event) -> Decimal:
    if not form.period.start <= event.on <= form.period.end:
        refuse(form, event.cell, f"“{event.subject}”的日期 {event.on} 不在考评期内", f"应在 {form.period.label}")
    kind = kinds.get(event.kind)
    if kind is None:
        refuse(form, event.cell, f"没有扣分事项 {event.kind}", f"可填：{'、'.join(kinds)}")
    if kind.points is not None:
        if event.points is not None and event.points != kind.points:
            refuse(
                form,
                event.cell,
                f"“{kind.name}”每{kind.per or '次'}扣 {kind.points} 分，不能改为 {event.points}",
                "分值栏留空",
            )
        return kind.points
    if event.points is None or not event.reason.strip():
        refuse(form, event.cell, f"“{kind.name}”由考评人酌情扣分", "须填扣分数（不小于 0）和理由")
    return event.points


def _counted_once(
    costs: Sequence[tuple[Event, Decimal]],
) -> tuple[list[tuple[Event, Decimal]], list[tuple[Event, Decimal]]]:
    """Keep the dearest event of each subject, the first of equals; return the others too, to be shown."""
    best: dict[str, int] = {}
    for number, (event, cost) in enumerate(costs):
        subject = "".join(event.subject.split())
        if subject not in best or cost > costs[best[subject]][1]:
            best[subject] = number
    keep = set(best.values())
    return (
        [each for number, each in enumerate(costs) if number in keep],
        [each for number, each in enumerate(costs) if number not in keep],
    )


def _line(
    plan: Plan, kind: EventDeduction, mine: Sequence[tuple[Event, Decimal]], merged: Sequence[Event]
) -> DeductionScore:
    total = sum((cost for _, cost in mine), Decimal(0))
    if kind.points is not None:
        formula = f"{grouped(kind.points)}分 × {len(mine)}{kind.per or '次'} = {grouped(total)}分"
    else:
        formula = f"{' + '.join(grouped(cost) for _, cost in mine) or '0'} = {grouped(total)}分"
    remarks = [event.reason for event, _ in mine if event.reason]
    if merged:
        subjects = "、".join(event.subject for event in merged)
        remarks.append(f"同一事项只按较高的扣一次，未另扣：{subjects}")
    return DeductionScore(
        item=kind.id,
        name=kind.name,
        events=tuple(_told(event) for event in (*(event for event, _ in mine), *merged)),
        points=total,
        formula=formula,
        because="；".join(remarks),
        clause=clause_of(plan, kind.source),
    )


def _told(event: Event) -> str:
    documents = f"（{'、'.join(event.documents)}）" if event.documents else ""
    return f"{event.on} {event.subject}{documents}"


@dataclass(frozen=True)
class Scored:
    """Items with their points as the total adds them: rounded, or exact where the plan rounds the total alone."""

    items: tuple[ItemScore, ...]
    worth: Mapping[str, Fraction]
    """By item, of those that are scored."""

    def points(self, items: Iterable[ItemScore]) -> Fraction:
        """Return the points of those of these items that are scored."""
        return sum((self.worth[item.item] for item in items if item.item in self.worth), Fraction(0))


def part_scores(plan: Plan, scored: Scored) -> tuple[tuple[PartScore, ...], Fraction, Fraction]:
    """Return a composite score's parts, in the rubric's order, with the exact points and the marks they are out of.

    A part with nothing scored has no points. Items without a duty are left out and the others rescaled to the part's
    worth; what is open stays open, in points and in the marks scored so far.
    """
    rubric = plan.county_rubric
    found, points, marks = [], Fraction(0), Fraction(0)
    for part in rubric.parts:
        bound = [item for item in scored.items if item.group in part.groups and item.state != "excluded"]
        counted = [item for item in bound if item.points is not None]
        full = sum((item.full_marks for item in bound), Decimal(0))
        assessed = sum((item.full_marks for item in counted), Decimal(0))
        worth = part.weight * rubric.total
        got = scored.points(counted)
        mine = got / Fraction(full) * Fraction(worth) if counted and full else None
        out_of = Fraction(assessed) / Fraction(full) * Fraction(worth) if full else Fraction(0)
        if mine is not None:
            points, marks = points + mine, marks + out_of
        shown = f"{grouped(got)} ÷ {grouped(full)} × {grouped(part.weight * 100)}% × {grouped(rubric.total)}"
        places = rubric.decimals + _MORE
        left = f"〔满分 {grouped(full)} 分中 {grouped(full - assessed)} 分未评或未到期〕" if assessed < full else ""
        found.append(
            PartScore(
                id=part.id,
                name=part.name,
                weight=part.weight,
                full_marks=worth,
                assessed_marks=shortest(out_of, places) if assessed < full else None,
                points=shortest(mine, places) if mine is not None else None,
                formula=f"{shown} = {grouped(shortest(mine, places))}分{left}" if mine is not None else "",
            )
        )
    return tuple(found), points, marks


def summed(scored: Scored) -> tuple[Fraction, Fraction]:
    """Return the points of the items and the full marks that they are out of."""
    counted = [item for item in scored.items if item.points is not None]
    return scored.points(counted), sum((Fraction(item.full_marks) for item in counted), Fraction(0))


_MORE = 2
"""Decimals of a part beyond those of the total: the total is not the sum of what was rounded for reading."""


def shortest(number: Fraction, places: int) -> Decimal:
    """Return a number rounded half up to at most so many decimals, without zeros behind it."""
    return Decimal(plain(half_up(number, places)))
