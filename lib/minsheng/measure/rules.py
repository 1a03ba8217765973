"""One function per rule kind (评分办法): from measurements, or an assessor's mark, to the points of one item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from minsheng.domain.base import plain
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import CellRef, ConditionState, Measurement
from minsheng.domain.indicator import Indicator
from minsheng.domain.item_rules import (
    AllOrNothingRule,
    Combine,
    LowerIsBetterRule,
    MeasuredRule,
    MilestoneRule,
    ProportionalRule,
    QualitativeRule,
    StepRule,
    Unreported,
    Weighted,
)
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import PlanInvalidError
from minsheng.measure.completion import schedule_progress
from minsheng.measure.measurement import LEVEL_WORDS, target_of
from minsheng.measure.ratios import Term, bounded, combined, exact_percent, quoted, ratio_of, shortfall_of
from minsheng.measure.rounding import grouped, half_up, percent, sealed, short_of

ScoreState = Literal["scored", "not_assessed", "not_due", "not_reported", "excluded"]


@dataclass(frozen=True, slots=True)
class MeasuredArea:
    """What measured rules see: the sealed measurements and duties of one area and period."""

    plan: Plan
    area: str
    period: Period
    measurements: Mapping[str, Measurement]
    """By indicator id."""
    duties: Mapping[str, ConditionState]
    """By id; absent while its project is not reported."""


@dataclass(frozen=True, slots=True)
class Points:
    """What one rule gives for one item; ``points`` is ``None`` where the item does not count."""

    points: Decimal | None
    state: ScoreState
    formula: str
    because: str = ""
    exact: Fraction | None = None
    """Before rounding."""
    given: dict[str, str] = field(default_factory=dict)
    cells: tuple[CellRef, ...] = ()
    evidence: tuple[str, ...] = ()


def rounded(
    chain: str, value: Fraction, full_marks: Decimal, decimals: int, lowest: Decimal = Decimal(0)
) -> tuple[Decimal, str, Fraction]:
    """Round an item's points half up, once, within [lowest, full marks], and write the chain that gives them.

    Returns
    -------
    tuple
        The points, the chain, and what they are before rounding.
    """
    within = min(max(value, Fraction(lowest)), Fraction(full_marks))
    points = half_up(within, decimals)
    if within != value:
        limit = f"不低于 {grouped(lowest)} 分" if value < lowest else "不超过满分"
        chain = f"{grouped(within)}〔{quoted(chain)}，{limit}〕"
    if within < full_marks <= points:
        # Rounded up to full marks: the chain shows that it was not reached.
        short = grouped(within, max(short_of(within, Fraction(full_marks), decimals), decimals + 2))
        return points, f"{chain} = {short}→{points}分", within
    return points, f"{chain} = {points}分", within


def measured_points(
    facts: MeasuredArea, rule: MeasuredRule, full_marks: Decimal, decimals: int, lowest: Decimal = Decimal(0)
) -> Points:
    """Score an item whose indicators are measured, within [lowest, full marks]; excluded where there is no duty."""
    bound, settled = _bound(facts, rule)
    if settled is not None:
        return settled
    rows = {each.indicator: facts.measurements.get(each.indicator) for each in bound}
    # A sum with an area missing has no completion; what that costs is the rule's, as for a figure that is not there.
    there = {
        name: row
        for name, row in rows.items()
        if row is not None and row.status == ReturnStatus.REPORTED and not row.missing_areas
    }
    cells = tuple(cell for row in there.values() for cell in row.cells)
    given = {facts.plan.indicator(name).short_name: _given(row) for name, row in rows.items()}
    missing = [facts.plan.indicator(name).short_name for name in rows if name not in there]
    if missing and (rule.unreported == Unreported.EXCLUDE or not there):
        because = f"{'、'.join(missing)}未报送或未通过校验"
        if rule.unreported == Unreported.EXCLUDE:
            return Points(None, "not_reported", "", f"{because}，按细则不计入", given=given)
        points, formula, within = rounded("0〔未报送〕", Fraction(0), full_marks, decimals)
        return Points(points, "not_reported", formula, f"{because}，按细则计 0 分", within, given)
    waiting = [name for name, row in there.items() if _not_due(facts, rule, row)]
    if waiting:
        names = "、".join(facts.plan.indicator(name).short_name for name in waiting)
        return Points(None, "not_due", "", f"{names}：未到期，不计入暂定得分", given=given, cells=cells)
    counted = [each for each in bound if each.indicator not in there or _has_figure(there[each.indicator])]
    if not counted:
        because = "本期没有发生额（分母为 0），不计分、不计入满分"
        return Points(None, "excluded", "", because, given=given, cells=cells)
    value, chain, because = _item_value(facts, rule, counted, there, full_marks)
    points, formula, within = rounded(chain, value, full_marks, decimals, lowest)
    remarks = (
        f"{'、'.join(missing)}未报送，按 0 计" if missing else "",
        _left_out(facts, rule, bound, counted),
        because,
    )
    because = "；".join(filter(None, remarks))
    return Points(points, "scored", formula, because, within, given, cells)


def _bound(facts: MeasuredArea, rule: MeasuredRule) -> tuple[list[Weighted], Points | None]:
    """Return the indicators of an item with a target here, and the points where those settle them already."""
    bound = [
        each
        for each in rule.indicators
        if target_of(facts.plan, facts.plan.indicator(each.indicator), facts.area, facts.period) is not None
    ]
    if not bound:
        return bound, Points(None, "excluded", "", "方案没有给该地区下达此项任务，不计分、不计入满分")
    bound = [each for each in bound if each.weight or rule.combine != Combine.WEIGHTED]
    if not bound:
        return bound, Points(None, "excluded", "", "该地区有任务的指标权重都为 0，不计分、不计入满分")
    early = [each.indicator for each in bound if not _has_returns(facts, each.indicator)]
    names = "、".join(facts.plan.indicator(name).short_name for name in early)
    return bound, Points(None, "not_due", "", f"{names}：本年首次报送尚未到期，不计入暂定得分") if early else None


def _left_out(facts: MeasuredArea, rule: MeasuredRule, bound: Sequence[Weighted], counted: Sequence[Weighted]) -> str:
    """Say which indicators of an item had nothing to measure, and by which rule their part goes to the others."""
    names = [
        "、".join(facts.plan.indicator(each.indicator).short_name for each in some)
        for some in ([each for each in bound if each not in counted], counted)
    ]
    if not names[0]:
        return ""
    how = {
        Combine.WEIGHTED: "其权重按比例并入{}（按权重合并时除以有数指标的权重之和）",
        Combine.MEAN: "只取{}的平均",
        Combine.MIN: "只在{}中取最低",
    }[rule.combine]
    return f"{names[0]}本期没有发生额（分母为 0），{how.format(names[1])}"


def with_figures(facts: MeasuredArea, rule: object, points: Points) -> Points:
    """Add the figures that an assessor's item looks at (应补尽补) to what is shown with it; they change no points."""
    names = rule.indicators if isinstance(rule, QualitativeRule) else ()
    rows = {name: facts.measurements.get(name) for name in names}
    given = {facts.plan.indicator(name).short_name: _given(row) for name, row in rows.items()}
    cells = tuple(cell for row in rows.values() if row is not None for cell in row.cells)
    return replace(points, given={**points.given, **given}, cells=(*points.cells, *cells)) if names else points


def _item_value(  # noqa: PLR0911 - one return for each kind
    facts: MeasuredArea,
    rule: MeasuredRule,
    counted: Sequence[Weighted],
    there: Mapping[str, Measurement],
    full_marks: Decimal,
) -> tuple[Fraction, str, str]:
    """Return an item's points before rounding, their chain, and a remark."""
    full = Fraction(full_marks)
    marks = grouped(full_marks)
    match rule:
        case ProportionalRule():
            terms = [bounded(_term(facts, each, there), Fraction(rule.floor), Fraction(rule.cap)) for each in counted]
            whole = combined(terms, rule.combine)
            if rule.threshold is not None and whole.value < Fraction(rule.threshold):
                limit = exact_percent(Fraction(rule.threshold))
                shown = f"{quoted(whole.chain)} = {percent(whole.value)}，低于 {limit} 不得分"
                return Fraction(0), f"{marks} × 0〔{shown}〕", ""
            return _with_duties(facts, rule, full * whole.value, f"{marks} × {whole.chain}")
        case LowerIsBetterRule():
            terms = [
                bounded(_term(facts, each, there, rule.formula), Fraction(rule.floor), Fraction(rule.cap))
                for each in counted
            ]
            whole = combined(terms, rule.combine)
            return full * whole.value, f"{marks} × {whole.chain}", ""
        case AllOrNothingRule():
            terms = [_met(_term(facts, each, there)) for each in counted]
            whole = combined(terms, rule.combine)
            return full * whole.value, f"{marks} × {whole.chain}", ""
        case StepRule() if rule.of == "value":
            return _stepped_by_value(facts, rule, counted, there, full_marks)
        case StepRule():
            terms = [bounded(_term(facts, each, there), Fraction(0), Fraction(1)) for each in counted]
            return _stepped(rule, combined(terms, rule.combine), full_marks)
        case MilestoneRule():
            whole = combined([_level_term(facts, rule, each, there) for each in counted], rule.combine)
            return full * whole.value, f"{marks} × {whole.chain}", ""


def _term(facts: MeasuredArea, each: Weighted, there: Mapping[str, Measurement], formula: str | None = None) -> Term:
    indicator = facts.plan.indicator(each.indicator)
    row = there.get(each.indicator)
    if row is None:
        return Term(indicator.short_name, Fraction(0), "0%〔未报送〕", Fraction(each.weight))
    found = ratio_of(facts.plan, indicator, row, facts.period, facts.area, formula)
    return Term(found.name, found.value, found.chain, Fraction(each.weight))


def _level_term(facts: MeasuredArea, rule: MilestoneRule, each: Weighted, there: Mapping[str, Measurement]) -> Term:
    indicator = facts.plan.indicator(each.indicator)
    row = there.get(each.indicator)
    if row is None:
        return Term(indicator.short_name, Fraction(0), "0%〔未报送〕", Fraction(each.weight))
    if row.level is None or row.level == "in_progress":
        text = f"指标“{indicator.id}”不是节点任务，不能按 milestone 计分"
        raise PlanInvalidError([f"rubric_county.yaml: {text}"])
    share = Fraction(rule.late if row.level == "late" else rule.levels.get(row.level, Decimal(0)))
    chain = f"{exact_percent(share)}〔{_level_word(row)}〕"
    return Term(indicator.short_name, share, chain, Fraction(each.weight))


def _with_duties(facts: MeasuredArea, rule: ProportionalRule, value: Fraction, chain: str) -> tuple[Fraction, str, str]:
    """Give only a share of the points while a due duty is not met, or nobody can say; another once it was met late."""
    unmet, late = [], []
    for duty_id in rule.requires:
        duty = facts.duties.get(duty_id)
        if duty is None:
            unmet.append(f"{duty_id}：所在项目未报送，无法判定")
        elif duty.state in {"not_met", "unknown"}:
            unmet.append(f"{duty.name}：{duty.because}")
        elif duty.state == "met_late":
            late.append(f"{duty.name}：{duty.because}")
    found = [
        (Fraction(share), word, duties)
        for share, word, duties in ((rule.unmet_share, "到期任务未落实", unmet), (rule.late, "到期任务逾期完成", late))
        if duties
    ]
    if not found:
        return value, chain, ""
    # Once: whoever did one duty late and another not at all loses the dearer share.
    share, word, _ = min(found, key=lambda each: each[0])
    told = "；".join(f"{what}：{'；'.join(duties)}" for _, what, duties in found)
    because = f"只得 {exact_percent(share)}：{told}"
    return value * share, f"{chain} × {exact_percent(share)}〔{word}〕", because


def _met(term: Term) -> Term:
    """Return 1 where a ratio reaches 1, else 0."""
    met = term.value >= 1
    shown = f"{quoted(term.chain)} = {percent(term.value)}，{'达标' if met else '未达标'}"
    return Term(term.name, Fraction(int(met)), f"{'100%' if met else '0%'}〔{shown}〕", term.weight)


def _stepped_by_value(
    facts: MeasuredArea,
    rule: StepRule,
    counted: Sequence[Weighted],
    there: Mapping[str, Measurement],
    full_marks: Decimal,
) -> tuple[Fraction, str, str]:
    """Count steps of the value itself, in its unit, that it is short of the target or beyond the limit."""
    terms, told = [], []
    for each in counted:
        indicator, row = facts.plan.indicator(each.indicator), there.get(each.indicator)
        if row is None:
            # Nothing reported is short by the whole target.
            target = target_of(facts.plan, indicator, facts.area, facts.period)
            short = Fraction(target.value or target.lower or 0) if target is not None else Fraction(0)
            shown = f"{indicator.short_name}未报送，按 0 计"
        else:
            short, shown = shortfall_of(facts.plan, indicator, row, facts.period, facts.area)
        terms.append(Term(indicator.short_name, short, grouped(short, 6), Fraction(each.weight)))
        told.append(shown)
    # The least of several ratios is the largest shortfall.
    worst = max(term.value for term in terms)
    short = worst if rule.combine == Combine.MIN else combined(terms, rule.combine).value
    steps = short / Fraction(rule.step)
    number = ceil(steps) if rule.count == "started" else floor(steps)
    unit = facts.plan.indicator(counted[0].indicator).unit
    unit = "个百分点" if unit == "%" else unit
    how = "不足一档按一档计" if rule.count == "started" else "不足一档不计"
    step = f"每 {grouped(rule.step)}{unit}为一档，{how}，计 {number} 档"
    said = f"{'；'.join(told)}，相差 {plain(sealed(short))}{unit}，{step}"
    value = Fraction(full_marks) - number * Fraction(rule.cost)
    return value, f"{grouped(full_marks)} - {number} × {grouped(rule.cost)}〔{said}〕", ""


def _stepped(rule: StepRule, whole: Term, full_marks: Decimal) -> tuple[Fraction, str, str]:
    short = 1 - whole.value
    steps = short / Fraction(rule.step)
    number = ceil(steps) if rule.count == "started" else floor(steps)
    how = "不足一档按一档计" if rule.count == "started" else "不足一档不计"
    shown = (
        f"{quoted(whole.chain)} = {percent(whole.value)}，差 {percent(short)}，"
        f"每差 {exact_percent(Fraction(rule.step))} 为一档，{how}，计 {number} 档"
    )
    value = Fraction(full_marks) - number * Fraction(rule.cost)
    return value, f"{grouped(full_marks)} - {number} × {grouped(rule.cost)}〔{shown}〕", ""


def _not_due(facts: MeasuredArea, rule: MeasuredRule, row: Measurement) -> bool:
    if row.level == "in_progress" or (row.level == "stage" and "stage" not in getattr(rule, "levels", {})):
        return True
    indicator: Indicator = facts.plan.indicator(row.indicator)
    # A schedule of zero expects nothing yet, so there is nothing to divide by.
    return row.level is None and schedule_progress(facts.plan, indicator, facts.period, facts.area) == 0


def _has_returns(facts: MeasuredArea, indicator_id: str) -> bool:
    """Whether returns on an indicator's project have been due at all this year."""
    return facts.plan.return_month(facts.plan.indicator(indicator_id).project, facts.period) is not None


def _has_figure(row: Measurement) -> bool:
    return row.level is not None or row.actual is not None


def _level_word(row: Measurement) -> str:
    """Return a level in the rubric's word; a stage's light also says how much of it is met."""
    return LEVEL_WORDS[row.level] if row.level and row.level != "stage" else row.light.word


def _given(row: Measurement | None) -> str:
    if row is None or row.status != ReturnStatus.REPORTED:
        return "未报送" if row is None else row.light.word
    if row.level is not None:
        return _level_word(row)
    if row.worded and row.actual is not None and row.completion is None:
        return f"{grouped(half_up(row.actual, row.decimals))}{row.unit}，目标“{row.target_text}”"
    if row.completion is None:
        return row.light.word
    schedule = "" if row.schedule_progress is None else f"，序时进度 {percent(row.schedule_progress)}"
    return f"完成率 {percent(row.completion)}{schedule}"
