"""Drawing on a terminal: a live progress bar there, plain lines elsewhere."""

import sys
import time
import webbrowser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

import typer

from minsheng.runs.options import RunSummary

# rich is imported where something is drawn: what is said in plain lines needs none of it.
if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from minsheng.agenda.attention import Matter
    from minsheng.agenda.status import MonthStatus

_PLAIN_EVERY_SECONDS = 2.0


class RunDisplay:
    """Shows stages and settled tasks on standard error; a context manager."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._started = time.monotonic()
        self._said = 0.0
        self._task: TaskID | None = None
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stage(self, text: str) -> None:
        """Say what begins now; a bar and its rate begin anew."""
        self._print(text)
        self._started, self._said = time.monotonic(), 0.0
        if self._bar is not None and self._task is not None:
            self._bar.remove_task(self._task)
            self._task = None

    def tasks(self, summary: RunSummary, total: int, name: str) -> None:
        """Move the bar; without a terminal, a line every two seconds and at the end."""
        seconds = time.monotonic() - self._started
        rate = f"{summary.settled / seconds:.1f} 个/秒" if seconds > 0 else ""
        if self._live:
            if self._bar is None:
                self._bar = _started_bar()
            if self._task is None:
                self._task = self._bar.add_task("生成报告", total=total, rate="")
            self._bar.update(self._task, completed=summary.settled, rate=rate)
        elif summary.settled == total or seconds - self._said >= _PLAIN_EVERY_SECONDS:
            self._said = seconds
            self._print(f"{summary.settled}/{total} {name} {rate}")

    def _print(self, text: str) -> None:
        """Print a line as it is, above the bar where there is one."""
        if self._bar is None:
            typer.echo(text, err=True)
        else:
            self._bar.console.print(text, highlight=False, markup=False, soft_wrap=True)


def _started_bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.start()
    return bar


def print_status(status: "MonthStatus", found: Sequence["Matter"]) -> None:
    """Print the status of a month: what needs attention, the returns, and the details below."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console.print(f"{status.title}　{status.period.label}　以{status.as_of}为准", highlight=False, soft_wrap=True)
    table = Table("事项", "数", "内容", "怎么办")
    for matter in found:
        count = "" if matter.kind == "due_next" else str(len(matter.items) or "")
        # Brackets in a name are no markup; a command that is broken within a word cannot be copied.
        table.add_row(matter.word, count, Text(_short(matter.items) or "无", overflow="fold"), Text(matter.remedy))
    console.print(table)
    table = Table("单位", "报送", "期限", "收到", "版", "数据截至", "问题")
    for row in status.rows:
        revision = str(row.revision or "")
        table.add_row(row.name, row.word, _day(row.due), _day(row.received_on), revision, _day(row.as_of), row.problems)
    console.print(table)
    for line in status.lines():
        # A path that is cut at the window's edge cannot be copied; brackets in a message are no markup.
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _day(day: date | None) -> str:
    """Return a day without its year, which stands in the title: a table of seven columns must fit 80."""
    return f"{day:%m-%d}" if day else ""


def _short(items: Sequence[str], most: int = 6) -> str:
    """Return the first items and how many there are: all of them stand on the site and in ``--json``."""
    return "、".join(items[:most]) + (f" 等 {len(items)} 项" if len(items) > most else "")


def open_page(page: Path) -> None:
    """Open a page in the browser, where somebody sits at the terminal; what is read by a program opens nothing."""
    if sys.stdout.isatty():
        webbrowser.open(page.as_uri())
