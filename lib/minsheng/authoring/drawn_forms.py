"""Assessment forms drawn from a plan's rubrics: every item marked as its rule allows, with a reason."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from minsheng.authoring.drawn_returns import DATA_LABEL
from minsheng.authoring.target_wishes import Luck
from minsheng.domain.area import Area, Section
from minsheng.domain.assessment import AssessmentForm, Decision, Event, Mark, PositiveRow, SectionForm, SectionMark
from minsheng.domain.item_rules import CountedRule, EventsRule, QualitativeRule
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import RubricItem, SectionCheck, SectionRule
from minsheng.intake.forms.layout import Proposal, manual_section_rules, mark_rows, own_projects

_REASON = f"{DATA_LABEL}：随机抽取"

_NOT_REGISTERED = f"{DATA_LABEL}：没有报送登记"

_ASSESSOR = "示例考评人"

_GOOD = 70
"""In how many of a hundred cases the best level is reached."""


def drawn_area_form(plan: Plan, luck: Luck, area: Area, period: Period) -> AssessmentForm:
    """Return a filled form of a county; one in four has an event that costs points, where the rubric has a price."""
    items = {row.item.id: row.item for row in mark_rows(plan, area.id)}
    marks = {name: _mark(luck, area, period, item) for name, item in items.items()}
    priced = [each for each in plan.county_rubric.deductions if each.points is not None]
    events = []
    if priced and luck.between(1, 4, "event", area.id, period) == 1:
        kind = priced[luck.between(0, len(priced) - 1, "kind", area.id, period)]
        day = date(period.year, period.last_month, luck.between(1, 20, "event-day", area.id))
        events.append(Event(kind=kind.id, on=day, subject=f"{DATA_LABEL}：{kind.name}", documents=("示例文号",)))
    return AssessmentForm(
        area=area.id,
        period=period,
        assessor=_ASSESSOR,
        assessed_on=period.end,
        data_label=DATA_LABEL,
        marks=marks,
        events=tuple(events),
    )


def _mark(luck: Luck, area: Area, period: Period, item: RubricItem) -> Mark:
    of = (item.id, area.id, period)
    match item.rule:
        case CountedRule() as rule:
            share = Decimal(period.last_month) / 12 * luck.between(70, 130, *of) / 100
            return Mark(count=round(rule.target_of(area.id) * share), reason=_REASON)
        case EventsRule() as rule:
            return Mark(counts={price.id: luck.between(0, 1, price.id, *of) for price in rule.prices}, reason=_REASON)
        case QualitativeRule() as rule:
            best = luck.between(1, 100, *of) <= _GOOD
            levels = list(rule.levels)
            return Mark(level=levels[0 if best else luck.between(0, len(levels) - 1, "level", *of)], reason=_REASON)
        case _:
            raise TypeError(f"{item.id} is measured, not marked")


def drawn_section_form(
    plan: Plan, luck: Luck, section: Section, period: Period, proposals: Sequence[Proposal]
) -> SectionForm:
    """Return a filled form of a section; what the system proposes is waived, since nobody delivered anything."""
    return SectionForm(
        section=section.id,
        period=period,
        assessor=_ASSESSOR,
        assessed_on=period.end,
        data_label=DATA_LABEL,
        marks={rule.id: _section_mark(plan, luck, section, rule) for rule in manual_section_rules(plan)},
        decisions=tuple(
            Decision(rule=each.rule, event=each.event, told=each.told, taken=False, reason=_NOT_REGISTERED)
            for each in proposals
        ),
        positive=(PositiveRow(name=f"{DATA_LABEL}：年度绩效目标", full_marks=Decimal(100), points=Decimal(95)),),
    )


def _section_mark(plan: Plan, luck: Luck, section: Section, rule: SectionRule) -> SectionMark:
    target = rule.target or 0
    match rule.check:
        case SectionCheck.TOO_FEW:
            return SectionMark(times=luck.between(max(target - 1, 0), target, rule.id, section.id), reason=_REASON)
        case SectionCheck.TOO_FEW_PER_PROJECT:
            done = {
                each: luck.between(max(target - 1, 0), target, rule.id, each) for each in own_projects(plan, section.id)
            }
            return SectionMark(by_project=done, reason=_REASON)
        case SectionCheck.DOUBLED_LOSS:
            return SectionMark(losses=(), reason=_REASON)
        case _:
            times = 1 if luck.between(1, 6, rule.id, section.id) == 1 else 0
            return SectionMark(times=times, reason=_REASON)
