"""A report's page against the pieces that the package makes of figures computed anew: nothing more, nothing less.

A thin notebook shows pieces one after another, so its page is known without running it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from minsheng import report
from minsheng.domain.result import Dossier
from minsheng.errors import MinshengError
from minsheng.files.hashing import FileContent
from minsheng.render.formats import FORMATS, NOTEBOOK
from minsheng.render.html.offline import legible
from minsheng.render.report import render_report
from minsheng.runs.graph import Task
from minsheng.runs.warm_processes import in_servant
from minsheng.workspace import RESULT
from papermill_forked import ForkedError

_BODY = re.compile(r"<main [^>]*>\n?(.*)\n</main>", re.DOTALL)

_LINK = re.compile(r'<a href="[^"]*">(<code class="file">[^<]*</code>)</a>')

_CALL = re.compile(r"^report\.(\w+)\(dossier\)$")

_OURS = re.compile(r'<p class="note">(?:生成本页的是|本页有 \d+ 幅图没有文字说明)[^<]*</p>')

_TAG = re.compile(r"<[^>]*>")


def check_page(html: str, dossier: Dossier, notebook: bytes | None) -> str:
    """Return in words what on a page is not of the figures, or is missing; empty where all agrees.

    Parameters
    ----------
    dossier
        With the figures as they were computed anew.
    notebook
        The release's notebook, which says what the page holds; ``None`` where any piece may stand on it.
    """
    found = _BODY.search(html)
    if found is None:
        return "不是报告的网页"
    rest, missing = _LINK.sub(r"\1", found[1]), []
    wanted = list(_shown(notebook)) if notebook is not None else report.__all__
    for name in wanted:
        piece = _piece(name, dossier)
        if not piece.strip():
            continue
        if piece in rest:
            rest = rest.replace(piece, "", 1)
        elif notebook is not None:
            missing.append(name)
    left = " ".join(_TAG.sub(" ", _OURS.sub("", rest)).split())
    if not missing and not left:
        return ""
    parts = [f"缺少或改动了 {'、'.join(missing)}"] if missing else []
    parts += [f"有不是由重算的数据写成的内容：“{left[:60]}{'…' if len(left) > 60 else ''}”"] if left else []
    return "；".join(parts)


def _shown(notebook: bytes) -> Iterator[str]:
    for cell in json.loads(notebook)["cells"]:
        found = _CALL.match("".join(cell["source"]).strip())
        if found and cell["cell_type"] == "code":
            yield found[1]


def _piece(name: str, dossier: Dossier) -> str:
    """Return a piece as it stands on a page; empty where it is none of this kind of report."""
    try:
        made = getattr(report, name)(dossier)
    except (MinshengError, AttributeError, TypeError, ValueError, KeyError):
        return ""
    html = getattr(made, "_repr_html_", str)()
    return legible(html)


_DATA = "../../../../data/"
"""The address of what the bureau received, as seen from a report's folder in a workspace and in a package."""


def rendered_otherwise(files: Mapping[str, FileContent], task: Task) -> dict[str, str]:
    """Return the files of a report that are not what its executed notebook gives, with what is wrong with each."""
    folder = f"outputs/{task.name}"
    kept = _text(files.get(f"{folder}/{NOTEBOOK}", b""))
    sealed = {} if task.is_own else {RESULT: _text(files.get(f"{folder}/{RESULT}", b"")).encode()}
    try:
        if _code(json.loads(kept)) != _code(json.loads(_text(files.get(f"notebooks/{task.file}", b"")))):
            return {f"{folder}/{NOTEBOOK}": f"执行的不是包中的 notebooks/{task.file}"}
        made = in_servant(render_report)(kept, attachments=sealed, data_folder=_DATA).files
    except (MinshengError, ForkedError, ValueError, KeyError, TypeError) as fault:
        return {
            f"{folder}/{NOTEBOOK}": f"不能再排版：{str(fault).splitlines()[0] if str(fault) else type(fault).__name__}"
        }
    wrong = {}
    for each in FORMATS:
        name = f"{folder}/{each.file}"
        there = files.get(name)
        content = there.read_bytes() if isinstance(there, Path) else there
        if (content or b"") != made.get(each.file, b""):
            wrong[name] = "与执行过的笔记本再排版的不同：内容被改动" if content else "缺少"
    return wrong


def _code(notebook: Mapping[str, Any]) -> list[str]:
    """Return the code of a notebook, without what papermill injected."""
    cells = [cell for cell in notebook["cells"] if "injected-parameters" not in cell["metadata"].get("tags", [])]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def _text(content: FileContent) -> str:
    return (content.read_bytes() if isinstance(content, Path) else content).decode("utf-8", "replace")
