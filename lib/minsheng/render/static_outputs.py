"""What moves in a notebook, as a page can show it: Vega-Lite charts as pictures, widgets as what they say.

The charts are drawn by vl-convert (extra ``[charts]``) in a process of its own: it dies under a limit of address space,
and forks of a process that has loaded it hang.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_CHART = "application/vnd.vegalite.v"

_WIDGET = "application/vnd.jupyter.widget-view+json"

_STATES = "application/vnd.jupyter.widget-state+json"

_SECONDS = 120

_NOT_DRAWN = '<p class="callout blocked">图表没有画出：'

MISSING = "要显示图表，请安装附加组件：pip install 'minsheng-workbook[charts]'"


def with_static_outputs(notebook: Any) -> None:
    """Add to every chart its picture and to every widget its words, in place; what has one already keeps it."""
    charts = [(output, kind) for output, kind in _of(notebook, _CHART) if not _is_settled(output["data"])]
    drawn = _drawn([output["data"][kind] for output, kind in charts])
    for (output, kind), (picture, why) in zip(charts, drawn, strict=True):
        if picture:
            output["data"]["image/svg+xml"] = picture
            output.setdefault("metadata", {})["image/svg+xml"] = {"alt": _words(output["data"][kind])}
        else:
            output["data"]["text/html"] = f"{_NOT_DRAWN}{escape(why)}</p>"
    states = notebook.get("metadata", {}).get("widgets", {}).get(_STATES, {}).get("state", {})
    for output, kind in _of(notebook, _WIDGET):
        said = list(_said(states, output["data"][kind].get("model_id", ""), set()))
        if said and "text/html" not in output["data"]:
            output["data"]["text/html"] = "".join(said)


def _is_settled(data: Mapping[str, Any]) -> bool:
    """Whether a chart has its picture, or it is said why not: what could not be drawn once is not tried again."""
    return "image/svg+xml" in data or str(data.get("text/html", "")).startswith(_NOT_DRAWN)


def without_widgets(notebook: Any) -> None:
    """Take the widgets themselves out, once they are words: their states are kept in an order drawn by lot."""
    notebook["metadata"].pop("widgets", None)
    for output, kind in _of(notebook, _WIDGET):
        del output["data"][kind]


def _of(notebook: Any, kind: str) -> Iterator[tuple[Any, str]]:
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            found = next((name for name in output.get("data", {}) if name.startswith(kind)), None)
            if found:
                yield output, found


def _drawn(specs: list[Any]) -> list[tuple[str, str]]:
    """Return of each chart its picture, or why there is none."""
    if not specs:
        return []
    command = [sys.executable, "-m", "minsheng.render.chart_child"]
    try:
        done = subprocess.run(
            command, input=json.dumps(specs).encode(), capture_output=True, timeout=_SECONDS, check=False
        )
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return [("", f"超过 {_SECONDS} 秒")] * len(specs)
    except ValueError:  # it died
        return [("", MISSING if b"ModuleNotFoundError" in done.stderr else "画图的进程中止")] * len(specs)
    return [(each.get("svg", ""), each.get("why", "")) for each in found]


def _words(spec: Mapping[str, Any]) -> str:
    """Return what a chart says of itself, for whoever cannot see it."""
    title = spec.get("title", "")
    title = title.get("text", "") if isinstance(title, dict) else title
    return str(spec.get("description") or title or "图表")


def _said(states: Mapping[str, Any], model: str, seen: set[str]) -> Iterator[str]:
    """Yield what a widget shows, and those in it, in their order."""
    state = states.get(model, {}).get("state", {})
    if not state or model in seen:
        return
    seen.add(model)
    value, label = state.get("value"), state.get("description", "")
    options, index = state.get("_options_labels", ()), state.get("index")
    if isinstance(index, int) and 0 <= index < len(options):
        value = options[index]
    if state.get("_model_name") in {"HTMLModel", "HTMLMathModel"}:
        yield f"<div>{value}</div>"
    elif value is not None or label:
        shown = "、".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
        yield f'<p class="widget">{escape(f"{label}：{shown}" if label and shown else label or shown)}</p>'
    for child in state.get("children", ()):
        yield from _said(states, str(child).removeprefix("IPY_MODEL_"), seen)
