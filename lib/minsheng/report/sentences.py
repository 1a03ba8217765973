"""Sentences that say how a figure stands. They follow the figures: whatever crosses its target changes its words."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from minsheng.domain.figure import AreaRow, ConditionState, FundUse, Measurement
from minsheng.domain.light import NOT_ADDED_UP, Tone
from minsheng.domain.period import Period
from minsheng.domain.result import ProjectFigures
from minsheng.render.html import numbers

_LAST_MONTH = 12

_ISO_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")

_CLOSED_UP = re.compile(r"(?<=[\d\u4e00-\u9fff]) (?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff]) (?=\d)")

TOTAL = "total"
"""The source id of the line that adds up the others."""

NO_GAP = Decimal("1e-12")
"""Ratios such as 5/12 end somewhere; what is left over after their digits is no gap."""


def opening(figures: ProjectFigures) -> str:
    """Return how a report's first sentence begins: 截至2017年6月20日，苍溪县."""
    when = f"截至{numbers.day(figures.as_of)}" if figures.as_of else figures.period.label
    return f"{when}，{figures.area_name}"


def progress(measurement: Measurement) -> str:
    """Return one clause without its full stop: 新增养老床位129张，完成年度目标300张的43.0%，低于序时进度7.0个百分点."""
    if measurement.light.word == NOT_ADDED_UP:
        return f"{measurement.brief}：由各地区分别填报，不汇总"
    if not measurement.has_duty:
        return f"{measurement.brief}：方案没有下达任务"
    if measurement.is_milestone:
        return _milestone(measurement)
    if measurement.actual is None:
        if measurement.denominator == 0:
            return f"{measurement.brief}：本期没有发生额（分母为0），算不出完成数"
        return f"{measurement.brief}无数据（{measurement.light.word}）"
    return f"{measurement.brief}{_actual(measurement)}，{_judged(measurement)}"


def standing(measurement: Measurement) -> str:
    """Return a whole sentence about an indicator with its light; a milestone's own words say its light already."""
    said = progress(measurement)
    # A milestone's level, and what stands where a figure is not there, are the light in words already.
    silent = measurement.has_duty and not measurement.is_milestone and measurement.actual is None
    plain = measurement.level or silent or not measurement.has_duty
    return f"{said}{'' if plain else f'，状态为“{measurement.light.word}”'}{_assessed(measurement)}。"


def _assessed(measurement: Measurement) -> str:
    """Say the word that an assessor gave, or what the figures give where the word stands in their place."""
    given = measurement.assessed
    if given is None:
        return ""
    if measurement.light != given.computed:
        return f"，按数据为“{given.computed.word}”"
    return f"，评定为“{given.light.word}”"


def _judged(measurement: Measurement) -> str:
    if measurement.missing_areas:
        return f"为已报送地区合计（{coverage(measurement)}），不计算完成率"
    if measurement.target is None and (measurement.target_upper is not None or measurement.worded):
        return _otherwise(measurement)
    if measurement.target is None or measurement.completion is None:
        return "不计算完成率"
    if measurement.basis == "full":
        return _against_level(measurement, measurement.target, measurement.completion)
    if measurement.limit:
        return _within_limit(measurement, measurement.target)
    return _against_count(measurement, measurement.target, measurement.completion)


def partial(measurement: Measurement) -> str:
    """Return a sentence about a city figure that some areas lack; why they lack it is said before."""
    who = f"已报送的{measurement.reported_areas}个地区"
    if measurement.is_milestone:
        return f"{who}中{_done_areas(measurement)}：{measurement.brief}。"
    if measurement.actual is None:
        return f"{who}没有{measurement.brief}数据。"
    word = "合计" if measurement.basis == "schedule" else "为"
    return f"{who}{measurement.brief}{word}{_figure(measurement)}。"


def _otherwise(measurement: Measurement) -> str:
    """Say how a figure stands whose target is no single number: a range, or words."""
    if measurement.target_lower is None or measurement.target_upper is None:
        return f"目标为“{measurement.target_text}”，不计算完成率"
    inside = measurement.completion is not None and measurement.completion >= 1
    bounds = (measurement.target_lower, measurement.target_upper)
    aim = "～".join(numbers.target(bound, measurement.unit) for bound in bounds)
    return f"{'在' if inside else '不在'}目标范围（{aim}）之内"


def coverage(measurement: Measurement) -> str:
    """Return which areas a city figure holds: 含7/8个地区，缺剑阁县."""
    missing = "、".join(measurement.missing_areas)
    return f"含{measurement.reported_areas}/{measurement.expected_areas}个地区，缺{missing}"


def remaining(measurement: Measurement, period: Period) -> str:
    """Return what a count still lacks and the pace it needs, as a sentence; empty where that is no question."""
    if measurement.basis == "full" or measurement.completion is None or measurement.completion >= 1:
        return ""
    if measurement.limit:
        return ""
    if measurement.actual is None or measurement.target is None:
        return ""
    lacking = measurement.target - measurement.actual
    gap = numbers.quantity(lacking, measurement.unit, measurement.decimals)
    months = _LAST_MONTH - period.last_month
    if months == 0:
        return f"距年度目标还差{gap}，年内已无剩余月份。"
    pace = numbers.monthly_pace(lacking, months, measurement.decimals)
    needed = numbers.quantity(pace, measurement.unit, measurement.decimals)
    return f"距年度目标还差{gap}，年内还有{months}个月，平均每月至少需完成{needed}。"


def lights_in_words(measurements: Sequence[Measurement]) -> str:
    """Return how many indicators have which light: 4项指标中，1项提前完成，3项进度滞后."""
    counted = Counter(measurement.light.word for measurement in measurements)
    if len(counted) == 1:
        return f"{len(measurements)}项指标均为“{measurements[0].light.word}”"
    return f"{len(measurements)}项指标中，" + "、".join(f"{count}项{word}" for word, count in counted.items())


def areas_by_lights(
    indicators: Sequence[Measurement], areas: Sequence[AreaRow], tones: Sequence[Tone]
) -> Iterator[tuple[Tone, str]]:
    """Yield a sentence for every light of these colours that areas have: 新增床位“进度滞后”的有2个地区：….

    In the order of the colours; indicators at which the same areas have the same light are named together.
    """
    for tone in tones:
        alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for indicator in indicators:
            named: dict[str, list[str]] = {}
            for row in areas:
                for measurement in row.measurements:
                    if measurement.indicator == indicator.indicator and measurement.light.tone == tone:
                        named.setdefault(measurement.light.word, []).append(row.name)
            for word, names in named.items():
                alike.setdefault((word, tuple(names)), []).append(indicator.brief)
        for (word, same), briefs in alike.items():
            what = "、".join(briefs)
            if len(same) == 1:
                yield tone, f"{same[0]}{what}“{word}”。"
            else:
                yield tone, f"{what}“{word}”的{'都是' if briefs[1:] else '有'}{len(same)}个地区：{'、'.join(same)}。"


_CLAUSE_ENDS = re.compile(r"[；;。\n]+")

_ENUMERATOR = re.compile(r"^(?:[一二三四五六七八九十]+是|（[一二三四五六七八九十\d]+）|\d{1,2}[.、．](?!\d))")


def said_once(texts: Mapping[str, str]) -> list[tuple[tuple[str, ...], str]]:
    """Return what several wrote, with who wrote it: a clause that more than one wrote is said once, before the rest.

    What nobody else wrote stays as it was written.
    """
    clauses = {name: _clauses(text) for name, text in texts.items()}
    writers: dict[str, tuple[str, ...]] = {}
    for name, mine in clauses.items():
        for clause in dict.fromkeys(mine):
            writers[clause] = (*writers.get(clause, ()), name)
    together: dict[tuple[str, ...], list[str]] = {}
    for clause, names in writers.items():
        if len(names) > 1:
            together.setdefault(names, []).append(clause)
    told = [(names, f"{'；'.join(shared)}。") for names, shared in together.items()]
    for name, text in texts.items():
        own = [clause for clause in clauses[name] if len(writers[clause]) == 1]
        if own:
            told.append(((name,), text if len(own) == len(clauses[name]) else f"{'；'.join(own)}。"))
    return told


def some_of(names: Sequence[str], room: float = 120.0) -> str:
    """Return names one after the other; of more than ``room`` ems hold (about three lines), the first, and how many.

    Examples
    --------
    >>> some_of(["苍溪县", "旺苍县"])
    '苍溪县、旺苍县'
    >>> some_of([f"第{number}县" for number in range(1, 100)])[-16:]
    '8县、第29县、第30县等99个'
    """
    shown: list[str] = []
    for name in names:
        room -= numbers.ems(name) + 1
        if room < 0 and shown:
            return f"{'、'.join(shown)}等{len(names)}个"
        shown.append(name)
    return "、".join(shown)


def _clauses(text: str) -> list[str]:
    parts = (_ENUMERATOR.sub("", part.strip()) for part in _CLAUSE_ENDS.split(text))
    return [part for part in parts if part]


def condition(state: ConditionState) -> str:
    """Return one sentence about a duty with a date."""
    due = f"应于{numbers.day(state.due)}前完成"
    if state.state == "unknown":
        return f"{state.name}：无法判定，{due}。{_because(state)}"
    if state.state == "not_due":
        return f"{state.name}：尚未到期，{due}。"
    if state.state == "not_met":
        return f"{state.name}：未落实，{due}。{_because(state)}"
    done = "逾期完成" if state.state == "met_late" else "已落实"
    if state.document_date is None:
        return f"{state.name}：{done}{f'，{due}' if state.state == 'met_late' else ''}。{_because(state)}"
    return f"{state.name}：{done}，文件日期{numbers.day(state.document_date)}（{due}）。{_because(state)}"


def funds(use: FundUse) -> str:
    """Return one clause about the money of one source, without its full stop."""
    label = "资金合计" if use.source == TOTAL else f"{use.label.removesuffix('资金')}资金"
    if use.allocated is None and use.received is None and use.disbursed is None:
        return f"{label}未报送"
    if use.absent:
        label += f"（不含未报送或未采用的{some_of(use.absent)}）"
    if use.received == 0 and not use.disbursed:
        return f"{label}下达{_money(use.allocated)}，尚无到位" if use.allocated else f"{label}尚无到位"
    if use.received and use.disbursed == 0:
        return f"{label}到位{_money(use.received)}，尚未拨付"
    clauses = [f"{label}到位{_money(use.received)}，拨付{_money(use.disbursed)}"]
    if use.execution is not None:
        clauses.append(f"执行率{numbers.percent(use.execution)}")
    return "，".join([*clauses, *overpaid(use)])


def overpaid(use: FundUse) -> list[str]:
    """Say what more was paid out than: the money received, or the year's plan where execution is a share of that."""
    if use.execution is None:
        return []
    told = ["拨付大于到位，请核实"] if (use.disbursed or 0) > (use.received or 0) else []
    return told + (["拨付大于全年计划"] if use.base == "planned" and use.execution > 1 else [])


def funds_in_full(use: FundUse) -> str:
    """Return one clause about a sum of money, every stage and both rates, without its full stop."""
    if not use.allocated or use.received is None or use.disbursed is None:
        return funds(use)
    said = f"{_fund_label(use)}下达{_money(use.allocated)}，到位{_money(use.received)}，拨付{_money(use.disbursed)}"
    rates = [f"到位率{numbers.percent(use.arrival)}"] if use.arrival is not None else []
    rates += [f"执行率{numbers.percent(use.execution)}"] if use.execution is not None else []
    return "，".join([said, *rates, *overpaid(use)])


def _fund_label(use: FundUse) -> str:
    label = "资金合计" if use.source == TOTAL else f"{use.label.removesuffix('资金')}资金"
    return f"{label}（不含未报送或未采用的{some_of(use.absent)}）" if use.absent else label


def _actual(measurement: Measurement) -> str:
    return "尚为零" if measurement.actual == 0 else _figure(measurement)


def _figure(measurement: Measurement) -> str:
    if measurement.actual is None:
        return numbers.ABSENT
    return numbers.quantity(
        measurement.actual, measurement.unit, measurement.decimals, measurement.bound(measurement.actual)
    )


def _within_limit(measurement: Measurement, target: Decimal) -> str:
    """Say what a limit that is used up over the year allows by now."""
    now = target * (measurement.schedule_progress or 1)
    allowed = numbers.quantity(now, measurement.unit, measurement.decimals + 1 if now % 1 else measurement.decimals)
    over = (measurement.actual or Decimal(0)) > now
    return (
        f"全年控制在{numbers.target(target, measurement.unit)}以内，按序时为{allowed}，{'已超过' if over else '未超过'}"
    )


def _against_count(measurement: Measurement, target: Decimal, completion: Decimal) -> str:
    aim = numbers.target(target, measurement.unit)
    actual = measurement.actual or Decimal(0)
    if completion >= 1:
        if actual > target:
            over = numbers.difference(actual - target, measurement.unit, measurement.decimals)
            return f"超额完成年度目标{aim}，完成率{numbers.percent(completion, measurement.rate_decimals)}，超出{over}"
        return f"完成年度目标{aim}"
    done = (
        f"完成年度目标{aim}的{numbers.percent(completion, measurement.rate_decimals)}"
        if completion
        else f"年度目标{aim}"
    )
    if measurement.schedule_progress is None:
        return done
    return f"{done}，{against_schedule(completion - measurement.schedule_progress)}"


def against_schedule(gap: Decimal) -> str:
    """Return a gap to the schedule in words: 低于序时进度7.0个百分点."""
    if abs(gap) < NO_GAP:
        return "与序时进度持平"
    return f"{'高' if gap > 0 else '低'}于序时进度{numbers.percentage_points(gap)}"


def _against_level(measurement: Measurement, target: Decimal, completion: Decimal) -> str:
    aim = numbers.target(target, measurement.unit)
    actual = measurement.actual or Decimal(0)
    if actual == target:
        return f"与{aim}的目标持平"
    apart = numbers.difference(actual - target, measurement.unit, measurement.decimals)
    if actual > target:
        return f"比{aim}的目标高{apart}" if completion >= 1 else f"超过{aim}的控制目标，高{apart}"
    return f"控制在{aim}的目标以内，低{apart}" if completion >= 1 else f"比{aim}的目标低{apart}"


def _milestone(measurement: Measurement) -> str:
    match measurement.level:
        case "done":
            dated = f"（{numbers.day(measurement.milestone_date)}）" if measurement.milestone_date else ""
            return f"{measurement.brief}：已完成{dated}"
        case "late":
            dated = f"（{numbers.day(measurement.milestone_date)}）" if measurement.milestone_date else ""
            return f"{measurement.brief}：{measurement.light.word}{dated}{_done_share(measurement)}"
        case "in_progress":
            return f"{measurement.brief}：正在推进，尚未到期{_done_share(measurement)}"
        case "stage" | "partial" | "not_done" as level:
            word = {"partial": "部分完成", "not_done": "未完成"}.get(level, measurement.light.word)
            return f"{measurement.brief}：{word}{_done_share(measurement)}"
        case None if measurement.missing_areas:
            return f"{measurement.brief}：已报送地区中{_done_areas(measurement)}（{coverage(measurement)}），不作判定"
        case None:
            return f"{measurement.brief}：{measurement.light.word}"


def _done_areas(measurement: Measurement) -> str:
    late = f"（其中{measurement.late_areas}个逾期）" if measurement.late_areas else ""
    counted = [f"{numbers.trimmed(measurement.numerator)}个已完成{late}"] if measurement.numerator else []
    counted += [f"{measurement.staged_areas}个阶段任务已完成"] if measurement.staged_areas else []
    return "、".join(counted) or "没有已完成的"


def _done_share(measurement: Measurement) -> str:
    """Say how many areas have done it, for a city row."""
    if measurement.expected_areas is None:
        return ""
    return f"，{measurement.expected_areas}个地区中{_done_areas(measurement)}"


def because(state: ConditionState) -> str:
    """Return what a condition was judged by, as prose: 汉字 and figures close up, days in full."""
    text = state.because.rstrip("。")
    # The date of the document is left out where it is all that the sentence or the table beside it says already.
    if state.document_date is not None:
        text = text.removesuffix(f"文件日期 {state.document_date.isoformat()}").rstrip("；")
    text = _ISO_DAY.sub(lambda found: numbers.day(date.fromisoformat(found[0])), text)
    return _CLOSED_UP.sub("", text)


def _because(state: ConditionState) -> str:
    text = because(state)
    return f"依据：{text}。" if text else ""


def _money(yuan: Decimal | None) -> str:
    if yuan is None:
        return "未报送"
    return numbers.money(yuan) if yuan else "为零"
