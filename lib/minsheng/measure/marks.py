"""Items that an assessor marks: counted (全年不少于12篇) and qualitative (等次); without a mark they are 未评."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn

from minsheng.domain.assessment import AssessmentForm, Mark
from minsheng.domain.base import plain
from minsheng.domain.figure import CellRef
from minsheng.domain.item_rules import CountedRule, EventsRule, Price, QualitativeRule
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import RubricItem
from minsheng.errors import FileRefusedError
from minsheng.measure.completion import schedule_share
from minsheng.measure.ratios import Term, bounded, exact_percent
from minsheng.measure.rounding import grouped
from minsheng.measure.rules import Points, rounded

MANUAL_RULES = (CountedRule, QualitativeRule, EventsRule)


def check_marks(plan: Plan, form: AssessmentForm) -> None:
    """Refuse the form, by cell, if it marks items that do not exist or that are computed from returns."""
    manual = {item.id: item for item in plan.county_rubric.items if isinstance(item.rule, MANUAL_RULES)}
    measured = {item.id for item in plan.county_rubric.items} - manual.keys()
    for item_id, mark in form.marks.items():
        if item_id in measured:
            refuse(form, mark.cell, f"小项 {item_id} 由系统按报表计算，不能填分", "删去这一行")
        if item_id not in manual:
            refuse(form, mark.cell, f"没有小项 {item_id}", f"可填的小项：{'、'.join(manual)}")
        if not manual[item_id].is_for(form.area):
            refuse(form, mark.cell, f"小项 {item_id} 不适用于{plan.area_name(form.area)}", "删去这一行")


def refuse(form: AssessmentForm, cell: str, fault: str, allowed: str) -> NoReturn:
    """Refuse a form, naming file and cell."""
    where = "，".join(filter(None, (form.file or f"{form.area} {form.period} 考评表", cell)))
    raise FileRefusedError(f"{where}：{fault}。{allowed}")


def undifferentiated(forms: Mapping[str, AssessmentForm]) -> str:
    """Say that assessors gave all areas the same marks (无差异化); empty where they did not, or marked only one.

    Examples
    --------
    >>> undifferentiated({})
    ''
    """
    given = [
        {item: (mark.level, mark.count, mark.points) for item, mark in form.marks.items()} for form in forms.values()
    ]
    if len(given) < 2 or not given[0] or any(each != given[0] for each in given):
        return ""
    return f"{len(given)} 个县区的 {len(given[0])} 个手工小项评定完全相同（无差异化）：请考评科室核实"


def manual_points(plan: Plan, period: Period, item: RubricItem, form: AssessmentForm | None, decimals: int) -> Points:
    """Score an item by its mark, refused if it does not fit the rule; without one 未评, never guessed."""
    mark = form.marks.get(item.id) if form is not None else None
    if form is None or mark is None:
        return Points(None, "not_assessed", "", "未评：考评人尚未评定，不计入暂定得分")
    match item.rule:
        case CountedRule() as rule:
            if mark.count is None:
                refuse(form, mark.cell, f"“{item.name}”须填数量（{rule.unit}）", "填 0 或正整数")
            value, chain = _counted(plan, period, rule, rule.target_of(form.area), mark.count, item.full_marks)
            given = {"数量": f"{mark.count}{rule.unit}"}
        case EventsRule() as rule:
            value, chain, given = _priced(form, item, rule, mark)
        case QualitativeRule() as rule:
            value, chain, given = _qualitative(form, item, rule, mark)
        case _:
            raise TypeError(f"{item.id} is measured, not marked")
    points, formula, within = rounded(chain, value, item.full_marks, decimals, item.lowest)
    cells = (_cell(form, item, mark),) if mark.cell else ()
    return Points(points, "scored", formula, mark.reason, within, given, cells=cells, evidence=mark.evidence)


def _cell(form: AssessmentForm, item: RubricItem, mark: Mark) -> CellRef:
    """Return where a mark stands in the assessor's form."""
    sheet, _, cell = mark.cell.rpartition("!")
    counts = None if mark.counts is None else "、".join(f"{price} {count}" for price, count in mark.counts.items())
    values = [str(value) for value in (mark.level, mark.count, mark.points, counts) if value is not None]
    return CellRef(
        area=form.area, period=form.period, file=form.file, sheet=sheet, cell=cell, field=item.id, value=values[0]
    )


def _counted(
    plan: Plan, period: Period, rule: CountedRule, target: int, count: int, full_marks: Decimal
) -> tuple[Fraction, str]:
    """Give points for a count; before the year's end the year's number is pro-rated unless the rule says otherwise."""
    prorated = rule.basis == "schedule" and period.kind != PeriodKind.YEAR
    share = schedule_share(plan, period) if prorated else Fraction(1)
    full, marks = Fraction(full_marks), grouped(full_marks)
    expected = target * share
    said = "" if share == 1 else f"〔全年 {target}{rule.unit}，序时应有 {grouped(expected, 2)}{rule.unit}〕"
    if rule.per_shortfall is not None:
        # Half a missing article is not missing yet: only whole ones are counted as short.
        short = max(int(expected) - count, 0)
        return full - short * Fraction(rule.per_shortfall), f"{marks} - {short} × {grouped(rule.per_shortfall)}{said}"
    if not expected:
        return full, f"{marks}〔序时进度为 0，本期没有要求〕"
    over = f"{target}" if share == 1 else f"（{target} × {share.numerator} ÷ {share.denominator}）"
    term = bounded(Term(rule.unit, count / expected, f"{count} ÷ {over}"), Fraction(0), Fraction(1))
    return full * term.value, f"{marks} × {term.chain}{said}"


def _priced(
    form: AssessmentForm, item: RubricItem, rule: EventsRule, mark: Mark
) -> tuple[Fraction, str, dict[str, str]]:
    """Take, or add up, what the events cost: each price times its number, once or within its cap where it says so."""
    counts = mark.counts or {}
    names = {price.id: price for price in rule.prices}
    strange = [name for name in counts if name not in names]
    absent = [price.name for price in rule.prices if price.id not in counts]
    if mark.counts is None or strange or absent:
        fault = f"没有 {'、'.join(strange)}" if strange else f"须填次数：{'、'.join(absent) or item.name}"
        refuse(form, mark.cell, f"“{item.name}”{fault}", f"逐项填 0 或正整数：{'、'.join(p.name for p in rule.prices)}")
    value = Fraction(item.full_marks) if rule.start == "full" else Fraction(0)
    sign, chain = (-1, grouped(item.full_marks)) if rule.start == "full" else (1, "0")
    for price in rule.prices:
        cost, told = _cost_of(price, counts[price.id])
        value += sign * cost
        chain += f" {'-' if sign < 0 else '+'} {told}" if counts[price.id] else ""
    given = {price.name: f"{counts[price.id]}{price.per}" for price in rule.prices}
    return value, chain, given


def _cost_of(price: Price, count: int) -> tuple[Fraction, str]:
    times = min(count, 1) if price.once else count
    cost = Fraction(price.points) * times
    told = f"{grouped(price.points)} × {times}〔{price.name}{'，只计一次' if price.once and count > 1 else ''}〕"
    if price.cap is not None and cost > price.cap:
        told = f"{grouped(price.cap)}〔{price.name} {grouped(price.points)} × {times}，最多 {grouped(price.cap)} 分〕"
        cost = Fraction(price.cap)
    return cost, told


def _qualitative(
    form: AssessmentForm, item: RubricItem, rule: QualitativeRule, mark: Mark
) -> tuple[Fraction, str, dict[str, str]]:
    if mark.level is not None:
        if mark.level not in rule.levels:
            refuse(form, mark.cell, f"“{item.name}”没有等次“{mark.level}”", f"可填：{'、'.join(rule.levels)}")
        share = Fraction(rule.levels[mark.level])
        chain = f"{grouped(item.full_marks)} × {exact_percent(share)}〔{mark.level}〕"
        return Fraction(item.full_marks) * share, chain, {"等次": mark.level}
    if mark.points is None or rule.levels_only:
        refuse(form, mark.cell, f"“{item.name}”须填等次", f"可填：{'、'.join(rule.levels)}")
    if not item.lowest <= mark.points <= item.full_marks:
        fault = f"超过满分 {item.full_marks}" if mark.points > item.full_marks else f"低于最低分 {plain(item.lowest)}"
        allowed = f"填 {plain(item.lowest)} 至满分之间的分值"
        refuse(form, mark.cell, f"“{item.name}”填 {mark.points} 分，{fault}", allowed)
    return Fraction(mark.points), f"{grouped(mark.points)}〔考评人直接给分〕", {"给分": grouped(mark.points)}
