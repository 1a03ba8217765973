"""Does a page show what its notebook sealed: each piece of the report made again from the sealed result, and compared.

Pieces compute nothing and take milliseconds. A notebook may show more than them; what it seals it shows unchanged.
"""

import ast
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from minsheng import report
from minsheng.domain.result import RESULT_TYPE, Dossier

_SEALED_BY = "publish_result"


def pieces_not_sealed(notebook: Any, dossier: Dossier) -> Iterator[str]:
    """Yield in words what a page shows otherwise than the sealed dossier has it.

    Parameters
    ----------
    notebook
        The executed notebook.
    dossier
        Made from the result that it sealed.
    """
    calls = [(number, cell, _call(cell)) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    sealed = {argument for _, _, (name, argument) in calls if name == _SEALED_BY}
    shown = 0
    for number, cell, (name, argument) in calls:
        if argument in sealed and name in report.__all__:
            shown += 1
            piece = getattr(report, name)(dossier)
            if _html(cell) != piece._repr_html_():
                yield f"第 {number} 个单元格（{cell.source.strip()}）显示的与封存的结果不符"
    if not shown:
        yield f"页面没有显示封存的结果：应有 report.title(dossier) 这样的单元格，dossier 是交给 {_SEALED_BY} 的那一份"


def sealed_digests(notebook: Any) -> set[str]:
    """Return the sha256 of every result that an executed notebook says it has sealed."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return {str(data[RESULT_TYPE].get("sha256")) for each in outputs if RESULT_TYPE in (data := each.get("data", {}))}


def _call(cell: Any) -> tuple[str, str]:
    """Return which function a cell calls with which name alone, e.g. ``report.title(dossier)``; else nothing."""
    with suppress(SyntaxError):  # a magic
        match ast.parse(cell.source).body:
            case [
                ast.Expr(
                    ast.Call(
                        func=ast.Name(id=name) | ast.Attribute(value=ast.Name(), attr=name),
                        args=[ast.Name(id=argument)],
                        keywords=[],
                    )
                )
            ]:
                return name, argument
            case _:
                pass
    return "", ""


def _html(cell: Any) -> str:
    return "".join("".join(each.get("data", {}).get("text/html", "")) for each in cell.outputs)
