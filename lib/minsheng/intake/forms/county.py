"""The sheets of an assessor's form for a county: marks, events, bonus, veto."""

import re
from pathlib import Path
from typing import Any

from minsheng.domain.assessment import BonusRow, Event, Mark, Veto
from minsheng.domain.base import plain
from minsheng.domain.item_rules import CountedRule, QualitativeRule
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import RubricItem
from minsheng.domain.units import normal
from minsheng.intake.forms import layout
from minsheng.intake.forms.form_rows import DeliveredForm, FormRow
from minsheng.measure.score_totals import discretion

BONUS_FOLDER = "bonus"

_ENTRIES = ("level", "count", "points")


def area_marks(form: DeliveredForm, plan: Plan, area: str) -> dict[str, Mark]:
    """Read the marks by rubric item; an item without an entry is 未评 and absent."""
    lines = {line.id: line for line in layout.mark_rows(plan, area)}
    items = {name: line.item for name, line in lines.items()}
    everything = {item.id for item in plan.county_rubric.items}
    marks: dict[str, Mark] = {}
    seen: set[str] = set()
    priced: dict[str, list[tuple[FormRow, str]]] = {}
    for row in form.rows(layout.MARKS):
        item_id = row.text("item")
        if item_id not in items:
            if item_id in everything:
                row.fault("item", f"小项 {item_id} 由系统按报表计算，不能填分", "删去这一行")
            elif item_id or row.is_filled(*_ENTRIES, "reason", "evidence"):
                row.fault("item", f"没有小项“{item_id}”", f"编号为 {'、'.join(items)}")
            continue
        if item_id in seen:
            row.fault("item", f"小项 {item_id} 填了两次", "每个小项一行")
            continue
        seen.add(item_id)
        line = lines[item_id]
        if line.price is not None:
            priced.setdefault(line.item.id, []).append((row, line.price.id))
            continue
        mark = _mark(row, line.item, layout.allowed_mark(plan, area, line))
        if mark is not None:
            marks[item_id] = mark
    for item_id, rows in priced.items():
        counts = _counts(rows, next(line.item for line in lines.values() if line.item.id == item_id))
        if counts is not None:
            marks[item_id] = counts
    return marks


def _counts(rows: list[tuple[FormRow, str]], item: RubricItem) -> Mark | None:
    """Read the lines of an item with prices: all of them have a number, or none has."""
    if not any(row.is_filled(*_ENTRIES) for row, _ in rows):
        return None
    counts: dict[str, int] = {}
    for row, price in rows:
        for name in ("level", "points"):
            if row.is_filled(name):
                row.fault(name, f"“{item.name}”按事项的次数计分", "只填数量")
        row.demand("count", "数量", "0 或正整数：没有的填 0")
        count = row.count("count", "次")
        if count is not None:
            counts[price] = count
    if len(counts) < len(rows) or not all(row.sound for row, _ in rows):
        return None
    reasons = [row.text("reason") for row, _ in rows]
    files = [file for row, _ in rows for file in row.files("evidence", item.id)]
    return Mark(
        counts=counts,
        reason="；".join(filter(None, reasons)),
        evidence=tuple(dict.fromkeys(files)),
        cell=rows[0][0].cell("count"),
    )


def _mark(row: FormRow, item: RubricItem, allowed: str) -> Mark | None:
    """Read one row: exactly one entry of the kind that the rule allows, with a reason where people judge."""
    entries = [name for name in _ENTRIES if row.is_filled(name)]
    reason, files = row.text("reason"), row.files("evidence", item.id)
    if entries and not row.is_filled("evidence"):
        files = received_proof(row.form.evidence / item.id)
    if not entries:
        if reason or files:
            row.fault("reason", f"“{item.name}”写了理由或印证资料，却没有评定", allowed)
        return None
    name, counted = entries[0], isinstance(item.rule, CountedRule)
    if len(entries) > 1:
        row.fault(entries[1], f"“{item.name}”填了不止一种评定", f"只填其一：{allowed}")
    elif counted != (name == "count"):
        row.fault(name, f"“{item.name}”{'' if counted else '不'}按数量计分", allowed)
    else:
        if not counted:
            row.demand("reason", "理由", f"“{item.name}”评定的理由")
        entry = _entry(row, item, name)
        if row.sound:
            return Mark(**entry, reason=reason, evidence=files, cell=row.cell(name))
    return None


_REVISION = re.compile(r"\.r(\d+)$")


def received_proof(folder: Path) -> tuple[str, ...]:
    """Return the newest 差异化综合评价表 that was received into an item's evidence: nobody need copy its name."""
    there = list(folder.glob(f"{layout.REVIEW_PROOF}*")) if folder.is_dir() else []
    revisions = {int(found[1]) if (found := _REVISION.search(path.stem)) else 1: path.name for path in there}
    return (revisions[max(revisions)],) if revisions else ()


def _entry(row: FormRow, item: RubricItem, name: str) -> dict[str, Any]:
    """Read the entry itself, within its bounds."""
    match item.rule, name:
        case CountedRule() as rule, _:
            return {name: row.count(name, rule.unit)}
        case QualitativeRule(levels_only=True) as rule, "points":
            row.fault(name, f"“{item.name}”只定等次，不直接给分", "、".join(rule.levels))
            return {name: None}
        case QualitativeRule() as rule, "level":
            words = {normal(word): word for word in rule.levels}
            value = words.get(normal(row.text(name)))
            if value is None:
                row.fault(name, f"“{item.name}”没有等次“{row.text(name)}”", "、".join(rule.levels))
            return {name: value}
        case _:
            # The template's bounds are enforced here too: a form may have been filled in without it.
            points = row.number(name, least=item.lowest)
            if points is not None and points > item.full_marks:
                row.fault(
                    name, f"“{item.name}”给分 {points}，超过满分", f"{plain(item.lowest)} 至 {item.full_marks} 分"
                )
            return {name: points}


def event_rows(form: DeliveredForm, plan: Plan, period: Period) -> list[Event]:
    """Read the events that cost points; each within the period, of a known kind, with the points that it allows."""
    kinds = layout.event_kinds(plan)
    names = "、".join(dict.fromkeys(kind.name for kind in kinds.values()))
    allowed = f"{period.start} 至 {period.end} 的日期"
    events = []
    for row in form.rows(layout.EVENTS):
        kind, day, points = kinds.get(row.text("kind")), row.day("on"), row.number("points")
        row.demand("on", "日期", allowed)
        row.demand("subject", "事由", "通报或舆情的事由")
        if day is not None and not period.start <= day <= period.end:
            row.fault("on", f"日期 {day} 不在考评期内", allowed)
        if kind is None:
            row.fault("kind", f"没有扣分类别“{row.text('kind')}”", names)
        elif kind.points is None:
            row.demand("points", f"扣分（“{kind.name}”由考评人酌情扣分）", f"{discretion(kind)}的分值")
            row.demand("reason", "理由", f"“{kind.name}”酌情扣分的理由")
            most = points if kind.at_most is None else kind.at_most
            if points is not None and most is not None and not (kind.at_least or 0) <= points <= most:
                row.fault("points", f"“{kind.name}”不能扣 {points} 分", discretion(kind))
        elif points is not None and points != kind.points:
            said = f"“{kind.name}”每{kind.per or '次'}扣 {kind.points} 分，不能改为 {points}"
            row.fault("points", said, "扣分栏留空")
        if row.sound and kind is not None and day is not None:
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


def bonus_rows(form: DeliveredForm, plan: Plan) -> list[BonusRow]:
    """Read the bonus lines: subject, points and reason are needed, evidence must exist; with kinds, one of them."""
    rows = []
    kinds = layout.bonus_kinds(plan)
    names = "、".join(kind.name for kind in plan.county_rubric.bonus.kinds)
    for row in form.rows(layout.bonus_table(plan)):
        points, files = row.number("points"), row.files("evidence", BONUS_FOLDER)
        kind = kinds.get(row.text("kind")) if kinds else None
        if kinds and kind is None:
            row.fault("kind", f"没有加分类别“{row.text('kind')}”", names)
        elif kind is not None and kind.points is not None:
            if points is not None and points != kind.points:
                said = f"“{kind.name}”每{kind.per or '次'}加 {kind.points} 分，不能改为 {points}"
                row.fault("points", said, f"{kind.points}，或留空")
            points = kind.points
        row.demand("subject", "事由")
        row.demand("reason", "理由")
        if kind is None or kind.points is None:
            row.demand("points", "加分", "不小于 0 的分值")
        if row.sound and points is not None:
            rows.append(
                BonusRow(
                    kind=kind.id if kind else "",
                    subject=row.text("subject"),
                    points=points,
                    reason=row.text("reason"),
                    evidence=files,
                    cell=row.cell("points"),
                )
            )
    return rows


def veto_rows(form: DeliveredForm, plan: Plan) -> list[Veto]:
    """Read the vetoes: each a word of the rubric's list, with a reason."""
    known = plan.county_rubric.vetoes
    rows = []
    for row in form.rows(layout.VETO):
        word, reason = row.text("word"), row.text("reason")
        if word not in known:
            row.fault("word", f"没有一票否决事项“{word}”", "、".join(known) or "留空：方案没有规定一票否决事项")
        elif not reason:
            row.fault("reason", f"“{word}”没有写理由", "一票否决的理由")
        else:
            cast, item = known[word]
            documents, cell = row.lines("documents"), row.cell("word")
            rows.append(Veto(word=cast, item=item, reason=reason, documents=documents, cell=cell))
    return rows
