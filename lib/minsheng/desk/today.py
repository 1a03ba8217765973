"""What needs a person today: the lines of ``minsheng status`` and of the assessments, each with its button."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from minsheng.agenda.attention import Matter, MatterKind, left_open, matters
from minsheng.agenda.due import AssessmentState
from minsheng.agenda.facts import facts_of
from minsheng.desk.office import Office
from minsheng.domain.period import Period
from minsheng.intake.returns.receipts import receipts_dir
from minsheng.render.formats import PDF
from minsheng.runs.graph import period_tasks
from minsheng.signing.deliveries import RECEIVERS, RESULT_TABLE, SUPERVISION
from minsheng.signing.standing import SectionState


@dataclass(frozen=True)
class Button:
    """Opens a form with values filled in."""

    label: str
    form: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TodayItem:
    """One thing to be done: whom it concerns, why, its buttons, and pages to look at (address → words)."""

    word: str
    text: str
    buttons: tuple[Button, ...]
    pages: Mapping[str, str] = field(default_factory=dict)


def lines(office: Office, day: date) -> list[TodayItem]:
    """Return what is to be done; nothing of what is well."""
    listed = [line for matter in matters(office.status) if matter.items for line in _LINES[matter.kind](office, matter)]
    listed += [line for period in _closing(office) for line in _assessment(office, period, day)]
    return listed + [
        TodayItem(month.label, f"还没有办完：{_counted(left)}。在上方选这个月办理", ())
        for month, left in left_open(office.workspace, office.plan, office.month)
    ]


def _counted(left: Sequence[Matter]) -> str:
    return "、".join(f"{each.word} {len(each.items)} 项" for each in left)


def next_due(office: Office) -> str:
    """Return the next deadline in words; empty where there is none."""
    return str(office.status.next_due) if office.status.next_due else ""


def _nothing(_office: Office, _matter: Matter) -> Iterator[TodayItem]:
    yield from ()


def _not_reported(office: Office, matter: Matter) -> Iterator[TodayItem]:
    due = office.status.next_due
    there = {} if due is None or due.reminders is None else {_address(office, due.reminders): "催报名单"}
    buttons = [Button("放入收到的报表", "receive")]
    if not any(row.revision for row in office.status.rows):  # the month begins
        buttons.append(Button("写出空白表", "template", {"period": str(office.month)}))
    yield TodayItem(matter.word, "、".join(matter.items), tuple(buttons), there)


def _blocked(office: Office, matter: Matter) -> Iterator[TodayItem]:
    folder = receipts_dir(office.workspace.outputs, office.month)
    rows = [row for row in office.status.rows if row.word == matter.word]
    for row in rows:
        page = folder / f"{row.id}.html"
        there = {_address(office, page): "看回执"} if page.is_file() else {}
        sheet = folder / f"{row.id}.xlsx"
        if sheet.is_file():
            there[_address(office, sheet)] = "下载标红的表（退回更正）"
        yield TodayItem(matter.word, f"{row.name}（{row.problems}）", (Button("放入更正后的报表", "receive"),), there)


def _unchecked(_office: Office, matter: Matter) -> Iterator[TodayItem]:
    yield TodayItem(matter.word, "、".join(matter.items), (Button("校验", "check"),))


def _run(office: Office, matter: Matter) -> Iterator[TodayItem]:
    traces = [
        office.workspace.failed(*task.split("/")) / "traceback.txt"
        for task in (office.status.failed if matter.kind == "failed" else ())
    ]
    there = {_address(office, path): f"{path.parts[-3]}/{path.parts[-2]} 的原因" for path in traces if path.is_file()}
    yield TodayItem(matter.word, _some(matter.items), (Button("生成", "run"),), there)


def _unsigned(office: Office, _matter: Matter) -> Iterator[TodayItem]:
    for each in office.status.unfinished.unsigned:
        given = {"section": each.id}
        yield TodayItem(
            "未签字",
            f"{each.name}月报：{each.said}",
            (
                Button("登记纸质签字", "sign_scan", given | {"signer": each.leader}),
                Button("用证书签字", "sign_p12", given),
            ),
            _report(office, each),
        )


def _undelivered(office: Office, _matter: Matter) -> Iterator[TodayItem]:
    ids = {name: to for to, name in RECEIVERS.items()}
    for each in office.status.unfinished.undelivered:
        buttons = tuple(
            Button(f"报{name}", "deliver", {"period": str(office.month), "section": each.id, "to": ids[name]})
            for name in each.undelivered
        )
        yield TodayItem("未移交", f"{each.name}月报（{'、'.join(each.undelivered)}）", buttons, _report(office, each))


def _unsealed(office: Office, matter: Matter) -> Iterator[TodayItem]:
    made = office.status.made + len(office.status.failed)
    left = len(period_tasks(office.plan, office.month)) - made
    if left > 0:  # nothing was made yet, or somebody stopped it
        said = f"还有 {left} 份没有生成" if made else _some(matter.items)
        yield TodayItem(matter.word, said, (Button("生成", "run"),))
        return
    if office.status.stale:  # what is sealed is what stands
        yield TodayItem(matter.word, "有报告已过期：重新生成以后归档", (Button("生成", "run"),))
        return
    said = "报告都已生成" if matter.items == (matter.word,) else _some(matter.items)
    yield TodayItem(matter.word, said, (Button("归档", "seal", {"period": str(office.month)}),))


_LINES: dict[MatterKind, Callable[[Office, Matter], Iterator[TodayItem]]] = {
    "not_reported": _not_reported,
    "late": _nothing,  # nobody can do anything about it any more
    "unchecked": _unchecked,
    "blocked": _blocked,
    "stale": _run,
    "failed": _run,
    "unsigned": _unsigned,
    "undelivered": _undelivered,
    "unsealed": _unsealed,
    "due_next": _nothing,  # see next_due
}


def _closing(office: Office) -> list[Period]:
    """Return the assessments that end with the month."""
    return [found for period, _ in office.assessments if (found := Period(period)).closing_month == office.month]


def _assessment(office: Office, period: Period, day: date) -> Iterator[TodayItem]:
    state = facts_of(office.workspace, office.plan, period, day)
    if not isinstance(state, AssessmentState) or day <= state.due:
        return
    word, given = f"{period.label}考评", {"period": str(period)}
    if not state.forms:
        yield TodayItem(
            word, "还没有考评表", (Button("写出空白考评表", "template", given), Button("放入考评表", "forms", given))
        )
    elif state.outdated or state.failed:
        yield TodayItem(word, state.refused or "考评表齐了就可以考评", (Button("考评", "assess", given),))
    else:
        if state.undelivered:
            to = given | {"section": RESULT_TABLE, "to": SUPERVISION}
            yield TodayItem(word, "考评结果表未报督查室", (Button("报督查室", "deliver", to),))
        if state.archive != "same":
            yield TodayItem(
                word, "未归档" if state.archive == "none" else "归档后有变化", (Button("归档", "seal", given),)
            )


def _report(office: Office, section: SectionState) -> dict[str, str]:
    path = office.workspace.task(office.month, section.id, "monthly_report") / PDF
    return {_address(office, path): "看月报"} if path.is_file() else {}


def _address(office: Office, path: object) -> str:
    """Return a file of the workspace by its path from the workspace's folder."""
    return str(path).removeprefix(f"{office.workspace.root}/")


def _some(items: Sequence[str], most: int = 8) -> str:
    return "、".join(items[:most]) + (f" 等 {len(items)} 项" if len(items) > most else "")
