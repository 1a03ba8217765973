"""重点督办: one line a county - what, by when, how much, since when, and whom to ask there."""

from collections.abc import Sequence

from minsheng.domain.delivery import ReturnStatus
from minsheng.domain.plan import ReportPart
from minsheng.domain.result import BulletinFigures, Dossier, Urgent
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, note, one_line, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import figures_of

_KINDS = {"red": "红灯", "overdue": "逾期", "due_soon": "即将到期", "said": "自述不能按期"}

_TITLE = "重点督办"


def red_items(dossier: Dossier) -> Piece:
    """Return what is red, overdue or about to be, with the next steps that its county gave; none given is said."""
    figures = figures_of(dossier, BulletinFigures)
    return part(_TITLE, supervised(figures, dossier.parts))


def supervised(figures: BulletinFigures, parts: Sequence[ReportPart] = ()) -> list[Element]:
    """Return the table, a line a county, and how to read it."""
    if not figures.urgent:
        return [paragraph(_nothing(figures))]
    plans = next((each for each in parts if each.role == "plans"), None)
    heading = f"事项、差距和期限；{plans.title}" if plans else "事项、差距和期限"
    columns = [TableColumn("地区和联系人", kind="row"), TableColumn(heading, kind="long")]
    rows: list[list[Content]] = []
    for mine in by_area(figures.urgent):
        lines = [_told(some) for some in _alike(mine)]
        lines += [[f"{plans.title}：", *_planned(figures, mine, plans)]] if plans else []
        who: list[Content] = [mine[0].name, Element("br"), mine[0].contact or "未填"]
        rows.append([who, _lines(lines)])
    remark = "红灯、已逾期、即将到期未落实，以及县区自述不能按期完成的事项；联系人为报表封面所填。"
    return [table(f"{figures.period.label}重点督办事项", columns, rows, style="issues"), note(remark)]


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
        alone = number if each.kind in {"red", "said"} else None
        found.setdefault((each.kind, each.due, each.months, each.last_known, alone), []).append(each)
    return list(found.values())


def _told(alike: Sequence[Urgent]) -> list[Content]:
    item = alike[0]
    known = f"（{item.last_known.last_month}月数，此后无可用数据）" if item.last_known else ""
    since = f"，连续{item.months}个月" if item.months > 1 else ""
    match item.kind:
        case "red":
            said = f"“{item.word}”{since}：{_gap(item)}，期限{_day(item)}"
        case "overdue":
            said = f"逾期{since}，期限{_day(item)}"
        case "due_soon":
            said = f"{_day(item)}到期，尚未落实"
        case "said":
            said = f"自述“{item.said}”，期限{_day(item)}"
    names = "、".join(dict.fromkeys(each.label for each in alike))
    return [Element("strong", names), f"{known}：{said}。" if item.kind != "red" else f"{known}{said}。"]


def _gap(item: Urgent) -> str:
    if item.actual is None or item.target is None or item.lacking is None:
        return "没有可比的目标数"
    bound = item.target
    told = numbers.quantity(item.actual, item.unit, item.decimals, bound)
    lacking = numbers.difference(item.lacking, item.unit, item.decimals)
    if item.behind is None:
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
