"""The writer of assessment forms (考评表): blank for assessors and the performance office, or filled in."""

from collections.abc import Iterator, Mapping, Sequence

from minsheng.domain.assessment import AssessmentForm, Mark, SectionForm, SectionMark, WordForm
from minsheng.domain.base import plain
from minsheng.domain.item_rules import EventsRule, QualitativeRule
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.rubric import Review, SectionCheck, SectionRule
from minsheng.domain.table import CoverField
from minsheng.intake.forms import layout
from minsheng.intake.forms.layout import FormTable, MarkRow, Proposal
from minsheng.intake.spreadsheets.new_workbook import CellValue, CoverLine, NewWorkbook
from minsheng.intake.spreadsheets.table_sheet import SheetRow, TableSheet

_Values = dict[str, CellValue | None]


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
    guide = (
        f"由负责考评的科室填写。目标任务的得分由系统按报表计算，这里只填要人评定的小项。印证资料文件放在 "
        f"data/evidence/{period}/{area}/小项编号/ 下（加分的放在 bonus 下），填好后存为 "
        f"data/assessment/{period}/{area}.xlsx，再运行 minsheng assess {period}。"
    )
    book = _book(f"{plan.about.title}县区考评表", plan.area(area).name, period, guide, filled)
    marks = filled.marks if filled else {}
    lines = [_item(plan, area, row, marks.get(row.item.id)) for row in layout.mark_rows(plan, area)]
    _write(book, period, layout.MARKS, lines)
    names = {kind.id: kind.name for kind in plan.county_rubric.deductions}
    events: list[_Values] = [
        {
            "kind": names.get(event.kind, event.kind),
            "on": event.on,
            "subject": event.subject,
            "documents": "\n".join(event.documents),
            "points": event.points,
            "reason": event.reason,
        }
        for event in (filled.events if filled else ())
    ]
    _write(book, period, layout.EVENTS, _open(events, layout.EVENTS, kind=tuple(names.values())))
    kinds = {kind.id: kind.name for kind in plan.county_rubric.bonus.kinds}
    bonus: list[_Values] = [
        {"subject": row.subject, "points": row.points, "reason": row.reason, "evidence": "\n".join(row.evidence)}
        for row in (filled.bonus if filled else ())
    ]
    if kinds:
        for values, row in zip(bonus, filled.bonus if filled else (), strict=True):
            values["kind"] = kinds.get(row.kind, row.kind)
    table = layout.bonus_table(plan)
    _write(book, period, table, _open(bonus, table, **({"kind": tuple(kinds.values())} if kinds else {})))
    said = {known: shown for shown, known in plan.county_rubric.vetoes.items()}
    vetoes: list[_Values] = [
        {
            "word": said.get((veto.word, veto.item), veto.word),
            "reason": veto.reason,
            "documents": "\n".join(veto.documents),
        }
        for veto in (filled.veto if filled else ())
    ]
    if said:
        _write(book, period, layout.VETO, _open(vetoes, layout.VETO, word=tuple(said.values())))
    else:
        _write(book, period, layout.VETO, [], guide="方案没有规定一票否决事项，本表不填。")
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
    guide = (
        f"由局绩效办公室填写。印证资料文件放在 data/evidence/{period}/{section}/编号/ 下，填好后存为 "
        f"data/assessment/{period}/{section}.xlsx，再运行 minsheng assess {period}。"
    )
    book = _book(f"{plan.about.title}科室考评表", plan.section(section).name, period, guide, filled)
    marks = filled.marks if filled else {}
    lines = [
        line
        for rule in layout.manual_section_rules(plan)
        for line in _rule(rule, marks.get(rule.id), layout.own_projects(plan, section))
    ]
    _write(book, period, layout.SECTION_MARKS, lines)
    decided = {(each.rule, each.event): each for each in (filled.decisions if filled else ())}
    rules = {rule.id: rule for group in plan.section_rubric.groups for rule in group.rules}
    lines = []
    for proposal in proposals:
        values: _Values = {
            "rule": proposal.rule,
            "text": rules[proposal.rule].text,
            "event": proposal.event,
            "told": proposal.told,
            "points": rules[proposal.rule].points,
        }
        if decision := decided.get((proposal.rule, proposal.event)):
            values |= {"decision": layout.TAKEN if decision.taken else layout.WAIVED, "reason": decision.reason}
        lines.append(SheetRow(values=values, locked=layout.PROPOSALS.given))
    _write(book, period, layout.PROPOSALS, lines, guide="" if lines else "没有拟扣分事项，本表不填。")
    positive: list[_Values] = [
        {"name": row.name, "full_marks": row.full_marks, "points": row.points, "basis": row.basis}
        for row in (filled.positive if filled else ())
    ]
    _write(book, period, layout.POSITIVE, _open(positive, layout.POSITIVE))
    return book.bytes()


def write_review_form(plan: Plan, review: Review, area: str, period: Period) -> bytes:
    """Write a county's blank workbook of 差异化综合评价: every assessed section, everything that is judged of it."""
    guide = (
        f"由各县区、开发区填写，对市局各科室作差异化综合评价。填好后报市局；市局收到后运行 minsheng receive {period} "
        "文件 登记。"
    )
    title = f"{plan.about.title}差异化综合评价表"
    book = _book(title, plan.area(area).name, period, guide, None, layout.REVIEW_COVER)
    lines = [
        SheetRow(
            values={
                "key": f"{section.id}/{item.id}",
                "section": section.name,
                "text": f"{item.name}：{item.text}",
                "full_marks": item.full_marks,
            },
            locked=layout.REVIEW.given,
            most={"points": item.full_marks},
        )
        for section in plan.assessed_sections
        for item in review.items
    ]
    _write(book, period, layout.REVIEW, lines)
    return book.bytes()


def write_words_form(plan: Plan, section: str, month: Period, filled: WordForm | None = None) -> bytes:
    """Write a section's form of the words that it may give for a month: a line for each area and indicator."""
    guide = (
        f"由牵头科室的评定人填写，可以整张不交。填好后存为 data/assessment/{month}/{section}.xlsx，再运行 minsheng run "
        f"{month}。评定写在页面上，注明评定人、日期和理由，与按数据判定的状态并列。"
    )
    book = _book(f"{plan.about.title}月度评定表", plan.section(section).name, month, guide, filled, layout.WORDS_COVER)
    given = {(each.area, each.indicator): each for each in (filled.words if filled else ())}
    words = tuple(each.word for each in plan.lights.assessed.words) if plan.lights.assessed else ()
    lines = []
    for area, indicator in layout.word_rows(plan, section, month):
        values: _Values = {
            "key": f"{area}/{indicator}",
            "area": plan.area_name(area),
            "indicator": plan.indicator(indicator).name,
        }
        if said := given.get((area, indicator)):
            values |= {"word": said.word, "reason": said.reason}
        lines.append(SheetRow(values=values, locked=layout.WORDS.given, choices={"word": words}))
    _write(book, month, layout.WORDS, lines)
    return book.bytes()


def _book(
    title: str,
    subject: str,
    period: Period,
    guide: str,
    filled: AssessmentForm | SectionForm | WordForm | None,
    cover: Sequence[CoverField] = layout.COVER,
) -> NewWorkbook:
    """Begin a form with its cover: whom, which period, who assesses, when."""
    book = NewWorkbook(title, period.end, subject=period.label, template=True)
    values = {
        "subject": subject,
        "period": period.label,
        "assessor": filled.assessor if filled else "",
        "assessed_on": filled.assessed_on if filled else None,
        "data_label": filled.data_label if filled else "",
    }
    lines = []
    for each in cover:
        is_day = each.id == "assessed_on"
        bounds = book.styles.date_bounds(period.year, each.label, "考评完成的日期") if is_day else None
        fixed = each.id in {"subject", "period"}
        lines.append(CoverLine(label=each.label, value=values[each.id], fixed=fixed, bounds=bounds))
    lines.append(CoverLine(label="填写说明", value=guide, fixed=True, height=84))
    book.cover(title, lines, width=64)
    return book


def _write(book: NewWorkbook, period: Period, form: FormTable, lines: Sequence[SheetRow], guide: str = "") -> None:
    sheet = TableSheet(book, form, lines, footer=layout.FOOTER, year=period.year, widths=form.widths)
    sheet.write(guide=guide or form.guide)


def _open(rows: Sequence[_Values], form: FormTable, **choices: tuple[str, ...]) -> list[SheetRow]:
    """Return lines that stand in a form, then blank ones to write in."""
    lines = [SheetRow(values=row, choices=choices) for row in rows]
    return lines + [SheetRow(choices=choices)] * (form.blank_rows - len(lines))


def _item(plan: Plan, area: str, row: MarkRow, mark: Mark | None) -> SheetRow:
    """Return a county's row of an item that is marked by hand, or of one of its prices."""
    item = row.item
    first = row.price is None or (isinstance(item.rule, EventsRule) and row.price == item.rule.prices[0])
    values: _Values = {
        "item": row.id,
        "name": row.name,
        "text": item.text,
        "full_marks": item.full_marks,
        "required": item.evidence,
        "allowed": layout.allowed_mark(plan, area, row),
    }
    if mark is not None and row.price is not None:
        values |= {"count": (mark.counts or {}).get(row.price.id)}
        values |= {"reason": mark.reason, "evidence": "\n".join(mark.evidence)} if first else {}
    elif mark is not None:
        values |= {"level": mark.level, "count": mark.count, "points": mark.points, "reason": mark.reason}
        values |= {"evidence": "\n".join(mark.evidence)}
    if isinstance(item.rule, QualitativeRule):
        locked, choices = layout.MARKS.given | {"count"}, {"level": tuple(item.rule.levels)}
        locked = locked | {"points"} if item.rule.levels_only else locked
        fewest = {"points": item.lowest} if item.lowest else {}
        return SheetRow(values=values, locked=locked, choices=choices, most={"points": item.full_marks}, fewest=fewest)
    return SheetRow(values=values, locked=layout.MARKS.given | {"level", "points"})


def _rule(rule: SectionRule, mark: SectionMark | None, projects: Mapping[str, str]) -> Iterator[SheetRow]:
    """Yield a section's rows of a rule: one, or one per project."""
    doubled, by_project = rule.check == SectionCheck.DOUBLED_LOSS, rule.check == SectionCheck.TOO_FEW_PER_PROJECT
    for number, (project, name) in enumerate(projects.items() if by_project else [("", "")]):
        values: _Values = {
            "rule": rule.id,
            "text": rule.text,
            "project": name,
            "allowed": layout.allowed_section_mark(rule),
        }
        if mark is not None:
            values |= {"times": mark.by_project.get(project) if project else mark.times}
            if number == 0:
                values |= {"reason": mark.reason, "evidence": "\n".join(mark.evidence)}
            if mark.losses is not None:
                values["losses"] = "；".join(map(plain, mark.losses)) or "0"
        yield SheetRow(values=values, locked=layout.SECTION_MARKS.given | {"times" if doubled else "losses"})
