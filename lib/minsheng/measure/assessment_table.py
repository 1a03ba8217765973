"""考评结果表: what goes to 督查室, put together from sealed scores, the ranking and the city's figures."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import AreaRow, Measurement
from minsheng.domain.indicator import Direction
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.domain.result import ProjectFigures, RankingFigures, ResultTableFigures, ScoringFigures
from minsheng.domain.score_rows import CityStanding, HalfYearRow, RankRow, ResultItem, ResultRow
from minsheng.errors import UsageError
from minsheng.measure.marks import MANUAL_RULES
from minsheng.measure.rounding import exact, grouped, short_of
from minsheng.measure.wording import united

RequirementState = Literal["met", "not_met", "unknown"]

_LEVELS: dict[str, RequirementState] = {"done": "met", "late": "met", "partial": "not_met", "not_done": "not_met"}
"""A milestone that is still under way, or at a stage, cannot be judged yet."""


def result_table_figures(
    plan: Plan,
    period: Period,
    ranking: RankingFigures,
    scorings: Sequence[ScoringFigures],
    cities: Sequence[ProjectFigures],
    halves: Sequence[ResultTableFigures] = (),
) -> ResultTableFigures:
    """Put the result table together.

    Parameters
    ----------
    ranking, scorings
        Sealed for the same period; points are copied, never computed anew.
    cities
        The sealed city figures of every project, with the areas' rows.
    halves
        The sealed tables of a year's half-years.

    Returns
    -------
    ResultTableFigures
        Rows by rank. Standings say for each indicator whether the city, and which counties, meet their own targets:
        a city figure comes from sums, so that every county may pass while the city fails, and the reverse.

    Raises
    ------
    UsageError
        If the ranking names an area without a score.
    """
    scores = {figures.area: figures for figures in scorings}
    absent = [row.name for row in ranking.rows if row.area not in scores]
    if absent:
        raise UsageError(f"{period.label}的排名中有没有得分的地区：{'、'.join(absent)}")
    rubric = plan.county_rubric
    dates = [figures.as_of for figures in (*scorings, *cities)]
    known = [day for day in dates if day is not None]
    return ResultTableFigures(
        plan=plan.about.id,
        whole=plan.whole,
        period=period,
        as_of=min(known) if known else None,
        data_label="；".join(dict.fromkeys(f.data_label for f in (*scorings, *cities) if f.data_label)),
        before_notice=ranking.before_notice,
        assumptions=united(ranking.assumptions, *(figures.assumptions for figures in scorings)),
        rows=tuple(_row(plan, row, scores[row.area], halves) for row in ranking.rows),
        group_names={group.id: group.name for group in rubric.groups},
        group_marks={group.id: group.full_marks for group in rubric.groups},
        items=tuple(
            ResultItem(
                item=item.id,
                group=group.id,
                name=item.name,
                full_marks=item.full_marks,
                evidence_required=item.evidence,
            )
            for group in rubric.groups
            for item in group.leaves
        ),
        standings=tuple(_standings(plan, period, cities)),
        provisional=ranking.provisional,
        at_period_end=len(known) == len(dates) and bool(known) and min(known) >= period.end,
    )


def _row(plan: Plan, rank: RankRow, figures: ScoringFigures, halves: Sequence[ResultTableFigures]) -> ResultRow:
    manual = {item.id for item in plan.county_rubric.items if isinstance(item.rule, MANUAL_RULES)}
    return ResultRow(
        rank=rank.rank,
        area=rank.area,
        name=rank.name,
        groups=rank.groups,
        items={item.item: item.points for item in figures.items},
        states={item.item: item.state for item in figures.items},
        evidence={item.item: item.evidence for item in figures.items},
        deducted=figures.points_taken,
        bonus=figures.bonus,
        total=figures.total,
        full_marks=figures.scored_full_marks,
        out_of=rank.out_of,
        grade=figures.grade,
        converted=figures.converted,
        as_of=figures.as_of,
        assessed=any(item.item in manual and item.points is not None for item in figures.items),
        half_years=tuple(
            HalfYearRow(period=half.period, rank=row.rank, total=row.total, full_marks=row.full_marks)
            for half in halves
            for row in half.rows
            if row.area == rank.area
        ),
        award=rank.award,
    )


def _standings(plan: Plan, period: Period, cities: Sequence[ProjectFigures]) -> list[CityStanding]:
    assessed = {area.id for area in plan.assessed_areas}
    found = []
    for figures in cities:
        for measurement in figures.measurements:
            rows = [row for row in figures.areas if row.area in assessed]
            limit = plan.indicator(measurement.indicator).direction != Direction.AT_LEAST
            states = {row.name: _area_state(row, measurement.indicator, period, limit=limit) for row in rows}
            found.append(
                CityStanding(
                    indicator=measurement.indicator,
                    label=measurement.brief,
                    city=_state(measurement, period, limit=limit),
                    city_said=_said(measurement, period),
                    met=tuple(name for name, state in states.items() if state == "met"),
                    not_met=tuple(name for name, state in states.items() if state == "not_met"),
                    unknown=tuple(name for name, state in states.items() if state == "unknown"),
                    unknown_words=tuple(
                        m.light.word
                        for row in rows
                        if states[row.name] == "unknown"
                        for m in row.measurements
                        if m.indicator == measurement.indicator
                    ),
                )
            )
    return found


def _area_state(row: AreaRow, indicator: str, period: Period, *, limit: bool) -> RequirementState | None:
    """Return an area's state; ``None`` where the plan gives it no duty."""
    own = next((each for each in row.measurements if each.indicator == indicator), None)
    return _state(own, period, limit=limit) if own is not None and own.has_duty else None


def _state(measurement: Measurement, period: Period, *, limit: bool) -> RequirementState:
    """Judge one figure by its own target; before the year's end a count, or a limit, by the schedule's share of it."""
    if measurement.status != ReturnStatus.REPORTED:
        return "unknown"
    if measurement.is_milestone:
        return _LEVELS.get(measurement.level or "", "unknown")
    needed = Fraction(1)
    if measurement.basis == "schedule" and period.kind != PeriodKind.YEAR:
        needed = exact(measurement.schedule_progress or Decimal(1))
    if measurement.completion is None:
        return "unknown"
    if limit and measurement.target is not None:
        return "met" if exact(measurement.actual or Decimal(0)) <= exact(measurement.target) * needed else "not_met"
    return "met" if exact(measurement.completion) >= needed else "not_met"


def _said(measurement: Measurement, period: Period) -> str:
    """Say actual and target; before the year's end, for a count, also what the schedule expects by now."""
    if measurement.is_milestone:
        return measurement.light.word
    if measurement.actual is None:
        return f"无数据（{measurement.light.word}）"
    if measurement.target is None:
        words = measurement.target_text or f"{measurement.target_lower}～{measurement.target_upper}{measurement.unit}"
        return f"{_shown(measurement, measurement.actual)}{measurement.unit}，目标{words}"
    actual = _shown(measurement, measurement.actual)
    said = f"{actual}{measurement.unit}，目标{grouped(measurement.target)}{measurement.unit}"
    if measurement.basis == "schedule" and period.kind != PeriodKind.YEAR and measurement.schedule_progress:
        # Raised: less would not do.
        tens = 10**measurement.decimals
        due = Fraction(ceil(exact(measurement.target) * exact(measurement.schedule_progress) * tens), tens)
        said += f"，序时应完成{grouped(due, measurement.decimals)}{measurement.unit}"
    return said


def _shown(measurement: Measurement, actual: Decimal) -> str:
    """Write a figure: 269.998 of 270 must not be printed as 270.00."""
    bound = measurement.bound(actual)
    digits = measurement.decimals if bound is None else short_of(exact(actual), exact(bound), measurement.decimals)
    return grouped(actual, digits)
