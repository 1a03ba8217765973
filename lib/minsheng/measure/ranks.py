"""排名: counties by their totals, areas by an indicator; equals share a rank (1, 2, 3, 3, 5) or are told apart."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.base import Source
from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import AreaRow, Award, Measurement, Place
from minsheng.domain.indicator import Direction, Indicator, IndicatorRanking, TieBreak
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import Assumption, RankingFigures, ScoringFigures
from minsheng.domain.rubric import CountyRubric
from minsheng.domain.score_rows import RankRow
from minsheng.errors import UsageError
from minsheng.measure.wording import collected, ours, united

BONUS = "bonus"
"""What a tie-breaker may name besides groups and items."""

OWN_KEYS = ("completion", "value")
"""What a tie-breaker of an indicator may name besides other indicators."""

_Key = tuple[Fraction, ...]

BY_SHARE = Assumption(
    id="ranking.by_share",
    text="各县区已计分的满分不同（有未评、未到期或无任务的小项），按得分占已计分满分的比例排名",
)


def ranking_figures(plan: Plan, period: Period, scorings: Sequence[ScoringFigures]) -> RankingFigures:
    """Rank the assessed bureaus.

    Parameters
    ----------
    scorings
        Of one period, in any order; the order does not change ranks.

    Returns
    -------
    RankingFigures
        Rows by rank, then in the order of the annex table. By total where all are out of the same marks, else by the
        share of the marks scored so far (of a composite score: of all marks with a duty), which is then an assumption
        that the page prints. A bureau with nothing scored has no rank, and nobody has one where nobody reported.

    Raises
    ------
    UsageError
        If scorings of another period, or two of one area, were given.
    """
    _one_each(period, scorings)
    rubric = plan.county_rubric
    order = {area.id: number for number, area in enumerate(plan.areas)}
    provisional = any(figures.provisional for figures in scorings)
    scored = sorted((each for each in scorings if each.scored_full_marks), key=lambda each: order[each.area])
    if all(_unreported_marks(each) == each.scored_full_marks for each in scored):
        scored = []  # nobody reported: zeros for want of returns rank nobody
    by_share = len({_out_of(figures) for figures in scored}) > 1
    keys: dict[str, _Key] = {figures.area: (_compared_total(figures, by_share=by_share),) for figures in scored}
    breaker = _tie_break(rubric)
    places = placed(
        rubric,
        keys,
        {figures.area: tuple(_told_apart(figures, key) for key in breaker.by) for figures in scored} if breaker else {},
        breaker,
        names={figures.area: figures.area_name for figures in scored},
        told=[_key_name(rubric, key) for key in breaker.by] if breaker else [],
    )
    nowhere = Place(rank=0)
    rows = [
        RankRow(
            rank=places[figures.area].rank if figures.area in places else None,
            area=figures.area,
            name=figures.area_name,
            total=figures.total,
            full_marks=figures.scored_full_marks,
            out_of=figures.bound_full_marks,
            grade=figures.grade,
            converted=figures.converted,
            groups={group.id: _points_of(figures, group.id) for group in rubric.groups if _counts(figures, group.id)},
            unreported_marks=_unreported_marks(figures),
            award=None if provisional else places.get(figures.area, nowhere).award,
            because=places.get(figures.area, nowhere).because,
        )
        for figures in scorings
    ]
    rows.sort(key=lambda row: (row.rank if row.rank is not None else len(rows) + 1, order[row.area]))
    dates = [figures.as_of for figures in scorings if figures.as_of is not None]
    return RankingFigures(
        plan=plan.about.id,
        whole=plan.whole,
        period=period,
        as_of=min(dates) if dates else None,
        data_label="；".join(dict.fromkeys(f.data_label for f in scorings if f.data_label)),
        before_notice=period.closing_month < plan.reporting.first_month,
        assumptions=united(
            [BY_SHARE] if by_share else [],
            collected(_defaults(plan, tied=len(set(keys.values())) < len(keys))),
            *(figures.assumptions for figures in scorings),
        ),
        rows=tuple(rows),
        group_names={group.id: group.name for group in plan.county_rubric.groups},
        provisional=provisional,
    )


def _unreported_marks(figures: ScoringFigures) -> Decimal:
    """Return the full marks of what counts as zero for want of a return."""
    return sum((i.full_marks for i in figures.items if i.state == "not_reported" and i.points is not None), Decimal(0))


def ranked(keys: Mapping[str, _Key], *, dense: bool = False) -> dict[str, int]:
    """Return ranks from 1, the highest key first; equals share a rank.

    Examples
    --------
    >>> marks = {"a": 95, "b": 90, "c": 88, "d": 88, "e": 70}
    >>> ranked({area: (Fraction(points),) for area, points in marks.items()})
    {'a': 1, 'b': 2, 'c': 3, 'd': 3, 'e': 5}
    """
    better = _better(sorted(set(keys.values())) if dense else sorted(keys.values()))
    return {area: 1 + better[key] for area, key in keys.items()}


def _better(rising: Sequence[_Key]) -> dict[_Key, int]:
    """Return of each key how many are higher."""
    return {key: len(rising) - number for number, key in enumerate(rising, start=1)}


def _alike(keys: Mapping[str, _Key]) -> dict[_Key, list[str]]:
    """Return the areas that have each key, in their order."""
    found: dict[_Key, list[str]] = {}
    for area, key in keys.items():
        found.setdefault(key, []).append(area)
    return found


def placed(
    rules: CountyRubric | IndicatorRanking,
    keys: Mapping[str, _Key],
    breakers: Mapping[str, _Key],
    breaker: TieBreak | None,
    *,
    names: Mapping[str, str],
    told: Sequence[str],
) -> dict[str, Place]:
    """Return the place of each area by what is ranked, and by what tells equals apart.

    Parameters
    ----------
    keys
        What is ranked, the highest first.
    breakers
        What tells equals apart, by ``breaker``.
    names, told
        The areas, and what tells them apart, in words.
    """
    in_order = {area: (*key, *breakers.get(area, ())) for area, key in keys.items()}
    changes = breaker is not None and breaker.decides == "rank"
    ranks = ranked(in_order if changes else dict(keys), dense=rules.ties == "dense")
    better_than = _better(sorted(in_order.values()))
    alike, equals = _alike(in_order), _alike(keys)
    found = {}
    for area, key in keys.items():
        same, better = alike[in_order[area]], better_than[in_order[area]]
        award: Award | None = None
        if rules.awards is not None and better < rules.awards:
            # Of equals for whom there are too few awards nobody gets one by the order of a list.
            award = "given" if better + len(same) <= rules.awards else "open"
        equal = equals[key]
        because = _how_decided(equal, in_order, names, told, changes=changes) if breaker and equal[1:] else ""
        found[area] = Place(rank=ranks[area], award=award, because=because)
    return found


def _how_decided(
    equal: Sequence[str], in_order: Mapping[str, _Key], names: Mapping[str, str], told: Sequence[str], *, changes: bool
) -> str:
    """Say of equals what decides between them, and who remains equal."""
    said = f"{_named(equal, names)}相同，{'名次先后' if changes else '名次并列，表彰'}依次看{'、'.join(told)}"
    groups = _alike({area: in_order[area] for area in equal})
    left = [some for some in groups.values() if some[1:]]
    if len(groups) == 1:
        return f"{said}，仍相同"
    return "，".join([said, *(f"{_named(some, names)}仍相同" for some in left)])


def _named(areas: Sequence[str], names: Mapping[str, str]) -> str:
    return "、".join(names[area] for area in areas)


def _tie_break(rubric: CountyRubric) -> TieBreak | None:
    """Return what tells equal totals apart: what the rubric names, or its bonus where that breaks ties."""
    if rubric.tie_break is None and rubric.bonus.breaks_ties:
        return TieBreak(by=(BONUS,), source=rubric.bonus.source)
    return rubric.tie_break


def _compared_total(figures: ScoringFigures, *, by_share: bool) -> Fraction:
    value = Fraction(figures.total)
    return value / Fraction(_out_of(figures)) if by_share else value


def _told_apart(figures: ScoringFigures, key: str) -> Fraction:
    """Return what an area has of a tie-breaker: bonus, or points of a group or an item; 0 where nothing is counted."""
    if key == BONUS:
        return Fraction(figures.bonus or 0)
    points = (item.points or Decimal(0) for item in figures.items if key in {item.group, item.item})
    return sum(map(Fraction, points), Fraction(0))


def _key_name(rubric: CountyRubric, key: str) -> str:
    if key == BONUS:
        return "加分"
    names = {group.id: group.name for group in rubric.groups} | {item.id: item.name for item in rubric.items}
    return f"“{names.get(key, key)}”得分"


def with_places(plan: Plan, rows: Sequence[AreaRow]) -> tuple[AreaRow, ...]:
    """Return the rows of areas side by side with their ranks by each indicator that the plan ranks by."""
    assessed = {area.id for area in plan.assessed_areas}
    subjects = [row for row in rows if row.area in assessed] or list(rows)
    places: dict[str, dict[str, Place]] = {}
    for indicator in (each for each in plan.indicators if each.ranking is not None):
        places[indicator.id] = _by_indicator(plan, indicator, subjects)
    if not any(places.values()):
        return tuple(rows)

    def put(row: AreaRow) -> AreaRow:
        measured = tuple(
            m.model_copy(update={"place": place}) if (place := places.get(m.indicator, {}).get(row.area)) else m
            for m in row.measurements
        )
        return row.model_copy(update={"measurements": measured})

    return tuple(put(row) for row in rows)


def _by_indicator(plan: Plan, indicator: Indicator, rows: Sequence[AreaRow]) -> dict[str, Place]:
    rules = indicator.ranking
    if rules is None:
        return {}
    found = {row.area: {m.indicator: m for m in row.measurements} for row in rows}
    # Whoever has not reported, or has no duty, has no rank and is not the last.
    there = {area: own for area, own in found.items() if _figure_of(indicator, own, rules.by) is not None}
    breaker = rules.tie_break
    keys = {area: (_figure_of(indicator, own, rules.by) or Fraction(0),) for area, own in there.items()}
    apart = (
        {area: tuple(_figure_by(plan, indicator, own, key) for key in breaker.by) for area, own in there.items()}
        if breaker
        else {}
    )
    names = {row.area: row.name for row in rows}
    told = [_KEY_WORDS.get(key) or f"{plan.indicator(key).short_name}完成率" for key in breaker.by] if breaker else []
    return placed(rules, keys, apart, breaker, names=names, told=told)


_KEY_WORDS = {"completion": "完成率", "value": "完成数"}


def _figure_by(plan: Plan, indicator: Indicator, own: Mapping[str, Measurement], key: str) -> Fraction:
    """Return what tells an area apart from its equals; without a figure it stands behind all that have one."""
    other = indicator if key in OWN_KEYS else plan.indicator(key)
    found = _figure_of(other, own, key if key in OWN_KEYS else "completion")
    return _BEHIND if found is None else found


_BEHIND = Fraction(-(10**18))


def _figure_of(indicator: Indicator, own: Mapping[str, Measurement], by: str) -> Fraction | None:
    row = own.get(indicator.id)
    if row is None or row.status != ReturnStatus.REPORTED or row.missing_areas or not row.has_duty:
        return None
    if by == "completion":
        return None if row.completion is None else Fraction(row.completion)
    if row.actual is None:
        return None
    return Fraction(row.actual) * (-1 if indicator.direction == Direction.AT_MOST else 1)


def _out_of(figures: ScoringFigures) -> Decimal:
    """Return the marks that a total is out of: of a composite score those that are open too."""
    return figures.scored_full_marks if figures.bound_full_marks is None else figures.bound_full_marks


def _points_of(figures: ScoringFigures, group: str) -> Decimal:
    return sum((item.points for item in figures.items if item.group == group and item.points is not None), Decimal(0))


def _counts(figures: ScoringFigures, group: str) -> bool:
    """Whether anything of a group is counted: nothing assessed yet is not zero points."""
    return any(item.group == group and item.points is not None for item in figures.items)


def _defaults(plan: Plan, *, tied: bool) -> Iterator[tuple[str, Source]]:
    if tied:
        yield from ours("rubric.tie_break", plan.county_rubric.tie_break)
    if tied and "ties" in plan.county_rubric.defaults:
        yield from ours("rubric.ties", plan.county_rubric.defaults["ties"])


def _one_each(period: Period, scorings: Sequence[ScoringFigures]) -> None:
    other = [figures.area for figures in scorings if figures.period != period]
    areas = [figures.area for figures in scorings]
    if other or len(set(areas)) < len(areas):
        twice = [area for area in dict.fromkeys(areas) if areas.count(area) > 1]
        wrong = [
            f"{'、'.join(names)} {what}" for names, what in ((other, "是别的报告期"), (twice, "不止一份")) if names
        ]
        raise UsageError(f"{period.label}的排名要每个地区一份同期的得分：{'；'.join(wrong)}")
