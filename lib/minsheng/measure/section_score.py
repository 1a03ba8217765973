"""科室考评: reverse deductions (倒扣分), proposed by the system or found by the performance office."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from minsheng.domain.assessment import Decision, SectionFacts, SectionForm
from minsheng.domain.base import Source
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import SectionScoringFigures
from minsheng.domain.rubric import SectionGroup, SectionRule
from minsheng.domain.score_rows import SectionItemScore
from minsheng.errors import FileRefusedError, UsageError
from minsheng.measure.rounding import grouped, half_up
from minsheng.measure.section_rules import (
    PointsLost,
    ProposedFault,
    found_by_people,
    is_automatic,
    proposed_faults,
    was_proposed,
)
from minsheng.measure.wording import clause_of, collected, ours


def section_scoring_figures(
    plan: Plan, section_id: str, period: Period, facts: SectionFacts, form: SectionForm | None
) -> SectionScoringFigures:
    """Score one section.

    Parameters
    ----------
    facts
        Its monthly reports: due, delivered, signed, empty parts, differing versions.
    form
        The performance office's form; without one, what it looks after is 未评 and what the system found stays
        proposed (拟扣分).

    Returns
    -------
    SectionScoringFigures
        One line per rule and state. ``deducted`` adds the confirmed points, within the plan's cap; ``proposed`` those
        that nobody has decided on.

    Raises
    ------
    UsageError
        If the section is not assessed, or the facts are another's.
    FileRefusedError
        If the form is another's, or decides on something that was never proposed.
    """
    section = plan.section(section_id)
    if section not in plan.assessed_sections:
        names = "、".join(each.name for each in plan.assessed_sections)
        raise UsageError(f"{section.name}不是考评对象。考评的科室：{names}")
    if facts.section != section.id:
        raise UsageError(f"考评科室 {section.id}，拿到的却是 {facts.section} 的报送和签字记录：须是同一科室")
    if form is not None and (form.section != section.id or form.period != period):
        raise FileRefusedError(
            f"{form.file or '考评表'}：表内是 {form.section} {form.period}，应为 {section.id} {period}"
        )
    rubric = plan.section_rubric
    rules = [(group, rule) for group in rubric.groups for rule in group.rules]
    automatic = {rule.id: rule for _, rule in rules if is_automatic(rule)}
    faults = {name: proposed_faults(plan, rule, period, facts) for name, rule in automatic.items()}
    if form is not None:
        faults = {name: [*found, *_settled(plan, form, automatic[name], found)] for name, found in faults.items()}
        _known(form, {rule.id for _, rule in rules}, faults)
    items = tuple(
        item
        for group, rule in rules
        for item in (
            _decided(plan, group, rule, faults[rule.id], form)
            if is_automatic(rule)
            else [_looked_after(plan, group, rule, found_by_people(plan, rule, period, section.id, form))]
        )
    )
    has_positive = any(group.positive for group in rubric.groups)
    positive = sum((row.points for row in form.positive), Decimal(0)) if form and form.positive else None
    open_items = any(item.state in {"not_assessed", "proposed"} for item in items)
    labels = [facts.data_label, form.data_label if form else ""]
    return SectionScoringFigures(
        plan=plan.about.id,
        whole=plan.whole,
        period=period,
        as_of=facts.as_of,
        data_label="；".join(dict.fromkeys(label for label in labels if label)),
        before_notice=period.closing_month < plan.reporting.first_month,
        assumptions=collected(_defaults(plan)),
        section=section.id,
        section_name=section.name,
        items=items,
        deducted=_deducted(plan, items),
        proposed=_sum(items, "proposed"),
        positive=positive,
        provisional=open_items or (has_positive and positive is None),
    )


def _decided(
    plan: Plan, group: SectionGroup, rule: SectionRule, faults: Sequence[ProposedFault], form: SectionForm | None
) -> Iterator[SectionItemScore]:
    """Yield a line per state: confirmed, still proposed, waived; one line where nothing was found."""
    if not faults:
        yield _line(plan, group, rule, "none", Fraction(0), formula="没有发现")
        return
    decisions = {each.event: each for each in form.decisions if each.rule == rule.id} if form else {}
    states: dict[Literal["confirmed", "proposed", "waived"], list[ProposedFault]] = {}
    for fault in faults:
        decision = decisions.get(fault.key)
        state: Literal["confirmed", "proposed", "waived"] = "proposed"
        if decision is not None:
            state = "confirmed" if decision.taken else "waived"
        states.setdefault(state, []).append(fault)
    for state, those in states.items():
        cost = len(those) * Fraction(rule.points)
        formula = f"{grouped(rule.points)}分 × {len(those)} = {grouped(cost)}分"
        yield _line(
            plan,
            group,
            rule,
            state,
            Fraction(0) if state == "waived" else cost,
            formula=f"免除：{formula}" if state == "waived" else formula,
            events=tuple(_told(fault, decisions.get(fault.key)) for fault in those),
            because=_reasons(decisions, those),
        )


def _settled(
    plan: Plan, form: SectionForm, rule: SectionRule, found: Sequence[ProposedFault]
) -> Iterator[ProposedFault]:
    """Yield what was decided on and is found no longer: a decision stands, whatever came afterwards."""
    keys = {fault.key for fault in found}
    for each in form.decisions:
        gone = each.rule == rule.id and each.event not in keys
        if gone and was_proposed(plan, rule, form.period, each.event, each.told):
            yield ProposedFault(each.event, f"{each.told}（处理之后有变化：现在没有发现）")


def _told(fault: ProposedFault, decision: Decision | None) -> str:
    """Return a fault's words; where they were others when it was decided on, those too."""
    if decision is None or not decision.told or decision.told in fault.text:
        return fault.text
    return f"{fault.text}（处理时为：{decision.told}）"


def _looked_after(plan: Plan, group: SectionGroup, rule: SectionRule, found: PointsLost | str) -> SectionItemScore:
    if isinstance(found, str):
        return _line(plan, group, rule, "not_assessed", None, because=found)
    state: Literal["confirmed", "none"] = "confirmed" if found.points else "none"
    return _line(
        plan, group, rule, state, found.points, formula=found.formula, events=found.events, because=found.reason
    )


def _line(
    plan: Plan,
    group: SectionGroup,
    rule: SectionRule,
    state: Literal["confirmed", "proposed", "waived", "none", "not_assessed"],
    points: Fraction | None,
    *,
    formula: str = "",
    events: tuple[str, ...] = (),
    because: str = "",
) -> SectionItemScore:
    return SectionItemScore(
        item=rule.id,
        group=group.id,
        text=rule.text,
        state=state,
        events=events,
        points=None if points is None else half_up(points, plan.section_rubric.decimals),
        formula=formula,
        because=because,
        clause=clause_of(plan, rule.source),
        uses_default=any(True for _ in ours(rule.id, rule)) or bool(_settings(plan, rule)),
    )


def _settings(plan: Plan, rule: SectionRule) -> set[str]:
    """Return the rubric's defaults that a rule's points follow from."""
    used = {"per"} if rule.target is not None or is_automatic(rule) else set()
    if rule.multiplier is not None:
        used.add("multiplier")
    return used & plan.section_rubric.defaults.keys()


def _reasons(decisions: dict[str, Decision], faults: Sequence[ProposedFault]) -> str:
    reasons = [decisions[fault.key].reason for fault in faults if fault.key in decisions]
    return "；".join(dict.fromkeys(reason for reason in reasons if reason))


def _deducted(plan: Plan, items: Sequence[SectionItemScore]) -> Decimal:
    """Add up the confirmed points, within the most that one group, and all together, may cost."""
    rubric = plan.section_rubric
    total = Decimal(0)
    for group in rubric.groups:
        lost = _sum([item for item in items if item.group == group.id], "confirmed")
        total += lost if rubric.item_floor is None else min(lost, abs(rubric.item_floor))
    return total if rubric.total_cap is None else min(total, rubric.total_cap)


def _sum(items: Sequence[SectionItemScore], state: str) -> Decimal:
    return sum((item.points for item in items if item.state == state and item.points is not None), Decimal(0))


def _defaults(plan: Plan) -> Iterator[tuple[str, Source]]:
    for group in plan.section_rubric.groups:
        yield from ours(f"rubric.{group.id}", group)
    for name, source in plan.section_rubric.defaults.items():
        yield from ours(f"rubric.{name}", source)


def _known(form: SectionForm, rules: set[str], faults: dict[str, list[ProposedFault]]) -> None:
    """Refuse marks for unknown or automatic rules, and decisions on what was not proposed."""
    where = form.file or f"{form.section} {form.period} 考评表"
    for rule_id, mark in form.marks.items():
        if rule_id not in rules or rule_id in faults:
            manual = "、".join(sorted(rules - faults.keys()))
            raise FileRefusedError(f"{where}，{mark.cell}：{rule_id} 不能填写次数。可填：{manual}")
    for decision in form.decisions:
        keys = [fault.key for fault in faults.get(decision.rule, [])]
        if decision.event not in keys:
            raise FileRefusedError(
                f"{where}，{decision.cell}：{decision.rule} 没有拟扣分“{decision.event}”。可确认或免除的："
                f"{'、'.join(keys) or '无'}"
            )
