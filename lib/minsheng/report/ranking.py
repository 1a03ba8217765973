"""全市排名: totals, grades and points by group, county beside county."""

from collections.abc import Sequence

from minsheng.domain.figure import AreaRow, Place
from minsheng.domain.result import BulletinFigures, Dossier, ProjectSummary, RankingFigures
from minsheng.domain.score_rows import RankRow, ResultRow
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.numbers import fixed, trimmed
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import figures_of, rank_word
from minsheng.report.score import decimals_of
from minsheng.report.sentences import some_of


def ranking_table(dossier: Dossier) -> Piece:
    """Return rank, total, full marks, grade and converted points."""
    figures = figures_of(dossier, RankingFigures, BulletinFigures)
    rows = ranked(figures)
    if not rows:
        return part("考评排名", paragraph("本期没有考评结果，不作排名。"))
    columns = [
        TableColumn("名次", kind="text"),
        TableColumn("地区", kind="row"),
        TableColumn("得分", "分"),
        TableColumn("已评满分", "分"),
        TableColumn("得分率", "%"),
        TableColumn("等次", kind="text"),
        TableColumn("折算得分", "分"),
    ]
    if nobody_reported(rows):
        return part("考评排名", paragraph(f"{figures.period.label}{_NO_RANKS}"))
    places, rate_places = decimals_of([row.total for row in rows]), numbers.rate_decimals(row.rate for row in rows)
    cells: list[list[Content]] = [
        [
            rank_word(row.rank, row.award),
            ranked_name(row),
            fixed(row.total, places),
            trimmed(row.marks),
            numbers.rate(row.rate, rate_places),
            row.grade,
            None if row.converted is None else trimmed(row.converted),
        ]
        for row in rows
    ]
    if not any(row.grade or row.converted is not None for row in rows):
        # Before the year's end nobody has a grade: two columns of dashes say nothing that the remark does not.
        columns, cells = columns[:-2], [row[:-2] for row in cells]
    caption = f"{figures.period.label}考评{'暂定' if figures.provisional else ''}排名"
    return part("考评排名", table(caption, columns, cells, style="ranking"), note(_remark(figures, rows)))


_SIDE_BY_SIDE = 9
"""Areas that stand beside each other."""


def ranking_bands(dossier: Dossier) -> int:
    """Return how many tables one below the other the ranking has where areas stand side by side."""
    return -(-len(ranked(figures_of(dossier, RankingFigures, BulletinFigures))) // _SIDE_BY_SIDE)


def ranking_section(dossier: Dossier, most: int | None = None) -> Piece:
    """Return the ranking with areas side by side, for a page that has little room: what the table says.

    ``most`` is for how many of its tables there is room, without ranks by indicator; the rest is told where to find.
    """
    figures = figures_of(dossier, RankingFigures, BulletinFigures)
    rows = ranked(figures)
    if not dossier.heading.is_ranked:
        return Piece()
    if not rows:
        return part("考评排名", paragraph("本期没有考评结果，不作排名。"))
    if nobody_reported(rows):
        return part("考评排名", paragraph(f"{figures.period.label}{_NO_RANKS}"))
    places = decimals_of([row.total for row in rows]), numbers.rate_decimals(row.rate for row in rows)
    caption = f"{figures.period.label}考评{'暂定' if figures.provisional else ''}排名"
    bands = ranking_bands(dossier)
    size = -(-len(rows) // bands)
    shown = [
        _band(caption if bands == 1 else f"{caption}（{at + 1}/{bands}）", rows[at * size : (at + 1) * size], places)
        for at in range(bands)[:most]
    ]
    # Where there is no room, the first examples of who was equal and whose points are zero must do.
    ties, absent = (_ties(rows, 3), unreported(rows)) if most is None else (_ties(rows, 1), unreported(rows, room=60))
    remark = "暂定，只计已评项目，不定等次；" if figures.provisional else ""
    remark += f"按得分率（得分占已评满分的比例）排名，{ties or '同率的名次相同。'}{absent}"
    by_indicator = indicator_ranks(figures.projects) if isinstance(figures, BulletinFigures) else []
    if most is not None:
        left = len(rows) - len(rows[: most * size])
        where = f"本月网页（{figures.period}/index.html）的“得分”"
        remark += f"本表之外还有{left}个地区，见{where}。" if left else ""
        remark += f"各指标名次见{figures.whole}各项目报告。" if by_indicator else ""
        by_indicator = []
    return part("考评排名", shown, note(remark), by_indicator)


def _band(caption: str, rows: Sequence[RankRow], places: tuple[int, int]) -> Element:
    columns = [TableColumn("地区", kind="row"), *(TableColumn(ranked_name(row)) for row in rows)]
    cells: list[list[Content]] = [
        ["名次", *(rank_word(row.rank, row.award) for row in rows)],
        ["得分", *(fixed(row.total, places[0]) for row in rows)],
        ["已评满分", *(trimmed(row.marks) for row in rows)],
        ["得分率（%）", *(numbers.rate(row.rate, places[1]) for row in rows)],
    ]
    if any(row.grade for row in rows):
        cells.append(["等次", *(row.grade for row in rows)])
    return table(caption, columns, cells, style="ranking")


def indicator_ranks(projects: Sequence[ProjectSummary]) -> list[Element]:
    """Return areas beside each other with their ranks by each indicator that the plan ranks by; empty without any."""
    ranked_by = [m for p in projects for m in p.measurements if _places(p, m.indicator)]
    if not ranked_by:
        return []
    areas = {row.area: row.name for p in projects for row in p.areas if any(m.place for m in row.measurements)}
    columns = [TableColumn("指标", kind="row"), *(TableColumn(name) for name in areas.values())]
    cells: list[list[Content]] = []
    for project in projects:
        for measurement in project.measurements:
            found = _places(project, measurement.indicator)
            if found:
                shown = [str(place.rank) if (place := found.get(area)) else None for area in areas]
                cells.append([measurement.brief, *shown])
    remark = places_said([row for project in projects for row in project.areas])
    return [table("各指标名次", columns, cells, style="ranking"), note(remark)]


def _places(project: ProjectSummary, indicator: str) -> dict[str, Place]:
    return {r.area: m.place for r in project.areas for m in r.measurements if m.indicator == indicator and m.place}


def places_said(rows: Sequence[AreaRow]) -> str:
    """Say for each indicator who was equal, what decided, and who is awarded; empty where nobody is ranked."""
    ranked_by = [(row.name, m.brief, m.place) for row in rows for m in row.measurements if m.place is not None]
    if not ranked_by:
        return ""
    told = list(dict.fromkeys(f"{brief}：{place.because}" for _, brief, place in ranked_by if place.because))
    for each in dict.fromkeys(brief for _, brief, _ in ranked_by):
        for award, word in (("given", "表彰"), ("open", "表彰待定（名额不够，区分不开）")):
            names = [name for name, brief, place in ranked_by if brief == each and place.award == award]
            told += [f"{each}{word}：{'、'.join(names)}"] if names else []
    return f"名次：没有任务、没有数据的不排。{'；'.join(told)}{'。' if told else ''}"


def group_points_table(dossier: Dossier) -> Piece:
    """Return each county's points by group of the rubric."""
    figures = figures_of(dossier, RankingFigures)
    rows = ranked(figures)
    groups = list(figures.group_names) or list(dict.fromkeys(group for row in rows for group in row.groups))
    if not rows or not groups:
        return part("分项得分", paragraph("本期没有分项得分。"))
    columns = [
        TableColumn("地区", kind="row"),
        *(TableColumn(figures.group_names.get(group, group), "分") for group in groups),
    ]
    columns.append(TableColumn("得分", "分"))
    places = decimals_of([points for row in rows for points in row.groups.values()])
    cells: list[list[Content]] = [
        [
            ranked_name(row),
            *(fixed(row.groups[group], places) if group in row.groups else None for group in groups),
            fixed(row.total, max(places, decimals_of([row.total]))),
        ]
        for row in rows
    ]
    remark = note(f"得分为各项合计再计扣分、加分后的结果；—表示该项尚未评分。{unreported(rows)}")
    return part("分项得分", table(f"{figures.period.label}各地区分项得分", columns, cells, style="scores"), remark)


def ranking_summary(figures: RankingFigures) -> str:
    """Return the ranking's first sentence."""
    rows = ranked(figures)
    if not rows:
        return f"{figures.period.label}没有考评结果，不作排名。"
    if nobody_reported(rows):
        return f"{figures.period.label}{_NO_RANKS}"
    word = "暂定" if figures.provisional else ""
    said = f"{figures.period.label}{len(rows)}个地区参加考评"
    if rows[0].rank is None:
        return f"{said}，尚无名次。"
    return f"{said}，{word}名次第一的是{first_named(rows)}。"


def first_named(rows: Sequence[RankRow] | Sequence[ResultRow]) -> str:
    """Name the first of all with what ranks them: points, the full marks that were assessed, and the rate."""
    places = numbers.rate_decimals(row.rate for row in rows)
    first = [row for row in rows if row.rank == rows[0].rank]
    return "、".join(
        f"{row.name}（得{trimmed(row.total)}分，已评满分{trimmed(row.marks)}分，"
        f"得分率{numbers.rate(row.rate, places)}%）"
        for row in first
    )


def ranked(figures: RankingFigures | BulletinFigures) -> Sequence[RankRow]:
    """Return the rows by rank; those without one come last."""
    rows = figures.rows if isinstance(figures, RankingFigures) else figures.ranking
    return sorted(rows, key=lambda row: (row.rank is None, row.rank or 0))


def nobody_reported(rows: Sequence[RankRow]) -> bool:
    """Whether every area's points are zero for want of a return: their ranks would say nothing."""
    return bool(rows) and all(row.unreported_marks and row.unreported_marks == row.full_marks for row in rows)


_NO_RANKS = "没有可用的报表，不作排名。"


def ranked_name(row: RankRow) -> str:
    """Return a row's name; who has not reported is said to, or the zero would read as a score."""
    if not row.unreported_marks:
        return row.name
    return f"{row.name}（{'未报送' if row.unreported_marks == row.full_marks else '有缺报'}）"


def unreported(rows: Sequence[RankRow], *, room: float = 120) -> str:
    """Say whose points are zero for want of a return; empty where nobody's are."""
    absent = [f"{row.name}{trimmed(row.unreported_marks)}分" for row in rows if row.unreported_marks]
    if not absent:
        return ""
    return f"未报送或未通过校验的项目暂计0分，不是考评得零分，补报后重新计算：{some_of(absent, room)}。"


def _ties(rows: Sequence[RankRow], most: int | None = None) -> str:
    """Say who was equal and what decided, where the plan tells equals apart."""
    told = list(dict.fromkeys(row.because for row in rows if row.because))
    rest = f"，另有{len(told[most:])}处同分见考评排名的报告" if most is not None and told[most:] else ""
    return f"{'；'.join(told[:most])}{rest}。" if told else ""


def _remark(figures: RankingFigures | BulletinFigures, rows: Sequence[RankRow]) -> str:
    said = _ties(rows) or "同分的名次相同。"
    if figures.provisional:
        said = "暂定：尚有项目未评或未到期，只计已评项目，不定等次。" + said
    if len({row.marks for row in rows}) > 1:
        said += "各地区已评满分不同，按得分率（得分占已评满分的比例）排名。"
    return said + unreported(rows)
