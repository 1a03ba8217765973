"""What can be wrong with a notebook that is to become a report. Program faults: they speak English."""

from minsheng.errors import NotebookFailedError


class RenderError(NotebookFailedError):
    """An executed notebook cannot become a report."""


class ReportMetadataError(RenderError):
    """The notebook's ``metadata.minsheng`` is not what a report needs."""


class ActiveContentError(RenderError):
    """An output holds a script, a frame or an outside address: a report is static and complete in itself."""


class PaperError(RenderError):
    """A part of the page could not be printed."""
