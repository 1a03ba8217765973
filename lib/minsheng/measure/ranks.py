"""排名: counties by their totals; equal totals share a rank and the next ranks stay empty (1, 2, 3, 3, 5)."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.base import Source
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import Assumption, RankingFigures, RankRow, ScoringFigures
from minsheng.errors import UsageError
from minsheng.measure.wording import collected, ours, united

_Key = tuple[Fraction, Decimal]

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
        that the page prints. A bureau with nothing scored has no rank.

    Raises
    ------
    UsageError
        If scorings of another period, or two of one area, were given.
    """
    _one_each(period, scorings)
    rubric = plan.county_rubric
    order = {area.id: number for number, area in enumerate(plan.areas)}
    by_share = len({_out_of(figures) for figures in scorings if figures.scored_full_marks}) > 1
    keys: dict[str, _Key] = {
        figures.area: _key(plan, figures, by_share=by_share) for figures in scorings if figures.scored_full_marks
    }
    ranks = ranked(keys, dense=rubric.ties == "dense")
    rows = [
        RankRow(
            rank=ranks.get(figures.area),
            area=figures.area,
            name=figures.area_name,
            total=figures.total,
            full_marks=figures.scored_full_marks,
            out_of=figures.bound_full_marks,
            grade=figures.grade,
            converted=figures.converted,
            groups={group.id: _points_of(figures, group.id) for group in rubric.groups if _counts(figures, group.id)},
            unreported_marks=sum(
                (i.full_marks for i in figures.items if i.state == "not_reported" and i.points is not None), Decimal(0)
            ),
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
        provisional=any(figures.provisional for figures in scorings),
    )


def ranked(keys: dict[str, _Key], *, dense: bool = False) -> dict[str, int]:
    """Return ranks from 1, the highest key first; equals share a rank.

    Examples
    --------
    >>> marks = {"a": 95, "b": 90, "c": 88, "d": 88, "e": 70}
    >>> ranked({area: (Fraction(points), Decimal(0)) for area, points in marks.items()})
    {'a': 1, 'b': 2, 'c': 3, 'd': 3, 'e': 5}
    """
    values = sorted(set(keys.values()), reverse=True)
    if dense:
        return {area: values.index(key) + 1 for area, key in keys.items()}
    return {area: 1 + sum(other > key for other in keys.values()) for area, key in keys.items()}


def _key(plan: Plan, figures: ScoringFigures, *, by_share: bool) -> _Key:
    value = Fraction(figures.total)
    if by_share:
        value /= Fraction(_out_of(figures))
    bonus = figures.bonus if plan.county_rubric.bonus.breaks_ties else None
    return value, bonus if bonus is not None else Decimal(0)


def _out_of(figures: ScoringFigures) -> Decimal:
    """Return the marks that a total is out of: of a composite score those that are open too."""
    return figures.scored_full_marks if figures.bound_full_marks is None else figures.bound_full_marks


def _points_of(figures: ScoringFigures, group: str) -> Decimal:
    return sum((item.points for item in figures.items if item.group == group and item.points is not None), Decimal(0))


def _counts(figures: ScoringFigures, group: str) -> bool:
    """Whether anything of a group is counted: nothing assessed yet is not zero points."""
    return any(item.group == group and item.points is not None for item in figures.items)


def _defaults(plan: Plan, *, tied: bool) -> Iterator[tuple[str, Source]]:
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
