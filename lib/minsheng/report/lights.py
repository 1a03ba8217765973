"""Status in words: lights, the state of a return, severity of an issue, tone of a finding."""

from typing import Literal

from minsheng.domain.delivery import Issue, ReturnStatus, Severity
from minsheng.domain.light import Light, Tone
from minsheng.report.markup import Element

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


def light_badge(light: Light) -> Element:
    """Return a light: its word, its shape, and its colour only third."""
    shape = Element("span", light.shape, class_="shape", aria_hidden="true")
    return Element("span", shape, light.word, class_=f"light light-{light.tone}")


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
