"""What all pieces share: status in words (light, return, severity, tone), and the right kind of figures."""

from collections.abc import Iterable
from typing import Any, Literal, TypeVar, overload

from minsheng.domain.delivery import Issue, ReturnStatus, Severity
from minsheng.domain.figure import AreaRow, Award, Measurement, ReturnNote
from minsheng.domain.light import Light, Tone
from minsheng.domain.result import (
    BulletinFigures,
    Dossier,
    MonthlyReportFigures,
    ProjectFigures,
    RankingFigures,
    ResultTableFigures,
    ScoringFigures,
    SectionScoringFigures,
)
from minsheng.errors import UsageError
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, callout, note, paragraph

FindingTone = Literal["good", "watch", "bad", "plain"]

STATUS_WORDS = {
    ReturnStatus.REPORTED: "已报送",
    ReturnStatus.NOT_REPORTED: "未报送",
    ReturnStatus.BLOCKED: "数据未通过校验",
}

FINDING_TONES: dict[Tone, FindingTone] = {
    Tone.GREEN: "good",
    Tone.YELLOW: "watch",
    Tone.RED: "bad",
    Tone.GREY: "plain",
}


def standing_of(entry: ReturnNote) -> str:
    """Say how a return stands: 已报送, 未报送, 数据未通过校验, or what of it did not pass."""
    return f"已报送，{'、'.join(entry.withheld)}未通过校验" if entry.partly_used else STATUS_WORDS[entry.status]


def unused(row: AreaRow) -> str:
    """Say why an area has no figures in a project, or of which indicators; empty where all are there."""
    if row.status != ReturnStatus.REPORTED:
        return STATUS_WORDS[row.status]
    lost = [each.brief for each in row.measurements if each.status == ReturnStatus.BLOCKED]
    return f"{'、'.join(lost)}{STATUS_WORDS[ReturnStatus.BLOCKED]}" if lost else ""


def light_badge(light: Light) -> Element:
    """Return a light: its word, its shape, and its colour only third."""
    shape = Element("span", light.shape, class_="shape", aria_hidden="true")
    return Element("span", shape, light.word, class_=f"light light-{light.tone}")


def standing_badge(measurement: Measurement) -> list[Content]:
    """Return a measurement's light; where an assessor gave a word, the other of the two beside it."""
    given, shown = measurement.assessed, light_badge(measurement.light)
    if given is None:
        return [shown]
    by_figures = measurement.light == given.computed
    beside = f"评定：{given.light.word}" if by_figures else f"按数据：{given.computed.word}"
    return [shown, Element("span", beside, class_="unit")]


def words_told(rows: Iterable[tuple[str, Measurement]]) -> str:
    """Say every word that assessors gave, with who, when and why; ``rows`` are measurements with whose they are."""
    told = [
        f"{name}{m.brief}评定为“{m.assessed.light.word}”，按数据为“{m.assessed.computed.word}”"
        f"（{m.assessed.assessor}，{numbers.day(m.assessed.on)}）：{m.assessed.reason}"
        for name, m in rows
        if m.assessed is not None
    ]
    return f"评定由评定人给出，不改变数据和计分。{'；'.join(told)}。" if told else ""


def words_said(rows: Iterable[tuple[str, Measurement]]) -> list[Element]:
    """Return the same as a remark, where there is one."""
    told = words_told(rows)
    return [note(told)] if told else []


NO_DUTY = Light(id="no_duty", word="无任务", shape="–", tone=Tone.GREY)
"""Of an area that is not in a project at all: of its indicators nothing is measured, so the plan's own word is not
there."""


def is_left_out(dossier: Dossier, what: str, project: str) -> bool:
    """Whether the plan has nothing of a kind for a project, so that its pages do not speak of it."""
    return what in dossier.heading.left_out.get(project, ())


def severity_badge(issue: Issue) -> Element:
    """Return what an issue does, in a word."""
    match issue.severity:
        case Severity.CRITICAL:
            word, kind = "阻断", "blocking"
        case Severity.WARNING:
            word, kind = ("提示（已说明）" if issue.explanation else "提示（待说明）"), "warning"
        case Severity.INFO:
            word, kind = "参考", "note"
    return Element("span", word, class_=f"severity severity-{kind}")


def rank_word(rank: int | None, award: Award | None) -> str | None:
    """Return a rank for a cell, with whether it is awarded."""
    if rank is None:
        return None
    return f"{rank}{ {None: '', 'given': '（表彰）', 'open': '（表彰待定）'}[award] }"


_NAMES: dict[type, str] = {
    ProjectFigures: "项目",
    ScoringFigures: "县区评分",
    RankingFigures: "考评排名",
    ResultTableFigures: "考评结果表",
    SectionScoringFigures: "科室评分",
    MonthlyReportFigures: "月报",
    BulletinFigures: "月通报",
}

_Kind = TypeVar("_Kind")

_Other = TypeVar("_Other")


@overload
def figures_of(dossier: Dossier, kind: type[_Kind], /) -> _Kind: ...


@overload
def figures_of(dossier: Dossier, kind: type[_Kind], other: type[_Other], /) -> _Kind | _Other: ...


def figures_of(dossier: Dossier, /, *kinds: type[Any]) -> Any:
    """Return the dossier's figures; a piece asked of another kind of notebook says so, and never shows nothing."""
    for kind in kinds:
        if isinstance(dossier.figures, kind):
            return dossier.figures
    wanted = "、".join(_NAMES[kind] for kind in kinds)
    raise UsageError(
        f"这部分内容只用于“{wanted}”类笔记本；当前打开的是“{_NAMES[type(dossier.figures)]}”（{dossier.notebook}）"
    )


def not_accepted(figures: ProjectFigures) -> Element | None:
    """Return the notice that opens the page if the area's return is missing or blocked."""
    month = figures.period.label
    match figures.status:
        case ReturnStatus.REPORTED:
            return None
        case ReturnStatus.NOT_REPORTED:
            return callout(
                f"未报送：{figures.area_name}没有报送{month}数据。未报送不等于零：本页不显示本月完成数，也不计算完成率；"
                f"{figures.whole}合计不含该地区。补报后重新生成本页。",
                kind="not-reported",
            )
        case ReturnStatus.BLOCKED:
            return callout(
                f"数据未通过校验：{figures.area_name}{month}数据有阻断性问题，本项目数据未采用。本页不显示本月完成数，也不计算完成率；"
                f"{figures.whole}合计不含该地区。请按下列校验问题改正后重新报送。",
                kind="blocked",
            )


def no_data(figures: ProjectFigures) -> Element | None:
    """Return the sentence that stands wherever figures would, if the area's return is missing or blocked."""
    if figures.status == ReturnStatus.REPORTED:
        return None
    return paragraph(f"{figures.period.label}{STATUS_WORDS[figures.status]}，本部分没有本月数据。")
