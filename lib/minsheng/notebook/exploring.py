"""Exploring by hand: pickers for period, area, project and indicator, and the charts and the page that follow them."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from minsheng.domain.area import CITY
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.errors import MachineUnfitError, MinshengError, UsageError
from minsheng.intake.returns.store import checked_months
from minsheng.notebook.datasets.holdings import Holdings
from minsheng.notebook.opening import open_dossier
from minsheng.notebook.pickers import newest_with_data
from minsheng.notebook.readable_errors import show_errors_as_help
from minsheng.notebook.report_links import not_made, report_address
from minsheng.notebook.what_if.asking import offer
from minsheng.render.html.markup import Content, Element, Piece, callout, note
from minsheng.workspace import Workspace

_ALL = ""
"""The picker's value for all indicators."""

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """What the pickers stand on; no indicator means all of the project's."""

    period: Period
    area: str
    project: str
    indicator: str | None

    @property
    def months(self) -> list[str]:
        """The months that a course over time shows."""
        return [str(month) for month in self.period.year_to_date]

    @property
    def areas(self) -> str | None:
        """The area, or all where the whole is chosen: a chart of the whole shows its parts."""
        return None if self.area == CITY else self.area


def explore() -> Any:
    """Return pickers for period, area, project and indicator, with charts and the project's page that follow them.

    Without the extra ``[charts]`` it says so and shows the page alone. Nothing is written but what
    :mod:`minsheng.notebook.data` keeps.
    """
    show_errors_as_help()
    workspace = Workspace.find()
    months = checked_months(workspace.data)
    if not months:
        return Piece(callout("还没有校验过的报表：请先运行 minsheng check 报告期"))
    return Explorer(workspace, months)


class Explorer:
    """The widgets, and what happens when one is changed; a notebook that displays it has them drawn, too."""

    def __init__(self, workspace: Workspace, months: Sequence[Period]) -> None:
        import ipywidgets as widgets

        self._html = widgets.HTML
        self._workspace = workspace
        self._held = Holdings(workspace)
        self._is_filling = False
        pickers = [
            widgets.Dropdown(description=name, layout=widgets.Layout(width="250px"), style={"description_width": "4em"})
            for name in ("报告期", "地区", "项目", "指标")
        ]
        self._period, self._area, self._project, self._indicator = pickers
        self._period.options = [(month.label, str(month)) for month in months]
        self._period.value = str(newest_with_data(workspace, months))
        self._report = widgets.HTML()
        self._fault = widgets.HTML(note("正在准备图……").html())
        self._views: list[Callable[[Choice], Any]] = []
        self._tabs = widgets.Tab()
        row = widgets.HBox(pickers, layout=widgets.Layout(flex_flow="row wrap"))
        self.shown = widgets.VBox([row, self._report, self._fault, self._tabs])
        self._fill()
        for picker in pickers:
            picker.observe(self._change, names="value")

    def _ipython_display_(self) -> None:
        from IPython import display

        show: Any = display.display
        # The pickers first: what nobody has asked for yet takes a while to compute, and says what it is.
        show(self.shown)
        self.draw()

    def draw(self) -> None:
        """Get ready to draw, and draw what is chosen."""
        import ipywidgets as widgets

        from minsheng.notebook.charts.altair_scripts import use_own_scripts  # half a second of libraries

        self._views, titles, fault = [self._page], ["报告内容"], ""
        try:
            use_own_scripts()
            self._views, titles = [*_CHARTS.values(), *self._views], [*_CHARTS, *titles]
        except MachineUnfitError as unfit:
            fault = callout(str(unfit)).html()
        self._fault.value = fault
        self._tabs.children, self._tabs.titles = [widgets.VBox() for _ in titles], titles
        self._tabs.selected_index = 0
        self._tabs.observe(self._draw, names="selected_index")
        self._draw()

    def _change(self, _change: object = None) -> None:
        if self._is_filling:
            return
        self._fill()
        for box in self._tabs.children:
            _put(box)
        if self._views:
            self._draw()

    def _fill(self) -> None:
        """Offer what the year's plan knows, and keep what is chosen where it knows it, too."""
        plan = self._held.plan(Period(self._period.value).year)
        self._is_filling = True
        try:
            offer(self._area, [(plan.whole, CITY), *((area.name, area.id) for area in plan.areas)])
            offer(self._project, [(each.short_name, each.id) for each in plan.projects])
            offer(self._indicator, _indicators(plan, self._project.value))
        finally:
            self._is_filling = False

    def _draw(self, _change: object = None) -> None:
        """Draw the open tab alone: the others are drawn when they are opened."""
        chosen = Choice(
            Period(self._period.value), self._area.value, self._project.value, self._indicator.value or None
        )
        self._report.value = note("报告：", self._link(chosen)).html()
        box, view = self._tabs.children[self._tabs.selected_index], self._views[self._tabs.selected_index]
        said = self._html(note("正在计算……").html())
        _put(box, said)
        try:
            if view in _READS:
                self._measure(_READS[view], chosen.period, said)
            _put(box, view(chosen))
        except MinshengError as fault:
            _put(box, self._html(callout(str(fault)).html()))

    def _measure(self, kind: str, period: Period, said: Any) -> None:
        """Compute each month that the charts read, and say which one it is: what is computed once is kept."""
        if not os.access(self._workspace.outputs, os.W_OK):
            return  # nothing can be kept: the chart computes what it needs
        held = Holdings(self._workspace)
        months = [month for month in held.months if month in period.year_to_date]
        for number, month in enumerate(months, start=1):
            said.value = note(f"正在计算 {month.label}（{number}/{len(months)}），算过的以后直接读取……").html()
            held.table(kind, month)

    def _link(self, chosen: Choice) -> Content:
        address = report_address(self._workspace, str(chosen.period), chosen.area, chosen.project)
        if not address:
            return not_made(str(chosen.period))
        return Element("a", "打开", href=address, target="_blank", rel="noopener")

    def _page(self, chosen: Choice) -> Any:
        from minsheng import report

        shown = (
            report.summary,
            report.progress_table,
            report.progress_chart,
            report.heat_table,
            report.trend_chart,
            report.findings,
        )
        dossier = open_dossier(chosen.project, period=str(chosen.period), area=chosen.area)
        return self._html("\n".join(function(dossier)._repr_html_() for function in shown))


def _heat_map(chosen: Choice) -> Any:
    from minsheng.notebook import charts

    return charts.heat_map(chosen.months, chosen.areas, chosen.project, chosen.indicator)


def _trends(chosen: Choice) -> Any:
    from minsheng.notebook import charts

    return charts.trends(chosen.project, chosen.months, chosen.areas, chosen.indicator)


def _funds(chosen: Choice) -> Any:
    from minsheng.notebook import charts

    return charts.funds_by_source(str(chosen.period), chosen.area, chosen.project)


def _ranking(chosen: Choice) -> Any:
    from minsheng.notebook import charts

    return charts.ranking_over_time(chosen.months, chosen.areas)


def _peers(chosen: Choice) -> Any:
    from minsheng.notebook import charts

    if chosen.area == CITY:
        raise UsageError("请在上面选一个地区：这张图把它与其他地区相比")
    return charts.against_peers(chosen.area, str(chosen.period), chosen.project, chosen.indicator)


_CHARTS = {
    "逐月状态": _heat_map,
    "走势": _trends,
    "资金": _funds,
    "名次（全部项目）": _ranking,
    "与其他地区": _peers,
}


_READS = {_heat_map: "indicators", _trends: "indicators", _ranking: "ranking", _peers: "indicators"}
"""The table that a chart reads of every month of the year so far."""


def _indicators(plan: Plan, project: str) -> Options:
    names = dict.fromkeys(each.short_name for each in plan.indicators_of(project))
    return [("全部指标", _ALL), *((name, name) for name in names)]


def _put(box: Any, *shown: Any) -> None:
    old, box.children = box.children, shown
    for each in old:
        each.close()  # a chart left open would stay in the browser with all its rows
