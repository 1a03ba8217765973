"""What pages say about figures in words: rules, clauses, the defaults of ours behind them, texts without counts."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import assert_never

from minsheng.domain.base import Frozen, Source
from minsheng.domain.item_rules import (
    AllOrNothingRule,
    Combine,
    CountedRule,
    EventsRule,
    ItemRule,
    LowerIsBetterRule,
    MilestoneRule,
    Price,
    ProportionalRule,
    QualitativeRule,
    StepRule,
    Unreported,
)
from minsheng.domain.plan import Plan
from minsheng.domain.reporting import SUPPRESSED
from minsheng.domain.result import Assumption
from minsheng.domain.rubric import RubricItem
from minsheng.measure.measurement import LEVEL_WORDS
from minsheng.measure.ratios import exact_percent
from minsheng.measure.rounding import exact, grouped

_COMBINE = {Combine.WEIGHTED: "多个指标按权重合并", Combine.MEAN: "多个指标取平均", Combine.MIN: "多个指标取最低"}

_UNREPORTED = {Unreported.ZERO: "未报送计 0 分", Unreported.EXCLUDE: "未报送不计入"}


def clause_of(plan: Plan, source: Source) -> str:
    """Return a clause with its document where that is not the plan's own notice."""
    if source.is_ours:
        return "本系统默认"
    if source.document == plan.about.source.document:
        return source.clause
    title = next((each.title for each in plan.about.documents if each.id == source.document), source.document)
    return f"《{title}》{source.clause}"


def rule_in_words(plan: Plan, rule: ItemRule) -> str:
    """Say in one Chinese sentence how a rule gives points."""
    match rule:
        case ProportionalRule():
            said = [
                "满分 × 完成率（数量类年底前再除以序时进度，水平类与全年目标比）",
                f"完成率最多计 {_percent(rule.cap)}、最少计 {_percent(rule.floor)}",
            ]
            said += [*_conditions(plan, rule), *_combine(rule), _UNREPORTED[rule.unreported]]
        case LowerIsBetterRule():
            formula = "目标 ÷ 实际" if rule.formula == "target_over_actual" else "2 - 实际 ÷ 目标"
            said = [
                f"控制类指标：满分 ×（{formula}）",
                f"最多计 {_percent(rule.cap)}、最少计 {_percent(rule.floor)}",
                *_combine(rule),
                _UNREPORTED[rule.unreported],
            ]
        case StepRule():
            counted = "不足一档按一档计" if rule.count == "started" else "不足一档不计"
            said = [
                f"{_step_of(plan, rule)} 扣 {grouped(rule.cost)} 分",
                counted,
                "扣完为止",
                *_combine(rule),
                _UNREPORTED[rule.unreported],
            ]
        case AllOrNothingRule():
            said = ["达标得满分，未达标不得分", *_combine(rule), _UNREPORTED[rule.unreported]]
        case MilestoneRule():
            shares: dict[str, Decimal] = {"late": rule.late}
            shares.update(rule.levels.items())
            named = [f"{word}得 {_percent(shares[level])}" for level, word in LEVEL_WORDS.items() if level in shares]
            levels = "，".join(named)
            said = [f"按节点完成情况：{levels}", "未到期不计入", *_combine(rule), _UNREPORTED[rule.unreported]]
        case CountedRule() | QualitativeRule() | EventsRule():
            said = _marked_in_words(plan, rule)
        case _ as never:
            assert_never(never)
    return "；".join(said)


def _marked_in_words(plan: Plan, rule: CountedRule | QualitativeRule | EventsRule) -> list[str]:
    match rule:
        case CountedRule():
            said = [f"全年不少于 {_targets(plan, rule)}"]
            if rule.basis == "schedule":
                said.append("年底前按序时进度折算")
            said.append(
                "按完成数量的比例给分，超过不加分"
                if rule.per_shortfall is None
                else f"每少 1 {rule.unit}扣 {grouped(rule.per_shortfall)} 分，扣完为止"
            )
        case QualitativeRule():
            levels = "，".join(f"{word}得 {_percent(share)}" for word, share in rule.levels.items())
            said = [f"由考评人定等次并写明理由：{levels}", *(["只定等次，不直接给分"] if rule.levels_only else [])]
        case EventsRule():
            prices = "，".join(_price(price, "扣" if rule.start == "full" else "得") for price in rule.prices)
            said = [f"从满分扣起：{prices}" if rule.start == "full" else f"按发生的次数得分，最多得满分：{prices}"]
    return said


def _conditions(plan: Plan, rule: ProportionalRule) -> Iterator[str]:
    if rule.threshold is not None:
        yield f"低于 {_percent(rule.threshold)} 不得分"
    if rule.requires:
        names = "、".join(_duty_name(plan, duty) for duty in rule.requires)
        yield f"“{names}”到期未落实的，得分乘 {_percent(rule.unmet_share)}"


def item_in_words(plan: Plan, item: RubricItem) -> str:
    """Say how an item is scored: its rule, and what the item adds to it."""
    said = [rule_in_words(plan, item.rule)]
    if item.extra:
        said.append("另计，不计入满分")
    if item.lowest:
        said.append(f"最低 {grouped(item.lowest)} 分")
    if item.applies_to:
        said.append(f"只用于{'、'.join(plan.area_name(area) for area in item.applies_to)}")
    if item.veto:
        said.append(f"有“{'”“'.join(item.veto)}”的，本项计 0 分")
    if item.assessed_by:
        said.append(f"由{plan.section(item.assessed_by).name}考评")
    return "；".join(said)


def _targets(plan: Plan, rule: CountedRule) -> str:
    own = "、".join(
        f"{plan.area_name(area)} {count} {rule.unit}" if count else f"{plan.area_name(area)}不作要求"
        for area, count in rule.targets.items()
    )
    if rule.target is None:
        return own
    return f"{rule.target} {rule.unit}" + (f"（{own}）" if own else "")


def _price(price: Price, word: str) -> str:
    limits = ["只计一次" if price.once else "", f"最多{word} {grouped(price.cap)} 分" if price.cap is not None else ""]
    limit = "、".join(filter(None, limits))
    return f"{price.name}每{price.per}{word} {grouped(price.points)} 分{f'（{limit}）' if limit else ''}"


def _step_of(plan: Plan, rule: StepRule) -> str:
    if rule.of == "completion":
        return f"完成率每差 {_percent(rule.step)}"
    unit = next((each.unit for each in plan.indicators if each.id == rule.indicators[0].indicator), "")
    return f"数值每差 {grouped(rule.step)} {'个百分点' if unit == '%' else unit}"


def _combine(rule: ProportionalRule | LowerIsBetterRule | AllOrNothingRule | StepRule | MilestoneRule) -> list[str]:
    if len(rule.indicators) == 1:
        return []
    if rule.combine != Combine.WEIGHTED:
        return [_COMBINE[rule.combine]]
    return [f"{_COMBINE[rule.combine]}（{'、'.join(grouped(each.weight) for each in rule.indicators)}）"]


def _percent(ratio: Decimal) -> str:
    return exact_percent(exact(ratio))


def _duty_name(plan: Plan, duty_id: str) -> str:
    return next((duty.name for project in plan.projects for duty in project.duties if duty.id == duty_id), duty_id)


def ours(where: str, part: object) -> Iterator[tuple[str, Source]]:
    """Yield every default of ours (本系统默认) within a part of the plan, with its path (``indicator.beds_new``)."""
    match part:
        case Source():
            if part.is_ours:
                yield where, part
        case Frozen():
            for name in type(part).model_fields:
                yield from ours(where if name == "source" else f"{where}.{name}", getattr(part, name))
        case Mapping():
            for key, value in part.items():
                yield from ours(f"{where}.{key}", value)
        case tuple():
            for number, value in enumerate(part):
                yield from ours(f"{where}.{getattr(value, 'id', number)}", value)
        case _:
            return


def collected(found: Iterable[tuple[str, Source]]) -> tuple[Assumption, ...]:
    """Return assumptions in the order found, each text once."""
    texts: dict[str, str] = {}
    for where, source in found:
        texts.setdefault(source.why, where)
    return tuple(Assumption(id=where, text=text) for text, where in texts.items())


def united(*groups: Iterable[Assumption]) -> tuple[Assumption, ...]:
    """Join assumptions of several figures, each text once."""
    texts: dict[str, Assumption] = {}
    for group in groups:
        for assumption in group:
            texts.setdefault(assumption.text, assumption)
    return tuple(texts.values())


_CLAUSE_ENDS = re.compile(r"[。；！\n]+")


def clauses_of(text: str) -> tuple[str, ...]:
    """Split what somebody wrote into its clauses, at full stops and semicolons."""
    return tuple(clause for each in _CLAUSE_ENDS.split(text) if (clause := each.strip()))


_DIGITS = "零一二三四五六七八九"

_WIDE = str.maketrans("0123456789,", "０１２３４５６７８９，")

_SPELT = 100
"""Numbers from here on are written in figures."""
# What a number of persons is not followed by: dates, money, shares, other things that are counted, ordinals.
_OTHER_UNITS = "年月日号元万亿％%个张项届条期份所户天周季级类款页次部家场街镇乡村倍分时"

_BEFORE = r"(?<![0-9０-９.．/〔第零一二三四五六七八九十百千万])(?<![0-9０-９][,，])"

_AFTER = rf"(?![0-9０-９零一二三四五六七八九十百千])(?![.．,，][0-9０-９])(?!\s*[{_OTHER_UNITS}])"


def without_counts(text: str, counts: Collection[int]) -> str:
    """Return a text in which none of these counts of persons (above zero) stands as a number.

    Examples
    --------
    >>> without_counts("6月救助5人，其中特困供养人员３人、低保两人次，支出3元", {3, 2})
    '6月救助5人，其中特困供养人员＊人、低保＊人次，支出3元'
    >>> without_counts("1,203名失能老人，13人，第3季度", {1203, 3})
    '＊名失能老人，13人，第3季度'
    """
    if not counts or not text:
        return text
    written = sorted({form for count in counts for form in _forms(count)}, key=len, reverse=True)
    # Whatever the number counts, unless such a unit follows: a little too much is hidden rather than too little.
    return re.sub(f"{_BEFORE}(?:{'|'.join(map(re.escape, written))}){_AFTER}", SUPPRESSED, text)


def _forms(count: int) -> set[str]:
    figures = {str(count), f"{count:,}"}
    return figures | {form.translate(_WIDE) for form in figures} | _spelt(count)


def _spelt(count: int) -> set[str]:
    if count >= _SPELT:
        return set()
    tens, ones = divmod(count, 10)
    if not tens:
        return {_DIGITS[ones]} | ({"两"} if ones == 2 else set())
    return {f"{'' if tens == 1 else _DIGITS[tens]}十{_DIGITS[ones] if ones else ''}"}
