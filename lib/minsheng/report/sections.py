"""科室考评: reverse deductions (倒扣分), item by item."""

from minsheng.domain.result import Dossier, SectionItemScore, SectionScoringFigures
from minsheng.report.kinds import figures_of
from minsheng.report.markup import Content, Element, Piece, note, paragraph, part
from minsheng.report.numbers import trimmed
from minsheng.report.scoring import DEFAULT_MARK
from minsheng.report.tables import Column, table

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
        Column("考评内容", kind="long"),
        Column("状态", kind="text"),
        Column("扣分", "分"),
        Column("事由和计算", kind="long"),
        Column("依据条款", kind="text"),
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
