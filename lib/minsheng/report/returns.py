"""What was sent in and what became of it: 报送与校验, issues, evidence."""

from collections import Counter

from minsheng.domain.area import CITY
from minsheng.domain.delivery import Issue, ReturnStatus, RuleState
from minsheng.domain.figure import ReturnNote
from minsheng.domain.result import Dossier, ProjectFigures
from minsheng.render.html import numbers
from minsheng.render.html.markup import Content, Element, Piece, code, joined, note, paragraph, part
from minsheng.render.html.tables import TableColumn, table
from minsheng.report.lights import figures_of, is_left_out, no_data, severity_badge, standing_of

_UNCHECKED = {RuleState.NOT_CHECKED: "未检", RuleState.ERROR: "无法运行"}


def checks(dossier: Dossier) -> Piece:
    """Return what the page's returns are: file, revision, received, in time or late, and how the rules ended."""
    figures = figures_of(dossier, ProjectFigures)
    match figures.returns:
        case ():
            told: list[Element] = [no_data(figures) or paragraph("没有报送记录。")]
        case (single,):
            told = [paragraph(*_told(single))]
        case several:
            told = [returns_table("各地区报送情况", several)]
    return part("报送与校验", told, _outcomes(figures, evidence=not is_left_out(dossier, "evidence", figures.project)))


def returns_table(caption: str, returns: tuple[ReturnNote, ...]) -> Element:
    """Return how each return came, a line for those that stand alike."""
    columns = [
        TableColumn("地区", kind="row"),
        TableColumn("报送情况", kind="text"),
        TableColumn("收到日期", kind="text"),
        TableColumn("是否按时", kind="text"),
        TableColumn("数据截至", kind="text"),
    ]
    # Those that stand alike are one line: what differs is seen.
    alike: dict[str, tuple[list[str], list[Content]]] = {}
    for entry in returns:
        cells = [standing_of(entry), *arrival(entry), numbers.day(entry.as_of) if entry.as_of else None]
        names, _ = alike.setdefault(repr(Piece(*cells)) + repr(entry.as_of), ([], cells))
        names.append(f"{entry.name}{_revision(entry)}")
    rows: list[list[Content]] = [["、".join(names), *cells] for names, cells in alike.values()]
    return table(caption, columns, rows)


def arrival(entry: ReturnNote) -> tuple[Content, Content]:
    """Return when a return came and whether in time; of a corrected one, first return and correction each apart."""
    if entry.came_on is None:
        return None, None
    if entry.corrected_on is None:
        return numbers.day(entry.came_on), punctuality(entry)
    days: Content = [numbers.day(entry.came_on), Element("br"), f"更正：{numbers.day(entry.corrected_on)}"]
    return days, [punctuality(entry), Element("br"), f"更正：{_correction(entry)}"]


def punctuality(entry: ReturnNote) -> str:
    """Return whether a return came in time: 按时, 迟报3天; a correction does not decide it."""
    if not entry.late:
        return "按时" if entry.due else "不计迟报"
    if entry.due is None or entry.came_on is None or entry.came_on <= entry.due:
        return "迟报"
    return f"迟报{(entry.came_on - entry.due).days}天"


def _correction(entry: ReturnNote) -> str:
    """Return how a correction stands to the due date."""
    if entry.due is None or entry.corrected_on is None or entry.corrected_on <= entry.due:
        return "期限之内"
    return "期限之后"


def issues_table(dossier: Dossier) -> Piece:
    """Return the issues of the return, the blocking ones first, with what the county explained."""
    figures = figures_of(dossier, ProjectFigures)
    title = "校验问题"
    if not figures.issues:
        if figures.area == CITY:
            return Piece()  # 报送与校验 says where they stand
        if figures.status == ReturnStatus.NOT_REPORTED:
            return part(title, paragraph("未报送，没有可校验的数据。"))
        return part(title, paragraph("本项目数据没有发现校验问题。"))
    order = {severity: number for number, severity in enumerate(("critical", "warning", "info"))}
    ordered = sorted(figures.issues, key=lambda issue: order[issue.severity])
    columns = [
        TableColumn("程度", kind="text"),
        TableColumn("位置", kind="row"),
        TableColumn("问题", kind="long"),
        TableColumn("要求和处理", kind="long"),
        TableColumn("填报单位说明", kind="long"),
    ]
    rows: list[list[Content]] = [_issue_row(issue) for issue in ordered]
    remark = "“阻断”的数据不采用，改正后重新报送；“提示”须由填报单位说明；“参考”不影响采用。"
    return part(
        title,
        table(f"{figures.area_name}{figures.period.label}校验问题清单", columns, rows, style="issues"),
        note(remark),
    )


def evidence_list(dossier: Dossier) -> Piece:
    """Return the documents that the return lists as evidence (印证资料)."""
    figures = figures_of(dossier, ProjectFigures)
    if is_left_out(dossier, "evidence", figures.project):
        return Piece()
    if not figures.evidence:
        if figures.area == CITY:
            return Piece()
        why = no_data(figures) or paragraph("没有列出印证资料。")
        return part("印证资料", why)
    columns = [
        TableColumn("资料名称", kind="row"),
        TableColumn("文号", kind="text"),
        TableColumn("日期", kind="text"),
        TableColumn("页数", "页"),
    ]
    rows: list[list[Content]] = [
        [
            item.name,
            item.number or None,
            numbers.day(item.dated) if item.dated else None,
            str(item.pages) if item.pages is not None else None,
        ]
        for item in figures.evidence
    ]
    return part("印证资料", table("印证资料目录", columns, rows))


def _told(entry: ReturnNote) -> list[Content]:
    if entry.status == ReturnStatus.NOT_REPORTED and not entry.file:
        due = f"，期限为{numbers.day(entry.due)}" if entry.due else ""
        return [f"{entry.name}未报送{due}。"]
    said: list[Content] = [f"数据取自{entry.name}报送的", code(entry.file), _revision(entry)]
    if entry.came_on:
        due = f"，期限{numbers.day(entry.due)}" if entry.due else ""
        came = "首次收到" if entry.corrected_on else "收到"
        said.append(f"，{numbers.day(entry.came_on)}{came}（{punctuality(entry)}{due}）")
    if entry.corrected_on:
        said.append(f"，更正{numbers.day(entry.corrected_on)}收到（{_correction(entry)}）")
    if entry.as_of:
        said.append(f"，数据截至{numbers.day(entry.as_of)}")
    said.append("。")
    if entry.status == ReturnStatus.BLOCKED:
        said.append("数据未通过校验，未采用。")
    elif entry.partly_used:
        said.append(f"其中{'、'.join(entry.withheld)}未通过校验，未采用。")
    return said


def _revision(entry: ReturnNote) -> str:
    return f"（第{entry.revision}次报送）" if entry.revision > 1 else ""


def _outcomes(figures: ProjectFigures, *, evidence: bool) -> list[Element]:
    if not figures.outcomes:
        missing = figures.status == ReturnStatus.NOT_REPORTED
        what = "校验结果、校验问题和印证资料" if evidence else "校验结果和校验问题"
        return [note("没有数据，未作校验。" if missing else f"各地区的{what}见该地区报告，文件列在文末。")]
    counted = Counter(outcome.outcome for outcome in figures.outcomes)
    words = [f"通过{counted[RuleState.PASS]}条"]
    words += [f"未通过{counted[RuleState.FAIL]}条"] if counted[RuleState.FAIL] else []
    words += [f"{word}{counted[outcome]}条" for outcome, word in _UNCHECKED.items() if counted[outcome]]
    told = [paragraph(f"校验规则{len(figures.outcomes)}条：{'，'.join(words)}。")]
    for outcome, word in _UNCHECKED.items():
        left: list[list[Content]] = [
            [code(item.rule), f"（{item.reason}）" if item.reason else ""]
            for item in figures.outcomes
            if item.outcome == outcome
        ]
        if left:
            told.append(note(f"{word}的规则：", joined(left), "。未检、无法运行不等于通过。"))
    return told


def _issue_row(issue: Issue) -> list[Content]:
    required = issue.allowed or issue.action
    return [
        [severity_badge(issue), Element("br"), code(issue.rule)],
        code(issue.place),
        [issue.message, f"（填报值：{issue.value}）" if issue.value and issue.value not in issue.message else None],
        [issue.allowed, Element("br") if issue.allowed and issue.action else None, issue.action] if required else None,
        issue.explanation or None,
    ]
