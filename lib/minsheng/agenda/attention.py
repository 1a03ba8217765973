"""What needs attention in a month, kind by kind: the first thing that ``minsheng status`` and the site show."""

from dataclasses import dataclass
from typing import Literal

from minsheng.agenda.status import MonthStatus, status_of
from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.errors import MinshengError
from minsheng.plan import load_plan
from minsheng.workspace import Workspace

MatterKind = Literal[
    "not_reported",
    "late",
    "unchecked",
    "blocked",
    "stale",
    "failed",
    "unsigned",
    "undelivered",
    "unsealed",
    "due_next",
]


@dataclass(frozen=True)
class Matter:
    """One kind of thing that may need attention.

    Parameters
    ----------
    kind
        For programs.
    word
        For people.
    items
        Whom or what it concerns, in words; empty where all is well.
    remedy
        What to do; empty where there is nothing to do.
    """

    kind: MatterKind
    word: str
    items: tuple[str, ...]
    remedy: str


def matters(status: MonthStatus) -> tuple[Matter, ...]:
    """Return all ten kinds, in the order in which somebody should look at them."""
    month, made = status.period, status.made or status.failed
    signed_otherwise = {"changed": "签字后有变化", "broken": "签字文件与登记不符"}
    unsigned = [
        f"{each.name}（{signed_otherwise.get(each.signature, each.leader)}）" for each in status.unfinished.unsigned
    ]
    undelivered = [f"{each.name}（{'、'.join(each.undelivered)}）" for each in status.unfinished.undelivered]
    unsealed = [] if status.archive is None or status.archive.stands else [str(status.archive).partition("：")[0]]
    found: tuple[tuple[MatterKind, str, list[str], str], ...] = (
        ("not_reported", "未报送", _rows(status, "未报送"), f"催报；收到后 minsheng receive {month} 文件"),
        ("late", "迟报", _rows(status, "迟报", day=True), ""),
        ("unchecked", "待校验", _rows(status, "待校验"), f"minsheng check {month}"),
        ("blocked", "未通过校验", _blocked(status), f"退回更正，回执在 outputs/{month}/receipts/"),
        ("stale", "已过期", [status.names[task] for task in status.stale], f"minsheng run {month}"),
        ("failed", "失败", [status.names[task] for task in status.failed], f"原因见 outputs/{month}/failed/"),
        ("unsigned", "未签字", unsigned, f"minsheng sign {month} 科室 …"),
        ("undelivered", "未移交", undelivered, f"minsheng deliver {month} 科室 --to …"),
        ("unsealed", "未归档", unsealed, status.archive.remedy if status.archive else ""),
        ("due_next", "下一个期限", [str(status.next_due)] if status.next_due else [], ""),
    )
    listed = [Matter(kind, word, tuple(items), remedy if items else "") for kind, word, items, remedy in found]
    if not made:
        unmade = Matter("unsealed", "未归档", ("还没有生成",), f"minsheng run {month}")
        listed = [unmade if each.kind == "unsealed" else each for each in listed]
    return tuple(listed)


_LEFT_OPEN = frozenset({"stale", "failed", "unsigned", "undelivered", "unsealed"})
"""What stays open in a month until it is sealed; who did not report then is in the next month's figures."""


def left_open(workspace: Workspace, plan: Plan, before: Period) -> list[tuple[Period, list[Matter]]]:
    """Return what the months before one left open, the latest first, each by the plan of its own year."""
    made = {Period(path.parent.name) for path in workspace.outputs.glob("[0-9]*/index.html")}
    plans, found = {plan.about.year: plan}, []
    for month in sorted((each for each in made if each.kind == PeriodKind.MONTH and each < before), reverse=True):
        try:
            if month.year not in plans:
                plans[month.year] = load_plan(workspace.params, month.year)
            status = status_of(workspace, plans[month.year], month)
        except MinshengError as error:  # another month's fault holds up no page of this one, and is not kept quiet
            unread = Matter("failed", "看不了", (str(error).partition("\n")[0],), f"minsheng status {month}")
            found.append((month, [unread]))
            continue
        left = [each for each in matters(status) if each.kind in _LEFT_OPEN and each.items and each.remedy]
        if left:
            found.append((month, left))
    return found


def _rows(status: MonthStatus, word: str, *, day: bool = False) -> list[str]:
    return [f"{row.name}（{row.received_on}）" if day else row.name for row in status.rows if row.word == word]


def _blocked(status: MonthStatus) -> list[str]:
    return [
        f"{row.name}（{row.problems}）" if row.problems else row.name for row in status.rows if row.word == "未通过校验"
    ]
