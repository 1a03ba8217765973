"""What a receipt says, before it becomes a sheet or a page: first what to do, cell by cell; behind it the record."""

from collections.abc import Sequence
from dataclasses import dataclass

from minsheng.domain.addresses import place, position
from minsheng.domain.delivery import Cause, Issue, ReturnStatus, RuleState, Severity, Verdict
from minsheng.domain.plan import Plan
from minsheng.measure.fields import not_used

SEVERITY_WORDS = {Severity.CRITICAL: "错误（不予采用）", Severity.WARNING: "提示（须说明）", Severity.INFO: "告知"}

STATUS_WORDS = {
    ReturnStatus.REPORTED: "采用",
    ReturnStatus.BLOCKED: "未采用：请改正后重新报送",
    ReturnStatus.NOT_REPORTED: "未报送",
}

ENTRY_COLUMNS = ("单元格", "您填的", "请改成／请说明")
"""Of the first page."""

COLUMNS = ("序号", "级别", "工作表", "单元格", "填报值", "问题", "允许的值", "怎样处理", "依据", "规则", "贵单位说明")
"""Of the record."""

_EXPLAIN = "数字无误的，请在“情况说明”表按规则编号写明原因"

_MOST_SHOWN = 60
"""Characters of what a cell holds: enough to know it again."""


@dataclass(frozen=True)
class ReceiptEntry:
    """One cell on the first page: what to do about it, why, and what follows from it elsewhere."""

    severity: Severity
    sheet: str
    """Empty where the whole file is meant."""
    cell: str
    """Empty where the whole sheet is meant."""
    value: str
    todo: str
    """What to do, to be read at a glance."""
    why: str
    help: str
    follows: tuple[str, ...]
    """What will be in order once this cell is."""

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return place(self.sheet, self.cell) or "整份文件"

    @property
    def folded(self) -> str:
        """What stands over that which follows."""
        return f"由此引出的 {len(self.follows)} 个问题（改好这一格即消除，不必另改）"


@dataclass(frozen=True)
class ReceiptWords:
    """The texts of one receipt."""

    title: str
    advice: str
    facts: tuple[tuple[str, str], ...]
    """What the sender must recognise: whose, of which month, up to which day."""
    entries: tuple[ReceiptEntry, ...]
    """By sheet, in the order of the workbook."""
    rest: str
    """What should be read although it asks for nothing, and what the record says beside; may be empty."""
    record: tuple[tuple[str, str], ...]
    projects: tuple[tuple[str, str], ...]
    issues: tuple[tuple[str, ...], ...]
    """One row per issue, in the order of :data:`COLUMNS`."""
    severities: tuple[Severity, ...]
    not_checked: tuple[tuple[str, str, str], ...]
    """Rule, project, reason."""


_ORDER = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def receipt_words(plan: Plan, verdict: Verdict, sheets: Sequence[str] = ()) -> ReceiptWords:
    """Put a verdict into the words of a receipt; ``sheets`` are the workbook's, in order."""
    name = plan.owner_name(verdict.id)
    issues = sorted(verdict.issues, key=lambda issue: _ORDER[issue.severity])
    counts = {s: sum(1 for issue in issues if issue.severity == s) for s in Severity}
    entries = _entries(verdict, sheets)
    shown = sum(1 for issue in issues if _is_open(issue))
    explained = counts[Severity.CRITICAL] + counts[Severity.WARNING] - shown
    remarks = dict.fromkeys(
        f"{issue.place} {issue.message}" if issue.cell else issue.message for issue in issues if issue.is_remark
    )
    rest = [f"已说明的提示 {explained} 个"] * bool(explained) + [f"告知 {counts[Severity.INFO]} 个"] * bool(
        counts[Severity.INFO]
    )
    beside = [f"不必处理、列在后面备查的：{'，'.join(rest)}"] * bool(rest)
    return ReceiptWords(
        title=f"{name}{verdict.period.label}报表回执",
        advice=_advice(entries),
        facts=(
            ("填报单位", name),
            ("报告期", verdict.period.label),
            ("数据截至", _as_of(verdict)),
            ("收到时间", verdict.received_at.strftime("%Y-%m-%d %H:%M")),
        ),
        entries=entries,
        rest="".join(f"{said}。" for said in (*remarks, *beside)),
        record=(
            ("收到文件", f"{verdict.file}（第 {verdict.revision} 版）"),
            ("文件 sha256", verdict.sha256),
            ("数据性质", verdict.data_label or "—"),
            (
                "审核结果",
                "，".join(f"{SEVERITY_WORDS[s][:2]} {counts[s]} 个" for s in Severity),
            ),
        ),
        projects=tuple((plan.project(p).name, _standing(plan, verdict, p)) for p in verdict.projects),
        issues=tuple(_row(n, issue) for n, issue in enumerate(issues, 1)),
        severities=tuple(issue.severity for issue in issues),
        not_checked=tuple(
            (o.rule, plan.project(o.project).short_name if o.project else "整份报表", o.reason)
            for o in verdict.outcomes
            if o.outcome in {RuleState.NOT_CHECKED, RuleState.ERROR}
        ),
    )


def _standing(plan: Plan, verdict: Verdict, project: str) -> str:
    """Say how a project stands: used, not used, or what of it is not."""
    names = not_used(plan, verdict).get(project)
    if names:
        return f"部分采用：{'、'.join(names)}未采用，请改正后重新报送；其余采用"
    return STATUS_WORDS[verdict.projects[project]]


def _is_open(issue: Issue) -> bool:
    """Whether the sender has something to do about an issue."""
    return issue.blocks or (issue.severity == Severity.WARNING and not issue.explanation)


def _as_of(verdict: Verdict) -> str:
    """Return 数据截至 as the sender wrote it: without it a verdict holds the day of receipt, which is not theirs."""
    doubted = next((issue for issue in verdict.issues if issue.field == "cover.as_of"), None)
    return str(verdict.as_of) if doubted is None else doubted.value or "未填"


def _entries(verdict: Verdict, sheets: Sequence[str]) -> tuple[ReceiptEntry, ...]:
    """Gather what is open by the cell where it is to be put right."""
    causes = {number: cause for cause in verdict.causes for number in cause.issues}
    found: dict[tuple[str, str], list[Issue]] = {}
    at: dict[tuple[str, str], Cause] = {}
    for number, issue in enumerate(verdict.issues):
        if _is_open(issue):
            cause = causes.get(number)
            key = (cause.sheet, cause.cell) if cause else (issue.sheet, issue.cell)
            found.setdefault(key, []).append(issue)
            if cause:
                at[key] = cause
    order = {name: n for n, name in enumerate(sheets)}

    def by_place(entry: ReceiptEntry) -> tuple[int, tuple[int, int]]:
        # What concerns the whole file comes first.
        return (order.get(entry.sheet, len(order)) if entry.sheet else -1, position(entry.cell) or (-1, -1))

    made = [_entry(key, issues, at.get(key)) for key, issues in found.items()]
    return tuple(sorted(made, key=by_place))


def _entry(key: tuple[str, str], issues: Sequence[Issue], cause: Cause | None) -> ReceiptEntry:
    first, *others = sorted(issues, key=lambda i: ((i.sheet, i.cell) != key, _ORDER[i.severity]))
    severity = min((issue.severity for issue in issues), key=_ORDER.__getitem__)
    why = _said(first, key)
    if cause and cause.label not in first.message:
        why = f"“{cause.label}”与其他数对不上。{why}"
    return ReceiptEntry(
        severity=severity,
        sheet=key[0],
        cell=key[1],
        value=_short(cause.value if cause else first.value),
        todo=_todo(first, severity, cause),
        why=why,
        help="" if cause and cause.should else first.action,
        follows=tuple(_said(issue, key) for issue in others),
    )


def _todo(first: Issue, severity: Severity, cause: Cause | None) -> str:
    if cause and cause.should:
        maybe = "".join(f"；或 {cell} 填错，应为 {should}" for cell, should in cause.others)
        # The bureau reckons, the county knows: what it reckoned is checked with the county's own papers.
        return f"请{'核对：应为' if maybe else '改成'} {cause.should}{maybe}（由其余各数推算，请与原始资料核对）"
    if severity == Severity.CRITICAL:
        return f"请改成：{first.allowed}"
    return f"请说明：{_EXPLAIN}（{first.rule}）"


def _said(issue: Issue, key: tuple[str, str]) -> str:
    return issue.message if (issue.sheet, issue.cell) == key else f"{issue.cell or issue.place} {issue.message}"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"


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


def _advice(entries: Sequence[ReceiptEntry]) -> str:
    wrong = sum(1 for entry in entries if entry.severity == Severity.CRITICAL)
    asked = len(entries) - wrong
    explain = f"核对或说明 {asked} 处" if asked else ""
    if wrong:
        said = "，".join(filter(None, (f"须改正 {wrong} 处", explain)))
        return f"{said}。有错误的数本次不予采用：请在原表上改正下列各处，重新报送整份报表。"
    if asked:
        return f"报表已采用，请{explain}：有误的改正，无误的在“情况说明”表写明原因，重新报送整份报表。"
    return "报表已采用，没有需要处理的问题。"


def comment_text(issue: Issue) -> str:
    """Return the comment of a faulty cell."""
    return f"[{issue.rule}] {issue.message}\n允许：{issue.allowed}\n处理：{issue.action}"
