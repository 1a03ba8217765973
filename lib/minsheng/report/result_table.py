"""考评结果表 for 督查室: totals, points item by item, the city beside its counties, evidence in the rubric's order."""

from collections.abc import Iterator, Sequence

from minsheng.domain.period import Period
from minsheng.domain.result import Dossier, ResultTableFigures
from minsheng.domain.score_rows import CityStanding, ResultItem, ResultRow
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, code, note, paragraph, part
from minsheng.render.html.numbers import fixed, trimmed
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import figures_of, rank_word
from minsheng.report.ranking import first_named
from minsheng.report.score import STATES, decimals_of

_MARKS = {"met": "达到", "not_met": "未达到", "unknown": "无法判断"}

_NOT_COUNTED = {**STATES, "excluded": "无任务"}


def result_table(dossier: Dossier) -> Piece:
    """Return rank, total, grade and converted points, and below them the points by group, deductions and bonus."""
    figures = figures_of(dossier, ResultTableFigures)
    if not figures.rows:
        return part("考评结果", paragraph("没有考评结果。"))
    word = "暂定" if figures.provisional else ""
    rates = numbers.rate_decimals(row.rate for row in figures.rows)
    places = decimals_of([points for row in figures.rows for points in row.groups.values()])
    whole = max(places, decimals_of([row.total for row in figures.rows]))
    return part(
        "考评结果",
        table(
            f"{figures.period.label}考评{word}结果", _TOTAL_COLUMNS, [_total_row(r, whole, rates) for r in figures.rows]
        ),
        [note(text) for text in remarks(figures)],
        _beside_half_years(figures, whole),
        table(
            f"{figures.period.label}考评{word}得分构成",
            _group_columns(figures),
            [_group_row(figures, row, places, whole) for row in figures.rows],
            style="scores",
        ),
        note("单位：分。得分为各项合计减去扣分、加上加分。同分的名次相同。—表示没有。"),
    )


_TOTAL_COLUMNS = (
    TableColumn("名次", kind="text"),
    TableColumn("县区", kind="row"),
    TableColumn("得分", "分"),
    TableColumn("已评满分", "分"),
    TableColumn("得分率", "%"),
    TableColumn("等次", kind="text"),
    TableColumn("折算得分", "分"),
)


def _total_row(row: ResultRow, places: int, rate_places: int) -> list[Content]:
    return [
        rank_word(row.rank, row.award),
        row.name,
        fixed(row.total, places),
        trimmed(row.marks),
        numbers.rate(row.rate, rate_places),
        row.grade,
        None if row.converted is None else fixed(row.converted, places),
    ]


def half_years(figures: ResultTableFigures) -> list[Period]:
    """Return the half-years that stand beside a year."""
    return sorted({half.period for row in figures.rows for half in row.half_years})


def _beside_half_years(figures: ResultTableFigures, places: int) -> Element | None:
    """Return each county's half-years beside its year; the marks that were assessed say what each is out of."""
    shown = half_years(figures)
    if not shown:
        return None
    columns = [TableColumn("县区", kind="row")]
    for name in (*(_half_name(each) for each in shown), "全年"):
        columns += [TableColumn(f"{name}得分", "分"), TableColumn(f"{name}已评满分", "分"), TableColumn(f"{name}名次")]
    rows: list[list[Content]] = []
    for row in figures.rows:
        cells: list[Content] = [row.name]
        mine = {half.period: half for half in row.half_years}
        for each in (*(mine.get(half) for half in shown), row):
            rank = str(each.rank) if each and each.rank is not None else None
            cells += [fixed(each.total, places), trimmed(each.full_marks), rank] if each else [None, None, None]
        rows.append(cells)
    return table(f"{'、'.join(map(_half_name, shown))}与全年", columns, rows, style="scores")


def _half_name(period: Period) -> str:
    return period.label.partition("年")[2]


def _group_columns(figures: ResultTableFigures) -> list[TableColumn]:
    groups = [
        TableColumn(name, f"{trimmed(figures.group_marks[group])}分") for group, name in figures.group_names.items()
    ]
    return [TableColumn("县区", kind="row"), *groups, TableColumn("扣分"), TableColumn("加分"), TableColumn("得分")]


def _group_row(figures: ResultTableFigures, row: ResultRow, places: int, whole: int) -> list[Content]:
    return [
        row.name,
        *(_group_points(figures, row, group, places) for group in figures.group_names),
        trimmed(row.deducted) if row.deducted else "0" if row.assessed else "未评",
        None if row.bonus is None else trimmed(row.bonus),
        fixed(row.total, whole),
    ]


def counted(figures: ResultTableFigures, row: ResultRow, group: str) -> bool:
    """Whether any item of a group is counted for a county: nothing assessed yet is not zero points."""
    return any(row.items[item.item] is not None for item in figures.items if item.group == group)


def _group_points(figures: ResultTableFigures, row: ResultRow, group: str, places: int) -> str:
    if counted(figures, row, group):
        return fixed(row.groups[group], places)
    states = dict.fromkeys(row.states[item.item] for item in figures.items if item.group == group)
    return "、".join(_NOT_COUNTED[state] for state in states)


def item_points(dossier: Dossier) -> Piece:
    """Return every item's points, county beside county, in the rubric's order."""
    figures = figures_of(dossier, ResultTableFigures)
    columns = [
        TableColumn("考评项目", kind="row"),
        TableColumn("满分", "分"),
        *(TableColumn(row.name) for row in figures.rows),
    ]
    places = decimals_of([points for row in figures.rows for points in row.items.values()])
    rows: list[list[Content]] = [
        [item.name, trimmed(item.full_marks), *(_points(row, item, places) for row in figures.rows)]
        for item in figures.items
    ]
    used = {row.states[item.item] for row in figures.rows for item in figures.items if row.items[item.item] is None}
    words = "、".join(_NOT_COUNTED[state] for state in _NOT_COUNTED if state in used)
    remark = f"“{words}”的小项不计入得分和已评满分，不作估计。" if words else "每个小项都已评定。"
    return part("小项得分", table(f"{figures.period.label}小项得分", columns, rows, style="scores"), note(remark))


def city_standing(dossier: Dossier) -> Piece:
    """Return whether the city, and which counties, meet their own targets, with the sentence where they differ."""
    figures = figures_of(dossier, ResultTableFigures)
    whole = figures.whole
    columns = [
        TableColumn("指标", kind="row"),
        TableColumn(whole, kind="long"),
        TableColumn("达到本县区目标的", kind="long"),
        TableColumn("未达到的", kind="long"),
    ]
    rows: list[list[Content]] = [
        [
            standing.label,
            f"{_MARKS[standing.city]}：{standing.city_said}",
            _names(standing.met),
            _names((*standing.not_met, *_not_known(standing))),
        ]
        for standing in figures.standings
    ]
    told = [paragraph(text) for text in differing(figures)]
    lead = told or [paragraph(f"没有县区达标而{whole}未达标、或{whole}达标而县区未达标的指标。")]
    remark = f"{whole}数由各地分子、分母合计计算（含市本级），不是县区的平均。数量类指标年底以前按序时进度判断。"
    caption = f"{figures.period.label}{whole}与县区目标完成情况"
    return part(f"{whole}与县区", lead, table(caption, columns, rows, style="issues"), note(remark))


def _not_known(standing: CityStanding) -> Iterator[str]:
    """Yield the areas of which nothing can be said yet, those of one light together; an older table has no words."""
    alike: dict[str, list[str]] = {}
    for name, word in zip(standing.unknown, standing.unknown_words or ("",) * len(standing.unknown), strict=True):
        alike.setdefault(word, []).append(name)
    for word, names in alike.items():
        yield f"尚不能判断的：{'、'.join(names)}{f'“{word}”' if word else ''}"


def evidence_index(dossier: Dossier) -> Piece:
    """Return what evidence each county handed in, in the rubric's order; what is missing is named."""
    figures = figures_of(dossier, ResultTableFigures)
    content: list[Element] = []
    for group, name in figures.group_names.items():
        columns = [
            TableColumn("考评项目", kind="row"),
            TableColumn("应附", kind="long"),
            TableColumn("已附", kind="long"),
        ]
        rows: list[list[Content]] = [
            [f"{item.name}（{trimmed(item.full_marks)}分）", item.evidence_required, _handed_in(figures, item)]
            for item in figures.items
            if item.group == group
        ]
        content.append(table(name, columns, rows, style="issues"))
    place = code("data/evidence/考评期/县区/小项/")
    lead = note("按考评顺序排列；“缺”为没有列出印证资料。考评表所附文件在 ", place, " 下，报表所列的见该月报表。")
    return part("印证资料目录", lead, content)


def _handed_in(figures: ResultTableFigures, item: ResultItem) -> list[Content]:
    """List evidence, counties with the same in one line."""
    by_evidence: dict[str, list[str]] = {}
    for row in figures.rows:
        by_evidence.setdefault(_evidence(row, item), []).append(row.name)
    lines: list[Content] = []
    for told, names in by_evidence.items():
        lines += [Element("br") if lines else None, f"{'、'.join(names)}：{told}"]
    return lines


def result_signatures(dossier: Dossier) -> Piece:
    """Return where the bureau signs and seals before the table goes to 督查室."""
    issuer = dossier.heading.issuer
    return Piece(
        Element(
            "div",
            paragraph(f"{issuer}（盖章）"),
            paragraph("主要负责人签字：", Element("span", "　", class_="blank")),
            paragraph("经办人签字：", Element("span", "　", class_="blank")),
            paragraph("日期：　　　　年　　月　　日"),
            class_="signature",
        )
    )


def result_sentence(figures: ResultTableFigures) -> str:
    """Return the result in a few sentences, the city beside its counties among them."""
    word = "暂定" if figures.provisional else ""
    ranked = [row for row in figures.rows if row.rank is not None]
    said = f"{figures.period.label}考评{len(figures.rows)}个县区"
    if ranked:
        said += f"，{word}排名第一的是{first_named(ranked)}"
    absent = [row.name for row in figures.rows if not row.assessed]
    whose = "" if len(absent) == len(figures.rows) else "、".join(absent)
    said += f"；{whose or '都'}没有考评表，手工小项未评" if absent else ""
    return f"{said}。{_in_short(figures)}"


def _in_short(figures: ResultTableFigures) -> str:
    """Say in a sentence each on which indicators counties pass while the city fails, and the reverse."""
    standings, whole = figures.standings, figures.whole
    city_fails = [each.label for each in standings if each.city == "not_met" and each.met]
    county_fails = [each.label for each in standings if each.city == "met" and each.not_met]
    said = f"有县区达到本县区目标、而{whole}未达到的指标：{'、'.join(city_fails)}。" if city_fails else ""
    return said + (f"{whole}达到、而有县区未达到的指标：{'、'.join(county_fails)}。" if county_fails else "")


def differing(figures: ResultTableFigures) -> list[str]:
    """Return a sentence for every indicator on which the city and some of its counties differ."""
    told, whole = [], figures.whole
    for standing in figures.standings:
        if standing.city == "not_met" and standing.met:
            told.append(
                f"{standing.label}：{'、'.join(standing.met)}达到本县区目标，{whole}未达到（{standing.city_said}）。"
            )
        elif standing.city == "met" and standing.not_met:
            names = "、".join(standing.not_met)
            told.append(f"{standing.label}：{whole}达到（{standing.city_said}），{names}未达到本县区目标。")
    return told


def remarks(figures: ResultTableFigures) -> list[str]:
    """Return what must be printed with the table, on paper and in the workbook: as of, provisional, conversion."""
    day = numbers.day(figures.as_of) if figures.as_of else ""
    end = numbers.day(figures.period.end)
    if not day:
        told = ["没有可用的报表。"]
    elif figures.at_period_end:
        told = [f"数据截至{day}，为期末数。"]
    else:
        told = [f"数据截至{day}，不是{end}的期末数：期末口径的更正报表报来后重新考评。"]
    if figures.provisional:
        open_rows = [row.name for row in figures.rows if not row.grade]
        whose = "各县区" if len(open_rows) == len(figures.rows) else "、".join(open_rows)
        told.append(f"暂定：{whose}尚有小项未评或未到期，只计已评小项，不定等次，不折算。")
    if len({row.marks for row in figures.rows}) > 1:
        told.append("各县区已评满分不同，按得分率（得分占已评满分的比例）排名。")
    return told


def _points(row: ResultRow, item: ResultItem, places: int) -> str:
    points = row.items[item.item]
    return _NOT_COUNTED[row.states[item.item]] if points is None else fixed(points, places)


def _names(names: Sequence[str]) -> str | None:
    return "、".join(names) or None


def _evidence(row: ResultRow, item: ResultItem) -> str:
    state = row.states[item.item]
    if row.evidence[item.item]:
        return "；".join(row.evidence[item.item])
    return _NOT_COUNTED[state] if state in {"not_assessed", "excluded", "not_reported"} else "缺"
