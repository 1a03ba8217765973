"""催报名单: who has not reported yet and is due soon, as a page and for programs; ``minsheng tick`` keeps it."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from minsheng.domain.period import Period
from minsheng.workspace import Workspace

PAGE, LIST = "reminders.html", "reminders.json"


@dataclass(frozen=True)
class Owed:
    """One return that has not come.

    Parameters
    ----------
    days_left
        From the day asked about to the due date: 0 is today.
    """

    id: str
    name: str
    due: date
    days_left: int

    def __str__(self) -> str:
        left = f"还有 {self.days_left} 天" if self.days_left else "今天截止"
        return f"{self.name}（{self.due}，{left}）"


def reminder_page(workspace: Workspace, period: Period) -> Path | None:
    """Return the page with a month's list, if there is one."""
    path = workspace.outputs / str(period) / PAGE
    return path if path.is_file() else None


def read_reminders(workspace: Workspace, period: Period) -> tuple[Owed, ...]:
    """Return the list that was written last; nobody where there is none, or none that can be read."""
    try:
        entries = json.loads((workspace.outputs / str(period) / LIST).read_text(encoding="utf-8"))["returns"]
        return tuple(Owed(**{**each, "due": date.fromisoformat(each["due"])}) for each in entries)
    except (OSError, ValueError, KeyError, TypeError):
        return ()
