"""The sheets of the performance office's form for a section: marks, decisions on proposals, the positive part."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from minsheng.domain.assessment import Decision, PositiveRow, SectionMark
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import SectionCheck, SectionRule
from minsheng.intake.forms import layout
from minsheng.intake.forms.form_rows import Faults, FormRow, form_rows
from minsheng.intake.forms.layout import Proposal
from minsheng.intake.spreadsheets.cells import CellFaultError, parse_number, show
from minsheng.intake.spreadsheets.grid import Workbook

_ENTRIES = ("times", "losses")


def section_marks(
    workbook: Workbook, plan: Plan, section: str, faults: Faults, evidence: Path
) -> dict[str, SectionMark]:
    """Read what was found for each rule; a rule without an entry is 未评 and absent."""
    rules = {rule.id: rule for rule in layout.manual_section_rules(plan)}
    automatic = {rule.id for group in plan.section_rubric.groups for rule in group.rules} - rules.keys()
    rows: dict[str, list[FormRow]] = {}
    for row in form_rows(workbook, layout.SECTION_MARKS, faults):
        rule_id = row.text("rule")
        if rule_id in rules:
            rows.setdefault(rule_id, []).append(row)
        elif rule_id in automatic:
            faults.add(
                row.cell("rule"), f"{rule_id} 由系统提出，不能填写次数", f"在“{layout.PROPOSALS.name}”表确认或免除"
            )
        else:
            faults.add(row.cell("rule"), f"没有考评内容“{rule_id}”", f"编号为 {'、'.join(rules)}")
    marks = {}
    for rule_id, those in rows.items():
        mark = _mark(those, rules[rule_id], plan, section, faults, evidence / rule_id)
        if mark is not None:
            marks[rule_id] = mark
    return marks


def _mark(
    rows: list[FormRow], rule: SectionRule, plan: Plan, section: str, faults: Faults, folder: Path
) -> SectionMark | None:
    """Read the rows of one rule: counts, counts by project, or what superiors took off."""
    first, before = rows[0], len(faults.found)
    reason = "；".join(filter(None, (row.text("reason") for row in rows)))
    files = tuple(name for row in rows for name in row.files("evidence", folder))
    allowed = layout.allowed_section_mark(rule)
    if not any(row.is_filled(_ENTRIES) for row in rows):
        if reason or files:
            faults.add(first.cell("reason"), f"{rule.id} 写了理由或印证资料，却没有填次数", allowed)
        return None
    doubled, by_project = rule.check == SectionCheck.DOUBLED_LOSS, rule.check == SectionCheck.TOO_FEW_PER_PROJECT
    wrong = "times" if doubled else "losses"
    for row in rows:
        if row.is_filled((wrong,)):
            faults.add(row.cell(wrong), f"{rule.id} 不填这一列", allowed)
    if len(rows) > 1 and not by_project:
        faults.add(rows[1].cell("rule"), f"{rule.id} 填了两次", "每项一行")
    found: dict[str, Any]
    if by_project:
        found = {"by_project": _by_project(rows, layout.own_projects(plan, section), rule, faults)}
    elif doubled:
        found = {"losses": _losses(first, faults)}
    else:
        times = first.count("times", "次")
        found = {"times": times}
        if times and rule.check == SectionCheck.MANUAL:
            first.demand("reason", "理由", f"{rule.id} 扣分的理由")
    if len(faults.found) > before or None in found.values():
        return None
    return SectionMark(**found, reason=reason, evidence=files, cell=first.cell("losses" if doubled else "times"))


def _by_project(
    rows: list[FormRow], projects: dict[str, str], rule: SectionRule, faults: Faults
) -> dict[str, int] | None:
    known = {name: project for project, name in projects.items()} | {project: project for project in projects}
    done: dict[str, int] = {}
    names = "、".join(projects.values())
    before = len(faults.found)
    for row in rows:
        project = known.get(row.text("project"))
        if project is None or project in done:
            faults.add(row.cell("project"), f"项目“{row.text('project')}”不对或重复", f"每个项目一行：{names}")
            continue
        times = row.count("times", rule.unit or "次")
        if times is None and not row.is_filled(("times",)):
            faults.add(row.cell("times"), f"“{projects[project]}”没有填次数", "0 或正整数")
        if times is not None:
            done[project] = times
    absent = [name for project, name in projects.items() if project not in done]
    if absent and len(faults.found) == before:
        faults.add(rows[0].cell("project"), f"{rule.id} 缺少项目：{'、'.join(absent)}", f"每个项目一行：{names}")
    return None if len(faults.found) > before else done


def _losses(row: FormRow, faults: Faults) -> tuple[Decimal, ...] | None:
    """Read one number, or several with semicolons between; 0 is none."""
    numbers = []
    for text in row.lines("losses"):
        try:
            value = parse_number(text, "分")
        except CellFaultError as fault:
            faults.add(row.cell("losses"), fault.message, "每次扣减一个数，用分号隔开，例如 0.5；0.3；没有的填 0")
            return None
        if not isinstance(value, Decimal) or value < 0:
            faults.add(row.cell("losses"), f"“{text}”小于 0", "0 或正数")
            return None
        numbers.append(value)
    return tuple(number for number in numbers if number)


def decision_rows(workbook: Workbook, faults: Faults, proposals: Sequence[Proposal]) -> list[Decision]:
    """Read which proposals are taken and which are waived; a blank leaves the proposal open."""
    known = {(each.rule, each.event) for each in proposals}
    seen: set[tuple[str, str]] = set()
    decisions = []
    for row in form_rows(workbook, layout.PROPOSALS, faults):
        word, reason = row.text("decision"), row.text("reason")
        if not word:
            if reason:
                faults.add(row.cell("decision"), "写了理由，却没有处理", f"{layout.TAKEN}或{layout.WAIVED}")
            continue
        key = (row.text("rule"), show(row.raw("event")).strip())
        if key not in known:
            listed = "、".join(f"{rule} {event}" for rule, event in sorted(known)) or "没有拟扣分事项"
            faults.add(row.cell("event"), f"没有拟扣分“{key[0]} {key[1]}”", f"现有的拟扣分：{listed}")
        elif key in seen:
            faults.add(row.cell("event"), f"拟扣分“{key[0]} {key[1]}”处理了两次", "每条一行")
        elif word not in {layout.TAKEN, layout.WAIVED}:
            faults.add(row.cell("decision"), f"不认识的处理“{word}”", f"{layout.TAKEN}或{layout.WAIVED}")
        elif word == layout.WAIVED and not reason:
            faults.add(row.cell("reason"), "免除没有写理由", "免除的理由")
        else:
            decisions.append(
                Decision(
                    rule=key[0], event=key[1], taken=word == layout.TAKEN, reason=reason, cell=row.cell("decision")
                )
            )
        seen.add(key)
    return decisions


def positive_rows(workbook: Workbook, faults: Faults) -> list[PositiveRow]:
    """Read the positive part: name, full marks, points within them."""
    rows = []
    for row in form_rows(workbook, layout.POSITIVE, faults):
        before = len(faults.found)
        name, full, points = row.text("name"), row.number("full_marks", "分"), row.number("points", "分")
        row.demand("name", "目标名称", "绩效目标的名称")
        row.demand("full_marks", "分值", "大于 0 的分值")
        row.demand("points", "得分", "0 至分值之间")
        if full == 0:
            faults.add(row.cell("full_marks"), "分值为 0", "大于 0 的分值")
        if full is not None and points is not None and points > full:
            faults.add(row.cell("points"), f"“{name}”得分 {points}，超过分值 {full}", f"0 至 {full} 分")
        if len(faults.found) == before and full is not None and points is not None:
            rows.append(
                PositiveRow(name=name, full_marks=full, points=points, basis=row.text("basis"), cell=row.cell("points"))
            )
    return rows
