"""全市: city rows from sums of numerators and denominators, never from averages of areas."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from minsheng.domain.area import CITY, Area
from minsheng.domain.base import plain
from minsheng.domain.delivery import AcceptedReturn, ReturnStatus
from minsheng.domain.figure import ConditionState, Measurement
from minsheng.domain.indicator import Direction, Indicator, MilestoneMeasure, StatedMeasure, Target
from minsheng.domain.light import NOT_ADDED_UP, Light
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.projects import Project
from minsheng.measure.completion import as_compared
from minsheng.measure.fields import Returns, indicator_status, status_of, sum_of
from minsheng.measure.measurement import (
    LEVEL_WORDS,
    Parts,
    actual_of,
    blank,
    figure,
    measured,
    measurement,
    milestone_light,
    not_reported,
    parts_of,
    target_of,
)
from minsheng.measure.milestones import Level, judge
from minsheng.measure.rounding import sealed


@dataclass(frozen=True, slots=True)
class Gathered:
    """The returns that a city row is made of."""

    expected: tuple[Area, ...]
    found: tuple[tuple[Area, AcceptedReturn], ...]
    carried: tuple[Area, ...]
    """Those of ``found`` whose figures are last month's."""

    @property
    def missing(self) -> tuple[Area, ...]:
        """The areas that are missing or blocked, in the order of the annex table."""
        found = {area.id for area, _ in self.found}
        return tuple(area for area in self.expected if area.id not in found)

    @property
    def note(self) -> str:
        """含 7/8, who is missing, and whose figures are last month's; empty where all are there."""
        text = ""
        if self.missing:
            names = "、".join(area.name for area in self.missing)
            text += f"，含 {len(self.found)}/{len(self.expected)}，缺 {names}"
        if self.carried:
            text += f"，{'、'.join(area.name for area in self.carried)}用上月数"
        return text


def gather(
    plan: Plan,
    project: str,
    areas: tuple[Area, ...],
    period: Period,
    returns: Returns,
    indicator: Indicator | None = None,
) -> Gathered:
    """Collect the accepted returns of a project from areas, carrying last month forward where the plan says so.

    For an ``indicator`` a return counts that is accepted in what that indicator reads.
    """

    def is_used(accepted: AcceptedReturn | None) -> bool:
        status = indicator_status(plan, accepted, indicator) if indicator else status_of(accepted, project)
        return status == ReturnStatus.REPORTED

    found: list[tuple[Area, AcceptedReturn]] = []
    carried: list[Area] = []
    closing = plan.return_month(project, period) or period.closing_month
    before = plan.return_month(project, closing.previous_month)
    for area in areas:
        accepted = returns.get((closing, area.id))
        if accepted is not None and is_used(accepted):
            found.append((area, accepted))
            continue
        # To replace a missing return by last month's is a setting of the plan, off by default.
        last = returns.get((before, area.id)) if before is not None and plan.reporting.carry_forward else None
        if last is not None and is_used(last):
            found.append((area, last))
            carried.append(area)
    return Gathered(areas, tuple(found), tuple(carried))


def areas_bound(plan: Plan, indicator: Indicator, area_id: str, period: Period) -> tuple[Area, ...]:
    """Return the areas below one (or 全市) that report an indicator and have a target, in the annex's order."""
    reporters = plan.reporters(indicator.project, area_id, period)
    return tuple(area for area in reporters if target_of(plan, indicator, area.id, period) is not None)


def any_measurement(plan: Plan, indicator: Indicator, area_id: str, period: Period, returns: Returns) -> Measurement:
    """Measure one indicator of an area that reports it, or of one that is a sum: 全市, a county of townships."""
    if plan.reports_itself(area_id, indicator.project, period):
        return measurement(plan, indicator, area_id, period, returns)
    return city_measurement(plan, indicator, period, returns, area_id)


def city_measurement(
    plan: Plan, indicator: Indicator, period: Period, returns: Returns, area_id: str = CITY
) -> Measurement:
    """Measure one indicator of a sum of areas; a milestone counts those that are done, and is done once all are."""
    target = target_of(plan, indicator, area_id, period)
    stated = indicator.measure if isinstance(indicator.measure, StatedMeasure) else None
    if stated is not None and (stated.city == "none" or (stated.city == "from_area" and area_id != CITY)):
        why = "由各地区分别填报，方案没有规定如何汇总"
        light = plan.lights.no_duty.model_copy(update={"word": NOT_ADDED_UP})
        return blank(indicator, ReturnStatus.REPORTED, light, why)
    if target is None:
        whose = plan.whole if area_id == CITY else ""
        why = f"{whose}目标为 0，没有任务" if area_id in indicator.targets else f"方案没有下达此项{whose}任务"
        return blank(indicator, ReturnStatus.REPORTED, plan.lights.no_duty, why)
    bound = areas_bound(plan, indicator, area_id, period)
    if stated is not None and stated.city_area is not None:
        bound = (plan.area(stated.city_area),)
    gathered = gather(plan, indicator.project, bound, period, returns, indicator)
    if isinstance(indicator.measure, MilestoneMeasure):
        row = _milestone(plan, indicator, period, returns, gathered=gathered, target=target)
    else:
        gathered, parts = _summed(plan, indicator, gathered)
        row = (
            not_reported(plan, indicator, period, target, "各地区均未报送或未通过校验", area_id)
            if parts is None
            else measured(
                plan,
                indicator,
                period,
                parts,
                target,
                area_id=area_id,
                # A sum of those reported says 含 n/8 and who is missing; it has no completion and no light.
                complete=not gathered.missing,
                note=f"{gathered.note}{_compared(plan, indicator, period, returns, parts, area_id)}",
                as_of=min((accepted.verdict.as_of for _, accepted in gathered.found), default=None),
            )
        )
    return row.model_copy(
        update={
            "reported_areas": len(gathered.found),
            "expected_areas": len(gathered.expected),
            "missing_areas": tuple(area.name for area in gathered.missing),
        }
    )


def _compared(plan: Plan, indicator: Indicator, period: Period, returns: Returns, parts: Parts, area_id: str) -> str:
    """Say how the city's own figure, which one area reports, stands to the areas' sum."""
    if indicator.compared_with is None or area_id != CITY:
        return ""
    area = plan.area(indicator.compared_with)
    accepted = returns.get((plan.return_month(indicator.project, period) or period.closing_month, area.id))
    if accepted is None or indicator_status(plan, accepted, indicator) != ReturnStatus.REPORTED:
        return f"；{area.name}没有填报{plan.about.whole_name}数，未作比较"
    own = parts_of(plan, indicator, accepted)
    found = [actual_of(indicator, each) if isinstance(each, Parts) else None for each in (own, parts)]
    mine, ours = (None if each is None else as_compared(plan, indicator, each) for each in found)
    if mine is None or ours is None:
        return f"；{area.name}没有填报{plan.about.whole_name}数，未作比较"
    if mine == ours:
        return f"；与{area.name}填报的{plan.about.whole_name}数一致"
    told = f"{area.name}填报{plan.about.whole_name} {figure(indicator, mine, ours)}"
    side = "" if indicator.direction == Direction.WITHIN else _side(indicator, mine > ours)
    return f"；{told}，与各地区汇总相差 {plain(sealed(mine - ours))}{indicator.unit}{side}"


def _side(indicator: Indicator, more: bool) -> str:
    """Say whether a figure is on the good side of another, in the indicator's own direction."""
    return "（偏好）" if more == (indicator.direction == Direction.AT_LEAST) else "（偏差）"


def _summed(plan: Plan, indicator: Indicator, gathered: Gathered) -> tuple[Gathered, Parts | None]:
    """Add up the parts; an accepted return that lacks a field counts as missing."""
    parts: list[Parts] = []
    found: list[tuple[Area, AcceptedReturn]] = []
    for area, accepted in gathered.found:
        each = parts_of(plan, indicator, accepted)
        if isinstance(each, Parts) and isinstance(indicator.measure, StatedMeasure):
            each = _weighed(plan, indicator.measure, accepted, each)
        if isinstance(each, Parts):
            parts.append(each)
            found.append((area, accepted))
    kept = Gathered(gathered.expected, tuple(found), gathered.carried)
    if not parts:
        return kept, None
    below = [part.denominator for part in parts if part.denominator is not None]
    return kept, Parts(
        sum((part.numerator for part in parts), Fraction(0)),
        sum(below, Fraction(0)) if below else None,
        tuple(cell for part in parts for cell in part.cells),
    )


def _weighed(plan: Plan, stated: StatedMeasure, accepted: AcceptedReturn, parts: Parts) -> Parts | tuple[str, ...]:
    """Return a stated figure times its weight, over the weight; as it is where one area's stands for all."""
    if stated.city != "weighted":
        return parts
    weight = sum_of(plan, accepted, stated.city_weight)
    if weight.total is None:
        return weight.absent
    return Parts(parts.numerator * weight.total, weight.total, parts.cells + weight.cells)


def _milestone(
    plan: Plan, indicator: Indicator, period: Period, returns: Returns, *, gathered: Gathered, target: Target
) -> Measurement:
    rows = {}
    for area, accepted in gathered.found:
        # A carried return is judged in the month that it is of: its document cannot be younger than it.
        last = plan.return_month(indicator.project, period)
        month = period if accepted.verdict.period == last else accepted.verdict.period
        rows[area.name] = measurement(plan, indicator, area.id, month, returns)
    known = {name: row.level for name, row in rows.items() if row.level is not None}
    if not known:
        return not_reported(plan, indicator, period, target, "各地区均未报送或未通过校验")
    counts: dict[Level, list[str]] = {level: [] for level in LEVEL_WORDS}
    for name, reached in known.items():
        counts[reached].append(name)
    done, expected = len(counts["done"]) + len(counts["late"]), len(gathered.expected)
    shown = "；".join(
        f"{LEVEL_WORDS[level]} {len(names)} 个" + (f"（{'、'.join(names)}）" if level != "done" else "")
        for level, names in counts.items()
        if names
    )
    complete = len(known) == expected
    level = _city_level(counts) if complete else None
    dates = [row.milestone_date for row in rows.values() if row.milestone_date is not None]
    return blank(
        indicator,
        ReturnStatus.REPORTED,
        _light(plan, level, list(rows.values())),
        f"{expected} 个地区中：{shown}{gathered.note}",
        target,
        numerator=Decimal(done),
        denominator=Decimal(expected),
        level=level,
        staged_areas=len(counts["stage"]),
        late_areas=len(counts["late"]),
        milestone_date=max(dates) if level in {"done", "late"} and dates else None,
        cells=tuple(cell for row in rows.values() for cell in row.cells),
    )


def _light(plan: Plan, level: Level | None, rows: list[Measurement]) -> Light:
    if level is None:
        return plan.lights.incomplete
    # Areas at a stage have met the same conditions, those that had started; an area that is done has met more.
    staged = next((row for row in rows if row.level == "stage"), None)
    share = f"{staged.numerator}/{staged.denominator}" if staged is not None else ""
    return milestone_light(plan, level, share)


def _city_level(counts: dict[Level, list[str]]) -> Level:
    """Done only if all are, late if some were late; with overdue areas partial, or not done where none has begun."""
    if counts["partial"] or counts["not_done"]:
        begun = counts["done"] or counts["late"] or counts["stage"] or counts["partial"]
        return "partial" if begun else "not_done"
    if counts["in_progress"]:
        return "in_progress"
    if counts["stage"]:
        return "stage"
    return "late" if counts["late"] else "done"


_WORDS = {"not_met": "未达到", "unknown": "无法判定", "not_due": "未到期", "met_late": "逾期达到"}
"""From worst to best; the worst is 全市's state."""


def duty_states(
    plan: Plan, project: Project, period: Period, gathered: Gathered, returns: Returns, *, is_city: bool
) -> tuple[ConditionState, ...]:
    """Judge a project's duties; 全市 has met one when every area has, and cannot say while an area is missing."""
    # No column of the annex table holds them (按户施保 by June): judged like conditions, shown, and scored with.
    judged: list[ConditionState] = []
    for duty in project.duties if gathered.found else ():
        states = {area.name: judge(plan, period, accepted, duty, returns).state for area, accepted in gathered.found}
        judged.append(_city_state(states, gathered) if is_city else next(iter(states.values())))
    return tuple(judged)


def _city_state(states: dict[str, ConditionState], gathered: Gathered) -> ConditionState:
    names: dict[str, list[str]] = {}
    for name, state in states.items():
        names.setdefault(state.state, []).append(name)
    missing = [area.name for area in gathered.missing]
    shown = [f"达到 {len(names.get('met', []))} 个"]
    shown += [f"{word} {len(names[key])} 个（{'、'.join(names[key])}）" for key, word in _WORDS.items() if key in names]
    shown += [f"未报送或未通过校验 {len(missing)} 个（{'、'.join(missing)}）"] if missing else []
    worst = next((key for key in _WORDS if key in names), "unknown" if missing else "met")
    because = f"{len(gathered.expected)} 个地区中：{'；'.join(shown)}"
    first = next(iter(states.values()))
    return first.model_copy(update={"state": worst, "because": because, "document_date": None})
