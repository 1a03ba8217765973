"""Duties without a column in the annex table (按户施保 by June): judged like conditions, shown, and scored with."""

from minsheng.domain.period import Period
from minsheng.domain.plan import Plan, Project
from minsheng.domain.result import ConditionState
from minsheng.measure.city import Gathered
from minsheng.measure.conditions import judge

_WORDS = {"not_met": "未达到", "unknown": "无法判定", "not_due": "未到期"}
"""From worst to best; the worst is 全市's state."""


def duty_states(
    plan: Plan, project: Project, period: Period, gathered: Gathered, *, is_city: bool
) -> tuple[ConditionState, ...]:
    """Judge a project's duties; 全市 has met one when every area has, and cannot say while an area is missing.

    Returns
    -------
    tuple of ConditionState
        Empty where no area reported.
    """
    judged: list[ConditionState] = []
    for duty in project.duties if gathered.found else ():
        states = {area.name: judge(plan, period, accepted, duty).state for area, accepted in gathered.found}
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
