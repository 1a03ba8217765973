"""Sealing a notebook's result: only the runner's notebooks write, by hand nothing is overwritten.

A 月报 with an empty part is shown to whoever works on it, and never sealed.
"""

import json
import os
from collections.abc import Sequence
from html import escape
from pathlib import Path

from minsheng.domain.plan import Plan
from minsheng.domain.result import RESULT_TYPE, Dossier, Figures, MonthlyReportFigures, Result
from minsheng.errors import GateRefusedError
from minsheng.files.hashing import sha256
from minsheng.files.writing import put
from minsheng.files.written import canonical_json
from minsheng.intake.returns.return_template import narrative_cell
from minsheng.measure.summaries import empty_parts
from minsheng.notebook.inputs import RESULT, Inputs

_COUNTS = "一二三四五六七八九十"

_MOST_NAMED = 5
"""Places of one file that are named one by one."""


def refuse_empty_parts(figures: Figures, plan: Plan) -> None:
    """Refuse a monthly report with an empty part: by section its file and the cells to fill in; others pass."""
    if not isinstance(figures, MonthlyReportFigures):
        return
    holes: dict[str, list[str]] = {}
    for project, part in empty_parts(figures, plan.reporting.parts):
        file, cell = _hole(plan, figures, project.project, part.id)
        holes.setdefault(file, []).append(f"“{project.name}”的“{part.title}”（{cell}）")
    if holes:
        count = _COUNTS[len(plan.reporting.parts) - 1]
        total = sum(map(len, holes.values()))
        told = "；".join(f"{file}：{_said(places)}" for file, places in holes.items())
        raise GateRefusedError(
            f"{figures.section_name}{figures.period.label}月报有{total}处没有内容，{count}个方面缺一不可，各地区填写的不能代替，"
            f"不予生成。{told}。补填后用 minsheng receive {figures.period} 登记，再运行 minsheng run {figures.period}"
        )


def _said(places: Sequence[str]) -> str:
    more = f"等{len(places)}处" if len(places) > _MOST_NAMED else ""
    return f"{'、'.join(places[:_MOST_NAMED])}{more}"


def _hole(plan: Plan, figures: MonthlyReportFigures, project: str, part_id: str) -> tuple[str, str]:
    """Return whose file lacks a part, and the cell where it belongs."""
    writer = plan.section(plan.project(project).section)
    note = next((entry for entry in figures.returns if entry.area == writer.id), None)
    file = note.file if note and note.file else f"returns/{figures.period}/{writer.id}.xlsx（尚未报送）"
    month = plan.return_month(project, figures.period) or figures.period
    return f"{writer.name} {file}", narrative_cell(plan, writer, project, part_id, month)


class Published:
    """What :func:`publish_result` shows: nothing in a report, a line for whoever runs the notebook by hand.

    The executed notebook of a report keeps the sha256 of what was written, so that nothing else is taken for it.
    """

    def __init__(self, dossier: Dossier, *, written: bytes | None) -> None:
        self._sealed = None if written is None else sha256(written)
        self._text = (
            ""
            if written is not None
            else (
                f"手工运行：{dossier.heading.title}（{dossier.heading.subject}，{dossier.heading.period_label}）的结果只在此显示，"
                "不写入 outputs/。正式结果由 minsheng run 生成。"
            )
        )

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **_: object) -> dict[str, object]:
        return {} if self._sealed is None else {RESULT_TYPE: {"sha256": self._sealed}}

    def _repr_html_(self) -> str:
        return f'<p class="note">{escape(self._text)}</p>' if self._text else ""


def result_bytes(dossier: Dossier) -> bytes:
    """Return ``result.json``: keys sorted, decimals as strings, no clock times, one final newline."""
    result = Result(figures=dossier.figures, provenance=dossier.provenance)
    return canonical_json(json.loads(result.model_dump_json()))


def publish_result(dossier: Dossier) -> Published:
    """Write ``result.json`` where the runner asks for it (``MINSHENG_RESULT``); by hand only say so.

    Parameters
    ----------
    dossier
        What :func:`~minsheng.notebook.open_dossier` returned.

    Raises
    ------
    GateRefusedError
        If the runner asks for the result of a monthly report with an empty part.
    """
    target = os.environ.get(RESULT)
    if not target:
        return Published(dossier, written=None)
    if isinstance(dossier.figures, MonthlyReportFigures):
        refuse_empty_parts(dossier.figures, Inputs.for_period(str(dossier.figures.period)).plan)
    content = result_bytes(dossier)
    put(content, Path(target))
    return Published(dossier, written=content)
