"""The one door of notebooks: open a dossier, publish its result, pickers for exploring by hand, the rule workbench.

What is used by hand alone is imported when it is called: pandas and widgets, which no report needs, would be copied
with every notebook of a run.
"""

from typing import TYPE_CHECKING, Any

from minsheng.notebook.opening import open_dossier
from minsheng.notebook.publishing import publish_result

if TYPE_CHECKING:
    from minsheng.render.html.markup import Piece

__all__ = ["explore", "explore_what_if", "open_dossier", "overview", "publish_result", "rule_workbench"]


def explore() -> Any:
    """Return pickers with charts and a page that follow them, see :func:`minsheng.notebook.exploring.explore`."""
    from minsheng.notebook import exploring

    return exploring.explore()


def explore_what_if(period: str | None = None) -> Any:
    """Return the what-if of a period's scores, see :func:`minsheng.notebook.pickers.explore_what_if`."""
    from minsheng.notebook import pickers

    return pickers.explore_what_if(period)


def overview() -> "Piece":
    """Return what the workspace holds, see :func:`minsheng.notebook.pickers.overview`."""
    from minsheng.notebook import pickers

    return pickers.overview()


def rule_workbench() -> Any:
    """Return the rule workbench, see :func:`minsheng.notebook.workbench.rule_workbench`."""
    from minsheng.notebook import workbench

    return workbench.rule_workbench()
