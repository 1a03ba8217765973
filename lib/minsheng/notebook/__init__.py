"""The one door of notebooks: open a dossier, publish its result, and the pickers for exploring by hand."""

from minsheng.notebook.opening import open_dossier
from minsheng.notebook.pickers import explore, overview
from minsheng.notebook.publishing import publish_result

__all__ = ["explore", "open_dossier", "overview", "publish_result"]
