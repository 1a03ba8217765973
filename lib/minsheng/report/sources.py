"""From a figure to where it came from: formula with its numbers, file, sheet and cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minsheng.domain.area import CITY
from minsheng.domain.figure import CellRef, Measurement
from minsheng.domain.result import (
    BulletinFigures,
    Dossier,
    InputFile,
    MonthlyReportFigures,
    ProjectFigures,
    RankingFigures,
    ResultTableFigures,
    ScoringFigures,
    SectionScoringFigures,
)
from minsheng.render.html.markup import Content, Element, Piece, code, note, paragraph, part

_SHOWN_DIGITS = 16

_CIRCLED_ONE = ord("①")

_CIRCLED = 20


def reference(number: int, *names: str) -> Element:
    """Return the small number beside a row's name that leads to the row's formula in :func:`sources`."""
    # Circled and beside the name, so that a figure that somebody copies never ends in it.
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


def _files(dossier: Dossier) -> dict[str, InputFile]:
    return {file.file: file for file in (*dossier.provenance.inputs, *dossier.sources)}


def _inputs(dossier: Dossier) -> list[Element]:
    files = _files(dossier)
    if not files:
        return [paragraph("没有报送文件进入本页。")]
    lines = [
        Element(
            "li",
            [_mark(number), Element("code", file.file, class_="file"), " ", code(file.sha256[:_SHOWN_DIGITS])],
            id=anchor("file", str(number)),
        )
        for number, file in enumerate(files.values(), start=1)
    ]
    plan = dossier.provenance.plan_sha256
    remark = note(
        "文件名后为校验码（前16位），按文件原样计算，文件改动一字即不同。下文以序号指文件。方案参数校验码：",
        code(plan[:_SHOWN_DIGITS]),
        "。",
    )
    return [Element("h3", "报送文件"), Element("ol", lines, class_="files"), remark]


def _mark(number: int) -> str:
    return f"〔{number}〕"


@dataclass(frozen=True)
class _Tracer:
    """Writes formulas with the cells that they come from; files go by their number in the list of inputs.

    A figure from one file links to that file; a city figure names dozens, which links would only make harder to read.
    """

    marks: Mapping[str, str]

    def measurements(self, measurements: Sequence[Measurement], area: str, name: str) -> list[Element]:
        """Return a line for each indicator; a city figure's cells are its areas' cells, listed under each area."""
        return [
            self.formula(
                f"{name}{m.brief}：{m.formula or f'无数据（{m.light.word}）'}",
                () if area == CITY else m.cells,
                area,
                m.indicator,
            )
            for m in measurements
        ]

    def formula(self, text: str, cells: Sequence[CellRef], *names: str) -> Element:
        """Return a formula and its cells as an item of a list."""
        return Element("li", text, self._cells(cells), id=anchor(*names))

    def _cells(self, cells: Sequence[CellRef]) -> list[Content]:
        """List cells by file; where several files hold the same cell, by cell."""
        if not cells:
            return []
        if len({cell.file for cell in cells}) == 1:
            places = "、".join(f"{cell.place}={cell.value}" for cell in cells)
            return ["　取自", Element("code", self._file_link(cells[0]), places)]
        grouped: dict[str, list[str]] = {}
        for cell in cells:
            grouped.setdefault(f"{cell.place}：", []).append(f"{self._file(cell)}{cell.value}")
        return ["　取自", code("；".join(f"{place}{'、'.join(values)}" for place, values in grouped.items()))]

    def _file_link(self, cell: CellRef) -> Content:
        mark = self.marks.get(cell.file)
        if mark is None:
            return self._file(cell)
        return Element("a", mark, href=f"#{anchor('file', mark[1:-1])}")

    def _file(self, cell: CellRef) -> str:
        return self.marks.get(cell.file, f"{cell.file} ")


def _traces(dossier: Dossier) -> list[Element]:
    tracer = _Tracer({name: _mark(number) for number, name in enumerate(_files(dossier), start=1)})
    match dossier.figures:
        case ProjectFigures() as figures:
            return _project_traces(figures, tracer)
        case ScoringFigures() as figures:
            items = [
                tracer.formula(f"{item.name}：{item.formula}", item.cells, "item", item.item)
                for item in figures.items
                if item.formula
            ]
            return [_details("各项得分的计算依据", items)]
        case MonthlyReportFigures() | BulletinFigures() as figures:
            shown = [summary.measurements for summary in figures.projects]
            lines = [line for each in shown for line in tracer.measurements(each, CITY, figures.whole)]
            where = f"各地区数字的公式和取数单元格列在该项目的{figures.whole}报告和地区报告文末。"
            return [_details(f"{figures.whole}数字的计算依据", lines), note(where)]
        case RankingFigures() | ResultTableFigures():
            return [note("各地区得分的逐项计算依据见该地区的评分报告。")]
        case SectionScoringFigures():
            return [note("扣分的计算依据列在扣分表内。")]


def _project_traces(figures: ProjectFigures, tracer: _Tracer) -> list[Element]:
    own = tracer.measurements(figures.measurements, figures.area, figures.area_name)
    briefs = {m.indicator: m.brief for m in figures.measurements}
    own += [
        tracer.formula(
            f"{figures.area_name}{briefs[each.indicator]}，{each.period.label}：{each.formula}",
            each.cells, each.to, each.indicator,
        )
        for each in figures.compared
        if each.base is not None
    ]  # fmt: skip
    own += [tracer.formula(value.label, value.cells, "key", value.id) for value in figures.key_values if value.cells]
    own += [tracer.formula(use.label, use.cells, "fund", use.source) for use in figures.funds if use.cells]
    groups = [_details(f"{figures.area_name}的计算依据", own)]
    groups += [
        _details(f"{row.name}的计算依据", tracer.measurements(row.measurements, row.area, row.name), "area", row.area)
        for row in figures.areas
    ]
    return groups


def _details(title: str, lines: list[Element], *names: str) -> Element:
    content = Element("ol", lines, class_="formulas") if lines else paragraph("没有可列的计算依据。")
    # Open, because older browsers do not open it when a reference inside is followed.
    place = anchor(*names) if names else None
    return Element("details", Element("summary", title), content, class_="trace", id=place, open="")
