"""The writer of assessment forms: blank for assessors and the performance office, or filled in."""

from collections.abc import Sequence
from typing import Any

from minsheng.domain.assessment import AssessmentForm, Mark, SectionForm, SectionMark
from minsheng.domain.base import plain
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import CountedRule, QualitativeRule, SectionCheck
from minsheng.intake import forms
from minsheng.intake.forms import Proposal
from minsheng.intake.forms_book import FormBook, FormLine
from minsheng.intake.workbook_sheet import CellValue


def write_area_form(plan: Plan, area: str, period: Period, filled: AssessmentForm | None = None) -> bytes:
    """Write the assessor's workbook of one county-level bureau.

    Parameters
    ----------
    area
        Id of an assessed area.
    period
        A half-year or a year.
    filled
        What stands in it; nothing for a blank form.

    Returns
    -------
    bytes
        An xlsx file; equal arguments give equal bytes.
    """
    title = f"{plan.about.title}县区考评表"
    book = FormBook(title, period)
    guide = (
        f"由负责考评的科室填写。目标任务的得分由系统按报表计算，这里只填要人评定的小项。印证资料文件放在 "
        f"data/evidence/{period}/{area}/小项编号/ 下（加分的放在 bonus 下），填好后存为 "
        f"data/assessment/{period}/{area}.xlsx，再运行 minsheng assess {period}。"
    )
    book.cover(title, plan.area(area).name, period, guide, filled)
    lines = [_area_line(item, filled.marks.get(item.id) if filled else None) for item in forms.manual_items(plan)]
    book.sheet(forms.MARKS, lines)
    events = filled.events if filled else ()
    names = {kind.id: kind.name for kind in plan.county_rubric.deductions}
    book.sheet(
        forms.EVENTS,
        [
            FormLine(
                {
                    "kind": names.get(event.kind, event.kind),
                    "on": event.on,
                    "subject": event.subject,
                    "documents": "\n".join(event.documents),
                    "points": event.points,
                    "reason": event.reason,
                }
            )
            for event in events
        ],
        checks={"kind": _choice(list(names.values()))},
    )
    book.sheet(
        forms.BONUS,
        [
            FormLine(
                {
                    "subject": row.subject,
                    "points": row.points,
                    "reason": row.reason,
                    "evidence": "\n".join(row.evidence),
                }
            )
            for row in (filled.bonus if filled else ())
        ],
    )
    words = plan.county_rubric.veto
    book.sheet(
        forms.VETO,
        [
            FormLine({"word": veto.word, "reason": veto.reason, "documents": "\n".join(veto.documents)})
            for veto in (filled.veto if filled else ())
        ],
        checks={"word": _choice(list(words))} if words else None,
        guide=None if words else "方案没有规定一票否决事项，本表不填。",
        open_rows=bool(words),
    )
    return book.bytes()


def write_section_form(
    plan: Plan,
    section: str,
    period: Period,
    proposals: Sequence[Proposal] = (),
    filled: SectionForm | None = None,
) -> bytes:
    """Write the performance office's workbook of one section.

    Parameters
    ----------
    section
        Id of an assessed section.
    period
        A half-year or a year.
    proposals
        What the system proposes to deduct, to be confirmed or waived line by line.
    filled
        What stands in it; nothing for a blank form.

    Returns
    -------
    bytes
        An xlsx file; equal arguments give equal bytes.
    """
    title = f"{plan.about.title}科室考评表"
    book = FormBook(title, period)
    guide = (
        f"由局绩效办公室填写。印证资料文件放在 data/evidence/{period}/{section}/编号/ 下，填好后存为 "
        f"data/assessment/{period}/{section}.xlsx，再运行 minsheng assess {period}。"
    )
    book.cover(title, plan.section(section).name, period, guide, filled)
    lines = []
    for rule in forms.manual_section_rules(plan):
        mark = filled.marks.get(rule.id) if filled else None
        projects = forms.own_projects(plan, section) if rule.check == SectionCheck.TOO_FEW_PER_PROJECT else {"": ""}
        for number, (project, name) in enumerate(projects.items()):
            values: dict[str, CellValue | None] = {
                "rule": rule.id,
                "text": rule.text,
                "project": name,
                "allowed": forms.allowed_section_mark(rule),
            }
            values |= _section_values(mark, project, first=number == 0)
            doubled = rule.check == SectionCheck.DOUBLED_LOSS
            lines.append(FormLine(values, frozenset({"times"} if doubled else {"losses"}), {"times": _whole("次数")}))
    book.sheet(forms.SECTION_MARKS, lines)
    decided = {(each.rule, each.event): each for each in (filled.decisions if filled else ())}
    rules = {rule.id: rule for group in plan.section_rubric.groups for rule in group.rules}
    rows = []
    for proposal in proposals:
        decision = decided.get((proposal.rule, proposal.event))
        rows.append(
            FormLine(
                {
                    "rule": proposal.rule,
                    "text": rules[proposal.rule].text,
                    "event": proposal.event,
                    "told": proposal.told,
                    "points": rules[proposal.rule].points,
                    "decision": (forms.TAKEN if decision.taken else forms.WAIVED) if decision else None,
                    "reason": decision.reason if decision else None,
                },
                checks={"decision": _choice([forms.TAKEN, forms.WAIVED])},
            )
        )
    book.sheet(forms.PROPOSALS, rows, guide=None if rows else "没有拟扣分事项，本表不填。")
    book.sheet(
        forms.POSITIVE,
        [
            FormLine({"name": row.name, "full_marks": row.full_marks, "points": row.points, "basis": row.basis})
            for row in (filled.positive if filled else ())
        ],
    )
    return book.bytes()


def _area_line(item: Any, mark: Mark | None) -> FormLine:
    values: dict[str, CellValue | None] = {
        "item": item.id,
        "name": item.name,
        "text": item.text,
        "full_marks": item.full_marks,
        "required": item.evidence,
        "allowed": forms.allowed_mark(item),
    }
    if mark is not None:
        values |= {"level": mark.level, "count": mark.count, "points": mark.points, "reason": mark.reason}
        values |= {"evidence": "\n".join(mark.evidence)}
    match item.rule:
        case CountedRule():
            return FormLine(values, frozenset({"level", "points"}), {"count": _whole("数量")})
        case QualitativeRule() as rule:
            bounds = {
                "validate": "decimal",
                "criteria": "between",
                "minimum": 0,
                "maximum": item.full_marks,
                "error_title": "给分",
                "error_message": f"须在 0 和满分 {item.full_marks} 之间",
            }
            return FormLine(values, frozenset({"count"}), {"level": _choice(list(rule.levels)), "points": bounds})
        case _:
            raise TypeError(f"{item.id} is measured, not marked")


def _section_values(mark: SectionMark | None, project: str, *, first: bool) -> dict[str, CellValue | None]:
    if mark is None:
        return {}
    values: dict[str, CellValue | None] = {"times": mark.by_project.get(project) if project else mark.times}
    if first:
        values |= {"reason": mark.reason, "evidence": "\n".join(mark.evidence)}
    if mark.losses is not None:
        values["losses"] = "；".join(map(plain, mark.losses)) or "0"
    return values


def _choice(words: list[str]) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": words,
        "error_title": "选择",
        "error_message": f"可填：{'、'.join(words)}"[:250],
    }


def _whole(title: str) -> dict[str, Any]:
    return {
        "validate": "integer",
        "criteria": ">=",
        "value": 0,
        "error_title": title,
        "error_message": "须填 0 或正整数",
    }
