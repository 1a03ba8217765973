"""县区考评: a county-level bureau's points from sealed measurements and its form, also what if; writes nothing."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.assessment import AssessmentForm
from minsheng.domain.base import Source, plain
from minsheng.domain.indicator import Basis
from minsheng.domain.item_rules import ItemRule, MeasuredRule, ProportionalRule
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.result import ProjectFigures, ScoringFigures
from minsheng.domain.rubric import Grade, RubricGroup, RubricItem
from minsheng.domain.score_rows import ItemScore, PartScore
from minsheng.errors import FileRefusedError, UsageError
from minsheng.measure.fields import Returns
from minsheng.measure.marks import MANUAL_RULES, check_marks, manual_points
from minsheng.measure.rounding import grouped, half_up, sealed
from minsheng.measure.rules import MeasuredArea, Points, measured_points, with_figures
from minsheng.measure.score_totals import (
    Scored,
    bonus_points,
    deductions,
    part_scores,
    shortest,
    summed,
    taken_together,
    vetoes,
    zeroed,
)
from minsheng.measure.wording import clause_of, collected, item_in_words, ours


def scoring_figures(
    plan: Plan, area_id: str, period: Period, projects: Sequence[ProjectFigures], form: AssessmentForm | None
) -> ScoringFigures:
    """Score one county-level bureau.

    Parameters
    ----------
    projects
        The sealed figures of its projects for the same period; their exact numerators and denominators are divided
        anew, returns are not read again.
    form
        The assessor's form; without one, manual items are 未评 and left out of a provisional total.

    Returns
    -------
    ScoringFigures
        Points are rounded half up once, where the rubric says: each item's, and totals add them; or the total's. A
        composite total is rounded too, its parts are not. ``total`` is within [floor, full marks + bonus].

    Raises
    ------
    UsageError
        If the area is not assessed, or figures of another area or period were given.
    FileRefusedError
        If the form is of another area or period, or holds a mark that its rule does not allow.
    PlanInvalidError
        If a rule does not fit its indicator.
    """
    area = plan.area(area_id)
    if area.id not in {each.id for each in plan.assessed_at(period)}:
        assessed = "、".join(each.name for each in plan.assessed_areas)
        raise UsageError(f"{area.name}不是考评对象。考评对象：{assessed}")
    _same_subject(area.id, period, projects, form)
    if form is not None:
        check_marks(plan, form)
    rubric = plan.county_rubric
    facts = MeasuredArea(
        plan=plan,
        area=area.id,
        period=period,
        measurements={row.indicator: row for figures in projects for row in figures.measurements},
        duties={duty.id: duty for figures in projects for duty in figures.duties},
    )
    pairs = [_item(facts, group, item, projects, form) for group in rubric.groups for item in group.leaves]
    items = tuple(score for score, _ in pairs)
    each_worth = Scored(items, {score.item: worth for score, worth in pairs if worth is not None})
    parts: tuple[PartScore, ...] = ()
    if rubric.parts:
        parts, scored, full = part_scores(plan, each_worth)
    else:
        scored, full = summed(each_worth)
    provisional = any(item.points is None and item.state != "excluded" for item in items)
    taken = deductions(plan, form)
    bonus, bonus_formula = bonus_points(plan, form)
    vetoed = vetoes(plan, form)
    added = bonus if bonus is not None and rubric.bonus.in_total else Decimal(0)
    lost, limited = taken_together(plan, taken)
    exact_total = scored - Fraction(lost) + Fraction(added)
    # Weights and unrounded items leave a total with digits to round; rounded items add up without.
    round_here = bool(parts) or rubric.rounding == "total"
    computed = shortest(exact_total, rubric.decimals) if round_here else sealed(exact_total)
    within = computed if rubric.total_cap is None else min(computed, rubric.total_cap)
    total = Decimal(0) if vetoed else max(within, rubric.total_floor)
    dates = [figures.as_of for figures in projects if figures.as_of is not None]
    labels = [*(figures.data_label for figures in projects), form.data_label if form else ""]
    return ScoringFigures(
        plan=plan.about.id,
        whole=plan.whole,
        period=period,
        as_of=min(dates) if dates else None,
        data_label="；".join(dict.fromkeys(label for label in labels if label)),
        before_notice=period.closing_month < plan.reporting.first_month,
        assumptions=collected(_defaults(facts, form, provisional=provisional)),
        area=area.id,
        area_name=area.name,
        items=items,
        parts=parts,
        deductions=taken,
        deducted=lost if limited else None,
        bonus=bonus,
        bonus_formula=bonus_formula,
        vetoed=vetoed,
        scored_points=shortest(scored, rubric.decimals) if round_here else sealed(scored),
        scored_full_marks=shortest(full, rubric.decimals + 2),
        bound_full_marks=sum((part.full_marks for part in parts if part.is_bound), Decimal(0)) if parts else None,
        total=total,
        total_formula=_total_formula(
            plan, parts, scored, [lost] if limited else [line.points for line in taken], added, computed, total, limited
        ),
        provisional=provisional,
        grade=None if provisional else grade_of(plan, total, sealed(full)),
        converted=None if provisional else half_up(total * rubric.conversion_factor, rubric.decimals),
    )


def _total_formula(
    plan: Plan,
    parts: Sequence[PartScore],
    scored: Fraction,
    taken: Sequence[Decimal],
    added: Decimal,
    computed: Decimal,
    total: Decimal,
    limited: str,
) -> str:
    made_of = " + ".join(f"{part.name} {grouped(part.points)}" for part in parts if part.points is not None)
    terms = [
        f"综合得分（{made_of}）" if parts else f"小项得分 {grouped(shortest(scored, plan.county_rubric.decimals + 2))}",
        *(f" - 扣分 {grouped(points)}{limited}" for points in taken if points),
        f" + 加分 {grouped(added)}" if added else "",
    ]
    cap = plan.county_rubric.total_cap
    why = "总分下限" if total > computed else "总分上限" if total == cap else "一票否决"
    cut = "" if total == computed else f"，按{why}计 {grouped(total)} 分"
    whole = plan.county_rubric.rounding == "total"
    once = "〔各小项、各部分不取舍，总分四舍五入一次〕" if whole else "〔各部分不取舍〕" if parts else ""
    return f"{''.join(terms)} = {grouped(computed)}分{once}{cut}"


def grade_of(plan: Plan, total: Decimal, full_marks: Decimal) -> str | None:
    """Return a total's grade (等次), lower bounds inclusive; out of fewer marks it is scaled to the rubric's."""
    if not full_marks:
        return None
    rubric = plan.county_rubric
    comparable = total * rubric.total / full_marks if full_marks != rubric.total else total
    return _grade(rubric.grades, comparable)


def _grade(grades: Sequence[Grade], total: Decimal) -> str | None:
    return next((grade.word for grade in grades if total >= grade.lower), None)


def _same_subject(
    area_id: str, period: Period, projects: Sequence[ProjectFigures], form: AssessmentForm | None
) -> None:
    for figures in projects:
        if figures.area != area_id or figures.period != period:
            given = f"{figures.area} {figures.period.label}"
            raise UsageError(f"考评 {area_id} {period.label}，拿到的却是 {given} 的数据：地区和报告期须一致")
    if form is not None and (form.area != area_id or form.period != period):
        raise FileRefusedError(f"{form.file or '考评表'}：表内是 {form.area} {form.period}，应为 {area_id} {period}")


def _item(
    facts: MeasuredArea,
    group: RubricGroup,
    item: RubricItem,
    projects: Sequence[ProjectFigures],
    form: AssessmentForm | None,
) -> tuple[ItemScore, Fraction | None]:
    """Return an item's score, and its points as the total adds them."""
    plan, decimals = facts.plan, facts.plan.county_rubric.decimals
    whole = plan.county_rubric.rounding == "total"
    evidence: tuple[str, ...] = ()
    if not item.is_for(facts.area):
        points = Points(None, "excluded", "", "本项不适用于该地区，不计分、不计入满分")
    elif isinstance(item.rule, MANUAL_RULES):
        points = with_figures(facts, item.rule, manual_points(plan, facts.period, item, form, decimals))
        evidence = points.evidence
    else:
        points = measured_points(facts, item.rule, item.full_marks, decimals, item.lowest)
        evidence = _evidence(plan, item.rule, projects)
    points = zeroed(item, form, points)
    score = ItemScore(
        item=item.id,
        name=item.name,
        group=group.id,
        branch=group.branches[item.id].name if item.id in group.branches else "",
        text=item.text,
        full_marks=item.full_marks,
        extra=item.extra,
        points=points.points,
        exact_points=sealed(points.exact) if whole and points.exact is not None else None,
        state=points.state,
        rule=item_in_words(plan, item),
        formula=points.formula,
        because=points.because,
        given=points.given,
        evidence=evidence,
        evidence_required=item.evidence,
        clause=clause_of(plan, item.source),
        uses_default=any(True for _ in _item_defaults(facts, item, points)),
        cells=points.cells,
    )
    if points.points is None:
        return score, None
    return score, points.exact if whole and points.exact is not None else Fraction(points.points)


def _evidence(plan: Plan, rule: MeasuredRule, projects: Sequence[ProjectFigures]) -> tuple[str, ...]:
    """Return the documents that the return lists for an item's projects."""
    wanted = {plan.indicator(each.indicator).project for each in rule.indicators}
    return tuple(
        "，".join(filter(None, (piece.name, piece.number, str(piece.dated or ""))))
        for figures in projects
        if figures.project in wanted
        for piece in figures.evidence
    )


def _item_defaults(facts: MeasuredArea, item: RubricItem, points: Points) -> Iterator[tuple[str, Source]]:
    """Yield the defaults of ours that an item's points follow from."""
    if points.state == "not_assessed":
        return
    plan = facts.plan
    yield from ours(f"rubric.{item.id}", item.rule)
    before_year_end = facts.period.kind != PeriodKind.YEAR
    if isinstance(item.rule, MANUAL_RULES):
        if before_year_end and getattr(item.rule, "basis", None) == "schedule":
            yield from ours("schedule", plan.schedule)
        return
    for each in item.rule.indicators:
        indicator = plan.indicator(each.indicator)
        target = indicator.targets.get(facts.area)
        yield from ours(f"indicator.{indicator.id}", indicator.model_copy(update={"targets": {facts.area: target}}))
        if before_year_end and indicator.basis == Basis.SCHEDULE and indicator.schedule is None:
            yield from ours("schedule", plan.schedule)
    if isinstance(item.rule, ProportionalRule):
        for duty in (duty for project in plan.projects for duty in project.duties if duty.id in item.rule.requires):
            yield from ours(f"duty.{duty.id}", duty)
            for test in duty.tests:
                if test.parameter:
                    yield from ours(f"parameter.{test.parameter}", plan.parameter(test.parameter))


def _defaults(facts: MeasuredArea, form: AssessmentForm | None, *, provisional: bool) -> Iterator[tuple[str, Source]]:
    rubric = facts.plan.county_rubric
    for item in rubric.items:
        if not isinstance(item.rule, MANUAL_RULES) or (form is not None and item.id in form.marks):
            yield from _item_defaults(facts, item, Points(None, "scored", ""))
    used = {"decimals", "total_floor"}
    used |= set() if provisional else {"grades", "conversion_factor"}
    if form is not None:
        used |= {name for name, there in (("bonus", form.bonus), ("veto", form.veto)) if there}
        used |= {"same_event_counts_once"} if len(form.events) > 1 else set()
    if form is not None and form.left_behind:
        why = f"没有计入全年：{'；'.join(form.left_behind)}。方案没有写明半年的加分、一票否决是否计入全年"
        yield "rubric.carried_into_year", Source(document="ours", why=f"{why}（carried_into_year）")
    for name, source in rubric.defaults.items():
        if name in used:
            yield from ours(f"rubric.{name}", source)


def with_value(returns: Returns, period: Period, area_id: str, field: str, value: Decimal | str) -> Returns:
    """Return the same returns with one accepted value changed, of the last month up to a period's end that has it.

    Parameters
    ----------
    field
        ``table.row.column`` as accepted.
    value
        A number, in yuan where the field is money, or a text or ISO date.

    Raises
    ------
    UsageError
        If no accepted return of the area has such a field.
    """
    found = [(month, area_id) for month in period.year_to_date if (month, area_id) in returns]
    key = next((each for each in reversed(found) if field in returns[each].values), None)
    if key is None:
        known = "、".join(sorted(returns[found[-1]].values)) if found else "（该地区没有已采用的报表）"
        raise UsageError(f"{area_id} {period.closing_month} 没有字段 {field}。可改的字段：{known}")
    accepted = returns[key]
    text = plain(value) if isinstance(value, Decimal) else value
    changed = accepted.values[field]._replace(value=text)
    return {**returns, key: accepted.model_copy(update={"values": {**accepted.values, field: changed}})}


def with_rule(plan: Plan, item_id: str, rule: ItemRule) -> Plan:
    """Return the same plan with one rubric item scored by another rule.

    Raises
    ------
    UsageError
        If the rubric has no such item.
    """
    rubric = plan.county_rubric
    if item_id not in {item.id for item in rubric.items}:
        raise UsageError(f"没有小项 {item_id}：{'、'.join(item.id for item in rubric.items)}")
    changed = next(item for item in rubric.items if item.id == item_id).model_copy(update={"rule": rule})
    groups = tuple(group.with_leaf(changed) for group in rubric.groups)
    return plan.model_copy(update={"county_rubric": rubric.model_copy(update={"groups": groups})})
