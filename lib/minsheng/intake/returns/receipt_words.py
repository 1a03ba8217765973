"""What a receipt says, before it becomes a sheet or a page."""

from dataclasses import dataclass

from minsheng.domain.delivery import Issue, ReturnStatus, RuleState, Severity, Verdict
from minsheng.domain.plan import Plan

SEVERITY_WORDS = {Severity.CRITICAL: "错误（不予采用）", Severity.WARNING: "提示（须说明）", Severity.INFO: "告知"}

STATUS_WORDS = {
    ReturnStatus.REPORTED: "采用",
    ReturnStatus.BLOCKED: "未采用：请改正后重新报送",
    ReturnStatus.NOT_REPORTED: "未报送",
}

COLUMNS = ("序号", "级别", "工作表", "单元格", "填报值", "问题", "允许的值", "怎样处理", "依据", "规则", "贵单位说明")


@dataclass(frozen=True)
class ReceiptWords:
    """The texts of one receipt."""

    title: str
    facts: tuple[tuple[str, str], ...]
    projects: tuple[tuple[str, str], ...]
    issues: tuple[tuple[str, ...], ...]
    """One row per issue, in the order of :data:`COLUMNS`."""
    severities: tuple[Severity, ...]
    not_checked: tuple[tuple[str, str, str], ...]
    """Rule, project, reason."""
    advice: str


_ORDER = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def receipt_words(plan: Plan, verdict: Verdict) -> ReceiptWords:
    """Put a verdict into the words of a receipt: errors first, then warnings, then notes."""
    name = plan.owner_name(verdict.id)
    issues = sorted(verdict.issues, key=lambda issue: _ORDER[issue.severity])
    counts = {s: sum(1 for issue in issues if issue.severity == s) for s in Severity}
    facts = (
        ("填报单位", name),
        ("报告期", verdict.period.label),
        ("数据截至", str(verdict.as_of)),
        ("收到文件", f"{verdict.file}（第 {verdict.revision} 版）"),
        ("收到时间", verdict.received_at.strftime("%Y-%m-%d %H:%M")),
        ("文件 sha256", verdict.sha256),
        ("数据性质", verdict.data_label or "—"),
        (
            "审核结果",
            f"错误 {counts[Severity.CRITICAL]} 个，提示 {counts[Severity.WARNING]} 个，告知 {counts[Severity.INFO]} 个",
        ),
    )
    return ReceiptWords(
        title=f"{name}{verdict.period.label}报表回执",
        facts=facts,
        projects=tuple((plan.project(p).name, STATUS_WORDS[status]) for p, status in verdict.projects.items()),
        issues=tuple(_row(n, issue) for n, issue in enumerate(issues, 1)),
        severities=tuple(issue.severity for issue in issues),
        not_checked=tuple(
            (o.rule, plan.project(o.project).short_name if o.project else "整份报表", o.reason)
            for o in verdict.outcomes
            if o.outcome in {RuleState.NOT_CHECKED, RuleState.ERROR}
        ),
        advice=_advice(counts),
    )


def _row(number: int, issue: Issue) -> tuple[str, ...]:
    return (
        str(number),
        SEVERITY_WORDS[issue.severity],
        issue.sheet or "（整份文件）",
        issue.cell,
        issue.value,
        issue.message,
        issue.allowed,
        issue.action,
        issue.basis,
        issue.rule,
        issue.explanation,
    )


def _advice(counts: dict[Severity, int]) -> str:
    if counts[Severity.CRITICAL]:
        return "有错误的项目本次不予采用。请在原表上改正（出错的单元格已标红并加批注），重新报送整份报表。"
    if counts[Severity.WARNING]:
        return "报表已采用。请核对标黄的单元格；数字无误的，请在“情况说明”表按规则编号写明原因后重新报送。"
    return "报表已采用，没有需要处理的问题。"


def comment_text(issue: Issue) -> str:
    """Return the comment of a faulty cell."""
    return f"[{issue.rule}] {issue.message}\n允许：{issue.allowed}\n处理：{issue.action}"
