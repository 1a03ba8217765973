"""An executed notebook → its report in every format: what workers call, many times in one warm process."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import nbformat

from minsheng.render.exporters import ReportHTMLExporter
from minsheng.render.fonts import FontSet
from minsheng.render.formats import FORMATS, HTML, PDF, ReportPage
from minsheng.render.metadata import read_metadata
from minsheng.render.paper import warm_press

# Every kind of thing that a report holds, so that the first real report finds all caches filled.
_CHART = b64encode(b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9">1</text></svg>').decode()

_WARM_UP_PAGE = f"""
<div class="title-block"><p class="issuer">民政</p><h1>预热</h1>
<dl class="facts"><div><dt>报告期</dt><dd>1</dd></div></dl></div><p class="summary">文字。</p>
<section class="part"><h2>一、表</h2><div class="table-wrap"><table class="figures"><caption>表</caption>
<thead><tr><th scope="col">县区</th><th scope="col">数<span class="unit">张</span></th></tr></thead>
<tbody><tr><th scope="row">合计</th><td class="num">1,950</td></tr></tbody></table></div>
<figure class="chart"><img alt="图" src="data:image/svg+xml;base64,{_CHART}"><figcaption>图</figcaption></figure>
<ul class="findings"><li class="good">好。</li></ul></section>"""


@dataclass(frozen=True)
class RenderedReport:
    """A report as files."""

    files: Mapping[str, bytes]  # name → content, in the order of :data:`~minsheng.render.formats.FORMATS`
    missing_glyphs: frozenset[str]  # characters that no font could draw; empty unless a return holds a very rare one

    @property
    def html(self) -> bytes:
        """The page, UTF-8."""
        return self.files[HTML]

    @property
    def pdf(self) -> bytes:
        """The same page as PDF/A-3u with the attachments embedded."""
        return self.files[PDF]


def render_report(
    notebook: nbformat.NotebookNode | str,
    *,
    attachments: Mapping[str, bytes],
    font_set: FontSet | None = None,
    data_folder: str = "",
) -> RenderedReport:
    """Render an executed notebook.

    Parameters
    ----------
    notebook
        A notebook node of format 4, or the text of an ``.ipynb`` file. Its ``metadata.minsheng`` names ``title``,
        ``issuer``, ``as_of`` (ISO date), ``key`` (hash of the inputs) and ``form``.
    attachments
        Files to embed in the PDF by name: ``{"result.json": …}``.
    font_set
        The fonts that the PDF may use; the packaged ones by default.
    data_folder
        The address of what the bureau received, as seen from where the page will lie: ``../../../../data/``. The page
        then links every file that it names there. Paper has no such links, and neither has a page without a place.

    Returns
    -------
    RenderedReport
        The same bytes for the same arguments, whatever the machine's fonts, clock or time zone.

    Raises
    ------
    RenderError
        If the notebook's metadata is malformed, an output would run or fetch something, or a part of the page cannot
        be printed.
    """
    node = (
        nbformat.reads(notebook, as_version=4)  # type: ignore[no-untyped-call]
        if isinstance(notebook, str)
        else notebook
    )
    page, resources = _exporter().from_notebook_node(node)
    about = read_metadata(node, fallback_title=resources["metadata"]["name"])
    source = ReportPage(page, about, attachments, font_set, data_folder)
    made = {each.file: each.make(source) for each in FORMATS}
    files = {name: each.content for name, each in made.items() if each.content}
    return RenderedReport(files, frozenset().union(*(each.missing_glyphs for each in made.values())))


def warm_up() -> None:
    """Render a small page, so that a process forked from this one starts with templates, styles and libraries loaded.

    A forked process that renders one report and ends should call ``gc.disable()`` first: the collector would go through
    the page's remains for nothing, which takes a quarter of the time.
    """
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": _WARM_UP_PAGE}}
    cell = {
        "cell_type": "code",
        "id": "warm-up",
        "source": "",
        "metadata": {},
        "outputs": [output],
        "execution_count": 1,
    }
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    node = nbformat.reads(json.dumps(notebook), as_version=4)  # type: ignore[no-untyped-call]
    page, _ = _exporter().from_notebook_node(node)
    # Nothing is compiled: Typst's threads would not survive a fork.
    warm_press(page)


@lru_cache
def _exporter() -> ReportHTMLExporter:
    return ReportHTMLExporter()  # type: ignore[no-untyped-call]
