"""重点督办: one line a county - what, by when, how much, since when, and whom to ask there."""

from collections.abc import Sequence

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.figure import Urgent
from minsheng.domain.reporting import ReportPart
from minsheng.domain.result import BulletinFigures
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, note, one_line, paragraph
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.sentences import some_of

_KINDS = {"red": "红灯", "overdue": "逾期", "due_soon": "即将到期", "said": "自述不能按期"}

TITLE = "重点督办"
"""The heading of these items, here and on the month's page."""


def supervised(figures: BulletinFigures, parts: Sequence[ReportPart] = (), *, most: int | None = None) -> list[Element]:
    """Return the table, a line a county, and how to read it.

    Parameters
    ----------
    parts
        The plan's parts of a report: counties' next steps are shown where one of them is about these.
    most
        How many counties there is room for, without next steps: what is due and how much is lacking comes before what
        a county means to do about it. ``None`` for a page without an end.
    """
    if not figures.urgent:
        return [paragraph(_nothing(figures))]
    plans = next((each for each in parts if each.role == "plans"), None)
    areas = by_area(figures.urgent)
    heading = f"事项、差距和期限；{plans.title}" if plans and most is None else "事项、差距和期限"
    rows = [_row(figures, mine, plans if most is None else None) for mine in areas[:most]]
    remark = "红灯、已逾期、即将到期未落实，以及县区自述不能按期完成的事项；联系人为报表封面所填。"
    if most is not None:
        left = areas[len(rows) :]
        items, names = sum(map(len, left)), some_of([mine[0].name for mine in left], 80)
        rest = f"本表之外还有{len(left)}个地区{items}项：{names}。" if left else ""
        what = "全部事项和" if left else ""
        told = plans.title if plans else "各地区所写"
        remark += f"{rest}{what}{told}见本月网页（{figures.period}/index.html）的“{TITLE}”。"
    if not rows:
        counted = some_of([f"{mine[0].name}（{len(mine)}项）" for mine in areas], 80)
        return [paragraph(f"{counted}：见本月网页（{figures.period}/index.html）的“{TITLE}”。")]
    columns = [TableColumn("地区和联系人", kind="row"), TableColumn(heading, kind="long")]
    return [table(f"{figures.period.label}重点督办事项", columns, rows, style="issues"), note(remark)]


def _row(figures: BulletinFigures, mine: Sequence[Urgent], plans: ReportPart | None) -> list[Content]:
    lines = [_told(some) for some in _alike(mine)]
    lines += [[f"{plans.title}：", *_planned(figures, mine, plans)]] if plans else []
    who: list[Content] = [mine[0].name, Element("br"), mine[0].contact or "未填"]
    return [who, _lines(lines)]


def by_area(urgent: Sequence[Urgent]) -> list[list[Urgent]]:
    """Return the items of each area, in the order in which areas come first."""
    found: dict[str, list[Urgent]] = {}
    for each in urgent:
        found.setdefault(each.area, []).append(each)
    return list(found.values())


def supervision_sentence(figures: BulletinFigures) -> str:
    """Return how many areas and items, by kind, as a sentence."""
    if not figures.urgent:
        return _nothing(figures)
    counted = [
        f"{word}{count}项" for kind, word in _KINDS.items() if (count := sum(e.kind == kind for e in figures.urgent))
    ]
    return f"重点督办{len(by_area(figures.urgent))}个地区{len(figures.urgent)}项（{'、'.join(counted)}）。"


def _nothing(figures: BulletinFigures) -> str:
    reported = [entry for entry in figures.returns if entry.status == ReturnStatus.REPORTED]
    if not reported:
        return "没有可用数据，不能判断有无需要督办的事项。"
    whose = "" if len(reported) == len(figures.returns) else "已报送的地区"
    return f"{whose}没有红灯、逾期和即将到期的事项。"


def _alike(mine: Sequence[Urgent]) -> list[list[Urgent]]:
    """Put duties that are due on one day and stand alike together; figures stand alone."""
    found: dict[tuple[object, ...], list[Urgent]] = {}
    for number, each in enumerate(mine):
        alone = number if each.kind == "said" or each.word else None
        found.setdefault((each.kind, each.due, each.months, each.last_known, alone), []).append(each)
    return list(found.values())


def _told(alike: Sequence[Urgent]) -> list[Content]:
    item = alike[0]
    known = f"（{item.last_known.last_month}月数，此后无可用数据）" if item.last_known else ""
    since = f"，连续{item.months}个月" if item.months > 1 else ""
    match item.kind:
        case _ if item.word:
            said = f"“{item.word}”{since}：{_gap(item)}，期限{_day(item)}"
        case "overdue":
            said = f"逾期{since}，期限{_day(item)}"
        case "due_soon":
            said = f"{_day(item)}到期，尚未落实"
        case "said":
            said = f"自述“{item.said}”，期限{_day(item)}"
    names = "、".join(dict.fromkeys(each.label for each in alike))
    return [Element("strong", names), f"{known}{said}。" if item.word else f"{known}：{said}。"]


def _gap(item: Urgent) -> str:
    if item.actual is None or item.target is None or item.lacking is None:
        return "没有可比的目标数"
    bound = item.target
    told = numbers.quantity(item.actual, item.unit, item.decimals, bound)
    lacking = numbers.difference(item.lacking, item.unit, item.decimals)
    if item.behind is None or item.behind == item.lacking:  # at the year's end the schedule asks for the whole
        return f"{told}，与目标{numbers.target(item.target, item.unit)}差{lacking}"
    places = item.decimals if item.behind == numbers.rounded(item.behind, item.decimals) else item.decimals + 1
    return f"{told}，比序时少{numbers.difference(item.behind, item.unit, places)}，全年还差{lacking}"


def _day(item: Urgent) -> str:
    return f"{item.due.month}月{item.due.day}日"


def _planned(figures: BulletinFigures, mine: Sequence[Urgent], plans: ReportPart) -> list[Content]:
    """Return what the county says about each project of its items; what it left out is said."""
    told: list[Content] = []
    if mine[0].last_known is not None:
        return ["本月没有可用的报表。"]
    for project in figures.projects:
        if project.project in {each.project for each in mine}:
            words = one_line(project.narratives.get(mine[0].area, {}).get(plans.id, ""))
            told.append(words or f"{project.name}未写明。")
    return told


def _lines(items: Sequence[Sequence[Content]]) -> list[Content]:
    lines: list[Content] = []
    for item in items:
        lines += [*([Element("br")] if lines else []), *item]
    return lines
