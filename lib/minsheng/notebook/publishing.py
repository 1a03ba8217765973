"""Sealing a notebook's result: only the runner's notebooks write, by hand nothing is overwritten."""

import json
import os
from html import escape
from pathlib import Path

from minsheng.domain.result import Dossier, Result
from minsheng.notebook.gate import refuse_empty_parts
from minsheng.notebook.inputs import RESULT, Inputs


class Published:
    """What :func:`publish_result` shows: nothing in a report, a line for whoever runs the notebook by hand."""

    def __init__(self, dossier: Dossier, *, written: bool) -> None:
        self._text = (
            ""
            if written
            else (
                f"手工运行：{dossier.heading.title}（{dossier.heading.subject}，{dossier.heading.period_label}）的结果只在此显示，"
                "不写入 outputs/。正式结果由 minsheng run 生成。"
            )
        )

    def __repr__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f'<p class="note">{escape(self._text)}</p>' if self._text else ""


def seal(dossier: Dossier) -> bytes:
    """Return ``result.json``: keys sorted, decimals as strings, no clock times, one final newline."""
    result = Result(figures=dossier.figures, provenance=dossier.provenance)
    data = json.loads(result.model_dump_json())
    return (json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def publish_result(dossier: Dossier) -> Published:
    """Write ``result.json`` where the runner asks for it (``MINSHENG_RESULT``); by hand only say so.

    Parameters
    ----------
    dossier
        What :func:`~minsheng.notebook.open_dossier` returned.

    Returns
    -------
    Published
        Something to display.

    Raises
    ------
    GateRefusedError
        If the runner asks for the result of a monthly report with an empty part.
    """
    target = os.environ.get(RESULT)
    if target:
        refuse_empty_parts(dossier.figures, Inputs.for_period(str(dossier.figures.period)).plan)
        Path(target).write_bytes(seal(dossier))
    return Published(dossier, written=bool(target))
