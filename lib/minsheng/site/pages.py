"""The pages that the run of a month writes. A new page is a module that makes it, and its line in ``MONTH_PAGES``.

None is returned that has a personal number in it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from minsheng.domain.period import Period, PeriodKind
from minsheng.domain.plan import Plan
from minsheng.files.writing import write_atomically
from minsheng.privacy.gate import check_privacy
from minsheng.runs.task_worker import cores
from minsheng.runs.warm_processes import in_servant
from minsheng.site.first_page import first_page
from minsheng.site.month_page import month_page
from minsheng.site.workbooks import PROGRESS, progress_workbook
from minsheng.workspace import Workspace


@dataclass(frozen=True)
class SitePage:
    """One page, or workbook, that is made from all results of a month."""

    path: str  # under ``outputs/``; ``{period}/`` is the month's folder
    make: Callable[[Workspace, Plan, Period], bytes]
    link: str = ""  # what the month's page calls its link to it; empty where it has none
    archived: bool = False  # part of what is sealed
    belongs: Callable[[Plan], bool] = lambda _: True  # whether the plan has what it shows: money, scores


def _month_page(workspace: Workspace, plan: Plan, period: Period) -> bytes:
    links = [(each.path.removeprefix(_MONTH), each.link) for each in MONTH_PAGES if each.link and each.belongs(plan)]
    return month_page(workspace, plan, period, links)


_MONTH = "{period}/"

MONTH_PAGES = (
    SitePage(f"{_MONTH}{PROGRESS}", progress_workbook, link="目标任务完成情况表（Excel）", archived=True),
    SitePage("index.html", first_page),
    # The month's own page comes last: while it is missing, a run that was killed here is taken up again.
    SitePage(f"{_MONTH}index.html", _month_page, archived=True),
)


def _page(number: int, workspace: Workspace, plan: Plan, period: Period) -> bytes:
    """Make one of the pages, in a servant: what it reads goes with that process."""
    asked = MONTH_PAGES[number]
    content = asked.make(workspace, plan, period)
    check_privacy({asked.path.format(period=period): content})
    return content


def write_pages(workspace: Workspace, plan: Plan, period: Period) -> None:
    """Write the pages of a month; servants read the results, so that their memory is not this process's."""

    def write(number: int) -> None:
        content = in_servant(_page)(number, workspace, plan, period)
        write_atomically(workspace.outputs / MONTH_PAGES[number].path.format(period=period), content)

    *before, last = (number for number, each in enumerate(MONTH_PAGES) if each.belongs(plan))
    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(write, before))
    write(last)  # it links to what is there


def make_archived_pages(workspace: Workspace, plan: Plan, period: Period) -> dict[str, bytes]:
    """Return what is sealed of a month's own folder besides its reports, anew: path under ``outputs/`` → content."""
    return {
        each.path.format(period=period): in_servant(_page)(number, workspace, plan, period)
        for number, each in enumerate(MONTH_PAGES)
        if each.archived and each.belongs(plan)
    }


def archived_pages(plan: Plan, period: Period) -> list[str]:
    """Return the names of what is sealed of a period's own folder besides its reports."""
    if period.kind != PeriodKind.MONTH:
        return ["index.html"]
    return sorted(each.path.removeprefix(_MONTH) for each in MONTH_PAGES if each.archived and each.belongs(plan))
