"""The one door of notebooks: open a dossier, publish its result, pickers for exploring by hand, the rule workbench."""

from typing import Any

from minsheng.notebook.exploring import explore
from minsheng.notebook.opening import open_dossier
from minsheng.notebook.pickers import explore_what_if, overview
from minsheng.notebook.publishing import publish_result

__all__ = ["explore", "explore_what_if", "open_dossier", "overview", "publish_result", "rule_workbench"]


def rule_workbench() -> Any:
    """Return the rule workbench, see :func:`minsheng.notebook.workbench.rule_workbench`."""
    from minsheng.notebook import workbench  # reading and rules, which no report needs

    return workbench.rule_workbench()
