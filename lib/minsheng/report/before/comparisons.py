"""环比 and 同比 in words and tables: what is compared with what, and why something is not."""

from collections.abc import Iterable, Sequence

from minsheng.domain.figure import Compared, EarlierTime, Measurement
from minsheng.domain.result import ProjectFigures
from minsheng.domain.units import is_percent_unit
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, note
from minsheng.render.html.tables import TableColumn, table

_NAMES: dict[EarlierTime, str] = {"month": "环比", "year": "同比"}

_STATES = {
    "zero_base": "基数为零",
    "no_base": "没有数据",
    "partial_base": "数据不全",
    "no_duty": "无此任务",
    "other_length": "期间不同",
    "no_figure": "本期无数",
}
"""What stands in a cell instead of a rate."""


def comparison_table(figures: ProjectFigures) -> list[Element]:
    """Return a page's figures beside those of then, with what is not comparable in words; nothing where none is."""
    rows = [m for m in figures.measurements if any(each.indicator == m.indicator for each in figures.compared)]
    kinds = [kind for kind in _NAMES if any(each.to == kind for each in figures.compared)]
    if not rows:
        return []
    columns = [TableColumn("指标", kind="row"), TableColumn("单位", kind="text"), TableColumn("本期")]
    for kind in kinds:
        columns += [TableColumn(then(figures.compared, kind)), TableColumn("增减"), TableColumn(_NAMES[kind])]
    lines: list[list[Content]] = []
    for measurement in rows:
        cells: list[Content] = [measurement.brief, measurement.unit, _figure(measurement)]
        for kind in kinds:
            cells += _cells(measurement, of(figures.compared, kind, measurement.indicator))
        lines.append(cells)
    beside = "、".join(then(figures.compared, kind) for kind in kinds)
    told = comparison_remark(figures.measurements, figures.compared)
    told += "增减按未舍入的数计算。" if _rounded_apart(rows, figures.compared) else ""
    return [table(f"{figures.area_name}{figures.period.label}与{beside}相比", columns, lines), note(told)]


def _rounded_apart(rows: Sequence[Measurement], compared: Sequence[Compared]) -> bool:
    """Whether a difference is printed that the figures beside it, rounded as they are, do not give."""
    pairs = [(m, each) for m in rows for each in compared if each.indicator == m.indicator and m.actual is not None]
    return any(
        numbers.rounded(m.actual, m.decimals) - numbers.rounded(each.base, m.decimals)
        != numbers.rounded(each.change, m.decimals)
        for m, each in pairs
        if m.actual is not None and each.base is not None and each.change is not None and not is_percent_unit(m.unit)
    )


def comparison_columns(compared: Sequence[Compared]) -> list[tuple[EarlierTime, TableColumn]]:
    """Return a column for each kind of comparison that there is, for a table of indicators."""
    there = [kind for kind in _NAMES if any(each.to == kind for each in compared)]
    return [(kind, TableColumn(_NAMES[kind], "%")) for kind in there]


def comparison_remark(measurements: Sequence[Measurement], compared: Sequence[Compared], *, why: bool = True) -> str:
    """Return what is compared with what; and ``why`` each indicator is not, or what was counted otherwise."""
    kinds = [kind for kind in _NAMES if any(each.to == kind for each in compared)]
    told = ["，".join(f"{_NAMES[kind]}与{then(compared, kind)}比" for kind in kinds)]
    if any(m.basis == "schedule" and of(compared, kind, m.indicator) for m in measurements for kind in kinds):
        told.append("数量类指标为从1月起的累计数")
    if any(is_percent_unit(m.unit) and of(compared, kind, m.indicator) for m in measurements for kind in kinds):
        told.append("单位为%的指标比百分点")
    briefs = {m.indicator: m.brief for m in measurements}
    reasons: dict[tuple[EarlierTime, str], list[str]] = {}
    for each in compared:
        if why and each.because and each.indicator in briefs:
            reasons.setdefault((each.to, each.because), []).append(briefs[each.indicator])
    for (kind, because), names in reasons.items():
        whole = len(names) > 1 and len(names) == sum(each.to == kind and each.indicator in briefs for each in compared)
        told.append(f"{'各项' if whole else '、'.join(names)}{_NAMES[kind]}：{because}")
    return f"{'；'.join(told)}。"


def rate_text(measurement: Measurement, compared: Compared | None, *, bare: bool = False) -> str | None:
    """Return a comparison for one cell: +7.5%, −1.80个百分点, 持平, or why there is none; ``bare`` without its unit."""
    if compared is None:
        return None
    if compared.change is None or compared.state == "zero_base":
        return _STATES[compared.state]
    if not compared.change:
        return "持平"
    sign = "+" if compared.change > 0 else "−"
    if compared.rate is None:
        shown = numbers.difference(compared.change, measurement.unit, measurement.decimals)
        return f"{sign}{shown.removesuffix(_POINTS) if bare else shown}"
    return f"{sign}{numbers.percent_number(abs(compared.rate))}{'' if bare else '%'}"


_POINTS = "个百分点"


def comparison_sentences(measurements: Sequence[Measurement], compared: Sequence[Compared], kind: EarlierTime) -> str:
    """Return all comparisons of a kind in clauses; what is not compared for the same reason is named together."""
    told, why = [], dict[str, list[str]]()
    for measurement in measurements:
        each = of(compared, kind, measurement.indicator)
        if each is not None and each.change is None:
            why.setdefault(each.because, []).append(measurement.brief)
        elif each is not None:
            told.append(comparison_sentence(measurement, each))
    told += [f"{'、'.join(names)}不作{_NAMES[kind]}（{because}）" for because, names in why.items()]
    return "；".join(told)


def comparison_sentence(measurement: Measurement, compared: Compared) -> str:
    """Return a comparison as a clause: 新增养老床位比上年同期（2016年6月，120张）增加9张（7.5%）."""
    name = "上年同期" if compared.to == "year" else "上月"
    if compared.base is None or compared.change is None:
        return f"{measurement.brief}不作{_NAMES[compared.to]}（{compared.because}）"
    base = numbers.quantity(compared.base, measurement.unit, measurement.decimals)
    said = f"{measurement.brief}比{name}（{compared.period.label}，{base}）"
    changed = numbers.difference(compared.change, measurement.unit, measurement.decimals)
    if not compared.change:
        said = f"{measurement.brief}与{name}（{compared.period.label}）持平"
    elif is_percent_unit(measurement.unit):
        said += f"{'提高' if compared.change > 0 else '下降'}{changed}"
    else:
        said += f"{'增加' if compared.change > 0 else '减少'}{changed}"
    said += f"（{numbers.percent(abs(compared.rate))}）" if compared.rate else ""
    said += "（基数为零，不算增长率）" if compared.state == "zero_base" and compared.change else ""
    return f"{said}；{compared.because}" if compared.because else said


def of(compared: Iterable[Compared], kind: EarlierTime, indicator: str) -> Compared | None:
    """Return an indicator's comparison of a kind, where it has one."""
    return next((each for each in compared if each.to == kind and each.indicator == indicator), None)


def then(compared: Iterable[Compared], kind: EarlierTime) -> str:
    """Return what figures of a kind are compared with, as a header says it: 5月, 2016年6月."""
    periods = list(dict.fromkeys(each.period for each in compared if each.to == kind))
    within = kind == "month" and all(period.last_month != 12 for period in periods)
    return "、".join(f"{period.last_month}月" if within else period.label for period in periods)


def _figure(measurement: Measurement) -> str | None:
    if measurement.actual is None:
        return None
    return numbers.below(measurement.actual, measurement.bound(measurement.actual), measurement.decimals)


def _cells(measurement: Measurement, compared: Compared | None) -> list[Content]:
    if compared is None:
        return [None, None, None]
    base = None if compared.base is None else numbers.fixed(compared.base, measurement.decimals)
    change = compared.change
    if change is None or is_percent_unit(measurement.unit):
        return [base, None, rate_text(measurement, compared)]
    sign = "" if not change else "+" if change > 0 else "−"
    return [base, f"{sign}{numbers.small(abs(change), measurement.decimals)}", rate_text(measurement, compared)]
