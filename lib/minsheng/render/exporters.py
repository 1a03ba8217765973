"""The nbconvert exporters of reports: ``jupyter nbconvert --to minsheng_html`` and ``--to minsheng_pdf``.

In JupyterLab they stand under 文件 → 保存并导出笔记本为; ``minsheng lab`` gives them their Chinese names there
(:mod:`minsheng.commands.lab`), because JupyterLab itself shows an entry point's name.
"""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from nbconvert.exporters.html import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import List, Unicode, default
from traitlets.config import Config

from minsheng.render.html.offline import legible, pictures_without_words, refuse_active_content
from minsheng.render.html.page import screen_style
from minsheng.render.metadata import read_metadata
from minsheng.render.static_outputs import with_static_outputs

ATTACHMENTS = "minsheng_attachments"
"""Key of ``resources``: files to embed in the PDF, ``Mapping[str, bytes]`` by name."""

# What a report can show, best first. Scripts and widgets are not among them.
_DISPLAYED = (
    "text/html",
    "text/markdown",
    "image/svg+xml",
    "image/png",
    "image/jpeg",
    "text/plain",
)


_WORDLESS = (
    '<p class="note">本页有 {} 幅图没有文字说明，读屏软件读不出它们；所以 PDF 符合 PDF/A-3u，但不符合 PDF/UA-1。</p>'
)

_ORIGIN = '<p class="note">生成本页的是{}。</p>'


class ReportHTMLExporter(HTMLExporter):
    """One HTML page: Chinese, offline, without script, the style inlined, no code and no prompts."""

    export_from_notebook = "民生报告（网页）"

    # Nothing is left to preprocess but the joining of prints; the usual eleven validate the notebook eleven times.
    default_preprocessors: List[Any] = List()
    preprocessors = List(["nbconvert.preprocessors.CoalesceStreamsPreprocessor"])

    language_code = Unicode("zh-CN")

    @default("template_name")
    def _template_name_default(self) -> str:
        return "minsheng_report"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(Path(__file__).parent / "templates")]

    @property
    def default_config(self) -> Config:
        """A report never shows code; anchors beside headings are for developers."""
        return Config(
            {
                "ReportHTMLExporter": {
                    "exclude_input": True,
                    "exclude_input_prompt": True,
                    "exclude_output_prompt": True,
                    "exclude_anchor_links": True,
                }
            }
        )

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        """Add the choice of what is shown, and none that needs the network or a widget's state."""
        yield from super().default_filters()  # type: ignore[no-untyped-call]
        yield ("filter_data_type", _displayed_type)

    def _preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Preprocess the copy that the base has just made; its own method makes two more of it first."""
        names = [cell.get("id") for cell in nb.cells]
        if None in names or len(set(names)) < len(names):  # they are made or mended there
            mended: tuple[NotebookNode, dict[str, Any]] = super()._preprocess(nb, resources)  # type: ignore[no-untyped-call]
            return mended
        for preprocessor in self._preprocessors:
            nb, resources = preprocessor(nb, resources)
            self._validate_preprocessor(nb, preprocessor)  # type: ignore[no-untyped-call]
        return nb, resources

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **keywords: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert an executed notebook; the resources' ``report`` entry then says what the page is.

        Raises ReportMetadataError if ``metadata.minsheng`` is malformed, ActiveContentError if an output would run or
        fetch something.
        """
        described: dict[str, Any] = self._init_resources(resources)  # type: ignore[no-untyped-call]
        report = read_metadata(nb, fallback_title=described["metadata"]["name"])
        with_static_outputs(nb)
        described["report"] = {
            "title": report.title,
            "issuer": report.issuer,
            "as_of": report.as_of.isoformat() if report.as_of else "",
            "form": report.form,
            "style_element": f"<style>\n{screen_style(report.form)}</style>",
        }
        # HTMLExporter's own method parses the whole page again to add English alternative texts: passed over.
        page, described = TemplateExporter.from_notebook_node(self, nb, described, **keywords)
        if report.origin:
            page = page.replace("\n</main>", f"\n{_ORIGIN.format(escape(report.origin))}\n</main>", 1)
        page = legible(page)
        refuse_active_content(page.partition("</head>")[2])
        wordless = pictures_without_words(page)
        if wordless:
            page = page.replace("\n</main>", f"\n{_WORDLESS.format(wordless)}\n</main>", 1)
        return page, described


class ReportPDFExporter(ReportHTMLExporter):
    """The same page as a tagged PDF/A-3u and PDF/UA-1 that carries its data."""

    export_from_notebook = "民生报告（PDF）"
    output_mimetype = "application/pdf"

    attached_files = List(
        Unicode(),
        help="Files to embed in the PDF as its source, such as result.json.",
    ).tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".pdf"

    @default("template_extension")
    def _template_extension_default(self) -> str:
        return ".html.j2"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **keywords: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Convert a notebook; ``resources["minsheng_attachments"]`` maps names to files to embed."""
        from minsheng.render.paper import print_page  # a page for the screen needs none of it

        attachments = dict((resources or {}).get(ATTACHMENTS, {}))
        attachments |= {Path(path).name: Path(path).read_bytes() for path in self.attached_files}
        page, described = super().from_notebook_node(nb, resources, **keywords)
        report = read_metadata(nb, fallback_title=described["metadata"]["name"])
        return print_page(page, report, attachments).pdf, described


def _displayed_type(data: Mapping[str, Any]) -> list[str]:
    return [kind for kind in _DISPLAYED if kind in data][:1]
