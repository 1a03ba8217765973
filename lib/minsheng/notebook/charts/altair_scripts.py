"""Altair, loaded in half its time, and the scripts that draw its charts without network.

The first picture of a day is waited for: of Altair's two seconds one is a grammar of addresses that no chart needs, and
another is the making of one script out of many, which comes out the same every time and is kept.
"""

import sys
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

from minsheng.errors import MachineUnfitError
from minsheng.files.writing import write_atomically
from minsheng.notebook.datasets.kept_tables import FOLDER
from minsheng.workspace import Workspace


def _loaded() -> Any:
    """Import Altair without the grammar by which jsonschema checks addresses (IRI): none stands in a chart's schema."""
    grammar, left_out = "rfc3987_syntax", {}
    if grammar not in sys.modules:
        left_out = {grammar: None}  # jsonschema takes it as not installed
    modules: dict[str, Any] = sys.modules
    modules.update(left_out)
    try:
        import altair as alt
    finally:
        for name in left_out:
            del modules[name]
    return alt


alt = _loaded()


def use_own_scripts() -> None:
    """Have charts drawn from scripts that they bring along; MachineUnfitError if those are not installed."""
    if any(find_spec(name) is None for name in ("anywidget", "vl_convert")):
        raise MachineUnfitError("交互图表须装附加组件：pip install 'minsheng-workbook[charts]'")
    chart = alt.JupyterChart
    # Altair has no word for scripts that were made before.
    if chart._is_offline:  # noqa: SLF001
        return
    kept = Workspace.find().outputs / FOLDER / f"charts-{version('altair')}-{version('vl-convert-python')}.js"
    try:
        chart._esm, chart._is_offline = kept.read_text(encoding="utf-8"), True  # noqa: SLF001
    except OSError:
        chart.enable_offline()
    else:
        return
    try:
        write_atomically(kept, chart._esm.encode())  # noqa: SLF001
    except OSError:
        return  # a workspace that one may only read
