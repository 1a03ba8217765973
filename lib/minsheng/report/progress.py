"""进展情况 of one project: indicators against target and schedule, duties, key figures."""

from collections.abc import Sequence

from minsheng.domain.area import CITY
from minsheng.domain.figure import KeyValue, Measurement
from minsheng.domain.reporting import SUPPRESSED
from minsheng.domain.result import BulletinFigures, Dossier, ProjectFigures
from minsheng.measure import disclosure
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, note, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.report import sentences
from minsheng.report.before.comparisons import comparison_table
from minsheng.report.lights import figures_of, is_left_out, no_data, standing_badge, words_said
from minsheng.report.sources import reference

_STATES = {"met": "已落实", "met_late": "逾期完成", "not_met": "未落实", "not_due": "未到期", "unknown": "无法判定"}


_COLUMNS = [
    TableColumn("指标", kind="row"),
    TableColumn("单位", kind="text"),
    TableColumn("年度目标"),
    TableColumn("完成数"),
    TableColumn("完成率", "%"),
    TableColumn("序时进度", "%"),
    TableColumn("与序时进度相差", "个百分点"),
    TableColumn("状态", kind="text"),
]


def progress_table(dossier: Dossier) -> Piece:
    """Return the indicators with target, actual, completion, schedule and light."""
    figures = figures_of(dossier, ProjectFigures)
    if not figures.measurements:
        return part("进展情况", no_data(figures), paragraph(f"{figures.area_name}在本项目没有量化指标。"))
    rows = [_row(measurement, figures.area, number) for number, measurement in enumerate(figures.measurements, start=1)]
    places = _places(figures)
    columns = [_COLUMNS[place] for place in places]
    rows = [[row[place] for place in places] for row in rows]
    caption = f"{figures.area_name}{figures.period.label}进展情况"
    beside = comparison_table(figures)
    return part("进展情况", no_data(figures), table(caption, columns, rows), _remarks(figures), beside)


def duties(dossier: Dossier) -> Piece:
    """Return the conditions of milestones, and the duties that have no column in the annex table."""
    figures = figures_of(dossier, ProjectFigures)
    title = "节点任务和工作要求"
    if is_left_out(dossier, "duties", figures.project):
        return Piece()
    states = [*(state for m in figures.measurements for state in m.conditions), *figures.duties]
    if not states:
        why = no_data(figures) or paragraph("本项目没有定期限的节点任务和工作要求。")
        return part(title, why)
    columns = [
        TableColumn("任务", kind="row"),
        TableColumn("期限", kind="text"),
        TableColumn("文件日期", kind="text"),
        TableColumn("状态", kind="text"),
        TableColumn("依据", kind="long"),
    ]
    rows: list[list[Content]] = [
        [
            state.name,
            numbers.day(state.due),
            numbers.day(state.document_date) if state.document_date else None,
            _STATES[state.state],
            sentences.because(state) or None,
        ]
        for state in states
    ]
    return part(title, table(f"{figures.area_name}节点任务和工作要求", columns, rows))


def key_figures_table(dossier: Dossier) -> Piece:
    """Return the figures without a target."""
    figures = figures_of(dossier, ProjectFigures)
    if is_left_out(dossier, "key_figures", figures.project):
        return Piece()
    if not figures.key_values:
        why = no_data(figures) or paragraph("本项目没有另列的主要数据。")
        return part("主要数据", why)
    columns = [TableColumn("数据", kind="row"), TableColumn("单位", kind="text"), TableColumn("数值")]
    rows: list[list[Content]] = [_key_row(value, number) for number, value in enumerate(figures.key_values, start=1)]
    partial = next((value for value in figures.key_values if value.reported_areas != value.expected_areas), None)
    remark = None
    if partial is not None:
        remark = note(f"为已报送的{partial.reported_areas}/{partial.expected_areas}个地区的数据。")
    hidden = None
    if any(value.text == SUPPRESSED for value in figures.key_values):
        hidden = note(*(each.text for each in figures.assumptions if each.id == disclosure.ASSUMPTION))
    return part("主要数据", table(f"{figures.area_name}{figures.period.label}主要数据", columns, rows), remark, hidden)


def _places(figures: ProjectFigures) -> tuple[int, ...]:
    """Return the columns that have something to say: milestones have no rates, levels no schedule, counts no unit."""
    if all(measurement.is_milestone for measurement in figures.measurements):
        return (0, 2, 7)
    levels = all(measurement.schedule_progress is None for measurement in figures.measurements)
    places = (0, 1, 2, 3, 4, 7) if levels else tuple(range(len(_COLUMNS)))
    bare = not any(measurement.unit for measurement in figures.measurements if not measurement.is_milestone)
    return tuple(place for place in places if place != 1 or not bare)


def actual_text(measurement: Measurement) -> str | None:
    """Return an actual for a column of its own: without its unit, never seeming to reach a target that it misses."""
    if measurement.actual is None:
        return None
    return numbers.below(measurement.actual, measurement.bound(measurement.actual), measurement.decimals)


def target_words(measurement: Measurement) -> str | None:
    """Return a target as printed: its words where it has some, a range, or the number without its unit."""
    if measurement.target_text:
        return measurement.target_text
    if measurement.target_lower is not None and measurement.target_upper is not None:
        return f"{numbers.trimmed(measurement.target_lower)}～{numbers.trimmed(measurement.target_upper)}"
    return numbers.trimmed(measurement.target) if measurement.target is not None else None


def completion_text(measurement: Measurement) -> str | None:
    """Return a completion for a column whose header says %."""
    return (
        None
        if measurement.completion is None
        else numbers.percent_number(measurement.completion, measurement.rate_decimals)
    )


def _row(measurement: Measurement, area: str, number: int) -> list[Content]:
    ref = reference(number, area, measurement.indicator) if measurement.formula else None
    if not measurement.has_duty and measurement.actual is None:
        # Its light says so; dashes would read as figures that are missing.
        return [[measurement.brief, ref], measurement.unit, *[""] * (len(_COLUMNS) - 3), standing_badge(measurement)]
    schedule = gap = None
    target: str | None
    if measurement.basis == "schedule" and measurement.schedule_progress is not None:
        schedule = numbers.percent_number(measurement.schedule_progress, measurement.rate_decimals)
        if measurement.completion is not None and not measurement.limit:
            gap = _signed(measurement)
    if measurement.is_milestone:
        actual: Content = measurement.light.word
        unit, target = numbers.ABSENT, measurement.target_text
    else:
        actual, unit = actual_text(measurement), measurement.unit
        target = target_words(measurement)
    return [
        [measurement.brief, ref],
        unit,
        target,
        actual,
        completion_text(measurement),
        schedule,
        gap,
        standing_badge(measurement),
    ]


def schedule_note(figures: ProjectFigures | BulletinFigures, shown: Sequence[Measurement]) -> str:
    """Say what counts are held against: the schedule of the month's end, which is later than their figures."""
    period, as_of = figures.period, figures.as_of
    shares = {m.schedule_progress for m in shown if m.schedule_progress is not None}
    if not shares or as_of is None:
        return ""
    if as_of >= period.end:
        return f"数据截至{numbers.day(as_of)}。"
    if figures.schedule_at == "as_of":
        return f"序时进度按各地数据截至日（最早{numbers.day(as_of)}）折算。"
    share = numbers.percent(max(shares)) if len(shares) == 1 else ""
    end = f"{period.end.month}月{period.end.day}日"
    return f"数据截至{numbers.day(as_of)}，序时进度{share}按{end}计算，之间尚有{(period.end - as_of).days}天。"


def _signed(measurement: Measurement) -> str:
    gap = ((measurement.completion or 0) - (measurement.schedule_progress or 0)) * numbers.PERCENT
    if not numbers.rounded(gap, 1):
        return "0" if abs(gap) < sentences.NO_GAP else f"{'+' if gap > 0 else '−'}不足0.1"
    return f"{'+' if gap > 0 else '−'}{numbers.fixed(abs(gap), 1)}"


def _remarks(figures: ProjectFigures) -> list[Element]:
    lines = ["指标后的小号数字指向文末的计算依据。"]
    if any(m.basis == "schedule" and m.schedule_progress is not None for m in figures.measurements):
        lines.append("相差的百分点按未舍入的数计算。")
        lines.append(schedule_note(figures, figures.measurements))
    if any(m.basis == "full" and not m.is_milestone for m in figures.measurements):
        lines.append("水平类指标每月都与全年目标比较，不按月份折算。")
    notes = [note("".join(lines))]
    own = "" if figures.area != CITY else figures.whole
    whose = [(own, figures.measurements), *((row.name, row.measurements) for row in figures.areas)]
    notes += words_said((name, m) for name, measurements in whose for m in measurements)
    partial = next((m for m in figures.measurements if m.missing_areas), None)
    if partial is not None and figures.area == CITY:
        notes.append(note(f"完成数为已报送地区合计（{sentences.coverage(partial)}），不计算{figures.whole}完成率。"))
    return notes


def _key_row(value: KeyValue, number: int) -> list[Content]:
    name: list[Content] = [value.label, reference(number, "key", value.id) if value.cells else None]
    if value.value is None:
        return [name, value.unit or numbers.ABSENT, value.text or None]
    if value.unit == "元" and abs(value.value) >= numbers.WAN:
        return [name, "万元", numbers.wan(value.value)]
    decimals = value.decimals if value.value == numbers.rounded(value.value, value.decimals) else value.decimals + 2
    return [name, value.unit or numbers.ABSENT, numbers.fixed(value.value, decimals)]
