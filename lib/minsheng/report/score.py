"""县区考评 and 科室考评 (倒扣分): the points item by item, with rule, figures, evidence and clause."""

from collections.abc import Sequence
from decimal import Decimal

from minsheng.domain.result import Dossier, ScoringFigures, SectionScoringFigures
from minsheng.domain.score_rows import ItemScore, PartScore, SectionItemScore
from minsheng.render.html.markup import Content, Element, Piece, callout, note, paragraph, part
from minsheng.render.html.numbers import fixed, trimmed
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import figures_of
from minsheng.report.sources import reference

STATES = {
    "scored": "已评",
    "not_assessed": "未评",
    "not_due": "未到期",
    "not_reported": "未报送",
    "excluded": "不计分",
}

DEFAULT_MARK = "※"
"""Beside what rests on a default of ours."""


def score_summary(dossier: Dossier) -> Piece:
    """Return the total in a sentence, and what it leaves out."""
    figures = figures_of(dossier, ScoringFigures)
    return Piece(paragraph(score_sentence(figures), class_="summary"), _vetoed(figures))


def score_table(dossier: Dossier) -> Piece:
    """Return the items with points, full marks, rule, formula, evidence and clause."""
    figures = figures_of(dossier, ScoringFigures)
    columns = [
        TableColumn("考评项目", kind="row"),
        TableColumn("满分", "分"),
        TableColumn("得分", "分"),
        TableColumn("评分规则和计算", kind="long"),
        TableColumn("印证资料", kind="long"),
    ]
    places = decimals_of([item.points for item in figures.items])
    first: dict[str, str] = {}
    for item in figures.items:
        first.setdefault(item.rule, item.item)
    rows: list[list[Content]] = []
    for number, item in enumerate(figures.items, start=1):
        if item.branch and (number == 1 or figures.items[number - 2].branch != item.branch):
            rows.append(_branch_row([each for each in figures.items if each.branch == item.branch], places))
        rows.append(_item_row(item, number, places, _rule(item, figures.items, first[item.rule])))
    rows += [
        [each.name, trimmed(each.full_marks), _part_points(each, places), each.formula, ""] for each in figures.parts
    ]
    rows.append(
        [
            "综合得分合计" if figures.parts else "已评项目合计",
            trimmed(figures.scored_full_marks),
            fixed(figures.scored_points, places),
            "未评、未到期的项目不计入合计，不作估计。" if figures.provisional else "",
            "",
        ]
    )
    remarks = []
    if any(item.state == "not_assessed" for item in figures.items):
        remarks.append("“未评”的项目考评人尚未评定。")
    if any(item.uses_default for item in figures.items):
        remarks.append(f"{DEFAULT_MARK}方案没有明确、按默认规定计算的项目，见文末“采用的默认规定”。")
    return part(
        "评分明细",
        table(
            f"{figures.area_name}{figures.period.label}评分明细",
            columns,
            rows,
            totals=1 + len(figures.parts),
            style="issues",
        ),
        note("".join(remarks)) if remarks else None,
    )


def _part_points(each: PartScore, places: int) -> str | None:
    return None if each.points is None else fixed(each.points, places)


def deductions_table(dossier: Dossier) -> Piece:
    """Return the points taken for events, the bonus and the veto."""
    figures = figures_of(dossier, ScoringFigures)
    bonus = "加分：方案规定按综合绩效考核办法统一执行，本期没有加分。"
    if figures.bonus:
        bonus = f"加分{trimmed(figures.bonus)}分。"
    if not figures.deductions:
        # Events stand in assessors' forms, a half-year's too: before a year's form is there, nothing is known of them.
        waits = any(item.state == "not_assessed" for item in figures.items)
        said = "扣分事项由考评表登记；尚有小项未评，本页没有计入扣分。" if waits else "没有登记扣分事项。"
        return part("扣分和加分", paragraph(f"{said}{bonus}"), _vetoed(figures))
    columns = [
        TableColumn("扣分事项", kind="row"),
        TableColumn("扣分", "分"),
        TableColumn("事由", kind="long"),
        TableColumn("计算", kind="long"),
        TableColumn("依据条款", kind="text"),
    ]
    rows: list[list[Content]] = [
        [
            entry.name,
            trimmed(entry.points),
            _lines(entry.events) or None,
            [entry.formula, Element("br") if entry.because else None, entry.because or None],
            entry.clause,
        ]
        for entry in figures.deductions
    ]
    caption = f"{figures.area_name}{figures.period.label}扣分"
    return part("扣分和加分", table(caption, columns, rows, style="scores"), paragraph(bonus), _vetoed(figures))


def score_sentence(figures: ScoringFigures) -> str:
    """Return the total as a sentence: provisional or final, never one for the other."""
    who = f"{figures.area_name}{figures.period.label}考评"
    total, full, adjusted = trimmed(figures.total), trimmed(figures.scored_full_marks), _adjusted(figures)
    if not figures.provisional:
        graded = f"，等次为{figures.grade}" if figures.grade else ""
        converted = f"，折算得分{trimmed(figures.converted)}分" if figures.converted is not None else ""
        return f"{who}得分{total}分（满分{full}分{adjusted}）{graded}{converted}。"
    said = f"{who}暂定得分{total}分，已评项目满分{full}分{adjusted}。"
    left = [
        f"{word}{len(open_ones)}项共{trimmed(sum((item.full_marks for item in open_ones), Decimal(0)))}分"
        for state, word in STATES.items()
        if state not in {"scored", "not_reported"} and (open_ones := [i for i in figures.items if i.state == state])
    ]
    said += f"{'，'.join(left)}，未计入。" if left else ""
    absent = [item for item in figures.items if item.state == "not_reported" and item.points is not None]
    marks = trimmed(sum((item.full_marks for item in absent), Decimal(0)))
    return said + (f"未报送或未通过校验的{len(absent)}项共{marks}分暂计0分，补报后重新计算。" if absent else "")


def _adjusted(figures: ScoringFigures) -> str:
    """Say what lies between the items' sum and the total."""
    taken = figures.points_taken
    said = f"，通报等扣{trimmed(taken)}分" if taken else ""
    return said + (f"，加{trimmed(figures.bonus)}分" if figures.bonus else "")


def decimals_of(points: Sequence[Decimal | None]) -> int:
    """Return the decimals that show every figure of a column as it was sealed."""
    return max((len(trimmed(value).partition(".")[2]) for value in points if value is not None), default=0)


def _rule(item: ItemScore, items: Sequence[ItemScore], first: str) -> str:
    """Return an item's rule; one that an item before has too is named by that item."""
    said = item.rule if item.item == first else f"同“{next(each.name for each in items if each.item == first)}”"
    return f"规则：{said}{DEFAULT_MARK if item.uses_default else ''}"


def _branch_row(items: Sequence[ItemScore], places: int) -> list[Content]:
    """Return the line of an item whose parts are scored: what they add up to so far."""
    points = [item.points for item in items if item.points is not None]
    full = sum((item.full_marks for item in items if not item.extra), Decimal(0))
    got: Content = fixed(sum(points, Decimal(0)), places) if points else None
    return [f"{items[0].branch}（小计）", trimmed(full), got, "各小项之和，见以下各行", ""]


def _item_row(item: ItemScore, number: int, places: int, rule: str) -> list[Content]:
    points: Content = STATES[item.state]
    if item.points is not None:
        points = fixed(item.points, places)
    name: list[Content] = [item.name, reference(number, "item", item.item) if item.formula else None]
    told = [f"{item.text}（{item.clause}）", rule]
    told += [f"计算：{item.formula}"] if item.formula else []
    # Why nobody has assessed it yet is said once, below the table.
    told += [f"说明：{item.because}"] if item.because and item.state != "not_assessed" else []
    marks = f"另计，最多{trimmed(item.full_marks)}" if item.extra else trimmed(item.full_marks)
    return [name, marks, points, _lines(told), _evidence(item)]


def _evidence(item: ItemScore) -> Content:
    if item.evidence:
        return _lines(item.evidence)
    return f"未列出，应附：{item.evidence_required}" if item.evidence_required else "未列出"


def _lines(texts: Sequence[str]) -> list[Content]:
    lines: list[Content] = []
    for text in texts:
        lines += [Element("br"), text] if lines else [text]
    return lines


def _vetoed(figures: ScoringFigures) -> Element | None:
    if not figures.vetoed:
        return None
    return callout(f"一票否决：{'；'.join(figures.vetoed)}。总分按零分计。", kind="blocked")


_STATES = {
    "confirmed": "已确认扣分",
    "proposed": "待确认",
    "waived": "不予扣分",
    "none": "未发现问题",
    "not_assessed": "未评",
}


def section_table(dossier: Dossier) -> Piece:
    """Return each deduction with its state, events, formula and clause."""
    figures = figures_of(dossier, SectionScoringFigures)
    if not figures.items:
        return part("扣分明细", paragraph(f"{figures.section_name}没有考评项目。"))
    columns = [
        TableColumn("考评内容", kind="long"),
        TableColumn("状态", kind="text"),
        TableColumn("扣分", "分"),
        TableColumn("事由和计算", kind="long"),
        TableColumn("依据条款", kind="text"),
    ]
    rows: list[list[Content]] = [_row(item) for item in figures.items]
    rows.append(["已确认扣分合计", "", trimmed(figures.deducted), "", ""])
    remark = "“待确认”由系统按记录提出，经局绩效办公室确认后才扣分，不计入合计；“未评”不等于没有问题。"
    if any(item.uses_default for item in figures.items):
        remark += f"{DEFAULT_MARK}方案没有明确、按默认规定处理，见文末。"
    caption = f"{figures.section_name}{figures.period.label}扣分明细"
    return part("扣分明细", table(caption, columns, rows, totals=1, style="issues"), note(remark))


def section_sentence(figures: SectionScoringFigures) -> str:
    """Return the result in a sentence."""
    said = f"{figures.section_name}{figures.period.label}管理倒扣分"
    said += f"已确认{trimmed(figures.deducted)}分" if figures.deducted else "已确认为零"
    if figures.proposed:
        said += f"，另有{trimmed(figures.proposed)}分待确认"
    waiting = sum(item.state == "not_assessed" for item in figures.items)
    if waiting:
        said += f"，{waiting}项未评"
    if figures.positive is None:
        return f"{said}；目标实施的实绩考评计分尚未填报。"
    return f"{said}；目标实施实绩考评得{trimmed(figures.positive)}分。"


def _row(item: SectionItemScore) -> list[Content]:
    told: list[Content] = []
    because = item.because.removeprefix(f"{_STATES[item.state]}：")
    for line in (*item.events, item.formula, because):
        if line:
            told += [Element("br"), line] if told else [line]
    mark = DEFAULT_MARK if item.uses_default else ""
    points = None if item.points is None else trimmed(item.points)
    return [f"{item.text}{mark}", _STATES[item.state], points, told or None, item.clause]
