"""The workspace's pages and files as a browser opens them from JupyterLab, with links that lead on.

JupyterLab's own ``files/`` shuts a page off from the server that gave it out, and refuses whatever is clicked there: a
page that could run scripts would run them as its reader. Ours run none, and the browser is told to let none run.
"""

from collections.abc import Awaitable
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import AuthenticatedFileHandler
from tornado import web

from minsheng.render.formats import FORMATS
from minsheng.workspace import FILES

_OPEN = ("outputs", "data")

_CLOSED = ("data", "keys")

_OPENED = frozenset({".png", ".jpg", ".jpeg", ".svg", ".txt", ".csv", ".json", ".xml"}).union(
    each.suffix for each in FORMATS if each.is_shown
)
"""What a browser shows; everything else it saves."""

_POLICY = "img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"


def shown_at(base: str, path: str) -> str:
    """Return the address of a file of the workspace, by its path from the workspace's folder."""
    return f"{base}{FILES}/{quote(path)}"


def opened_at(base: str, root: Path, path: str) -> str:
    """Return where a file of the workspace opens, or a folder in JupyterLab's list; empty for what stays shut."""
    parts = PurePosixPath(path).parts
    if any(part.startswith(".") for part in parts) or parts[:2] == _CLOSED:
        return ""
    if (root / path).is_dir():
        return f"{base}lab/tree/{quote(path.rstrip('/'))}"
    return shown_at(base, path) if parts[0] in _OPEN else ""


def from_workspace(root: Path, text: str) -> str:
    """Return a text in which files of the workspace are named from its folder: where it lies concerns no clerk."""
    return text.replace(f"{root}/", "")


class ShownFiles(AuthenticatedFileHandler):
    """Gives out what lies in ``outputs/`` and ``data/``, hidden files and keys left out."""

    @property
    def content_security_policy(self) -> str:
        """What a page may do: be looked at. A browser shows a PDF by a viewer of its own, which that would stop."""
        is_pdf = self.request.path.endswith(".pdf")
        return "script-src 'none'" if is_pdf else f"default-src 'none'; {_POLICY}"

    @web.authenticated
    @authorized
    def get(self, path: str, **kwargs: Any) -> Awaitable[None]:  # type: ignore[override]  # as the class above ours
        """Give a file out, to a bookmark too: what is only read needs no page of ours that asks for it."""
        if self.get_argument("download", ""):
            self.set_attachment_header(PurePosixPath(path).name)
        return web.StaticFileHandler.get(self, path, **kwargs)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str:
        """Refuse what is neither given out nor there."""
        parts = Path(absolute_path).relative_to(root).parts if Path(absolute_path).is_relative_to(root) else ()
        if not parts or parts[0] not in _OPEN or parts[:2] == _CLOSED:
            raise web.HTTPError(404)
        return super().validate_absolute_path(root, absolute_path)

    def set_extra_headers(self, path: str) -> None:
        """Say that nothing but what it claims to be is seen in a file, and that no other site may show it."""
        super().set_extra_headers(path)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        # A page is made anew under its name.
        self.set_header("Cache-Control", "no-cache")
        if PurePosixPath(path).suffix.lower() not in _OPENED:
            self.set_header("Content-Disposition", "attachment")


def shown_files(base: str, root: str) -> tuple[str, type[ShownFiles], dict[str, Any]]:
    """Return the route below the server's address."""
    return rf"{base}{FILES}/(.*)", ShownFiles, {"path": root}
