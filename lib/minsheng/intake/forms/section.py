"""The sheets of the performance office's form for a section: marks, decisions on proposals, the positive part."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from minsheng.domain.assessment import Decision, PositiveRow, SectionMark
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import SectionCheck, SectionRule
from minsheng.intake.forms import layout
from minsheng.intake.forms.form_rows import DeliveredForm, FormRow
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.spreadsheets.cells import CellFaultError, parse_number
from minsheng.measure.section_rules import was_proposed


def section_marks(form: DeliveredForm, plan: Plan, section: str) -> dict[str, SectionMark]:
    """Read what was found for each rule; a rule without an entry is 未评 and absent."""
    rules = {rule.id: rule for rule in layout.manual_section_rules(plan)}
    automatic = {rule.id for group in plan.section_rubric.groups for rule in group.rules} - rules.keys()
    rows: dict[str, list[FormRow]] = {}
    for row in form.rows(layout.SECTION_MARKS):
        rule_id = row.text("rule")
        if rule_id in rules:
            rows.setdefault(rule_id, []).append(row)
        elif rule_id in automatic:
            row.fault("rule", f"{rule_id} 由系统提出，不能填写次数", f"在“{layout.PROPOSALS.sheet}”表确认或免除")
        else:
            row.fault("rule", f"没有考评内容“{rule_id}”", f"编号为 {'、'.join(rules)}")
    projects = layout.own_projects(plan, section)
    marks = {rule_id: _mark(those, rules[rule_id], projects) for rule_id, those in rows.items()}
    return {rule_id: mark for rule_id, mark in marks.items() if mark is not None}


def _mark(rows: list[FormRow], rule: SectionRule, projects: dict[str, str]) -> SectionMark | None:
    """Read the rows of one rule: counts, counts by project, or what superiors took off."""
    first = rows[0]
    reason = "；".join(filter(None, (row.text("reason") for row in rows)))
    files = tuple(name for row in rows for name in row.files("evidence", rule.id))
    allowed = layout.allowed_section_mark(rule)
    doubled, by_project = rule.check == SectionCheck.DOUBLED_LOSS, rule.check == SectionCheck.TOO_FEW_PER_PROJECT
    asked, wrong = ("losses", "times") if doubled else ("times", "losses")
    if not any(row.is_filled(asked, wrong) for row in rows):
        if reason or files:
            first.fault("reason", f"{rule.id} 写了理由或印证资料，却没有填次数", allowed)
        return None
    for row in rows:
        if row.is_filled(wrong):
            row.fault(wrong, f"{rule.id} 不填这一列", allowed)
    if len(rows) > 1 and not by_project:
        rows[1].fault("rule", f"{rule.id} 填了两次", "每项一行")
    found: dict[str, Any]
    if by_project:
        found = {"by_project": _by_project(rows, projects, rule)}
    elif doubled:
        found = {"losses": _losses(first)}
    else:
        times = first.count("times", "次")
        found = {"times": times}
        if times and rule.check == SectionCheck.MANUAL:
            first.demand("reason", "理由", f"{rule.id} 扣分的理由")
    if not all(row.sound for row in rows) or None in found.values():
        return None
    return SectionMark(**found, reason=reason, evidence=files, cell=first.cell(asked))


def _by_project(rows: list[FormRow], projects: dict[str, str], rule: SectionRule) -> dict[str, int]:
    known = {name: project for project, name in projects.items()} | {project: project for project in projects}
    done: dict[str, int] = {}
    names = "、".join(projects.values())
    for row in rows:
        project = known.get(row.text("project"))
        if project is None or project in done:
            row.fault("project", f"项目“{row.text('project')}”不对或重复", f"每个项目一行：{names}")
            continue
        if not row.is_filled("times"):
            row.fault("times", f"“{projects[project]}”没有填次数", "0 或正整数")
        times = row.count("times", rule.unit or "次")
        if times is not None:
            done[project] = times
    absent = [name for project, name in projects.items() if project not in done]
    if absent and all(row.sound for row in rows):
        rows[0].fault("project", f"{rule.id} 缺少项目：{'、'.join(absent)}", f"每个项目一行：{names}")
    return done


def _losses(row: FormRow) -> tuple[Decimal, ...]:
    """Read one number, or several with semicolons between; 0 is none."""
    numbers = []
    for text in row.lines("losses"):
        try:
            value = parse_number(text, "分")
        except CellFaultError as fault:
            row.fault("losses", fault.message, "每次扣减一个数，用分号隔开，例如 0.5；0.3；没有的填 0")
            continue
        if not isinstance(value, Decimal) or value < 0:
            row.fault("losses", f"“{text}”小于 0", "0 或正数")
        elif value:
            numbers.append(value)
    return tuple(numbers)


def decision_rows(form: DeliveredForm, plan: Plan, period: Period, proposals: Sequence[Proposal]) -> list[Decision]:
    """Read which proposals are taken and which are waived; a blank leaves the proposal open."""
    known = {(each.rule, each.event) for each in proposals}
    rules = {rule.id: rule for group in plan.section_rubric.groups for rule in group.rules}
    seen: set[tuple[str, str]] = set()
    decisions = []
    for row in form.rows(layout.PROPOSALS):
        word, reason, key = row.text("decision"), row.text("reason"), (row.text("rule"), row.text("event"))
        if not word:
            if reason:
                row.fault("decision", "写了理由，却没有处理", f"{layout.TAKEN}或{layout.WAIVED}")
            continue
        gone = key[0] in rules and was_proposed(plan, rules[key[0]], period, key[1], row.text("told"))
        if key not in known and not gone:
            listed = "、".join(f"{rule} {event}" for rule, event in sorted(known)) or "没有拟扣分事项"
            row.fault("event", f"没有拟扣分“{key[0]} {key[1]}”", f"现有的拟扣分：{listed}")
        elif key in seen:
            row.fault("event", f"拟扣分“{key[0]} {key[1]}”处理了两次", "每条一行")
        elif word not in {layout.TAKEN, layout.WAIVED}:
            row.fault("decision", f"不认识的处理“{word}”", f"{layout.TAKEN}或{layout.WAIVED}")
        elif word == layout.WAIVED and not reason:
            row.fault("reason", "免除没有写理由", "免除的理由")
        else:
            taken = word == layout.TAKEN
            decisions.append(
                Decision(
                    rule=key[0],
                    event=key[1],
                    told=row.text("told"),
                    taken=taken,
                    reason=reason,
                    cell=row.cell("decision"),
                )
            )
        seen.add(key)
    return decisions


def positive_rows(form: DeliveredForm) -> list[PositiveRow]:
    """Read the positive part: name, full marks, points within them."""
    rows = []
    for row in form.rows(layout.POSITIVE):
        name, full, points = row.text("name"), row.number("full_marks"), row.number("points")
        row.demand("name", "目标名称", "绩效目标的名称")
        row.demand("full_marks", "分值", "大于 0 的分值")
        row.demand("points", "得分", "0 至分值之间")
        if full == 0:
            row.fault("full_marks", "分值为 0", "大于 0 的分值")
        if full is not None and points is not None and points > full:
            row.fault("points", f"“{name}”得分 {points}，超过分值 {full}", f"0 至 {full} 分")
        if row.sound and full is not None and points is not None:
            rows.append(
                PositiveRow(name=name, full_marks=full, points=points, basis=row.text("basis"), cell=row.cell("points"))
            )
    return rows
