"""Rows of what came in and went out: accepted values, issues, returns, reports handed over and signed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from minsheng.domain.area import Section
from minsheng.domain.delivery import AcceptedReturn, Delivery, ReturnStatus, Severity
from minsheng.domain.period import Period
from minsheng.domain.plan import Plan
from minsheng.domain.table import CellType
from minsheng.intake.returns.store import read_accepted
from minsheng.measure.fields import not_used_words, project_of
from minsheng.notebook.datasets.kept_tables import Text
from minsheng.notebook.datasets.typed_frames import ColumnKind, FrameColumn
from minsheng.plan.calendar import due_date
from minsheng.signing.deliveries import OFFICE, RECEIVERS, DeliveredReport
from minsheng.signing.signatures import SignedReport
from minsheng.workspace import Workspace

WHEN = (FrameColumn("年", ColumnKind.COUNT), FrameColumn("报告期"))

WHERE = (FrameColumn("文件", ColumnKind.WORDS), FrameColumn("工作表"), FrameColumn("单元格", ColumnKind.WORDS))

VALUES = (
    *WHEN,
    *(FrameColumn(name) for name in ("地区", "项目", "表", "行", "栏")),
    FrameColumn("数值", ColumnKind.NUMBER),
    FrameColumn("单位"),
    FrameColumn("文字", ColumnKind.WORDS),
    FrameColumn("日期", ColumnKind.DAY),
    FrameColumn("字段"),
    *WHERE,
)

ISSUES = (
    *WHEN,
    *(FrameColumn(name) for name in ("地区", "项目", "级别", "规则")),
    *(FrameColumn(name, ColumnKind.WORDS) for name in ("填报值", "问题", "允许", "怎样处理", "依据", "单位说明")),
    *WHERE,
)

RETURNS = (
    *WHEN,
    *(FrameColumn(name) for name in ("地区", "项目")),
    FrameColumn("版次", ColumnKind.COUNT),
    FrameColumn("现行", ColumnKind.FLAG),
    FrameColumn("状态"),
    FrameColumn("未采用", ColumnKind.WORDS),
    FrameColumn("收到时间", ColumnKind.MOMENT),
    FrameColumn("期限", ColumnKind.DAY),
    FrameColumn("迟报", ColumnKind.FLAG),
    FrameColumn("数据截至", ColumnKind.DAY),
    *(FrameColumn(name, ColumnKind.COUNT) for name in ("错误（个）", "提示（个）", "告知（个）")),
    *(FrameColumn(name, ColumnKind.WORDS) for name in ("报送人", "撤回原因", "文件", "sha256")),
)

DELIVERIES = (
    *WHEN,
    *(FrameColumn(name) for name in ("科室", "项目", "去向")),
    FrameColumn("移交时间", ColumnKind.MOMENT),
    FrameColumn("期限", ColumnKind.DAY),
    FrameColumn("迟报", ColumnKind.FLAG),
    FrameColumn("签字人"),
    FrameColumn("签字时间", ColumnKind.MOMENT),
    *(FrameColumn(name, ColumnKind.WORDS) for name in ("文件", "sha256", "交接单")),
)

SEVERITIES = {Severity.CRITICAL: "错误", Severity.WARNING: "提示", Severity.INFO: "告知"}

_NOT_CHECKED, _NOT_REPORTED, _REPLACED, _WITHDRAWN = "待校验", "未报送", "已被更正", "已撤回"


def when(period: Period) -> tuple[str, str]:
    """Return the first two cells of every row."""
    return str(period.year), str(period)


def _accepted(plan: Plan, workspace: Workspace, month: Period) -> Iterator[tuple[str, AcceptedReturn]]:
    """Yield the accepted returns of a month in the plan's order."""
    for who in _owners(plan):
        accepted = read_accepted(workspace.data, month, who)
        if accepted is not None:
            yield who, accepted


def _owners(plan: Plan) -> list[str]:
    return [*(area.id for area in plan.areas), *(section.id for section in plan.sections)]


def values_rows(plan: Plan, workspace: Workspace, month: Period) -> Iterator[Sequence[Text]]:
    """Yield a row per accepted cell."""
    owners: dict[tuple[str, tuple[str, ...]], str | None] = {}
    parts: dict[str, tuple[str, str, str, CellType | None]] = {}
    for who, accepted in _accepted(plan, workspace, month):
        name, projects = plan.owner_name(who), tuple(accepted.verdict.projects)
        file = accepted.verdict.file
        for value in accepted.values.values():
            field = value.field
            if field not in parts:
                parts[field] = _printed(plan, field)
            if (field, projects) not in owners:
                owner = project_of(plan, accepted.verdict, field)
                owners[field, projects] = plan.project(owner).short_name if owner else None
            table, row, column, kind = parts[field]
            number = value.value if kind in {CellType.INTEGER, CellType.DECIMAL} else None
            day = value.value[:10] if kind == CellType.DATE else None
            yield (
                *when(month), name, owners[field, projects], table, row, column,
                number, value.unit, value.value if number is None else None, day, field, file, value.sheet, value.cell,
            )  # fmt: skip


def _printed(plan: Plan, field: str) -> tuple[str, str, str, CellType | None]:
    """Return a field's table, row and column as the form prints them, and how the column is read."""
    table_id, *row, column_id = field.split(".")
    table = plan.table(table_id)
    column = next((each for each in table.columns if each.id == column_id), None)
    fixed = next((each for each in table.rows if [each.id] == row), None)
    label = "·".join(fixed.labels) if fixed else f"第{row[0]}行" if row else ""
    return table.title, label, column.label if column else column_id, column.type if column else None


def issues_rows(plan: Plan, workspace: Workspace, month: Period) -> Iterator[Sequence[Text]]:
    """Yield a row per issue of the newest revision of each return."""
    for who, accepted in _accepted(plan, workspace, month):
        for issue in accepted.verdict.issues:
            project = plan.project(issue.project).short_name if issue.project else None
            yield (
                *when(month), plan.owner_name(who), project, SEVERITIES[issue.severity], issue.rule,
                issue.value, issue.message, issue.allowed, issue.action, issue.basis, issue.explanation,
                accepted.verdict.file, issue.sheet, issue.cell,
            )  # fmt: skip


def returns_rows(
    plan: Plan, workspace: Workspace, month: Period, register: Iterable[Delivery]
) -> Iterator[Sequence[Text]]:
    """Yield a row per revision that came, and one for each owner who owes a return of the month and sent none."""
    verdicts = dict(_accepted(plan, workspace, month))
    received: dict[str, list[Delivery]] = {}
    for line in register:
        if line.period == month:
            received.setdefault(line.id, []).append(line)
    owing = {owner.id for owner in plan.reporting_owners(month)}
    order = _owners(plan)
    everybody = [
        *(who for who in order if who in owing or who in received),
        *(who for who in received if who not in order),
    ]
    for who in everybody:
        lines = received.get(who, [])
        standing = [line for line in lines if not line.withdrawn]
        newest = max(standing, key=lambda line: line.revision, default=None)
        for line in lines:
            yield _return_row(plan, month, who, line, newest, verdicts.get(who), standing)
        if newest is None:
            yield _missing_row(plan, month, who)


def _return_row(
    plan: Plan,
    month: Period,
    who: str,
    line: Delivery,
    newest: Delivery | None,
    accepted: AcceptedReturn | None,
    standing: Sequence[Delivery],
) -> Sequence[Text]:
    is_newest = line is newest
    verdict = accepted.verdict if is_newest and accepted and accepted.verdict.revision == line.revision else None
    due = _due(plan, month, who)
    first = min((each.received_at for each in standing), default=line.received_at)
    late = due is not None and first.date() > due and month >= plan.reporting.first_month
    counts = [sum(issue.severity == each for issue in verdict.issues) if verdict else None for each in SEVERITIES]
    return (
        *when(month), plan.owner_name(who), _projects(plan, verdict.projects if verdict else _owed(plan, month, who)),
        str(line.revision), "1" if is_newest else "0", _state(line, verdict is not None, accepted, is_newest=is_newest),
        "、".join(not_used_words(plan, verdict)) if verdict else "", line.received_at.isoformat(), _iso(due),
        "1" if late else "0", verdict.as_of.isoformat() if verdict else None,
        *(None if count is None else str(count) for count in counts),
        line.sender, line.withdrawn, line.file, line.sha256,
    )  # fmt: skip


def _state(line: Delivery, checked: bool, accepted: AcceptedReturn | None, *, is_newest: bool) -> str:
    if line.withdrawn:
        return _WITHDRAWN
    if not is_newest:
        return _REPLACED
    if not checked or accepted is None:
        return _NOT_CHECKED
    if accepted.verdict.is_whole:
        return "已采用"
    return "未采用" if set(accepted.verdict.projects.values()) == {ReturnStatus.BLOCKED} else "部分未采用"


def _missing_row(plan: Plan, month: Period, who: str) -> Sequence[Text]:
    due = _iso(_due(plan, month, who))
    projects = _projects(plan, _owed(plan, month, who))
    blank = (None,) * 4
    return (
        *when(month), plan.owner_name(who), projects, None, "1", _NOT_REPORTED, "", None, due, None, None,
        None, None, None, *blank,
    )  # fmt: skip


def _owed(plan: Plan, month: Period, who: str) -> tuple[str, ...]:
    owner = plan.find_owner(who)
    return plan.projects_due(owner, month) if owner else ()


def _projects(plan: Plan, ids: Iterable[str]) -> str:
    named = set(ids)
    return "、".join(project.short_name for project in plan.projects if project.id in named)


def _due(plan: Plan, month: Period, who: str) -> date | None:
    owner = plan.find_owner(who)
    if owner is None:
        return None
    return due_date(plan, plan.reporting.sections if isinstance(owner, Section) else plan.reporting.counties, month)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def deliveries_rows(
    plan: Plan, month: Period, handed: Iterable[DeliveredReport], signed: Sequence[SignedReport]
) -> Iterator[Sequence[Text]]:
    """Yield a row per section's monthly report that was handed over, with the signature that its file carries."""
    due = due_date(plan, plan.reporting.sections, month)
    for line in handed:
        if line.period != month:
            continue
        section = plan.section(line.section)
        mine = [each for each in signed if each.key == (month, section.id)]
        # A signed PDF is the file itself; a scan or a report without one is matched by the report's own bytes.
        own = [each for each in mine if line.sha256 in {each.sha256, each.report_sha256}]
        last = max(own, key=lambda each: each.revision, default=None)
        yield (
            *when(month), section.name, _projects(plan, (each.id for each in plan.report_projects(section))),
            RECEIVERS[line.to], line.delivered_at.isoformat(), due.isoformat(),
            "1" if line.to == OFFICE and line.delivered_at.date() > due else "0",
            last.signer if last else None, last.signed_at.isoformat() if last else None,
            line.file, line.sha256, line.note,
        )  # fmt: skip
