"""Where JupyterLab's server gives out a report, if it was ever made, and where it opens a notebook."""

import os

from minsheng.render.formats import HTML
from minsheng.workspace import FILES_ENVIRONMENT, Workspace


def report_address(workspace: Workspace, period: str, area: str, project: str) -> str:
    """Return the address of a report as JupyterLab's server gives out files; empty where none was made."""
    place = f"{period}/{area}/{project}/{HTML}"
    if not (workspace.outputs / place).is_file():
        return ""
    files = os.environ.get(FILES_ENVIRONMENT, "files")
    return f"{_server()}{files}/outputs/{place}"


def notebook_address(path: str) -> str:
    """Return where JupyterLab opens a notebook, by its path from the workspace's folder."""
    return f"{_server()}lab/tree/{path}"


def _server() -> str:
    return os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")


def not_made(period: str) -> str:
    """Say that a report was not made, and what makes it."""
    return f"没有生成（minsheng run {period}）"
