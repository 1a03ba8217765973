"""Charts of an assessment: points against full marks, counties by rank."""

from decimal import Decimal

from minsheng.domain.result import BulletinFigures, Dossier, RankingFigures, ScoringFigures
from minsheng.report import drawing
from minsheng.report.drawing import Sheet
from minsheng.report.kinds import figures_of
from minsheng.report.markup import Piece, note
from minsheng.report.numbers import fixed, trimmed
from minsheng.report.ranking import ranked, ranked_name
from minsheng.report.scoring import STATES, decimals_of


def score_chart(dossier: Dossier) -> Piece:
    """Return each item's points within its full marks; what is not scored stays hollow."""
    figures = figures_of(dossier, ScoringFigures)
    if not figures.items:
        return Piece(note("没有考评项目，不绘得分图。"))
    label, start, stop, row, size = 62.0, 64.0, 122.0, 5.0, 8.0
    sheet = Sheet(drawing.PAGE_WIDTH, row * len(figures.items) + 1)
    unit = (stop - start) / float(max(item.full_marks for item in figures.items))
    told = []
    for number, item in enumerate(figures.items):
        middle = row * number + row / 2
        sheet.text(0, middle, drawing.fitted(item.name, size, label, lines=1)[0], size=size)
        full = unit * float(item.full_marks)
        sheet.bar(start, middle - 1.4, full, 2.8, fill="none", edge=drawing.SECOND)
        if item.points:
            sheet.bar(start, middle - 1.4, unit * float(item.points), 2.8)
        got = STATES[item.state] if item.points is None else trimmed(item.points)
        sheet.text(start + full + 1.5, middle, f"{got}/{trimmed(item.full_marks)}", size=size)
        told.append(f"{item.name}{got}（满分{trimmed(item.full_marks)}）")
    alt = f"{figures.area_name}各项得分：{'；'.join(told)}。"
    return Piece(
        sheet.figure(alt, "各项得分与满分（分）。空框为满分，实条为得分；未评的只有空框。来源：本页评分明细。")
    )


def ranking_chart(dossier: Dossier) -> Piece:
    """Return the totals by rank."""
    figures = figures_of(dossier, RankingFigures, BulletinFigures)
    rows = ranked(figures)
    if not rows:
        return Piece(note("没有考评结果，不绘排名图。"))
    start, stop, height, size = 42.0, 118.0, 6.2, 9.0
    sheet = Sheet(drawing.PAGE_WIDTH, height * len(rows) + 1)
    largest = max(*(row.full_marks for row in rows), *(row.total for row in rows), Decimal(1))
    unit = (stop - start) / float(largest)
    places = decimals_of([row.total for row in rows])
    for number, row in enumerate(rows):
        middle = height * number + height / 2
        sheet.text(4, middle, str(row.rank) if row.rank is not None else "—", size=size, anchor="right")
        sheet.text(7, middle, drawing.fitted(ranked_name(row), size, start - 8, lines=1)[0], size=size)
        sheet.bar(start, middle - 1.9, unit * float(row.full_marks), 3.8, fill=drawing.TINT, edge=drawing.RULE)
        if row.total > 0:
            sheet.bar(start, middle - 1.9, unit * float(row.total), 3.8)
        sheet.text(stop + 2, middle, f"{fixed(row.total, places)}分", size=size)
    told = [(f"第{row.rank}名" if row.rank else "") + f"{ranked_name(row)}{trimmed(row.total)}分" for row in rows]
    word = "暂定" if figures.provisional else ""
    return Piece(
        sheet.figure(
            f"{word}考评得分：{'；'.join(told)}。", f"{word}得分（分），浅色为已评项目满分。来源：各地区评分报告。"
        )
    )
