"""The sheets of an assessor's form for a county: marks, events, bonus, veto."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from minsheng.domain.assessment import BonusRow, Event, Mark, Veto
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import CountedRule, EventDeduction, QualitativeRule, RubricItem
from minsheng.intake.forms import layout
from minsheng.intake.forms.form_rows import Faults, FormRow, form_rows
from minsheng.intake.spreadsheets.grid import Workbook
from minsheng.intake.spreadsheets.units import normal

_ENTRIES = ("level", "count", "points")


def area_marks(workbook: Workbook, plan: Plan, faults: Faults, evidence: Path) -> dict[str, Mark]:
    """Read the marks by rubric item; an item without an entry is 未评 and absent.

    Parameters
    ----------
    evidence
        The folder that holds a folder per item.
    """
    items = {item.id: item for item in layout.manual_items(plan)}
    everything = {item.id for item in plan.county_rubric.items}
    marks: dict[str, Mark] = {}
    seen: set[str] = set()
    for row in form_rows(workbook, layout.MARKS, faults):
        item_id = row.text("item")
        if item_id not in items:
            if item_id in everything:
                faults.add(row.cell("item"), f"小项 {item_id} 由系统按报表计算，不能填分", "删去这一行")
            elif item_id or row.is_filled((*_ENTRIES, "reason", "evidence")):
                faults.add(row.cell("item"), f"没有小项“{item_id}”", f"编号为 {'、'.join(items)}")
            continue
        if item_id in seen:
            faults.add(row.cell("item"), f"小项 {item_id} 填了两次", "每个小项一行")
            continue
        seen.add(item_id)
        mark = _mark(row, items[item_id], faults, evidence / item_id)
        if mark is not None:
            marks[item_id] = mark
    return marks


def _mark(row: FormRow, item: RubricItem, faults: Faults, folder: Path) -> Mark | None:
    """Read one row: exactly one entry of the kind that the rule allows, with a reason where people judge."""
    entries = [name for name in _ENTRIES if row.is_filled((name,))]
    reason, files = row.text("reason"), row.files("evidence", folder)
    allowed, before = layout.allowed_mark(item), len(faults.found)
    if not entries:
        if reason or files:
            faults.add(row.cell("reason"), f"“{item.name}”写了理由或印证资料，却没有评定", allowed)
        return None
    name = entries[0]
    counted = isinstance(item.rule, CountedRule)
    if len(entries) > 1:
        faults.add(row.cell(entries[1]), f"“{item.name}”填了不止一种评定", f"只填其一：{allowed}")
    elif counted != (name == "count"):
        faults.add(row.cell(name), f"“{item.name}”{'' if counted else '不'}按数量计分", allowed)
    elif not counted:
        row.demand("reason", "理由", f"“{item.name}”评定的理由")
    if len(faults.found) > before:
        return None
    entry = _entry(row, item, name, faults)
    return None if entry is None else Mark(**entry, reason=reason, evidence=files, cell=row.cell(name))


def _entry(row: FormRow, item: RubricItem, name: str, faults: Faults) -> dict[str, Any] | None:
    """Read the entry itself, within its bounds; ``None`` where it is faulty."""
    value: int | Decimal | str | None
    match item.rule, name:
        case CountedRule() as rule, _:
            value = row.count("count", rule.unit)
        case QualitativeRule() as rule, "level":
            words = {normal(word): word for word in rule.levels}
            value = words.get(normal(row.text("level")))
            if value is None:
                said = f"“{item.name}”没有等次“{row.text('level')}”"
                faults.add(row.cell(name), said, "、".join(rule.levels))
        case _:
            value = row.number("points", "分")
            if value is not None and value > item.full_marks:
                faults.add(row.cell(name), f"“{item.name}”给分 {value}，超过满分", f"0 至 {item.full_marks} 分")
                value = None
    return None if value is None else {name: value}


def event_rows(workbook: Workbook, plan: Plan, period: Period, faults: Faults) -> list[Event]:
    """Read the events that cost points; each within the period, of a known kind, with the points that it allows."""
    kinds = layout.event_kinds(plan)
    names = "、".join(dict.fromkeys(kind.name for kind in kinds.values()))
    events = []
    for row in form_rows(workbook, layout.EVENTS, faults):
        before = len(faults.found)
        kind, day, points = kinds.get(row.text("kind")), row.day("on"), row.number("points", "分")
        allowed = f"{period.start} 至 {period.end} 的日期"
        row.demand("on", "日期", allowed)
        row.demand("subject", "事由", "通报或舆情的事由")
        if day is not None and not period.start <= day <= period.end:
            faults.add(row.cell("on"), f"日期 {day} 不在考评期内", allowed)
        if kind is None:
            faults.add(row.cell("kind"), f"没有扣分类别“{row.text('kind')}”", names)
        else:
            _check_points(row, kind, points, faults)
        if len(faults.found) == before and kind is not None and day is not None:
            events.append(
                Event(
                    kind=kind.id,
                    on=day,
                    subject=row.text("subject"),
                    documents=row.lines("documents"),
                    points=points if kind.points is None else None,
                    reason=row.text("reason"),
                    cell=row.cell("kind"),
                )
            )
    return events


def _check_points(row: FormRow, kind: EventDeduction, points: Decimal | None, faults: Faults) -> None:
    """Keep a fault where an event's points are not what its kind allows."""
    if kind.points is None:
        row.demand("points", f"扣分（“{kind.name}”由考评人酌情扣分）", "不小于 0 的分值")
        row.demand("reason", "理由", f"“{kind.name}”酌情扣分的理由")
    elif points is not None and points != kind.points:
        said = f"“{kind.name}”每{kind.per or '次'}扣 {kind.points} 分，不能改为 {points}"
        faults.add(row.cell("points"), said, "扣分栏留空")


def bonus_rows(workbook: Workbook, faults: Faults, folder: Path) -> list[BonusRow]:
    """Read the bonus lines: subject, points and reason are needed, evidence must exist."""
    rows = []
    for row in form_rows(workbook, layout.BONUS, faults):
        before = len(faults.found)
        points, files = row.number("points", "分"), row.files("evidence", folder)
        row.demand("subject", "事由")
        row.demand("reason", "理由")
        row.demand("points", "加分", "不小于 0 的分值")
        if len(faults.found) == before and points is not None:
            rows.append(
                BonusRow(
                    subject=row.text("subject"),
                    points=points,
                    reason=row.text("reason"),
                    evidence=files,
                    cell=row.cell("points"),
                )
            )
    return rows


def veto_rows(workbook: Workbook, plan: Plan, faults: Faults) -> list[Veto]:
    """Read the vetoes: each a word of the rubric's list, with a reason."""
    known = plan.county_rubric.veto
    rows = []
    for row in form_rows(workbook, layout.VETO, faults):
        word, reason = row.text("word"), row.text("reason")
        if word not in known:
            allowed = "、".join(known) or "留空：方案没有规定一票否决事项"
            faults.add(row.cell("word"), f"没有一票否决事项“{word}”", allowed)
        elif not reason:
            faults.add(row.cell("reason"), f"“{word}”没有写理由", "一票否决的理由")
        else:
            rows.append(Veto(word=word, reason=reason, documents=row.lines("documents"), cell=row.cell("word")))
    return rows
