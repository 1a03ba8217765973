"""Scenarios side by side: every area's points and rank in each, how they moved, and which items moved them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from minsheng.domain.area import CITY
from minsheng.domain.result import RankingFigures, ScoringFigures
from minsheng.domain.score_rows import RankRow
from minsheng.errors import UsageError
from minsheng.notebook.inputs import Inputs
from minsheng.notebook.opening import scores_and_ranking
from minsheng.notebook.readable_errors import show_errors_as_help
from minsheng.notebook.what_if.changed_inputs import EVERY, Case, InputChange
from minsheng.render.html.markup import Content, Element, Piece, note, part
from minsheng.render.html.numbers import trimmed
from minsheng.render.html.tables import TableColumn, table

NOW = "现行"

COLUMNS = ("情景", "地区", "原得分（分）", "现得分（分）", "变化（分）", "原名次", "现名次")


@dataclass(frozen=True)
class ScenarioOutcome:
    """The points of every assessed area and their ranking, in one scenario; ``told`` are its changes in words."""

    name: str
    told: tuple[str, ...]
    scores: Mapping[str, ScoringFigures]
    ranking: RankingFigures

    @property
    def rows(self) -> dict[str, RankRow]:
        """The ranking's rows by area."""
        return {row.area: row for row in self.ranking.rows}


@dataclass(frozen=True)
class ScenarioComparison:
    """What scenarios come to, beside what stands: shown as a page, or as a frame."""

    inputs: Inputs
    now: ScenarioOutcome
    scenarios: tuple[ScenarioOutcome, ...]
    area: str = EVERY

    def _repr_html_(self) -> str:
        return self.page()._repr_html_()

    def __repr__(self) -> str:
        return repr(self.page())

    def page(self) -> Piece:
        """Return the page: what is assumed, points and ranks side by side, and the items that moved them."""
        assumed = [f"{each.name}：{'；'.join(each.told) or '没有改动'}" for each in self.scenarios]
        moved = self._items()
        about = f"{self.inputs.period.label}。只在此显示，不改动方案、报表和正式报告。"
        return part("如果……", note(about), _listed(assumed), self._totals(), moved or note("没有小项的得分变化。"))

    def frame(self) -> Any:
        """Return the same as a tidy pandas frame: a line for each area and scenario."""
        import pandas as pd

        before = self.now.rows
        lines = [
            (each.name, row.name, old.total, row.total, row.total - old.total, old.rank, row.rank)
            for each in self.scenarios
            for row in each.ranking.rows
            if (old := before[row.area]) and row.area in self._shown
        ]
        return pd.DataFrame(lines, columns=list(COLUMNS))

    @property
    def _shown(self) -> set[str]:
        return set(self.now.rows) if self.area == EVERY else {self.inputs.plan.area(self.area).id}

    def _totals(self) -> Element:
        columns = [TableColumn("地区", kind="row"), TableColumn("得分", "分"), TableColumn("名次")]
        for _each in self.scenarios:
            columns += [TableColumn("得分", "分"), TableColumn("变化", "分"), TableColumn("名次", kind="text")]
        found = [each.rows for each in self.scenarios]
        rows: list[list[Content]] = []
        for old in self.now.ranking.rows:
            if old.area in self._shown:
                cells: list[Content] = [old.name, trimmed(old.total), str(old.rank or "—")]
                for new in (each[old.area] for each in found):
                    cells += [trimmed(new.total), _signed(new.total - old.total), _rank(old.rank, new.rank)]
                rows.append(cells)
        groups = [(NOW, 2), *((each.name, 3) for each in self.scenarios)]
        return table("得分和名次", columns, rows, groups=groups)

    def _items(self) -> Element | None:
        rows: list[list[Content]] = [
            [
                each.name,
                figures.area_name,
                item.name,
                _points(then.points),
                _points(item.points),
                item.formula or item.because,
            ]
            for each in self.scenarios
            for area, figures in each.scores.items()
            if area in self._shown
            for then, item in zip(self.now.scores[area].items, figures.items, strict=True)
            if (then.points, then.full_marks) != (item.points, item.full_marks)
        ]
        columns = [
            TableColumn("情景", kind="row"),
            TableColumn("地区", kind="text"),
            TableColumn("小项", kind="text"),
            TableColumn("原得分", "分"),
            TableColumn("现得分", "分"),
            TableColumn("现在的算式", kind="long"),
        ]
        return table("得分或分值有变化的小项", columns, rows) if rows else None


def compare(period: str, scenarios: Mapping[str, Sequence[InputChange]], area: str = EVERY) -> ScenarioComparison:
    """Compare scenarios with what stands, and with each other.

    Parameters
    ----------
    period
        A month, half-year or year whose returns were checked.
    scenarios
        Name → what is another in it.
    area
        Id or name, to show one area alone; all are scored and ranked.

    Raises
    ------
    UsageError
        If a change names nothing, or does not fit: with the scenario, and what can be named.
    """
    show_errors_as_help()
    inputs = Inputs.for_period(period)
    whole = area != EVERY and inputs.plan.area_id(area) == CITY
    return comparison(inputs, scenarios, EVERY if whole else area)


def comparison(inputs: Inputs, scenarios: Mapping[str, Sequence[InputChange]], area: str = EVERY) -> ScenarioComparison:
    """Compare with inputs that are at hand."""
    if area != EVERY and inputs.plan.area(area).id not in {each.id for each in inputs.plan.assessed_at(inputs.period)}:
        raise UsageError(f"{inputs.plan.area(area).name}不是考评对象")
    held = inputs.returns(tuple(each.id for each in inputs.plan.areas))
    before = replace(inputs, held=held)
    found = [_outcome(before, name, changes) for name, changes in scenarios.items()]
    return ScenarioComparison(inputs, _outcome(before, NOW, ()), tuple(found), area)


def _outcome(inputs: Inputs, name: str, changes: Sequence[InputChange]) -> ScenarioOutcome:
    case, told = Case(inputs.plan, inputs.held or {}, inputs.period), []
    for change in changes:
        try:
            case, words = change.apply(case)
        except UsageError as fault:
            raise UsageError(f"情景“{name}”：{fault}") from fault
        told.append(words)
    scores, ranking = scores_and_ranking(replace(inputs, plan=case.plan, held=case.returns))
    return ScenarioOutcome(name, tuple(told), {each.area: each for each in scores}, ranking)


def _listed(lines: Sequence[str]) -> Element:
    return Element("ul", [Element("li", line) for line in lines]) if lines else note("还没有情景。")


def _signed(difference: Decimal) -> str:
    return f"+{trimmed(difference)}" if difference > 0 else trimmed(difference)


def _rank(old: int | None, new: int | None) -> str:
    if new is None or old is None or new == old:
        return str(new or "—")
    return f"{new}（{'升' if new < old else '降'} {abs(new - old)}）"


def _points(points: Decimal | None) -> str:
    return "不计" if points is None else trimmed(points)
