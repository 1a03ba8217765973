"""能否完成: pace, what is needed a month, the projected year's end, and the month in which a target is reached."""

from collections.abc import Sequence
from decimal import Decimal

from minsheng.domain.figure import Compared, Measurement, Outlook
from minsheng.domain.period import Period
from minsheng.domain.result import BulletinFigures, Dossier, ProjectFigures
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.before.comparisons import comparison_columns, comparison_remark, of, rate_text
from minsheng.report.lights import figures_of
from minsheng.report.sentences import some_of

_RULE = (
    "近三月平均为每月新增（水平类为变化），不足三个月的按已有月数；年底预计＝现有数＋近三月平均×剩余月数；仅供参考。"
)

_SHORT_RULE = "年底预计＝现有数＋近三月平均×剩余月数，仅供参考。"

_COLUMNS = (
    TableColumn("指标", kind="row"),
    TableColumn("单位", kind="text"),
    TableColumn("全年目标"),
    TableColumn("现有数"),
    TableColumn("当月"),
    TableColumn("近三月平均"),
    TableColumn("今后每月需"),
    TableColumn("年底预计"),
    TableColumn("达到目标", kind="text"),
)

_FIGURES = slice(3, 8)
"""The columns from 现有数 to 年底预计."""


def prospects_section(dossier: Dossier, most: int | None = None) -> Piece:
    """Return the city's outlook on every indicator, of all projects; ``most``: see :func:`prospects_of`."""
    figures = figures_of(dossier, BulletinFigures)
    measurements = [m for project in figures.projects for m in project.measurements]
    outlooks = [each for project in figures.projects for each in project.outlooks]
    compared = [each for project in figures.projects for each in project.compared]
    shown = prospects_of(f"{figures.whole}年底预计", figures, measurements, outlooks, compared, most=most)
    return part("能否完成", shown)


def prospects_of(
    caption: str,
    figures: BulletinFigures | ProjectFigures,
    measurements: Sequence[Measurement],
    outlooks: Sequence[Outlook],
    compared: Sequence[Compared] = (),
    *,
    most: int | None = None,
) -> list[Element]:
    """Return the sentence, the table, with 环比 and 同比 if given, and its rule; where nothing is known a sentence.

    ``most`` is how many indicators there is room for: those come first that will miss their targets.
    """
    known = {m.indicator: m for m in measurements}
    pairs = [(known[each.indicator], each) for each in outlooks if each.indicator in known]
    if not pairs:
        return [paragraph("没有可以推算的数量指标。")]
    month = figures.period.closing_month
    every = len(pairs)
    told = paragraph(verdict(pairs, month) if most is None else verdict(pairs, month, room=60))
    if most is not None and most < every:
        chosen = sorted(range(every), key=lambda at: not _misses(*pairs[at]))[:most]
        pairs = [pairs[at] for at in sorted(chosen)]
    left = every - len(pairs)
    whose = f"{figures.whole}各项目报告"
    rule = (_RULE if most is None else _SHORT_RULE) + (
        f"本表之外还有{left}项（达不到目标的先列），见{whose}的“能否完成”。" if left else ""
    )
    rows = [_row(m, o, stale=o.at < month) for m, o in pairs]
    if not compared:
        return [told, table(caption, _COLUMNS, rows, style="ranking"), note(rule)]
    # The picture above says every target, the sentence when they are reached: the width is for the comparisons.
    beside = comparison_columns(compared)
    columns = [_COLUMNS[0], *list(_COLUMNS)[_FIGURES], *(column for _, column in beside)]
    wide: list[list[Content]] = []
    for (m, _), row in zip(pairs, rows, strict=True):
        rates = [rate_text(m, of(compared, kind, m.indicator), bare=True) for kind, _ in beside]
        wide.append([f"{row[0]}（{m.unit}）", *row[_FIGURES], *rates])
    rule += comparison_remark([m for m, _ in pairs], compared, why=most is None)
    return [told, table(caption, columns, wide, style="ranking"), note(rule)]


def verdict(pairs: Sequence[tuple[Measurement, Outlook]], month: Period, *, room: float = 120) -> str:
    """Say which targets are reached, which will be at this pace, and which will not; and of when what is older is."""
    known = sorted({o.at.last_month for _, o in pairs if o.at < month})
    done = [m.brief for m, o in pairs if o.is_reached and not m.limit]
    due = [f"{m.brief}（{o.reached.last_month}月）" for m, o in pairs if o.reached and not o.is_reached and not m.limit]
    short = [m.brief for m, o in pairs if o.reached is None and o.projected is not None and not m.limit]
    over = [m.brief for m, o in pairs if m.limit and o.reached is not None]
    said = [f"已达到全年目标：{some_of(done, room)}"] * bool(done)
    said += [f"按近三月平均年内可达到：{some_of(due, room)}"] * bool(due)
    said += [f"按近三月平均年内达不到：{some_of(short, room)}"] * bool(short)
    said += [f"已超过或将超过控制数：{some_of(over, room)}"] * bool(over)
    when = f"本月数据不全，按{'、'.join(map(str, known))}月数据：" if known else ""
    return f"{when}{'；'.join(said)}。" if said else "只有一个月的数据，尚不能推算。"


def _misses(measurement: Measurement, outlook: Outlook) -> bool:
    """Whether at this pace a target is not reached, or a limit not kept."""
    return (outlook.reached is not None) == bool(measurement.limit)


def _row(measurement: Measurement, outlook: Outlook, *, stale: bool) -> list[Content]:
    unit, decimals = measurement.unit, measurement.decimals
    now = outlook.actual
    return [
        f"{measurement.brief}（{outlook.at.last_month}月）" if stale else measurement.brief,
        unit,
        numbers.trimmed(measurement.target) if measurement.target is not None else None,
        None if now is None else numbers.below(now, measurement.bound(now), decimals),
        _change(measurement, outlook.pace),
        _change(measurement, outlook.average),
        None if outlook.needed is None else _needed(outlook.needed, decimals),
        _projected(measurement, outlook),
        _reached(measurement, outlook),
    ]


def _needed(pace: Decimal, decimals: int) -> str:
    """Round up, since less would not do, to the decimals that the average has."""
    places = decimals if pace == numbers.rounded(pace, decimals) else decimals + 1
    return numbers.fixed(numbers.raised(pace, places), places)


def _change(measurement: Measurement, pace: Decimal | None) -> str | None:
    if pace is None:
        return None
    # A mean of whole things is seldom whole.
    places = measurement.decimals if pace == numbers.rounded(pace, measurement.decimals) else measurement.decimals + 1
    shown = numbers.fixed(abs(pace), places)
    sign = "" if not numbers.rounded(pace, places) else "−" if pace < 0 else "+" * (measurement.basis == "full")
    return f"{sign}{shown}"


def _projected(measurement: Measurement, outlook: Outlook) -> str | None:
    if outlook.projected is None:
        return None
    return numbers.below(outlook.projected, measurement.target, measurement.decimals)


def _reached(measurement: Measurement, outlook: Outlook) -> str:
    if measurement.limit:
        return (
            "年内不超"
            if outlook.reached is None
            else f"{outlook.reached.last_month}月{'已超' if outlook.is_reached else '将超'}"
        )
    if outlook.reached is not None:
        return f"{outlook.reached.last_month}月{'已达到' if outlook.is_reached else ''}"
    return "—" if outlook.projected is None else "年内达不到"
