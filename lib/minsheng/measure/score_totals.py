"""What events do to a total (扣分、加分、一票否决), and the weighted parts of a composite one (综合得分)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.assessment import AssessmentForm, BonusRow, Event
from minsheng.domain.base import plain
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import Bonus, CountyRubric, EventDeduction, RubricItem, RubricPart
from minsheng.domain.score_rows import DeductionScore, ItemScore, PartScore
from minsheng.measure.marks import refuse
from minsheng.measure.rounding import grouped, half_up, sealed
from minsheng.measure.rules import Points
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
    lines = [(Fraction(row.points), grouped(row.points)) for row in form.bonus]
    if bonus.kinds:
        lines = _bonus_by_kind(bonus, form)
    total = sum((points for points, _ in lines), Fraction(0))
    chain = " + ".join(told for _, told in lines)
    within, limit = _limited(total, bonus.floor, bonus.cap, "加")
    return half_up(within, plan.county_rubric.decimals), f"{chain} = {grouped(total)}{limit}"


def _bonus_by_kind(bonus: Bonus, form: AssessmentForm) -> list[tuple[Fraction, str]]:
    """Return what each kind brings, within its own cap and floor; refuse rows of no kind, or of other points."""
    kinds = {kind.id: kind for kind in bonus.kinds}
    rows: dict[str, list[BonusRow]] = {}
    for row in form.bonus:
        kind = kinds.get(row.kind)
        if kind is None:
            refuse(form, row.cell, f"没有加分类别“{row.kind}”", f"可填：{'、'.join(each.name for each in bonus.kinds)}")
        if kind.points is not None and row.points != kind.points:
            fault = f"“{kind.name}”每{kind.per or '次'}加 {kind.points} 分，不能改为 {row.points}"
            refuse(form, row.cell, fault, f"填 {kind.points}")
        rows.setdefault(kind.id, []).append(row)
    found = []
    for kind in (kind for kind in bonus.kinds if kind.id in rows):
        mine = rows[kind.id][:1] if kind.once else rows[kind.id]
        total = sum((Fraction(row.points) for row in mine), Fraction(0))
        within, limit = _limited(total, kind.floor, kind.cap, "加")
        once = "，只加一次" if kind.once and len(rows[kind.id]) > 1 else ""
        told = " + ".join(grouped(row.points) for row in mine)
        found.append((within, f"{grouped(within)}〔{kind.name}：{told}{once}{limit}〕"))
    return found


def _limited(total: Fraction, floor: Decimal | None, cap: Decimal | None, word: str) -> tuple[Fraction, str]:
    """Return a sum within its bounds, and what cut it; a sum of nothing stays nothing."""
    if cap is not None and total > cap:
        return Fraction(cap), f"，最多{word} {grouped(cap)} 分"
    if floor is not None and 0 < total < floor:
        return Fraction(floor), f"，最少{word} {grouped(floor)} 分"
    return total, ""


def taken_together(plan: Plan, lines: Sequence[DeductionScore]) -> tuple[Decimal, str]:
    """Return what all deductions take, within the rubric's cap and floor, and what cut their sum."""
    rubric = plan.county_rubric
    total = sum((line.points for line in lines), Decimal(0))
    within, limit = _limited(Fraction(total), rubric.deductions_floor, rubric.deductions_cap, "扣")
    return (sealed(within), f"〔合计 {grouped(total)}{limit}〕") if limit else (total, "")


def vetoes(plan: Plan, form: AssessmentForm | None) -> tuple[str, ...]:
    """Return the vetoes that were cast; refuse one that is not on the rubric's list."""
    if form is None:
        return ()
    known = plan.county_rubric.vetoes
    for veto in form.veto:
        if (veto.word, veto.item) not in known.values():
            allowed = f"可填：{'、'.join(known)}" if known else "方案没有一票否决事项，删去这一行"
            refuse(form, veto.cell, f"没有一票否决事项“{veto.word}”", allowed)
    return tuple(f"{veto.word}：{veto.reason}" for veto in form.veto if not veto.item)


def zeroed(item: RubricItem, form: AssessmentForm | None, points: Points) -> Points:
    """Return an item's points, or none of them where an event was found that makes the item zero."""
    cast = [veto for veto in form.veto if veto.item == item.id] if form is not None else []
    if not cast or points.state == "excluded":
        return points
    words = "、".join(veto.word for veto in cast)
    because = "；".join(filter(None, (*(f"{veto.word}：{veto.reason}" for veto in cast), points.because)))
    formula = f"0〔{words}，本项计 0 分〕 = 0分"
    return replace(points, points=Decimal(0), exact=Fraction(0), state="scored", formula=formula, because=because)


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
        refuse(form, event.cell, f"“{kind.name}”由考评人酌情扣分", f"须填扣分数（{discretion(kind)}）和理由")
    if not (kind.at_least or 0) <= event.points <= (event.points if kind.at_most is None else kind.at_most):
        refuse(form, event.cell, f"“{kind.name}”不能扣 {event.points} 分", discretion(kind))
    return event.points


def discretion(kind: EventDeduction) -> str:
    """Say how many points an assessor may take for one event."""
    least = plain(kind.at_least or Decimal(0))
    return f"不小于 {least}" if kind.at_most is None else f"{least} 至 {plain(kind.at_most)}"


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
    counted = sorted(mine, key=lambda each: -each[1])[:1] if kind.once else mine
    total = sum((cost for _, cost in counted), Decimal(0))
    if kind.points is not None:
        formula = f"{grouped(kind.points)}分 × {len(counted)}{kind.per or '次'} = {grouped(total)}分"
    else:
        formula = f"{' + '.join(grouped(cost) for _, cost in counted) or '0'} = {grouped(total)}分"
    within, limit = _limited(Fraction(total), kind.floor, kind.cap, "扣")
    total = sealed(within) if limit else total
    formula += f"{'，只扣一次' if len(counted) < len(mine) else ''}{limit}"
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
        mine_all = [item for item in scored.items if item.group in part.groups and item.state != "excluded"]
        bound = [item for item in mine_all if not item.extra]
        counted = [item for item in bound if item.points is not None]
        full = sum((item.full_marks for item in bound), Decimal(0))
        assessed = sum((item.full_marks for item in counted), Decimal(0))
        worth = part.weight * rubric.total
        got = scored.points([*counted, *(item for item in mine_all if item.extra)])
        most = _most(rubric, part, full)
        within = got if most is None else min(got, most)
        mine = within / Fraction(full) * Fraction(worth) if counted and full else None
        out_of = Fraction(assessed) / Fraction(full) * Fraction(worth) if full else Fraction(0)
        if mine is not None:
            points, marks = points + mine, marks + out_of
        places = rubric.decimals + _MORE
        cut = (
            f"〔各小项合计 {grouped(shortest(got, places))}，最多计 {grouped(shortest(within, places))}〕"
            if within < got
            else ""
        )
        counts = f"{grouped(shortest(within, places) if cut else got)}{cut}"
        shown = f"{counts} ÷ {grouped(full)} × {grouped(part.weight * 100)}% × {grouped(rubric.total)}"
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


def _most(rubric: CountyRubric, part: RubricPart, full: Decimal) -> Fraction | None:
    """Return the most points that a part counts of an area whose items there are worth ``full``; ``None``: no cap."""
    if part.cap is None:
        return None
    marks = sum((group.full_marks for group in rubric.groups if group.id in part.groups), Decimal(0))
    return Fraction(part.cap) * Fraction(full) / Fraction(marks) if marks else None


def summed(scored: Scored) -> tuple[Fraction, Fraction]:
    """Return the points of the items and the full marks that they are out of."""
    counted = [item for item in scored.items if item.points is not None]
    full = sum((Fraction(item.full_marks) for item in counted if not item.extra), Fraction(0))
    return scored.points(counted), full


_MORE = 2
"""Decimals of a part beyond those of the total: the total is not the sum of what was rounded for reading."""


def shortest(number: Fraction, places: int) -> Decimal:
    """Return a number rounded half up to at most so many decimals, without zeros behind it."""
    return Decimal(plain(half_up(number, places)))
