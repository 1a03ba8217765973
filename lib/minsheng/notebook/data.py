"""Every figure of the workspace as a pandas table: ``from minsheng.notebook import data``.

Each function returns one tidy frame over all periods and years that the workspace holds, or over those that one asks
for. Columns and names are the bureau's own words, categories stand in the plan's order, a unit stands in a column's
name or in the column 单位. Beside each float stands the exact decimal, in the column whose name ends in 精确, and each
figure names its file (relative to ``data/``), sheet and cell. Nothing is written but ``outputs/.tables/``, which makes
the next call fast.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import UsageError
from minsheng.notebook.datasets.holdings import COLUMNS, Holdings, orders_of, owner_names, project_names
from minsheng.notebook.datasets.kept_tables import joined
from minsheng.notebook.datasets.typed_frames import EXACT, frame_of, names_of
from minsheng.notebook.readable_errors import show_errors_as_help
from minsheng.workspace import Workspace

__all__ = ["deliveries", "funds", "indicators", "issues", "ranking", "returns", "scores", "values"]

_ASSESSED = {"scores", "ranking"}

Names = str | Sequence[str] | None
"""One name, several, or all: ids, names and aliases are understood."""


def values(period: Names = None, area: Names = None, project: Names = None) -> pd.DataFrame:
    """Return every accepted cell of every return.

    Parameters
    ----------
    period
        ``2017-06``; ``2017-H1`` and ``2017`` stand for their months; several in a list. By default all there are.
    area
        An area (苍溪县, ``cangxi``), a section, 全市; several in a list.
    project
        A project by name, short name or id; several in a list.

    Returns
    -------
    pandas.DataFrame
        数值 and its decimal for figures, 文字 and 日期 for what is none; money in 元.

    Raises
    ------
    UsageError
        If no year of the workspace knows a name, or it holds none of the periods.
    PlanInvalidError
        If the plan of a year has faults.
    """
    return _frame("values", period, area, project)


def indicators(period: Names = None, area: Names = None, project: Names = None) -> pd.DataFrame:
    """Return every indicator of every area and of 全市 that has a target or a figure; see :func:`values`.

    完成数 and 目标 are in 单位, cumulative since January; 完成率（比值） is 1 where the target is reached.
    """
    return _frame("indicators", period, area, project)


def funds(period: Names = None, area: Names = None, project: Names = None) -> pd.DataFrame:
    """Return money by source, in 元 since January, and a 合计 line per project (合计行 is true); see :func:`values`.

    计划 is known for 全市 alone.
    """
    return _frame("funds", period, area, project)


def scores(period: Names = None, area: Names = None, project: Names = None) -> pd.DataFrame:
    """Return the points of every item of every assessed area, with rule and formula; see :func:`values`.

    Here a half-year or year is its own assessment, where an assessor's form is in, and not its months.
    """
    return _frame("scores", period, area, project)


def ranking(period: Names = None, area: Names = None, project: Names = None) -> pd.DataFrame:
    """Return totals and ranks of every assessed area; periods as in :func:`scores`, for the rest see :func:`values`.

    With ``project``, totals and ranks stand for the items of that project alone: among equal points ranks are shared.
    """
    if project is None:
        return _frame("ranking", period, area, None)
    ranked = _ranked(_frame("scores", period, None, project))
    owners = _names(area, Holdings(Workspace.find()).plans, owner_names)
    return ranked if owners is None else ranked[_holds(ranked["地区"], owners)].reset_index(drop=True)


def issues(period: Names = None, area: Names = None, project: Names = None) -> pd.DataFrame:
    """Return every issue that checking found in the current revision of each return; see :func:`values`."""
    return _frame("issues", period, area, project)


def returns(period: Names = None, area: Names = None, project: Names = None) -> pd.DataFrame:
    """Return a row per revision that was received, and one (未报送) where a return is owed; see :func:`values`.

    现行 is true of the revision that counts; 项目 names all projects of the return.
    """
    return _frame("returns", period, area, project)


def deliveries(period: Names = None, area: Names = None, project: Names = None) -> pd.DataFrame:
    """Return every section's monthly report that was handed over, with who signed it; see :func:`values`.

    ``area`` is a section here: 社会救助科.
    """
    return _frame("deliveries", period, area, project)


def _frame(kind: str, period: Names, area: Names, project: Names) -> pd.DataFrame:
    show_errors_as_help()
    held = Holdings(Workspace.find())
    asked = _listed(period)
    there = held.periods(kind)
    periods = [each for each in there if asked is None or _is_asked(kind, each, asked)]
    # Nobody hands reports over every month; everything else is there once a month was checked.
    if asked and there and not periods and kind != "deliveries":
        which, known = ("、".join(map(str, some)) for some in (asked, there))
        need = "；半年和年度须有考评表" if kind in _ASSESSED else ""
        raise UsageError(f"没有{which}的数。有：{known}。月度须先校验（minsheng check 报告期）{need}")
    columns = COLUMNS[kind]
    tables = [held.table(kind, each) for each in periods]
    plans = held.plans
    frame = frame_of(columns, joined(names_of(columns), tables), orders_of(plans, periods))
    owner = "科室" if kind == "deliveries" else "地区"
    for column, names in ((owner, _names(area, plans, owner_names)), ("项目", _names(project, plans, project_names))):
        if names is not None:
            frame = frame[_holds(frame[column], names)].reset_index(drop=True)
    return frame


def _listed(names: Names) -> list[Period] | None:
    if names is None:
        return None
    return [Period(str(name)) for name in ([names] if isinstance(names, (str, Period)) else names)]


def _is_asked(kind: str, period: Period, asked: Iterable[Period]) -> bool:
    if kind in _ASSESSED:
        return period in asked
    return any(period == each or (each.kind != PeriodKind.MONTH and period in each.months) for each in asked)


def _names(names: Names, plans: Sequence[Plan], find: Callable[[Iterable[Plan], str], set[str]]) -> set[str] | None:
    if names is None:
        return None
    listed = [names] if isinstance(names, str) else list(names)
    return {found for name in listed for found in find(plans, name)}


def _holds(column: "pd.Series[Any]", names: set[str]) -> NDArray[np.bool]:
    """Say which rows are of one of some names; a row may be of several, 医疗救助、低保."""
    categories = column.cat.categories
    chosen = [place for place, text in enumerate(categories) if names & {text, *text.split("、")}]
    return np.isin(column.cat.codes.to_numpy(), chosen)


def _ranked(items: pd.DataFrame) -> pd.DataFrame:
    """Add up items by period and area, and rank the sums."""
    counted = items[items["得分（分）"].notna()]
    by = ["年", "报告期", "地区"]
    exact = [f"得分（分）{EXACT}", f"满分（分）{EXACT}"]
    # Decimals, as the ranking of a month adds them: floats would part what is equal.
    found = counted.groupby(by, observed=True, sort=True)[exact].agg(_added).reset_index()
    found = found.set_axis([*by, f"总分（分）{EXACT}", f"已计满分（分）{EXACT}"], axis=1)
    for place, name in ((3, "总分（分）"), (5, "已计满分（分）")):
        found.insert(place, name, found[f"{name}{EXACT}"].astype("float64"))
    ranks = found.groupby("报告期", observed=True)["总分（分）"].rank(method="min", ascending=False)
    found.insert(2, "名次", ranks.astype("Int64"))
    return found.sort_values(["报告期", "名次", "地区"], ignore_index=True)


def _added(points: "pd.Series[Any]") -> Decimal:
    return sum(points, Decimal(0))
