"""Charts that answer, for JupyterLab: hover says figure, formula and cell, a click opens the report; without network.

Built on :mod:`minsheng.notebook.data` and Altair. A chart is drawn by a widget that carries its scripts (extra
``[charts]``). Pages and PDFs keep charts of their own.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from minsheng.domain.area import CITY
from minsheng.errors import UsageError
from minsheng.notebook import data
from minsheng.notebook.charts.altair_scripts import alt, use_own_scripts
from minsheng.notebook.datasets.holdings import Holdings
from minsheng.notebook.report_links import not_made, report_address
from minsheng.render.html.page import look
from minsheng.workspace import Workspace

__all__ = ["against_peers", "funds_by_source", "heat_map", "ranking_over_time", "trends"]

_TONES = {"绿": "good", "黄": "watch", "红": "bad", "灰": "line"}
"""The column 灯色 → the colour of the pages."""

_WIDTH = 620
"""Of all facets of a row together, in pixels: beside JupyterLab's list of files at 1280."""

_MANY = 24
"""Areas that colours and a legend tell apart; beyond, lines are grey and the mouse says whose each is."""

_ROW_HEIGHTS = ((_MANY, 20), (120, 12), (10_000, 5))
"""The height of an area's row in a heat map, by how many there are at most; names stand where they have room."""

_FONT = "Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"

_SAID = ["地区", "指标", "完成", "完成率", "亮灯", "算式", "单元格", "报告"]

# Where no report was made, a click does nothing, and the hand does not promise that it would.
_HAND: Any = alt.expr("datum['链接'] ? 'pointer' : 'default'")


def heat_map(period: Any = None, area: Any = None, project: Any = None, indicator: Any = None) -> Any:
    """Return areas × months per indicator as lights: who is behind, and since when.

    Parameters
    ----------
    period, area, project
        As in :func:`minsheng.notebook.data.values`.
    indicator
        An indicator by its short name, as the column 指标 has it; several in a list. By default all.

    Returns
    -------
    altair.JupyterChart
        Hover says figure, formula and cell; a click opens the area's report, where one was made.

    Raises
    ------
    MachineUnfitError
        If the extra ``[charts]`` is not installed.
    UsageError
        If no year of the workspace knows a name, or nothing of it has a figure.
    """
    rows = _indicators(period, area, project, indicator)
    tones = [tone for tone in _TONES if tone in set(rows["灯色"])]
    colours = [look()[_TONES[tone]] for tone in tones]
    areas, months, indicators = (rows[name].nunique() for name in ("地区", "报告期", "指标"))
    columns = _columns(indicators)
    wide = min(34 * months, _WIDTH / columns)
    high = next(height for limit, height in _ROW_HEIGHTS if areas <= limit)
    chart = (
        alt.Chart(rows)
        .mark_rect(stroke="white" if areas <= _MANY else None, cursor=_HAND)
        .encode(
            x=alt.X("报告期:O", title=None),
            y=alt.Y(
                "地区:N", title=None, sort=_order(rows, "地区"), axis=alt.Axis(labelOverlap="greedy", labelSeparation=4)
            ),
            color=alt.Color(
                "灯色:N",
                scale=alt.Scale(domain=tones, range=colours),
                title="灯",
                legend=alt.Legend(orient="top", titleOrient="left"),
            ),
            href="链接:N",
            tooltip=["报告期", *_SAID],
        )
        # A name of an indicator stands above: a single month is as wide as that.
        .properties(width=max(wide, 110), height=alt.Step(high))
        .facet(facet=alt.Facet("指标:N", title=None, sort=_order(rows, "指标")), columns=columns, spacing=12)
    )
    return _shown(chart, "各地区各指标逐月状态", rows)


def trends(project: Any, period: Any = None, area: Any = None, indicator: Any = None) -> Any:
    """Return how far each area is in each month, per indicator, the pace needed dashed; see :func:`heat_map`."""
    all_rows = _indicators(period, area, project, indicator)
    # A month of which nothing was reported keeps its place.
    months = alt.X("报告期:O", title=None, scale=alt.Scale(domain=sorted(set(all_rows["报告期"]))))
    rows = all_rows.dropna(subset="完成率（比值）")
    columns = _columns(rows["指标"].nunique())
    line = (
        alt.Chart()
        .mark_line(**_line(rows))
        .encode(
            x=months,
            # A level stands near its target all year: from nothing up its areas would be one line.
            y=alt.Y("完成率（比值）:Q", title="完成率", axis=alt.Axis(format="%"), scale=alt.Scale(zero=False)),
            color=_colour(rows),
            detail="地区:N",
            href="链接:N",
            tooltip=["报告期", *_SAID],
        )
    )
    # A line of one month is a point, which a dash shows as well.
    is_one = len(set(rows["报告期"])) == 1
    dash: Any = alt.OverlayMarkDef(shape="stroke", size=900, filled=False, color=look()["ink"]) if is_one else False
    pace = (
        alt.Chart()
        .mark_line(strokeDash=[5, 4], color=look()["ink"], point=dash)
        .encode(x=months, y="序时进度（比值）:Q")
    )
    chart = alt.layer(pace, line, data=rows).properties(width=_WIDTH / columns, height=200)
    faceted = chart.facet(facet=alt.Facet("指标:N", title=None, sort=_order(rows, "指标")), columns=columns)
    return _shown(faceted, "年内走势，虚线为序时进度", rows)


def funds_by_source(period: Any, area: Any = CITY, project: Any = None) -> Any:
    """Return 下达, 到位 and 拨付 by source of each project, in 万元; see :func:`heat_map`."""
    found = data.funds(period, area, project).query("not 合计行")
    stages = ["下达", "到位", "拨付"]
    parts = [
        found.assign(环节=stage, 万元=found[f"{stage}（元）"] / 10_000)[
            ["地区", "项目", "来源", "环节", "万元", "单元格", "报告期"]
        ]
        for stage in stages
    ]
    rows = _linked(pd.concat(parts, ignore_index=True))
    rows = rows.assign(来源·序=pd.factorize(rows["来源"])[0])
    chart = (
        alt.Chart(rows)
        .mark_bar(cursor=_HAND)
        .encode(
            x=alt.X("sum(万元):Q", title="万元"),
            y=alt.Y("环节:N", title=None, sort=stages),
            color=alt.Color("来源:N", title=None, sort=rows["来源"].drop_duplicates().tolist(), legend=_legend()),
            order="来源·序:Q",
            row=alt.Row(
                "项目:N", title=None, sort=_order(rows, "项目"), header=alt.Header(labelAngle=0, labelAlign="left")
            ),
            href="链接:N",
            tooltip=["报告期", "地区", "项目", "来源", "环节", alt.Tooltip("万元:Q", format=",.2f"), "单元格", "报告"],
        )
        .properties(width=420, height=alt.Step(18))
    )
    return _shown(chart, "资金按来源", rows)


def ranking_over_time(period: Any = None, area: Any = None) -> Any:
    """Return each area's rank in every month; hover says the total and how it is made up; see :func:`heat_map`."""
    found = data.ranking(period, area).dropna(subset="名次")
    rows = _linked(found[["报告期", "地区", "名次", "总分（分）", "算式"]].assign(项目="scoring"))
    worst = int(rows["名次"].max()) if len(rows) else 1
    chart = (
        alt.Chart(rows)
        .mark_line(**_line(rows))
        .encode(
            x=alt.X("报告期:O", title=None),
            y=alt.Y(
                "名次:Q",
                scale=alt.Scale(reverse=True, zero=False),
                axis=alt.Axis(values=list(range(1, worst + 1)), labelOverlap="greedy", format="d"),
            ),
            color=_colour(rows),
            detail="地区:N",
            href="链接:N",
            tooltip=["报告期", "地区", "名次", "总分（分）", "算式", "报告"],
        )
        .properties(width=_WIDTH, height=280)
    )
    return _shown(chart, "名次变化", rows)


def against_peers(area: Any, period: Any, project: Any = None, indicator: Any = None) -> Any:
    """Return where an area stands among all others, indicator by indicator; see :func:`heat_map`."""
    names = set(data.indicators(period, area, project)["地区"].astype(str))
    rows = _indicators(period, None, project, indicator).dropna(subset="完成率（比值）")
    rows = rows[~rows["地区"].isin(_wholes())].assign(本地区=rows["地区"].isin(names))
    if not rows["本地区"].any():
        rows = rows[:0]  # nobody to compare
    rows = rows.sort_values("本地区", kind="stable")  # above the others
    chart = (
        alt.Chart(rows)
        .mark_circle(opacity=0.85, cursor=_HAND)
        .encode(
            x=alt.X(
                "完成率（比值）:Q", title="完成率", axis=alt.Axis(format="%", tickCount=8), scale=alt.Scale(zero=False)
            ),
            y=alt.Y("指标:N", title=None, sort=_order(rows, "指标")),
            color=alt.condition("datum.本地区", alt.value(look()["seal"]), alt.value(look()["line"])),
            size=alt.condition("datum.本地区", alt.value(150), alt.value(60)),
            href="链接:N",
            tooltip=["报告期", *_SAID],
        )
        .properties(width=_WIDTH, height=alt.Step(28))
    )
    whose = "、".join(sorted(names))
    return _shown(chart, f"{whose}与其他地区", rows, told=f"大点为{whose}")


def _columns(facets: int) -> int:
    """Return how many facets stand side by side, so that the last row is full where it can be."""
    return min(facets, 2 if facets in {2, 4} else 3)


def _line(rows: pd.DataFrame) -> dict[str, Any]:
    """Return how areas' lines are drawn, with points that the mouse finds."""
    many = rows["地区"].nunique() > _MANY
    return {"point": alt.OverlayMarkDef(size=20 if many else 90, cursor=_HAND), "strokeWidth": 0.6 if many else 1.4}


def _colour(rows: pd.DataFrame) -> Any:
    """Return the colours that tell areas apart, where they can."""
    if rows["地区"].nunique() > _MANY:
        return alt.value(look()["dots"])
    return alt.Color("地区:N", sort=_order(rows, "地区"), title=None, legend=_legend())


def _legend() -> Any:
    """Return a legend below the chart: beside it it would not fit a narrow window."""
    return alt.Legend(orient="bottom", columns=6, labelLimit=200)


def _indicators(period: Any, area: Any, project: Any, indicator: Any) -> pd.DataFrame:
    rows = data.indicators(period, area, project)
    if indicator is not None:
        known = rows["指标"].astype(str)
        asked = [indicator] if isinstance(indicator, str) else list(indicator)
        if unknown := [each for each in asked if each not in set(known)]:
            raise UsageError(f"没有指标“{'、'.join(unknown)}”。有数的：{'、'.join(known.unique()) or '无'}")
        rows = rows[known.isin(asked)]
    number = rows["完成数"].map(lambda each: "" if pd.isna(each) else f"{each:,.4g}")
    ratio = rows["完成率（比值）"].map(lambda each: "" if pd.isna(each) else f"{each:.1%}")
    # A city's row is made of every area's cells: too many to read.
    cells = rows["单元格"].str.slice(0, 160)
    found = rows.assign(完成=number + rows["单位"].astype(str), 完成率=ratio, 单元格=cells)
    shown = ["报告期", "项目", *_SAID[:-1], "灯色", "完成率（比值）", "序时进度（比值）"]
    return _linked(found[shown])


def _linked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with the address of each one's report, or with the words that none was made."""
    workspace = Workspace.find()
    plans = Holdings(workspace).plans
    areas = {each.name: each.id for plan in plans for each in plan.areas} | dict.fromkeys(_wholes(), CITY)
    projects = {each.short_name: each.id for plan in plans for each in plan.projects}
    texts = rows.astype({name: "str" for name in rows.columns if isinstance(rows[name].dtype, pd.CategoricalDtype)})
    places = list(zip(texts["报告期"], texts["地区"], texts["项目"], strict=True))
    made = {
        (period, area, project): report_address(
            workspace, period, areas.get(area, area), projects.get(project, project)
        )
        for period, area, project in set(places)
    }
    links = [made[place] for place in places]
    said = ["点一下打开" if link else not_made(place[0]) for place, link in zip(places, links, strict=True)]
    orders = {
        f"{name}·序": rows[name].cat.codes
        for name in ("地区", "指标", "项目")
        if name in rows and _is_ordered(rows[name])
    }
    return texts.assign(链接=links, 报告=said, **orders)


def _wholes() -> set[str]:
    """Return what the plans call all areas together."""
    return {plan.area_name(CITY) for plan in Holdings(Workspace.find()).plans}


def _is_ordered(column: "pd.Series[Any]") -> bool:
    return isinstance(column.dtype, pd.CategoricalDtype)


def _order(rows: pd.DataFrame, name: str) -> list[str]:
    """Return the names of a column in the plan's order."""
    place = f"{name}·序"
    found: Sequence[str] = rows.sort_values(place)[name].drop_duplicates().tolist() if place in rows else []
    return list(found)


def _shown(chart: Any, title: str, rows: pd.DataFrame, *, told: str = "") -> Any:
    """Return the widget that draws a chart, from its own scripts."""
    use_own_scripts()
    if rows.empty:
        raise UsageError(f"没有可画的数（{title}）：换一个报告期、地区、项目或指标")
    alt.data_transformers.disable_max_rows()
    named = (
        chart.properties(title=alt.Title(title, subtitle=told) if told else title)
        .configure(font=_FONT)
        .configure_view(stroke=None)
    )
    # A report opens beside the notebook, not in its place.
    shown = alt.JupyterChart(named, embed_options={"actions": False, "loader": {"target": "_blank"}})
    shown.add_class("minsheng-chart")  # the style of our outputs knows it by that
    return shown
