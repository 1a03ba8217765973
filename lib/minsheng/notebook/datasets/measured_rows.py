"""Rows of what is computed: indicators, money, points and ranks, by the same functions as the notebooks'."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from minsheng.domain.area import CITY
from minsheng.domain.assessment import AssessmentForm, WordForm
from minsheng.domain.base import plain
from minsheng.domain.figure import CellRef, Compared, FundUse, Measurement
from minsheng.domain.light import Tone
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.result import RankingFigures, ScoringFigures
from minsheng.domain.score_rows import ItemScore
from minsheng.intake.forms.form_store import read_accepted_form
from minsheng.measure.before.year_before import YearBefore
from minsheng.measure.county_score import scoring_figures
from minsheng.measure.fields import Returns
from minsheng.measure.money import TOTAL
from minsheng.measure.project import ProjectSubject, scored_figures, table_figures
from minsheng.measure.ranks import ranking_figures
from minsheng.notebook.datasets.kept_tables import Text
from minsheng.notebook.datasets.reported_rows import WHEN, WHERE, when
from minsheng.notebook.datasets.typed_frames import ColumnKind, FrameColumn
from minsheng.notebook.inputs import Inputs, read_words
from minsheng.report.before.comparisons import of as comparison
from minsheng.report.lights import STATUS_WORDS
from minsheng.report.score import STATES
from minsheng.workspace import Workspace

INDICATORS = (
    *WHEN,
    *(FrameColumn(name) for name in ("地区", "项目", "指标")),
    FrameColumn("完成数", ColumnKind.NUMBER),
    FrameColumn("目标", ColumnKind.NUMBER),
    FrameColumn("单位"),
    FrameColumn("目标说明"),
    *(FrameColumn(name, ColumnKind.NUMBER) for name in ("完成率（比值）", "序时进度（比值）", "分子", "分母")),
    *(FrameColumn(name) for name in ("状态", "亮灯", "灯色")),
    FrameColumn("完成日期", ColumnKind.DAY),
    FrameColumn("缺报地区", ColumnKind.WORDS),
    *(
        column
        for then, rate in (("上月", "环比"), ("上年同期", "同比"))
        for column in (
            FrameColumn(then),
            FrameColumn(f"{then}数", ColumnKind.NUMBER),
            FrameColumn(f"{rate}增减", ColumnKind.NUMBER),
            FrameColumn(f"{rate}（比值）", ColumnKind.NUMBER),
            FrameColumn(f"{rate}说明", ColumnKind.WORDS),
        )
    ),
    FrameColumn("算式", ColumnKind.WORDS),
    FrameColumn("指标编号"),
    *WHERE,
)

FUNDS = (
    *WHEN,
    *(FrameColumn(name) for name in ("地区", "项目", "来源")),
    *(FrameColumn(f"{name}（元）", ColumnKind.NUMBER) for name in ("计划", "下达", "到位", "拨付")),
    FrameColumn("执行率（比值）", ColumnKind.NUMBER),
    FrameColumn("合计行", ColumnKind.FLAG),
    FrameColumn("缺报", ColumnKind.WORDS),
    *WHERE,
)

SCORES = (
    *WHEN,
    *(FrameColumn(name) for name in ("地区", "项目", "评分组", "小项")),
    FrameColumn("得分（分）", ColumnKind.NUMBER),
    FrameColumn("满分（分）", ColumnKind.NUMBER),
    FrameColumn("状态"),
    *(FrameColumn(name, ColumnKind.WORDS) for name in ("规则", "算式", "说明")),
    FrameColumn("小项编号"),
    *WHERE,
)

RANKING = (
    *WHEN,
    FrameColumn("名次", ColumnKind.COUNT),
    FrameColumn("地区"),
    FrameColumn("总分（分）", ColumnKind.NUMBER),
    FrameColumn("已计满分（分）", ColumnKind.NUMBER),
    FrameColumn("未报送失分（分）", ColumnKind.NUMBER),
    FrameColumn("暂定", ColumnKind.FLAG),
    FrameColumn("等次"),
    FrameColumn("折算（分）", ColumnKind.NUMBER),
    FrameColumn("算式", ColumnKind.WORDS),
    *WHERE,
)

_BETWEEN = "；"

_COLOURS = {Tone.GREEN: "绿", Tone.YELLOW: "黄", Tone.RED: "红", Tone.GREY: "灰"}


@dataclass(frozen=True)
class MeasuredPeriod:
    """The figures of one period, measured anew from the accepted returns as a notebook that is run by hand does.

    Each table is made of what it holds alone: the year's course, areas side by side and whatever else a page shows
    take six times as long.
    """

    plan: Plan
    workspace: Workspace
    period: Period
    returns: Returns
    before: YearBefore | None = None

    def subjects(self, area_id: str) -> Iterator[ProjectSubject]:
        """Yield the projects of an area or of 全市, in the plan's order."""
        for project in self.plan.projects_at(self.period):
            if area_id == CITY or project.id in self.plan.area(area_id).projects:
                yield ProjectSubject.of(self.plan, project.id, area_id, self.period, self.returns)

    @property
    def everything(self) -> Iterator[ProjectSubject]:
        """Every project of 全市, then of each area."""
        for area_id in (CITY, *(area.id for area in self.plan.areas if area.is_there(self.period))):
            yield from self.subjects(area_id)

    @cached_property
    def words(self) -> Mapping[str, tuple[WordForm, ...]]:
        """What assessors said of the month, by project."""
        inputs = Inputs(self.workspace, self.plan, self.period)
        return {each.id: read_words(inputs, each.id) for each in self.plan.projects}

    @cached_property
    def forms(self) -> Mapping[str, AssessmentForm | None]:
        """The assessors' forms, by area that is assessed."""
        assessed = self.plan.assessed_at(self.period)
        return {area.id: read_accepted_form(self.workspace.data, self.period, area.id) for area in assessed}

    @cached_property
    def scores(self) -> Mapping[str, ScoringFigures]:
        """The points of each area that is assessed."""
        return {
            area: scoring_figures(
                self.plan,
                area,
                self.period,
                [scored_figures(of, self.words[of.project.id]) for of in self.subjects(area)],
                form,
            )
            for area, form in self.forms.items()
        }

    @cached_property
    def ranking(self) -> RankingFigures | None:
        """Their ranks; ``None`` where nobody is assessed."""
        return ranking_figures(self.plan, self.period, list(self.scores.values())) if self.scores else None


def indicators_rows(all_of: MeasuredPeriod) -> Iterator[Sequence[Text]]:
    """Yield a row per indicator of each area that has a target or a figure."""
    for of in all_of.everything:
        figures = table_figures(of, all_of.words[of.project.id], all_of.before)
        for row in figures.measurements:
            if row.has_duty or row.actual is not None:
                yield _indicator(all_of, of, row, figures.compared)


def _indicator(
    all_of: MeasuredPeriod, of: ProjectSubject, row: Measurement, compared: Sequence[Compared]
) -> Sequence[Text]:
    plan = all_of.plan
    target = row.target_text
    if row.target_lower is not None and row.target_upper is not None:
        target = target or f"{plain(row.target_lower)}至{plain(row.target_upper)}"
    ratios = (row.completion, row.schedule_progress, row.numerator, row.denominator)
    return (
        *when(all_of.period), plan.area_name(of.area), of.project.short_name, row.brief,
        _text(row.actual), _text(row.target), row.unit, target or None, *map(_text, ratios),
        STATUS_WORDS[row.status], row.light.word, _COLOURS[row.light.tone],
        row.milestone_date.isoformat() if row.milestone_date else None,
        "、".join(row.missing_areas), *_beside(compared, "month", row), *_beside(compared, "year", row),
        row.formula, row.indicator, *_places(plan, row.cells),
    )  # fmt: skip


def _beside(compared: Sequence[Compared], kind: Literal["month", "year"], row: Measurement) -> tuple[Text, ...]:
    """Return period, figure, change, rate of an indicator's comparison, and why it is none."""
    found = comparison(compared, kind, row.indicator)
    if found is None:
        return None, None, None, None, ""
    why = found.because or ("基数为零" if found.state == "zero_base" else "")
    return str(found.period), _text(found.base), _text(found.change), _text(found.rate), why


def funds_rows(all_of: MeasuredPeriod) -> Iterator[Sequence[Text]]:
    """Yield a row per source of each area's projects, and their total."""
    for of in all_of.everything:
        uses = of.funds
        for use in uses:
            yield _fund(all_of, of, use, uses)


def _fund(all_of: MeasuredPeriod, of: ProjectSubject, use: FundUse, uses: Iterable[FundUse]) -> Sequence[Text]:
    plan = all_of.plan
    # A total carries no cells of its own: they are those of what it adds up.
    is_total = use.source == TOTAL
    cells = tuple(cell for each in uses for cell in each.cells) if is_total else use.cells
    amounts = (use.planned, use.allocated, use.received, use.disbursed, use.execution)
    return (
        *when(all_of.period), plan.area_name(of.area), of.project.short_name, use.label, *map(_text, amounts),
        "1" if is_total else "0", "、".join(use.absent), *_places(plan, cells),
    )  # fmt: skip


def scores_rows(all_of: MeasuredPeriod) -> Iterator[Sequence[Text]]:
    """Yield a row per item of each assessed area."""
    plan = all_of.plan
    names = {group.id: group.name for group in plan.county_rubric.groups}
    projects = _projects_of_items(plan)
    for area, figures in all_of.scores.items():
        for item in figures.items:
            yield (
                *when(all_of.period), plan.area_name(area), projects.get(item.item), names[item.group], item.name,
                _text(item.points), _text(item.full_marks), STATES[item.state], item.rule, item.formula, item.because,
                item.item, *_item_places(all_of, area, item),
            )  # fmt: skip


def _item_places(all_of: MeasuredPeriod, area: str, item: ItemScore) -> tuple[Text, Text, Text]:
    form = all_of.forms.get(area)
    mark = form.marks.get(item.item) if form else None
    if form is not None and mark is not None and not item.cells:
        sheet, _, cell = mark.cell.rpartition("!")
        return form.file, sheet or None, cell or None
    return _places(all_of.plan, item.cells)


def _projects_of_items(plan: Plan) -> dict[str, str]:
    """Return the projects that an item's points come from, by item; items of assessors have none."""
    found = {}
    for item in plan.county_rubric.items:
        named = [getattr(each, "indicator", each) for each in getattr(item.rule, "indicators", ())]
        of = {plan.indicator(each).project for each in named}
        if of:
            found[item.id] = "、".join(project.short_name for project in plan.projects if project.id in of)
    return found


def ranking_rows(all_of: MeasuredPeriod) -> Iterator[Sequence[Text]]:
    """Yield a row per assessed area, the first first."""
    if all_of.ranking is None:
        return
    for row in all_of.ranking.rows:
        figures = all_of.scores[row.area]
        cells = tuple(cell for item in figures.items for cell in item.cells)
        yield (
            *when(all_of.period), None if row.rank is None else str(row.rank), row.name,
            *map(_text, (row.total, row.full_marks, row.unreported_marks)), "1" if figures.provisional else "0",
            row.grade, _text(row.converted), figures.total_formula, *_places(all_of.plan, cells),
        )  # fmt: skip


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)


def _places(plan: Plan, cells: Sequence[CellRef]) -> tuple[Text, Text, Text]:
    """Return files, sheets and cells: a cell says its sheet where there are several, and its area where files are."""
    if not cells:
        return None, None, None
    files = dict.fromkeys(cell.file for cell in cells)
    sheets = dict.fromkeys(cell.sheet for cell in cells)
    if len(files) > 1:
        places = [f"{plan.owner_name(cell.area)} {cell.place}" for cell in cells]
    else:
        places = [cell.place if len(sheets) > 1 else cell.cell for cell in cells]
    return _BETWEEN.join(files), _BETWEEN.join(sheets), _BETWEEN.join(dict.fromkeys(places))
