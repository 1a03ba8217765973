"""From a figure to where it came from: formula with its numbers, file, sheet and cell."""

from collections.abc import Sequence

from minsheng.domain.area import CITY
from minsheng.domain.result import (
    BulletinFigures,
    CellRef,
    Dossier,
    InputFile,
    Measurement,
    MonthlyReportFigures,
    ProjectFigures,
    RankingFigures,
    ScoringFigures,
    SectionScoringFigures,
)
from minsheng.report.markup import Content, Element, Piece, code, joined, note, paragraph, part
from minsheng.report.tables import Column, table

_SHOWN_DIGITS = 16
_CIRCLED_ONE = ord("①")
_CIRCLED = 20


def reference(number: int, *names: str) -> Element:
    """Return the small number beside a row's name that leads to the row's formula in :func:`sources`.

    It is a circled one and stands beside the name, so that a figure that somebody copies never ends in it.
    """
    shown = chr(_CIRCLED_ONE + number - 1) if number <= _CIRCLED else f"〔{number}〕"
    link = Element("a", shown, href=f"#{anchor(*names)}", aria_label=f"计算依据{number}")
    return Element("sup", link, class_="ref")


def anchor(*names: str) -> str:
    """Return the place of a formula on the page."""
    return "-".join(("trace", *names))


def sources(dossier: Dossier) -> Piece:
    """Return where everything on the page came from: input files, formulas, cells."""
    return part("数据来源与计算依据", _inputs(dossier), _traces(dossier))


def assumptions(dossier: Dossier) -> Piece:
    """Return the defaults of ours that the page's figures depend on."""
    used = dossier.figures.assumptions
    if not used:
        return part("采用的默认规定", note("本页数字均按方案原文计算，没有用到默认规定。"))
    lead = paragraph("下列事项方案没有明确，本页按默认规定处理；方案补充规定后可以调整。")
    return part("采用的默认规定", lead, [paragraph(item.text, class_="assumption") for item in used])


def _inputs(dossier: Dossier) -> list[Element]:
    files: dict[str, InputFile] = {file.file: file for file in (*dossier.provenance.inputs, *dossier.sources)}
    if not files:
        return [paragraph("没有报送文件进入本页。")]
    rows = [(code(file.file), code(file.sha256[:_SHOWN_DIGITS])) for file in files.values()]
    columns = [Column("文件", kind="row"), Column("校验码（前16位）", kind="text")]
    plan = dossier.provenance.plan_sha256
    remark = note("方案参数校验码：", code(plan[:_SHOWN_DIGITS]), "。校验码按文件原样计算，文件改动一字即不同。")
    return [table("报送文件", columns, rows), remark]


def _traces(dossier: Dossier) -> list[Element]:
    match dossier.figures:
        case ProjectFigures() as figures:
            return _project_traces(figures)
        case ScoringFigures() as figures:
            items = [
                _formula(f"{item.name}：{item.formula}", item.cells, "item", item.item)
                for item in figures.items
                if item.formula
            ]
            return [_details("各项得分的计算依据", items)]
        case MonthlyReportFigures() | BulletinFigures() as figures:
            lines = [line for summary in figures.projects for line in _measurements(summary.measurements, CITY, "全市")]
            where = "各地区数字的公式和取数单元格列在该项目的全市报告和地区报告文末。"
            return [_details("全市数字的计算依据", lines), note(where)]
        case RankingFigures():
            return [note("各地区得分的逐项计算依据见该地区的评分报告。")]
        case SectionScoringFigures():
            return [note("扣分的计算依据列在扣分表内。")]


def _project_traces(figures: ProjectFigures) -> list[Element]:
    own = _measurements(figures.measurements, figures.area, figures.area_name)
    own += [_formula(f"{value.label}", value.cells, "key", value.id) for value in figures.key_values if value.cells]
    own += [_formula(f"{use.label}", use.cells, "fund", use.source) for use in figures.funds if use.cells]
    groups = [_details(f"{figures.area_name}的计算依据", own)]
    groups += [
        _details(f"{row.name}的计算依据", _measurements(row.measurements, row.area, row.name), "area", row.area)
        for row in figures.areas
    ]
    return groups


def _measurements(measurements: Sequence[Measurement], area: str, name: str) -> list[Element]:
    lines = []
    for measurement in measurements:
        formula = measurement.formula or f"无数据（{measurement.light.word}）"
        # A city figure's cells are its areas' cells, which stand under each area.
        cells = () if area == CITY else measurement.cells
        lines.append(_formula(f"{name}{measurement.label}：{formula}", cells, area, measurement.indicator))
    return lines


def _formula(text: str, cells: Sequence[CellRef], *names: str) -> Element:
    return Element("li", text, _cells(cells), id=anchor(*names))


def _cells(cells: Sequence[CellRef]) -> list[Content]:
    """List cells by file: one address after the other, so that a figure of many cells stays readable."""
    by_file: dict[str, list[str]] = {}
    for cell in cells:
        by_file.setdefault(cell.file, []).append(f"{cell.sheet}!{cell.cell}={cell.value}")
    listed: list[Content] = [[code(file), " ", code("；".join(addresses))] for file, addresses in by_file.items()]
    return ["　取自", joined(listed, "；")] if listed else []


def _details(title: str, lines: list[Element], *names: str) -> Element:
    content = Element("ol", lines, class_="formulas") if lines else paragraph("没有可列的计算依据。")
    # Open, because older browsers do not open it when a reference inside is followed.
    place = anchor(*names) if names else None
    return Element("details", Element("summary", title), content, class_="trace", id=place, open="")
