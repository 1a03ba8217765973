"""The processes that a run needs warm: the template of notebooks, its servants that render, and what boots ahead.

Whoever starts a run imports this before anything heavy: the sooner they boot, the less waits for them.
"""

import codecs
import threading
from collections.abc import Callable, Iterable
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import ParamSpec, TypeVar

from minsheng.domain.base import build_all
from minsheng.domain.period import Period
from minsheng.intake.returns import rules_apart
from minsheng.process import load_when_used
from minsheng.workspace import Workspace
from papermill_forked import DEFAULT_PRELOAD, Servants, Template
from papermill_forked.preloading import import_without_extras

_P = ParamSpec("_P")

_T = TypeVar("_T")

_ANALYSIS = {"pandas?", "matplotlib.pyplot?", "matplotlib_inline.backend_inline?"}

# Our notebooks need no analyst's library; what is not there need not be copied at every fork. Their door is known by
# name alone, as they name it: no run may depend on it.
PRELOAD = (*(name for name in DEFAULT_PRELOAD if name not in _ANALYSIS), "minsheng.notebook")


@cache
def template() -> Template:
    """Return this process's warm template, booting in the background from the first call on."""
    warm = Template(preload=PRELOAD, warm_up=warm_up)
    warm.start()
    import_without_extras()
    return warm


@cache
def import_ahead(*later: str) -> None:
    """Import what executes notebooks, then modules for later, beside whatever this process waits for."""
    names = ("papermill.engines", "minsheng.runs.asked", "minsheng.runs.notebook", *later)
    threading.Thread(target=lambda: [import_module(name) for name in names], daemon=True).start()


def head_start(workspace: Workspace, month: str, *, force: bool, elsewhere: bool) -> None:
    """Let the processes boot that the run of a month needs, where it seems to have work to do.

    A guess by the times of files, for whoever has not imported, let alone read, anything else yet: the other processor
    is idle until then. Nothing but time hangs on it, what is made is decided by hashes.

    Parameters
    ----------
    force
        Whether all is made anew.
    elsewhere
        Whether reports are made on other machines.
    """
    period = Period(month)
    rules = _newest(workspace.params.glob(f"{period.year}/**/*.yaml"))
    # When a file came, not when its sender last wrote it.
    delivered = _newest((workspace.data / "returns").glob("*/*"), "st_ctime_ns")
    known = max(rules, delivered, _newest((workspace.data / "returns").glob("*.csv")))
    checked, shown = _newest(workspace.accepted(period).glob("*.json")), _newest([workspace.run_page(period)])
    if force or max(rules, delivered) > max(checked, shown):
        rules_apart.start()
    if not elsewhere and (force or max(known, checked, _newest(workspace.notebooks.rglob("*.ipynb"))) > shown):
        template()


def _newest(paths: Iterable[Path], moment: str = "st_mtime_ns") -> int:
    return max((getattr(path.stat(), moment) for path in paths if path.is_file()), default=0)


@cache
def _servants() -> Servants:
    """Return this process's servants that render: fonts and styles stay loaded from report to report."""
    return Servants(template())


def in_servant(
    function: Callable[_P, _T], *, time_limit: float | None = None, memory_limit: int | None = None
) -> Callable[_P, _T]:
    """Return a function as a servant calls it: the same arguments and result, another process.

    Parameters
    ----------
    function
        A module's own: the servant finds it by its name, arguments and result are pickled.
    time_limit
        Seconds.
    memory_limit
        Bytes that the servant may take over all its calls.
    """
    return partial(_servants().call, function, time_limit=time_limit, memory_limit=memory_limit)


def warm_up() -> None:
    """Load what notebooks and reports need and render one page in the template, so that no fork pays for it."""
    codecs.lookup("utf-8-sig")  # of accepted values
    load_when_used("soupsieve")  # nbconvert's library for HTML selects by CSS with it, which no page of ours asks for
    import minsheng.render.pdf_text
    import minsheng.report.charts
    import minsheng.report.head
    import minsheng.report.trends
    import minsheng.runs.finishing  # noqa: F401
    from minsheng.render.report import warm_up as warm_pages

    warm_pages()
    build_all()
