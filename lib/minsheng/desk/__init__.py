"""The desk (办公台): the whole month from a browser, by the commands that are typed elsewhere.

``notebooks/desk.ipynb`` shows it, JupyterLab's server answers it (``server``). It starts commands as processes of their
own and keeps, under ``outputs/.desk/``, what was started by whom and what came of it: so a run goes on when the browser
is closed, and is found again. Figures and registers are read and written by the commands alone.
"""

from minsheng.render.html.markup import Element, Piece, callout

ELEMENT = "minsheng-desk"
"""The page's element, which ``render/lab_extension/desk.js`` brings to life."""


def desk() -> Piece:
    """Return the desk's place on the page of a notebook."""
    unopened = callout("办公台要由 minsheng lab 打开：请在工作区运行 minsheng lab，不要用别的 JupyterLab。")
    return Piece(Element(ELEMENT, unopened))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Say which module of ours JupyterLab's server loads."""
    return [{"module": "minsheng.desk.server"}]
