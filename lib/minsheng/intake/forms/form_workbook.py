"""One form as a workbook being written: cover, sheets, lines, with bounds, drop-downs and protection.

The writer of assessment forms: blank for assessors and the performance office, or filled in.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import xlsxwriter

from minsheng.domain.assessment import AssessmentForm, Mark, SectionForm, SectionMark
from minsheng.domain.base import plain
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import CountedRule, QualitativeRule, SectionCheck
from minsheng.domain.table import COVER_SHEET, CellType
from minsheng.files.zips import normalise_zip
from minsheng.intake.forms import layout
from minsheng.intake.forms.layout import FormSheet, Proposal
from minsheng.intake.spreadsheets.style import Styles, finish_page, line_count
from minsheng.intake.spreadsheets.table_sheet import FIRST_ROW, HEADER_ROW, CellValue

_LINE_HEIGHT = 15

Values = Mapping[str, CellValue | None]


@dataclass(frozen=True)
class FormLine:
    """One row: what stands in it, what may not be filled in, and the choices and bounds of its cells."""

    values: Values
    locked: frozenset[str] = frozenset()
    checks: Mapping[str, dict[str, Any]] | None = None


class FormBook:
    """One form being written."""

    def __init__(self, title: str, period: Period) -> None:
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(
            self._buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "default_format_properties": {"font_name": "宋体", "font_size": 11},
            },
        )
        created = datetime.combine(period.end, time.min)
        self._book.set_properties({"title": title, "subject": period.label, "created": created})
        self._styles = Styles(self._book, template=True)
        self._year = period.year

    def bytes(self) -> bytes:
        """Close the book and return it."""
        self._book.close()
        return normalise_zip(self._buffer.getvalue())

    def cover(
        self, title: str, subject: str, period: Period, guide: str, filled: AssessmentForm | SectionForm | None
    ) -> None:
        """Write the cover: whom, which period, who assesses, when."""
        sheet, styles = self._book.add_worksheet(COVER_SHEET), self._styles
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 64)
        sheet.set_row(0, 40)
        sheet.merge_range(0, 0, 0, 1, title, styles.title)
        values = {
            layout.SUBJECT: subject,
            layout.PERIOD: period.label,
            layout.ASSESSOR: filled.assessor if filled else "",
            layout.DATA_LABEL: filled.data_label if filled else "",
        }
        for row, label in enumerate(layout.COVER_LABELS, start=1):
            sheet.set_row(row, 24)
            sheet.write_string(row, 0, label, styles.key)
            if label == layout.ASSESSED_ON:
                day = filled.assessed_on if filled else None
                sheet.data_validation(row, 1, row, 1, styles.date_bounds(self._year, label, "考评完成的日期"))
                if day:
                    sheet.write_datetime(row, 1, day, styles.date)
                else:
                    sheet.write_blank(row, 1, None, styles.date)
                continue
            fixed = label in {layout.SUBJECT, layout.PERIOD}
            sheet.write_string(row, 1, values[label], styles.key_value if fixed else styles.text)
        last = len(layout.COVER_LABELS) + 1
        sheet.set_row(last, 84)
        sheet.write_string(last, 0, "填写说明", styles.key)
        sheet.write_string(last, 1, guide, styles.key_value)
        finish_page(sheet, styles, landscape=False)

    def sheet(
        self,
        form: FormSheet,
        lines: Sequence[FormLine],
        *,
        checks: Mapping[str, dict[str, Any]] | None = None,
        guide: str | None = None,
        open_rows: bool = True,
    ) -> None:
        """Write one sheet: the given lines, then blank ones to write in."""
        sheet, styles = self._book.add_worksheet(form.name), self._styles
        width = len(form.columns)
        for place, each in enumerate(form.columns):
            sheet.set_column(place, place, each.width)
            sheet.write_string(HEADER_ROW, place, each.column.header, styles.header)
            if each.column.note:
                sheet.write_comment(HEADER_ROW, place, each.column.note, {"x_scale": 1.5, "font_size": 10})
        sheet.set_row(0, 32)
        sheet.merge_range(0, 0, 0, width - 1, form.name, styles.title)
        said = guide or form.guide
        sheet.merge_range(1, 0, 1, width - 1, said, styles.key_value)
        across = sum(each.width for each in form.columns)
        sheet.set_row(1, line_count(said, across) * _LINE_HEIGHT + 6)
        sheet.set_row(HEADER_ROW, 34)
        blanks = form.blank_rows if open_rows else 0
        rows = [*lines, *([FormLine({})] * max(0, blanks - len(lines)))]
        for row, line in enumerate(rows, start=FIRST_ROW):
            self._line(sheet, form, row, line, {**(checks or {}), **(line.checks or {})})
        sheet.merge_range(
            FIRST_ROW + len(rows) + 1, 0, FIRST_ROW + len(rows) + 1, width - 1, layout.FOOTER, styles.footer
        )
        sheet.freeze_panes(FIRST_ROW, 0)
        sheet.repeat_rows(HEADER_ROW)
        finish_page(sheet, styles, landscape=True)

    def _line(
        self, sheet: Any, form: FormSheet, row: int, line: FormLine, checks: Mapping[str, dict[str, Any]]
    ) -> None:
        styles, height = self._styles, 1
        for place, each in enumerate(form.columns):
            column = each.column
            given = each.given or column.id in line.locked
            number = column.type in {CellType.INTEGER, CellType.DECIMAL}
            if number:
                style = styles.of(column, reference=given)
            elif column.type == CellType.DATE:
                style = styles.date
            else:
                style = styles.key_value if given else styles.text
            value = line.values.get(column.id)
            match value:
                case None | "":
                    sheet.write_blank(row, place, None, style)
                case str():
                    sheet.write_string(row, place, value, style)
                    height = max(height, line_count(value, each.width))
                case date():
                    sheet.write_datetime(row, place, value, style)
                case Decimal() | int():
                    sheet.write_number(row, place, value, style)
            if given:
                continue
            check = checks.get(column.id) or styles.bounds(column, self._year, column.choices, None)
            if check:
                sheet.data_validation(row, place, row, place, check)
        sheet.set_row(row, height * _LINE_HEIGHT + 5)


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
    lines = [_area_line(item, filled.marks.get(item.id) if filled else None) for item in layout.manual_items(plan)]
    book.sheet(layout.MARKS, lines)
    events = filled.events if filled else ()
    names = {kind.id: kind.name for kind in plan.county_rubric.deductions}
    book.sheet(
        layout.EVENTS,
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
        layout.BONUS,
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
        layout.VETO,
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
    for rule in layout.manual_section_rules(plan):
        mark = filled.marks.get(rule.id) if filled else None
        projects = layout.own_projects(plan, section) if rule.check == SectionCheck.TOO_FEW_PER_PROJECT else {"": ""}
        for number, (project, name) in enumerate(projects.items()):
            values: dict[str, CellValue | None] = {
                "rule": rule.id,
                "text": rule.text,
                "project": name,
                "allowed": layout.allowed_section_mark(rule),
            }
            values |= _section_values(mark, project, first=number == 0)
            doubled = rule.check == SectionCheck.DOUBLED_LOSS
            lines.append(FormLine(values, frozenset({"times"} if doubled else {"losses"}), {"times": _whole("次数")}))
    book.sheet(layout.SECTION_MARKS, lines)
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
                    "decision": (layout.TAKEN if decision.taken else layout.WAIVED) if decision else None,
                    "reason": decision.reason if decision else None,
                },
                checks={"decision": _choice([layout.TAKEN, layout.WAIVED])},
            )
        )
    book.sheet(layout.PROPOSALS, rows, guide=None if rows else "没有拟扣分事项，本表不填。")
    book.sheet(
        layout.POSITIVE,
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
        "allowed": layout.allowed_mark(item),
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
